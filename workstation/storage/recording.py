"""Recordings of a session: every message in and out with its time, in a compact rolling file.

A file begins with a line of JSON; then come records of one octet of direction, eight of time
(nanoseconds of the monotonic clock), four of length, all highest octet first, and the body of
one message. A recording is a folder of such parts; the oldest go when it grows too large.
"""

import json
import logging
import os
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from workstation.domain.errors import RecordingError
from workstation.domain.ports import Direction

log = logging.getLogger(__name__)

FORMAT = "workstation-recording-1"
PART_BYTES = 8 * 1024 * 1024
MOST_BYTES = 256 * 1024 * 1024
MOST_BODY = 16 * 1024 * 1024
_HEAD = struct.Struct(">BQI")
_SUFFIX = ".frames"
_HEAD_ROOM = 200
"""More than the first line of a file takes."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded message; `time_ns` counts from an arbitrary moment."""

    direction: Direction
    time_ns: int
    body: bytes


class Recorder:
    """Writes a recording; an error of the disk ends it and nothing else. Core thread.

    `wanted` tells by direction and body which messages are kept.
    """

    def __init__(
        self,
        folder: Path,
        wanted: Callable[[Direction, bytes], bool],
        *,
        most_bytes: int = MOST_BYTES,
        part_bytes: int = PART_BYTES,
    ) -> None:
        self._folder = folder
        self._wanted = wanted
        self._most_bytes = most_bytes
        self._part_bytes = part_bytes
        self._file: BinaryIO | None = None
        self._size = 0
        self._failed = False

    def take(self, direction: Direction, bodies: list[bytes]) -> None:
        """Record messages that came or went in one piece."""
        if self._failed:
            return
        now = time.monotonic_ns()
        kept = [
            _HEAD.pack(direction, now, len(body)) + body
            for body in bodies
            if self._wanted(direction, body)
        ]
        if not kept:
            return
        try:
            self._write(b"".join(kept))
        except OSError as error:
            self._failed = True
            self.close()
            log.warning("the recording has ended: %s", error)

    def close(self) -> None:
        """End the recording."""
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def _write(self, data: bytes) -> None:
        if self._file is None or self._size + len(data) > self._part_bytes:
            self._begin_part(len(data))
        assert self._file is not None
        self._file.write(data)
        self._file.flush()
        self._size += len(data)

    def _begin_part(self, wanted: int) -> None:
        self.close()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._drop_oldest(max(self._part_bytes, wanted + _HEAD_ROOM))
        now = datetime.now(UTC)
        path = self._folder / f"{now:%Y%m%d-%H%M%S-%f}{_SUFFIX}"
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._size = self._file.write(head_line(now))

    def _drop_oldest(self, room: int) -> None:
        """Keep so much room below the cap."""
        parts = parts_of(self._folder)
        sizes = [part.stat().st_size for part in parts]
        while parts and sum(sizes) + room > self._most_bytes:
            parts.pop(0).unlink()
            sizes.pop(0)


def parts_of(folder: Path) -> list[Path]:
    """Return the parts of a recording, oldest first."""
    return sorted(folder.glob(f"*{_SUFFIX}"))


def head_line(started: datetime) -> bytes:
    """Return the first line of a file."""
    return json.dumps({"format": FORMAT, "started": started.isoformat()}).encode() + b"\n"


def read_recording(path: Path) -> Iterator[Recorded]:
    """Read a file, or all parts in a folder; a last record that was cut off is left out.

    Raises RecordingError where there is none.
    """
    paths = parts_of(path) if path.is_dir() else [path]
    if not paths:
        raise RecordingError(f"there is no recording in {path}")
    for part in paths:
        try:
            with part.open("rb") as file:
                yield from _read_part(part, file)
        except OSError as error:
            raise RecordingError(f"{part} cannot be read: {error.strerror}") from error


def _read_part(path: Path, file: BinaryIO) -> Iterator[Recorded]:
    try:
        head = json.loads(file.readline(1000))
    except ValueError:
        head = None
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise RecordingError(f"{path} is not a recording of a session")
    while len(record := file.read(_HEAD.size)) == _HEAD.size:
        direction, time_ns, length = _HEAD.unpack(record)
        if direction not in set(Direction) or length > MOST_BODY:
            raise RecordingError(f"{path} is damaged at {file.tell()}")
        body = file.read(length)
        if len(body) < length:
            return
        yield Recorded(Direction(direction), time_ns, body)


def write_records(path: Path, records: Iterator[Recorded]) -> int:
    """Write records as one new file and return how many. Raises RecordingError."""
    count = 0
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(head_line(datetime.now(UTC)))
            for record in records:
                file.write(_HEAD.pack(record.direction, record.time_ns, len(record.body)))
                file.write(record.body)
                count += 1
    except OSError as error:
        raise RecordingError(f"{path} cannot be written: {error.strerror}") from error
    return count
