"""A held Enter is one Enter, and a held Space holds, however the window system repeats keys."""

from decimal import Decimal

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from tests.qt.conftest import Stage
from tests.qt.fakes import FINDINGS
from tests.qt.test_ui_ticket import fill_in, ticket
from workstation.domain.commands import SubmitOrder
from workstation.domain.finding import NeedsAcknowledgement, Submitted
from workstation.domain.ids import OrderId, OrderKey
from workstation.ui.held_keys import HeldKeys
from workstation.ui.hold_button import HOLD_MS, HoldButton

__all__ = ["ticket"]

PRESS, RELEASE = QEvent.Type.KeyPress, QEvent.Type.KeyRelease


@pytest.fixture
def held_keys(qapp):
    filter_ = HeldKeys(qapp)
    yield filter_
    for window in qapp.topLevelWindows():
        window.removeEventFilter(filter_)
    filter_.deleteLater()


def send(window: QWidget, kind: QEvent.Type, key: Qt.Key, at: int, *, marked: bool = False) -> None:
    """Send a key as the window system does: to the window, with its time."""
    words = {Qt.Key.Key_Space: " ", Qt.Key.Key_Return: "\r", Qt.Key.Key_Tab: "\t"}
    event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, words[key], marked)
    event.setTimestamp(at)
    QCoreApplication.sendEvent(window.windowHandle(), event)


def hold(window: QWidget, key: Qt.Key, repeats: int, *, after: int = 660, at: int = 1000) -> int:
    """Hold a key as an X server reports it where Qt does not notice; return when it is let go."""
    send(window, PRESS, key, at)
    for number in range(repeats):
        moment = at + after + 40 * number
        send(window, RELEASE, key, moment)
        send(window, PRESS, key, moment)
    return at + after + 40 * repeats


def test_a_held_enter_sends_one_order(held_keys, ready: Stage, ticket) -> None:
    fill_in(ticket)
    ticket.form.quantity_edit.setFocus()
    send(ready.window, PRESS, Qt.Key.Key_Return, 1000)
    ready.commands.answer(SubmitOrder, Submitted(OrderId(1), OrderKey("1")))
    for at in range(1660, 3000, 40):
        send(ready.window, RELEASE, Qt.Key.Key_Return, at)
        send(ready.window, PRESS, Qt.Key.Key_Return, at)

    assert len(ready.commands.of(SubmitOrder)) == 1


def test_a_held_enter_confirms_nothing(held_keys, ready: Stage, ticket, qtbot) -> None:

    fill_in(ticket)
    ticket.form.quantity_edit.setFocus()
    send(ready.window, PRESS, Qt.Key.Key_Return, 1000)
    ready.commands.answer(SubmitOrder, NeedsAcknowledgement(FINDINGS))
    ticket.strip.reason_edit.setText("earnings")
    qtbot.waitUntil(lambda: ticket.strip.takes_confirmation)
    for at in range(1660, 3000, 40):
        send(ready.window, RELEASE, Qt.Key.Key_Return, at)
        send(ready.window, PRESS, Qt.Key.Key_Return, at)
    assert len(ready.commands.of(SubmitOrder)) == 1

    send(ready.window, RELEASE, Qt.Key.Key_Return, 3000)
    send(ready.window, PRESS, Qt.Key.Key_Return, 3200)
    assert len(ready.commands.of(SubmitOrder)) == 2


def test_marked_repeats_do_nothing_either(held_keys, ready: Stage, ticket) -> None:
    fill_in(ticket)
    ticket.form.quantity_edit.setFocus()
    send(ready.window, PRESS, Qt.Key.Key_Return, 1000, marked=True)

    assert ready.commands.of(SubmitOrder) == []


def test_another_key_between_two_enters_makes_two_of_them(held_keys, ready: Stage, ticket) -> None:
    fill_in(ticket)
    ticket.form.quantity_edit.setFocus()
    send(ready.window, PRESS, Qt.Key.Key_Return, 1000)
    send(ready.window, RELEASE, Qt.Key.Key_Return, 1000)
    ready.commands.answer(SubmitOrder, Submitted(OrderId(1), OrderKey("1")))
    send(ready.window, PRESS, Qt.Key.Key_Tab, 1001)
    send(ready.window, RELEASE, Qt.Key.Key_Tab, 1001)
    send(ready.window, PRESS, Qt.Key.Key_Return, 1002)

    assert len(ready.commands.of(SubmitOrder)) == 2


def test_a_held_space_presses_a_button_once(held_keys, qtbot) -> None:
    button = QPushButton("Cancel")
    clicks: list[int] = []
    button.clicked.connect(lambda: clicks.append(1))
    shown(button, qtbot)
    end = hold(button, Qt.Key.Key_Space, 20)
    send(button, RELEASE, Qt.Key.Key_Space, end)

    assert len(clicks) == 1


def test_a_held_space_still_writes_blanks(held_keys, qtbot) -> None:
    edit = QLineEdit()
    shown(edit, qtbot)
    hold(edit, Qt.Key.Key_Space, 5)

    assert edit.text() == " " * 6


def test_a_hold_button_holds_through_repeats(held_keys, qtbot) -> None:
    button = HoldButton("Flatten")
    held: list[int] = []
    button.held.connect(lambda: held.append(1))
    shown(button, qtbot)
    send(button, PRESS, Qt.Key.Key_Space, 1000)
    at = 1000

    def repeated() -> bool:
        nonlocal at
        at += 40
        send(button, RELEASE, Qt.Key.Key_Space, at)
        send(button, PRESS, Qt.Key.Key_Space, at)
        return bool(held)

    qtbot.waitUntil(repeated, timeout=20 * HOLD_MS)
    qtbot.wait(300)
    assert held == [1]


def test_a_hold_button_let_go_does_nothing(held_keys, qtbot) -> None:
    button = HoldButton("Flatten")
    held: list[int] = []
    button.held.connect(lambda: held.append(1))
    shown(button, qtbot)
    send(button, PRESS, Qt.Key.Key_Space, 1000)
    send(button, RELEASE, Qt.Key.Key_Space, 1200)
    qtbot.waitUntil(lambda: not button.isDown())

    assert button.progress == 0.0
    assert held == []


def test_a_quantity_is_kept_as_typed(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    for typed in ("427,50", "1e3", "1k", "9" * 20):
        ticket.form.price_edit.setFocus()
        ticket.form.price_edit.selectAll()
        qtbot.keyClicks(ticket.form.price_edit, typed)
        ticket.form.quantity_edit.setFocus()
        assert ticket.form.price_edit.lineEdit().text() == typed
        assert ticket.form.price_edit.value is None
        assert "is not a number" in ticket.submit_button.text()
        assert not ticket.submit_button.isEnabled()
    ticket.form.price_edit.set_value(Decimal("427.50"))
    assert ticket.submit_button.isEnabled()


def shown(widget: QWidget, qtbot) -> None:
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)
    widget.activateWindow()
    widget.setFocus()
    qtbot.waitUntil(widget.hasFocus)
