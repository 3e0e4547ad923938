"""One file of the journal and the chain that runs through all of them.

The first file is `journal.sqlite`; each later year has one of its own, `journal-2027.sqlite`,
whose first entry is chained to the last of the year before. No file is ever renamed or deleted.
Source: orders-and-risk.md 3.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from workstation.domain.errors import JournalDamagedError, JournalError

APPLICATION_ID = 0x57534A31
_DOMAIN = b"workstation journal 1"
_COLUMNS = "seq, time, monotonic_ns, boot, build, event, body, hash"

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


def entries_of(database: sqlite3.Connection) -> Iterator[Entry]:
    """Yield the entries of one file, oldest first."""
    rows = database.execute(
        "SELECT seq, time, event, body, monotonic_ns, boot, build FROM entries ORDER BY seq"
    )
    for row in rows:
        yield Entry(*row)


def chained(previous: bytes, fields: tuple[object, ...]) -> bytes:
    """Return the hash of an entry: seq, time, monotonic_ns, boot, build, event, body."""
    digest = hashlib.sha256(_DOMAIN + previous)
    for field in fields:
        data = field if isinstance(field, bytes) else str(field).encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()


class ChainCheck:
    """Follows the chain from the first entry on; every fault is a JournalDamagedError."""

    def __init__(self, first: Path) -> None:
        """Read the anchor before the entries, which may grow meanwhile. Raises JournalError."""
        self.seq = 0
        self.head = b""
        self.last_time = ""
        self._first = first
        self._anchor = _read_anchor(anchor_of(first))

    def follow(self, path: Path, database: sqlite3.Connection) -> None:
        """Check one file; its first entry must continue the file before."""
        for *fields, stored in database.execute(
            f"SELECT {_COLUMNS} FROM entries ORDER BY seq"  # noqa: S608 - a constant
        ):
            expected = chained(self.head, tuple(fields))
            if fields[0] != self.seq + 1 or expected != stored:
                raise JournalDamagedError(
                    f"the journal {path} is damaged after entry {self.seq}: the chain breaks"
                )
            self.seq, self.head, self.last_time = self.seq + 1, stored, fields[1]
            if self._anchor and self._anchor[0] == self.seq and self._anchor[1] != stored.hex():
                raise JournalDamagedError(
                    f"the journal {path} was rewritten: entry {self.seq} differs"
                )

    def end(self) -> None:
        """Check that no entry is missing at the end."""
        if self._anchor is not None and self._anchor[0] > self.seq:
            raise JournalDamagedError(
                f"the journal {self._first} lost its end: {self._anchor[0]} entries are on "
                f"record, {self.seq} are there"
            )


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
