"""The table all panels use: dense rows, remembered columns, a word when it is empty."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget
from typing_extensions import override

from workstation.ui import text
from workstation.ui.models.sorting import CalmSortProxy
from workstation.ui.models.table import ROW_ROLE, AnyIndex, TableModel
from workstation.ui.table_painter import DENSE_MARGIN, MARGIN, PaintedRow, Section, TablePainter
from workstation.ui.theme import paint, row_height

MAX_WIDTH = 2_000
"""No column is wider, whatever a saved layout says, in pixels."""


NARROWEST = 24.0
"""No column of a dense table is narrower while there is room, in pixels."""


class TableView(QTableView):
    """Shows a model through a calm sort; columns can be moved, sized and hidden."""

    delete_pressed = Signal()
    """The user pressed Delete on the selected rows."""

    change_pressed = Signal()
    """The user pressed F2 on the current row."""

    def __init__(
        self,
        model: TableModel[Any],
        empty: str,
        parent: QWidget | None = None,
        *,
        is_arranged: bool = True,
        newest_first: str = "",
        proxy: CalmSortProxy | None = None,
    ) -> None:
        super().__init__(parent)
        self.is_arranged = is_arranged
        """Whether the user sorts, moves and sizes the columns; else they fill a dense table."""
        self._newest_first = newest_first
        """Column of times by which rows are sorted until the user sorts; empty for none."""
        self.source = model
        self.proxy = CalmSortProxy(model, self) if proxy is None else proxy
        self._empty = empty
        self._menu: QMenu | None = None
        self.setModel(self.proxy)
        self._needs: list[float] = []
        self._refit = QTimer(self)
        self._refit.setSingleShot(True)
        self._refit.setInterval(0)
        self._refit.timeout.connect(self._on_overflowed)
        self._margin = MARGIN if is_arranged else DENSE_MARGIN
        self._painter = TablePainter(self.font(), self._margin)
        self._set_behaviour()
        if not is_arranged:
            font = self.font()
            font.setPointSizeF(font.pointSizeF() - 1)
            self.setFont(font)
            self.horizontalHeader().setFont(font)
        self._set_headers()

    @override
    def sizeHint(self) -> QSize:
        """Ask for little; the layout gives what there is."""
        return QSize(420, 120)

    @override
    def minimumSizeHint(self) -> QSize:
        """Allow a header and two rows."""
        return QSize(160, 3 * row_height(self.font()))

    def selected_rows(self) -> list[object]:
        """Return the values of the selected rows, top first."""
        indexes = sorted(self.selectionModel().selectedRows(), key=QModelIndex.row)
        return [index.data(ROW_ROLE) for index in indexes]

    def select_source_row(self, row: int) -> None:
        """Select a row of the model, if the filter shows it."""
        index = self.proxy.mapFromSource(self.source.index(row, 0))
        if index.isValid() and index.row() != self.currentIndex().row():
            self.setCurrentIndex(index)

    def column_state(self) -> dict[str, object]:
        """Return order, widths, hidden columns and sorting as plain values."""
        header = self.horizontalHeader()
        names = [column.key for column in self.source.columns]
        order = [header.logicalIndex(place) for place in range(header.count())]
        return {
            "columns": [
                {
                    "key": names[number],
                    "width": self._widths.get(number, header.sectionSize(number))
                    if header.isSectionHidden(number)
                    else header.sectionSize(number),
                    "hidden": header.isSectionHidden(number),
                }
                for number in order
            ],
            "sort": names[self.proxy.sortColumn()] if self.proxy.sortColumn() >= 0 else None,
            "descending": self.proxy.sortOrder() is Qt.SortOrder.DescendingOrder,
        }

    def restore_columns(self, state: object) -> None:
        """Take column_state() back; what is not understood is left as it is."""
        if not isinstance(state, dict):
            return
        names = {column.key: number for number, column in enumerate(self.source.columns)}
        saved = state.get("columns")
        for entry in saved[:64] if isinstance(saved, list) else ():
            if isinstance(entry, dict) and isinstance(entry.get("key"), str):
                self._restore_column(names.get(entry["key"]), entry)
        self._restore_order(names, saved)
        sort = state.get("sort")
        if self.is_arranged and isinstance(sort, str) and sort in names:
            down = state.get("descending") is True
            order = Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder
            self.sortByColumn(names[sort], order)
        else:
            self._unsort()

    def reset_columns(self) -> None:
        """Give all columns their first order and width."""
        header = self.horizontalHeader()
        for number, width in enumerate(self._sample_widths()):
            header.moveSection(header.visualIndex(number), number)
            self.setColumnHidden(number, self.source.columns[number].is_extra)
            self.setColumnWidth(number, width)
        self._unsort()

    def _sample_widths(self) -> list[int]:
        metrics, air = self.fontMetrics(), 8 if self.is_arranged else 2
        return [
            max(
                metrics.horizontalAdvance(column.sample),
                metrics.horizontalAdvance(column.title) + air,
            )
            + 2 * self._margin
            + (4 if self.is_arranged else 0)
            for column in self.source.columns
        ]

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the columns of a dense table fill its width, each by its need."""
        super().resizeEvent(event)
        if not self.is_arranged:
            self._fill_width()

    @Slot()
    def _on_overflowed(self) -> None:
        """Take room from where there is some: a number did not fit."""
        self._painter.has_overflowed = False
        if self.is_arranged:
            self._widen()
            return
        rows = range(min(self.source.rowCount(), 60))
        needs = [
            max([self._painter.width_of(self.source.cell(row, column)) for row in rows], default=0)
            for column in range(len(self.source.columns))
        ]
        if needs != self._needs:
            self._needs = needs
            self._fill_width()
            self.viewport().update()

    def _widen(self) -> None:
        """Give the numbers in sight the width they need; who wants narrower columns scrolls."""
        rows = self._rows_in(self.viewport().rect())
        for number, column in enumerate(self.source.columns):
            if column.is_number and not self.isColumnHidden(number):
                cells = [self.source.cell(row.source, number) for row in rows]
                need = max([self._painter.width_of(cell) for cell in cells], default=0)
                width = max(self.columnWidth(number), min(math.ceil(need), MAX_WIDTH))
                self.setColumnWidth(number, width)

    def _fill_width(self) -> None:
        samples = self._sample_widths()
        widths = [float(max(pair)) for pair in zip(samples, self._needs or samples, strict=True)]
        room = self.viewport().width()
        if sum(widths) > room and self._needs:
            widths = [max(NARROWEST, need) for need in self._needs]
        for number, column in enumerate(self.source.columns):
            if not column.is_number:
                widths[number] -= min(widths[number] - NARROWEST, max(0.0, sum(widths) - room))
        total = sum(widths)
        share = room / total
        if self._needs:
            share = max(1.0, share)  # where there is too little room, the table scrolls
        edges = [round(sum(widths[:n]) * share) for n in range(len(widths) + 1)]
        for number, (left, right) in enumerate(pairwise(edges)):
            self.setColumnWidth(number, right - left)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn Delete and F2 into wishes; the rest is the table's own."""
        if event.key() == Qt.Key.Key_Delete and not event.isAutoRepeat():
            self.delete_pressed.emit()
        elif event.key() == Qt.Key.Key_F2:
            self.change_pressed.emit()
        else:
            super().keyPressEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Follow the font with the height of the rows."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self.verticalHeader().setDefaultSectionSize(row_height(self.font()))
            self._painter.follow_font(self.font())
            self.source.forget_cells()

    @override
    def dataChanged(
        self,
        topLeft: AnyIndex,
        bottomRight: AnyIndex,
        roles: Sequence[int] = (),
    ) -> None:
        """Repaint the cells that changed; Qt would repaint the whole table for any block."""
        header, viewport = self.horizontalHeader(), self.viewport()
        top = self.rowViewportPosition(topLeft.row())
        bottom = self.rowViewportPosition(bottomRight.row())
        bottom += self.verticalHeader().defaultSectionSize()
        if bottom <= 0 or top >= viewport.height():
            return
        for column in range(topLeft.column(), bottomRight.column() + 1):
            left, width = header.sectionViewportPosition(column), header.sectionSize(column)
            if width and left < viewport.width() and left + width > 0:
                viewport.update(left, top, width, bottom - top)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what changed of the rows, or say that there are none."""
        painter = QPainter(self.viewport())
        if self.proxy.rowCount() == 0:
            painter.setPen(paint().muted)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            inside = self.viewport().rect().adjusted(8, 0, -8, 0)
            painter.drawText(inside, int(flags), self._empty)
        else:
            area = event.rect()
            height = self.verticalHeader().defaultSectionSize()
            sections = self._sections_in(event.region())
            self._painter.paint(painter, self.source, self._rows_in(area), sections, height)
        painter.end()
        if self._painter.has_overflowed:
            self._refit.start()

    def repaint_all(self) -> None:
        """Make every cell anew: colours have changed."""
        self.source.forget_cells()
        self.viewport().update()

    def forget_needs(self) -> None:
        """Begin with the ordinary widths again: another contract is shown."""
        if self._needs:
            self._needs = []
            self._fill_width()

    @property
    def empty_text(self) -> str:
        """What is said when there are no rows."""
        return self._empty

    def set_empty_text(self, content: str) -> None:
        """Say something else when there are no rows."""
        self._empty = content
        self.viewport().update()

    def _sections_in(self, region: QRegion) -> list[Section]:
        header, height = self.horizontalHeader(), self.viewport().height()
        found = []
        for column in range(header.count()):
            width = header.sectionSize(column)
            left = header.sectionViewportPosition(column)
            if width and region.intersects(QRect(left, 0, width, height)):
                found.append(Section(column, left, width))
        return found

    def _rows_in(self, area: QRect) -> list[PaintedRow]:
        first = self.rowAt(area.top())
        if first < 0:
            return []
        height = self.verticalHeader().defaultSectionSize()
        top, count = self.rowViewportPosition(first), self.proxy.rowCount()
        last = min(count - 1, first + (area.bottom() - top) // height)
        chosen = self._chosen_rows()
        source_row = self.proxy.source_row
        return [
            PaintedRow(source_row(row), row, top + (row - first) * height, row in chosen)
            for row in range(first, last + 1)
        ]

    def _chosen_rows(self) -> set[int]:
        chosen = self.selectionModel().selection()
        blocks = [chosen.at(place) for place in range(chosen.count())]
        return {row for block in blocks for row in range(block.top(), block.bottom() + 1)}

    def _set_behaviour(self) -> None:
        self._widths: dict[int, int] = {}
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        if not self.is_arranged:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setFrameShape(QTableView.Shape.NoFrame)

    def _set_headers(self) -> None:
        rows = self.verticalHeader()
        rows.setVisible(False)
        rows.setMinimumSectionSize(12)
        rows.setDefaultSectionSize(row_height(self.font()))
        header = self.horizontalHeader()
        header.setSectionsMovable(self.is_arranged)
        header.setSectionsClickable(self.is_arranged)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(24)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        if not self.is_arranged:
            header.setObjectName("dense_header")
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._on_header_menu)
        self.setSortingEnabled(self.is_arranged)
        self.reset_columns()

    def _unsort(self) -> None:
        keys = [column.key for column in self.source.columns]
        if self._newest_first in keys:
            self.horizontalHeader().setSortIndicatorClearable(True)
            self.sortByColumn(keys.index(self._newest_first), Qt.SortOrder.DescendingOrder)
            return
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.proxy.sort(-1)
        self.horizontalHeader().setSortIndicatorClearable(True)

    def _restore_column(self, number: int | None, entry: dict[str, object]) -> None:
        width = entry.get("width")
        if number is None or isinstance(width, bool) or not isinstance(width, int):
            return
        if 24 <= width <= MAX_WIDTH:
            self.setColumnWidth(number, width)
            self._widths[number] = width
        self.setColumnHidden(number, entry.get("hidden") is True and number != 0)

    def _restore_order(self, names: dict[str, int], saved: object) -> None:
        header = self.horizontalHeader()
        keys = (
            [entry.get("key") for entry in saved[:64] if isinstance(entry, dict)]
            if (isinstance(saved, list))
            else []
        )
        if sorted(names, key=str) != sorted(map(str, keys)):
            return
        for place, key in enumerate(keys):
            header.moveSection(header.visualIndex(names[str(key)]), place)

    @Slot(QPoint)
    def _on_header_menu(self, place: QPoint) -> None:
        if not self.is_arranged:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for number, column in enumerate(self.source.columns):
            action = QAction(text.button_text(column.title), menu)
            action.setCheckable(True)
            action.setChecked(not self.isColumnHidden(number))
            action.setEnabled(number != 0)
            action.setData(number)
            action.toggled.connect(self._on_column_toggled)
            menu.addAction(action)
        self._menu = menu
        menu.popup(self.horizontalHeader().mapToGlobal(place))

    @Slot(bool)
    def _on_column_toggled(self, shown: bool) -> None:  # noqa: FBT001 -- Qt's signature
        action = self.sender()
        if isinstance(action, QAction):
            number = int(action.data())
            if not shown:
                self._widths[number] = self.columnWidth(number)
            self.setColumnHidden(number, not shown)
