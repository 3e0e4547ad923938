"""The log of limits: when which figure went from what to what, and whose act it was."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.limit_changes import LimitChange
from workstation.ui import text
from workstation.ui.plain_label import PlainLabel

COLUMNS = ("Time", "Account", "Limit", "Before", "After", "Who or why", "Entry")


class LimitsLogDialog(QDialog):
    """Shows the changes of every account, the newest first. GUI thread."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Changes of limits")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(980, 480)
        self.label = PlainLabel("Reading the journal…", self)
        self.table = QTableWidget(0, len(COLUMNS), self)
        self.table.setAccessibleName("Changes of limits")
        self.table.setHorizontalHeaderLabels(list(COLUMNS))
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(COLUMNS.index("After"), QHeaderView.ResizeMode.Stretch)
        column = QVBoxLayout(self)
        column.addWidget(self.label)
        column.addWidget(self.table)

    def show_changes(self, changes: Sequence[LimitChange]) -> None:
        """Fill the table."""
        count = text.count_of(len(changes), "change")
        self.say(f"{count} on record, the newest first. Entries are numbers of the journal.")
        self.table.setRowCount(len(changes))
        for row, change in enumerate(changes):
            for column, words in enumerate(_cells(change)):
                item = QTableWidgetItem(words)
                item.setToolTip(text.tooltip(words))
                self.table.setItem(row, column, item)

    def say(self, sentence: str) -> None:
        """Show one sentence above the table."""
        self.label.show_text(sentence)


def _cells(change: LimitChange) -> tuple[str, ...]:
    return (
        text.precise_time(change.time)[:-4],
        change.account,
        change.figure.replace("_", " "),
        text.one_line(change.old) or "—",
        text.one_line(change.new),
        text.one_line(change.who),
        str(change.seq),
    )
