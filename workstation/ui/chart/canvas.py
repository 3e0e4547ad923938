"""The area of the chart: paints the view and turns mouse, wheel and keys into moves of it."""

import math
from enum import Enum, auto

import shiboken6
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from workstation.ui import theme
from workstation.ui.chart.chart_tool import ChartTool
from workstation.ui.chart.data_box import draw_data_box
from workstation.ui.chart.layer import ChartLayer
from workstation.ui.chart.line_entry import FOR_A_WHILE
from workstation.ui.chart.live_paint import live_painter
from workstation.ui.chart.navigation import Navigation
from workstation.ui.chart.overlay import (
    ChartOverlay,
    Words,
    countdown_rect,
    last_price_row,
    tag_rect,
)
from workstation.ui.chart.view import ChartView
from workstation.ui.gui_lane import while_alive


class _Drag(Enum):
    NOTHING = auto()
    PLOT = auto()
    PRICE_AXIS = auto()
    SEPARATOR = auto()
    TOOL = auto()
    BOX = auto()


class ChartCanvas(QWidget):
    """Shows a ChartView. Draws only what changed, and nothing while hidden."""

    view_moved = Signal()
    """The user went somewhere else; older bars may be needed."""

    range_set = Signal()
    """The price range was set by hand, or given back."""

    crosshair_moved = Signal(object)
    """Seconds since 1970 of the bar under the crosshair, None once it has left: float | None."""

    focused = Signal()
    """The keyboard is for this chart from now on."""

    def __init__(self, view: ChartView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        self.words = Words()
        view.studies.answered = while_alive(self.repaint_newest)
        self.layer = ChartLayer()
        self._overlay = ChartOverlay()
        self.mouse: QPoint | None = None
        """Where the crosshair is, in device pixels; None while the mouse is elsewhere."""

        self._drag = _Drag.NOTHING
        self._drag_from = QPoint()
        self.tools: list[ChartTool] = []
        """What lies over the bars, the undermost first."""

        self._held: ChartTool | None = None
        self.navigation = Navigation(view, self)
        self.navigation.moved.connect(self._on_moved)
        self.navigation.ranged.connect(self.range_set)
        self._box: QRect | None = None
        self.elsewhere: float | None = None
        """Seconds under the crosshair of another chart that is linked to this one."""

        self._edge = 0
        self._is_stale = True
        self._is_moved = False
        self._stale_since: int | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(80, 60)
        self.setAccessibleName("Chart")

    @override
    def sizeHint(self) -> QSize:
        return QSize(640, 320)

    def show_anew(self) -> None:
        """Take entirely other bars."""
        self._overlay.forget_widths()
        self.refresh()

    @property
    def is_there(self) -> bool:
        """Whether Qt still has the widget: where a window goes, it may go before its panel."""
        return shiboken6.isValid(self)

    def refresh_words(self) -> None:
        """Draw what lies over the bars again."""
        if self.is_there:
            self.update()

    def refresh(self) -> None:
        """Draw everything again, once it is seen."""
        self._is_stale = True
        self.refresh_words()

    def refresh_in_turn(self) -> None:
        """Draw everything again when it is this chart's turn: bars end on all charts at once."""
        self._is_stale = True
        live_painter().request(self)

    def refresh_moved(self) -> None:
        """Draw what came into sight, or everything anew, after a move or a zoom."""
        self._is_moved = True
        self.refresh_words()

    def refresh_newest(self, since: int) -> None:
        """Take the bars from index `since` on as others, and draw them again."""
        self.view.studies.changed_since(since)
        self.repaint_newest(since)

    def repaint_newest(self, since: int) -> None:
        """Draw the bars from index `since` on again; all of it only if the scales changed."""
        self._stale_since = since if self._stale_since is None else min(since, self._stale_since)
        # The whole picture is copied again: a clip of several pieces makes that 20 times slower.
        live_painter().request(self)

    def refresh_live(self) -> None:
        """Draw the lines and words over the bars on again, when it is this chart's turn."""
        live_painter().request(self)

    def _settle(self) -> None:
        """Work out what changed since the last painting."""
        since, self._stale_since = self._stale_since, None
        if self._is_stale or self._is_moved or since is not None:
            changed = self.view.settle()
            if self._is_stale:
                self.layer.make_stale()
            elif changed or self._is_moved:
                self.layer.note_move()
            if since is not None:
                self.layer.make_strip_stale(self.view.last_bars(since))
        self._is_stale = self._is_moved = False

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        if ratio != self.view.layout.ratio:
            self._take_size()
        self._settle()
        colours = theme.paint().theme
        self.layer.use_theme(colours)
        self.layer.refresh(self.view)
        painter = QPainter(self)
        painter.scale(1 / ratio, 1 / ratio)  # one unit is one device pixel from here on
        painter.setFont(self.view.layout.font)
        self.layer.paint(painter, _outward(event.rect(), ratio))
        self._draw_overlay(painter, colours)
        painter.end()

    def draw_over(self, painter: QPainter, colours: theme.Theme) -> None:
        """Draw tools, tags and words over a picture that is not this widget's, without the mouse."""
        kept = self.mouse, self.elsewhere, self._box
        self.mouse = self.elsewhere = self._box = None
        self._overlay.forget_widths()
        try:
            self._draw_overlay(painter, colours)
        finally:
            self.mouse, self.elsewhere, self._box = kept
            self._overlay.forget_widths()

    def _draw_overlay(self, painter: QPainter, colours: theme.Theme) -> None:
        view, overlay = self.view, self._overlay
        if not len(view.bars):
            overlay.draw_header(painter, view, colours, None, self.words)
            overlay.draw_state(painter, view, colours, self.words.state)
            return
        hovered = view.bars.end - 1
        overlay.draw_price_axis(painter, view, colours, self._tags())
        overlay.draw_quotes(painter, view, colours)
        overlay.draw_last_price(painter, view, colours, self.words.countdown)
        overlay.draw_notes(painter, view, colours, self.words)
        for tool in self.tools:
            tool.paint(painter, colours)
        if self.mouse is not None and view.layout.plot.contains(self.mouse):
            overlay.draw_crosshair(painter, view, colours, self.mouse)
            index = view.index_at(self.mouse.x())
            hovered = hovered if index is None else index
        elif self.elsewhere is not None:
            index = overlay.draw_elsewhere(painter, view, colours, self.elsewhere)
            hovered = hovered if index is None else index
        if self._box is not None:
            overlay.draw_box(painter, view, colours, self._box)
        if view.settings.data_box:
            draw_data_box(painter, view, colours, hovered)
        overlay.draw_header(painter, view, colours, hovered, self.words)
        overlay.draw_labels(painter, view, colours, hovered)

    def _tags(self) -> list[QRect]:
        """Return where the price axis is covered."""
        last = last_price_row(self.view)
        rows = [] if last is None else [last]
        if self.mouse is not None and self.view.layout.prices.contains(self.mouse):
            rows.append(self.mouse.y())
        rows += [row for tool in self.tools for row in tool.tag_rows()]
        tags = [tag_rect(self.view, row) for row in rows]
        if last is not None and self.words.countdown:
            tags.append(countdown_rect(self.view, tags[0]))
        return tags

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._take_size()
        super().resizeEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange}:
            self._take_size()
        super().changeEvent(event)

    def _take_size(self) -> None:
        ratio = self.devicePixelRatioF()
        # Rather a part of a pixel too much than a column that nothing paints.
        width, height = math.ceil(self.width() * ratio), math.ceil(self.height() * ratio)
        self.view.resize(width, height, self.font(), ratio)
        self.refresh()
        self.view_moved.emit()

    # -- mouse --------------------------------------------------------------------------------

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self._drag_from = self._place_of(event)
        self.navigation.grab()
        for tool in reversed(self.tools):
            if tool.press(self._drag_from, event.modifiers()):
                self._drag, self._held = _Drag.TOOL, tool
                return
        in_axis = self.view.layout.price_axis.contains(self._drag_from)
        edge = self.view.layout.separator_at(self._drag_from.y())
        self._drag = _Drag.PRICE_AXIS if in_axis else _Drag.PLOT
        if edge is not None:
            self._drag, self._edge = _Drag.SEPARATOR, edge
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not in_axis:
            self._drag, self._box = _Drag.BOX, QRect(self._drag_from, self._drag_from)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag, self._drag = self._drag, _Drag.NOTHING
        held, self._held = self._held, None
        if drag is _Drag.TOOL and held is not None:
            held.release(self._place_of(event))
        elif drag is _Drag.PLOT:
            self.navigation.let_go()
        elif drag is _Drag.BOX:
            self._end_box()
        super().mouseReleaseEvent(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self._place_of(event)
        if self._drag is _Drag.TOOL and self._held is not None:
            self._held.drag(place)
            self._move_crosshair(place)
            return
        if self._drag is _Drag.BOX and self._box is not None:
            self._box.setBottomRight(place)
            self._move_crosshair(place)
            return
        moved = place - self._drag_from
        if self._drag is not _Drag.NOTHING:
            self.mouse, self._drag_from = place, place
            self._drag_by(moved)
            return
        in_axis = self.view.layout.price_axis.contains(place)
        on_edge = self.view.layout.separator_at(place.y()) is not None
        is_upright = in_axis or on_edge
        usual = Qt.CursorShape.SizeVerCursor if is_upright else Qt.CursorShape.CrossCursor
        found = (tool.hover(place) for tool in reversed(self.tools))
        self.setCursor(next((cursor for cursor in found if cursor is not None), usual))
        self._move_crosshair(place)

    def _drag_by(self, moved: QPoint) -> None:
        if self._drag is _Drag.PRICE_AXIS:
            if moved.y():
                self.view.prices.stretch(moved.y())
                self.refresh()
                self.range_set.emit()
            return
        if self._drag is _Drag.SEPARATOR:
            self.view.drag_separator(self._edge, moved.y())
            self.refresh()
            return
        if self.view.prices.is_manual and moved.y():
            self.view.prices.shift(moved.y())
        self.navigation.pull(-moved.x())

    def _end_box(self) -> None:
        box, self._box = self._box, None
        if box is not None:
            self.navigation.show_box(box)
        self.update()

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._drag = _Drag.NOTHING
        place = self._place_of(event)
        if any(tool.double_click(place) for tool in reversed(self.tools)):
            return
        if self.view.layout.price_axis.contains(self._place_of(event)):
            self.fit_prices()
        else:
            self.show_newest()

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        ratio = self.view.layout.ratio
        place = QPoint(round(event.x() * ratio), round(event.y() * ratio))
        on_screen = QPointF(event.globalPos())
        if not any(tool.context(place, on_screen) for tool in reversed(self.tools)):
            super().contextMenuEvent(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() not in FOR_A_WHILE:  # else the user only came back to the window
            self.focused.emit()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        for tool in self.tools:
            tool.leave()
        super().focusOutEvent(event)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._move_crosshair(None)
        super().leaveEvent(event)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        if len(self.view.bars):
            self.navigation.wheel(event)
        event.accept()

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and len(self.view.bars):
            self.navigation.pinch(event)
            return True
        return super().event(event)

    # -- keys ---------------------------------------------------------------------------------

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if any(tool.key(event) for tool in reversed(self.tools)):
            return
        if event.key() == Qt.Key.Key_Escape and self._box is not None:
            self._drag, self._box = _Drag.NOTHING, None
            self.update()
        elif not self.navigation.key(event):
            super().keyPressEvent(event)

    def show_newest(self) -> None:
        """Bring the newest bar into sight."""
        self.view.show_newest()
        self.refresh()

    def fit_prices(self) -> None:
        """Let the price range follow the bars again."""
        self.view.prices.is_manual = False
        self.refresh()
        self.range_set.emit()

    @Slot()
    def _on_moved(self) -> None:
        self.refresh_moved()
        self.view_moved.emit()

    # -- places -------------------------------------------------------------------------------

    def _place_of(self, event: QMouseEvent) -> QPoint:
        place = event.position() * self.view.layout.ratio
        return QPoint(math.floor(place.x()), math.floor(place.y()))

    def _move_crosshair(self, place: QPoint | None) -> None:
        self.mouse = place
        self.update()
        self.crosshair_moved.emit(self._seconds_under(place))

    def _seconds_under(self, place: QPoint | None) -> float | None:
        if place is None or not len(self.view.bars) or not self.view.layout.plot.contains(place):
            return None
        return self.view.seconds_at(self.view.time.index_at(place.x()))

    def show_elsewhere(self, seconds: float | None) -> None:
        """Mark the time under the crosshair of a linked chart, None for nowhere."""
        if seconds != self.elsewhere:
            self.elsewhere = seconds
            self.update()


def _outward(area: QRect, ratio: float) -> QRect:
    """Scale a rectangle to the smallest one of whole numbers that covers it."""
    left, top = math.floor(area.left() * ratio), math.floor(area.top() * ratio)
    right = math.ceil((area.left() + area.width()) * ratio)
    bottom = math.ceil((area.top() + area.height()) * ratio)
    return QRect(left, top, right - left, bottom - top)
