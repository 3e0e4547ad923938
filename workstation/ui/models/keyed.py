"""A table model whose rows have keys: changed rows are announced, nothing else."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from typing_extensions import override

from workstation.ui import text

Key = TypeVar("Key")
Row = TypeVar("Row")

CELL_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""A Cell: everything the delegate needs, in one call."""

SORT_ROLE = int(Qt.ItemDataRole.UserRole) + 2
"""A float or a text to sort by; None sorts last."""

ROW_ROLE = int(Qt.ItemDataRole.UserRole) + 3
"""The row's value."""

RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

ROOT = QModelIndex()
"""The parent of all rows of a table."""

AnyIndex = QModelIndex | QPersistentModelIndex

_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_TOOLTIP = int(Qt.ItemDataRole.ToolTipRole)
_ALIGN = int(Qt.ItemDataRole.TextAlignmentRole)
_FOREGROUND = int(Qt.ItemDataRole.ForegroundRole)
_BACKGROUND = int(Qt.ItemDataRole.BackgroundRole)


@dataclass(slots=True)
class Cell:
    """One cell as it is painted; None colours are the palette's."""

    text: str
    align: int
    colour: QColor | None = None
    background: QColor | None = None
    is_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[Row]):
    """One column: how a row's value becomes text, and by what it sorts.

    `sample` is the longest ordinary text; it gives the width at first.
    """

    key: str
    title: str
    text: Callable[[Row], str]
    sort: Callable[[Row], float | str | None]
    sample: str
    is_number: bool = True
    tip: str = ""


class KeyedTableModel(QAbstractTableModel, Generic[Key, Row]):
    """Rows in order of arrival, found by key."""

    def __init__(self, columns: Sequence[Column[Row]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._rows: list[Row] = []
        self._keys: list[Key] = []
        self._row_of: dict[Key, int] = {}

    @override
    def rowCount(self, parent: AnyIndex = ROOT) -> int:
        """Return the number of rows; cells have no children."""
        return 0 if parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: AnyIndex = ROOT) -> int:
        """Return the number of columns; cells have no children."""
        return 0 if parent.isValid() else len(self.columns)

    @override
    def index(self, row: int, column: int, parent: AnyIndex = ROOT) -> QModelIndex:
        """Return the index of a cell; Qt's own way calls back six times to check it."""
        if parent.isValid() or not 0 <= row < len(self._rows):
            return QModelIndex()
        if not 0 <= column < len(self.columns):
            return QModelIndex()
        return self.createIndex(row, column)

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY
    ) -> str | int | None:
        """Return title, tooltip and alignment of a column."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == _DISPLAY:
            return column.title
        if role == _TOOLTIP:
            return text.tooltip(column.tip)
        if role == _ALIGN:
            return RIGHT if column.is_number else LEFT
        return None

    @override
    def data(self, index: AnyIndex, role: int = _DISPLAY) -> Any:
        """Return what Qt asks for; the delegate asks for CELL_ROLE alone."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        column = self.columns[index.column()]
        if role == CELL_ROLE:
            return self.cell(row, index.column())
        if role == _DISPLAY:
            return column.text(row)
        if role == SORT_ROLE:
            return column.sort(row)
        if role == ROW_ROLE:
            return row
        return self._looks(row, index.column(), role)

    def _looks(self, row: Row, column: int, role: int) -> Any:
        if role == _ALIGN:
            return RIGHT if self.columns[column].is_number else LEFT
        if role == _TOOLTIP:
            return text.tooltip(self.tip(row, column)) or None
        if role == _FOREGROUND:
            return self.colour(row, column)
        if role == _BACKGROUND:
            return self.background(row, column)
        return None

    def cell(self, row: Row, column: int) -> Cell:
        """Return a cell as it is painted."""
        spec = self.columns[column]
        return Cell(
            spec.text(row),
            RIGHT if spec.is_number else LEFT,
            self.colour(row, column),
            self.background(row, column),
            spec.is_number,
        )

    def colour(self, row: Row, column: int) -> QColor | None:  # noqa: ARG002 -- for subclasses
        """Return the colour of the text, None for the ordinary one."""
        return None

    def background(self, row: Row, column: int) -> QColor | None:  # noqa: ARG002
        """Return the background, None for the ordinary one."""
        return None

    def tip(self, row: Row, column: int) -> str:  # noqa: ARG002
        """Return the tooltip as plain text."""
        return ""

    def row_of(self, key: Key) -> int | None:
        """Return where a key stands, or None."""
        return self._row_of.get(key)

    def value(self, key: Key) -> Row | None:
        """Return the row of a key, or None."""
        row = self._row_of.get(key)
        return None if row is None else self._rows[row]

    def value_at(self, row: int) -> Row:
        """Return the value of one row."""
        return self._rows[row]

    def values(self) -> tuple[Row, ...]:
        """Return all rows in order."""
        return tuple(self._rows)

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
                self._keys.append(key)
            self.endInsertRows()
        return len(changed) + len(added)

    def remove(self, key: Key) -> None:
        """Take one row out."""
        row = self._row_of.get(key)
        if row is None:
            return
        self.beginRemoveRows(ROOT, row, row)
        del self._rows[row]
        del self._keys[row]
        self._row_of = {key: number for number, key in enumerate(self._keys)}
        self.endRemoveRows()

    def reorder(self, keys: Sequence[Key]) -> None:
        """Put these rows first, in this order; the others keep theirs behind them."""
        first = [key for key in dict.fromkeys(keys) if key in self._row_of]
        chosen = set(first)
        order = first + [key for key in self._keys if key not in chosen]
        if order == self._keys:
            return
        self.beginResetModel()
        self._rows = [self._rows[self._row_of[key]] for key in order]
        self._keys = order
        self._row_of = {key: number for number, key in enumerate(order)}
        self.endResetModel()

    def announce(self, rows: Iterable[int]) -> None:
        """Tell the views that these rows changed, neighbours together."""
        run: list[int] = []
        for row in sorted(set(rows)):
            if run and row != run[-1] + 1:
                self._announce_run(run[0], run[-1])
                run = []
            run.append(row)
        if run:
            self._announce_run(run[0], run[-1])

    def _announce_run(self, first: int, last: int) -> None:
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))
