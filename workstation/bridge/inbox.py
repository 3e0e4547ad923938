"""The way in: what the core thread publishes, delivered on the GUI thread once a frame."""

from collections import deque

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from workstation.domain.messages import EventMessage, LatestMessage, latest_key

FRAME_MS = 16
"""Beat of the window while something of it is visible, in milliseconds."""

HIDDEN_MS = 200
"""Beat while nothing is visible; events must still reach sounds and the log."""


class Inbox(QObject):
    """Two lanes from the core thread into the GUI thread.

    post() and post_latest() are called on the core thread. Signals leave on the GUI thread.
    Events wait in a deque. The newest values wait in one dict that belongs to whoever has
    taken it out of `_latest`, so it is never changed and read at the same time; both need
    no lock, because a deque's append and popleft are atomic.
    """

    events_arrived = Signal(object)
    """tuple[EventMessage, ...], in arrival order, none missing."""

    latest_arrived = Signal(object)
    """tuple[LatestMessage, ...], the newest of each key, at most once a frame."""

    inbox_drained = Signal()
    """The frame beat: everything that had arrived is delivered."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._events: deque[EventMessage] = deque()
        self._latest: deque[dict[tuple[object, ...], LatestMessage]] = deque()
        self._beat = QTimer(self)
        self._beat.setTimerType(Qt.TimerType.PreciseTimer)
        self._beat.setInterval(FRAME_MS)
        self._beat.timeout.connect(self.drain)

    def post(self, message: EventMessage) -> None:
        """Queue a message that must not be lost. Core thread."""
        self._events.append(message)

    def post_latest(self, message: LatestMessage) -> None:
        """Queue a message in place of the one of the same key. Core thread."""
        waiting = self._take_latest()
        waiting[latest_key(message)] = message
        self._latest.append(waiting)

    @Slot()
    def start(self) -> None:
        """Begin the frame beat. GUI thread."""
        self._beat.start()

    @Slot()
    def stop(self) -> None:
        """End the beat after delivering what is left. GUI thread."""
        self._beat.stop()
        self.drain()

    @property
    def is_beating(self) -> bool:
        """Whether the beat goes on. GUI thread."""
        return self._beat.isActive()

    @property
    def time_left_ms(self) -> float:
        """Time until the next beat, in milliseconds; 0 where it is due, or none comes. GUI thread."""
        return max(0, self._beat.remainingTime())

    def set_visible(self, *, visible: bool) -> None:
        """Choose the pace: frames while visible, a few a second while hidden. GUI thread."""
        pace = FRAME_MS if visible else HIDDEN_MS
        if pace != self._beat.interval():  # setting it begins the beat anew
            self._beat.setInterval(pace)

    @Slot()
    def drain(self) -> None:
        """Deliver both lanes, events first, then beat. GUI thread."""
        if self._events:
            count = len(self._events)
            self.events_arrived.emit(tuple(self._events.popleft() for _ in range(count)))
        if latest := self._take_latest():
            self.latest_arrived.emit(tuple(latest.values()))
        self.inbox_drained.emit()

    def _take_latest(self) -> dict[tuple[object, ...], LatestMessage]:
        try:
            return self._latest.popleft()
        except IndexError:
            return {}
