"""Paints a table cell with one call into the model, for speed."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont, QFontMetrics, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from workstation.ui.models.keyed import CELL_ROLE, Cell
from workstation.ui.theme import paint

MARGIN = 5
"""Air left and right of the text, in pixels."""

_SINGLE_LINE = int(Qt.TextFlag.TextSingleLine)


class CellDelegate(QStyledItemDelegate):
    """Draws background, selection and one line of plain text.

    A number that does not fit shows ### and never only some of its digits.
    """

    def __init__(self, font: QFont, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wide_digit = self._wide_letter = 0.0
        self.follow_font(font)

    @override
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint one cell."""
        cell = index.data(CELL_ROLE)
        if not isinstance(cell, Cell):
            return
        colours = paint()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        rect = option.rect
        if cell.background is not None:
            painter.fillRect(rect, cell.background)
        elif selected:
            painter.fillRect(rect, colours.selection)
        painter.setPen(cell.colour or (colours.selection_text if selected else colours.text))
        inner = rect.adjusted(MARGIN, 0, -MARGIN, 0)
        shown = cell.text
        widest = self._wide_digit if cell.is_number else self._wide_letter
        if (len(shown) + 1) * widest > inner.width():  # else it fits for certain
            shown = self._fitting(cell, option.fontMetrics, inner.width())
        painter.drawText(inner, cell.align | _SINGLE_LINE, shown)

    def follow_font(self, font: QFont) -> None:
        """Take the measure of another font."""
        metrics = QFontMetricsF(font)
        self._wide_digit = 1.25 * metrics.horizontalAdvance("0")
        self._wide_letter = metrics.horizontalAdvance("W")

    def _fitting(self, cell: Cell, metrics: QFontMetrics, width: int) -> str:
        if metrics.horizontalAdvance(cell.text) <= width:
            return cell.text
        if cell.is_number:
            return "###"
        return metrics.elidedText(cell.text, Qt.TextElideMode.ElideRight, width)
