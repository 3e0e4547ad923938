"""A chart whose canvas went before it, as a window that is taken apart may leave it."""

from collections.abc import Callable

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication

from tests.qt.conftest import Stage
from tests.qt.fakes import AAPL, a_link, a_position, an_order
from tests.qt.test_chart_panel import answer, bars, paint
from workstation.domain.commands import Failed, FollowBars
from workstation.domain.link import LinkState
from workstation.domain.messages import OrderChanged
from workstation.ui.chart import feed
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.grid_picker import Shape
from workstation.ui.main_window import MainWindow

STATE = {"size": "5m", "studies": [{"key": "SMA", "timeframe": "1h"}, {"key": "RSI"}]}


@pytest.fixture
def ended(ready: Stage, monkeypatch: pytest.MonkeyPatch) -> ChartPanel:
    """A chart with bars, orders and studies that is still shown; its canvas is gone."""
    monkeypatch.setattr(feed, "SETTLE_MS", 0)
    window: MainWindow = ready.window
    window.board.chart_grid.set_shape(Shape(1, 2))
    window.choose_symbol("AAPL")
    panel = window.board.chart_grid.cells[1].panel
    panel.restore_chart(STATE)
    panel.feed.set_wanted()
    QCoreApplication.processEvents()
    while any(isinstance(each, FollowBars) for each, _ in ready.commands._waiting_answers):
        ready.commands.answer(FollowBars, answer(*bars(0, 100)))
    ready.events(OrderChanged(an_order(7)))
    ready.latest(a_position())
    paint(panel)
    shiboken6.delete(panel.canvas)
    return panel


def test_its_panel_can_be_called_and_closed(ready: Stage, ended: ChartPanel) -> None:
    down = a_link(LinkState.DISCONNECTED)
    calls: tuple[Callable[[], object], ...] = (
        ended.hide,
        ended.show,
        ended.on_orders_changed,
        lambda: ended.link_changed(a_link(), down),
        lambda: ended.link_changed(down, a_link()),
        lambda: ended.contract_known(AAPL),
        ended.go_to_date.stop,
        ended.chart_state,
        lambda: ended.extras.warm_up.of(ended.data.timeframe),
    )
    for call in calls:
        call()
        QCoreApplication.processEvents()
    for asked, take in tuple(ready.commands._waiting_answers):
        if isinstance(asked, FollowBars):
            take(Failed("gone"))
    grid = ready.window.board.chart_grid
    grid.set_shape(Shape(1, 1))
    QCoreApplication.processEvents()
    assert [cell.panel.canvas.is_there for cell in grid.cells] == [True]


def test_what_the_broker_says_meanwhile_ends_nothing(ready: Stage, ended: ChartPanel) -> None:
    ready.events(OrderChanged(an_order(7)), OrderChanged(an_order(8)))
    ready.latest(a_position())
    ready.window.on_frame()
    QCoreApplication.processEvents()
    assert not ended.canvas.is_there
