"""From a position's row to the fields in which the broker is told to adjust its stop."""

from decimal import Decimal

from PySide6.QtCore import Qt

from tests.qt.conftest import Stage
from tests.qt.fakes import a_position, an_order
from workstation.domain.commands import ChangeOrder
from workstation.domain.messages import OrderChanged
from workstation.domain.order import Side
from workstation.domain.order_extras import AdjustedType

D = Decimal


def test_the_stop_of_a_position_is_opened_with_its_adjustment(ready: Stage, qtbot) -> None:
    stop = an_order(12, order_type="STP", side=Side.SELL, limit_price=None, stop_price=D("180.00"))
    ready.events(OrderChanged(stop))
    ready.window.positions.adjust_requested.emit(a_position(account=stop.account))
    ticket = ready.window.ticket
    assert "CHANGE ORDER" in ticket.title_label.text()
    adjust = ticket.form.special.extras.adjust
    assert adjust.box.isChecked()
    assert ticket.submit_button.text() == "Enter the price that adjusts the stop"
    adjust.trigger_edit.set_value(D("195.00"))
    adjust.stop_edit.set_value(D("187.00"))
    qtbot.mouseClick(ticket.submit_button, Qt.MouseButton.LeftButton)

    change = ready.commands.of(ChangeOrder)[-1].change
    assert change.key == stop.key
    assert change.terms.adjustment.becomes is AdjustedType.STOP


def test_a_position_without_a_stop_says_so(ready: Stage) -> None:
    order = an_order(12, side=Side.SELL)  # a target is no stop
    ready.events(OrderChanged(order))
    said: list[tuple[str, str]] = []
    ready.window.ordering.failed.connect(said.append)
    ready.window.positions.adjust_requested.emit(a_position(account=order.account))
    assert "no stop" in said[0][1]
    assert not ready.window.ticket.title_label.isVisible()
