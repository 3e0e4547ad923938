"""Live charts take turns within a frame, keep out of the way of the beat, and none is forgotten."""

from typing import Any

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

from tests.qt.fakes import a_quote
from workstation.bridge.inbox import FRAME_MS, Inbox
from workstation.ui.chart.live_paint import BUDGET_MS, MOST_OWED, LivePainter


class Clock:
    """Milliseconds that pass only where somebody says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Painted(QWidget):
    """Writes its name down when it is painted, lets time pass, and may ask again."""

    def __init__(self, name: str, order: list[str], clock: Clock, takes_ms: float) -> None:
        super().__init__()
        self.name, self.order, self.clock, self.takes_ms = name, order, clock, takes_ms
        self.again: list[LivePainter] = []

    def repaint(self, *_: Any) -> None:
        self.order.append(self.name)
        self.clock.now += self.takes_ms
        if self.again:
            self.again.pop().request(self)


class Stage:
    """A painter whose frames are begun by hand, and what it paints."""

    def __init__(self, qtbot: Any) -> None:
        self.order: list[str] = []
        self.clock = Clock()
        self.painter = LivePainter(now_ms=self.clock)
        self.inbox = Inbox()
        self.inbox._beat.setInterval(1_000_000)
        self.inbox.start()  # it beats, so the painter waits for it, but never within a test
        self.painter.follow(self.inbox)
        self._qtbot = qtbot
        self._kept: list[Painted] = []

    def widgets(self, names: str, takes_ms: float) -> list[Painted]:
        made = [Painted(name, self.order, self.clock, takes_ms) for name in names]
        for widget in made:
            self._qtbot.addWidget(widget)
        self._kept += made
        return made

    def request(self, names: str, takes_ms: float) -> list[Painted]:
        made = self.widgets(names, takes_ms)
        for widget in made:
            self.painter.request(widget)
        return made

    def frame(self, time_left_ms: float = FRAME_MS) -> str:
        """Let a frame pass; return who was painted in it."""
        before, begun = len(self.order), self.clock.now
        self.painter.begin_frame(time_left_ms)
        while self.painter._turn.isActive():
            QApplication.processEvents()
        self.clock.now = max(self.clock.now, begun + FRAME_MS)
        return "".join(self.order[before:])


@pytest.fixture
def stage(qtbot) -> Stage:
    return Stage(qtbot)


def test_what_asks_often_is_painted_once(stage: Stage) -> None:
    widget = stage.request("a", 1)[0]
    for _ in range(5):
        stage.painter.request(widget)
    assert stage.frame() == "a"
    assert stage.frame() == ""
    stage.painter.request(widget)
    assert stage.frame() == "a"


def test_all_have_their_turn_before_one_has_it_again(stage: Stage) -> None:
    widgets = stage.request("abc", 3)
    widgets[0].again = [stage.painter]
    assert stage.frame() + stage.frame() == "abca"


def test_what_a_frame_takes_beyond_its_share_is_taken_from_the_next_ones(stage: Stage) -> None:
    widgets = stage.request("abcd", 4)
    frames = 40
    for _ in range(frames):
        stage.frame()
        for widget in widgets:
            stage.painter.request(widget)
    painted_ms = 4 * len(stage.order)
    assert frames * BUDGET_MS - 4 <= painted_ms <= frames * BUDGET_MS + 4


def test_nothing_is_begun_that_would_be_in_the_way_of_the_next_beat(stage: Stage) -> None:
    widget = stage.widgets("a", 3)[0]
    for _ in range(30):  # by then it is known how long one takes
        stage.painter.request(widget)
        assert stage.frame() == "a"
    stage.request("pq", 3)
    assert stage.frame(time_left_ms=7) == "p"
    assert stage.frame() == "q"


def test_one_that_never_fits_is_put_off_once_and_then_painted(stage: Stage) -> None:
    widgets = stage.request("a", 6)
    for _ in range(30):
        stage.frame()
        stage.painter.request(widgets[0])
    painted = [stage.frame(time_left_ms=2) for _ in range(4)]
    assert "".join(painted) == "a"
    assert painted[0] == ""


@pytest.mark.parametrize("takes_ms", [0.5, 4, 25])
def test_however_many_ask_in_every_frame_none_is_left_behind(stage: Stage, takes_ms: float) -> None:
    names = "".join(chr(ord("A") + number) for number in range(40))
    widgets = stage.request(names, takes_ms)
    enough = 2 + int(len(names) * max(takes_ms / BUDGET_MS, 0.1)) + len(names) // 2
    for _ in range(enough):
        stage.frame()
        for widget in widgets:
            stage.painter.request(widget)  # asking again does not lose the place
    assert set(stage.order) == set(names)
    counts = [stage.order.count(name) for name in names]
    assert max(counts) - min(counts) <= 1


def test_after_one_that_took_very_long_the_charts_do_not_stand_still(stage: Stage) -> None:
    widgets = stage.request("ab", 60_000)  # the computer slept
    assert stage.frame() == "a"
    widgets[1].takes_ms = 1
    frames = [stage.frame() for _ in range(MOST_OWED + 2)]  # in one of them it was put off
    assert "b" in frames


def test_who_was_painted_longest_ago_comes_first_whoever_asks_first(stage: Stage) -> None:
    early, late = stage.request("el", BUDGET_MS)
    assert stage.frame() == "e"
    assert stage.frame() == "l"
    stage.painter.request(late)
    stage.painter.request(early)
    assert stage.frame() == "e"


def test_a_closed_chart_is_passed_over(stage: Stage) -> None:
    closed = Painted("x", stage.order, stage.clock, 1)
    stage.painter.request(closed)
    stage.request("s", 1)
    closed.deleteLater()
    QApplication.sendPostedEvents(closed, QEvent.Type.DeferredDelete)
    assert stage.frame() == "s"


def test_charts_are_painted_behind_the_beat_that_brought_the_change(qtbot) -> None:
    stage, told = Stage(qtbot), []
    inbox = Inbox()
    inbox.latest_arrived.connect(lambda _messages: told.append(list(stage.order)))
    stage.painter.follow(inbox)
    inbox.start()
    widget = stage.widgets("a", 0.1)[0]
    inbox.latest_arrived.connect(lambda _messages: stage.painter.request(widget))
    inbox.post_latest(a_quote())
    qtbot.waitUntil(lambda: stage.order == ["a"])
    assert told == [[]]
    inbox.stop()


def test_between_two_beats_nothing_is_begun(stage: Stage) -> None:
    stage.request("a", 1)
    for _ in range(20):
        QApplication.processEvents()
    assert stage.order == []
    assert stage.frame() == "a"


def test_without_a_beat_charts_are_painted_all_the_same(stage: Stage, qtbot) -> None:
    stage.inbox.stop()
    stage.request("abcde", 3)
    qtbot.waitUntil(lambda: "".join(stage.order) == "abcde")
    stage.inbox.deleteLater()
    QApplication.sendPostedEvents(stage.inbox, QEvent.Type.DeferredDelete)
    stage.request("fghij", 3)
    qtbot.waitUntil(lambda: "".join(stage.order[5:]) == "fghij")
    stage.painter.follow(Inbox())  # the one that is gone is not asked to let go
