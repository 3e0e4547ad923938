"""Which snapshot of a journal may stand for the entries before it, if any."""

import contextlib
import logging
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import msgspec

from workstation.storage.journal_file import hash_of
from workstation.storage.journal_reader import opened
from workstation.storage.snapshot_file import (
    SnapshotError,
    SnapshotHeader,
    SnapshotSealed,
    check_content,
    read_header,
    snapshot_of,
    snapshots_of,
)

log = logging.getLogger(__name__)


def newest_sealed(
    first: Path, current: sqlite3.Connection, older: Iterable[Path], mark: str
) -> SnapshotHeader | None:
    """Return the newest snapshot that the chain holds and that is whole, None without one.

    What is wrong with another is only logged: then the journal itself is read.
    """
    older = list(older)
    for path in snapshots_of(first):
        try:
            return _sealed(first, path, current, older, mark)
        except SnapshotError as error:
            log.warning("the snapshot %s is not used: %s", path.name, error)
    return None


def _sealed(
    first: Path, path: Path, current: sqlite3.Connection, older: list[Path], mark: str
) -> SnapshotHeader:
    header = read_header(path)
    if header.mark != mark:
        raise SnapshotError("another version of the program, or another client, made it")
    if path != snapshot_of(first, header.seq):
        raise SnapshotError("it does not stand for the entry in its name")
    if not header.hash or hash_in(current, older, header.seq) != header.hash:
        raise SnapshotError(f"entry {header.seq} of the journal is another one")
    check_content(path, _seal_of(header, current, older))
    return header


def _seal_of(header: SnapshotHeader, current: sqlite3.Connection, older: list[Path]) -> str:
    """Return the SHA-256 that the journal holds of a snapshot. Raises SnapshotError."""
    for each in _databases(current, older):
        with each as database:
            rows = database.execute(
                "SELECT body FROM entries WHERE seq > ? AND event = ? ORDER BY seq DESC",
                (header.seq, SnapshotSealed.__name__),
            )
            for (body,) in rows:
                with contextlib.suppress(msgspec.MsgspecError):
                    sealed = msgspec.json.decode(body, type=SnapshotSealed)
                    if (sealed.seq, sealed.hash) == (header.seq, header.hash):
                        return sealed.sha256
            if database.execute("SELECT 1 FROM entries WHERE seq = ?", (header.seq,)).fetchone():
                break  # nothing of an older file is behind it
    raise SnapshotError("the journal does not know of it")


def hash_in(current: sqlite3.Connection, older: Iterable[Path], seq: int) -> str:
    """Return the stored hash of an entry, in hex, wherever it is; "" where there is none."""
    for each in _databases(current, older):
        with each as database:
            if found := hash_of(database, seq):
                return found
    return ""


def _databases(
    current: sqlite3.Connection, older: Iterable[Path]
) -> Iterable[contextlib.AbstractContextManager[sqlite3.Connection]]:
    """Give the files of a journal, newest first."""
    yield contextlib.nullcontext(current)
    for path in reversed(list(older)):
        yield opened(path)
