"""How long one frame of the chart takes, whatever the number of bars.

python -m tests.benchmarks.chart [FRAMES]

A canvas of 1900 x 1000 with candles, volume, five overlays and two panes shows 200 to 1,000,000
bars while it is panned and zoomed; a frame is the move and the painting of everything. A live update
changes the last of 1,000,000 bars, with all its indicators. Beside it stands the usual candle item of
pyqtgraph, all of 100,000 bars recorded in one QPicture, in a window of the same size, and a
chart by finplot with 100,000 bars and as much around them (`finplot_peer`). `import` tells what
importing the chart costs in a new process that has loaded QtWidgets, and what one panel costs.
`profile_...` are frames with
all three volume profiles over 1,000,000 bars: the slowest of the first ones, and a live update.
`bytes_a_bar` is what the arrays of 1,000,000 bars take. `store_load_1m_ms` is reading 1,000,000 bars from
the disk into the arrays of a chart; `first_screen_stored_ms` is from the choice of a symbol whose 100,000
bars are on the disk to its painted bars, in a window that is open already; `first_screen_asked_ms` from the arrival of
the 2,000 bars that the broker was asked for to the same. Needs a display, or QT_QPA_PLATFORM=offscreen.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF
from PySide6.QtGui import QPainter, QPicture
from PySide6.QtWidgets import QApplication

from tests.benchmarks.report import median, percentile, print_report
from workstation.app.bar_files import BarFiles
from workstation.bridge.commands import CommandPort, CommandQueue
from workstation.domain.bar import Bar, BarSize, SeriesKey
from workstation.domain.commands import BarsAnswer, FollowBars
from workstation.domain.ids import ConId
from workstation.domain.messages import CommandAnswered
from workstation.indicators.library import load_library
from workstation.storage.bar_store import BarStore, Stretch
from workstation.ui.chart.bar_table import BarTable
from workstation.ui.chart.bars import BarArrays
from workstation.ui.chart.canvas import ChartCanvas
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.profile_tool import ProfileKind, ProfileTool
from workstation.ui.chart.scale import ZOOMS
from workstation.ui.chart.view import ChartView
from workstation.ui.screen_state import ScreenState
from workstation.ui.theme import apply_theme

SIZE = (1900, 1000)
PICTURE_BARS = 100_000
ASKED_BARS = 2_000
ROOT = Path(__file__).resolve().parents[2]
FINPLOT_LOCK = ROOT / "tests" / "data" / "finplot.lock"
FINPLOT = (ROOT / ".venv").resolve().parent / ".boot" / "finplot"
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


STUDIES = ("SMA", "EMA", "BBANDS", "SAR", "VWAP bands", "RSI", "MACD")
"""Five over the prices and two in panes."""


def new_canvas(count: int) -> ChartCanvas:
    bars = BarArrays()
    bars.append(made_bars(count))
    view = ChartView(bars)
    canvas = ChartCanvas(view)
    canvas.resize(*SIZE)
    view.studies.use_library(load_library)
    for key in STUDIES:
        view.studies.add(key, {})
    view.arrange_panes()
    canvas.show()
    view.start_anew(is_intraday=True)
    canvas.show_anew()
    QApplication.processEvents()
    return canvas


def timed(canvas: ChartCanvas, move: Callable[[], None]) -> float:
    started = time.perf_counter()
    move()
    canvas.repaint()
    return (time.perf_counter() - started) * 1000


TO_EVERYTHING = 37
TO_TEN_THOUSAND = 12
"""Steps of the zoom, from the one a chart begins with, to where so many bars are in sight."""


def frames(canvas: ChartCanvas, count: int, steps: int = TO_EVERYTHING) -> list[float]:
    """Sweep from a close look to so many bars and back, moving along at every zoom."""
    times = []
    zooms = [*[-1] * steps, *[1] * steps]
    while len(times) < count:
        for zoom in zooms:
            canvas.view.zoom(zoom, 1000)
            for columns in (-37, 19, -5, 11):
                canvas.view.pan(columns)
                times.append(timed(canvas, canvas.refresh_moved))
    return times[:count]


def profile_frames(canvas: ChartCanvas) -> dict[str, float]:
    """Return what frames cost with volume profiles over every bar: the first ones, and live."""
    tool = ProfileTool(canvas)
    canvas.tools.append(tool)
    view = canvas.view
    for _ in range(len(ZOOMS)):
        view.zoom(-1, SIZE[0])
    tool.kinds = {ProfileKind.VISIBLE, ProfileKind.SESSION, ProfileKind.FIXED}
    tool.span = (float(view.bars.time(view.bars.first)), float(view.bars.time(view.bars.end - 1)))
    first = [timed(canvas, canvas.refresh) for _ in range(120)]
    live = live_updates(canvas, 60)
    canvas.tools.remove(tool)
    return {
        "profile_first_max_ms": max(first),
        "profile_settled_p50_ms": median(first[60:]),
        "profile_live_p99_ms": percentile(live, 99),
    }


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


class PictureItem(pg.GraphicsObject):
    """Candles recorded once and played at every paint, as they are usually made."""

    def __init__(self, bars: list[Bar]) -> None:
        super().__init__()
        self.picture = QPicture()
        painter = QPainter(self.picture)
        for index, bar in enumerate(bars):
            colour = "g" if bar.close >= bar.open else "r"
            painter.setPen(pg.mkPen(colour))
            painter.setBrush(pg.mkBrush(colour))
            painter.drawLine(QPointF(index, bar.low), QPointF(index, bar.high))
            painter.drawRect(QRectF(index - 0.3, bar.open, 0.6, bar.close - bar.open))
        painter.end()

    def paint(self, painter: QPainter, *_: object) -> None:
        painter.drawPicture(0, 0, self.picture)

    def boundingRect(self) -> QRectF:  # noqa: N802 -- Qt's name
        return QRectF(self.picture.boundingRect())


def picture_frames(count: int) -> list[float]:
    """Pan the usual candle item and paint it."""
    plot = pg.PlotWidget()
    plot.resize(*SIZE)
    plot.addItem(PictureItem(made_bars(PICTURE_BARS)))
    plot.show()
    QApplication.processEvents()
    times = []
    for number in range(count):
        started = time.perf_counter()
        plot.setXRange(number * 40, 20_000 + number * 40, padding=0)
        plot.repaint()
        plot.viewport().repaint()
        times.append((time.perf_counter() - started) * 1000)
    plot.close()
    plot.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return times


def install_finplot() -> None:
    """Install finplot once, beside the program's own environment."""
    if (FINPLOT / "finplot").exists():
        return
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    options = ["--require-hashes", "--no-deps", "--target", str(FINPLOT), "-r", str(FINPLOT_LOCK)]
    subprocess.run([*pip, *options], check=True)


def finplot_p50_ms(frames: int) -> float:
    """Measure in a process of its own, so that its settings of pyqtgraph are not ours."""
    install_finplot()
    paths = os.pathsep.join([str(ROOT), str(FINPLOT)])
    environment = {**os.environ, "PYTHONPATH": paths, "PYQTGRAPH_QT_LIB": "PySide6"}
    command = [sys.executable, "-m", "tests.benchmarks.finplot_peer", str(frames)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return float(done.stdout.split()[-1])


def bytes_a_bar(bars: BarArrays) -> float:
    arrays = [bars._time, bars._open, bars._close, *bars._levels]
    return sum(array.nbytes for array in arrays) / len(bars)


def costs() -> list[float]:
    """Return what numpy, the chart's modules and one panel cost a start, best of five, in ms."""
    runs = []
    for _ in range(5):
        command = [sys.executable, "-c", COST]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        runs.append([float(word) for word in output.split()])
    return [min(column) for column in zip(*runs, strict=True)]


KEY = SeriesKey(ConId(1), BarSize.MINUTE_5)


def stored(folder: Path, bars: BarArrays, count: int) -> None:
    """Put the newest bars on the disk."""
    table = bars.table(bars.end - count, bars.end)
    stretch = Stretch(int(table.times[0]), int(table.times[-1]) + 1, table.columns)
    BarStore(folder).save(KEY, stretch)


def store_load(bars: BarArrays) -> float:
    """Return how long 1,000,000 bars take from the disk into arrays, best of five, in ms."""
    runs = []
    with tempfile.TemporaryDirectory() as name:
        stored(Path(name), bars, 1_000_000)
        for _ in range(5):
            started = time.perf_counter()
            (found,) = BarStore(Path(name)).load(KEY)
            fresh = BarArrays()
            fresh.append(BarTable(*found.columns))
            runs.append((time.perf_counter() - started) * 1000)
            assert len(fresh) == 1_000_000
    return min(runs)


def first_screen(bars: BarArrays) -> float:
    """Return how long a stored symbol takes from its choice to its picture, median, in ms."""
    runs = []
    with tempfile.TemporaryDirectory() as name:
        stored(Path(name), bars, 100_000)
        files = BarFiles(Path(name))
        for _ in range(7):
            panel = new_panel(CommandPort(CommandQueue()))
            panel.use_keeper(files)
            started = time.perf_counter()
            panel.show_contract(KEY.con_id, "AAPL")
            while not len(panel.feed.bars):
                QApplication.processEvents()
            panel.canvas.repaint()
            runs.append((time.perf_counter() - started) * 1000)
            close(panel)
        files.close()
    return median(runs)


def first_screen_asked(bars: BarArrays) -> float:
    """Return how long bars that the broker sends take to their picture, median, in ms."""
    numbers = range(bars.end - ASKED_BARS, bars.end)
    page = tuple(Bar(datetime.fromtimestamp(bars.time(n), UTC), *bars.bar(n)) for n in numbers)
    runs = []
    for _ in range(7):
        queue = CommandQueue()
        port = CommandPort(queue)
        panel = new_panel(port)
        panel.show_contract(KEY.con_id, "AAPL")
        number = None
        while number is None:  # the question leaves when the choice has settled
            QApplication.processEvents()
            taken = queue.take()
            if taken is not None and isinstance(taken[1], FollowBars):
                number = taken[0]
        answer = BarsAnswer(KEY.con_id, KEY.size, page, complete=False)
        started = time.perf_counter()
        port.on_events((CommandAnswered(number, answer),))
        panel.canvas.repaint()
        runs.append((time.perf_counter() - started) * 1000)
        if len(panel.feed.bars) != ASKED_BARS:
            raise RuntimeError("the bars are not those of the answer")
        close(panel)
    return median(runs)


def new_panel(port: CommandPort) -> ChartPanel:
    """Open a chart's panel that shows nothing yet."""
    panel = ChartPanel(ScreenState(read_only=False), port)
    panel.resize(*SIZE)
    panel.show()
    QApplication.processEvents()
    return panel


def close(panel: ChartPanel) -> None:
    panel.hide()
    panel.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 960
    numpy_ms, modules_ms, panel_ms = costs()
    app = QApplication([])
    apply_theme(app, "dark")
    small, large = new_canvas(10_000), new_canvas(1_000_000)
    frames(large, 50)  # warm up
    small_times = frames(small, count, TO_TEN_THOUSAND)
    alike_times = frames(large, count, TO_TEN_THOUSAND)
    large.view.start_anew(is_intraday=True)
    large_times = frames(large, count)
    live = live_updates(large, count)
    pictures = picture_frames(30)
    finplot_ms = finplot_p50_ms(200)
    print_report(
        {
            "frame_p50_ms": median(large_times),
            "frame_p99_ms": percentile(large_times, 99),
            "ratio_1m_to_10k": median(alike_times) / median(small_times),
            "qpicture_p50_ms": median(pictures),
            "finplot_p50_ms": finplot_ms,
            "finplot_to_ours": finplot_ms / median(large_times),
            "live_update_p50_ms": median(live),
            "live_update_p99_ms": percentile(live, 99),
            "import_numpy_ms": numpy_ms,
            "import_chart_ms": modules_ms,
            "build_panel_ms": panel_ms,
            "bytes_a_bar": bytes_a_bar(large.view.bars),
            "store_load_1m_ms": store_load(large.view.bars),
            "first_screen_stored_ms": first_screen(large.view.bars),
            "first_screen_asked_ms": first_screen_asked(large.view.bars),
            **profile_frames(large),
            "frames": count,
        }
    )


if __name__ == "__main__":
    main()
