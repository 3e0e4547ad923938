"""From a position's row to an option exercised or lapsed: explained, and sent by a click alone."""

from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt

from tests.qt.conftest import Stage
from tests.qt.fakes import AAPL, a_contract, a_link, a_position, a_quote
from workstation.domain.commands import Failed
from workstation.domain.contract import Contract, ContractDetails
from workstation.domain.exercise import ExerciseAction, ExerciseOption
from workstation.domain.finding import Denied, Finding, Level, NeedsAcknowledgement, RiskCode
from workstation.domain.ids import ConId
from workstation.domain.messages import ContractKnown, LinkChanged
from workstation.domain.override import accepted
from workstation.domain.several import PrepareContracts

D = Decimal
CALL = ConId(7001)


def a_call(strike: str = "180") -> ContractDetails:
    contract = Contract(
        con_id=CALL, symbol="AAPL", sec_type="OPT", expiry="20261218", strike=D(strike), right="C"
    )
    return replace(a_contract("AAPL"), contract=contract, multiplier=D(100), under_con_id=AAPL)


@pytest.fixture
def held(ready: Stage) -> Stage:
    """Three calls struck at 180 with the stock at 187.19 and the bid of the call at 9.00."""
    ready.events(ContractKnown(a_call()))
    ready.latest(a_quote(CALL, bid=9.0, ask=9.2), position())
    return ready


def position(quantity: int = 3) -> object:
    return a_position(con_id=CALL, quantity=D(quantity), average_cost=D(500), mark=9.1)


def begin(stage: Stage):
    stage.window.positions.exercise_requested.emit(position())
    return stage.window.menu.exercising.dialog


def test_the_dialog_explains_what_an_exercise_brings_and_wastes(held: Stage) -> None:
    dialog = begin(held)
    words = dialog.explanation.text()
    assert "You get 300 shares of AAPL at 180 and pay 54,000.00 USD." in words
    assert "Intrinsic value: 2,157.00 USD." in words
    assert "Selling at the bid would bring 2,700.00 USD." in words
    assert "throws away 543.00 USD that selling would bring" in words
    assert "1,500.00 USD, that is a profit of 657.00 USD" in words
    assert not dialog.override_box.isVisible()
    assert held.commands.of(PrepareContracts)[-1].con_ids == (CALL, AAPL)
    dialog.quantity_spin.setValue(1)
    assert "You get 100 shares" in dialog.explanation.text()
    dialog.reject()
    assert held.commands.of(ExerciseOption) == []


def test_enter_sends_nothing_and_a_click_sends_what_is_shown(held: Stage, qtbot) -> None:
    qtbot.keyClick(begin(held), Qt.Key.Key_Return)
    assert held.commands.of(ExerciseOption) == []
    dialog = begin(held)
    dialog.quantity_spin.setValue(2)
    assert dialog.send_button.text() == "Exercise 2"
    qtbot.mouseClick(dialog.send_button, Qt.MouseButton.LeftButton)
    wish = held.commands.of(ExerciseOption)[-1]
    assert (wish.con_id, wish.action, wish.quantity) == (CALL, ExerciseAction.EXERCISE, 2)
    assert (wish.held, wish.override) == (3, False)
    assert wish.intent_id


def test_giving_up_what_is_in_the_money_must_be_meant(held: Stage, qtbot) -> None:
    dialog = begin(held)
    dialog.lapse_radio.setChecked(True)
    assert "Intrinsic value of 2,157.00 USD is given up." in dialog.explanation.text()
    assert not dialog.send_button.isEnabled()
    assert dialog.override_box.text() == "Let them lapse although they are in the money"
    dialog.override_box.setChecked(True)
    qtbot.mouseClick(dialog.send_button, Qt.MouseButton.LeftButton)
    wish = held.commands.of(ExerciseOption)[-1]
    assert (wish.action, wish.override) == (ExerciseAction.LAPSE, True)


def test_an_exercise_out_of_the_money_says_what_it_loses(held: Stage) -> None:
    held.events(ContractKnown(a_call("190")))
    held.latest(a_quote(CALL, bid=1.0, ask=1.2))
    dialog = begin(held)
    words = dialog.explanation.text()
    assert "Intrinsic value: 0.00 USD." in words
    assert "the market is better than the strike by 843.00 USD" in words
    assert "throws away 1,143.00 USD" in words
    assert "that is a loss of 2,343.00 USD" in words
    assert dialog.override_box.text() == "Exercise although they are out of the money"
    assert not dialog.send_button.isEnabled()


def test_prices_that_are_missing_are_said_to_be(held: Stage) -> None:
    held.latest(a_quote(CALL, bid=None), a_quote(AAPL, stale=True))
    dialog = begin(held)
    words = dialog.explanation.text()
    assert "has no bid now" in words
    assert "price of the underlying is not known" in words
    assert dialog.override_box.isVisible()
    assert not dialog.send_button.isEnabled()


def test_a_position_that_falls_meanwhile_cannot_be_exercised(held: Stage) -> None:
    dialog = begin(held)
    held.latest(position(2))
    dialog.refresh()
    assert not dialog.send_button.isEnabled()


def test_what_is_no_long_option_is_told_so(held: Stage) -> None:
    said: list[tuple[str, str]] = []
    held.window.ordering.failed.connect(said.append)
    held.window.positions.exercise_requested.emit(a_position())
    held.window.positions.exercise_requested.emit(position(-2))
    assert [reason for _, reason in said] == [
        "Only an option that is held long can be exercised or lapse."
    ] * 2
    assert held.window.menu.exercising.dialog is None


@pytest.mark.parametrize(
    "answer",
    [
        Failed("Nothing was sent."),
        Denied((Finding(RiskCode.QUANTITY, Level.HARD, "Nothing was sent."),)),
    ],
)
def test_a_refusal_is_said_aloud(held: Stage, qtbot, answer) -> None:
    said: list[tuple[str, str]] = []
    held.window.ordering.failed.connect(said.append)
    qtbot.mouseClick(begin(held).send_button, Qt.MouseButton.LeftButton)
    held.commands.answer(ExerciseOption, answer)
    assert said == [("Exercise of AAPL", "Nothing was sent.")]


def test_the_trade_menu_offers_it_only_where_something_can_leave(held: Stage) -> None:
    action = held.window.menu.menus.by_name["exercise"]
    held.events(LinkChanged(a_link()))
    assert action.isEnabled()
    held.events(LinkChanged(a_link(read_only=True)))
    assert not action.isEnabled()


def test_what_an_exercise_would_open_is_asked_once(held: Stage, qtbot) -> None:
    soft = Finding(RiskCode.ORDER_SIZE, Level.SOFT, "Order size is above your personal limit.")
    qtbot.mouseClick(begin(held).send_button, Qt.MouseButton.LeftButton)
    first = held.commands.of(ExerciseOption)[-1]
    held.commands.answer(ExerciseOption, NeedsAcknowledgement((soft,)))
    exercising = held.window.menu.exercising
    assert "above your personal limit" in exercising.question.label.text()
    qtbot.mouseClick(exercising.question.buttons["keep"], Qt.MouseButton.LeftButton)
    assert held.commands.of(ExerciseOption)[-1] is first
    assert exercising.question is None

    qtbot.mouseClick(begin(held).send_button, Qt.MouseButton.LeftButton)
    held.commands.answer(ExerciseOption, NeedsAcknowledgement((soft,)))
    assert not exercising.question.buttons["send"].isEnabled()
    qtbot.keyClicks(exercising.question.reason_edit, "over the dividend")
    qtbot.mouseClick(exercising.question.buttons["send"], Qt.MouseButton.LeftButton)
    again = held.commands.of(ExerciseOption)[-1]
    assert again.acknowledged == accepted((soft,), "over the dividend")
    assert again.intent_id != first.intent_id
