"""The named days: each does to the market what its name says."""

import itertools
import statistics

import pytest

from tests.unit.simgateway.fault_support import Rig
from tests.unit.simgateway.virtual import World
from workstation.simgateway.fault_commands import CommandError
from workstation.simgateway.named_days import NAMED_DAYS

AAPL, IBM = 265598, 8314


def moves(name: str | None, seconds: int = 120) -> tuple[float, float, int]:
    """Return how much the price moved a second, the mean spread, and the volume."""
    world = World(day=NAMED_DAYS[name] if name else None)
    market = world.gateway.markets[AAPL]
    before, prices, spreads = market.quote().volume, [], []
    for _ in range(seconds):
        world.run(1)
        quote = market.quote()
        assert quote.bid is not None
        assert quote.ask is not None
        prices.append(market.fair_price())
        spreads.append(quote.ask - quote.bid)
    steps = [b - a for a, b in itertools.pairwise(prices)]
    return statistics.pstdev(steps), statistics.mean(spreads), market.quote().volume - before


def test_calm_volatile_and_thin_days_are_what_they_are_called() -> None:
    usual, calm, volatile, thin = moves(None), moves("calm"), moves("volatile"), moves("thin")
    assert calm[0] < usual[0] * 0.6
    assert volatile[0] > usual[0] * 2.5
    assert volatile[1] > usual[1] * 1.8
    assert thin[1] > usual[1] * 2.5
    assert thin[2] < usual[2] * 0.6


def test_a_flash_crash_falls_and_comes_back() -> None:
    world = World(day=NAMED_DAYS["flash-crash"])
    market = world.gateway.markets[AAPL]
    start = market.mark()
    world.run(181)
    assert market.mark() < start * 93 / 100
    world.run(310)
    assert market.mark() > start * 97 / 100


def test_a_halted_stock_keeps_orders_waiting_until_it_opens_again() -> None:
    world = World(day=NAMED_DAYS["halt"])
    client = world.client()
    client.request(
        1, 11, 7, 0, "AAPL", "STK", "", "", "", "", "SMART", "", "USD", "", "", 0, "", 0, 0, ""
    )
    market = world.gateway.markets[AAPL]
    start = market.mark()
    world.run(90)
    assert market.is_halted
    assert market.mark() < start * 93 / 100
    printed, before = market.printed, market.quote()
    client.place(1, "BUY", 100)
    world.run(100)
    assert market.printed == printed
    assert market.quote() == before
    assert client.statuses(1)[-1] == "PreSubmitted"
    world.run(200)
    assert not market.is_halted
    assert client.statuses(1)[-1] == "Filled"
    assert [m[4] for m in client.of(45) if m[3] == "49"] == ["0.0", "1.0", "0.0"]


def test_news_moves_one_stock_alone() -> None:
    world = World(day=NAMED_DAYS["news-spike"])
    one, other = world.gateway.markets[IBM], world.gateway.markets[AAPL]
    first, second = one.mark(), other.mark()
    world.run(66)
    assert one.mark() > first * 103 / 100
    assert abs(other.mark() / second - 1) < 0.01


def test_the_nightly_restart_says_so_and_goes_away() -> None:
    world = World(day=NAMED_DAYS["nightly-restart"])
    client = world.client()
    world.run(91)
    assert [c for c in client.errors(-1) if c < 2000] == [1100, 1100, 1102]
    assert world.gateway.away_until == 0
    world.run(66)
    assert world.gateway.away_until > world.clock.monotonic()


@pytest.mark.parametrize("name", sorted(NAMED_DAYS))
def test_a_named_day_repeats(name: str) -> None:
    def run() -> object:
        world = World(day=NAMED_DAYS[name])
        world.run(65)
        return [market.quote() for market in world.gateway.markets.values()]

    assert run() == run()


def test_the_control_channel_moves_halts_and_corrects() -> None:
    rig = Rig()
    gateway, market = rig.world.gateway, rig.world.gateway.markets[AAPL]
    client = rig.world.client(9)
    start = market.mark()
    rig.do("move", symbol="AAPL", percent=5, seconds=2)
    rig.wait(4)
    assert market.mark() > start * 104 / 100
    rig.do("halt", symbol="AAPL")
    assert market.is_halted
    rig.do("resume", symbol="AAPL")
    rig.do("regime", symbol="AAPL", spread=10)
    rig.wait(2)
    quote = market.quote()
    assert quote.ask is not None
    assert quote.bid is not None
    assert quote.ask - quote.bid > 0.05

    client.place(1, "BUY", 10)
    exec_id = next(reversed(gateway.desk.executions))
    rig.do("correct", exec_id=exec_id, price=400)
    (found,) = (e for e in gateway.desk.executions.values() if e.exec_id[:-2] == exec_id[:-2])
    assert found.price == 400
    rig.do("bust", exec_id=found.exec_id)
    with pytest.raises(CommandError):
        rig.do("bust", exec_id="none")
    with pytest.raises(CommandError):
        rig.do("halt")
    with pytest.raises(CommandError):
        rig.do("correct", exec_id=exec_id)
    rig.server.close()
