"""One to sixteen charts side by side; one of them has the keys and the row of buttons."""

from typing import Protocol

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from workstation.ui.chart.chart_cell import ChartCell
from workstation.ui.chart.grid_picker import GridPicker, Shape
from workstation.ui.chart.templates import Templates, apply_template
from workstation.ui.chart.timeframe import read_timeframe
from workstation.ui.live_panel import LivePanel

SINGLE = Shape(1, 1)
STEPS: tuple[str, ...] = ("1m", "5m", "15m", "30m", "1h", "4h", "1D", "1W", "1M")
STEPS += ("2m", "3m", "10m", "20m", "2h", "3h", "8h")
"""Sizes of bars that new charts of a grid begin with: those the others do not show."""

GAP = 3
"""Pixels between two charts, by which their sizes can be dragged."""


LEAST_BARS = 60
"""Bars that a chart of a grid begins with."""


class CellMaker(Protocol):
    """Makes charts that hear what the core tells, and lets go of them."""

    templates: Templates

    def new_cell(self) -> ChartCell:
        """Make a chart."""
        ...

    def retire(self, cell: ChartCell) -> None:
        """Let go of a chart: nothing is asked or kept for it any more."""
        ...


class ChartGrid(LivePanel):
    """Charts in rows and columns. The row of buttons on top is that of the active one.

    GUI thread. There is always a chart; the first one stays while the grid lives.
    """

    activated = Signal(object)
    """The user turned to a chart: ChartCell."""

    def __init__(self, maker: CellMaker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._maker = maker
        self.cells: list[ChartCell] = []
        self.shape = SINGLE
        self.is_single_shown = False
        """Whether only the active chart is shown, as large as the grid."""

        self.headers = QStackedWidget(self)
        self.picker = GridPicker(self)
        self.picker.chosen.connect(self._on_shape_chosen)
        self.picker.alone_requested.connect(self.toggle_alone)
        self._rows: list[QSplitter] = []
        self._sizes: tuple[list[int], list[list[int]]] | None = None
        """Heights and widths from a layout, until there is room to give them."""

        self._area = QSplitter(Qt.Orientation.Vertical, self)
        self._area.setHandleWidth(GAP)
        self._area.setChildrenCollapsible(False)
        self._area.splitterMoved.connect(self._forget_sizes)
        self._strips = QVBoxLayout()
        self._build()
        self.active = self._add()
        self._arrange()

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 2, 0)
        top.setSpacing(0)
        top.addWidget(self.headers, 1)
        top.addWidget(self.picker.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._area, 1)
        column.addLayout(self._strips)

    # -- which charts -------------------------------------------------------------------------

    def set_shape(self, shape: Shape) -> None:
        """Show so many rows and columns; where there are fewer than before, the active stays."""
        shape = shape.clean()
        if self.cells.index(self.active) >= shape.count:
            self.cells[0].restore(self.active.plain())
            self._activate(self.cells[0])
        while len(self.cells) > shape.count:
            self._drop(self.cells[-1])
        while len(self.cells) < shape.count:
            self._add_like(self.active)
        self.shape, self.is_single_shown, self._sizes = shape, False, None
        self._arrange()
        self.active.panel.canvas.setFocus()

    def _add(self) -> ChartCell:
        cell = self._maker.new_cell()
        self.cells.append(cell)
        self.headers.addWidget(cell.panel.header)
        for strip in (cell.panel.replay.holder, cell.panel.orders.strip):
            self._strips.addWidget(strip)
        cell.focused.connect(self._on_focused)
        cell.templates.grid_requested.connect(self._on_template_requested)
        return cell

    def _add_like(self, model: ChartCell) -> None:
        """Add a chart of the same symbol, at a size of bars that no other one shows."""
        shown = {cell.panel.data.timeframe for cell in self.cells}
        cell = self._add()
        state = model.plain()
        size = next((step for step in STEPS if read_timeframe(step) not in shown), None)
        cell.restore({**state, "size": size or state["size"]})
        if not cell.link.is_group and model.panel.con_id is not None:
            cell.show_contract(model.panel.con_id, model.panel.symbol)

    def _drop(self, cell: ChartCell) -> None:
        self.cells.remove(cell)
        panel = cell.panel
        for part in (panel.header, panel.replay.holder, panel.orders.strip):
            part.setParent(None)
            part.deleteLater()
        self._maker.retire(cell)
        cell.setParent(None)
        cell.deleteLater()

    def clear(self) -> None:
        """Let go of every chart; the grid is of no use after that."""
        for cell in tuple(self.cells):
            self._drop(cell)

    # -- where they stand ---------------------------------------------------------------------

    def _arrange(self) -> None:
        before, self._rows = self._rows, []
        columns = self.shape.columns
        for number in range(self.shape.rows):
            row = QSplitter(Qt.Orientation.Horizontal, self._area)
            row.setHandleWidth(GAP)
            row.setChildrenCollapsible(False)
            row.splitterMoved.connect(self._forget_sizes)
            for cell in self.cells[number * columns : (number + 1) * columns]:
                row.addWidget(cell)
                cell.show()
            row.setSizes([1000] * columns)
            self._rows.append(row)
        for row in before:
            row.setParent(None)
            row.deleteLater()
        self._area.setSizes([1000] * self.shape.rows)
        self._show_alone()
        self._activate(self.active)
        self.picker.show_shape(self.shape, alone=self.is_single_shown)
        QTimer.singleShot(0, self, self._on_placed)

    @Slot()
    def _on_placed(self) -> None:
        """Share the room, and let small charts begin with narrower bars, or little is seen."""
        if not self.isVisible():
            return
        self._restore_sizes()
        for cell in self.cells if len(self.cells) > 1 else ():
            canvas = cell.panel.canvas
            if canvas.view.show_at_least(LEAST_BARS):
                canvas.refresh()

    @Slot()
    def toggle_alone(self) -> None:
        """Show only the active chart, or all of them again."""
        self.is_single_shown = not self.is_single_shown and self.shape != SINGLE
        self._show_alone()
        self._activate(self.active)
        self.picker.show_shape(self.shape, alone=self.is_single_shown)

    def _show_alone(self) -> None:
        for row in self._rows:
            cells = [row.widget(place) for place in range(row.count())]
            row.setVisible(not self.is_single_shown or self.active in cells)
        for cell in self.cells:
            cell.setVisible(not self.is_single_shown or cell is self.active)

    def step(self, steps: int) -> None:
        """Turn to the next chart, or one before with negative steps."""
        place = (self.cells.index(self.active) + steps) % len(self.cells)
        self._turn_to(self.cells[place])
        self.active.panel.canvas.setFocus()

    def _turn_to(self, cell: ChartCell) -> None:
        self._activate(cell)
        if self.is_single_shown:
            self._show_alone()
        self.activated.emit(cell)

    def _activate(self, cell: ChartCell) -> None:
        self.active = cell
        framed = len(self.cells) > 1 and not self.is_single_shown
        for each in self.cells:
            each.show_active(framed=framed, active=each is cell)
        self.headers.setCurrentWidget(cell.panel.header)
        self.setFocusProxy(cell.panel.canvas)

    @Slot()
    def _on_focused(self) -> None:
        cell = self.sender()
        if isinstance(cell, ChartCell) and cell in self.cells:
            self._turn_to(cell)

    @Slot(object)
    def _on_shape_chosen(self, shape: Shape) -> None:
        self.set_shape(shape)

    @Slot(object)
    def _on_template_requested(self, name: str) -> None:
        for cell in self.cells:
            template = self._maker.templates.get(name)
            if template is not None:
                apply_template(cell.panel, {**template, "size": cell.panel.data.timeframe.name})

    # -- what a layout remembers --------------------------------------------------------------

    def plain(self) -> dict[str, object]:
        """Return charts, shape and sizes, ready for JSON."""
        state: dict[str, object] = {"cells": [cell.plain() for cell in self.cells]}
        if self.shape != SINGLE:
            state |= {
                "shape": [self.shape.rows, self.shape.columns],
                "active": self.cells.index(self.active),
                "alone": self.is_single_shown,
            }
            heights, widths = self._sizes or (
                self._area.sizes(),
                [row.sizes() for row in self._rows],
            )
            state |= {"heights": heights, "widths": widths}
        return state

    def restore(self, state: object) -> None:
        """Take plain() back; what is not understood is as in a new grid."""
        known = state if isinstance(state, dict) else {}
        shape = Shape.read(known.get("shape"))
        while len(self.cells) > shape.count:
            self._drop(self.cells[-1])
        while len(self.cells) < shape.count:
            self._add()
        states = known.get("cells")
        found = states if isinstance(states, list) else []
        for place, cell in enumerate(self.cells):
            cell.restore(found[place] if place < len(found) else {})
        number = known.get("active")
        place = number if isinstance(number, int) and 0 <= number < len(self.cells) else 0
        self.active = self.cells[place]
        self.shape = shape
        self.is_single_shown = known.get("alone") is True and shape != SINGLE
        self._arrange()
        self._sizes = _heights_and_widths(known, shape)

    def _restore_sizes(self) -> None:
        """Share the room as a layout says: at each size of the dock, which only grows into its own."""
        if self._sizes is not None:
            heights, widths = self._sizes
            self._area.setSizes(heights)
            for row, wanted in zip(self._rows, widths, strict=False):
                row.setSizes(wanted)

    @Slot()
    def _forget_sizes(self) -> None:
        """Leave the room as the user has just shared it."""
        self._sizes = None

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._restore_sizes()

    # -- being seen and asked -----------------------------------------------------------------

    @override
    def seen_changed(self, *, is_seen: bool) -> None:
        """Ask for bars only while they can be seen: a dock behind a tab is not hidden."""
        for cell in self.cells:
            cell.panel.set_wanted(wanted=is_seen and cell.panel.isVisible())

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QTimer.singleShot(0, self, self._on_placed)
        self.seen_changed(is_seen=self.is_seen)  # charts ask when they are shown, in front or not

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hand a key of a question below the charts to the chart that asks."""
        focus = QApplication.focusWidget()
        for cell in self.cells:
            strip = cell.panel.orders.strip
            if focus is not None and strip.isAncestorOf(focus):
                cell.panel.keyPressEvent(event)
                return
        super().keyPressEvent(event)


def _sizes(value: object, count: int) -> list[int] | None:
    """Return sizes in pixels as a layout keeps them; None where they are no such thing."""
    if not isinstance(value, list) or len(value) != count:
        return None
    sizes = [size for size in value if isinstance(size, int) and not isinstance(size, bool)]
    is_whole = len(sizes) == count and all(0 <= size < 20_000 for size in sizes)
    return sizes if is_whole and sum(sizes) > 0 else None


def _heights_and_widths(
    state: dict[object, object], shape: Shape
) -> tuple[list[int], list[list[int]]] | None:
    """Return the sizes of every row and chart, None where not all of them are there."""
    heights, rows = _sizes(state.get("heights"), shape.rows), state.get("widths")
    if heights is None or not isinstance(rows, list) or len(rows) != shape.rows:
        return None
    widths = [sizes for row in rows if (sizes := _sizes(row, shape.columns)) is not None]
    return (heights, widths) if len(widths) == shape.rows else None
