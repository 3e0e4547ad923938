"""F17 and F3 at size: jumps of the clock, sleep, and a full book of orders and fills."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.helpers.chaos_oracle import disagreements, divergences
from tests.helpers.chaos_rig import ChaosWorld
from tests.helpers.chaos_work import in_doubt
from tests.helpers.cores import ACCOUNT
from tests.integration.test_order_chaos import BACK_SECONDS, settle
from workstation.domain.commands import SubmitOrder
from workstation.domain.finding import Submitted
from workstation.domain.ids import IntentId
from workstation.domain.messages import NoticeArrived
from workstation.domain.notice import Severity
from workstation.domain.order import OrderDraft, OrderType, Side
from workstation.simgateway.instruments import ContractQuery
from workstation.simgateway.order_request import PlaceRequest

ORDERS, FILLS = 200, 1000
CLIENT = 5


@pytest.fixture
def world(tmp_path: Path) -> Iterator[ChaosWorld]:
    world = ChaosWorld(tmp_path, 17)
    yield world
    world.close()


def buy(world: ChaosWorld, name: str, quantity: int = 1) -> object:
    draft = OrderDraft(
        intent_id=IntentId(name), account=ACCOUNT, con_id=world.con_ids[0], side=Side.BUY,
        quantity=Decimal(quantity), order_type=OrderType.MARKET,
    )  # fmt: skip
    return world.ask(SubmitOrder(draft))


def alarms(world: ChaosWorld) -> list[str]:
    return [
        each.notice.text
        for each in world.window.messages
        if isinstance(each, NoticeArrived) and each.notice.severity is Severity.ALARM
    ]


@pytest.mark.parametrize("hours", [1, -1, 24 * 120, -24 * 120])
def test_a_wall_clock_that_jumps_delays_and_doubts_nothing(world: ChaosWorld, hours: int) -> None:
    """An hour to and fro, and across the change to summer time and back."""
    world.run(2)
    for number in range(9):
        assert isinstance(buy(world, f"before {number}", number + 1), Submitted)
    world.clock._start += timedelta(hours=hours)
    assert isinstance(buy(world, "after", 10), Submitted)  # its second has room for a tenth
    world.run(8)

    assert world.is_ready
    assert in_doubt(world) == []
    assert alarms(world) == []
    filled = [each.filled for each in world.core.desk.orders]
    assert filled == list(range(1, 11))
    entries = list(world.core.journal.entries())
    assert all(each.when.utcoffset() == timedelta(0) for each in entries)


def test_a_machine_that_slept_eight_hours_compares_before_it_trades(world: ChaosWorld) -> None:
    buy(world, "before")
    world.run(2)
    world.clock.seconds += 8 * 3600  # monotonic time that runs on while nothing is served
    settle(world)
    assert divergences(world) == []
    assert isinstance(buy(world, "after"), Submitted)
    world.run(2)
    assert divergences(world) == []


@pytest.mark.usefixtures("silent_log")
@pytest.mark.timeout(300)
def test_two_hundred_orders_and_a_thousand_fills_are_known_soon_after_the_link(
    world: ChaosWorld,
) -> None:
    contract = ContractQuery(symbol="AAPL", sec_type="STK", exchange="SMART")
    for number in range(FILLS):
        side = "BUY" if number % 2 else "SELL"
        world.gateway.desk.place(
            CLIENT, PlaceRequest(order_id=1000 + number, contract=contract, side=side,
                                 quantity=Decimal(1), order_type="MKT", tif="DAY"),
        )  # fmt: skip
        if number % 100 == 99:
            world.run(0.5)
    for number in range(ORDERS):
        world.gateway.desk.place(
            CLIENT, PlaceRequest(order_id=3000 + number, contract=contract, side="BUY",
                                 quantity=Decimal(1), order_type="LMT", tif="GTC",
                                 limit_price=Decimal(100)),
        )  # fmt: skip
    world.run(1)
    assert len(world.gateway.desk.executions) >= FILLS
    world.restart_core()
    world.until(lambda: world.is_ready)
    took = world.until(lambda: not disagreements(world), 60)
    assert took <= BACK_SECONDS
    assert len([o for o in world.core.desk.orders if not o.lifecycle.is_terminal]) == ORDERS
