"""Whether sixteen live charts leave the window its beat.

python -m tests.benchmarks.live_charts [SECONDS]

Four by four charts with three indicators each in a window of 1900 x 1000. A second thread makes
20,000 ticks a second of sixteen contracts and posts, as the core does, every 16 ms the quote and
the forming bar of each that changed. The window takes them with its beat, as in the program.

`beat_late_p99_ms` is how much later than 16 ms after the last a beat came, `gui_core_percent` the
processor time of the window's thread, `process_core_percent` that of everything here, the
ticking thread included. Needs a display, or QT_QPA_PLATFORM=offscreen.
"""

import random
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from tests.benchmarks.report import percentile, print_report
from tests.qt.fakes import FakeCommands, a_contract, a_link, a_quote
from workstation.app.memory import look_seldom, set_aside
from workstation.bridge.inbox import FRAME_MS, Inbox
from workstation.domain.bar import Bar, BarSize, BarUpdate
from workstation.domain.commands import BarsAnswer, FollowBars
from workstation.domain.ids import ConId
from workstation.domain.quote import Quote
from workstation.domain.turns import TURNS
from workstation.indicators.library import load_library
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.live_paint import live_painter
from workstation.ui.screen_state import ScreenState
from workstation.ui.theme import apply_theme

CHARTS = [ConId(1000 + number) for number in range(16)]
SIZE = (1900, 1000)
STUDIES = ("SMA", "BBANDS", "RSI")
TICKS_PER_SECOND = 20_000
HISTORY = 2000
WARM_UP_SECONDS = 2.0
START = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)


class Charts(QWidget):
    """The charts, and the part of the window that feeds them."""

    def __init__(self) -> None:
        super().__init__()
        self.state = ScreenState(read_only=False)
        self.state.link = a_link()
        self.panels: list[ChartPanel] = []
        grid = QGridLayout(self)
        for number, con_id in enumerate(CHARTS):
            self.state.details[con_id] = a_contract(con_id=con_id)
            commands = FakeCommands()
            panel = ChartPanel(self.state, commands)
            panel.use_indicators(load_library)
            panel.restore_chart({"studies": [{"key": key} for key in STUDIES]})
            grid.addWidget(panel, number // 4, number % 4)
            self.panels.append(panel)
        self.resize(*SIZE)
        self.show()
        QApplication.processEvents()
        for con_id, panel in zip(CHARTS, self.panels, strict=True):
            self._fill(con_id, panel)

    def _fill(self, con_id: ConId, panel: ChartPanel) -> None:
        panel.show_contract(con_id, f"S{con_id}")
        commands = _commands_of(panel)
        give_time(lambda: any(isinstance(each, FollowBars) for each in commands.sent))
        asked = next(each for each in commands.sent if isinstance(each, FollowBars))
        bars = tuple(made_bar(number, asked.size) for number in range(HISTORY))
        commands.answer(FollowBars, BarsAnswer(con_id, asked.size, bars, complete=True))
        for key in STUDIES:
            if not any(study.indicator.key == key for study in panel.canvas.view.studies.all):
                panel.canvas.view.studies.add(key, {})
        panel.canvas.view.arrange_panes()
        panel.canvas.show_anew()

    @Slot(object)
    def take(self, messages: tuple[object, ...]) -> None:
        """Apply what came, as the window does."""
        bars = [each for each in messages if isinstance(each, BarUpdate)]
        quotes = [each for each in messages if isinstance(each, Quote)]
        for quote in quotes:
            self.state.quotes[quote.con_id] = quote
        changed = frozenset(quote.con_id for quote in quotes)
        for panel in self.panels:
            panel.take_updates(bars)
            panel.quotes.on_changed(changed)


def _commands_of(panel: ChartPanel) -> FakeCommands:
    commands = panel.orders._commands
    assert isinstance(commands, FakeCommands)
    return commands


def made_bar(number: int, size: BarSize) -> Bar:
    close = 100 + (number * 37 % 101) / 50
    return Bar(START + number * size.span, close - 0.1, close + 0.3, close - 0.4, close, 1000.0)


class Ticking(threading.Thread):
    """Stands in for the core thread: ticks in, the newest of each contract out every frame."""

    def __init__(self, inbox: Inbox, size: BarSize) -> None:
        super().__init__(daemon=True)
        self._inbox = inbox
        self.stopped = threading.Event()
        newest = made_bar(HISTORY, size)
        self._size = size
        self._bars = {con_id: [newest.open, newest.high, newest.low] for con_id in CHARTS}
        self._time = newest.time
        self._quote = a_quote()

    def run(self) -> None:
        chance = random.Random(1)
        begun = time.monotonic()
        told, posted_at, count = 0, begun, 0
        changed: dict[ConId, float] = {}
        while not self.stopped.wait(0.001):
            now = time.monotonic()
            due = int((now - begun) * TICKS_PER_SECOND)
            for number in range(told, due):
                con_id = CHARTS[number % len(CHARTS)]
                price = 101 + chance.randrange(-40, 40) / 100
                bar = self._bars[con_id]
                bar[1], bar[2] = max(bar[1], price), min(bar[2], price)
                changed[con_id] = price
            count += due - told
            told = due
            if now - posted_at >= FRAME_MS / 1000:
                posted_at = now
                self._post(changed)
                changed.clear()
                if count > TICKS_PER_SECOND * 5:  # a bar ends now and then
                    count = 0
                    self._next_bars()

    def _post(self, changed: dict[ConId, float]) -> None:
        for con_id, price in changed.items():
            opened, high, low = self._bars[con_id]
            bar = Bar(self._time, opened, high, low, price, 5000.0)
            self._inbox.post_latest(BarUpdate(con_id, self._size, bar))
            self._inbox.post_latest(
                replace(self._quote, con_id=con_id, bid=price - 0.01, ask=price + 0.01, last=price)
            )

    def _next_bars(self) -> None:
        self._time += timedelta(seconds=self._size.seconds)
        for bar in self._bars.values():
            bar[1], bar[2] = bar[0], bar[0]


class Beats:
    """Notes when the window's beat comes."""

    def __init__(self, inbox: Inbox) -> None:
        self.late_ms: list[float] = []
        self._last = time.perf_counter()
        inbox.inbox_drained.connect(self._on_beat)

    def _on_beat(self) -> None:
        now = time.perf_counter()
        self.late_ms.append(max(0.0, (now - self._last) * 1000 - FRAME_MS))
        self._last = now


def give_time(done: object) -> None:
    limit = time.monotonic() + 20
    while not done():  # type: ignore[operator]
        if time.monotonic() > limit:
            raise TimeoutError("the charts did not ask for bars")
        QApplication.processEvents()


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    TURNS.begin()
    look_seldom()
    app = QApplication([])
    apply_theme(app, "dark")
    charts = Charts()
    size = charts.panels[0].data.timeframe.base
    inbox = Inbox()
    beats = Beats(inbox)
    inbox.latest_arrived.connect(charts.take)
    live_painter().follow(inbox)
    ticking = Ticking(inbox, size)
    inbox.start()
    ticking.start()
    begun: list[float] = []

    def begin() -> None:
        set_aside()
        beats.late_ms.clear()
        begun[:] = [time.monotonic(), time.thread_time(), time.process_time()]

    QTimer.singleShot(int(WARM_UP_SECONDS * 1000), begin)
    QTimer.singleShot(int((WARM_UP_SECONDS + seconds) * 1000), app.quit)
    app.exec()
    took = time.monotonic() - begun[0]
    gui, process = time.thread_time() - begun[1], time.process_time() - begun[2]
    ticking.stopped.set()
    ticking.join()
    inbox.stop()
    print_report(
        {
            "beat_late_p50_ms": percentile(beats.late_ms, 50),
            "beat_late_p99_ms": percentile(beats.late_ms, 99),
            "beats_per_s": len(beats.late_ms) / took,
            "gui_core_percent": 100 * gui / took,
            "process_core_percent": 100 * process / took,
            "charts": len(CHARTS),
        }
    )


if __name__ == "__main__":
    main()
