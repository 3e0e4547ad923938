"""What is saved of a damaged journal: all that is proven, and of the rest only what limits more."""

import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.helpers.cores import SESSION
from tests.helpers.desk_fakes import ACCOUNT, LIMITS
from tests.helpers.virtual_time import VirtualClock
from workstation.desk.salvage import Kept, keep_salvage, salvage_file
from workstation.desk.session_lock import LimitsLocked
from workstation.desk.snapshot_maker import make_snapshot
from workstation.portfolio.day_result import DayBest
from workstation.portfolio.periods import DaySoFar
from workstation.risk.limits import LossMeasure
from workstation.storage.journal import Journal

D = Decimal
NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
TIGHT, LOOSE = replace(LIMITS, daily_loss=D(100)), replace(LIMITS, daily_loss=D(900))
LOCK = LimitsLocked(account=ACCOUNT, until=NOW, reason="by choice")
LATER = replace(LOCK, until=NOW + timedelta(days=1), cooling_until=NOW)
DAY = DaySoFar(
    account=ACCOUNT, day=date(2026, 11, 19), measure=LossMeasure.TRADES, pnl=D(-40), best=D(3)
)
BEST = DayBest(account=ACCOUNT, day=date(2026, 11, 19), measure=LossMeasure.TRADES, best=D(3))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


def write(path: Path, *records: Any, note: bool = True) -> None:
    journal = Journal(path, VirtualClock())
    for record in records:
        journal.record(type(record).__name__, record, durable=False)
        if note:
            journal.record("Note", {"text": "between"}, durable=False)
    journal.close()


def break_at(path: Path, seq: int) -> None:
    """Change an entry so that the chain breaks there."""
    with sqlite3.connect(path) as database:
        database.execute("UPDATE entries SET time = '2020' WHERE seq = ?", (seq,))
    database.close()


def saved(path: Path) -> Kept:
    keep_salvage(path, "the chain breaks")
    return msgspec.json.decode(salvage_file(path).read_bytes(), type=Kept)


def test_all_that_is_proven_is_saved(path: Path) -> None:
    write(path, LOOSE, TIGHT, LOCK, DAY, replace(DAY, pnl=D(-50)), BEST)
    break_at(path, 12)
    kept = saved(path)

    assert kept.limits == (TIGHT,)
    assert kept.locks == (LOCK,)
    assert kept.days == (replace(DAY, pnl=D(-50)),)
    assert kept.bests == (BEST,)
    assert (kept.proven, kept.is_complete) == (11, False)


@pytest.mark.parametrize(
    ("proven", "doubtful", "expected"),
    [(TIGHT, LOOSE, TIGHT), (LOOSE, TIGHT, TIGHT)],
)
def test_what_cannot_be_proven_only_limits_more(
    path: Path, proven: Any, doubtful: Any, expected: Any
) -> None:
    write(path, proven, LATER, doubtful, LOCK)
    break_at(path, 4)
    kept = saved(path)

    assert kept.limits == (expected,)
    assert kept.locks == (LATER,)  # a lock that can be read is never made shorter
    assert kept.proven == 3


def test_limits_behind_the_break_alone_are_believed_in_part(path: Path) -> None:
    write(path, DAY, LOOSE, TIGHT, LOCK)
    break_at(path, 1)

    assert saved(path).limits == (TIGHT,)
    assert saved(path).locks == (LOCK,)


def test_pages_that_cannot_be_read_leave_what_is_before_them(path: Path) -> None:
    write(path, TIGHT, LOCK)
    many = Journal(path, VirtualClock())
    for _ in range(2_000):
        many.record("Note", {"text": "x" * 100}, durable=False)
    many.close()
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 8192] = b"\xff" * 8192
    path.write_bytes(content)
    kept = saved(path)

    assert kept.limits == (TIGHT,)
    assert kept.locks == (LOCK,)
    assert 4 < kept.proven < 2_004


def test_a_journal_that_is_gone_leaves_what_its_snapshot_holds(path: Path) -> None:
    write(path, TIGHT, LOCK, DAY)
    make_snapshot(path, SESSION.client_id)
    path.with_name("journal-000000009999.snapshot").write_bytes(b"{}")
    path.unlink()
    kept = saved(path)

    assert (kept.limits, kept.locks, kept.days) == ((TIGHT,), (LOCK,), (DAY,))
    assert kept.proven == 6


def test_a_snapshot_that_was_changed_proves_nothing(path: Path) -> None:
    write(path, TIGHT)
    make_snapshot(path, SESSION.client_id)
    (snapshot,) = path.parent.glob("*.snapshot")
    snapshot.write_bytes(snapshot.read_bytes().replace(b"Limits", b"Limitz"))
    path.unlink()

    assert saved(path).limits == ()


@pytest.mark.parametrize("anchor", [b"{", b'{"seq":99,"hash":"00"}'])
def test_a_damaged_anchor_leaves_the_whole_journal_readable(path: Path, anchor: bytes) -> None:
    write(path, TIGHT, LOCK)
    path.with_suffix(".anchor").write_bytes(anchor)
    kept = saved(path)

    assert (kept.limits, kept.locks, kept.proven) == ((TIGHT,), (LOCK,), 4)
    assert not kept.is_complete  # nobody knows what its end was


def test_a_file_of_a_later_year_is_read_too(path: Path) -> None:
    clock = VirtualClock()
    journal = Journal(path, clock)
    journal.record("Limits", LOOSE, durable=True)
    clock.seconds += timedelta(days=400).total_seconds()
    journal.commit()
    journal.record("Limits", TIGHT, durable=True)
    journal.close()
    assert len(list(path.parent.glob("journal*.sqlite"))) == 2
    break_at(path, 1)

    assert saved(path).limits == (TIGHT,)


def test_what_was_saved_before_is_not_overwritten(path: Path) -> None:
    write(path, TIGHT)
    first = saved(path)
    path.unlink()

    assert saved(path) == first


def test_records_that_cannot_be_read_are_none(path: Path) -> None:
    journal = Journal(path, VirtualClock())
    journal.record("Limits", {"account": "SIM1"}, durable=True)
    journal.record("LimitsLocked", [1], durable=True)
    journal.close()

    assert saved(path).limits == ()
