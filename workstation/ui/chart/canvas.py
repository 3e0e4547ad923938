"""The area of the chart: paints the view and turns mouse, wheel and keys into moves of it."""

import math
from enum import Enum, auto

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from workstation.ui import theme
from workstation.ui.chart.chart_tool import ChartTool
from workstation.ui.chart.layer import ChartLayer
from workstation.ui.chart.overlay import (
    ChartOverlay,
    Words,
    countdown_rect,
    last_price_row,
    tag_rect,
)
from workstation.ui.chart.study_painter import draw_labels
from workstation.ui.chart.view import ChartView

NOTCH = 120
"""Eighths of a degree in one notch of an ordinary wheel."""

PAN_SHARE = 10
"""An arrow key moves a tenth of the width."""


class _Drag(Enum):
    NOTHING = auto()
    PLOT = auto()
    PRICE_AXIS = auto()
    SEPARATOR = auto()
    TOOL = auto()


class ChartCanvas(QWidget):
    """Shows a ChartView. Draws only what changed, and nothing while hidden."""

    view_moved = Signal()
    """The user went somewhere else; older bars may be needed."""

    range_set = Signal()
    """The price range was set by hand, or given back."""

    def __init__(self, view: ChartView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        self.words = Words()
        self.layer = ChartLayer()
        self._overlay = ChartOverlay()
        self.mouse: QPoint | None = None
        """Where the crosshair is, in device pixels; None while the mouse is elsewhere."""

        self._drag = _Drag.NOTHING
        self._drag_from = QPoint()
        self.tools: list[ChartTool] = []
        """What lies over the bars, the undermost first."""

        self._held: ChartTool | None = None
        self._wheel = 0
        self._edge = 0
        self._is_stale = True
        self._stale_since: int | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 90)
        self.setAccessibleName("Chart")

    @override
    def sizeHint(self) -> QSize:
        return QSize(640, 320)

    def show_anew(self) -> None:
        """Take entirely other bars."""
        self._overlay.forget_widths()
        self.refresh()

    def refresh(self) -> None:
        """Draw everything again, once it is seen."""
        self._is_stale = True
        self.update()

    def refresh_newest(self, since: int) -> None:
        """Draw the bars from index `since` on again; all of it only if the scales changed."""
        self._stale_since = since if self._stale_since is None else min(since, self._stale_since)
        self.view.studies.changed_since(since)
        # The whole picture is copied again: a clip of several pieces makes that 20 times slower.
        self.update()

    def _settle(self) -> None:
        """Work out what changed since the last painting."""
        since, self._stale_since = self._stale_since, None
        if self._is_stale or since is not None:
            if self.view.settle() or self._is_stale:
                self.layer.make_stale()
            elif since is not None:
                self.layer.make_strip_stale(self.view.last_bars(since))
        self._is_stale = False

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
        part = _outward(event.rect(), ratio)
        painter.drawPixmap(part, self.layer.pixmap, part)
        self._draw_overlay(painter, colours)
        painter.end()

    def _draw_overlay(self, painter: QPainter, colours: theme.Theme) -> None:
        view, overlay = self.view, self._overlay
        if not len(view.bars):
            overlay.draw_header(painter, view, colours, None, self.words.title)
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
        overlay.draw_header(painter, view, colours, hovered, self.words.title)
        draw_labels(painter, view, colours, hovered)

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
        width, height = round(self.width() * ratio), round(self.height() * ratio)
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
        for tool in reversed(self.tools):
            if tool.press(self._drag_from, event.modifiers()):
                self._drag, self._held = _Drag.TOOL, tool
                return
        in_axis = self.view.layout.price_axis.contains(self._drag_from)
        edge = self.view.layout.separator_at(self._drag_from.y())
        self._drag = _Drag.PRICE_AXIS if in_axis else _Drag.PLOT
        if edge is not None:
            self._drag, self._edge = _Drag.SEPARATOR, edge

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag, self._drag = self._drag, _Drag.NOTHING
        held, self._held = self._held, None
        if drag is _Drag.TOOL and held is not None:
            held.release(self._place_of(event))
        super().mouseReleaseEvent(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self._place_of(event)
        if self._drag is _Drag.TOOL and self._held is not None:
            self._held.drag(place)
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
        self._moved_by(-moved.x())

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
        turned = event.angleDelta()
        ratio = self.view.layout.ratio
        place = event.position() * ratio
        if abs(turned.x()) > abs(turned.y()):
            self._moved_by(-round(turned.x() * ratio / 2))
        else:
            self._wheel += turned.y()
            steps = math.trunc(self._wheel / NOTCH)
            self._wheel -= steps * NOTCH
            if self.view.layout.price_axis.contains(place.toPoint()):
                self.view.prices.stretch(-steps * self.view.prices.height / 25)
                self.refresh()
            elif steps:
                self._zoom(steps, min(round(place.x()), self.view.time.width))
        event.accept()

    # -- keys ---------------------------------------------------------------------------------

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if any(tool.key(event) for tool in reversed(self.tools)):
            return
        key = Qt.Key
        width = self.view.time.width
        match event.key():
            case key.Key_Left | key.Key_Right:
                step = max(3 * self.view.time.spacing, width // PAN_SHARE)
                self._moved_by(-step if event.key() == key.Key_Left else step)
            case key.Key_PageUp | key.Key_PageDown:
                self._moved_by(-width if event.key() == key.Key_PageUp else width)
            case key.Key_Plus | key.Key_Equal:
                self._zoom(1, self._key_anchor())
            case key.Key_Minus:
                self._zoom(-1, self._key_anchor())
            case key.Key_Home | key.Key_End:
                self.show_newest()
            case _:
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

    def _key_anchor(self) -> int:
        """Return the column that stays: the newest bar if it is in sight, else the middle."""
        time = self.view.time
        newest = time.middle_of(self.view.bars.end - 1)
        return newest if 0 <= newest < time.width else time.width // 2

    def _zoom(self, steps: int, anchor: int) -> None:
        self.view.zoom(steps, anchor)
        self.refresh()
        self.view_moved.emit()

    def _moved_by(self, columns: int) -> None:
        self.view.pan(columns)
        self.refresh()
        self.view_moved.emit()

    # -- places -------------------------------------------------------------------------------

    def _place_of(self, event: QMouseEvent) -> QPoint:
        place = event.position() * self.view.layout.ratio
        return QPoint(math.floor(place.x()), math.floor(place.y()))

    def _move_crosshair(self, place: QPoint | None) -> None:
        self.mouse = place
        self.update()


def _outward(area: QRect, ratio: float) -> QRect:
    """Scale a rectangle to the smallest one of whole numbers that covers it."""
    left, top = math.floor(area.left() * ratio), math.floor(area.top() * ratio)
    right = math.ceil((area.left() + area.width()) * ratio)
    bottom = math.ceil((area.top() + area.height()) * ratio)
    return QRect(left, top, right - left, bottom - top)
