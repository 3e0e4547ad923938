"""Cancels by symbol and side, of everything, and of what protects a position."""

from decimal import Decimal

from PySide6.QtCore import QPoint

from tests.qt.conftest import Stage
from tests.qt.fakes import a_position, an_order
from workstation.domain.commands import CancelOrders, GlobalCancel
from workstation.domain.ids import ClientId
from workstation.domain.messages import OrderChanged
from workstation.domain.order import Side


def test_a_global_cancel_names_what_others_placed(ready: Stage) -> None:
    ready.events(
        OrderChanged(an_order(1)),
        OrderChanged(an_order(5, client_id=ClientId(3), editable=False, symbol="MSFT")),
    )
    ready.window.menu.menus.by_name["global_cancel"].trigger()
    dialog = ready.window.controls.dialog
    assert "BUY 100 MSFT" in dialog.label.text()
    dialog.buttons["stay"].click()
    assert ready.commands.of(GlobalCancel) == []

    ready.window.menu.menus.by_name["global_cancel"].trigger()
    ready.window.controls.dialog.buttons["global"].click()
    assert ready.commands.of(GlobalCancel) == [GlobalCancel()]


def test_protection_is_cancelled_after_one_question(ready: Stage) -> None:
    action = ready.window.menu.menus.by_name["cancel_protection"]
    ready.events(OrderChanged(an_order(1)))
    action.trigger()  # nothing protects: nothing to ask
    assert ready.commands.of(CancelOrders) == [CancelOrders()]

    ready.latest(a_position(quantity=Decimal(100)))
    ready.events(OrderChanged(an_order(2, side=Side.SELL, order_type="STP")))
    action.trigger()
    dialog = ready.window.controls.dialog
    assert "SELL 100 AAPL" in dialog.label.text()
    dialog.buttons["all"].click()
    assert ready.commands.of(CancelOrders)[-1] == CancelOrders(protection=True)


def test_a_symbol_and_a_side_are_cancelled_from_a_row(ready: Stage) -> None:
    order = an_order(1)
    ready.events(OrderChanged(order))
    panel = ready.window.orders
    panel.table.selectRow(0)
    panel.table.customContextMenuRequested.emit(QPoint(5, 5))
    actions = {each.text(): each for each in panel.menu.actions()}
    actions["Cancel all SELL orders of AAPL"].trigger()
    panel.menu.close()
    chosen = CancelOrders(account=order.account, con_id=order.con_id, side=Side.SELL)
    assert ready.commands.of(CancelOrders) == [chosen]
