"""The picture of grid, candles, volume and axes; drawn again only where something changed."""

import numpy as np
from PySide6.QtCore import QPoint, QRect
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
from workstation.ui.chart.time_marks import DAY, YEAR
from workstation.ui.chart.view import ChartView
from workstation.ui.theme import Theme

LABEL_ROOM = 64
"""Logical pixels a label of the time axis should have to itself."""

LEAST_ROOM = 48
"""Logical pixels between two labels, from middle to middle, at least."""

SEPARATOR_ROOM = 24
"""Day separators closer than this give way to those of weeks, months or years."""


class ChartLayer:
    """A pixmap of everything but what follows the mouse or the last price."""

    def __init__(self) -> None:
        self.pixmap = QPixmap()
        self._theme: Theme | None = None
        self._is_stale = True
        self._stale_strip = QRect()

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

    def make_stale(self) -> None:
        """Draw everything at the next occasion."""
        self._is_stale = True

    def make_strip_stale(self, strip: QRect) -> None:
        """Draw a strip of the plot at the next occasion."""
        self._stale_strip = self._stale_strip.united(strip)

    def refresh(self, view: ChartView) -> None:
        """Bring the picture up to date."""
        area = view.layout.header.united(view.layout.time_axis)
        if self.pixmap.size() != area.size():
            self.pixmap = QPixmap(area.size())
            self._is_stale = True
        if self._is_stale:
            self._draw(view, area)
        elif not self._stale_strip.isEmpty():
            self._draw(view, self._stale_strip)
        self._is_stale = False
        self._stale_strip = QRect()

    def _draw(self, view: ChartView, clip: QRect) -> None:
        layout = view.layout
        painter = QPainter(self.pixmap)
        painter.setFont(layout.font)
        painter.setClipRect(clip)
        painter.fillRect(clip, self._base)
        if len(view.bars):
            marks = self._chosen_marks(view)
            self._draw_sessions(painter, view)
            self._draw_grid(painter, view, marks)
            self._draw_separators(painter, view)
            if self._theme is not None:
                draw_session_lines(painter, view, self._theme)
            self._draw_bars(painter, view, clip)
            painter.setClipRect(clip)
            self._draw_time_axis(painter, view, marks)
        painter.fillRect(QRect(0, layout.time_axis.top(), area_width(view), 1), self._border)
        painter.fillRect(
            QRect(layout.price_axis.left(), layout.header.bottom(), 1, layout.price_axis.height()),
            self._border,
        )
        painter.end()

    def _draw_bars(self, painter: QPainter, view: ChartView, clip: QRect) -> None:
        layout = view.layout
        columns, style = view.columns, view.settings.style
        if clip.width() < layout.prices.width() and not style.is_line:
            columns = shown_columns(view.bars, view.time, clip.left(), clip.right() + 1, style)
        wick = max(1, int(layout.ratio))
        if not layout.volume.isEmpty():
            painter.setClipRect(layout.volume.intersected(clip))
            draw_volume(
                painter, columns, view.time, layout.volume, view.most_volume, self._colours, wick
            )
        painter.setClipRect(layout.prices.intersected(clip))
        self._draw_style(painter, view, columns, wick)
        self._draw_studies(painter, view, clip)

    def _draw_studies(self, painter: QPainter, view: ChartView, clip: QRect) -> None:
        if not view.studies.all or self._theme is None:
            return
        # All columns even for a strip: dashes begin where their line begins.
        time, layout, columns = view.time, view.layout, view.columns
        drawing = StudyPainter(time, columns, layout.ratio, self._theme)
        for study in view.studies.overlays:
            drawing.draw(painter, study, view.values(study), view.prices)
        for study, pane in view.pane_studies:
            painter.setClipRect(pane.adjusted(0, -2, 0, 0).intersected(clip))
            draw_pane_grid(painter, view, study, pane, (self._grid, self._border))
            drawing.draw(painter, study, view.values(study), study.scale)

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

    def _chosen_marks(self, view: ChartView) -> list[tuple[int, int]]:
        """Choose labels from beyond the edges too, so that moving does not change them."""
        first, end = view.time.shown()
        room = view.layout.pixels(LABEL_ROOM)
        most = max(1, 2 * view.time.width // room)
        apart = view.layout.pixels(LEAST_ROOM) * view.time.factor / view.time.spacing
        half = (end - first) // 2
        return view.marks.chosen(first - half, end + half, most, apart)

    def _draw_grid(self, painter: QPainter, view: ChartView, marks: list[tuple[int, int]]) -> None:
        layout, plot = view.layout, view.layout.plot
        upright = [(view.time.middle_of(index), plot.top(), 1, plot.height()) for index, _ in marks]
        level = [(0, view.prices.y_of(price), plot.width(), 1) for price in view.grid_prices()]
        fill(painter, lines(upright + level), self._grid)
        if not layout.volume.isEmpty():
            painter.fillRect(0, layout.volume.top() - 2, plot.width(), 1, self._border)

    def _draw_separators(self, painter: QPainter, view: ChartView) -> None:
        first, end = view.time.shown()
        most = max(1, view.time.width // view.layout.pixels(SEPARATOR_ROOM))
        lightest = DAY if view.marks.is_intraday else YEAR
        for weight in range(lightest, YEAR + 1):
            found = view.marks.of_weight(first, end, weight)
            if len(found) <= most:
                break
        else:
            return
        plot, height = view.layout.plot, view.layout.pixels(3)
        lefts = found // view.time.factor * view.time.spacing - view.time.scroll
        edges = np.full(len(found), plot.top()), np.full(len(found), plot.bottom())
        draw_lines(painter, rects(lefts, edges[0], 1, edges[1]), dashed(self._border, height))

    def _draw_time_axis(
        self, painter: QPainter, view: ChartView, marks: list[tuple[int, int]]
    ) -> None:
        axis = view.layout.time_axis
        width = view.layout.pixels(LABEL_ROOM)
        for index, weight in marks:
            x = view.time.middle_of(index)
            left, right = x - width // 2, x + width // 2
            if right < 0 or left > view.time.width:
                continue
            label = view.marks.label(view.bars.time(index), weight)
            half = view.text_width(label) // 2
            if x - half < 0 or x + half > view.time.width:
                continue
            painter.setPen(self._text if view.marks.is_major(weight) else self._muted)
            place = QRect(QPoint(left, axis.top()), QPoint(right, axis.bottom()))
            view.lettering.draw_centred(painter, place, label)


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
