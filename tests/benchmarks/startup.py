"""From process start to the painted window and to the first price, in the demo.

python -m tests.benchmarks.startup [RUNS]

Each run is a new process on the same data folder, so that all but the first restore a layout;
the first is not counted. Python keeps its compiled modules between the runs, as it does by itself
unless PYTHONDONTWRITEBYTECODE forbids it. Needs a display, or QT_QPA_PLATFORM=offscreen.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.report import median, print_report

ROOT = Path(__file__).resolve().parents[2]
SOURCE = (sys.executable, str(ROOT / "main.py"))
MILESTONE = re.compile(r"milestone: (.+) at ([0-9.]+)")


def run_once(folder: Path, program: Sequence[str] = SOURCE) -> dict[str, float]:
    """Start the program, close it after 4 s, and return its milestones in ms since the start."""
    log = folder / "profiles" / "simulated" / "logs" / "workstation.log"
    log.unlink(missing_ok=True)
    started = time.monotonic()
    subprocess.run(
        [*program, "--demo", "--data-dir", str(folder), "--exit-after", "4"],
        check=True,
        timeout=60,
        env=environment(folder),
    )
    return {name: (float(at) - started) * 1000 for name, at in MILESTONE.findall(log.read_text())}


def environment(folder: Path) -> dict[str, str]:
    """Let Python keep what it compiles, in a place of its own."""
    values = {name: each for name, each in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**values, "PYTHONPYCACHEPREFIX": str(folder / "compiled")}


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as folder:
        run_once(Path(folder))
        results = [run_once(Path(folder)) for _ in range(runs)]
    painted = [result["painted"] for result in results]
    priced = [result["first price"] for result in results]
    print_report(
        {
            "painted_ms": median(painted),
            "painted_worst_ms": max(painted),
            "first_price_ms": median(priced),
            "first_price_worst_ms": max(priced),
            "runs": runs,
        }
    )


if __name__ == "__main__":
    main()
