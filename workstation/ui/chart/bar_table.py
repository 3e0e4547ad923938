"""Bars as columns, the form in which they are added up, stored and drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from workstation.domain.bar import Bar

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class BarTable:
    """Bars in rising time as columns of one length; nobody changes them once this is made.

    `times` are opening times in seconds since 1970 UTC. A volume that is unknown is 0.
    """

    times: Ints
    opens: Floats
    highs: Floats
    lows: Floats
    closes: Floats
    volumes: Floats

    def __len__(self) -> int:
        return len(self.times)

    @property
    def columns(self) -> tuple[Any, ...]:
        """All columns, the times first."""
        return self.times, self.opens, self.highs, self.lows, self.closes, self.volumes

    def part(self, first: int, end: int) -> "BarTable":
        """Return the bars between two places."""
        return BarTable(*(column[first:end] for column in self.columns))

    def before(self, seconds: int) -> "BarTable":
        """Return the bars that opened before a time."""
        return self.part(0, int(np.searchsorted(self.times, seconds)))

    def since(self, seconds: int) -> "BarTable":
        """Return the bars that opened at a time or later."""
        return self.part(int(np.searchsorted(self.times, seconds)), len(self))

    def chosen(self, flags: npt.NDArray[np.bool_]) -> "BarTable":
        """Return the bars that are marked."""
        return BarTable(*(column[flags] for column in self.columns))


BarsLike = Sequence[Bar] | BarTable


def table_of(bars: BarsLike) -> BarTable:
    """Return bars as columns in rising time, the last of each time; almost always as they came."""
    if isinstance(bars, BarTable):
        return bars
    times = np.array([seconds_of(bar.time) for bar in bars], np.int64)
    rows = [(b.open, b.high, b.low, b.close, b.volume) for b in bars]
    opens, highs, lows, closes, volumes = np.array(rows, np.float64).reshape(-1, 5).T
    table = BarTable(times, opens, highs, lows, closes, np.maximum(volumes, 0.0))
    if len(times) > 1 and not bool((times[1:] > times[:-1]).all()):
        order = np.argsort(times, kind="stable")
        last = np.append(times[order][1:] != times[order][:-1], True)
        return BarTable(*(column[order][last] for column in table.columns))
    return table


def joined(tables: Sequence[BarTable]) -> BarTable:
    """Return tables one behind the other."""
    if not tables:
        return EMPTY
    pieces = zip(*(table.columns for table in tables), strict=True)
    return BarTable(*(np.concatenate(piece) for piece in pieces))


_NONE: Floats = np.zeros(0)
EMPTY = BarTable(np.zeros(0, np.int64), _NONE, _NONE, _NONE, _NONE, _NONE)


def seconds_of(moment: datetime) -> int:
    """Return a time as whole seconds since 1970 UTC."""
    return int(moment.timestamp())


def moment_of(seconds: int) -> datetime:
    """Return the time of whole seconds since 1970 UTC."""
    return datetime.fromtimestamp(seconds, UTC)
