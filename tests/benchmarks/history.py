"""What the dock of earlier orders costs over a large journal: python -m tests.benchmarks.history [ENTRIES].

Writes orders with fills over three years, twelve entries each, and asks the process that serves the
dock (`main.py journal history`) for pages as the dock does: the first of a fresh process, which reads
the journal, then others, without a snapshot and with one. The window waits for none of it; the
process is another one, so its memory counts beside the window's.
"""

import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tests.benchmarks.journal import ENTRIES, YearsClock, sealed, write
from tests.benchmarks.report import print_report
from tests.helpers.desk_fakes import CLIENT
from tests.helpers.gateway import ROOT
from workstation.domain.past_trades import HistoryKind, HistoryPage, HistoryWish
from workstation.storage.journal_file import files_of
from workstation.storage.paths import ProfileFiles

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
    command = [sys.executable, str(ROOT / "main.py"), "journal", "history"]
    data = path.parents[2]
    command += ["--data-dir", str(data), "--profile", PROFILE, "--client-id", str(CLIENT)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        first, seconds = asked(server, HistoryWish(kind=HistoryKind.ORDERS, limit=PAGE))
        found: dict[str, float] = {"first_page_s": seconds, "orders": first.total}
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


def main(entries: int) -> None:
    """Measure once and write the report."""
    clock = YearsClock()
    clock.wall = datetime(2026, 12, 30, tzinfo=UTC)
    report: dict[str, float] = {"entries": entries}
    with tempfile.TemporaryDirectory() as folder:
        path = ProfileFiles.of(Path(folder) / "data", PROFILE).journal
        write(path, entries)
        report["journal_mib"] = sum(each.stat().st_size for each in files_of(path)) >> 20
        for kind in ("without_snapshot", "with_snapshot"):
            if kind == "with_snapshot":
                sealed(path, clock)
            report |= {f"{kind}_{name}": each for name, each in measured(path).items()}
    print_report(report)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES)
