"""The journal over years, on a full disk, and read by others while it is written."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.virtual_time import VirtualClock
from tests.unit.storage.test_journal import FailingConnection
from workstation.domain.errors import JournalDamagedError, JournalError
from workstation.storage.journal import Journal
from workstation.storage.journal_file import insert
from workstation.storage.journal_reader import audit, read_entries
from workstation.storage.journal_reserve import RESERVE_BYTES, Reserve, kept_in

YEAR = timedelta(days=365).total_seconds()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


def events(path: Path) -> list[tuple[int, str]]:
    return [(entry.seq, entry.event) for entry in read_entries(path)]


def three_years(path: Path, clock: VirtualClock) -> None:
    for name in ("First", "Second", "Third"):
        journal = Journal(path, clock)
        journal.record(name, {}, durable=True)
        journal.close()
        clock.seconds += YEAR


# -- years ----------------------------------------------------------------------------------------


def test_each_year_has_a_file_of_its_own_and_the_chain_runs_through(
    path: Path, clock: VirtualClock
) -> None:
    three_years(path, clock)

    assert {each.name for each in path.parent.glob("*.sqlite")} == {
        "journal.sqlite",
        "journal-2027.sqlite",
        "journal-2028.sqlite",
    }
    expected = [(1, "First"), (2, "Continued"), (3, "Second"), (4, "Continued"), (5, "Third")]
    assert events(path) == expected
    found = audit(path)
    assert (found.files, found.entries, found.waiting) == (3, 5, 0)
    again = Journal(path, clock)  # a year later once more
    assert [(each.seq, each.event) for each in again.entries()] == [*expected, (6, "Continued")]
    again.close()


def test_a_program_that_runs_over_new_year_turns_the_page(path: Path, clock: VirtualClock) -> None:
    journal = Journal(path, clock)
    journal.record("Old", {}, durable=True)
    clock.seconds += YEAR
    journal.commit()
    journal.record("New", {}, durable=True)
    journal.commit()
    journal.close()

    assert events(path) == [(1, "Old"), (2, "Continued"), (3, "New")]
    assert (path.parent / "journal-2027.sqlite").exists()


def test_a_clock_that_goes_back_does_not_begin_an_older_year(
    path: Path, clock: VirtualClock
) -> None:
    three_years(path, clock)
    clock.seconds -= 3 * YEAR
    journal = Journal(path, clock)
    journal.record("Back", {}, durable=True)
    journal.close()

    assert events(path)[-1] == (6, "Back")
    assert len(list(path.parent.glob("*.sqlite"))) == 3


def test_an_empty_file_of_a_new_year_is_gone_on_with(path: Path, clock: VirtualClock) -> None:
    journal = Journal(path, clock)
    journal.record("Old", {}, durable=True)
    journal.close()
    (path.parent / "journal-2027.sqlite").touch()  # the program ended right after making it
    clock.seconds += YEAR
    journal = Journal(path, clock)
    journal.record("New", {}, durable=True)
    journal.close()

    assert events(path) == [(1, "Old"), (2, "New")]
    audit(path)


@pytest.mark.parametrize("lost", ["journal.sqlite", "journal-2027.sqlite", "journal-2028.sqlite"])
def test_a_lost_year_is_found_out(path: Path, clock: VirtualClock, lost: str) -> None:
    three_years(path, clock)
    (path.parent / lost).unlink()

    with pytest.raises(JournalDamagedError):
        audit(path)
    with pytest.raises(JournalDamagedError):
        Journal(path, clock)


# -- a full disk ------------------------------------------------------------------------------------


def failing(path: Path, clock: VirtualClock, word: str) -> Iterator[Any]:
    """Give a journal without a redo log whose database takes nothing."""
    journal = Journal(path, clock)
    journal.record("Before", {}, durable=True)
    journal.commit()
    journal._redo.close()
    journal._db = FailingConnection(journal._db, word)  # type: ignore[assignment]
    yield journal
    journal.close()


@pytest.mark.parametrize("word", ["BEGIN", "INSERT", "COMMIT"])
def test_what_happened_on_a_full_disk_joins_the_journal_at_the_next_start(
    path: Path, clock: VirtualClock, word: str
) -> None:
    for journal in failing(path, clock, word):
        for event in ("Intent", "CancelIntent", "ExecutionReport", "ChangeIntent", "Intent"):
            with pytest.raises(JournalError):
                journal.record(event, {"what": event}, durable=event == "Intent")

    assert audit(path).waiting == 2
    assert events(path) == [(1, "Before")]
    again = Journal(path, clock)
    again.close()
    assert events(path) == [
        (1, "Before"),
        (2, "CancelIntent"),
        (3, "ExecutionReport"),
        (4, "Recovered"),
    ]
    assert audit(path).waiting == 0
    Journal(path, clock).close()
    assert len(events(path)) == 4


def test_the_round_that_could_not_be_committed_is_kept_but_no_promise_of_it(
    path: Path, clock: VirtualClock
) -> None:
    for journal in failing(path, clock, "COMMIT"):
        journal.record("ExecutionReport", {}, durable=False)
        journal.record("Intent", {}, durable=False)  # a bracket's first leg
        with pytest.raises(JournalError):
            journal.record("Intent", {}, durable=True)

    Journal(path, clock).close()
    assert events(path) == [(1, "Before"), (2, "ExecutionReport"), (3, "Recovered")]


def test_what_the_disk_took_although_it_said_no_is_not_taken_twice(
    path: Path, clock: VirtualClock
) -> None:
    for journal in failing(path, clock, "COMMIT"):
        real = journal._db._real
        with pytest.raises(JournalError):
            journal.record("CancelIntent", {}, durable=True)
        insert(real, journal._uncommitted)

    Journal(path, clock).close()
    assert events(path) == [(1, "Before"), (2, "CancelIntent"), (3, "Recovered")]


def test_the_reserve_takes_its_room_at_once_and_never_grows(
    path: Path, clock: VirtualClock
) -> None:
    Journal(path, clock).close()
    reserve = path.with_suffix(".reserve")
    blocks = reserve.stat().st_blocks * 512
    assert blocks >= RESERVE_BYTES
    assert reserve.stat().st_size == RESERVE_BYTES
    one = Reserve(reserve)
    for number in range(3):
        one.keep([("t", number, "b", "v", "Event", b"x" * 3_000_000)])
    assert reserve.stat().st_size == RESERVE_BYTES
    assert [row[1] for row in kept_in(reserve).rows] == [0, 1]


def test_a_torn_or_changed_reserve_is_told_apart(path: Path, clock: VirtualClock) -> None:
    Journal(path, clock).close()
    file = path.with_suffix(".reserve")
    one = Reserve(file)
    one.keep([("t", number, "b", "v", "Event", b"{}") for number in range(3)])
    whole = file.read_bytes()
    used = whole.rstrip(b"\0")
    for at in range(len(used)):
        data = bytearray(whole)
        data[at] ^= 1
        file.write_bytes(data)
        assert kept_in(file).torn, at
    file.write_bytes(whole)
    assert kept_in(file).rows[2][1] == 2
    file.write_bytes(used[:-5] + bytes(RESERVE_BYTES - len(used) + 5))
    with pytest.raises(JournalDamagedError, match="reserve"):
        audit(path)


def test_without_room_for_a_reserve_the_journal_still_opens(
    path: Path, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch, expected_log: Any
) -> None:
    expected_log("no room could be set aside")

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    journal = Journal(path, clock)
    journal.record("Note", {}, durable=True)
    journal.close()
    assert events(path) == [(1, "Note")]


# -- others that read -------------------------------------------------------------------------------


def test_it_is_checked_while_the_program_writes(path: Path, clock: VirtualClock) -> None:
    journal = Journal(path, clock)
    for number in range(10):
        journal.record("Note", {"number": number}, durable=True)
        found = audit(path)
        assert (found.entries, found.waiting) == (number, 1)
        journal.commit()
        found = audit(path)
        assert (found.entries, found.waiting) == (number + 1, 0)
    journal.close()
    assert audit(path).entries == 10


def test_a_check_changes_nothing_and_needs_no_room_beside_it(
    path: Path, clock: VirtualClock, tmp_path: Path
) -> None:
    journal = Journal(path, clock)
    journal.record("Note", {}, durable=True)
    journal.commit()
    dead = tmp_path / "dead"  # as a killed program leaves it, its last entries in the log file
    dead.mkdir()
    for each in path.parent.glob("journal.*"):
        if not each.name.endswith("-shm"):
            shutil.copy(each, dead)
    journal.close()
    before = {each.name: each.read_bytes() for each in dead.iterdir()}

    assert audit(dead / "journal.sqlite").entries == 1
    after = {each.name: each.read_bytes() for each in dead.iterdir()}
    assert {name: after[name] for name in before} == before


def test_what_is_missing_or_no_journal_is_unreadable_not_damaged(path: Path) -> None:
    with pytest.raises(JournalError, match="there is no journal"):
        audit(path)
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE theirs (x)")
    database.close()
    with pytest.raises(JournalError, match="not a journal") as caught:
        audit(path)
    assert not isinstance(caught.value, JournalDamagedError)
