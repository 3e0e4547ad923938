"""The dialogs for orders of several parts: what they ask for, and what they show of it."""

from decimal import Decimal

import pytest
from PySide6.QtCore import Qt

from tests.qt.conftest import Stage
from tests.qt.fakes import AAPL, ACCOUNT, DENIALS, FINDINGS, a_contract, a_position, an_order
from workstation.domain.commands import CancelFamily, Done, Failed, ScaleIn, ScaleOut
from workstation.domain.family import Family, FamilyKind
from workstation.domain.finding import Denied, NeedsAcknowledgement
from workstation.domain.ids import FamilyId, IntentId
from workstation.domain.messages import ContractKnown, FamilyKnown, OrderChanged


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
