"""Keeps how the window locks; hashes of PINs are worked out on a pool thread."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, Slot

from workstation.app.pool_job import PoolJob, Told
from workstation.domain.errors import SettingsError
from workstation.storage.app_lock_file import (
    AppLockSettings,
    is_pin,
    read_app_lock,
    with_pin,
    write_app_lock,
)


@dataclass(frozen=True, slots=True)
class _Done:
    """What a job found, and who waits for it."""

    result: object
    answer: Callable[[object], None]


class AppLockKeeper(QObject):
    """One job after the other. GUI thread. A file that cannot be used counts as none."""

    def __init__(self, path: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._path = path
        self.fault = ""
        self._settings = AppLockSettings()
        try:
            self._settings = read_app_lock(path)
        except SettingsError as error:
            self.fault = str(error)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._told = Told(self)
        self._told.done.connect(self._on_done)

    @property
    def idle_minutes(self) -> int:
        """After how many minutes without a touch the window locks; 0 for never."""
        return self._settings.idle_minutes

    @property
    def has_pin(self) -> bool:
        """Whether unlocking takes a PIN."""
        return self._settings.has_pin

    @property
    def file(self) -> str:
        """The file that holds the PIN: who takes it away takes the PIN away."""
        return str(self._path)

    def check(self, pin: str, answer: Callable[[bool], None]) -> None:
        """Tell later, on the GUI thread, whether this is the PIN."""
        settings = self._settings

        def work() -> object:
            return _Done(is_pin(settings, pin), lambda found: answer(found is True))

        self._pool.start(PoolJob(work, self._told))

    def save(self, minutes: int, pin: str | None, answer: Callable[[str], None]) -> None:
        """Keep it; a PIN of None leaves the one there is. The answer is "" or what went wrong."""
        now = self._settings
        kept = AppLockSettings(idle_minutes=minutes, salt=now.salt, pin_hash=now.pin_hash)
        path = self._path

        def work() -> object:
            new = kept if pin is None else with_pin(kept, pin)
            try:
                write_app_lock(path, new)
            except OSError as error:
                return _Done(str(error), partial(self._take, answer))
            return _Done(new, partial(self._take, answer))

        self._pool.start(PoolJob(work, self._told))

    def wait(self) -> None:
        """Let work under way end; called when the program closes."""
        self._pool.waitForDone()

    def _take(self, answer: Callable[[str], None], result: object) -> None:
        if isinstance(result, AppLockSettings):
            self._settings, self.fault = result, ""
            answer("")
        else:
            answer(str(result))

    @Slot(object)
    def _on_done(self, done: object) -> None:
        if isinstance(done, _Done):
            done.answer(done.result)
