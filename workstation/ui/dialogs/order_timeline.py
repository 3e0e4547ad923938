"""The life of one order in one table: messages, decisions, and the market at each moment."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.timeline import StepKind, Timeline, TimelineStep
from workstation.ui import text
from workstation.ui.export_dialog import ExportDialog
from workstation.ui.plain_label import PlainLabel

COLUMNS = ("Time", "", "What", "State", "Bid", "Ask", "Last")
_ARROWS = {
    StepKind.OUT: "→ out",
    StepKind.IN: "← in",
    StepKind.DECISION: "decision",
    StepKind.STATE: "here",
}


class OrderTimelineDialog(QDialog):
    """Shows the steps of one order; asks for an export. GUI thread."""

    export_requested = Signal(object)
    """Path of the file to write."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Order timeline")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(980, 560)
        self.timeline: Timeline | None = None
        self.files: ExportDialog | None = None
        self.label = PlainLabel("Reading the journal…", self)
        self.table = self._build_table()
        self.detail = QPlainTextEdit(self)
        self.detail.setReadOnly(True)
        self.detail.setAccessibleName("What the journal holds of the chosen step")
        self.export_button = QPushButton("Export…", self)
        self.export_button.setEnabled(False)
        self.export_button.setAutoDefault(False)
        self.export_button.clicked.connect(self._on_export)
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.addWidget(self.table)
        split.addWidget(self.detail)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 1)
        line = QHBoxLayout()
        line.addWidget(self.label, 1)
        line.addWidget(self.export_button)
        column = QVBoxLayout(self)
        column.addLayout(line)
        column.addWidget(split)
        self.table.itemSelectionChanged.connect(self._on_selected)

    def show_timeline(self, timeline: Timeline) -> None:
        """Fill the table, oldest step first."""
        self.timeline = timeline
        number = f"number {timeline.order_id}, permId {timeline.perm_id or '—'}"
        steps = text.count_of(len(timeline.steps), "step")
        self.say(f"{text.one_line(timeline.title, 80)} · {number} · {steps}")
        self.table.setRowCount(len(timeline.steps))
        for row, step in enumerate(timeline.steps):
            for column, words in enumerate(_cells(step)):
                item = QTableWidgetItem(words)
                if column > 3:
                    item.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                self.table.setItem(row, column, item)
        self.export_button.setEnabled(True)

    def say(self, sentence: str) -> None:
        """Show one sentence above the table."""
        self.label.show_text(sentence)

    def _build_table(self) -> QTableWidget:
        table = QTableWidget(0, len(COLUMNS), self)
        table.setHorizontalHeaderLabels(list(COLUMNS))
        table.verticalHeader().hide()
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        return table

    @Slot()
    def _on_selected(self) -> None:
        row = self.table.currentRow()
        if self.timeline is not None and 0 <= row < len(self.timeline.steps):
            self.detail.setPlainText(text.paragraphs(self.timeline.steps[row].detail))

    @Slot()
    def _on_export(self) -> None:
        if self.timeline is None:
            return
        name = f"order-{self.timeline.order_id}"
        self.files = ExportDialog("Export the timeline", name, self)
        self.files.fileSelected.connect(self._on_file_chosen)
        self.files.open()

    @Slot(str)
    def _on_file_chosen(self, name: str) -> None:
        self.export_requested.emit(Path(name))


def _cells(step: TimelineStep) -> tuple[str, ...]:
    market = step.market
    prices = (None, None, None) if market is None else (market.bid, market.ask, market.last)
    return (
        text.precise_time(step.time),
        _ARROWS[step.kind],
        text.one_line(step.title),
        step.state,
        *(text.price(each) for each in prices),
    )
