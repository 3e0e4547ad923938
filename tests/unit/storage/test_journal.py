"""The journal: what was told to be on record is there after anything, and forgery shows."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.virtual_time import VirtualClock
from workstation.domain.errors import JournalError
from workstation.storage.journal import Journal

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


def written(path: Path, count: int = 5) -> None:
    journal = Journal(path, VirtualClock())
    for number in range(count):
        journal.record("Note", {"number": number}, durable=number % 2 == 0)
    journal.close()


def read(path: Path) -> list[Any]:
    journal = Journal(path, VirtualClock())
    entries = list(journal.entries())
    journal.close()
    return entries


def test_what_was_written_is_read_in_order_with_aware_times(path: Path) -> None:
    written(path)

    entries = read(path)
    assert [entry.body for entry in entries] == [b'{"number":%d}' % n for n in range(5)]
    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5]
    assert entries[0].when.utcoffset() is not None


def test_only_its_owner_may_read_it(path: Path) -> None:
    written(path)

    modes = {each.stat().st_mode & 0o777 for each in path.parent.iterdir()}
    assert modes == {0o600}


def test_the_database_has_all_of_a_round_when_it_is_over(path: Path) -> None:
    journal = Journal(path, VirtualClock())
    other = sqlite3.connect(path)

    def seen() -> int:
        count: int = other.execute("SELECT count(*) FROM entries").fetchone()[0]
        return count

    journal.record("Note", {}, durable=False)
    journal.record("Intent", {}, durable=True)  # in the redo log, which an order need not wait for
    journal.record("Note", {}, durable=False)
    assert seen() == 0
    journal.commit()
    assert seen() == 3
    assert journal.last_seq == 3
    other.close()
    journal.close()


# -- forgery and damage ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "forgery",
    [
        "DELETE FROM entries WHERE seq = 3",
        "DELETE FROM entries WHERE seq = 1",
        "DELETE FROM entries WHERE seq > 3",
        "DELETE FROM entries",
        "UPDATE entries SET seq = 9 WHERE seq = 5",
        "UPDATE entries SET body = X'7B7D' WHERE seq = 2",
        "UPDATE entries SET time = '2000-01-01T00:00:00+00:00' WHERE seq = 5",
        "UPDATE entries SET event = 'Nothing' WHERE seq = 5",
        "UPDATE entries SET boot = '' WHERE seq = 1",
        "UPDATE entries SET build = '9' WHERE seq = 1",
        "UPDATE entries SET monotonic_ns = 0 WHERE seq = 4",
        "UPDATE entries SET hash = zeroblob(32) WHERE seq = 5",
        "PRAGMA application_id = 1",
        "ALTER TABLE entries RENAME TO others",
    ],
)
def test_a_forged_journal_is_refused(path: Path, forgery: str) -> None:
    written(path)
    with sqlite3.connect(path) as database:
        database.execute(forgery)
    database.close()

    with pytest.raises(JournalError):
        read(path)


def test_a_rewritten_journal_differs_from_its_anchor(path: Path) -> None:
    written(path)
    anchor = path.with_suffix(".anchor").read_bytes()
    path.unlink()
    journal = Journal(path.with_name("other.sqlite"), VirtualClock())
    for number in range(5):
        journal.record("Note", {"number": number + 1}, durable=True)
    journal.close()
    path.with_name("other.sqlite").rename(path)
    path.with_suffix(".anchor").write_bytes(anchor)

    with pytest.raises(JournalError, match="rewritten"):
        read(path)


@pytest.mark.parametrize("anchor", [b"", b"{}", b"[1]", b'{"seq":"x","hash":""}', b"\xff"])
def test_an_unreadable_anchor_is_refused(path: Path, anchor: bytes) -> None:
    written(path)
    path.with_suffix(".anchor").write_bytes(anchor)

    with pytest.raises(JournalError, match="anchor"):
        read(path)


def test_the_anchor_follows_once_a_second(path: Path) -> None:
    clock = VirtualClock()
    journal = Journal(path, clock)
    anchor = path.with_suffix(".anchor")
    journal.record("Note", {}, durable=True)
    journal.commit()
    assert not anchor.exists()
    clock.seconds += 1
    journal.commit()
    first = anchor.read_bytes()
    clock.seconds += 1
    journal.commit()
    assert anchor.read_bytes() == first
    journal.close()


def flips(data: bytes) -> Iterator[int]:
    """Every offset that holds something, and a few of the empty ones."""
    return (at for at, byte in enumerate(data) if byte or at % 97 == 0)


def test_no_flipped_byte_changes_what_is_read(path: Path, tmp_path: Path) -> None:
    written(path, 3)
    whole = [(each.seq, each.time, each.event, each.body) for each in read(path)]
    good = path.read_bytes()
    silent = 0
    for offset in flips(good):
        work = tmp_path / "flipped"
        work.mkdir()
        data = bytearray(good)
        data[offset] ^= 0x40
        (work / path.name).write_bytes(bytes(data))
        shutil.copy(path.with_suffix(".anchor"), work)
        try:
            found = read(work / path.name)
        except JournalError:
            pass
        else:
            silent += 1
            assert [(e.seq, e.time, e.event, e.body) for e in found] == whole, offset
        shutil.rmtree(work)
    assert silent < 150  # bytes of the file format that hold nothing of ours


def test_a_truncated_file_is_refused(path: Path) -> None:
    written(path)
    data = path.read_bytes()
    for length in range(1, len(data), 997):
        path.write_bytes(data[:length])
        with pytest.raises(JournalError):
            read(path)


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to be one" * 40])
def test_another_file_is_refused_untouched(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    with pytest.raises(JournalError):
        read(path)
    assert path.read_bytes() == content


def test_another_programs_database_is_refused_untouched(path: Path) -> None:
    for statement in ("CREATE TABLE theirs (x)", "PRAGMA application_id = 77"):
        path.unlink(missing_ok=True)
        database = sqlite3.connect(path)
        database.execute(statement)
        database.close()
        before = path.read_bytes()
        with pytest.raises(JournalError, match="not a journal"):
            read(path)
        assert path.read_bytes() == before


def test_a_folder_that_is_not_there_is_a_clear_fault(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be opened"):
        Journal(tmp_path / "nowhere" / "journal.sqlite", VirtualClock())


# -- failing disks --------------------------------------------------------------------------------


class FailingConnection:
    """A database whose disk is full from the given statement on.

    An INSERT outside a transaction begins and commits one of its own.
    """

    def __init__(self, real: sqlite3.Connection, word: str) -> None:
        self._real = real
        self._word = word
        self.failing = True

    def execute(self, statement: str, *args: Any) -> Any:
        is_alone = statement.startswith("INSERT") and not self._real.in_transaction
        if self.failing and (statement.startswith(self._word) or is_alone):
            raise sqlite3.OperationalError("database or disk is full")
        return self._real.execute(statement, *args)

    def executemany(self, statement: str, rows: list[Any]) -> Any:
        for row in rows:
            self.execute(statement, row)

    def close(self) -> None:
        self._real.close()


@pytest.mark.parametrize("word", ["BEGIN", "INSERT", "COMMIT"])
def test_after_one_failed_write_the_database_is_not_written_any_more(path: Path, word: str) -> None:
    journal = Journal(path, VirtualClock())
    journal.record("Before", {}, durable=True)
    journal.commit()
    disk = FailingConnection(journal._db, word)
    journal._db = disk  # type: ignore[assignment]

    journal.record("Lost", {}, durable=False)
    journal.record("Lost", {}, durable=False)
    with pytest.raises(JournalError, match="full"):
        journal.commit()
    disk.failing = False  # room again; but what the disk holds of it is not known
    with pytest.raises(JournalError, match="full"):
        journal.record("After", {}, durable=True)
    with pytest.raises(JournalError, match="full"):
        journal.commit()
    journal.close()

    database = sqlite3.connect(path)
    assert database.execute("SELECT event FROM entries").fetchall() == [("Before",)]
    database.close()


def test_an_anchor_that_cannot_be_written_is_a_failure(path: Path) -> None:
    clock = VirtualClock()
    journal = Journal(path, clock)
    journal.record("Note", {}, durable=True)
    path.with_suffix(".anchor").mkdir()
    clock.seconds += 1

    with pytest.raises(JournalError, match="cannot be written"):
        journal.commit()
    path.with_suffix(".anchor").rmdir()
    journal.close()


def test_a_journal_that_cannot_be_closed_says_so_and_is_closed(path: Path) -> None:
    journal = Journal(path, VirtualClock())
    journal.record("Note", {}, durable=False)
    journal._db = FailingConnection(journal._db, "COMMIT")  # type: ignore[assignment]

    with pytest.raises(JournalError, match="cannot be closed"):
        journal.close()
    assert read(path) == []


def test_a_second_writer_is_found_out(path: Path) -> None:
    first, second = Journal(path, VirtualClock()), Journal(path, VirtualClock())
    first.record("Note", {}, durable=True)
    first.commit()

    second.record("Note", {}, durable=True)
    with pytest.raises(JournalError):
        second.commit()
    first.record("Note", {}, durable=True)
    second.close()
    first.close()
    assert [entry.boot for entry in read(path)[:2]] == [first._boot] * 2


# -- sudden death ---------------------------------------------------------------------------------

CHILD = """
import sys
from pathlib import Path
from workstation.domain.clock import SystemClock
from workstation.storage.journal import Journal

journal = Journal(Path(sys.argv[1]), SystemClock())
for number in range(100_000):
    journal.record("Intent", {"number": number}, durable=number % 3 == 0)
    if number % 3 == 0:
        print(number, flush=True)
"""


def test_everything_told_to_be_on_record_survives_a_kill(path: Path) -> None:
    for acknowledged in (1, 7, 20):
        path.unlink(missing_ok=True)
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE, cwd=ROOT
        )
        assert child.stdout is not None
        told = [int(child.stdout.readline()) for _ in range(acknowledged)]
        child.kill()
        told += [int(line) for line in child.stdout.read().split()]
        child.wait()
        child.stdout.close()

        recovered = [entry.body for entry in read(path)]
        assert recovered == [b'{"number":%d}' % number for number in range(len(recovered))]
        assert len(recovered) > max(told)
