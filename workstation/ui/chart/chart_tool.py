"""What stands on the chart and can be taken hold of: order lines, drawings."""

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QPainter

from workstation.ui.theme import Theme


class ChartTool:
    """Paints over the bars and may take what the mouse and the keys do there.

    A tool with signals or slots is a QObject too: class MyTool(QObject, ChartTool). Every place
    is in device pixels of the canvas. GUI thread.
    """

    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Draw over bars and indicators, below the crosshair."""

    def tag_rows(self) -> list[int]:
        """Return the rows where this tool covers the price axis with a tag."""
        return []

    def press(self, place: QPoint, modifiers: Qt.KeyboardModifier) -> bool:
        """Take a press of the left button; True to get the drag that follows."""
        del place, modifiers
        return False

    def drag(self, place: QPoint) -> None:
        """Follow the mouse with the button held."""

    def release(self, place: QPoint) -> None:
        """End what press() began."""

    def hover(self, place: QPoint) -> Qt.CursorShape | None:
        """Return the cursor for a place, None where there is nothing to take hold of."""
        del place
        return None

    def double_click(self, place: QPoint) -> bool:
        """Take a double click; True if it was for this tool."""
        del place
        return False

    def context(self, place: QPoint, on_screen: QPointF) -> bool:
        """Take a press of the right button; True if it was for this tool."""
        del place, on_screen
        return False

    def key(self, event: QKeyEvent) -> bool:
        """Take a key; True if it was for this tool."""
        del event
        return False

    def leave(self) -> None:
        """Forget what is under the mouse: it is gone, or the button was taken away."""
