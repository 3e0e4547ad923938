"""Marks on a continuous future where one expiry took over from another."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from typing_extensions import override

from workstation.ui import text
from workstation.ui.chart.chart_data import ChartData
from workstation.ui.chart.chart_tool import ChartTool
from workstation.ui.chart.view import ChartView
from workstation.ui.theme import Theme


class RollMarks(ChartTool):
    """A dashed line at the first bar of each expiry, with its name."""

    def __init__(self, view: ChartView, data: ChartData) -> None:
        self._view = view
        self._data = data

    @override
    def paint(self, painter: QPainter, theme: Theme) -> None:
        view = self._view
        pane = view.layout.prices
        for seconds, name in self._data.rolls:
            x = round(view.x_at(seconds))
            if not 0 <= x < pane.width():
                continue
            painter.setPen(QPen(QColor(theme.accent), 1, Qt.PenStyle.DashLine))
            painter.drawLine(x, pane.top(), x, pane.bottom())
            label = f"roll {text.one_line(name, 24)}"
            place = QPoint(x + view.layout.pixels(4), pane.bottom() - view.layout.pixels(4))
            painter.drawText(place, label)
