"""What a user wishes for: order drafts and changes to orders."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from workstation.domain.ids import AccountId, ConId, IntentId, OrderId, OrderKey


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

    @property
    def takes_limit(self) -> bool:
        """Whether an order of this kind has a limit price."""
        return self in {OrderType.LIMIT, OrderType.STOP_LIMIT}

    @property
    def takes_stop(self) -> bool:
        """Whether an order of this kind waits for a stop price."""
        return self in {OrderType.STOP, OrderType.STOP_LIMIT}


class Tif(StrEnum):
    """How long an order stands, spelled as on the wire."""

    DAY = "DAY"
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft:
    """One order as the user wishes it, before any check.

    `quantity` is in shares or lots, `limit_price` and `stop_price` per unit in the
    contract's currency and None where the type takes none. `acknowledged` names the soft findings that the
    user has seen and accepted, as `Finding.acknowledgement` spells them.
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
    """New terms of a working order; a field left None stays as the broker last confirmed it."""

    intent_id: IntentId
    key: OrderKey
    quantity: Decimal | None = None
    limit_price: Decimal | None = None
    source: str = "ticket"
    acknowledged: frozenset[str] = frozenset()
    stop_price: Decimal | None = None
