"""What the columns of orders and executions hold, for an export that keeps types.

A column of a table is for the eye: "1,000 -> 800", "12.50 USD", a mark before a symbol. Here each is
taken apart into columns of values; the names are those of `domain`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from workstation.domain.account import masked
from workstation.domain.execution import Commission
from workstation.domain.order_status import OrderView
from workstation.domain.typed_table import Kind
from workstation.ui.models.executions import ExecutionRow
from workstation.ui.models.order_rows import OrderRow, RecordRow, Row

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class ExportValue(Generic[R]):
    """A column of the export: its name, its type, and how a row gives its value."""

    name: str
    kind: Kind
    of: Callable[[R], object]


Exports = Mapping[str, tuple[ExportValue[R], ...]]
"""For each column of a table, by key, what is exported of it; "" is exported in any case, first."""


def _value(
    name: str,
    kind: Kind,
    of_order: Callable[[OrderView], object],
    of_record: Callable[[RecordRow], object] | None = None,
) -> ExportValue[Row]:
    """Return a column of either kind of row; records without a value of their own have none."""

    def of(row: Row) -> object:
        if isinstance(row, OrderRow):
            return of_order(row.order)
        return None if of_record is None else of_record(row)

    return ExportValue(name, kind, of)


def _text(
    name: str,
    of_order: Callable[[OrderView], str],
    of_record: Callable[[RecordRow], str | None] | None = None,
) -> ExportValue[Row]:
    return _value(name, Kind.TEXT, lambda order: of_order(order) or None, of_record)


def _decimal(
    name: str,
    of_order: Callable[[OrderView], Decimal | None],
    of_record: Callable[[RecordRow], Decimal | None] | None = None,
) -> ExportValue[Row]:
    return _value(name, Kind.DECIMAL, of_order, of_record)


def _quantity(order: OrderView) -> Decimal | None:
    """Return the quantity; None while only money or a parent says how much."""
    is_open = order.cash_quantity is not None or order.terms.hedge is not None
    return None if is_open and not order.quantity else order.quantity


def _remaining(order: OrderView) -> Decimal | None:
    if order.is_unsized:
        return None
    return order.remaining if order.is_working else Decimal(0)


def _common_symbol(record: RecordRow) -> str | None:
    found = {order.symbol for order in record.orders}
    return found.pop() if len(found) == 1 else None


ORDER_VALUES: Exports[Row] = {
    "": (
        ExportValue(
            "record", Kind.TEXT, lambda row: row.title if isinstance(row, RecordRow) else None
        ),
        ExportValue("level", Kind.INTEGER, lambda row: len(row.path)),
    ),
    "time": (
        _value("time", Kind.TIME, lambda order: order.created_at, lambda row: row.at),
        _value("changed_at", Kind.TIME, lambda order: order.updated_at),
    ),
    "symbol": (
        _text("symbol", lambda order: order.symbol, _common_symbol),
        _value("con_id", Kind.INTEGER, lambda order: order.con_id),
    ),
    "side": (_text("side", lambda order: order.side.value, lambda row: row.side),),
    "quantity": (
        _decimal("quantity", _quantity, lambda row: row.quantity),
        _decimal("pending_quantity", lambda order: order.pending_quantity),
        _decimal("cash_quantity", lambda order: order.cash_quantity),
    ),
    "type": (_text("order_type", lambda order: order.order_type, lambda row: row.kind),),
    "limit": (
        _decimal("limit_price", lambda order: order.limit_price),
        _decimal("pending_limit", lambda order: order.pending_limit),
    ),
    "stop": (
        _decimal("stop_price", lambda order: order.stop_price),
        _decimal("pending_stop", lambda order: order.pending_stop),
    ),
    "tif": (_text("tif", lambda order: order.tif),),
    "state": (_text("state", lambda order: order.display_state, lambda row: row.state),),
    "filled": (_decimal("filled", lambda order: order.filled, lambda row: row.filled),),
    "remaining": (_decimal("remaining", _remaining, lambda row: row.remaining),),
    "average": (_decimal("average_price", lambda order: order.average_price),),
    "note": (ExportValue("note", Kind.TEXT, lambda row: row.note or None),),
    "order_id": (_value("order_id", Kind.INTEGER, lambda order: order.order_id),),
    "perm_id": (_value("perm_id", Kind.INTEGER, lambda order: order.perm_id),),
    "client": (_value("client_id", Kind.INTEGER, lambda order: order.client_id),),
    "last_fill": (_decimal("last_fill_price", lambda order: order.last_fill_price),),
    "parent": (_value("parent_id", Kind.INTEGER, lambda order: order.parent_id),),
    "why_held": (_text("why_held", lambda order: order.why_held),),
    "cap_price": (_decimal("cap_price", lambda order: order.cap_price),),
    "route": (_text("route", lambda order: order.route),),
    "account": (_text("account", lambda order: masked(order.account)),),
}
"""`record` is the title of a row that stands for the orders below it, which are `level` deeper; of
an order it is missing. Whoever adds up leaves records out."""


def _paid(
    name: str, kind: Kind, of: Callable[[Commission], object]
) -> tuple[ExportValue[ExecutionRow], ...]:
    def value(row: ExecutionRow) -> object:
        return None if row.commission is None else of(row.commission)

    return (ExportValue(name, kind, value),)


EXECUTION_VALUES: Exports[ExecutionRow] = {
    "": (),
    "time": (ExportValue("time", Kind.TIME, lambda row: row.execution.time),),
    "symbol": (
        ExportValue("symbol", Kind.TEXT, lambda row: row.execution.shown_name),
        ExportValue("con_id", Kind.INTEGER, lambda row: row.execution.con_id),
    ),
    "side": (ExportValue("side", Kind.TEXT, lambda row: row.execution.side),),
    "quantity": (ExportValue("quantity", Kind.DECIMAL, lambda row: row.execution.quantity),),
    "price": (ExportValue("price", Kind.DECIMAL, lambda row: row.execution.price),),
    "exchange": (ExportValue("exchange", Kind.TEXT, lambda row: row.execution.exchange),),
    "liquidity": (ExportValue("liquidity", Kind.TEXT, lambda row: row.execution.liquidity),),
    "commission": (
        *_paid("commission", Kind.DECIMAL, lambda paid: paid.commission),
        *_paid("commission_currency", Kind.TEXT, lambda paid: paid.currency),
    ),
    "realized_pnl": (
        *_paid("realized_pnl", Kind.DECIMAL, lambda paid: paid.realized_pnl),
        *_paid("realized_currency", Kind.TEXT, lambda paid: paid.currency),
    ),
    "order_id": (ExportValue("order_id", Kind.INTEGER, lambda row: row.execution.order_id),),
    "exec_id": (ExportValue("exec_id", Kind.TEXT, lambda row: row.execution.exec_id),),
}
"""A quantity of 0 is a trade that the exchange took back."""
