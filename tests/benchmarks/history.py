"""What the dock of earlier orders costs over a large journal: python -m tests.benchmarks.history [ENTRIES].

Writes orders with fills over three years, twelve entries each, and asks the process that serves the
dock (`main.py history`) for pages as the dock does: the first of a fresh process, which holds the
newest orders, the same once the whole journal is read, and others then; without a snapshot and with
one. The window waits for none of it; the process is another one, so its memory counts beside the
window's. With a folder the journal is written there, or read from there if there is one.
"""

import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tests.benchmarks.journal import ENTRIES, YearsClock, sealed, write
from tests.benchmarks.report import print_report
from tests.helpers.desk_fakes import CLIENT
from tests.helpers.gateway import ROOT
from workstation.app.past_trades import FOLLOW_MS
from workstation.desk.history_book import last_seq
from workstation.domain.past_trades import HistoryKind, HistoryPage, HistoryWish
from workstation.storage.journal_file import files_of
from workstation.storage.paths import ProfileFiles
from workstation.storage.snapshot_file import snapshots_of

PAGE = 500
"""Rows of a page of the dock."""

PROFILE = "years"

_WISHES = {
    "next_page": HistoryWish(kind=HistoryKind.ORDERS, limit=PAGE, offset=PAGE),
    "symbol": HistoryWish(kind=HistoryKind.ORDERS, limit=PAGE, symbol="SP"),
    "fills": HistoryWish(kind=HistoryKind.FILLS, limit=PAGE),
}


def asked(server: subprocess.Popen[bytes], wish: HistoryWish) -> tuple[HistoryPage, float]:
    """Return the answer to a wish, and after how many seconds it was there."""
    assert server.stdin is not None
    assert server.stdout is not None
    begun = time.perf_counter()
    server.stdin.write(msgspec.json.encode(wish) + b"\n")
    server.stdin.flush()
    line = server.stdout.readline()
    seconds = time.perf_counter() - begun
    page = msgspec.json.decode(line, type=HistoryPage)
    if page.fault:
        raise RuntimeError(page.fault)
    return page, seconds


def measured(path: Path) -> dict[str, float]:
    """Ask a fresh process; return seconds of each answer, its rows, and its memory at the most."""
    command = [sys.executable, str(ROOT / "main.py"), "history"]
    data = path.parents[2]
    command += ["--data-dir", str(data), "--profile", PROFILE, "--client-id", str(CLIENT)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        begun = time.perf_counter()
        wish = HistoryWish(kind=HistoryKind.ORDERS, limit=PAGE)
        page, seconds = asked(server, wish)
        found: dict[str, float] = {"first_page_s": seconds, "first_page_rows": len(page.orders)}
        slowest = 0.0
        while page.read < 1:
            time.sleep(FOLLOW_MS / 1000)
            page, seconds = asked(server, replace(wish, only_whole=True))
            slowest = max(slowest, seconds if page.read < 1 else 0.0)
        found |= {"how_far_s": slowest, "whole_s": time.perf_counter() - begun}
        found["orders"] = page.total
        for name, wish in _WISHES.items():
            found[f"{name}_s"] = asked(server, wish)[1]
        found["peak_mib"] = _peak_mib(server.pid)
        assert server.stdin is not None
        server.stdin.close()
    return found


def _peak_mib(pid: int) -> float:
    """Return the most memory that a process has had, 0 where that is not told (not Linux)."""
    status = Path(f"/proc/{pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    peaks = [int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")]
    return float(peaks[0]) if peaks else 0.0


def main(entries: int, folder: Path) -> None:
    """Measure once and write the report."""
    clock = YearsClock()
    clock.wall = datetime(2026, 12, 30, tzinfo=UTC)
    path = ProfileFiles.of(folder, PROFILE).journal
    if not files_of(path):
        write(path, entries)
    report: dict[str, float] = {"entries": last_seq(path)}
    report["journal_mib"] = sum(each.stat().st_size for each in files_of(path)) >> 20
    if not snapshots_of(path):
        report |= {f"without_snapshot_{name}": each for name, each in measured(path).items()}
        sealed(path, clock)
    report |= {f"with_snapshot_{name}": each for name, each in measured(path).items()}
    print_report(report)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        main(
            int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES,
            Path(sys.argv[2] if len(sys.argv) > 2 else temporary),
        )
