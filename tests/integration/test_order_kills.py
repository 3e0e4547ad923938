"""The program is killed with -9 at every labelled point of its work: no order is lost or doubled (F2).

python -m tests.integration.test_order_kills [KILLS] [FIRST_SEED]
"""

import json
import logging
import random
import select
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.helpers.chaos_oracle import divergences
from tests.helpers.chaos_rig import ChaosWorld
from tests.helpers.gateway import ROOT
from tests.helpers.mortal_core import POINTS, RULE_POINTS
from tests.helpers.rule_work import rule_faults, rules_made
from tests.integration.test_order_chaos import MEMORY, settle

IN_THE_GATE = 50
FEWEST_POINTS = 15
FEWEST_AT_RULES = 4

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="forks and kills"),
    pytest.mark.usefixtures("silent_log"),
]


@contextmanager
def mortals() -> Iterator[subprocess.Popen[str]]:
    """Run the process that cores are forked from."""
    command = [sys.executable, "-m", "tests.helpers.mortal_core"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def die_once(
    mortal: subprocess.Popen[str], folder: Path, seed: int, point: str
) -> tuple[str, int, int]:
    """Let a core trade and die; come back, compare; return where it died, its orders and rules.

    Raises AssertionError with the seed, the point and every divergence.
    """
    world = ChaosWorld(folder, seed, with_core=False)
    turn = random.Random(seed).choice((1, 1, 2, 3, 8, 20))
    wish = {"folder": str(folder), "port": world.port, "seed": seed, "point": point, "turn": turn}
    assert mortal.stdin is not None
    assert mortal.stdout is not None
    mortal.stdin.write(json.dumps(wish) + "\n")
    mortal.stdin.flush()
    try:
        while not select.select([mortal.stdout], [], [], 0)[0]:
            world.serve(0.01)
        died_at = json.loads(mortal.stdout.readline())["died_at"]
        world.serve(0.0)  # what left before the end arrives
        world.come_back()
        settle(world)
        found = [*divergences(world), *rule_faults(world)]
        orders = len(list(world.core.desk.orders))
        rules = rules_made(world)
    except AssertionError as error:
        raise AssertionError(f"seed {seed}, killed at {point!r} ({turn}): {error}") from error
    finally:
        world.close()
    assert not found, f"seed {seed}, killed at {point!r} ({turn}): " + "; ".join(found)
    return died_at, orders, rules


def run_kills(kills: int, first_seed: int) -> dict[str, object]:
    """Kill so often, at each point in turn."""
    died: Counter[str] = Counter()
    orders = rules = 0
    begun = time.monotonic()
    with mortals() as mortal:
        seed = first_seed
        while died.total() - died[""] < kills:
            point = POINTS[seed % len(POINTS)]
            with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
                died_at, more, watched = die_once(mortal, Path(folder), seed, point)
            died[died_at] += 1
            orders += more
            rules += watched
            seed += 1
            assert died[""] <= kills, "the points are not reached"
    return {
        "kills": died.total() - died[""],
        "not_reached": died[""],
        "first_seed": first_seed,
        "points": len([each for each in died if each]),
        "at_rule_points": sum(died[each] for each in RULE_POINTS),
        "orders": orders,
        "rules": rules,
        "divergences": 0,
        "seconds": round(time.monotonic() - begun, 1),
    }


@pytest.mark.timeout(300)
def test_no_kill_loses_or_doubles_an_order_or_fires_a_rule_twice() -> None:
    figures = run_kills(IN_THE_GATE, 1)
    assert figures["kills"] == IN_THE_GATE
    assert int(str(figures["points"])) >= FEWEST_POINTS
    assert int(str(figures["at_rule_points"])) >= FEWEST_AT_RULES
    assert int(str(figures["rules"])) > IN_THE_GATE


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else IN_THE_GATE
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    logging.disable(logging.CRITICAL)
    sys.stdout.write(json.dumps(run_kills(kills, seed)) + "\n")


if __name__ == "__main__":
    main()
