"""Longer bars from before a chart's own, so that studies on them have values from its first bar.

What is kept on disk is shown at once; the broker's newest page before the chart's bars is asked
for all the same, because after a split or a dividend what was kept is of other prices.
"""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal, Slot

from workstation.bridge.commands import CommandPort
from workstation.domain.bar import BarSize, SeriesKey, Show
from workstation.domain.commands import BarsAnswer, CommandResult, RequestBars
from workstation.ui.chart.aggregate import Grouping, aggregated
from workstation.ui.chart.bar_keeper import BarKeeper, KeptSpans, Span, agrees
from workstation.ui.chart.bar_table import EMPTY, BarTable, joined, moment_of, table_of
from workstation.ui.chart.timeframe import Timeframe

SETTLE_MS = 250
"""Who steps through contracts faster than this asks for the history of the last of them only."""

RETRY_MS = 30_000
"""A page that failed is not asked for again sooner."""

MOST_PAGES = 6
"""Pages that are asked for at most, for one series and one beginning of a chart's bars."""

_HALF_HOUR = 1800
"""Sessions open at half hours: hours are added up from these, as from a chart's own bars."""

SeriesOf = Callable[[BarSize], SeriesKey | None]
"""Names the broker's series of bars of a size that a chart's bars are of; None where none is."""


def base_of(timeframe: Timeframe) -> BarSize:
    """Return the broker's size that bars of a size are added up from along sessions.

    Weeks and longer are made of days: which date the broker gives a longer one is its own affair.
    """
    if not timeframe.is_intraday:
        return BarSize.DAY_1
    fitting = (
        size
        for size in BarSize
        if size.seconds <= min(timeframe.seconds, _HALF_HOUR)
        and not timeframe.seconds % size.seconds
    )
    return max(fitting, key=lambda size: size.seconds)


class EarlierBars(QObject):
    """The bars of one longer size before a moment; what is missing is asked for. GUI thread."""

    came = Signal()
    """More is known than before; it counts with the next computation."""

    def __init__(
        self, timeframe: Timeframe, series_of: SeriesOf, commands: CommandPort, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._base = base_of(timeframe)
        self._series_of, self._commands = series_of, commands
        self._keeper: BarKeeper | None = None
        self.version = 0
        """Grows with everything that comes, and when the series becomes another."""

        self._key: SeriesKey | None = None
        self._sum: tuple[object, BarTable] = (None, EMPTY)
        self._kept = KeptSpans()
        self._asking = 0
        self._failed_at = QElapsedTimer()
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SETTLE_MS)
        self._settling.timeout.connect(self._on_settled)
        self._forget()

    def _forget(self) -> None:
        self._table, self._end = EMPTY, 0
        self._is_verified = self._is_complete = self._is_asked = False
        self._pages, self._moment, self._count = 0, 0, 0
        self._kept.set(())
        self._asking += 1
        self.version += 1
        self._settling.stop()

    def use_keeper(self, keeper: BarKeeper | None) -> None:
        """Show what is kept first, and keep what comes."""
        self._keeper = keeper

    def before(self, moment: int, count: int, grouping: Grouping) -> BarTable:
        """Return the longer bars that begin before a moment at which one begins.

        `moment` is in seconds since 1970 UTC. Nothing is returned unless the bars reach up to the
        moment without a gap; where there are fewer than `count`, older ones are asked for.
        """
        self._follow(self._series_of(self._base))
        if self._key is None:
            return EMPTY
        is_reaching = self._end >= moment
        found = self._summed(moment, grouping) if is_reaching else EMPTY
        if moment != self._moment:
            self._moment, self._pages = moment, 0
        self._count = count
        is_short = len(found) < count and not self._is_complete
        is_new = not is_reaching or not self._is_verified
        if is_new or (is_short and self._pages < MOST_PAGES):
            self._want()
        return found

    def _summed(self, moment: int, grouping: Grouping) -> BarTable:
        stand = (self.version, moment, grouping)
        if stand != self._sum[0]:
            found = aggregated(self._table.before(moment), grouping)
            whole = found if self._is_complete else found.part(1, len(found))
            self._sum = (stand, whole)  # the oldest may have lost its beginning
        return self._sum[1]

    def _follow(self, key: SeriesKey | None) -> None:
        if key == self._key:
            return
        self._key = key
        self._forget()
        if key is not None and self._keeper is not None:
            self._keeper.load(key, partial(self._take_kept, self._asking))

    def _want(self) -> None:
        is_early = self._failed_at.isValid() and not self._failed_at.hasExpired(RETRY_MS)
        if not self._is_asked and not self._settling.isActive() and not is_early:
            self._settling.start()

    @Slot()
    def _on_settled(self) -> None:
        key = self._key
        if key is None or key != self._series_of(self._base) or self._is_asked:
            return
        is_joined = self._is_verified and self._end >= self._moment
        before = int(self._table.times[0]) if is_joined and len(self._table) else self._moment
        self._is_asked = True
        self._pages += 1
        pages = self._pages if key.show is Show.ADJUSTED_LAST else 1
        command = RequestBars(
            key.con_id, key.size, key.show, key.regular_hours, moment_of(before), pages
        )
        self._commands.send(command, partial(self._take_page, self._asking, before))

    def _take_kept(self, asking: int, spans: tuple[Span, ...]) -> None:
        if asking != self._asking or not spans:
            return
        self._kept.set(spans)
        if len(self._table):
            self._join_kept()
            self._changed()
            return
        newest = self._kept.newest()
        if newest is None:
            return
        if newest.end < self._moment:
            self._kept.put(newest)  # a gap: it joins what the broker sends, or nothing
            return
        self._table, self._end = newest.bars, newest.end
        self._changed()

    def _take_page(self, asking: int, before: int, result: CommandResult) -> None:
        if asking != self._asking:
            return
        self._is_asked = False
        if not isinstance(result, BarsAnswer):
            self._failed_at.start()
            return
        self._failed_at.invalidate()
        page = table_of(result.bars).before(before)
        self._is_complete = result.complete or not len(page)
        if self._is_verified and len(self._table) and before == self._table.times[0]:
            self._table = joined((page, self._table))
        else:
            self._begin_with(page, before)
        if len(page):
            self._keep(page, before)
            self._join_kept()
        self._is_verified = True
        self._changed()

    def _begin_with(self, page: BarTable, before: int) -> None:
        """Take a page as the truth up to a moment, and what was known before it if it agrees."""
        known = self._table.before(before)
        if len(known) and not agrees(known, page):
            self._kept.set(())
            if self._keeper is not None and self._key is not None:
                self._keeper.forget(self._key)
            known = EMPTY
        if len(page) and len(known) and self._end >= page.times[0]:
            older = known.before(int(page.times[0]))
            self._is_complete = self._is_complete and not len(older)
            page = joined((older, page))
        self._table, self._end = page, before

    def _join_kept(self) -> None:
        first = int(self._table.times[0])
        older = self._kept.joining(first, self._table) if len(self._kept) else None
        if older is not None:
            self._table, self._is_complete = joined((older, self._table)), False

    def _keep(self, page: BarTable, end: int) -> None:
        if self._keeper is not None and self._key is not None:
            self._keeper.save(self._key, Span(int(page.times[0]), end, page))

    def _changed(self) -> None:
        self.version += 1
        self.came.emit()
