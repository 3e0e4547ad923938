"""Market-data lines of every kind of contract, live and delayed, with what was asked beside."""

import math
from typing import Any

import pytest

from tests.unit.simgateway.contracts import contract
from tests.unit.simgateway.virtual import VirtualClient, World
from workstation.simgateway.instruments import BY_CON_ID, CHAINS
from workstation.simgateway.requests_market import MAX_LINES

DARK, PAID = "SIMDARK", "SIMPAID"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def client(world: World) -> VirtualClient:
    return world.client()


def line(
    client: VirtualClient, req_id: int, wanted: list[Any], generic: str = "", snapshot: int = 0
) -> list[list[str]]:
    return client.request(1, 11, req_id, *wanted, 0, generic, snapshot, 0, "")


def prices(messages: list[list[str]]) -> dict[int, float]:
    """Return the newest price of each tick type."""
    return {int(m[3]): float(m[4]) for m in messages if m[0] == "1"}


def sizes(messages: list[list[str]]) -> dict[int, str]:
    return {int(m[3]): m[4] for m in messages if m[0] == "2"}


def computations(messages: list[list[str]]) -> dict[int, list[float]]:
    return {int(m[2]): [float(x) for x in m[4:]] for m in messages if m[0] == "21"}


def test_a_currency_has_quotes_but_no_trades(client: VirtualClient) -> None:
    answer = line(client, 1, contract("EUR", "CASH", "IDEALPRO"))
    found = prices(answer)
    assert set(found) == {1, 2, 6, 7, 9, 14}
    assert 0 < found[2] - found[1] < 0.0005
    assert abs(found[1] / 0.00005 - round(found[1] / 0.00005)) < 1e-6
    assert set(sizes(answer)) == {0, 3}
    assert answer[0] == ["81", "1", "0.00005", "9c0001", "3"]


def test_an_index_has_a_last_but_no_quote(client: VirtualClient) -> None:
    answer = line(client, 1, contract("SPX", "IND", "CBOE"))
    assert set(prices(answer)) == {4, 6, 7, 9, 14}
    assert prices(answer)[9] == 6812.5
    assert sizes(answer) == {}


def test_coins_trade_in_fractions(client: VirtualClient) -> None:
    answer = line(client, 1, contract("BTC", "CRYPTO", "PAXOS"))
    assert 0 < float(sizes(answer)[0]) < 5
    assert "." in sizes(answer)[0] or "." in sizes(answer)[3]


def test_a_continuous_future_has_no_quotes(client: VirtualClient) -> None:
    line(client, 1, contract("ES", "CONTFUT", "CME"))
    assert client.errors(1) == [200]


def test_an_option_comes_with_greeks_that_fit_its_prices(
    world: World, client: VirtualClient
) -> None:
    wanted = contract("AAPL", "OPT", expiry="20261218", strike="430", right="P")
    answer = line(client, 1, wanted)
    found, greeks = prices(answer), computations(answer)
    assert set(greeks) == {10, 11, 12, 13}
    for tick, price in ((10, 1), (11, 2), (12, 4)):
        assert greeks[tick][2] == found[price]
    model = greeks[13]
    iv, delta, price, dividend, gamma, vega, theta, under = model
    assert found[1] - 0.3 <= price <= found[2] + 0.3
    assert -0.7 < delta < -0.3
    assert dividend == 0
    assert gamma > 0 < vega
    assert theta < 0
    assert greeks[10][0] <= iv + 0.02
    stock = world.gateway.markets[265598]
    assert under == pytest.approx(stock.fair_price(), rel=1e-6)
    pricing = BY_CON_ID[_option(430, "P")].pricing
    assert pricing is not None
    assert pricing.price(under, world.gateway.now()) == pytest.approx(price, rel=1e-3)


def _option(strike: int, right: str) -> int:
    return next(
        one.con_id
        for one in BY_CON_ID.chain(CHAINS[0])
        if (one.strike, one.right, f"{one.last_trade_date}") == (strike, right, "2026-12-18")
    )


def test_greeks_that_cannot_be_computed_are_marked(world: World, client: VirtualClient) -> None:
    far = contract("AAPL", "OPT", expiry="20261120", strike="305", right="P")
    answer = line(client, 1, far)
    assert prices(answer)[1] == -1
    assert computations(answer)[10][:3] == [-1, -2, -1]
    assert all(math.isfinite(x) for values in computations(answer).values() for x in values)


def test_data_that_cost_extra_are_refused_live_and_shown_delayed(
    world: World, client: VirtualClient
) -> None:
    answer = line(client, 1, contract(PAID))
    assert [m[0] for m in answer] == ["81", "4"]
    assert client.errors(1) == [10089]
    assert "Delayed market data is available.SIMPAID NASDAQ/TOP/ALL" in answer[1][3]

    client.request(59, 1, 3)
    answer = line(client, 2, contract(PAID))
    assert client.errors(2) == [10167]
    assert ["58", "1", "2", "3"] in answer
    assert set(prices(answer)) == {66, 67, 68, 72, 73, 75, 76}
    assert set(sizes(answer)) == {69, 70, 71, 74}
    # what is entitled stays live
    assert ["58", "1", "3", "1"] in line(client, 3, contract("IBM"))


def test_delayed_data_are_those_of_a_quarter_of_an_hour_ago(
    world: World, client: VirtualClient
) -> None:
    client.request(59, 1, 3)
    answer = line(client, 2, contract(PAID))
    ago = int(world.gateway.now()) - 900
    market = next(m for m in world.gateway.markets.values() if m.instrument.symbol == PAID)
    bar = [b for b in market.day.minutes() if b.time + 60 <= ago][-1]
    assert prices(answer)[68] == market.instrument.quoted(bar.close)


def test_data_that_are_not_to_be_had_at_all(client: VirtualClient) -> None:
    client.request(59, 1, 3)
    line(client, 1, contract(DARK))
    assert client.errors(1) == [354]


def test_shortability_tells_easy_from_hard(client: VirtualClient) -> None:
    for req_id, symbol, how, shares in (
        (1, "IBM", "3.0", "10000000"),
        (2, "SIMHTB", "2.0", "1500"),
        (3, "SIMNOSH", "1.0", "0"),
    ):
        answer = line(client, req_id, contract(symbol), "236")
        assert ["45", "6", str(req_id), "46", how] in answer
        assert sizes(answer)[89] == shares


def test_dividends_of_a_stock_that_pays(client: VirtualClient) -> None:
    answer = line(client, 1, contract("SIMDIV"), "456")
    assert ["46", "6", "1", "59", "3.00,3.00,20261215,0.25"] in answer
    answer = line(client, 2, contract("IBM"), "456")
    assert ["46", "6", "2", "59", ",,,"] in answer


def test_statistics_agree_with_the_daily_bars(world: World, client: VirtualClient) -> None:
    answer = line(client, 1, contract("IBM"), "104,105,106,165,232")
    found = prices(answer)
    history = world.gateway.histories[8314]
    days = [bar for _, bar in history.spans(history.sessions()[-65:], 2**62)]
    assert found[15] == min(bar.low for bar in days) / 100
    assert found[16] == max(bar.high for bar in days) / 100
    assert found[19] <= found[17] <= found[15] < found[16] <= found[18] <= found[20]
    assert found[1] <= found[37] <= found[2]
    generic = {int(m[3]): float(m[4]) for m in answer if m[0] == "45"}
    assert 0.1 < generic[23] < 0.5
    assert generic[24] == 0.24
    assert int(sizes(answer)[21]) > 1000
    assert int(sizes(answer)[87]) > 0


def test_each_print_has_its_rt_volume(world: World, client: VirtualClient) -> None:
    line(client, 1, contract("AAPL"), "233")
    market = world.gateway.markets[265598]
    before, volume = market.printed, market.quote().volume
    world.run(20)
    found = [m[4].split(";") for m in client.of(46) if m[3] == "48"]
    new = market.newest(market.printed - before)
    assert len(found) == len(new) > 5
    assert [(float(f[0]), int(f[1])) for f in found] == [(p.price / 100, p.size) for p in new]
    assert int(found[0][3]) == volume + new[0].size
    assert int(found[-1][3]) == market.quote().volume
    bar = market.day.day_bar()
    assert bar is not None
    assert float(found[-1][4]) == pytest.approx(bar.average / 100, abs=0.01)


def test_a_combination_is_priced_from_its_legs(world: World, client: VirtualClient) -> None:
    low, high = _option(420, "C"), _option(440, "C")
    legs = [2, low, 1, "BUY", "SMART", high, 1, "SELL", "SMART"]
    answer = line(client, 1, [*contract("AAPL", "BAG"), *legs])
    found = prices(answer)
    markets = world.gateway.markets
    worth = markets[low].fair_price() - markets[high].fair_price()
    assert found[1] - 0.2 < worth < found[2] + 0.2
    assert found[9] == pytest.approx(
        markets[low].closed_at() - markets[high].closed_at(), abs=0.011
    )
    # sold instead of bought it has the negative price
    legs = [2, low, 1, "SELL", "SMART", high, 1, "BUY", "SMART"]
    found = prices(line(client, 2, [*contract("AAPL", "BAG"), *legs]))
    assert found[1] < found[2] < 0
    line(client, 3, [*contract("AAPL", "BAG"), 2, low, 1, "BUY", "SMART", 5, 1, "SELL", "SMART"])
    assert client.errors(3) == [200]


def test_wrong_lines_are_refused(client: VirtualClient) -> None:
    line(client, 1, contract("IBM"), "233,31337")
    assert client.errors(1) == [321]
    line(client, 2, contract("IBM"), "233", snapshot=1)
    assert client.errors(2) == [321]
    line(client, 3, contract("IBM", exchange=""))
    assert client.errors(3) == [321]
    for req_id in range(100, 100 + MAX_LINES):
        line(client, req_id, contract("IBM"))
    line(client, 4, contract("IBM"))
    assert client.errors(4) == [101]
    line(client, 100, contract("IBM"))
    assert client.errors(100) == [102]


def test_a_stock_is_halted_by_the_clock_and_resumes(world: World, client: VirtualClient) -> None:
    line(client, 1, contract("SIMHALT"))
    world.run(1)
    world.clock.seconds = 20 * 60 - 1  # it began on the hour
    world.run(3)
    assert client.of(45)[-1] == ["45", "6", "1", "49", "1.0"]
    market = world.gateway.markets[910000003]
    printed = market.printed
    world.run(5)
    assert market.printed == printed
    world.clock.seconds = 25 * 60 - 1
    world.run(10)
    assert client.of(45)[-1] == ["45", "6", "1", "49", "0.0"]
    assert market.printed > printed
