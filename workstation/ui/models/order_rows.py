"""What stands in the rows of the order table: an order, or the record of several that belong together."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from workstation.domain.family import Family
from workstation.domain.ids import OrderId
from workstation.domain.order import Side
from workstation.domain.order_status import OrderView
from workstation.domain.prices import PriceLadder
from workstation.ui import text

INDENT = "    "
"""How far a part stands to the right of what it is a part of."""

OPEN, FOLDED = "▾ ", "▸ "
"""Marks of a row that has parts below it."""


class Grouping(StrEnum):
    """By what the order table puts rows together, beside the families that orders are."""

    NOTHING = "Not grouped"
    SYMBOL = "By symbol"
    SIDE = "By side"
    STATE = "By state"
    ACCOUNT = "By account"
    STRATEGY = "By order family"


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order, the price increments of its contract, and its place among those it belongs to."""

    order: OrderView
    ladder: PriceLadder | None = None
    parent_id: OrderId | None = None
    """Number of the order that must fill first, None where there is none."""
    family: Family | None = None
    """The wish for several orders that it is a part of."""
    path: tuple[str, ...] = ()
    """Keys of the rows above it that it is a part of, the outermost first."""
    parts: tuple[OrderView, ...] = ()
    """The orders below it: the exits of an entry, a hedge."""
    is_folded: bool = False
    """Whether its parts are hidden."""
    orphan: str = ""
    """Why it stands alone though it hangs on something, empty where it does not."""

    @property
    def symbol(self) -> str:
        """The symbol; what hangs below another stands to the right of it."""
        shown = text.one_line(self.order.symbol, 40)
        if self.parts:
            return f"{INDENT * len(self.path)}{FOLDED if self.is_folded else OPEN}{shown}"
        return shown if not self.path else f"{INDENT * (len(self.path) - 1)}└ {shown}"

    @property
    def quantity(self) -> str:
        """The quantity, and what a change under way makes of it."""
        wanted = self.order.pending_quantity
        if self.order.terms.hedge is not None and not self.order.quantity:
            return text.ABSENT  # the broker works it out when the parent has filled
        if self.order.cash_quantity is not None and not self.order.quantity:
            return f"{text.size(self.order.cash_quantity)} cash"
        return text.pending(
            text.size(self.order.quantity), None if wanted is None else text.size(wanted)
        )

    @property
    def limit(self) -> str:
        """The limit, and what a change under way makes of it."""
        wanted = self.order.pending_limit
        return text.pending(
            text.exact_price(self.order.limit_price, self.ladder),
            None if wanted is None else text.exact_price(wanted, self.ladder),
        )

    @property
    def stop(self) -> str:
        """The stop, and what a change under way makes of it."""
        wanted = self.order.pending_stop
        return text.pending(
            text.exact_price(self.order.stop_price, self.ladder),
            None if wanted is None else text.exact_price(wanted, self.ladder),
        )

    @property
    def note(self) -> str:
        """What is odd, the broker's sentence, and why it cannot be edited."""
        parts = [self.orphan] if self.orphan else []
        parts += [flag.value.replace("_", " ").lower() for flag in sorted(self.order.flags)]
        if self.parent_id is not None:
            parts.append(f"{_role(self.order)} of order {self.parent_id}")
        if self.family is not None:
            parts.append(f"{self.family.kind.value}: {self.family.title}")
        if self.order.note:
            parts.append(self.order.note)
        if not self.order.editable:
            parts.append(not_editable_reason(self.order))
        return text.one_line(" · ".join(parts))

    @property
    def words(self) -> str:
        """Everything of it that the filter looks through, in small letters."""
        order = self.order
        said = (order.symbol, order.side.value, order.order_type, order.tif, order.display_state)
        return f"{' '.join(said)} {self.note} {order.order_id} {order.account}".casefold()


@dataclass(frozen=True, slots=True)
class RecordRow:
    """The record above several orders: a ladder, a group, all of a symbol. No order itself."""

    key: str
    kind: str
    title: str
    orders: tuple[OrderView, ...]
    """What it stands for, oldest first, never empty."""
    family: Family | None = None
    path: tuple[str, ...] = ()
    is_folded: bool = False
    is_grouping: bool = False
    """Whether the table only puts its orders together; nothing ties them at the broker."""
    orphan: str = ""

    @property
    def at(self) -> datetime:
        """When the first of its orders was created."""
        return self.orders[0].created_at

    @property
    def symbol(self) -> str:
        """Its symbol, or how many there are."""
        found = dict.fromkeys(order.symbol for order in self.orders)
        shown = next(iter(found)) if len(found) == 1 else f"{len(found)} symbols"
        if self.is_grouping:
            shown = self.title
        mark = FOLDED if self.is_folded else OPEN
        return f"{INDENT * len(self.path)}{mark}{text.one_line(shown, 40)}"

    @property
    def side(self) -> Side | None:
        """The side of all of its orders, None where they differ."""
        found = {order.side for order in self.orders}
        return found.pop() if len(found) == 1 else None

    @property
    def quantity(self) -> Decimal | None:
        """What its orders are for together; None where a sum says nothing."""
        return _sum(self, (order.quantity for order in self.orders))

    @property
    def filled(self) -> Decimal | None:
        """What has filled together; None where a sum says nothing."""
        return _sum(self, (order.filled for order in self.orders))

    @property
    def remaining(self) -> Decimal | None:
        """What could still fill together; None where a sum says nothing."""
        return _sum(self, (order.remaining for order in self.working))

    @property
    def working(self) -> tuple[OrderView, ...]:
        """Those of its orders that may still be live."""
        return tuple(order for order in self.orders if order.is_working)

    @property
    def state(self) -> str:
        """How many of its orders are working."""
        return f"{len(self.working)}/{len(self.orders)} working"

    @property
    def note(self) -> str:
        """What ties the orders, and what is odd about that."""
        said = [self.orphan] if self.orphan else []
        if not self.is_grouping:
            said.append(f"{_KINDS.get(self.kind, self.kind)}: {self.title}")
        return text.one_line(" · ".join(said))


Row = OrderRow | RecordRow

_KINDS = {"OCA": "one-cancels-all group"}
"""What a kind is called where there is room."""


def not_editable_reason(order: OrderView) -> str:
    """Say why an order of someone else stays as it is."""
    if order.client_id == 0:
        return "placed in TWS or by client 0: change it there"
    return f"placed by client {order.client_id}: change it there"


def _role(order: OrderView) -> str:
    if order.terms.hedge is not None:
        return order.terms.hedge.kind.words
    return "stop" if order.order_type.startswith("STP") else "target"


def _sum(record: RecordRow, values: Iterable[Decimal]) -> Decimal | None:
    """Add what is of one contract and side and does not cancel one another."""
    is_one = len({(order.con_id, order.side) for order in record.orders}) == 1
    return sum(values, Decimal(0)) if is_one and not _is_oca(record) else None


def _is_oca(record: RecordRow) -> bool:
    return any(order.oca_group for order in record.orders)
