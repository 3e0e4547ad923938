"""The record of everything that changed an order: append-only, durable, chained by hash.

Tamper-evident, not tamper-proof: who owns the account that runs the program can rewrite the
whole file and its anchor. Source: orders-and-risk.md 3.
"""

import contextlib
import hashlib
import sqlite3
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from workstation import __version__
from workstation.domain.clock import Clock
from workstation.domain.errors import JournalDamagedError, JournalError
from workstation.storage.files import write_private_file

_DOMAIN = b"workstation journal 1"
_APPLICATION_ID = 0x57534A31
ANCHOR_SECONDS = 1.0

_SCHEMA = """
CREATE TABLE entries (
    seq INTEGER PRIMARY KEY,
    time TEXT NOT NULL,
    monotonic_ns INTEGER NOT NULL,
    boot TEXT NOT NULL,
    build TEXT NOT NULL,
    event TEXT NOT NULL,
    body BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record as it stands on disk; `body` is canonical JSON."""

    seq: int
    time: str
    event: str
    body: bytes

    @property
    def when(self) -> datetime:
        """The aware UTC time of the entry."""
        return datetime.fromisoformat(self.time)


class Journal:
    """One SQLite file (WAL, FULL), one connection, one writer thread.

    Durable entries are committed before record() returns; the rest are committed together
    by commit(), which the core calls after every round. The head is also written to a
    separate anchor file, so that a cut tail shows. After one failed write nothing is ever
    written again: what the disk holds of it is not known, and a retry would hide that.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._anchor_path = path.with_suffix(".anchor")
        self._clock = clock
        self._boot = uuid.uuid4().hex
        self._open_transaction = False
        self._failure = ""
        self._anchored_at = clock.monotonic()
        self._anchored_seq = 0
        try:
            path.touch(mode=0o600)
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        except (sqlite3.Error, OSError) as error:
            raise JournalError(f"the journal {path} cannot be opened: {error}") from error
        try:
            self._prepare()
            self._seq, self._head = self._verified()
            self._anchored_seq = self._seq
        except JournalError:
            self._db.close()
            raise
        except sqlite3.OperationalError as error:  # the disk or a lock, not the content
            self._db.close()
            raise JournalError(f"the journal {path} cannot be read: {error}") from error
        except (sqlite3.Error, UnicodeDecodeError) as error:
            self._db.close()
            raise JournalDamagedError(f"the journal {path} is damaged: {error}") from error

    @property
    def last_seq(self) -> int:
        """Number of the newest entry, 0 in an empty journal."""
        return self._seq

    def record(self, event: str, body: Any, *, durable: bool) -> int:
        """Append one entry and return its number. Raises JournalError."""
        self._refuse_after_failure()
        data = msgspec.json.encode(body, order="sorted")
        time = self._clock.now().astimezone(UTC).isoformat(timespec="microseconds")
        monotonic_ns = int(self._clock.monotonic() * 1_000_000_000)
        fields = (self._seq + 1, time, monotonic_ns, self._boot, __version__, event, data)
        head = _chained(self._head, fields)
        try:
            if not self._open_transaction:
                self._db.execute("BEGIN IMMEDIATE")
                self._open_transaction = True
            self._db.execute("INSERT INTO entries VALUES (?,?,?,?,?,?,?,?)", (*fields, head))
            if durable:
                self._commit()
        except sqlite3.Error as error:
            raise self._failed(error) from error
        self._seq, self._head = self._seq + 1, head
        return self._seq

    def commit(self) -> None:
        """Make every entry so far durable. Raises JournalError."""
        self._refuse_after_failure()
        try:
            self._commit()
            if self._clock.monotonic() - self._anchored_at >= ANCHOR_SECONDS:
                self._write_anchor()
        except (sqlite3.Error, OSError) as error:
            raise self._failed(error) from error

    def entries(self) -> Iterator[Entry]:
        """Yield all entries, oldest first."""
        rows = self._db.execute("SELECT seq, time, event, body FROM entries ORDER BY seq")
        for seq, time, event, body in rows:
            yield Entry(seq, time, event, body)

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

    def _refuse_after_failure(self) -> None:
        if self._failure:
            raise JournalError(self._failure)

    def _failed(self, error: Exception) -> JournalError:
        self._failure = f"the journal cannot be written: {error}"
        with contextlib.suppress(sqlite3.Error):
            self._db.execute("ROLLBACK")  # or nobody else could write either
        return JournalError(self._failure)

    def _prepare(self) -> None:
        self._db.execute("PRAGMA busy_timeout = 2000")
        known = self._db.execute("PRAGMA application_id").fetchone()[0]
        tables = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if known != _APPLICATION_ID and (tables or known):
            raise JournalError(f"{self._path} is a database, but not a journal of this program")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        if not tables:
            self._db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            self._db.execute(_SCHEMA)
        if self._db.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise JournalDamagedError(
                f"the journal {self._path} is damaged (database check failed)"
            )

    def _verified(self) -> tuple[int, bytes]:
        seq, head = 0, b""
        anchored = _read_anchor(self._anchor_path)
        rows = self._db.execute(
            "SELECT seq, time, monotonic_ns, boot, build, event, body, hash "
            "FROM entries ORDER BY seq"
        )
        for *fields, stored in rows:
            expected = _chained(head, tuple(fields))
            if fields[0] != seq + 1 or expected != stored:
                raise JournalDamagedError(
                    f"the journal {self._path} is damaged after entry {seq}: the chain breaks"
                )
            seq, head = seq + 1, stored
            if anchored is not None and anchored[0] == seq and anchored[1] != head.hex():
                raise JournalDamagedError(
                    f"the journal {self._path} was rewritten: entry {seq} differs"
                )
        if anchored is not None and anchored[0] > seq:
            raise JournalDamagedError(
                f"the journal {self._path} lost its end: {anchored[0]} entries are on record, "
                f"{seq} are there"
            )
        return seq, head

    def _commit(self) -> None:
        if self._open_transaction:
            self._db.execute("COMMIT")
            self._open_transaction = False

    def _write_anchor(self) -> None:
        self._anchored_at = self._clock.monotonic()
        if self._anchored_seq != self._seq:
            body = {"seq": self._seq, "hash": self._head.hex()}
            write_private_file(self._anchor_path, msgspec.json.encode(body))
            self._anchored_seq = self._seq


def _chained(previous: bytes, fields: tuple[object, ...]) -> bytes:
    digest = hashlib.sha256(_DOMAIN + previous)
    for field in fields:
        data = field if isinstance(field, bytes) else str(field).encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()


def _read_anchor(path: Path) -> tuple[int, str] | None:
    try:
        body = msgspec.json.decode(path.read_bytes(), type=dict[str, int | str])
        return int(body["seq"]), str(body["hash"])
    except FileNotFoundError:
        return None
    except OSError as error:
        raise JournalError(f"the journal's anchor {path} cannot be read: {error}") from error
    except (msgspec.MsgspecError, KeyError, ValueError) as error:
        raise JournalDamagedError(f"the journal's anchor {path} is damaged: {error}") from error
