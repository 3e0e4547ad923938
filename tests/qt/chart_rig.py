"""A chart with orders on it, and the hands of its user."""

from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt

from tests.helpers.mouse import move_mouse
from tests.qt.fakes import an_order
from tests.qt.test_chart_panel import answer, bars, paint
from workstation.domain.commands import FollowBars
from workstation.domain.messages import OrderChanged
from workstation.domain.order import Side
from workstation.domain.order_status import OrderView
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.main_window import MainWindow


@pytest.fixture
def chart(ready: Any) -> ChartPanel:
    window: MainWindow = ready.window
    window.resize(1280, 760)
    window.choose_symbol("AAPL")
    panel = window.board.chart
    panel.feed.set_wanted()
    ready.commands.answer(FollowBars, answer(*bars(0, 300)))
    panel.canvas.view.prices.show_range(180.0, 195.0)
    paint(panel)
    ready.commands.sent.clear()
    return panel


@pytest.fixture
def stop(ready: Any, chart: ChartPanel) -> OrderView:
    order = an_order(
        21, side=Side.SELL, order_type="STP", limit_price=None, stop_price=Decimal("185.00")
    )
    ready.events(OrderChanged(order))
    paint(chart)
    return order


def at(chart: ChartPanel, price: float, x: int = 200) -> QPoint:
    return QPoint(x, chart.canvas.view.prices.y_of(price))


def take_hold(chart: ChartPanel, qtbot: Any, start: float, end: float) -> None:
    canvas = chart.canvas
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at(chart, start))
    for part in (0.3, 0.7, 1.0):
        move_mouse(canvas, at(chart, start + part * (end - start)), Qt.MouseButton.LeftButton)
        paint(chart)


def let_go(chart: ChartPanel, qtbot: Any, price: float) -> None:
    qtbot.mouseRelease(chart.canvas, Qt.MouseButton.LeftButton, pos=at(chart, price))
