"""The user's own keys: every action of the window, its key, and what stands in the way of another."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workstation.ui.plain_label import PlainLabel

_PORTABLE = QKeySequence.SequenceFormat.PortableText


@dataclass(frozen=True, slots=True)
class KeyRow:
    """An action, its key now and its first one; "" for none."""

    name: str
    title: str
    keys: str
    first: str


class HotkeysDialog(QDialog):
    """Shows keys and asks for others; what cannot be is said, and nothing changes."""

    def __init__(
        self,
        rows: Callable[[], Iterable[KeyRow]],
        change: Callable[[str, str], str],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys of your own")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(560, 520)
        self._rows, self._change = rows, change
        self.table = QTableWidget(0, 3, self)
        self.table.setHorizontalHeaderLabels(["Action", "Key", "At first"])
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.key_edit = QKeySequenceEdit(self)
        self.key_edit.setMaximumSequenceLength(1)
        self.key_edit.setAccessibleName("New key of the selected action")
        self.words = PlainLabel("Choose an action, then press its new key.", self, wrap=True)
        self.set_button = QPushButton("Set", self)
        self.none_button = QPushButton("No key", self)
        self.first_button = QPushButton("As at first", self)
        self.close_button = QPushButton("Close", self)
        self._lay_out()
        self.table.itemSelectionChanged.connect(self._on_selected)
        self.set_button.clicked.connect(self._on_set)
        self.none_button.clicked.connect(self._on_none)
        self.first_button.clicked.connect(self._on_first)
        self.close_button.clicked.connect(self.reject)
        self._show()

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.addWidget(self.key_edit, 1)
        for button in (self.set_button, self.none_button, self.first_button, self.close_button):
            button.setAutoDefault(False)
            line.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.addWidget(self.table, 1)
        column.addWidget(self.words)
        column.addLayout(line)

    def _show(self) -> None:
        rows = list(self._rows())
        self.table.setRowCount(len(rows))
        for place, row in enumerate(rows):
            for column, words in enumerate((row.title, row.keys, row.first)):
                item = QTableWidgetItem(words)
                item.setData(Qt.ItemDataRole.UserRole, row)
                self.table.setItem(place, column, item)

    @property
    def chosen(self) -> KeyRow | None:
        """The selected action."""
        item = self.table.item(self.table.currentRow(), 0)
        row = None if item is None else item.data(Qt.ItemDataRole.UserRole)
        return row if isinstance(row, KeyRow) else None

    @Slot()
    def _on_selected(self) -> None:
        self.key_edit.clear()
        self.key_edit.setFocus()

    @Slot()
    def _on_set(self) -> None:
        self._ask(self.key_edit.keySequence().toString(_PORTABLE))

    @Slot()
    def _on_none(self) -> None:
        self._ask("")

    @Slot()
    def _on_first(self) -> None:
        if self.chosen is not None:
            self._ask(self.chosen.first)

    def _ask(self, keys: str) -> None:
        row = self.chosen
        if row is None:
            return
        fault = self._change(row.name, keys)
        words = f"“{row.title}” has {keys or 'no key'} now."
        self.words.show_text(f"Not changed: {fault}." if fault else words)
        self.words.set_tone("warning" if fault else "good")
        if not fault:
            self.key_edit.clear()
            self._show()
