"""Trading on the chart: lines of orders and position, dragged, cancelled, and prices taken."""

from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QObject, QPoint, QPointF, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import QMenu, QWidget
from typing_extensions import override

from workstation.domain.ids import ConId
from workstation.domain.order import OrderType, Side
from workstation.domain.order_status import OrderView, Pending
from workstation.ui import text
from workstation.ui.chart.chart_tool import ChartTool
from workstation.ui.chart.dry_judge import DryJudge
from workstation.ui.chart.order_lines import (
    OrderLine,
    PositionLine,
    kind_at,
    nearest_price,
    order_lines,
    position_line,
    preview_words,
)
from workstation.ui.chart.trading_paint import Line, PriceLinePainter
from workstation.ui.chart.view import ChartView
from workstation.ui.screen_state import ScreenState
from workstation.ui.theme import Theme

REACH = 5
"""Logical pixels from a line within which it can be taken hold of."""

LEAST_DRAG = 3
"""Logical pixels a line must be moved: a click changes nothing."""

SAID_MS = 8000
"""How long it stands on the chart why a drag ended by itself."""


@dataclass(frozen=True, slots=True)
class PriceWish:
    """A price the user pointed at, for the ticket to take; nothing is sent."""

    side: Side
    order_type: OrderType
    price: Decimal


@dataclass(frozen=True, slots=True)
class StageWish:
    """An order to be laid out on the chart at a price, with its exits or alone."""

    side: Side
    price: Decimal
    exits: bool


@dataclass(frozen=True, slots=True)
class AlertWish:
    """A price at which the user wants to be told."""

    price: Decimal


@dataclass(slots=True)
class _Drag:
    line: OrderLine
    start: int
    price: Decimal
    has_moved: bool = False


@dataclass(frozen=True, slots=True)
class _Shown:
    """A line as it was painted last."""

    line: OrderLine
    label: QRect
    cross: QRect


class TradingTool(QObject, ChartTool):
    """Shows working orders and the position; asks, never acts. GUI thread."""

    change_requested = Signal(object)
    """A line was let go at another price: OrderChange."""

    cancel_requested = Signal(object)
    """The cross of a line was pressed: tuple[OrderView, ...]."""

    price_requested = Signal(object)
    """The user wants an order at a price in the ticket: PriceWish."""

    stage_requested = Signal(object)
    """The user wants an order laid out on the chart: StageWish."""

    alert_requested = Signal(object)
    """The user wants to be told at a price: AlertWish."""

    def __init__(
        self, view: ChartView, state: ScreenState, canvas: QWidget, judge: DryJudge
    ) -> None:
        super().__init__(canvas)
        self._view, self._state, self._canvas, self._judge = view, state, canvas, judge
        self._painter = PriceLinePainter(view)
        self.con_id: ConId | None = None
        self.said = ""
        """Why a drag ended by itself."""
        self._is_paused = False
        self._lines: list[OrderLine] = []
        self._position: PositionLine | None = None
        self._shown: list[_Shown] = []
        self._drag: _Drag | None = None
        self._pressed_cross: tuple[object, bool] | None = None
        self._menu: QMenu | None = None
        self._forgetting = QTimer(self)
        self._forgetting.setSingleShot(True)
        self._forgetting.setInterval(SAID_MS)
        self._forgetting.timeout.connect(self._on_forgetting)
        judge.judged.connect(self._on_judged)

    def show_contract(self, con_id: ConId | None) -> None:
        """Show the lines of another contract; a drag under way changes nothing."""
        self._end_drag()
        self.said = ""
        self.con_id = con_id
        self.refresh()

    @Slot()
    def pause(self) -> None:
        """Leave the clicks to something else, such as a drawing being made."""
        self.give_up()
        self._is_paused = True

    @Slot()
    def resume(self) -> None:
        """Take clicks again."""
        self._is_paused = False

    def refresh(self) -> None:
        """Take orders and position as they are now; a drag whose line is gone ends, and says why."""
        before = (self._lines, self._position)
        self._lines = order_lines(self._state, self.con_id)
        self._position = position_line(self._state, self.con_id)
        drag = self._drag
        if drag is not None:
            now = next((each for each in self._lines if each.id == drag.line.id), None)
            if now is not None and now.can_move:
                drag.line = now
            else:
                self._end_drag(_why_ended(self._state.orders.get(drag.line.order.key)))
        if before != (self._lines, self._position):
            self._canvas.update()

    def link_changed(self) -> None:
        """End a drag that could not be sent any more."""
        if self._drag is not None and not self._state.can_exit:
            self._end_drag("The link was lost while the line was moved: the order is unchanged.")

    def _end_drag(self, said: str = "") -> None:
        was_moving = self._drag is not None
        self._drag = self._pressed_cross = None
        if was_moving:
            self._judge.forget()
            self._canvas.update()
        if said:
            self.said = said
            self._forgetting.start()

    @Slot()
    def _on_forgetting(self) -> None:
        self.said = ""
        self._canvas.update()

    @Slot()
    def _on_judged(self) -> None:
        if self._drag is not None:
            self._canvas.update()

    # -- painting -----------------------------------------------------------------------------

    @override
    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Draw every line in sight, the one being dragged at its new price."""
        self._shown = []
        if self._position is not None:
            row = self._painter.row_of(self._position.price)
            if row is not None:
                label = self._position.label(self._view.ladder)
                profit = self._position.position.unrealized_pnl or 0.0
                colour = QColor(theme.up if profit >= 0 else theme.down)
                self._painter.line(painter, row, colour, dash=0)
                self._painter.label(painter, row, label, colour, theme)
        for line in self._lines:
            self._paint_order(painter, line, theme)
        if self._drag is not None and self._drag.has_moved:
            self._painter.box(painter, float(self._drag.price), self.preview(), theme)
        elif self.said:
            top = self._view.prices.price_at(self._view.layout.prices.top())
            self._painter.box(painter, top, [(self.said, "warning")], theme)

    def preview(self) -> list[Line]:
        """Say what letting go now would do: the figures, what risk says, and the keys."""
        drag, verdict = self._drag, self._judge.verdict
        if drag is None:
            return []
        words = preview_words(drag.line, drag.price, self._state)
        keys = "release to change, Esc to leave it"
        return [(words, ""), (verdict.words, verdict.tone), (keys, "")]

    @override
    def tag_rows(self) -> list[int]:
        """Return the rows of the tags on the price axis."""
        rows = (self._painter.row_of(self._shown_price(line)) for line in self._lines)
        return [row for row in rows if row is not None]

    def _shown_price(self, line: OrderLine) -> float:
        drag = self._drag
        return float(drag.price if drag is not None and drag.line.id == line.id else line.price)

    def _paint_order(self, painter: QPainter, line: OrderLine, theme: Theme) -> None:
        price = self._shown_price(line)
        row = self._painter.row_of(price)
        if row is None:
            return
        colour = QColor(theme.buy if line.order.side is Side.BUY else theme.sell)
        self._painter.line(painter, row, colour, dash=3 if line.can_move else 1)
        place, buttons = self._painter.label(
            painter,
            row,
            line.label(self._view.ladder),
            colour,
            theme,
            buttons=("✕",) if line.can_cancel and not self._state.is_read_only else (),
            taken=[shown.label for shown in self._shown],
        )
        self._shown.append(_Shown(line, place, buttons[0] if buttons else QRect()))
        self._painter.tag(painter, price, colour, theme)

    # -- mouse and keys -----------------------------------------------------------------------

    @override
    def press(self, place: QPoint, modifiers: Qt.KeyboardModifier) -> bool:
        """Take hold of a line, or of its cross."""
        if self._is_paused:
            return False
        self.said = ""
        for shown in reversed(self._shown):
            if shown.cross.contains(place):
                self._pressed_cross = shown.line.id
                return True
        line = self._line_at(place)
        if line is None or not line.can_move or not self._state.can_exit:
            return False
        self._judge.forget()
        self._drag = _Drag(line, place.y(), line.price)
        return True

    @override
    def drag(self, place: QPoint) -> None:
        """Move the line that is held, and have the new price judged without sending it."""
        drag = self._drag
        if drag is None:
            return
        far = abs(place.y() - drag.start) >= self._view.layout.pixels(LEAST_DRAG)
        drag.has_moved = drag.has_moved or far
        if drag.has_moved:
            price = nearest_price(self._view.prices.price_at(place.y()), self._view.ladder)
            drag.price = price
            if price != drag.line.price:
                self._judge.ask(drag.line.change_to(price))
            self._canvas.update()

    @override
    def release(self, place: QPoint) -> None:
        """Let the line go: one change, or none outside the prices and at the old price."""
        cross, drag = self._pressed_cross, self._drag
        self._end_drag()
        if cross is not None:
            hit = [s.line for s in self._shown if s.line.id == cross and s.cross.contains(place)]
            if hit:
                self.cancel_requested.emit((hit[0].order,))
        elif drag is not None and self._is_new_price(drag, place):
            self.change_requested.emit(drag.line.change_to(drag.price))
        self._canvas.update()

    def _is_new_price(self, drag: _Drag, place: QPoint) -> bool:
        is_inside = self._view.layout.prices.contains(place)
        return is_inside and drag.has_moved and drag.price != drag.line.price

    def give_up(self) -> bool:
        """Put a line that is held back where it was; False if none is."""
        was_held = self._drag is not None or self._pressed_cross is not None
        self._end_drag()
        self._pressed_cross = None
        if was_held:
            self._canvas.update()
        return was_held

    @override
    def key(self, event: QKeyEvent) -> bool:
        """Let Esc put back what is held."""
        return event.key() == Qt.Key.Key_Escape and self.give_up()

    @override
    def leave(self) -> None:
        """Put back what is held: the button was taken away."""
        self.give_up()

    @override
    def hover(self, place: QPoint) -> Qt.CursorShape | None:
        """Return the cursor for a place."""
        if self._is_paused:
            return None
        if any(shown.cross.contains(place) for shown in self._shown):
            return Qt.CursorShape.PointingHandCursor
        line = self._line_at(place)
        if line is None or not line.can_move or not self._state.can_exit:
            return None
        return Qt.CursorShape.SizeVerCursor

    def _line_at(self, place: QPoint) -> OrderLine | None:
        reach = self._view.layout.pixels(REACH)
        if not self._view.layout.prices.contains(place):
            return None
        for shown in reversed(self._shown):
            if shown.label.contains(place):
                return shown.line
        for shown in reversed(self._shown):
            if abs(self._view.prices.y_of(float(shown.line.price)) - place.y()) <= reach:
                return shown.line
        return None

    @override
    def context(self, place: QPoint, on_screen: QPointF) -> bool:
        """Offer orders at the price under the mouse; the ticket takes them, nothing is sent."""
        view = self._view
        if not view.layout.prices.contains(place) or self.con_id is None or not len(view.bars):
            return False
        price = nearest_price(view.prices.price_at(place.y()), view.ladder)
        menu = QMenu(self._canvas)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fill_menu(menu, price)
        menu.triggered.connect(self._on_price_chosen)
        self._menu = menu
        menu.popup(on_screen.toPoint())
        return True

    def _fill_menu(self, menu: QMenu, price: Decimal) -> None:
        shown = text.exact_price(price, self._view.ladder)
        if not self._state.is_read_only:
            self._offer_orders(menu, price, shown)
        menu.addAction(f"Alert at {shown}\tShift+A").setData(AlertWish(price))

    def _offer_orders(self, menu: QMenu, price: Decimal, shown: str) -> None:
        for side in Side:
            kind = kind_at(side, price, self._view.last_close)
            word = "limit" if kind is OrderType.LIMIT else "stop"
            title = f"{side.value.capitalize()} {word} {shown} in the ticket"
            self._add(menu, title, PriceWish(side, kind, price))
        menu.addSeparator()
        for side in Side:
            kind = kind_at(side, price, self._view.last_close)
            word = "limit" if kind is OrderType.LIMIT else "stop"
            title = f"{side.value.capitalize()} {word} {shown} on the chart"
            key = "\tShift+B" if side is Side.BUY else "\tShift+S"
            self._add(menu, title + key, StageWish(side, price, exits=False))
        for side in Side:
            title = f"{side.value.capitalize()} {shown} with target and stop"
            self._add(menu, title, StageWish(side, price, exits=True))
        menu.addSeparator()

    def _add(self, menu: QMenu, title: str, wish: PriceWish | StageWish) -> None:
        menu.addAction(title).setData(wish)

    @Slot(QAction)
    def _on_price_chosen(self, action: QAction) -> None:
        wish = action.data()
        if isinstance(wish, PriceWish):
            self.price_requested.emit(wish)
        elif isinstance(wish, StageWish):
            self.stage_requested.emit(wish)
        elif isinstance(wish, AlertWish):
            self.alert_requested.emit(wish)


def _why_ended(order: OrderView | None) -> str:
    """Say what became of an order while its line was held."""
    if order is None or not order.is_working:
        state = "gone" if order is None else order.display_state.lower()
        return f"The order ended meanwhile ({state}): nothing was changed by the drag."
    if order.cancel is not Pending.NONE:
        return "The order is being cancelled: nothing was changed by the drag."
    return "The order is being changed already: nothing was changed by the drag."
