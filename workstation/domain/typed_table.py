"""A table on its way out of the program, each column with its type."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What the values of a column are; None stands for a value that is missing, in any of them."""

    TEXT = "text"
    """Text as it is, without any protection against formulas; enums are texts too."""

    DECIMAL = "decimal"
    """Decimal, every digit of it."""

    FLOAT = "float"

    INTEGER = "integer"
    """An integer of 64 bits."""

    TIME = "time"
    """An aware datetime, to the microsecond."""

    FLAG = "flag"
    """A bool."""


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """Name and type of a column."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class TypedTable:
    """Columns and rows; each row has a value for every column. The rows can be read once."""

    columns: tuple[TypedColumn, ...]
    rows: Iterable[Sequence[object]]


@dataclass(frozen=True, slots=True)
class TableWritten:
    """What became of a table: the number of its rows.

    `kept_as_text` names columns of decimals with a value that is no number or that no number of
    the file could have held; they were written as text, digit for digit.
    """

    rows: int
    kept_as_text: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """A sentence about what is not as one expects, "" where all is."""
        if not self.kept_as_text:
            return ""
        return f" Written as text, since no number could hold every value: {', '.join(self.kept_as_text)}."
