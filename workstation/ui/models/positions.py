"""The position table's rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QColor
from typing_extensions import override

from workstation.domain.account import PositionView
from workstation.domain.coverage import Coverage
from workstation.domain.ids import AccountId, ConId
from workstation.domain.limit_use import RiskView
from workstation.domain.prices import PriceLadder
from workstation.ui import text
from workstation.ui.models.keyed import KeyedTableModel
from workstation.ui.models.table import Column
from workstation.ui.theme import paint


@dataclass(frozen=True, slots=True)
class PositionRow:
    """One position, the price increments of its contract, and what protects it."""

    position: PositionView
    ladder: PriceLadder | None = None
    coverage: Coverage | None = None


def _exit_column(
    name: str, title: str, of: Callable[[Coverage], Decimal | None], tip: str
) -> Column[PositionRow]:
    def value(row: PositionRow) -> Decimal | None:
        return None if row.coverage is None or not row.position.quantity else of(row.coverage)

    def as_text(row: PositionRow) -> str:
        found = value(row)
        if found is None or name == "uncovered":
            return "" if not found else text.size(found)
        return text.exact_price(found, row.ladder)

    def order(row: PositionRow) -> float | None:
        found = value(row)
        return None if found is None else float(found)

    return Column(key=name, title=title, text=as_text, sort=order, sample="10,000.00", tip=tip)


def _money_column(
    name: str, title: str, show: Callable[[float | None], str], tip: str
) -> Column[PositionRow]:
    def as_text(row: PositionRow) -> str:
        return show(getattr(row.position, name))

    def order(row: PositionRow) -> float | None:
        value: float | None = getattr(row.position, name)
        return value

    return Column(key=name, title=title, text=as_text, sort=order, sample="+1,000,000.00", tip=tip)


COLUMNS: tuple[Column[PositionRow], ...] = (
    Column(
        key="symbol",
        title="Symbol",
        text=lambda row: text.one_line(row.position.symbol, 40),
        sort=lambda row: row.position.symbol,
        sample="GOOGL WWW",
        is_number=False,
    ),
    Column(
        key="quantity",
        title="Quantity",
        text=lambda row: text.size(row.position.quantity),
        sort=lambda row: float(row.position.quantity),
        sample="−100,000",
        tip="Shares or lots; below zero is short",
    ),
    Column(
        key="average_cost",
        title="Avg cost",
        text=lambda row: text.average_price(row.position.average_cost, row.ladder),
        sort=lambda row: (
            None if row.position.average_cost is None else float(row.position.average_cost)
        ),
        sample="1,187.2050",
    ),
    Column(
        key="mark",
        title="Mark",
        text=lambda row: text.price(row.position.mark, row.ladder),
        sort=lambda row: row.position.mark,
        sample="10,000.00",
        tip="The price the position is valued at",
    ),
    _money_column("market_value", "Market value", text.money, "In the contract's currency"),
    _money_column("daily_pnl", "Daily P&L", text.signed_money, "Since yesterday's close"),
    _money_column("unrealized_pnl", "Unrealised P&L", text.signed_money, "Of the open position"),
    _money_column("realized_pnl", "Realised P&L", text.signed_money, "Of what was closed today"),
    _exit_column("stop", "Stop", lambda x: x.nearest_stop, "The nearest stop at the broker"),
    _exit_column("target", "Target", lambda x: x.nearest_target, "The nearest limit that closes"),
    _exit_column("uncovered", "Open", lambda x: x.uncovered, "What no stop at the broker closes"),
)
_UNCOVERED = len(COLUMNS) - 1

_PNL = {number: column.key for number, column in enumerate(COLUMNS) if column.key.endswith("_pnl")}


class PositionsModel(KeyedTableModel[tuple[AccountId, ConId], PositionRow]):
    """Open positions, and those closed today that made or lost money."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)
        self._coverages: dict[tuple[AccountId, ConId], Coverage] = {}

    @override
    def upsert(self, rows: Iterable[tuple[tuple[AccountId, ConId], PositionRow]]) -> int:
        """Change and add rows, each with what protects its position."""
        known = self._coverages
        return super().upsert((key, replace(row, coverage=known.get(key))) for key, row in rows)

    @Slot(object)
    def take_risk(self, view: RiskView) -> None:
        """Show the exits that work beside each position."""
        self._coverages = {(each.account, each.con_id): each for each in view.coverages}
        self.upsert([((x.position.account, x.position.con_id), x) for x in self.values()])

    @override
    def colour(self, row: PositionRow, column: int) -> QColor | None:
        """Colour profit and loss by sign; grey what is closed."""
        colours = paint()
        if column == _UNCOVERED:
            return colours.error
        name = _PNL.get(column)
        if name is not None:
            value = getattr(row.position, name)
            return None if not value else colours.up if value > 0 else colours.down
        return colours.muted if not row.position.quantity else None
