"""Volume profiles of any number of bars, added up from blocks that are worked out once."""

import math
import time
from dataclasses import dataclass

import numpy as np

from workstation.indicators.definition import Floats
from workstation.indicators.profile import Profile, profile_of_rows, rows_of, step_for
from workstation.ui.chart.bars import BarArrays

BLOCK = 4096
"""Bars of a block; a block that is full and whose last bar is no longer the newest is kept."""

MOST_UNITS = 4
"""Heights of rows whose blocks are kept: of what is in sight, of a chosen span, and before that."""

BUDGET = 0.004
"""Seconds of a frame that new blocks may take."""

FINENESS = 5
"""A row of a profile is at least 2 ** FINENESS rows of a block, where the increment allows."""


@dataclass(frozen=True, slots=True)
class _Block:
    first_row: int
    volumes: Floats


class ProfileBlocks:
    """Keeps the blocks of one chart's bars. A row of a block is a whole part of a row of a profile.

    Rows lie at whole multiples of their height, so blocks add up exactly to what a profile of
    their bars would be.
    """

    def __init__(self, bars: BarArrays) -> None:
        self._bars = bars
        self._epoch = -1
        self._by_unit: dict[float, dict[int, _Block | None]] = {}
        """Blocks by their number, for each height of their rows, the last used one at the end."""

        self._ranges: dict[int, tuple[float, float]] = {}

    def profile(
        self, span: tuple[int, int], rows: int, share: float, increment: float, epoch: int
    ) -> tuple[Profile | None, float]:
        """Return the profile of the bars of a span, and which part of them is in it.

        Less than all of it is when the frame has no time for more; the next call goes on.
        """
        first, end = span
        if self._epoch != epoch:
            self._epoch = epoch
            self._by_unit.clear()
            self._ranges.clear()
        low, high = self._range(first, end)
        unit, step = heights(step_for(low, high, rows, increment), increment)
        begin, stop = self._whole(first, end)
        blocks = self._of_unit(unit) if stop > begin else {}
        parts = [self._worked_out(*edge, unit) for edge in self._edges(first, end)]
        until = time.perf_counter() + BUDGET
        done = added = 0
        for number in range(begin, stop):
            if number not in blocks and (added == 0 or time.perf_counter() < until):
                added += 1
                reach = number * BLOCK, (number + 1) * BLOCK
                blocks[number] = self._worked_out(*reach, unit)
            if number in blocks:
                done += 1
                parts.append(blocks[number])
        there = [part for part in parts if part is not None]
        missing = (stop - begin - done) * BLOCK
        return _added_up(there, unit, step, share), 1 - missing / max(1, end - first)

    def _whole(self, first: int, end: int) -> tuple[int, int]:
        """Return the numbers of the blocks that lie in a span and change no more."""
        begin = -(-first // BLOCK)
        stop = min(end, self._bars.end - 1) // BLOCK
        return (begin, stop) if stop > begin else (0, 0)

    def _edges(self, first: int, end: int) -> list[tuple[int, int]]:
        begin, stop = self._whole(first, end)
        if stop == begin:
            return [(first, end)]
        edges = (first, begin * BLOCK), (stop * BLOCK, end)
        return [(early, late) for early, late in edges if late > early]

    def _of_unit(self, unit: float) -> dict[int, _Block | None]:
        found = self._by_unit.pop(unit, {})
        self._by_unit[unit] = found
        if len(self._by_unit) > MOST_UNITS:
            del self._by_unit[next(iter(self._by_unit))]
        return found

    def _range(self, first: int, end: int) -> tuple[float, float]:
        begin, stop = self._whole(first, end)
        for number in range(begin, stop):
            if number not in self._ranges:
                self._ranges[number] = self._of_bars(number * BLOCK, (number + 1) * BLOCK)
        found = [self._ranges[number] for number in range(begin, stop)]
        found += [self._of_bars(*edge) for edge in self._edges(first, end)]
        return min(low for low, _ in found), max(high for _, high in found)

    def _of_bars(self, first: int, end: int) -> tuple[float, float]:
        return float(self._bars.lows(first, end).min()), float(self._bars.highs(first, end).max())

    def _worked_out(self, first: int, end: int, unit: float) -> _Block | None:
        bars = self._bars
        found = rows_of(
            bars.highs(first, end), bars.lows(first, end), bars.volumes(first, end), unit
        )
        return None if found is None else _Block(*found)


def heights(step: float, increment: float) -> tuple[float, float]:
    """Return the height of a block's row, and that of a profile's: a whole number of the first."""
    increments = max(1, round(step / increment))
    per_unit = 1 << max(0, increments.bit_length() - 1 - FINENESS)
    unit = increment * per_unit
    return unit, math.ceil(increments / per_unit) * unit


def _added_up(parts: list[_Block], unit: float, step: float, share: float) -> Profile | None:
    if not parts:
        return None
    per_row = round(step / unit)
    lowest = min(part.first_row for part in parts) // per_row * per_row
    count = max(part.first_row + len(part.volumes) for part in parts) - lowest
    total = np.zeros(-(-count // per_row) * per_row)
    for part in parts:
        place = part.first_row - lowest
        total[place : place + len(part.volumes)] += part.volumes
    volumes = total.reshape(-1, per_row).sum(axis=1)
    return profile_of_rows(lowest // per_row * step, step, volumes, share)
