"""How long the bars of a chart are: read from what a trader types, and what they are made of."""

import re
from dataclasses import dataclass
from enum import Enum

from workstation.domain.bar import DAY_SECONDS, BarSize


class Unit(Enum):
    """What a bar is measured in: the letter behind the number, and its name."""

    SECOND = ("s", "second")
    MINUTE = ("m", "minute")
    HOUR = ("h", "hour")
    DAY = ("D", "day")
    WEEK = ("W", "week")
    MONTH = ("M", "month")
    TICK = ("T", "trade")
    VOLUME = ("V", "share or lot")
    RANGE = ("R", "price step")
    RENKO = ("K", "price step")

    @property
    def letter(self) -> str:
        """What stands behind the number."""
        return self.value[0]

    @property
    def seconds(self) -> int:
        """How long one is, nominal from weeks on; 0 where it is no time."""
        return _SECONDS.get(self, 0)


_SECONDS = {
    Unit.SECOND: 1,
    Unit.MINUTE: 60,
    Unit.HOUR: 3600,
    Unit.DAY: DAY_SECONDS,
    Unit.WEEK: 7 * DAY_SECONDS,
    Unit.MONTH: 30 * DAY_SECONDS,
}
_CALENDAR = {
    Unit.DAY: BarSize.DAY_1,
    Unit.WEEK: BarSize.WEEK_1,
    Unit.MONTH: BarSize.MONTH_1,
}
_MOST = {Unit.DAY: 365, Unit.WEEK: 52, Unit.MONTH: 12}
_MOST_PRINTS = 10_000_000
LARGEST_BASE = BarSize.MINUTE_30
"""What bars of hours that the broker does not have are made of: sessions open at half hours."""

_WORDS = {
    **{each.letter: each for each in Unit},
    **dict.fromkeys(("S", "sec", "secs", "second", "seconds"), Unit.SECOND),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), Unit.MINUTE),
    **dict.fromkeys(("H", "hour", "hours", "hr"), Unit.HOUR),
    **dict.fromkeys(("d", "day", "days"), Unit.DAY),
    **dict.fromkeys(("w", "week", "weeks"), Unit.WEEK),
    **dict.fromkeys(("mo", "month", "months"), Unit.MONTH),
    **dict.fromkeys(("t", "tick", "ticks"), Unit.TICK),
    **dict.fromkeys(("v", "vol", "volume"), Unit.VOLUME),
    **dict.fromkeys(("r", "range"), Unit.RANGE),
    **dict.fromkeys(("k", "renko"), Unit.RENKO),
}
_MONTHS = {"Q": 3, "q": 3, "quarter": 3, "quarters": 3, "Y": 12, "y": 12, "year": 12}
_TYPED = re.compile(r"(\d{1,9})?\s*([A-Za-z]*)")
HELP = "Write for example 45s, 7m, 6h, 2D, 1W, 1M, 1Q, or 500T, 10000V, 8R, 5K."


class TimeframeError(ValueError):
    """What was typed is no size of a bar; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Timeframe:
    """So many units to a bar."""

    count: int
    unit: Unit

    @property
    def name(self) -> str:
        """How it is written: 5m, 45s, 1D, 1Q, 500T."""
        if self.unit is Unit.MONTH and self.count == 12:
            return "1Y"
        if self.unit is Unit.MONTH and self.count % 3 == 0:
            return f"{self.count // 3}Q"
        return f"{self.count}{self.unit.letter}"

    @property
    def words(self) -> str:
        """What a bar is, in words: 5 minutes, 500 trades."""
        if self.unit in {Unit.RANGE, Unit.RENKO}:
            kind = "range" if self.unit is Unit.RANGE else "Renko"
            return f"{kind} bars of {self.count} price steps"
        if self.unit is Unit.VOLUME and self.count != 1:
            return f"bars of {self.count} shares or lots"
        return f"bars of {self.count} {self.unit.value[1]}{'' if self.count == 1 else 's'}"

    @property
    def seconds(self) -> int:
        """How long a bar lasts, nominal from weeks on; 0 for bars of prints."""
        return self.count * self.unit.seconds

    @property
    def is_of_prints(self) -> bool:
        """Whether bars end by trades instead of by the clock."""
        return not self.unit.seconds

    @property
    def is_intraday(self) -> bool:
        """Whether bars lie within a trading day."""
        return self.is_of_prints or self.unit not in _CALENDAR

    @property
    def base(self) -> BarSize:
        """The broker's size that bars are made of; the bars themselves where it has them."""
        if self.is_of_prints:
            raise TimeframeError("Bars of prints are not made of bars.")
        if self.unit in _CALENDAR:
            return _CALENDAR[self.unit]
        seconds = self.seconds
        if seconds in _BY_SECONDS:
            return _BY_SECONDS[seconds]
        fitting = (size for size in _BY_SECONDS.values() if not seconds % size.seconds)
        return max(
            (size for size in fitting if size.seconds <= LARGEST_BASE.seconds),
            key=lambda size: size.seconds,
        )

    @property
    def is_direct(self) -> bool:
        """Whether the broker has bars of this size."""
        return not self.is_of_prints and self.base.seconds == self.seconds


_BY_SECONDS = {size.seconds: size for size in BarSize if size.is_intraday}


def timeframe_of(size: BarSize) -> Timeframe:
    """Return one of the broker's sizes."""
    for unit, calendar in _CALENDAR.items():
        if size is calendar:
            return Timeframe(1, unit)
    unit = next(u for u in (Unit.HOUR, Unit.MINUTE, Unit.SECOND) if not size.seconds % u.seconds)
    return Timeframe(size.seconds // unit.seconds, unit)


def read_timeframe(typed: str) -> Timeframe:
    """Read 5, 5m, 45s, 6h, 1D, 1W, 1M, 1Q, 500T; a number alone counts minutes.

    Raises TimeframeError with a sentence for the user.
    """
    found = _TYPED.fullmatch(typed.strip())
    if found is None or not typed.strip():
        raise TimeframeError(f"“{typed.strip()[:20]}” is no size of a bar. {HELP}")
    count, word = int(found[1] or 1), found[2]
    if not count:
        raise TimeframeError(f"A bar cannot last nothing. {HELP}")
    months = _MONTHS.get(word) or _MONTHS.get(word.lower())
    if months:
        count, word = count * months, "M"
    unit = Unit.MINUTE if not word else _WORDS.get(word) or _WORDS.get(word.lower())
    if unit is None:
        raise TimeframeError(f"“{word[:12]}” is no unit of a bar. {HELP}")
    return _checked(count, unit)


def _checked(count: int, unit: Unit) -> Timeframe:
    if not unit.seconds:
        if count > _MOST_PRINTS:
            raise TimeframeError(f"A bar takes at most {_MOST_PRINTS:,} of them.")
        return Timeframe(count, unit)
    if unit in _CALENDAR:
        if count > _MOST[unit]:
            raise TimeframeError(f"A bar lasts a year at most, {_MOST[unit]} {unit.value[1]}s.")
        return Timeframe(count, unit)
    seconds = count * unit.seconds
    if seconds >= DAY_SECONDS:
        raise TimeframeError("A bar of 24 hours and more is one of days: write 1D.")
    unit = next(u for u in (Unit.HOUR, Unit.MINUTE, Unit.SECOND) if not seconds % u.seconds)
    return Timeframe(seconds // unit.seconds, unit)
