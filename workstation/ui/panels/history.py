"""Orders and fills of earlier days: every one that the journal holds, and imported trades."""

from datetime import date, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QDate, QModelIndex, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDateEdit,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from workstation.domain.account import masked
from workstation.domain.ids import AccountId
from workstation.domain.past_trades import HistoryKind, HistoryPage, HistoryWish, PastOrder
from workstation.ui import text
from workstation.ui.export_dialog import ExportDialog
from workstation.ui.live_panel import LivePanel
from workstation.ui.models.history import PastFillsModel, PastOrdersModel
from workstation.ui.plain_label import PlainLabel
from workstation.ui.table_view import TableView

PAGE = 500
"""Rows of one page."""

TYPING_MS = 300
"""So long after the last letter of a symbol it is asked for."""

PERIODS: dict[str, int | None] = {
    "7 days": 7,
    "30 days": 30,
    "1 year": 365,
    "All days": None,
}
STATES = {
    "Any state": "",
    "Working": "working",
    "With fills": "with fills",
    "Filled": "FILLED",
    "Cancelled": "CANCELLED",
    "Expired": "EXPIRED",
    "Rejected": "REJECTED",
    "Not placed": "NOT_PLACED",
}
_KINDS = {"Orders": HistoryKind.ORDERS, "Fills": HistoryKind.FILLS}
_FIRST_DAY = date(2000, 1, 1)
_EMPTY = "Nothing fits this choice: take more days, or fewer conditions"
_READING = "Reading the journal…"
_UNREAD = "The journal could not be read"
_NOT_YET = "None among the newest orders; the journal is still being read"


class HistoryPanel(LivePanel):
    """Asks for a page when it is seen or a choice is made; reads nothing itself."""

    wished = Signal(object)
    """HistoryWish; its answer comes to show_page()."""

    timeline_requested = Signal(object)
    """PastOrder or PastFill, with the key of an order: open its timeline."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offset = 0
        self._total = 0
        self._shown: HistoryWish | None = None
        self._said = ""
        self.files: QFileDialog | None = None
        self.orders, self.fills = PastOrdersModel(self), PastFillsModel(self)
        self.table = TableView(self.orders, _READING, self)
        self.table.setObjectName("history_table")
        self.fill_table = TableView(self.fills, _READING, self)
        self.fill_table.setObjectName("history_fills_table")
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.table)
        self.pages.addWidget(self.fill_table)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._typing.timeout.connect(self._on_choice)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(self._build_choices())
        column.addWidget(self.pages)
        column.addLayout(self._build_foot())
        for table in (self.table, self.fill_table):
            table.doubleClicked.connect(self._on_double_clicked)
            table.selectionModel().selectionChanged.connect(self._on_selected)

    def _build_choices(self) -> QHBoxLayout:
        self.kind_box = self._box(list(_KINDS), "Orders or fills")
        self.period_box = self._box(list(PERIODS), "How many days back")
        self.period_box.setCurrentText("30 days")
        today = _today()
        self.first_edit = self._day(today - timedelta(days=29), "First day")
        self.last_edit = self._day(today, "Last day")
        self.symbol_edit = QLineEdit(self)
        self.symbol_edit.setPlaceholderText("Symbol")
        self.symbol_edit.setClearButtonEnabled(True)
        self.symbol_edit.setMaxLength(40)
        self.symbol_edit.setMaximumWidth(120)
        self.symbol_edit.setAccessibleName("Only symbols that begin with this")
        self.account_box = self._box([], "Of which account")
        self.account_box.addItem("All accounts", "")
        self.state_box = self._box(list(STATES), "In which state")
        line = QHBoxLayout()
        line.setContentsMargins(3, 3, 3, 0)
        boxes = (self.kind_box, self.period_box, self.first_edit, self.last_edit)
        for widget in (*boxes, self.symbol_edit, self.account_box, self.state_box):
            line.addWidget(widget)
        line.addStretch(1)
        self.period_box.currentIndexChanged.connect(self._on_period)
        for day in (self.first_edit, self.last_edit):
            day.dateChanged.connect(self._on_choice)
        for box in (self.kind_box, self.account_box, self.state_box):
            box.currentIndexChanged.connect(self._on_choice)
        self.symbol_edit.textChanged.connect(self._typing.start)
        return line

    def _build_foot(self) -> QHBoxLayout:
        self.label = PlainLabel("", self, wrap=True)
        self.label.set_tone("muted")
        self.newer_button = self._button("Newer", self._on_newer)
        self.older_button = self._button("Older", self._on_older)
        self.timeline_button = self._button("Timeline", self._on_timeline)
        self.export_button = self._button("Export…", self._on_export)
        self.import_button = self._button("Import statement…", self._on_import)
        self.import_button.setEnabled(True)
        self.export_button.setToolTip(
            text.tooltip("Write every row of this choice, not only this page (CSV, Parquet, JSON)")
        )
        self.import_button.setToolTip(
            text.tooltip("Take in the trades of a Flex statement (XML), each only once")
        )
        line = QHBoxLayout()
        line.setContentsMargins(3, 0, 3, 3)
        line.addWidget(self.label, 1)
        buttons = (self.newer_button, self.older_button, self.timeline_button)
        for button in (*buttons, self.export_button, self.import_button):
            line.addWidget(button)
        return line

    def _box(self, items: list[str], name: str) -> QComboBox:
        box = QComboBox(self)
        box.addItems(items)
        box.setAccessibleName(name)
        return box

    def _day(self, day: date, name: str) -> QDateEdit:
        edit = QDateEdit(QDate(day.year, day.month, day.day), self)
        edit.setDisplayFormat("yyyy-MM-dd")
        edit.setCalendarPopup(True)
        edit.setAccessibleName(name)
        return edit

    def _button(self, title: str, slot: object) -> QPushButton:
        button = QPushButton(title, self)
        button.setEnabled(False)
        button.clicked.connect(slot)
        return button

    # -- what is shown ----------------------------------------------------------------------------

    def show_page(self, wish: HistoryWish, page: HistoryPage) -> None:
        """Show what was found, or what became of an export."""
        if page.fault:
            self.say(text.one_line(page.fault[:1].upper() + page.fault[1:], 400))
            self.label.set_tone("error")
            if not wish.export and not wish.statement:
                self._show_empty(_UNREAD)
            return
        is_whole = page.read >= 1
        self.label.set_tone("muted" if is_whole else "warning")
        self._show_empty(_EMPTY if is_whole else _NOT_YET)
        if wish.only_whole and not is_whole:
            self.say(self._reading_words(page))
            return
        if wish.export:
            self.say(text.one_line(page.words, 400))
            return
        self._said = text.one_line(page.words, 400)
        self._shown, self._total = wish, page.total
        self._show_accounts(page.accounts, are_all=is_whole)
        self._show_rows(page, in_place=wish.only_whole)
        shown = self.fill_table if wish.kind is HistoryKind.FILLS else self.table
        self.pages.setCurrentWidget(shown)
        self.setFocusProxy(shown)
        self.newer_button.setEnabled(wish.offset > 0)
        self.older_button.setEnabled(wish.offset + PAGE < page.total)
        self.export_button.setEnabled(page.total > 0)
        self._on_selected()
        self.say(self._summary(wish, page) if is_whole else self._reading_words(page))

    def _show_rows(self, page: HistoryPage, *, in_place: bool) -> None:
        """Show a page; one that comes `in_place` of its newest rows keeps what is selected."""
        if not in_place:
            self.orders.clear()
            self.fills.clear()
        orders = {str(order.key): order for order in page.orders}
        fills = {fill.base_id: fill for fill in page.fills}
        self.orders.show_only(orders)
        self.orders.reorder(list(orders))
        self.fills.show_only(fills)
        self.fills.reorder(list(fills))

    def _reading_words(self, page: HistoryPage) -> str:
        return (
            f"The newest orders only. {page.read:.0%} of the journal read; older orders, and those of"
            " other programs, follow by themselves."
        )

    def _show_empty(self, words: str) -> None:
        """Never say that there is nothing while not all has been looked at."""
        for table in (self.table, self.fill_table):
            table.set_empty_text(words)

    def _summary(self, wish: HistoryWish, page: HistoryPage) -> str:
        count = text.count_of(page.total, "fill" if wish.kind is HistoryKind.FILLS else "order")
        rows = len(page.orders) + len(page.fills)
        part = f", {wish.offset + 1:,} to {wish.offset + rows:,} shown" if page.total > PAGE else ""
        return "   ".join(each for each in (self._said, f"{count}{part}") if each)

    def _show_accounts(self, accounts: tuple[str, ...], *, are_all: bool) -> None:
        """Offer every account that occurs, so that it can be recognised but not read."""
        known = [self.account_box.itemData(n) for n in range(1, self.account_box.count())]
        if not are_all:
            accounts = tuple(sorted({*known, *accounts}))
        if known == list(accounts):
            return
        chosen = self.account_box.currentData()
        self.account_box.blockSignals(True)
        while self.account_box.count() > 1:
            self.account_box.removeItem(1)
        for account in accounts:
            self.account_box.addItem(text.one_line(masked(AccountId(account)), 20), account)
        self.account_box.setCurrentIndex(max(self.account_box.findData(chosen), 0))
        self.account_box.blockSignals(False)

    def say(self, sentence: str) -> None:
        """Show one sentence below the table."""
        self.label.show_text(sentence)

    @override
    def seen_changed(self, *, is_seen: bool) -> None:
        """Read when it comes to be seen: orders may have come since."""
        if is_seen:
            self.refresh()

    # -- what is asked ----------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Ask for the page that the choices name."""
        if self._shown is None:
            self.say(_READING)
        self.wished.emit(self._wish())

    def _wish(self, *, export: str = "", statement: str = "") -> HistoryWish:
        is_open = PERIODS.get(self.period_box.currentText(), 0) is None
        kind = _KINDS[self.kind_box.currentText()]
        return HistoryWish(
            kind=kind,
            start=None if is_open else _midnight(self.first_edit.date()),
            end=None if is_open else _midnight(self.last_edit.date().addDays(1)),
            symbol=self.symbol_edit.text(),
            account=self.account_box.currentData() or "",
            state=STATES[self.state_box.currentText()] if kind is HistoryKind.ORDERS else "",
            offset=self._offset,
            limit=PAGE,
            export=export,
            statement=statement,
        )

    @Slot()
    def _on_period(self) -> None:
        days, today = PERIODS[self.period_box.currentText()], _today()
        first = _FIRST_DAY if days is None else today - timedelta(days=days - 1)
        for edit, day in ((self.first_edit, first), (self.last_edit, today)):
            edit.blockSignals(True)
            edit.setDate(QDate(day.year, day.month, day.day))
            edit.blockSignals(False)
            edit.setEnabled(days is not None)
        self._on_choice()

    @Slot()
    def _on_choice(self) -> None:
        self._offset = 0
        self._said = ""
        self.state_box.setEnabled(_KINDS[self.kind_box.currentText()] is HistoryKind.ORDERS)
        self.refresh()

    @Slot()
    def _on_newer(self) -> None:
        self._offset = max(self._offset - PAGE, 0)
        self.refresh()

    @Slot()
    def _on_older(self) -> None:
        self._offset += PAGE
        self.refresh()

    # -- what is done with a row ------------------------------------------------------------------

    def _chosen(self) -> object:
        table = self.fill_table if self.pages.currentWidget() is self.fill_table else self.table
        rows = table.selected_rows()
        return rows[0] if len(rows) == 1 else None

    @Slot()
    def _on_selected(self) -> None:
        self.timeline_button.setEnabled(getattr(self._chosen(), "key", None) is not None)

    @Slot(QModelIndex)
    def _on_double_clicked(self, _index: QModelIndex) -> None:
        self._on_timeline()

    @Slot()
    def _on_timeline(self) -> None:
        row = self._chosen()
        if getattr(row, "key", None) is not None:
            self.timeline_requested.emit(row)
        elif row is not None and not isinstance(row, PastOrder):
            self.say("The journal holds no order of this fill.")

    # -- files ------------------------------------------------------------------------------------

    @Slot()
    def _on_export(self) -> None:
        stem = _KINDS[self.kind_box.currentText()].value
        self.files = ExportDialog("Export the history", stem, self, ("csv", "parquet", "json"))
        self.files.fileSelected.connect(self._on_export_chosen)
        self.files.open()

    @Slot(str)
    def _on_export_chosen(self, name: str) -> None:
        self.say("Exporting…")
        self.wished.emit(self._wish(export=str(Path(name).absolute())))

    @Slot()
    def _on_import(self) -> None:
        self.files = QFileDialog(self, "Import a Flex statement")
        self.files.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.files.setFileMode(QFileDialog.FileMode.ExistingFile)
        self.files.setNameFilters(["Flex statements (*.xml)", "All files (*)"])
        self.files.fileSelected.connect(self._on_import_chosen)
        self.files.open()

    @Slot(str)
    def _on_import_chosen(self, name: str) -> None:
        self.say("Importing…")
        self.kind_box.setCurrentText("Fills")
        self.wished.emit(self._wish(statement=str(Path(name).absolute())))


def _today() -> date:
    """Return the day it is on this machine."""
    return datetime.now().astimezone().date()


def _midnight(day: QDate) -> datetime:
    """Return when a day begins on this machine."""
    return datetime(day.year(), day.month(), day.day()).astimezone()
