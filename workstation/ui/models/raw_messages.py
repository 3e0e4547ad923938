"""The rows of the raw messages: number, time, way, kind and text."""

from collections.abc import Iterable

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor
from typing_extensions import override

from workstation.domain.raw_message import RawMessage
from workstation.ui import text
from workstation.ui.models.keyed import KeyedTableModel
from workstation.ui.models.table import Column, word_column
from workstation.ui.theme import paint

MOST_ROWS = 5_000
_SPARE = 250
_SHOWN = 700

COLUMNS: tuple[Column[RawMessage], ...] = (
    Column(
        key="time",
        title="Time",
        text=lambda row: text.precise_time(row.time)[11:],
        sort=lambda row: float(row.number),
        sample="23:59:59.999 W",
    ),
    Column(
        key="way",
        title="Way",
        text=lambda row: "→ out" if row.is_out else "← in",
        sort=lambda row: "out" if row.is_out else "in",
        sample="→ out W",
        is_number=False,
    ),
    word_column("name", "Kind", lambda row: row.name, "EXECUTION_DATA W"),
    Column(
        key="text",
        title="Message",
        text=lambda row: text.one_line(row.text, _SHOWN),
        sort=lambda row: row.text,
        sample="W" * 40,
        is_number=False,
    ),
)


class RawMessagesModel(KeyedTableModel[int, RawMessage]):
    """The newest messages, newest last; the key is their number."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)

    @property
    def newest(self) -> int:
        """Number of the newest message, 0 without one."""
        return self._rows[-1].number if self._rows else 0

    def append(self, messages: Iterable[RawMessage]) -> None:
        """Add messages at the end and drop the oldest beyond the bound."""
        self.upsert((each.number, each) for each in messages)
        if len(self._rows) > MOST_ROWS:
            self.remove_run(0, len(self._rows) - MOST_ROWS + _SPARE)

    @override
    def colour(self, row: RawMessage, column: int) -> QColor | None:
        """Tell what went from what came."""
        return paint().buy if row.is_out and column == 1 else None

    @override
    def tip(self, row: RawMessage, column: int) -> str:
        """Show the whole message, wrapped by its fields."""
        return f"{row.name}\n{text.one_line(row.text.replace('|', ' | '), 2_000)}"
