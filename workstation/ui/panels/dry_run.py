"""Dry run: what other limits would have done to the orders on record, before they are in force."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontDatabase, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QSplitter,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from workstation.domain.dry_run import DryRun, DryRunOutcome, DryRunRow
from workstation.domain.finding import Finding
from workstation.domain.ids import AccountId
from workstation.ui import text
from workstation.ui.models.keyed import KeyedTableModel
from workstation.ui.models.table import Column
from workstation.ui.plain_label import PlainLabel
from workstation.ui.table_view import TableView
from workstation.ui.theme import paint

DAYS, MOST_DAYS = 30, 3650

_WORDS = {
    DryRunOutcome.BLOCKED: "blocked",
    DryRunOutcome.ASKED: "asked",
    DryRunOutcome.FREED: "let through",
}


@dataclass(frozen=True, slots=True)
class DryRunWish:
    """Limits to try, as the file has them, on the orders of the last days of an account."""

    account: AccountId
    limits: str
    days: int


def _reason(finding: Finding) -> str:
    figures = " against ".join(filter(None, (finding.measured, finding.limit)))
    return f"{finding.text} {figures}".strip()


def _reasons(row: DryRunRow) -> str:
    return text.one_line(" ".join(map(_reason, row.findings)), 400)


def _cell(of: Callable[[DryRunRow], str], key: str, title: str, sample: str) -> Column[DryRunRow]:
    return Column(key=key, title=title, text=of, sort=of, sample=sample, is_number=False)


COLUMNS: tuple[Column[DryRunRow], ...] = (
    Column(
        key="time",
        title="Time",
        text=lambda row: text.day_time(row.time),
        sort=lambda row: row.time.timestamp(),
        sample="2026-11-21 16:00:00",
        is_number=False,
    ),
    _cell(lambda row: _WORDS[row.outcome], "outcome", "Would be", "let through"),
    _cell(lambda row: text.one_line(row.order, 80), "order", "Order", "BUY 1,000 GOOGL LMT 171.05"),
    _cell(_reasons, "reasons", "Why", "Order size is above your catastrophic limit. 1,000,000 USD"),
)


class DryRunModel(KeyedTableModel[int, DryRunRow]):
    """The orders that other limits would have treated otherwise, newest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)

    def show_rows(self, rows: tuple[DryRunRow, ...]) -> None:
        """Show these orders and no others."""
        self.clear()
        self.upsert(enumerate(rows))

    @override
    def colour(self, row: DryRunRow, column: int) -> QColor | None:
        """Mark what would have been blocked or asked about."""
        if self.columns[column].key != "outcome":
            return None
        colours = paint()
        tones = {DryRunOutcome.BLOCKED: colours.error, DryRunOutcome.ASKED: colours.warning}
        return tones.get(row.outcome)


class DryRunPage(QWidget):
    """Takes limits as text; asks for a try and shows what it found. Nothing here is in force."""

    run_requested = Signal(object)
    """DryRunWish: the limits and the days to try them on."""

    limits_wanted = Signal(object)
    """AccountId whose section of the limits file shall be shown."""

    file_chosen = Signal(object)
    """Path of a file with other limits."""

    export_requested = Signal(object)
    """(Path, limits as text) to be kept as a profile of limits: tuple[Path, str]."""

    adoption_requested = Signal(object)
    """DryRunWish whose limits shall stand in the limits file, not yet in force."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._account: AccountId | None = None
        self.files: QFileDialog | None = None
        self.model = DryRunModel(self)
        self.table = TableView(self.model, "Nothing was tried yet", self)
        self.limits_edit = QPlainTextEdit(self)
        self.limits_edit.setAccessibleName("Limits to try")
        self.limits_edit.setPlaceholderText("Limits to try, as the limits file has them")
        self.limits_edit.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.limits_edit.setTabChangesFocus(True)
        self.limits_edit.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.days_edit = QSpinBox(self)
        self.days_edit.setRange(1, MOST_DAYS)
        self.days_edit.setValue(DAYS)
        self.days_edit.setSuffix(" days")
        self.days_edit.setAccessibleName("Days to look back")
        self.reset_button = QPushButton("From the limits file", self)
        self.open_button = QPushButton("Open…", self)
        self.save_button = QPushButton("Save as…", self)
        self.save_button.setToolTip(text.tooltip("Keep these limits in a file of their own"))
        self.adopt_button = QPushButton("Into the limits file", self)
        self.adopt_button.setToolTip(
            text.tooltip("They wait there until Apply edited limits puts them in force")
        )
        self.run_button = QPushButton("Try them", self)
        self.label = PlainLabel("", self, wrap=True)
        self._lay_out()
        self.reset_button.clicked.connect(self._on_reset)
        self.open_button.clicked.connect(self._on_open)
        self.run_button.clicked.connect(self._on_run)
        self.save_button.clicked.connect(self._on_save)
        self.adopt_button.clicked.connect(self._on_adopt)
        self.say("Edit limits, then try them on your recorded orders. Nothing here is in force.")

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setContentsMargins(6, 3, 6, 0)
        files = (self.reset_button, self.open_button, self.save_button, self.adopt_button)
        for widget in (*files, self.days_edit, self.run_button):
            line.addWidget(widget)
        line.addStretch(1)
        self.label.setContentsMargins(6, 0, 6, 0)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(self.limits_edit)
        split.addWidget(self.table)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(line)
        column.addWidget(self.label)
        column.addWidget(split, 1)

    def show_account(self, account: AccountId | None) -> None:
        """Try limits of this account from now on; another one's limits are put away."""
        if account == self._account:
            return
        self._account = account
        self.limits_edit.clear()
        self.model.clear()
        self.run_button.setEnabled(account is not None)
        if self.isVisible():
            self._fill()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Begin with the limits of the file."""
        super().showEvent(event)
        self._fill()

    def _fill(self) -> None:
        if self._account is not None and not self.limits_edit.toPlainText():
            self.limits_wanted.emit(self._account)

    def show_limits(self, limits: str) -> None:
        """Put limits into the editor."""
        self.limits_edit.setPlainText(text.paragraphs(limits))

    def show_result(self, result: DryRun) -> None:
        """Say what the limits would have done, and list the orders."""
        self.run_button.setEnabled(True)
        self.model.show_rows(result.rows)
        self.table.set_empty_text("No order would have gone another way")
        self.label.set_tone("warning" if result.rows else "good")
        changed = "" if result.changes else " They are the limits in force."
        missing = ""
        if result.unknown:
            orders = text.count_of(result.unknown, "older order")
            missing = f" {orders} cannot be tried: their facts were not kept."
        self._show(
            f"Last {text.count_of(result.days, 'day')}: {result.headline}.{missing}{changed}",
            "\n".join(result.changes),
        )

    def say(self, sentence: str) -> None:
        """Show one sentence, such as why the limits cannot be tried."""
        self.run_button.setEnabled(self._account is not None)
        self.label.set_tone("muted")
        self._show(sentence, "")

    def _show(self, sentence: str, changes: str) -> None:
        self.label.show_text(text.one_line(sentence, 400), changes)

    @Slot()
    def _on_reset(self) -> None:
        if self._account is not None:
            self.limits_wanted.emit(self._account)

    @Slot()
    def _on_run(self) -> None:
        if self._account is None:
            return
        self.run_button.setEnabled(False)
        self.label.set_tone("muted")
        self._show("Reading the journal…", "")
        self.run_requested.emit(self._wish(self._account))

    def _wish(self, account: AccountId) -> DryRunWish:
        return DryRunWish(account, self.limits_edit.toPlainText(), self.days_edit.value())

    @Slot()
    def _on_adopt(self) -> None:
        if self._account is not None:
            self.adoption_requested.emit(self._wish(self._account))

    @Slot()
    def _on_save(self) -> None:
        self.files = QFileDialog(self, "Keep these limits")
        self.files.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.files.setDefaultSuffix("toml")
        self.files.fileSelected.connect(self._on_save_selected)
        self.files.open()

    @Slot(str)
    def _on_save_selected(self, name: str) -> None:
        self.export_requested.emit((Path(name), self.limits_edit.toPlainText()))

    @Slot()
    def _on_open(self) -> None:
        self.files = QFileDialog(self, "Limits to try")
        self.files.setNameFilter("Limits (*.toml);;All files (*)")
        self.files.fileSelected.connect(self._on_file_selected)
        self.files.open()

    @Slot(str)
    def _on_file_selected(self, name: str) -> None:
        self.file_chosen.emit(Path(name))
