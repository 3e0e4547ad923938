"""Crosshairs that stand at the same time on every linked chart, in whatever window."""

from PySide6.QtCore import QObject, Slot
from shiboken6 import isValid

from workstation.ui.chart.canvas import ChartCanvas


class CrosshairLink(QObject):
    """Shows the time under the mouse of one chart on all the others. GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._charts: list[ChartCanvas] = []

    def join(self, canvas: ChartCanvas) -> None:
        """Link a chart; one that is destroyed leaves by itself."""
        if canvas not in self._charts:
            self._charts.append(canvas)
            canvas.crosshair_moved.connect(self._on_moved)
            canvas.destroyed.connect(self._on_destroyed)

    def leave(self, canvas: ChartCanvas) -> None:
        """Unlink a chart."""
        if canvas in self._charts:
            self._charts.remove(canvas)
            canvas.crosshair_moved.disconnect(self._on_moved)
            canvas.show_elsewhere(None)

    @Slot(object)
    def _on_moved(self, seconds: float | None) -> None:
        source = self.sender()
        for canvas in self._charts:
            if canvas is not source and isValid(canvas):
                canvas.show_elsewhere(seconds)

    @Slot()
    def _on_destroyed(self) -> None:
        self._charts = [canvas for canvas in self._charts if isValid(canvas)]
