"""A button that must be held down, so that nothing happens by a slip."""

from PySide6.QtCore import QElapsedTimer, QEvent, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QHideEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget
from typing_extensions import override

HOLD_MS = 1_000
"""How long the button must be held."""

_STEP_MS = 25
_REPEAT_MS = 80
"""A release of the key is one only if no press follows for so long: repeats come as such pairs."""


class HoldButton(QPushButton):
    """Emits `held` once after a second under the mouse or Space; a click does nothing."""

    held = Signal()
    """The button was held long enough."""

    def __init__(self, content: str, parent: QWidget | None = None) -> None:
        super().__init__(content, parent)
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_STEP_MS)
        self._timer.timeout.connect(self._on_step)
        self._let_go = QTimer(self)
        self._let_go.setSingleShot(True)
        self._let_go.setInterval(_REPEAT_MS)
        self._let_go.timeout.connect(self._on_let_go)
        self.setAutoDefault(False)
        self.pressed.connect(self._on_pressed)
        self.released.connect(self._stop)

    @property
    def progress(self) -> float:
        """How much of the time has passed, 0 to 1."""
        return min(1.0, self._since.elapsed() / HOLD_MS) if self._since.isValid() else 0.0

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Begin anew when the button is switched off."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.EnabledChange and not self.isEnabled():
            self._stop()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Begin with Space, or go on where the key only repeats."""
        if event.key() != Qt.Key.Key_Space:
            super().keyPressEvent(event)
        elif self._let_go.isActive():
            self._let_go.stop()
        elif not event.isAutoRepeat() and not self._since.isValid():
            self.setDown(True)
            self._on_pressed()

    @override
    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Let go of Space, unless it repeats."""
        if event.key() != Qt.Key.Key_Space:
            super().keyReleaseEvent(event)
        elif not event.isAutoRepeat() and self.isDown():
            self._let_go.start()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Begin anew when the keyboard goes elsewhere."""
        super().focusOutEvent(event)
        self._on_let_go()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        """Begin anew when the button is out of sight."""
        super().hideEvent(event)
        self._stop()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint how far the time has gone below the text."""
        super().paintEvent(event)
        if self._since.isValid():
            painter = QPainter(self)
            width = round(self.width() * self.progress)
            painter.fillRect(QRect(0, self.height() - 5, width, 5), QColor(Qt.GlobalColor.white))
            painter.end()

    @Slot()
    def _on_pressed(self) -> None:
        self._since.start()
        self._timer.start()

    @Slot()
    def _on_let_go(self) -> None:
        self._let_go.stop()
        self.setDown(False)
        self._stop()

    @Slot()
    def _on_step(self) -> None:
        if not self.isDown():
            self._stop()
        elif self.progress >= 1.0:
            self._stop()
            self.held.emit()
        self.update()

    @Slot()
    def _stop(self) -> None:
        if self._timer.isActive():
            self._timer.stop()
        self._since.invalidate()
        self.update()
