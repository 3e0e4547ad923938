"""A snapshot stands for nothing unless every byte of it is what the journal's chain holds."""

import dataclasses
import logging
import random
import sqlite3
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.helpers.virtual_time import VirtualClock
from workstation.domain.errors import JournalDamagedError, JournalError
from workstation.storage import journal as journal_module
from workstation.storage.journal import Journal
from workstation.storage.journal_file import hash_of, open_for_writing
from workstation.storage.snapshot_file import (
    FORMAT,
    SnapshotHeader,
    SnapshotSealed,
    snapshot_of,
    snapshots_of,
    write_snapshot,
)

MARK = "test code, client 1"
LINES = [b"first", b"second line", b"x" * 5000]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


@pytest.fixture(autouse=True)
def _silence() -> Any:
    """What is not used is said in the log, which would end a test."""
    logging.getLogger("workstation.storage").setLevel(logging.CRITICAL)
    yield
    logging.getLogger("workstation.storage").setLevel(logging.NOTSET)


def sealed_at(journal: Journal, path: Path, *, mark: str = MARK, seal: bool = True) -> Path:
    """Write a snapshot of all entries so far and seal it."""
    journal.commit()
    with sqlite3.connect(path) as database:
        head = hash_of(database, journal.last_seq)
    database.close()
    header = SnapshotHeader(
        format=FORMAT, mark=mark, seq=journal.last_seq, hash=head, time="2026-11-20T15:00:00+00:00"
    )
    snapshot = snapshot_of(path, header.seq)
    sha256 = write_snapshot(snapshot, header, LINES)
    if seal:
        journal.seal(SnapshotSealed(seq=header.seq, hash=header.hash, sha256=sha256))
    return snapshot


def written(path: Path, before: int = 5, after: int = 3) -> Path:
    journal = Journal(path, VirtualClock())
    for number in range(before):
        journal.record("Note", {"number": number}, durable=True)
    snapshot = sealed_at(journal, path)
    for number in range(after):
        journal.record("Note", {"number": number}, durable=True)
    journal.close()
    return snapshot


def used(path: Path) -> bool:
    """Open the journal and tell whether it takes the snapshot; all entries must be there."""
    journal = Journal(path, VirtualClock(), mark=MARK)
    try:
        lines = journal.snapshot_lines()
        if lines is not None:
            assert list(lines) == LINES
        assert [entry.seq for entry in journal.entries()] == list(range(1, journal.last_seq + 1))
        return lines is not None
    finally:
        journal.close()


def test_a_sealed_snapshot_stands_for_the_entries_before_it(path: Path) -> None:
    snapshot = written(path)

    assert snapshot.stat().st_mode & 0o777 == 0o600
    assert used(path)
    journal = Journal(path, VirtualClock(), mark=MARK)
    assert [entry.seq for entry in journal.entries(journal.sealed_seq)] == [6, 7, 8, 9]
    assert journal.unchecked == 0  # a short journal is checked whole all the same
    journal.close()


def test_every_flipped_byte_is_found(path: Path) -> None:
    """Header, lines, line ends and hash: each byte of the file in turn, long lines by sample."""
    snapshot = written(path)
    content = snapshot.read_bytes()
    body = content.index(b"x" * 100)
    places = [*range(body + 20), *range(len(content) - 120, len(content))]
    dice = random.Random(1)
    for place in places:
        spoiled = bytearray(content)
        spoiled[place] ^= 1 << dice.randrange(8)
        snapshot.write_bytes(spoiled)
        assert not used(path), place
    snapshot.write_bytes(content)
    assert used(path)


@pytest.mark.parametrize("cut", [0, 1, 40, 200, 300, 5000, -80, -78, -77, -2, -1])
def test_a_snapshot_that_is_cut_short_or_longer_is_not_used(path: Path, cut: int) -> None:
    snapshot = written(path)
    content = snapshot.read_bytes()
    for spoiled in (content[:cut], content + content[:cut] + b"\n", b"\n" + content):
        snapshot.write_bytes(spoiled)
        assert not used(path)


def test_a_snapshot_without_a_seal_in_the_chain_is_not_used(path: Path) -> None:
    journal = Journal(path, VirtualClock())
    journal.record("Note", {}, durable=True)
    sealed_at(journal, path, seal=False)
    journal.close()

    assert not used(path)


def test_a_forged_snapshot_with_a_hash_of_its_own_is_not_used(path: Path) -> None:
    """Whoever writes another state and hashes it well still needs the chain."""
    snapshot = written(path)
    journal = Journal(path, VirtualClock())
    header = msgspec.json.decode(snapshot.read_bytes().splitlines()[0], type=SnapshotHeader)
    journal.close()
    write_snapshot(snapshot, header, [*LINES, b"one more order"])

    assert not used(path)


def test_a_snapshot_of_another_journal_is_not_used(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    snapshot = written(other / "journal.sqlite")
    journal = Journal(path, VirtualClock())
    for number in range(9):
        journal.record("Other", {"number": number}, durable=True)
    journal.close()
    (tmp_path / snapshot.name).write_bytes(snapshot.read_bytes())

    assert not used(path)


@pytest.mark.parametrize(
    "changes",
    [{"mark": "other code"}, {"format": FORMAT + 1}, {"seq": 4}, {"hash": ""}, {"hash": "00" * 32}],
)
def test_a_header_that_does_not_fit_is_not_used(path: Path, changes: dict[str, Any]) -> None:
    snapshot = written(path)
    header = msgspec.json.decode(snapshot.read_bytes().splitlines()[0], type=SnapshotHeader)
    sha256 = write_snapshot(snapshot, dataclasses.replace(header, **changes), LINES)
    journal = Journal(path, VirtualClock())
    journal.record(
        SnapshotSealed.__name__,
        SnapshotSealed(seq=header.seq, hash=header.hash, sha256=sha256),
        durable=True,
    )
    journal.close()

    assert not used(path)


def test_the_one_before_serves_until_the_next_is_sealed(path: Path) -> None:
    first = written(path)
    journal = Journal(path, VirtualClock(), mark=MARK)
    second = sealed_at(journal, path, seal=False)
    journal.close()
    assert snapshots_of(path) == [second, first]
    assert used(path)

    journal = Journal(path, VirtualClock(), mark=MARK)
    assert journal.sealed_seq == 5
    third = sealed_at(journal, path)
    (path.parent / f"{third.name}.123.new").write_bytes(b"left by one that was killed")
    fourth = sealed_at(journal, path)
    journal.close()
    assert sorted(path.parent.glob("*.snapshot*")) == [fourth]
    assert used(path)


def test_a_seal_for_an_entry_that_is_another_one_is_not_put_on_record(path: Path) -> None:
    journal = Journal(path, VirtualClock())
    journal.record("Note", {}, durable=True)
    with pytest.raises(JournalError):
        journal.seal(SnapshotSealed(seq=1, hash="00" * 32, sha256="11" * 32))

    assert journal.last_seq == 1
    assert journal.sealed_seq == 0
    journal.close()


def test_a_writer_that_fails_leaves_nothing(path: Path) -> None:
    header = SnapshotHeader(format=FORMAT, mark=MARK, seq=1, hash="00", time="")

    def broken() -> Any:
        yield b"one"
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        write_snapshot(snapshot_of(path, 1), header, broken())
    assert list(path.parent.iterdir()) == []


# -- a long journal: what a start checks, and what it leaves to the background ---------------------


@pytest.fixture
def long(path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A journal whose snapshot stands for more than is checked at once."""
    monkeypatch.setattr(journal_module, "CHECKED_AT_ONCE", 4)
    written(path)
    return path


def forge(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as database:
        database.execute(statement)
    database.close()


def test_the_entries_behind_the_snapshot_are_checked_before_anything_else(long: Path) -> None:
    journal = Journal(long, VirtualClock(), mark=MARK)
    assert (journal.unchecked, journal.sealed_seq, journal.last_seq) == (5, 5, 9)
    journal.record("Note", {}, durable=True)
    journal.close()

    for statement in (
        "UPDATE entries SET body = X'7B7D' WHERE seq = 8",
        "UPDATE entries SET hash = zeroblob(32) WHERE seq = 10",
        "DELETE FROM entries WHERE seq = 7",
        "DELETE FROM entries WHERE seq > 8",
    ):
        copy = long.with_name("copy") / long.name
        copy.parent.mkdir(exist_ok=True)
        for each in long.parent.glob("journal*"):
            (copy.parent / each.name).write_bytes(each.read_bytes())
        forge(copy, statement)
        with pytest.raises(JournalError):
            Journal(copy, VirtualClock(), mark=MARK)


def test_an_anchor_that_names_an_older_entry_is_compared_all_the_same(long: Path) -> None:
    anchor = long.with_suffix(".anchor")
    database = open_for_writing(long)
    good = hash_of(database, 3)
    database.close()
    anchor.write_bytes(msgspec.json.encode({"seq": 3, "hash": good}))
    Journal(long, VirtualClock(), mark=MARK).close()

    anchor.write_bytes(msgspec.json.encode({"seq": 3, "hash": "00" * 32}))
    with pytest.raises(JournalDamagedError, match="rewritten"):
        Journal(long, VirtualClock(), mark=MARK)


def test_an_entry_in_front_of_the_snapshot_is_left_to_the_background(long: Path) -> None:
    """What is written there changes no order: those come of the snapshot. A full check finds it."""
    forge(long, "UPDATE entries SET body = X'7B7D' WHERE seq = 2")

    journal = Journal(long, VirtualClock(), mark=MARK)
    assert journal.unchecked == 5
    with pytest.raises(JournalDamagedError):
        journal.distrust("a test")
    journal.close()


def test_a_snapshot_whose_own_entry_was_taken_away_is_not_used(long: Path) -> None:
    forge(long, "DELETE FROM entries WHERE seq = 5")
    with pytest.raises(JournalDamagedError):
        Journal(long, VirtualClock(), mark=MARK)


def test_the_years_before_are_left_alone_where_the_snapshot_stands_for_them(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "CHECKED_AT_ONCE", 4)
    clock = VirtualClock()
    journal = Journal(path, clock)
    for _ in range(5):
        journal.record("Note", {}, durable=True)
    clock.seconds += 86_400 * 60
    journal.commit()
    assert journal.last_seq == 6  # Continued
    journal.commit()
    current = path.with_name("journal-2027.sqlite")
    with sqlite3.connect(current) as database:
        head = hash_of(database, 6)
    database.close()
    header = SnapshotHeader(format=FORMAT, mark=MARK, seq=6, hash=head, time="")
    sha256 = write_snapshot(snapshot_of(path, 6), header, LINES)
    journal.seal(SnapshotSealed(seq=6, hash=head, sha256=sha256))
    journal.close()
    opened: list[Path] = []

    def counting(each: Path) -> sqlite3.Connection:
        opened.append(each)
        return open_for_writing(each)

    monkeypatch.setattr(journal_module, "open_for_writing", counting)
    journal = Journal(path, clock, mark=MARK)
    assert [entry.seq for entry in journal.entries(journal.sealed_seq)] == [7]
    assert opened == [current]
    assert len(list(journal.entries())) == 7
    journal.close()


# -- a damaged journal that is found out later -----------------------------------------------------


def test_a_journal_begun_anew_keeps_the_damaged_one_as_it_was(long: Path) -> None:
    journal = Journal(long, VirtualClock(), mark=MARK)
    journal.record("Note", {"last": True}, durable=False)
    journal.begin_anew()
    journal.record("Note", {"first": True}, durable=True)
    journal.close()

    again = Journal(long, VirtualClock(), mark=MARK)
    assert [entry.body for entry in again.entries()] == [b'{"first":true}']
    again.close()
    aside = sorted(each.name.split("-", 2)[2] for each in long.parent.glob("damaged-*"))
    assert "journal.sqlite" in aside
    assert "journal.anchor" in aside
    assert any(name.endswith(".snapshot") for name in aside)
    (kept,) = long.parent.glob("damaged-*-journal.sqlite")
    with sqlite3.connect(kept) as database:
        assert database.execute("SELECT count(*) FROM entries").fetchone()[0] == 10
    database.close()


def test_a_journal_that_cannot_be_begun_anew_is_written_no_more(
    long: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_first: Path) -> None:
        raise OSError("read-only")

    monkeypatch.setattr(journal_module, "set_aside", refuse)
    journal = Journal(long, VirtualClock(), mark=MARK)
    with pytest.raises(JournalError):
        journal.begin_anew()
    with pytest.raises(JournalError):
        journal.record("Note", {}, durable=True)
    journal.close()
