"""Bars on disk: a log of stretches for each series, so that a chart has a picture at once.

A file begins with its version. Behind it stands chunk after chunk: what time a chunk covers
without a gap, and its bars as columns, guarded by check sums. A chunk replaces what earlier ones
say about its time, so that nothing is ever changed in place: a crash leaves at most a torn end,
which is not read and is cut off by the next writing. Files with many chunks are written anew as a
whole; the oldest bars of a file and the files that were not used for longest go when there are too
many. It is a copy of what the broker has: what cannot be read is asked for again.
"""

import logging
import os
import struct
import zlib
from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workstation.domain.bar import SeriesKey
from workstation.storage.files import make_private_folder, write_private_file

log = logging.getLogger(__name__)

Columns = tuple[npt.NDArray[Any], ...]
"""Times (seconds since 1970, whole numbers), opens, highs, lows, closes, volumes."""

MOST_BARS = 2_000_000
MOST_BYTES = 1 << 30
MOST_CHUNKS = 64
_START = b"WSBARS\x01\x00"
_HEAD = struct.Struct("<4sIqqI")
"""Mark, bars, begin, end (seconds since 1970, the end not included), check sum of the bars."""

_CHECK = struct.Struct("<I")
_MARK = b"BARS"
_COLUMNS = 6
_ROW = 8 * _COLUMNS
_LONG, _REAL = np.dtype("<i8"), np.dtype("<f8")


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """All bars there are from `begin` until before `end`, in seconds since 1970 UTC."""

    begin: int
    end: int
    columns: Columns

    def cut(self, begin: int, end: int) -> "Stretch":
        """Return the part between two times."""
        first, last = np.searchsorted(self.columns[0], (begin, end)).tolist()
        return Stretch(begin, end, tuple(column[first:last] for column in self.columns))


class BarStore:
    """Keeps the bars of every series in a folder. One thread at a time."""

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes

    def load(self, series: SeriesKey) -> tuple[Stretch, ...]:
        """Return what is kept, in stretches without a gap, oldest first. Raises OSError."""
        path = self._path(series)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return ()
        os.utime(path)  # so that what is used stays longest
        chunks, good = _read(data)
        if good < len(data):
            log.info("the end of the bars of %s is torn and is not used", path.stem)
            os.truncate(path, good)
        return joined(chunks)

    def save(self, series: SeriesKey, stretch: Stretch) -> None:
        """Keep a stretch in place of what was kept of its time. Raises OSError."""
        if stretch.end <= stretch.begin:
            return
        make_private_folder(self._folder)
        path = self._path(series)
        good = 0
        if path.exists():
            good, chunks = _scan(path)
            if chunks >= MOST_CHUNKS:
                self._write_anew(path, stretch)
                return
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        descriptor = os.open(path, flags, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            file.truncate(good)
            file.seek(good)
            file.write((b"" if good else _START) + _chunk(stretch))

    def forget(self, series: SeriesKey) -> None:
        """Drop a series. Raises OSError."""
        self._path(series).unlink(missing_ok=True)

    def tidy(self) -> None:
        """Remove the files that were not used for longest while there are too many. Raises OSError."""
        if not self._folder.is_dir():
            return
        found = [(each.stat(), each) for each in self._folder.glob("*.bars")]
        total = sum(stat.st_size for stat, _ in found)
        for stat, path in sorted(found, key=lambda each: each[0].st_mtime):
            if total <= self._most_bytes:
                return
            path.unlink()
            total -= stat.st_size
            log.info("the bars of %s were not used for longest and are dropped", path.stem)

    def _write_anew(self, path: Path, stretch: Stretch) -> None:
        whole = joined([*_read(path.read_bytes())[0], stretch])
        write_private_file(path, _START + b"".join(_chunk(each) for each in _newest(whole)))
        self.tidy()

    def _path(self, series: SeriesKey) -> Path:
        hours = "-rth" if series.regular_hours else ""
        size = series.size.value.replace(" ", "")
        return self._folder / f"{int(series.con_id)}-{series.show.value}-{size}{hours}.bars"


def joined(chunks: list[Stretch]) -> tuple[Stretch, ...]:
    """Return stretches without a gap each; of what overlaps the later chunk counts."""
    pieces: list[Stretch] = []
    for chunk in chunks:
        _lay_over(pieces, chunk)
    groups: list[list[Stretch]] = []
    for piece in pieces:
        if groups and groups[-1][-1].end >= piece.begin:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return tuple(_as_one(group) for group in groups)


def _as_one(pieces: list[Stretch]) -> Stretch:
    if len(pieces) == 1:
        return pieces[0]
    columns = zip(*(piece.columns for piece in pieces), strict=True)
    return Stretch(
        pieces[0].begin, pieces[-1].end, tuple(np.concatenate(column) for column in columns)
    )


def _lay_over(pieces: list[Stretch], chunk: Stretch) -> None:
    """Put a chunk among pieces in rising time that do not overlap; it wins."""
    first = bisect_left(pieces, chunk.begin, key=lambda piece: piece.end)
    last = bisect_left(pieces, chunk.end, key=lambda piece: piece.begin)
    fresh = [chunk]
    covered = pieces[first:last]
    if covered and covered[0].begin < chunk.begin:
        fresh.insert(0, covered[0].cut(covered[0].begin, chunk.begin))
    if covered and covered[-1].end > chunk.end:
        fresh.append(covered[-1].cut(chunk.end, covered[-1].end))
    pieces[first:last] = fresh


def _newest(stretches: tuple[Stretch, ...]) -> list[Stretch]:
    """Return the newest bars that a file may hold."""
    kept: list[Stretch] = []
    room = MOST_BARS
    for stretch in reversed(stretches):
        count = len(stretch.columns[0])
        if count <= room:
            kept.insert(0, stretch)
            room -= count
        elif room:
            begin = int(stretch.columns[0][count - room])
            kept.insert(0, stretch.cut(begin, stretch.end))
            room = 0
    return kept


def _chunk(stretch: Stretch) -> bytes:
    times, *prices = stretch.columns
    parts = [np.ascontiguousarray(times, _LONG).tobytes()]
    parts += [np.ascontiguousarray(column, _REAL).tobytes() for column in prices]
    bars = b"".join(parts)
    head = _HEAD.pack(_MARK, len(times), stretch.begin, stretch.end, zlib.crc32(bars))
    return head + _CHECK.pack(zlib.crc32(head)) + bars


def _read(data: bytes) -> tuple[list[Stretch], int]:
    """Return the chunks of a file and where the last whole one ends."""
    chunks: list[Stretch] = []
    if not data.startswith(_START):
        return chunks, 0
    place = len(_START)
    view = memoryview(data)
    while (head := _head(view[place : place + _HEAD.size + _CHECK.size])) is not None:
        count, begin, end, check = head
        bars = view[place + _HEAD.size + _CHECK.size :][: count * _ROW]
        if len(bars) < count * _ROW or zlib.crc32(bars) != check:
            break
        chunks.append(Stretch(begin, end, _columns(bars, count)))
        place += _HEAD.size + _CHECK.size + len(bars)
    return chunks, place


def _head(raw: memoryview) -> tuple[int, int, int, int] | None:
    """Return bars, begin, end and check sum of a chunk, None where there is none."""
    if len(raw) < _HEAD.size + _CHECK.size:
        return None
    head, (check,) = raw[: _HEAD.size], _CHECK.unpack(raw[_HEAD.size :])
    mark, count, begin, end, of_bars = _HEAD.unpack(head)
    if mark != _MARK or zlib.crc32(head) != check or count > 2 * MOST_BARS:
        return None
    return count, begin, end, of_bars


def _columns(bars: memoryview, count: int) -> Columns:
    step = 8 * count
    times = np.frombuffer(bars[:step], _LONG)
    rest = (np.frombuffer(bars[n * step : (n + 1) * step], _REAL) for n in range(1, _COLUMNS))
    return (times, *rest)


def _scan(path: Path) -> tuple[int, int]:
    """Return where the last whole chunk ends, and how many there are.

    Only the heads are read: bars that are damaged inside show when they are loaded.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(len(_START)) != _START:
            return 0, 0
        place, chunks = len(_START), 0
        while (head := _head(memoryview(file.read(_HEAD.size + _CHECK.size)))) is not None:
            behind = place + _HEAD.size + _CHECK.size + head[0] * _ROW
            if behind > size:
                break
            place, chunks = behind, chunks + 1
            file.seek(place)
    return place, chunks
