"""The order types the gateway serves, and what each needs and does.

Source: tws-wire.md 2.4, placeOrder; which price stands in which field follows the order types
of the official documentation.
"""

from dataclasses import dataclass
from enum import Enum


class Aux(Enum):
    """What the auxPrice field of an order type means."""

    NOTHING = "nothing"
    TRIGGER = "trigger"
    TRAIL = "trail"
    OFFSET = "offset"


class Limit(Enum):
    """Whether an order type has a limit price."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Peg(Enum):
    """What the price of an order follows."""

    NOTHING = "nothing"
    NEAR = "near"
    """The best price of its own side."""

    MIDDLE = "middle"
    BEST = "best"
    """The best price of its own side, outbid by the order's own offset, or up to the middle."""


class OwnLimit(Enum):
    """The limit that an order without one is given when it meets the book."""

    NONE = "none"
    BEST = "best"
    """The best price of the other side; what is left rests there."""

    PROTECTED = "protected"
    """So many ticks beyond the best price of the other side, as futures exchanges protect."""

    MIDDLE = "middle"
    FAR = "far"
    """The best price of the other side, less the offset."""

    NEAR = "near"
    """The best price of its own side, and the offset beyond."""


class Auction(Enum):
    """The auction an order is for."""

    NONE = "none"
    OPENING = "opening"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Kind:
    """One order type."""

    limit: Limit = Limit.NONE
    aux: Aux = Aux.NOTHING
    touched: bool = False
    """Whether the price must come the favourable way, not the adverse one."""

    peg: Peg = Peg.NOTHING
    auction: Auction = Auction.NONE
    own_limit: OwnLimit = OwnLimit.NONE

    @property
    def has_trigger(self) -> bool:
        """Whether it waits for a price."""
        return self.aux in {Aux.TRIGGER, Aux.TRAIL}

    @property
    def trails(self) -> bool:
        """Whether its stop follows the market."""
        return self.aux is Aux.TRAIL


KINDS = {
    "MKT": Kind(),
    "LMT": Kind(Limit.REQUIRED),
    "STP": Kind(aux=Aux.TRIGGER),
    "STP LMT": Kind(Limit.REQUIRED, Aux.TRIGGER),
    "TRAIL": Kind(aux=Aux.TRAIL),
    "TRAIL LIMIT": Kind(Limit.OPTIONAL, Aux.TRAIL),
    "MIT": Kind(aux=Aux.TRIGGER, touched=True),
    "LIT": Kind(Limit.REQUIRED, Aux.TRIGGER, touched=True),
    "MTL": Kind(own_limit=OwnLimit.BEST),
    "MKT PRT": Kind(own_limit=OwnLimit.PROTECTED),
    "STP PRT": Kind(aux=Aux.TRIGGER, own_limit=OwnLimit.PROTECTED),
    "SNAP MID": Kind(aux=Aux.OFFSET, own_limit=OwnLimit.MIDDLE),
    "SNAP MKT": Kind(aux=Aux.OFFSET, own_limit=OwnLimit.FAR),
    "SNAP PRIM": Kind(aux=Aux.OFFSET, own_limit=OwnLimit.NEAR),
    "PEG BEST": Kind(Limit.REQUIRED, peg=Peg.BEST),
    "MOC": Kind(auction=Auction.CLOSING),
    "LOC": Kind(Limit.REQUIRED, auction=Auction.CLOSING),
    "MOO": Kind(auction=Auction.OPENING),
    "LOO": Kind(Limit.REQUIRED, auction=Auction.OPENING),
    "REL": Kind(Limit.OPTIONAL, Aux.OFFSET, peg=Peg.NEAR),
    "PEG MID": Kind(Limit.OPTIONAL, Aux.OFFSET, peg=Peg.MIDDLE),
    "MIDPRICE": Kind(Limit.OPTIONAL, peg=Peg.MIDDLE),
}
"""Order types by their name on the wire."""

SPELLINGS = {
    "STPLMT": "STP LMT",
    "TRAILLMT": "TRAIL LIMIT",
    "TRAIL LMT": "TRAIL LIMIT",
    "RELATIVE": "REL",
    "PEGMID": "PEG MID",
    "STOP": "STP",
    "STOP LIMIT": "STP LMT",
    "PEGBEST": "PEG BEST",
    "SNAPMID": "SNAP MID",
    "SNAPMKT": "SNAP MKT",
    "SNAPPRIM": "SNAP PRIM",
}
"""Other spellings clients use."""

UNSERVED = frozenset(
    {
        "RPI",
        "BOX TOP",
        "PEG MKT",
        "PEG BENCH",
        "PEG PRIM",
        "PEG STK",
        "VOL",
        "VWAP",
        "TWAP",
    }
)
"""Types that exist, and are refused as unsupported here."""

TIFS = frozenset({"DAY", "GTC", "IOC", "FOK", "GTD", "OPG", "DTC", "MINUTES"})
PROTECTED = frozenset({"MKT PRT", "STP PRT"})
"""What futures exchanges alone take."""

ATS = "IBKRATS"
"""The broker's own network, as a route."""

AT_ONCE = frozenset({"IOC", "FOK"})
"""Times in force of orders that never rest."""


def auction_of(order_type: str, tif: str) -> Auction:
    """Return the auction an order is for."""
    if tif == "OPG":
        return Auction.OPENING
    return KINDS[order_type].auction
