"""To a date on the chart: history is loaded page by page until it is there."""

from datetime import UTC, date, datetime

from PySide6.QtCore import QDate, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QDateEdit,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from workstation.ui.chart.canvas import ChartCanvas
from workstation.ui.chart.chart_data import ChartData
from workstation.ui.chart.feed import RETRY_MS
from workstation.ui.chart.source import Older, Series


class DateQuestion(QDialog):
    """Asks for a date and a time of day, on the clocks that the chart shows."""

    def __init__(self, shown: datetime, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Go to date")
        self._zone = shown.tzinfo
        self.date_edit = QDateEdit(QDate(shown.year, shown.month, shown.day), self)
        self.date_edit.setCalendarPopup(True)
        self.date_edit.setDisplayFormat("yyyy-MM-dd")
        self.time_edit = QTimeEdit(self)
        self.time_edit.setDisplayFormat("HH:mm")
        buttons = QDialogButtonBox(self)
        buttons.addButton("Go", QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout()
        form.addRow("Date", self.date_edit)
        form.addRow("Time", self.time_edit)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(buttons)

    @property
    def moment(self) -> datetime:
        """What was asked for, aware."""
        day, hour = self.date_edit.date(), self.time_edit.time()
        return datetime(
            day.year(), day.month(), day.day(), hour.hour(), hour.minute(), tzinfo=self._zone
        )


class GoToDate(QObject):
    """Brings a time into sight; asks the feed for older pages, one after another. GUI thread.

    The core paces what it asks of the broker; the chart stays usable meanwhile, and any move
    of the user's, another contract or Esc ends the search.
    """

    changed = Signal()
    """The words to be shown are others."""

    def __init__(self, canvas: ChartCanvas, data: ChartData, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas, self._data = canvas, data
        self.words = ""
        self.question: DateQuestion | None = None
        self._wanted: float | None = None
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.setInterval(RETRY_MS + 100)
        self._retry.timeout.connect(self._look)
        data.grown_older.connect(self._look)
        data.status_changed.connect(self._on_status_changed)
        data.reloaded.connect(self.stop)
        canvas.navigation.moved.connect(self.stop)

    @Slot()
    def ask(self) -> None:
        """Ask the user for a date; the one in the middle of the chart at first."""
        view = self._canvas.view
        if not len(view.bars):
            return
        middle = view.seconds_at(view.time.index_at(view.time.width // 2))
        shown = datetime.fromtimestamp(middle, UTC).astimezone(view.marks.zone)
        self.question = DateQuestion(shown, self._canvas)
        self.question.accepted.connect(self._on_accepted)
        self.question.open()

    @Slot()
    def _on_accepted(self) -> None:
        if self.question is not None:
            self.go(self.question.moment)

    def go(self, moment: datetime) -> None:
        """Bring the bar of an aware time into the middle, loading history where it is missing."""
        if self._data.feed.series is Series.SHOWN and len(self._canvas.view.bars):
            self._wanted = moment.timestamp()
            self._look()

    @Slot()
    def stop(self) -> None:
        """Search no more."""
        self._wanted = None
        self._retry.stop()
        self._say("")

    @property
    def is_searching(self) -> bool:
        """Whether pages are being asked for."""
        return self._wanted is not None

    @Slot()
    def _look(self) -> None:
        wanted, bars = self._wanted, self._canvas.view.bars
        if wanted is None or not len(bars):
            return
        has_it = bars.time(bars.first) <= wanted
        if has_it or self._data.feed.older is Older.COMPLETE:
            self.stop()
            self._canvas.view.show_time(max(wanted, bars.time(bars.first)))
            self._canvas.refresh()
            self._canvas.view_moved.emit()
            if not has_it:
                self._say(f"History begins on {self._day(bars.time(bars.first)):%d %b %Y}")
            return
        self._say(
            f"Loading back to {self._day(wanted):%d %b %Y}: "
            f"at {self._day(bars.time(bars.first)):%d %b %Y}, Esc stops"
        )
        self._data.feed.want_older()

    @Slot()
    def _on_status_changed(self) -> None:
        if self._wanted is None:
            return
        if self._data.feed.older is Older.FAILED:
            self._retry.start()  # the core or the broker was too busy; ask again in a while
        elif self._data.feed.older is Older.COMPLETE:
            self._look()

    def _say(self, words: str) -> None:
        if words != self.words:
            self.words = words
            self.changed.emit()

    def _day(self, seconds: float) -> date:
        moment = datetime.fromtimestamp(seconds, UTC)
        return moment.astimezone(self._canvas.view.marks.zone).date()
