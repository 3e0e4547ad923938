"""The beat slows while no window of the program is on the screen, and only then."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from workstation.app import unseen
from workstation.app.unseen import SEEN_MS, UNSEEN_MS, UnseenPace
from workstation.bridge.inbox import FRAME_MS, HIDDEN_MS, Inbox


class Screen:
    """What is on the screen, said by hand."""

    is_seen = False

    def __call__(self) -> bool:
        return self.is_seen


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    found = Screen()
    monkeypatch.setattr(unseen, "is_any_seen", found)
    return found


@pytest.fixture
def inbox(qtbot) -> Iterator[Inbox]:
    found = Inbox()
    found.start()
    yield found
    found.stop()


@pytest.fixture
def pace(inbox: Inbox, screen: Screen) -> UnseenPace:
    return UnseenPace(inbox, inbox)


def test_the_beat_slows_when_the_last_window_goes_and_is_back_with_it(
    pace: UnseenPace, inbox: Inbox, screen: Screen
) -> None:
    screen.is_seen = True
    pace.look()
    assert inbox._beat.interval() == FRAME_MS
    screen.is_seen = False
    pace.look()
    assert inbox._beat.interval() == HIDDEN_MS
    assert pace._look.interval() == UNSEEN_MS
    screen.is_seen = True
    QApplication.instance().focusWindowChanged.emit(None)
    assert inbox._beat.interval() == FRAME_MS
    assert pace._look.interval() == SEEN_MS


def test_no_start_is_slow_and_no_end_is(pace: UnseenPace, inbox: Inbox, screen: Screen) -> None:
    pace.look()
    assert inbox._beat.interval() == FRAME_MS  # nothing has been seen yet
    screen.is_seen = True
    pace.look()
    screen.is_seen = False
    pace.look()
    assert inbox._beat.interval() == HIDDEN_MS
    pace.stop()
    pace.look()
    assert inbox._beat.interval() == FRAME_MS
    assert not pace._look.isActive()


def test_it_looks_by_itself(pace: UnseenPace, inbox: Inbox, screen: Screen, qtbot) -> None:
    screen.is_seen = True
    pace.look()
    screen.is_seen = False
    pace._look.setInterval(1)
    qtbot.waitUntil(lambda: inbox._beat.interval() == HIDDEN_MS, timeout=30_000)
    screen.is_seen = True
    qtbot.waitUntil(lambda: inbox._beat.interval() == FRAME_MS, timeout=30_000)


def test_what_arrives_while_hidden_is_delivered_without_a_window(
    pace: UnseenPace, inbox: Inbox, screen: Screen, qtbot
) -> None:
    told: list[object] = []
    inbox.events_arrived.connect(told.extend)
    inbox.set_visible(visible=False)
    inbox.post("a fill")
    qtbot.waitUntil(lambda: told == ["a fill"], timeout=30_000)


def test_the_same_pace_again_does_not_put_the_next_beat_off(inbox: Inbox) -> None:
    inbox._beat.setInterval(HIDDEN_MS)
    begun = inbox._beat.timerId()
    inbox.set_visible(visible=False)
    assert inbox._beat.timerId() == begun


def test_a_window_is_seen_when_shown_and_not_when_minimised_or_hidden(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: unseen._is_seen(window.windowHandle()), timeout=30_000)
    assert unseen.is_any_seen()
    handle = window.windowHandle()
    window.hide()
    qtbot.waitUntil(lambda: not unseen._is_seen(handle), timeout=30_000)
    window.show()
    qtbot.waitUntil(lambda: unseen._is_seen(handle), timeout=30_000)
    handle.setWindowStates(Qt.WindowState.WindowMinimized)
    assert not unseen._is_seen(handle)
