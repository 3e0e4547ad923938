"""The locked window: disarmed and covered, and never between a trader and the door."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QAction, QDragEnterEvent, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QMenu, QWidget

from tests.qt.conftest import Stage
from tests.qt.fakes import ACCOUNT, a_link, a_notice, a_position, an_order
from workstation.app.app_lock import AppLockKeeper
from workstation.domain.commands import (
    CancelOrders,
    Flatten,
    SetArmed,
    SetTradingState,
    SubmitOrder,
)
from workstation.domain.finding import TradingState
from workstation.domain.messages import LinkChanged, NoticeArrived, OrderChanged
from workstation.domain.notice import Severity
from workstation.ui.app_lock import AppLock
from workstation.ui.hold_button import HOLD_MS

CONTROL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class Keeper:
    """A keeper of the test: its PIN, its minutes, and checks that wait to be answered."""

    def __init__(self, pin: str = "", minutes: int = 0) -> None:
        self.pin, self.idle_minutes = pin, minutes
        self.file = "/home/somebody/workstation/live/lock.toml"
        self.saved: list[tuple[int, str | None]] = []

    @property
    def has_pin(self) -> bool:
        return bool(self.pin)

    def check(self, pin: str, answer: Callable[[bool], None]) -> None:
        answer(pin == self.pin)

    def save(self, minutes: int, pin: str | None, answer: Callable[[str], None]) -> None:
        self.saved.append((minutes, pin))
        self.idle_minutes = minutes
        answer("")


@pytest.fixture
def lock(ready: Stage) -> AppLock:
    ready.latest(a_position())
    return ready.window.menu.locking


def test_locking_disarms_and_covers_every_figure(ready: Stage, lock: AppLock) -> None:
    window = ready.window
    window.menu.menus.by_name["lock"].trigger()
    assert lock.is_locked
    assert ready.commands.of(SetArmed) == [SetArmed(armed=False)]
    cover = lock.cover
    assert cover.isVisible()
    for dock in window.docks.by_name.values():
        assert not dock.isEnabled()
        middle = dock.mapTo(window, dock.rect().center())
        if dock.isVisible() and window.rect().contains(middle):
            over = window.childAt(middle)
            assert over is cover or cover.isAncestorOf(over), dock.windowTitle()
    assert not window.menu.bar.isEnabled()
    lock.lock()
    assert len(ready.commands.of(SetArmed)) == 1


def test_no_key_reaches_what_is_behind_it(ready: Stage, lock: AppLock, qtbot) -> None:
    window = ready.window
    window.choose_symbol("AAPL")
    ready.events(OrderChanged(an_order(1)))
    window.orders.table.selectRow(0)
    lock.lock()
    ready.commands.sent.clear()
    for key in (Qt.Key.Key_H, Qt.Key.Key_P, Qt.Key.Key_U, Qt.Key.Key_B, Qt.Key.Key_O):
        qtbot.keyClick(window, key, CONTROL_SHIFT)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Delete, Qt.Key.Key_F5):
        qtbot.keyClick(window, key)
    assert ready.commands.of((SubmitOrder, SetTradingState, CancelOrders)) == []  # type: ignore[arg-type]
    assert not any(each.isVisible() for each in window.findChildren(QDialog))


def test_what_stops_trading_is_reachable_while_locked(ready: Stage, lock: AppLock, qtbot) -> None:
    lock.lock()
    cover = lock.cover
    cover.stop_button.click()
    cover.cancel_button.click()
    assert ready.commands.of(SetTradingState) == [SetTradingState(TradingState.REDUCING)]
    assert len(ready.commands.of(CancelOrders)) == 1
    qtbot.keyClick(cover, Qt.Key.Key_E, CONTROL_SHIFT)
    qtbot.keyClick(cover, Qt.Key.Key_X, CONTROL_SHIFT)
    assert len(ready.commands.of(SetTradingState)) == 2
    assert len(ready.commands.of(CancelOrders)) == 2
    qtbot.keyClick(cover, Qt.Key.Key_F, CONTROL_SHIFT)
    assert cover.flatten_button.hasFocus()
    QTest.mousePress(cover.flatten_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(ready.commands.of(Flatten)), timeout=20 * HOLD_MS)
    assert ready.commands.of(Flatten) == [Flatten(ACCOUNT)]
    assert lock.is_locked


def test_without_a_pin_a_click_or_a_key_unlocks(ready: Stage, lock: AppLock, qtbot) -> None:
    lock.lock()
    assert not lock.cover.pin_edit.isVisible()
    qtbot.keyClick(lock.cover.unlock_button, Qt.Key.Key_Space)
    assert not lock.is_locked
    assert not lock.cover.isVisible()
    assert ready.window.menu.bar.isEnabled()
    assert all(dock.isEnabled() for dock in ready.window.docks.by_name.values())


def test_with_a_pin_only_it_unlocks_and_a_wrong_one_has_to_wait(
    ready: Stage, lock: AppLock, qtbot
) -> None:
    lock.use_keeper(Keeper("4711"))
    lock.lock()
    cover = lock.cover
    cover.pin_edit.setText("1234")
    qtbot.keyClick(cover.pin_edit, Qt.Key.Key_Return)
    assert lock.is_locked
    assert "not the PIN" in cover.words.text()
    assert not cover.unlock_button.isEnabled()
    assert cover.stop_button.isEnabled()  # the door stays open meanwhile
    qtbot.waitUntil(cover.unlock_button.isEnabled, timeout=20_000)
    assert cover.pin_edit.text() == ""
    cover.pin_edit.setText("4711")
    cover.unlock_button.click()
    assert not lock.is_locked


def test_a_forgotten_pin_is_told_of_with_the_file_that_keeps_it(
    ready: Stage, lock: AppLock, tmp_path: Path, qapp
) -> None:
    lock.lock()
    assert not lock.cover.forgotten.isVisible(), "nothing to forget"
    lock.cover.unlock_button.click()
    keeper = Keeper("4711")
    keeper.file = AppLockKeeper(tmp_path / "lock.toml", qapp).file
    lock.use_keeper(keeper)
    lock.lock()
    words = lock.cover.forgotten.text().replace("\N{ZERO WIDTH SPACE}", "")
    assert lock.cover.forgotten.isVisible()
    assert str(tmp_path / "lock.toml") in words
    assert "delete the file" in words
    QApplication.processEvents()
    label = lock.cover.forgotten
    assert label.height() >= label.heightForWidth(label.width()), "all of it can be read"
    assert "Orders, journal and limits stay" in words


def test_nothing_behind_the_cover_can_have_the_keyboard_or_a_drop(
    ready: Stage, lock: AppLock
) -> None:
    window = ready.window
    for dock in window.docks.by_name.values():
        dock.show()
    lock.lock()
    top = window.menuWidget()
    open_ones = [
        each
        for each in window.findChildren(QWidget)
        if each.isEnabled()
        and each.isVisible()
        and not (each is lock.cover or lock.cover.isAncestorOf(each) or top.isAncestorOf(each))
        and (each.focusPolicy() is not Qt.FocusPolicy.NoFocus or each.acceptDrops())
    ]
    assert open_ones == []
    carried = QMimeData()
    carried.setText("AAPL")
    for under in (lock.cover, window):
        drag = QDragEnterEvent(
            under.rect().center(), Qt.DropAction.CopyAction, carried, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        drag.ignore()
        QApplication.sendEvent(under, drag)
        assert not drag.isAccepted(), under
    buttons = [each for each in top.findChildren(QAbstractButton) if each.isEnabled()]
    assert [each.text() for each in buttons if each.isVisible()] == []


def test_a_menu_that_is_open_and_a_question_that_comes_stand_before_nobody(
    ready: Stage, lock: AppLock, qtbot
) -> None:
    menu = QMenu(ready.window)
    done: list[bool] = []
    menu.addAction("Close the position").triggered.connect(done.append)
    menu.popup(ready.window.rect().center())
    qtbot.waitUntil(menu.isVisible)
    lock.lock()
    assert not menu.isVisible()

    question = QDialog(ready.window)
    question.open()
    qtbot.waitUntil(lambda: not question.isVisible())
    assert question.result() == QDialog.DialogCode.Rejected
    assert "was closed" in lock.cover.alarm_words.text()
    lock.cover.unlock_button.click()
    question.open()
    qtbot.wait(10)
    assert question.isVisible(), "unlocked, questions are asked again"
    question.reject()
    assert done == []


def test_no_action_and_no_key_of_ones_own_works_behind_the_cover(
    ready: Stage, lock: AppLock, qtbot
) -> None:
    window = ready.window
    window.choose_symbol("AAPL")
    lock.use_keeper(Keeper("4711"))
    lock.lock()
    ready.commands.sent.clear()
    keys = {key for action in window.findChildren(QAction) for key in action.shortcuts()}
    keys |= {shortcut.key() for shortcut in window.findChildren(QShortcut)}
    own = {each.key() for each in lock.cover.findChildren(QShortcut)}
    assert len(keys) > 50
    for key in keys - own:
        for stroke in range(key.count()):
            code = key[stroke]
            QTest.keyClick(window.focusWidget() or window, code.key(), code.keyboardModifiers())
    assert lock.is_locked
    assert ready.commands.sent == []
    assert not any(each.isVisible() for each in window.findChildren(QDialog))
    assert all(not dock.isEnabled() for dock in window.docks.by_name.values())


def test_floating_docks_and_dialogs_go_and_the_docks_come_back(ready: Stage, lock: AppLock) -> None:
    dock = ready.window.docks.by_name["positions"]
    dock.setFloating(True)
    dock.show()
    ready.window.controls.resume()
    lock.lock()
    assert not dock.isVisible()
    assert not any(each.isVisible() for each in ready.window.findChildren(QDialog))
    lock.cover.unlock_button.click()
    assert dock.isVisible()
    assert dock.isFloating()


def test_it_locks_by_itself_when_nobody_touches_it(ready: Stage, lock: AppLock, qtbot) -> None:
    keeper = Keeper(minutes=1)
    lock.use_keeper(keeper)
    passed = {"ms": 0}

    class Elapsed:
        def start(self) -> None:
            passed["ms"] = 0

        def hasExpired(self, limit: int) -> bool:  # noqa: N802 -- Qt's name
            return passed["ms"] >= limit

    lock._untouched = Elapsed()
    passed["ms"] = 59_000
    lock._on_second()
    assert not lock.is_locked
    QTest.keyClick(ready.window.windowHandle(), Qt.Key.Key_Shift)
    assert passed["ms"] == 0
    passed["ms"] = 60_000
    lock._on_second()
    assert lock.is_locked
    ready.events(NoticeArrived(a_notice(Severity.ALARM)))
    assert "An alarm has come" in lock.cover.alarm_words.text()
    lock._on_second()
    lock.cover.unlock_button.click()
    assert passed["ms"] == 0
    keeper.idle_minutes = 0
    passed["ms"] = 10**9
    lock._on_second()
    assert not lock.is_locked


def test_a_session_that_only_looks_locks_too_and_offers_nothing_that_sends(
    ready: Stage, lock: AppLock
) -> None:
    ready.events(LinkChanged(a_link(read_only=True)))
    lock.lock()
    assert ready.commands.of(SetArmed) == []
    assert not lock.cover.stop_button.isVisible()
    lock.cover.unlock_button.click()
    assert not lock.is_locked


def test_minutes_and_pin_are_chosen_and_checked(ready: Stage, lock: AppLock) -> None:
    keeper = Keeper()
    lock.use_keeper(keeper)
    ready.window.menu.menus.by_name["lock_settings"].trigger()
    dialog = lock.dialog
    dialog.minutes_edit.setValue(10)
    dialog.pin_box.setChecked(True)
    for pin, again, fault in (
        ("", "", "at least 4"), ("123", "123", "at least 4"), ("1234", "1235", "not the same"),
    ):  # fmt: skip
        dialog.pin_edit.setText(pin)
        dialog.again_edit.setText(again)
        assert fault in dialog.words.text()
        assert not dialog.ok_button.isEnabled()
    dialog.again_edit.setText("1234")
    dialog.ok_button.click()
    assert keeper.saved == [(10, "1234")]
    keeper.pin = "1234"
    lock.ask()
    lock.dialog.ok_button.click()
    assert keeper.saved[-1] == (10, None)
    lock.ask()
    lock.dialog.pin_box.setChecked(False)
    lock.dialog.ok_button.click()
    assert keeper.saved[-1] == (10, "")


def test_the_keeper_saves_and_checks_off_the_gui_thread(qapp, qtbot, tmp_path: Path) -> None:
    path = tmp_path / "lock.toml"
    keeper = AppLockKeeper(path, qapp)
    said: list[object] = []
    keeper.save(7, "4711", said.append)
    qtbot.waitUntil(lambda: said == [""])
    assert (keeper.idle_minutes, keeper.has_pin) == (7, True)
    keeper.check("4712", said.append)
    qtbot.waitUntil(lambda: said[1:] == [False])
    keeper.save(8, None, said.append)
    keeper.check("4711", said.append)
    qtbot.waitUntil(lambda: said[2:] == ["", True])
    again = AppLockKeeper(path, qapp)
    assert (again.idle_minutes, again.has_pin) == (8, True)
    path.unlink()
    path.mkdir()
    keeper.save(9, None, said.append)
    qtbot.waitUntil(lambda: len(said) == 5)
    assert said[4]
    assert keeper.idle_minutes == 8
    path.rmdir()
    path.write_text("[a")
    assert "cannot be used" in AppLockKeeper(path, qapp).fault
    keeper.wait()
