"""Shares the window's time between the charts whose prices move."""

import functools
import weakref

import shiboken6
from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QWidget

from workstation.bridge.inbox import FRAME_MS

BUDGET_MS = 5
"""How much of a frame live charts may take together; sixteen of them take turns."""


class LivePainter(QObject):
    """Paints widgets in the order in which they asked, a part of each frame. GUI thread.

    A single chart is painted in the frame of its update; many take turns, so that none waits
    for ever and the beat of the window stays. What the user does to a chart paints it at once,
    by update().
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: dict[int, weakref.ref[QWidget]] = {}
        self._since = QElapsedTimer()
        self._is_due = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._paint)

    def request(self, widget: QWidget) -> None:
        """Paint the widget when its turn comes; asking again before that changes nothing."""
        self._waiting.setdefault(id(widget), weakref.ref(widget))
        if self._is_due:
            return
        passed = self._since.elapsed() if self._since.isValid() else FRAME_MS
        if passed >= FRAME_MS // 2:
            # Right behind the beat that brought the change: what is painted then is not in the
            # way of the next one.
            self._is_due = True
            self._timer.start(0)
        elif not self._timer.isActive():
            self._timer.start(FRAME_MS - passed)

    @Slot()
    def _paint(self) -> None:
        self._is_due = False
        self._since.start()
        while self._waiting:
            widget = self._waiting.pop(next(iter(self._waiting)))()
            if widget is not None and shiboken6.isValid(widget):
                widget.repaint()
            if self._since.elapsed() >= BUDGET_MS:
                break
        if self._waiting:
            self._timer.start(FRAME_MS)  # or behind the next beat, if that comes before


@functools.cache
def live_painter() -> LivePainter:
    """Return the one of this program; made with the first chart."""
    return LivePainter()
