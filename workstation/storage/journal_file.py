"""One file of the journal and the chain that runs through all of them.

The first file is `journal.sqlite`; each later year has one of its own, `journal-2027.sqlite`,
whose first entry is chained to the last of the year before. No file is ever renamed or deleted.
Source: orders-and-risk.md 3.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from workstation.domain.errors import JournalDamagedError, JournalError
from workstation.storage.journal_checkpoint import MOST_PAGES

APPLICATION_ID = 0x57534A31
_DOMAIN = b"workstation journal 1"
_COLUMNS = "seq, time, monotonic_ns, boot, build, event, body, hash"

_INSERT = "INSERT INTO entries VALUES (?,?,?,?,?,?,?,?)"

Row = tuple[int, str, int, str, str, str, bytes, bytes]
"""Of one entry as a file holds it: seq, time, monotonic_ns, boot, build, event, body, hash."""

TOLD_EVERY = 2_000
"""So many entries lie between two words on how far a reading has come."""


def _deaf(_seq: int) -> None:
    """Stand in where nobody wants to know how far a check has come."""


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
    """One record as it stands on disk; `body` is canonical JSON.

    `monotonic_ns` means something only among entries of one `boot`, a run of the program.
    """

    seq: int
    time: str
    event: str
    body: bytes
    monotonic_ns: int = 0
    boot: str = ""
    build: str = ""

    @property
    def when(self) -> datetime:
        """The aware UTC time of the entry."""
        return datetime.fromisoformat(self.time)


def files_of(first: Path) -> list[Path]:
    """Return the files of a journal that exist, oldest first; `first` is the first one's name."""
    later = sorted(first.parent.glob(f"{first.stem}-[0-9][0-9][0-9][0-9]{first.suffix}"))
    return [*([first] if first.exists() else []), *later]


def file_of_year(first: Path, year: int) -> Path:
    """Name the file of a later year."""
    return first.with_name(f"{first.stem}-{year:04d}{first.suffix}")


def anchor_of(first: Path) -> Path:
    """Name the file that holds the newest number and hash."""
    return first.with_suffix(".anchor")


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open a file, made where it is missing. Raises JournalError."""
    try:
        path.touch(mode=0o600)
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except (sqlite3.Error, OSError) as error:
        raise JournalError(f"the journal {path} cannot be opened: {error}") from error
    try:
        _prepare(path, database)
    except (JournalError, sqlite3.Error):
        database.close()
        raise
    return database


def _prepare(path: Path, database: sqlite3.Connection) -> None:
    database.execute("PRAGMA busy_timeout = 2000")
    new = not check_identity(path, database)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute(f"PRAGMA wal_autocheckpoint = {MOST_PAGES}")
    if new:
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        database.execute(_SCHEMA)
    check_pages(path, database)


def check_identity(path: Path, database: sqlite3.Connection) -> bool:
    """Tell whether the file holds a journal, False for an empty file. Raises JournalError."""
    known = database.execute("PRAGMA application_id").fetchone()[0]
    tables = database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if known != APPLICATION_ID and (tables or known):
        raise JournalError(f"{path} is a database, but not a journal of this program")
    return bool(tables)


def check_pages(path: Path, database: sqlite3.Connection) -> None:
    """Let the database check its own pages. Raises JournalDamagedError."""
    if database.execute("PRAGMA quick_check").fetchone()[0] != "ok":
        raise JournalDamagedError(f"the journal {path} is damaged (database check failed)")


def entries_of(database: sqlite3.Connection, after: int = 0) -> Iterator[Entry]:
    """Yield the entries of one file behind a number, oldest first."""
    rows = database.execute(
        "SELECT seq, time, event, body, monotonic_ns, boot, build FROM entries "
        "WHERE seq > ? ORDER BY seq",
        (after,),
    )
    for row in rows:
        yield Entry(*row)


def insert(database: sqlite3.Connection, rows: list[Row]) -> None:
    """Append entries, durably and all or none. Raises sqlite3.Error; then roll back.

    One is a single statement: after each, another thread may run before this one.
    """
    if len(rows) == 1:
        database.execute(_INSERT, rows[0])
    elif rows:
        database.execute("BEGIN IMMEDIATE")
        database.executemany(_INSERT, rows)
        database.execute("COMMIT")


def end_of(database: sqlite3.Connection) -> tuple[int, bytes] | None:
    """Return number and hash of the last entry of one file, None of an empty one."""
    found: tuple[int, bytes] | None = database.execute(
        "SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    return found


def entry_of(row: Row) -> Entry:
    """Return an entry as whoever reads it has it."""
    seq, time, monotonic_ns, boot, build, event, body, _ = row
    return Entry(seq, time, event, body, monotonic_ns, boot, build)


def chained(previous: bytes, fields: tuple[object, ...]) -> bytes:
    """Return the hash of an entry: seq, time, monotonic_ns, boot, build, event, body."""
    parts = [_DOMAIN, previous]
    for field in fields:
        data = field if isinstance(field, bytes) else str(field).encode()
        parts += (len(data).to_bytes(8, "big"), data)
    return hashlib.sha256(b"".join(parts)).digest()


def hash_of(database: sqlite3.Connection, seq: int) -> str:
    """Return the stored hash of an entry in hex, "" where the file does not hold the entry."""
    row = database.execute("SELECT hash FROM entries WHERE seq = ?", (seq,)).fetchone()
    return "" if row is None else bytes(row[0]).hex()


def has_all_behind(database: sqlite3.Connection, seq: int) -> bool:
    """Tell whether every entry behind a number is in this file, none in those before it."""
    found: int | None = database.execute("SELECT min(seq) FROM entries").fetchone()[0]
    return found is not None and found <= seq + 1


class ChainCheck:
    """Follows the chain, from the first entry on; every fault is a JournalDamagedError.

    With `after` and `head` it begins behind an entry whose hash is known from elsewhere. `told`
    hears now and then how far it has come.
    """

    def __init__(
        self,
        first: Path,
        after: int = 0,
        head: bytes = b"",
        told: Callable[[int], None] = _deaf,
        *,
        use_anchor: bool = True,
    ) -> None:
        """Read the anchor before the entries, which may grow meanwhile. Raises JournalError."""
        self.seq = self._after = after
        self.head = head
        self.last_time = ""
        self._first = first
        self._told = told
        self.anchor = _read_anchor(anchor_of(first)) if use_anchor else None

    def follow(self, path: Path, database: sqlite3.Connection) -> None:
        """Check one file; its first entry must continue the file before."""
        for _ in self.walk(path, database):
            pass

    def walk(self, path: Path, database: sqlite3.Connection) -> Iterator[Entry]:
        """Check one file and yield each entry that is sound."""
        rows = database.execute(
            f"SELECT {_COLUMNS} FROM entries WHERE seq > ? ORDER BY seq",  # noqa: S608 - a constant
            (self._after,),
        )
        for *fields, stored in rows:
            expected = chained(self.head, tuple(fields))
            if fields[0] != self.seq + 1 or expected != stored:
                raise JournalDamagedError(
                    f"the journal {path} is damaged after entry {self.seq}: the chain breaks"
                )
            self.seq, self.head, self.last_time = self.seq + 1, stored, fields[1]
            if self.anchor and self.anchor[0] == self.seq:
                self.compare(path, stored.hex())
            if not self.seq % TOLD_EVERY:
                self._told(self.seq)
            yield entry_of((*fields, stored))

    def compare(self, path: Path, stored: str) -> None:
        """Compare the hash, in hex, of the entry that the anchor names with the anchor's."""
        if self.anchor and self.anchor[1] != stored:
            raise JournalDamagedError(
                f"the journal {path} was rewritten: entry {self.anchor[0]} differs"
            )

    def end(self) -> None:
        """Check that no entry is missing at the end."""
        if self.anchor is not None and self.anchor[0] > self.seq:
            raise JournalDamagedError(
                f"the journal {self._first} lost its end: {self.anchor[0]} entries are on "
                f"record, {self.seq} are there"
            )


def set_aside(first: Path) -> None:
    """Move a damaged journal and all that belongs to it out of the way, unchanged. Raises OSError."""
    mark = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    for pattern in (f"{first.stem}.*", f"{first.stem}-*"):
        for path in first.parent.glob(pattern):
            path.rename(path.with_name(f"damaged-{mark}-{path.name}"))


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
