"""Cancel and new: the ticket holds what is left, and nothing but the cancel is sent."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.qt.conftest import Stage
from tests.qt.fakes import ACCOUNT, a_link, a_position, an_order
from workstation.domain.commands import CancelOrder, ChangeOrder, SubmitOrder
from workstation.domain.ids import AccountId
from workstation.domain.messages import LinkChanged, OrderChanged
from workstation.domain.order import OrderTerms, Side
from workstation.domain.order_extras import OcaGroup
from workstation.domain.order_status import Lifecycle, OrderView
from workstation.ui.ended_orders import PATIENCE_LOOKS, QUIET_LOOKS
from workstation.ui.renewal import Renewal

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


# -- several accounts -----------------------------------------------------------------------------

OTHER = AccountId("SIM0045678")


def agree_to_renew(stage: Stage, order: OrderView) -> Renewal:
    """Ask for an order to be written anew; where a question comes, agree, and let it end."""
    stage.events(OrderChanged(order))
    renewal = stage.window.menu.renewal
    renewal.ending.timer.setInterval(3_600_000)
    stage.window.orders.renew_requested.emit(order)
    if renewal.dialog is not None:
        renewal.dialog.buttons["cancel"].click()
        stage.events(OrderChanged(replace(order, lifecycle=Lifecycle.CANCELLED)))
    return renewal


def test_an_order_is_written_anew_for_its_own_account(ready: Stage) -> None:
    ready.events(LinkChanged(a_link(accounts=(ACCOUNT, OTHER))))
    ticket = ready.window.ticket
    ticket.account.choose(ACCOUNT)
    renewal = agree_to_renew(ready, an_order(12, account=OTHER))
    look(renewal, QUIET_LOOKS + 1)
    assert ticket.account.account == OTHER
    assert ticket.account.box.currentData() == OTHER
    assert "its own ACCOUNT S•••678" in ticket.strip.headline.text()
    assert "ACCOUNT S•••678" in ticket.submit_button.text()
    ticket.submit_button.click()
    assert [each.draft.account for each in ready.commands.of(SubmitOrder)] == [OTHER]


def test_an_order_of_an_account_that_is_not_managed_is_not_cancelled(ready: Stage) -> None:
    said: list[tuple[str, str]] = []
    ready.window.ordering.failed.connect(said.append)
    renewal = agree_to_renew(ready, an_order(12, account=OTHER))
    assert renewal.dialog is None
    assert "nothing was cancelled" in said[0][1]
    assert ready.commands.of(CancelOrder) == []


def test_an_account_that_goes_meanwhile_gets_no_new_order(ready: Stage) -> None:
    ready.events(LinkChanged(a_link(accounts=(ACCOUNT, OTHER))))
    said: list[tuple[str, str]] = []
    ready.window.ordering.failed.connect(said.append)
    renewal = agree_to_renew(ready, an_order(12, account=OTHER, terms=GROUP))
    ready.events(LinkChanged(a_link(accounts=(ACCOUNT,))))
    look(renewal, QUIET_LOOKS + 1)
    assert "nothing is written anew" in said[0][1]
    assert ready.window.ticket.form.terms.special == OrderTerms()
