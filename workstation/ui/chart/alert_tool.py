"""Price alerts as lines on the chart: set at a price, dragged elsewhere, taken away."""

from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QObject, QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from typing_extensions import override

from workstation.bridge.commands import CommandPort
from workstation.domain.alert import Direction, MoveAlert, PlaceAlert, PriceAlert, RemoveAlert
from workstation.domain.commands import CommandResult, Done, Failed
from workstation.domain.ids import ConId
from workstation.ui import text
from workstation.ui.chart.canvas import ChartCanvas
from workstation.ui.chart.chart_tool import ChartTool
from workstation.ui.chart.order_lines import nearest_price
from workstation.ui.chart.trading_paint import PriceLinePainter
from workstation.ui.chart.trading_tool import AlertWish
from workstation.ui.screen_state import ScreenState
from workstation.ui.theme import Theme

REACH = 5
"""Logical pixels from a line within which it can be taken hold of."""

LEAST_DRAG = 3


@dataclass(slots=True)
class _Drag:
    alert: PriceAlert
    start: int
    price: Decimal
    has_moved: bool = False


@dataclass(frozen=True, slots=True)
class _Shown:
    alert: PriceAlert
    label: QRect
    cross: QRect


class AlertTool(QObject, ChartTool):
    """Shows the alerts of one contract; the core watches and keeps them. GUI thread."""

    told = Signal(object)
    """A sentence for the user and its tone: tuple[str, str]."""

    def __init__(self, canvas: ChartCanvas, state: ScreenState, commands: CommandPort) -> None:
        super().__init__(canvas)
        self._canvas, self._view, self._state = canvas, canvas.view, state
        self._commands = commands
        self._painter = PriceLinePainter(canvas.view)
        self.con_id: ConId | None = None
        self.alerts: tuple[PriceAlert, ...] = ()
        self._shown: list[_Shown] = []
        self._drag: _Drag | None = None
        self._pressed: int | None = None

    def show_contract(self, con_id: ConId | None) -> None:
        """Show the alerts of another contract."""
        self.con_id = con_id
        self._drag = self._pressed = None
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Take the alerts as they are now; a drag whose alert is gone ends."""
        self.alerts = tuple(a for a in self._state.alerts if a.con_id == self.con_id)
        drag = self._drag
        if drag is not None and drag.alert.number not in {a.number for a in self.alerts}:
            self._drag = None
        self._canvas.update()

    @Slot(object)
    def place(self, wish: AlertWish) -> None:
        """Set an alert at a price."""
        if self.con_id is not None:
            self._commands.send(PlaceAlert(self.con_id, wish.price), self._take_answer)

    def _take_answer(self, result: CommandResult) -> None:
        if isinstance(result, Failed):
            self.told.emit((f"No alert: {text.one_line(result.reason, 200)}", "warning"))
        elif isinstance(result, Done) and result.text:
            self.told.emit((text.one_line(result.text, 200), "good"))

    # -- painting -----------------------------------------------------------------------------

    @override
    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Draw every alert in sight, the one being dragged at its new price."""
        self._shown = []
        for alert in self.alerts:
            price = self._price_of(alert)
            row = self._painter.row_of(float(price))
            if row is None:
                continue
            is_moving = self._drag is not None and self._drag.alert.number == alert.number
            is_over = alert.fired_at is not None and not is_moving
            colour = QColor(theme.muted if is_over else theme.warning)
            self._painter.line(painter, row, colour, dash=1)
            place, buttons = self._painter.label(
                painter,
                row,
                self.label_of(alert, price),
                colour,
                theme,
                buttons=("✕",),
                taken=[shown.label for shown in self._shown],
            )
            self._shown.append(_Shown(alert, place, buttons[0]))

    def label_of(self, alert: PriceAlert, price: Decimal) -> str:
        """Write what an alert waits for, or when it fired."""
        shown = text.exact_price(price, self._view.ladder)
        if alert.fired_at is not None and price == alert.price:
            when = alert.fired_at.astimezone(self._view.marks.zone)
            return f"Alert {shown} fired {when:%d %b %H:%M:%S}"
        signs = {Direction.RISES: "≥ ", Direction.FALLS: "≤ ", None: ""}
        sign = signs[alert.direction] if price == alert.price else ""
        return f"Alert {sign}{shown} · CLIENT-SIDE"

    def _price_of(self, alert: PriceAlert) -> Decimal:
        drag = self._drag
        is_held = drag is not None and drag.alert.number == alert.number
        return drag.price if drag is not None and is_held else alert.price

    # -- mouse and keys -----------------------------------------------------------------------

    @override
    def press(self, place: QPoint, modifiers: Qt.KeyboardModifier) -> bool:
        """Take hold of a line, or of its cross."""
        for shown in reversed(self._shown):
            if shown.cross.contains(place):
                self._pressed = shown.alert.number
                return True
        alert = self._at(place)
        if alert is not None:
            self._drag = _Drag(alert, place.y(), alert.price)
        return alert is not None

    @override
    def drag(self, place: QPoint) -> None:
        """Move the alert that is held."""
        drag = self._drag
        if drag is None:
            return
        far = abs(place.y() - drag.start) >= self._view.layout.pixels(LEAST_DRAG)
        drag.has_moved = drag.has_moved or far
        if drag.has_moved:
            drag.price = nearest_price(self._view.prices.price_at(place.y()), self._view.ladder)
            self._canvas.update()

    @override
    def release(self, place: QPoint) -> None:
        """Set the alert where it was let go, or take it away where its cross was pressed."""
        drag, self._drag = self._drag, None
        pressed, self._pressed = self._pressed, None
        if pressed is not None:
            hit = [s for s in self._shown if s.alert.number == pressed and s.cross.contains(place)]
            if hit:
                self._commands.send(RemoveAlert(pressed), self._take_answer)
        elif drag is not None and drag.has_moved and self._view.layout.prices.contains(place):
            self._commands.send(MoveAlert(drag.alert.number, drag.price), self._take_answer)
        self._canvas.update()

    def give_up(self) -> bool:
        """Put an alert that is held back where it was; False if none is."""
        was_held = self._drag is not None or self._pressed is not None
        self._drag = self._pressed = None
        if was_held:
            self._canvas.update()
        return was_held

    @override
    def leave(self) -> None:
        """Put back what is held: the button was taken away."""
        self.give_up()

    @override
    def hover(self, place: QPoint) -> Qt.CursorShape | None:
        """Return the cursor for a place."""
        if any(shown.cross.contains(place) for shown in self._shown):
            return Qt.CursorShape.PointingHandCursor
        return Qt.CursorShape.SizeVerCursor if self._at(place) is not None else None

    @override
    def key(self, event: QKeyEvent) -> bool:
        """Shift+A sets an alert at the crosshair, Esc puts back what is held."""
        if event.key() == Qt.Key.Key_Escape:
            return self.give_up()
        is_ours = event.key() == Qt.Key.Key_A
        if not is_ours or event.modifiers() != Qt.KeyboardModifier.ShiftModifier:
            return False
        mouse = self._canvas.mouse
        if mouse is None or not self._view.layout.prices.contains(mouse):
            return False
        if not event.isAutoRepeat() and len(self._view.bars):
            price = nearest_price(self._view.prices.price_at(mouse.y()), self._view.ladder)
            self.place(AlertWish(price))
        return True

    def _at(self, place: QPoint) -> PriceAlert | None:
        if not self._view.layout.prices.contains(place):
            return None
        for shown in reversed(self._shown):
            if shown.label.contains(place):
                return shown.alert
        reach = self._view.layout.pixels(REACH)
        for shown in reversed(self._shown):
            if abs(self._view.prices.y_of(float(shown.alert.price)) - place.y()) <= reach:
                return shown.alert
        return None
