"""Where bars stand along the screen, in whole device pixels."""

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from workstation.ui.chart.bars import LARGEST_BLOCK

Pixels = npt.NDArray[np.int64]

_WIDTHS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 19, 22, 26, 30, 36, 42, 50, 60, 72, 86, 100, 120)
_FACTORS = sorted(
    (factor for power in range(LARGEST_BLOCK.bit_length()) for factor in (1 << power, 3 << power)),
    reverse=True,
)

ZOOMS = (
    *((factor, 1) for factor in _FACTORS if factor <= LARGEST_BLOCK),
    *((1, width) for width in _WIDTHS),
)
"""Bars in a pixel column, and pixel columns of a bar; one of the two is 1. Outmost first.

Whole numbers keep every candle as wide as its neighbour, and every column's bars the same
while the chart is moved.
"""

ONE_TO_ONE = ZOOMS.index((1, 1))
NARROWEST_FREE = ZOOMS.index((1, 4))
"""However few bars there are, one may zoom out to here."""


class TimeScale:
    """Maps bar indices to pixel columns of the plot. The newest end stays when the size changes."""

    def __init__(self) -> None:
        self.zoom = ZOOMS.index((1, 8))
        self.scroll = 0
        self.width = 1
        self.margin = 6
        """Room to the right of the newest bar, in per cent of the width."""

    @property
    def factor(self) -> int:
        """How many bars share a column."""
        return ZOOMS[self.zoom][0]

    @property
    def spacing(self) -> int:
        """How many columns a bar has."""
        return ZOOMS[self.zoom][1]

    def x_of(self, index: int) -> int:
        """Return the left column of a bar, seen from the plot's left edge."""
        return index // self.factor * self.spacing - self.scroll

    def middle_of(self, index: int) -> int:
        """Return the middle column of a bar."""
        return self.x_of(index) + (self.spacing - 1) // 2

    def middles_of(self, indices: Iterable[int]) -> list[int]:
        """Return the middle columns of bars."""
        factor, spacing = ZOOMS[self.zoom]
        middle = (spacing - 1) // 2 - self.scroll
        return [index // factor * spacing + middle for index in indices]

    def index_at(self, x: float) -> int:
        """Return the bar at a column; where several share it, the one in the middle."""
        return math.floor(x + self.scroll) // self.spacing * self.factor + self.factor // 2

    def slots(self, left: int, right: int) -> tuple[int, int]:
        """Return the groups of bars, one or `factor` each, that touch the columns [left, right)."""
        return (left + self.scroll) // self.spacing, -((-right - self.scroll) // self.spacing)

    def shown(self) -> tuple[int, int]:
        """Return the indices between the edges, whether such bars exist or not."""
        first, end = self.slots(0, self.width)
        return first * self.factor, end * self.factor

    def show_newest(self, end: int) -> None:
        """Put the newest bar to the right, with a margin."""
        self.scroll = self._newest(end)

    def _newest(self, end: int) -> int:
        margin = self.width * self.margin // 100
        margin = max(4 * self.spacing, margin) if self.margin else 0
        return self.x_of(end - 1) + self.scroll + self.spacing + margin - self.width

    def set_width(self, width: int) -> None:
        """Take a new size and keep the right edge."""
        self.scroll += self.width - width
        self.width = width

    def zoom_to(self, zoom: int, anchor: int, first: int, end: int) -> None:
        """Choose a zoom; the bar at column `anchor` stays there."""
        zoom = max(self._outmost(end - first), min(zoom, len(ZOOMS) - 1))
        place = (self.scroll + anchor) * self.factor / self.spacing
        self.zoom = zoom
        self.scroll = round(place * self.spacing / self.factor) - anchor
        self.pan(0, first, end)

    def show_oldest(self, first: int) -> None:
        """Put the oldest bar to the left, with a margin."""
        self.scroll += self.x_of(first) - self.width * 6 // 100

    def show_span(self, low: int, high: int, first: int, end: int) -> None:
        """Let the bars [low, high) fill the width as far as whole widths allow."""
        zoom = len(ZOOMS) - 1
        while zoom and (high - low) * _width(ZOOMS[zoom]) > self.width:
            zoom -= 1
        self.zoom = max(self._outmost(end - first), zoom)
        middle = (self.x_of(low) + self.x_of(high)) // 2
        self.scroll += middle - self.width // 2
        self.pan(0, first, end)

    def pan(self, columns: int, first: int, end: int) -> None:
        """Move along; at most half of the plot becomes empty, unless there are few bars."""
        newest = self._newest(end)
        half = self.width // 2
        most = max(newest, self.x_of(end) + self.scroll - half)
        least = min(newest, self.x_of(first) + self.scroll - half)
        self.scroll = max(least, min(self.scroll + columns, most))

    def follow(self, old_end: int, new_end: int) -> bool:
        """After bars were added: keep the newest in its place if it was in sight."""
        if not 0 <= self.x_of(old_end - 1) < self.width:
            return False
        moved = self.x_of(new_end - 1) - self.x_of(old_end - 1)
        self.scroll += moved
        return bool(moved)

    def rescale(self, ratio: float) -> None:
        """Take another device pixel ratio: keep bars about as wide as they looked."""
        right = (self.scroll + self.width) * self.factor / self.spacing
        wanted = math.log(self.spacing / self.factor * ratio)
        self.zoom = min(
            range(len(ZOOMS)), key=[abs(_log_width(z) - wanted) for z in ZOOMS].__getitem__
        )
        self.scroll = round(right * self.spacing / self.factor) - self.width

    def _outmost(self, bars: int) -> int:
        zoom = NARROWEST_FREE
        while zoom and bars * _width(ZOOMS[zoom - 1]) >= self.width / 2:
            zoom -= 1
        return zoom


def _width(zoom: tuple[int, int]) -> float:
    return zoom[1] / zoom[0]


def _log_width(zoom: tuple[int, int]) -> float:
    return math.log(_width(zoom))
