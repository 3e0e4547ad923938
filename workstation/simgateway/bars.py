"""Bars in ticks: adding them up, and dividing one into the smaller bars it could be of.

A bar divided and added up again is the same bar, so every bar size tells the same story.
"""

import math
from collections.abc import Iterable
from random import Random
from typing import NamedTuple

_SHARES_PER_PRINT = 150
"""Average size of a print where only volumes are known."""

_SMILE_PARTS = 60
"""From so many parts on a division is of a day: busier at its ends."""


class Bar(NamedTuple):
    """What traded in a span of time; prices in ticks, volume in shares."""

    time: int
    """Start, in seconds since 1970."""

    seconds: int
    """Length of the span."""

    open: float
    high: float
    low: float
    close: float
    volume: int
    prints: int
    """Number of prints."""

    value: float
    """Sum of price times shares, in ticks."""

    @property
    def average(self) -> float:
        """Average price by volume, in ticks; the close when nothing traded."""
        return self.value / self.volume if self.volume else float(self.close)


def generated_bar(
    time: int, seconds: int, prices: tuple[float, float, float, float], volume: int
) -> Bar:
    """Return a bar of which only open, high, low, close and volume are known."""
    count = max(1, volume // _SHARES_PER_PRINT) if volume else 0
    return Bar(time, seconds, *prices, volume, count, volume * sum(prices) / 4)


def joined(bars: Iterable[Bar], start: int, seconds: int) -> Bar | None:
    """Return the one bar that several in order add up to; None without any."""
    total: Bar | None = None
    for bar in bars:
        if total is None:
            total = bar._replace(time=start, seconds=seconds)
            continue
        total = Bar(
            start,
            seconds,
            total.open,
            max(total.high, bar.high),
            min(total.low, bar.low),
            bar.close,
            total.volume + bar.volume,
            total.prints + bar.prints,
            total.value + bar.value,
        )
    return total


def grouped(bars: Iterable[Bar], seconds: int, origin: int, earliest: int) -> list[Bar]:
    """Return bars of a larger size; their edges lie whole multiples after the origin.

    The first one begins with the session, at the earliest moment, if that is not an edge.
    """
    groups: dict[int, list[Bar]] = {}
    for bar in bars:
        groups.setdefault((bar.time - origin) // seconds, []).append(bar)
    result = []
    for number, group in groups.items():
        total = joined(group, max(earliest, origin + number * seconds), seconds)
        assert total is not None
        result.append(total)
    return result


def divided(bar: Bar, step: int, random: Random) -> list[Bar]:
    """Return bars of some seconds each that add up to the given one exactly.

    They touch its open, high, low and close, each goes on where the one before ended, and
    their volumes sum up to its volume.
    """
    parts = -(-bar.seconds // step)
    if parts <= 1:
        return [bar]
    path = _path(bar, parts, random)
    volumes = _volumes(bar.volume, parts, random)
    highest = max(range(parts), key=lambda part: max(path[part], path[part + 1]))
    lowest = min(range(parts), key=lambda part: min(path[part], path[part + 1]))
    wick = max(0.3, (bar.high - bar.low) / (5 * math.sqrt(parts)))
    result = []
    for part in range(parts):
        first, last = path[part], path[part + 1]
        high = min(bar.high, max(first, last) + int(random.expovariate(1 / wick)))
        low = max(bar.low, min(first, last) - int(random.expovariate(1 / wick)))
        if part == highest:
            high = bar.high
        if part == lowest:
            low = bar.low
        length = min(step, bar.seconds - part * step)
        time = bar.time + part * step
        result.append(generated_bar(time, length, (first, high, low, last), volumes[part]))
    return result


def _path(bar: Bar, parts: int, random: Random) -> list[float]:
    """Return prices from the open to the close that fill the range from low to high."""
    walk = [0.0]
    for _ in range(parts):
        walk.append(walk[-1] + random.gauss(0.0, 1.0))
    drift = walk[-1] / parts
    scale = (bar.high - bar.low) / (1.6 * math.sqrt(parts))
    slope = (bar.close - bar.open) / parts
    raw = [
        bar.open + slope * part + scale * (walk[part] - drift * part) for part in range(parts + 1)
    ]
    top, bottom = max(bar.open, bar.close), min(bar.open, bar.close)
    up = (bar.high - top) / (max(raw) - top) if max(raw) > top else 1.0
    down = (bottom - bar.low) / (bottom - min(raw)) if min(raw) < bottom else 1.0
    path: list[float] = []
    for price in raw:
        beyond = max(0.0, price - top) * (up - 1) - max(0.0, bottom - price) * (down - 1)
        path.append(max(bar.low, min(bar.high, round(price + beyond))))
    path[0], path[-1] = bar.open, bar.close
    return path


def _volumes(volume: int, parts: int, random: Random) -> list[int]:
    smile = 2.0 if parts >= _SMILE_PARTS else 0.0
    weights = [
        (0.2 + random.expovariate(1.0)) * (1.0 + smile * (2 * part / parts - 1) ** 4)
        for part in range(parts)
    ]
    total, so_far, given = sum(weights), 0.0, 0
    result = []
    for weight in weights[:-1]:
        so_far += weight
        next_given = min(volume, int(volume * so_far / total))
        result.append(next_given - given)
        given = next_given
    result.append(volume - given)
    return result
