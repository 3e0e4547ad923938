"""Adds bars up to longer ones, along trading days and the calendar.

Within a day bars are counted from the opening of the session, on the exchange's clocks, so that
a bar never holds parts of two trading days: neither on days on which the clocks change, nor where
a session begins on the evening before, nor on half days. Longer bars follow the calendar.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import numpy as np

from workstation.domain.bar import DAY_SECONDS
from workstation.ui.chart.bar_table import EMPTY, BarTable, Ints
from workstation.ui.chart.time_marks import local_seconds
from workstation.ui.chart.timeframe import Timeframe, Unit

_EPOCH = date(1970, 1, 1)
_MONDAY = 3
"""Days from the Monday of the week in which 1970 began to its first day."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """Which bars make one longer bar.

    `opening` is when the first session of a day begins, in seconds from the midnight of the day
    on which it ends: negative where that is the evening before. `zone` None is UTC.
    """

    timeframe: Timeframe
    zone: tzinfo | None = None
    opening: int = 0
    all_week: bool = False
    """Whether Saturdays and Sundays are days as others; else they count to the Friday."""

    def starts(self, times: Ints) -> Ints:
        """Return when the longer bar of each bar begins, in seconds since 1970 UTC.

        From days on it is the midnight of the first date that the bar may hold.
        """
        if self.timeframe.unit is Unit.DAY:
            return self._day_starts(times // DAY_SECONDS) * DAY_SECONDS
        if self.timeframe.unit is Unit.WEEK:
            weeks = (times // DAY_SECONDS + _MONDAY) // 7 // self.timeframe.count
            return (weeks * self.timeframe.count * 7 - _MONDAY) * DAY_SECONDS
        if self.timeframe.unit is Unit.MONTH:
            return self._month_starts(times // DAY_SECONDS)
        return self._session_starts(times)

    def _day_starts(self, days: Ints) -> Ints:
        count = self.timeframe.count
        if self.all_week:
            return days // count * count
        weeks, places = (days + _MONDAY) // 7, (days + _MONDAY) % 7
        numbers = (weeks * 5 + np.minimum(places, 4)) // count * count
        starts: Ints = numbers // 5 * 7 + numbers % 5 - _MONDAY
        return starts

    def _month_starts(self, days: Ints) -> Ints:
        count = self.timeframe.count
        months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        first = (months // count * count).astype("datetime64[M]").astype("datetime64[D]")
        starts: Ints = first.astype(np.int64) * DAY_SECONDS
        return starts

    def _session_starts(self, times: Ints) -> Ints:
        zone = self.zone or UTC
        evening = max(0, -self.opening)
        days, places = np.unique(
            (local_seconds(times, zone) + evening) // DAY_SECONDS, return_inverse=True
        )
        openings = np.array([_moment(day, self.opening, zone) for day in days.tolist()], np.int64)
        midnights = np.array([_moment(day, -evening, zone) for day in days.tolist()], np.int64)
        opened, seconds = openings[places], self.timeframe.seconds
        starts: Ints = np.maximum(opened + (times - opened) // seconds * seconds, midnights[places])
        return starts


def _moment(day: int, seconds: int, zone: tzinfo) -> int:
    """Return so many seconds on the clocks from the midnight of a day, in seconds since 1970 UTC."""
    days, rest = divmod(seconds, DAY_SECONDS)
    midnight = datetime.combine(_EPOCH + timedelta(days=day + days), time())
    local = (midnight + timedelta(seconds=rest)).replace(tzinfo=zone)
    return int(local.timestamp())


def aggregated(bars: BarTable, grouping: Grouping) -> BarTable:
    """Return the longer bars of a grouping."""
    return summed(bars, grouping.starts(bars.times)) if len(bars) else EMPTY


def summed(bars: BarTable, starts: Ints) -> BarTable:
    """Return one bar for each run of equal starts, one of which is told for every bar.

    It has the first opening, the highest high, the lowest low, the last close and all the volume.
    """
    if not len(bars):
        return EMPTY
    firsts = np.flatnonzero(np.concatenate(([True], starts[1:] != starts[:-1])))
    lasts = np.append(firsts[1:], len(bars)) - 1
    return BarTable(
        starts[firsts],
        bars.opens[firsts],
        np.maximum.reduceat(bars.highs, firsts),
        np.minimum.reduceat(bars.lows, firsts),
        bars.closes[lasts],
        np.add.reduceat(bars.volumes, firsts),
    )
