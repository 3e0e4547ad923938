"""The order presets on disk: a file that a person can read and mend, one table a preset."""

import tomllib
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path

import msgspec
import tomli_w

from workstation.domain.order_preset import OrderPreset
from workstation.storage.files import write_private_file

MOST_PRESETS = 500

_LARGEST = 1_048_576
_VERSION = 1
_NAMES = frozenset(each.name for each in fields(OrderPreset))


def read_presets(path: Path) -> tuple[tuple[OrderPreset, ...], tuple[str, ...]]:
    """Return the presets that can be used, and a sentence about each that cannot.

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
    listed = found.get("preset", [])
    if not isinstance(listed, list) or len(listed) > MOST_PRESETS:
        raise ValueError(f"it holds no list of at most {MOST_PRESETS} presets")
    read: dict[str, OrderPreset] = {}
    faults: list[str] = []
    for number, entry in enumerate(listed, 1):
        preset = _read(entry)
        if isinstance(preset, str):
            faults.append(f"preset {number}: {preset}")
        elif preset.name in read:
            faults.append(f"preset {number}: {preset.name} is there twice")
        else:
            read[preset.name] = preset
    return tuple(read.values()), tuple(faults)


def write_presets(path: Path, presets: tuple[OrderPreset, ...]) -> None:
    """Keep the presets durably. Raises OSError."""
    listed = [dict(_given(preset)) for preset in presets]
    write_private_file(path, tomli_w.dumps({"version": _VERSION, "preset": listed}).encode())


def _read(entry: object) -> OrderPreset | str:
    """Return a preset, or why it cannot be used."""
    if not isinstance(entry, dict):
        return "it is no table"
    unknown = [str(name)[:40] for name in entry if name not in _NAMES]
    if unknown:
        return f"there is no field “{unknown[0]}”"
    try:
        preset = msgspec.convert(entry, OrderPreset)
    except msgspec.ValidationError as error:
        return str(error)
    return preset.fault or preset


def _given(preset: OrderPreset) -> Iterator[tuple[str, object]]:
    """Yield the fields that say something, as plain values; numbers stay exact as text."""
    for name, value in msgspec.to_builtins(asdict(preset)).items():
        if value not in (None, ""):
            yield name, value
