"""A line of the ticket that works something out: Enter takes it there, and sends nothing."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override


class HelperLine(QWidget):
    """Keeps Enter and Escape from the ticket, where they would send or clear the order."""

    take_pressed = Signal()
    """Enter was pressed once: what was found is wanted."""

    leave_pressed = Signal()
    """Escape was pressed: the line is done with."""

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tell Enter and Escape; a key held down does nothing."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if not event.isAutoRepeat():
                self.take_pressed.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.leave_pressed.emit()
        else:
            super().keyPressEvent(event)
