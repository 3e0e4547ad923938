"""Longer bars made of a chart's own, for indicators that are computed on them.

A value of a longer bar is shown from the chart's bar on with whose end it is complete, and until
the next one is: a step, which never moves afterwards. Whether a bar is complete is told by the
clock alone, never by what came later, so that history, replay and the live chart show the same.
"""

from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Protocol

import numpy as np
import numpy.typing as npt

from workstation.domain.bar import DAY_SECONDS
from workstation.indicators.running import Running
from workstation.ui.chart.aggregate import Grouping, summed
from workstation.ui.chart.bar_source import BarSource
from workstation.ui.chart.bar_table import EMPTY, BarTable, Ints, joined
from workstation.ui.chart.bars import BarArrays
from workstation.ui.chart.per_bar import PerBar
from workstation.ui.chart.time_marks import local_seconds
from workstation.ui.chart.timeframe import Timeframe, TimeframeError, Unit, read_timeframe

Floats = npt.NDArray[np.float64]

CHOICES: tuple[str, ...] = (
    "1m",
    "2m",
    "3m",
    "5m",
    "10m",
    "15m",
    "30m",
    "1h",
    "2h",
    "3h",
    "4h",
    "8h",
)
CHOICES += ("1D", "1W", "1M", "1Q")
"""Sizes of longer bars that are offered."""

_MONDAY = 3
_RANKS = {Unit.DAY: 1, Unit.WEEK: 2, Unit.MONTH: 3}
_FIRST = Timeframe(5, Unit.MINUTE)


@dataclass(frozen=True, slots=True)
class BarClock:
    """How long a chart's bars are, and when trading days begin.

    `opening` is as in Grouping: seconds from the midnight of the day on which a session ends.
    """

    timeframe: Timeframe = _FIRST
    zone: tzinfo | None = None
    opening: int = 0
    all_week: bool = False

    @property
    def evening(self) -> int:
        """How long before midnight a trading day begins, in seconds."""
        return max(0, -self.opening)

    def ends(self, times: Ints) -> Ints:
        """Return when bars that opened at these times are complete, in seconds since 1970 UTC.

        Bars of days and longer end where the next begins; those of prints end nobody knows when.
        """
        count, days = self.timeframe.count, times // DAY_SECONDS
        match self.timeframe.unit:
            case Unit.DAY if self.all_week:
                return (days + count) * DAY_SECONDS
            case Unit.DAY:
                weeks, places = (days + _MONDAY) // 7, (days + _MONDAY) % 7
                numbers = weeks * 5 + np.minimum(places, 4) + count
                ends: Ints = (numbers // 5 * 7 + numbers % 5 - _MONDAY) * DAY_SECONDS
                return ends
            case Unit.WEEK:
                return (days + 7 * count) * DAY_SECONDS
            case Unit.MONTH:
                months = days.astype("datetime64[D]").astype("datetime64[M]") + count
                firsts: Ints = months.astype("datetime64[D]").astype(np.int64)
                return firsts * DAY_SECONDS
        return times + self.timeframe.seconds


def why_not(longer: Timeframe, clock: BarClock) -> str:
    """Say why bars of a size cannot be made of a chart's bars; empty where they can."""
    shorter = clock.timeframe
    fault = f"{longer.name} bars cannot be made of {shorter.name} bars"
    if longer.is_of_prints:
        return fault
    if longer.is_intraday:
        is_shorter = shorter.is_of_prints or (
            shorter.is_intraday and longer.seconds % shorter.seconds == 0
        )
        return "" if is_shorter else fault
    if shorter.is_intraday:
        return ""
    if shorter.unit is longer.unit:
        return "" if longer.count % shorter.count == 0 else fault
    is_day = shorter.unit is Unit.DAY and shorter.count == 1
    return "" if is_day and _RANKS[shorter.unit] < _RANKS[longer.unit] else fault


def read_longer(name: object) -> Timeframe | None:
    """Read the size of longer bars as a layout keeps it; None for the chart's own."""
    try:
        found = read_timeframe(name) if isinstance(name, str) and name else None
    except TimeframeError:
        return None
    return None if found is None or found.is_of_prints else found


class Before(Protocol):
    """The broker's longer bars from before a chart's own."""

    @property
    def version(self) -> int:
        """Grows with every change."""
        ...

    def before(self, moment: int, count: int, grouping: Grouping) -> BarTable:
        """Return the longer bars that begin before a moment, nothing while there is a gap."""
        ...


class HigherBars:
    """The longer bars of one size, and which of them each bar of the chart may know.

    Those that the chart's bars cover are made of them, older ones are the broker's where it has
    history of the chart's contract.
    """

    def __init__(
        self,
        bars: BarArrays,
        timeframe: Timeframe,
        clock: BarClock,
        before: Before | None = None,
    ) -> None:
        self._chart = bars
        self._clock = clock
        self._source_before = before
        self.timeframe = timeframe
        self.wanted = 0
        """Longer bars that the indicators on them want before the chart's first bar."""

        self._grouping = Grouping(timeframe, clock.zone or UTC, clock.opening, clock.all_week)
        self._starts: PerBar[np.int64] = PerBar(self._starts_of)
        self._later: PerBar[np.int64] = PerBar(self._starts_at_end)
        self.bars = BarArrays()
        self.source = BarSource(self.bars)
        is_intraday = timeframe.is_intraday
        self.source.use(clock.zone if is_intraday else UTC, clock.evening if is_intraday else 0)
        self._state: object = None

    def refresh(self, epoch: int, since: int) -> int:
        """Take the chart's bars from index `since` on anew; return the first longer bar changed.

        Another `epoch` than the last time means that any of the chart's bars may be another.
        """
        chart = self._chart
        self._starts.follow(chart)
        self._later.follow(chart)
        stand, earlier = self._earlier()
        state = (epoch, chart.first, stand)
        if state != self._state or not len(self.bars):
            self._state = state
            own = self._made_from(self._first_whole())
            self.bars.replace_all(joined((earlier, own)) if len(earlier) else own)
            return self.bars.first
        starts = self._starts.values
        place = max(0, min(since, chart.end - 1) - chart.first)
        begin = int(np.searchsorted(starts, starts[place]))
        rank = int(np.searchsorted(self.bars.times, starts[begin]))
        if begin >= self._first_whole():
            self.bars.rewrite_from(self.bars.first + rank, self._made_from(begin))
        return self.bars.first + rank

    def visible(self, indices: Ints) -> Ints:
        """Return for these bars of the chart the newest longer bar that is complete with each.

        Before the first one it is one less than the first index; so it is where a longer bar
        ends that has lost its beginning.
        """
        places, times = indices - self._starts.first, self.bars.times
        starts, later = self._starts.values[places], self._later.values[places]
        ranks = np.searchsorted(times, starts, side="right") - 1
        is_there = (ranks >= 0) & (times[np.maximum(ranks, 0)] == starts)
        ranks = np.where(is_there | (later == starts), ranks, -1) - (is_there & (later == starts))
        found: Ints = self.bars.first + ranks
        return found

    def known(self, running: Running, indices: Ints) -> Floats:
        """Return outputs computed on the longer bars for these bars of the chart, which exist."""
        found = np.full((len(running.indicator.outputs), len(indices)), np.nan)
        if running.end > running.first and len(self.bars):
            ranks = self.visible(np.minimum(indices, self._end - 1))
            inside = (ranks >= running.first) & (ranks < running.end)
            table = running.table(running.first, running.end)
            found[:, inside] = table[:, ranks[inside] - running.first]
        return found

    @property
    def forming(self) -> int | None:
        """The longer bar that is not complete yet, None where the newest is."""
        if not len(self.bars):
            return None
        newest = self.bars.end - 1
        shown = int(self.visible(np.array([self._end - 1]))[0])
        return None if shown == newest else newest

    @property
    def _end(self) -> int:
        return self._starts.first + len(self._starts.values)

    def _first_whole(self) -> int:
        """Return the first bar with which a longer one surely begins: older ones may be missing."""
        starts, times = self._starts.values, self._chart.times
        if not len(starts) or (self.timeframe.is_intraday and starts[0] == times[0]):
            return 0
        return int(np.searchsorted(starts, starts[0], side="right"))

    def _made_from(self, place: int) -> BarTable:
        chart = self._chart
        own = chart.table(chart.first + place, chart.end)
        return summed(own, self._starts.values[place:])

    def _earlier(self) -> tuple[object, BarTable]:
        """Return the bars before the first of one's own, and what tells whether they changed."""
        source, starts = self._source_before, self._starts.values
        if source is None or not len(starts):
            return None, EMPTY
        place = self._first_whole()
        moment = int(starts[place]) if place < len(starts) else int(starts[0])
        found = source.before(moment, self.wanted, self._grouping)
        return (source.version, moment), found

    def _starts_of(self, times: Ints) -> Ints:
        if not len(times):
            return np.zeros(0, np.int64)
        if not self.timeframe.is_intraday and self._clock.timeframe.is_intraday:
            local = local_seconds(times, self._clock.zone or UTC)
            times = (local + self._clock.evening) // DAY_SECONDS * DAY_SECONDS
        return self._grouping.starts(times)

    def _starts_at_end(self, times: Ints) -> Ints:
        return self._starts_of(self._clock.ends(times)) if len(times) else times
