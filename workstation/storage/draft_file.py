"""Kept drafts on disk: a file that a person can read and mend, one table a draft."""

import tomllib
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec
import tomli_w

from workstation.domain.kept_draft import KeptDraft
from workstation.storage.files import write_private_file

MOST_DRAFTS = 200

_LARGEST = 1_048_576
_VERSION = 1
_NAMES = frozenset(each.name for each in fields(KeptDraft))


def read_drafts(path: Path) -> tuple[tuple[KeptDraft, ...], tuple[str, ...]]:
    """Return the drafts that can be used, and a sentence about each that cannot.

    Nothing where there is no file. Raises OSError, and ValueError where it is no such file.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError("it is too large")
        found = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return (), ()
    if found.get("version") != _VERSION:
        raise ValueError(f"it is of version {found.get('version')!r}")
    listed = found.get("draft", [])
    if not isinstance(listed, list) or len(listed) > MOST_DRAFTS:
        raise ValueError(f"it holds no list of at most {MOST_DRAFTS} drafts")
    read: dict[datetime, KeptDraft] = {}
    faults: list[str] = []
    for number, entry in enumerate(listed, 1):
        draft = _read(entry)
        if isinstance(draft, str):
            faults.append(f"draft {number}: {draft}")
        elif draft.kept_at in read:
            faults.append(f"draft {number}: another was kept at the same moment")
        else:
            read[draft.kept_at] = draft
    return tuple(read.values()), tuple(faults)


def write_drafts(path: Path, drafts: tuple[KeptDraft, ...]) -> None:
    """Keep the drafts durably. Raises OSError."""
    listed = [_plain(draft) for draft in drafts]
    write_private_file(path, tomli_w.dumps({"version": _VERSION, "draft": listed}).encode())


def _read(entry: object) -> KeptDraft | str:
    """Return a draft, or why it cannot be used."""
    if not isinstance(entry, dict):
        return "it is no table"
    unknown = [str(name)[:40] for name in entry if name not in _NAMES]
    if unknown:
        return f"there is no field “{unknown[0]}”"
    try:
        draft = msgspec.convert(entry, KeptDraft)
    except (msgspec.ValidationError, ValueError) as error:
        return str(error)
    return draft.fault or draft


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
