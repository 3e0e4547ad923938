"""Cancel and new: the ticket holds what is left, and nothing but the cancel is sent."""

from decimal import Decimal

import pytest

from tests.qt.conftest import Stage
from tests.qt.fakes import a_position, an_order
from workstation.domain.commands import CancelOrder, ChangeOrder, SubmitOrder
from workstation.domain.messages import OrderChanged
from workstation.domain.order import OrderTerms, Side
from workstation.domain.order_extras import OcaGroup
from workstation.domain.order_status import Lifecycle
from workstation.ui.ended_orders import PATIENCE_LOOKS, QUIET_LOOKS

D = Decimal
GROUP = OrderTerms(oca=OcaGroup(name="pair"), display_size=D(10))


@pytest.fixture
def renewing(ready: Stage):
    """A working order of a group whose cancel the user has agreed to."""
    order = an_order(12, terms=GROUP, oca_group="pair", oca_type=1)
    ready.events(OrderChanged(order))
    renewal = ready.window.menu.renewal
    renewal.ending.timer.setInterval(3_600_000)  # the looks are made by hand
    ready.window.orders.renew_requested.emit(order)
    assert ready.commands.of(CancelOrder) == []
    assert "nothing protects" in renewal.dialog.label.text()
    renewal.dialog.buttons["cancel"].click()
    return ready, renewal, order


def look(renewal, times: int) -> None:
    for _ in range(times):
        if renewal.ending.is_waiting:
            renewal.ending.look()


def test_the_ticket_holds_what_is_left_once_the_fills_are_quiet(renewing) -> None:
    ready, renewal, order = renewing
    assert [each.key for each in ready.commands.of(CancelOrder)] == [order.key]
    look(renewal, 3)  # the broker has not confirmed it yet
    gone = an_order(12, terms=GROUP, lifecycle=Lifecycle.CANCELLED, filled=D(30))
    ready.events(OrderChanged(gone))
    look(renewal, QUIET_LOOKS)
    late = an_order(12, terms=GROUP, lifecycle=Lifecycle.CANCELLED, filled=D(40))
    ready.events(OrderChanged(late))
    look(renewal, QUIET_LOOKS)
    form = ready.window.ticket.form
    assert form.quantity_edit.value != D(60)  # a fill came: two seconds more
    look(renewal, 1)

    assert form.terms.quantity == D(60)
    assert form.terms.special == GROUP
    assert form.special.extras.group_edit.isEnabled()
    assert "60 were left" in ready.window.ticket.strip.headline.text()
    assert ready.commands.of(SubmitOrder) == []
    assert ready.commands.of(ChangeOrder) == []
    assert not renewal.ending.timer.isActive()


def test_what_has_filled_is_not_written_anew(renewing) -> None:
    ready, renewal, _order = renewing
    ready.events(OrderChanged(an_order(12, lifecycle=Lifecycle.FILLED, filled=D(100))))
    look(renewal, QUIET_LOOKS + 1)
    assert not renewal.ending.timer.isActive()
    assert ready.window.ticket.form.terms.special == OrderTerms()
    assert ready.commands.of(SubmitOrder) == []


def test_an_order_that_does_not_end_is_left_alone(renewing) -> None:
    ready, renewal, _order = renewing
    said: list[object] = []
    renewal._ordering.failed.connect(said.append)
    look(renewal, PATIENCE_LOOKS)
    assert said == [("Cancel and new", "the order has not ended; nothing was sent")]
    assert not renewal.ending.timer.isActive()
    assert ready.window.ticket.form.terms.special == OrderTerms()


@pytest.mark.parametrize(("held", "quantity"), [(60, 60), (0, None)])
def test_a_stop_is_no_larger_than_what_is_still_held(ready: Stage, held, quantity) -> None:
    stop = {"side": Side.SELL, "order_type": "STP", "limit_price": None, "stop_price": D(180)}
    order = an_order(12, **stop)
    ready.events(OrderChanged(order))
    ready.latest(a_position(quantity=D(100)))
    renewal = ready.window.menu.renewal
    renewal.ending.timer.setInterval(3_600_000)
    ready.window.orders.renew_requested.emit(order)
    renewal.dialog.buttons["cancel"].click()
    ready.events(OrderChanged(an_order(12, **stop, lifecycle=Lifecycle.CANCELLED)))
    ready.latest(a_position(quantity=D(held)))
    look(renewal, QUIET_LOOKS + 1)

    if quantity is None:
        assert "nothing is held" in ready.window.status_line.currentMessage()
        assert ready.window.ticket.form.terms.stop_price is None
    else:
        assert ready.window.ticket.form.terms.quantity == quantity
        assert "only 60 are still held" in ready.window.ticket.strip.headline.text()
