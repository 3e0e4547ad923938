"""Reads what is still readable of a damaged journal, without changing a byte of it.

Of each entry it says whether it is proven: whether the chain leads to it from the first entry
on, or a whole snapshot kept it. What lies behind a break may be anybody's. Source:
orders-and-risk.md 3.
"""

import contextlib
import logging
from dataclasses import dataclass
from pathlib import Path

import msgspec

from workstation.domain.errors import JournalError
from workstation.storage.journal_file import ChainCheck, Entry, Row, entry_of, files_of
from workstation.storage.journal_reader import opened
from workstation.storage.journal_redo import redo_of, rows_behind, rows_in
from workstation.storage.snapshot_file import (
    SnapshotError,
    check_content,
    lines_of,
    own_hash,
    read_header,
    snapshots_of,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Salvaged:
    """One entry that could be read, and whether it can be believed."""

    entry: Entry
    is_proven: bool


class Salvage:
    """Reads once, at once, and keeps the entries of the wanted events. Raises nothing.

    `entries` are oldest first, `proven` is the number up to which all is proven.
    """

    def __init__(self, first: Path, wanted: frozenset[str]) -> None:
        self._wanted = wanted
        self._found: dict[int, Salvaged] = {}
        self._is_broken = False
        self._chain = _chain(first)
        for path in files_of(first):
            last = 0 if self._is_broken else self._follow(path)
            if self._is_broken:
                self._read_back(path, last)
        self._take_redo(first)
        sealed = self._take_snapshot(first)
        self.proven = max(self._chain.seq, sealed)
        self.entries = [self._found[seq] for seq in sorted(self._found)]

    def _follow(self, path: Path) -> int:
        """Take what the chain leads to in a file; return the last number, and mark a break."""
        last = 0
        try:
            with opened(path) as database:
                for entry in self._chain.walk(path, database):
                    last = entry.seq
                    self._take(entry, is_proven=True)
        except JournalError as error:
            log.info("%s is readable up to entry %d: %s", path.name, last, error)
            self._is_broken = True
        return last

    def _read_back(self, path: Path, last: int) -> None:
        """Take what lies behind a break, from the end of the file towards it."""
        places = ",".join("?" * len(self._wanted))
        try:
            with opened(path) as database:
                rows = database.execute(
                    "SELECT seq, time, event, body, monotonic_ns, boot, build FROM entries "  # noqa: S608 - question marks
                    f"WHERE seq > ? AND event IN ({places}) ORDER BY seq DESC",
                    (last, *self._wanted),
                )
                for row in rows:
                    self._take(Entry(*row), is_proven=False)
        except JournalError as error:
            log.info("the end of %s cannot be read: %s", path.name, error)

    def _take_redo(self, first: Path) -> None:
        """Take what the redo log holds beyond that; it is proven where the chain leads on to it."""
        try:
            rows = rows_in(redo_of(first))
        except OSError as error:
            log.info("the redo log of %s cannot be read: %s", first.name, error)
            return
        proven: list[Row] = []
        with contextlib.suppress(JournalError):
            proven = rows_behind(rows, self._chain.seq, self._chain.head)
        for row in rows:
            if row[0] > self._chain.seq:
                self._take(entry_of(row), is_proven=row in proven)
        self._chain.seq += len(proven)

    def _take_snapshot(self, first: Path) -> int:
        """Take what the newest whole snapshot kept word for word; return what it stands for."""
        for path in snapshots_of(first):
            try:
                sealed = read_header(path).seq
                check_content(path, own_hash(path))
                kept = (line[1:] for line in lines_of(path) if line[:1] == b"k")
                entries = [msgspec.json.decode(line, type=Entry) for line in kept]
            except (SnapshotError, OSError, msgspec.MsgspecError, ValueError) as error:
                log.info("the snapshot %s is of no use: %s", path.name, error)
                continue
            for entry in entries:
                self._take(entry, is_proven=True)
            return sealed
        return 0

    def _take(self, entry: Entry, *, is_proven: bool) -> None:
        if entry.event in self._wanted:
            self._found[entry.seq] = Salvaged(entry, is_proven)


def _chain(first: Path) -> ChainCheck:
    """Begin at the first entry; without an anchor where that is what is damaged."""
    with contextlib.suppress(JournalError):
        return ChainCheck(first)
    return ChainCheck(first, use_anchor=False)
