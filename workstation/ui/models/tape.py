"""The tape's rows: prints, newest first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor
from typing_extensions import override

from workstation.domain.prices import PriceLadder
from workstation.domain.trade import Aggressor, Trade
from workstation.ui import text
from workstation.ui.models.table import ROOT, Column, TableModel
from workstation.ui.theme import paint

TAPE_ROWS = 5_000
"""Older prints leave."""

_SPARE = 250
_MARKS = {Aggressor.BUYER: "▲", Aggressor.SELLER: "▼", Aggressor.UNKNOWN: ""}


@dataclass(frozen=True, slots=True)
class TapeRow:
    """One print and the price increments of its contract."""

    trade: Trade
    ladder: PriceLadder | None = None


COLUMNS: tuple[Column[TapeRow], ...] = (
    Column(
        key="time",
        title="Time",
        text=lambda row: text.clock_time(row.trade.time),
        sort=lambda row: row.trade.time.timestamp(),
        sample="23:59:59",
        is_left=True,
    ),
    Column(
        key="price",
        title="Price",
        text=lambda row: text.price(row.trade.price, row.ladder),
        sort=lambda row: row.trade.price,
        sample="1,000.00",
    ),
    Column(
        key="aggressor",
        title="",
        text=lambda row: _MARKS[row.trade.aggressor],
        sort=lambda row: row.trade.aggressor.value,
        sample="▲ ",
        is_number=False,
        tip="▲ a buyer took the ask, ▼ a seller hit the bid",
    ),
    Column(
        key="size",
        title="Size",
        text=lambda row: text.size(row.trade.size),
        sort=lambda row: row.trade.size,
        sample="99,999",
    ),
    Column(
        key="venue",
        title="Venue",
        text=lambda row: text.venue(row.trade.exchange),
        sort=lambda row: row.trade.exchange,
        sample="NSDQ W",
        is_number=False,
    ),
)


class TapeModel(TableModel[TapeRow]):
    """The last 5,000 prints of one contract, of which those of some size are shown."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)
        self._all: list[TapeRow] = []
        self._smallest = 0.0

    def add(self, rows: Sequence[TapeRow]) -> None:
        """Put prints on top; they come oldest first."""
        newest = list(reversed(rows))[:TAPE_ROWS]
        self._all[:0] = newest
        if len(self._all) > TAPE_ROWS + _SPARE:
            del self._all[TAPE_ROWS:]
        shown = self._large(newest)
        if shown:
            self.beginInsertRows(ROOT, 0, len(shown) - 1)
            self._rows[:0] = shown
            self._cells[:0] = [None] * len(shown)
            self.endInsertRows()
        extra = len(self._rows) - TAPE_ROWS
        if extra > 0:
            self.beginRemoveRows(ROOT, TAPE_ROWS, len(self._rows) - 1)
            del self._rows[TAPE_ROWS:]
            del self._cells[TAPE_ROWS:]
            self.endRemoveRows()

    def clear(self) -> None:
        """Begin an empty tape."""
        self._all = []
        self._show_all()

    def set_smallest(self, size: float) -> None:
        """Show only prints of at least this size."""
        self._smallest = size
        self._show_all()

    @override
    def colour(self, row: TapeRow, column: int) -> QColor | None:
        """Colour price, mark and size by who crossed the spread."""
        colours = paint()
        if column == 0 or column == len(COLUMNS) - 1:
            return colours.muted
        return {Aggressor.BUYER: colours.up, Aggressor.SELLER: colours.down}.get(
            row.trade.aggressor
        )

    @override
    def tip(self, row: TapeRow, column: int) -> str:
        """Tell the conditions of the print."""
        trade = row.trade
        return f"{text.full_time(trade.time)}\n{trade.exchange}\n{trade.conditions}".strip()

    def _show_all(self) -> None:
        self.beginResetModel()
        self._rows = self._large(self._all)[:TAPE_ROWS]
        self.forget_cells()
        self.endResetModel()

    def _large(self, rows: Iterable[TapeRow]) -> list[TapeRow]:
        return [row for row in rows if row.trade.size >= self._smallest]
