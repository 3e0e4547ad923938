"""How long one frame of a chart by finplot takes, with what ours shows beside it.

Run by tests.benchmarks.chart, which installs finplot by hash into a folder of its own: the
program does not depend on it. Candles of 100,000 bars, volume, five lines over the prices and two panes, in a window of the same
size as ours, swept from 200 bars in sight to all and back. Prints the median in ms.
"""

import sys
import time
from typing import Any

import finplot
import pandas as pd
from PySide6.QtWidgets import QApplication

from tests.benchmarks.chart import made_bars
from tests.benchmarks.report import median

SIZE = (1900, 1000)
BARS = 100_000
FEWEST = 200


def charted() -> tuple[Any, Any]:
    """Return the window and the view of a chart as full as ours."""
    bars = made_bars(BARS)
    table = pd.DataFrame(
        {
            "time": [each.time.timestamp() for each in bars],
            "open": [each.open for each in bars],
            "close": [each.close for each in bars],
            "high": [each.high for each in bars],
            "low": [each.low for each in bars],
            "volume": [float(each.volume or 0) for each in bars],
        }
    )
    prices, second, third = finplot.create_plot("chart", rows=3, init_zoom_periods=FEWEST)
    finplot.candlestick_ochl(table[["time", "open", "close", "high", "low"]], ax=prices)
    finplot.volume_ocv(table[["time", "open", "close", "volume"]], ax=prices.overlay())
    close = table["close"]
    for length in (10, 20, 50, 100, 200):
        finplot.plot(table["time"], close.rolling(length).mean(), ax=prices)
    finplot.plot(table["time"], close.diff().rolling(14).mean(), ax=second)
    finplot.plot(table["time"], close.ewm(12).mean() - close.ewm(26).mean(), ax=third)
    finplot.show(qt_exec=False)
    window = finplot.windows[0]
    window.resize(*SIZE)
    return window, prices.vb


def sweep() -> list[tuple[int, int]]:
    """Return the stretches of bars in sight, one a frame."""
    found = []
    size = float(FEWEST)
    sizes = []
    while size < BARS:
        sizes.append(int(size))
        size *= 1.25
    for count in [*sizes, *reversed(sizes)]:
        end = BARS - 1
        found += [(end - moved - count, end - moved) for moved in (37, 18, 23, 12)]
    return found


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    window, view = charted()
    for _ in range(5):
        QApplication.processEvents()
    times: list[float] = []
    while len(times) < wanted:
        for first, last in sweep():
            started = time.perf_counter()
            view.update_y_zoom(first, last)
            window.viewport().repaint()
            times.append((time.perf_counter() - started) * 1000)
    print(median(times[:wanted]))


if __name__ == "__main__":
    main()
