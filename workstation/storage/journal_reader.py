"""Reads and checks a journal without changing a byte of it, also while the program runs."""

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from workstation.domain.errors import JournalDamagedError, JournalError
from workstation.storage.journal_file import (
    ChainCheck,
    Entry,
    check_identity,
    check_pages,
    end_of,
    entries_of,
    entry_of,
    files_of,
    hash_of,
)
from workstation.storage.journal_redo import redo_of, rows_behind, rows_in
from workstation.storage.journal_reserve import kept_in

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Audit:
    """What a check of the whole journal found to be sound.

    `waiting` counts the entries in the redo log and the reserve, which the next start takes in.
    """

    files: int
    entries: int
    head: str
    last_time: str
    waiting: int


@dataclass(frozen=True, slots=True)
class CheckedSoFar:
    """How far a check of the whole chain has come: to this entry, whose hash in hex this is.

    Also an entry of the journal; 0 there means that a check came to the end, and that the next
    one begins at the first entry again.
    """

    seq: int = 0
    hash: str = ""


FROM_THE_FIRST = CheckedSoFar()


AuditHeard = Callable[[CheckedSoFar, int], None]
"""Hears how far a check has come: the entry checked last, and the number of the newest."""


def _deaf(_so_far: CheckedSoFar, _newest: int) -> None:
    """Stand in where nobody wants to know."""


def audit(first: Path, told: AuditHeard = _deaf, begin: CheckedSoFar = FROM_THE_FIRST) -> Audit:
    """Check every entry, the chain, the anchor, and every page.

    `begin` is where an earlier check came to; the chain before it is not followed again. Raises
    JournalDamagedError for what cannot be trusted and JournalError for what cannot be read.
    """
    redo = _reading(first, lambda: rows_in(redo_of(first)))
    paths, newest = _existing(first), 0

    def heard(seq: int) -> None:
        told(CheckedSoFar(seq, chain.head.hex()), newest)

    head = bytes.fromhex(begin.hash)
    chain = _reading(first, lambda: ChainCheck(first, begin.seq, head, heard))
    anchor = chain.anchor if chain.anchor is not None and chain.anchor[0] <= begin.seq else None
    with opened(paths[-1]) as database:
        if check_identity(paths[-1], database):
            newest = database.execute("SELECT max(seq) FROM entries").fetchone()[0] or 0
    for path in paths:
        with opened(path) as database:
            if check_identity(path, database):
                if anchor is not None and (stored := hash_of(database, anchor[0])):
                    chain.compare(path, stored)
                chain.follow(path, database)
    redone = rows_behind(redo, chain.seq, chain.head)
    chain.end()
    for path in paths:
        with opened(path) as database:
            check_pages(path, database)
    kept = _reading(first, lambda: kept_in(first.with_suffix(".reserve")))
    if kept.torn:
        raise JournalDamagedError(f"the reserve of the journal {first} is damaged at its end")
    return Audit(
        len(paths), chain.seq, chain.head.hex(), chain.last_time, len(redone) + len(kept.rows)
    )


def read_entries(first: Path, after: int = 0) -> Iterator[Entry]:
    """Yield all entries behind a number, of all years, oldest first. Raises JournalError.

    After a program that was cut short the last ones are those that only its redo log holds.
    """
    redo = _reading(first, lambda: rows_in(redo_of(first)))  # read first: the database only grows
    seq, head = 0, b""
    for path in _existing(first):
        with opened(path) as database:
            if check_identity(path, database):
                yield from entries_of(database, after)
                seq, head = end_of(database) or (seq, head)
    for row in rows_behind(redo, seq, head):
        if row[0] > after:
            yield entry_of(row)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open one file for reading; where that would need to write beside it, a copy of it."""
    try:
        with contextlib.ExitStack() as stack:
            yield _connected(path, stack)
    except sqlite3.OperationalError as error:
        raise JournalError(f"the journal {path} cannot be read: {error}") from error
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise JournalDamagedError(f"the journal {path} is damaged: {error}") from error


def _connected(path: Path, stack: contextlib.ExitStack) -> sqlite3.Connection:
    _reading(path, lambda: path.open("rb").close())
    log = path.with_name(path.name + "-wal")
    how = "mode=ro" if log.exists() else "immutable=1"  # nobody writes without that file
    database = _connection(path, how, stack)
    try:
        database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="journal-")))
        for each in (path, log):
            if each.exists():
                shutil.copyfile(each, folder / each.name)
        database = _connection(folder / path.name, "mode=rw", stack)
    return database


def _connection(path: Path, how: str, stack: contextlib.ExitStack) -> sqlite3.Connection:
    database = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, isolation_level=None)
    return stack.enter_context(contextlib.closing(database))


def _existing(first: Path) -> list[Path]:
    paths = files_of(first)
    if not paths:
        raise JournalError(f"there is no journal {first}")
    return paths


def _reading(first: Path, read: Callable[[], T]) -> T:
    try:
        return read()
    except OSError as error:
        raise JournalError(f"the journal {first} cannot be read: {error}") from error
