"""Tries other limits on the recorded orders, on a pool thread, for the page of the risk dock."""

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, Slot

from workstation.app.limit_profile_files import text_of
from workstation.app.pool_job import PoolJob, Told
from workstation.desk.dry_run import dry_run, limits_for
from workstation.domain.account import masked
from workstation.domain.dry_run import DryRun
from workstation.domain.errors import SettingsError
from workstation.domain.ids import AccountId
from workstation.risk.limits import Limits
from workstation.storage.files import write_private_file
from workstation.storage.journal_reader import read_entries
from workstation.storage.limits_file import parse_limits, put_limits, read_limits, written
from workstation.ui.panels.dry_run import DryRunPage, DryRunWish


class DryRuns(QObject):
    """One try at a time. GUI thread; reads and judges on a pool thread."""

    def __init__(self, journal: Path, limits: Path, page: DryRunPage) -> None:
        super().__init__(page)
        self._journal = journal
        self._limits = limits
        self._page = page
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._ran, self._read = Told(self), Told(self)
        self._ran.done.connect(self._on_ran)
        self._read.done.connect(self._on_read)
        page.run_requested.connect(self._on_run_requested)
        page.limits_wanted.connect(self._on_limits_wanted)
        page.file_chosen.connect(self._on_file_chosen)
        self._kept = Told(self)
        self._kept.done.connect(self._on_kept)
        page.export_requested.connect(self._on_export_requested)
        page.adoption_requested.connect(self._on_adoption_requested)

    def wait(self) -> None:
        """Let work under way end; called when the program closes."""
        self._pool.waitForDone()

    @Slot(object)
    def _on_run_requested(self, wish: DryRunWish) -> None:
        journal, now = self._journal, datetime.now(UTC)
        self._pool.start(PoolJob(lambda: tried(journal, wish, now), self._ran))

    @Slot(object)
    def _on_limits_wanted(self, account: AccountId) -> None:
        path = self._limits
        self._pool.start(PoolJob(lambda: _Section(_section(path, account)), self._read))

    @Slot(object)
    def _on_file_chosen(self, path: Path) -> None:
        self._pool.start(PoolJob(lambda: _Section(text_of(path)), self._read))

    @Slot(object)
    def _on_export_requested(self, wish: tuple[Path, str]) -> None:
        self._pool.start(PoolJob(lambda: kept(*wish), self._kept))

    @Slot(object)
    def _on_adoption_requested(self, wish: DryRunWish) -> None:
        path = self._limits
        self._pool.start(PoolJob(lambda: adopted(path, wish), self._kept))

    @Slot(object)
    def _on_kept(self, result: object) -> None:
        self._page.say(str(result))

    @Slot(object)
    def _on_ran(self, result: object) -> None:
        if isinstance(result, DryRun):
            self._page.show_result(result)
        else:
            self._page.say(str(result))

    @Slot(object)
    def _on_read(self, result: object) -> None:
        if isinstance(result, _Section):
            self._page.show_limits(result)
        else:
            self._page.say(str(result))


class _Section(str):
    """The text of limits, which a sentence on a fault is not."""

    __slots__ = ()


def tried(journal: Path, wish: DryRunWish, now: datetime) -> DryRun:
    """Judge the orders on record under the limits of a text. Raises WorkstationError."""
    return dry_run(read_entries(journal), _limits_of(wish), wish.days, now)


def _limits_of(wish: DryRunWish) -> Limits:
    limits = limits_for(wish.account, parse_limits(wish.limits, "these limits"))
    if limits is None:
        raise SettingsError(f"these limits have no section for {masked(wish.account)}.")
    return limits


def kept(path: Path, limits: str) -> str:
    """Keep limits in a file of their own, to be opened for another account or day.

    Raises SettingsError where they are none, and OSError.
    """
    parse_limits(limits, "these limits")
    write_private_file(path, f"{limits.strip()}\n".encode())
    return f"Kept in {path.name}. Open… takes them from there, for any account."


def adopted(path: Path, wish: DryRunWish) -> str:
    """Put limits into the limits file; they are not in force. Raises SettingsError and OSError."""
    put_limits(path, _limits_of(wish))
    return f"They stand in {path.name}; Apply edited limits puts them in force, on record."


def _section(path: Path, account: AccountId) -> str:
    limits = read_limits(path).get(account)
    if limits is None:
        raise SettingsError(f"{path.name} has no section for {masked(account)} yet.")
    return written(limits).strip()
