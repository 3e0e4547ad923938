"""A table model whose rows have keys: changed rows are announced, nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QObject

from workstation.ui.models.table import ROOT, Column, Row, TableModel

Key = TypeVar("Key")


class KeyedTableModel(TableModel[Row], Generic[Key, Row]):
    """Rows in order of arrival, found by key."""

    def __init__(self, columns: Sequence[Column[Row]], parent: QObject | None = None) -> None:
        super().__init__(columns, parent)
        self._keys: list[Key] = []
        self._row_of: dict[Key, int] = {}

    def row_of(self, key: Key) -> int | None:
        """Return where a key stands, or None."""
        return self._row_of.get(key)

    def value(self, key: Key) -> Row | None:
        """Return the row of a key, or None."""
        row = self._row_of.get(key)
        return None if row is None else self._rows[row]

    def upsert(self, rows: Iterable[tuple[Key, Row]]) -> int:
        """Put rows in by key; unchanged ones are not announced. Returns how many changed."""
        changed: list[int] = []
        added: dict[Key, Row] = {}
        for key, value in rows:
            row = self._row_of.get(key)
            if row is None:
                added[key] = value
            elif self._rows[row] != value:
                self._rows[row] = value
                changed.append(row)
        self.announce(changed)
        if added:
            first = len(self._rows)
            self.beginInsertRows(ROOT, first, first + len(added) - 1)
            for key, value in added.items():
                self._row_of[key] = len(self._rows)
                self._rows.append(value)
                self._cells.append(None)
                self._keys.append(key)
            self.endInsertRows()
        return len(changed) + len(added)

    def show_only(self, rows: Mapping[Key, Row]) -> None:
        """Put these rows in, and take every other one out."""
        for gone in [key for key in self._keys if key not in rows]:
            self.remove(gone)
        self.upsert(rows.items())

    def remove(self, key: Key) -> None:
        """Take one row out."""
        row = self._row_of.get(key)
        if row is not None:
            self.remove_run(row, 1)

    def remove_run(self, first: int, count: int) -> None:
        """Take neighbouring rows out."""
        self.beginRemoveRows(ROOT, first, first + count - 1)
        del self._rows[first : first + count]
        del self._cells[first : first + count]
        del self._keys[first : first + count]
        self._row_of = {key: number for number, key in enumerate(self._keys)}
        self.endRemoveRows()

    def clear(self) -> None:
        """Take every row out."""
        if self._rows:
            self.remove_run(0, len(self._rows))

    def reorder(self, keys: Sequence[Key]) -> None:
        """Put these rows first, in this order; the others keep theirs behind them."""
        first = [key for key in dict.fromkeys(keys) if key in self._row_of]
        chosen = set(first)
        order = first + [key for key in self._keys if key not in chosen]
        if order == self._keys:
            return
        self.beginResetModel()
        self._rows = [self._rows[self._row_of[key]] for key in order]
        self.forget_cells()
        self._keys = order
        self._row_of = {key: number for number, key in enumerate(order)}
        self.endResetModel()
