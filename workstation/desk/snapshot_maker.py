"""Makes a snapshot of a journal by reading it, beside the program that writes it or without one."""

import contextlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from workstation.desk.past import PastError, Replay
from workstation.desk.snapshot_mark import snapshot_mark
from workstation.domain.errors import JournalError
from workstation.domain.ids import ClientId
from workstation.oms.book_state import BookStateError
from workstation.storage.journal_file import ChainCheck, files_of, has_all_behind
from workstation.storage.journal_reader import opened
from workstation.storage.snapshot_choice import newest_sealed
from workstation.storage.snapshot_file import (
    FORMAT,
    SnapshotHeader,
    SnapshotSealed,
    lines_of,
    snapshot_of,
    write_snapshot,
)


def make_snapshot(
    first: Path, client_id: ClientId, reached: Callable[[str], None] = lambda _label: None
) -> SnapshotSealed:
    """Replay a journal up to its newest entry, write the snapshot, and return what seals it.

    Every entry is checked on the way, from the first one or from the snapshot before, which was
    made the same way. Until the journal holds the seal, no start uses the snapshot. Raises
    JournalError and OSError.
    """
    mark = snapshot_mark(client_id)
    replay, chain = _replayed(first, client_id, mark)
    if not chain.seq:
        raise JournalError(f"the journal {first} holds no entry")
    header = SnapshotHeader(
        format=FORMAT, mark=mark, seq=chain.seq, hash=chain.head.hex(), time=chain.last_time
    )
    lines = replay.lines(datetime.fromisoformat(chain.last_time))
    try:
        sha256 = write_snapshot(snapshot_of(first, chain.seq), header, lines, reached)
    except BookStateError as error:
        raise JournalError(f"no snapshot is made: {error}") from error
    return SnapshotSealed(seq=header.seq, hash=header.hash, sha256=sha256)


def _replayed(first: Path, client_id: ClientId, mark: str) -> tuple[Replay, ChainCheck]:
    """Add up the whole journal."""
    replay, chain = Replay(client_id), ChainCheck(first)
    *older, newest = files_of(first) or [first]
    with opened(newest) as current:
        base = newest_sealed(first, current, older, mark)
        if base is not None:
            with contextlib.suppress(PastError):
                replay.begin_from(lines_of(snapshot_of(first, base.seq)))
                chain = ChainCheck(first, base.seq, bytes.fromhex(base.hash))
        for path in () if has_all_behind(current, chain.seq) else older:
            with opened(path) as database:
                for entry in chain.walk(path, database):
                    replay.take(entry)
        for entry in chain.walk(newest, current):
            replay.take(entry)
    chain.end()
    return replay, chain
