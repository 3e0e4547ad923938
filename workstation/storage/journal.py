"""The record of everything that changed an order: append-only, durable, chained by hash.

Tamper-evident, not tamper-proof: who owns the account that runs the program can rewrite the
whole file and its anchor. Source: orders-and-risk.md 3.
"""

import contextlib
import logging
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from workstation import __version__
from workstation.domain.clock import Clock
from workstation.domain.errors import JournalDamagedError, JournalError
from workstation.domain.turns import TURNS
from workstation.storage.files import write_private_file
from workstation.storage.journal_checkpoint import Checkpoints
from workstation.storage.journal_file import (
    TOLD_EVERY,
    ChainCheck,
    Entry,
    Row,
    anchor_of,
    chained,
    end_of,
    entries_of,
    file_of_year,
    files_of,
    has_all_behind,
    insert,
    open_for_writing,
    set_aside,
)
from workstation.storage.journal_reader import FROM_THE_FIRST, CheckedSoFar
from workstation.storage.journal_redo import RedoLog, redo_of, rows_behind, rows_in
from workstation.storage.journal_reserve import Fields, Reserve
from workstation.storage.snapshot_choice import hash_in, newest_sealed
from workstation.storage.snapshot_file import (
    SnapshotHeader,
    SnapshotSealed,
    drop_others,
    lines_of,
    snapshot_of,
)

__all__ = ["ANCHOR_SECONDS", "Entry", "Journal", "Told", "nobody_told"]

log = logging.getLogger(__name__)

ANCHOR_SECONDS = 1.0

CHECKED_AT_ONCE = 50_000
"""A journal with a snapshot of no more entries than this is checked whole before anything else."""

Told = Callable[[str, int, int], None]
"""Hears how far the opening has come: "checked" or "replayed", so many entries of so many."""

_PROMISES = frozenset({"Intent", "ChangeIntent", "WhatIf", "ExerciseIntent"})
"""Events that go before bytes: one that was not committed was not sent, and did not happen."""


def nobody_told(_what: str, _done: int, _of: int) -> None:
    """Stand in where nobody wants to know how far the opening has come."""


class Journal:
    """SQLite files (WAL, FULL), one a year, one connection, one writer thread.

    Durable entries, and all before them, are in the redo log before record() returns; the
    database has them by commit(), which the core calls after every round. The head is also
    written to a separate anchor file, so that a cut tail shows.

    After one failed write the database is never written again: what the disk holds of it is not
    known, and a retry would hide that. Every call then raises JournalError; what was said, a
    cancel or a fill, is kept in the reserve and joins the journal at the next start.
    """

    _seq: int
    _head: bytes
    snapshot: SnapshotHeader | None
    checked: CheckedSoFar

    def __init__(
        self, path: Path, clock: Clock, *, mark: str = "", told: Told = nobody_told
    ) -> None:
        """Open and check. Raises JournalDamagedError for what cannot be trusted, else JournalError.

        A sealed snapshot of the same `mark` stands for the entries before it: those of a long
        journal are then left `unchecked`, for a check in the background. "" uses none.
        """
        self._path = path
        self._told = told
        self._anchor_path = anchor_of(path)
        self._clock = clock
        self._boot = uuid.uuid4().hex
        self._uncommitted: list[Row] = []
        self._redone = 0
        self._failure = ""
        self._anchored_at = self._durable_at = clock.monotonic()
        self._checkpoints = Checkpoints()
        self._reserve = Reserve(path.with_suffix(".reserve"))
        self._older = files_of(path)
        self._current = self._older.pop() if self._older else path
        self._year = clock.now().year
        with _explained(path):
            self._db = open_for_writing(self._current)
            self._redo = RedoLog(redo_of(path))
            try:
                self._take_in_redo()
                self._check(newest_sealed(path, self._db, self._older, mark) if mark else None)
                self._anchored_seq = self._seq
                self._turn_year()
                self._take_in_reserve()
            except BaseException:
                self._redo.close()
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
        self._append(row)
        if durable:
            try:
                with TURNS:
                    self._make_durable()
                    self._durable_at = self._clock.monotonic()
            except (sqlite3.Error, OSError) as error:
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

    def tidy(self) -> None:
        """Empty the database's log beside the core, if it is time; called now and then."""
        quiet_for = self._clock.monotonic() - self._durable_at
        if not self._failure and self._checkpoints.is_due(self._seq, quiet_for):
            self._checkpoints.begin(self._current, self._seq)

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """Yield all entries behind a number, of all years, oldest first. Raises JournalError."""
        self._settle()
        if not has_all_behind(self._db, after):
            for path in self._older:
                with contextlib.closing(open_for_writing(path)) as database:
                    yield from self._counted(entries_of(database, after))
        yield from self._counted(entries_of(self._db, after))

    def _counted(self, entries: Iterator[Entry]) -> Iterator[Entry]:
        for entry in entries:
            if not entry.seq % TOLD_EVERY:
                self._told("replayed", entry.seq, self._seq)
            yield entry

    def snapshot_lines(self) -> Iterator[bytes] | None:
        """Yield the content of the snapshot that this start may use, None without one."""
        if self.snapshot is None:
            return None
        return lines_of(snapshot_of(self._path, self.snapshot.seq))

    def seal(self, sealed: SnapshotSealed) -> None:
        """Put on record that a snapshot stands, then drop those before it.

        Raises JournalError, also if it is not of this chain.
        """
        self._settle()
        if self._hash_at(sealed.seq) != sealed.hash:
            raise JournalError(f"a snapshot at entry {sealed.seq} is not of this journal")
        self.record(SnapshotSealed.__name__, sealed, durable=True)
        self.sealed_seq = sealed.seq
        drop_others(self._path, snapshot_of(self._path, sealed.seq))

    def note_checked(self, so_far: CheckedSoFar) -> None:
        """Put on record how far the check of the older entries has come; the next start goes on.

        It counts only while it stands behind the snapshot, where every start follows the chain:
        nobody can skip a part by writing it elsewhere. Raises JournalError, also if it is not of
        this chain.
        """
        self._settle()
        if so_far.seq and self._hash_at(so_far.seq) != so_far.hash:
            raise JournalError(f"a check up to entry {so_far.seq} is not of this journal")
        if so_far != self.checked:
            self.record(CheckedSoFar.__name__, so_far, durable=False)
            self.checked = so_far

    def distrust(self, reason: str) -> None:
        """Do without the snapshot: it cannot be used after all. Raises JournalError.

        What it stood for is checked now.
        """
        if self.snapshot is None:
            return
        log.warning("the snapshot of the journal is not used: %s", reason)
        snapshot_of(self._path, self.snapshot.seq).unlink(missing_ok=True)
        self.commit()
        with _explained(self._path):
            self._check(None)

    def begin_anew(self) -> None:
        """Set a journal that turned out to be damaged aside and begin a new one.

        Raises JournalError; nothing is written any more then.
        """
        try:
            self._commit()
            self._checkpoints.wait()
            self._redo.close()
            self._db.close()
            set_aside(self._path)
            self._checkpoints = Checkpoints()
            self._older, self._current = [], self._path
            self._db = open_for_writing(self._path)
            self._redo = RedoLog(redo_of(self._path))
            self._check(None)
            self._anchored_seq = 0
            self._reserve.prepare()
        except (sqlite3.Error, OSError, JournalError) as error:
            raise self._failed(error) from error

    def close(self) -> None:
        """Commit, write the anchor and close; after a failure only close."""
        try:
            if not self._failure:
                self._commit()
                self._write_anchor()
                self._redo.clear()
        except (sqlite3.Error, OSError) as error:
            raise JournalError(f"the journal cannot be closed: {error}") from error
        finally:
            self._checkpoints.wait()
            self._redo.close()
            self._db.close()

    # -- opening --------------------------------------------------------------------------------

    def _check(self, snapshot: SnapshotHeader | None) -> None:
        """Follow the chain through every file, or on from where the snapshot stands."""
        self.snapshot, self.checked = snapshot, FROM_THE_FIRST
        self.sealed_seq = 0 if snapshot is None else snapshot.seq
        self.unchecked = self.sealed_seq if self.sealed_seq > CHECKED_AT_ONCE else 0
        chain = self._chain(snapshot)
        if not has_all_behind(self._db, chain.seq):
            for path in self._older:
                with contextlib.closing(open_for_writing(path)) as database:
                    self._follow(chain, path, database)
        self._follow(chain, self._current, self._db)
        chain.end()
        self._seq = chain.seq
        self._head = chain.head
        if chain.last_time:
            self._year = datetime.fromisoformat(chain.last_time).year

    def _follow(self, chain: ChainCheck, path: Path, database: sqlite3.Connection) -> None:
        """Check one file, and take from it how far a check of the older entries has come."""
        for entry in chain.walk(path, database):
            if entry.event == CheckedSoFar.__name__:
                self.checked = msgspec.json.decode(entry.body, type=CheckedSoFar)

    def _chain(self, snapshot: SnapshotHeader | None) -> ChainCheck:
        """Begin at the first entry, or behind what is left to the background."""
        last: int = self._db.execute("SELECT max(seq) FROM entries").fetchone()[0] or 0

        def told(seq: int) -> None:
            self._told("checked", seq, last)

        if snapshot is None or not self.unchecked:
            return ChainCheck(self._path, told=told)
        chain = ChainCheck(self._path, snapshot.seq, bytes.fromhex(snapshot.hash), told)
        if chain.anchor is not None and chain.anchor[0] <= snapshot.seq:
            chain.compare(self._path, self._hash_at(chain.anchor[0]))
        return chain

    def _hash_at(self, seq: int) -> str:
        return hash_in(self._db, self._older, seq)

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

    def _take_in_redo(self) -> None:
        """Give the database what a run that was cut short could only write to the redo log."""
        rows = rows_in(redo_of(self._path))
        if not rows:
            return
        seq, head = self._end()
        if missing := rows_behind(rows, seq, head):
            log.info("%d entries are taken from the redo log of the journal", len(missing))
            insert(self._db, missing)

    def _end(self) -> tuple[int, bytes]:
        """Return number and hash of the last entry that the files hold."""
        end = end_of(self._db)
        for path in reversed(self._older) if end is None else ():
            with contextlib.closing(open_for_writing(path)) as database:
                end = end or end_of(database)
        return end or (0, b"")

    def _take_in_reserve(self) -> None:
        """Append what a failed run could only keep in the reserve, then empty the reserve."""
        self._reserve.prepare()
        kept = self._reserve.read()
        if not kept.rows and not kept.torn:
            return
        rows = [row for row in kept.rows if not self._has(row)]
        for row in rows:
            self._append(row)
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

    def _append(self, row: Fields) -> None:
        fields = (self._seq + 1, *row)
        self._head = chained(self._head, fields)
        self._seq += 1
        self._uncommitted.append((*fields, self._head))

    def _make_durable(self) -> None:
        """Put what the database does not have on the disk, in the database if need be."""
        if self._redo.write(self._uncommitted[self._redone :]):
            self._redone = len(self._uncommitted)
        else:
            self._commit()

    def _commit(self) -> None:
        insert(self._db, self._uncommitted)
        self._uncommitted.clear()
        self._redone = 0
        self._redo.committed()

    def _settle(self) -> None:
        """Let the database have all before it is read. Raises JournalError."""
        if not self._failure:
            self.commit()

    def _failed(self, error: Exception) -> JournalError:
        self._failure = f"the journal cannot be written: {error}"
        with contextlib.suppress(sqlite3.Error):
            self._db.execute("ROLLBACK")  # or nobody else could write either
        on_record, rest = self._uncommitted[: self._redone], self._uncommitted[self._redone :]
        self._reserve.keep(
            [row[1:-1] for row in on_record] + _happened([row[1:-1] for row in rest])
        )
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
def _explained(path: Path) -> Iterator[None]:
    """Say in one sentence why a journal cannot be used."""
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:  # the disk or a lock, not the content
        raise JournalError(f"the journal {path} cannot be read: {error}") from error
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise JournalDamagedError(f"the journal {path} is damaged: {error}") from error
