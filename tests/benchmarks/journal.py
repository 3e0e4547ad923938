"""How long a start reads a large journal: python -m tests.benchmarks.journal [ENTRIES].

Writes orders with fills over three years, twelve entries each, then opens the journal as a start
does (pages, chain, anchor) and replays it into an order book. Processor seconds do not depend on
what else the machine does.
"""

import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec

from tests.benchmarks.report import print_report
from tests.helpers.desk_fakes import CLIENT, SPY, a_draft, execution, open_order, status
from workstation.domain.execution import Commission
from workstation.domain.ids import IntentId, OrderId, OrderKey, OrderRef, PermId
from workstation.domain.reports import CommissionReport, ExecutionReport, OrderBytesSent
from workstation.domain.timeline import Judged, MarketSeen
from workstation.oms.events import EVENT_TYPES, Intent
from workstation.oms.orders import OrderBook
from workstation.storage.journal import Journal

ENTRIES = 1_000_000
PER_ORDER = 12


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


def main(entries: int) -> None:
    """Measure once and write the report."""
    clock = YearsClock()
    clock.wall = datetime(2026, 12, 30, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.sqlite"
        write(path, entries)
        begun = time.process_time()
        journal = Journal(path, clock)
        opened = time.process_time()
        book = OrderBook(CLIENT)
        for entry in journal.entries():
            kind = EVENT_TYPES.get(entry.event)
            if kind is not None:
                book.apply(msgspec.json.decode(entry.body, type=kind), entry.when)
        replayed = time.process_time()
        journal.close()
    print_report(
        {
            "entries": journal.last_seq,
            "verify_cpu_s": round(opened - begun, 2),
            "replay_cpu_s": round(replayed - opened, 2),
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES)
