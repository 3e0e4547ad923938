"""Orders laid out on the chart: placed by click or key, exits dragged out, sent as one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from PySide6.QtCore import QObject, QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from typing_extensions import override

from workstation.domain.ids import ConId
from workstation.domain.order import Side
from workstation.ui.chart.canvas import ChartCanvas
from workstation.ui.chart.chart_tool import ChartTool
from workstation.ui.chart.dry_judge import DryJudge
from workstation.ui.chart.order_lines import kind_at, nearest_price
from workstation.ui.chart.staged_order import Leg, StagedOrder, new_staged
from workstation.ui.chart.trading_paint import Line, PriceLinePainter
from workstation.ui.chart.trading_tool import StageWish
from workstation.ui.screen_state import ScreenState
from workstation.ui.theme import Theme

REACH = 5
"""Logical pixels from a line within which it can be taken hold of."""

_STOP_SHARE, _TARGET_SHARE = 0.08, 0.16
"""Parts of the prices in sight at which exits are laid out at first: two to one."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A place that was painted last: a line's label, or one of its buttons."""

    place: QRect
    leg: Leg
    button: str = ""


class StagingTool(QObject, ChartTool):
    """Keeps one order that is not sent yet. Asks, never acts. GUI thread."""

    send_requested = Signal(object)
    """The user wants this sent: OrderDraft or BracketDraft."""

    changed = Signal()
    """Something was laid out, or is gone, or the next click places an order, or no more."""

    def __init__(
        self,
        canvas: ChartCanvas,
        state: ScreenState,
        judge: DryJudge,
        quantity: Callable[[], Decimal | None],
    ) -> None:
        super().__init__(canvas)
        self._canvas, self._view, self._state = canvas, canvas.view, state
        self._judge, self._quantity = judge, quantity
        self._painter = PriceLinePainter(canvas.view)
        self.con_id: ConId | None = None
        self.order: StagedOrder | None = None
        self.placing: Side | None = None
        """The next click on the prices places an order of this side."""

        self.one_click = False
        """Whether an entry by click or key leaves at once; what closes always does."""

        self._parts: list[_Part] = []
        self._held: Leg | None = None
        self._pressed: _Part | None = None
        judge.judged.connect(self._on_judged)

    def show_contract(self, con_id: ConId | None) -> None:
        """Take another contract; what was laid out is dropped."""
        if con_id != self.con_id:
            self.con_id = con_id
            self.drop()

    @Slot(object)
    def stage(self, wish: StageWish) -> None:
        """Lay out an order at a price; with its exits at first two to one."""
        order = self._new(wish.side, wish.price)
        if order is None:
            return
        if wish.exits:
            prices, ladder = self._view.prices, self._view.ladder
            room = abs(prices.high - prices.low) * wish.side.sign
            target = nearest_price(float(order.entry) + _TARGET_SHARE * room, ladder)
            stop = nearest_price(float(order.entry) - _STOP_SHARE * room, ladder)
            order = replace(order, target=target, stop=stop, closes=False)
        self._take(order)
        self._bring_into_sight(order)
        self._canvas.setFocus()

    def _bring_into_sight(self, order: StagedOrder) -> None:
        """Widen the prices by hand where a line would stand beyond them."""
        legs = [float(price) for leg in Leg if (price := order.price_of(leg)) is not None]
        prices = self._view.prices
        room = (prices.high - prices.low) / 20
        low, high = min(min(legs) - room, prices.low), max(max(legs) + room, prices.high)
        if min(legs) < prices.low or max(legs) > prices.high:
            prices.show_range(low, high)
            self._canvas.refresh()
            self._canvas.range_set.emit()

    def place(self, side: Side, price: Decimal) -> None:
        """Place an order at a price: at once if it closes or one click is on, else laid out."""
        order = self._new(side, price)
        if order is None:
            return
        draft = order.draft(self._state)
        if draft is not None and (order.closes or self.one_click):
            self.drop()
            self.send_requested.emit(draft)
        else:
            self._take(order)

    def choose(self, side: Side) -> None:
        """Place an order of this side with the next click on the prices."""
        self.placing = side
        self._canvas.setFocus()
        self.changed.emit()

    def drop(self) -> bool:
        """Take everything off the chart that was not sent; False if there was nothing."""
        was_there = self.order is not None or self.placing is not None
        self.order = self._held = self._pressed = self.placing = None
        self._parts = []
        if was_there:
            self._judge.forget()
            self._canvas.update()
            self.changed.emit()
        return was_there

    def refresh(self) -> None:
        """Take the quantity as it is now."""
        if self.order is not None:
            order = self.order
            again = new_staged(
                self._state, order.con_id, order.side, order.order_type, order.entry,
                self._quantity(), order.account,
            )  # fmt: skip
            closes = again.closes and order.target is None and order.stop is None
            self._take(replace(order, quantity=again.quantity, closes=closes))

    def send(self) -> None:
        """Ask to have it sent, once it is complete."""
        draft = self.order.draft(self._state) if self.order is not None else None
        if draft is not None and not self._state.is_read_only:
            self.drop()
            self.send_requested.emit(draft)

    def _new(self, side: Side, price: Decimal) -> StagedOrder | None:
        if self.con_id is None or self._state.is_read_only or not len(self._view.bars):
            return None
        quote = self._state.quotes.get(self.con_id)
        last = quote.last if quote is not None and quote.last else self._view.last_close
        kind = kind_at(side, price, last)
        return new_staged(self._state, self.con_id, side, kind, price, self._quantity())

    def _take(self, order: StagedOrder) -> None:
        self.order, self.placing = order, None
        draft = order.draft(self._state)
        if draft is None:
            self._judge.forget()
        else:
            self._judge.ask(draft)
        self._canvas.update()
        self.changed.emit()

    @Slot()
    def _on_judged(self) -> None:
        if self.order is not None:
            self._canvas.update()

    # -- painting -----------------------------------------------------------------------------

    @override
    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Draw the lines of what is laid out, and what risk would say."""
        self._parts = []
        order = self.order
        if order is None:
            if self.placing is not None:
                words = f"Click a price to {self.placing.value.lower()} there, Esc to leave it"
                top = self._view.prices.price_at(self._view.layout.prices.top())
                self._painter.box(painter, top, [(words, "")], theme)
            return
        colours = {
            Leg.ENTRY: theme.buy if order.side is Side.BUY else theme.sell,
            Leg.TARGET: theme.up,
            Leg.STOP: theme.down,
        }
        for leg in Leg:
            self._paint_leg(painter, order, leg, QColor(colours[leg]), theme)
        self._painter.box(painter, float(order.entry), self.preview(), theme)

    def preview(self) -> list[Line]:
        """Say what sending it would do: the figures, what is missing or what risk says."""
        order, verdict = self.order, self._judge.verdict
        if order is None:
            return []
        lines: list[Line] = [(order.figures(self._state), "")]
        if order.gap:
            lines.append((order.gap, "warning"))
        elif (order.account or self._state.order_account) is None:
            lines.append(("Choose an account in the ticket", "warning"))
        else:
            lines.append((verdict.words, verdict.tone))
        return [*lines, ("Enter to send, Esc to take it away", "")]

    def _paint_leg(
        self, painter: QPainter, order: StagedOrder, leg: Leg, colour: QColor, theme: Theme
    ) -> None:
        price = order.price_of(leg)
        row = None if price is None else self._painter.row_of(float(price))
        if price is None or row is None:
            return
        buttons: tuple[str, ...] = ("✕",)
        if leg is Leg.ENTRY:
            more = [each for each in (Leg.TARGET, Leg.STOP) if order.price_of(each) is None]
            buttons = (*(f"+ {each.value}" for each in more), "Send", "✕")
        self._painter.line(painter, row, colour, dash=2)
        taken = [part.place for part in self._parts if not part.button]
        label = order.label(leg, self._state)
        place, boxes = self._painter.label(
            painter, row, label, colour, theme, buttons=buttons, taken=taken
        )
        self._parts.append(_Part(place, leg))
        self._parts += [_Part(box, leg, name) for box, name in zip(boxes, buttons, strict=True)]
        self._painter.tag(painter, float(price), colour, theme)

    @override
    def tag_rows(self) -> list[int]:
        """Return the rows of the tags on the price axis."""
        order = self.order
        prices = [] if order is None else [order.price_of(leg) for leg in Leg]
        rows = (self._painter.row_of(float(price)) for price in prices if price is not None)
        return [row for row in rows if row is not None]

    # -- mouse and keys -----------------------------------------------------------------------

    @override
    def press(self, place: QPoint, modifiers: Qt.KeyboardModifier) -> bool:
        """Place an order, take hold of a line, pull an exit out, or press a button."""
        if not self._view.layout.prices.contains(place):
            return False
        if self.placing is not None:
            side, self.placing = self.placing, None
            self.place(side, self._price_at(place))
            self.changed.emit()
            return True
        part = self._part_at(place)
        if part is None:
            return False
        self._pressed = part
        if part.button in {"+ target", "+ stop"}:
            self._held = Leg(part.button[2:])
        elif not part.button:
            self._held = part.leg
        return True

    @override
    def drag(self, place: QPoint) -> None:
        """Move the leg that is held, or pull it out."""
        order, leg = self.order, self._held
        if order is None or leg is None:
            return
        price = self._price_at(place)
        if price != order.price_of(leg) and self._view.layout.prices.contains(place):
            moved = order.with_price(leg, price)
            if leg is Leg.ENTRY:
                quote = self._state.quotes.get(order.con_id)
                last = quote.last if quote is not None and quote.last else self._view.last_close
                moved = replace(moved, order_type=kind_at(order.side, price, last))
            self._take(moved)

    @override
    def release(self, place: QPoint) -> None:
        """End a drag, or carry out the button that was pressed."""
        pressed, self._pressed = self._pressed, None
        self._held = None
        if pressed is None or not pressed.button or not pressed.place.contains(place):
            return
        if pressed.button == "Send":
            self.send()
        elif pressed.button == "✕" and pressed.leg is Leg.ENTRY:
            self.drop()
        elif pressed.button == "✕" and self.order is not None:
            self._take(self.order.with_price(pressed.leg, None))

    @override
    def hover(self, place: QPoint) -> Qt.CursorShape | None:
        """Return the cursor for a place."""
        if self.placing is not None:
            return Qt.CursorShape.CrossCursor
        part = self._part_at(place)
        if part is None:
            return None
        is_button = part.button in {"Send", "✕"}
        return Qt.CursorShape.PointingHandCursor if is_button else Qt.CursorShape.SizeVerCursor

    @override
    def key(self, event: QKeyEvent) -> bool:
        """Enter sends, Esc drops, Shift+B and Shift+S place an order at the crosshair."""
        keys = {Qt.Key.Key_B: Side.BUY, Qt.Key.Key_S: Side.SELL}
        side = keys.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape:
            return self.drop()
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.order is not None:
            if not event.isAutoRepeat():
                self.send()
            return True
        if side is None or event.modifiers() != Qt.KeyboardModifier.ShiftModifier:
            return False
        mouse = self._canvas.mouse
        if mouse is not None and self._view.layout.prices.contains(mouse):
            if not event.isAutoRepeat():
                self.place(side, self._price_at(mouse))
            return True
        return False

    def _price_at(self, place: QPoint) -> Decimal:
        return nearest_price(self._view.prices.price_at(place.y()), self._view.ladder)

    def _part_at(self, place: QPoint) -> _Part | None:
        found = [part for part in self._parts if part.place.contains(place)]
        if found:
            return found[-1]  # buttons stand in the list behind their label
        reach, order = self._view.layout.pixels(REACH), self.order
        if order is None or not self._view.layout.prices.contains(place):
            return None
        for leg in Leg:
            price = order.price_of(leg)
            if price is not None:
                row = self._view.prices.y_of(float(price))
                if abs(row - place.y()) <= reach:
                    return _Part(QRect(), leg)
        return None
