"""A dialog that shows two columns of plain text: the list of keys."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QWidget

from workstation.ui.plain_label import PlainLabel


class TableDialog(QDialog):
    """Shows pairs of texts; Esc closes it."""

    def __init__(
        self, title: str, rows: Iterable[tuple[str, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 14, 16, 14)
        grid.setHorizontalSpacing(24)
        for row, (left, right) in enumerate(rows):
            key = PlainLabel(left, self)
            font = key.font()
            font.setBold(True)
            key.setFont(font)
            grid.addWidget(key, row, 0)
            grid.addWidget(PlainLabel(right, self), row, 1)
