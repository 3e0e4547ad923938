"""Paints a table cell with one call into the model, for speed."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QPainter
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
        metrics = option.fontMetrics
        if metrics.horizontalAdvance(shown) > inner.width():
            elided = metrics.elidedText(shown, Qt.TextElideMode.ElideRight, inner.width())
            shown = "###" if cell.is_number else elided
        painter.drawText(inner, cell.align | _SINGLE_LINE, shown)
