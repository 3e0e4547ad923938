"""Draws the values of indicators: lines, columns, dots, levels and marks."""

import functools
import itertools
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter, QPen

from workstation.indicators.definition import Floats, Kind
from workstation.indicators.running_apart import RunningApart
from workstation.ui import text
from workstation.ui.chart.bars import HIGH, LOW
from workstation.ui.chart.candles import (
    Columns,
    body_width,
    chosen,
    fill,
    fill_columns,
    lines,
    rects,
)
from workstation.ui.chart.price_scale import PriceScale
from workstation.ui.chart.scale import TimeScale
from workstation.ui.chart.studies import Study
from workstation.ui.chart.study_look import Style
from workstation.ui.chart.styles import draw_dashes, draw_line, is_scribble, middles_of, pen_of
from workstation.ui.chart.view import ChartView
from workstation.ui.theme import Theme

_COLOURS = {
    "dark": ("#5aa9ff", "#f0b849", "#c792ea", "#4dd0c8", "#ff9e64", "#9ece6a", "#f07fb4"),
    "light": ("#1257a6", "#8a5a00", "#7b2fb5", "#00706a", "#b84a00", "#41700a", "#b0266f"),
}


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

    @cached_property
    def part(self) -> slice:
        """Which columns are inside the clip, and the neighbours from which lines come."""
        edge = 2 * self.time.spacing + 2
        ends = self.clip.left() - edge, self.clip.right() + edge
        return slice(*np.searchsorted(self.visible.lefts, ends).tolist())

    @cached_property
    def columns(self) -> Columns:
        """These columns."""
        seen, part = self.visible, self.part
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

    def draw(self, painter: QPainter, study: Study, values: Floats, scale: PriceScale) -> None:
        """Draw every output that is shown; `values` are of all visible columns."""
        seen = values[:, self.part]
        for row, output in enumerate(study.indicator.outputs):
            look = study.look(row)
            colour, width = study_colour(study, row, self.theme), (look.width or 1.3) * self.ratio
            match look.kind(output.kind):
                case None:
                    continue
                case Kind.HISTOGRAM:
                    self._draw_histogram(painter, seen[row], scale, look.colour)
                case Kind.DOTS:
                    self._draw_dots(painter, seen[row], scale, colour, look.width or 3)
                case Kind.LEVEL:
                    self._draw_levels(painter, seen[row], scale, colour, look.width or 1)
                case Kind.MARK:
                    self._draw_marks(painter, seen[row], scale, colour)
                case kind:
                    self._draw_line(
                        painter,
                        values[row],
                        scale,
                        pen_of(colour, width),
                        dashed=kind is Kind.DASHED,
                    )

    def _draw_line(
        self, painter: QPainter, values: Floats, scale: PriceScale, pen: QPen, *, dashed: bool
    ) -> None:
        time, xs, seen = self.time, self.middles, values[self.part]
        # Of all that is visible, so that a part looks as the whole does.
        soft = time.spacing > 1 or not is_scribble(scale.exact_ys(values[np.isfinite(values)]), 1)
        ys, there = scale.exact_ys(seen), np.isfinite(seen)
        edges = [[0, len(ys)]]
        if not there.all():
            turns = np.diff(np.concatenate(([False], there, [False])))
            edges = np.flatnonzero(turns).reshape(-1, 2).tolist()
        for begin, end in edges:
            if dashed and time.spacing > 1:
                draw_dashes(painter, xs[begin:end], ys[begin:end], pen, time.scroll, self.ratio)
            else:
                draw_line(painter, xs[begin:end], ys[begin:end], pen, softened=soft)

    def _draw_histogram(
        self, painter: QPainter, values: Floats, scale: PriceScale, colour: str
    ) -> None:
        there = np.isfinite(values)
        body = max(1, body_width(self.time.spacing, 1))
        lefts = self.columns.lefts[there] + (self.time.spacing - body) // 2
        zero = scale.y_of(0.0)
        rows = scale.ys_of(values[there])
        shapes = rects(lefts, np.minimum(rows, zero), body, np.maximum(rows, zero))
        rising = values[there] >= 0
        up, down = QColor(colour or self.theme.up), QColor(colour or self.theme.down)
        fill_columns(painter, chosen(shapes, rising), body, up)
        fill_columns(painter, chosen(shapes, ~rising), body, down)

    def _draw_dots(
        self, painter: QPainter, values: Floats, scale: PriceScale, colour: QColor, width: int
    ) -> None:
        there = np.isfinite(values)
        size = max(1, min(round(width * self.ratio), self.time.spacing))
        lefts = self.columns.lefts[there] + (self.time.spacing - size) // 2
        rows = scale.ys_of(values[there]) - size // 2
        fill(painter, rects(lefts, rows, size, rows + size - 1), colour)

    def _draw_levels(
        self, painter: QPainter, values: Floats, scale: PriceScale, colour: QColor, width: int
    ) -> None:
        there = np.isfinite(values)
        rows = scale.ys_of(values[there])
        thick = max(1, round(width * self.ratio))
        lefts = self.columns.lefts[there]
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


def draw_labels(painter: QPainter, view: ChartView, theme: Theme, index: int) -> None:
    """Write name and values of every study at a bar; those over prices below each other."""
    layout, gap = view.layout, view.layout.pixels(6)
    y = layout.prices.top() + layout.pixels(2) + view.notes * layout.line
    bottom = layout.prices.bottom()
    if layout.is_small:
        bottom = layout.prices.top() + layout.prices.height() // 3
    for study in view.studies.overlays:
        if y + layout.line > bottom:
            break
        _draw_label(
            painter, view, theme, study, index, QRect(gap, y, layout.prices.width(), layout.line)
        )
        y += layout.line
    for study, pane in view.pane_studies:
        place = QRect(gap, pane.top(), pane.width(), layout.line)
        _draw_label(painter, view, theme, study, index, place)
        _draw_pane_axis(painter, view, theme, study, pane)


def _draw_label(
    painter: QPainter, view: ChartView, theme: Theme, study: Study, index: int, place: QRect
) -> None:
    gap = view.layout.pixels(8)
    label = text.one_line(study.label, 60)
    parts = [(label, QColor(theme.text))]
    if study.fault:
        parts.append((text.one_line(study.fault, 120), QColor(theme.warning)))
    elif isinstance(study.running, RunningApart) and study.running.is_waiting:
        parts.append(("working…", QColor(theme.muted)))
    else:
        parts += [
            (value_text(view, study, value), study_colour(study, row, theme))
            for row, value in enumerate(study.at(index))
            if study.look(row).style is not Style.HIDDEN
        ]
        if index == view.bars.end - 1 and (forming := study.forming()):
            told = "  ".join(value_text(view, study, value) for value in forming)
            parts.append((f"forming {told}", QColor(theme.muted)))
    ends = list(itertools.accumulate(view.text_width(content) + gap for content, _ in parts))
    while ends and place.left() + ends[-1] - gap > place.right():
        ends.pop()
    if not ends:
        return
    painter.fillRect(place.left(), place.top(), ends[-1], place.height(), _ground(theme.base))
    for (content, colour), begin, end in zip(parts, (0, *ends), ends, strict=False):
        painter.setPen(colour)
        room = QRect(place.left() + begin, place.top(), end - begin, place.height())
        view.lettering.draw(painter, room, content)


@functools.cache
def _ground(base: str) -> QColor:
    """Return what is behind words: bars below it can still be made out."""
    ground = QColor(base)
    ground.setAlpha(170)
    return ground


def _draw_pane_axis(
    painter: QPainter, view: ChartView, theme: Theme, study: Study, pane: QRect
) -> None:
    axis, line = view.layout.price_axis, view.layout.line
    gap = view.layout.pixels(6)
    painter.setPen(QColor(theme.muted))
    levels = study.indicator.guides or study.scale.round_prices(view.layout.pixels(24), 1e-9)
    last = -line
    for level in sorted(levels, key=study.scale.y_of):
        y = study.scale.y_of(level) - line // 2
        if pane.top() <= y <= pane.bottom() - line and y >= last + line:
            room = QRect(axis.left() + gap, y, axis.width() - gap, line)
            view.lettering.draw(painter, room, plain_value(level))
            last = y


def value_text(view: ChartView, study: Study, value: float) -> str:
    """Write a value: as a price where it is one."""
    if not np.isfinite(value):
        return text.ABSENT
    return view.price_text(value) if study.indicator.is_overlay else plain_value(value)


def plain_value(value: float) -> str:
    """Write a value that is no price, in about five digits."""
    if abs(value) >= 10_000:
        return text.short_size(value)
    decimals = 2 if abs(value) >= 1 or value == 0 else 4
    return f"{value:,.{decimals}f}".replace("-", "−")
