"""The groups of the grid of shocks on disk: one table a group, for a person to read and edit."""

import tomllib
from decimal import Decimal
from pathlib import Path

import msgspec

from workstation.domain.errors import SettingsError
from workstation.domain.shock_groups import ShockGroup
from workstation.storage.files import write_private_file

MOST_GROUPS = 200
"""More are not read."""

LARGEST = 64 * 1024
MOST_TIMES = Decimal(10)
"""No group moves more times what the grid says."""

EXAMPLE = """\
# Groups of positions whose prices move together in the grid of shocks (Risk, Exposure).
# A position belongs to the first group that names its symbol, its underlying or its sector,
# as they stand in the groups beside the grid; what no group names moves as the grid says.
# price and volatility: how many times the grid's move; -0.5 moves half as far the other way.
#
# [chips]
# price = 1.5
# symbols = ["NVDA", "AMD"]
#
# [technology]
# price = 1.2
# volatility = 1.1
# sectors = ["Technology"]
#
# [hedges]
# price = -0.5
# underlyings = ["VXX"]
"""


class _Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    price: Decimal = Decimal(1)
    volatility: Decimal = Decimal(1)
    symbols: tuple[str, ...] = ()
    underlyings: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()


def parse_groups(text: str) -> tuple[ShockGroup, ...]:
    """Read groups as the file has them. Raises SettingsError with what is wrong."""
    if len(text.encode()) > LARGEST:
        raise SettingsError("the groups are too large a text")
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
        return tuple(_group(name, section) for name, section in list(raw.items())[:MOST_GROUPS])
    except (ArithmeticError, RecursionError, ValueError) as error:
        raise SettingsError(f"the groups cannot be used: {error}") from error


def read_groups(path: Path) -> tuple[ShockGroup, ...]:
    """Return the groups on disk, none where there is no file. Raises SettingsError."""
    return parse_groups(read_text(path))


def read_text(path: Path) -> str:
    """Return the file as it is, the example where there is none. Raises SettingsError."""
    try:
        if path.stat().st_size > LARGEST:
            raise SettingsError(f"{path.name} is too large")
        return path.read_text("utf-8")
    except FileNotFoundError:
        return EXAMPLE
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path.name} cannot be used: {error}") from error


def write_text(path: Path, text: str) -> None:
    """Keep a text durably. Raises OSError."""
    write_private_file(path, text.encode())


def _group(name: str, raw: object) -> ShockGroup:
    """Check one group; msgspec's own errors are ValueErrors too."""
    try:
        given = msgspec.convert(raw, _Group, strict=False)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    for factor in (given.price, given.volatility):
        if not factor.is_finite() or abs(factor) > MOST_TIMES:
            raise ValueError(f"{name}: a factor must lie between -{MOST_TIMES} and {MOST_TIMES}")
    if given.volatility < 0:
        raise ValueError(f"{name}: volatility cannot move against itself")
    if not (given.symbols or given.underlyings or given.sectors):
        raise ValueError(f"{name}: it names no symbol, underlying or sector")
    return ShockGroup(name=name[:40], **msgspec.structs.asdict(given))
