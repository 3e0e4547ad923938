"""The order table's rows."""

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor
from typing_extensions import override

from workstation.domain.family import Family
from workstation.domain.ids import OrderId, OrderKey
from workstation.domain.order import Side
from workstation.domain.order_status import Lifecycle, OrderView
from workstation.domain.prices import PriceLadder
from workstation.ui import text
from workstation.ui.models.keyed import KeyedTableModel
from workstation.ui.models.table import Column
from workstation.ui.theme import paint

MOST_CHILDREN = 50
"""More orders below one entry share the last place."""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order and the price increments of its contract."""

    order: OrderView
    ladder: PriceLadder | None = None
    parent_id: OrderId | None = None
    """Number of the order that must fill first, None where there is none."""
    entered_at: datetime | None = None
    """When that order was created."""
    family: Family | None = None
    """The wish for several orders that it is a part of."""

    @property
    def rank(self) -> float:
        """Place by time; what hangs below an entry stands right below it when newest is first."""
        if self.entered_at is None or self.parent_id is None:
            return self.order.created_at.timestamp()
        behind = min(max(int(self.order.order_id) - int(self.parent_id), 1), MOST_CHILDREN)
        return self.entered_at.timestamp() - behind * 1e-5

    @property
    def symbol(self) -> str:
        """The symbol; an order that waits for another hangs below it."""
        shown = text.one_line(self.order.symbol, 40)
        return shown if self.parent_id is None else f"└ {shown}"

    @property
    def quantity(self) -> str:
        """The quantity, and what a change under way makes of it."""
        wanted = self.order.pending_quantity
        if self.order.terms.hedge is not None and not self.order.quantity:
            return text.ABSENT  # the broker works it out when the parent has filled
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
        parts = [flag.value.replace("_", " ").lower() for flag in sorted(self.order.flags)]
        if self.parent_id is not None:
            parts.append(f"{_role(self.order)} of order {self.parent_id}")
        if self.family is not None:
            parts.append(f"{self.family.kind.value}: {self.family.title}")
        if self.order.note:
            parts.append(self.order.note)
        if not self.order.editable:
            parts.append(not_editable_reason(self.order))
        return text.one_line(" · ".join(parts))


def _role(order: OrderView) -> str:
    if order.terms.hedge is not None:
        return order.terms.hedge.kind.words
    return "stop" if order.order_type.startswith("STP") else "target"


def not_editable_reason(order: OrderView) -> str:
    """Say why an order of someone else stays as it is."""
    if order.client_id == 0:
        return "placed in TWS or by client 0: change it there"
    return f"placed by client {order.client_id}: change it there"


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


COLUMNS: tuple[Column[OrderRow], ...] = (
    Column(
        key="time",
        title="Time",
        text=lambda row: text.clock_time(row.order.created_at),
        sort=lambda row: row.rank,
        sample="23:59:59",
        is_left=True,  # the arrow of the sorting stands at the right
    ),
    Column(
        key="symbol",
        title="Symbol",
        text=lambda row: row.symbol,
        sort=lambda row: row.order.symbol,
        sample="GOOGL W",
        is_number=False,
    ),
    Column(
        key="side",
        title="Side",
        text=lambda row: row.order.side.value,
        sort=lambda row: row.order.side.value,
        sample="SELL",
        is_number=False,
    ),
    Column(
        key="quantity",
        title="Quantity",
        text=lambda row: row.quantity,
        sort=lambda row: _number(row.order.quantity),
        sample="1,000 → 800",
    ),
    Column(
        key="type",
        title="Type",
        text=lambda row: text.one_line(row.order.order_type, 20),
        sort=lambda row: row.order.order_type,
        sample="LMT W",
        is_number=False,
    ),
    Column(
        key="limit",
        title="Limit",
        text=lambda row: row.limit,
        sort=lambda row: _number(row.order.limit_price),
        sample="187.20 → 187.10",
    ),
    Column(
        key="stop",
        title="Stop",
        text=lambda row: row.stop,
        sort=lambda row: _number(row.order.stop_price),
        sample="187.20",
    ),
    Column(
        key="tif",
        title="TIF",
        text=lambda row: text.one_line(row.order.tif, 20),
        sort=lambda row: row.order.tif,
        sample="DAY W",
        is_number=False,
        tip="Time in force: how long the order stands",
    ),
    Column(
        key="state",
        title="State",
        text=lambda row: row.order.display_state,
        sort=lambda row: row.order.display_state,
        sample="Part filled W",
        is_number=False,
    ),
    Column(
        key="filled",
        title="Filled",
        text=lambda row: text.size(row.order.filled),
        sort=lambda row: _number(row.order.filled),
        sample="99,999",
    ),
    Column(
        key="remaining",
        title="Remaining",
        text=lambda row: text.size(row.order.remaining if row.order.is_working else 0),
        sort=lambda row: _number(row.order.remaining if row.order.is_working else 0),
        sample="Remaining W",
    ),
    Column(
        key="average",
        title="Avg price",
        text=lambda row: text.average_price(row.order.average_price, row.ladder),
        sort=lambda row: _number(row.order.average_price),
        sample="1,187.2050",
        tip="Average price of the fills",
    ),
    Column(
        key="note",
        title="Note",
        text=lambda row: row.note,
        sort=lambda row: row.note,
        sample="stop of order 12345 · waits for its trigger price",
        is_number=False,
    ),
    Column(
        key="order_id",
        title="Order id",
        text=lambda row: str(row.order.order_id),
        sort=lambda row: float(row.order.order_id),
        sample="Order id W",
    ),
    Column(
        key="perm_id",
        title="Perm id",
        text=lambda row: text.ABSENT if row.order.perm_id is None else str(row.order.perm_id),
        sort=lambda row: _number(row.order.perm_id),
        sample="1234567890",
        tip="The broker's own number of the order",
    ),
    Column(
        key="client",
        title="Client",
        text=lambda row: str(row.order.client_id),
        sort=lambda row: float(row.order.client_id),
        sample="Client W",
        tip="The API client that placed the order",
    ),
)

_NUMBERS = {column.key: number for number, column in enumerate(COLUMNS)}
_SIDE, _STATE, _NOTE = _NUMBERS["side"], _NUMBERS["state"], _NUMBERS["note"]
_PENDING = frozenset({_NUMBERS["quantity"], _NUMBERS["limit"]})


class OrdersModel(KeyedTableModel[OrderKey, OrderRow]):
    """All orders of the day, whoever placed them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)

    @override
    def colour(self, row: OrderRow, column: int) -> QColor | None:
        """Colour side and state; grey what is over or not ours."""
        colours, order = paint(), row.order
        if column == _SIDE:
            return colours.buy if order.side is Side.BUY else colours.sell
        if column == _STATE:
            return _state_colour(order)
        if column == _NOTE:
            return colours.warning if order.flags else colours.muted
        if column in _PENDING and "→" in self.columns[column].text(row):
            return colours.warning
        return colours.muted if order.lifecycle.is_terminal or not order.editable else None

    @override
    def tip(self, row: OrderRow, column: int) -> str:
        """Tell the whole note, or when the order came and changed."""
        if column == _NOTE:
            return row.note
        if column == 0:
            order = row.order
            return (
                f"Created {text.full_time(order.created_at)}\n"
                f"Changed {text.full_time(order.updated_at)}"
            )
        return "" if row.order.editable else not_editable_reason(row.order)


def _state_colour(order: OrderView) -> QColor:
    colours = paint()
    word = order.display_state
    if word in {"Unknown", "Rejected"}:
        return colours.error
    if word in {"Cancelling", "Changing", "Inactive", "Held", "Not placed", "Sending", "Sent"}:
        return colours.warning
    if order.lifecycle in {Lifecycle.WORKING, Lifecycle.FILLED}:
        return colours.good if order.filled else colours.buy
    return colours.muted
