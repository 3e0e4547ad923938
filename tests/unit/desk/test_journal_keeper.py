"""A long journal is looked after by other processes, and what they find has its consequences."""

import shutil
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
from workstation.domain.notice import Severity
from workstation.storage import journal as journal_module
from workstation.storage.journal import Journal
from workstation.storage.snapshot_file import snapshots_of


class FakeJob:
    """A process that ends when it is told."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.end: JobEnd | None = None
        self.stopped = False
        self.waited = 0.0

    def wait(self, seconds: float) -> JobEnd | None:
        self.waited += seconds
        return self.end

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

    def start(self, what: str) -> FakeJob:
        if self.refused:
            raise OSError("no process")
        self.jobs.append(FakeJob(what))
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
    checked = waited(jobs.start(VERIFY))
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
