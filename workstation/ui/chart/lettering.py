"""Words on the chart, laid out once: laying out a line takes ten times as long as drawing it."""

from functools import cached_property

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QStaticText

MOST = 2000
"""Lines remembered; then all are forgotten."""

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter


class Lettering:
    """Measures and draws single lines in one font, in device pixels. GUI thread.

    Words stand where QPainter.drawText() puts them; a line too wide for its place is cut there.
    The painter must use the font already, and move points at most.
    """

    def __init__(self, font: QFont) -> None:
        self.font = font
        self._metrics = QFontMetrics(font)
        self._height = self._metrics.height()
        self._widths: dict[str, int] = {}
        self._lines: dict[str, tuple[QStaticText, float]] = {}

    @cached_property
    def bold(self) -> "Lettering":
        """The same font in bold."""
        font = QFont(self.font)
        font.setBold(True)
        return Lettering(font)

    def width(self, content: str) -> int:
        """Return how far the next word would begin behind this one."""
        width = self._widths.get(content)
        if width is None:
            if len(self._widths) >= MOST:
                self._widths.clear()
            width = self._widths[content] = self._metrics.horizontalAdvance(content)
        return width

    def draw(self, painter: QPainter, place: QRect, content: str) -> None:
        """Write at the left of a place, in the middle of its height."""
        self._draw(painter, place, content, 0.0, _LEFT)

    def draw_right(self, painter: QPainter, place: QRect, content: str) -> None:
        """Write at the right of a place, in the middle of its height."""
        self._draw(painter, place, content, 1.0, _RIGHT)

    def draw_centred(self, painter: QPainter, place: QRect, content: str) -> None:
        """Write in the middle of a place."""
        self._draw(painter, place, content, 0.5, _CENTRE)

    def _draw(
        self,
        painter: QPainter,
        place: QRect,
        content: str,
        part: float,
        alignment: Qt.AlignmentFlag,
    ) -> None:
        found = self._lines.get(content)
        if found is None:
            found = self._laid_out(content)
        line, width = found
        left, top, wide, high = place.left(), place.top(), place.width(), place.height()
        if width > wide or high < self._height:
            painter.drawText(place, alignment, content)
            return
        corner = QPointF(left + part * (wide - width), top + (high - self._height) / 2)
        painter.drawStaticText(corner, line)

    def _laid_out(self, content: str) -> tuple[QStaticText, float]:
        """Lay a line out; return it and its width."""
        if len(self._lines) >= MOST:
            self._lines.clear()
        line = QStaticText(content)
        line.setTextFormat(Qt.TextFormat.PlainText)
        line.prepare(font=self.font)
        found = self._lines[content] = line, line.size().width()
        return found
