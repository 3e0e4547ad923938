"""Mouse movement that depends on no pointer of the screen.

`qtbot.mouseMove` moves the real pointer: a place where it already rests gives no event, and the
display's own enter and leave events come in between.
"""

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget


def move_mouse(
    widget: QWidget, place: QPoint, held: Qt.MouseButton = Qt.MouseButton.NoButton
) -> None:
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(place),
        QPointF(widget.mapToGlobal(place)),
        Qt.MouseButton.NoButton,
        held,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(widget, event)
