"""What stands over the picture: the line of figures, the last price, the crosshair, the states."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QPainter

from workstation.ui import text
from workstation.ui.chart.candles import fill, lines, row_of_dashes
from workstation.ui.chart.kept_words import KeptWords
from workstation.ui.chart.study_words import draw_labels, draw_pane_axes
from workstation.ui.chart.view import ChartView
from workstation.ui.theme import Theme

_CENTRE = Qt.AlignmentFlag.AlignCenter


@dataclass(slots=True)
class Words:
    """The sentences of the chart."""

    title: str = ""
    """Contract and bar size."""

    state: str = ""
    """Why there are no bars; stands in the middle."""

    note: str = ""
    """How it stands with older bars."""

    countdown: str = ""
    """Time until the forming bar ends."""

    warning: str = ""
    """Why the bars shown are not up to date."""

    mark: str = ""
    """Colour of the group of charts that share the symbol; empty for none."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the line at the top: where it stands, how soon it gives way, what it says."""

    place: int
    rank: int
    name: str
    content: str
    tone: str = ""


class ChartOverlay:
    """Draws over the picture; knows the widest figures, so that they do not jump."""

    def __init__(self) -> None:
        self._widths: dict[str, int] = {}
        self._kept = KeptWords()

    def forget_widths(self) -> None:
        """Begin anew with other figures."""
        self._widths.clear()
        self._kept.forget()

    def draw_state(self, painter: QPainter, view: ChartView, theme: Theme, state: str) -> None:
        """Write in the middle why there is nothing to see."""
        area = view.layout.header.united(view.layout.time_axis)
        painter.setPen(QColor(theme.muted))
        wrapped = _CENTRE | Qt.TextFlag.TextWordWrap
        painter.drawText(area.adjusted(12, 0, -12, 0), wrapped, state)

    def draw_notes(self, painter: QPainter, view: ChartView, theme: Theme, words: Words) -> None:
        """Write at the left edge how it stands with older bars and with updates."""
        pane, gap = view.layout.prices, view.layout.pixels(6)
        y = pane.top() + view.layout.pixels(2)
        note = "" if view.layout.is_small else words.note
        view.notes = bool(words.warning) + bool(note)
        for content, colour in ((words.warning, theme.warning), (note, theme.muted)):
            if content:
                width = view.text_width(content) + gap
                place = QRect(0, y, min(width + gap, pane.width()), view.layout.line)
                painter.fillRect(place, QColor(theme.base))
                painter.setPen(QColor(colour))
                view.lettering.draw(painter, place.adjusted(gap, 0, 0, 0), content)
                y += view.layout.line

    def draw_price_axis(
        self, painter: QPainter, view: ChartView, theme: Theme, tags: list[QRect]
    ) -> None:
        """Write round prices, but not under a tag, and the greatest volume in sight."""
        layout, prices = view.layout, view.prices
        axis, pane = layout.price_axis, layout.volume
        if axis.isEmpty():
            return
        levels = view.grid_prices()
        ends = prices.low, prices.high, prices.is_log, prices.is_inverted
        says = theme, layout, ends, levels, view.percent_base, view.ladder, tags
        place = QRect(axis.left() + 1, prices.top, axis.width() - 1, prices.height)

        def write(painter: QPainter) -> None:
            painter.setPen(QColor(theme.muted))
            self._write_levels(painter, view, levels, tags)

        self._kept.write(painter, "prices", place, QColor(theme.base), says, write)
        painter.setPen(QColor(theme.muted))
        if not pane.isEmpty() and view.most_volume:
            gap = layout.pixels(6)
            place = QRect(axis.left() + gap, pane.top(), axis.width() - gap, layout.line)
            view.lettering.draw(painter, place, text.short_size(view.most_volume))
        corner = QRect(axis.left(), layout.time_axis.top(), axis.width(), layout.time_axis.height())
        if prices.is_manual:
            painter.setPen(QColor(theme.text))
            view.lettering.draw_centred(painter, corner, "manual")
        elif view.marks.is_intraday:
            zone = view.marks.zone_label(view.bars.time(view.bars.end - 1))
            view.lettering.draw_centred(painter, corner, zone)
        draw_pane_axes(painter, view, theme, self._kept)

    def _write_levels(
        self, painter: QPainter, view: ChartView, levels: list[float], tags: list[QRect]
    ) -> None:
        axis, line, gap = view.layout.price_axis, view.layout.line, view.layout.pixels(6)
        top, bottom = view.layout.prices.top(), view.layout.prices.bottom() - line
        for price in levels:
            y = view.prices.y_of(price) - line // 2
            place = QRect(axis.left() + gap, y, axis.width() - gap, line)
            if top <= y <= bottom and not any(place.intersects(tag) for tag in tags):
                view.lettering.draw(painter, place, view.axis_text(price))

    def draw_last_price(
        self, painter: QPainter, view: ChartView, theme: Theme, countdown: str
    ) -> None:
        """Mark the newest close by a dotted line and a tag on the axis, with the bar's end."""
        row = last_price_row(view)
        if row is None:
            return
        opened, _, _, close, _ = view.bars.bar(view.bars.end - 1)
        colour = QColor(theme.up if close >= opened else theme.down)
        pane, dot = view.layout.prices, view.layout.pixels(2)
        if pane.top() <= row <= pane.bottom():

            def write(painter: QPainter) -> None:
                fill(painter, row_of_dashes(0, pane.width(), row, dot, 3 * dot), colour)

            says, line = (theme, view.layout, colour), QRect(0, row, pane.width(), 1)
            self._kept.write(painter, "last price", line, None, says, write)
        place = tag_rect(view, row)
        self._tag(painter, view, place, view.axis_text(close), colour, theme)
        if countdown and not place.isEmpty():
            below = countdown_rect(view, place)
            painter.fillRect(below, QColor(theme.raised))
            painter.setPen(QColor(theme.text))
            view.lettering.draw_centred(painter, below, countdown)

    def draw_quotes(self, painter: QPainter, view: ChartView, theme: Theme) -> None:
        """Mark bid and ask by fine lines, on the right where the newest bars are."""
        if not view.settings.quotes:
            return
        pane, dash = view.layout.prices, view.layout.pixels(5)
        for price, colour in ((view.bid, theme.accent), (view.ask, theme.warning)):
            row = None if price is None else view.prices.y_of(price)
            if row is not None and pane.top() <= row <= pane.bottom():
                start = pane.width() * 2 // 3
                dashes = row_of_dashes(start, pane.width(), row, dash, 2 * dash)
                fill(painter, dashes, QColor(colour))

    def draw_crosshair(
        self, painter: QPainter, view: ChartView, theme: Theme, place: QPoint
    ) -> None:
        """Mark price and time under the mouse."""
        layout, colour = view.layout, QColor(theme.muted)
        index = view.index_at(place.x())
        x = place.x() if index is None else view.time.middle_of(index)
        painter.fillRect(x, layout.plot.top(), 1, layout.plot.height(), colour)
        painter.fillRect(0, place.y(), layout.plot.width(), 1, colour)
        if layout.prices.contains(place):
            price = view.axis_text(view.prices.price_at(place.y()))
            self._tag(painter, view, tag_rect(view, place.y()), price, colour, theme)
        if index is not None:
            self._time_tag(painter, view, x, view.bars.time(index), theme)

    def draw_elsewhere(
        self, painter: QPainter, view: ChartView, theme: Theme, seconds: float
    ) -> int | None:
        """Mark the bar that has the time under another chart's crosshair; return its index."""
        place = math.floor(view.bar_at(seconds))
        x = view.time.middle_of(place)
        if not 0 <= x < view.time.width:
            return None
        plot, colour = view.layout.plot, QColor(theme.muted)
        dash = view.layout.pixels(3)
        dashes = [(x, y, 1, dash) for y in range(plot.top(), plot.bottom(), 2 * dash)]
        fill(painter, lines(dashes), colour)
        if not view.bars.first <= place < view.bars.end:
            return None
        self._time_tag(painter, view, x, view.bars.time(place), theme)
        return place

    def draw_box(self, painter: QPainter, view: ChartView, theme: Theme, box: QRect) -> None:
        """Show the box that will fill the chart."""
        shown = box.normalized().intersected(view.layout.prices)
        surface = QColor(theme.accent)
        surface.setAlpha(40)
        painter.fillRect(shown, surface)
        painter.setPen(QColor(theme.accent))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(shown.adjusted(0, 0, -1, -1))

    def _time_tag(
        self, painter: QPainter, view: ChartView, x: int, seconds: int, theme: Theme
    ) -> None:
        """Write the time below the crosshair; what finds no room is left out."""
        axis = view.layout.time_axis
        found = [(view.text_width(room) + 12, each) for each, room in view.marks.labels(seconds)]
        width, label = next((each for each in found if 2 * each[0] <= view.time.width), found[-1])
        left = max(0, min(x - width // 2, view.time.width - width))
        place = QRect(left, axis.top() + 1, width, axis.height() - 1)
        self._tag(painter, view, place, label, QColor(theme.muted), theme)

    def draw_header(
        self, painter: QPainter, view: ChartView, theme: Theme, index: int | None, words: Words
    ) -> None:
        """Write contract, time and figures of one bar; what finds no room is left out."""
        figures = [] if index is None else figures_of(view, index)
        place = view.layout.header.adjusted(0, 0, 0, -1)  # the line beside the plot begins there
        says = theme, view.layout, words.title, words.mark, figures

        def write(painter: QPainter) -> None:
            self._write_header(painter, view, theme, figures, words)

        self._kept.write(painter, "header", place, QColor(theme.base), says, write)

    def _write_header(
        self,
        painter: QPainter,
        view: ChartView,
        theme: Theme,
        figures: list[Figure],
        words: Words,
    ) -> None:
        gap, title = view.layout.pixels(6), words.title
        line = view.layout.header.adjusted(gap, 0, -gap, 0)
        if words.mark:
            side = view.layout.pixels(8)
            top = line.center().y() - side // 2
            painter.fillRect(line.left(), top, side, side, QColor(words.mark))
            line.adjust(side + gap, 0, 0, 0)
        lettering = view.lettering
        painter.setFont(lettering.bold.font)
        painter.setPen(QColor(theme.text))
        lettering.bold.draw(painter, line, title)
        x = line.left() + lettering.bold.width(title) + 2 * gap
        painter.setFont(lettering.font)
        colours = {"up": QColor(theme.up), "down": QColor(theme.down), "": QColor(theme.text)}
        for figure, width in self._fitting(view, figures, line.right() - x, gap):
            label = _label_width(view, figure)
            painter.setPen(QColor(theme.muted))
            lettering.draw(painter, QRect(x, line.top(), label, line.height()), figure.name)
            painter.setPen(colours[figure.tone])
            place = QRect(x + label, line.top(), width + gap, line.height())
            lettering.draw(painter, place, figure.content)
            x += label + width + 2 * gap

    def draw_labels(self, painter: QPainter, view: ChartView, theme: Theme, index: int) -> None:
        """Write names and values of the indicators at a bar."""
        draw_labels(painter, view, theme, index, self._kept)

    def _fitting(
        self, view: ChartView, figures: list[Figure], room: int, gap: int
    ) -> list[tuple[Figure, int]]:
        """Return the figures there is room for, the dearest first to stay, and their widths."""
        kept: list[tuple[Figure, int]] = []
        for figure in sorted(figures, key=_rank_of):
            width = view.text_width(figure.content)
            width = max(width, self._widths.get(figure.name, 0))
            self._widths[figure.name] = width
            room -= _label_width(view, figure) + width + 2 * gap
            if room < -2 * gap:
                break
            kept.append((figure, width))
        return sorted(kept, key=_place_of)

    def _tag(
        self,
        painter: QPainter,
        view: ChartView,
        place: QRect,
        content: str,
        colour: QColor,
        theme: Theme,
    ) -> None:
        if place.isEmpty():
            return  # the chart is too small for axes
        painter.fillRect(place, colour)
        painter.setPen(QColor(theme.base))
        view.lettering.draw_centred(painter, place, content)


def figures_of(view: ChartView, index: int) -> list[Figure]:
    """Return what the line at the top says about a bar."""
    bars, price = view.bars, view.price_text
    opened, high, low, close, volume = bars.bar(index)
    figures = [
        Figure(0, 2, "", view.marks.full_label(bars.time(index))),
        Figure(1, 3, "O", price(opened)),
        Figure(2, 4, "H", price(high)),
        Figure(3, 5, "L", price(low)),
        Figure(4, 0, "C", price(close)),
        Figure(6, 6, "V", text.size(round(volume, 8))),
    ]
    before = bars.bar(index - 1)[3] if index > bars.first else 0.0
    if before > 0:
        change = close - before
        tone = "up" if change > 0 else "down" if change < 0 else ""
        moved = text.price_change(change, close, view.ladder)
        moved = f"{moved}  {text.percent(100 * change / before)}"
        figures.append(Figure(5, 1, "Change", moved, tone))
    return figures


def _rank_of(figure: Figure) -> int:
    return figure.rank


def _place_of(kept: tuple[Figure, int]) -> int:
    return kept[0].place


def _label_width(view: ChartView, figure: Figure) -> int:
    return view.text_width(figure.name + " ") if figure.name else 0


def last_price_row(view: ChartView) -> int | None:
    """Return the row of the newest close, None without bars."""
    close = view.last_close
    return None if close is None else view.prices.y_of(close)


def countdown_rect(view: ChartView, tag: QRect) -> QRect:
    """Return where the time left of the forming bar stands: below the tag, or above it."""
    below = tag.translated(0, tag.height())
    is_inside = below.bottom() <= view.layout.prices.bottom()
    return below if is_inside else tag.translated(0, -tag.height())


def tag_rect(view: ChartView, row: int) -> QRect:
    """Return where a price tag stands on the axis; at the end of the axis if beyond it."""
    axis, pane = view.layout.price_axis, view.layout.prices
    height = view.layout.line + 2
    top = max(pane.top(), min(row - height // 2, pane.bottom() + 1 - height))
    return QRect(axis.left() + 1, top, axis.width() - 1, height)
