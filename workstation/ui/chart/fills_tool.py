"""The user's own fills on the chart: where they happened, and what came out of them."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from PySide6.QtCore import QObject, QPoint, QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from typing_extensions import override

from workstation.bridge.commands import CommandPort
from workstation.domain.commands import CommandResult
from workstation.domain.execution import Commission, Execution
from workstation.domain.ids import ConId, ExecId
from workstation.domain.order import Side
from workstation.domain.round_trips import (
    Fill,
    FillsAnswer,
    RequestFills,
    RoundTrip,
    round_trips,
)
from workstation.ui import text
from workstation.ui.chart.canvas import ChartCanvas
from workstation.ui.chart.chart_tool import ChartTool
from workstation.ui.chart.order_lines import money_per_point
from workstation.ui.chart.trading_paint import Line, PriceLinePainter
from workstation.ui.screen_state import ScreenState
from workstation.ui.theme import Theme

MARK = 6
"""Logical pixels from the middle of a mark to its edge."""

MOST_TOLD = 6
"""Fills under the mouse that are told one by one."""

MOST_EARLY = 500
"""Commissions that are kept for fills that may come yet."""


@dataclass(frozen=True, slots=True)
class _Shown:
    place: QRectF
    fill: Fill


class FillsTool(QObject, ChartTool):
    """Marks every fill of the contract that the record holds, and its round trips. GUI thread.

    A correction takes the place of what it corrects, and a bust takes the mark away.
    """

    def __init__(self, canvas: ChartCanvas, state: ScreenState, commands: CommandPort) -> None:
        super().__init__(canvas)
        self._canvas, self._view, self._state = canvas, canvas.view, state
        self._commands = commands
        self._painter = PriceLinePainter(canvas.view)
        self.con_id: ConId | None = None
        self._asking = 0
        self._is_due = False
        self._fills: dict[str, Fill] = {}
        self._early: dict[ExecId, Commission] = {}
        self._order: list[Fill] = []
        self._times: list[float] = []
        self.trips: tuple[RoundTrip, ...] = ()
        self._shown: list[_Shown] = []

    def show_contract(self, con_id: ConId | None) -> None:
        """Mark the fills of another contract, once they were asked for."""
        if con_id == self.con_id:
            return
        self.con_id = con_id
        self._asking += 1
        self._fills.clear()
        self._early.clear()
        self._settle()
        self._is_due = con_id is not None

    def ask(self) -> None:
        """Ask the record for the fills of every day, once for a contract that is seen."""
        if self._is_due and self.con_id is not None:
            self._is_due = False
            answered = partial(self._take_answer, self._asking)
            self._commands.send(RequestFills(self.con_id), answered)

    def _take_answer(self, asking: int, result: CommandResult) -> None:
        if asking == self._asking and isinstance(result, FillsAnswer):
            for fill in result.fills:
                self._put(fill)
            self._settle()

    @Slot(object)
    def take_execution(self, execution: Execution) -> None:
        """Mark a fill, or let it replace an older revision of itself."""
        if execution.con_id == self.con_id:
            self._put(Fill(execution))
            self._settle()

    @Slot(object)
    def take_commission(self, commission: Commission) -> None:
        """Learn what a fill cost, now or when the fill comes."""
        base = commission.exec_id.rpartition(".")[0] or commission.exec_id
        known = self._fills.get(base)
        if known is not None and known.execution.exec_id == commission.exec_id:
            self._fills[base] = Fill(known.execution, commission)
            self._settle()
        elif self.con_id is not None:
            self._early[commission.exec_id] = commission
            if len(self._early) > MOST_EARLY:  # mostly of other contracts' fills
                del self._early[next(iter(self._early))]

    def _put(self, fill: Fill) -> None:
        execution, known = fill.execution, self._fills.get(fill.execution.base_id)
        if known is not None and known.execution.revision > execution.revision:
            return
        paid = fill.commission or self._early.pop(execution.exec_id, None)
        if paid is None and known is not None:
            paid = known.commission
        self._fills[execution.base_id] = Fill(execution, paid)

    def _settle(self) -> None:
        standing = [fill for fill in self._fills.values() if fill.execution.quantity]
        self._order = sorted(standing, key=_when)
        self._times = [_when(fill) for fill in self._order]
        self.trips = round_trips(standing)
        self._canvas.update()

    # -- painting -----------------------------------------------------------------------------

    @override
    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Draw round trips as lines and fills as triangles, and tell what is under the mouse."""
        self._shown = []
        view = self._view
        if not self._order or not view.settings.executions or not len(view.bars):
            return
        first, end = view.time.shown()
        early, late = view.seconds_at(first - 1), view.seconds_at(end + 1)
        early = max(early, view.bars.time(view.bars.first))
        painter.save()
        painter.setClipRect(view.layout.prices)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for trip in self.trips:
            if trip.closed.time.timestamp() >= early and trip.opened.time.timestamp() <= late:
                self._paint_trip(painter, trip, theme)
        low, high = bisect_left(self._times, early), bisect_right(self._times, late)
        for fill in self._order[low:high]:
            self._paint_mark(painter, fill, theme)
        painter.restore()
        mouse = self._canvas.mouse
        lines = self.told(mouse)
        if lines and mouse is not None:
            price = view.prices.price_at(mouse.y())
            self._painter.box(painter, price, lines, theme, mouse.x())

    def place_of(self, execution: Execution) -> QPointF:
        """Return where a fill stands: in the middle of its bar, at its price or else the close."""
        view = self._view
        index = int(view.bar_at(execution.time.timestamp()) // 1)
        price = self._shown_price(execution, index)
        return QPointF(view.time.middle_of(index), view.prices.y_of(price))

    def _shown_price(self, execution: Execution, index: int) -> float:
        if execution.price is not None:
            return float(execution.price)
        bars = self._view.bars
        return bars.bar(min(max(index, bars.first), bars.end - 1))[3]

    def _paint_trip(self, painter: QPainter, trip: RoundTrip, theme: Theme) -> None:
        gain = self.gain_of(trip)
        colour = QColor(theme.muted if gain is None else theme.up if gain >= 0 else theme.down)
        pen = QPen(colour, 1.4 * self._view.layout.ratio)
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawLine(self.place_of(trip.opened), self.place_of(trip.closed))

    def gain_of(self, trip: RoundTrip) -> Decimal | None:
        """Return what a round trip made, costs taken off, in the contract's currency.

        None where one of its fills has no price.
        """
        details = self._state.details.get(self.con_id) if self.con_id is not None else None
        return trip.gain(money_per_point(details))

    def _paint_mark(self, painter: QPainter, fill: Fill, theme: Theme) -> None:
        size = self._view.layout.pixels(MARK)
        place, is_buy = self.place_of(fill.execution), fill.execution.side is Side.BUY
        down = 1 if is_buy else -1  # a purchase points up at its price, from below
        tip = QPointF(place.x(), place.y())
        base = place.y() + down * 1.7 * size
        shape = QPolygonF([tip, QPointF(place.x() - size, base), QPointF(place.x() + size, base)])
        painter.setPen(QPen(QColor(theme.text), self._view.layout.ratio))
        painter.setBrush(QColor(theme.buy if is_buy else theme.sell))
        painter.drawPolygon(shape)
        area = shape.boundingRect().adjusted(-2, -2, 2, 2)
        self._shown.append(_Shown(area, fill))

    def told(self, place: QPoint | None) -> list[Line]:
        """Say what the fills at a place were, and what came out of those that closed."""
        if place is None:
            return []
        here = [shown.fill for shown in self._shown if shown.place.contains(QPointF(place))]
        lines: list[Line] = []
        for fill in here[:MOST_TOLD]:
            lines.append((self._in_words(fill), ""))
            trips = [trip for trip in self.trips if trip.closed is fill.execution]
            gains = [gain for trip in trips if (gain := self.gain_of(trip)) is not None]
            if len(gains) < len(trips):
                lines.append(("round trip not known: a fill came without its price", "warning"))
            elif gains:
                total = sum(gains, Decimal(0))
                tone = "good" if total >= 0 else "error"
                lines.append((f"round trip {text.signed_money(total)} after costs", tone))
        if len(here) > MOST_TOLD:
            lines.append((f"and {len(here) - MOST_TOLD} more", ""))
        return lines

    def _in_words(self, fill: Fill) -> str:
        execution, paid = fill.execution, fill.commission
        ladder = self._state.ladder(execution.con_id)
        zone = self._view.marks.zone
        price = "?" if execution.price is None else text.exact_price(execution.price, ladder)
        parts = [
            f"{execution.side.value} {text.size(execution.quantity)} @ {price}",
            f"{execution.time.astimezone(zone):%d %b %Y %H:%M:%S}",
            text.venue(execution.exchange),
        ]
        cost = "not told yet" if paid is None else text.money(paid.commission, paid.currency)
        parts.append(f"commission {cost}")
        if execution.revision > 1:
            parts.append(f"correction {execution.revision}")
        return " · ".join(parts)


def _when(fill: Fill) -> float:
    return fill.execution.time.timestamp()
