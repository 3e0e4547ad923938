"""The templates of charts on disk: one file for all profiles, written whole at every change."""

import logging
from pathlib import Path

import msgspec

from workstation.storage.files import write_private_file

log = logging.getLogger(__name__)

_LARGEST = 4_194_304
FILE = "chart-templates.json"


class TemplateFile:
    """Keeps templates in a file of the user's data folder. GUI thread."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._seen: tuple[int, int] | None = None
        self._state: dict[str, object] = {}

    def load(self) -> dict[str, object]:
        """Return what was saved last; nothing where it cannot be read. Read again if it changed."""
        try:
            found = self._path.stat()
            if (found.st_mtime_ns, found.st_size) == self._seen:
                return self._state
            self._seen, self._state = (found.st_mtime_ns, found.st_size), {}
            if found.st_size > _LARGEST:
                log.info("the file of templates is too large and is not used")
                return {}
            self._state = msgspec.json.decode(self._path.read_bytes(), type=dict[str, object])
        except FileNotFoundError:
            self._seen, self._state = None, {}
        except (OSError, msgspec.MsgspecError) as error:
            log.info("the templates cannot be read: %s", error)
            self._set_aside()
        return self._state

    def save(self, state: dict[str, object]) -> None:
        """Keep all templates; a full disk costs them, never the program."""
        try:
            write_private_file(self._path, msgspec.json.encode(state))
        except (OSError, msgspec.MsgspecError) as error:
            log.info("the templates could not be kept: %s", error)
        self._seen, self._state = None, state

    def _set_aside(self) -> None:
        """Keep a file that cannot be read: the next change would write over it."""
        self._seen, self._state = None, {}
        try:
            self._path.replace(self._path.with_suffix(".damaged"))
        except OSError as error:
            log.info("the templates could not be set aside: %s", error)
