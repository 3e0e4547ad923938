"""Opens the profile's files, so that trading starts from what is on record or not at all.

Imported after the first paint: the broker's library costs more than the whole window.
"""

import secrets
from pathlib import Path

from PySide6.QtCore import QObject

from workstation.app.journal_jobs import JournalJobs
from workstation.app.options import Options
from workstation.bridge.commands import CommandQueue
from workstation.bridge.core_thread import CoreThread
from workstation.broker.recording_filter import is_any_message, is_order_message
from workstation.broker.session import SessionSettings
from workstation.desk.core import Core, JournalCare, build_core
from workstation.desk.salvage import keep_salvage, salvage_file
from workstation.desk.settings import DeskSettings
from workstation.domain.clock import Clock
from workstation.domain.errors import JournalDamagedError
from workstation.domain.ids import ClientId
from workstation.domain.ports import FrameTap, Publisher
from workstation.storage.files import write_private_file
from workstation.storage.journal import Told, nobody_told
from workstation.storage.journal_file import set_aside
from workstation.storage.paths import ProfileFiles
from workstation.storage.recording import Recorder


def open_core(
    options: Options,
    files: ProfileFiles,
    publisher: Publisher,
    commands: CommandQueue,
    clock: Clock,
    parent: QObject | None = None,
) -> CoreThread:
    """Return a thread that will build and run the core, in a folder that the caller has locked.

    A journal that is damaged is set aside untouched, a new one begun, and trading halted. One
    that cannot be read or written now, as on a full disk, is left where it is.
    """

    def build(told: Told) -> tuple[Core, str]:
        core, fault = build_halted_if_damaged(options, files, publisher, commands, clock, told)
        commands.wake = core.loop.wake
        core.loop.wake()  # what was wished for meanwhile waits in the queue
        return core, fault

    return CoreThread(build, parent)


def _recorder(options: Options, files: ProfileFiles) -> FrameTap | None:
    """Record what the command line asks for, beside the journal."""
    if options.record == "off":
        return None
    wanted = is_order_message if options.record == "orders" else is_any_message
    return Recorder(files.folder / "recording", wanted).take


def build_halted_if_damaged(
    options: Options,
    files: ProfileFiles,
    publisher: Publisher,
    commands: CommandQueue,
    clock: Clock,
    told: Told = nobody_told,
) -> tuple[Core, str]:
    """Build the core and say what was wrong with the journal. Raises OSError and JournalError."""
    was_replacing = salvage_file(files.journal).exists()
    if was_replacing:  # a damaged journal was about to be set aside when the program ended
        files.trading_state.unlink(missing_ok=True)
    is_new = not files.journal.exists() and not files.trading_state.exists()
    first_run = is_new and not was_replacing
    settings = DeskSettings(
        session=SessionSettings(
            ClientId(options.client_id), options.max_server_version, _recorder(options, files)
        ),
        install=_install_mark(options.data_folder / "install-id"),
        trading_state_file=files.trading_state,
        limits_file=files.limits,
        alerts_file=files.alerts,
        environment=options.profile.environment,
        read_only=options.read_only,
        first_run=first_run,
        control_file=files.control,
    )
    jobs = JournalJobs(options.data_folder, options.profile.name, options.client_id)
    care = JournalCare(told, jobs.start)

    def build() -> Core:
        return build_core(settings, files.journal, publisher, commands.take, clock, care=care)

    try:
        return build(), ""
    except JournalDamagedError as error:
        keep_salvage(files.journal, str(error))
        files.trading_state.unlink(missing_ok=True)  # a missing latch means HALTED
        set_aside(files.journal)
        return build(), str(error)


def _install_mark(path: Path) -> str:
    """Return the mark of this installation, made at its first start."""
    try:
        mark = path.read_text("ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        mark = ""
    if not mark.isalnum() or len(mark) != 8:
        mark = secrets.token_hex(4)
        write_private_file(path, mark.encode("ascii"))
    return mark
