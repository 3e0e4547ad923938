"""Candles and volume of the visible bars, as rectangles that Qt draws in one call each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import shiboken6
from PySide6.QtCore import QLine, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygon

from workstation.ui.chart.bar_table import Floats
from workstation.ui.chart.bars import HIGH, LOW, VOLUME, BarArrays
from workstation.ui.chart.price_scale import PriceScale
from workstation.ui.chart.scale import Pixels, TimeScale

Rects = npt.NDArray[np.int32]
"""Rows of left, top, right, bottom, all inside: what a QRect is in memory."""

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Columns:
    """What stands in the visible pixel columns: a bar each, or the range of several."""

    first: int
    """Index of the oldest bar."""

    lefts: Pixels
    ranges: Floats
    opens: Floats
    closes: Floats

    @property
    def rising(self) -> Flags:
        """Whether each closed at or above its opening."""
        rising: Flags = self.closes >= self.opens
        return rising

    def price_range(self, left: int) -> tuple[float, float] | None:
        """Return the lowest low and the highest high of what begins at `left` or behind it."""
        if not len(self.lefts):
            return None
        seen = self.ranges[:, min(int(np.searchsorted(self.lefts, left)), len(self.lefts) - 1) :]
        return -float(seen[LOW].max()), float(seen[HIGH].max())

    def most_volume(self) -> float:
        """Return the greatest volume of one bar."""
        return max(0.0, float(self.ranges[VOLUME].max())) if len(self.lefts) else 0.0


def columns_between(bars: BarArrays, scale: TimeScale, left: int, right: int) -> Columns:
    """Collect what touches the pixel columns [left, right)."""
    factor = scale.factor
    low, high = scale.slots(left, right)
    low = max(low, bars.first // factor)
    high = max(low, min(high, -(-bars.end // factor)))
    slots = np.arange(low, high)
    starts = np.maximum(slots * factor, bars.first)
    ends = np.minimum(slots * factor + factor, bars.end)
    opens, closes = bars.opens(bars.first, bars.end), bars.closes(bars.first, bars.end)
    return Columns(
        low * factor,
        slots * scale.spacing - scale.scroll,
        bars.ranges(low, high, factor),
        opens[starts - bars.first],
        closes[ends - 1 - bars.first],
    )


def body_width(spacing: int, wick: int) -> int:
    """Return how wide a candle's body is: it leaves air, and its wick stands in its middle."""
    if spacing < wick + 3:
        return min(spacing, wick)
    body = spacing * 3 // 4
    return body - (body - wick) % 2


@dataclass(frozen=True, slots=True)
class CandleColours:
    """Colours of rising and falling bars, of their volume, and what is behind them."""

    up: QColor
    down: QColor
    up_volume: QColor
    down_volume: QColor
    base: QColor
    line: QColor
    """Of closes drawn as a line."""


def draw_candles(
    painter: QPainter,
    columns: Columns,
    scale: TimeScale,
    prices: PriceScale,
    colours: CandleColours,
    wick: int,
    coloured: Flags | None = None,
    hollow: Flags | None = None,
) -> None:
    """Draw candles; ranges of several bars as one line each.

    `coloured` tells which have the colour of rising ones, `hollow` which are not filled; left
    out, rising bars are both.
    """
    rising = columns.rising if coloured is None else coloured
    hollow = columns.rising if hollow is None else hollow
    body = body_width(scale.spacing, wick)
    wick = min(wick, body)
    lefts = columns.lefts + (scale.spacing - body) // 2
    ends = prices.ys_of(columns.ranges[HIGH]), prices.ys_of(-columns.ranges[LOW])
    tops, bottoms = np.minimum(*ends), np.maximum(*ends)  # the axis may stand upside down
    wicks = rects(lefts + (body - wick) // 2, tops, wick, bottoms)
    has_bodies = body > wick
    edges = prices.ys_of(columns.opens), prices.ys_of(columns.closes)
    high = np.minimum(*edges)
    bodies = rects(lefts, high, body, np.maximum(np.maximum(*edges), high + wick - 1))
    for flags, colour in ((rising, colours.up), (~rising, colours.down)):
        fill_columns(painter, chosen(wicks, flags), wick, colour)
        if has_bodies:
            fill(painter, chosen(bodies, flags), colour)
    if has_bodies and body > 2 * wick:
        inside = chosen(bodies, hollow) + np.array([wick, wick, -wick, -wick], np.int32)
        fill(painter, chosen(inside, inside[:, 1] <= inside[:, 3]), colours.base)


def draw_volume(
    painter: QPainter,
    columns: Columns,
    scale: TimeScale,
    pane: QRect,
    most: float,
    colours: CandleColours,
    wick: int,
) -> None:
    """Draw a column of volume under each bar; `most` reaches the top of the pane."""
    body = body_width(scale.spacing, wick)
    heights = columns.ranges[VOLUME] * (pane.height() / most if most else 0.0)
    tops = pane.bottom() + 1 - np.rint(np.clip(heights, 0, pane.height())).astype(np.int64)
    lefts = columns.lefts + (scale.spacing - body) // 2
    shapes = rects(lefts, tops, body, np.full(len(tops), pane.bottom()))
    seen = tops <= pane.bottom()
    rising = columns.rising
    fill_columns(painter, chosen(shapes, seen & rising), body, colours.up_volume)
    fill_columns(painter, chosen(shapes, seen & ~rising), body, colours.down_volume)


def rects(lefts: Pixels, tops: Pixels, width: int, bottoms: Pixels) -> Rects:
    """Build rectangles of one width."""
    table = np.empty((len(lefts), 4), np.int32)
    table[:, 0], table[:, 1], table[:, 2], table[:, 3] = lefts, tops, lefts + (width - 1), bottoms
    return table


def chosen(shapes: Rects, flags: Flags) -> Rects:
    """Return the rectangles that are flagged; indexing by flags would take five times as long."""
    return shapes.compress(flags, axis=0)


def lines(areas: Sequence[tuple[int, int, int, int]]) -> Rects:
    """Build rectangles of left, top, width and height each."""
    table = np.array(areas, np.int32).reshape(-1, 4)
    table[:, 2:] += table[:, :2] - 1
    return table


def row_of_dashes(left: int, right: int, row: int, dash: int, step: int) -> Rects:
    """Build dashes of a level line, one every `step` columns of [left, right)."""
    lefts = np.arange(left, right, step)
    rows = np.full(len(lefts), row)
    return rects(lefts, rows, dash, rows)


def fill(painter: QPainter, shapes: Rects, colour: QColor) -> None:
    """Fill rectangles in one call; a call for each would cost thirty times as much."""
    count = len(shapes)
    if not count:
        return
    memory = np.ascontiguousarray(shapes)  # must live until the call has ended
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    first = shiboken6.wrapInstance(memory.ctypes.data, QRect)
    painter.drawRects(cast("QRect", first), count)


def fill_columns(painter: QPainter, shapes: Rects, width: int, colour: QColor) -> None:
    """Fill upright rectangles of one width; those of one pixel as lines, in half of the time."""
    if width == 1:
        draw_lines(painter, shapes, QPen(colour))
    else:
        fill(painter, shapes, colour)


def draw_lines(painter: QPainter, ends: Rects, pen: QPen) -> None:
    """Draw lines of one pixel in one call, both ends inside: a QLine is in memory as a QRect."""
    count = len(ends)
    if not count:
        return
    memory = np.ascontiguousarray(ends)  # must live until the call has ended
    pen.setCosmetic(True)  # one pixel of the device, whatever is scaled
    painter.setPen(pen)
    first = shiboken6.wrapInstance(memory.ctypes.data, QLine)
    painter.drawLines(cast("QLine", first), count)


def draw_points(painter: QPainter, xs: Pixels, ys: Pixels, colour: QColor) -> None:
    """Draw single pixels in one call; rectangles of one pixel take more than twice as long."""
    if not len(xs):
        return
    points = QPolygon()
    points.resize(len(xs))
    # The stubs of PySide 6.11 know neither what data() returns nor what VoidPtr takes.
    wrap: Any = shiboken6.VoidPtr
    table = np.frombuffer(wrap(points.data(), len(xs) * 8, True), np.int32).reshape(-1, 2)
    table[:, 0], table[:, 1] = xs, ys
    pen = QPen(colour)
    pen.setCosmetic(True)
    painter.setPen(pen)
    painter.drawPoints(points)


def dashed(colour: QColor, length: int) -> QPen:
    """Return a pen of dashes and gaps of so many pixels; a rectangle a dash is ten times slower."""
    pen = QPen(colour)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setDashPattern([float(length), float(length)])
    return pen
