"""A snapshot: what the journal adds up to at one entry, in a file beside it.

It can be thrown away at any time: the journal alone is the record. Each line but the first and the
last is opaque here. The first is the header, the last the SHA-256 of everything before it; the
journal holds that hash too, in an entry behind the one the snapshot stands for (`SnapshotSealed`),
so that a snapshot can be forged only together with the chain. Source: orders-and-risk.md 3.
"""

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from workstation.storage.files import sync_folder

FORMAT = 1
_SUFFIX = ".snapshot"
_PIECE = 1 << 20
_HASH_LINE = len(b'{"sha256":""}\n') + 64


class SnapshotError(Exception):
    """A snapshot that cannot be used; the journal is read instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotHeader:
    """What a snapshot stands for: all entries up to `seq`, whose hash is `hash`, in hex.

    `mark` names the code that made it and the client whose orders are its own: another mark
    may read the same journal differently. `time` is that of the entry.
    """

    format: int
    mark: str
    seq: int
    hash: str
    time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotSealed:
    """Entry of the journal: a snapshot of the entries up to `seq` is on disk and has this hash."""

    seq: int
    hash: str
    sha256: str


def snapshot_of(first: Path, seq: int) -> Path:
    """Name the snapshot of a journal at an entry; `first` is the journal's first file."""
    return first.with_name(f"{first.stem}-{seq:012d}{_SUFFIX}")


def snapshots_of(first: Path) -> list[Path]:
    """Return the snapshots that exist, newest first."""
    return sorted(first.parent.glob(f"{first.stem}-{'[0-9]' * 12}{_SUFFIX}"), reverse=True)


def drop_others(first: Path, kept: Path) -> None:
    """Delete every snapshot but one, and what writers that were killed left behind."""
    unfinished = first.parent.glob(f"{first.stem}-{'[0-9]' * 12}{_SUFFIX}.*.new")
    for path in (*snapshots_of(first), *unfinished):
        if path != kept:
            with contextlib.suppress(OSError):  # it is tried again with the next one
                path.unlink()


def write_snapshot(
    path: Path,
    header: SnapshotHeader,
    lines: Iterable[bytes],
    reached: Callable[[str], None] = lambda _label: None,
) -> str:
    """Write a snapshot durably, whole or not at all, and return its SHA-256. Raises OSError.

    `lines` are without their ends. `reached` is told each step, for tests that end the process
    there.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    digest = hashlib.sha256()
    try:
        with os.fdopen(descriptor, "wb", buffering=_PIECE) as file:
            for line in (msgspec.json.encode(header), *_told(lines, reached)):
                digest.update(line + b"\n")
                file.write(line + b"\n")
            file.write(b'{"sha256":"%s"}\n' % digest.hexdigest().encode())
            file.flush()
            reached("snapshot written")
            os.fsync(file.fileno())
        temporary.replace(path)
        reached("snapshot in place")
        sync_folder(path.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return digest.hexdigest()


def _told(lines: Iterable[bytes], reached: Callable[[str], None]) -> Iterator[bytes]:
    for number, line in enumerate(lines):
        if number == 1:
            reached("snapshot half written")
        yield line


def read_header(path: Path) -> SnapshotHeader:
    """Return what a snapshot says it stands for; nothing else of it is looked at.

    Raises SnapshotError.
    """
    try:
        with path.open("rb") as file:
            header = msgspec.json.decode(file.readline(4096), type=SnapshotHeader)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SnapshotError(f"its header cannot be read: {error}") from error
    if header.format != FORMAT:
        raise SnapshotError(f"it has format {header.format}, not {FORMAT}")
    return header


def check_content(path: Path, sha256: str) -> None:
    """Compare every byte with the hash that the journal holds. Raises SnapshotError."""
    digest = hashlib.sha256()
    try:
        left = path.stat().st_size - _HASH_LINE
        with path.open("rb") as file:
            while left > 0 and (piece := file.read(min(_PIECE, left))):
                digest.update(piece)
                left -= len(piece)
            tail = file.read()
    except OSError as error:
        raise SnapshotError(f"it cannot be read: {error}") from error
    expected = b'{"sha256":"%s"}\n' % sha256.encode()
    if left or tail != expected or digest.hexdigest() != sha256:
        raise SnapshotError("its content is not what was sealed")


def own_hash(path: Path) -> str:
    """Return the SHA-256 that a snapshot claims of itself in its last line. Raises SnapshotError."""
    try:
        with path.open("rb") as file:
            file.seek(max(path.stat().st_size - _HASH_LINE, 0))
            return msgspec.json.decode(file.read(_HASH_LINE), type=dict[str, str])["sha256"]
    except (OSError, msgspec.MsgspecError, KeyError, ValueError) as error:
        raise SnapshotError(f"it does not end with its hash: {error}") from error


def lines_of(path: Path) -> Iterator[bytes]:
    """Yield the lines between header and hash, without their ends. Raises OSError."""
    with path.open("rb", buffering=_PIECE) as file:
        file.readline()
        before: bytes | None = None
        for line in file:
            if before is not None:
                yield before
            before = line.removesuffix(b"\n")
