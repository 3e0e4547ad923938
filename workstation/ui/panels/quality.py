"""Execution quality: what each fill cost against the market, and what groups of them did."""

from datetime import datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from workstation.domain.execution_quality import FillQuality
from workstation.domain.trading_costs import grouped, groupings
from workstation.ui import text
from workstation.ui.export_dialog import ExportDialog
from workstation.ui.live_panel import LivePanel
from workstation.ui.models.quality import QualityGroupsModel, QualityModel, rows_of
from workstation.ui.plain_label import PlainLabel
from workstation.ui.screen_state import ScreenState
from workstation.ui.table_view import TableView

PERIODS: dict[str, int | None] = {"Today": 0, "7 days": 7, "30 days": 30, "Whole journal": None}
"""Days back from today, None for all; today is live, the rest is read from the journal."""

_EMPTY = "No fills today"


class QualityPanel(LivePanel):
    """Shows fills and groups; asks for the journal's older fills and for an export."""

    history_requested = Signal(object)
    """Aware datetime from which on fills are wanted from the journal, None for all."""

    export_requested = Signal(object)
    """Path of the file to write, and the fills: tuple[Path, tuple[FillQuality, ...]]."""

    fill_selected = Signal(object)
    """Execution the user chose."""

    def __init__(self, state: ScreenState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._today: dict[str, FillQuality] = {}
        self._is_due = False
        self.files: ExportDialog | None = None
        self.model = QualityModel(self)
        self.groups = QualityGroupsModel(self)
        self.table = TableView(self.model, _EMPTY, self, newest_first="time")
        self.table.setObjectName("quality_table")
        self.group_table = TableView(self.groups, _EMPTY, self)
        self.group_table.setObjectName("quality_groups_table")
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.table)
        self.pages.addWidget(self.group_table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(self._build_line())
        column.addWidget(self.pages)
        self.table.clicked.connect(self._on_clicked)

    def _build_line(self) -> QHBoxLayout:
        self.view_box = QComboBox(self)
        self.view_box.addItems(["Fills", *(f"By {name.lower()}" for name in groupings())])
        self.view_box.setAccessibleName("Fills one by one, or together")
        self.view_box.currentIndexChanged.connect(self._on_view_changed)
        self.period_box = QComboBox(self)
        self.period_box.addItems(list(PERIODS))
        self.period_box.setAccessibleName("Of which days")
        self.period_box.currentIndexChanged.connect(self._on_period_changed)
        self.label = PlainLabel("", self)
        self.label.set_tone("muted")
        self.export_button = QPushButton("Export…", self)
        self.export_button.setToolTip(
            text.tooltip("Write the fills of this period with every figure (CSV)")
        )
        self.export_button.setEnabled(False)
        self.export_button.clicked.connect(self._on_export)
        line = QHBoxLayout()
        line.setContentsMargins(3, 3, 3, 0)
        for widget in (self.view_box, self.period_box, self.label):
            line.addWidget(widget)
        line.addStretch(1)
        line.addWidget(self.export_button)
        return line

    # -- what is shown ----------------------------------------------------------------------------

    @Slot(object)
    def take_fill(self, fill: FillQuality) -> None:
        """Take a fill of today, or what is known more of it."""
        self._today[fill.execution.base_id] = fill
        if not self._is_live:
            return
        self.model.take(fill, self._state.ladder(fill.execution.con_id))
        self._is_due = True
        if self.is_seen:
            self._show_groups()

    @Slot(object)
    def show_history(self, result: object) -> None:
        """Show the fills that were read, or the sentence of a fault."""
        if self._is_live:
            return  # meanwhile today was chosen again
        if isinstance(result, tuple):
            self._show_fills(result)
        else:
            self.say(str(result))

    def say(self, sentence: str) -> None:
        """Show one sentence above the table."""
        self.label.show_text(sentence)

    @override
    def seen_changed(self, *, is_seen: bool) -> None:
        """Bring the groups up to date when they can be seen."""
        if is_seen and self._is_due:
            self._show_groups()

    @property
    def _is_live(self) -> bool:
        return self.period_box.currentIndex() == 0

    def _show_fills(self, fills: tuple[FillQuality, ...]) -> None:
        rows = rows_of(fills, lambda fill: self._state.ladder(fill.execution.con_id))
        self.model.show_only(rows)
        self._show_groups()

    def _show_groups(self) -> None:
        self._is_due = False
        fills = self.model.fills()
        chosen = self.view_box.currentIndex()
        if chosen:
            name = list(groupings())[chosen - 1]
            self.groups.show_groups(grouped(fills, groupings()[name]))
        self.export_button.setEnabled(bool(fills))
        self.say(_summary(fills))

    # -- what the user does -----------------------------------------------------------------------

    @Slot()
    def _on_view_changed(self) -> None:
        shown = self.group_table if self.view_box.currentIndex() else self.table
        self.pages.setCurrentWidget(shown)
        self.setFocusProxy(shown)
        self._show_groups()

    @Slot()
    def _on_period_changed(self) -> None:
        days = list(PERIODS.values())[self.period_box.currentIndex()]
        empty = _EMPTY if self._is_live else "No fills in this period"
        self.table.set_empty_text(empty)
        self.group_table.set_empty_text(empty)
        if self._is_live:
            self._show_fills(tuple(self._today.values()))
            return
        self._show_fills(())
        self.say("Reading the journal…")
        today = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
        self.history_requested.emit(None if days is None else today - timedelta(days=days - 1))

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        row = self.model.value_at(self.table.proxy.mapToSource(index).row())
        self.fill_selected.emit(row.fill.execution)

    @Slot()
    def _on_export(self) -> None:
        self.files = ExportDialog("Export execution quality", "execution-quality", self)
        self.files.fileSelected.connect(self._on_file_chosen)
        self.files.open()

    @Slot(str)
    def _on_file_chosen(self, name: str) -> None:
        self.export_requested.emit((Path(name), self.model.fills()))


def _summary(fills: tuple[FillQuality, ...]) -> str:
    """Say what the fills cost together, a part for each currency."""
    if not fills:
        return ""
    parts = [text.count_of(len(fills), "fill")]
    for group in grouped(fills, lambda _fill: ""):
        paid = text.signed_money(group.against_arrival.money, group.currency)
        points = text.points(group.against_arrival.points)
        parts.append(f"against arrival {paid} ({points} bp)")
    return "   ".join(parts)
