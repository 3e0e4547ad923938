"""From process start to the painted window and to the first price, in the packaged demo.

python3 run.py package
python -m tests.benchmarks.startup_packaged [RUNS]

As tests.benchmarks.startup, with the program in dist/.
"""

import sys
import tempfile
from pathlib import Path

from tests.benchmarks.report import median, print_report
from tests.benchmarks.startup import ROOT, run_once

PROGRAM = ROOT / "dist" / "workstation" / "workstation"


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    if not PROGRAM.exists():
        sys.exit("There is nothing packaged yet: python3 run.py package")
    with tempfile.TemporaryDirectory() as folder:
        run_once(Path(folder), [str(PROGRAM)])
        results = [run_once(Path(folder), [str(PROGRAM)]) for _ in range(runs)]
    painted = [result["painted"] for result in results]
    priced = [result["first price"] for result in results]
    print_report(
        {
            "packaged_painted_ms": median(painted),
            "packaged_painted_worst_ms": max(painted),
            "packaged_first_price_ms": median(priced),
            "packaged_first_price_worst_ms": max(priced),
            "runs": runs,
        }
    )


if __name__ == "__main__":
    main()
