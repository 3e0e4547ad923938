"""Opens the profile's files, so that trading starts from what is on record or not at all.

Imported after the first paint: the broker's library costs more than the whole window.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QObject

from workstation.app.options import Options
from workstation.bridge.commands import CommandQueue
from workstation.bridge.core_thread import CoreThread
from workstation.broker.recording_filter import is_any_message, is_order_message
from workstation.broker.session import SessionSettings
from workstation.desk.core import Core, build_core
from workstation.desk.settings import DeskSettings
from workstation.domain.clock import Clock
from workstation.domain.errors import JournalDamagedError
from workstation.domain.ids import ClientId
from workstation.domain.ports import FrameTap, Publisher
from workstation.storage.files import write_private_file
from workstation.storage.paths import ProfileFiles
from workstation.storage.recording import Recorder


@dataclass(frozen=True, slots=True)
class Opened:
    """A core on a thread that has not started yet, and what was wrong with the journal."""

    core: Core
    thread: CoreThread
    journal_fault: str


def open_core(
    options: Options,
    files: ProfileFiles,
    publisher: Publisher,
    commands: CommandQueue,
    clock: Clock,
    parent: QObject | None = None,
) -> Opened:
    """Build the core in a folder that the caller has locked. Raises OSError and JournalError.

    A journal that is damaged is set aside untouched, a new one begun, and trading halted. One
    that cannot be read or written now, as on a full disk, is left where it is.
    """
    core, fault = _build(options, files, publisher, commands, clock)
    commands.wake = core.loop.wake
    return Opened(core, CoreThread(core, parent), fault)


def _recorder(options: Options, files: ProfileFiles) -> FrameTap | None:
    """Record what the command line asks for, beside the journal."""
    if options.record == "off":
        return None
    wanted = is_order_message if options.record == "orders" else is_any_message
    return Recorder(files.folder / "recording", wanted).take


def _build(
    options: Options,
    files: ProfileFiles,
    publisher: Publisher,
    commands: CommandQueue,
    clock: Clock,
) -> tuple[Core, str]:
    first_run = not files.journal.exists() and not files.trading_state.exists()
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
    try:
        return build_core(settings, files.journal, publisher, commands.take, clock), ""
    except JournalDamagedError as error:
        set_aside(files.journal)
        files.trading_state.unlink(missing_ok=True)  # a missing latch means HALTED
        return build_core(settings, files.journal, publisher, commands.take, clock), str(error)


def set_aside(journal: Path) -> None:
    """Move a damaged journal and its companions out of the way, without changing them."""
    mark = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    for pattern in (f"{journal.stem}.*", f"{journal.stem}-*"):
        for path in journal.parent.glob(pattern):
            path.rename(path.with_name(f"damaged-{mark}-{path.name}"))


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
