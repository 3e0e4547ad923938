"""Builds a core that is ready to run on whatever thread calls its loop."""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workstation.desk.command_desk import CommandDesk
from workstation.desk.control import ControlChannel
from workstation.desk.desk import Desk
from workstation.desk.journal_keeper import JournalKeeper, StartJob
from workstation.desk.loop import CoreLoop, Wait, select
from workstation.desk.request_desk import RequestDesk
from workstation.desk.salvage import Kept, new_mark, take_in_salvage, write_kept
from workstation.desk.settings import DeskSettings
from workstation.desk.snapshot_mark import snapshot_mark
from workstation.domain.clock import Clock
from workstation.domain.commands import Command
from workstation.domain.errors import JournalError
from workstation.domain.finding import TradingState
from workstation.domain.notice import Severity
from workstation.domain.ports import Checkpoint, Publisher, no_checkpoint
from workstation.storage.journal import Journal, Told, nobody_told
from workstation.storage.snapshot_file import snapshots_of

LONG_JOURNAL = 20_000
"""Entries from which on what the journal adds up to is worth leaving out of every look."""


@dataclass(frozen=True, slots=True)
class JournalCare:
    """What a long journal asks for.

    `told` hears how far it is read; what that raises ends the reading. `start_job` starts the
    processes that look after it; without them nobody does.
    """

    told: Told = nobody_told
    start_job: StartJob | None = None


NO_CARE = JournalCare()


@dataclass(frozen=True, slots=True)
class Core:
    """A loop, the desk it serves, and the journal under it."""

    loop: CoreLoop
    desk: Desk
    commands: CommandDesk
    journal: Journal
    keeper: JournalKeeper
    control: ControlChannel | None = None

    def run(self) -> None:
        """Run until stop(); the thread that calls this is the core thread."""
        try:
            self._start()
            self.keeper.start()
            self._listen()
            self.loop.run()
            self.keeper.finish()
        finally:
            self.close()

    def _start(self) -> None:
        """Read the journal; Python looks for no cycles meanwhile, which would hold every thread.

        What a long journal leaves in memory stays, so that no later look is at it either.
        """
        was_looking = gc.isenabled()
        gc.disable()
        try:
            self.desk.start()
            if self.journal.last_seq > LONG_JOURNAL:
                gc.freeze()
        finally:
            if was_looking:
                gc.enable()

    def stop(self) -> None:
        """Ask the core to disconnect and to leave run(). Any thread.

        It does so 2 s after the last order or cancel has left at the earliest.
        """
        self.loop.stop_after(self.desk.stop, self.desk.seconds_until_quiet)

    def close(self) -> None:
        """Give files and sockets back."""
        if self.control is not None:
            self.control.close()
        self.journal.close()
        self.loop.close()

    def _listen(self) -> None:
        try:
            if self.control is not None:
                self.control.open()
        except OSError as error:
            self.desk.notify(
                Severity.WARNING,
                f"The control channel cannot be opened: {error.strerror}.",
                effect="'main.py kill' does not reach this program; its own buttons work.",
            )


class _Anew:
    """Halts for a journal that turns out to be damaged, and lets nothing of it loosen."""

    def __init__(self, desk: Desk, journal: Journal, journal_file: Path) -> None:
        self._desk, self._journal, self._file = desk, journal, journal_file

    def begin(self, fault: str) -> None:
        """Save what is known, begin a new journal with it, and halt."""
        desk = self._desk
        desk.trading.restrict(TradingState.HALTED, "the record of orders was damaged")
        limits, locks = desk.limits.kept()
        days, bests = desk.risk.kept()
        kept = Kept(
            mark=new_mark(),
            fault=fault,
            is_complete=True,  # all of it was read at the start, and is known here
            limits=limits,
            locks=locks,
            days=days,
            bests=bests,
        )
        try:
            write_kept(self._file, kept)
            self._journal.begin_anew()
            take_in_salvage(self._journal, self._file)
        except (JournalError, OSError) as error:
            desk.lock(f"the damaged record of orders could not be replaced: {error}")
        desk.publish_link()


def build_core(
    settings: DeskSettings,
    journal_file: Path,
    publisher: Publisher,
    take_command: Callable[[], tuple[int, Command] | None],
    clock: Clock,
    *,
    wait: Wait = select,
    checkpoint: Checkpoint = no_checkpoint,
    care: JournalCare = NO_CARE,
) -> Core:
    """Build the core. Raises JournalError when the journal cannot be trusted or written.

    The journal is read here and in run(), and `care` hears how far.
    """
    client_id = settings.session.client_id
    mark = snapshot_mark(client_id) if snapshots_of(journal_file) else ""
    journal = Journal(journal_file, clock, mark=mark, told=care.told)
    _take_in(journal, journal_file)
    loop = CoreLoop(clock, wait)
    desk = Desk(loop, clock, settings, journal, publisher, checkpoint)
    margins = desk.order_desk.previews.ask
    questions = RequestDesk(desk.session.requests, clock, publisher.post, margins)
    commands = CommandDesk(desk, take_command, questions)
    loop.on_woken = commands.drain
    control = None
    if settings.control_file is not None:
        control = ControlChannel(loop, settings.control_file, desk.exits.emergency.act)

    anew = _Anew(desk, journal, journal_file)
    keeper = JournalKeeper(loop, journal, care.start_job, desk.notify, anew, checkpoint)
    return Core(loop, desk, commands, journal, keeper, control)


def _take_in(journal: Journal, journal_file: Path) -> None:
    """Begin with what a damaged journal left. Raises JournalError."""
    try:
        take_in_salvage(journal, journal_file)
    except BaseException:
        journal.close()
        raise
