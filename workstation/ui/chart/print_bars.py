"""Bars that end by trades instead of by the clock: of so many prints, shares, steps, or bricks."""

from dataclasses import dataclass

import numpy as np

from workstation.ui.chart.bar_table import BarTable
from workstation.ui.chart.timeframe import Timeframe, Unit


@dataclass(slots=True)
class _Bar:
    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    count: int = 1

    @property
    def row(self) -> tuple[float, ...]:
        return (self.time, self.open, self.high, self.low, self.close, self.volume)

    def take(self, price: float, size: float) -> None:
        self.high, self.low = max(self.high, price), min(self.low, price)
        self.close = price
        self.volume += size
        self.count += 1


class PrintBars:
    """Builds bars from prints in the order of their arrival.

    Bars of trades and of volume end with the print that reaches the number; no print is divided.
    Range bars never span more than so many steps: the print that would begins the next one. A Renko
    brick is drawn once the price has gone through the whole of it, against the last brick through
    two of them; its volume is what traded until then.
    """

    def __init__(self, timeframe: Timeframe, increment: float) -> None:
        self._unit, self._count = timeframe.unit, timeframe.count
        self._step = timeframe.count * increment
        self._slack = increment / 2
        self._rows: list[tuple[float, ...]] = []
        self._forming: _Bar | None = None
        self._level: float | None = None
        self._pending = 0.0

    @property
    def ended(self) -> int:
        """How many bars will not change any more; a forming one stands behind them."""
        return len(self._rows)

    def add(self, time: int, price: float, size: float) -> None:
        """Take one print; the time in seconds since 1970."""
        if self._unit is Unit.RENKO:
            self._add_brick(time, price, size)
            return
        bar = self._forming
        if bar is None or self._is_too_wide(bar, price):
            self._end()
            bar = self._forming = _Bar(time, price, price, price, price, size)
        else:
            bar.take(price, size)
        reached = bar.count if self._unit is Unit.TICK else bar.volume
        if self._unit is not Unit.RANGE and reached >= self._count:
            self._end()

    def table(self, first: int = 0) -> BarTable:
        """Return the bars from a place on."""
        rows = self._rows[first:]
        if self._forming is not None:
            rows = [*rows, self._forming.row]
        columns = np.array(rows, np.float64).reshape(-1, 6).T
        times, opens, highs, lows, closes, volumes = columns
        return BarTable(times.astype(np.int64), opens, highs, lows, closes, volumes)

    def _is_too_wide(self, bar: _Bar, price: float) -> bool:
        if self._unit is not Unit.RANGE:
            return False
        return max(bar.high, price) - min(bar.low, price) > self._step + self._slack

    def _end(self) -> None:
        if self._forming is not None:
            self._rows.append(self._forming.row)
            self._forming = None

    def _add_brick(self, time: int, price: float, size: float) -> None:
        self._pending += size
        step = self._step
        if self._level is None:
            self._level = round(price / step) * step
        while True:
            last = self._rows[-1] if self._rows else None
            was_up = last is None or last[4] > last[1]
            was_down = last is None or last[4] < last[1]
            up = self._level if was_up else self._level + step
            down = self._level if was_down else self._level - step
            if price >= up + step - self._slack:
                self._brick(time, up, up + step)
            elif price <= down - step + self._slack:
                self._brick(time, down, down - step)
            else:
                return

    def _brick(self, time: int, opened: float, closed: float) -> None:
        high, low = max(opened, closed), min(opened, closed)
        self._rows.append((time, opened, high, low, closed, self._pending))
        self._pending, self._level = 0.0, closed
