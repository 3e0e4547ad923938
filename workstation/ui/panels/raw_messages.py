"""What goes to the broker and comes from it, message by message, but for market data."""

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from workstation.bridge.commands import CommandPort
from workstation.domain.commands import CommandResult
from workstation.domain.raw_message import MessagesRead, RawMessage, ReadMessages
from workstation.ui import text
from workstation.ui.models.raw_messages import RawMessagesModel
from workstation.ui.plain_label import PlainLabel
from workstation.ui.table_view import TableView

READ_MS = 500
"""How often new messages are asked for while the list is seen."""

_WAYS = ("In and out", "Out", "In")


class RawMessagesPanel(QWidget):
    """Asks for messages only while it is seen; accounts are hidden before they get here."""

    def __init__(self, commands: CommandPort, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self._is_waiting = False
        self.model = RawMessagesModel(self)
        self.table = TableView(self.model, "No message yet", self)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.way_box = QComboBox(self)
        self.way_box.addItems(_WAYS)
        self.way_box.setAccessibleName("Which way")
        self.find_edit = QLineEdit(self)
        self.find_edit.setPlaceholderText("Filter: words of kind or message")
        self.find_edit.setClearButtonEnabled(True)
        self.find_edit.setAccessibleName("Show only messages with these words")
        self.pause_box = QCheckBox("Pause", self)
        self.pause_box.setToolTip(text.tooltip("Hold the list still; what goes by is not lost"))
        note = PlainLabel("without market data", self)
        note.set_tone("muted")
        line = QHBoxLayout()
        line.setContentsMargins(3, 3, 3, 0)
        line.addWidget(self.way_box)
        line.addWidget(self.find_edit, 1)
        line.addWidget(self.pause_box)
        line.addWidget(note)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(line)
        column.addWidget(self.table)
        self._timer = QTimer(self)
        self._timer.setInterval(READ_MS)
        self._timer.timeout.connect(self.read)
        self.way_box.currentIndexChanged.connect(self._on_filter_changed)
        self.find_edit.textChanged.connect(self._on_filter_changed)
        self._copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.table)
        self._copy.setContext(self._copy.context().WidgetShortcut)
        self._copy.activated.connect(self._on_copy)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Begin to ask."""
        super().showEvent(event)
        self._timer.start()
        self.read()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        """Ask no more."""
        super().hideEvent(event)
        self._timer.stop()

    @Slot()
    def read(self) -> None:
        """Ask for what is new, unless an answer is due or the list is held still."""
        if not self._is_waiting and not self.pause_box.isChecked():
            self._is_waiting = True
            self._commands.send(ReadMessages(self.model.newest), self._take)

    def _take(self, result: CommandResult) -> None:
        self._is_waiting = False
        if not isinstance(result, MessagesRead) or not result.messages:
            return
        bar = self.table.verticalScrollBar()
        is_at_end = bar.value() >= bar.maximum() - 1
        self.model.append(result.messages)
        if is_at_end and self.table.proxy.sortColumn() < 0:
            self.table.scrollToBottom()

    @Slot()
    def _on_filter_changed(self) -> None:
        way = self.way_box.currentIndex()
        words = self.find_edit.text().casefold().split()

        def accepts(row: object) -> bool:
            if not isinstance(row, RawMessage) or (way and row.is_out is not (way == 1)):
                return False
            content = f"{row.name} {row.text}".casefold()
            return all(word in content for word in words)

        self.table.proxy.set_filter(accepts if way or words else None)
        self.table.scrollToBottom()

    @Slot()
    def _on_copy(self) -> None:
        rows = [row for row in self.table.selected_rows() if isinstance(row, RawMessage)]
        lines = [
            f"{row.time.isoformat()} {'out' if row.is_out else 'in'} {row.name} {row.text}"
            for row in rows
        ]
        QGuiApplication.clipboard().setText("\n".join(lines))
