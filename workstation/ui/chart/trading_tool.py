"""Trading on the chart: lines of orders and position, dragged, cancelled, and prices taken."""

from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QObject, QPoint, QPointF, QRect, Qt, Signal, Slot
from PySide6.QtGui import QAction, QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import QMenu, QWidget
from typing_extensions import override

from workstation.domain.ids import ConId
from workstation.domain.order import OrderType, Side
from workstation.ui import text
from workstation.ui.chart.candles import fill, lines
from workstation.ui.chart.chart_tool import ChartTool
from workstation.ui.chart.order_lines import (
    OrderLine,
    PositionLine,
    nearest_price,
    order_lines,
    position_line,
    preview_words,
)
from workstation.ui.chart.overlay import tag_rect
from workstation.ui.chart.view import ChartView
from workstation.ui.screen_state import ScreenState
from workstation.ui.theme import Theme

REACH = 5
"""Logical pixels from a line within which it can be taken hold of."""

LEAST_DRAG = 3
"""Logical pixels a line must be moved: a click changes nothing."""

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter


@dataclass(frozen=True, slots=True)
class PriceWish:
    """A price the user pointed at, for the ticket to take; nothing is sent."""

    side: Side
    order_type: OrderType
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


class TradingTool(QObject):
    """Shows working orders and the position; asks, never acts. GUI thread."""

    change_requested = Signal(object)
    """A line was let go at another price: OrderChange."""

    cancel_requested = Signal(object)
    """The cross of a line was pressed: tuple[OrderView, ...]."""

    price_requested = Signal(object)
    """The user wants an order at a price: PriceWish."""

    def __init__(self, view: ChartView, state: ScreenState, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._view, self._state, self._canvas = view, state, canvas
        self.con_id: ConId | None = None
        self._is_paused = False
        self.handle = _Handle(self)
        self._lines: list[OrderLine] = []
        self._position: PositionLine | None = None
        self._shown: list[_Shown] = []
        self._drag: _Drag | None = None
        self._pressed_cross: tuple[object, bool] | None = None
        self._menu: QMenu | None = None

    def show_contract(self, con_id: ConId | None) -> None:
        """Show the lines of another contract; a drag under way changes nothing."""
        self._drag = None
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
        """Take orders and position as they are now."""
        before = (self._lines, self._position)
        self._lines = order_lines(self._state, self.con_id)
        self._position = position_line(self._state, self.con_id)
        drag = self._drag
        if drag is not None:
            now = [line for line in self._lines if line.id == drag.line.id and line.can_move]
            self._drag = drag if now else None  # filled or cancelled in the meantime
        if before != (self._lines, self._position):
            self._canvas.update()

    # -- painting -----------------------------------------------------------------------------

    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Draw every line in sight, the one being dragged at its new price."""
        self._shown = []
        if self._position is not None:
            row = self._row(self._position.price)
            if row is not None:
                label = self._position.label(self._view.ladder)
                profit = self._position.position.unrealized_pnl or 0.0
                colour = QColor(theme.up if profit >= 0 else theme.down)
                self._paint_line(painter, row, colour, dash=0)
                self._paint_label(painter, row, label, colour, theme)
        for line in self._lines:
            self._paint_order(painter, line, theme)
        if self._drag is not None and self._drag.has_moved:
            self._paint_preview(painter, self._drag, theme)

    def tag_rows(self) -> list[int]:
        """Return the rows of the tags on the price axis."""
        rows = (self._row(self._shown_price(line)) for line in self._lines)
        return [row for row in rows if row is not None]

    def _shown_price(self, line: OrderLine) -> float:
        drag = self._drag
        return float(drag.price if drag is not None and drag.line.id == line.id else line.price)

    def _paint_order(self, painter: QPainter, line: OrderLine, theme: Theme) -> None:
        price = self._shown_price(line)
        row = self._row(price)
        if row is None:
            return
        colour = QColor(theme.buy if line.order.side is Side.BUY else theme.sell)
        self._paint_line(painter, row, colour, dash=3 if line.can_move else 1)
        label = line.label(self._view.ladder)
        place = self._paint_label(
            painter, row, label, colour, theme, cross=line.can_cancel, taken=self._shown
        )
        cross = QRect()
        if line.can_cancel:
            cross = QRect(
                place.right() - place.height(), place.top(), place.height(), place.height()
            )
        self._shown.append(_Shown(line, place, cross))
        tag = tag_rect(self._view, row)
        painter.fillRect(tag, colour)
        painter.setPen(QColor(theme.on_side))
        painter.drawText(tag, _CENTRE, self._view.price_text(price))

    def _paint_line(self, painter: QPainter, row: int, colour: QColor, dash: int) -> None:
        width = self._view.layout.prices.width()
        if not dash:
            painter.fillRect(0, row, width, 1, colour)
            return
        step = self._view.layout.pixels(2 * dash)
        pieces = [(x, row, step, 1) for x in range(0, width, 2 * step if dash == 1 else step + 2)]
        fill(painter, lines(pieces), colour)

    def _paint_label(
        self,
        painter: QPainter,
        row: int,
        label: str,
        colour: QColor,
        theme: Theme,
        *,
        cross: bool = False,
        taken: list[_Shown] | None = None,
    ) -> QRect:
        layout = self._view.layout
        gap, height = layout.pixels(5), layout.line + layout.pixels(2)
        width = self._view.text_width(label) + 2 * gap + (height if cross else 0)
        place = QRect(layout.prices.width() - width - gap, row - height // 2, width, height)
        for other in taken or ():
            if place.intersects(other.label):
                place.moveRight(other.label.left() - gap)
        painter.fillRect(place, QColor(theme.base))
        painter.setPen(colour)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place.adjusted(0, 0, -1, -1))
        painter.setPen(QColor(theme.text))
        painter.drawText(place.adjusted(gap, 0, 0, 0), _LEFT, label)
        if cross:
            box = QRect(place.right() - height, place.top(), height, height)
            painter.drawText(box, _CENTRE, "✕")
        return place

    def _paint_preview(self, painter: QPainter, drag: _Drag, theme: Theme) -> None:
        layout = self._view.layout
        words = preview_words(drag.line, drag.price, self._state)
        words = f"{words} · release to change, Esc to leave"
        row = self._row(float(drag.price)) or layout.prices.top()
        gap, height = layout.pixels(6), layout.line + layout.pixels(4)
        top = row - 2 * height if row - 2 * height > layout.prices.top() else row + height
        width = min(self._view.text_width(words) + 2 * gap, layout.prices.width())
        place = QRect(gap, top, width, height)
        painter.fillRect(place, QColor(theme.raised))
        painter.setPen(QColor(theme.text))
        painter.drawText(place.adjusted(gap, 0, 0, 0), _LEFT, words)

    def _row(self, price: float) -> int | None:
        """Return the row of a price, None out of sight."""
        pane = self._view.layout.prices
        row = self._view.prices.y_of(price)
        return row if pane.top() <= row <= pane.bottom() else None

    # -- mouse and keys -----------------------------------------------------------------------

    def press(self, place: QPoint) -> bool:
        """Take hold of a line, or of its cross."""
        if self._is_paused:
            return False
        for shown in reversed(self._shown):
            if shown.cross.contains(place):
                self._pressed_cross = shown.line.id
                return True
        line = self._line_at(place)
        if line is None or not line.can_move or not self._state.can_exit:
            return False
        self._drag = _Drag(line, place.y(), line.price)
        return True

    def drag(self, place: QPoint) -> None:
        """Move the line that is held."""
        drag = self._drag
        if drag is None:
            return
        far = abs(place.y() - drag.start) >= self._view.layout.pixels(LEAST_DRAG)
        drag.has_moved = drag.has_moved or far
        if drag.has_moved:
            price = nearest_price(self._view.prices.price_at(place.y()), self._view.ladder)
            drag.price = price
            self._canvas.update()

    def release(self, place: QPoint) -> None:
        """Let the line go: one change, or none outside the prices and at the old price."""
        cross, self._pressed_cross = self._pressed_cross, None
        drag, self._drag = self._drag, None
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
        self._drag = self._pressed_cross = None
        if was_held:
            self._canvas.update()
        return was_held

    def cursor_at(self, place: QPoint) -> Qt.CursorShape | None:
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

    def open_menu(self, place: QPoint, on_screen: QPointF) -> bool:
        """Offer orders at the price under the mouse; the ticket takes them, nothing is sent."""
        view = self._view
        if not view.layout.prices.contains(place) or self.con_id is None or not len(view.bars):
            return False
        price = nearest_price(view.prices.price_at(place.y()), view.ladder)
        shown = text.exact_price(price, view.ladder)
        last = Decimal(str(view.last_close))
        menu = QMenu(self._canvas)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for side in Side:
            is_limit = (price <= last) is (side is Side.BUY)
            kind = OrderType.LIMIT if is_limit else OrderType.STOP
            word = "limit" if is_limit else "stop"
            action = menu.addAction(f"{side.value.capitalize()} {word} {shown} in the ticket")
            action.setData(PriceWish(side, kind, price))
            action.setEnabled(not self._state.is_read_only)
        menu.triggered.connect(self._on_price_chosen)
        self._menu = menu
        menu.popup(on_screen.toPoint())
        return True

    @Slot(QAction)
    def _on_price_chosen(self, action: QAction) -> None:
        wish = action.data()
        if isinstance(wish, PriceWish):
            self.price_requested.emit(wish)


class _Handle(ChartTool):
    """Joins the tool to the canvas; a QObject cannot be both."""

    def __init__(self, tool: TradingTool) -> None:
        self._tool = tool

    @override
    def paint(self, painter: QPainter, theme: Theme) -> None:
        self._tool.paint(painter, theme)

    @override
    def tag_rows(self) -> list[int]:
        return self._tool.tag_rows()

    @override
    def press(self, place: QPoint, modifiers: Qt.KeyboardModifier) -> bool:
        return self._tool.press(place)

    @override
    def drag(self, place: QPoint) -> None:
        self._tool.drag(place)

    @override
    def release(self, place: QPoint) -> None:
        self._tool.release(place)

    @override
    def hover(self, place: QPoint) -> Qt.CursorShape | None:
        return self._tool.cursor_at(place)

    @override
    def context(self, place: QPoint, on_screen: QPointF) -> bool:
        return self._tool.open_menu(place, on_screen)

    @override
    def key(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Escape and self._tool.give_up()

    @override
    def leave(self) -> None:
        self._tool.give_up()
