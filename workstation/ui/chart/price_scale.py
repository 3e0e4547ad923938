"""Where prices stand on the screen, in whole device pixels: linear or by ratio, or upside down."""

import functools
import math

import numpy as np

from workstation.ui.chart.bar_table import Floats
from workstation.ui.chart.scale import Pixels

FAR = 30_000
"""Pixels beyond which a place is cut off; no screen is as high."""

AIR = 0.06
"""Part of the range that is left free above and below it."""

TREMBLE = 0.02
"""Part of the range by which its ends may be off: less than the air, so nothing is cut off."""

_TINY = 1e-300


class PriceScale:
    """Maps prices to pixel rows of a pane; by itself, or by hand once it was dragged.

    A scale by ratio gives equal room to equal shares, so it needs prices above zero; where the
    range reaches zero or below, as with spreads, the scale is linear whatever was chosen.
    """

    def __init__(self) -> None:
        self.low = 0.0
        self.high = 1.0
        self.top = 0
        self.height = 1
        self.is_manual = False
        self.is_log = False
        self.is_inverted = False

    @property
    def is_by_ratio(self) -> bool:
        """Whether equal distances are equal shares now."""
        return self.is_log and self.low > 0

    def fit(self, low: float, high: float, increment: float) -> bool:
        """Show this range with some air, unless the user has set one; tell whether it changed.

        A scale that shows the range with only a little more or less air stays as it is.
        """
        if self.is_manual or not math.isfinite(high - low):
            return False
        wanted = self._with_air(low, high, increment)
        if self._is_near(*wanted):
            return False
        self.low, self.high = wanted
        return True

    def _is_near(self, low: float, high: float) -> bool:
        """Tell whether these ends are so near that following them would be a tremble."""
        here, there = [self.low, self.high], [low, high]
        if self.is_log and low > 0:
            if self.low <= 0:
                return False
            here, there = [[math.log(end) for end in ends] for ends in (here, there)]
        least = TREMBLE * (there[1] - there[0])
        return all(abs(end - other) <= least for end, other in zip(here, there, strict=True))

    def _with_air(self, low: float, high: float, increment: float) -> tuple[float, float]:
        if self.is_log and low > 0:
            ratio = max((high / low) ** AIR, 1 + 2 * increment / high)
            return low / ratio, high * ratio
        air = max((high - low) * AIR, increment * 2)
        return low - air, high + air

    def y_of(self, price: float) -> int:
        """Return the row of a price."""
        if self.is_by_ratio:
            price = math.log(max(price, _TINY))
        zero, rows = self._mapping()
        return round(max(-FAR, min(zero + price * rows, FAR)))

    def ys_of(self, prices: Floats) -> Pixels:
        """Return the rows of prices, cut off far outside; not a number is far below."""
        ys: Pixels = np.rint(self.exact_ys(prices)).astype(np.int64)
        return ys

    def exact_ys(self, prices: Floats) -> Floats:
        """Return the places of prices between rows, cut off far outside."""
        if self.is_by_ratio:
            prices = np.log(np.maximum(prices, _TINY))
        zero, rows = self._mapping()
        ys: Floats = np.fmin(zero + prices * rows, FAR)  # also where there is no number
        return np.maximum(ys, -FAR, out=ys)

    def price_at(self, y: float) -> float:
        """Return the price of a row."""
        zero, rows = self._mapping()
        place = (y - zero) / rows if rows else self.high
        return math.exp(min(place, 700.0)) if self.is_by_ratio else place

    def _mapping(self) -> tuple[float, float]:
        """Return the row of zero and the rows of one unit, of the price or its logarithm."""
        low, high = self._ends()
        rows = (self.height - 1) / (high - low)
        if self.is_inverted:
            return self.top - low * rows, rows
        return self.top + high * rows, -rows

    def _ends(self) -> tuple[float, float]:
        if self.is_by_ratio:
            return math.log(self.low), math.log(self.high)
        return self.low, self.high

    def _set_ends(self, low: float, high: float) -> None:
        if self.is_by_ratio:
            low, high = math.exp(low), math.exp(min(high, 700.0))
        if low < high and math.isfinite(high - low):
            self.low, self.high = low, high

    def stretch(self, rows: float) -> None:
        """Drag the axis: down shows more, up less, about the middle."""
        low, high = self._ends()
        half = (high - low) / 2 * math.exp(2.5 * rows / max(1, self.height))
        middle = (high + low) / 2
        if 1e-9 * max(1.0, abs(middle)) < half < (20 if self.is_by_ratio else 1e12):
            self._set_ends(middle - half, middle + half)
            self.is_manual = True

    def shift(self, rows: float) -> None:
        """Drag the plot up or down, where the range is set by hand."""
        low, high = self._ends()
        moved = rows * (high - low) / max(1, self.height - 1)
        moved = -moved if self.is_inverted else moved
        self._set_ends(low + moved, high + moved)

    def show_range(self, low: float, high: float) -> None:
        """Set the range by hand."""
        if low < high and math.isfinite(high - low):
            self.low, self.high = low, high
            self.is_manual = True

    def round_prices(self, room: int, increment: float) -> list[float]:
        """Return round prices inside the range, at least `room` rows apart."""
        most = self.height // max(1, room)
        if not self.is_by_ratio or self.high < 2 * self.low:
            return round_prices(self.low, self.high, most, increment)
        found: list[float] = []
        ratio = (self.high / self.low) ** (1 / max(1, most))
        price = self.low
        while len(found) <= most:
            step = round_step(price * (ratio - 1), increment)
            price = (math.floor(price / step + 1e-9) + 1) * step
            if price > self.high:
                break
            found.append(price)
        return found


def round_prices(low: float, high: float, most: int, increment: float) -> list[float]:
    """Return round prices inside a range, at most so many, on the contract's increments."""
    return list(_round_prices(low, high, most, increment))


@functools.lru_cache(maxsize=64)
def _round_prices(low: float, high: float, most: int, increment: float) -> tuple[float, ...]:
    """Find them once: a frame asks for those of one scale several times."""
    if not (high > low and most > 0 and math.isfinite(high - low)):
        return ()
    step = round_step((high - low) / most, increment)
    first = math.ceil(low / step)
    return tuple(number * step for number in range(first, math.floor(high / step) + 1))


def round_step(least: float, increment: float) -> float:
    """Return the smallest of 1, 2, 2.5 and 5 times a power of ten that is not less."""
    least = max(least, increment)
    power = 10.0 ** math.floor(math.log10(least))
    for times in (1.0, 2.0, 2.5, 5.0, 10.0):
        step = times * power
        whole = round(step / increment) * increment
        if step >= least * (1 - 1e-9) and math.isclose(whole, step, rel_tol=1e-6):
            return step
    return math.ceil(least / increment) * increment
