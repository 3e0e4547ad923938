"""Practice sessions on disk: a readable file each, in a folder apart from the journal."""

import logging
import re
from pathlib import Path

import msgspec

from workstation.storage.files import make_private_folder, write_private_file

log = logging.getLogger(__name__)

_LARGEST = 8_388_608
_MOST = 300
"""Sessions that are listed; older files stay where they are."""

_NAME = re.compile(r"session-[A-Za-z0-9_-]{1,80}")
_RATES = "commissions"


class PracticeFiles:
    """Keeps practice sessions in a folder of the profile. GUI thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        """Return the names of all sessions, the one changed last first."""
        try:
            found = [
                (path.stat().st_mtime_ns, path.stem)
                for path in self._folder.glob("session-*.json")
                if _NAME.fullmatch(path.stem)
            ]
        except OSError as error:
            log.info("the practice sessions cannot be listed: %s", error)
            return []
        return [name for _, name in sorted(found, reverse=True)[:_MOST]]

    def load(self, name: str) -> dict[str, object] | None:
        """Return what was saved under a name, None where it cannot be read."""
        try:
            path = self._path(name)
            if path.stat().st_size > _LARGEST:
                log.info("the practice session %s is too large and is not used", name)
                return None
            return msgspec.json.decode(path.read_bytes(), type=dict[str, object])
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            log.info("the practice session %s cannot be read: %s", name, error)
            return None

    def save(self, name: str, state: dict[str, object]) -> bool:
        """Keep a session; a full disk costs it, never the program."""
        try:
            make_private_folder(self._folder)
            readable = msgspec.json.format(msgspec.json.encode(state), indent=2)
            write_private_file(self._path(name), readable)
        except (OSError, ValueError) as error:
            log.info("the practice session %s could not be kept: %s", name, error)
            return False
        return True

    def delete(self, name: str) -> None:
        """Drop a session."""
        try:
            self._path(name).unlink(missing_ok=True)
        except (OSError, ValueError) as error:
            log.info("the practice session %s could not be deleted: %s", name, error)

    def load_rates(self) -> dict[str, object]:
        """Return the commissions that were set, by kind of contract."""
        return self.load(_RATES) or {}

    def save_rates(self, rates: dict[str, object]) -> None:
        """Keep the commissions."""
        self.save(_RATES, rates)

    def _path(self, name: str) -> Path:
        if name != _RATES and _NAME.fullmatch(name) is None:
            raise ValueError("not a name of a practice session")
        return self._folder / f"{name}.json"
