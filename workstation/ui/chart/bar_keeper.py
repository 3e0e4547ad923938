"""What a chart needs from whoever keeps bars on disk."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from workstation.domain.bar import SeriesKey
from workstation.ui.chart.bar_table import BarTable, joined


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """Bars of one stretch of time without a gap: all there are from `begin` until before `end`."""

    begin: int
    end: int
    bars: BarTable


class BarKeeper(Protocol):
    """Keeps bars between runs. Called on the GUI thread; never blocks it."""

    def load(self, series: SeriesKey, answer: Callable[[tuple[Span, ...]], None]) -> None:
        """Answer later, on the GUI thread, with what is kept, oldest first."""
        ...

    def save(self, series: SeriesKey, span: Span) -> None:
        """Keep a stretch; what it covers replaces what was kept there."""
        ...

    def forget(self, series: SeriesKey) -> None:
        """Drop a series whose bars have become others."""
        ...


def agrees(kept: BarTable, page: BarTable) -> bool:
    """Tell whether two tables are of the same series where they overlap.

    After a split or a dividend the broker's bars of the past are others. A few that were
    corrected are no sign of that; the newest of each is left out, because it may have been forming.
    """
    if not len(kept) or not len(page):
        return True
    first, end = np.searchsorted(kept.times, (page.times[0], page.times[-1])).tolist()
    early = kept.part(first, min(end, len(kept) - 1))  # neither newest bar is among them
    _, mine, others = np.intersect1d(
        early.times, page.times[:-1], assume_unique=True, return_indices=True
    )
    closes, told = early.closes[mine], page.closes[others]
    same = np.abs(closes - told) <= 1e-6 * np.abs(told)
    return not len(same) or int(same.sum()) * 2 > len(same)


class KeptSpans:
    """The stretches of one series that lie before the bars shown."""

    def __init__(self) -> None:
        self._spans: list[Span] = []

    def set(self, spans: tuple[Span, ...]) -> None:
        """Take these stretches, oldest first."""
        self._spans = [span for span in spans if len(span.bars)]

    def newest(self) -> Span | None:
        """Take the newest stretch away."""
        return self._spans.pop() if self._spans else None

    def put(self, span: Span) -> None:
        """Take a stretch back, as the newest."""
        if len(span.bars):
            self._spans.append(span)

    def __len__(self) -> int:
        return len(self._spans)

    @property
    def end(self) -> int:
        """Where the newest stretch ends; there must be one."""
        return self._spans[-1].end

    def joining(self, first: int, page: BarTable) -> BarTable | None:
        """Take away and return what reaches up to `first` without a gap; None where nothing does.

        `page` begins at `first`: what does not agree with it is forgotten.
        """
        found: list[BarTable] = []
        while self._spans and self._spans[-1].end >= first:
            span = self._spans.pop()
            if not agrees(span.bars, page):
                self._spans.clear()
                break
            older = span.bars.before(first)
            if len(older):
                found.insert(0, older)
                first = int(older.times[0])
        return joined(found) if found else None
