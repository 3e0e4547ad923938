"""The rows of earlier orders and fills."""

from datetime import datetime
from decimal import Decimal
from typing import Protocol, TypeVar

from PySide6.QtCore import QObject

from workstation.domain.account import masked
from workstation.domain.ids import AccountId
from workstation.domain.order import Side
from workstation.domain.past_trades import Origin, PastFill, PastOrder
from workstation.ui import text
from workstation.ui.models.keyed import KeyedTableModel
from workstation.ui.models.table import Column, word_column


class _Traded(Protocol):
    """What an order and a fill have in common."""

    @property
    def time(self) -> datetime: ...
    @property
    def account(self) -> str: ...
    @property
    def symbol(self) -> str: ...
    @property
    def side(self) -> Side: ...
    @property
    def quantity(self) -> Decimal: ...


Row = TypeVar("Row", bound=_Traded)


def _time(_kind: type[Row], tip: str = "") -> Column[Row]:
    return Column(
        key="time",
        title="Time",
        text=lambda row: row.time.astimezone().strftime("%Y-%m-%d %H:%M:%S"),
        sort=lambda row: row.time.timestamp(),
        sample="2026-11-22 23:59:59",
        is_left=True,
        tip=tip,
    )


def _who_and_what(_kind: type[Row]) -> tuple[Column[Row], ...]:
    return (
        Column(
            key="account",
            title="Account",
            text=lambda row: text.one_line(masked(AccountId(row.account)), 20),
            sort=lambda row: row.account,
            sample="U•••321 W",
            is_number=False,
        ),
        Column(
            key="symbol",
            title="Symbol",
            text=lambda row: text.one_line(row.symbol, 40),
            sort=lambda row: row.symbol,
            sample="GOOGL W",
            is_number=False,
        ),
        word_column("side", "Side", lambda row: row.side.value, "SELL"),
        Column(
            key="quantity",
            title="Quantity",
            text=lambda row: text.size(row.quantity),
            sort=lambda row: float(row.quantity),
            sample="100,000",
        ),
    )


def _cost(row: PastFill) -> str:
    if row.commission is None:
        return text.ABSENT
    return text.money(row.commission, text.one_line(row.currency, 8))


ORDER_COLUMNS: tuple[Column[PastOrder], ...] = (
    _time(PastOrder, "When it was first put on record, this machine's time"),
    Column(
        key="id",
        title="Order",
        text=lambda row: str(row.order_id),
        sort=lambda row: float(row.order_id),
        sample="100,000",
    ),
    *_who_and_what(PastOrder),
    Column(
        key="type",
        title="Type",
        text=lambda row: text.one_line(row.order_type, 20),
        sort=lambda row: row.order_type,
        sample="TRAIL LIMIT",
        is_number=False,
    ),
    Column(
        key="limit",
        title="Limit",
        text=lambda row: text.exact_price(row.limit_price),
        sort=lambda row: None if row.limit_price is None else float(row.limit_price),
        sample="10,000.00",
    ),
    Column(
        key="stop",
        title="Stop",
        text=lambda row: text.exact_price(row.stop_price),
        sort=lambda row: None if row.stop_price is None else float(row.stop_price),
        sample="10,000.00",
    ),
    Column(
        key="tif",
        title="TIF",
        text=lambda row: text.one_line(row.tif, 8),
        sort=lambda row: row.tif,
        sample="GTC W",
        is_number=False,
    ),
    word_column("state", "State", lambda row: row.state, "Part filled"),
    Column(
        key="filled",
        title="Filled",
        text=lambda row: text.size(row.filled),
        sort=lambda row: float(row.filled),
        sample="100,000",
    ),
    Column(
        key="average",
        title="Average",
        text=lambda row: text.exact_price(row.average_price),
        sort=lambda row: None if row.average_price is None else float(row.average_price),
        sample="10,000.0000",
    ),
    word_column(
        "by",
        "Placed",
        lambda row: "here" if row.is_own else "elsewhere",
        "elsewhere",
        tip="By this program, or by TWS, the mobile program or another client",
    ),
    Column(
        key="note",
        title="Note",
        text=lambda row: text.one_line(row.note, 200),
        sort=lambda row: row.note,
        sample="The broker refused it: a new order is dead",
        is_number=False,
    ),
)

FILL_COLUMNS: tuple[Column[PastFill], ...] = (
    _time(PastFill),
    *_who_and_what(PastFill),
    Column(
        key="price",
        title="Price",
        text=lambda row: text.exact_price(row.price),
        sort=lambda row: None if row.price is None else float(row.price),
        sample="10,000.0000",
    ),
    Column(
        key="exchange",
        title="Venue",
        text=lambda row: text.venue(text.one_line(row.exchange, 20)),
        sort=lambda row: row.exchange,
        sample="NASDAQ W",
        is_number=False,
    ),
    Column(
        key="commission",
        title="Commission",
        text=_cost,
        sort=lambda row: None if row.commission is None else float(row.commission),
        sample="1,000.00 USD",
    ),
    Column(
        key="realized",
        title="Realized",
        text=lambda row: text.signed_money(row.realized_pnl),
        sort=lambda row: None if row.realized_pnl is None else float(row.realized_pnl),
        sample="+10,000.00",
    ),
    Column(
        key="origin",
        title="From",
        text=lambda row: "statement" if row.origin is Origin.IMPORTED else "journal",
        sort=lambda row: row.origin.value,
        sample="statement",
        is_number=False,
        tip="Reported by the broker to this program, or imported from a statement",
    ),
)


class PastOrdersModel(KeyedTableModel[str, PastOrder]):
    """One page of orders."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(ORDER_COLUMNS, parent)


class PastFillsModel(KeyedTableModel[str, PastFill]):
    """One page of fills."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(FILL_COLUMNS, parent)
