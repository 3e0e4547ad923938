"""Closing the window while orders are working."""

import pytest
from PySide6.QtCore import Qt

from tests.qt.conftest import Stage
from tests.qt.fakes import an_order
from workstation.domain.commands import CancelAll
from workstation.domain.messages import OrderChanged
from workstation.domain.order_status import Lifecycle


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
    assert ready.commands.of(CancelAll) == []


def test_cancelling_before_closing_waits_for_the_broker(ready: Stage, qtbot) -> None:
    window = ready.window
    ready.events(OrderChanged(an_order(1)))
    window.close()
    qtbot.mouseClick(window.leaving.dialog.buttons["cancel"], Qt.MouseButton.LeftButton)
    assert ready.commands.of(CancelAll) == [CancelAll()]
    assert window.isVisible()

    with qtbot.waitSignal(window.closing):
        ready.events(OrderChanged(an_order(1, lifecycle=Lifecycle.CANCELLED)))
    qtbot.waitUntil(window.isHidden)


def test_force_close_asks_nothing(ready: Stage, qtbot) -> None:
    ready.events(OrderChanged(an_order(1)))

    with qtbot.waitSignal(ready.window.closing):
        ready.window.force_close()
