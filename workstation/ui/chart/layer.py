"""The picture of grid, candles, volume and axes; drawn again only where something changed."""

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter, QPixmap

from workstation.ui.chart.candles import (
    CandleColours,
    Columns,
    dashed,
    draw_candles,
    draw_lines,
    draw_volume,
    fill,
    lines,
    rects,
)
from workstation.ui.chart.drawn import LABEL_ROOM, Drawn, drawn_of, exposed, left_behind
from workstation.ui.chart.session_lines import draw_session_lines
from workstation.ui.chart.settings import Style
from workstation.ui.chart.study_painter import StudyPainter, draw_pane_grid
from workstation.ui.chart.styles import (
    draw_area,
    draw_baseline,
    draw_closes,
    draw_ohlc,
    pen_of,
    rising_by_close,
    shown_columns,
)
from workstation.ui.chart.view import ChartView
from workstation.ui.theme import Theme

ROOM_PARTS = 8
"""The picture has as much room at each side as this part of the chart's width.

Moving all pixels at every move takes as long as painting what came into sight.
"""


class ChartLayer:
    """A pixmap of everything but what follows the mouse or the last price."""

    def __init__(self) -> None:
        self._picture = QPixmap()
        """Wider than the chart: a move along only takes another part of it."""

        self._area = QRect()
        """Where the chart is in it."""

        self._scribbles: dict[int, list[bool]] = {}
        """Which outputs of a study, by its identity, the picture shows as scribbles."""

        self._theme: Theme | None = None
        self._is_stale = True
        self._is_moved = False
        self._stale_strip = QRect()
        self._drawn: Drawn | None = None

    def use_theme(self, theme: Theme) -> None:
        """Take the colours; others than before make the picture stale."""
        if theme is self._theme:
            return
        self._theme = theme
        base = QColor(theme.base)
        self._base, self._grid, self._border = base, QColor(theme.grid), QColor(theme.border)
        self._text, self._muted = QColor(theme.text), QColor(theme.muted)
        up, down = QColor(theme.up), QColor(theme.down)
        self._colours = CandleColours(
            up, down, _mixed(up, base), _mixed(down, base), base, QColor(theme.accent)
        )
        self._shade = _mixed(self._grid, base)
        self.make_stale()

    @property
    def pixmap(self) -> QPixmap:
        """A copy of the chart's picture."""
        return self._picture.copy(self._area)

    def paint(self, painter: QPainter, part: QRect) -> None:
        """Copy a part of the chart's picture to the same place of another."""
        painter.drawPixmap(part, self._picture, part.translated(self._area.topLeft()))

    def make_stale(self) -> None:
        """Draw everything at the next occasion."""
        self._is_stale = True

    def make_strip_stale(self, strip: QRect) -> None:
        """Draw a strip of the plot at the next occasion."""
        self._stale_strip = self._stale_strip.united(strip)

    def note_move(self) -> None:
        """Note that the view went along the time axis, or was zoomed, since the last time."""
        self._is_moved = True

    def refresh(self, view: ChartView) -> None:
        """Bring the picture up to date."""
        area = view.layout.header.united(view.layout.time_axis)
        if self._area.size() != area.size():
            room = area.width() // ROOM_PARTS
            self._picture = QPixmap(area.width() + 2 * room, area.height())
            self._area = area.translated(room, 0)
            self._is_stale = True
        if self._is_stale or self._is_moved:
            before, self._drawn = self._drawn, drawn_of(view)
            moved = None if self._is_stale or before is None else before.moved_to(self._drawn)
            if moved is None or before is None:
                self._scribbles.clear()
                self._area.moveLeft((self._picture.width() - area.width()) // 2)
                self._draw(view, area)
                self._stale_strip = QRect()
            else:
                self._move(view, moved)
                for pane in before.panes_to_draw(self._drawn):
                    self._draw(view, pane)
        if not self._stale_strip.isEmpty():
            self._draw(view, self._stale_strip)
        self._is_stale = self._is_moved = False
        self._stale_strip = QRect()

    def _move(self, view: ChartView, columns: int) -> None:
        """Move what is drawn of the plot to the left, and draw what comes into sight."""
        if not columns:
            return
        self._area.translate(columns, 0)
        if not self._picture.rect().contains(self._area):
            middle = (self._picture.width() - self._area.width()) // 2
            self._picture.scroll(middle - self._area.left(), 0, self._picture.rect())
            self._area.moveLeft(middle)
        self._draw(view, exposed(view, columns))
        edge = left_behind(view, columns)
        if not edge.isEmpty():
            self._draw(view, edge)
        self._draw(view, view.layout.time_axis)
        painter = self._painter(view)
        painter.fillRect(view.layout.header, self._base)
        painter.fillRect(view.layout.price_axis, self._base)
        self._draw_borders(painter, view)
        painter.end()

    def _draw(self, view: ChartView, clip: QRect) -> None:
        layout, drawn = view.layout, self._drawn
        painter = self._painter(view)
        painter.setClipRect(clip)
        painter.fillRect(clip, self._base)
        if len(view.bars) and drawn is not None:
            if clip.intersects(layout.plot):
                self._draw_plot(painter, view, clip, drawn)
            if clip.intersects(layout.time_axis):
                painter.setClipRect(clip)
                self._draw_time_axis(painter, view, drawn.marks)
        self._draw_borders(painter, view)
        painter.end()

    def _painter(self, view: ChartView) -> QPainter:
        painter = QPainter(self._picture)
        painter.translate(self._area.topLeft())
        painter.setFont(view.layout.font)
        return painter

    def _draw_borders(self, painter: QPainter, view: ChartView) -> None:
        layout, axis = view.layout, view.layout.price_axis
        painter.fillRect(0, layout.time_axis.top(), area_width(view), 1, self._border)
        painter.fillRect(axis.left(), layout.header.bottom(), 1, axis.height(), self._border)

    def _draw_plot(self, painter: QPainter, view: ChartView, clip: QRect, drawn: Drawn) -> None:
        self._draw_sessions(painter, view)
        self._draw_grid(painter, view, drawn, clip)
        self._draw_separators(painter, view, drawn, clip)
        if self._theme is not None:
            draw_session_lines(painter, view, self._theme)
        self._draw_bars(painter, view, clip)

    def _draw_bars(self, painter: QPainter, view: ChartView, clip: QRect) -> None:
        layout = view.layout
        columns, style = view.columns, view.settings.style
        if clip.width() < layout.prices.width() and not style.is_line:
            columns = shown_columns(view.bars, view.time, clip.left(), clip.right() + 1, style)
        wick = max(1, int(layout.ratio))
        if layout.volume.intersects(clip):
            painter.setClipRect(layout.volume.intersected(clip))
            draw_volume(
                painter, columns, view.time, layout.volume, view.most_volume, self._colours, wick
            )
        if layout.prices.intersects(clip):
            painter.setClipRect(layout.prices.intersected(clip))
            self._draw_style(painter, view, columns, wick)
        self._draw_studies(painter, view, clip)

    def _draw_studies(self, painter: QPainter, view: ChartView, clip: QRect) -> None:
        if not view.studies.all or self._theme is None:
            return
        layout = view.layout
        columns, scribbles = view.columns, self._scribbles
        drawing = StudyPainter(view.time, columns, layout.ratio, self._theme, clip, scribbles)
        for study in view.studies.overlays if layout.prices.intersects(clip) else ():
            # Values far apart in memory are slow to read: a part needs its own alone.
            seen = view.studies.values(study, drawing.columns, view.time.factor)
            drawing.draw(painter, study, seen, view.prices)
        for study, pane in view.pane_studies:
            if not pane.intersects(clip):
                continue
            painter.setClipRect(pane.adjusted(0, -2, 0, 0).intersected(clip))
            draw_pane_grid(painter, view, study, pane, (self._grid, self._border))
            drawing.draw(painter, study, view.values(study)[:, drawing.part], study.scale)

    def _draw_style(self, painter: QPainter, view: ChartView, columns: Columns, wick: int) -> None:
        time, prices, colours = view.time, view.prices, self._colours
        pane, width = view.layout.prices, 1.5 * view.layout.ratio
        match view.settings.style:
            case Style.OHLC:
                draw_ohlc(painter, columns, time, prices, colours, wick)
            case Style.LINE:
                draw_closes(painter, columns, time, prices, pen_of(colours.line, width))
            case Style.AREA:
                draw_area(painter, columns, time, prices, pane, pen_of(colours.line, width))
            case Style.BASELINE:
                pens = pen_of(colours.up, width), pen_of(colours.down, width)
                draw_baseline(painter, columns, time, prices, pane, pens)
            case Style.HOLLOW:
                coloured = rising_by_close(columns, view.close_before(columns))
                draw_candles(painter, columns, time, prices, colours, wick, coloured)
            case Style.FILLED:
                none = np.zeros(len(columns.lefts), np.bool_)
                draw_candles(painter, columns, time, prices, colours, wick, hollow=none)
            case _:
                draw_candles(painter, columns, time, prices, colours, wick)

    def _draw_sessions(self, painter: QPainter, view: ChartView) -> None:
        """Shade what lies outside regular hours."""
        if not (view.settings.sessions and view.marks.is_intraday and view.sessions.hours):
            return
        columns, time, plot = view.columns, view.time, view.layout.plot
        starts = columns.first + np.arange(len(columns.lefts)) * time.factor
        starts = np.clip(starts, view.bars.first, view.bars.end - 1)
        outside = np.concatenate(([False], view.sessions.outside(starts), [False]))
        turns = np.flatnonzero(outside[1:] != outside[:-1]).reshape(-1, 2)
        for begin, end in turns.tolist():
            left, right = columns.lefts[begin], columns.lefts[end - 1] + time.spacing
            painter.fillRect(int(left), plot.top(), int(right - left), plot.height(), self._shade)

    def _draw_grid(self, painter: QPainter, view: ChartView, drawn: Drawn, clip: QRect) -> None:
        layout, plot, time = view.layout, view.layout.plot, view.time
        xs = time.middles_of(index for index, _ in drawn.marks)
        left, right = max(0, clip.left()), min(time.width - 1, clip.right())
        upright = [(x, plot.top(), 1, plot.height()) for x in xs if left <= x <= right]
        level = []
        if layout.prices.intersects(clip):
            level = [(0, view.prices.y_of(price), plot.width(), 1) for price in drawn.levels]
        fill(painter, lines(upright + level), self._grid)
        if not layout.volume.isEmpty():
            painter.fillRect(0, layout.volume.top() - 2, plot.width(), 1, self._border)

    def _draw_separators(
        self, painter: QPainter, view: ChartView, drawn: Drawn, clip: QRect
    ) -> None:
        """Draw a dashed line where a day begins, or a longer piece of time where days are narrow."""
        if drawn.separators is None:
            return
        plot, time, dash = view.layout.plot, view.time, view.layout.pixels(3)
        found = view.marks.of_weight(*time.shown(), drawn.separators)
        lefts = found // time.factor * time.spacing - time.scroll
        lefts = lefts[(lefts >= clip.left()) & (lefts <= clip.right())]
        # From a dash above the clip on, so that a part looks as the whole does.
        above = max(0, clip.top() - plot.top()) // (2 * dash) * (2 * dash)
        top, bottom = plot.top() + above, min(plot.bottom(), clip.bottom() + 2 * dash)
        tops, bottoms = np.full(len(lefts), top), np.full(len(lefts), bottom)
        draw_lines(painter, rects(lefts, tops, 1, bottoms), dashed(self._border, dash))

    def _draw_time_axis(
        self, painter: QPainter, view: ChartView, marks: tuple[tuple[int, int], ...]
    ) -> None:
        axis, time, lettering = view.layout.time_axis, view.time, view.lettering
        width = view.layout.pixels(LABEL_ROOM)
        xs, pen = time.middles_of(index for index, _ in marks), None
        for x, (index, weight) in zip(xs, marks, strict=True):
            if x < 0 or x > time.width:
                continue
            label = view.marks.label(view.bars.time(index), weight)
            half = lettering.width(label) // 2
            if x - half < 0 or x + half > time.width:
                continue
            colour = self._text if view.marks.is_major(weight) else self._muted
            if colour is not pen:
                painter.setPen(colour)
                pen = colour
            place = QRect(x - width // 2, axis.top(), 2 * (width // 2) + 1, axis.height())
            lettering.draw_centred(painter, place, label)


def area_width(view: ChartView) -> int:
    """Return the width of the whole picture."""
    return view.layout.header.width()


def _mixed(colour: QColor, base: QColor) -> QColor:
    """Return a colour half faded into the background."""
    return QColor(
        (colour.red() + base.red()) // 2,
        (colour.green() + base.green()) // 2,
        (colour.blue() + base.blue()) // 2,
    )
