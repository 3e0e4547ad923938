"""The bars of one chart as arrays, with a pyramid of their ranges for any zoom."""

from enum import Enum, auto

import numpy as np

from workstation.domain.bar import Bar
from workstation.ui.chart.bar_table import (
    BarsLike,
    BarTable,
    Floats,
    Ints,
    joined,
    seconds_of,
    table_of,
)

HIGH, LOW, VOLUME = 0, 1, 2
"""Rows of a range: the high, the low with its sign turned, the volume; so all three are maxima."""

LARGEST_BLOCK = 1024
"""Most bars of one range, and what the index 0 is aligned to; a power of two."""

SMALLEST = 4 * LARGEST_BLOCK
"""Bars a buffer holds at least."""

_NOTHING = -np.inf


class Placed(Enum):
    """What an update did to the bars."""

    APPENDED = auto()
    REPLACED_LAST = auto()
    CHANGED = auto()
    IGNORED = auto()


class BarArrays:
    """Bars in rising time under stable indices, and the ranges of every 2, 4, 8... of them.

    The first bar ever taken has index 0; older ones that come later get negative indices,
    so whoever remembers an index need not move. Arrays have room at both ends, and block k
    of level j covers the indices from k * 2**j, whatever was added where.
    """

    def __init__(self) -> None:
        self.epoch = 0
        """Grows when bars are taken away, so that an index may mean another bar."""
        self.clear()

    def clear(self) -> None:
        """Forget all bars."""
        self._allocate(SMALLEST, SMALLEST // 2)
        self._start = self._stop = self._zero
        self.epoch += 1

    def _allocate(self, capacity: int, zero: int) -> None:
        self._capacity = capacity
        self._zero = zero
        self._time = np.zeros(capacity, np.int64)
        self._open = np.zeros(capacity)
        self._close = np.zeros(capacity)
        self._levels = [
            np.full((3, capacity >> level), _NOTHING) for level in range(LARGEST_BLOCK.bit_length())
        ]

    def __len__(self) -> int:
        return self._stop - self._start

    @property
    def first(self) -> int:
        """Index of the oldest bar."""
        return self._start - self._zero

    @property
    def end(self) -> int:
        """Index behind the newest bar."""
        return self._stop - self._zero

    @property
    def times(self) -> Ints:
        """Opening times of all bars, in seconds since 1970 UTC."""
        return self._time[self._start : self._stop]

    def opens(self, first: int, end: int) -> Floats:
        """Return the opening prices of these indices, which must exist."""
        return self._open[first + self._zero : end + self._zero]

    def closes(self, first: int, end: int) -> Floats:
        """Return the closing prices of these indices, which must exist."""
        return self._close[first + self._zero : end + self._zero]

    def highs(self, first: int, end: int) -> Floats:
        """Return the highs of these indices, which must exist."""
        return self._levels[0][HIGH, first + self._zero : end + self._zero]

    def lows(self, first: int, end: int) -> Floats:
        """Return the lows of these indices, which must exist."""
        return -self._levels[0][LOW, first + self._zero : end + self._zero]

    def volumes(self, first: int, end: int) -> Floats:
        """Return the volumes of these indices, which must exist."""
        return self._levels[0][VOLUME, first + self._zero : end + self._zero]

    def time(self, index: int) -> int:
        """Return the opening time of a bar."""
        return int(self._time[index + self._zero])

    def bar(self, index: int) -> tuple[float, float, float, float, float]:
        """Return open, high, low, close and volume of a bar."""
        place = index + self._zero
        high, low, volume = self._levels[0][:, place].tolist()
        return float(self._open[place]), high, -low, float(self._close[place]), volume

    def index_of(self, seconds: int) -> int | None:
        """Return the index of the bar that opened at this time."""
        place = int(np.searchsorted(self.times, seconds))
        if place < len(self) and self.times[place] == seconds:
            return place + self.first
        return None

    def ranges(self, first: int, end: int, factor: int) -> Floats:
        """Return the range of each `factor` bars from index `first * factor` on, 3 rows.

        The factor is a power of two, or three times one; first and end count groups.
        Groups without a bar hold minus infinity.
        """
        level, group = (factor.bit_length() - 1, 1)
        if factor % 3 == 0:
            level, group = ((factor // 3).bit_length() - 1, 3)
        out = np.full((3, (end - first) * group), _NOTHING)
        if level < len(self._levels):
            source = self._levels[level]
            shift = (self._zero >> level) + first * group
            low = max(0, shift)
            high = min(source.shape[1], shift + out.shape[1])
            if low < high:
                out[:, low - shift : high - shift] = source[:, low:high]
        if group == 1:
            return out
        thirds = out.reshape(3, -1, group)
        grouped: Floats = np.maximum(thirds[:, :, 0], thirds[:, :, 1])
        np.maximum(grouped, thirds[:, :, 2], out=grouped)
        return grouped

    def table(self, first: int, end: int) -> BarTable:
        """Return copies of these indices, which must exist."""
        span = slice(first + self._zero, end + self._zero)
        high, low, volume = self._levels[0][:, span]
        opens, closes = self._open[span].copy(), self._close[span].copy()
        return BarTable(self._time[span].copy(), opens, high.copy(), -low, closes, volume.copy())

    def replace_all(self, bars: BarsLike) -> None:
        """Hold these bars and no other."""
        self.clear()
        self.append(bars)

    def merge(self, bars: BarsLike) -> bool:
        """Take a page as the truth for its span of time; bars before and after it stay.

        A page that begins after all we have leaves a hole of unknown width: then only it
        stays, and the answer is False, because the indices begin anew.
        """
        page = table_of(bars)
        if not len(page):
            return True
        first, last = int(page.times[0]), int(page.times[-1])
        if not len(self) or first > self.times[-1]:
            self.replace_all(page)
            return False
        oldest = int(self.times[0])
        older, rest = page.before(oldest), page.since(oldest)
        if len(rest):
            place = int(np.searchsorted(self.times, last, side="right"))
            behind = self.table(self.first + place, self.end)
            self._truncate(self._start + int(np.searchsorted(self.times, first)))
            self.append(joined((rest, behind)))
        self.prepend(older)
        return True

    def prepend(self, bars: BarsLike) -> int:
        """Take the bars that are older than all we have; return how many."""
        page = table_of(bars)
        if len(self):
            page = page.before(int(self.times[0]))
        if len(page):
            self._make_room(len(page), 0)
            self._start -= len(page)
            self._write(self._start, page)
        return len(page)

    def put_before(self, bars: BarTable) -> None:
        """Add bars before all others as they are; several may have one time."""
        if len(bars):
            self._make_room(len(bars), 0)
            self._start -= len(bars)
            self._write(self._start, bars)

    def append(self, bars: BarsLike) -> None:
        """Add bars in rising time behind all others."""
        page = table_of(bars)
        if len(page):
            self._make_room(0, len(page))
            place = self._stop
            self._stop += len(page)
            self._write(place, page)

    def rewrite_from(self, index: int, bars: BarsLike) -> None:
        """Hold these bars from an index on, and no others behind them."""
        page = table_of(bars)
        kept = max(0, min(self.end - index, len(page)))
        if index + kept < self.end:
            self._truncate(index + kept + self._zero)
        if kept:
            self._write(index + self._zero, page.part(0, kept))
        self.append(page.part(kept, len(page)))

    def rewrite_first(self, bars: BarsLike) -> int:
        """Put bars in place of the oldest one; return by how many they are more than one."""
        page = table_of(bars)
        self._write(self._start, page.part(len(page) - 1, len(page)))
        self.epoch += 1
        return self.prepend(page.part(0, len(page) - 1))

    def update(self, bar: Bar) -> Placed:
        """Take one bar: behind the last, in place of one of the same time, or between two."""
        if not len(self):
            self.append([bar])
            return Placed.APPENDED
        seconds = seconds_of(bar.time)
        last = int(self.times[-1])
        if seconds > last:
            self.append([bar])
            return Placed.APPENDED
        if seconds == last:
            self._put(self._stop - 1, bar)
            return Placed.REPLACED_LAST
        if seconds < self.times[0]:
            return Placed.IGNORED
        index = self.index_of(seconds)
        if index is None:
            self.merge([bar])
        else:
            self._write(index + self._zero, table_of([bar]))
        return Placed.CHANGED

    def _truncate(self, place: int) -> None:
        if place < self._stop:
            self._levels[0][:, place : self._stop] = _NOTHING
            self._raise(place, self._stop)
            self._stop = place
            self.epoch += 1

    def _make_room(self, before: int, behind: int) -> None:
        if before <= self._start and self._stop + behind <= self._capacity:
            return
        needed = len(self) + before + behind
        spare = max(SMALLEST, needed // 4)  # shared by both ends, so that growing is rare
        capacity = -(-(needed + spare) // LARGEST_BLOCK) * LARGEST_BLOCK + LARGEST_BLOCK
        length, first = len(self), self.first
        kept = slice(self._start, self._stop)
        columns = self._time[kept], self._open[kept], self._close[kept], self._levels[0][:, kept]
        zero = (capacity - needed) // 2 + before - first
        self._allocate(capacity, round(zero / LARGEST_BLOCK) * LARGEST_BLOCK)
        self._start = self._zero + first
        self._stop = self._start + length
        kept = slice(self._start, self._stop)
        self._time[kept], self._open[kept], self._close[kept], self._levels[0][:, kept] = columns
        if length:
            self._raise(self._start, self._stop)

    def _write(self, place: int, page: BarTable) -> None:
        end = place + len(page)
        self._time[place:end] = page.times
        self._open[place:end] = page.opens
        self._close[place:end] = page.closes
        self._levels[0][HIGH, place:end] = page.highs
        self._levels[0][LOW, place:end] = -page.lows
        self._levels[0][VOLUME, place:end] = page.volumes
        self._raise(place, end)

    def _put(self, place: int, bar: Bar) -> None:
        """Write one bar in place of another of the same time."""
        self._open[place], self._close[place] = bar.open, bar.close
        self._levels[0][:, place] = bar.high, -bar.low, max(bar.volume, 0.0)
        self._raise(place, place + 1)

    def _raise(self, place: int, end: int) -> None:
        """Bring the pyramid above these places up to date."""
        for below, level in zip(self._levels, self._levels[1:], strict=False):
            place, end = place >> 1, (end + 1) >> 1
            pairs = below[:, place * 2 : end * 2]
            found = np.maximum(pairs[:, 0::2], pairs[:, 1::2])
            if end - place == 1 and (found == level[:, place:end]).all():
                return  # a tick inside the range of its neighbours changes nothing above
            level[:, place:end] = found
