"""What every table shows: columns that turn a row's value into cells, painted from a cache."""

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from typing_extensions import override

from workstation.ui import text
from workstation.ui.theme import paint

Row = TypeVar("Row")

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
    """One cell as it is painted; None colours are the palette's.

    `width` is the painter's own note: the text's width in pixels, below 0 until measured.
    """

    text: str
    is_right: bool
    colour: QColor | None = None
    background: QColor | None = None
    is_number: bool = False
    width: float = -1.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar behind the cells `first` to `last` of a row; `fraction` of their width, 0 to 1."""

    first: int
    last: int
    fraction: float
    colour: QColor
    from_right: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[Row]):
    """One column: how a row's value becomes text, and by what it sorts.

    `sample` is the longest ordinary text; it gives the width at first. Numbers stand right
    unless `is_left`. What `is_extra` is hidden until the user wants it.
    """

    key: str
    title: str
    text: Callable[[Row], str]
    sort: Callable[[Row], float | str | None]
    sample: str
    is_number: bool = True
    is_left: bool = False
    tip: str = ""
    is_extra: bool = False

    @property
    def is_right(self) -> bool:
        """Whether text stands at the right edge."""
        return self.is_number and not self.is_left


def word_column(
    key: str, title: str, of: Callable[[Row], str], sample: str, tip: str = ""
) -> Column[Row]:
    """Return a column of words, sorted as they are shown."""
    return Column(key=key, title=title, text=of, sort=of, sample=sample, is_number=False, tip=tip)


class TableModel(QAbstractTableModel, Generic[Row]):
    """Rows that a subclass keeps in `_rows`, in the order they are shown."""

    def __init__(self, columns: Sequence[Column[Row]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._rows: list[Row] = []
        self._cells: list[list[Cell | None] | None] = []
        self._is_history = False

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
            return RIGHT if column.is_right else LEFT
        return None

    @override
    def data(self, index: AnyIndex, role: int = _DISPLAY) -> Any:
        """Return what Qt asks for; the painter takes its cells from cells() alone."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        column = self.columns[index.column()]
        if role == _DISPLAY:
            return column.text(row)
        if role == SORT_ROLE:
            return column.sort(row)
        if role == ROW_ROLE:
            return row
        return self._looks(row, index.column(), role)

    def _looks(self, row: Row, column: int, role: int) -> Any:
        if role == _ALIGN:
            return RIGHT if self.columns[column].is_right else LEFT
        if role == _TOOLTIP:
            return text.tooltip(self.tip(row, column)) or None
        if role == _FOREGROUND:
            return self._shade(row, column)
        if role == _BACKGROUND:
            return self.background(row, column)
        return None

    def cell(self, row: int, column: int) -> Cell:
        """Return a cell as it is painted, the same one until something of it changes."""
        cells = self._cells[row]
        if cells is None:
            cells = self._cells[row] = [None] * len(self.columns)
        found = cells[column]
        if found is None:
            found = cells[column] = self._new_cell(self._rows[row], column)
        return found

    def _new_cell(self, row: Row, column: int) -> Cell:
        spec = self.columns[column]
        return Cell(
            spec.text(row),
            spec.is_right,
            self._shade(row, column),
            self.background(row, column),
            spec.is_number,
        )

    def set_history(self, *, is_history: bool) -> None:
        """Grey every row, or give the colours back: nobody vouches for what is shown."""
        if is_history is not self._is_history:
            self._is_history = is_history
            self.announce(range(len(self._rows)))

    def _shade(self, row: Row, column: int) -> QColor | None:
        return paint().muted if self._is_history else self.colour(row, column)

    def colour(self, row: Row, column: int) -> QColor | None:  # noqa: ARG002 -- for subclasses
        """Return the colour of the text, None for the ordinary one."""
        return None

    def background(self, row: Row, column: int) -> QColor | None:  # noqa: ARG002
        """Return the background, None for the ordinary one."""
        return None

    def bars(self, row: Row) -> Sequence[Bar]:  # noqa: ARG002
        """Return the bars behind the cells of a row."""
        return ()

    def tip(self, row: Row, column: int) -> str:  # noqa: ARG002
        """Return the tooltip as plain text."""
        return ""

    def value_at(self, row: int) -> Row:
        """Return the value of one row."""
        return self._rows[row]

    def values(self) -> tuple[Row, ...]:
        """Return all rows in order."""
        return tuple(self._rows)

    def forget_cells(self) -> None:
        """Make every cell anew when it is painted next: theme, font or all rows changed."""
        self._cells = [None] * len(self._rows)

    def announce(self, rows: Iterable[int]) -> None:
        """Tell the views that these rows changed in any column, neighbours together."""
        numbers = sorted(set(rows))
        for row in numbers:
            self._cells[row] = None
        for first, last in runs(numbers):
            self._announce_block(first, last, 0, len(self.columns) - 1)

    def announce_columns(self, changed: dict[int, int]) -> None:
        """Tell the views which columns changed: row number to a mask with a bit per column.

        Columns that changed in any of these rows are announced for all of them, so that few
        signals leave; only the cells that did change are made anew.
        """
        union = 0
        for row, mask in changed.items():
            union |= mask
            cells = self._cells[row]
            if cells is not None:
                for column in bits(mask):
                    cells[column] = None
        columns = list(runs(list(bits(union))))
        for first, last in runs(sorted(changed)):
            for left, right in columns:
                self._announce_block(first, last, left, right)

    def _announce_block(self, first: int, last: int, left: int, right: int) -> None:
        self.dataChanged.emit(self.createIndex(first, left), self.createIndex(last, right))


@functools.lru_cache(maxsize=4096)
def bits(mask: int) -> tuple[int, ...]:
    """Return the numbers of the bits that are set, lowest first."""
    return tuple(n for n in range(mask.bit_length()) if mask >> n & 1)


def runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return the first and last of each run of neighbours in a rising sequence."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
