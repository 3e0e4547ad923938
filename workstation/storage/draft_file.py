"""Kept drafts on disk: a file that a person can read and mend, one table a draft."""

from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from operator import attrgetter
from pathlib import Path
from typing import Any

from workstation.domain.kept_draft import KeptDraft
from workstation.storage.tables_file import read_tables, write_tables

MOST_DRAFTS = 200


def read_drafts(path: Path) -> tuple[tuple[KeptDraft, ...], tuple[str, ...]]:
    """Return the drafts that can be used, and a sentence about each that cannot.

    Nothing where there is no file. Raises OSError, and ValueError where it is no such file.
    """
    return read_tables(path, KeptDraft, "draft", MOST_DRAFTS, attrgetter("kept_at"))


def write_drafts(path: Path, drafts: tuple[KeptDraft, ...]) -> None:
    """Keep the drafts durably. Raises OSError."""
    write_tables(path, "draft", [_plain(draft) for draft in drafts])


def _plain(value: Any) -> Any:
    """Return a value as a file has it: what is as ever is left out, numbers stay exact as text."""
    if is_dataclass(value):
        given = ((each, getattr(value, each.name)) for each in fields(value))
        return {each.name: _plain(said) for each, said in given if _says_more(each, said)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value


def _says_more(field: "Field[Any]", value: object) -> bool:
    return value is not None and (field.default is MISSING or value != field.default)
