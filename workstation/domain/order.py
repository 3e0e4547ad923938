"""What a user wishes for: order drafts and changes to orders."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

from workstation.domain.ats import AtsTerms
from workstation.domain.combo import ComboLeg
from workstation.domain.hedge import Hedge, hedge_words
from workstation.domain.ids import AccountId, ConId, FamilyId, IntentId, OrderId, OrderKey
from workstation.domain.order_extras import (
    Adjustment,
    Algo,
    Conditions,
    OcaGroup,
    TriggerMethod,
    adjustment_words,
    algo_words,
    conditions_words,
    oca_words,
)


class Side(StrEnum):
    """Direction of an order."""

    BUY = "BUY"
    SELL = "SELL"

    @property
    def sign(self) -> int:
        """Give +1 for a purchase and -1 for a sale."""
        return 1 if self is Side.BUY else -1

    @property
    def opposite(self) -> "Side":
        """Give the other side."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderType(StrEnum):
    """Kinds of order the program sends, spelled as on the wire."""

    MARKET = "MKT"
    LIMIT = "LMT"
    STOP = "STP"
    STOP_LIMIT = "STP LMT"
    TRAIL = "TRAIL"
    TRAIL_LIMIT = "TRAIL LIMIT"
    MARKET_IF_TOUCHED = "MIT"
    LIMIT_IF_TOUCHED = "LIT"
    MARKET_ON_CLOSE = "MOC"
    LIMIT_ON_CLOSE = "LOC"
    RELATIVE = "REL"
    PEG_MID = "PEG MID"
    MIDPRICE = "MIDPRICE"
    MARKET_TO_LIMIT = "MTL"
    """Takes the best price; what is left rests there."""

    MARKET_PROTECTED = "MKT PRT"
    """A market order of a future that rests as a limit where the exchange's protection ends."""

    STOP_PROTECTED = "STP PRT"
    SNAP_MID = "SNAP MID"
    """Priced once, as it arrives, by the middle; so by the far and the near side."""

    SNAP_MARKET = "SNAP MKT"
    SNAP_PRIMARY = "SNAP PRIM"
    PEG_BEST = "PEG BEST"
    """Outbids the best price within the broker's own network."""

    @property
    def takes_limit(self) -> bool:
        """Whether an order of this kind has a limit price; a pegged one has it as its cap."""
        return self in _WITH_LIMIT

    @property
    def takes_stop(self) -> bool:
        """Whether an order of this kind waits for a price; of a trail the broker moves it."""
        return self in _WITH_STOP

    @property
    def trails(self) -> bool:
        """Whether the broker moves the stop behind the market."""
        return self in {OrderType.TRAIL, OrderType.TRAIL_LIMIT}

    @property
    def takes_offset(self) -> bool:
        """Whether an order of this kind keeps a distance from the price it follows or takes."""
        return self in _WITH_OFFSET

    @property
    def is_snapped(self) -> bool:
        """Whether the broker gives it a price once, as it arrives."""
        return self in _SNAPPED

    @property
    def is_protected(self) -> bool:
        """Whether it is a market or stop order under the protection of a futures exchange."""
        return self in {OrderType.MARKET_PROTECTED, OrderType.STOP_PROTECTED}

    @property
    def is_touched(self) -> bool:
        """Whether the order waits for the market to come its way, as a target does."""
        return self in {OrderType.MARKET_IF_TOUCHED, OrderType.LIMIT_IF_TOUCHED}

    @property
    def code(self) -> str:
        """The word for the kind in a contract's list of order types. Source: orderTypes."""
        return _CODES.get(self, self.value.replace(" ", ""))


_WITH_LIMIT = frozenset(
    {
        OrderType.LIMIT,
        OrderType.STOP_LIMIT,
        OrderType.LIMIT_IF_TOUCHED,
        OrderType.LIMIT_ON_CLOSE,
        OrderType.RELATIVE,
        OrderType.PEG_MID,
        OrderType.MIDPRICE,
        OrderType.PEG_BEST,
    }
)
_WITH_STOP = frozenset(
    {
        OrderType.STOP,
        OrderType.STOP_LIMIT,
        OrderType.STOP_PROTECTED,
        OrderType.MARKET_IF_TOUCHED,
        OrderType.LIMIT_IF_TOUCHED,
    }
)
_SNAPPED = frozenset({OrderType.SNAP_MID, OrderType.SNAP_MARKET, OrderType.SNAP_PRIMARY})
_WITH_OFFSET = _SNAPPED | {OrderType.RELATIVE, OrderType.PEG_MID}
_CODES = {
    OrderType.TRAIL_LIMIT: "TRAILLMT",
    OrderType.MIDPRICE: "MIDPX",
    OrderType.SNAP_PRIMARY: "SNAPREL",
    OrderType.MARKET_PROTECTED: "MKT",
    OrderType.STOP_PROTECTED: "STP",
    OrderType.PEG_BEST: "IBKRATS",
}
"""Where the list has another word, or, as for protection, none of its own."""


class Tif(StrEnum):
    """How long an order stands, spelled as on the wire."""

    DAY = "DAY"
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"
    GTD = "GTD"
    OPG = "OPG"
    """For the opening auction: with MKT a market-on-open order, with LMT a limit-on-open one."""

    DTC = "DTC"
    """Day till cancelled: at the end of the day it is laid aside at the broker, not ended."""

    MINUTES = "Minutes"
    """For so many minutes from its arrival on."""

    @property
    def code(self) -> str:
        """The word in a contract's list of order types; day orders have no other for theirs."""
        return "DAY" if self in {Tif.DTC, Tif.MINUTES} else self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTerms:
    """Terms beyond side, quantity, kind and price; the defaults ask for nothing special.

    Prices, distances and amounts are per unit in the contract's currency. A trail follows the
    market at `trail_amount` or at `trail_percent`, from `trail_stop` on where it is given; the
    limit of a TRAIL LIMIT stands `limit_offset` beyond its stop. `peg_offset` is how far a REL
    or SNAP PRIM goes beyond the near side, a PEG MID, SNAP MID or SNAP MKT stays away from what
    it follows. An order that `sweeps` takes the prices of all exchanges in turn. `ats_seconds`
    is for how long a SMART order stands in the broker's own network before it goes on, `ats`
    what it asks for there. `minutes` belong to the time in force of that name. `display_size` is what an iceberg shows. Times are
    aware. `include_overnight` lets a day order of a stock work in the overnight session too. Of a
    `hedge` the broker works the quantity out from its parent. Source: placeOrder.
    """

    trail_amount: Decimal | None = None
    trail_percent: Decimal | None = None
    trail_stop: Decimal | None = None
    limit_offset: Decimal | None = None
    peg_offset: Decimal | None = None
    display_size: Decimal | None = None
    discretionary_amount: Decimal | None = None
    hidden: bool = False
    all_or_none: bool = False
    trigger_method: TriggerMethod = TriggerMethod.DEFAULT
    good_after: datetime | None = None
    good_till: datetime | None = None
    include_overnight: bool = False
    oca: OcaGroup | None = None
    algo: Algo | None = None
    conditions: Conditions | None = None
    adjustment: Adjustment | None = None
    hedge: Hedge | None = None
    sweeps: bool = False
    minutes: Decimal | None = None
    ats_seconds: Decimal | None = None
    ats: AtsTerms | None = None

    def __post_init__(self) -> None:
        """Refuse a time that does not say in which zone."""
        for moment in (self.good_after, self.good_till):
            if moment is not None and moment.tzinfo is None:
                raise ValueError("a time of an order needs a zone")

    @property
    def numbers(self) -> dict[str, Decimal]:
        """Every number that is given, under the words a user knows."""
        given = {
            "trail amount": self.trail_amount,
            "trail percentage": self.trail_percent,
            "first stop of the trail": self.trail_stop,
            "limit offset": self.limit_offset,
            "peg offset": self.peg_offset,
            "display size": self.display_size,
            "discretionary amount": self.discretionary_amount,
            "minutes": self.minutes,
            "seconds at IBKRATS": self.ats_seconds,
        }
        found = {name: number for name, number in given.items() if number is not None}
        for each in (self.adjustment, self.ats):
            found |= {} if each is None else each.numbers
        return found


PLAIN = OrderTerms()
"""Nothing special."""


def terms_words(terms: OrderTerms) -> str:
    """Say what is special about an order, "" for nothing."""
    if terms == PLAIN:
        return ""
    own = replace(terms, adjustment=None).numbers
    words = [f"{name} {number:f}" for name, number in own.items()]
    words += ["hidden"] if terms.hidden else []
    words += ["all or none"] if terms.all_or_none else []
    words += ["sweep to fill"] if terms.sweeps else []
    words += ["up to the middle"] if terms.ats is not None and terms.ats.to_middle else []
    if terms.trigger_method is not TriggerMethod.DEFAULT:
        words.append(f"triggered by {terms.trigger_method.name.lower().replace('_', ' ')}")
    for name, moment in (("good after", terms.good_after), ("good till", terms.good_till)):
        if moment is not None:
            words.append(f"{name} {moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC")
    words += ["overnight session too"] if terms.include_overnight else []
    words += [oca_words(terms.oca)] if terms.oca is not None else []
    words += [algo_words(terms.algo)] if terms.algo is not None else []
    words += [conditions_words(terms.conditions)] if terms.conditions is not None else []
    words += [adjustment_words(terms.adjustment)] if terms.adjustment is not None else []
    words += [hedge_words(terms.hedge)] if terms.hedge is not None else []
    return ", ".join(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft:
    """One order as the user wishes it, before any check.

    `quantity` is in shares or lots, `limit_price` and `stop_price` per unit in the
    contract's currency and None where the type takes none. `acknowledged` names the soft findings that the
    user has seen and accepted, as `Finding.acknowledgement` spells them. `family` is the
    wish for several orders that this one is a part of, None for one that stands alone. `legs` are those of a
    combination: prices are then net and may be below 0; one that is not `guaranteed` may
    fill leg by leg. `route` names the exchange an order goes to directly, empty for where the
    contract trades: with stocks and options the broker then chooses (SMART).
    """

    intent_id: IntentId
    account: AccountId
    con_id: ConId
    side: Side
    quantity: Decimal
    order_type: OrderType
    limit_price: Decimal | None = None
    tif: Tif = Tif.DAY
    outside_rth: bool = False
    source: str = "ticket"
    acknowledged: frozenset[str] = frozenset()
    stop_price: Decimal | None = None
    terms: OrderTerms = PLAIN
    family: FamilyId | None = None
    legs: tuple[ComboLeg, ...] = ()
    guaranteed: bool = True
    route: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLinks:
    """What ties an order to others at the broker, or makes it a question.

    `parent_id` is the order that must fill first, if any. An order that is not to
    `transmit` waits at the gateway until a later one of its family is transmitted. A
    `what_if` is never placed: the broker answers what it would cost.
    """

    parent_id: OrderId | None = None
    transmit: bool = True
    what_if: bool = False


ALONE = OrderLinks()
"""Tied to nothing, and sent at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChange:
    """New terms of a working order; a field left None stays as the broker last confirmed it.

    `terms` are all of the order's further terms as they are to be; a trail without a first stop
    leaves its stop where it stands.
    """

    intent_id: IntentId
    key: OrderKey
    quantity: Decimal | None = None
    limit_price: Decimal | None = None
    source: str = "ticket"
    acknowledged: frozenset[str] = frozenset()
    stop_price: Decimal | None = None
    tif: Tif | None = None
    outside_rth: bool | None = None
    terms: OrderTerms | None = None
