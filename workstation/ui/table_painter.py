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
        colours = paint()
        left = min(section.left for section in sections)
        right = max(section.left + section.width for section in sections)
        edges = {section.column: section for section in sections}
        words: dict[int, tuple[QColor, list[tuple[int, int, str]]]] = {}
        for row in rows:
            if row.is_selected or row.shown % 2:
                ground = colours.selection if row.is_selected else colours.stripe
                painter.fillRect(QRect(left, row.top, right - left, height), ground)
            for bar in model.bars(model.value_at(row.source)):
                if bar.first in edges and bar.last in edges:
                    _paint_bar(painter, bar, (edges[bar.first], edges[bar.last]), row.top, height)
            ordinary = colours.selection_text if row.is_selected else colours.text
            cells = [model.cell(row.source, section.column) for section in sections]
            for section, cell in zip(sections, cells, strict=True):
                if cell.background is not None:
                    place = QRect(section.left, row.top, section.width, height)
                    painter.fillRect(place, cell.background)
            self._place(cells, sections, row.top + self._baseline(height), (ordinary, words))
        painter.setFont(self._font)
        draw = painter.drawText
        for colour, texts in words.values():  # a change of pen costs as much as a text
            painter.setPen(colour)
            for x, y, shown in texts:
                draw(x, y, shown)

    def _baseline(self, height: int) -> int:
        metrics = self._metrics
        return round((height + metrics.ascent() - metrics.descent()) / 2)

    def _place(
        self,
        cells: Sequence[Cell],
        sections: Sequence[Section],
        baseline: int,
        into: tuple[QColor, dict[int, tuple[QColor, list[tuple[int, int, str]]]]],
    ) -> None:
        """Put the texts of a row where they belong, by their colour."""
        ordinary, words = into
        margin, widest = self._margin, self._width
        for section, cell in zip(sections, cells, strict=True):
            shown, width = cell.text, cell.width
            if not shown:
                continue
            if width < 0:
                width = cell.width = widest(shown)
            if width > section.width - 2 * margin + 1:
                shown, width = self._fitted(cell, section.width - 2 * margin)
            colour = cell.colour or ordinary
            texts = words.get(id(colour))
            if texts is None:
                texts = words[id(colour)] = (colour, [])
            offset = section.width - margin - width if cell.is_right else margin
            texts[1].append((section.left + int(offset), baseline, shown))

    def width_of(self, cell: Cell) -> float:
        """Return what a cell needs, with its air."""
        if cell.width < 0:
            cell.width = self._width(cell.text)
        return cell.width + 2 * self._margin

    def _fitted(self, cell: Cell, room: int) -> tuple[str, float]:
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
