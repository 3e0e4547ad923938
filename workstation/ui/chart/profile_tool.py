"""The volume profile on the chart: of each session, of what is in sight, of a chosen span."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from PySide6.QtCore import QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from typing_extensions import override

from workstation.indicators.definition import Floats
from workstation.indicators.profile import VALUE_AREA, Profile
from workstation.ui.chart.candles import fill
from workstation.ui.chart.canvas import ChartCanvas
from workstation.ui.chart.chart_tool import ChartTool
from workstation.ui.chart.profile_blocks import ProfileBlocks
from workstation.ui.theme import Theme

ROWS = (24, 48, 96, 192)
SHARES = (0.68, 0.70, 0.80)

NARROWEST = 24
"""Logical pixels of a session below which its profile could not be read."""

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom


class ProfileKind(StrEnum):
    """Which bars a profile adds up."""

    SESSION = "session"
    VISIBLE = "visible"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Placed:
    """A profile and the columns of the plot it stands in, in device pixels."""

    profile: Profile
    left: int
    right: int
    """Where the span it is of begins and ends."""

    room: int
    """Length of the longest row."""

    is_from_right: bool = False
    is_labelled: bool = True


class ProfileTool(QObject, ChartTool):
    """Draws volume profiles over the bars, newest values at every painting. GUI thread.

    A fixed span is chosen by dragging over the bars after choose_span(), and kept by its times.
    """

    changed = Signal()
    """Which profiles are shown, or how, is other."""

    def __init__(self, canvas: ChartCanvas) -> None:
        super().__init__(canvas)
        self._canvas, self._view = canvas, canvas.view
        self.kinds: set[ProfileKind] = set()
        self.rows = 48
        self.share = VALUE_AREA
        self.span: tuple[float, float] | None = None
        """Times of the fixed span's first and last bar, in seconds since 1970."""

        self.is_choosing = False
        self._blocks = ProfileBlocks(canvas.view.bars)
        self._kept: dict[tuple[object, ...], Profile | None] = {}

    # -- what is shown ------------------------------------------------------------------------

    def toggle(self, kind: ProfileKind) -> None:
        """Show a kind of profile, or no longer; a fixed one waits for its span."""
        self.is_choosing = False
        if kind in self.kinds:
            self.kinds.remove(kind)
        elif kind is ProfileKind.FIXED:
            self.is_choosing = True
        else:
            self.kinds.add(kind)
        self._tell()

    def use(self, *, rows: int | None = None, share: float | None = None) -> None:
        """Take another number of rows or another share of the value area."""
        self.rows = self.rows if rows is None else rows
        self.share = self.share if share is None else share
        self._tell()

    def plain(self) -> dict[str, object]:
        """Return what differs from a new chart, ready for JSON."""
        if not self.kinds:
            return {}
        state: dict[str, object] = {
            "kinds": sorted(str(kind) for kind in self.kinds),
            "rows": self.rows,
            "share": self.share,
        }
        if ProfileKind.FIXED in self.kinds and self.span is not None:
            state["span"] = list(self.span)
        return {"profile": state}

    def restore(self, state: object) -> None:
        """Take plain() back; what is missing or not understood is as in a new chart."""
        state = state.get("profile") if isinstance(state, dict) else None
        state = state if isinstance(state, dict) else {}
        kinds, span = state.get("kinds"), state.get("span")
        wanted = kinds if isinstance(kinds, list) else []
        self.kinds = {kind for kind in ProfileKind if str(kind) in wanted}
        self.rows = state["rows"] if state.get("rows") in ROWS else 48
        self.share = state["share"] if state.get("share") in SHARES else VALUE_AREA
        is_span = isinstance(span, list) and len(span) == 2
        numbers = [float(each) for each in span or () if isinstance(each, int | float)]
        self.span = (numbers[0], numbers[1]) if is_span and len(numbers) == 2 else None
        if self.span is None:
            self.kinds.discard(ProfileKind.FIXED)
        self._canvas.update()

    def _tell(self) -> None:
        self.changed.emit()
        self._canvas.update()

    # -- choosing a span ----------------------------------------------------------------------

    @override
    def press(self, place: QPoint, modifiers: Qt.KeyboardModifier) -> bool:
        """Begin a span where the mouse was pressed; False where none is being chosen."""
        if not self.is_choosing or not self._view.layout.plot.contains(place):
            return False
        begun = self._seconds(place)
        self.span = (begun, begun)
        self.kinds.add(ProfileKind.FIXED)
        self._tell()
        return True

    @override
    def drag(self, place: QPoint) -> None:
        """Let the span reach the mouse."""
        if self.span is not None:
            self.span = (self.span[0], self._seconds(place))
            self._canvas.update()

    @override
    def release(self, place: QPoint) -> None:
        """Keep the span, its earlier end first."""
        self.is_choosing = False
        if self.span is not None:
            self.span = (min(self.span), max(self.span))
        self._tell()

    @override
    def hover(self, place: QPoint) -> Qt.CursorShape | None:
        """Show that a span is being chosen."""
        return Qt.CursorShape.SplitHCursor if self.is_choosing else None

    @override
    def leave(self) -> None:
        """Choose no span after all."""
        self.is_choosing = False

    def _seconds(self, place: QPoint) -> float:
        bars = self._view.bars
        index = self._view.time.index_at(place.x())
        return float(bars.time(max(bars.first, min(index, bars.end - 1))))

    # -- profiles -----------------------------------------------------------------------------

    def placed(self) -> list[Placed]:
        """Return every profile in sight."""
        view = self._view
        if not self.kinds or not len(view.bars):
            return []
        found = []
        if ProfileKind.SESSION in self.kinds and view.marks.is_intraday:
            found += self._of_sessions()
        if ProfileKind.FIXED in self.kinds and self.span is not None:
            found += self._of_span(*sorted(self.span))
        if ProfileKind.VISIBLE in self.kinds:
            found += self._of_sight()
        return found

    def _of_sight(self) -> list[Placed]:
        first, end = self._in_sight()
        profile = self._profile(first, end)
        width = self._view.layout.plot.width()
        return [Placed(profile, 0, width, width // 4, is_from_right=True)] if profile else []

    def _of_span(self, since: float, until: float) -> list[Placed]:
        bars, time = self._view.bars, self._view.time
        begin, stop = np.searchsorted(bars.times, [since, until + 1]).tolist()
        first, end = bars.first + begin, bars.first + stop
        profile = self._profile(first, end)
        if profile is None:
            return []
        left, right = time.x_of(first), time.x_of(end - 1) + time.spacing
        room = max((right - left) // 2, self._view.layout.pixels(40))
        return [Placed(profile, left, right, room)]

    def _of_sessions(self) -> list[Placed]:
        view, source = self._view, self._view.studies.source
        first, end = self._in_sight()
        found: list[Placed] = []
        index = end - 1
        while index >= first:
            begin, stop = source.day_start(index, 0), index + 1
            if index == end - 1:
                stop = self._day_end(begin, stop)
            left, right = view.time.x_of(begin), view.time.x_of(stop - 1) + view.time.spacing
            if right - left < view.layout.pixels(NARROWEST):
                break
            profile = self._profile(begin, stop)
            if profile is not None:
                room = (right - left) * 3 // 5
                found.append(Placed(profile, left, right, room, is_labelled=not found))
            index = begin - 1
        return found

    def _day_end(self, begin: int, least: int) -> int:
        """Return the end of the day of a bar: it may reach beyond what is in sight."""
        bars, source = self._view.bars, self._view.studies.source
        low, high = least, bars.end
        while low < high:
            middle = (low + high) // 2
            if source.day_start(middle, 0) == begin:
                low = middle + 1
            else:
                high = middle
        return low

    def _in_sight(self) -> tuple[int, int]:
        bars = self._view.bars
        first, end = self._view.time.shown()
        first = max(bars.first, first)
        return first, max(first, min(end, bars.end))

    def _profile(self, first: int, end: int) -> Profile | None:
        view, bars = self._view, self._view.bars
        if end <= first:
            return None
        key = (view.studies.source.epoch, first, end, self.rows, self.share, bars.bar(end - 1))
        if key not in self._kept:
            epoch, span = view.studies.source.epoch, (first, end)
            blocks = self._blocks
            found, part = blocks.profile(span, self.rows, self.share, view.increment, epoch)
            if part < 1:  # the rest comes with the next frames
                self._canvas.refresh_live()
                return found
            if len(self._kept) > 200:
                self._kept.clear()
            self._kept[key] = found
        return self._kept[key]

    # -- painting -----------------------------------------------------------------------------

    @override
    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Draw every profile in sight."""
        for placed in self.placed():
            painter.save()
            painter.setClipRect(self._view.layout.prices)
            self._paint_rows(painter, theme, placed)
            self._paint_levels(painter, theme, placed)
            painter.restore()

    def _paint_rows(self, painter: QPainter, theme: Theme, placed: Placed) -> None:
        profile, prices = placed.profile, self._view.prices
        count = len(profile.volumes)
        levels: Floats = profile.low + np.arange(count + 1, dtype=np.float64) * profile.step
        edges = prices.ys_of(levels)
        tops = np.minimum(edges[:-1], edges[1:])
        bottoms = np.maximum(np.maximum(edges[:-1], edges[1:]) - 1, tops)
        bottoms -= (bottoms - tops > 2).astype(np.int64)  # a gap between rows that have room
        lengths = np.rint(profile.volumes / profile.volumes.max() * placed.room).astype(np.int64)
        start = placed.right - lengths if placed.is_from_right else placed.left + 0 * lengths
        rows = np.arange(count)
        inside = (rows >= profile.area[0]) & (rows <= profile.area[1])
        for chosen, alpha in ((inside, 110), (~inside, 55)):
            colour = QColor(theme.accent)
            colour.setAlpha(alpha)
            seen = chosen & (lengths > 0)
            shapes = np.column_stack((start, tops, start + lengths - 1, bottoms))[seen]
            fill(painter, shapes.astype(np.int32), colour)

    def _paint_levels(self, painter: QPainter, theme: Theme, placed: Placed) -> None:
        profile, view = placed.profile, self._view
        low, high = profile.area_prices
        for name, price, colour, style in (
            ("POC", profile.control_price, theme.warning, Qt.PenStyle.SolidLine),
            ("VAH", high, theme.accent, Qt.PenStyle.DashLine),
            ("VAL", low, theme.accent, Qt.PenStyle.DashLine),
        ):
            y = view.prices.y_of(price)
            painter.setPen(QPen(QColor(colour), view.layout.pixels(1), style))
            painter.drawLine(placed.left, y, placed.right, y)
            if placed.is_labelled:
                content = f"{name} {view.price_text(price)}"
                width, line = view.text_width(content), view.layout.line
                gap = view.layout.pixels(4)
                x = max(gap, placed.left + gap)
                if placed.is_from_right:
                    x = placed.right - width - 2 * gap
                ground = QColor(theme.base)
                ground.setAlpha(170)
                painter.fillRect(x, y - line, width + gap, line, ground)
                painter.drawText(QRect(x, y - line, width + gap, line), _LEFT, content)
