"""Paints the cells of a table in one pass, straight from the model's cached cells.

A delegate costs a dozen crossings between Qt and Python for every cell; this is one loop.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from workstation.ui.models.table import Bar, Cell, TableModel
from workstation.ui.theme import paint

MARGIN = 5
"""Air left and right of the text, in pixels."""

DENSE_MARGIN = 3
"""The same in dense tables."""

_MEASURED = "0123456789.,+-−: %—▲▼"


@dataclass(frozen=True, slots=True)
class Section:
    """One column that has to be painted: its number, left edge and width."""

    column: int
    left: int
    width: int


@dataclass(frozen=True, slots=True)
class PaintedRow:
    """One row that has to be painted: its number in the model, its number shown, its top."""

    source: int
    shown: int
    top: int
    is_selected: bool


class TablePainter:
    """Draws bars, backgrounds, selection and one line of plain text in each cell.

    A number that does not fit shows ### and never only some of its digits.
    """

    def __init__(self, font: QFont, margin: int = MARGIN) -> None:
        self._margin = margin
        self.has_overflowed = False
        """Whether a number did not fit since this was last set to False."""
        self.follow_font(font)

    def follow_font(self, font: QFont) -> None:
        """Take the measure of another font."""
        self._font = font
        self._metrics = QFontMetricsF(font)
        self._advance = {mark: self._metrics.horizontalAdvance(mark) for mark in _MEASURED}

    def paint(
        self,
        painter: QPainter,
        model: TableModel[Any],
        rows: Sequence[PaintedRow],
        sections: Sequence[Section],
        height: int,
    ) -> None:
        """Paint these rows of these columns."""
        if not sections:
            return
        painter.setFont(self._font)
        colours = paint()
        left = min(section.left for section in sections)
        right = max(section.left + section.width for section in sections)
        edges = {section.column: section for section in sections}
        for row in rows:
            if row.is_selected or row.shown % 2:
                ground = colours.selection if row.is_selected else colours.stripe
                painter.fillRect(QRect(left, row.top, right - left, height), ground)
            for bar in model.bars(model.value_at(row.source)):
                if bar.first in edges and bar.last in edges:
                    _paint_bar(painter, bar, (edges[bar.first], edges[bar.last]), row.top, height)
            ordinary = colours.selection_text if row.is_selected else colours.text
            self._paint_cells(painter, model, row, sections, (height, ordinary))

    def _paint_cells(
        self,
        painter: QPainter,
        model: TableModel[Any],
        row: PaintedRow,
        sections: Sequence[Section],
        look: tuple[int, QColor],
    ) -> None:
        height, ordinary = look
        metrics, margin = self._metrics, self._margin
        baseline = row.top + round((height + metrics.ascent() - metrics.descent()) / 2)
        pen: QColor | None = None
        for section in sections:
            cell = model.cell(row.source, section.column)
            if cell.background is not None:
                painter.fillRect(
                    QRect(section.left, row.top, section.width, height), cell.background
                )
            shown, width = self._fitted(cell, section.width - 2 * margin)
            colour = cell.colour or ordinary
            if colour is not pen:
                painter.setPen(colour)
                pen = colour
            offset = section.width - margin - width if cell.is_right else margin
            painter.drawText(section.left + int(offset), baseline, shown)

    def width_of(self, cell: Cell) -> float:
        """Return what a cell needs, with its air."""
        if cell.width < 0:
            cell.width = self._width(cell.text)
        return cell.width + 2 * self._margin

    def _fitted(self, cell: Cell, room: int) -> tuple[str, float]:
        if cell.width < 0:
            cell.width = self._width(cell.text)
        if cell.width <= room + 1:
            return cell.text, cell.width
        if cell.is_number:
            self.has_overflowed = True
            return "###", self._width("###")
        shown = self._metrics.elidedText(cell.text, Qt.TextElideMode.ElideRight, room)
        return shown, self._width(shown)

    def _width(self, shown: str) -> float:
        advance = self._advance
        try:
            return sum([advance[mark] for mark in shown])
        except KeyError:
            return self._metrics.horizontalAdvance(shown)


def _paint_bar(
    painter: QPainter, bar: Bar, ends: tuple[Section, Section], top: int, height: int
) -> None:
    left = min(section.left for section in ends)
    right = max(section.left + section.width for section in ends)
    length = round((right - left) * max(0.0, min(bar.fraction, 1.0)))
    start = right - length if bar.from_right else left
    painter.fillRect(QRect(start, top + 1, length, height - 2), bar.colour)
