"""The price alerts on disk: they outlive the program."""

from pathlib import Path

import msgspec

from workstation.domain.alert import PriceAlert
from workstation.storage.files import write_private_file

MOST_ALERTS = 500

_LARGEST = 1_048_576


class _File(msgspec.Struct):
    version: int
    alerts: tuple[PriceAlert, ...]


def read_alerts(path: Path) -> tuple[PriceAlert, ...]:
    """Return the alerts, none where there is no file. Raises OSError and ValueError."""
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError("the file is too large")
        found = msgspec.json.decode(path.read_bytes(), type=_File)
    except FileNotFoundError:
        return ()
    if found.version != 1:
        raise ValueError(f"the file is of version {found.version}")
    sound = [each for each in found.alerts if each.price.is_finite()]
    if len({each.number for each in sound}) != len(sound):
        raise ValueError("two alerts have one number")
    return tuple(sound[:MOST_ALERTS])


def write_alerts(path: Path, alerts: tuple[PriceAlert, ...]) -> None:
    """Keep the alerts durably. Raises OSError."""
    write_private_file(path, msgspec.json.encode(_File(1, alerts)))
