"""`main.py journal`: checks, shows and exports the record of orders, also while trading runs.

Nothing here writes to the journal; `snapshot`, which the program runs beside itself, writes a file
next to it. No account can be read in what leaves it.
"""

import argparse
import contextlib
import errno
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import IO, NoReturn

import msgspec
from typing_extensions import override

from workstation.app.dry_run_command import DRY_RUN_HELP, add_dry_run, dry_run_command
from workstation.app.give_way import give_way
from workstation.app.journal_check import CLEAN, CORRUPT, UNREADABLE, add_verify, verify_command
from workstation.app.journal_export import journal_table, write_csv, write_json
from workstation.app.options import SETTINGS_FILE
from workstation.app.parquet import parquet_writer
from workstation.app.quality_export import quality_table, write_quality
from workstation.desk.quality_book import fills_of
from workstation.desk.snapshot_maker import make_snapshot
from workstation.desk.timeline import client_of, find_key, timeline
from workstation.domain.account import redacted
from workstation.domain.errors import (
    ExportError,
    JournalDamagedError,
    JournalError,
    SettingsError,
)
from workstation.domain.ids import ClientId
from workstation.domain.timeline import TimelineStep
from workstation.domain.typed_table import TypedTable
from workstation.storage.journal_file import Entry
from workstation.storage.journal_reader import read_entries
from workstation.storage.paths import default_data_folder
from workstation.storage.settings import read_settings

_PARQUET = "a new file; needs DuckDB: python3 run.py analytics"


class _Parser(argparse.ArgumentParser):
    @override
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str]) -> int:
    """Run one journal command and return its exit code."""
    given = _build_parser().parse_args(arguments)
    actions: dict[str, Callable[[Path], int]] = {
        "verify": lambda path: verify_command(path, given),
        "show": lambda path: _show(path, given.order),
        "dry-run": lambda path: dry_run_command(path, given),
        "quality": lambda path: _quality(path, given),
        "export": lambda path: _export(path, given),
        "snapshot": lambda path: _snapshot(path, given.client_id),
    }
    if getattr(given, "background", False):
        give_way()
    try:
        return actions[given.action](_journal_path(given))
    except JournalDamagedError as error:
        return _end(str(error), CORRUPT)
    except (JournalError, SettingsError, ExportError, OSError) as error:
        return _end(str(error), UNREADABLE)


def _snapshot(path: Path, client_id: int) -> int:
    """Make a snapshot beside the journal and say what seals it; the program that trades does that."""
    sealed = make_snapshot(path, ClientId(client_id))
    sys.stdout.buffer.write(msgspec.json.encode(sealed) + b"\n")
    return CLEAN


def _show(path: Path, wanted: str) -> int:
    client_id = client_of(read_entries(path))
    key = find_key(read_entries(path), wanted, client_id)
    found = None if key is None else timeline(read_entries(path), key, client_id)
    if found is None:
        return _end(f"the journal knows no order {wanted}", 2)
    sys.stdout.write(
        redacted(f"{found.title}, number {found.order_id}, permId {found.perm_id or '-'}\n")
    )
    for step in found.steps:
        sys.stdout.write(_line(step) + "\n")
    return CLEAN


def _line(step: TimelineStep) -> str:
    at = step.time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%fZ")
    state = f" -> {step.state}" if step.state else ""
    market = ""
    if step.market is not None:
        sides = (("bid", step.market.bid), ("ask", step.market.ask), ("last", step.market.last))
        market = " | " + " ".join(f"{word} {price:g}" for word, price in sides if price is not None)
        market += " (stale)" if step.market.stale else ""
    return f"{step.seq:>7} {at} {step.kind.value:<8} {step.title}{state}{market}"


def _export(path: Path, given: argparse.Namespace) -> int:
    if given.csv is None and given.json is None and given.parquet is None:
        return _end(
            "journal export: give --csv FILE, --json FILE, --parquet FILE or several of them; "
            "- is the terminal, but for Parquet",
            2,
        )

    def entries() -> Iterator[Entry]:
        return _between(read_entries(path), given.start, given.end)

    count = 0
    # First, since a library may be missing: nothing is written then.
    if given.parquet is not None:
        count = _write_parquet(given.parquet, lambda: journal_table(entries()))
    for target, write in ((given.csv, write_csv), (given.json, write_json)):
        if target == "-":
            count = write(sys.stdout, entries())
        elif target is not None:
            with _new_file(target) as file:
                count = write(file, entries())
    sys.stderr.write(f"{count} entries exported\n")
    return CLEAN


def _quality(path: Path, given: argparse.Namespace) -> int:
    """Export what fills cost; those of the wanted days, measured whenever it was."""
    if given.csv is None and given.parquet is None:
        return _end("journal quality: give --csv FILE, --parquet FILE or both", 2)
    fills = fills_of(read_entries(path), datetime.now(UTC), given.start, given.end)
    if given.parquet is not None:
        _write_parquet(given.parquet, lambda: quality_table(fills))
    if given.csv == "-":
        write_quality(sys.stdout, fills)
    elif given.csv is not None:
        with _new_file(given.csv) as file:
            write_quality(file, fills)
    sys.stderr.write(f"{len(fills)} fills exported\n")
    return CLEAN


def _write_parquet(name: str, table: Callable[[], TypedTable]) -> int:
    """Write a file that must not exist yet, whole or not at all, and return its rows."""
    write = parquet_writer()
    target = Path(name)
    if name == "-":
        raise ExportError("Parquet goes to a file, not to the terminal")
    if target.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name)
    written = write(target.absolute(), table())
    if written.note:
        sys.stderr.write(f"{written.note.strip()}\n")
    return written.rows


@contextlib.contextmanager
def _new_file(name: str) -> Iterator[IO[str]]:
    """Open a file that must not exist yet, for its owner alone."""
    with Path(name).open("x", encoding="utf-8", newline="") as file:
        Path(name).chmod(0o600)
        yield file


def _between(
    entries: Iterator[Entry], start: datetime | None, end: datetime | None
) -> Iterator[Entry]:
    for entry in entries:
        if (start is None or entry.when >= start) and (end is None or entry.when < end):
            yield entry


def _journal_path(given: argparse.Namespace) -> Path:
    folder: Path = given.data_dir or default_data_folder()
    profile = given.profile or read_settings(folder / SETTINGS_FILE).profile
    return folder / "profiles" / profile / "journal.sqlite"


def _build_parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="workstation journal", allow_abbrev=False)
    parser.description = (
        "Check, show or export the record of orders, or try limits on it; times are UTC."
    )
    common = _Parser(add_help=False)
    common.add_argument("--data-dir", type=Path, metavar="DIR", help="where the data are kept")
    common.add_argument("--profile", metavar="NAME", help="whose journal; else the default profile")
    actions = parser.add_subparsers(dest="action", required=True, metavar="COMMAND")
    verify = actions.add_parser(
        "verify", parents=[common], help="exit code 0 sound, 1 corrupt, 2 unreadable"
    )
    snapshot = actions.add_parser("snapshot", parents=[common])  # for the program itself
    snapshot.add_argument("--client-id", type=int, required=True)
    add_verify(verify)
    for each in (verify, snapshot):
        each.add_argument("--background", action="store_true", help=argparse.SUPPRESS)
    show = actions.add_parser("show", parents=[common], help="the timeline of one order")
    show.add_argument("order", metavar="ORDER", help="its number, permId or key")
    export = actions.add_parser("export", parents=[common], help="entries to a new file")
    export.add_argument("--csv", metavar="FILE", help="comma-separated, - for the terminal")
    export.add_argument("--json", metavar="FILE", help="one object a line, - for the terminal")
    export.add_argument("--parquet", metavar="FILE", help=_PARQUET)
    add_dry_run(actions.add_parser("dry-run", parents=[common], help=DRY_RUN_HELP))
    quality = actions.add_parser("quality", parents=[common], help="what each fill cost")
    quality.add_argument("--csv", metavar="FILE", help="a new file, - for the terminal")
    quality.add_argument("--parquet", metavar="FILE", help=_PARQUET)
    for each in (export, quality):
        each.add_argument("--from", dest="start", type=_start, metavar="DATE", help="first day")
        each.add_argument("--to", dest="end", type=_end_of, metavar="DATE", help="last day, too")
    return parser


def _start(text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is not a date as 2026-11-21") from error


def _end_of(text: str) -> datetime:
    return _start(text) + timedelta(days=1)


def _end(sentence: str, code: int) -> int:
    sys.stderr.write(f"workstation: {sentence}\n")
    return code
