"""The user's own keys between their file and the window."""

import tomllib
from pathlib import Path

import tomli_w
from PySide6.QtCore import QObject, Signal

from workstation.storage.files import write_private_file
from workstation.ui import text

_LARGEST = 65_536


class HotkeyFiles(QObject):
    """Reads the keys once and keeps every change durably: action = "key". GUI thread."""

    faulted = Signal(object)
    """One sentence on what could not be read or kept: str."""

    def __init__(self, path: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._path = path

    def load(self) -> dict[str, str]:
        """Return keys by action; a file that cannot be read is said and left as it is."""
        try:
            found = tomllib.loads(self._path.read_bytes()[:_LARGEST].decode())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            reason = text.one_line(str(error), 160)
            self.faulted.emit(f"Your own keys cannot be read ({reason}); the first ones are used.")
            return {}
        for name, keys in found.items():
            if not isinstance(keys, str):
                self.faulted.emit(f"The key of {text.one_line(name, 40)} is skipped: no text.")
        return {name: keys for name, keys in found.items() if isinstance(keys, str)}

    def save(self, keys: dict[str, str]) -> None:
        """Keep the keys; a disk that refuses costs them, never the program."""
        try:
            write_private_file(self._path, tomli_w.dumps(keys).encode())
        except OSError as error:
            self.faulted.emit(f"Your own keys could not be kept: {error.strerror}.")
