"""A window with a grid of charts, and what gives them bars."""

import pytest
from PySide6.QtCore import QCoreApplication

from tests.qt.conftest import Stage
from tests.qt.fakes import CON_IDS
from tests.qt.test_chart_panel import answer, bars
from workstation.domain.commands import FollowBars
from workstation.ui.chart import feed
from workstation.ui.chart.chart_cell import ChartCell
from workstation.ui.chart.chart_grid import ChartGrid
from workstation.ui.chart.chart_link import Link


@pytest.fixture
def grid(ready: Stage, monkeypatch: pytest.MonkeyPatch) -> ChartGrid:
    monkeypatch.setattr(feed, "SETTLE_MS", 0)

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
    """Give every chart that asks its bars."""
    for _ in range(40):
        QCoreApplication.processEvents()
        asking = [c for c, _ in ready.commands._waiting_answers if isinstance(c, FollowBars)]
        if not asking:
            break
        ready.commands.answer(FollowBars, answer(*bars(0, count)))
