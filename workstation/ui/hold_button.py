"""A button that must be held down, so that nothing happens by a slip."""

from PySide6.QtCore import QElapsedTimer, QEvent, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget
from typing_extensions import override

HOLD_MS = 1_000
"""How long the button must be held."""

_STEP_MS = 25


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
