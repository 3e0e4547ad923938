"""Random order work while everything between breaks: what is believed converges on the truth (F3).

python -m tests.integration.test_order_chaos [SCENARIOS] [FIRST_SEED]
"""

import gc
import json
import logging
import sys
import tempfile
import time
import warnings
from pathlib import Path

import pytest

from tests.helpers.chaos_oracle import disagreements, divergences, missed_orders
from tests.helpers.chaos_rig import ChaosWorld
from tests.helpers.chaos_work import Breaker, Trader, in_doubt
from workstation.domain.commands import ConfirmNotPlaced
from workstation.domain.order_status import OrderFlag

IN_THE_GATE = 500
AT_A_TIME = 25
BACK_SECONDS = 5.0
"""F3: so soon after the link is back the program knows every order that the broker has."""

SETTLED_SECONDS = 150.0
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where the files of a scenario lie: what is tested is the order of writes, not the disk."""

pytestmark = pytest.mark.usefixtures("silent_log")


def scenario(folder: Path, seed: int) -> float:
    """Play one scenario; returns the virtual seconds from the link's return to agreement.

    Raises AssertionError with the seed and every divergence.
    """
    world = ChaosWorld(folder, seed)
    trader, breaker = Trader(world), Breaker(world)
    seen: set[str] = set()
    world.on_look = lambda: seen.update(missed_orders(world))
    try:
        for number in range(world.random.randint(6, 14)):
            if number < 3 or world.random.random() < 0.6:
                trader.act()
            else:
                breaker.break_something()
            world.run(world.random.choice((0.0, 0.05, 0.5, world.random.uniform(0, 4))))
        breaker.heal()
        world.until(lambda: not world.is_linked)  # the old session is dead, but it must notice
        agreed_after = settle(world)
        found = [*sorted(seen), *divergences(world)]
    except AssertionError as error:
        raise AssertionError(f"seed {seed} ({', '.join(breaker.said)}): {error}") from error
    finally:
        world.close()
    assert not found, f"seed {seed} ({', '.join(breaker.said)}): " + "; ".join(found)
    assert agreed_after <= BACK_SECONDS, f"seed {seed}: agreement took {agreed_after} s"
    return agreed_after


def settle(world: ChaosWorld) -> float:
    """Wait for the link, for agreement with the broker, and for the end of every doubt.

    Returns the virtual seconds from the handshake of the new session to agreement.
    """
    world.until(lambda: world.is_linked, 120)
    back_at = world.clock.seconds
    world.until(lambda: world.is_ready, 120)
    try:
        world.until(lambda: not disagreements(world), SETTLED_SECONDS)
    except AssertionError:
        raise AssertionError(f"no agreement: {'; '.join(disagreements(world))}") from None
    agreed_after = world.clock.seconds - back_at
    confirmed: set[object] = set()

    def settled() -> bool:
        for order in world.core.desk.orders:
            if OrderFlag.ABSENT in order.flags and order.key not in confirmed:
                confirmed.add(order.key)  # the trader looked into TWS: it is not there
                world.send(ConfirmNotPlaced(order.key))
        return world.is_ready and not world.core.desk.reconciler.running and not in_doubt(world)

    try:
        world.until(settled, SETTLED_SECONDS)
    except AssertionError:
        raise AssertionError(f"still in doubt: {'; '.join(in_doubt(world))}") from None
    world.run(1.0)
    return agreed_after


def run_scenarios(count: int, first_seed: int) -> dict[str, float]:
    """Play so many scenarios of consecutive seeds; the first that diverges ends it."""
    slowest = 0.0
    begun = time.monotonic()
    gc.collect()
    gc.freeze()  # or each collection looks through all that is imported
    for seed in range(first_seed, first_seed + count):
        with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
            slowest = max(slowest, scenario(Path(folder), seed))
        with warnings.catch_warnings():  # what was killed has left its sockets as it stood
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
    gc.unfreeze()
    return {
        "scenarios": count,
        "first_seed": first_seed,
        "divergences": 0,
        "slowest_agreement_s": round(slowest, 2),
        "seconds": round(time.monotonic() - begun, 1),
    }


@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", range(IN_THE_GATE // AT_A_TIME))
def test_the_program_converges_on_the_truth(part: int) -> None:
    assert run_scenarios(AT_A_TIME, 1 + part * AT_A_TIME)["divergences"] == 0


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [11006, 11266, 15136])
def test_an_order_filled_and_corrected_while_the_link_was_down_is_filled(seed: int) -> None:
    assert run_scenarios(1, seed)["divergences"] == 0


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else IN_THE_GATE
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    logging.disable(logging.CRITICAL)
    sys.stdout.write(json.dumps(run_scenarios(count, seed)) + "\n")


if __name__ == "__main__":
    main()
