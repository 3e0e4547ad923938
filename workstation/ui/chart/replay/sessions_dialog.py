"""The list of practice sessions: what came of each, and going on with one."""

from datetime import UTC, datetime

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workstation.matching.practice_account import result_of
from workstation.matching.practice_summary import Money, PracticeSummary, summary_of
from workstation.ui import text
from workstation.ui.chart.replay.practice_keeping import PracticeKeeping
from workstation.ui.chart.replay.practice_record import PracticeRecord
from workstation.ui.chart.replay.practice_words import r_words, rate_words
from workstation.ui.plain_label import PlainLabel
from workstation.ui.theme import row_height

_COLUMNS = (
    "Symbol",
    "Bars",
    "From",
    "To",
    "Held",
    "Round trips",
    "Won",
    "Average R",
    "Commission",
    "Result",
)
_FIRST_NUMBER = 4
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_NONE = "No practice sessions yet: replay a chart and place an order there."


class SessionsDialog(QDialog):
    """Asks the keeping to go on with a session, or to drop one. Opened, never executed."""

    def __init__(self, keeping: PracticeKeeping, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Practice sessions")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._keeping = keeping
        self._shown: list[tuple[str, PracticeRecord]] = []
        self.table = QTableWidget(0, len(_COLUMNS), self)
        self.table.setAccessibleName("Practice sessions")
        self.table.setHorizontalHeaderLabels(_COLUMNS)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        self.words = PlainLabel("", self)
        self.buttons = QDialogButtonBox(self)
        role = QDialogButtonBox.ButtonRole
        self.resume_button = self.buttons.addButton("Go on with it", role.AcceptRole)
        self.delete_button = self.buttons.addButton("Delete", role.DestructiveRole)
        self.buttons.addButton(QDialogButtonBox.StandardButton.Close)
        column = QVBoxLayout(self)
        for part in (self.table, self.words, self.buttons):
            column.addWidget(part)
        self.table.itemSelectionChanged.connect(self._on_selected)
        self.table.itemDoubleClicked.connect(self._on_resume)
        self.buttons.accepted.connect(self._on_resume)
        self.delete_button.clicked.connect(self._on_delete)
        self.buttons.rejected.connect(self.reject)
        self.resize(980, 360)
        self.refresh()

    def refresh(self) -> None:
        """Show every session, the one changed last on top."""
        self._shown = self._keeping.sessions()
        self.table.setRowCount(len(self._shown))
        self.table.verticalHeader().setDefaultSectionSize(row_height(self.font()))
        for row, (_, record) in enumerate(self._shown):
            for column, words in enumerate(_cells(record)):
                item = QTableWidgetItem(words)
                if column >= _FIRST_NUMBER:
                    item.setTextAlignment(_RIGHT)
                self.table.setItem(row, column, item)
        if self._shown:
            self.table.selectRow(0)
        self._on_selected()

    @property
    def chosen(self) -> tuple[str, PracticeRecord] | None:
        """The session under the cursor."""
        row = self.table.currentRow()
        return self._shown[row] if 0 <= row < len(self._shown) else None

    @Slot()
    def _on_selected(self) -> None:
        chosen = self.chosen
        why = self._keeping.why_not(chosen[1]) if chosen is not None else _NONE
        self.words.show_text(why)
        self.resume_button.setEnabled(not why)
        self.delete_button.setEnabled(chosen is not None)

    @Slot()
    def _on_resume(self) -> None:
        chosen = self.chosen
        if chosen is not None and not self._keeping.why_not(chosen[1]):
            self.accept()
            self._keeping.resume(*chosen)

    @Slot()
    def _on_delete(self) -> None:
        chosen = self.chosen
        if chosen is None:
            return
        if self._keeping.delete(chosen[0]):
            self.refresh()
        else:
            self.words.show_text("This session is under way: end its replay first.")


def _summary(record: PracticeRecord) -> PracticeSummary:
    fills = record.standing.fills
    return summary_of(fills, result_of(fills), record.fee, Money(record.tick, record.per_point))


def _cells(record: PracticeRecord) -> tuple[str, ...]:
    summary = _summary(record)
    begin, end = (
        f"{datetime.fromtimestamp(moment, UTC).astimezone():%Y-%m-%d %H:%M}"
        for moment in (record.began, record.moment)
    )
    return (
        text.one_line(record.symbol, 24),
        record.size,
        begin,
        end,
        text.size(record.position),
        str(len(summary.trips)),
        rate_words(summary),
        r_words(summary.average_r),
        text.money(summary.commission, record.currency),
        text.signed_money(summary.net, record.currency),
    )
