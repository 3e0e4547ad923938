"""The drafts that were kept: looked at, noted, put into the ticket, deleted; nothing is sent."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from workstation.domain.ids import AccountId
from workstation.domain.kept_draft import LONGEST_NOTE, KeptDraft
from workstation.ui import text
from workstation.ui.plain_label import PlainLabel
from workstation.ui.theme import paint

Names = Callable[[Sequence[AccountId]], Mapping[AccountId, str]]
"""Says how accounts are called."""

_COLUMNS = ("Kept", "Symbol", "Side", "Quantity", "Order", "TIF", "Account", "Sent", "Note")
_NOTE = len(_COLUMNS) - 1
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class _Table(QTableWidget):
    """Tells Enter and Delete; a key held down says nothing."""

    take_pressed = Signal()
    """Enter was pressed once."""

    delete_pressed = Signal()
    """Delete was pressed once."""

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the keys of a row; the rest moves about."""
        said = {
            Qt.Key.Key_Return: self.take_pressed,
            Qt.Key.Key_Enter: self.take_pressed,
            Qt.Key.Key_Delete: self.delete_pressed,
        }.get(Qt.Key(event.key()))
        if said is None:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            said.emit()


class DraftsDialog(QDialog):
    """Shows open drafts, newest first, and behind them those that were sent. GUI thread.

    It asks, and changes nothing but notes by itself.
    """

    loaded = Signal(object)
    """KeptDraft the user wants in the ticket."""

    noted = Signal(object)
    """(KeptDraft, note) of a note that was changed: tuple[KeptDraft, str]."""

    deleted = Signal(object)
    """Drafts the user wants gone: tuple[KeptDraft, ...]."""

    def __init__(self, drafts: tuple[KeptDraft, ...], parent: QWidget, names: Names) -> None:
        super().__init__(parent)
        self._names = names
        self.setWindowTitle("Drafts")
        self._drafts: tuple[KeptDraft, ...] = ()
        self.table = _Table(0, len(_COLUMNS), self)
        for column, title in enumerate(_COLUMNS):
            heading = QTableWidgetItem(title)
            heading.setTextAlignment(_aligned(column))
            self.table.setHorizontalHeaderItem(column, heading)
        self.table.setAccessibleName("Drafts")
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setStretchLastSection(True)
        self.note_edit = QLineEdit(self)
        self.note_edit.setMaxLength(LONGEST_NOTE)
        self.note_edit.setAccessibleName("Note of the draft")
        self.note_edit.setPlaceholderText("Note, Enter keeps it")
        self.empty_label = PlainLabel(
            "No drafts. Fill in the ticket, then choose Trade, Keep as draft.", self
        )
        self.empty_label.set_tone("muted")
        self.load_button = QPushButton("Put into the ticket", self)
        self.load_button.setToolTip(text.tooltip("Nothing is sent (Enter, double-click)"))
        self.delete_button = QPushButton("Delete", self)
        self.delete_button.setToolTip(text.tooltip("Delete"))
        self.clear_button = QPushButton("Delete all sent", self)
        self.close_button = QPushButton("Close", self)
        for button in (
            self.load_button, self.delete_button, self.clear_button, self.close_button
        ):  # fmt: skip
            button.setAutoDefault(False)
        self._lay_out()
        self._connect()
        self.show_drafts(drafts, None)
        self.resize(760, 360)

    @property
    def chosen(self) -> KeptDraft | None:
        """The draft of the selected row."""
        row = self.table.currentRow()
        return self._drafts[row] if 0 <= row < len(self._drafts) else None

    def show_drafts(self, drafts: tuple[KeptDraft, ...], chosen: datetime | None) -> None:
        """Show other drafts; the one that was kept at this moment is chosen, else the first."""
        newest = sorted(drafts, key=lambda each: each.kept_at, reverse=True)
        self._drafts = tuple(sorted(newest, key=lambda each: each.sent_at is not None))
        names = self._names([each.account for each in drafts if each.account is not None])
        row = next((n for n, each in enumerate(self._drafts) if each.kept_at == chosen), 0)
        with QSignalBlocker(self.table):
            self.table.setRowCount(len(self._drafts))
            for number, draft in enumerate(self._drafts):
                for column, words in enumerate(_words(draft, names)):
                    item = QTableWidgetItem(words)
                    item.setTextAlignment(_aligned(column))
                    if draft.sent_at is not None:
                        item.setForeground(paint().muted)
                    self.table.setItem(number, column, item)
            self.table.setCurrentCell(row if self._drafts else -1, 0)
        self.table.resizeColumnsToContents()
        self.empty_label.setVisible(not self._drafts)
        self.clear_button.setVisible(any(each.sent_at is not None for each in drafts))
        self._on_chosen()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.load_button)
        buttons.addStretch(1)
        buttons.addWidget(self.clear_button)
        buttons.addWidget(self.delete_button)
        buttons.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.addWidget(self.table, 1)
        column.addWidget(self.empty_label)
        column.addWidget(self.note_edit)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self.table.itemSelectionChanged.connect(self._on_chosen)
        self.table.cellDoubleClicked.connect(self._on_load)
        self.note_edit.returnPressed.connect(self._on_noted)
        self.load_button.clicked.connect(self._on_load)
        self.delete_button.clicked.connect(self._on_delete)
        self.clear_button.clicked.connect(self._on_clear)
        self.close_button.clicked.connect(self.reject)
        self.table.take_pressed.connect(self._on_load)
        self.table.delete_pressed.connect(self._on_delete)

    @Slot()
    def _on_chosen(self) -> None:
        draft = self.chosen
        for widget in (self.load_button, self.delete_button, self.note_edit):
            widget.setEnabled(draft is not None)
        self.note_edit.setText("" if draft is None else text.one_line(draft.note, LONGEST_NOTE))

    @Slot()
    def _on_noted(self) -> None:
        draft, note = self.chosen, text.one_line(self.note_edit.text(), LONGEST_NOTE)
        if draft is not None and note != draft.note:
            self.noted.emit((draft, note))
        self.table.setFocus()

    @Slot()
    def _on_load(self) -> None:
        if (draft := self.chosen) is not None:
            self.loaded.emit(draft)
            self.accept()

    @Slot()
    def _on_delete(self) -> None:
        if (draft := self.chosen) is not None:
            self.deleted.emit((draft,))

    @Slot()
    def _on_clear(self) -> None:
        self.deleted.emit(tuple(each for each in self._drafts if each.sent_at is not None))


def _aligned(column: int) -> Qt.AlignmentFlag:
    """Let numbers stand below each other."""
    return _RIGHT if _COLUMNS[column] == "Quantity" else _LEFT


def _words(draft: KeptDraft, names: Mapping[AccountId, str]) -> tuple[str, ...]:
    prices = [draft.order_type.value]
    prices += [f"{draft.stop_price:f}"] if draft.stop_price is not None else []
    prices += [f"{draft.limit_price:f}"] if draft.limit_price is not None else []
    prices += ["bracket"] if draft.bracket else []
    quantity = text.ABSENT if draft.quantity is None else text.size(draft.quantity)
    symbol, note = text.one_line(draft.symbol, 40), text.one_line(draft.note, LONGEST_NOTE)
    kept, order = text.full_time(draft.kept_at), " ".join(prices)
    what = (kept, symbol, draft.side.value, quantity, order, draft.tif.value)
    account = text.ABSENT if draft.account is None else names[draft.account]
    sent = ""
    if draft.sent_at is not None:
        sent = f"order {draft.sent_order}, {text.full_time(draft.sent_at)}"
    return (*what, account, sent, note)
