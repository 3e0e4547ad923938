"""The executions' rows: one for each fill, with what it cost."""

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor
from typing_extensions import override

from workstation.domain.execution import Commission, Execution
from workstation.domain.ids import ExecId
from workstation.domain.order import Side
from workstation.domain.prices import PriceLadder
from workstation.ui import text
from workstation.ui.models.keyed import KeyedTableModel
from workstation.ui.models.table import Column, word_column
from workstation.ui.theme import paint


@dataclass(frozen=True, slots=True)
class ExecutionRow:
    """The revision of an execution that stands, and its cost once known."""

    execution: Execution
    commission: Commission | None = None
    ladder: PriceLadder | None = None

    @property
    def symbol(self) -> str:
        """The contract; of a combination its legs have theirs, and the whole is marked."""
        return text.one_line(self.execution.shown_name, 40)

    @property
    def is_bust(self) -> bool:
        """Whether the exchange took the trade back."""
        return not self.execution.quantity

    @property
    def quantity(self) -> str:
        """The quantity, or that there is none any more."""
        return "bust" if self.is_bust else text.size(self.execution.quantity)

    @property
    def cost(self) -> str:
        """The commission with its currency."""
        paid = self.commission
        return text.ABSENT if paid is None else text.money(paid.commission, paid.currency)

    @property
    def realized(self) -> str:
        """The realised profit or loss with its currency."""
        paid = self.commission
        return text.ABSENT if paid is None else text.signed_money(paid.realized_pnl, paid.currency)


def _cost(row: ExecutionRow) -> float | None:
    return None if row.commission is None else float(row.commission.commission)


def _realized(row: ExecutionRow) -> float | None:
    pnl = None if row.commission is None else row.commission.realized_pnl
    return None if pnl is None else float(pnl)


COLUMNS: tuple[Column[ExecutionRow], ...] = (
    Column(
        key="time",
        title="Time",
        text=lambda row: text.clock_time(row.execution.time),
        sort=lambda row: row.execution.time.timestamp(),
        sample="23:59:59",
    ),
    Column(
        key="symbol",
        title="Symbol",
        text=lambda row: row.symbol,
        sort=lambda row: row.execution.symbol,
        sample="GOOGL W",
        is_number=False,
    ),
    word_column("side", "Side", lambda row: row.execution.side.value, "SELL"),
    Column(
        key="quantity",
        title="Quantity",
        text=lambda row: row.quantity,
        sort=lambda row: float(row.execution.quantity),
        sample="100,000",
    ),
    Column(
        key="price",
        title="Price",
        text=lambda row: text.exact_price(row.execution.price, row.ladder),
        sort=lambda row: None if row.execution.price is None else float(row.execution.price),
        sample="10,000.0000",
    ),
    Column(
        key="exchange",
        title="Venue",
        text=lambda row: text.one_line(row.execution.exchange, 20),
        sort=lambda row: row.execution.exchange,
        sample="NASDAQ W",
        is_number=False,
    ),
    Column(
        key="liquidity",
        title="Liquidity",
        text=lambda row: row.execution.liquidity or text.ABSENT,
        sort=lambda row: row.execution.liquidity or "",
        sample="removed W",
        is_number=False,
        tip="Whether the fill added liquidity to the book, removed it or was routed on",
    ),
    Column(
        key="commission",
        title="Commission",
        text=lambda row: row.cost,
        sort=_cost,
        sample="1,000.00 USD",
    ),
    Column(
        key="realized_pnl",
        title="Realised P&L",
        text=lambda row: row.realized,
        sort=_realized,
        sample="+100,000.00 USD",
        tip="As the broker works it out, commission included",
    ),
    Column(
        key="order_id",
        title="Order id",
        text=lambda row: str(row.execution.order_id),
        sort=lambda row: float(row.execution.order_id),
        sample="Order id W",
    ),
    Column(
        key="exec_id",
        title="Exec id",
        text=lambda row: text.one_line(row.execution.exec_id, 60),
        sort=lambda row: row.execution.exec_id,
        sample="0000e0d5.6512a1b2.01.01",
        is_number=False,
    ),
)

_NUMBERS = {column.key: number for number, column in enumerate(COLUMNS)}
_SIDE, _REALIZED = _NUMBERS["side"], _NUMBERS["realized_pnl"]


class ExecutionsModel(KeyedTableModel[str, ExecutionRow]):
    """Fills of the day; the key is the part of the id that revisions share."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)
        self._commissions: dict[ExecId, Commission] = {}

    def take_execution(self, execution: Execution, ladder: PriceLadder | None) -> None:
        """Show a fill, or let it replace an older revision of itself."""
        shown = self.value(execution.base_id)
        if shown is not None and shown.execution.revision > execution.revision:
            return
        paid = self._commissions.get(execution.exec_id)
        if paid is None and shown is not None:
            paid = shown.commission
        self.upsert([(execution.base_id, ExecutionRow(execution, paid, ladder))])

    def take_commission(self, commission: Commission) -> None:
        """Show what a fill cost, now or when the fill comes."""
        self._commissions[commission.exec_id] = commission
        base = commission.exec_id.rpartition(".")[0] or commission.exec_id
        row = self.value(base)
        if row is not None and row.execution.exec_id == commission.exec_id:
            self.upsert([(base, ExecutionRow(row.execution, commission, row.ladder))])

    def set_ladders(self, rows: Iterable[ExecutionRow], ladder: PriceLadder) -> None:
        """Give fills the decimals of their prices."""
        self.upsert(
            (row.execution.base_id, ExecutionRow(row.execution, row.commission, ladder))
            for row in rows
        )

    @override
    def colour(self, row: ExecutionRow, column: int) -> QColor | None:
        """Colour side and profit; grey what was taken back."""
        colours = paint()
        if row.is_bust:
            return colours.muted
        if column == _SIDE:
            return colours.buy if row.execution.side is Side.BUY else colours.sell
        if column == _REALIZED:
            value = _realized(row)
            return None if not value else colours.up if value > 0 else colours.down
        return None

    @override
    def tip(self, row: ExecutionRow, column: int) -> str:
        """Tell when, and who placed the order."""
        execution = row.execution
        revision = f"\nRevision {execution.revision}" if execution.revision > 1 else ""
        return (
            f"{text.full_time(execution.time)}\nOrder {execution.order_id}, "
            f"client {execution.client_id}{revision}"
        )
