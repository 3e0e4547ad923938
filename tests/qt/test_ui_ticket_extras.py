"""Groups, algorithms, conditions, adjustable stops and changes of terms in the ticket."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import QDateTime, Qt

from tests.qt.conftest import Stage
from tests.qt.fakes import CON_IDS, an_order
from workstation.domain.algos import ALGOS
from workstation.domain.commands import ChangeOrder, SubmitBracket, SubmitOrder
from workstation.domain.order import OrderTerms, OrderType, Tif
from workstation.domain.order_extras import (
    AdjustedType,
    Adjustment,
    Algo,
    Condition,
    ConditionKind,
    Conditions,
    OcaGroup,
    OcaType,
    TriggerMethod,
)

D = Decimal
SOON = datetime(2026, 12, 18, 15, 30, 45, tzinfo=UTC)
CUSHION = Conditions(each=(Condition(kind=ConditionKind.MARGIN, value=D(20)),))


@pytest.fixture
def ticket(ready: Stage, qtbot):
    ready.window.docks.focus("ticket")
    form = ready.window.ticket.form
    form.quantity_edit.set_value(D(100))
    form.price_edit.set_value(D("187.20"))
    form.special.more_box.setChecked(True)
    return ready.window.ticket


def submitted(ready: Stage, ticket, qtbot, kind: type = SubmitOrder) -> Any:
    assert ticket.submit_button.isEnabled(), ticket.submit_button.text()
    qtbot.mouseClick(ticket.submit_button, Qt.MouseButton.LeftButton)
    return ready.commands.of(kind)[-1]


def test_orders_of_one_name_are_a_group(ready: Stage, ticket, qtbot) -> None:
    extras = ticket.form.special.extras
    qtbot.keyClicks(extras.group_edit, "pair")
    assert "group pair (one cancels the rest)" in ticket.submit_button.text().replace("\n", " ")
    draft = submitted(ready, ticket, qtbot).draft
    assert draft.terms == OrderTerms(oca=OcaGroup(name="pair"))
    ticket.show_contract(None, "MSFT")
    assert extras.group_edit.text() == ""  # no order slips into a group of another contract


def test_a_group_may_reduce(ready: Stage, ticket, qtbot) -> None:
    extras = ticket.form.special.extras
    qtbot.keyClicks(extras.group_edit, "pair")
    extras.group_box.setCurrentIndex(1)
    draft = submitted(ready, ticket, qtbot).draft
    assert draft.terms.oca == OcaGroup(name="pair", oca_type=OcaType.REDUCE)


def test_an_algorithm_has_its_typed_fields(ready: Stage, ticket, qtbot) -> None:
    algo = ticket.form.special.extras.algo
    algo.box.setCurrentText("VWAP")
    assert set(algo.fields) == {
        "maxPctVol",
        "startTime",
        "endTime",
        "allowPastEndTime",
        "noTakeLiq",
    }
    algo.fields["maxPctVol"].number.set_value(D(10))
    algo.fields["startTime"].flag.setChecked(True)
    at = QDateTime.fromSecsSinceEpoch(round(SOON.timestamp()))
    algo.fields["startTime"].moment.setDateTime(at)
    algo.fields["noTakeLiq"].flag.setChecked(True)
    draft = submitted(ready, ticket, qtbot).draft
    assert draft.terms.algo == Algo(
        strategy="Vwap",
        params=(
            ("maxPctVol", "0.1"), ("startTime", "20261218-15:30:00 UTC"), ("noTakeLiq", "1"),
        ),
    )  # fmt: skip


@pytest.mark.parametrize("spec", ALGOS, ids=lambda each: each.strategy)
def test_every_algorithm_of_the_table_is_shown_as_it_was_set(ticket, spec) -> None:
    algo = ticket.form.special.extras.algo
    given = {
        "FRACTION": "0.25", "NUMBER": "3", "WHOLE": "7", "FLAG": "1", "TIME": "20261218-15:30:00 UTC",
    }  # fmt: skip
    params = tuple(
        (each.tag, each.choices[-1] if each.choices else given[each.kind.name])
        for each in spec.params
    )
    algo.set_algo(Algo(strategy=spec.strategy, params=params))
    assert algo.algo == Algo(strategy=spec.strategy, params=params)
    algo.set_algo(None)
    assert algo.algo is None


def test_an_algorithm_is_for_orders_that_it_can_work(ticket) -> None:
    extras = ticket.form.special.extras
    extras.algo.box.setCurrentText("Adaptive")
    assert ticket.form.terms.special.algo is not None
    ticket.form.type_box.setCurrentText("STP")
    assert not extras.algo.isVisible()
    assert ticket.form.terms.special.algo is None


def test_conditions_of_all_kinds_are_written_in_a_dialog(ready: Stage, ticket, qtbot) -> None:
    extras = ticket.form.special.extras
    qtbot.mouseClick(extras.conditions_button, Qt.MouseButton.LeftButton)
    dialog = extras.dialog
    words = ("Price", "Time", "Margin cushion %", "Trade in", "Volume", "Change %")
    for kind in words[1:]:
        dialog.add().kind_box.setCurrentText(kind)
    price, moment, margin, _, volume, change = dialog.rows
    price.value_edit.set_value(D("190.00"))
    price.method_box.setCurrentText("Last")
    price.join_box.setCurrentText("or")
    moment.moment.setDateTime(QDateTime.fromSecsSinceEpoch(round(SOON.timestamp())))
    margin.value_edit.set_value(D(20))
    margin.more_box.setCurrentIndex(1)
    volume.value_edit.set_value(D(1_000_000))
    change.value_edit.set_value(D("-2.5"))
    dialog.rth_box.setChecked(True)
    dialog.use_button.click()

    conditions = submitted(ready, ticket, qtbot).draft.terms.conditions
    assert [each.kind.name for each in conditions.each] == [
        "PRICE", "TIME", "MARGIN", "EXECUTION", "VOLUME", "PERCENT_CHANGE",
    ]  # fmt: skip
    first = conditions.each[0]
    assert (first.con_id, first.exchange, first.value) == (CON_IDS["AAPL"], "SMART", D("190.00"))
    assert (first.joins_and, first.trigger_method) == (False, TriggerMethod.LAST)
    assert conditions.each[1].time == SOON.replace(second=0)
    assert not conditions.each[2].is_more
    assert (conditions.each[3].symbol, conditions.each[3].sec_type) == ("AAPL", "STK")
    assert (conditions.cancels, conditions.ignores_rth) == (False, True)
    assert "AAPL is at least 190 (last)" in extras.conditions_label.text()


def test_a_condition_without_a_number_is_not_taken(ticket, qtbot) -> None:
    extras = ticket.form.special.extras
    qtbot.mouseClick(extras.conditions_button, Qt.MouseButton.LeftButton)
    dialog = extras.dialog
    dialog.use_button.click()
    assert dialog.isVisible()
    assert "Enter a number" in dialog.words.text()
    dialog.clear_button.click()
    assert extras.conditions is None


def test_the_broker_adjusts_the_stop_of_a_bracket(ready: Stage, ticket, qtbot) -> None:
    exits = ticket.form.exits
    exits.box.setChecked(True)
    exits.target_edit.set_value(D("195.00"))
    exits.stop_edit.set_value(D("185.00"))
    exits.adjust.box.setChecked(True)
    assert ticket.submit_button.text() == "Enter the price that adjusts the stop"
    exits.adjust.trigger_edit.set_value(D("190.00"))
    exits.adjust.kind_box.setCurrentText("a trail")
    exits.adjust.stop_edit.set_value(D("187.20"))
    exits.adjust.trail_edit.set_value(D("1.50"))
    assert "at 190.00 becomes TRAIL 187.20 trailing by 1.5" in ticket.submit_button.text()
    bracket = submitted(ready, ticket, qtbot, SubmitBracket).bracket
    assert bracket.adjustment == Adjustment(
        trigger_price=D("190.00"), becomes=AdjustedType.TRAIL, stop_price=D("187.20"),
        trail_amount=D("1.50"),
    )  # fmt: skip
    assert bracket.stop.terms.adjustment == bracket.adjustment


def change_sent(ready: Stage, ticket, qtbot) -> Any:
    return submitted(ready, ticket, qtbot, ChangeOrder).change


def test_a_trail_is_changed_and_its_stop_left_where_it_stands(ready: Stage, ticket, qtbot) -> None:
    terms = OrderTerms(trail_amount=D("1.00"), trail_stop=D("183.00"))
    order = an_order(12, order_type="TRAIL", limit_price=None, terms=terms)
    ticket.start_change(order)
    assert ticket.form.special.first_stop_edit.value == D("183.00")
    assert ticket.submit_button.text() == "Nothing changed yet"
    ticket.form.special.trail_edit.set_value(D("0.50"))
    change = change_sent(ready, ticket, qtbot)
    assert change.terms == OrderTerms(trail_amount=D("0.50"))


def test_the_broker_may_be_told_to_adjust_a_working_stop(ready: Stage, ticket, qtbot) -> None:
    order = an_order(12, order_type="STP", limit_price=None, stop_price=D("180.00"))
    ticket.start_change(order)
    adjust = ticket.form.special.extras.adjust
    ticket.form.special.more_box.setChecked(True)
    adjust.box.setChecked(True)
    adjust.trigger_edit.set_value(D("190.00"))
    adjust.stop_edit.set_value(D("187.00"))
    change = change_sent(ready, ticket, qtbot)
    plan = change.terms.adjustment
    assert plan is not None
    assert (plan.becomes, plan.stop_price) == (AdjustedType.STOP, D("187.00"))


def test_what_the_fields_cannot_show_is_never_lost_by_a_change(ready: Stage, ticket, qtbot) -> None:
    terms = OrderTerms(
        display_size=D(50), good_after=SOON, oca=OcaGroup(name="pair"), conditions=CUSHION,
        algo=Algo(strategy="Adaptive", params=(("adaptivePriority", "Urgent"), ("new", "x"))),
    )  # fmt: skip
    ticket.start_change(an_order(12, terms=terms))
    special = ticket.form.special
    assert not special.more_box.isEnabled()  # closing it would ask for less
    assert not special.extras.group_edit.isEnabled()
    special.display_edit.set_value(D(20))
    change = change_sent(ready, ticket, qtbot)
    assert change.terms == replace(terms, display_size=D(20))
    assert (change.tif, change.outside_rth, change.limit_price) == (None, None, None)


def test_time_in_force_and_hours_are_changed_in_place(ready: Stage, ticket, qtbot) -> None:
    ticket.start_change(an_order(12))
    ticket.form.tif_box.setCurrentText("GTC")
    ticket.form.special.more_box.setChecked(True)
    ticket.form.special.outside_box.setChecked(True)
    change = change_sent(ready, ticket, qtbot)
    assert (change.tif, change.outside_rth, change.terms) == (Tif.GTC, True, None)


def test_after_a_change_the_locked_fields_open_again(ticket) -> None:
    ticket.start_change(an_order(12))
    assert not ticket.form.special.extras.algo.isEnabled()
    ticket._on_escape()
    assert ticket.form.special.extras.algo.isEnabled()
    assert ticket.form.special.hidden_box.isEnabled()
    assert ticket.form.terms.order_type is OrderType.LIMIT
