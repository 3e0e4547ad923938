"""The order table's columns and its model."""

from collections.abc import Callable
from decimal import Decimal

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor
from typing_extensions import override

from workstation.domain.account import masked
from workstation.domain.ids import OrderKey
from workstation.domain.order import Side
from workstation.domain.order_status import Lifecycle, OrderView
from workstation.ui import text
from workstation.ui.models.keyed import KeyedTableModel
from workstation.ui.models.order_rows import OrderRow, RecordRow, Row, not_editable_reason
from workstation.ui.models.table import Column
from workstation.ui.theme import paint

Value = float | str | None


def _say(
    of_order: Callable[[OrderRow], str], of_record: Callable[[RecordRow], str] | None = None
) -> Callable[[Row], str]:
    """Write a cell of either kind of row; a record without words of its own leaves it empty."""

    def say(row: Row) -> str:
        if isinstance(row, OrderRow):
            return of_order(row)
        return "" if of_record is None else of_record(row)

    return say


def _sort(
    of_order: Callable[[OrderView], Value], of_record: Callable[[RecordRow], Value] | None = None
) -> Callable[[Row], Value]:
    """Sort either kind of row; a record without a value stands last."""

    def sort(row: Row) -> Value:
        if isinstance(row, OrderRow):
            return of_order(row.order)
        return None if of_record is None else of_record(row)

    return sort


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


def _side_of(record: RecordRow) -> str:
    return "" if record.side is None else record.side.value


def _size_of(value: Decimal | None) -> str:
    return "" if value is None else text.size(value)


def _left(order: OrderView) -> Decimal:
    return order.remaining if order.is_working else Decimal(0)


COLUMNS: tuple[Column[Row], ...] = (
    Column(
        key="time",
        title="Time",
        text=_say(
            lambda row: text.clock_time(row.order.created_at), lambda row: text.clock_time(row.at)
        ),
        sort=_sort(lambda order: order.created_at.timestamp(), lambda row: row.at.timestamp()),
        sample="23:59:59",
        is_left=True,  # the arrow of the sorting stands at the right
    ),
    Column(
        key="symbol",
        title="Symbol",
        text=_say(lambda row: row.symbol, lambda row: row.symbol),
        sort=_sort(lambda order: order.symbol, lambda row: row.orders[0].symbol),
        sample="▾ GOOGL W",
        is_number=False,
    ),
    Column(
        key="side",
        title="Side",
        text=_say(lambda row: row.order.side.value, _side_of),
        sort=_sort(lambda order: order.side.value, _side_of),
        sample="SELL",
        is_number=False,
    ),
    Column(
        key="quantity",
        title="Quantity",
        text=_say(lambda row: row.quantity, lambda row: _size_of(row.quantity)),
        sort=_sort(lambda order: _number(order.quantity), lambda row: _number(row.quantity)),
        sample="1,000 → 800",
    ),
    Column(
        key="type",
        title="Type",
        text=_say(lambda row: text.one_line(row.order.order_type, 20), lambda row: row.kind),
        sort=_sort(lambda order: order.order_type, lambda row: row.kind),
        sample="LMT W",
        is_number=False,
    ),
    Column(
        key="limit",
        title="Limit",
        text=_say(lambda row: row.limit),
        sort=_sort(lambda order: _number(order.limit_price)),
        sample="187.20 → 187.10",
    ),
    Column(
        key="stop",
        title="Stop",
        text=_say(lambda row: row.stop),
        sort=_sort(lambda order: _number(order.stop_price)),
        sample="187.20",
    ),
    Column(
        key="tif",
        title="TIF",
        text=_say(lambda row: text.one_line(row.order.tif, 20)),
        sort=_sort(lambda order: order.tif),
        sample="DAY W",
        is_number=False,
        tip="Time in force: how long the order stands",
    ),
    Column(
        key="state",
        title="State",
        text=_say(lambda row: row.order.display_state, lambda row: row.state),
        sort=_sort(lambda order: order.display_state, lambda row: row.state),
        sample="Part filled W",
        is_number=False,
    ),
    Column(
        key="filled",
        title="Filled",
        text=_say(lambda row: text.size(row.order.filled), lambda row: _size_of(row.filled)),
        sort=_sort(lambda order: _number(order.filled), lambda row: _number(row.filled)),
        sample="99,999",
    ),
    Column(
        key="remaining",
        title="Remaining",
        text=_say(
            lambda row: text.ABSENT if row.order.is_unsized else text.size(_left(row.order)),
            lambda row: _size_of(row.remaining),
        ),
        sort=_sort(lambda order: _number(_left(order)), lambda row: _number(row.remaining)),
        sample="Remaining W",
    ),
    Column(
        key="average",
        title="Avg price",
        text=_say(lambda row: text.average_price(row.order.average_price, row.ladder)),
        sort=_sort(lambda order: _number(order.average_price)),
        sample="1,187.2050",
        tip="Average price of the fills",
    ),
    Column(
        key="note",
        title="Note",
        text=_say(lambda row: row.note, lambda row: row.note),
        sort=lambda row: row.note,
        sample="stop of order 12345 · waits for its trigger price",
        is_number=False,
    ),
    Column(
        key="order_id",
        title="Order id",
        text=_say(lambda row: str(row.order.order_id)),
        sort=_sort(lambda order: float(order.order_id)),
        sample="Order id W",
    ),
    Column(
        key="perm_id",
        title="Perm id",
        text=_say(lambda row: text.ABSENT if row.order.perm_id is None else str(row.order.perm_id)),
        sort=_sort(lambda order: _number(order.perm_id)),
        sample="1234567890",
        tip="The broker's own number of the order",
    ),
    Column(
        key="client",
        title="Client",
        text=_say(lambda row: str(row.order.client_id)),
        sort=_sort(lambda order: float(order.client_id)),
        sample="Client W",
        tip="The API client that placed the order",
    ),
    Column(
        key="last_fill",
        title="Last fill",
        text=_say(lambda row: text.exact_price(row.order.last_fill_price, row.ladder)),
        sort=_sort(lambda order: _number(order.last_fill_price)),
        sample="1,187.20",
        tip="Price of the newest execution",
        is_extra=True,
    ),
    Column(
        key="parent",
        title="Parent id",
        text=_say(
            lambda row: text.ABSENT if row.order.parent_id is None else str(row.order.parent_id)
        ),
        sort=_sort(lambda order: _number(order.parent_id)),
        sample="Parent id W",
        tip="Number of the order that must fill before this one works",
        is_extra=True,
    ),
    Column(
        key="why_held",
        title="Why held",
        text=_say(lambda row: text.one_line(row.order.why_held, 40) or text.ABSENT),
        sort=_sort(lambda order: order.why_held or None),
        sample="locate,trigger",
        is_number=False,
        tip="The broker's own word for why it holds the order; the note says what it means",
        is_extra=True,
    ),
    Column(
        key="cap_price",
        title="Capped at",
        text=_say(lambda row: text.exact_price(row.order.cap_price, row.ladder)),
        sort=_sort(lambda order: _number(order.cap_price)),
        sample="1,187.20",
        tip="The price to which the broker has capped the order (mktCapPrice)",
        is_extra=True,
    ),
    Column(
        key="route",
        title="Route",
        text=_say(lambda row: text.one_line(row.order.route, 16) or text.ABSENT),
        sort=_sort(lambda order: order.route or None),
        sample="ISLAND W",
        is_number=False,
        tip="The exchange to which the order was sent directly",
        is_extra=True,
    ),
    Column(
        key="account",
        title="Account",
        text=_say(lambda row: masked(row.order.account)),
        sort=_sort(lambda order: order.account),
        sample="S•••001 W",
        is_number=False,
        is_extra=True,
    ),
)

_NUMBERS = {column.key: number for number, column in enumerate(COLUMNS)}
_SIDE, _STATE, _NOTE = _NUMBERS["side"], _NUMBERS["state"], _NUMBERS["note"]
_PENDING = frozenset({_NUMBERS["quantity"], _NUMBERS["limit"]})


class OrdersModel(KeyedTableModel[str, Row]):
    """All orders of the day, whoever placed them, and the records of those that belong together."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)
        self.folded: set[str] = set()
        """Keys of the rows whose parts are hidden."""

    def order_row(self, key: OrderKey) -> OrderRow | None:
        """Return the row of an order, None where there is none."""
        row = self.value(key)
        return row if isinstance(row, OrderRow) else None

    def is_hidden(self, row: Row) -> bool:
        """Tell whether something that it is a part of is folded."""
        return not self.folded.isdisjoint(row.path)

    @override
    def colour(self, row: Row, column: int) -> QColor | None:
        """Colour side and state; grey what is over or not ours."""
        if isinstance(row, RecordRow):
            return _record_colour(row, column)
        colours = paint()
        order = row.order
        if column == _SIDE:
            return colours.buy if order.side is Side.BUY else colours.sell
        if column == _STATE:
            return _state_colour(order)
        if column == _NOTE:
            return colours.warning if order.flags or row.orphan else colours.muted
        if column in _PENDING and "→" in self.columns[column].text(row):
            return colours.warning
        return colours.muted if order.lifecycle.is_terminal or not order.editable else None

    @override
    def tip(self, row: Row, column: int) -> str:
        """Tell the whole note, or when the order came and changed."""
        if column == _NOTE:
            return row.note
        if isinstance(row, RecordRow):
            return f"{row.state}; click the mark to fold"
        if column == 0:
            order = row.order
            return (
                f"Created {text.full_time(order.created_at)}\n"
                f"Changed {text.full_time(order.updated_at)}"
            )
        return "" if row.order.editable else not_editable_reason(row.order)


def _record_colour(record: RecordRow, column: int) -> QColor | None:
    colours = paint()
    if column == _NOTE and record.orphan:
        return colours.warning
    if column == _SIDE and record.side is not None:
        return colours.buy if record.side is Side.BUY else colours.sell
    return None if record.working else colours.muted


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
