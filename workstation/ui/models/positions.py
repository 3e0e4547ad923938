"""The position table's rows."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor
from typing_extensions import override

from workstation.domain.account import PositionView
from workstation.domain.ids import AccountId, ConId
from workstation.domain.prices import PriceLadder
from workstation.ui import text
from workstation.ui.models.keyed import KeyedTableModel
from workstation.ui.models.table import Column
from workstation.ui.theme import paint


@dataclass(frozen=True, slots=True)
class PositionRow:
    """One position and the price increments of its contract."""

    position: PositionView
    ladder: PriceLadder | None = None


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
)

_PNL = {number: column.key for number, column in enumerate(COLUMNS) if column.key.endswith("_pnl")}


class PositionsModel(KeyedTableModel[tuple[AccountId, ConId], PositionRow]):
    """Open positions, and those closed today that made or lost money."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)

    @override
    def colour(self, row: PositionRow, column: int) -> QColor | None:
        """Colour profit and loss by sign; grey what is closed."""
        colours = paint()
        name = _PNL.get(column)
        if name is not None:
            value = getattr(row.position, name)
            return None if not value else colours.up if value > 0 else colours.down
        return colours.muted if not row.position.quantity else None
