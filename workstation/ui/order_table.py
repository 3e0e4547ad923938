"""The order table's view: rows that can be folded, and parts that stay below what they belong to."""

from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from workstation.ui.models.order_rows import INDENT, OPEN, OrderRow, RecordRow, Row
from workstation.ui.models.orders import OrdersModel
from workstation.ui.models.sorting import CalmSortProxy
from workstation.ui.table_view import TableView

MARK_AIR = 8
"""Pixels beside the mark of a row that still count as the mark."""


class OrderProxy(CalmSortProxy):
    """Sorts whole families; inside one the entry stands first and its parts in order of time."""

    def __init__(self, source: OrdersModel, parent: QObject | None = None) -> None:
        super().__init__(source, parent)
        self._orders = source
        self._places: list[int] | None = None
        for changed in (source.dataChanged, source.rowsInserted, source.rowsRemoved):
            changed.connect(self._on_rows_changed)
        source.modelReset.connect(self._on_rows_changed)

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort as the user asked; unsorted the newest family stands first."""
        self._places = None
        if column < 0:
            column, order = 0, Qt.SortOrder.DescendingOrder
        super().sort(column, order)

    @override
    def lessThan(
        self,
        source_left: QModelIndex | QPersistentModelIndex,
        source_right: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """Compare the places of two rows in the tree, which know the direction already."""
        if self._places is None:
            self._places = self._arranged()
        left, right = self._places[source_left.row()], self._places[source_right.row()]
        return left > right if self._is_descending else left < right

    @Slot()
    def _on_rows_changed(self) -> None:
        self._places = None

    @property
    def _is_descending(self) -> bool:
        return self.sortOrder() is Qt.SortOrder.DescendingOrder

    def _arranged(self) -> list[int]:
        """Return the place of every row of the model, counted from the top."""
        rows = self._orders.values()
        below: dict[str, list[int]] = {}
        numbers: dict[str, int] = {}
        for number, row in enumerate(rows):
            numbers[_key(row)] = number
            below.setdefault(row.path[-1] if row.path else "", []).append(number)
        places = [len(rows)] * len(rows)
        count = 0
        waiting = self._sorted(rows, below.pop("", []), None)[::-1]
        while waiting:
            number = waiting.pop()
            places[number], count = count, count + 1
            row = rows[number]
            waiting += self._sorted(rows, below.pop(_key(row), []), row)[::-1]
        return places

    def _sorted(self, rows: tuple[Row, ...], numbers: list[int], above: Row | None) -> list[int]:
        """Sort rows that stand below the same one: parts by time, all else as the user chose."""
        if above is not None and not (isinstance(above, RecordRow) and above.is_grouping):
            return sorted(numbers, key=lambda number: _age(rows[number]))
        if all(
            isinstance(row, RecordRow) and row.is_grouping for row in (rows[n] for n in numbers)
        ):
            return sorted(numbers, key=lambda number: _key(rows[number]))
        sort = self._orders.columns[max(self.sortColumn(), 0)].sort
        values: dict[int, Any] = {number: sort(rows[number]) for number in numbers}
        absent = [number for number in numbers if values[number] is None]
        found = [number for number in numbers if values[number] is not None]
        down = self._is_descending
        return sorted(found, key=lambda n: (values[n], _age(rows[n])), reverse=down) + absent


class OrderTable(TableView):
    """A table of orders whose rows with parts fold by their mark, or by Left and Right."""

    fold_requested = Signal(object)
    """Key of the row whose parts shall be hidden or shown: str."""

    def __init__(self, model: OrdersModel, empty: str, parent: QWidget) -> None:
        super().__init__(model, empty, parent, newest_first="time", proxy=OrderProxy(model))
        self.proxy.setParent(self)
        self._orders = model

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Fold where the mark was pressed; all else is the table's own."""
        index = self.indexAt(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and self._is_on_mark(event, index):
            self.fold_requested.emit(_key(self._row(index)))
            event.accept()
            return
        super().mousePressEvent(event)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Take a second quick press on the mark as another press, not as a change."""
        if self._is_on_mark(event, self.indexAt(event.position().toPoint())):
            self.mousePressEvent(event)
        else:
            super().mouseDoubleClickEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Fold with Left and unfold with Right."""
        index = self.currentIndex()
        wanted = {Qt.Key.Key_Left: True, Qt.Key.Key_Right: False}.get(Qt.Key(event.key()))
        if wanted is not None and index.isValid() and has_parts(self._row(index)):
            if self._row(index).is_folded is not wanted:
                self.fold_requested.emit(_key(self._row(index)))
            return
        super().keyPressEvent(event)

    def _row(self, index: QModelIndex) -> Row:
        return self._orders.value_at(self.proxy.mapToSource(index).row())

    def _is_on_mark(self, event: QMouseEvent, index: QModelIndex) -> bool:
        if not index.isValid() or self._orders.columns[index.column()].key != "symbol":
            return False
        row = self._row(index)
        if not has_parts(row):
            return False
        until = self.fontMetrics().horizontalAdvance(INDENT * len(row.path) + OPEN)
        return event.position().x() - self.visualRect(index).left() <= until + MARK_AIR


def has_parts(row: Row) -> bool:
    """Tell whether something stands below a row."""
    return isinstance(row, RecordRow) or bool(row.parts)


def _key(row: Row) -> str:
    return row.order.key if isinstance(row, OrderRow) else row.key


def _age(row: Row) -> tuple[float, float]:
    if isinstance(row, OrderRow):
        return row.order.created_at.timestamp(), float(row.order.order_id)
    return row.at.timestamp(), 0.0
