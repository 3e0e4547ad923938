"""Trading for hours of virtual time: nothing of the process grows (F19).

python -m tests.integration.test_soak [HOURS] [SEED]
"""

import json
import logging
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.helpers.chaos_oracle import disagreements
from tests.helpers.chaos_rig import ChaosWorld
from tests.helpers.chaos_work import Trader
from tests.helpers.kill_rig import memory_mb, open_files, threads
from tests.integration.test_order_chaos import MEMORY, settle
from workstation.domain.link import LinkState

IN_THE_GATE = 0.25
WARM_UP = 0.2
"""Share of the run before anything is measured."""

EVERY_SECONDS = 60.0

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
    pytest.mark.usefixtures("silent_log"),
]


def soak(folder: Path, hours: float, seed: int) -> dict[str, float]:
    """Trade once a minute, end an hour with a dropped link, and measure what grows."""
    world = ChaosWorld(folder, seed)
    trader = Trader(world)
    begun = hour = world.clock.seconds
    real, end = time.monotonic(), begun + hours * 3600
    measured_at = begun + WARM_UP * hours * 3600
    before: tuple[float, int, int, float] | None = None
    while world.clock.seconds < end:
        if world.core.desk.link.state is LinkState.READY:
            trader.act()
        world.run(EVERY_SECONDS)
        world.window.messages.clear()
        world.log.truth_lines.clear()
        if world.clock.seconds - hour >= 3600:
            hour = world.clock.seconds
            world.fault("reset")
        if before is None and world.clock.seconds >= measured_at:
            before = (memory_mb(), open_files(), threads(), world.clock.seconds)
    settle(world)
    assert before is not None
    after = (memory_mb(), open_files(), threads(), world.clock.seconds)
    wrong = disagreements(world)
    timers = sum(timer.call is not None for timer in world.core.loop._timers)
    journal = sum(each.stat().st_size for each in folder.glob("journal*")) / 1e6
    world.close()
    assert not wrong, wrong
    measured_hours = (after[3] - before[3]) / 3600
    return {
        "hours": hours,
        "seed": seed,
        "orders": len(list(world.core.desk.orders)),
        "memory_mb_per_hour": round((after[0] - before[0]) / measured_hours, 2),
        "descriptors": after[1] - before[1],
        "threads": after[2] - before[2],
        "timers": timers,
        "journal_mb": round(journal, 1),
        "seconds": round(time.monotonic() - real, 1),
    }


@pytest.mark.timeout(300)
def test_a_quarter_of_an_hour_leaves_nothing_behind(tmp_path: Path) -> None:
    figures = soak(tmp_path, IN_THE_GATE, 1)
    assert figures["descriptors"] == 0
    assert figures["threads"] == 0
    assert figures["timers"] < 60


def main() -> None:
    hours = float(sys.argv[1]) if len(sys.argv) > 1 else IN_THE_GATE
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        sys.stdout.write(json.dumps(soak(Path(folder), hours, seed)) + "\n")


if __name__ == "__main__":
    main()
