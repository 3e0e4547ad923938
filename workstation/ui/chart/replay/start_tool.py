"""Choosing the bar at which a replay begins."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from typing_extensions import override

from workstation.ui.chart.canvas import ChartCanvas
from workstation.ui.chart.chart_tool import ChartTool
from workstation.ui.chart.trading_paint import PriceLinePainter
from workstation.ui.theme import Theme

WORDS = "Click the last bar to be seen, or ← → and Enter; Esc leaves it"


class StartTool(ChartTool):
    """A line that follows the mouse and the arrows; what lies behind it is to be hidden."""

    def __init__(self, canvas: ChartCanvas, chosen: Callable[[int], None]) -> None:
        self._canvas, self._view = canvas, canvas.view
        self._chosen = chosen
        self._painter = PriceLinePainter(canvas.view)
        self.index: int | None = None
        """The bar under the line, None while nothing is being chosen."""

    def begin(self) -> None:
        """Put the line at two thirds of what is in sight."""
        if len(self._view.bars):
            self._move_to(self._view.time.index_at(self._view.time.width * 2 // 3))
            self._canvas.setFocus()

    def drop(self) -> bool:
        """Choose nothing; False if nothing was being chosen."""
        was_there, self.index = self.index is not None, None
        if was_there:
            self._canvas.update()
        return was_there

    def _move_to(self, index: int) -> None:
        bars = self._view.bars
        self.index = max(bars.first, min(index, bars.end - 2))
        self._canvas.update()

    def _take(self) -> None:
        index, self.index = self.index, None
        if index is not None:
            self._chosen(index)

    @override
    def paint(self, painter: QPainter, theme: Theme) -> None:
        if self.index is None:
            return
        view, plot = self._view, self._view.layout.plot
        x = view.time.x_of(self.index) + view.time.spacing
        veil = QColor(theme.base)
        veil.setAlpha(190)
        left = max(0, x)
        painter.fillRect(QRect(left, plot.top(), plot.right() - left + 1, plot.height()), veil)
        painter.fillRect(
            x, plot.top(), max(1, view.layout.pixels(2)), plot.height(), QColor(theme.accent)
        )
        top = view.prices.price_at(view.layout.prices.top())
        bars = view.bars
        inside = max(bars.first, min(self.index, bars.end - 1))
        when = view.marks.full_label(bars.time(inside))
        self._painter.box(painter, top, [(f"Replay from {when}", ""), (WORDS, "")], theme)

    @override
    def press(self, place: QPoint, modifiers: Qt.KeyboardModifier) -> bool:
        if self.index is None or not self._view.layout.plot.contains(place):
            return False
        self._move_to(self._view.time.index_at(place.x()))
        self._take()
        return True

    @override
    def hover(self, place: QPoint) -> Qt.CursorShape | None:
        if self.index is None:
            return None
        if self._view.layout.plot.contains(place):
            self._move_to(self._view.time.index_at(place.x()))
        return Qt.CursorShape.SplitHCursor

    @override
    def key(self, event: QKeyEvent) -> bool:
        if self.index is None:
            return False
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        pressed = Qt.Key(event.key())
        if pressed in steps:
            self._move_to(self.index + steps[pressed])
        elif pressed in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._take()
        elif pressed == Qt.Key.Key_Escape:
            self.drop()
        else:
            return False
        return True
