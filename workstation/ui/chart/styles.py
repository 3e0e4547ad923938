"""The kinds of bars besides candles: OHLC, Heikin-Ashi, and closes as a line."""

import functools
import math
from dataclasses import replace
from typing import Any, cast

import numpy as np
import shiboken6
from PySide6.QtCore import QLineF, QRect, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPen, QPolygonF

from workstation.ui.chart.bar_table import Floats
from workstation.ui.chart.bars import HIGH, LOW, BarArrays
from workstation.ui.chart.candles import (
    CandleColours,
    Columns,
    Flags,
    body_width,
    columns_between,
    fill,
    rects,
)
from workstation.ui.chart.price_scale import FAR, PriceScale
from workstation.ui.chart.scale import Pixels, TimeScale
from workstation.ui.chart.settings import Style

WARM_UP = 64
"""Columns before the first seen that Heikin-Ashi needs: each halves what came before it."""

AREA_ALPHA = 70

DASH, GAP = 4, 3
"""Logical pixels of a dashed line."""

STEEP = 3
"""Rows a line of a point in every column climbs or falls a column, on the mean, to be a scribble."""


def shown_columns(
    bars: BarArrays, scale: TimeScale, left: int, right: int, style: Style
) -> Columns:
    """Collect what touches the pixel columns [left, right), as this style shows it."""
    if style is not Style.HEIKIN_ASHI or not len(bars):
        return columns_between(bars, scale, left, right)
    columns = heikin_ashi(columns_between(bars, scale, left - WARM_UP * scale.spacing, right))
    skipped = int(np.searchsorted(columns.lefts, left - scale.spacing, side="right"))
    return Columns(
        columns.first + skipped * scale.factor,
        columns.lefts[skipped:],
        columns.ranges[:, skipped:],
        columns.opens[skipped:],
        columns.closes[skipped:],
    )


def heikin_ashi(columns: Columns) -> Columns:
    """Average the bars: the close is the mean of four prices, the opening that of the bar before.

    Openings follow from all bars before, by halves; of more than 64 back nothing is left.
    """
    if not len(columns.lefts):
        return columns
    opens, closes = columns.opens, columns.closes
    highs, lows = columns.ranges[HIGH], -columns.ranges[LOW]
    averages = (opens + highs + lows + closes) / 4
    starts = np.concatenate(([(opens[0] + closes[0]) / 2], averages[:-1] / 2))
    step = 1
    while step <= WARM_UP:
        added = starts[:-step] * 0.5**step
        starts = starts.copy()
        starts[step:] += added
        step *= 2
    ranges = columns.ranges.copy()
    ranges[HIGH] = np.maximum(highs, np.maximum(starts, averages))
    ranges[LOW] = -np.minimum(lows, np.minimum(starts, averages))
    return replace(columns, ranges=ranges, opens=starts, closes=averages)


def rising_by_close(columns: Columns, before: float | None) -> Flags:
    """Tell which bars closed at or above the close before them."""
    first = columns.opens[:1] if before is None else np.array([before])
    rising: Flags = columns.closes >= np.concatenate((first, columns.closes[:-1]))
    return rising


def draw_ohlc(
    painter: QPainter,
    columns: Columns,
    scale: TimeScale,
    prices: PriceScale,
    colours: CandleColours,
    wick: int,
) -> None:
    """Draw each bar as an upright line with the opening to its left and the close to its right."""
    rising = columns.rising
    body = body_width(scale.spacing, wick)
    wick = min(wick, body)
    middles = columns.lefts + (scale.spacing - body) // 2 + (body - wick) // 2
    tops, bottoms = _ordered(prices.ys_of(columns.ranges[HIGH]), prices.ys_of(-columns.ranges[LOW]))
    arm = (body - wick) // 2
    uprights = rects(middles, tops, wick, bottoms)
    opened, closed = prices.ys_of(columns.opens), prices.ys_of(columns.closes)
    lefts = rects(middles - arm, opened, arm, opened + wick - 1)
    rights = rects(middles + wick, closed, arm, closed + wick - 1)
    for flags, colour in ((rising, colours.up), (~rising, colours.down)):
        fill(painter, uprights[flags], colour)
        if arm:
            fill(painter, lefts[flags], colour)
            fill(painter, rights[flags], colour)


def middles_of(columns: Columns, scale: TimeScale) -> Floats:
    """Return the middles of the columns, between pixels where need be."""
    middles: Floats = columns.lefts + np.float64((scale.spacing - 1) / 2)
    return middles


def draw_closes(
    painter: QPainter,
    columns: Columns,
    scale: TimeScale,
    prices: PriceScale,
    pen: QPen,
) -> None:
    """Draw the closes as one line."""
    xs, ys = middles_of(columns, scale), prices.exact_ys(columns.closes)
    draw_line(painter, xs, ys, pen, softened=not is_scribble(ys, scale.spacing))


def draw_area(
    painter: QPainter,
    columns: Columns,
    scale: TimeScale,
    prices: PriceScale,
    pane: QRect,
    pen: QPen,
) -> None:
    """Draw the closes as a line over a fading surface."""
    xs = middles_of(columns, scale)
    ys = prices.exact_ys(columns.closes)
    _fill_to(painter, xs, ys, pane, pane.bottom() + 1, pen.color())
    draw_line(painter, xs, ys, pen, softened=not is_scribble(ys, scale.spacing))


def draw_baseline(
    painter: QPainter,
    columns: Columns,
    scale: TimeScale,
    prices: PriceScale,
    pane: QRect,
    pens: tuple[QPen, QPen],
) -> None:
    """Draw the closes in one colour above the middle of the pane and in another below it."""
    xs = middles_of(columns, scale)
    ys = prices.exact_ys(columns.closes)
    middle = pane.top() + pane.height() // 2
    halves = (
        QRect(pane.left(), pane.top(), pane.width(), middle - pane.top()),
        QRect(pane.left(), middle, pane.width(), pane.bottom() + 1 - middle),
    )
    for half, pen in zip(halves, pens, strict=True):
        painter.save()
        painter.setClipRect(half, Qt.ClipOperation.IntersectClip)
        _fill_to(painter, xs, ys, half, middle, pen.color())
        draw_line(painter, xs, ys, pen, softened=not is_scribble(ys, scale.spacing))
        painter.restore()


def draw_line(
    painter: QPainter, xs: Floats, ys: Floats, pen: QPen, *, softened: bool = True
) -> None:
    """Join points, with soft edges or without.

    Pens of one pixel are drawn line by line; a wider one makes Qt outline and fill the whole,
    which takes a hundred times as long. So a thick line is several thin ones side by side.
    """
    if not len(xs):
        return
    copies = _begin_line(painter, pen)
    aside, below = (0.0, 1.0) if softened else (1.0, 0.0)  # a scribble is all uprights
    back = (copies - 1) / 2
    shape = polygon(xs + (0.5 - aside * back), ys + (0.5 - below * back))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, softened)
    for copy in range(copies):
        if copy:
            shape.translate(aside, below)
        painter.drawPolyline(shape)
    if softened:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def draw_dashes(
    painter: QPainter, xs: Floats, ys: Floats, pen: QPen, scroll: int, ratio: float
) -> None:
    """Join points by dashes that stand still on the bars, wherever the picture is moved to."""
    if not len(xs):
        return
    dash, gap = round(DASH * ratio), round(GAP * ratio)
    begin = math.ceil((xs[0] + scroll) / (dash + gap)) * (dash + gap) - scroll
    starts = np.arange(float(begin), float(xs[-1]), dash + gap)
    ends = np.minimum(starts + dash, xs[-1])
    copies = _begin_line(painter, pen)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    table = np.empty((len(starts), 4))
    table[:, 0], table[:, 2] = starts + 0.5, ends + 0.5
    table[:, 1], table[:, 3] = np.interp(starts, xs, ys), np.interp(ends, xs, ys)
    table[:, 1::2] += 0.5 - (copies - 1) / 2
    for copy in range(copies if len(table) else 0):
        if copy:
            table[:, 1::2] += 1.0
        first = shiboken6.wrapInstance(table.ctypes.data, QLineF)
        painter.drawLines(cast("QLineF", first), len(table))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def _begin_line(painter: QPainter, pen: QPen) -> int:
    """Prepare for thin lines; return how many side by side are as wide as the pen."""
    painter.setPen(_thin(pen.color().rgba()))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    return max(1, round(pen.widthF()))


@functools.lru_cache(maxsize=256)
def _thin(rgba: int) -> QPen:
    """Return a pen of one pixel of the device."""
    pen = QPen(QColor.fromRgba(rgba), 1)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setCosmetic(True)
    return pen


def is_scribble(ys: Floats, spacing: int) -> bool:
    """Tell whether a line with a point in every column jumps so far that softening shows nothing."""
    return spacing == 1 and scribbles(ys[np.newaxis])[0]


def scribbles(ys: Floats) -> list[bool]:
    """Tell it of several lines, a row each, with a point in every column."""
    jumps = np.abs(ys[:, 1:] - ys[:, :-1])
    jumps[jumps > FAR / 3] = 0  # to or from where a column without a value is put
    jagged: list[bool] = (jumps.sum(axis=1) > STEEP * ys.shape[1]).tolist()
    return jagged


def polygon(xs: Floats, ys: Floats) -> QPolygonF:
    """Build a polygon of points without touching each in Python."""
    shape = QPolygonF()
    shape.resize(len(xs))
    if len(xs):
        # The stubs of PySide 6.11 know neither what data() returns nor what VoidPtr takes.
        wrap: Any = shiboken6.VoidPtr
        points = np.frombuffer(wrap(shape.data(), len(xs) * 16, True), np.float64).reshape(-1, 2)
        points[:, 0], points[:, 1] = xs, ys
    return shape


def _fill_to(
    painter: QPainter, xs: Floats, ys: Floats, pane: QRect, row: int, colour: QColor
) -> None:
    if not len(xs):
        return
    strong, weak = QColor(colour), QColor(colour)
    strong.setAlpha(AREA_ALPHA)
    weak.setAlpha(AREA_ALPHA // 6)
    upwards = row >= pane.bottom()
    gradient = QLinearGradient(0, pane.top(), 0, pane.bottom())
    gradient.setColorAt(0, strong if upwards else weak)
    gradient.setColorAt(1, weak if upwards else strong)
    shape = polygon(
        np.concatenate((xs[:1], xs, xs[-1:])) + 0.5, np.concatenate(([row], ys, [row])) + 0.5
    )
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(gradient)
    painter.drawPolygon(shape)


def _ordered(some: Pixels, others: Pixels) -> tuple[Pixels, Pixels]:
    return np.minimum(some, others), np.maximum(some, others)


def pen_of(colour: QColor, width: float) -> QPen:
    """Return a pen with soft corners."""
    return QPen(_soft(colour.rgba(), width))


@functools.lru_cache(maxsize=256)
def _soft(rgba: int, width: float) -> QPen:
    pen = QPen(QColor.fromRgba(rgba), width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen
