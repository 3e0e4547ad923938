"""Which bars get a label on the time axis, and what it says."""

import time
from bisect import bisect_left
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

import numpy as np
import numpy.typing as npt

from workstation.ui.chart.bar_table import Ints
from workstation.ui.chart.bars import BarArrays

DAY, MONTH, YEAR = 8, 10, 12
"""Weights of the first bar of a day, month and year; between lie week and quarter."""

_STEPS = (60, 300, 900, 1800, 3600, 10_800, 21_600)
"""Seconds of the weights 1 to 7: the first bar of every such piece of a day."""

_DAY_SECONDS = 86_400
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

MANY = 8192
"""Bars in sight beyond which those that stand out are looked up instead of looked for."""

_FULL, _ZONE = -1, -2
"""Kinds of labels that are remembered beside those of a weight."""

MOST_LABELS = 2000
"""Labels remembered: those in sight are asked for in every frame."""

Weights = npt.NDArray[np.uint8]


class TimeMarks:
    """How much a bar's time stands out: the turn of a year most, any minute least.

    Times are read in one zone: `zone` None is the computer's own; daily bars are dates and
    need UTC.
    """

    def __init__(self) -> None:
        self.is_intraday = True
        self.zone: tzinfo | None = None
        self.clear()

    def clear(self) -> None:
        """Forget what was weighed."""
        self._weights: Weights = np.zeros(0, np.uint8)
        self._first = 0
        self._epoch = -1
        self._standing_out: dict[int, Ints] = {}
        self._labels: dict[tuple[int, int], str] = {}

    def use(self, *, is_intraday: bool, zone: tzinfo | None = None) -> None:
        """Prepare for bars of another size or clocks of another zone."""
        self.is_intraday = is_intraday
        self.zone = zone if is_intraday else UTC
        self.clear()

    def weigh(self, bars: BarArrays) -> None:
        """Weigh the bars that came since the last time."""
        end = self._first + len(self._weights)
        if self._epoch != bars.epoch or bars.first > self._first or bars.end < end:
            self.clear()
            self._first = end = bars.first
            self._epoch = bars.epoch
        if bars.end > end:
            added = self._weights_of(bars, end, bars.end)
            self._weights = np.concatenate((self._weights, added))
            for weight, known in self._standing_out.items():
                found = np.flatnonzero(added >= weight) + end
                if len(found):
                    self._standing_out[weight] = np.concatenate((known, found))
        if bars.first < self._first:
            added = self._weights_of(bars, bars.first, min(self._first + 1, bars.end))
            self._weights = np.concatenate((added, self._weights[1:]))
            self._first = bars.first
            self._standing_out.clear()

    def _weights_of(self, bars: BarArrays, first: int, end: int) -> Weights:
        begin = max(bars.first, first - 1)
        times = bars.times[begin - bars.first : end - bars.first]
        local = local_seconds(times, self.zone)
        if begin == first:  # nothing comes before the first bar: let it not stand out
            local = np.concatenate((local[:1], local))
        weights = np.zeros(len(local) - 1, np.uint8)
        for weight, seconds in enumerate(_STEPS, 1):
            weights[_turns(local // seconds)] = weight
        days = local // _DAY_SECONDS
        months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        turns = (days, (days + 3) // 7, months, months // 3, months // 12)
        for weight, numbers in enumerate(turns, DAY):
            weights[_turns(numbers)] = weight
        return weights

    def of_weight(self, first: int, end: int, weight: int) -> Ints:
        """Return the bars between two indices that weigh at least so much."""
        if end - first <= MANY:
            low, high = max(0, first - self._first), max(0, end - self._first)
            found: Ints = np.flatnonzero(self._weights[low:high] >= weight) + low + self._first
            return found
        known = self._standing_out.get(weight)
        if known is None:
            known = np.flatnonzero(self._weights >= weight) + self._first
            self._standing_out[weight] = known
        low, high = np.searchsorted(known, (first, end)).tolist()
        return known[low:high]

    def chosen(self, first: int, end: int, most: int, apart: float) -> list[tuple[int, int]]:
        """Return index and weight of the bars to label: `most` of the heaviest, bars `apart`."""
        found = self.of_weight(first, end, YEAR)
        for weight in range(YEAR - 1, 0, -1):
            more = self.of_weight(first, end, weight)
            if len(more) > most:
                break
            found = more
        weights = self._weights[found - self._first].astype(np.int64)
        order = np.lexsort((found, -weights))
        taken: list[int] = []
        for index in found[order].tolist():
            at = bisect_left(taken, index)
            is_free = at == 0 or index - taken[at - 1] >= apart
            if is_free and (at == len(taken) or taken[at] - index >= apart):
                taken.insert(at, index)
        weight_of = dict(zip(found.tolist(), weights.tolist(), strict=True))
        return [(index, weight_of[index]) for index in taken]

    def label(self, seconds: int, weight: int) -> str:
        """Return what stands under a bar of this weight: 2026, Mar, 18 Mar, 14:30."""
        return self._remembered(seconds, weight, self._written)

    def _remembered(self, seconds: int, weight: int, write: Callable[[int, int], str]) -> str:
        label = self._labels.get((seconds, weight))
        if label is None:
            if len(self._labels) >= MOST_LABELS:
                self._labels.clear()
            label = self._labels[seconds, weight] = write(seconds, weight)
        return label

    def _written(self, seconds: int, weight: int) -> str:
        moment = self._local(seconds)
        if weight >= YEAR:
            return f"{moment.year}"
        if self.is_intraday:
            if weight >= DAY:
                return f"{moment.day} {_MONTHS[moment.month - 1]}"
            return f"{moment:%H:%M}"
        return _MONTHS[moment.month - 1] if weight >= MONTH else f"{moment.day}"

    def is_major(self, weight: int) -> bool:
        """Tell whether a label begins a day of an intraday chart, or a month of a daily one."""
        return weight >= (DAY if self.is_intraday else MONTH)

    def full_label(self, seconds: int) -> str:
        """Write the time of one bar: Wed 18 Mar 2026 14:30."""
        return self._remembered(seconds, _FULL, self._written_in_full)

    def _written_in_full(self, seconds: int, _: int) -> str:
        moment = self._local(seconds)
        month = _MONTHS[moment.month - 1]
        date = f"{_DAYS[moment.weekday()]} {moment.day:02} {month} {moment.year}"
        return f"{date} {moment:%H:%M}" if self.is_intraday else date

    def labels(self, seconds: int) -> tuple[tuple[str, str], ...]:
        """Return the ways to write a time, the longest first, each with one of greatest width."""
        moment = self._local(seconds)
        day, full = f"{moment.day} {_MONTHS[moment.month - 1]}", self.full_label(seconds)
        if self.is_intraday:
            clock = f"{moment:%H:%M}"
            short = (f"{day} {clock}", "28 May 00:00"), (clock, "00:00")
            return (full, "Wed 28 May 2026 00:00"), *short
        short = (f"{day} {moment.year}", "28 May 2026"), (day, "28 May")
        return (full, "Wed 28 May 2026"), *short

    def zone_label(self, seconds: int) -> str:
        """Write whose clocks these are at that time: EDT, CET, UTC; nothing for dates."""
        return self._remembered(seconds, _ZONE, self._written_zone) if self.is_intraday else ""

    def _written_zone(self, seconds: int, _: int) -> str:
        return f"{self._local(seconds):%Z}"

    def _local(self, seconds: int) -> datetime:
        return datetime.fromtimestamp(seconds, UTC).astimezone(self.zone)


def local_seconds(times: Ints, zone: tzinfo | None) -> Ints:
    """Return the times as seconds on the clocks of a zone; all zones change at quarter hours."""
    if zone is UTC:
        return times
    quarters, places = np.unique(times // 900, return_inverse=True)
    offsets = np.array([_offset(quarter * 900, zone) for quarter in quarters.tolist()], np.int64)
    local: Ints = times + offsets[places]
    return local


def _offset(seconds: int, zone: tzinfo | None) -> int:
    if zone is None:
        return time.localtime(seconds).tm_gmtoff
    offset = datetime.fromtimestamp(seconds, zone).utcoffset() or timedelta()
    return int(offset.total_seconds())


def _turns(numbers: Ints) -> npt.NDArray[np.bool_]:
    turns: npt.NDArray[np.bool_] = numbers[1:] != numbers[:-1]
    return turns
