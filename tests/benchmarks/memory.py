"""Memory of the demo while all twelve docks stream.

python -m tests.benchmarks.memory [SECONDS]

Reads the resident set of the program and of its gateway from the kernel every second; Linux
only. Needs a display, or QT_QPA_PLATFORM=offscreen.
"""

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.report import print_report
from tests.benchmarks.startup import SOURCE

_SECONDS = 120
_RESIDENT = re.compile(r"^VmRSS:\s+(\d+) kB", re.MULTILINE)


def resident_mb(process_id: int) -> float:
    """Return the resident set of a process in megabytes (10^6 bytes), 0 when it has ended."""
    try:
        found = _RESIDENT.search(Path(f"/proc/{process_id}/status").read_text())
    except OSError:
        return 0.0
    return int(found[1]) * 1024 / 1e6 if found else 0.0


def children(process_id: int) -> list[int]:
    """Return the processes that a process started."""
    listed = Path(f"/proc/{process_id}/task").glob("*/children")
    return [int(word) for path in listed for word in path.read_text().split()]


def main() -> None:
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else _SECONDS
    own: list[float] = []
    gateway: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["--demo", "--data-dir", folder, "--exit-after", str(seconds)]
        with subprocess.Popen([*SOURCE, *arguments]) as process:
            while process.poll() is None:
                own.append(resident_mb(process.pid))
                gateway.append(sum(map(resident_mb, children(process.pid))))
                time.sleep(1)
    print_report(
        {
            "program_peak_mb": max(own),
            "program_after_10_s_mb": own[min(10, len(own) - 1)],
            "program_end_mb": own[-3],
            "gateway_peak_mb": max(gateway),
            "seconds": seconds,
        }
    )


if __name__ == "__main__":
    main()
