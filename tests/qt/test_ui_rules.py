"""Rules in the window: shown with tag and state, made by dialogs, asked and never acted here."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt

from tests.qt.conftest import Stage
from tests.qt.fakes import AAPL, ACCOUNT, FINDINGS, a_link, a_position, an_order
from tests.qt.rules_gallery import a_stop, a_view, an_exit, last, some_rules
from workstation.domain.commands import Done, Failed
from workstation.domain.exit_rule import ExitKind, ReachUnit
from workstation.domain.finding import Denied, NeedsAcknowledgement
from workstation.domain.ids import RuleId
from workstation.domain.link import LinkState
from workstation.domain.messages import LinkChanged, OrderChanged, RulesChanged
from workstation.domain.order_status import Lifecycle
from workstation.domain.rule import (
    ActionKind,
    ConfirmRule,
    MakeRule,
    PauseRule,
    RemoveRule,
    ResumeRule,
    RuleAction,
    RuleState,
)
from workstation.domain.rule_conditions import Watched

D = Decimal
TELL = RuleAction(kind=ActionKind.ALERT)


@pytest.fixture
def rules(ready: Stage, qtbot: Any) -> Any:
    ready.latest(a_position(average_cost=D("181.25")))
    ready.events(OrderChanged(a_stop()))
    ready.window.docks.focus("rules")
    panel = ready.window.board.rules
    qtbot.waitUntil(panel.isVisible)
    return panel


def cells(panel: Any, row: int) -> dict[str, str]:
    value = panel.model.value_at(row)
    return {column.key: column.text(value) for column in panel.model.columns}


def select(panel: Any, number: int) -> None:
    row = panel.model.row_of(RuleId(f"r{number}"))
    panel.table.select_source_row(row)


def test_every_rule_is_tagged_and_said_in_words(ready: Stage, rules: Any) -> None:
    ready.events(RulesChanged(some_rules()))
    shown = [cells(rules, row) for row in range(rules.model.rowCount())]
    assert {row["tag"] for row in shown} == {"CLIENT-SIDE"}
    assert shown[2]["condition"] == "NVDA last rises to 904.50 and SPY change falls to -2 %"
    assert shown[2]["action"] == "send BUY 100 NVDA LMT 905.00"
    assert shown[2]["tree"] == "one of “breakout”"
    assert shown[1]["result"].startswith("Moves at most each 15 s")
    assert shown[1]["to_go"] == "active, stop 180.00"
    assert shown[5]["result"] == "Paused since the restart"
    assert shown[7]["result"] == "Nothing was sent: live trading is not armed"
    assert rules.count_label.text() == "5 rules watched on this computer, 2 paused or held"


def test_the_distance_follows_the_market(ready: Stage, rules: Any) -> None:
    ready.events(RulesChanged((a_view(1, conditions=(last("AAPL", "188.00"),), action=TELL),)))
    assert cells(rules, 0)["to_go"] == "0.81"
    quote = ready.window.state.quotes[AAPL]
    ready.latest(replace(quote, last=188.0))
    ready.window.menu.ruling._on_tick()
    assert cells(rules, 0)["to_go"] == "holds"
    ready.latest(replace(quote, stale=True))
    ready.window.menu.ruling._on_tick()
    assert cells(rules, 0)["to_go"] == "—"


def test_rules_are_paused_resumed_and_removed(ready: Stage, rules: Any, qtbot: Any) -> None:
    ready.events(RulesChanged(some_rules()))
    select(rules, 1)
    assert not rules.resume_button.isEnabled()
    qtbot.mouseClick(rules.pause_button, Qt.MouseButton.LeftButton)
    assert ready.commands.of(PauseRule) == [PauseRule(RuleId("r1"))]
    select(rules, 6)
    qtbot.mouseClick(rules.resume_button, Qt.MouseButton.LeftButton)
    assert ready.commands.of(ResumeRule) == [ResumeRule(RuleId("r6"))]
    ready.commands.answer(ResumeRule, Failed("The time of the rule has passed."))
    assert "has passed" in ready.window.log.table.source.values()[-1].notice.text
    qtbot.keyClick(rules.table, Qt.Key.Key_Delete)
    assert ready.commands.of(RemoveRule) == [RemoveRule(RuleId("r6"))]


def test_a_held_order_is_looked_at_and_sent_with_a_word(
    ready: Stage, rules: Any, qtbot: Any
) -> None:
    ready.events(RulesChanged(some_rules()))
    select(rules, 7)
    qtbot.keyClick(rules.table, Qt.Key.Key_F2)
    question = ready.window.menu.ruling.question
    assert "BUY 400 META MKT" in question.label.text()
    assert FINDINGS[0].text in question.label.text()
    question.reason_edit.setText("I want it")
    qtbot.mouseClick(question.buttons["send"], Qt.MouseButton.LeftButton)
    [sent] = ready.commands.of(ConfirmRule)
    assert sent.rule_id == "r7"
    assert {each.acknowledgement for each in FINDINGS} <= sent.acknowledged
    ready.commands.answer(ConfirmRule, Denied(FINDINGS))
    assert "held order" in ready.window.log.table.source.values()[-1].notice.text


def test_an_exit_rule_begins_at_a_position(ready: Stage, rules: Any, qtbot: Any) -> None:
    ready.window.docks.focus("positions")
    panel = ready.window.positions
    panel.table.selectRow(0)
    panel._on_menu(QPoint(5, 5))
    next(each for each in panel.menu.actions() if each.text() == "Exit rule…").trigger()
    panel.menu.close()
    dialog = ready.window.menu.ruling.dialog
    assert any("CLIENT-SIDE" in each.text() for each in dialog.findChildren(type(dialog.what)))
    assert dialog.what.text() == "at a profit of 1 R: stop of AAPL to the entry"
    dialog.kind_box.setCurrentIndex(1)
    dialog.begins.set_value(None)
    dialog.reach.set_value(D("1.5"))
    dialog.reach_unit.setCurrentIndex(list(ReachUnit).index(ReachUnit.PERCENT))
    qtbot.mouseClick(dialog.send_button, Qt.MouseButton.LeftButton)
    [made] = ready.commands.of(MakeRule)
    found = made.rule.exit
    assert (found.kind, found.begins, found.stop) == (ExitKind.TRAIL, None, a_stop().key)
    assert (found.first_stop, found.reach.words) == (D("180.00"), "1.5 % of the entry")
    ready.commands.answer(MakeRule, Failed("A trail rule watches this stop already."))
    assert "already" in dialog.words.text()
    qtbot.mouseClick(dialog.send_button, Qt.MouseButton.LeftButton)
    ready.commands.answer(MakeRule, Done("watched"))
    assert ready.window.menu.ruling.dialog is None


def test_an_exit_rule_begins_at_a_stop_and_only_there(ready: Stage, rules: Any) -> None:
    ruling = ready.window.menu.ruling
    ready.window.orders.exit_rule_requested.emit(an_order(12))
    assert ruling.dialog is None
    assert "only a working stop" in ready.window.log.table.source.values()[-1].notice.text
    ready.window.orders.exit_rule_requested.emit(a_stop())
    dialog = ruling.dialog
    dialog.begins.set_value(D(1))
    dialog.reach.set_value(D(-999))
    dialog.entry_edit.set_value(D("170"))
    dialog._on_send()
    assert "no risk" in dialog.words.text(), "the stop at 180 is beyond an entry at 170"
    dialog.reject()


def test_a_position_without_a_stop_is_told_why(ready: Stage, rules: Any) -> None:
    ready.latest(a_position("TSLA"))
    ready.window.positions.exit_rule_requested.emit(a_position("TSLA"))
    assert ready.window.menu.ruling.dialog is None
    assert "no stop of this program" in ready.window.log.table.source.values()[-1].notice.text


def test_the_order_in_the_ticket_can_wait_for_a_price(ready: Stage, rules: Any, qtbot: Any) -> None:
    ready.window.choose_symbol("AAPL")
    form = ready.window.ticket.form
    form.quantity_edit.set_value(D(100))
    form.take_ask()
    ready.window.menu.menus.by_name["if_then"].trigger()
    dialog = ready.window.menu.ruling.dialog
    assert dialog.wish_label.text() == "BUY 100 AAPL LMT 187.20"
    dialog._on_send()
    assert "Enter a number" in dialog.words.text()
    dialog.rows[0].value_edit.set_value(D("188.5"))
    dialog.group_edit.setText("breakout")
    assert dialog.what.text() == "if AAPL last rises to 188.5: send BUY 100 AAPL LMT 187.20"
    qtbot.mouseClick(dialog.send_button, Qt.MouseButton.LeftButton)
    ready.commands.answer(MakeRule, NeedsAcknowledgement(FINDINGS))
    assert dialog.send_button.text() == "Accept and watch"
    assert "Anything new will hold the order" in dialog.words.text()
    dialog.reason_edit.setText("I want it")
    qtbot.mouseClick(dialog.send_button, Qt.MouseButton.LeftButton)
    first, second = ready.commands.of(MakeRule)
    assert first.rule == second.rule, "the same wish"
    assert {each.acknowledgement for each in FINDINGS} <= second.acknowledged
    action = second.rule.action
    assert (action.kind, action.draft.quantity, action.draft.con_id) == (ActionKind.SEND, 100, AAPL)
    assert (second.rule.group, second.rule.account) == ("breakout", ACCOUNT)
    ready.commands.answer(MakeRule, Done(""))
    assert ready.window.menu.ruling.dialog is None


@pytest.mark.parametrize("kind", [k for k in ActionKind if k is not ActionKind.SEND])
def test_each_action_can_be_made_and_edited(ready: Stage, rules: Any, kind: ActionKind) -> None:
    ready.window.menu.ruling.make()
    dialog = ready.window.menu.ruling.dialog
    dialog.action_box.setCurrentIndex(_place(kind))
    dialog.rows[0].kind_box.setCurrentIndex(5)
    dialog.price_edit.set_value(D("181.00"))
    made = dialog.command()
    assert isinstance(made, MakeRule), made
    assert made.rule.action.kind is kind
    assert made.rule.conditions[0].watches is Watched.TIME
    dialog.reject()
    view = a_view(1, conditions=made.rule.conditions, action=made.rule.action)
    ready.events(RulesChanged((view,)))
    select(rules, 1)
    rules._on_edit()
    again = ready.window.menu.ruling.dialog.command()
    assert isinstance(again, MakeRule)
    assert again.rule == view.record.rule
    ready.window.menu.ruling.dialog.reject()


def _place(kind: ActionKind) -> int:
    order = (ActionKind.SEND, ActionKind.CANCEL, ActionKind.CANCEL_SYMBOL, ActionKind.TIGHTEN,
             ActionKind.FLATTEN, ActionKind.ALERT)  # fmt: skip
    return order.index(kind)


def test_a_rule_can_wait_for_another_and_for_its_order(ready: Stage, rules: Any) -> None:
    ready.events(RulesChanged((a_view(1, conditions=(last("AAPL", "190"),), action=TELL),)))
    ready.window.menu.ruling.make()
    dialog = ready.window.menu.ruling.dialog
    dialog.action_box.setCurrentIndex(_place(ActionKind.ALERT))
    dialog.rows[0].kind_box.setCurrentIndex(6)
    assert "the rule before" in dialog.command()
    dialog.before.box.setCurrentIndex(1)
    assert "has fired and what it does is done" in dialog.before.meaning.text()
    made = dialog.command().rule
    assert (made.after, made.conditions[0].order) == ("r1", None)
    dialog.rows[0].remove_button.click()
    assert dialog.command().rule.conditions == ()
    dialog.reject()


def test_a_rule_can_wait_for_an_exit_rule(ready: Stage, rules: Any) -> None:
    ready.events(RulesChanged((a_view(1, exit=an_exit(a_stop())),)))
    ready.window.menu.ruling.make()
    dialog = ready.window.menu.ruling.dialog
    dialog.action_box.setCurrentIndex(_place(ActionKind.ALERT))
    dialog.rows[0].remove_button.click()
    assert "after: at a profit of 1 R: stop of AAPL" in dialog.before.box.itemText(1)
    assert not dialog.before.meaning.isVisible()
    dialog.before.box.setCurrentIndex(1)
    assert dialog.command().rule.after == "r1"
    assert "stands at breakeven" in dialog.before.meaning.text()
    dialog.reject()


def test_an_exit_rule_can_wait_for_another_rule(ready: Stage, rules: Any, qtbot: Any) -> None:
    """A trail that begins once the breakeven stands, made and changed with the hands."""
    over = a_view(3, RuleState.DONE, conditions=(last("AAPL", "185"),), action=TELL)
    enters = a_view(2, conditions=(last("AAPL", "190"),), action=TELL)
    ready.events(RulesChanged((a_view(1, exit=an_exit(a_stop())), enters, over)))
    ready.window.positions.exit_rule_requested.emit(a_position(average_cost=D("181.25")))
    dialog = ready.window.menu.ruling.dialog
    assert dialog.before.box.count() == 3, "at once, or after each rule that is not over"
    dialog.kind_box.setCurrentIndex(1)
    dialog.reach.set_value(D(2))
    assert dialog.command().rule.after is None
    dialog.before.box.setFocus()
    qtbot.keyClick(dialog.before.box, Qt.Key.Key_Down)
    assert (
        "once the stop of AAPL stands at breakeven, or has filled" in dialog.before.meaning.text()
    )
    assert "this one is withdrawn" in dialog.before.meaning.text()
    qtbot.mouseClick(dialog.send_button, Qt.MouseButton.LeftButton)
    (made,) = ready.commands.of(MakeRule)
    assert (made.rule.after, made.rule.exit.kind) == ("r1", ExitKind.TRAIL)
    fault = "This trail ends when its stop has filled: there is no stop left then."
    ready.commands.answer(MakeRule, Failed(fault))
    assert fault in dialog.words.text()
    dialog.reject()


def test_a_waiting_exit_rule_is_changed_and_still_waits(ready: Stage, rules: Any) -> None:
    trail = an_exit(a_stop(), ExitKind.TRAIL)
    waits = {"exit": trail, "after": RuleId("r1"), "group": "outs"}
    ready.events(RulesChanged((a_view(1, exit=an_exit(a_stop())), a_view(2, RuleState.WAITING, **waits))))  # fmt: skip
    select(rules, 2)
    rules._on_edit()
    dialog = ready.window.menu.ruling.dialog
    made = dialog.command().rule
    assert (made.rule_id, made.after, made.group) == ("r2", "r1", "outs")
    assert dialog.before.box.count() == 2, "never after itself"
    dialog.before.box.setCurrentIndex(0)
    assert dialog.command().rule.after is None
    dialog.reject()


def test_what_waits_for_a_trail_waits_for_its_stop_to_fill(ready: Stage, rules: Any) -> None:
    ready.events(RulesChanged((a_view(1, exit=an_exit(a_stop(), ExitKind.TRAIL)),)))
    ready.window.menu.ruling.make()
    dialog = ready.window.menu.ruling.dialog
    dialog.before.box.setCurrentIndex(1)
    assert "Watched once the stop of AAPL has filled." in dialog.before.meaning.text()
    dialog.reject()


def test_an_exit_rule_is_edited_as_it_was_made(ready: Stage, rules: Any) -> None:
    wish = an_exit(a_stop(), ExitKind.STEP, entry=D("181.25"))
    ready.events(RulesChanged((a_view(1, exit=wish),)))
    select(rules, 1)
    rules._on_edit()
    dialog = ready.window.menu.ruling.dialog
    assert dialog.command().rule.exit == wish
    dialog.reject()


def test_one_who_only_looks_makes_no_rules(ready: Stage, rules: Any) -> None:
    ready.events(LinkChanged(a_link(read_only=True)))
    assert not rules.new_button.isEnabled()
    ready.window.menu.ruling.make()
    assert ready.window.menu.ruling.dialog is None
    ready.events(LinkChanged(a_link(LinkState.READY)))
    assert rules.new_button.isEnabled()


def test_what_ends_with_the_program_is_listed_and_asked_about(
    ready: Stage, rules: Any, qtbot: Any
) -> None:
    waiting = a_view(1, conditions=(last("MSFT", "420"),), action=TELL)
    over = a_view(2, RuleState.DONE, conditions=(last("F", "12"),), action=TELL)
    ready.events(RulesChanged((waiting, over)))
    local = ready.window.board.risk.protection.local_label.text()
    assert "1 rule (MSFT)" in local
    ready.events(OrderChanged(replace(a_stop(), lifecycle=Lifecycle.CANCELLED)))
    assert not ready.window.close()
    dialog = ready.window.leaving.dialog
    assert "1 client-side rule (MSFT) does nothing from then on." in dialog.label.text()
    qtbot.mouseClick(dialog.buttons["stay"], Qt.MouseButton.LeftButton)
