"""Marks at the foot of the prices: dividends, splits, reports and news, told under the mouse."""

from collections import defaultdict

from PySide6.QtCore import QObject, QPoint, QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QAction, QColor, QPainter, QPen
from PySide6.QtWidgets import QMenu, QWidget
from typing_extensions import override

from workstation.bridge.commands import CommandPort
from workstation.domain.company_events import CompanyEvent, EventKind
from workstation.domain.ids import ConId
from workstation.domain.news import Headline
from workstation.ui import text
from workstation.ui.chart.canvas import ChartCanvas
from workstation.ui.chart.chart_data import ChartData
from workstation.ui.chart.chart_tool import ChartTool
from workstation.ui.chart.event_book import book_of
from workstation.ui.chart.event_marks import Mark, days_ahead, marks_of
from workstation.ui.chart.trading_paint import CENTRE, LEFT, Line, PriceLinePainter
from workstation.ui.theme import Theme

MOST_TOLD = 8
"""Events under the mouse that are told one by one."""

TITLES = {
    EventKind.DIVIDEND: "Dividends",
    EventKind.SPLIT: "Splits",
    EventKind.EARNINGS: "Earnings",
    EventKind.NEWS: "News",
}
_COLOURS = {
    "dark": dict(zip(EventKind, ("#5aa9ff", "#f0b849", "#c792ea", "#97a1b0"), strict=True)),
    "light": dict(zip(EventKind, ("#1257a6", "#8a5a00", "#7b2fb5", "#5b6472"), strict=True)),
}


class EventTool(QObject, ChartTool):
    """Shows the kinds of events the user chose, and asks for nothing while that is none."""

    def __init__(self, canvas: ChartCanvas, data: ChartData, commands: CommandPort) -> None:
        super().__init__(canvas)
        self._canvas, self._view, self._data = canvas, canvas.view, data
        self._book = book_of(commands)
        self._book.join(self)
        self._painter = PriceLinePainter(canvas.view)
        self.kinds: set[EventKind] = set()
        self._placed: list[tuple[QRectF, list[CompanyEvent]]] = []
        self._kept: tuple[object, list[Mark]] = (None, [])
        data.reloaded.connect(self.ask)

    @property
    def con_id(self) -> ConId | None:
        """The contract whose prices are shown."""
        return None if self._data.why_no_events else self._data.con_id

    def choose(self, kind: EventKind, *, is_shown: bool) -> None:
        """Show a kind of events, or no longer."""
        (self.kinds.add if is_shown else self.kinds.discard)(kind)
        self.ask()
        self._canvas.update()

    def plain(self) -> dict[str, object]:
        """Return what a layout remembers, nothing of a new chart."""
        return {"events": sorted(str(kind) for kind in self.kinds)} if self.kinds else {}

    def restore(self, state: object) -> None:
        """Take plain() back; what is not understood is left out."""
        found = state.get("events") if isinstance(state, dict) else None
        names = found if isinstance(found, list) else []
        self.kinds = {kind for kind in EventKind if str(kind) in names}
        self.ask()
        self._canvas.update()

    @Slot()
    def ask(self) -> None:
        """Ask for what is not known of the contract, once there are bars to mark."""
        details = self._data.details
        if self.kinds and self.con_id is not None and details is not None and len(self._view.bars):
            self._book.ask(details.contract)

    @Slot()
    def ask_again(self) -> None:
        """Ask for everything anew."""
        if self._data.details is not None:
            self._book.ask(self._data.details.contract, again=True)
            self._canvas.update()

    @Slot(object)
    def take_headline(self, headline: Headline) -> None:
        """Mark news as it happens."""
        self._book.take_headline(headline)

    def events_known(self, con_id: ConId) -> None:
        """Draw again when more is known of the contract."""
        if con_id == self.con_id and self.kinds:
            self._canvas.update()

    def marks(self) -> list[Mark]:
        """Return the events of the chosen kinds and their places."""
        known, view = self._book.known(self.con_id), self._view
        if known is None or not self.kinds:
            return []
        bars = view.bars
        is_live = self._data.feed.is_live and not self._data.is_replaying
        state = (view.studies.source.epoch, bars.first, bars.end, bars.times[-1:].tolist())
        key = (id(known), known.version, frozenset(self.kinds), is_live, state)
        if self._kept[0] != key:
            events = [event for event in known.events if event.kind in self.kinds]
            self._kept = (key, marks_of(view, events, is_live=is_live))
        return self._kept[1]

    def state_words(self) -> str:
        """Say in a line why there is nothing, empty where there is something."""
        if not self.kinds or self.marks():
            return ""
        known = self._book.known(self.con_id)
        if self.con_id is None:
            return f"No event data: {self._data.why_no_events}."
        if known is None or known.waiting:
            return "Asking for events…"
        reasons = "; ".join(f"{name}: {reason}" for name, reason in known.notes.items())
        return f"No event data. {reasons}".strip()

    def source_words(self) -> list[str]:
        """Say of each source that gave nothing why."""
        known = self._book.known(self.con_id)
        return [f"{name}: {why}" for name, why in known.notes.items()] if known else []

    # -- painting -----------------------------------------------------------------------------

    @override
    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Draw a mark for each kind at a place, and tell what is under the mouse."""
        self._placed = []
        if not self.kinds or not len(self._view.bars):
            return
        painter.save()
        painter.setClipRect(self._view.layout.prices)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, events in self._grouped():
            self._paint_mark(painter, place, events, theme)
        painter.restore()
        self._paint_state(painter, theme)
        mouse = self._canvas.mouse
        lines = self.told(mouse)
        if lines and mouse is not None:
            price = self._view.prices.price_at(mouse.y())
            self._painter.box(painter, price, lines, theme, mouse.x())

    def _grouped(self) -> list[tuple[QRectF, list[CompanyEvent]]]:
        """Return places and what stands there; what would overlap is one mark of its kind."""
        view, layout = self._view, self._view.layout
        size, gap = layout.line, layout.pixels(3)
        groups: dict[int, dict[EventKind, list[CompanyEvent]]] = defaultdict(dict)
        left = -1_000_000
        for index, event in self.marks():
            x = view.time.middle_of(index)
            if not -size <= x <= layout.prices.width() + size:
                continue
            if x > left + size:
                left = x
            groups[left].setdefault(event.kind, []).append(event)
        for x, kinds in groups.items():
            foot = layout.prices.bottom() - gap
            for kind in EventKind:
                if kind in kinds:
                    place = QRectF(x - size / 2, foot - size, size, size)
                    self._placed.append((place, kinds[kind]))
                    foot -= size + gap
        return self._placed

    def _paint_mark(
        self, painter: QPainter, place: QRectF, events: list[CompanyEvent], theme: Theme
    ) -> None:
        kind, ratio = events[0].kind, self._view.layout.ratio
        colour = QColor(_COLOURS.get(theme.name, _COLOURS["dark"])[kind])
        is_sure = any(self._has_happened(event) for event in events)
        painter.setPen(QPen(colour, 1.4 * ratio))
        painter.setBrush(colour if is_sure else QColor(theme.base))
        painter.drawRoundedRect(place.adjusted(1, 1, -1, -1), 3 * ratio, 3 * ratio)
        painter.setPen(QColor(theme.base) if is_sure else colour)
        painter.drawText(place, int(CENTRE), TITLES[kind][0])

    def _has_happened(self, event: CompanyEvent) -> bool:
        return days_ahead(self._view, event) <= 0

    def _paint_state(self, painter: QPainter, theme: Theme) -> None:
        words, layout = self.state_words(), self._view.layout
        if words:
            gap = layout.pixels(6)
            place = layout.prices.adjusted(gap, 0, -gap, -gap // 2)
            place.setTop(place.bottom() - layout.line)
            painter.setPen(QColor(theme.muted))
            cut = layout.metrics.elidedText(words, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, LEFT, cut)

    def told(self, place: QPoint | None) -> list[Line]:
        """Say what the events at a place are."""
        if place is None:
            return []
        here = [
            event
            for area, events in self._placed
            if area.contains(QPointF(place))
            for event in events
        ]
        lines = [line for event in here[:MOST_TOLD] for line in self._in_words(event)]
        if len(here) > MOST_TOLD:
            lines.append((f"and {len(here) - MOST_TOLD} more", ""))
        return lines

    def _in_words(self, event: CompanyEvent) -> list[Line]:
        when = f"{event.day.day} {event.day:%b %Y}"
        if event.time is not None:
            moment = event.time.astimezone(self._view.marks.zone)
            when = f"{moment.day} {moment:%b %Y %H:%M}"
        parts = [event.title, when, *event.notes]
        ahead = days_ahead(self._view, event)
        if ahead > 0 and event.time is None:
            parts.append("tomorrow" if ahead == 1 else f"in {ahead} days")
        lines: list[Line] = [(" · ".join(parts), "")]
        if not event.is_certain:
            lines.append(("the date is not confirmed", "warning"))
        return lines


class EventMenu(QMenu):
    """Which events are shown, and which sources gave none."""

    def __init__(self, tool: EventTool, parent: QWidget) -> None:
        super().__init__("Events", parent)
        self._tool = tool
        self.setToolTipsVisible(True)
        self.kinds: dict[EventKind, QAction] = {}
        for kind, title in TITLES.items():
            action = self.addAction(title)
            action.setCheckable(True)
            self.kinds[kind] = action
        self.triggered.connect(self._on_triggered)
        self.addSeparator()
        self.again = self.addAction("Ask the broker again")
        self.again.triggered.connect(tool.ask_again)
        self._words: list[QAction] = []
        self.aboutToShow.connect(self.refresh)

    @Slot()
    def refresh(self) -> None:
        """Mark what is in force and say what the sources said."""
        for kind, action in self.kinds.items():
            action.setChecked(kind in self._tool.kinds)
        self.again.setEnabled(bool(self._tool.kinds))
        for action in self._words:
            self.removeAction(action)
        self._words = [self.addAction(text.button_text(w)) for w in self._tool.source_words()]
        for action in self._words:
            action.setEnabled(False)

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        for kind, each in self.kinds.items():
            if each is action:
                self._tool.choose(kind, is_shown=action.isChecked())
