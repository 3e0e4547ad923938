"""Where bars and prices stand on the screen, in whole device pixels."""

import math

import numpy as np
import numpy.typing as npt

from workstation.ui.chart.bars import LARGEST_BLOCK, Floats

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

FAR = 30_000
"""Pixels beyond which a place is cut off; no screen is as high."""


class TimeScale:
    """Maps bar indices to pixel columns of the plot. The newest end stays when the size changes."""

    def __init__(self) -> None:
        self.zoom = ZOOMS.index((1, 8))
        self.scroll = 0
        self.width = 1

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
        margin = max(4 * self.spacing, self.width * 6 // 100)
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


class PriceScale:
    """Maps prices to pixel rows of the price pane; by itself, or by hand once it was dragged."""

    def __init__(self) -> None:
        self.low = 0.0
        self.high = 1.0
        self.top = 0
        self.height = 1
        self.is_manual = False

    def fit(self, low: float, high: float, increment: float) -> bool:
        """Show this range with some air, unless the user has set one; tell whether it changed."""
        if self.is_manual or not math.isfinite(high - low):
            return False
        air = max((high - low) * 0.06, increment * 2)
        wanted = (low - air, high + air)
        changed = wanted != (self.low, self.high)
        self.low, self.high = wanted
        return changed

    def y_of(self, price: float) -> int:
        """Return the row of a price."""
        y = (self.high - price) * ((self.height - 1) / (self.high - self.low)) + self.top
        return round(max(-FAR, min(y, FAR)))

    def ys_of(self, prices: Floats) -> Pixels:
        """Return the rows of prices, cut off far outside."""
        ys = (self.high - prices) * ((self.height - 1) / (self.high - self.low)) + self.top
        rows: Pixels = np.rint(np.clip(ys, -FAR, FAR)).astype(np.int64)
        return rows

    def price_at(self, y: float) -> float:
        """Return the price of a row."""
        return self.high - (y - self.top) * (self.high - self.low) / max(1, self.height - 1)

    def stretch(self, rows: float) -> None:
        """Drag the axis: down shows more, up less, about the middle."""
        half = (self.high - self.low) / 2 * math.exp(2.5 * rows / max(1, self.height))
        middle = (self.high + self.low) / 2
        if 1e-9 * max(1.0, abs(middle)) < half < 1e12:
            self.low, self.high = middle - half, middle + half
            self.is_manual = True

    def shift(self, rows: float) -> None:
        """Drag the plot up or down, where the range is set by hand."""
        moved = rows * (self.high - self.low) / max(1, self.height - 1)
        self.low, self.high = self.low + moved, self.high + moved


def round_prices(low: float, high: float, most: int, increment: float) -> list[float]:
    """Return round prices inside a range, at most so many, on the contract's increments."""
    if not (high > low and most > 0 and math.isfinite(high - low)):
        return []
    step = _round_step((high - low) / most, increment)
    first = math.ceil(low / step)
    return [number * step for number in range(first, math.floor(high / step) + 1)]


def _round_step(least: float, increment: float) -> float:
    """Return the smallest of 1, 2, 2.5 and 5 times a power of ten that is not less."""
    least = max(least, increment)
    power = 10.0 ** math.floor(math.log10(least))
    for times in (1.0, 2.0, 2.5, 5.0, 10.0):
        step = times * power
        whole = round(step / increment) * increment
        if step >= least * (1 - 1e-9) and math.isclose(whole, step, rel_tol=1e-6):
            return step
    return math.ceil(least / increment) * increment
