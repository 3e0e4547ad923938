"""Market-data types 1 to 4: what a line shows of a market that is open, closed or not paid for."""

from typing import Any

import pytest

from tests.unit.simgateway.contracts import contract
from tests.unit.simgateway.virtual import VirtualClient, World
from workstation.simgateway.instruments import BY_CON_ID, Entitlement
from workstation.simgateway.named_days import NAMED_DAYS

AAPL = 265598
BID, ASK, DELAYED_BID = "1", "2", "66"


def line(client: VirtualClient, req_id: int, kind: int, query: list[Any]) -> None:
    client.request(59, 1, kind)
    client.request(1, 11, req_id, *query, 0, "", 0, 0, "")


def told(client: VirtualClient, req_id: int) -> list[str]:
    return [m[3] for m in client.of(58) if m[2] == str(req_id)]


def prices(client: VirtualClient, req_id: int, tick: str) -> list[float]:
    return [float(m[4]) for m in client.of(1) if m[2:4] == [str(req_id), tick]]


@pytest.fixture
def evening() -> World:
    """A day five minutes before its close."""
    return World(day=NAMED_DAYS["close"])


def close(world: World) -> None:
    """Let the days go by until nobody trades stocks: the weekend, as nights have a session."""
    until(world, AAPL, closed=True)


def until(world: World, con_id: int, *, closed: bool) -> None:
    market = world.gateway.markets[con_id]
    for _ in range(1000):
        if market.is_closed == closed:
            return
        world.clock.seconds += 600
        world.run(0.2)
    raise AssertionError("it never came")


def test_an_open_market_is_live_whatever_was_asked() -> None:
    client = World().client()
    for req_id, kind in enumerate((1, 2, 3, 4), start=1):
        line(client, req_id, kind, contract("AAPL"))
        assert told(client, req_id) == ["1"]
        assert prices(client, req_id, BID)[-1] > 0


def test_a_closed_market_keeps_its_last_quote_for_those_who_ask_for_it(evening: World) -> None:
    client = evening.client()
    line(client, 1, 1, contract("AAPL"))
    line(client, 2, 2, contract("AAPL"))
    evening.run(1)
    close(evening)
    evening.run(0.3)

    assert told(client, 1) == ["1"]
    assert prices(client, 1, BID)[-1] == -1.0
    assert told(client, 2) == ["1", "2"]
    bid, ask = prices(client, 2, BID)[-1], prices(client, 2, ASK)[-1]
    assert 0 < bid < ask
    assert evening.gateway.markets[AAPL].quote().bid is None
    line(client, 3, 2, contract("AAPL"))  # one who comes when it is closed sees the same
    assert told(client, 3) == ["2"]
    assert (prices(client, 3, BID)[-1], prices(client, 3, ASK)[-1]) == (bid, ask)


def test_a_market_that_opens_again_is_live_again(evening: World) -> None:
    client = evening.client()
    close(evening)
    line(client, 1, 2, contract("AAPL"))
    until(evening, AAPL, closed=False)
    evening.run(1)

    assert told(client, 1) == ["2", "1"]


def test_what_is_not_paid_for_is_delayed_and_delayed_frozen(evening: World) -> None:
    unpaid = next(
        i for i in BY_CON_ID.values() if i.entitlement not in {Entitlement.LIVE, Entitlement.NONE}
    )
    query = contract(unpaid.symbol, unpaid.sec_type, unpaid.exchanges[0], unpaid.currency)
    query[0] = unpaid.con_id
    client = evening.client()
    line(client, 1, 3, query)
    line(client, 2, 4, query)
    assert told(client, 1) == told(client, 2) == ["3"]
    until(evening, unpaid.con_id, closed=True)
    evening.run(1.2)

    assert (told(client, 1), told(client, 2)) == (["3"], ["3", "4"])
    assert prices(client, 2, DELAYED_BID)[-1] > 0


@pytest.mark.parametrize("kind", [1, 2])
def test_what_is_not_paid_for_has_no_live_and_no_frozen_line(kind: int) -> None:
    unpaid = next(
        i for i in BY_CON_ID.values() if i.entitlement not in {Entitlement.LIVE, Entitlement.NONE}
    )
    query = contract(unpaid.symbol, unpaid.sec_type, unpaid.exchanges[0], unpaid.currency)
    query[0] = unpaid.con_id
    client = World().client()
    line(client, 1, kind, query)

    assert client.errors(1) == [10089]
    assert told(client, 1) == []
