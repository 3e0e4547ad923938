"""Trails, offsets, times and the other terms that the ticket shows where they belong."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import QDateTime, Qt

from tests.qt.conftest import Stage
from tests.qt.fakes import an_order
from workstation.domain.commands import ChangeOrder, SubmitOrder
from workstation.domain.order import PLAIN, OrderTerms, OrderType, Tif
from workstation.domain.order_extras import TriggerMethod

D = Decimal
SOON = datetime(2026, 12, 18, 15, 30, tzinfo=UTC)


@pytest.fixture
def ticket(ready: Stage, qtbot):
    ready.window.docks.focus("ticket")
    ready.window.ticket.form.quantity_edit.set_value(D(100))
    return ready.window.ticket


def choose(ticket, kind: OrderType, tif: Tif = Tif.DAY) -> Any:
    """Choose kind and time in force; returns the widget of the special terms."""
    ticket.form.type_box.setCurrentText(kind.value)
    ticket.form.tif_box.setCurrentText(tif.value)
    return ticket.form.special


def submitted(ready: Stage, ticket, qtbot) -> Any:
    """Submit and return the draft."""
    assert ticket.submit_button.isEnabled(), ticket.submit_button.text()
    qtbot.mouseClick(ticket.submit_button, Qt.MouseButton.LeftButton)
    return ready.commands.of(SubmitOrder)[-1].draft


def test_a_trailing_stop_follows_at_an_amount(ready: Stage, ticket, qtbot) -> None:
    special = choose(ticket, OrderType.TRAIL, Tif.GTC)
    assert special.trail_edit.isVisible()
    assert not special.offset_edit.isVisible()
    assert not ticket.form.price_edit.isEnabled()
    assert ticket.submit_button.text() == "Enter by how much to trail"
    qtbot.keyClicks(special.trail_edit, "0.50")
    assert "trail amount 0.50" in ticket.submit_button.text()

    draft = submitted(ready, ticket, qtbot)

    assert (draft.order_type, draft.tif) == (OrderType.TRAIL, Tif.GTC)
    assert (draft.limit_price, draft.stop_price) == (None, None)
    assert draft.terms == OrderTerms(trail_amount=D("0.50"))


def test_a_trailing_stop_limit_needs_first_stop_and_offset(ready: Stage, ticket, qtbot) -> None:
    special = choose(ticket, OrderType.TRAIL_LIMIT)
    special.unit_box.setCurrentText("%")
    qtbot.keyClicks(special.trail_edit, "2")
    assert ticket.submit_button.text() == "Enter the first stop"
    qtbot.keyClicks(special.first_stop_edit, "183.00")
    assert ticket.submit_button.text() == "Enter the limit's offset"
    qtbot.keyClicks(special.offset_edit, "0.10")

    draft = submitted(ready, ticket, qtbot)

    wanted = OrderTerms(trail_percent=D(2), trail_stop=D("183.00"), limit_offset=D("0.10"))
    assert draft.terms == wanted


def test_an_order_that_ends_takes_its_time_in_the_zone_of_the_user(
    ready: Stage, ticket, qtbot
) -> None:
    special = choose(ticket, OrderType.LIMIT, Tif.GTD)
    ticket.form.price_edit.set_value(D("187.20"))
    assert special.till_edit.isVisible()
    special.till_edit.setDateTime(QDateTime.fromSecsSinceEpoch(round(SOON.timestamp())))

    draft = submitted(ready, ticket, qtbot)

    assert draft.terms == OrderTerms(good_till=SOON)


def test_more_terms_are_opened_by_a_key_and_mean_nothing_when_closed(
    ready: Stage, ticket, qtbot
) -> None:
    special = choose(ticket, OrderType.LIMIT)
    ticket.form.price_edit.set_value(D("187.20"))
    qtbot.keyClick(ticket, Qt.Key.Key_M, Qt.KeyboardModifier.AltModifier)
    assert special.display_edit.isVisible()
    assert not special.trigger_box.isVisible()  # a limit order waits for nothing
    special.display_edit.set_value(D(20))
    special.outside_box.setChecked(True)
    special.discretion_edit.set_value(D("0.05"))
    shown = ticket.form.terms
    assert shown.special == OrderTerms(display_size=D(20), discretionary_amount=D("0.05"))
    assert shown.outside_rth
    assert "outside regular hours" in ticket.submit_button.text()

    special.more_box.setChecked(False)

    draft = submitted(ready, ticket, qtbot)
    assert draft.terms == PLAIN
    assert not draft.outside_rth


def test_a_stop_says_what_triggers_it_and_from_when(ready: Stage, ticket, qtbot) -> None:
    special = choose(ticket, OrderType.STOP)
    ticket.form.stop_edit.set_value(D("190.00"))
    special.more_box.setChecked(True)
    special.trigger_box.setCurrentText("Double last")
    special.after_box.setChecked(True)
    special.after_edit.setDateTime(QDateTime.fromSecsSinceEpoch(round(SOON.timestamp())))

    draft = submitted(ready, ticket, qtbot)

    wanted = OrderTerms(trigger_method=TriggerMethod.DOUBLE_LAST, good_after=SOON)
    assert draft.terms == wanted


def test_what_belongs_to_another_kind_stays_behind(ready: Stage, ticket, qtbot) -> None:
    special = choose(ticket, OrderType.TRAIL)
    qtbot.keyClicks(special.trail_edit, "oops")
    assert ticket.submit_button.text().startswith("“oops” is not a number")
    choose(ticket, OrderType.LIMIT)
    ticket.form.price_edit.set_value(D("187.20"))

    draft = submitted(ready, ticket, qtbot)

    assert draft.terms == PLAIN


@pytest.mark.parametrize("kind", [OrderType.RELATIVE, OrderType.PEG_MID])
def test_a_pegged_order_takes_an_offset(ready: Stage, ticket, qtbot, kind: OrderType) -> None:
    special = choose(ticket, kind)
    ticket.form.price_edit.set_value(D("187.20"))
    special.offset_edit.set_value(D("0.01"))

    assert submitted(ready, ticket, qtbot).terms == OrderTerms(peg_offset=D("0.01"))


def test_a_change_leaves_special_terms_alone(ready: Stage, ticket, qtbot) -> None:
    special = choose(ticket, OrderType.TRAIL)
    special.trail_edit.set_value(D("0.50"))
    order = an_order(12, order_type="LIT", limit_price=D("180.00"), stop_price=D("181.00"))
    ticket.start_change(order)
    assert not special.trail_edit.isVisible()
    ticket.form.price_edit.set_value(D("179.50"))
    qtbot.mouseClick(ticket.submit_button, Qt.MouseButton.LeftButton)

    change = ready.commands.of(ChangeOrder)[-1].change
    assert (change.limit_price, change.stop_price, change.quantity) == (D("179.50"), None, None)
    assert (change.terms, change.tif, change.outside_rth) == (None, None, None)


def test_another_contract_takes_the_first_stop_of_a_trail_away(ticket) -> None:
    special = choose(ticket, OrderType.TRAIL)
    special.trail_edit.set_value(D("0.50"))
    special.first_stop_edit.set_value(D("183.00"))
    ticket.show_contract(None, "MSFT")
    assert special.first_stop_edit.value is None


def test_the_first_stop_of_a_trail_stands_on_the_ladder(ready: Stage, ticket, qtbot) -> None:
    special = choose(ticket, OrderType.TRAIL)
    ticket.form.sell_button.click()
    special.trail_edit.set_value(D("0.50"))
    special.first_stop_edit.set_value(D("183.004"))
    qtbot.mouseClick(ticket.submit_button, Qt.MouseButton.LeftButton)
    assert ready.commands.of(SubmitOrder) == []
    assert special.first_stop_edit.value == D("183.00")
