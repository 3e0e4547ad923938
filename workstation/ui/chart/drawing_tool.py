"""Drawing with the mouse: make, select, move, copy, style, lock and hide."""

from dataclasses import replace

from PySide6.QtCore import QObject, QPoint, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QAction, QColor, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget
from typing_extensions import override

from workstation.ui import text
from workstation.ui.chart.chart_tool import ChartTool
from workstation.ui.chart.drawing_shapes import Label, Shape, place_of, shape_of
from workstation.ui.chart.drawings import Drawing, DrawingBook, Point, Tool, finished
from workstation.ui.chart.styles import pen_of
from workstation.ui.chart.view import ChartView
from workstation.ui.theme import Theme

REACH = 6
"""Logical pixels within which a line or a handle is taken hold of."""

MAGNET_REACH = 12
"""Logical pixels within which a point is drawn to a bar's prices."""

_COLOUR_NAMES = ("Accent", "Amber", "Red", "Green", "Grey")


class DrawingTool(QObject, ChartTool):
    """Makes and changes the drawings of a book. GUI thread."""

    changed = Signal()
    """The drawings are others than before and want to be kept."""

    drawing_began = Signal()
    """The next clicks are for a drawing."""

    drawing_ended = Signal()
    """Clicks are for the chart again."""

    def __init__(self, view: ChartView, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._view, self._canvas = view, canvas
        self.book = DrawingBook(self._book_changed)
        self.tool: Tool | None = None
        self.has_magnet = True
        self.selected: int | None = None
        self.menu: QMenu | None = None
        self.question: QInputDialog | None = None
        self._draft: list[Point] = []
        self._mouse = QPoint()
        self._moving: Drawing | None = None
        self._corner: int | None = None
        self._start = Point(0.0, 0.0)
        self._copied: Drawing | None = None

    def open(self, state: object) -> None:
        """Show the drawings of another contract."""
        self.drop()
        self.selected = None
        self.book.open(state)
        self._canvas.update()

    def choose(self, tool: Tool) -> None:
        """Begin a drawing of this kind with the next click."""
        self.drop()
        self.tool, self.selected = tool, None
        self.drawing_began.emit()
        self._canvas.setFocus()
        self._canvas.update()

    def drop(self) -> bool:
        """Give up what is being made or moved; False if nothing is."""
        was_busy = self.tool is not None or self._moving is not None
        self.tool, self._moving, self._corner = None, None, None
        self._draft.clear()
        self.drawing_ended.emit()
        if was_busy:
            self._canvas.update()
        return was_busy

    def _book_changed(self) -> None:
        if self.book.get(self.selected) is None:
            self.selected = None
        self._canvas.update()
        self.changed.emit()

    # -- painting -----------------------------------------------------------------------------

    @override
    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Draw all but the hidden ones, and what is being made."""
        if not self.book.all and self.tool is None:
            return
        painter.save()
        painter.setClipRect(self._view.layout.plot)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        moving = self._moving
        for drawing in self.book.all:
            now = moving if moving is not None and moving.number == drawing.number else drawing
            if not now.hidden:
                self._paint_one(painter, now, theme)
        if self.tool is not None and self._draft:
            points = (*self._draft, self.point_at(self._mouse))
            if len(points) == self.tool.clicks:
                made = finished(self.tool, points)
            else:
                made = Drawing(number=0, tool=self.tool, points=points)
            self._paint_one(painter, made, theme)
        painter.restore()

    def _paint_one(self, painter: QPainter, drawing: Drawing, theme: Theme) -> None:
        shape = shape_of(drawing, self._view)
        colour = drawing_colour(drawing.colour, theme)
        tones = {"": colour, "up": QColor(theme.up), "down": QColor(theme.down)}
        for area, tone in shape.surfaces:
            surface = QColor(tones[tone])
            surface.setAlpha(38)
            painter.fillRect(area, surface)
        painter.setPen(pen_of(colour, drawing.width * 1.2 * self._view.layout.ratio))
        for start, end in shape.segments:
            painter.drawLine(start, end)
        for label in shape.labels:
            self._paint_label(painter, label, tones[label.tone], theme)
        if drawing.number and drawing.number == self.selected:
            self._paint_handles(painter, shape, drawing, theme)

    def _paint_label(self, painter: QPainter, label: Label, colour: QColor, theme: Theme) -> None:
        content = text.one_line(label.content, 200)
        line = self._view.layout.line
        place = QRectF(label.place.x(), label.place.y(), self._view.text_width(content) + 4, line)
        ground = QColor(theme.base)
        ground.setAlpha(190)
        painter.fillRect(place, ground)
        painter.setPen(colour)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, content)

    def _paint_handles(
        self, painter: QPainter, shape: Shape, drawing: Drawing, theme: Theme
    ) -> None:
        size = self._view.layout.pixels(4)
        painter.setPen(QColor(theme.text))
        painter.setBrush(QColor(theme.muted if drawing.locked else theme.base))
        for place in shape.handles:
            painter.drawRect(QRectF(place.x() - size, place.y() - size, 2 * size, 2 * size))

    # -- mouse and keys -----------------------------------------------------------------------

    @override
    def press(self, place: QPoint, modifiers: Qt.KeyboardModifier) -> bool:
        """Set a point of what is being made, or take hold of what is there."""
        self._mouse = place
        if not self._view.layout.prices.contains(place) or not len(self._view.bars):
            return False
        if self.tool is not None:
            self._add_point(self.point_at(place))
            return True
        found = self.at(place)
        was, self.selected = self.selected, None if found is None else found.number
        if was != self.selected:
            self._canvas.update()
        if found is None:
            return False
        if not found.locked:
            self._moving, self._start = found, self.point_at(place, magnet=False)
            self._corner = self._corner_at(found, place)
        return True

    def _add_point(self, point: Point) -> None:
        tool = self.tool
        if tool is None:
            return
        self._draft.append(point)
        if len(self._draft) < tool.clicks:
            self._canvas.update()
            return
        made = self.book.add(finished(tool, tuple(self._draft)))
        self.drop()
        self.selected = None if made is None else made.number
        if made is not None and tool is Tool.TEXT:
            self._ask_text(made)

    @override
    def drag(self, place: QPoint) -> None:
        """Move what is held, or one of its points."""
        self._mouse = place
        moving = self._moving
        held = self.book.get(self.selected)
        if moving is None or held is None:
            self._canvas.update()
            return
        if self._corner is not None:
            self._moving = moving.with_point(self._corner, self.point_at(place))
        else:
            now = self.point_at(place, magnet=False)
            self._moving = held.moved(
                now.seconds - self._start.seconds, now.price - self._start.price
            )
        self._canvas.update()

    @override
    def release(self, place: QPoint) -> None:
        """Keep where it was moved to, as one step."""
        moving, self._moving, self._corner = self._moving, None, None
        if moving is not None:
            self.book.put(moving)

    @override
    def hover(self, place: QPoint) -> Qt.CursorShape | None:
        """Follow the mouse; return the cursor for a place."""
        self._mouse = place
        if self.tool is not None:
            if self._draft:
                self._canvas.update()
            return Qt.CursorShape.CrossCursor
        return Qt.CursorShape.PointingHandCursor if self.at(place) is not None else None

    @override
    def double_click(self, place: QPoint) -> bool:
        """Edit words; any other drawing keeps the double click from the chart."""
        found = self.at(place)
        if found is not None and found.tool is Tool.TEXT and not found.locked:
            self._ask_text(found)
        return found is not None or self.tool is not None

    @override
    def key(self, event: QKeyEvent) -> bool:
        """Delete, copy, paste, undo, redo, Esc."""
        if event.key() == Qt.Key.Key_Escape:
            was_selected, self.selected = self.selected is not None, None
            self._canvas.update()
            return self.drop() or was_selected
        chosen = self.book.get(self.selected)
        if event.matches(QKeySequence.StandardKey.Undo):
            self.book.undo()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.book.redo()
        elif event.matches(QKeySequence.StandardKey.Paste) and self._copied is not None:
            self._paste(self._copied)
        elif chosen is None:
            return False
        elif event.matches(QKeySequence.StandardKey.Copy):
            self._copied = chosen
        elif event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.book.remove(chosen.number)
        else:
            return False
        return True

    def _paste(self, drawing: Drawing) -> None:
        pane = self._view.layout.prices
        away = self._view.prices.price_at(pane.top()) - self._view.prices.price_at(
            pane.top() + self._view.layout.pixels(24)
        )
        made = self.book.add(replace(drawing.moved(0.0, -away), locked=False))
        self.selected = None if made is None else made.number

    # -- places -------------------------------------------------------------------------------

    def at(self, place: QPoint) -> Drawing | None:
        """Return the uppermost drawing at a place."""
        if not self._view.layout.prices.contains(place):
            return None
        reach = self._view.layout.pixels(REACH)
        for drawing in reversed(self.book.all):
            if drawing.hidden:
                continue
            if self._corner_at(drawing, place) is not None:
                return drawing
            if shape_of(drawing, self._view).distance(QPointF(place)) <= reach:
                return drawing
        return None

    def _corner_at(self, drawing: Drawing, place: QPoint) -> int | None:
        reach = self._view.layout.pixels(REACH)
        for number, point in enumerate(drawing.points):
            apart = place_of(self._view, point) - QPointF(place)
            if abs(apart.x()) <= reach and abs(apart.y()) <= reach:
                return number
        return None

    def point_at(self, place: QPoint, *, magnet: bool = True) -> Point:
        """Return time and price of a place, drawn to the prices of the bar where that is on."""
        view = self._view
        index = view.time.index_at(place.x())
        price = view.prices.price_at(place.y())
        if magnet and self.has_magnet and view.bars.first <= index < view.bars.end:
            reach = view.layout.pixels(MAGNET_REACH)
            near = {abs(view.prices.y_of(p) - place.y()): p for p in view.bars.bar(index)[:4]}
            if min(near) <= reach:
                price = near[min(near)]
        return Point(view.seconds_at(index), price)

    # -- menus --------------------------------------------------------------------------------

    @override
    def context(self, place: QPoint, on_screen: QPointF) -> bool:
        """Offer what can be done with the drawing at a place."""
        found = self.at(place)
        if found is None:
            return False
        self.selected = found.number
        self._canvas.update()
        menu = QMenu(self._canvas)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if found.tool is Tool.TEXT:
            _add(menu, "Edit text…", "text", found)
        _add(menu, "Unlock" if found.locked else "Lock", "locked", not found.locked)
        _add(menu, "Hide", "hidden", True)
        colours = menu.addMenu("Colour")
        for number, name in enumerate(_COLOUR_NAMES):
            _add(colours, name, "colour", number)
        widths = menu.addMenu("Width")
        for width in (1, 2, 3):
            _add(widths, f"{width}", "width", width)
        _add(menu, "Delete", "delete", None).setEnabled(not found.locked)
        menu.triggered.connect(self._on_menu_chosen)
        self.menu = menu
        menu.popup(on_screen.toPoint())
        return True

    @Slot(QAction)
    def _on_menu_chosen(self, action: QAction) -> None:
        what, value = action.data()
        chosen = self.book.get(self.selected)
        if chosen is None:
            return
        if what == "delete":
            self.book.remove(chosen.number)
        elif what == "text":
            self._ask_text(chosen)
        else:
            self.book.put(_styled(chosen, what, value))

    def _ask_text(self, drawing: Drawing) -> None:
        self.selected = drawing.number
        question = QInputDialog(self._canvas)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.setWindowTitle("Text")
        question.setLabelText("Words on the chart:")
        question.setTextValue(drawing.text)
        question.textValueSelected.connect(self._on_text_chosen)
        self.question = question
        question.open()

    @Slot(str)
    def _on_text_chosen(self, content: str) -> None:
        chosen = self.book.get(self.selected)
        if chosen is not None:
            self.book.put(replace(chosen, text=text.one_line(content, 200)))


def _styled(drawing: Drawing, what: str, value: object) -> Drawing:
    match what, value:
        case "locked", bool(on):
            return replace(drawing, locked=on)
        case "hidden", bool(on):
            return replace(drawing, hidden=on)
        case "colour", int(number):
            return replace(drawing, colour=number)
        case "width", int(number):
            return replace(drawing, width=number)
    return drawing


def _add(menu: QMenu, title: str, what: str, value: object) -> QAction:
    action = menu.addAction(title)
    action.setData((what, value))
    return action


def drawing_colour(number: int, theme: Theme) -> QColor:
    """Return one of the colours a drawing may have."""
    colours = (theme.accent, theme.warning, theme.down, theme.up, theme.muted)
    return QColor(colours[number % len(colours)])
