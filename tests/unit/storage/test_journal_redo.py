"""The redo log: an entry that is on record there is in the journal after anything."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.helpers.guards import Expect
from tests.helpers.virtual_time import VirtualClock
from tests.unit.storage.test_journal import FailingConnection
from workstation.domain.errors import JournalDamagedError, JournalError
from workstation.storage import journal_redo
from workstation.storage.journal import Journal
from workstation.storage.journal_reader import audit, read_entries
from workstation.storage.journal_redo import REDO_BYTES, redo_of, rows_in
from workstation.storage.journal_salvage import Salvage

YEAR = 366 * 86_400


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "live"
    folder.mkdir()
    return folder / "journal.sqlite"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


def events(path: Path) -> list[tuple[int, str]]:
    return [(entry.seq, entry.event) for entry in read_entries(path)]


def as_killed(path: Path) -> Path:
    """Copy what the disk holds at this moment, as a killed program leaves it."""
    dead = path.parent.parent / f"dead {len(list(path.parent.parent.iterdir()))}"
    dead.mkdir()
    for each in path.parent.iterdir():
        if not each.name.endswith("-shm"):
            shutil.copy(each, dead)
    return dead / path.name


def in_database(path: Path) -> int:
    with sqlite3.connect(path) as database:
        count: int = database.execute("SELECT count(*) FROM entries").fetchone()[0]
    database.close()
    return count


def begun(path: Path, clock: VirtualClock) -> Journal:
    """Return a journal with two entries in the database and three that only the redo log has."""
    journal = Journal(path, clock)
    journal.record("One", {}, durable=False)
    journal.record("Two", {}, durable=True)
    journal.commit()
    journal.record("Three", {"text": "Größe"}, durable=False)
    journal.record("Four", {}, durable=True)
    journal.record("Five", {}, durable=True)
    return journal


ALL = [(1, "One"), (2, "Two"), (3, "Three"), (4, "Four"), (5, "Five")]


def test_what_only_the_redo_log_holds_is_read_and_taken_in_by_the_next_start(
    path: Path, clock: VirtualClock
) -> None:
    journal = begun(path, clock)
    dead = as_killed(path)
    journal.close()

    assert in_database(dead) == 2
    assert events(dead) == ALL  # whoever asks before the next start
    assert next(iter(read_entries(dead, after=4))).seq == 5
    found = audit(dead)
    assert (found.entries, found.waiting) == (2, 3)
    again = Journal(dead, clock)
    again.record("Six", {}, durable=True)
    again.close()
    assert in_database(dead) == 6
    assert events(dead) == [*ALL, (6, "Six")]
    assert audit(dead).waiting == 0
    assert events(dead) == [*events(path)[:5], (6, "Six")]
    assert [one.body for one in read_entries(dead)][:5] == [one.body for one in read_entries(path)]


def test_a_death_while_the_next_start_takes_it_in_loses_nothing(
    path: Path, clock: VirtualClock
) -> None:
    journal = begun(path, clock)
    dead = as_killed(path)
    journal.close()
    Journal(dead, clock)._db.close()  # ended right after it was opened
    assert events(dead) == ALL
    Journal(dead, clock).close()
    assert events(dead) == ALL


def test_of_a_damaged_journal_the_redo_log_is_read_too(path: Path, clock: VirtualClock) -> None:
    journal = begun(path, clock)
    dead = as_killed(path)
    journal.close()
    wanted = frozenset({"One", "Four", "Five"})
    whole = Salvage(dead, wanted)
    assert [(each.entry.event, each.is_proven) for each in whole.entries] == [
        ("One", True), ("Four", True), ("Five", True),
    ]  # fmt: skip
    assert whole.proven == 5

    with sqlite3.connect(dead) as database:
        database.execute("UPDATE entries SET body = x'5b5d' WHERE seq = 2")
    database.close()
    found = Salvage(dead, wanted)
    assert [(each.entry.event, each.is_proven) for each in found.entries] == [
        ("One", True), ("Four", False), ("Five", False),
    ]  # fmt: skip
    assert found.proven == 1
    redo_of(dead).unlink()
    assert [each.entry.event for each in Salvage(dead, wanted).entries] == ["One"]
    redo_of(dead).mkdir()
    assert [each.entry.event for each in Salvage(dead, wanted).entries] == ["One"]


def test_a_torn_end_was_told_to_nobody_and_is_left_out(path: Path, clock: VirtualClock) -> None:
    journal = begun(path, clock)
    dead = as_killed(path)
    journal.close()
    whole = redo_of(dead).read_bytes()
    used = len(whole.rstrip(b"\0"))
    seen = set()
    for cut in range(0, used, 7):
        redo_of(dead).write_bytes(whole[:cut] + bytes(len(whole) - cut))
        found = events(dead)
        assert found == ALL[: len(found)]
        seen.add(len(found))
    assert seen == {2, 3, 4}
    for at in range(0, used, 5):  # a byte that was never written so
        redo_of(dead).write_bytes(whole[:at] + bytes([whole[at] ^ 0x20]) + whole[at + 1 :])
        found = events(dead)
        assert found == ALL[: len(found)]
        assert len(found) < 5


def test_older_entries_behind_the_newest_are_not_mistaken_for_new_ones(
    path: Path, clock: VirtualClock
) -> None:
    journal = Journal(path, clock)
    for number in range(9):
        journal.record("Long", {"number": number}, durable=True)
    journal.commit()
    for number in range(2):  # over the first of nine, and no longer
        journal.record("Long", {"number": number}, durable=True)
    dead = as_killed(path)
    journal.close()

    assert [row[0] for row in rows_in(redo_of(dead))][:2] == [10, 11]
    assert [seq for seq, _ in events(dead)] == list(range(1, 12))
    Journal(dead, clock).close()
    assert in_database(dead) == 11


def test_after_a_clean_end_nothing_stands_in_it(path: Path, clock: VirtualClock) -> None:
    begun(path, clock).close()

    assert rows_in(redo_of(path)) == []
    assert redo_of(path).stat().st_size == REDO_BYTES


def test_a_database_that_lost_what_it_had_shows(path: Path, clock: VirtualClock) -> None:
    journal = begun(path, clock)
    dead = as_killed(path)
    journal.close()
    with sqlite3.connect(dead) as database:
        database.execute("DELETE FROM entries WHERE seq = 2")
    database.close()
    dead.with_suffix(".anchor").unlink(missing_ok=True)

    with pytest.raises(JournalDamagedError, match="lost its end"):
        Journal(dead, clock)
    with pytest.raises(JournalDamagedError, match="lost its end"):
        audit(dead)


def test_a_redo_log_of_another_chain_is_left_out(path: Path, clock: VirtualClock) -> None:
    journal = begun(path, clock)
    foreign = as_killed(path)
    journal.close()
    other = path.with_name("other.sqlite")
    second = Journal(other, clock)
    second.record("Other", {}, durable=True)
    second.record("Other", {}, durable=True)
    second.close()
    shutil.copy(redo_of(foreign), redo_of(other))

    assert events(other) == [(1, "Other"), (2, "Other")]
    Journal(other, clock).close()
    assert in_database(other) == 2


def test_more_than_it_has_room_for_goes_to_the_database_at_once(
    path: Path, clock: VirtualClock
) -> None:
    journal = Journal(path, clock)
    body = {"text": "x" * 300_000}
    for _ in range(3):
        journal.record("Big", body, durable=True)
    assert in_database(path) == 0
    journal.record("Big", body, durable=True)
    assert in_database(path) == 4
    journal.record("Small", {}, durable=True)  # from its beginning again
    dead = as_killed(path)
    journal.close()
    assert [seq for seq, _ in events(dead)] == [1, 2, 3, 4, 5]


def test_without_room_on_the_disk_the_database_commits_at_once(
    path: Path, clock: VirtualClock, expected_log: Expect
) -> None:
    expected_log("the journal does without its redo log")
    redo_of(path).mkdir()
    journal = Journal(path, clock)
    redo_of(path).rmdir()
    journal.record("Intent", {}, durable=True)
    assert in_database(path) == 1
    journal.close()


def test_a_disk_that_takes_no_redo_entry_locks_and_the_promise_did_not_happen(
    path: Path, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = begun(path, clock)

    def broken(_descriptor: int, _at: int, _data: bytes) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(journal_redo, "_write_at", broken)
    journal.record("ExecutionReport", {}, durable=False)
    with pytest.raises(JournalError, match="Input/output error"):
        journal.record("Intent", {}, durable=True)
    with pytest.raises(JournalError, match="Input/output error"):
        journal.record("Intent", {}, durable=True)  # a retry would hide what the disk lost
    with pytest.raises(JournalError, match="Input/output error"):
        journal.commit()
    monkeypatch.undo()
    journal.close()

    Journal(path, clock).close()
    assert events(path) == [*ALL, (6, "ExecutionReport"), (7, "Recovered")]


def test_what_was_on_record_before_the_database_failed_happened(
    path: Path, clock: VirtualClock
) -> None:
    journal = Journal(path, clock)
    journal._db = FailingConnection(journal._db, "INSERT")  # type: ignore[assignment]
    journal.record("Intent", {"number": 1}, durable=True)  # it may be at the broker
    journal.record("Intent", {"number": 2}, durable=False)  # a promise that nobody relied on
    with pytest.raises(JournalError, match="full"):
        journal.commit()
    with pytest.raises(JournalError, match="full"):
        journal.record("Intent", {"number": 3}, durable=True)
    journal.close()
    dead = as_killed(path)

    Journal(dead, clock).close()
    assert events(dead)[0] == (1, "Intent")
    assert [one.body for one in read_entries(dead) if one.event == "Intent"] == [b'{"number":1}']
    redo_of(path).unlink()  # the reserve has it as well
    Journal(path, clock).close()
    assert [one.body for one in read_entries(path) if one.event == "Intent"] == [b'{"number":1}']


def test_a_new_year_that_began_in_the_redo_log_is_gone_on_with(
    path: Path, clock: VirtualClock
) -> None:
    journal = Journal(path, clock)
    journal.record("Old", {}, durable=True)
    clock.seconds += YEAR
    journal.commit()  # the file of the new year is there, its first entry only in the redo log
    journal.record("New", {}, durable=True)
    dead = as_killed(path)
    journal.close()

    expected = [(1, "Old"), (2, "Continued"), (3, "New")]
    assert events(dead) == expected
    Journal(dead, clock).close()
    assert events(dead) == expected
    assert in_database(dead.with_name("journal-2027.sqlite")) == 2
    assert audit(dead).entries == 3


def test_it_is_for_its_owner_alone_and_takes_its_room_once(path: Path, clock: VirtualClock) -> None:
    journal = Journal(path, clock)
    log = redo_of(path)
    assert log.stat().st_mode & 0o777 == 0o600
    assert log.stat().st_blocks * 512 >= REDO_BYTES
    for _ in range(5):
        journal.record("Note", {"text": os.urandom(200).hex()}, durable=True)
        journal.commit()
    assert log.stat().st_size == REDO_BYTES
    journal.close()


def test_a_journal_begun_anew_has_an_empty_one(path: Path, clock: VirtualClock) -> None:
    journal = begun(path, clock)
    journal.begin_anew()
    assert rows_in(redo_of(path)) == []
    journal.record("First", {}, durable=True)
    assert in_database(path) == 0
    dead = as_killed(path)
    journal.close()
    assert events(dead) == [(1, "First")]
