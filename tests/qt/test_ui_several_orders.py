"""The dialogs for orders of several parts: what they ask for, and what they show of it."""

from decimal import Decimal

import pytest
from PySide6.QtCore import Qt

from tests.qt.conftest import Stage
from tests.qt.fakes import (
    AAPL,
    ACCOUNT,
    DENIALS,
    FINDINGS,
    a_contract,
    a_position,
    a_quote,
    an_execution,
    an_order,
)
from workstation.domain.combo import ComboLeg, combo_con_id
from workstation.domain.commands import Answered, Ask, Done, Failed, PreviewMargin, SubmitOrder
from workstation.domain.contract import Contract, ContractDetails
from workstation.domain.family import Family, FamilyKind
from workstation.domain.finding import Denied, NeedsAcknowledgement, Submitted
from workstation.domain.ids import ConId, ExecId, FamilyId, IntentId, OrderId, OrderKey
from workstation.domain.messages import (
    ContractKnown,
    ExecutionArrived,
    FamilyKnown,
    OrderChanged,
)
from workstation.domain.preview import MarginPreview
from workstation.domain.prices import PriceLadder
from workstation.domain.several import CancelFamily, PrepareCombo, ScaleIn, ScaleOut


@pytest.fixture
def menu(ready: Stage, qtbot):
    ready.latest(a_position())
    ready.events(ContractKnown(a_contract()))
    ready.window.docks.focus("positions")
    qtbot.waitUntil(ready.window.positions.isVisible)
    ready.window.positions.table.selectRow(0)
    return ready.window.menu


def press(dialog, qtbot) -> None:
    qtbot.mouseClick(dialog.send_button, Qt.MouseButton.LeftButton)


def test_adding_names_the_position_and_asks_once_for_what_risk_wants(
    ready: Stage, menu, qtbot
) -> None:
    menu.menus.by_name["scale_in"].trigger()
    dialog = menu.several.dialog
    press(dialog, qtbot)
    assert "Enter how many" in dialog.words.text()
    dialog.quantity.set_value(Decimal(50))
    press(dialog, qtbot)
    (first,) = ready.commands.of(ScaleIn)
    assert (first.account, first.con_id, first.quantity) == (ACCOUNT, AAPL, 50)
    assert not dialog.send_button.isEnabled()

    ready.commands.answer(ScaleIn, NeedsAcknowledgement(FINDINGS))
    assert "Please confirm" in dialog.words.text()
    press(dialog, qtbot)
    second = ready.commands.of(ScaleIn)[1]
    assert second.intent_id == first.intent_id
    assert second.acknowledged == frozenset(each.acknowledgement for each in FINDINGS)
    ready.commands.answer(ScaleIn, Done("50 AAPL are being added."))
    assert menu.several.dialog is None
    assert "50 AAPL are being added" in ready.window.status_line.currentMessage()


def test_what_was_accepted_is_forgotten_when_the_terms_change(ready: Stage, menu, qtbot) -> None:
    menu.menus.by_name["scale_in"].trigger()
    dialog = menu.several.dialog
    dialog.quantity.set_value(Decimal(50))
    press(dialog, qtbot)
    ready.commands.answer(ScaleIn, NeedsAcknowledgement(FINDINGS))
    dialog.quantity.set_value(Decimal(60))
    press(dialog, qtbot)
    first, second = ready.commands.of(ScaleIn)
    assert second.acknowledged == frozenset()
    assert second.intent_id != first.intent_id
    ready.commands.answer(ScaleIn, Denied(DENIALS))
    assert "Not sent" in dialog.words.text()


def test_reducing_snaps_its_limit_before_it_is_sent(ready: Stage, menu, qtbot) -> None:
    ready.window.positions.ask_to_reduce()
    dialog = menu.several.dialog
    dialog.quantity.set_value(Decimal(100))
    dialog.limit.lineEdit().setText("190.123")
    press(dialog, qtbot)
    assert ready.commands.of(ScaleOut) == []
    press(dialog, qtbot)
    (wish,) = ready.commands.of(ScaleOut)
    assert wish.limit_price == Decimal("190.13")  # a sale: never lower than was asked for
    ready.commands.answer(ScaleOut, Failed("no link"))
    assert "no link" in dialog.words.text()
    dialog.reject()
    assert menu.several.dialog is None


def test_the_parts_of_a_family_say_so_and_are_cancelled_together(ready: Stage, menu, qtbot) -> None:
    family = Family(
        family_id=FamilyId("f"), kind=FamilyKind.SCALE_IN, title="add 50 AAPL", account=ACCOUNT,
        intents=(IntentId("i"),),
    )  # fmt: skip
    ready.events(FamilyKnown(family), OrderChanged(an_order(1, family=FamilyId("f"))))
    panel = ready.window.orders
    panel.table.selectRow(0)
    assert "scale-in: add 50 AAPL" in panel.model.value_at(0).note
    panel._on_menu(panel.rect().center())
    (action,) = [a for a in panel.menu.actions() if a.text() == "Cancel the whole scale-in"]
    action.trigger()
    assert ready.commands.of(CancelFamily) == [CancelFamily(FamilyId("f"))]


# -- combinations -----------------------------------------------------------------------------------


def option(con_id: int, strike: int) -> ContractDetails:
    contract = Contract(
        con_id=ConId(con_id), symbol="AAPL", sec_type="OPT", expiry="20270115", right="C",
        strike=Decimal(strike), local_symbol=f"AAPL  270115C00{strike}000",
    )  # fmt: skip
    return ContractDetails(
        contract=contract, ladder=PriceLadder.of_tick(Decimal("0.01")), multiplier=Decimal(100)
    )


@pytest.fixture
def combo(ready: Stage, menu, qtbot):
    menu.menus.by_name["combo"].trigger()
    dialog = menu.several.dialog
    dialog.symbol.setText("aapl")
    for row, strike in zip(dialog.rows, (200, 210), strict=False):
        row.expiry.setText("20270115")
        row.strike.set_value(Decimal(strike))
    return dialog


def find(ready: Stage, combo, qtbot) -> None:
    qtbot.mouseClick(combo.check_button, Qt.MouseButton.LeftButton)
    for con_id, strike in ((1, 200), (2, 210)):
        ready.commands.answer(Ask, Answered((option(con_id, strike),)))
    ready.commands.answer(PrepareCombo, Done())


def test_legs_are_found_priced_and_sent_as_one_order(ready: Stage, combo, qtbot) -> None:
    find(ready, combo, qtbot)
    asked = [each.query.filter for each in ready.commands.of(Ask)]
    assert [(each.symbol, each.strike, each.right) for each in asked] == [
        ("AAPL", 200, "C"), ("AAPL", 210, "C"),
    ]  # fmt: skip
    ready.latest(a_quote(ConId(1), bid=5.0, ask=5.2), a_quote(ConId(2), bid=2.0, ask=2.1))
    assert "bid 2.90   mid 3.05   ask 3.20" in combo.market.text()
    assert "+20270115 200C" in combo.market.text()

    press(combo, qtbot)
    assert "net price" in combo.words.text()
    combo.price.set_value(Decimal("-1.005"))
    press(combo, qtbot)
    assert ready.commands.of(SubmitOrder) == []  # it was moved to the increment first
    combo.guaranteed.setChecked(False)
    press(combo, qtbot)
    (sent,) = ready.commands.of(SubmitOrder)
    draft = sent.draft
    assert draft.limit_price == Decimal("-1.01")
    assert draft.legs == (
        ComboLeg(con_id=ConId(1), ratio=1), ComboLeg(con_id=ConId(2), ratio=-1),
    )  # fmt: skip
    assert draft.con_id == combo_con_id(draft.legs)
    assert not draft.guaranteed
    ready.commands.answer(SubmitOrder, Submitted(OrderId(1), OrderKey("k")))
    assert ready.commands.of(PrepareCombo)[-1] == PrepareCombo(())  # its streams end


def test_a_leg_that_is_not_one_contract_is_named_and_nothing_can_be_sent(
    ready: Stage, combo, qtbot
) -> None:
    qtbot.mouseClick(combo.check_button, Qt.MouseButton.LeftButton)
    ready.commands.answer(Ask, Answered((option(1, 200),)))
    ready.commands.answer(Ask, Answered((option(2, 210), option(3, 210))))
    assert "2 contracts fit" in combo.rows[1].found.text()
    assert ready.commands.of(PrepareCombo) == []
    press(combo, qtbot)
    assert "Find the legs first" in combo.words.text()
    combo.rows[1].strike.lineEdit().setText("")
    qtbot.mouseClick(combo.check_button, Qt.MouseButton.LeftButton)
    assert "Leg 2: enter the strike" in combo.words.text()


def test_a_changed_leg_must_be_found_anew_and_a_late_answer_is_dropped(
    ready: Stage, combo, qtbot
) -> None:
    find(ready, combo, qtbot)
    combo.rows[0].ratio.setValue(2)
    press(combo, qtbot)
    assert "Find the legs first" in combo.words.text()
    qtbot.mouseClick(combo.check_button, Qt.MouseButton.LeftButton)
    combo.reject()
    ready.commands.answer(Ask, Answered((option(1, 200),)))  # nobody waits for it


def test_the_whatif_of_a_combination_is_shown_and_sends_nothing(ready: Stage, combo, qtbot) -> None:
    find(ready, combo, qtbot)
    combo.price.set_value(Decimal("3.00"))
    qtbot.mouseClick(combo.margin_button, Qt.MouseButton.LeftButton)
    nothing = dict.fromkeys(
        ("maintenance_margin_change", "initial_margin_after", "maintenance_margin_after",
         "equity_after")
    )  # fmt: skip
    preview = MarginPreview(
        initial_margin_change=Decimal(700), commission=Decimal("2.60"), currency="USD", **nothing
    )
    ready.commands.answer(PreviewMargin, preview)
    assert "700.00" in combo.words.text()
    assert ready.commands.of(SubmitOrder) == []


def test_executions_of_a_combination_are_shown_leg_by_leg(ready: Stage) -> None:
    def fill(number: int, sec_type: str, local: str):
        return ExecutionArrived(
            an_execution(exec_id=ExecId(f"a.0{number}.01"), sec_type=sec_type, local_symbol=local)
        )

    ready.events(fill(1, "BAG", "700000001"), fill(2, "OPT", "AAPL  270115C00200000"))
    names = {row.symbol for row in ready.window.messages.executions.values()}
    assert names == {"AAPL combination", "AAPL  270115C00200000"}
