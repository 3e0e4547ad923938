"""A panel that knows whether it can be seen, so that it costs nothing while it cannot."""

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override


class LivePanel(QWidget):
    """Seen when it is visible and its dock is in front; a dock behind a tab is not hidden."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._in_front = True
        self._is_seen = False
        self._is_held = False

    @property
    def is_seen(self) -> bool:
        """Whether anything of the panel can be on screen."""
        return self._is_seen

    def set_in_front(self, *, in_front: bool) -> None:
        """Learn whether the dock is the one in front of its tabs."""
        self._in_front = in_front
        self._decide()

    def hold(self, *, held: bool) -> None:
        """Let being hidden for a moment count for nothing, or decide again."""
        self._is_held = held
        self._decide()

    def seen_changed(self, *, is_seen: bool) -> None:
        """Begin or end what costs something; for subclasses."""

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Begin, if in front."""
        super().showEvent(event)
        self._decide()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        """End."""
        super().hideEvent(event)
        self._decide()

    def _decide(self) -> None:
        if self._is_held:
            return
        is_seen = self._in_front and self.isVisible()
        if is_seen is not self._is_seen:
            self._is_seen = is_seen
            self.seen_changed(is_seen=is_seen)
