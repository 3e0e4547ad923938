"""One frame of the watchlist: 100 symbols, every quote new in every frame.

python -m tests.benchmarks.watchlist [FRAMES]

Counts models and paint of the whole window together, as CPU time of the GUI thread; the
wall-clock median stands beside it. The watchlist is as tall as a screen of 1080 lines, so that
46 of its rows are painted, eight columns of each, three of them flashing; a second figure has
all 100 rows on a screen of 2160 lines, a third five symbols in the layout of the first start.
Needs a display or QT_QPA_PLATFORM=offscreen.
"""

import random
import sys
import time

from PySide6.QtWidgets import QApplication

from tests.benchmarks.report import median, percentile, print_report
from tests.qt.fakes import LADDER, NOW, FakeCommands, a_link, a_quote
from workstation.domain.commands import Watched, WatchSymbol
from workstation.domain.ids import ConId
from workstation.domain.messages import LinkChanged
from workstation.domain.quote import Quote
from workstation.ui.main_window import MainWindow
from workstation.ui.theme import apply_theme

SYMBOLS = 100
FRAMES = 600


def new_window(app: QApplication, symbols: int, height: int = 0) -> MainWindow:
    """Open the window, with the watchlist floating in this height where one is given."""
    commands = FakeCommands()
    names = tuple(f"SYM{number}" for number in range(symbols))
    window = MainWindow(commands, read_only=False, symbols=names, clock=lambda: NOW)
    window.resize(1920, 1080)
    window.docks.place_all()
    window.show()
    window.on_events((LinkChanged(a_link()),))
    for number, name in enumerate(names):
        commands.answer(WatchSymbol, Watched(ConId(number), name))
        window.messages.quotes.set_rules(ConId(number), LADDER, name)
    if height:
        dock = window.docks.by_name["watchlist"]
        dock.setFloating(True)
        dock.resize(900, height)
    app.processEvents()
    return window


def quotes(rng: random.Random, symbols: int) -> tuple[Quote, ...]:
    """Make a new quote of every symbol."""
    made = []
    for number in range(symbols):
        middle = 50 + 3 * number + rng.gauss(0, 0.4)
        made.append(
            a_quote(
                ConId(number),
                bid=round(middle - 0.01, 2),
                ask=round(middle + 0.01, 2),
                bid_size=rng.randrange(1, 90) * 100,
                ask_size=rng.randrange(1, 90) * 100,
                last=round(middle, 2),
                close=50.0 + 3 * number,
                high=60.0 + 3 * number,
                low=40.0 + 3 * number,
                volume=rng.randrange(10**6, 10**8),
            )
        )
    return tuple(made)


def measure(
    app: QApplication, symbols: int, frames: int, height: int = 0
) -> tuple[list[float], list[float]]:
    """Return CPU and wall-clock milliseconds of each frame."""
    window, rng = new_window(app, symbols, height), random.Random(1)
    cpu, wall = [], []
    for number in range(frames + 60):
        messages = quotes(rng, symbols)
        began, began_cpu = time.perf_counter(), time.thread_time()
        window.on_latest(messages)
        window.on_frame()
        app.processEvents()
        if number >= 60:
            cpu.append(1000 * (time.thread_time() - began_cpu))
            wall.append(1000 * (time.perf_counter() - began))
    window.force_close()
    window.deleteLater()
    return cpu, wall


def main() -> None:
    frames = int(sys.argv[1]) if len(sys.argv) > 1 else FRAMES
    app = QApplication([])
    apply_theme(app, "dark")
    cpu, wall = measure(app, SYMBOLS, frames, 1010)
    tall, _ = measure(app, SYMBOLS, frames, 2120)
    few, _ = measure(app, 5, frames)
    print_report(
        {
            "frame_p50_ms": median(cpu),
            "frame_p99_ms": percentile(cpu, 99),
            "frame_wall_p50_ms": median(wall),
            "all_rows_visible_p50_ms": median(tall),
            "five_symbols_p50_ms": median(few),
            "five_symbols_share_of_a_core_percent": 6 * median(few),
            "symbols": SYMBOLS,
            "frames": frames,
        }
    )


if __name__ == "__main__":
    main()
