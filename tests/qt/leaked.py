"""Open and close charts, and tell what of them stays: python -m tests.qt.leaked [COUNT]."""

import gc
import json
import sys
from collections import Counter
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from tests.qt.fakes import AAPL, FakeCommands, a_contract
from tests.qt.test_chart_panel import answer, bars
from workstation.domain.commands import FollowBars
from workstation.indicators.library import load_library
from workstation.ui.chart.chart_grid import ChartGrid
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.grid_picker import Shape
from workstation.ui.chart_docks import ChartDocks
from workstation.ui.charts import Charts
from workstation.ui.docks import COLUMNS, Docks
from workstation.ui.messages import Messages
from workstation.ui.screen_state import ScreenState

LIBRARY = load_library()
STATE = {
    "size": "5m",
    "studies": [{"key": "SMA"}, {"key": "RSI"}],
    "profile": {"kinds": ["visible", "session"], "rows": 48, "share": 0.7},
}


def open_and_close(count: int) -> None:
    """Let charts live one after the other: shown, with bars, indicators and a profile, closed."""
    for _ in range(count):
        commands = FakeCommands()
        state = ScreenState(read_only=False)
        state.details[AAPL] = a_contract()
        panel = ChartPanel(state, commands)
        panel.use_indicators(lambda: LIBRARY)
        panel.resize(600, 300)
        panel.show()
        panel.show_contract(AAPL, "AAPL")
        panel.restore_chart(STATE)
        QCoreApplication.processEvents()
        if commands.of(FollowBars):
            commands.answer(FollowBars, answer(*bars(0, 200)))
        panel.canvas.grab()
        panel.close()
        panel.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def grids(count: int) -> None:
    """Let docks with four charts each live one after the other beside the chart that stays."""
    commands, window = FakeCommands(), QMainWindow()
    state = ScreenState(read_only=False)
    state.details[AAPL] = a_contract()
    messages = Messages(state, window)
    charts = Charts(state, commands, messages, window)
    charts.use_indicators(lambda: LIBRARY)
    main = ChartGrid(charts, window)
    panels: dict[str, tuple[str, QWidget]] = {name: (name, QWidget()) for name in COLUMNS}
    places = Docks(window, {**panels, "chart": ("Chart", main)})
    docks = ChartDocks(charts, main, places)
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, places.by_name["chart"])
    window.resize(800, 600)
    window.show()
    for _ in range(count):
        grid = docks.open_contract(AAPL, "AAPL")
        assert grid is not None
        grid.active.panel.restore_chart(STATE)
        grid.set_shape(Shape(2, 2))
        QCoreApplication.processEvents()
        while any(isinstance(each, FollowBars) for each, _ in commands._waiting_answers):
            commands.answer(FollowBars, answer(*bars(0, 200)))
        for cell in grid.cells:
            cell.panel.canvas.grab()
        docks.close_active()
        commands.clear()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def ours() -> Counter[str]:
    """Count what lives of our window's classes, of Qt's and of pyqtgraph's, by class."""
    gc.collect()
    found: Counter[str] = Counter()
    for each in gc.get_objects():
        kind = type(each)
        is_ours = str(kind.__module__).startswith(
            ("workstation.ui", "workstation.indicators", "pyqtgraph")
        )
        if is_ours or issubclass(kind, QObject):
            found[f"{kind.__module__}.{kind.__qualname__}"] += 1
    found["top-level widgets"] = len(QApplication.topLevelWidgets())
    return found


def leaked(count: int, live: Callable[[int], None] = open_and_close) -> dict[str, int]:
    """Return by class how many more objects there are after so many charts; none is right."""
    live(5)  # what the first ones load stays
    before = ours()
    live(count)
    return dict(ours() - before)


if __name__ == "__main__":
    app = QApplication([])
    charts = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    left = leaked(charts) | leaked(charts // 5, grids)
    print(json.dumps({"charts": charts, "in_grids": 4 * (charts // 5), "left": left}))
    sys.exit(1 if left else 0)
