"""What a hand can reach of a locked window: the way back, the three ways to stop, nothing else."""

from dataclasses import replace
from itertools import product

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QShortcut, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QListView, QWidget

from tests.qt.conftest import Stage
from tests.qt.fakes import ACCOUNT, a_link, a_notice, a_position, an_order
from tests.qt.test_ui_app_lock import Keeper
from workstation.domain.commands import AttendQuotes, Reconnect
from workstation.domain.link import LinkState
from workstation.domain.messages import LinkChanged, NoticeArrived, OrderChanged
from workstation.domain.notice import Severity
from workstation.domain.order_status import Lifecycle
from workstation.ui.app_lock import AppLock

STEP = 37
"""Pixels between two places that are clicked."""


@pytest.fixture
def locked(ready: Stage) -> AppLock:
    """A full window without a link, docks on other monitors, locked with a PIN."""
    window = ready.window
    ready.latest(a_position())
    ready.events(OrderChanged(an_order(1)), NoticeArrived(a_notice(Severity.ALARM)))
    window.choose_symbol("AAPL")
    window.orders.table.selectRow(0)
    for number, name in enumerate(("positions", "chart", "log")):
        dock = window.docks.by_name[name]
        dock.setFloating(True)
        dock.move(2000 + 300 * number, 40)
        dock.show()
    lock = window.menu.locking
    lock.use_keeper(Keeper("4711"))
    lock.lock()
    ready.events(LinkChanged(a_link(LinkState.DISCONNECTED)))  # actions are offered anew
    ready.events(NoticeArrived(a_notice(Severity.ALARM)))
    QApplication.processEvents()
    ready.commands.sent.clear()
    return lock


def nothing_happened(stage: Stage, lock: AppLock) -> bool:
    own = [stage.window]
    others = [each for each in QApplication.topLevelWidgets() if each.isVisible()]
    assert others == own
    assert QApplication.activePopupWidget() is None
    assert [each for each in stage.commands.sent if not isinstance(each, AttendQuotes)] == []
    return lock.is_locked and lock.cover.isVisible()


def test_a_link_is_not_chosen_anew_on_a_locked_window(ready: Stage, locked: AppLock, qtbot) -> None:
    button = ready.window.banner.reconnect_button
    assert button.isVisible()
    place = button.mapTo(ready.window, button.rect().center())
    QTest.mouseClick(ready.window.windowHandle(), Qt.MouseButton.LeftButton, pos=place)
    button.click()
    qtbot.keyClick(ready.window, Qt.Key.Key_F5)
    assert nothing_happened(ready, locked)

    locked._unlock()
    ready.commands.sent.clear()
    QTest.mouseClick(ready.window.windowHandle(), Qt.MouseButton.LeftButton, pos=place)
    assert ready.commands.of(Reconnect) == [Reconnect()]


def test_no_click_and_no_wheel_anywhere_reaches_what_is_behind(
    ready: Stage, locked: AppLock
) -> None:
    window, cover = ready.window, locked.cover
    before = window.docks.by_name["orders"].isVisible(), window.layout_state()
    doors = [cover.pin_edit, cover.unlock_button, cover.stop_button, cover.cancel_button]
    doors.append(cover.flatten_button)
    handle = window.windowHandle()
    clicked = 0
    for x, y in product(range(2, window.width(), STEP), range(2, window.height(), STEP // 3)):
        place = QPoint(x, y)
        if window.childAt(place) in doors:
            continue
        clicked += 1
        QTest.mouseClick(handle, Qt.MouseButton.LeftButton, pos=place)
        QTest.mouseDClick(handle, Qt.MouseButton.LeftButton, pos=place)
        QTest.mouseClick(handle, Qt.MouseButton.RightButton, pos=place)
        assert QApplication.activePopupWidget() is None, (x, y)
        turned = QWheelEvent(
            QPointF(place), QPointF(window.mapToGlobal(place)), QPoint(0, 0), QPoint(0, 120),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase,
            False,
        )  # fmt: skip
        QApplication.sendEvent(handle, turned)
    assert clicked > 500
    assert nothing_happened(ready, locked)
    assert (window.docks.by_name["orders"].isVisible(), window.layout_state()) == before


def test_no_key_of_any_action_works_with_docks_on_other_monitors(
    ready: Stage, locked: AppLock
) -> None:
    window = ready.window
    before = window.layout_state()
    own = {each.key() for each in locked.cover.findChildren(QShortcut)}
    keys = {key for action in window.findChildren(QAction) for key in action.shortcuts()}
    keys |= {shortcut.key() for shortcut in window.findChildren(QShortcut)}
    for key in keys - own:
        for stroke in range(key.count()):
            code = key[stroke]
            target = QApplication.focusWidget() or window
            QTest.keyClick(target, code.key(), code.keyboardModifiers())
    for letter in "FVTHC":  # the menus' own keys
        QTest.keyClick(window, letter, Qt.KeyboardModifier.AltModifier)
        assert QApplication.activePopupWidget() is None, letter
    assert not any(each.isEnabled() for each in window.menu.bar.actions())
    locked.cover.pin_edit.clear()
    assert nothing_happened(ready, locked)
    assert window.layout_state() == before


def test_what_comes_while_it_is_locked_does_not_stay_above_the_cover(
    ready: Stage, locked: AppLock
) -> None:
    window = ready.window
    window.docks.focus("positions")  # it floats
    own_window = QDialog()
    own_window.show()
    found = QListView()
    found.setWindowFlag(Qt.WindowType.Popup)
    found.show()
    locked._on_second()
    assert not found.isVisible()
    assert nothing_happened(ready, locked)
    assert "was closed" in locked.cover.alarm_words.text()
    locked._unlock()
    for name in ("positions", "chart", "log"):
        assert window.docks.by_name[name].isVisible(), name
    own_window.deleteLater()


def test_the_line_that_stays_tells_no_more_than_it_shows(ready: Stage, locked: AppLock) -> None:
    label = ready.window.banner.account_label
    assert str(ACCOUNT) in label.toolTip()
    place = label.mapTo(ready.window, label.rect().center())
    under = ready.window.childAt(place)
    assert under is not None
    assert not isinstance(under, type(label))
    assert under.toolTip() == ""
    locked._unlock()
    assert ready.window.childAt(place) is label


def test_messages_on_orders_wait_for_nobody_to_read_them_over_the_cover(ready: Stage) -> None:
    notices, lock = ready.window.menu.notices, ready.window.menu.locking
    order = an_order(1)
    ready.events(OrderChanged(order))
    notices.toasts.add("Bought 100 AAPL", "at 187.20", "good")
    assert notices.toasts.isVisible()
    lock.lock()
    assert not notices.toasts.isVisible()
    ready.events(OrderChanged(replace(order, lifecycle=Lifecycle.CANCELLED)))
    assert not notices.toasts.isVisible()
    lock.cover.unlock_button.click()
    ready.events(OrderChanged(an_order(2)))
    ready.events(OrderChanged(replace(an_order(2), lifecycle=Lifecycle.CANCELLED)))
    assert notices.toasts.isVisible()


def test_every_widget_that_takes_a_click_is_off_or_on_the_cover(
    ready: Stage, locked: AppLock
) -> None:
    window, cover = ready.window, locked.cover
    reachable = [
        each
        for each in window.findChildren(QWidget)
        if each.isVisible()
        and each.isEnabled()
        and not (each is cover or cover.isAncestorOf(each))
        and window.childAt(each.mapTo(window, each.rect().center())) is each
    ]
    assert [
        each for each in reachable if type(each) is not QWidget
    ] == []  # a bare one does nothing
