"""A number kept for every bar, worked out once from the bar's time."""

from collections.abc import Callable
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from workstation.ui.chart.bar_table import Ints
from workstation.ui.chart.bars import BarArrays

Scalar = TypeVar("Scalar", bound=np.generic)


class PerBar(Generic[Scalar]):
    """Follows bars that grow at both ends; only new ones are worked out."""

    def __init__(self, work: Callable[[Ints], npt.NDArray[Scalar]]) -> None:
        self._work = work
        self.clear()

    def clear(self) -> None:
        """Forget everything: the work gives other numbers from now on."""
        self.values = self._work(np.zeros(0, np.int64))
        self.first = 0
        self._epoch = -1

    def follow(self, bars: BarArrays) -> None:
        """Work out the bars that came since the last time."""
        end = self.first + len(self.values)
        if self._epoch != bars.epoch or bars.first > self.first or bars.end < end:
            self.clear()
            self.first = end = bars.first
            self._epoch = bars.epoch
        newer, older = bars.end - end, self.first - bars.first
        if newer or older:
            times = bars.times
            pieces = (self._work(times[:older]), self.values, self._work(times[end - bars.first :]))
            self.values = np.concatenate(pieces)
            self.first = bars.first
