"""One program at a time in one data folder."""

import sys
from pathlib import Path
from typing import IO

from workstation.domain.errors import WorkstationError


class FolderInUseError(WorkstationError):
    """Another running program owns the folder."""


class FolderLock:
    """Held from construction to release(); the system gives it back if the program dies."""

    def __init__(self, folder: Path) -> None:
        self._file: IO[bytes] = (folder / "in-use.lock").open("ab")
        try:
            _lock(self._file)
        except OSError as error:
            self._file.close()
            raise FolderInUseError(
                f"another workstation is already running with {folder}; "
                "close it, or choose another --profile or --data-dir"
            ) from error

    def release(self) -> None:
        """Let another program in."""
        self._file.close()


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
