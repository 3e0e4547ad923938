"""Closing the window while orders are working."""

from decimal import Decimal

import pytest
from PySide6.QtCore import Qt

from tests.qt.conftest import Stage
from tests.qt.fakes import a_position, an_order
from workstation.domain.commands import CancelOrders
from workstation.domain.messages import OrderChanged
from workstation.domain.order import Side
from workstation.domain.order_status import Lifecycle
from workstation.ui.dialogs.plain_dialog import PlainDialog


def test_closing_without_working_orders_asks_nothing(ready: Stage, qtbot) -> None:
    with qtbot.waitSignal(ready.window.closing):
        assert ready.window.close()


@pytest.mark.parametrize("answer", ["leave", "stay"])
def test_closing_with_working_orders_asks_first(ready: Stage, qtbot, answer: str) -> None:
    window = ready.window
    ready.events(*[OrderChanged(an_order(number)) for number in (1, 2, 3)])
    assert not window.close()
    dialog = window.leaving.dialog
    assert dialog.label.text() == "3 orders are working at the broker. They stay working."

    if answer == "leave":
        with qtbot.waitSignal(window.closing):
            qtbot.mouseClick(dialog.buttons[answer], Qt.MouseButton.LeftButton)
        qtbot.waitUntil(window.isHidden)
    else:
        qtbot.mouseClick(dialog.buttons[answer], Qt.MouseButton.LeftButton)
        assert window.isVisible()
    assert ready.commands.of(CancelOrders) == []


def test_cancelling_before_closing_waits_for_the_broker(ready: Stage, qtbot) -> None:
    window = ready.window
    ready.events(OrderChanged(an_order(1)))
    window.close()
    qtbot.mouseClick(window.leaving.dialog.buttons["cancel"], Qt.MouseButton.LeftButton)
    assert ready.commands.of(CancelOrders) == [CancelOrders()]
    assert window.isVisible()

    with qtbot.waitSignal(window.closing):
        ready.events(OrderChanged(an_order(1, lifecycle=Lifecycle.CANCELLED)))
    qtbot.waitUntil(window.isHidden)


def test_force_close_asks_nothing(ready: Stage, qtbot) -> None:
    ready.events(OrderChanged(an_order(1)))

    with qtbot.waitSignal(ready.window.closing):
        ready.window.force_close()


def with_protection(ready: Stage) -> PlainDialog:
    """Leave with one entry and one stop that protects a position."""
    ready.latest(a_position(quantity=Decimal(100)))
    stop = an_order(2, side=Side.SELL, order_type="STP", stop_price=Decimal(90))
    ready.events(OrderChanged(an_order(1)), OrderChanged(stop))
    ready.window.close()
    dialog = ready.window.leaving.dialog
    assert "1 of 2 protects open positions" in dialog.label.text()
    return dialog


def test_what_protects_a_position_stays_when_entries_are_cancelled(ready: Stage, qtbot) -> None:
    dialog = with_protection(ready)
    qtbot.mouseClick(dialog.buttons["cancel"], Qt.MouseButton.LeftButton)
    assert ready.commands.of(CancelOrders) == [CancelOrders()]
    assert ready.window.isVisible()

    with qtbot.waitSignal(ready.window.closing):
        ready.events(OrderChanged(an_order(1, lifecycle=Lifecycle.CANCELLED)))


def test_protection_is_cancelled_only_when_asked_for(ready: Stage, qtbot) -> None:
    dialog = with_protection(ready)
    qtbot.mouseClick(dialog.buttons["all"], Qt.MouseButton.LeftButton)
    assert ready.commands.of(CancelOrders) == [CancelOrders(protection=True)]
    ready.events(OrderChanged(an_order(1, lifecycle=Lifecycle.CANCELLED)))
    assert ready.window.isVisible()

    ended = an_order(2, side=Side.SELL, order_type="STP", lifecycle=Lifecycle.CANCELLED)
    with qtbot.waitSignal(ready.window.closing):
        ready.events(OrderChanged(ended))


def test_orders_that_end_while_the_question_stands_need_no_cancel(ready: Stage, qtbot) -> None:
    ready.events(OrderChanged(an_order(1)))
    ready.window.close()
    ready.events(OrderChanged(an_order(1, lifecycle=Lifecycle.CANCELLED)))
    with qtbot.waitSignal(ready.window.closing):
        qtbot.mouseClick(ready.window.leaving.dialog.buttons["cancel"], Qt.MouseButton.LeftButton)
    assert ready.commands.of(CancelOrders) == []
