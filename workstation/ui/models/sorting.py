"""Sorting and filtering between a model and its view, calm enough to read."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QObject, QSortFilterProxyModel, Qt, Slot
from typing_extensions import override

from workstation.ui.models.table import ROW_ROLE, SORT_ROLE, AnyIndex

RESORT_SECONDS = 0.5
"""Rows change places at most this often, so that a row can be read and clicked."""


class CalmSortProxy(QSortFilterProxyModel):
    """Sorts by typed values; while data streams in, rows move at most twice a second."""

    def __init__(self, source: QAbstractItemModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._accepts: Callable[[Any], bool] | None = None
        self._dirty = False
        self._sorted_at = 0.0
        self.setSortRole(SORT_ROLE)
        self.setDynamicSortFilter(False)
        self.setSourceModel(source)
        source.dataChanged.connect(self._on_source_changed)
        source.rowsInserted.connect(self._on_rows_inserted)

    def set_filter(self, accepts: Callable[[Any], bool] | None) -> None:
        """Show only the rows for which `accepts` is true; None shows all."""
        self._accepts = accepts
        self.invalidate()

    def source_row(self, row: int) -> int:
        """Return where a shown row stands in the model."""
        if self._accepts is None and self.sortColumn() < 0:
            return row
        return self.mapToSource(self.index(row, 0)).row()

    @override
    def filterAcceptsRow(self, source_row: int, source_parent: AnyIndex) -> bool:
        """Tell whether a row is shown."""
        if self._accepts is None:
            return True
        index = self.sourceModel().index(source_row, 0, source_parent)
        return self._accepts(index.data(ROW_ROLE))

    def settle(self, now: float) -> None:
        """Bring rows to their places if something changed and it is time."""
        if self._dirty and now - self._sorted_at >= RESORT_SECONDS:
            self._dirty = False
            self._sorted_at = now
            if self._accepts is not None or self.sortColumn() >= 0:
                self.invalidate()

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort at once, as the user asked."""
        self._dirty = False
        super().sort(column, order)

    @Slot()
    def _on_source_changed(self) -> None:
        self._dirty = True

    @Slot()
    def _on_rows_inserted(self) -> None:
        self._dirty = True
        self._sorted_at = 0.0  # a new row goes to its place on the next beat
