"""Regular trading hours of a contract, and which bars lie outside them."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo

import numpy as np
import numpy.typing as npt

from workstation.ui.chart.bar_table import Ints
from workstation.ui.chart.bars import BarArrays
from workstation.ui.chart.per_bar import PerBar
from workstation.ui.chart.time_marks import local_seconds

Flags = npt.NDArray[np.bool_]

DAY_SECONDS = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
_STAMP = re.compile(r"(\d{8}):(\d{2})(\d{2})")


@dataclass(frozen=True, slots=True)
class Hours:
    """Regular hours on the exchange's clocks.

    The broker names those of the coming days only; other days have those that are usual. A
    session that begins on the evening before counts from there.

    Source: contractData, liquidHours and timeZoneId.
    """

    zone: tzinfo
    usual: tuple[tuple[int, int], ...]
    """Opening and end in seconds from midnight of the day on which a session ends."""

    named: dict[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    """Sessions of single days, by days since 1970; half days and holidays."""

    def outside(self, times: Ints) -> Flags:
        """Tell which of these UTC seconds lie outside regular hours."""
        local = local_seconds(times, self.zone)
        days, seconds = local // DAY_SECONDS, local % DAY_SECONDS
        inside = _inside(seconds, self.usual)
        for day in np.unique(days).tolist():
            if day in self.named:
                here = days == day
                inside[here] = _inside(seconds[here], self.named[day])
        outside: Flags = ~inside
        return outside


def _inside(seconds: Ints, sessions: tuple[tuple[int, int], ...]) -> Flags:
    inside = np.zeros(len(seconds), np.bool_)
    for opening, end in sessions:
        inside |= (seconds >= opening) & (seconds < end)
        if opening < 0:
            inside |= seconds >= opening + DAY_SECONDS
    return inside


def regular_hours(liquid: str, zone: tzinfo | None) -> Hours | None:
    """Read the broker's sentence of hours; None where there is nothing to tell apart.

    It reads 20260318:0930-20260318:1600;20260319:CLOSED, in the exchange's own time.
    """
    found, usual = _read(liquid)
    if zone is None or usual is None or _is_whole_day(usual):
        return None
    return Hours(zone, usual, found)


def opening_of(sentence: str) -> int:
    """Return when a usual day opens by such a sentence, in seconds from its midnight.

    Negative where that is on the evening before; 0 where the sentence tells nothing.
    """
    usual = _read(sentence)[1]
    return usual[0][0] if usual else 0


Sessions = tuple[tuple[int, int], ...]


def _read(sentence: str) -> tuple[dict[int, Sessions], Sessions | None]:
    """Return the sessions of each day that is named, and those of a usual day."""
    named: dict[int, list[tuple[int, int]]] = {}
    for part in sentence.split(";"):
        stamps = _STAMP.findall(part)
        if len(stamps) == 2:
            opening, end = (_day_and_second(*stamp) for stamp in stamps)
            begin = opening[1] - (end[0] - opening[0]) * DAY_SECONDS
            if opening[0] <= end[0] <= opening[0] + 3 and begin < end[1]:
                named.setdefault(end[0], []).append((max(begin, -DAY_SECONDS), end[1]))
        elif part.endswith(":CLOSED") and part[:8].isdigit():
            named.setdefault(_day_and_second(part[:8], "0", "0")[0], [])
    found = {day: tuple(sessions) for day, sessions in named.items()}
    usual = Counter(sessions for sessions in found.values() if sessions).most_common(1)
    return found, usual[0][0] if usual else None


def _day_and_second(day: str, hour: str, minute: str) -> tuple[int, int]:
    try:
        number = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC).date().toordinal()
    except ValueError:
        return 0, 0
    return number - _EPOCH, int(hour) * 3600 + int(minute) * 60


def _is_whole_day(sessions: tuple[tuple[int, int], ...]) -> bool:
    return sum(end - opening for opening, end in sessions) >= DAY_SECONDS - 60


class SessionMarks:
    """Which bars lie outside regular hours; worked out once for each bar."""

    def __init__(self) -> None:
        self.hours: Hours | None = None
        self._flags: PerBar[np.bool_] = PerBar(self._outside)

    def use(self, hours: Hours | None) -> None:
        """Take the hours of another contract."""
        self.hours = hours
        self._flags.clear()

    def weigh(self, bars: BarArrays) -> None:
        """Mark the bars that came since the last time."""
        if self.hours is not None:
            self._flags.follow(bars)

    def outside(self, indices: Ints) -> Flags:
        """Tell of each of these bars, which must exist, whether it lies outside."""
        if self.hours is None or not len(self._flags.values):
            return np.zeros(len(indices), np.bool_)
        flags: Flags = self._flags.values[indices - self._flags.first]
        return flags

    def _outside(self, times: Ints) -> Flags:
        if self.hours is None or not len(times):
            return np.zeros(len(times), np.bool_)
        return self.hours.outside(times)
