"""The order presets on disk: a file that a person can read and mend, one table a preset."""

from collections.abc import Iterator
from dataclasses import asdict
from operator import attrgetter
from pathlib import Path

import msgspec

from workstation.domain.order_preset import OrderPreset
from workstation.storage.tables_file import read_tables, write_tables

MOST_PRESETS = 500


def read_presets(path: Path) -> tuple[tuple[OrderPreset, ...], tuple[str, ...]]:
    """Return the presets that can be used, and a sentence about each that cannot.

    Nothing where there is no file. Raises OSError, and ValueError where it is no such file.
    """
    return read_tables(path, OrderPreset, "preset", MOST_PRESETS, attrgetter("name"))


def write_presets(path: Path, presets: tuple[OrderPreset, ...]) -> None:
    """Keep the presets durably. Raises OSError."""
    write_tables(path, "preset", [dict(_given(preset)) for preset in presets])


def _given(preset: OrderPreset) -> Iterator[tuple[str, object]]:
    """Yield the fields that say something, as plain values; numbers stay exact as text."""
    for name, value in msgspec.to_builtins(asdict(preset)).items():
        if value not in (None, ""):
            yield name, value
