"""How long a start reads a large journal: python -m tests.benchmarks.journal [ENTRIES].

Writes orders with fills over three years, twelve entries each, then opens the journal as a start
does (pages, chain, anchor) and replays it into an order book: once all of it, once from a snapshot
with some entries behind it. Processor seconds do not depend on what else the machine does.
"""

import gc
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path

import msgspec

from tests.benchmarks.report import print_report
from tests.helpers.desk_fakes import CLIENT, SPY, a_draft, execution, open_order, status
from workstation.desk.past import read_past
from workstation.desk.snapshot_maker import make_snapshot
from workstation.desk.snapshot_mark import snapshot_mark
from workstation.domain.execution import Commission
from workstation.domain.ids import IntentId, OrderId, OrderKey, OrderRef, PermId
from workstation.domain.reports import CommissionReport, ExecutionReport, OrderBytesSent
from workstation.domain.timeline import Judged, MarketSeen
from workstation.oms.efficiency import OrderEfficiency
from workstation.oms.events import EVENT_TYPES, Intent
from workstation.oms.order_ids import OrderIds
from workstation.oms.orders import OrderBook
from workstation.storage.journal import Journal
from workstation.storage.journal_file import files_of
from workstation.storage.journal_reader import audit
from workstation.storage.snapshot_file import SnapshotSealed, snapshot_of, snapshots_of

ENTRIES = 1_000_000
PER_ORDER = 12
AFTER = 6_000
"""Entries behind the snapshot: a busy day of 500 orders."""


class YearsClock:
    """Wall time that is moved by hand; the monotonic one goes with it."""

    def __init__(self) -> None:
        self.wall = datetime(2024, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.wall.timestamp()

    def now(self) -> datetime:
        return self.wall


def record_order(journal: Journal, number: int, at: datetime) -> None:
    """Put the life of one order on record."""
    ref = OrderRef(f"WS:{number:08d}")
    key, names = OrderKey(ref), {"order_id": OrderId(number), "perm_id": PermId(10**7 + number)}
    draft = a_draft(intent_id=IntentId(f"w{number}"))
    seen = MarketSeen(key=key, about="Intent", at=at, con_id=SPY, bid=99.99, ask=100.01, last=100.0)
    filled = execution(f"a.{number}.01", 100, order_ref=ref, time=at, **names)
    cost = Commission(
        exec_id=filled.exec_id, commission=Decimal(1), currency="USD", realized_pnl=None
    )
    intent = Intent(
        intent_id=draft.intent_id,
        order_id=names["order_id"],
        client_id=CLIENT,
        order_ref=ref,
        con_id=SPY,
        symbol="SPY",
        draft=draft,
        sha256="0" * 64,
    )
    judged = Judged(key=key, intent_id=draft.intent_id, findings=(), entry_value=Decimal(10_000))
    for body in (
        *(intent, seen, judged, OrderBytesSent(order_ids=(names["order_id"],))),
        *(open_order(None, order_ref=ref, **names), seen, status("Submitted", **names), seen),
        *(ExecutionReport(execution=filled), seen, CommissionReport(commission=cost)),
        status("Filled", filled=Decimal(100), **names),
    ):
        journal.record(type(body).__name__, body, durable=False)


def write(path: Path, entries: int) -> None:
    """Write a journal of three years."""
    clock = YearsClock()
    journal = Journal(path, clock)
    journal._db.execute("PRAGMA synchronous = OFF")  # only to be quick: this disk is not measured
    orders = entries // PER_ORDER
    step = timedelta(days=3 * 365 - 2) / orders
    for number in range(1, orders + 1):
        clock.wall += step
        record_order(journal, number, clock.wall)
        if number % 500 == 0:
            journal.commit()
    journal.close()


def begun(path: Path, clock: YearsClock) -> dict[str, float]:
    """Open the journal and read it as a start does; return what that cost."""
    begun_at, begun_cpu = time.perf_counter(), time.process_time()
    mark = snapshot_mark(CLIENT) if snapshots_of(path) else ""
    journal = Journal(path, clock, mark=mark)
    opened = time.process_time()
    book, counts, ids = OrderBook(CLIENT), OrderEfficiency(CLIENT), OrderIds()
    gc.disable()  # as the core does
    known, lines = 0, journal.snapshot_lines()
    if lines is not None:
        read_past(lines, CLIENT, book, counts, ids)
        known = journal.sealed_seq
    for entry in journal.entries(known):
        kind = EVENT_TYPES.get(entry.event)
        if kind is not None:
            book.apply(msgspec.json.decode(entry.body, type=kind), entry.when)
    ended = time.process_time()
    gc.enable()
    journal.close()
    return {
        "orders": len(list(book)),
        "check_cpu_s": round(opened - begun_cpu, 2),
        "replay_cpu_s": round(ended - opened, 2),
        "wall_s": round(time.perf_counter() - begun_at, 2),
    }


def sealed(path: Path, clock: YearsClock) -> dict[str, float]:
    """Make a snapshot and seal it; return what that cost, in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        made, cpu, peak = pool.submit(_made, path).result()
    journal = Journal(path, clock)
    journal.seal(made)
    first = journal.last_seq // PER_ORDER + 1
    for number in range(first, first + AFTER // PER_ORDER):
        clock.wall += timedelta(seconds=1)
        record_order(journal, number, clock.wall)
    journal.close()
    size = snapshot_of(path, made.seq).stat().st_size >> 20
    return {"cpu_s": cpu, "peak_mib": peak, "snapshot_mib": size}


def _made(path: Path) -> tuple[SnapshotSealed, float, int]:
    begun_at = time.process_time()
    made = make_snapshot(path, CLIENT)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return made, round(time.process_time() - begun_at, 2), peak


def main(entries: int) -> None:
    """Measure once and write the report."""
    clock = YearsClock()
    clock.wall = datetime(2026, 12, 30, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.sqlite"
        write(path, entries)
        size = sum(each.stat().st_size for each in files_of(path)) >> 20
        without = begun(path, clock)
        making = sealed(path, clock)
        with_snapshot = begun(path, clock)
        again_begun = time.process_time()
        audit(path)
        checked = time.process_time()
    report: dict[str, float] = {
        "entries": entries,
        "entries_behind_snapshot": AFTER,
        "journal_mib": size,
    }
    report |= {f"start_without_snapshot_{name}": each for name, each in without.items()}
    report |= {f"start_with_snapshot_{name}": each for name, each in with_snapshot.items()}
    report |= {f"making_{name}": each for name, each in making.items()}
    report["background_check_cpu_s"] = checked - again_begun
    report["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print_report(report)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES)
