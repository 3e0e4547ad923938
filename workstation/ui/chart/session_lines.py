"""Vertical lines where regular sessions open and close."""

import numpy as np
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from workstation.ui.chart.view import ChartView
from workstation.ui.theme import Theme

LEAST_ROOM = 12
"""Logical pixels a line should have to itself; where they stand closer none is drawn."""

_LABEL_ROOM = 48
_ALPHA = 170


def session_turns(view: ChartView, first: int, end: int) -> tuple[list[int], list[int]]:
    """Return the bars, of those from `first` to before `end`, with which sessions open, and close.

    A session closes with the first bar that lies outside it. Where no bar lies between two
    sessions there is an opening alone; where a contract trades around the clock its trading
    days open.
    """
    bars = view.bars
    begin, end = max(first, bars.first + 1), min(end, bars.end)
    if not view.marks.is_intraday or begin >= end:
        return [], []
    indices = np.arange(begin - 1, end)
    outside = view.sessions.outside(indices)
    days = view.studies.source.series(begin - 1, end).days
    before, now = outside[:-1], outside[1:]
    opens = ~now & (before | (days[1:] != days[:-1]))
    closes = now & ~before
    return indices[1:][opens].tolist(), indices[1:][closes].tolist()


def draw_session_lines(painter: QPainter, view: ChartView, theme: Theme) -> None:
    """Draw the lines of what is in sight over the whole plot."""
    if not view.settings.session_lines:
        return
    first, end = view.time.shown()
    opens, closes = session_turns(view, first, end + 1)
    count = len(opens) + len(closes)
    layout, plot = view.layout, view.layout.plot
    if not count or plot.width() // count < layout.pixels(LEAST_ROOM):
        return
    has_labels = plot.width() // count >= layout.pixels(_LABEL_ROOM)
    for indices, tone, word, style in (
        (opens, theme.up, "open", Qt.PenStyle.SolidLine),
        (closes, theme.down, "close", Qt.PenStyle.DashLine),
    ):
        colour = QColor(tone)
        colour.setAlpha(_ALPHA)
        painter.setPen(QPen(colour, max(1, layout.pixels(1)), style))
        for index in indices:
            x = view.time.x_of(index)
            painter.drawLine(x, plot.top(), x, plot.bottom())
            if has_labels:
                place = QRect(x + layout.pixels(3), plot.bottom() - layout.line, 200, layout.line)
                painter.drawText(place, Qt.AlignmentFlag.AlignLeft, word)
