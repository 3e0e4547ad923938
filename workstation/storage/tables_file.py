"""A list of one kind on disk: a file that a person can read and mend, one table for each."""

import tomllib
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import Field, fields
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

import msgspec
import tomli_w

from workstation.storage.files import write_private_file

_LARGEST = 1_048_576
_VERSION = 1


class Kept(Protocol):
    """A dataclass that a table is read into."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def fault(self) -> str:
        """Why it cannot be used; empty where it can."""


Entry = TypeVar("Entry", bound=Kept)


def read_tables(
    path: Path, kind: type[Entry], name: str, most: int, key: Callable[[Entry], Hashable]
) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Return the entries called `name` that can be used, and a sentence about each that cannot.

    Of those with one key the first counts. Nothing where there is no file. Raises OSError, and
    ValueError where it is no such file.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError("it is too large")
        found = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return (), ()
    if found.get("version") != _VERSION:
        raise ValueError(f"it is of version {found.get('version')!r}")
    listed = found.get(name, [])
    if not isinstance(listed, list) or len(listed) > most:
        raise ValueError(f"it holds no list of at most {most} {name}s")
    read: dict[Hashable, Entry] = {}
    faults: list[str] = []
    for number, table in enumerate(listed, 1):
        entry = _read(table, kind)
        if isinstance(entry, str):
            faults.append(f"{name} {number}: {entry}")
        elif (known := key(entry)) in read:
            faults.append(f"{name} {number}: {known} is there twice")
        else:
            read[known] = entry
    return tuple(read.values()), tuple(faults)


def write_tables(path: Path, name: str, tables: Sequence[Mapping[str, object]]) -> None:
    """Keep the tables durably. Raises OSError."""
    write_private_file(path, tomli_w.dumps({"version": _VERSION, name: tables}).encode())


def _read(table: object, kind: type[Entry]) -> Entry | str:
    """Return an entry, or why it cannot be used."""
    if not isinstance(table, dict):
        return "it is no table"
    names = {each.name for each in fields(kind)}
    unknown = [str(name)[:40] for name in table if name not in names]
    if unknown:
        return f"there is no field “{unknown[0]}”"
    try:
        entry = msgspec.convert(table, kind)
    except (msgspec.ValidationError, ValueError) as error:
        return str(error)
    return entry.fault or entry
