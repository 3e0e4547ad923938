"""Closing a position from its row."""

from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, Qt

from tests.qt.conftest import Stage
from tests.qt.fakes import AAPL, ACCOUNT, DENIALS, FINDINGS, a_link, a_position
from workstation.domain.commands import (
    ClosePosition,
    Failed,
    HalvePosition,
    ReversePosition,
    StopToBreakeven,
)
from workstation.domain.finding import Denied, NeedsAcknowledgement
from workstation.domain.link import LinkState
from workstation.domain.messages import LinkChanged
from workstation.domain.override import accepted
from workstation.ui.dialogs.plain_dialog import PlainDialog


@pytest.fixture
def panel(ready: Stage, qtbot):
    ready.latest(a_position())
    ready.window.docks.focus("positions")
    panel = ready.window.positions
    qtbot.waitUntil(panel.isVisible)
    panel.table.selectRow(0)
    return panel


def test_closing_asks_first_and_is_one_command(ready: Stage, panel, qtbot) -> None:
    qtbot.mouseClick(panel.close_button, Qt.MouseButton.LeftButton)
    dialog = panel.dialog
    assert isinstance(dialog, PlainDialog)
    held = a_position().quantity
    assert f"{abs(held)}" in dialog.buttons["close"].text()
    assert ready.commands.of(ClosePosition) == []
    qtbot.mouseClick(dialog.buttons["close"], Qt.MouseButton.LeftButton)

    assert ready.commands.of(ClosePosition) == [ClosePosition(ACCOUNT, AAPL)]
    ready.commands.answer(ClosePosition, Failed("no market"))
    assert "no market" in ready.window.alarms.text_label.text()


def test_keeping_it_sends_nothing(ready: Stage, panel, qtbot) -> None:
    qtbot.mouseClick(panel.close_button, Qt.MouseButton.LeftButton)
    qtbot.keyClick(panel.dialog, Qt.Key.Key_Escape)

    assert ready.commands.of(ClosePosition) == []
    assert panel.dialog is None


def test_a_flat_row_and_a_lost_link_offer_nothing(ready: Stage, panel) -> None:
    assert panel.close_button.isEnabled()
    ready.events(LinkChanged(a_link(LinkState.DISCONNECTED)))
    assert not panel.close_button.isEnabled()
    ready.events(LinkChanged(a_link()))
    assert panel.close_button.isEnabled()
    ready.latest(a_position(quantity=Decimal(0), realized_pnl=5.0))
    assert not panel.close_button.isEnabled()


def answer(panel, qtbot, button: str) -> None:
    qtbot.mouseClick(panel.dialog.buttons[button], Qt.MouseButton.LeftButton)


def test_half_is_closed_after_one_question(ready: Stage, panel, qtbot) -> None:
    qtbot.mouseClick(panel.halve_button, Qt.MouseButton.LeftButton)
    assert "half of" in panel.dialog.label.text()
    answer(panel, qtbot, "keep")
    assert ready.commands.of(HalvePosition) == []
    qtbot.mouseClick(panel.halve_button, Qt.MouseButton.LeftButton)
    answer(panel, qtbot, "halve")
    assert ready.commands.of(HalvePosition) == [HalvePosition(ACCOUNT, AAPL)]


def test_stops_move_to_breakeven_without_a_question(ready: Stage, panel, qtbot) -> None:
    qtbot.mouseClick(panel.breakeven_button, Qt.MouseButton.LeftButton)
    assert ready.commands.of(StopToBreakeven) == [StopToBreakeven(ACCOUNT, AAPL)]
    ready.commands.answer(StopToBreakeven, Failed("Stops already stand there or closer."))
    assert "already stand there" in ready.window.alarms.text_label.text()


def test_turning_around_confirms_what_risk_asks(ready: Stage, panel, qtbot) -> None:
    qtbot.mouseClick(panel.reverse_button, Qt.MouseButton.LeftButton)
    held = abs(a_position().quantity)
    assert f"{2 * held}" in panel.dialog.buttons["reverse"].text()
    answer(panel, qtbot, "reverse")
    seen = a_position().quantity
    assert ready.commands.of(ReversePosition) == [ReversePosition(ACCOUNT, AAPL, held=seen)]

    ready.commands.answer(ReversePosition, NeedsAcknowledgement(FINDINGS))
    assert "larger than your personal limit" in panel.dialog.label.text()
    assert not panel.dialog.buttons["reverse"].isEnabled()
    qtbot.keyClicks(panel.dialog.reason_edit, "trend broke")
    answer(panel, qtbot, "reverse")
    names = accepted(FINDINGS, "trend broke")
    confirmed = ReversePosition(ACCOUNT, AAPL, names, held=seen)
    assert ready.commands.of(ReversePosition)[1:] == [confirmed]
    assert panel.dialog is None


def test_what_risk_asks_waits_behind_another_question(ready: Stage, panel, qtbot) -> None:
    qtbot.mouseClick(panel.reverse_button, Qt.MouseButton.LeftButton)
    answer(panel, qtbot, "reverse")
    qtbot.mouseClick(panel.halve_button, Qt.MouseButton.LeftButton)
    ready.commands.answer(ReversePosition, NeedsAcknowledgement(FINDINGS))
    assert "half of" in panel.dialog.label.text()
    answer(panel, qtbot, "keep")

    assert "larger than your personal limit" in panel.dialog.label.text()
    answer(panel, qtbot, "keep")
    assert panel.dialog is None
    assert len(ready.commands.of(ReversePosition)) == 1


def test_a_refused_reversal_is_said_aloud(ready: Stage, panel, qtbot) -> None:
    qtbot.mouseClick(panel.reverse_button, Qt.MouseButton.LeftButton)
    answer(panel, qtbot, "reverse")
    ready.commands.answer(ReversePosition, Denied(DENIALS))
    assert DENIALS[0].text in ready.window.alarms.text_label.text()


def test_the_menu_of_a_row_offers_every_way(ready: Stage, panel) -> None:
    panel.table.customContextMenuRequested.emit(QPoint(5, 5))
    words = [action.text() for action in panel.menu.actions()]
    panel.menu.close()
    assert words == [
        "Close position…",
        "Close half…",
        "Reduce…",
        "Add…",
        "Reverse…",
        "Roll the future…",
        "Exercise or lapse…",
        "Stops to breakeven",
        "Let the broker adjust the stop…",
        "Exit rule…",
    ]
