"""States of an order, and the order as it is shown."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from workstation.domain.ids import (
    AccountId,
    ClientId,
    ConId,
    FamilyId,
    OrderId,
    OrderKey,
    PermId,
)
from workstation.domain.order import PLAIN, OrderTerms, Side


class Lifecycle(StrEnum):
    """Where an order stands on its way. Source: orders-and-risk.md 2.1."""

    STAGED = "STAGED"
    SENDING = "SENDING"
    SENT = "SENT"
    UNKNOWN = "UNKNOWN"
    HELD = "HELD"
    WORKING = "WORKING"
    INACTIVE = "INACTIVE"
    FILLED = "FILLED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"
    NOT_PLACED = "NOT_PLACED"

    @property
    def is_terminal(self) -> bool:
        """Whether nothing more is expected, though a late fill is still believed."""
        return self in _TERMINAL


_TERMINAL = frozenset(
    {
        Lifecycle.FILLED,
        Lifecycle.CANCELLED,
        Lifecycle.EXPIRED,
        Lifecycle.REJECTED,
        Lifecycle.NOT_PLACED,
    }
)


class Pending(StrEnum):
    """A cancel or a replace under way, apart from the lifecycle."""

    NONE = "NONE"
    REQUESTED = "REQUESTED"
    UNKNOWN = "UNKNOWN"


class OrderFlag(StrEnum):
    """What is odd about an order and must be seen."""

    LATE_FILL = "LATE_FILL"
    OVERFILL = "OVERFILL"
    RESURRECTED = "RESURRECTED"
    CORRECTED = "CORRECTED"
    ABSENT = "ABSENT"
    """The broker was asked twice and knows nothing of it; the user may confirm that."""

    FILL_PRICE_MISSING = "FILL_PRICE_MISSING"
    """A fill came without its price: the average is the broker's own, or not known."""


STOP_TYPES = frozenset({"STP", "STP LMT", "STP PRT", "TRAIL", "TRAIL LIMIT"})
"""Kinds that wait for the market to turn against a position, in the broker's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """One order as the program knows it, from whichever client it came.

    `filled` is the sum of the latest revision of each execution, never a status report.
    `average_price` is None without a fill, and while one has no price that the broker told. `pending_quantity` and `pending_limit` are the
    terms of a change that the broker has not confirmed, and so is `pending_stop`. `parent` is
    the order that must fill before this one works. `oca_group` names the orders of which one
    cancels or reduces the others, as `oca_type` says; the broker numbers the type. `terms` are
    its further terms; of a trail `trail_stop` is where the broker last said that it stands.
    `note` is the broker's or our latest sentence about it. `family` is the wish for several
    orders that it is a part of. `editable` tells whether this client may change or cancel it.
    `parent_id` is the parent's number as the broker names it, also where `parent` is not known
    here. `why_held` is the broker's own word for why it holds a live order, `last_fill_price`
    that of the newest execution, `cap_price` the price to which the broker has capped it. `route`
    is the exchange to which it was sent directly from here, empty for the contract's own.
    `cash_quantity` is the money by which another program sized it in place of a quantity.
    """

    key: OrderKey
    order_id: OrderId
    client_id: ClientId
    perm_id: PermId | None
    account: AccountId
    con_id: ConId
    symbol: str
    side: Side
    quantity: Decimal
    order_type: str
    limit_price: Decimal | None
    tif: str
    lifecycle: Lifecycle
    cancel: Pending = Pending.NONE
    replace: Pending = Pending.NONE
    pending_quantity: Decimal | None = None
    pending_limit: Decimal | None = None
    filled: Decimal = Decimal(0)
    average_price: Decimal | None = None
    flags: frozenset[OrderFlag] = frozenset()
    note: str = ""
    editable: bool = True
    created_at: datetime
    updated_at: datetime
    stop_price: Decimal | None = None
    pending_stop: Decimal | None = None
    parent: OrderKey | None = None
    oca_group: str = ""
    oca_type: int = 0
    family: FamilyId | None = None
    outside_rth: bool = False
    terms: OrderTerms = PLAIN
    parent_id: OrderId | None = None
    why_held: str = ""
    last_fill_price: Decimal | None = None
    cap_price: Decimal | None = None
    route: str = ""
    cash_quantity: Decimal | None = None

    @property
    def is_unsized(self) -> bool:
        """Whether nothing tells how much it may fill; of a hedge its parent does."""
        return not self.quantity and self.is_working and self.terms.hedge is None

    @property
    def remaining(self) -> Decimal:
        """Quantity that could still fill if the order is live, never negative."""
        return max(self.quantity - self.filled, Decimal(0))

    @property
    def is_working(self) -> bool:
        """Whether the order may still be live at the broker."""
        return not self.lifecycle.is_terminal

    @property
    def is_protective(self) -> bool:
        """Whether it stands for a position: a stop, a bracket's exit, one of a group."""
        is_exit = self.parent is not None and self.terms.hedge is None
        stands = is_exit or bool(self.oca_group)
        return stands or self.order_type in STOP_TYPES

    @property
    def display_state(self) -> str:
        """The one word a trader reads; unknown goes before pending, pending before the rest."""
        return display_state(self)


def display_state(view: OrderView) -> str:
    """Choose the word shown for an order. Source: orders-and-risk.md 2.1, display precedence."""
    if view.lifecycle is Lifecycle.UNKNOWN or Pending.UNKNOWN in (view.cancel, view.replace):
        return "Unknown"
    if not view.lifecycle.is_terminal and view.cancel is Pending.REQUESTED:
        return "Cancelling"
    if not view.lifecycle.is_terminal and view.replace is Pending.REQUESTED:
        return "Changing"
    if view.lifecycle is Lifecycle.WORKING and view.filled:
        return "Part filled"
    return _WORDS[view.lifecycle]


_WORDS = {
    Lifecycle.STAGED: "Staged",
    Lifecycle.SENDING: "Sending",
    Lifecycle.SENT: "Sent",
    Lifecycle.UNKNOWN: "Unknown",
    Lifecycle.HELD: "Held",
    Lifecycle.WORKING: "Working",
    Lifecycle.INACTIVE: "Inactive",
    Lifecycle.FILLED: "Filled",
    Lifecycle.CANCELLED: "Cancelled",
    Lifecycle.EXPIRED: "Expired",
    Lifecycle.REJECTED: "Rejected",
    Lifecycle.NOT_PLACED: "Not placed",
}
