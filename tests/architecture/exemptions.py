"""Reads exemptions.toml, the one list of what the rules let pass."""

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("exemptions.toml")


@dataclass(frozen=True, slots=True)
class Exemption:
    """One place that may break one rule, and why."""

    rule: str
    where: str
    reason: str


@functools.cache
def exemptions() -> tuple[Exemption, ...]:
    """Return the list of places."""
    entries = tomllib.loads(FILE.read_text(encoding="utf-8")).get("exemption", [])
    return tuple(Exemption(**entry) for entry in entries)


@functools.cache
def lazy_modules(path: str) -> tuple[str, ...]:
    """Return the modules that a file of workstation/app may import inside a function."""
    entries = tomllib.loads(FILE.read_text(encoding="utf-8")).get("lazy_import", [])
    return tuple(
        entry["module"]
        for entry in entries
        if entry.get("where", path) == path and entry["reason"].strip()
    )
