"""Moves what was written from the log of the database into the database, beside the core.

SQLite itself would do that within whichever commit fills a thousand pages, and an order would
wait for it: two flushes of the disk and the writing between them.
"""

import contextlib
import logging
import sqlite3
import threading
from pathlib import Path

log = logging.getLogger(__name__)

MOST_PAGES = 16_000
"""At so many pages in the log, 64 MB, the writer itself does it after all."""

DUE_ENTRIES, OVERDUE_ENTRIES = 300, 3_000
"""Entries after which it is worth doing in a quiet moment, and after which it is done anyway."""

QUIET_SECONDS = 1.0
"""A moment is quiet where nothing durable was written for so long."""


class Checkpoints:
    """Runs one checkpoint at a time on a thread of its own. Core thread but for that.

    It takes nothing away from the writer, which may write meanwhile, and waits for no reader.
    """

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._done_seq = 0

    def is_due(self, seq: int, quiet_for: float) -> bool:
        """Tell whether enough was written, up to this entry, and nobody is likely to wait."""
        waiting = seq - self._done_seq
        return waiting >= (DUE_ENTRIES if quiet_for >= QUIET_SECONDS else OVERDUE_ENTRIES)

    def begin(self, path: Path, seq: int) -> None:
        """Begin with what stands in the file up to this entry, unless one is under way."""
        if self._thread is not None and self._thread.is_alive():
            return
        self._done_seq = seq
        self._thread = threading.Thread(
            target=_checkpoint, args=(path,), name="journal checkpoint", daemon=True
        )
        self._thread.start()

    def wait(self) -> None:
        """Wait until none is under way: before the file is closed or moved."""
        if self._thread is not None:
            self._thread.join()
            self._thread = None


def _checkpoint(path: Path) -> None:
    try:
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    except sqlite3.Error as error:  # the log only grows; what fails for good fails the writer
        log.warning("the journal's log could not be moved: %s", error)
