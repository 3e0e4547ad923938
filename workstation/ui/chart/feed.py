"""Brings the bars of one series from the core: the newest, their updates, and older pages."""

from collections.abc import Iterable
from enum import Enum, auto
from functools import partial

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal, Slot

from workstation.bridge.commands import CommandPort
from workstation.domain.bar import Bar, BarSize, BarUpdate
from workstation.domain.commands import (
    BarsAnswer,
    CommandResult,
    Failed,
    FollowBars,
    RequestBars,
    UnfollowBars,
)
from workstation.domain.ids import ConId
from workstation.ui.chart.bars import BarArrays, Placed, moment_of

SETTLE_MS = 250
"""Who steps through contracts faster than this asks for the last of them only (pacing)."""

RETRY_MS = 5000
"""A page that failed is not asked for again sooner."""


class Series(Enum):
    """What there is to show."""

    NONE = auto()
    LOADING = auto()
    SHOWN = auto()
    FAILED = auto()


class Older(Enum):
    """How it stands with the bars before the first."""

    IDLE = auto()
    ASKED = auto()
    FAILED = auto()
    COMPLETE = auto()


class BarFeed(QObject):
    """Follows one series at a time and keeps its bars whole. GUI thread."""

    reloaded = Signal()
    """The bars are others than before, or none."""

    grown_older = Signal()
    """Bars were added before the first."""

    updated = Signal(object)
    """The newest bars changed: the index behind the last one before, and whether older ones did
    too: tuple[int, bool]."""

    status_changed = Signal()
    """The series, the older pages or the reason of a failure stand otherwise."""

    def __init__(self, commands: CommandPort, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self.bars = BarArrays()
        self.con_id: ConId | None = None
        self.size = BarSize.MINUTE_5
        self.series = Series.NONE
        self.older = Older.IDLE
        self.reason = ""
        self._is_wanted = False
        self._followed: tuple[ConId, BarSize] | None = None
        self._asking = 0
        self._early: list[Bar] = []
        self._failed_at = QElapsedTimer()
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SETTLE_MS)
        self._settling.timeout.connect(self._on_settled)

    @property
    def is_live(self) -> bool:
        """Whether updates of the series come, or are about to."""
        return self._followed is not None

    def show(self, con_id: ConId | None, size: BarSize) -> None:
        """Show this series; asking for the one that is shown repeats only what failed."""
        if (con_id, size) == (self.con_id, self.size) and self.series is not Series.FAILED:
            self._follow()
            return
        self._unfollow()
        self.con_id, self.size = con_id, size
        self._asking += 1
        self._early.clear()
        self.bars.clear()
        self.older = Older.IDLE
        self._set_series(Series.NONE if con_id is None else Series.LOADING)
        self.reloaded.emit()
        if self._settling.isActive():
            self._settling.start()
        else:
            self._follow()

    def set_wanted(self) -> None:
        """Begin to ask: the chart is seen for the first time since the series was chosen."""
        self._is_wanted = True
        self._follow()

    def set_unwanted(self) -> None:
        """Ask for no further series; the present one goes on."""
        self._is_wanted = False

    def link_lost(self) -> None:
        """Note that the core follows nothing any more."""
        self._followed = None
        self._asking += 1
        if self.older is Older.ASKED:
            self.older = Older.IDLE
        if self.series is Series.LOADING:
            self.series = Series.FAILED
        self._set_series(self.series, "the link to the broker was lost.")

    def link_ready(self) -> None:
        """Follow again after an interruption; the answer closes the gap."""
        self._unfollow()
        self._follow()

    def want_older(self) -> None:
        """Ask for the page before the first bar, unless one is under way or there is none."""
        is_early = self.older is Older.FAILED and not self._failed_at.hasExpired(RETRY_MS)
        if self.con_id is None or self.series is not Series.SHOWN or self._followed is None:
            return
        if is_early or self.older in {Older.ASKED, Older.COMPLETE}:
            return
        self._set_older(Older.ASKED)
        before = moment_of(self.bars.time(self.bars.first))
        command = RequestBars(self.con_id, self.size, before)
        self._commands.send(command, partial(self._take_older, self._asking))

    def take(self, updates: Iterable[BarUpdate]) -> None:
        """Apply the updates of this series, oldest first."""
        series = (self.con_id, self.size)
        bars = [each.bar for each in updates if (each.con_id, each.size) == series]
        if self.series is Series.LOADING:
            self._early += bars
        elif bars and self.series is Series.SHOWN:
            self._apply(bars)

    def _apply(self, bars: list[Bar]) -> None:
        old_end = self.bars.end
        places = {self.bars.update(bar) for bar in sorted(bars, key=_time_of)}
        if places != {Placed.IGNORED}:
            self.updated.emit((old_end, Placed.CHANGED in places))

    def _follow(self) -> None:
        if self.con_id is None or self._followed is not None or not self._is_wanted:
            return
        self._settling.start()
        self._asking += 1
        self._followed = (self.con_id, self.size)
        if self.older is Older.ASKED:
            self.older = Older.IDLE  # its answer comes under an old number
        self._set_series(Series.SHOWN if len(self.bars) else Series.LOADING)
        self._commands.send(
            FollowBars(self.con_id, self.size), partial(self._take_newest, self._asking)
        )

    def _unfollow(self) -> None:
        if self._followed is not None:
            self._commands.send(UnfollowBars(*self._followed))
            self._followed = None

    @Slot()
    def _on_settled(self) -> None:
        self._follow()

    def _take_newest(self, asking: int, result: CommandResult) -> None:
        if asking != self._asking:
            return
        if not isinstance(result, BarsAnswer):
            self._followed = None
            state = Series.SHOWN if len(self.bars) else Series.FAILED
            self._set_series(state, _reason_of(result))
            return
        if not result.bars and not len(self.bars):
            self._set_series(Series.FAILED, "the broker has none for this contract.")
            return
        old_end = self.bars.end
        is_same = self.bars.merge(result.bars)
        early, self._early = self._early, []
        self._set_series(Series.SHOWN)
        if is_same:
            self.updated.emit((old_end, True))
        else:
            self.older = Older.IDLE
            self.reloaded.emit()
        if early:
            self._apply(early)

    def _take_older(self, asking: int, result: CommandResult) -> None:
        if asking != self._asking or self.older is not Older.ASKED:
            return
        if not isinstance(result, BarsAnswer):
            self._failed_at.start()
            self._set_older(Older.FAILED, _reason_of(result))
            return
        added = self.bars.prepend(result.bars)
        self._set_older(Older.COMPLETE if result.complete or not added else Older.IDLE)
        if added:
            self.grown_older.emit()

    def _set_series(self, series: Series, reason: str = "") -> None:
        self.series, self.reason = series, reason
        self.status_changed.emit()

    def _set_older(self, older: Older, reason: str = "") -> None:
        self.older, self.reason = older, reason
        self.status_changed.emit()


def _reason_of(result: CommandResult) -> str:
    return result.reason if isinstance(result, Failed) else "the answer was not understood."


def _time_of(bar: Bar) -> float:
    return bar.time.timestamp()
