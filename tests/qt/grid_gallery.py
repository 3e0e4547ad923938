"""Pictures of the window with several charts: python -m tests.qt.grid_gallery FOLDER [SCENE ...]."""

import sys
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from tests.helpers.mouse import move_mouse
from tests.qt.fakes import CON_IDS, FakeCommands, a_contract
from tests.qt.gallery import bars, connect, fill, market, new_window, settle
from workstation.app.indicator_library import load_indicators
from workstation.domain.commands import BarsAnswer, FollowBars
from workstation.domain.messages import ContractKnown
from workstation.ui.chart.chart_link import Link
from workstation.ui.chart.drawings import Point, Tool, finished
from workstation.ui.chart.grid_picker import Shape
from workstation.ui.main_window import MainWindow
from workstation.ui.theme import apply_theme

STUDIES = [
    {"key": "SMA"},
    {"key": "BBANDS"},
    {"key": "VWAP bands"},
    {"key": "RSI"},
    {"key": "MACD"},
]
SIZES = ((1920, 1080), (1280, 720))
"""Pixels of the screen; at 150 % the window has two thirds of them in Qt's measure."""


def answer_all(commands: FakeCommands) -> None:
    """Bring bars to every chart that asks."""
    for _ in range(40):
        settle(0.05)
        asking = [c for c, _ in commands._waiting_answers if isinstance(c, FollowBars)]
        if not asking:
            return
        count = 200 + 20 * (asking[0].con_id % 7)
        found = BarsAnswer(asking[0].con_id, asking[0].size, bars(count), complete=False)
        commands.answer(FollowBars, found)


def grid(rows: int, columns: int, *, wide: bool):
    def scene(window: MainWindow, commands: FakeCommands) -> None:
        window.board.charts.use_indicators(load_indicators)
        connect(window, commands)
        fill(window)
        market(window, commands)
        if wide:
            for name, dock in window.docks.by_name.items():
                dock.setVisible(name in {"chart", "ticket"})
        window.board.chart.restore_chart({"size": "5m", "studies": STUDIES})
        window.board.chart_grid.set_shape(Shape(rows, columns))
        cells = window.board.chart_grid.cells
        for number, symbol in enumerate(("MSFT", "NVDA", "TSLA")):
            if len(cells) > 2 * number + 3:
                cell = cells[2 * number + 2]
                window.on_events((ContractKnown(replace(a_contract(symbol))),))
                window.board.charts.use_link(cell, (Link.OWN, Link.AMBER, Link.BLUE)[number])
                window.board.charts.show_on(cell, CON_IDS[symbol], symbol)
        answer_all(commands)
        view = window.board.chart.canvas.view
        times = [view.seconds_at(view.bars.end - back) for back in (90, 20)]
        low, high = view.prices.low, view.prices.high
        points = (Point(times[0], low + (high - low) / 3), Point(times[1], high))
        window.board.chart.drawing.book.add(finished(Tool.TREND, points))
        cells[-1].panel.canvas.setFocus()
        settle(0.2)
        canvas = cells[0].panel.canvas
        move_mouse(canvas, QPoint(canvas.width() // 2, canvas.height() // 2))

    scene.__name__ = f"grid_{rows}x{columns}{'_wide' if wide else ''}"
    return scene


SCENES = [
    grid(1, 1, wide=False),
    grid(2, 2, wide=False),
    grid(2, 2, wide=True),
    grid(3, 3, wide=True),
    grid(4, 4, wide=False),
    grid(4, 4, wide=True),
]


def main(folder: Path, names: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    scale = round(100 * app.devicePixelRatio())
    for theme in ("dark", "light"):
        apply_theme(app, theme)
        for scene in SCENES:
            for width, height in SIZES:
                wanted = not names or scene.__name__ in names
                if not wanted:
                    continue
                size = (width * 100 // scale, height * 100 // scale)
                window, commands = new_window(size, read_only=False)
                app.processEvents()
                scene(window, commands)
                window.on_frame()
                settle(0.1)
                name = f"{scene.__name__}-{theme}-{width}-{scale}.png"
                window.grab().save(str(folder / name))
                window.force_close()
                window.deleteLater()
    print(f"{len(list(folder.iterdir()))} pictures in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
