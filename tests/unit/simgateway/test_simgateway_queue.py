"""Our orders in the queue of the book: place, partial fills, improvement, slippage, venues."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.unit.simgateway.virtual import VirtualClient, World
from workstation.matching.order_book import MAKER
from workstation.simgateway.venues import VENUES

AAPL = 265598


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def client(world: World) -> VirtualClient:
    return world.client()


def test_an_order_waits_behind_what_stood_there_before_it(
    world: World, client: VirtualClient
) -> None:
    market = world.gateway.markets[AAPL]
    bid = market.book.best_bid()
    assert bid is not None
    ahead = market.book.size_at(bid, buys=True)
    client.place(1, "BUY", 300, market.instrument.price(bid))
    now = int(world.gateway.now())

    def sell(size: int) -> None:
        world.gateway.desk.floor.book(
            market, market.take(MAKER, size, buys=False, limit=bid, now=now)
        )

    sell(ahead)
    order = world.gateway.desk.store.find(1, 1)
    assert order is not None
    assert order.filled == 0
    sell(120)
    order = world.gateway.desk.store.find(1, 1)
    assert order is not None
    assert (order.filled, order.status) == (120, "Submitted")
    (fill,) = client.of(11)
    assert (fill[19], Decimal(fill[20])) == ("120", market.instrument.price(bid))
    assert fill[30] == "1"  # it gave liquidity


def test_a_generous_limit_gets_the_better_price(world: World, client: VirtualClient) -> None:
    market = world.gateway.markets[AAPL]
    ask = market.book.best_ask()
    assert ask is not None
    client.place(1, "BUY", 10, market.instrument.price(ask) + 5)
    assert [Decimal(m[20]) for m in client.of(11)] == [market.instrument.price(ask)]


def test_a_large_order_walks_the_book_and_pays_for_it(world: World, client: VirtualClient) -> None:
    market = world.gateway.markets[AAPL]
    prices = market.book.prices(buys=False)[:3]
    sizes = [market.book.size_at(price, buys=False) for price in prices]
    client.place(1, "BUY", sum(sizes))
    order = world.gateway.desk.store.find(1, 1)
    assert order is not None
    assert order.status == "Filled"
    paid = sum(p * s for p, s in zip(prices, sizes, strict=True))
    assert order.filled_value == market.instrument.price(paid)
    assert order.average_price > market.instrument.price(prices[0])
    assert len({m[17] for m in client.of(11)}) > 1  # at several venues


def test_makers_stand_at_several_venues_and_in_several_orders_at_a_price(world: World) -> None:
    world.run(20)
    market = world.gateway.markets[AAPL]
    for buys in (True, False):
        makers = [one for one in market.book.resting(buys=buys) if one.owner == MAKER]
        assert len({VENUES[one.venue] for one in makers}) >= 5
        prices = [one.price for one in makers]
        assert max(prices.count(price) for price in set(prices)) > 1


def activity(clock: str) -> tuple[int, int]:
    """Return how often the book changed and how much was traded in two minutes."""
    begin = datetime.fromisoformat(f"2026-11-20T{clock}-05:00").astimezone(UTC)
    world = World(begin=begin, real_hours=True)
    market = world.gateway.markets[AAPL]
    world.run(1)
    version, volume = market.book.version, market.quote().volume
    world.run(120)
    return market.book.version - version, market.quote().volume - volume


def test_makers_and_traders_follow_the_time_of_day() -> None:
    opening, noon, evening = (activity(clock) for clock in ("09:31:00", "12:45:00", "18:00:00"))
    assert opening[0] > noon[0] > evening[0]
    assert opening[1] > 2 * noon[1] > 2 * evening[1]
