"""kill -9 around a snapshot: whatever stands on disk then, a start believes what the journal says."""

import os
import random
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.helpers.cores import SESSION, core_in
from tests.helpers.killable_core import Window
from tests.helpers.random_records import RandomRecords
from tests.helpers.virtual_time import VirtualClock
from workstation.desk import journal_keeper
from workstation.desk.core import Core
from workstation.desk.journal_keeper import JobEnd, JournalKeeper
from workstation.desk.snapshot_maker import make_snapshot
from workstation.storage.journal import Journal
from workstation.storage.snapshot_file import SnapshotSealed, snapshots_of

MAKING = ("snapshot half written", "snapshot written", "snapshot in place")
SEALING = ("before the seal", "after the seal")
FIRST, SECOND = 60, 110

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="forks and kills"),
    pytest.mark.usefixtures("silent_log"),
]


def record(path: Path, seed: int, start: int, end: int) -> None:
    """Put some records of a random journal on record."""
    clock = VirtualClock()
    journal = Journal(path, clock)
    for at, event, body in RandomRecords(seed).entries(150)[start:end]:
        clock.seconds = 1000.0 + (at - clock._start).total_seconds()
        journal.record(event, body, durable=False)
    journal.close()


def in_a_process(work: Callable[[Callable[[str], None]], None], point: str) -> bool:
    """Run this in a fork that kills itself at a point; tell whether it came to that."""

    def reached(label: str) -> None:
        if label == point:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        try:
            work(reached)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def seal_by_keeper(path: Path, sealed: SnapshotSealed, reached: Callable[[str], None]) -> None:
    """Do what the program does when the process that makes snapshots has ended."""

    class Done:
        def wait(self, _seconds: float) -> JobEnd:
            return JobEnd(0, msgspec.json.encode(sealed).decode())

        def stop(self) -> None:
            raise AssertionError("it has ended")

    class Sound:
        def begin(self, fault: str) -> None:
            raise AssertionError(fault)

    journal = Journal(path, VirtualClock())
    keeper = JournalKeeper(
        None,  # type: ignore[arg-type]
        journal,
        lambda _what, _so_far: Done(),
        lambda *_, **__: None,
        Sound(),
        reached,
    )
    keeper.finish()
    journal.close()


def begun(folder: Path) -> tuple[Core, list[object]]:
    window = Window()
    core = core_in(folder, window, window.take, VirtualClock())
    core.desk.start()
    return core, window.messages


def orders_of(core: Core) -> list[object]:
    return [order.state() for order in core.desk.orders]


@pytest.mark.parametrize("point", [*MAKING, *SEALING, "never"])
@pytest.mark.parametrize("is_first", [True, False])
def test_no_kill_around_a_snapshot_changes_an_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str, is_first: bool
) -> None:
    monkeypatch.setattr(journal_keeper, "END_EVERY", 10)
    seed = random.Random(f"{point} {is_first}").randrange(10**6)
    folder = tmp_path / "killed"
    folder.mkdir()
    path = folder / "journal.sqlite"
    record(path, seed, 0, FIRST)
    if not is_first:
        seal_by_keeper(path, make_snapshot(path, SESSION.client_id), lambda _label: None)
    record(path, seed, FIRST, SECOND)

    killed = in_a_process(
        lambda reached: void(make_snapshot(path, SESSION.client_id, reached)), point
    )
    assert killed == (point in MAKING)
    if not killed:
        sealed = make_snapshot(path, SESSION.client_id)
        killed = in_a_process(lambda reached: seal_by_keeper(path, sealed, reached), point)
        assert killed == (point in SEALING)
    record(path, seed, SECOND, 150)

    plain = tmp_path / "plain"
    shutil.copytree(folder, plain)
    for each in snapshots_of(plain / "journal.sqlite"):
        each.unlink()
    one, shown = begun(folder)
    other, expected = begun(plain)
    assert orders_of(one) == orders_of(other)
    assert orders_of(one)
    assert shown == expected
    is_sealed = point in {"after the seal", "never"}
    assert (one.journal.sealed_seq >= SECOND) == is_sealed
    assert (one.journal.snapshot is not None) == (is_sealed or not is_first)
    one.close()
    other.close()


def test_a_kill_while_a_snapshot_is_made_leaves_no_litter_for_good(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    record(path, 1, 0, FIRST)
    assert in_a_process(
        lambda reached: void(make_snapshot(path, SESSION.client_id, reached)), MAKING[1]
    )
    assert list(tmp_path.glob("*.new"))

    journal = Journal(path, VirtualClock())
    journal.seal(make_snapshot(path, SESSION.client_id))
    journal.close()
    assert list(tmp_path.glob("*.new")) == []


def void(_sealed: object) -> None:
    """Take what a function returns and return nothing."""
