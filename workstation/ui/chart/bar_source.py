"""The bars of a chart as the indicators take them."""

from datetime import UTC, tzinfo

import numpy as np

from workstation.indicators.definition import BarSeries
from workstation.ui.chart.bar_table import Ints
from workstation.ui.chart.bars import BarArrays
from workstation.ui.chart.per_bar import PerBar
from workstation.ui.chart.sessions import DAY_SECONDS
from workstation.ui.chart.time_marks import local_seconds


class BarSource:
    """Bars and the trading days they belong to, on the exchange's clocks."""

    def __init__(self, bars: BarArrays) -> None:
        self._bars = bars
        self._zone: tzinfo | None = UTC
        self.evening = 0
        """Seconds by which a trading day begins before its midnight."""

        self._days: PerBar[np.int64] = PerBar(self._days_of)
        self._changes = 0

    def use(self, zone: tzinfo | None, evening: int) -> None:
        """Take the exchange's zone; a day begins so many seconds before its midnight."""
        if (zone, evening) != (self._zone, self.evening):
            self._zone, self.evening = zone, evening
            self.invalidate()

    def invalidate(self) -> None:
        """Let everything be worked out anew."""
        self._changes += 1
        self._days.clear()

    @property
    def first(self) -> int:
        """Index of the oldest bar."""
        return self._bars.first

    @property
    def end(self) -> int:
        """Index behind the newest bar."""
        return self._bars.end

    @property
    def epoch(self) -> int:
        """Grows when an index may mean another bar, or a day begins elsewhere."""
        return self._bars.epoch + self._changes

    def series(self, first: int, end: int) -> BarSeries:
        """Return these bars."""
        bars, days = self._bars, self._days
        days.follow(bars)
        return BarSeries(
            times=bars.times[first - bars.first : end - bars.first],
            days=days.values[first - days.first : end - days.first],
            opens=bars.opens(first, end),
            highs=bars.highs(first, end),
            lows=bars.lows(first, end),
            closes=bars.closes(first, end),
            volumes=bars.volumes(first, end),
        )

    def days(self) -> Ints:
        """Return the number of each bar's trading day, counted from 1970."""
        self._days.follow(self._bars)
        return self._days.values

    def day_start(self, index: int, days: int) -> int:
        """Return the first bar of the trading day so many days before that of a bar."""
        self._days.follow(self._bars)
        numbers, place = self._days.values, index - self._days.first
        for back in range(days + 1):
            place = int(np.searchsorted(numbers, numbers[place]))
            if place == 0 or back == days:
                break
            place -= 1
        return place + self._days.first

    def _days_of(self, times: Ints) -> Ints:
        if not len(times):
            return np.zeros(0, np.int64)
        days: Ints = (local_seconds(times, self._zone) + self.evening) // DAY_SECONDS
        return days
