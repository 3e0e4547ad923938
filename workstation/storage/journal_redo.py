"""The redo log of the journal: what must be on the disk before the database has committed it.

A commit of the database writes several pages and its own log; an order waits for it. Here one
write of a few kilobytes over room that was taken before, which the disk takes in half of that
time (docs/performance.md), makes an entry durable; the database follows when the round of the
core is over. Whatever the database lacks at the next start is taken from here, entry by entry
along the chain.
"""

import contextlib
import logging
import os
import zlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from workstation.domain.errors import JournalDamagedError
from workstation.storage.journal_file import Row, chained

log = logging.getLogger(__name__)

REDO_BYTES = 1024 * 1024
_LENGTH_BYTES = _SUM_BYTES = 4
_END = bytes(_LENGTH_BYTES)
_SYNCED = getattr(os, "O_DSYNC", 0)
_BINARY = getattr(os, "O_BINARY", 0)


def redo_of(first: Path) -> Path:
    """Name the redo log of a journal; `first` is the name of the journal's first file."""
    return first.with_suffix(".redo")


class RedoLog:
    """A file of fixed size, written from its beginning again after each commit. Core thread.

    Without room for it on the disk `write` takes nothing, and the database commits at once.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, made and filled once. No error: it is done without then."""
        self._at = 0
        self._descriptor = -1
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | _BINARY | _SYNCED, 0o600)
            _take_room(self._descriptor)
        except OSError as error:
            log.warning("the journal does without its redo log %s: %s", path, error)
            self.close()

    def write(self, rows: list[Row]) -> bool:
        """Put entries on the disk behind those since the last commit; False if there is no room.

        Raises OSError: what the disk holds of them is not known then.
        """
        frames = b"".join(_frame(row) for row in rows)
        if self._descriptor < 0 or self._at + len(frames) > REDO_BYTES:
            return False
        _write_at(self._descriptor, self._at, frames)
        self._at += len(frames)
        return True

    def committed(self) -> None:
        """Begin anew: the database has all that stands here."""
        self._at = 0

    def clear(self) -> None:
        """Forget what stands here: the database has it, and nothing else comes. Raises OSError."""
        if self._descriptor >= 0:
            _write_at(self._descriptor, 0, _END)
        self._at = 0

    def close(self) -> None:
        """Close the file; what it holds stays."""
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):
                os.close(self._descriptor)
        self._descriptor = -1


def rows_in(path: Path) -> list[Row]:
    """Return the entries that stand in a redo log, some of long ago among them. Raises OSError.

    Its end is left out if it is torn: whoever waited for it was never told that it is on record.
    """
    if not path.is_file():
        return []
    content = path.read_bytes()
    rows: list[Row] = []
    at = 0
    while length := int.from_bytes(content[at : at + _LENGTH_BYTES], "big"):
        begin = at + _LENGTH_BYTES + _SUM_BYTES
        data = content[begin : begin + length]
        if _sum(data) != content[at + _LENGTH_BYTES : begin]:
            break
        rows.append(msgspec.msgpack.decode(data, type=Row))
        at = begin + length
    return rows


def rows_behind(rows: Iterable[Row], seq: int, head: bytes) -> list[Row]:
    """Return those of a redo log's entries that continue the chain behind an entry and its hash.

    Raises JournalDamagedError where entries between are missing: the database had told that it
    holds them.
    """
    found: list[Row] = []
    for row in rows:
        if row[0] <= seq:
            continue
        if row[0] > seq + 1:
            raise JournalDamagedError(
                f"the journal lost its end: entry {row[0]} is in the redo log, those before it "
                f"since entry {seq} are nowhere"
            )
        if chained(head, row[:-1]) != row[-1]:
            break
        found.append(row)
        seq, head = row[0], row[-1]
    return found


def _frame(row: Row) -> bytes:
    data = msgspec.msgpack.encode(row)
    return len(data).to_bytes(_LENGTH_BYTES, "big") + _sum(data) + data


def _sum(data: bytes) -> bytes:
    """Tell a torn write apart; that nobody changed an entry is what the chain shows."""
    return zlib.crc32(data).to_bytes(_SUM_BYTES, "big")


def _take_room(descriptor: int) -> None:
    """Fill the file once: a write over what was written changes nothing but its content."""
    missing = REDO_BYTES - os.fstat(descriptor).st_size
    if missing > 0:
        _write_at(descriptor, REDO_BYTES - missing, bytes(missing))


if _SYNCED and hasattr(os, "pwrite"):

    def _write_at(descriptor: int, at: int, data: bytes) -> None:
        """Write durably, in one call: no other thread of Python comes between."""
        while data:
            written = os.pwrite(descriptor, data, at)
            at, data = at + written, data[written:]

else:

    def _write_at(descriptor: int, at: int, data: bytes) -> None:
        """Write durably, where the system has no call that does both."""
        os.lseek(descriptor, at, os.SEEK_SET)
        while data:
            data = data[os.write(descriptor, data) :]
        os.fsync(descriptor)
