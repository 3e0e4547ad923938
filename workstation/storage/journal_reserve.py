"""Room on the disk that is taken in advance, for what happens after the journal failed.

A full disk, or a database that cannot be written, must not leave a cancel without a record.
The next start takes what stands here into the journal. Source: orders-and-risk.md 3, disk full.
"""

import hashlib
import logging
import os
from dataclasses import dataclass
from pathlib import Path

import msgspec

log = logging.getLogger(__name__)

RESERVE_BYTES = 8 * 1024 * 1024
_DOMAIN = b"workstation reserve 1"

Fields = tuple[str, int, str, str, str, bytes]
"""Of one entry: time, monotonic_ns, boot, build, event, body."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands in the reserve; `torn` tells that its end cannot be read."""

    rows: tuple[Fields, ...]
    torn: bool


class Reserve:
    """A file of fixed size that is only written over, never grown. Core thread.

    Without room for it on the disk the program runs on without a reserve.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = 0
        self._head = b""

    def prepare(self) -> None:
        """Take the room, once."""
        try:
            if self._path.exists() and self._path.stat().st_size >= RESERVE_BYTES:
                return
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                _take_room(descriptor)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            log.warning("no room could be set aside beside the journal: %s", error)

    def read(self) -> Kept:
        """Return what was kept, up to the first line that is not whole. Raises OSError."""
        return kept_in(self._path)

    def keep(self, rows: list[Fields]) -> None:
        """Write entries behind those kept before, durably; a failure is only logged."""
        lines = b""
        head = self._head
        for row in rows:
            line, head = _line(head, row)
            lines += line
        if not lines or self._at + len(lines) > RESERVE_BYTES:
            return
        try:
            with self._path.open("r+b") as file:
                file.seek(self._at)
                file.write(lines)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            log.error("the reserve of the journal cannot be written: %s", error)
            return
        self._at += len(lines)
        self._head = head

    def clear(self) -> None:
        """Forget what was kept: the journal has it now. Raises OSError."""
        used = len(_used(self._path))
        with self._path.open("r+b") as file:
            file.write(bytes(used))
            file.flush()
            os.fsync(file.fileno())
        self._at, self._head = 0, b""


def kept_in(path: Path) -> Kept:
    """Return what a reserve file holds, nothing where there is none. Raises OSError."""
    content = _used(path)
    rows: list[Fields] = []
    head = b""
    for line in content.splitlines(keepends=True):
        row = _row(line)
        if row is None or _line(head, row)[0] != line:
            return Kept(tuple(rows), torn=True)
        head = _line(head, row)[1]
        rows.append(row)
    return Kept(tuple(rows), torn=False)


def _used(path: Path) -> bytes:
    """Return what was written since the reserve was empty: its room holds zeros."""
    parts = []
    try:
        with path.open("rb") as file:
            while (part := file.read(65_536)).strip(b"\0"):
                parts.append(part)
    except FileNotFoundError:
        return b""
    return b"".join(parts).rstrip(b"\0")


def _line(head: bytes, row: Fields) -> tuple[bytes, bytes]:
    data = msgspec.json.encode((*row[:5], row[5].decode()))
    digest = hashlib.sha256(_DOMAIN + head + data).digest()
    return digest.hex().encode() + b" " + data + b"\n", digest


def _row(line: bytes) -> Fields | None:
    try:
        found = msgspec.json.decode(line[65:], type=tuple[str, int, str, str, str, str])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return (*found[:5], found[5].encode())


def _take_room(descriptor: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
        return
    os.lseek(descriptor, 0, os.SEEK_END)
    size = os.fstat(descriptor).st_size
    while size < RESERVE_BYTES:
        size += os.write(descriptor, bytes(RESERVE_BYTES - size))
