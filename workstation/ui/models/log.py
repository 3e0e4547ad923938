"""The log's rows: notices and fills, newest last."""

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor
from typing_extensions import override

from workstation.domain.execution import Execution
from workstation.domain.notice import Notice, Severity
from workstation.ui import text
from workstation.ui.models.keyed import KeyedTableModel
from workstation.ui.models.table import Column, word_column
from workstation.ui.theme import paint

LOG_ROWS = 5_000
"""Older rows leave; the journal keeps everything."""

_SPARE = 250


@dataclass(frozen=True, slots=True)
class LogRow:
    """One line of the log."""

    notice: Notice
    is_fill: bool = False

    @property
    def word(self) -> str:
        """What kind of line it is."""
        return "FILL" if self.is_fill else self.notice.severity.name


def fill_notice(execution: Execution) -> Notice:
    """Write a fill as a line of the log."""
    verb = "Bought" if execution.side.sign > 0 else "Sold"
    what = f"{text.size(execution.quantity)} {execution.shown_name}"
    price = "a price not told" if execution.price is None else text.exact_price(execution.price)
    return Notice(
        severity=Severity.INFO,
        text=f"{verb} {what} at {price} on {execution.exchange}",
        effect=f"Order {execution.order_id}, client {execution.client_id}",
        time=execution.time,
    )


def _text_column(name: str, title: str, sample: str) -> Column[LogRow]:
    def show(row: LogRow) -> str:
        return text.one_line(getattr(row.notice, name))

    return word_column(name, title, show, sample)


COLUMNS: tuple[Column[LogRow], ...] = (
    Column(
        key="time",
        title="Time",
        text=lambda row: text.clock_time(row.notice.time),
        sort=lambda row: row.notice.time.timestamp(),
        sample="23:59:59",
    ),
    Column(
        key="severity",
        title="Kind",
        text=lambda row: row.word,
        sort=lambda row: float(row.notice.severity),
        sample="WARNING",
        is_number=False,
    ),
    Column(
        key="code",
        title="Code",
        text=lambda row: "" if row.notice.code is None else str(row.notice.code),
        sort=lambda row: None if row.notice.code is None else float(row.notice.code),
        sample="10197",
        tip="The broker's number of the message",
    ),
    _text_column("text", "What happened", "W" * 22),
    _text_column("effect", "What it means", "W" * 15),
    _text_column("advice", "What to do", "W" * 9),
)


class LogModel(KeyedTableModel[int, LogRow]):
    """The last 5,000 lines; the key is a running number."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)
        self._next = 0

    def append(self, rows: Iterable[LogRow]) -> None:
        """Add lines at the end and drop the oldest beyond the bound."""
        numbered = []
        for row in rows:
            numbered.append((self._next, row))
            self._next += 1
        self.upsert(numbered[-LOG_ROWS:])
        if len(self._rows) > LOG_ROWS:
            self.remove_run(0, min(len(self._rows), len(self._rows) - LOG_ROWS + _SPARE))

    @override
    def colour(self, row: LogRow, column: int) -> QColor | None:
        """Colour the line by its weight."""
        colours = paint()
        if row.is_fill:
            return colours.good
        if row.notice.severity >= Severity.ERROR:
            return colours.error
        return colours.warning if row.notice.severity is Severity.WARNING else None

    @override
    def background(self, row: LogRow, column: int) -> QColor | None:
        """Underlay alarms."""
        return paint().flash_down if row.notice.severity is Severity.ALARM else None

    @override
    def tip(self, row: LogRow, column: int) -> str:
        """Tell the whole notice."""
        return whole_text(row.notice)


def whole_text(notice: Notice) -> str:
    """Write a notice on several lines."""
    code = "" if notice.code is None else f" (code {notice.code})"
    lines = [f"{text.full_time(notice.time)}  {notice.severity.name}{code}", notice.text]
    return "\n".join(line for line in [*lines, notice.effect, notice.advice] if line)
