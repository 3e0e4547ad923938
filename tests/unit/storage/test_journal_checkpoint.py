"""The database's log is emptied beside the core, in quiet moments, and never by an order."""

import sqlite3
from pathlib import Path

import pytest

from tests.helpers.guards import Expect
from tests.helpers.virtual_time import VirtualClock
from workstation.storage.journal import Journal
from workstation.storage.journal_checkpoint import (
    DUE_ENTRIES,
    OVERDUE_ENTRIES,
    QUIET_SECONDS,
    Checkpoints,
)


def write(journal: Journal, count: int) -> None:
    for _ in range(count):
        journal.record("Note", {"words": "x" * 4000}, durable=False)
        journal.commit()


def settled(journal: Journal) -> None:
    journal._checkpoints.wait()


def test_an_order_never_moves_the_log_and_a_quiet_moment_does(tmp_path: Path) -> None:
    path, clock = tmp_path / "journal.sqlite", VirtualClock()
    journal = Journal(path, clock)
    write(journal, 1200)  # more than the thousand pages after which SQLite would do it
    journal.record("Intent", {}, durable=True)
    small = path.stat().st_size
    assert small < 100_000

    journal.tidy()
    settled(journal)
    assert path.stat().st_size == small  # an order was on its way just now

    clock.seconds += QUIET_SECONDS
    journal.tidy()
    settled(journal)
    assert path.stat().st_size > 1200 * 4000
    assert [entry.event for entry in journal.entries(1199)] == ["Note", "Intent"]
    journal.close()


def test_what_was_moved_and_what_came_later_is_read_again(tmp_path: Path) -> None:
    path, clock = tmp_path / "journal.sqlite", VirtualClock()
    journal = Journal(path, clock)
    write(journal, DUE_ENTRIES)
    clock.seconds += QUIET_SECONDS
    journal.tidy()
    write(journal, 10)  # the writer goes on meanwhile
    journal.close()

    journal = Journal(path, clock)
    assert journal.last_seq == DUE_ENTRIES + 10
    journal.close()


@pytest.mark.parametrize(
    ("entries", "quiet_for", "due"),
    [
        (DUE_ENTRIES - 1, 100.0, False),
        (DUE_ENTRIES, QUIET_SECONDS, True),
        (DUE_ENTRIES, 0.9, False),
        (OVERDUE_ENTRIES - 1, 0.0, False),
        (OVERDUE_ENTRIES, 0.0, True),
    ],
)
def test_when_it_is_time(entries: int, quiet_for: float, due: bool) -> None:
    assert Checkpoints().is_due(entries, quiet_for) is due


def test_one_that_fails_is_logged_and_tried_again_later(
    tmp_path: Path, expected_log: Expect
) -> None:
    expected_log("the journal's log could not be moved")
    path = tmp_path / "journal.sqlite"
    path.write_bytes(b"no database" * 100)
    checkpoints = Checkpoints()
    checkpoints.begin(path, 500)
    checkpoints.wait()
    assert not checkpoints.is_due(500, 100.0)
    assert checkpoints.is_due(500 + DUE_ENTRIES, 100.0)
    assert path.read_bytes() == b"no database" * 100
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(path).execute("PRAGMA user_version")
