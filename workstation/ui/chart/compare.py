"""Other symbols over the bars of a chart, each by its change in per cent since the left edge."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter
from typing_extensions import override

from workstation.bridge.commands import CommandPort
from workstation.domain.bar import BarUpdate, Show
from workstation.domain.contract import ContractDetails
from workstation.ui import text
from workstation.ui.chart.aggregate import Grouping
from workstation.ui.chart.bar_keeper import BarKeeper
from workstation.ui.chart.bar_table import Floats, Ints
from workstation.ui.chart.candles import Columns
from workstation.ui.chart.chart_tool import ChartTool
from workstation.ui.chart.feed import BarFeed, Wanted
from workstation.ui.chart.shows import shown_for
from workstation.ui.chart.source import Series
from workstation.ui.chart.styles import draw_line, is_scribble, middles_of, pen_of
from workstation.ui.chart.symbol_finder import SymbolFinder
from workstation.ui.chart.timeframe import Timeframe
from workstation.ui.chart.view import ChartView
from workstation.ui.theme import Theme

MOST = 6
COLOURS = ("#e0a030", "#40a0e0", "#c060d0", "#50b070", "#e06060", "#909090")


@dataclass(slots=True, eq=False)
class Compared:
    """One symbol beside the chart's own."""

    symbol: str
    colour: str
    feed: BarFeed
    details: ContractDetails | None = None
    problem: str = ""


class Comparison(QObject):
    """Up to six symbols whose bars follow the size and the hours of the chart. GUI thread."""

    changed = Signal()
    """A symbol came or went, or its bars changed."""

    def __init__(
        self, view: ChartView, commands: CommandPort, finder: SymbolFinder, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._view = view
        self._commands = commands
        self._finder = finder
        self._keeper: BarKeeper | None = None
        self._timeframe: Timeframe | None = None
        self._grouping: Grouping | None = None
        self._regular = False
        self._is_wanted = False
        self.all: list[Compared] = []
        self.tool = CompareTool(self, view)

    def use_keeper(self, keeper: BarKeeper) -> None:
        """Show kept bars first."""
        self._keeper = keeper

    def why_not(self, symbol: str) -> str:
        """Return why a symbol cannot be added, "" where it can."""
        name = symbol.strip().upper()
        if not name or len(name) > 24 or not name.isascii() or not name.isprintable():
            return "Write a symbol, for example SPY."
        if any(each.symbol == name for each in self.all):
            return f"{name} is compared already."
        if len(self.all) >= MOST:
            return f"At most {MOST} symbols are compared; take one away first."
        return ""

    def add(self, symbol: str) -> None:
        """Compare with a symbol, unless why_not() has a reason."""
        name = symbol.strip().upper()
        if self.why_not(name):
            return
        free = next(c for c in COLOURS if all(each.colour != c for each in self.all))
        feed = BarFeed(self._commands, self)
        if self._keeper is not None:
            feed.use_keeper(self._keeper)
        for signal in (feed.reloaded, feed.grown_older, feed.updated, feed.status_changed):
            signal.connect(self._on_feed_changed)
        added = Compared(name, free, feed)
        self.all.append(added)
        self._finder.find(name, partial(self._take_found, added))
        self.changed.emit()

    def remove(self, compared: Compared) -> None:
        """Compare with this symbol no longer."""
        if compared in self.all:
            self.all.remove(compared)
            compared.feed.stop()
            compared.feed.deleteLater()
            self.changed.emit()

    def clear(self) -> None:
        """Compare with nothing."""
        for compared in tuple(self.all):
            self.remove(compared)

    def follow(self, timeframe: Timeframe, grouping: Grouping | None, *, regular: bool) -> None:
        """Take the size of bars and the hours of the chart."""
        self._timeframe, self._grouping, self._regular = timeframe, grouping, regular
        for compared in self.all:
            self._show(compared)

    def set_wanted(self, *, wanted: bool) -> None:
        """Ask only while the chart is seen."""
        self._is_wanted = wanted
        for compared in self.all:
            if wanted:
                compared.feed.set_wanted()
            else:
                compared.feed.set_unwanted()

    def link_lost(self) -> None:
        """Note that nothing is followed any more."""
        for compared in self.all:
            compared.feed.link_lost()

    def link_ready(self) -> None:
        """Follow again; what was not found is looked up again."""
        for compared in self.all:
            compared.feed.link_ready()
            if compared.details is None:
                self._finder.find(compared.symbol, partial(self._take_found, compared))

    def take(self, updates: Iterable[BarUpdate]) -> None:
        """Apply the newest bars of a frame."""
        for compared in self.all:
            compared.feed.take(updates)

    def want_older(self) -> None:
        """Let every symbol reach back as far as the chart."""
        if not len(self._view.bars):
            return
        first = self._view.bars.time(self._view.bars.first)
        for compared in self.all:
            bars = compared.feed.bars
            if len(bars) and bars.time(bars.first) > first:
                compared.feed.want_older()

    def lines(self, columns: Columns) -> list[tuple[Compared, Floats, float | None]]:
        """Return for each symbol the prices at which its line runs, and its change at the end.

        A line begins at the chart's own price where its symbol begins. Where a symbol has no bar
        at the time of the chart's, there is no number.
        """
        view = self._view
        found: list[tuple[Compared, Floats, float | None]] = []
        if not len(view.bars) or not len(columns.lefts):
            return found
        factor = view.time.factor
        ends = columns.first + (np.arange(len(columns.lefts)) + 1) * factor - 1
        ends = np.clip(ends, view.bars.first, view.bars.end - 1) - view.bars.first
        starts = np.maximum(columns.first + np.arange(len(ends)) * factor, view.bars.first)
        times = view.bars.times
        late, early = times[ends], times[starts - view.bars.first]
        for compared in self.all:
            values = _closes_at(compared.feed, early, late)
            known = np.flatnonzero(np.isfinite(values) & (columns.closes != 0))
            if not len(known) or values[known[0]] == 0:
                continue
            first, last = int(known[0]), int(known[-1])
            change = values / values[first]
            percent = 100 * (float(change[last]) - 1)
            found.append((compared, columns.closes[first] * change, percent))
        return found

    def span(self, columns: Columns) -> tuple[float, float] | None:
        """Return the lowest and highest price of all lines."""
        spans = [(np.nanmin(prices), np.nanmax(prices)) for _, prices, _ in self.lines(columns)]
        if not spans:
            return None
        return float(min(low for low, _ in spans)), float(max(high for _, high in spans))

    def _take_found(self, compared: Compared, details: ContractDetails | None, reason: str) -> None:
        if compared not in self.all:
            return
        compared.details, compared.problem = details, reason
        self._show(compared)
        self.changed.emit()

    def _show(self, compared: Compared) -> None:
        if compared.details is None or self._timeframe is None or self._timeframe.is_of_prints:
            compared.feed.stop()
            return
        contract = compared.details.contract
        show = shown_for(Show.TRADES, contract.sec_type)
        if self._is_wanted:
            compared.feed.set_wanted()
        wanted = Wanted(contract.con_id, self._timeframe, show, self._regular)
        compared.feed.show(wanted, self._grouping)

    @Slot()
    def _on_feed_changed(self) -> None:
        self.want_older()
        self.changed.emit()


def _closes_at(feed: BarFeed, early: Ints, late: Ints) -> Floats:
    """Return the last close from each early to each late time, no number where there is none."""
    bars = feed.bars
    if not len(bars):
        return np.full(len(late), np.nan)
    places = np.searchsorted(bars.times, late, side="right") - 1
    is_there = (places >= 0) & (bars.times[np.maximum(places, 0)] >= early)
    closes = bars.closes(bars.first, bars.end)[np.maximum(places, 0)]
    return np.where(is_there, closes, np.nan)


class CompareTool(ChartTool):
    """Draws the lines and their legend; a press on the cross of a row takes its symbol away."""

    def __init__(self, comparison: Comparison, view: ChartView) -> None:
        self._comparison = comparison
        self._view = view
        self._rows: list[tuple[QRect, Compared]] = []

    @override
    def paint(self, painter: QPainter, theme: Theme) -> None:
        view, self._rows = self._view, []
        if not self._comparison.all:
            return
        lines = {
            id(c): (prices, change) for c, prices, change in self._comparison.lines(view.columns)
        }
        painter.save()
        painter.setClipRect(view.layout.prices)
        xs = middles_of(view.columns, view.time)
        for compared in self._comparison.all:
            prices = lines.get(id(compared), (None, None))[0]
            if prices is not None:
                self._draw(painter, xs, prices, QColor(compared.colour))
        painter.restore()
        self._draw_legend(painter, theme, {key: change for key, (_, change) in lines.items()})

    def _draw(self, painter: QPainter, xs: Floats, prices: Floats, colour: QColor) -> None:
        """Draw the pieces between missing bars."""
        view = self._view
        known = np.isfinite(prices)
        turns = np.flatnonzero(np.diff(np.concatenate(([False], known, [False])).astype(np.int8)))
        pen = pen_of(colour, max(1.0, round(1.5 * view.layout.ratio)))
        for begin, end in turns.reshape(-1, 2).tolist():
            ys = view.prices.exact_ys(prices[begin:end])
            soft = not is_scribble(ys, view.time.spacing)
            draw_line(painter, xs[begin:end], ys, pen, softened=soft)

    def _draw_legend(
        self, painter: QPainter, theme: Theme, changes: dict[int, float | None]
    ) -> None:
        view = self._view
        line, gap = view.layout.line, view.layout.pixels(6)
        top = view.layout.prices.top() + (view.notes + 1) * line + view.layout.pixels(4)
        for compared in self._comparison.all:
            said = _state_of(compared, changes.get(id(compared)))
            content = f"{text.one_line(compared.symbol, 24)}  {said}  ✕"
            width = view.text_width(content) + 2 * gap
            place = QRect(gap // 2, top, width, line)
            painter.fillRect(place, QColor(theme.base))
            painter.setPen(QColor(compared.colour))
            view.lettering.draw(painter, place.adjusted(gap, 0, 0, 0), content)
            cross = QRect(place.right() - 3 * gap, top, 3 * gap, line)
            self._rows.append((cross, compared))
            top += line

    @override
    def press(self, place: QPoint, modifiers: Qt.KeyboardModifier) -> bool:
        for cross, compared in self._rows:
            if cross.contains(place):
                self._comparison.remove(compared)
                return True
        return False

    @override
    def hover(self, place: QPoint) -> Qt.CursorShape | None:
        is_over = any(cross.contains(place) for cross, _ in self._rows)
        return Qt.CursorShape.PointingHandCursor if is_over else None


def _state_of(compared: Compared, change: float | None) -> str:
    if compared.problem:
        return f"not found: {text.one_line(compared.problem, 80)}"
    if compared.feed.series is Series.FAILED:
        return f"no bars: {text.one_line(compared.feed.reason, 80)}"
    if change is None:
        return "no bars at these times" if len(compared.feed.bars) else "loading…"
    return text.axis_percent(change)
