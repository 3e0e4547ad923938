"""Shares the window's time between the charts whose prices move."""

import functools
import math
import time
import weakref
from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QWidget

from workstation.bridge.inbox import FRAME_MS, Inbox

BUDGET_MS = 7.0
"""How much of a frame live charts may take together, on the average; many take turns."""

MOST_OWED = 4
"""Frames without live charts at most, after one that took far longer than its share."""

MARGIN_MS = 1.5
"""Kept free before the next beat: no painting takes exactly as long as the last."""

_FASTER, _SLOWER = 0.05, 0.3
"""How soon a shorter or longer painting than expected is believed: the long ones do the harm."""


def _now_ms() -> float:
    return time.perf_counter() * 1000


class LivePainter(QObject):
    """Paints widgets, the one painted longest ago first, a part of each frame. GUI thread.

    Painting begins right behind the beat that brought the change, one widget a turn of the event
    loop, so that what the user does comes in between. None is begun that would be in the way of
    the next beat. What a frame takes beyond its share is taken from the frames that follow. A
    single chart is painted in the frame of its update; many take turns, so that none waits for
    ever. What the user does to a chart paints it at once, by update().
    """

    def __init__(
        self, parent: QObject | None = None, now_ms: Callable[[], float] = _now_ms
    ) -> None:
        super().__init__(parent)
        self._now = now_ms
        self._waiting: weakref.WeakKeyDictionary[QWidget, None] = weakref.WeakKeyDictionary()
        self._turns: weakref.WeakKeyDictionary[QWidget, int] = weakref.WeakKeyDictionary()
        """When each was painted last, counted in paintings."""

        self._count = 0
        self._inbox: Inbox | None = None
        self._left = 0.0
        """What is left of the share of the frames so far; below zero it is owed."""

        self._expected = 0.0
        """How long a painting takes as a rule, a slow one rather than a middling one."""

        self._due = 0.0
        """When the next beat comes."""

        self._began = -math.inf
        self._is_put_off = False
        self._turn = self._timer()
        self._turn.timeout.connect(self._paint)
        self._own_beat = self._timer()
        self._own_beat.timeout.connect(self._on_own_beat)

    def _timer(self) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        return timer

    def follow(self, inbox: Inbox) -> None:
        """Paint behind this beat from now on: to be connected behind who takes the messages."""
        if self._inbox is not None and shiboken6.isValid(self._inbox):
            self._inbox.inbox_drained.disconnect(self._on_beat)
        self._inbox = inbox
        inbox.inbox_drained.connect(self._on_beat)

    def request(self, widget: QWidget) -> None:
        """Paint the widget when its turn comes; asking again before that changes nothing."""
        if widget not in self._waiting:
            self._waiting[widget] = None
            self._wait()

    def _wait(self) -> None:
        """See to it that there is a next beat where no inbox beats, as in a tool or a test."""
        inbox = self._inbox
        is_followed = inbox is not None and shiboken6.isValid(inbox) and inbox.is_beating
        if not (is_followed or self._turn.isActive() or self._own_beat.isActive()):
            passed = min(FRAME_MS, self._now() - self._began)
            self._own_beat.start(max(0, FRAME_MS - math.floor(passed)))

    @Slot()
    def _on_beat(self) -> None:
        if self._inbox is not None:
            self.begin_frame(self._inbox.time_left_ms)

    @Slot()
    def _on_own_beat(self) -> None:
        self.begin_frame(FRAME_MS)

    def begin_frame(self, time_left_ms: float) -> None:
        """Paint until the share of this frame is used up, or the next beat is near."""
        self._began = self._now()
        self._due = self._began + time_left_ms
        self._left = min(BUDGET_MS, max(self._left, -MOST_OWED * BUDGET_MS) + BUDGET_MS)
        if not self._waiting or self._left <= 0:
            self._wait_for_more()
        elif self._fits() or self._is_put_off:
            self._is_put_off = False
            self._turn.start(0)
        else:
            self._is_put_off = True  # once: what never fits is painted all the same
            self._wait_for_more()

    def _wait_for_more(self) -> None:
        if self._waiting:
            self._wait()

    def _fits(self) -> bool:
        return self._now() + self._expected + MARGIN_MS <= self._due

    @Slot()
    def _paint(self) -> None:
        widget = self._next()
        if widget is not None:
            begun = self._now()
            widget.repaint()
            took = self._now() - begun
            self._left -= took
            part = _SLOWER if took > self._expected else _FASTER
            self._expected += part * (took - self._expected)
        if self._waiting and self._left > 0 and self._fits():
            self._turn.start(0)
        else:
            self._wait_for_more()

    def _next(self) -> QWidget | None:
        """Return who was painted longest ago and is still there; the first who asked of several."""
        while self._waiting:
            widget = min(self._waiting, key=self._last_turn)
            del self._waiting[widget]
            if shiboken6.isValid(widget):
                self._count += 1
                self._turns[widget] = self._count
                return widget
        return None

    def _last_turn(self, widget: QWidget) -> int:
        return self._turns.get(widget, 0)


@functools.cache
def live_painter() -> LivePainter:
    """Return the one of this program; made with the first chart."""
    return LivePainter()
