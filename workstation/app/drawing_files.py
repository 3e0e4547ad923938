"""The drawings of each contract on disk: one small file each, written whole at every change."""

import logging
import re
from pathlib import Path

import msgspec

from workstation.storage.files import make_private_folder, write_private_file

log = logging.getLogger(__name__)

_LARGEST = 1_048_576
_VERSION = 1
_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")


class _File(msgspec.Struct):
    version: int
    drawings: list[dict[str, object]]


class DrawingFiles:
    """Keeps drawings in a folder under the keys of their contracts. GUI thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, key: str) -> list[dict[str, object]]:
        """Return the drawings of a contract; none where they cannot be read."""
        try:
            path = self._path(key)
            if path.stat().st_size > _LARGEST:
                log.info("the drawings of %s are too large and are not used", key)
                return []
            kept = msgspec.json.decode(path.read_bytes(), type=_File)
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            log.info("the drawings of %s cannot be read: %s", key, error)
            self._set_aside(key)
            return []
        return kept.drawings if kept.version == _VERSION else []

    def save(self, key: str, drawings: list[dict[str, object]]) -> None:
        """Keep the drawings of a contract; a full disk costs them, never the program."""
        try:
            make_private_folder(self._folder)
            write_private_file(self._path(key), msgspec.json.encode(_File(_VERSION, drawings)))
        except (OSError, ValueError) as error:
            log.info("the drawings of %s could not be kept: %s", key, error)

    def _set_aside(self, key: str) -> None:
        """Keep a file that cannot be read: the next change would write over it."""
        try:
            path = self._path(key)
            path.replace(path.with_suffix(".damaged"))
        except (OSError, ValueError) as error:
            log.info("the drawings of %s could not be set aside: %s", key, error)

    def _path(self, key: str) -> Path:
        if _NAME.fullmatch(key) is None:
            raise ValueError("not a key of a contract")
        return self._folder / f"{key}.json"
