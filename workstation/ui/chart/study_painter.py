"""Draws the values of indicators: lines, columns, dots, levels and marks."""

import functools
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter, QPen

from workstation.indicators.definition import Floats, Kind
from workstation.ui.chart.bars import HIGH, LOW
from workstation.ui.chart.candles import (
    Columns,
    Flags,
    body_width,
    chosen,
    draw_points,
    fill,
    fill_columns,
    lines,
    rects,
)
from workstation.ui.chart.price_scale import PriceScale
from workstation.ui.chart.scale import TimeScale
from workstation.ui.chart.studies import Study
from workstation.ui.chart.styles import draw_dashes, draw_line, middles_of, pen_of, scribbles
from workstation.ui.chart.view import ChartView
from workstation.ui.theme import Theme

_COLOURS = {
    "dark": ("#5aa9ff", "#f0b849", "#c792ea", "#4dd0c8", "#ff9e64", "#9ece6a", "#f07fb4"),
    "light": ("#1257a6", "#8a5a00", "#7b2fb5", "#00706a", "#b84a00", "#41700a", "#b0266f"),
}


Known = slice | Flags
"""Which columns have a value."""

COLOUR_NAMES = ("Blue", "Amber", "Violet", "Teal", "Orange", "Green", "Pink")


def palette(theme: Theme) -> list[QColor]:
    """Return the colours of indicators, in the order of COLOUR_NAMES."""
    return [QColor(colour) for colour in _COLOURS.get(theme.name, _COLOURS["dark"])]


def study_colour(study: Study, output: int, theme: Theme) -> QColor:
    """Return the colour of one output."""
    if chosen := study.look(output).colour:
        return _colour(chosen)
    colours = _COLOURS.get(theme.name, _COLOURS["dark"])
    return _colour(colours[(study.colour + output) % len(colours)])


@functools.lru_cache(maxsize=256)
def _colour(name: str) -> QColor:
    return QColor(name)


@dataclass(frozen=True)
class StudyPainter:
    """Draws studies over the visible columns, as far as `clip` shows them."""

    time: TimeScale
    visible: Columns
    ratio: float
    theme: Theme
    clip: QRect
    scribbles: dict[int, list[bool]]
    """Which outputs of a study, by its identity, are so jagged that soft edges show nothing.

    Whoever draws first finds it out, so it is of the whole picture for the parts that follow.
    """

    @cached_property
    def part(self) -> slice:
        """Which columns are inside the clip, and the neighbours from which lines come."""
        if self.clip.left() <= 0 and self.clip.right() >= self.time.width:
            return slice(0, len(self.visible.lefts))
        edge = 2 * self.time.spacing + 2
        ends = self.clip.left() - edge, self.clip.right() + edge
        return slice(*np.searchsorted(self.visible.lefts, ends).tolist())

    @cached_property
    def columns(self) -> Columns:
        """These columns."""
        seen, part = self.visible, self.part
        if part.stop - part.start == len(seen.lefts):
            return seen
        return Columns(
            seen.first + part.start * self.time.factor,
            seen.lefts[part],
            seen.ranges[:, part],
            seen.opens[part],
            seen.closes[part],
        )

    @cached_property
    def middles(self) -> Floats:
        """Their middles."""
        return middles_of(self.columns, self.time)

    def draw(self, painter: QPainter, study: Study, seen: Floats, scale: PriceScale) -> None:
        """Draw every output that is shown; `seen` are its values in the columns of the part."""
        there = np.isfinite(seen)
        is_whole = bool(there.all())
        lines = None
        for row, output in enumerate(study.indicator.outputs):
            look = study.look(row)
            kind = look.kind(output.kind)
            if kind is None:
                continue
            known = slice(None) if is_whole else there[row]
            colour = study_colour(study, row, self.theme)
            match kind:
                case Kind.HISTOGRAM:
                    self._draw_histogram(painter, seen[row], known, scale, look.colour)
                case Kind.DOTS:
                    self._draw_dots(painter, seen[row], known, scale, colour, look.width or 3)
                case Kind.LEVEL:
                    self._draw_levels(painter, seen[row], known, scale, colour, look.width or 1)
                case Kind.MARK:
                    self._draw_marks(painter, seen[row], scale, colour)
                case _:
                    lines = lines or self._lines_of(study, seen, scale)
                    pen = pen_of(colour, (look.width or 1.3) * self.ratio)
                    pieces = [(0, seen.shape[1])] if is_whole else _pieces(there[row])
                    ys, is_soft, is_dashed = lines[0][row], lines[1][row], kind is Kind.DASHED
                    self._draw_line(painter, pieces, ys, pen, soft=is_soft, dashed=is_dashed)

    def _lines_of(self, study: Study, seen: Floats, scale: PriceScale) -> tuple[Floats, list[bool]]:
        """Return the rows of the values, and which outputs are lines with soft edges."""
        ys = scale.exact_ys(seen)
        if self.time.spacing > 1:
            return ys, [True] * len(ys)
        jagged = self.scribbles.get(id(study))
        if jagged is None:
            jagged = self.scribbles[id(study)] = scribbles(ys)
        return ys, [not is_jagged for is_jagged in jagged]

    def _draw_line(
        self,
        painter: QPainter,
        pieces: list[tuple[int, int]],
        ys: Floats,
        pen: QPen,
        *,
        soft: bool,
        dashed: bool,
    ) -> None:
        """Draw the pieces of a line, each from one column of the part to before another."""
        time, xs = self.time, self.middles
        for begin, end in pieces:
            if dashed and time.spacing > 1:
                draw_dashes(painter, xs[begin:end], ys[begin:end], pen, time.scroll, self.ratio)
            else:
                draw_line(painter, xs[begin:end], ys[begin:end], pen, softened=soft)

    def _draw_histogram(
        self, painter: QPainter, values: Floats, known: Known, scale: PriceScale, colour: str
    ) -> None:
        body = max(1, body_width(self.time.spacing, 1))
        lefts = self.columns.lefts[known] + (self.time.spacing - body) // 2
        zero = scale.y_of(0.0)
        rows = scale.ys_of(values[known])
        shapes = rects(lefts, np.minimum(rows, zero), body, np.maximum(rows, zero))
        rising = values[known] >= 0
        up, down = QColor(colour or self.theme.up), QColor(colour or self.theme.down)
        fill_columns(painter, chosen(shapes, rising), body, up)
        fill_columns(painter, chosen(shapes, ~rising), body, down)

    def _draw_dots(
        self,
        painter: QPainter,
        values: Floats,
        known: Known,
        scale: PriceScale,
        colour: QColor,
        width: int,
    ) -> None:
        size = max(1, min(round(width * self.ratio), self.time.spacing))
        lefts = self.columns.lefts[known] + (self.time.spacing - size) // 2
        rows = scale.ys_of(values[known]) - size // 2
        if size == 1:
            draw_points(painter, lefts, rows, colour)
        else:
            fill(painter, rects(lefts, rows, size, rows + size - 1), colour)

    def _draw_levels(
        self,
        painter: QPainter,
        values: Floats,
        known: Known,
        scale: PriceScale,
        colour: QColor,
        width: int,
    ) -> None:
        rows = scale.ys_of(values[known])
        thick = max(1, round(width * self.ratio))
        lefts = self.columns.lefts[known]
        fill(painter, rects(lefts, rows, self.time.spacing, rows + thick - 1), colour)

    def _draw_marks(
        self, painter: QPainter, values: Floats, scale: PriceScale, colour: QColor
    ) -> None:
        gap, steps = round(4 * self.ratio), max(2, round(4 * self.ratio))
        for flags, prices, away in (
            (values > 0, -self.columns.ranges[LOW], 1),
            (values < 0, self.columns.ranges[HIGH], -1),
        ):
            if not flags.any():
                continue
            step_away = -away if scale.is_inverted else away
            middles = self.columns.lefts[flags] + (self.time.spacing - 1) // 2
            rows = scale.ys_of(prices[flags]) + step_away * gap
            for step in range(steps):
                here = rows + step_away * step
                fill(painter, rects(middles - step, here, 2 * step + 1, here), colour)


def _pieces(there: Flags) -> list[tuple[int, int]]:
    """Return where the values that are there begin, and end."""
    turns = np.flatnonzero(np.diff(np.concatenate(([False], there, [False]))))
    return [(begin, end) for begin, end in turns.reshape(-1, 2).tolist()]


def draw_pane_grid(
    painter: QPainter, view: ChartView, study: Study, pane: QRect, colours: tuple[QColor, QColor]
) -> None:
    """Draw the upper edge of a pane and its guides or round values."""
    grid, border = colours
    painter.fillRect(pane.left(), pane.top() - 2, pane.width(), 1, border)
    guides = study.indicator.guides
    levels = guides or tuple(study.scale.round_prices(view.layout.pixels(24), 1e-9))
    rows = [study.scale.y_of(level) for level in levels]
    shown = [(0, row, pane.width(), 1) for row in rows if pane.top() < row < pane.bottom()]
    fill(painter, lines(shown), border if guides else grid)
