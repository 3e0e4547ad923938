"""Closing a position from its row."""

from decimal import Decimal

import pytest
from PySide6.QtCore import Qt

from tests.qt.conftest import Stage
from tests.qt.fakes import AAPL, ACCOUNT, a_link, a_position
from workstation.domain.commands import ClosePosition, Failed
from workstation.domain.link import LinkState
from workstation.domain.messages import LinkChanged
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
