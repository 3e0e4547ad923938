"""Paints what trading puts on the chart: lines at prices, their labels, boxes of words."""

from collections.abc import Iterable

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter

from workstation.ui.chart.candles import fill, lines
from workstation.ui.chart.overlay import tag_rect
from workstation.ui.chart.view import ChartView
from workstation.ui.theme import Theme

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter

Line = tuple[str, str]
"""Words and their tone: "", "good", "warning" or "error"."""


class PriceLinePainter:
    """Draws in device pixels over one view; keeps nothing between two paintings."""

    def __init__(self, view: ChartView) -> None:
        self._view = view

    def row_of(self, price: float) -> int | None:
        """Return the row of a price, None out of sight."""
        pane = self._view.layout.prices
        row = self._view.prices.y_of(price)
        return row if pane.top() <= row <= pane.bottom() else None

    def line(self, painter: QPainter, row: int, colour: QColor, dash: int) -> None:
        """Draw a line across the prices; 0 dashes nothing, more is longer."""
        width = self._view.layout.prices.width()
        if not dash:
            painter.fillRect(0, row, width, 1, colour)
            return
        step = self._view.layout.pixels(2 * dash)
        pieces = [(x, row, step, 1) for x in range(0, width, 2 * step if dash == 1 else step + 2)]
        fill(painter, lines(pieces), colour)

    def tag(self, painter: QPainter, price: float, colour: QColor, theme: Theme) -> None:
        """Write a price on the axis."""
        place = tag_rect(self._view, self._view.prices.y_of(price))
        painter.fillRect(place, colour)
        painter.setPen(QColor(theme.on_side))
        self._view.lettering.draw_centred(painter, place, self._view.price_text(price))

    def label(
        self,
        painter: QPainter,
        row: int,
        words: str,
        colour: QColor,
        theme: Theme,
        *,
        buttons: tuple[str, ...] = (),
        taken: Iterable[QRect] = (),
    ) -> tuple[QRect, tuple[QRect, ...]]:
        """Write a label on a line with buttons at its end; return its place and theirs."""
        layout = self._view.layout
        gap, height = layout.pixels(5), layout.line + layout.pixels(2)
        wide = [max(height, self._view.text_width(each) + 2 * gap) for each in buttons]
        width = self._view.text_width(words) + 2 * gap + sum(wide)
        place = QRect(layout.prices.width() - width - gap, row - height // 2, width, height)
        for other in taken:
            if place.intersects(other):
                place.moveRight(other.left() - gap)
        painter.fillRect(place, QColor(theme.base))
        painter.setPen(colour)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place.adjusted(0, 0, -1, -1))
        painter.setPen(QColor(theme.text))
        self._view.lettering.draw(painter, place.adjusted(gap, 0, 0, 0), words)
        left, places = place.right() + 1 - sum(wide), []
        for each, size in zip(buttons, wide, strict=True):
            box = QRect(left, place.top(), size, height)
            painter.setPen(colour)
            painter.drawLine(box.left(), box.top(), box.left(), box.bottom())
            painter.setPen(QColor(theme.text))
            self._view.lettering.draw_centred(painter, box, each)
            places.append(box)
            left += size
        return place, tuple(places)

    def box(
        self,
        painter: QPainter,
        price: float,
        content: Iterable[Line],
        theme: Theme,
        x: int | None = None,
    ) -> None:
        """Write lines of words beside a price, at the left edge or from a column on."""
        layout, shown = self._view.layout, list(content)
        pane, gap = layout.prices, layout.pixels(6)
        height = layout.line + layout.pixels(3)
        row = min(max(self._view.prices.y_of(price), pane.top()), pane.bottom())
        tall = height * len(shown) + gap
        top = row - tall - gap if row - tall - gap > pane.top() else row + gap
        wanted = max(self._view.text_width(words) for words, _ in shown) + 2 * gap
        width = min(wanted, pane.width() - 2 * gap)
        left = gap if x is None else max(gap, min(x + gap, pane.width() - width - gap))
        place = QRect(left, top, width, tall)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.fillRect(place, QColor(theme.raised))
        painter.setPen(QColor(theme.border))
        painter.drawRect(place.adjusted(0, 0, -1, -1))
        tones = {"good": theme.up, "warning": theme.warning, "error": theme.down}
        for number, (words, tone) in enumerate(shown):
            line = place.adjusted(gap, gap // 2 + number * height, -gap // 2, 0)
            line.setHeight(height)
            painter.setPen(QColor(tones.get(tone, theme.text)))
            right = Qt.TextElideMode.ElideRight
            is_cut = wanted > width
            cut = layout.metrics.elidedText(words, right, line.width()) if is_cut else words
            self._view.lettering.draw(painter, line, cut)
