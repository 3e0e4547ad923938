"""A window with a grid of charts, and what gives them bars."""

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtTest import QTest

from tests.qt.conftest import Stage
from tests.qt.fakes import CON_IDS
from tests.qt.test_chart_panel import answer, bars
from workstation.domain.commands import FollowBars
from workstation.ui.chart import feed
from workstation.ui.chart.chart_cell import ChartCell
from workstation.ui.chart.chart_grid import ChartGrid
from workstation.ui.chart.chart_link import Link


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let charts ask at once; before there is a window, whose chart keeps its pace."""
    monkeypatch.setattr(feed, "SETTLE_MS", 0)


@pytest.fixture
def grid(at_once: None, ready: Stage) -> ChartGrid:
    ready.window.resize(1600, 900)
    ready.window.choose_symbol("AAPL")
    grid: ChartGrid = ready.window.board.chart_grid
    QCoreApplication.processEvents()
    return grid


def pinned(ready: Stage, cell: ChartCell, symbol: str, link: Link = Link.OWN) -> None:
    charts = ready.window.board.charts
    charts.use_link(cell, link)
    charts.show_on(cell, CON_IDS[symbol], symbol)


def fed(ready: Stage, count: int = 300) -> None:
    """Give every chart that asks its bars, until none has asked for a while."""
    idle = 0
    while idle < 5:
        QTest.qWait(2)
        asking = [c for c, _ in ready.commands._waiting_answers if isinstance(c, FollowBars)]
        if asking:
            ready.commands.answer(FollowBars, answer(*bars(0, count)))
        idle = 0 if asking else idle + 1
