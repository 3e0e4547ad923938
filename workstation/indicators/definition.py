"""What an indicator is: its inputs, parameters and outputs, apart from how it is drawn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Values = Mapping[str, float]
"""Parameters by name; a choice is the number of its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BarSeries:
    """Neighbouring bars as arrays of one length, oldest first.

    `times` are opening times in seconds since 1970 UTC, `days` number the trading day of each
    bar.
    """

    times: Ints
    days: Ints
    opens: Floats
    highs: Floats
    lows: Floats
    closes: Floats
    volumes: Floats

    def __len__(self) -> int:
        return len(self.times)


class Kind(Enum):
    """How an output wants to be drawn."""

    LINE = auto()
    DASHED = auto()
    HISTOGRAM = auto()
    DOTS = auto()
    LEVEL = auto()
    """Horizontal pieces that are not joined."""

    MARK = auto()
    """A sign above a bar where negative, below it where positive, nothing at zero."""


@dataclass(frozen=True, slots=True)
class Output:
    """One series that an indicator gives."""

    name: str
    kind: Kind = Kind.LINE


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One number the user may set; with `choices` it is the place of one of them."""

    name: str
    title: str
    default: float
    least: float = -1e9
    most: float = 1e9
    is_whole: bool = False
    is_time: bool = False
    """Whether it is a time, in seconds since 1970 UTC."""

    choices: tuple[str, ...] = ()
    tip: str = ""

    def clean(self, value: object) -> float:
        """Return a value of the right kind within the limits, the default for anything else."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
            return self.default
        number = float(min(max(value, self.least), self.most))
        return float(round(number)) if self.is_whole or self.choices else number


class Memory(Enum):
    """How far back the value of a bar depends on other bars."""

    FADING = auto()
    """On a span, or on all with a weight that fades; found out by comparing."""

    SESSIONS = auto()
    """On this trading day and the two before it."""

    WHOLE = auto()
    """On every bar."""


class Worker(Protocol):
    """A thread that works out what may take long, one job after the other."""

    def run(self, job: Callable[[], None]) -> None:
        """Do a job later; one that is given after the end of the thread is not done."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One indicator. `compute` takes bars and clean values and gives an array for each output.

    Values that do not exist yet are not a number. `compute` raises ValueError where the
    parameters contradict each other.
    """

    key: str
    title: str
    group: str
    compute: Callable[[BarSeries, Values], Sequence[Floats]]
    parameters: tuple[Parameter, ...] = ()
    outputs: tuple[Output, ...] = (Output("value"),)
    is_overlay: bool = True
    """Whether it shares the scale of prices."""

    memory: Memory = Memory.FADING
    guides: tuple[float, ...] = ()
    """Levels worth a line."""

    warm_up: Callable[[Values], int] = field(default=lambda _: 0)
    """Bars before the first value."""

    worker: Worker | None = None
    """Where `compute` must run; None where it is quick enough for whoever wants its values."""

    def clean(self, values: Mapping[str, object]) -> dict[str, float]:
        """Return a value for every parameter; what is missing or odd has its default."""
        return {each.name: each.clean(values.get(each.name)) for each in self.parameters}

    def label(self, values: Values) -> str:
        """Write name and numbers: MACD 12 26 9."""
        shown = [
            each.choices[int(values[each.name])] if each.choices else f"{values[each.name]:g}"
            for each in self.parameters
            if not each.is_time and not (each.choices and values[each.name] == each.default)
        ]
        return " ".join([self.key, *shown])
