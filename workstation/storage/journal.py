"""The record of everything that changed an order: append-only, durable, chained by hash.

Tamper-evident, not tamper-proof: who owns the account that runs the program can rewrite the
whole file and its anchor. Source: orders-and-risk.md 3.
"""

import contextlib
import sqlite3
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from workstation import __version__
from workstation.domain.clock import Clock
from workstation.domain.errors import JournalDamagedError, JournalError
from workstation.storage.files import write_private_file
from workstation.storage.journal_file import (
    ChainCheck,
    Entry,
    anchor_of,
    chained,
    entries_of,
    file_of_year,
    files_of,
    open_for_writing,
)
from workstation.storage.journal_reserve import Fields, Reserve

__all__ = ["ANCHOR_SECONDS", "Entry", "Journal"]

ANCHOR_SECONDS = 1.0

_PROMISES = frozenset({"Intent", "ChangeIntent", "WhatIf", "ExerciseIntent"})
"""Events that go before bytes: one that was not committed was not sent, and did not happen."""


class Journal:
    """SQLite files (WAL, FULL), one a year, one connection, one writer thread.

    Durable entries are committed before record() returns; the rest are committed together
    by commit(), which the core calls after every round. The head is also written to a
    separate anchor file, so that a cut tail shows.

    After one failed write the database is never written again: what the disk holds of it is not
    known, and a retry would hide that. Every call then raises JournalError; what was said, a
    cancel or a fill, is kept in the reserve and joins the journal at the next start.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._anchor_path = anchor_of(path)
        self._clock = clock
        self._boot = uuid.uuid4().hex
        self._open_transaction = False
        self._uncommitted: list[Fields] = []
        self._failure = ""
        self._anchored_at = clock.monotonic()
        self._reserve = Reserve(path.with_suffix(".reserve"))
        self._older = files_of(path)
        self._current = self._older.pop() if self._older else path
        self._year = clock.now().year
        with _told(path):
            self._db = open_for_writing(self._current)
            try:
                self._check()
                self._anchored_seq = self._seq
                self._turn_year()
                self._take_in_reserve()
            except BaseException:
                self._db.close()
                raise

    @property
    def last_seq(self) -> int:
        """Number of the newest entry, 0 in an empty journal."""
        return self._seq

    def record(self, event: str, body: Any, *, durable: bool) -> int:
        """Append one entry and return its number. Raises JournalError."""
        data = msgspec.json.encode(body, order="sorted")
        time = self._clock.now().astimezone(UTC).isoformat(timespec="microseconds")
        monotonic_ns = int(self._clock.monotonic() * 1_000_000_000)
        row: Fields = (time, monotonic_ns, self._boot, __version__, event, data)
        if self._failure:
            self._reserve.keep(_happened([row]))
            raise JournalError(self._failure)
        self._uncommitted.append(row)
        try:
            self._insert(row, alone=durable)
            if durable:
                self._commit()
        except sqlite3.Error as error:
            raise self._failed(error) from error
        return self._seq

    def commit(self) -> None:
        """Make every entry so far durable. Raises JournalError."""
        if self._failure:
            raise JournalError(self._failure)
        try:
            self._commit()
            if self._clock.monotonic() - self._anchored_at >= ANCHOR_SECONDS:
                self._write_anchor()
                self._turn_year()
        except (sqlite3.Error, OSError) as error:
            raise self._failed(error) from error

    def entries(self) -> Iterator[Entry]:
        """Yield all entries of all years, oldest first."""
        for path in self._older:
            with contextlib.closing(open_for_writing(path)) as database:
                yield from entries_of(database)
        yield from entries_of(self._db)

    def close(self) -> None:
        """Commit, write the anchor and close; after a failure only close."""
        try:
            if not self._failure:
                self._commit()
                self._write_anchor()
        except (sqlite3.Error, OSError) as error:
            raise JournalError(f"the journal cannot be closed: {error}") from error
        finally:
            self._db.close()

    # -- opening --------------------------------------------------------------------------------

    def _check(self) -> None:
        """Follow the chain through every file."""
        chain = ChainCheck(self._path)
        for path in self._older:
            with contextlib.closing(open_for_writing(path)) as database:
                chain.follow(path, database)
        chain.follow(self._current, self._db)
        chain.end()
        self._seq = self._committed_seq = chain.seq
        self._head = self._committed_head = chain.head
        if chain.last_time:
            self._year = datetime.fromisoformat(chain.last_time).year

    def _turn_year(self) -> None:
        """Begin the file of a new year, chained to the last entry of the old one."""
        year = self._clock.now().astimezone(UTC).year
        if year <= self._year or not self._seq:
            return
        self._year = year
        path = file_of_year(self._path, year)
        if path == self._current:
            return  # it was made before and the program ended before its first entry
        database = open_for_writing(path)
        self._db.close()
        self._older.append(self._current)
        self._db, self._current = database, path
        before = {"file": self._older[-1].name, "seq": self._seq, "hash": self._head.hex()}
        self.record("Continued", before, durable=True)

    def _take_in_reserve(self) -> None:
        """Append what a failed run could only keep in the reserve, then empty the reserve."""
        self._reserve.prepare()
        kept = self._reserve.read()
        if not kept.rows and not kept.torn:
            return
        rows = [row for row in kept.rows if not self._has(row)]
        for row in rows:
            self._insert(row)
        self.record("Recovered", {"entries": len(rows), "torn": kept.torn}, durable=True)
        self._reserve.clear()

    def _has(self, row: Fields) -> bool:
        """Tell whether the disk took an entry although it said that it did not."""
        found = self._db.execute(
            "SELECT 1 FROM entries WHERE time=? AND monotonic_ns=? AND boot=? AND build=? "
            "AND event=? AND body=?",
            row,
        )
        return found.fetchone() is not None

    # -- writing --------------------------------------------------------------------------------

    def _insert(self, row: Fields, *, alone: bool = False) -> None:
        """Append an entry; one that is committed `alone` is a transaction of its own.

        That is one statement instead of three, after each of which the window's thread may
        run before this one.
        """
        if not alone and not self._open_transaction:
            self._db.execute("BEGIN IMMEDIATE")
            self._open_transaction = True
        fields = (self._seq + 1, *row)
        head = chained(self._head, fields)
        self._db.execute("INSERT INTO entries VALUES (?,?,?,?,?,?,?,?)", (*fields, head))
        self._seq, self._head = self._seq + 1, head

    def _commit(self) -> None:
        if self._open_transaction:
            self._db.execute("COMMIT")
            self._open_transaction = False
        self._committed_seq, self._committed_head = self._seq, self._head
        self._uncommitted.clear()

    def _failed(self, error: Exception) -> JournalError:
        self._failure = f"the journal cannot be written: {error}"
        with contextlib.suppress(sqlite3.Error):
            self._db.execute("ROLLBACK")  # or nobody else could write either
        self._seq, self._head = self._committed_seq, self._committed_head
        self._reserve.keep(_happened(self._uncommitted))
        return JournalError(self._failure)

    def _write_anchor(self) -> None:
        self._anchored_at = self._clock.monotonic()
        if self._anchored_seq != self._seq:
            body = {"seq": self._seq, "hash": self._head.hex()}
            write_private_file(self._anchor_path, msgspec.json.encode(body))
            self._anchored_seq = self._seq


def _happened(rows: list[Fields]) -> list[Fields]:
    """Leave out the promises: what is not on record before its bytes is never sent."""
    return [row for row in rows if row[4] not in _PROMISES]


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say in one sentence why a journal cannot be used."""
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:  # the disk or a lock, not the content
        raise JournalError(f"the journal {path} cannot be read: {error}") from error
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise JournalDamagedError(f"the journal {path} is damaged: {error}") from error
