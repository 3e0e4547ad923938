"""Brings the bars of one series from the core: the newest, their updates, and older pages."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Slot
from typing_extensions import override

from workstation.bridge.commands import CommandPort
from workstation.domain.bar import Bar, BarSize, BarUpdate, SeriesKey, Show
from workstation.domain.commands import (
    BarsAnswer,
    CommandResult,
    Failed,
    FollowBars,
    RequestBars,
    UnfollowBars,
)
from workstation.domain.ids import ConId
from workstation.ui.chart.added_up import AddedUp
from workstation.ui.chart.aggregate import Grouping
from workstation.ui.chart.bar_keeper import BarKeeper, KeptSpans, Span, agrees
from workstation.ui.chart.bar_table import BarTable, moment_of, seconds_of, table_of
from workstation.ui.chart.bars import BarArrays, Placed
from workstation.ui.chart.source import Older, Series, Source
from workstation.ui.chart.timeframe import Timeframe

SETTLE_MS = 250
"""Who steps through contracts faster than this asks for the last of them only (pacing)."""

RETRY_MS = 5000
"""A page that failed is not asked for again sooner."""

KEEP_MS = 30_000
"""How often what came live is handed to whoever keeps bars."""

MOST_BRIDGED = 20
"""Pages that are asked for by themselves to close the gap to what is kept."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a chart of one contract shows."""

    con_id: ConId
    timeframe: Timeframe
    show: Show = Show.TRADES
    regular_hours: bool = False

    @property
    def key(self) -> SeriesKey:
        """The broker's series that the bars are made of."""
        return SeriesKey(self.con_id, self.timeframe.base, self.show, self.regular_hours)


StandIn = Callable[[Wanted, Wanted, BarTable], BarTable | None]
"""Makes the bars of one series out of those of another, where that can be."""


def _no_stand_in(_old: Wanted, _new: Wanted, _bars: BarTable) -> BarTable | None:
    """Stand for nothing."""
    return None


class BarFeed(Source):
    """Follows one series at a time and keeps its bars whole. GUI thread."""

    def __init__(
        self,
        commands: CommandPort,
        parent: QObject | None = None,
        bars: BarArrays | None = None,
    ) -> None:
        super().__init__(parent)
        self._commands = commands
        self._sum = AddedUp(BarArrays() if bars is None else bars)
        self.wanted: Wanted | None = None
        self._keeper: BarKeeper | None = None
        self.stand_in: StandIn = _no_stand_in
        """Finds bars that can stand for a series until it comes."""

        self._kept = KeptSpans()
        self._showing = 0
        self._is_kept_asked = False
        self._unsaved = 0
        """Since when bars are not kept yet, in seconds since 1970."""

        self._bridged = 0
        """Pages asked for so far to close the gap to what was shown; 0 where there is none."""

        self._pages = 1
        self._is_wanted = False
        self._followed: SeriesKey | None = None
        self._asking = 0
        self._early: list[Bar] = []
        self._failed_at = QElapsedTimer()
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SETTLE_MS)
        self._settling.timeout.connect(self._on_settled)
        self._keeping = QTimer(self)
        self._keeping.setInterval(KEEP_MS)
        self._keeping.timeout.connect(self.keep)

    def use_keeper(self, keeper: BarKeeper) -> None:
        """Show kept bars first from now on, and keep what comes."""
        self._keeper = keeper
        self._keeping.start()

    @property
    @override
    def bars(self) -> BarArrays:
        return self._sum.bars

    @property
    @override
    def is_live(self) -> bool:
        return self._followed is not None

    @override
    def stop(self) -> None:
        self.show(None)

    def show(self, wanted: Wanted | None, grouping: Grouping | None = None) -> None:
        """Show this series; asking for the one that is shown repeats only what failed."""
        if wanted == self.wanted and self.series is not Series.FAILED:
            if self._sum.regroup(grouping):
                self.reloaded.emit()
            self._follow()
            return
        seed = self._seed(wanted)
        self._unfollow()
        self.wanted = wanted
        self._asking += 1
        self._early.clear()
        self._kept.set(())
        self._showing += 1
        self._is_kept_asked = False
        self._sum.start(grouping)
        self.older = Older.IDLE
        self.is_kept_only, self.is_updated = False, True
        self._bridged, self._pages = 0, 1
        self._set_series(Series.NONE if wanted is None else Series.LOADING)
        self.reloaded.emit()
        if seed is not None:
            self._show_kept(seed)
        self._ask_kept()
        if self._settling.isActive():
            self._settling.start()
        else:
            self._follow()

    def _seed(self, wanted: Wanted | None) -> BarTable | None:
        if wanted is None or self.wanted is None or not len(self._sum.base):
            return None
        if wanted.key == self.wanted.key:
            return self._sum.table()  # the same bars, added up in another way
        return self.stand_in(self.wanted, wanted, self._sum.table())

    @override
    def set_wanted(self) -> None:
        self._is_wanted = True
        self._follow()

    @override
    def set_unwanted(self) -> None:
        self._is_wanted = False

    @override
    def link_lost(self) -> None:
        self._followed = None
        self._asking += 1
        if self.older is Older.ASKED:
            self.older = Older.IDLE
        if self.series is Series.LOADING:
            self.series = Series.FAILED
        self._set_series(self.series, "the link to the broker was lost.")

    @override
    def link_ready(self) -> None:
        self._unfollow()
        self._follow()

    @override
    def want_older(self) -> None:
        is_early = self.older is Older.FAILED and not self._failed_at.hasExpired(RETRY_MS)
        if self.wanted is None or self.series is not Series.SHOWN or not len(self._sum.base):
            return
        if is_early or self.older in {Older.ASKED, Older.COMPLETE}:
            return
        if self._join_kept():
            return
        if self._followed is None or self.is_kept_only:
            return
        self._set_older(Older.ASKED)
        key, before = self.wanted.key, moment_of(self._sum.first_time)
        self._pages += 1
        pages = self._pages if key.show is Show.ADJUSTED_LAST else 1
        command = RequestBars(*_parts(key), before, pages)
        self._commands.send(command, partial(self._take_older, self._asking))

    @override
    def take(self, updates: Iterable[BarUpdate]) -> None:
        if self.wanted is None:
            return
        con_id = self.wanted.con_id  # first, because the updates are of all charts
        own = [each for each in updates if each.con_id == con_id]
        if not own:
            return
        key = self.wanted.key
        bars = [each.bar for each in own if each.series == key]
        if self.series is Series.LOADING or self.is_kept_only:
            self._early += bars
        elif bars and self.series is Series.SHOWN:
            self._apply(bars)

    def _apply(self, bars: list[Bar]) -> None:
        old_end = self.bars.end
        ordered = sorted(bars, key=_time_of)
        places = {self._sum.update(bar) for bar in ordered}
        self._unsaved = min(self._unsaved, seconds_of(ordered[0].time))
        if places != {Placed.IGNORED}:
            self.updated.emit((old_end, Placed.CHANGED in places))

    def _follow(self) -> None:
        if self.wanted is None or self._followed is not None or not self._is_wanted:
            return
        self._ask_kept()
        self._settling.start()
        self._asking += 1
        key = self._followed = self.wanted.key
        if self.older is Older.ASKED:
            self.older = Older.IDLE  # its answer comes under an old number
        self._set_series(Series.SHOWN if len(self.bars) else Series.LOADING)
        self._commands.send(FollowBars(*_parts(key)), partial(self._take_newest, self._asking))

    def _unfollow(self) -> None:
        if self._followed is not None:
            self.keep()
            self._commands.send(UnfollowBars(*_parts(self._followed)))
            self._followed = None

    @Slot()
    def _on_settled(self) -> None:
        self._follow()

    # -- what is kept -------------------------------------------------------------------------

    def _ask_kept(self) -> None:
        if self._keeper is None or self.wanted is None or not self._is_wanted:
            return
        if not self._is_kept_asked:
            self._is_kept_asked = True
            self._keeper.load(self.wanted.key, partial(self._take_kept, self._showing))

    def _take_kept(self, showing: int, spans: tuple[Span, ...]) -> None:
        if showing != self._showing or not spans:
            return
        self._kept.set(spans)
        if self.series is Series.LOADING and (newest := self._kept.newest()) is not None:
            self._show_kept(newest.bars)
        elif self.series is Series.SHOWN and not self.is_kept_only:
            self._join_kept()

    def _show_kept(self, bars: BarTable) -> None:
        self._sum.replace_all(bars)
        self.is_kept_only = True
        self._set_series(Series.SHOWN)
        self.reloaded.emit()

    def _join_kept(self) -> bool:
        """Take what is kept up to the first bar; tell whether there was something."""
        first = self._sum.first_time
        older = self._kept.joining(first, self._sum.table()) if len(self._kept) else None
        if older is None:
            return False
        self._bridged = 0
        self._sum.prepend(older)
        self.grown_older.emit()
        return True

    def _bridge(self) -> None:
        """Close the gap to what was shown before, page by page."""
        if self._bridged and len(self._kept) and self._bridged <= MOST_BRIDGED:
            self._bridged += 1
            self.want_older()

    @Slot()
    @override
    def keep(self) -> None:
        if self._keeper is None or self.wanted is None or self.is_kept_only:
            return
        if self.series is not Series.SHOWN or not len(self._sum.base):
            return
        last = self._sum.last_time
        if last > self._unsaved:
            fresh = self._sum.since(self._unsaved).before(last)
            self._keeper.save(self.wanted.key, Span(self._unsaved, last, fresh))
            self._unsaved = last

    # -- answers ------------------------------------------------------------------------------

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
        self.is_updated = result.is_live
        old_end = self.bars.end
        is_same = self._merge(table_of(result.bars))
        early, self._early = self._early, []
        if not is_same:
            self.older = Older.IDLE
        self._set_series(Series.SHOWN)
        if is_same:
            self.updated.emit((old_end, True))
        else:
            self.reloaded.emit()
        if early:
            self._apply(early)
        self.keep()
        self._bridge()

    def _merge(self, page: BarTable) -> bool:
        """Join the newest page to the bars shown; False where the indices begin anew."""
        was_kept, self.is_kept_only = self.is_kept_only, False
        if not len(page):
            return True
        if not len(self._sum.base):
            self._unsaved = int(page.times[0])
            return self._sum.merge(page)
        shown = self._sum.table()
        if was_kept and not agrees(shown, page):
            if self._keeper is not None and self.wanted is not None:
                self._keeper.forget(self.wanted.key)
            self._kept.set(())
            self._sum.replace_all(page)
            self._unsaved = int(page.times[0])
            return False
        if page.times[0] > shown.times[-1]:  # a gap: what was shown waits until it is closed
            end = int(shown.times[-1])
            self._kept.put(Span(int(shown.times[0]), end + 1, shown))
            self._bridged = 1
            self._unsaved = int(page.times[0])
        elif was_kept:
            self._sum.cut_behind(int(page.times[-1]))
            self._unsaved = int(page.times[0])
        else:
            self._unsaved = min(self._unsaved, int(page.times[0]))
        return self._sum.merge(page)

    def _take_older(self, asking: int, result: CommandResult) -> None:
        if asking != self._asking or self.older is not Older.ASKED:
            return
        if not isinstance(result, BarsAnswer):
            self._failed_at.start()
            self._set_older(Older.FAILED, _reason_of(result))
            return
        page, first = table_of(result.bars), self._sum.first_time
        added = self._sum.prepend(page)
        if added and self._keeper is not None and self.wanted is not None:
            older = page.before(first)
            self._keeper.save(self.wanted.key, Span(int(older.times[0]), first, older))
        self._set_older(Older.COMPLETE if result.complete or not added else Older.IDLE)
        if added:
            self.grown_older.emit()
            self._bridge()


def _parts(key: SeriesKey) -> tuple[ConId, BarSize, Show, bool]:
    return key.con_id, key.size, key.show, key.regular_hours


def _reason_of(result: CommandResult) -> str:
    return result.reason if isinstance(result, Failed) else "the answer was not understood."


def _time_of(bar: Bar) -> float:
    return bar.time.timestamp()
