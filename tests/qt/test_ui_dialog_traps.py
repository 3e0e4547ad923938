"""Traps of the dialogs: answers that come late, terms that changed meanwhile, and the way out."""

from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.qt.conftest import Stage
from tests.qt.fakes import a_contract, a_position, an_order
from workstation.domain.commands import CancelOrders, Done, Failed, SetTradingState
from workstation.domain.finding import (
    Denied,
    Finding,
    Level,
    NeedsAcknowledgement,
    RiskCode,
    TradingState,
)
from workstation.domain.messages import ContractKnown, OrderChanged
from workstation.domain.several import ScaleIn

D = Decimal
LEFT = Qt.MouseButton.LeftButton
SOFT = Finding(RiskCode.DUPLICATE, Level.SOFT, "The same order was sent 1.2 s ago.")


@pytest.fixture
def dialog(ready: Stage, qtbot: QtBot):
    """Ask how much shall be added to 300 AAPL; 50 is written and sent."""
    ready.latest(a_position())
    ready.events(ContractKnown(a_contract()))
    window = ready.window
    window.docks.focus("positions")
    qtbot.waitUntil(window.positions.isVisible)
    window.positions.table.selectRow(0)
    window.menu.menus.by_name["scale_in"].trigger()
    found = window.menu.several.dialog
    found.quantity.set_value(D(50))
    qtbot.mouseClick(found.send_button, LEFT)
    assert len(ready.commands.of(ScaleIn)) == 1
    return found


@pytest.mark.parametrize(
    "answer", [Denied((SOFT,)), NeedsAcknowledgement((SOFT,)), Failed("no market")]
)
def test_what_became_of_an_order_is_said_after_its_dialog_was_closed(
    ready: Stage, dialog, answer
) -> None:
    said = []
    ready.window.ordering.failed.connect(said.append)
    dialog.reject()
    ready.commands.answer(ScaleIn, answer)
    assert len(said) == 1
    assert said[0][0] == "Add to the position"


def test_an_order_that_was_sent_is_said_after_its_dialog_was_closed(ready: Stage, dialog) -> None:
    said = []
    ready.window.ordering.failed.connect(said.append)
    dialog.reject()
    ready.commands.answer(ScaleIn, Done("50 AAPL are being added."))
    assert said == []
    assert "50 AAPL" in ready.window.status_line.currentMessage()


def test_a_question_about_earlier_terms_confirms_no_later_ones(
    ready: Stage, dialog, qtbot: QtBot
) -> None:
    dialog.quantity.set_value(D(5000))
    ready.commands.answer(ScaleIn, NeedsAcknowledgement((SOFT,)))
    qtbot.mouseClick(dialog.send_button, LEFT)
    assert [each.acknowledged for each in ready.commands.of(ScaleIn)[1:]] in ([], [frozenset()])


def test_the_answer_to_earlier_terms_does_not_close_a_dialog_with_others(
    ready: Stage, dialog
) -> None:
    dialog.quantity.set_value(D(70))
    ready.commands.answer(ScaleIn, Done("50 AAPL are being added."))
    assert dialog.isVisible()


def test_the_ways_out_work_beside_an_order_dialog(ready: Stage, dialog, qtbot: QtBot) -> None:
    assert not dialog.isModal()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(dialog.quantity, Qt.Key.Key_X, both)
    assert ready.commands.of(CancelOrders) == [CancelOrders()]
    qtbot.keyClick(dialog.quantity, Qt.Key.Key_E, both)
    assert ready.commands.of(SetTradingState) == [SetTradingState(TradingState.REDUCING)]

    button = ready.window.orders.cancel_all_button
    ready.events(OrderChanged(an_order(12)))
    qtbot.mouseClick(button, LEFT)
    assert len(ready.commands.of(CancelOrders)) == 2
