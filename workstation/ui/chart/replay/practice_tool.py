"""Practice orders on the chart: their lines, the position, the fills; placed and moved by hand."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen, QPolygonF
from typing_extensions import override

from workstation.domain.order import Side
from workstation.matching.practice_account import PracticeTrip
from workstation.matching.practice_orders import Kind, PracticeFill, PracticeOrder, Status
from workstation.ui import text
from workstation.ui.chart.canvas import ChartCanvas
from workstation.ui.chart.chart_tool import ChartTool
from workstation.ui.chart.order_lines import nearest_price
from workstation.ui.chart.replay.practice_desk import PracticeDesk
from workstation.ui.chart.trading_paint import PriceLinePainter
from workstation.ui.theme import Theme

BADGE = "REPLAY · PRACTICE"
_REACH = 5
_MARK = 5


class Controls(Protocol):
    """What the keys of the tool ask of the replay."""

    @property
    def is_on(self) -> bool:
        """Whether bars are being replayed."""
        ...

    def step(self) -> None:
        """Show the next bar."""
        ...

    def toggle(self) -> None:
        """Play or pause."""
        ...

    def place(self, *, buys: bool, price: Decimal) -> None:
        """Place a practice order at a price, with what the strip says."""
        ...


@dataclass(frozen=True, slots=True)
class _Shown:
    """A line as it was painted last."""

    order: PracticeOrder
    label: QRect
    cross: QRect


class PracticeTool(ChartTool):
    """Paints and moves what the practice desk holds; it knows no other orders. GUI thread."""

    def __init__(self, canvas: ChartCanvas, desk: PracticeDesk, controls: Controls) -> None:
        self._canvas, self._view = canvas, canvas.view
        self._desk, self._controls = desk, controls
        self._painter = PriceLinePainter(canvas.view)
        self.placing: Side | None = None
        """The next click on the prices places a practice order of this side."""

        self._shown: list[_Shown] = []
        self._held: PracticeOrder | None = None
        self._held_price = Decimal(0)
        self._pressed: int | None = None

    def choose(self, side: Side) -> None:
        """Place a practice order of this side with the next click."""
        self.placing = side
        self._canvas.setFocus()
        self._canvas.update()

    def drop(self) -> bool:
        """Let go of everything; False if there was nothing."""
        was_busy = self.placing is not None or self._held is not None
        self.placing = self._held = self._pressed = None
        if was_busy:
            self._canvas.update()
        return was_busy

    # -- painting -----------------------------------------------------------------------------

    @override
    def paint(self, painter: QPainter, theme: Theme) -> None:
        self._shown = []
        if not self._controls.is_on:
            return
        self._paint_frame(painter, theme)
        self._paint_fills(painter, theme)
        self._paint_position(painter, theme)
        for order in self._desk.orders:
            self._paint_order(painter, order, theme)
        if self.placing is not None:
            words = (
                f"Click a price to {self.placing.value.lower()} there in practice, Esc leaves it"
            )
            top = self._view.prices.price_at(self._view.layout.prices.top())
            self._painter.box(painter, top, [(words, "")], theme)

    def _paint_frame(self, painter: QPainter, theme: Theme) -> None:
        """Frame the prices and say in large letters that nothing here is real."""
        layout, pane = self._view.layout, self._view.layout.prices
        thick, colour = max(2, layout.pixels(2)), QColor(theme.warning)
        for side in (
            QRect(0, pane.top(), pane.width(), thick),
            QRect(0, pane.bottom() - thick + 1, pane.width(), thick),
            QRect(0, pane.top(), thick, pane.height()),
            QRect(pane.width() - thick, pane.top(), thick, pane.height()),
        ):
            painter.fillRect(side, colour)
        plain = painter.font()
        bold = painter.font()
        bold.setBold(True)
        painter.setFont(bold)
        width = painter.fontMetrics().horizontalAdvance(BADGE) + layout.pixels(20)
        place = QRect(
            (pane.width() - width) // 2, pane.top(), width, layout.line + layout.pixels(6)
        )
        painter.fillRect(place, colour)
        painter.setPen(QColor(theme.base))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, BADGE)
        painter.setFont(plain)

    def _paint_order(self, painter: QPainter, order: PracticeOrder, theme: Theme) -> None:
        if order.price is None:
            return
        is_held = self._held is not None and self._held.number == order.number
        price = self._held_price if is_held else self._desk.price(order.price)
        row = self._painter.row_of(float(price))
        if row is None:
            return
        colour = QColor(theme.buy if order.buys else theme.sell)
        waits = order.status is Status.HELD
        self._painter.line(painter, row, colour, dash=1 if waits else 3)
        place, boxes = self._painter.label(
            painter,
            row,
            self.label_of(order, price),
            colour,
            theme,
            buttons=("✕",),
            taken=[shown.label for shown in self._shown],
        )
        self._shown.append(_Shown(order, place, boxes[0]))
        self._painter.tag(painter, float(price), colour, theme)

    def label_of(self, order: PracticeOrder, price: Decimal) -> str:
        """Write what a practice order is."""
        side = Side.BUY if order.buys else Side.SELL
        shown = text.exact_price(price, self._view.ladder)
        later = " · after the entry" if order.status is Status.HELD else ""
        return f"PRACTICE {side.value} {text.size(order.left)} {order.kind.value} {shown}{later}"

    def _paint_position(self, painter: QPainter, theme: Theme) -> None:
        average, size = self._desk.average, self._desk.result.position
        row = None if average is None else self._painter.row_of(float(average))
        if average is None or row is None:
            return
        side = "LONG" if size > 0 else "SHORT"
        price = text.average_price(average, self._view.ladder)
        gain = text.signed_money(self._desk.unrealized)
        colour = QColor(theme.buy if size > 0 else theme.sell)
        self._painter.line(painter, row, colour, dash=0)
        words = f"PRACTICE {side} {text.size(abs(size))} @ {price}  {gain}"
        self._painter.label(painter, row, words, colour, theme)

    def _paint_fills(self, painter: QPainter, theme: Theme) -> None:
        market = self._desk.market
        if market is None or not market.fills:
            return
        painter.save()
        painter.setClipRect(self._view.layout.prices)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for trip in self._desk.result.trips:
            self._paint_trip(painter, trip, theme)
        for fill in market.fills:
            self._paint_fill(painter, fill, theme)
        painter.restore()

    def _place_of(self, fill: PracticeFill) -> QPointF:
        index = int(self._view.bar_at(fill.time))
        row = self._view.prices.y_of(float(self._desk.price(fill.price)))
        return QPointF(self._view.time.middle_of(index), row)

    def _paint_trip(self, painter: QPainter, trip: PracticeTrip, theme: Theme) -> None:
        pen = QPen(
            QColor(theme.up if trip.ticks >= 0 else theme.down), 1.4 * self._view.layout.ratio
        )
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawLine(self._place_of(trip.opened), self._place_of(trip.closed))

    def _paint_fill(self, painter: QPainter, fill: PracticeFill, theme: Theme) -> None:
        place, size = self._place_of(fill), self._view.layout.pixels(_MARK)
        base = place.y() + 1.7 * size * fill.sign  # a purchase points up at its price
        shape = QPolygonF([place, QPointF(place.x() - size, base), QPointF(place.x() + size, base)])
        painter.setPen(QPen(QColor(theme.warning), self._view.layout.ratio))
        painter.setBrush(QColor(theme.buy if fill.buys else theme.sell))
        painter.drawPolygon(shape)

    @override
    def tag_rows(self) -> list[int]:
        rows = (self._painter.row_of(float(self._desk.price(order.price)))
                for order in self._desk.orders if order.price is not None)  # fmt: skip
        return [row for row in rows if row is not None] if self._controls.is_on else []

    # -- mouse and keys -----------------------------------------------------------------------

    @override
    def press(self, place: QPoint, modifiers: Qt.KeyboardModifier) -> bool:
        if not self._controls.is_on or not self._view.layout.prices.contains(place):
            return False
        if self.placing is not None:
            side, self.placing = self.placing, None
            self._controls.place(buys=side is Side.BUY, price=self._price_at(place))
            return True
        for shown in reversed(self._shown):
            if shown.cross.contains(place):
                self._pressed = shown.order.number
                return True
        order = self._order_at(place)
        if order is not None:
            self._held, self._held_price = order, self._desk.price(order.price or 0)
        return order is not None

    @override
    def drag(self, place: QPoint) -> None:
        if self._held is not None and self._view.layout.prices.contains(place):
            self._held_price = self._price_at(place)
            self._canvas.update()

    @override
    def release(self, place: QPoint) -> None:
        held, self._held = self._held, None
        pressed, self._pressed = self._pressed, None
        if held is not None:
            self._desk.move(held.number, self._held_price)
        hit = [s for s in self._shown if s.order.number == pressed and s.cross.contains(place)]
        if hit:
            self._desk.cancel(hit[0].order.number)
        self._canvas.update()

    @override
    def hover(self, place: QPoint) -> Qt.CursorShape | None:
        if not self._controls.is_on:
            return None
        if any(shown.cross.contains(place) for shown in self._shown):
            return Qt.CursorShape.PointingHandCursor
        return None if self._order_at(place) is None else Qt.CursorShape.SizeVerCursor

    @override
    def key(self, event: QKeyEvent) -> bool:
        """Space plays, Shift+→ steps, Shift+B and Shift+S place an order at the crosshair."""
        if not self._controls.is_on:
            return False
        pressed, is_shifted = (
            Qt.Key(event.key()),
            event.modifiers() == Qt.KeyboardModifier.ShiftModifier,
        )
        sides = {Qt.Key.Key_B: True, Qt.Key.Key_S: False}
        if pressed == Qt.Key.Key_Escape:
            return self.drop()
        if pressed == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._controls.toggle()
        elif pressed == Qt.Key.Key_Right and is_shifted:
            self._controls.step()
        elif pressed in sides and is_shifted:
            mouse = self._canvas.mouse
            if mouse is not None and self._view.layout.prices.contains(mouse):
                self._controls.place(buys=sides[pressed], price=self._price_at(mouse))
        else:
            return False
        return True

    @override
    def leave(self) -> None:
        self._held = self._pressed = None

    def _price_at(self, place: QPoint) -> Decimal:
        return nearest_price(self._view.prices.price_at(place.y()), self._view.ladder)

    def _order_at(self, place: QPoint) -> PracticeOrder | None:
        reach = self._view.layout.pixels(_REACH)
        movable = [s for s in reversed(self._shown) if s.order.kind is not Kind.MARKET]
        for shown in movable:
            if shown.label.contains(place) or abs(shown.label.center().y() - place.y()) <= reach:
                return shown.order
        return None
