"""Volume at price: how much was traded at which prices, estimated from bars."""

import math
from dataclasses import dataclass

import numpy as np

from workstation.indicators.definition import Floats

VALUE_AREA = 0.70
"""Share of the volume that the value area holds at least."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Volume by rows of prices; row k reaches from `low + k * step` to one step above it."""

    low: float
    step: float
    volumes: Floats
    """Volume of each row, the lowest prices first."""

    point_of_control: int
    """The row with the most volume; of several the one nearest to the middle, then the lower."""

    area: tuple[int, int]
    """First and last row of the value area."""

    @property
    def control_price(self) -> float:
        """Middle of the row with the most volume."""
        return self.low + (self.point_of_control + 0.5) * self.step

    @property
    def area_prices(self) -> tuple[float, float]:
        """Lower and upper edge of the value area."""
        first, last = self.area
        return self.low + first * self.step, self.low + (last + 1) * self.step


def step_for(low: float, high: float, rows: int, increment: float) -> float:
    """Return a height of rows in whole price increments that gives at most about so many rows."""
    wanted = max(high - low, increment) / max(rows, 1)
    return max(1, math.ceil(wanted / increment - 1e-9)) * increment


def profile_of(
    highs: Floats, lows: Floats, volumes: Floats, step: float, share: float = VALUE_AREA
) -> Profile | None:
    """Spread the volume of each bar evenly over its range and add it up in rows of `step`.

    A bar of one price counts where it stands. None where nothing was traded or a price is
    missing.
    """
    found = rows_of(highs, lows, volumes, step)
    return None if found is None else profile_of_rows(found[0] * step, step, found[1], share)


def rows_of(highs: Floats, lows: Floats, volumes: Floats, step: float) -> tuple[int, Floats] | None:
    """Return the number of the lowest row, counted from the price 0, and the volume of each."""
    there = np.isfinite(highs) & np.isfinite(lows) & np.isfinite(volumes) & (volumes > 0)
    highs, lows, volumes = highs[there], lows[there], volumes[there]
    if not len(volumes):
        return None
    lowest = math.floor(float(lows.min()) / step + 1e-9)
    base = lowest * step
    return lowest, _spread((lows - base) / step, (highs - base) / step, volumes)


def profile_of_rows(low: float, step: float, volumes: Floats, share: float) -> Profile:
    """Return the profile of rows that are added up already, the lowest beginning at `low`."""
    control = _point_of_control(volumes)
    return Profile(low, step, volumes, control, _value_area(volumes, control, share))


def _spread(bottoms: Floats, tops: Floats, volumes: Floats) -> Floats:
    """Add up volumes over rows of height 1; a bar's two edge rows get their part of it."""
    first = np.maximum(np.floor(bottoms + 1e-9).astype(np.int64), 0)
    last = np.maximum(np.ceil(tops - 1e-9).astype(np.int64) - 1, first)
    count = int(last.max()) + 1
    inside = first == last
    found = np.zeros(count) + np.bincount(first[inside], volumes[inside], count)
    wide = ~inside
    first, last, bottoms, tops = first[wide], last[wide], bottoms[wide], tops[wide]
    density = volumes[wide] / (tops - bottoms)
    found += np.bincount(first, density * (first + 1 - bottoms), count)
    found += np.bincount(last, density * (tops - last), count)
    begun = np.zeros(count + 1) + np.bincount(first + 1, density, count + 1)
    begun -= np.bincount(last, density, count + 1)
    middle = np.cumsum(begun)[:count]
    middle[middle < density.max(initial=0.0) * 1e-9] = 0.0  # what cancels leaves a trace
    spread: Floats = np.maximum(found + middle, 0.0)
    return spread


def _point_of_control(volumes: Floats) -> int:
    most = np.flatnonzero(volumes >= volumes.max() * (1 - 1e-12))
    away = np.abs(most - (len(volumes) - 1) / 2)
    return int(most[int(np.argmin(away))])


def _value_area(volumes: Floats, control: int, share: float) -> tuple[int, int]:
    """Grow from the point of control by the larger of the next two rows above and below."""
    wanted = float(volumes.sum()) * share * (1 - 1e-12)
    first = last = control
    held = float(volumes[control])
    while held < wanted and (first > 0 or last < len(volumes) - 1):
        above = volumes[last + 1 : last + 3]
        below = volumes[max(0, first - 2) : first]
        if len(above) and (not len(below) or above.sum() >= below.sum()):
            last += len(above)
            held += float(above.sum())
        else:
            first -= len(below)
            held += float(below.sum())
    return first, last
