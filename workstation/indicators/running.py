"""An indicator over growing bars: after a tick only what the tick can change is worked out."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from workstation.indicators.definition import BarSeries, Floats, Indicator, Memory, Values

CHECKED = 24
"""Values before the changed ones that a shorter computation must give again."""

TOLERANCE = 1e-11
"""Relative difference that counts as the same value."""

LEAST_TAIL = 96
_GROWTH = 4


class Source(Protocol):
    """Bars under stable indices, `first` to before `end`; `epoch` grows when they change meaning."""

    @property
    def first(self) -> int:
        """Index of the oldest bar."""
        ...

    @property
    def end(self) -> int:
        """Index behind the newest bar."""
        ...

    @property
    def epoch(self) -> int:
        """Grows when an index may mean another bar."""
        ...

    def series(self, first: int, end: int) -> BarSeries:
        """Return these bars."""
        ...

    def day_start(self, index: int, days: int) -> int:
        """Return the first bar of the trading day so many days before that of a bar."""
        ...


class Running:
    """Outputs of one indicator for all bars. Any one thread.

    Most indicators forget: a computation that begins some bars earlier gives the same values.
    How many bars is found by comparing with what is already known, and remembered; where even
    that fails, as with sums from the first bar, the difference tells how to go on.
    """

    def __init__(self, indicator: Indicator, values: Values) -> None:
        self.indicator = indicator
        self.values = values
        self.fault = ""
        """Why there are no values."""

        self._epoch = -1
        self._first = self._end = 0
        self._table: Floats = np.zeros((len(indicator.outputs), 0))
        self._tail = 0

    @property
    def first(self) -> int:
        """Index of the first bar that has been worked out."""
        return self._first

    @property
    def end(self) -> int:
        """Index behind the last."""
        return self._end

    def table(self, first: int, end: int) -> Floats:
        """Return the outputs, a row each, for these indices, which must have been worked out."""
        return self._table[:, first - self._first : end - self._first]

    def known(self, first: int, end: int) -> Floats:
        """Return the outputs of any indices, not a number where nothing has been worked out."""
        found = np.full((len(self._table), end - first), np.nan)
        begin, stop = max(first, self._first), min(end, self._end)
        if begin < stop:
            found[:, begin - first : stop - first] = self.table(begin, stop)
        return found

    def at(self, index: int) -> list[float]:
        """Return the outputs of one bar; not a number where there is none."""
        if not self._first <= index < self._end:
            return [np.nan] * len(self._table)
        values: list[float] = self._table[:, index - self._first].tolist()
        return values

    def refresh(self, source: Source, since: int) -> None:
        """Bring the outputs up to date; bars before index `since` are as they were."""
        is_known = self._epoch == source.epoch and self._first == source.first
        since = min(since, self._end)
        if not is_known or since <= self._first or self.fault:
            self._compute_all(source)
            return
        try:
            self._extend(source, since)
        except ValueError as error:
            self._fail(str(error))

    def drop(self, reason: str) -> None:
        """Give no values any more, for this reason."""

        def refuse(series: BarSeries, values: Values) -> Sequence[Floats]:
            del series, values
            raise ValueError(reason)

        self.indicator = replace(self.indicator, compute=refuse)
        self._fail(reason)

    def _compute_all(self, source: Source) -> None:
        self.fault = ""
        self._epoch, self._first, self._end = source.epoch, source.first, source.end
        self._tail = self._first_tail()
        count = self._end - self._first
        self._table = np.full((len(self.indicator.outputs), count + max(256, count // 8)), np.nan)
        if not count:
            return
        try:
            self._store(self._first, self._computed(source, self._first))
        except ValueError as error:
            self._fail(str(error))

    def _first_tail(self) -> int:
        return max(LEAST_TAIL, 4 * self.indicator.warm_up(self.values))

    def _extend(self, source: Source, since: int) -> None:
        begin, added = self._beginning(source, since)
        self._reach(source.end)
        self._store(since, added[:, since - begin :])

    def _beginning(self, source: Source, since: int) -> tuple[int, Floats]:
        """Return where a short computation may begin, and what it gives."""
        match self.indicator.memory:
            case Memory.WHOLE:
                return self._first, self._computed(source, self._first)
            case Memory.SESSIONS:
                begin = max(self._first, source.day_start(since, 2))
                return begin, self._computed(source, begin)
        while True:
            begin = max(self._first, since - self._tail - CHECKED)
            found = self._computed(source, begin)
            if self._goes_on(begin, since, found):
                return begin, found

    def _goes_on(self, begin: int, since: int, found: Floats) -> bool:
        """Tell whether what was computed from `begin` on is right from `since` on; mend it if need be.

        If it is not, the next computation begins earlier.
        """
        known = self._table[:, since - CHECKED - self._first : since - self._first]
        again = found[:, since - CHECKED - begin : since - begin]
        if begin == self._first or self._agree(known, again, found):
            return True
        self._tail *= _GROWTH
        return False

    def _agree(self, known: Floats, again: Floats, found: Floats) -> bool:
        """Tell whether what was computed again goes on from what is known; mend it if need be."""
        for row, (old, new) in enumerate(zip(known, again, strict=True)):
            if old.shape != new.shape or not np.array_equal(np.isnan(old), np.isnan(new)):
                return False
            if np.isnan(old).all() or _same(old, new):
                continue
            if np.isnan(old).any() or len(np.unique(old)) < CHECKED // 3:
                return False
            apart = old - new
            if not _same(apart, np.full_like(apart, apart[-1]), float(np.abs(old).max())):
                return False
            found[row] += apart[-1]  # a sum that began elsewhere
        return True

    def _computed(self, source: Source, begin: int) -> Floats:
        series = source.series(begin, source.end)
        return computed(self.indicator, series, self.values)

    def _reach(self, end: int) -> None:
        """Have room for values up to this index."""
        if end - self._first > self._table.shape[1]:
            room = np.full((len(self._table), (end - self._first) // 8 + 256), np.nan)
            self._table = np.concatenate((self._table, room), axis=1)
        self._end = end

    def _store(self, since: int, values: Floats) -> None:
        begin = since - self._first
        self._table[:, begin : begin + values.shape[1]] = values

    def _fail(self, reason: str) -> None:
        self.fault = reason or "it could not be worked out"
        self._table[:] = np.nan


def computed(indicator: Indicator, series: BarSeries, values: Values) -> Floats:
    """Return the outputs for some bars, a row each. Raises ValueError where they do not fit."""
    outputs: Sequence[Floats] = indicator.compute(series, values)
    table = np.array(outputs, np.float64)
    if table.shape != (len(indicator.outputs), len(series)):
        raise ValueError(f"{indicator.key} gave values of another number than bars")
    table[~np.isfinite(table)] = np.nan
    return table


def _same(old: Floats, new: Floats, size: float | None = None) -> bool:
    scale = float(np.nanmax(np.abs(old))) if size is None else size
    limit = TOLERANCE * max(scale, 1e-6)
    return bool(np.nanmax(np.abs(old - new)) <= limit)
