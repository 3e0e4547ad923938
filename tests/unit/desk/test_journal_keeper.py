"""A long journal is looked after by other processes, and what they find has its consequences."""

import shutil
import sqlite3
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.helpers.cores import SESSION
from tests.helpers.guards import Expect
from tests.helpers.hand_timers import Timers
from tests.helpers.virtual_time import VirtualClock
from workstation.app.journal_jobs import JournalJobs
from workstation.desk import journal_keeper
from workstation.desk.journal_keeper import SNAPSHOT, VERIFY, JobEnd, JournalKeeper
from workstation.desk.snapshot_maker import make_snapshot
from workstation.desk.snapshot_mark import snapshot_mark
from workstation.domain.errors import JournalDamagedError
from workstation.domain.notice import Severity
from workstation.storage import journal as journal_module
from workstation.storage.journal import Journal
from workstation.storage.journal_reader import FROM_THE_FIRST, CheckedSoFar
from workstation.storage.snapshot_file import snapshots_of


class FakeJob:
    """A process that ends when it is told."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.told: CheckedSoFar | None = None
        self.begin = FROM_THE_FIRST
        self.end: JobEnd | None = None
        self.stopped = False
        self.waited = 0.0

    def wait(self, seconds: float) -> JobEnd | None:
        self.waited += seconds
        return self.end

    def so_far(self) -> CheckedSoFar | None:
        return self.told

    def stop(self) -> None:
        self.stopped = True


class Rig:
    def __init__(self, path: Path, mark: str = "") -> None:
        self.path = path
        self.clock = VirtualClock()
        self.timers = Timers(self.clock)
        self.journal = Journal(path, self.clock, mark=mark)
        self.jobs: list[FakeJob] = []
        self.said: list[tuple[str, str]] = []
        self.noted: list[str] = []
        self.begun: list[str] = []
        self.refused = False
        self.keeper = JournalKeeper(
            self.timers,
            self.journal,
            self.start,
            self.notify,
            self,
            lambda _label: None,
        )

    def start(self, what: str, begin: CheckedSoFar) -> FakeJob:
        if self.refused:
            raise OSError("no process")
        self.jobs.append(FakeJob(what))
        self.jobs[-1].begin = begin
        return self.jobs[-1]

    def notify(self, severity: Any, text: str, **more: Any) -> None:
        if severity is not Severity.INFO:
            self.said.append((severity.name, text))
        else:
            self.noted.append(text)

    def begin(self, fault: str) -> None:
        self.begun.append(fault)
        self.journal.begin_anew()

    def write(self, count: int) -> None:
        for _ in range(count):
            self.journal.record("Note", {}, durable=False)
        self.journal.commit()

    def pass_time(self, seconds: float) -> None:
        self.timers.advance(seconds)


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(journal_keeper, "SNAPSHOT_EVERY", 20)
    monkeypatch.setattr(journal_keeper, "END_EVERY", 10)
    monkeypatch.setattr(journal_module, "CHECKED_AT_ONCE", 4)
    made = Rig(tmp_path / "journal.sqlite")
    yield made
    made.journal.close()


def made_by(rig: Rig) -> JobEnd:
    sealed = make_snapshot(rig.path, SESSION.client_id)
    return JobEnd(0, msgspec.json.encode(sealed).decode())


def test_a_snapshot_is_made_and_sealed_after_so_many_entries(rig: Rig) -> None:
    rig.write(19)
    rig.keeper.start()
    rig.pass_time(5)
    assert rig.jobs == []

    rig.write(1)
    rig.pass_time(1)
    assert [job.what for job in rig.jobs] == [SNAPSHOT]
    rig.jobs[0].end = made_by(rig)
    rig.pass_time(5)

    assert rig.journal.sealed_seq == 20
    assert [path.name for path in snapshots_of(rig.path)] == ["journal-000000000020.snapshot"]
    assert len(rig.jobs) == 1
    rig.write(20)
    rig.pass_time(1)
    assert len(rig.jobs) == 2


def test_the_end_waits_for_a_last_snapshot_only_where_much_came(rig: Rig) -> None:
    rig.write(9)
    rig.keeper.finish()
    assert rig.jobs == []

    rig.write(1)
    rig.keeper.finish()
    assert rig.jobs[0].stopped  # it did not end in time; the next start does without
    assert rig.jobs[0].waited == journal_keeper.END_SECONDS
    assert rig.journal.sealed_seq == 0


def test_a_start_that_left_entries_unchecked_has_them_checked_first(
    rig: Rig, tmp_path: Path
) -> None:
    rig.journal.unchecked = 10
    rig.write(30)
    rig.keeper.start()
    assert [job.what for job in rig.jobs] == [VERIFY]
    rig.jobs[0].end = JobEnd(0, "sound: 30 entries")
    rig.pass_time(2)

    assert rig.journal.unchecked == 0
    assert [job.what for job in rig.jobs] == [VERIFY, SNAPSHOT]
    assert rig.said == []
    assert [text[:40] for text in rig.noted] == [
        "The record of orders was checked from en",
        "The whole record of orders was checked: ",
    ]


def test_damage_that_the_background_finds_halts_sets_aside_and_is_told(rig: Rig) -> None:
    rig.write(3)
    rig.journal.unchecked = 2
    rig.keeper.start()
    rig.jobs[0].end = JobEnd(1, "workstation: the journal is damaged after entry 1")
    rig.pass_time(1)

    assert rig.begun == ["the journal is damaged after entry 1"]
    assert rig.said == [
        (
            "ALARM",
            "The record of orders was damaged and set aside: the journal is damaged after entry 1",
        )
    ]
    assert list(rig.path.parent.glob("damaged-*-journal.sqlite"))
    assert (rig.journal.last_seq, rig.journal.unchecked) == (0, 0)
    rig.write(1)
    assert rig.journal.last_seq == 1
    rig.pass_time(30)
    assert len(rig.jobs) == 1


def test_a_check_that_cannot_be_made_is_told_once_and_tried_again(
    rig: Rig, expected_log: Expect
) -> None:
    expected_log("could not be done")
    rig.journal.unchecked = 2
    rig.keeper.start()
    rig.jobs[0].end = JobEnd(2, "workstation: no memory")
    rig.pass_time(5)
    assert [severity for severity, _ in rig.said] == ["WARNING"]
    assert len(rig.jobs) == 1
    rig.refused = True
    rig.pass_time(journal_keeper.AGAIN_SECONDS)
    rig.refused = False
    rig.pass_time(journal_keeper.AGAIN_SECONDS)

    assert len(rig.jobs) == 2
    assert len(rig.said) == 1
    assert rig.begun == []
    assert rig.journal.unchecked == 2


@pytest.mark.parametrize("words", ["", "{}", '{"seq":1,"hash":"00","sha256":"00"}'])
def test_a_snapshot_that_is_not_well_reported_is_not_sealed(
    rig: Rig, words: str, expected_log: Expect
) -> None:
    expected_log("could not be done")
    rig.write(20)
    rig.keeper.start()
    rig.jobs[0].end = JobEnd(0, words)
    rig.pass_time(1)

    assert rig.journal.sealed_seq == 0
    assert rig.journal.last_seq == 20
    assert rig.said == []
    rig.pass_time(60)
    assert len(rig.jobs) == 1  # not again at once


def test_the_end_stops_a_check_that_still_runs(rig: Rig) -> None:
    rig.journal.unchecked = 2
    rig.keeper.start()
    rig.keeper.finish()
    assert rig.jobs[0].stopped


# -- sessions that are shorter than a check ----------------------------------------------------------


def at(rig: Rig, seq: int) -> CheckedSoFar:
    return CheckedSoFar(seq, rig.journal._hash_at(seq))


def long_journal(folder: Path) -> Path:
    """Thirty entries with a sealed snapshot: older than what a start checks."""
    path = folder / "journal.sqlite"
    journal = Journal(path, VirtualClock())
    for _ in range(30):
        journal.record("Note", {}, durable=False)
    journal.commit()
    journal.seal(make_snapshot(path, SESSION.client_id))
    journal.close()
    return path


def session(path: Path) -> Rig:
    return Rig(path, snapshot_mark(SESSION.client_id))


def test_the_next_session_goes_on_where_a_check_came_to(tmp_path: Path, rig: Rig) -> None:
    rig.journal.close()
    (tmp_path / "other").mkdir()
    path = long_journal(tmp_path / "other")
    first = session(path)
    assert first.journal.unchecked == 30
    first.keeper.start()
    assert first.jobs[0].begin == FROM_THE_FIRST
    first.jobs[0].told = so_far = at(first, 12)
    first.keeper.finish()
    assert first.jobs[0].stopped
    first.journal.close()

    second = session(path)
    second.keeper.start()
    assert second.jobs[0].begin == so_far
    assert "12 of them were checked in sessions before" in second.noted[0]
    second.jobs[0].told = further = at(second, 25)
    second.pass_time(journal_keeper.NOTE_SECONDS)  # and then the machine dies
    second.journal.commit()
    second.journal._db.close()

    third = session(path)
    third.keeper.start()
    assert third.jobs[0].begin == further
    third.jobs[0].end = JobEnd(0, "sound: 33 entries")
    third.pass_time(1)
    assert third.journal.unchecked == 0
    third.journal.close()

    fourth = session(path)
    fourth.keeper.start()
    assert fourth.jobs[0].begin == FROM_THE_FIRST  # another round
    fourth.keeper.finish()
    fourth.journal.close()


def test_a_check_of_another_chain_is_not_kept(rig: Rig, expected_log: Expect) -> None:
    expected_log("is not kept")
    rig.write(5)
    rig.journal.unchecked = 2
    rig.keeper.start()
    rig.jobs[0].told = CheckedSoFar(3, "00" * 32)
    rig.keeper.finish()

    assert rig.journal.checked == FROM_THE_FIRST
    assert rig.journal.last_seq == 5


def test_a_note_that_was_forged_where_no_start_looks_skips_nothing(
    tmp_path: Path, rig: Rig, expected_log: Expect
) -> None:
    """Written into the part that no start follows it is not even read; behind it the chain breaks."""
    expected_log("is not used")
    rig.journal.close()
    (tmp_path / "other").mkdir()
    path = long_journal(tmp_path / "other")
    forged = msgspec.json.encode(CheckedSoFar(29, "00" * 32))
    with sqlite3.connect(path) as database:
        database.execute(
            "UPDATE entries SET event = 'CheckedSoFar', body = ? WHERE seq = 7", (forged,)
        )
    database.close()
    again = session(path)
    assert again.journal.checked == FROM_THE_FIRST
    again.journal.close()
    with sqlite3.connect(path) as database:
        database.execute(
            "UPDATE entries SET event = 'CheckedSoFar', body = ? WHERE seq = 31", (forged,)
        )
    database.close()
    with pytest.raises(JournalDamagedError):
        session(path)


# -- the processes themselves -------------------------------------------------------------------------


def waited(job: Any) -> JobEnd:
    limit = time.monotonic() + 60
    while (end := job.wait(0.2)) is None:
        assert time.monotonic() < limit
    return end


def test_both_processes_do_their_work_beside_a_journal_that_is_open(tmp_path: Path) -> None:
    path = tmp_path / "profiles" / "simulated" / "journal.sqlite"
    path.parent.mkdir(parents=True)
    rig = Rig(path)
    rig.write(30)
    jobs = JournalJobs(tmp_path, "simulated", int(SESSION.client_id))

    made = waited(jobs.start(SNAPSHOT))
    check = jobs.start(VERIFY)
    checked = waited(check)
    half = at(rig, 12)
    assert "sound: 30" in waited(jobs.start(VERIFY, half)).words
    wrong = CheckedSoFar(12, "00" * 32)
    assert waited(jobs.start(VERIFY, wrong)).code == 1
    assert (made.code, checked.code) == (0, 0), (made, checked)
    rig.journal.seal(msgspec.json.decode(made.words, type=journal_module.SnapshotSealed))
    assert rig.journal.sealed_seq == 30
    assert "sound: 30 entries" in checked.words
    rig.journal.close()

    content = bytearray(path.read_bytes())
    content[content.rindex(b"Note")] ^= 1
    path.write_bytes(content)
    assert waited(jobs.start(VERIFY)).code == 1
    shutil.rmtree(path.parent)
    assert waited(jobs.start(VERIFY)).code == 2


def test_a_process_can_be_ended(tmp_path: Path) -> None:
    job = JournalJobs(tmp_path, "simulated", 1).start(VERIFY)
    job.stop()
    assert job._process.poll() is not None
