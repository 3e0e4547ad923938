"""Slows the beat of the window while nothing of the program can be seen on the screen."""

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QWindow

from workstation.bridge.inbox import Inbox

SEEN_MS = 1_000
"""So often a window that is seen is looked for; one that comes back is noticed at once."""

UNSEEN_MS = 100


def is_any_seen() -> bool:
    """Tell whether a window of the program is on the screen; a minimised one is not."""
    return any(map(_is_seen, QGuiApplication.topLevelWindows()))


def _is_seen(window: QWindow) -> bool:
    is_minimised = bool(window.windowStates() & Qt.WindowState.WindowMinimized)
    return window.isExposed() and not is_minimised


class UnseenPace(QObject):
    """Tells the inbox whether it is looked at. GUI thread.

    The beat is never slow before a window has been seen once, so that no start waits for it, nor
    after stop(), so that no end does.
    """

    def __init__(self, inbox: Inbox, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inbox = inbox
        self._was_seen = False
        self._look = QTimer(self)
        self._look.setInterval(SEEN_MS)
        self._look.timeout.connect(self.look)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusWindowChanged.connect(self.look)
            application.applicationStateChanged.connect(self.look)
        self._is_stopped = False
        self._look.start()

    @Slot()
    def look(self) -> None:
        """Look now, and choose the pace."""
        is_seen = is_any_seen()
        self._was_seen |= is_seen
        if not self._was_seen or self._is_stopped:
            return
        self._inbox.set_visible(visible=is_seen)
        self._look.setInterval(SEEN_MS if is_seen else UNSEEN_MS)

    def stop(self) -> None:
        """Give the beat its pace back for good."""
        self._is_stopped = True
        self._look.stop()
        self._inbox.set_visible(visible=True)
