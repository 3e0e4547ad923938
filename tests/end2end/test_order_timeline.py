"""From a row of the orders to its whole life, in the running program."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.end2end.conftest import Trader
from tests.end2end.test_kill_switch import send
from workstation.domain.order import OrderType


def test_the_life_of_an_order_is_read_while_the_program_writes(
    start: Callable[[], Trader],
) -> None:
    trader = start()
    trader.until_ready()
    send(trader, OrderType.MARKET, None)
    trader.until(lambda: [row for row in trader.orders() if row["state"] == "Filled"])
    panel = trader.window.orders
    trader.click_row(panel.table, 0)
    panel._on_menu(panel.table.visualRect(panel.table.model().index(0, 0)).center())
    menu = panel.menu
    assert menu is not None
    action = next(each for each in menu.actions() if each.text() == "Timeline…")
    trader.until(menu.isVisible)
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())

    trader.until(lambda: trader.program.timelines.dialog is not None)
    dialog = trader.program.timelines.dialog
    assert dialog is not None
    trader.until(lambda: dialog.timeline is not None)
    assert dialog.timeline is not None
    titles = [step.title for step in dialog.timeline.steps]
    assert titles[0].startswith("Order on record")
    assert any(title.startswith("Risk let it pass") for title in titles)
    assert "The last byte left for the broker" in titles
    assert any(title.startswith("Broker: fill of 10") for title in titles)
    markets = [step.market for step in dialog.timeline.steps if step.market is not None]
    assert all(each.bid is not None and each.ask is not None for each in markets)
    assert len(markets) >= 3
    dialog.close()
    trader.program.timelines.wait()
