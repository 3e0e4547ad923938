"""Option calculations, scans, bulletins, depth and prints of what is not a US stock."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from tests.unit.simgateway.contracts import contract
from tests.unit.simgateway.virtual import VirtualClient, World
from workstation.simgateway.instruments import BY_CON_ID
from workstation.simgateway.scanner import INSTRUMENTS, SCANS

PUT = contract("AAPL", "OPT", expiry="20261218", strike="430", right="P")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def client(world: World) -> VirtualClient:
    return world.client()


# ---- options -----------------------------------------------------------------------------


def test_volatility_and_price_undo_each_other(client: VirtualClient) -> None:
    (answer,) = client.request(55, 3, 1, *PUT, "0.31", "425", "")
    assert answer[:3] == ["21", "1", "53"]
    iv, delta, price, _, gamma, vega, theta, under = map(float, answer[4:])
    assert (iv, under) == (0.31, 425)
    assert 5 < price < 40
    (back,) = client.request(54, 3, 2, *PUT, answer[6], "425", "")
    assert float(back[4]) == pytest.approx(0.31, abs=1e-5)
    assert [float(x) for x in back[5:]] == pytest.approx(
        [delta, price, 0, gamma, vega, theta, under], rel=1e-3
    )
    # a small move of the underlying moves the price by delta, of the volatility by vega
    (near,) = client.request(55, 3, 3, *PUT, "0.31", "425.1", "")
    assert float(near[6]) - price == pytest.approx(0.1 * delta, abs=0.002)
    (near,) = client.request(55, 3, 4, *PUT, "0.32", "425", "")
    assert float(near[6]) - price == pytest.approx(vega, rel=0.02)


def test_a_price_no_volatility_gives(client: VirtualClient) -> None:
    (answer,) = client.request(54, 3, 1, *PUT, "0.5", "300", "")  # worth 130 at least
    assert answer[4:7] == ["-1.0", "-2.0", "0.5"]


@pytest.mark.parametrize(
    "fields",
    [
        [*contract("AAPL"), "0.3", "425", ""],
        [*PUT, "", "425", ""],
        [*PUT, "-1", "425", ""],
        [*PUT, "0.3", "0", ""],
    ],
)
@pytest.mark.parametrize("message_id", [54, 55])
def test_wrong_calculations(client: VirtualClient, message_id: int, fields: list[Any]) -> None:
    client.request(message_id, 3, 1, *fields)
    assert client.errors(1) == [321]


# ---- scans -------------------------------------------------------------------------------


def scan(
    client: VirtualClient,
    req_id: int,
    code: str,
    kind: str = "STK",
    location: str = "STK.US.MAJOR",
    *,
    rows: int = -1,
    above: Any = "",
    filters: str = "",
) -> list[list[str]]:
    """Ask for a scan; return the sixteen fields of each row."""
    head = [22, req_id, rows, kind, location, code, above, "", ""]
    answer = client.request(*head, *[""] * 10, "", "", "", "", "", filters, "")
    if answer[0][0] == "4":
        return []
    assert answer[0][:3] == ["20", "3", str(req_id)]
    found = [answer[0][i : i + 16] for i in range(4, len(answer[0]), 16)]
    assert len(found) == int(answer[0][3])
    assert [row[0] for row in found] == [str(n) for n in range(len(found))]
    return found


def change(world: World, row: list[str]) -> float:
    quote = world.gateway.markets[int(row[1])].quote()
    return quote.last / quote.previous_close - 1


def test_gainers_come_in_the_order_of_their_quotes(world: World, client: VirtualClient) -> None:
    gainers = scan(client, 1, "TOP_PERC_GAIN")
    assert len(gainers) > 15
    changes = [change(world, row) for row in gainers]
    assert changes == sorted(changes, reverse=True)
    losers = scan(client, 2, "TOP_PERC_LOSE")
    assert [row[1] for row in losers] == [row[1] for row in reversed(gainers)]
    assert gainers[0][3:4] + gainers[0][7:9] == ["STK", "SMART", "USD"]
    assert len(scan(client, 3, "TOP_PERC_GAIN", rows=4)) == 4


def test_filters_and_places(world: World, client: VirtualClient) -> None:
    dear = scan(client, 1, "MOST_ACTIVE", above=200)
    assert dear
    assert all(world.gateway.markets[int(row[1])].quote().last >= 200 for row in dear)
    rising = scan(client, 2, "TOP_PERC_GAIN", filters="changePercAbove=0;priceBelow=x;")
    assert rising
    assert all(change(world, row) >= 0 for row in rising)
    nyse = scan(client, 3, "MOST_ACTIVE", location="STK.NYSE")
    assert {BY_CON_ID[int(row[1])].primary_exchange for row in nyse} == {"NYSE"}
    funds = scan(client, 4, "MOST_ACTIVE", "ETF.EQ.US", "ETF.EQ.US.MAJOR")
    assert {row[2] for row in funds} == {"SPY", "QQQ", "IWM", "TLT"}
    futures = scan(client, 5, "MOST_ACTIVE", "FUT.US", "FUT.CME")
    assert {row[2] for row in futures} == {"ES", "MES", "NQ", "EUR"}
    assert all(row[4] for row in futures)


@pytest.mark.parametrize("code", SCANS)
def test_every_scan_of_the_parameters_is_served(client: VirtualClient, code: str) -> None:
    assert scan(client, 1, code)


def test_the_parameters_name_what_there_is(client: VirtualClient) -> None:
    (answer,) = client.request(24, 1)
    assert answer[:2] == ["19", "1"]
    tree = ET.fromstring(answer[2])
    assert {e.text for e in tree.iter("scanCode")} == set(SCANS)
    assert {e.text for e in tree.iter("type")} == set(INSTRUMENTS)
    for place in tree.iter("Location"):
        kind, code = place.findtext("instruments"), place.findtext("locationCode")
        assert scan(client, 1, "MOST_ACTIVE", str(kind), str(code))
        client.request(23, 1, 1)


def test_a_scan_is_sent_again_until_it_is_cancelled(world: World, client: VirtualClient) -> None:
    scan(client, 1, "MOST_ACTIVE")
    world.run(31)
    assert len(client.of(20)) == 2
    client.request(23, 1, 1)
    client.request(23, 1, 1)
    assert client.errors(1) == [162, 365]
    world.run(31)
    assert len(client.of(20)) == 2


def test_scans_that_are_refused(client: VirtualClient) -> None:
    for req_id, args in enumerate((("NO_SUCH",), ("MOST_ACTIVE", "STK", "STK.MARS"))):
        scan(client, req_id, *args)
        assert client.errors(req_id) == [162]
    for req_id in range(10, 20):
        scan(client, req_id, "MOST_ACTIVE", rows=1)
    scan(client, 20, "MOST_ACTIVE")
    assert client.errors(20) == [322]


# ---- bulletins ---------------------------------------------------------------------------


def test_bulletins_of_the_day_and_then_as_they_come(world: World, client: VirtualClient) -> None:
    client.request(12, 1, 1)
    today = client.of(14)
    assert len(today) == 10  # it is ten o'clock
    assert [int(m[2]) for m in today] == sorted(int(m[2]) for m in today)
    assert all(m[3] in "123" and m[4].startswith("Simulated") for m in today)
    world.clock.seconds += 3600
    world.run(2)
    assert len(client.of(14)) == 11
    client.request(13, 1)
    world.clock.seconds += 7200
    world.run(2)
    assert len(client.of(14)) == 11
    other = world.client(2)
    other.request(12, 1, 0)
    assert other.of(14) == []


# ---- depth and prints --------------------------------------------------------------------


def test_a_book_at_one_place_has_one_row_a_price(world: World, client: VirtualClient) -> None:
    future = contract("ES", "FUT", "CME", expiry="202612")
    answer = client.request(10, 5, 1, *future, 5, 0, "")
    assert {m[0] for m in answer} == {"12"}
    bids = [m for m in answer if m[5] == "1"]
    prices = [float(m[6]) for m in bids]
    assert len(set(prices)) == 5
    assert prices == sorted(prices, reverse=True)
    market = next(m for m in world.gateway.markets.values() if m.instrument.local_symbol == "ESZ6")
    best = market.book.best_bid()
    assert best is not None
    assert int(bids[0][7]) == market.book.size_at(best, buys=True)
    rows = client.request(82)[0]
    assert "CME" in rows
    assert "ISLAND" in rows


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (contract("SPX", "IND", "CBOE"), 10092),
        (contract("SIMPAID"), 354),
        (PUT, 10092),
    ],
)
def test_depth_that_cannot_be_had(client: VirtualClient, wanted: list[Any], code: int) -> None:
    client.request(10, 5, 1, *wanted, 5, 1, "")
    assert client.errors(1) == [code]


@pytest.mark.parametrize(
    ("wanted", "kind", "code"),
    [
        (PUT, "Last", 10189),
        (contract("SIMPAID"), "Last", 10189),
        (contract("EUR", "CASH", "IDEALPRO"), "Last", 10189),
        (contract("SPX", "IND", "CBOE"), "BidAsk", 10189),
        (contract("AAPL"), "Gossip", 321),
    ],
)
def test_ticks_that_cannot_be_had(
    client: VirtualClient, wanted: list[Any], kind: str, code: int
) -> None:
    client.request(97, 1, *wanted, kind, 0, 0)
    assert client.errors(1) == [code]


def test_prints_of_a_future_name_its_exchange(world: World, client: VirtualClient) -> None:
    client.request(97, 1, *contract("ES", "FUT", "CME", expiry="202612"), "AllLast", 0, 0)
    world.run(10)
    assert {m[7] for m in client.of(99)} == {"CME"}
    assert all(float(m[4]) % 0.25 == 0 for m in client.of(99))


def test_coins_have_middles_and_fractions(world: World, client: VirtualClient) -> None:
    client.request(97, 1, *contract("BTC", "CRYPTO", "PAXOS"), "BidAsk", 0, 0)
    world.run(3)
    bid, ask, bid_size, ask_size = map(float, client.of(99)[-1][4:8])
    assert 0 < ask - bid < 20
    assert 0 < bid_size < 10
    assert 0 < ask_size < 10
