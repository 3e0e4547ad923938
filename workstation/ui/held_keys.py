"""Keys held down: the repeats of Enter and Space do nothing, whatever the window system calls them.

An X server sends a repeat as a release and a press of the same moment. Qt marks such a pair as a
repeat only if it reads both at once; else a held Enter looks like many, and would confirm what
nobody has read.
"""

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication
from typing_extensions import override

from workstation.ui.hold_button import HoldButton

SAME_MOMENT_MS = 15
"""No finger lets go of a key and presses it again within so few milliseconds."""

_GUARDED = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}


class HeldKeys(QObject):
    """Swallows repeated Enter and Space in whichever window has the keyboard. GUI thread."""

    def __init__(self, application: QGuiApplication) -> None:
        super().__init__(application)
        self._released: dict[int, int] = {}
        application.focusWindowChanged.connect(self._on_focus_window_changed)
        self._on_focus_window_changed(application.focusWindow())

    @Slot(QWindow)
    def _on_focus_window_changed(self, window: QWindow | None) -> None:
        if window is not None:
            window.installEventFilter(self)  # installed again it is called once all the same

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stop a press that follows a release of the same moment, and every marked repeat."""
        if not isinstance(event, QKeyEvent):
            return False
        if event.key() not in _GUARDED:
            self._released.clear()  # another key came between: no repeat
        elif event.type() is QEvent.Type.KeyRelease:
            self._released[event.key()] = event.timestamp()
        elif event.type() is QEvent.Type.KeyPress:
            return self._is_repeat(event) and not _is_wanted(event)
        return False

    def _is_repeat(self, event: QKeyEvent) -> bool:
        released = self._released.get(event.key())
        since = None if released is None else event.timestamp() - released
        return event.isAutoRepeat() or (since is not None and 0 <= since <= SAME_MOMENT_MS)


def _is_wanted(event: QKeyEvent) -> bool:
    """Tell whether Space writes a blank, or holds the button that wants to be held."""
    focus = QApplication.focusWidget()
    types = focus is not None and focus.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    return event.key() == Qt.Key.Key_Space and (types or isinstance(focus, HoldButton))
