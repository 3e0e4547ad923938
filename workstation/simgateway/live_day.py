"""The running day of one stock: what was generated up to the start, and every print since."""

from collections import deque
from random import Random

from workstation.simgateway.bars import Bar, divided, joined

MINUTE = 60
_SECONDS_KEPT = 7200
"""Bars of one second kept; older seconds are generated again from their minutes."""


class LiveDay:
    """Bars from midnight to now, in seconds and minutes; they agree with the day's figures."""

    def __init__(self, midnight: int, start: int, past: Bar | None, seed: str) -> None:
        self.midnight = midnight
        self._past = past
        """Midnight to the start as one bar; None when the day began with the program running."""

        self._start = start
        self._seed = seed
        self._value = past.value if past else 0.0
        self._volume = past.volume if past else 0
        self._past_minutes: list[Bar] | None = None
        self._minutes: list[Bar] = []
        self._seconds: deque[Bar] = deque(maxlen=_SECONDS_KEPT)

    def add(self, price: float, size: int, time: int) -> None:
        """Take one print; price in ticks, size in shares, time in seconds since 1970."""
        time = max(time, self._start, self._seconds[-1].time if self._seconds else 0)
        value = float(price * size)
        self._value += value
        self._volume += size
        for bars, seconds in ((self._seconds, 1), (self._minutes, MINUTE)):
            start = time - (time - self.midnight) % seconds
            one = Bar(start, seconds, price, price, price, price, size, 1, value)
            if bars and bars[-1].time == start:
                total = joined((bars[-1], one), start, seconds)
                assert total is not None
                bars[-1] = total
            else:
                bars.append(one)

    def average(self) -> float:
        """Return the day's average price by volume, in ticks; 0 before the first print."""
        return self._value / self._volume if self._volume else 0.0

    def day_bar(self) -> Bar | None:
        """Return the whole day so far; None before the first print."""
        parts = [self._past, *self._minutes] if self._past else self._minutes
        return joined(parts, self.midnight, 86_400)

    def minutes(self, since: int = 0) -> list[Bar]:
        """Return bars of a minute; the minute of the start comes in two parts."""
        return self._generated(since) + self._newest(self._minutes, since)

    def seconds(self, since: int = 0) -> list[Bar]:
        """Return bars of a second; a second without a print has none once it was lived."""
        edge = self._start
        if len(self._seconds) == _SECONDS_KEPT:  # the oldest minute kept may lack seconds
            edge = self._seconds[0].time + MINUTE - (self._seconds[0].time - self.midnight) % MINUTE
        result = [second for bar in self._generated(since) for second in self._divided(bar)]
        for bar in self._newest(self._minutes, since):
            if bar.time + MINUTE <= edge:
                first = max(bar.time, self._start)
                rest = bar._replace(time=first, seconds=bar.time + MINUTE - first)
                result += self._divided(rest)
        result += [bar for bar in self._newest(self._seconds, since) if bar.time >= edge]
        return [bar for bar in result if bar.time >= since]

    def _generated(self, since: int) -> list[Bar]:
        if self._past is None or since >= self._start:
            return []
        if self._past_minutes is None:
            random = Random(f"{self._seed}:{self.midnight}")  # noqa: S311 not a secret
            self._past_minutes = divided(self._past, MINUTE, random)
        return self._newest(self._past_minutes, since)

    def _divided(self, bar: Bar) -> list[Bar]:
        return divided(bar, 1, Random(f"{self._seed}:{bar.time}"))  # noqa: S311 not a secret

    @staticmethod
    def _newest(bars: "deque[Bar] | list[Bar]", since: int) -> list[Bar]:
        found = []
        for bar in reversed(bars):
            if bar.time + bar.seconds <= since:
                break
            found.append(bar)
        found.reverse()
        return found
