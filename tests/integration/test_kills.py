"""The gateway is killed and comes back at random moments: nothing is lost, doubled or leaked.

python -m tests.integration.test_kills [KILLS] [SEED]
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.helpers.kill_rig import ORDERS, KillRig, memory_mb, open_files, threads

WARM_UP = 3
"""Kills before memory, descriptors and timers are measured."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="counts descriptors in /proc")


def kill_once(rig: KillRig) -> float:
    """Kill at a random moment, also of a start; returns the seconds from back to all flowing."""
    rig.kill_gateway()
    rig.until(lambda: not rig.is_ready)  # else the chart would follow in the dead session
    rig.run(rig.random.choice((0.0, 0.1, 1.0, rig.random.uniform(0, 30))))
    rig.start_gateway()
    if rig.random.random() < 0.3:  # once more, in the middle of connecting and comparing
        rig.run(rig.random.uniform(0, 1.5))
        rig.kill_gateway()
        rig.until(lambda: not rig.is_ready)
        rig.run(rig.random.uniform(0, 2))
        rig.start_gateway()
    back_at = rig.clock.seconds
    rig.until(lambda: rig.is_ready)
    ready_after = rig.clock.seconds - back_at
    rig.follow_chart()
    rig.until(rig.all_flows)
    rig.until(lambda: rig.working_orders() == ORDERS)
    rig.run(rig.random.uniform(0, 3))
    return ready_after


def run_kills(kills: int, seed: int, folder: Path) -> dict[str, float]:
    """Kill so often; raises AssertionError with the number of the kill at which something broke."""
    rig = KillRig(folder, seed)
    try:
        rig.begin()
        slowest, before = 0.0, (0.0, 0, 0, 0)
        for number in range(kills):
            slowest = max(slowest, kill_once(rig))
            assert rig.faults == [], f"kill {number}: {rig.faults}"
            assert rig.open_requests() == 9, f"kill {number}: {rig.open_requests()} requests"
            assert len(list(rig.core.desk.orders)) == ORDERS, f"kill {number}: orders doubled"
            if number == min(WARM_UP, kills - 1):
                before = (memory_mb(), open_files(), threads(), rig.timers())
        after = (memory_mb(), open_files(), threads(), rig.timers())
        assert after[1] == before[1], f"descriptors: {before[1]} became {after[1]}"
        assert after[2] == before[2], f"threads: {before[2]} became {after[2]}"
        assert after[3] <= before[3] + 5, f"timers: {before[3]} became {after[3]}"
    finally:
        rig.close()
    return {
        "kills": kills,
        "seed": seed,
        "memory_growth_mb": round(after[0] - before[0], 1),
        "slowest_ready_s": round(slowest, 2),
        "virtual_hours": round((rig.clock.seconds - 1000) / 3600, 2),
    }


def test_twenty_kills_lose_and_double_and_leak_nothing(tmp_path: Path) -> None:
    figures = run_kills(20, 1, tmp_path)
    assert figures["memory_growth_mb"] < 40


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        figures = run_kills(kills, seed, Path(folder))
    figures["seconds"] = round(time.monotonic() - begun, 1)
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
