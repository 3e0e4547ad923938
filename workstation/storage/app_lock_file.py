"""How the window locks, on disk: after how long, and the PIN as a salted hash of a slow function.

The PIN keeps passers-by from the screen. Who may read and write the files of this account can
take the file away, and with it the lock.
"""

import hashlib
import hmac
import os
import tomllib
from pathlib import Path
from typing import Annotated

import msgspec
import tomli_w

from workstation.domain.errors import SettingsError
from workstation.storage.files import write_private_file

MOST_MINUTES = 480
SHORTEST_PIN, LONGEST_PIN = 4, 64
_N, _R, _P, _MEMORY = 2**14, 8, 1, 64 * 1024 * 1024
"""Scrypt: 16 MiB and some 50 ms for each guess."""

_LARGEST = 4096

Hex = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]*$", max_length=128)]


class AppLockSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`idle_minutes` 0 never locks by itself; without a hash a click unlocks."""

    idle_minutes: Annotated[int, msgspec.Meta(ge=0, le=MOST_MINUTES)] = 0
    salt: Hex = ""
    pin_hash: Hex = ""

    @property
    def has_pin(self) -> bool:
        """Whether unlocking takes a PIN."""
        return bool(self.pin_hash)


def with_pin(settings: AppLockSettings, pin: str) -> AppLockSettings:
    """Return the settings with this PIN, or without one where it is empty. Slow on purpose."""
    salt = os.urandom(16)
    found = _hash(pin, salt).hex() if pin else ""
    return AppLockSettings(
        idle_minutes=settings.idle_minutes, salt=salt.hex() if pin else "", pin_hash=found
    )


def is_pin(settings: AppLockSettings, pin: str) -> bool:
    """Tell whether this is the PIN. Slow on purpose."""
    if not settings.has_pin:
        return True
    found = _hash(pin, bytes.fromhex(settings.salt))
    return hmac.compare_digest(found.hex(), settings.pin_hash)


def read_app_lock(path: Path) -> AppLockSettings:
    """Return the settings, defaults where there is no file. Raises SettingsError."""
    try:
        if path.stat().st_size > _LARGEST:
            raise SettingsError(f"{path.name} is too large")
        found = msgspec.convert(tomllib.loads(path.read_text("utf-8")), AppLockSettings)
        bytes.fromhex(found.salt)
    except FileNotFoundError:
        return AppLockSettings()
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path.name} cannot be used: {error}") from error
    return found


def write_app_lock(path: Path, settings: AppLockSettings) -> None:
    """Keep the settings durably, readable by their owner alone. Raises OSError."""
    write_private_file(path, tomli_w.dumps(msgspec.to_builtins(settings)).encode())


def _hash(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=_N, r=_R, p=_P, maxmem=_MEMORY, dklen=32)
