"""How long one frame of the chart takes, whatever the number of bars.

python -m tests.benchmarks.chart [FRAMES]

A canvas of 1280 x 600 shows 200 to 100,000 bars while it is panned and zoomed; a frame is the move
and the painting of everything. A live update changes the last of 100,000 bars. The first line tells
what importing the chart costs in a new process that has loaded QtWidgets, and what one panel costs.
Needs a display, or QT_QPA_PLATFORM=offscreen.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
from PySide6.QtWidgets import QApplication

from tests.benchmarks.report import median, percentile, print_report
from workstation.domain.bar import Bar
from workstation.ui.chart.bars import BarArrays
from workstation.ui.chart.canvas import ChartCanvas
from workstation.ui.chart.view import ChartView
from workstation.ui.theme import apply_theme

START = datetime(2015, 1, 2, 14, 30, tzinfo=UTC)

COST = """
import time
import PySide6.QtWidgets
from workstation.bridge.commands import CommandPort, CommandQueue
from workstation.ui.screen_state import ScreenState
from workstation.ui.theme import apply_theme
app = PySide6.QtWidgets.QApplication([])
apply_theme(app, "dark")
times = [time.perf_counter()]
import numpy
times.append(time.perf_counter())
from workstation.ui.chart.chart_panel import ChartPanel
times.append(time.perf_counter())
panel = ChartPanel(ScreenState(read_only=False), CommandPort(CommandQueue()))
times.append(time.perf_counter())
print(*[(late - early) * 1000 for early, late in zip(times, times[1:])])
"""


def made_bars(count: int) -> list[Bar]:
    random = np.random.default_rng(7)
    close = 200 + np.cumsum(random.normal(0, 0.05, count))
    opened = close + random.normal(0, 0.04, count)
    high = np.maximum(opened, close) + np.abs(random.normal(0, 0.03, count))
    low = np.minimum(opened, close) - np.abs(random.normal(0, 0.03, count))
    volume = random.gamma(2, 5000, count)
    columns = (each.tolist() for each in (opened, high, low, close, volume))
    minutes = (START + timedelta(minutes=number) for number in range(count))
    return [Bar(*row) for row in zip(minutes, *columns, strict=True)]


def new_canvas(count: int) -> ChartCanvas:
    bars = BarArrays()
    bars.append(made_bars(count))
    canvas = ChartCanvas(ChartView(bars))
    canvas.resize(1280, 600)
    canvas.show()
    canvas.view.start_anew(is_intraday=True)
    canvas.show_anew()
    QApplication.processEvents()
    return canvas


def timed(canvas: ChartCanvas, move: Callable[[], None]) -> float:
    started = time.perf_counter()
    move()
    canvas.repaint()
    return (time.perf_counter() - started) * 1000


TO_EVERYTHING = 30
TO_TEN_THOUSAND = 12
"""Steps of the zoom, from the one a chart begins with, to where so many bars are in sight."""


def frames(canvas: ChartCanvas, count: int, steps: int = TO_EVERYTHING) -> list[float]:
    """Sweep from a close look to so many bars and back, moving along at every zoom."""
    times = []
    zooms = [*[-1] * steps, *[1] * steps]
    while len(times) < count:
        for zoom in zooms:
            canvas.view.zoom(zoom, 700)
            for columns in (-37, 19, -5, 11):
                canvas.view.pan(columns)
                times.append(timed(canvas, canvas.refresh))
    return times[:count]


def live_updates(canvas: ChartCanvas, count: int) -> list[float]:
    """Let the last bar breathe inside its range, as it does between new highs and lows."""
    canvas.show_newest()
    canvas.repaint()
    bars = canvas.view.bars
    last = bars.end - 1
    opened, high, low, _, volume = bars.bar(last)
    moment = datetime.fromtimestamp(bars.time(last), UTC)
    times = []
    for number in range(count):
        close = low + (high - low) * (number % 7) / 7
        bar = Bar(moment, opened, high, low, close, volume)
        started = time.perf_counter()
        bars.update(bar)
        canvas.refresh_newest(last)
        QApplication.processEvents()
        times.append((time.perf_counter() - started) * 1000)
    return times


def costs() -> list[float]:
    """Return what numpy, the chart's modules and one panel cost a start, best of five, in ms."""
    runs = []
    for _ in range(5):
        command = [sys.executable, "-c", COST]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        runs.append([float(word) for word in output.split()])
    return [min(column) for column in zip(*runs, strict=True)]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 960
    numpy_ms, modules_ms, panel_ms = costs()
    app = QApplication([])
    apply_theme(app, "dark")
    small, large = new_canvas(10_000), new_canvas(100_000)
    frames(large, 50)  # warm up
    small_times = frames(small, count, TO_TEN_THOUSAND)
    alike_times = frames(large, count, TO_TEN_THOUSAND)
    large.view.start_anew(is_intraday=True)
    large_times = frames(large, count)
    live = live_updates(large, count)
    print_report(
        {
            "frame_p50_ms": median(large_times),
            "frame_p99_ms": percentile(large_times, 99),
            "ratio_100k_to_10k": median(alike_times) / median(small_times),
            "live_update_p50_ms": median(live),
            "live_update_p99_ms": percentile(live, 99),
            "import_numpy_ms": numpy_ms,
            "import_chart_ms": modules_ms,
            "build_panel_ms": panel_ms,
            "frames": count,
        }
    )


if __name__ == "__main__":
    main()
