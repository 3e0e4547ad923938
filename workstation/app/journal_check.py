"""`main.py journal verify`: checks the whole record of orders, and says how far it has come."""

import argparse
import contextlib
import sys
from pathlib import Path
from typing import TextIO

import msgspec

from workstation.storage.files import write_private_file
from workstation.storage.journal_reader import FROM_THE_FIRST, AuditHeard, CheckedSoFar, audit

CLEAN, CORRUPT, UNREADABLE = 0, 1, 2
"""Exit codes of verify; show and export use them for the journal they read."""

LONG = 20_000
"""A journal of fewer entries is checked before anybody wonders how far it is."""

EVERY = 10_000
"""So many entries lie between two notes for the program that trades."""


def add_verify(parser: argparse.ArgumentParser) -> None:
    """Add what the program itself asks for: where to begin, and where to say how far it came."""
    parser.add_argument("--after", type=_after, default=FROM_THE_FIRST, help=argparse.SUPPRESS)
    parser.add_argument("--so-far", type=Path, help=argparse.SUPPRESS)


def verify_command(path: Path, given: argparse.Namespace) -> int:
    """Check all of it and say what was found. Raises JournalError, also for what is damaged."""
    progress = Progress(sys.stderr)
    told: AuditHeard = progress.show if given.so_far is None else Writer(given.so_far).write
    try:
        found = audit(path, told, given.after)
    finally:
        progress.clear()
    sys.stdout.write(
        f"sound: {found.entries} entries in {found.files} file(s), newest {found.last_time or '-'}\n"
        f"head {found.head or '-'}\n"
    )
    if found.waiting:
        sys.stdout.write(f"{found.waiting} more wait beside the database, and join it soon\n")
    return CLEAN


class Progress:
    """One line on a terminal that is written over; nothing goes to a file or a pipe."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._width = 0

    def show(self, so_far: CheckedSoFar, newest: int) -> None:
        """Say how far the check has come."""
        if newest < LONG or not self._stream.isatty():
            return
        share = min(100 * so_far.seq // newest, 100)
        line = f"checked {so_far.seq:,} of {newest:,} entries ({share} %)"
        self._stream.write(f"\r{line.ljust(self._width)}")
        self._stream.flush()
        self._width = len(line)

    def clear(self) -> None:
        """Make place for the result."""
        if self._width:
            self._stream.write(f"\r{' ' * self._width}\r")
            self._stream.flush()


class Writer:
    """Keeps how far the check has come in a file, for the program that trades."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written = 0

    def write(self, so_far: CheckedSoFar, _newest: int) -> None:
        """Replace what the file says. One that cannot be written costs the next check time."""
        if so_far.seq < self._written + EVERY:
            return
        self._written = so_far.seq
        with contextlib.suppress(OSError):
            write_private_file(self._path, msgspec.json.encode(so_far))


def _after(text: str) -> CheckedSoFar:
    seq, _, mark = text.partition(":")
    try:
        bytes.fromhex(mark)
        return CheckedSoFar(int(seq), mark)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is not an entry and its hash") from error
