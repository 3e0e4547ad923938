"""The log: what the broker and the program had to say, and every fill."""

from PySide6.QtCore import QModelIndex, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from workstation.domain.notice import Severity
from workstation.ui.models.log import LogModel, LogRow, whole_text
from workstation.ui.table_view import TableView

_FILTERS = ("Everything", "Warnings and worse", "Errors and alarms", "Fills")


class LogPanel(QWidget):
    """Shows notices and fills; stays at the end unless the user scrolled away."""

    def __init__(self, model: LogModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.table = TableView(model, "Nothing has happened yet", self)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.filter_box = QComboBox(self)
        self.filter_box.addItems(_FILTERS)
        self.filter_box.setAccessibleName("Which lines are shown")
        self.filter_box.currentIndexChanged.connect(self._on_filter_changed)
        line = QHBoxLayout()
        line.setContentsMargins(3, 3, 3, 0)
        line.addWidget(self.filter_box)
        line.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(line)
        column.addWidget(self.table)
        self._at_end = True
        model.rowsAboutToBeInserted.connect(self._on_rows_coming)
        self.table.proxy.rowsInserted.connect(self._on_rows_inserted)
        self._copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.table)
        self._copy.setContext(self._copy.context().WidgetShortcut)
        self._copy.activated.connect(self._on_copy)

    def show_doubt(self, doubt: str) -> None:
        """Say so where nothing can have been heard yet."""
        self.table.set_empty_text(doubt or "Nothing has happened yet")

    @Slot()
    def _on_filter_changed(self) -> None:
        choices = (None, _is_warning, _is_error, _is_fill)
        self.table.proxy.set_filter(choices[self.filter_box.currentIndex()])
        self.table.scrollToBottom()

    @Slot(QModelIndex, int, int)
    def _on_rows_coming(self, _parent: QModelIndex, _first: int, _last: int) -> None:
        bar = self.table.verticalScrollBar()
        self._at_end = bar.value() >= bar.maximum() - 1

    @Slot(QModelIndex, int, int)
    def _on_rows_inserted(self, _parent: QModelIndex, _first: int, _last: int) -> None:
        if self._at_end and self.table.proxy.sortColumn() < 0:
            self.table.scrollToBottom()

    @Slot()
    def _on_copy(self) -> None:
        rows = [row for row in self.table.selected_rows() if isinstance(row, LogRow)]
        QGuiApplication.clipboard().setText("\n\n".join(whole_text(row.notice) for row in rows))


def _is_warning(row: object) -> bool:
    return isinstance(row, LogRow) and row.notice.severity >= Severity.WARNING


def _is_error(row: object) -> bool:
    return isinstance(row, LogRow) and row.notice.severity >= Severity.ERROR


def _is_fill(row: object) -> bool:
    return isinstance(row, LogRow) and row.is_fill
