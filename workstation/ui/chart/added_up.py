"""The bars of a chart, and the shorter ones that they are made of where the broker has no such."""

import numpy as np

from workstation.domain.bar import Bar
from workstation.ui.chart.aggregate import Grouping, aggregated
from workstation.ui.chart.bar_table import BarsLike, BarTable, seconds_of, table_of
from workstation.ui.chart.bars import BarArrays, Placed


class AddedUp:
    """Keeps the shown bars equal to the sum of the broker's. GUI thread.

    Without a grouping both are the same arrays. The shown bars keep their indices when older
    ones come; the oldest of them may hold only a part until then.
    """

    def __init__(self, bars: BarArrays) -> None:
        self.bars = bars
        self.base = self.bars
        self._grouping: Grouping | None = None

    def start(self, grouping: Grouping | None) -> None:
        """Forget all bars and add up the next ones like this; None shows them as they come."""
        self._grouping = grouping
        self.base = self.bars if grouping is None else BarArrays()
        self.bars.clear()

    def regroup(self, grouping: Grouping | None) -> bool:
        """Add up in another way; tell whether anything changed."""
        if grouping == self._grouping or None in {grouping, self._grouping}:
            return False
        self._grouping = grouping
        self._show_all()
        return bool(len(self.base))

    @property
    def first_time(self) -> int:
        """When the broker's oldest bar opened; there must be one."""
        return self.base.time(self.base.first)

    @property
    def last_time(self) -> int:
        """When the broker's newest bar opened; there must be one."""
        return self.base.time(self.base.end - 1)

    def table(self) -> BarTable:
        """Return the broker's bars."""
        return self.base.table(self.base.first, self.base.end)

    def since(self, seconds: int) -> BarTable:
        """Return the broker's bars from a time on."""
        place = int(np.searchsorted(self.base.times, seconds))
        return self.base.table(self.base.first + place, self.base.end)

    def replace_all(self, bars: BarsLike) -> None:
        """Hold these bars and no other."""
        self.base.replace_all(bars)
        self._show_all()

    def merge(self, bars: BarsLike) -> bool:
        """Take a page as the truth for its span; False where the indices begin anew."""
        page = table_of(bars)
        if not len(page):
            return True
        oldest = self.first_time if len(self.base) else None
        is_same = self.base.merge(page)
        if not is_same or oldest is None:
            self._show_all()
        elif self._grouping is not None:
            if page.times[0] < oldest:
                self._show_older()
            self._show_since(max(oldest, int(page.times[0])))
        return is_same

    def cut_behind(self, seconds: int) -> None:
        """Drop the bars that opened after a time."""
        table = self.table()
        place = int(np.searchsorted(table.times, seconds, side="right"))
        if place < len(table):
            self.base.rewrite_from(self.base.first + place, table.part(0, 0))
            if self._grouping is not None and place:
                self._show_since(int(table.times[place - 1]))

    def prepend(self, bars: BarsLike) -> int:
        """Take the bars that are older than all there are; return how many."""
        added = self.base.prepend(bars)
        if added and self._grouping is not None:
            self._show_older()
        return added

    def update(self, bar: Bar) -> Placed:
        """Take one bar: behind the last, in place of one of the same time, or between two."""
        placed = self.base.update(bar)
        if self._grouping is None or placed is Placed.IGNORED:
            return placed
        end = self.bars.end
        self._show_since(seconds_of(bar.time))
        if placed is Placed.APPENDED and self.bars.end == end:
            return Placed.REPLACED_LAST
        return placed

    def _show_all(self) -> None:
        if self._grouping is not None:
            self.bars.replace_all(aggregated(self.table(), self._grouping))

    def _show_since(self, seconds: int) -> None:
        """Add up the bar that a time lies in, and all behind it."""
        assert self._grouping is not None
        start = int(self._grouping.starts(np.array([seconds], np.int64))[0])
        place = int(np.searchsorted(self.bars.times, start))
        fresh = aggregated(self.since(start), self._grouping)
        self.bars.rewrite_from(self.bars.first + place, fresh)

    def _show_older(self) -> None:
        """Add up what came before, and the oldest bar again, which may have been a part."""
        assert self._grouping is not None
        if not len(self.bars):
            self._show_all()
            return
        times = self.bars.times
        end = int(np.searchsorted(self.base.times, times[1])) if len(times) > 1 else len(self.base)
        older = self.base.table(self.base.first, self.base.first + end)
        self.bars.rewrite_first(aggregated(older, self._grouping))
