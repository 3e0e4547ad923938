"""Reads and writes files with named limits on a pool thread."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, Slot

from workstation.app.pool_job import PoolJob, Told
from workstation.domain.errors import SettingsError
from workstation.storage.files import write_private_file
from workstation.ui.limit_profiles import LimitProfilesLink

MOST_BYTES = 1_000_000
"""A limits file has some kilobytes; what is larger is another file."""


@dataclass(frozen=True, slots=True)
class _Read:
    path: Path
    text: str


class LimitProfileFiles(QObject):
    """Carries limits between the user's files and the page. GUI thread."""

    def __init__(self, link: LimitProfilesLink) -> None:
        super().__init__(link)
        self._link = link
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._told = Told(self)
        self._told.done.connect(self._on_done)
        link.read_requested.connect(self._on_read_requested)
        link.write_requested.connect(self._on_write_requested)

    def wait(self) -> None:
        """Let work under way end; called when the program closes."""
        self._pool.waitForDone()

    @Slot(object)
    def _on_read_requested(self, path: Path) -> None:
        self._pool.start(PoolJob(lambda: _Read(path, text_of(path)), self._told))

    @Slot(object)
    def _on_write_requested(self, wish: tuple[Path, str]) -> None:
        path, content = wish

        def write() -> str:
            write_private_file(path, content.encode())
            return f"Written to {path.name}."

        self._pool.start(PoolJob(write, self._told))

    @Slot(object)
    def _on_done(self, result: object) -> None:
        if isinstance(result, _Read):
            self._link.take_file(result.path, result.text)
        else:
            self._link.told(str(result))


def text_of(path: Path) -> str:
    """Return a limits file as it is. Raises SettingsError and OSError."""
    if path.stat().st_size > MOST_BYTES:
        raise SettingsError(f"{path.name} is too large to be a limits file.")
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path.name} is no text.") from error
