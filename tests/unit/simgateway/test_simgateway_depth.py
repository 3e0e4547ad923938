"""Depth and tape: what a client builds from the messages is what the book and market hold."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.simgateway.virtual import VirtualClient, World
from workstation.simgateway.depth import Row, steps, top_rows
from workstation.simgateway.venues import VENUES

AAPL = 265598


@pytest.fixture
def world() -> World:
    return World()


def contract(exchange: str = "SMART", symbol: str = "AAPL") -> list[Any]:
    return [0, symbol, "STK", "", "", "", "", exchange, "", "USD", "", ""]


def depth(client: VirtualClient, req_id: int, exchange: str = "SMART", count: int = 5) -> None:
    smart = int(exchange == "SMART")
    client.request(10, 5, req_id, *contract(exchange), count, smart, "")


def held(client: VirtualClient, req_id: int, count: int) -> dict[str, list[tuple[str, ...]]]:
    """Apply the depth messages as a client does; asks stand under 0, bids under 1."""
    sides: dict[str, list[tuple[str, ...]]] = {"0": [], "1": []}
    for message in client.messages:
        if message[0] not in {"12", "13"} or message[2] != str(req_id):
            continue
        position = int(message[3])
        venue = message[4] if message[0] == "13" else ""
        operation, side, price, size = message[5:9] if message[0] == "13" else message[4:8]
        rows = sides[side]
        if operation == "0":
            rows.insert(position, (price, venue, size))
            assert position < len(rows)
        elif operation == "1":
            assert rows[position][:2] == (price, venue)
            rows[position] = (price, venue, size)
        else:
            del rows[position]
        assert len(rows) <= count
    return sides


def of_book(world: World, venue: str, count: int) -> dict[str, list[tuple[str, ...]]]:
    book = world.gateway.markets[AAPL].book
    number = VENUES.index(venue) if venue else None
    return {
        side: [
            (str(row.price / 100), "" if venue else VENUES[row.venue], str(row.size))
            for row in top_rows(book, count, buys=side == "1", venue=number)
        ]
        for side in ("0", "1")
    }


def test_depth_messages_always_hold_the_top_of_the_book(world: World) -> None:
    client = world.client()
    depth(client, 7)
    depth(client, 8, "ARCA", 10)
    depth(client, 9, "NASDAQ", 1)
    for turn in range(25):
        mark = world.gateway.markets[AAPL].mark()
        client.place(turn + 1, "BUY" if turn % 2 else "SELL", 100 * (turn + 1), mark)
        world.run(0.7)
        assert held(client, 7, 5) == of_book(world, "", 5)
        assert held(client, 8, 10) == of_book(world, "ARCA", 10)
        assert held(client, 9, 1) == of_book(world, "ISLAND", 1)
    assert {m[-1] for m in client.of(13)} == {"1"}
    quote = world.gateway.markets[AAPL].quote()
    assert held(client, 7, 5)["1"][0][0] == str(quote.bid)
    assert sum(int(r[2]) for r in held(client, 7, 5)["0"] if r[0] == str(quote.ask)) in range(
        1, quote.ask_size + 1
    )


pictures = st.dictionaries(
    st.tuples(st.integers(1, 6), st.integers(0, 3)), st.integers(1, 9), max_size=9
).map(lambda found: [Row(*key, size) for key, size in sorted(found.items())])


@given(pictures, pictures)
def test_steps_turn_one_picture_into_the_other(old: list[Row], new: list[Row]) -> None:
    rows = list(old)
    for operation, position, row in steps(old, new):
        if operation == 0:
            rows.insert(position, row)
        elif operation == 1:
            assert rows[position][:2] == row[:2]
            rows[position] = row
        else:
            del rows[position]
        assert len(rows) <= max(len(old), len(new))
    assert rows == new
    assert steps(new, new) == []


@settings(max_examples=20)
@given(st.lists(st.tuples(st.booleans(), st.integers(-9, 9), st.integers(1, 900)), max_size=12))
def test_depth_follows_any_orders(orders) -> None:
    world = World()
    client = world.client()
    depth(client, 7, count=8)
    for order_id, (buys, offset, size) in enumerate(orders, start=1):
        limit = world.gateway.markets[AAPL].mark() + Decimal(offset) / 100
        client.place(order_id, "BUY" if buys else "SELL", size, limit)
        world.run(0.1)
        assert held(client, 7, 8) == of_book(world, "", 8)


def test_limits_and_refusals_of_depth(world: World) -> None:
    client = world.client()
    for req_id in (1, 2, 3, 4):
        depth(client, req_id)
    assert client.errors(4) == [309]
    depth(client, 1)
    assert client.errors(1) == [2152, 102]
    client.request(11, 1, 1, 1)
    client.request(11, 1, 1, 1)
    assert client.errors(1) == [2152, 102, 310]
    depth(client, 4)
    assert client.errors(4) == [309, 2152]
    client.request(10, 5, 6, *contract("CBOE"), 5, 0, "")
    client.request(10, 5, 6, *contract("SMART"), 5, 0, "")
    client.request(10, 5, 6, *contract("SMART", "NOSUCH"), 5, 1, "")
    client.request(10, 5, 6, *contract("SMART"), 0, 1, "")
    assert client.errors(6) == [10092, 10092, 200, 321]
    listed = client.request(82)[0]
    assert listed[2:4] == ["ISLAND", "STK"]
    assert int(listed[1]) > len(VENUES)
    assert listed[2::5][: len(VENUES)] == list(VENUES)
    assert client.request(83, 5, "9c0001")[0][:5] == ["82", "5", "8", "0", "ISLAND"]


def test_every_print_is_sent_once_and_makes_up_the_volume(world: World) -> None:
    client = world.client()
    market = world.gateway.markets[AAPL]
    before = market.quote().volume
    client.request(97, 5, *contract(), "AllLast", 0, 0)
    client.request(97, 6, *contract(), "BidAsk", 0, 0)
    client.request(97, 7, *contract(), "MidPoint", 0, 0)
    client.place(1, "BUY", 750)
    fills = {(m[20], m[19]) for m in client.of(11)}
    world.run(30)

    prints = [m for m in client.of(99) if m[1:3] == ["5", "2"]]
    assert sum(int(m[5]) for m in prints) == market.quote().volume - before
    assert fills <= {(m[4], m[5]) for m in prints}
    assert {m[7] for m in prints} <= set(VENUES)
    assert [m[3] for m in prints] == sorted(m[3] for m in prints)
    quote = market.quote()
    last = [m for m in client.of(99) if m[1] == "6"][-1]
    assert last[2:] == ["3", last[3], *map(str, (quote.bid, quote.ask)), *last[6:]]
    assert last[6:8] == [str(quote.bid_size), str(quote.ask_size)]
    mid = [m for m in client.of(99) if m[1] == "7"][-1]
    assert float(mid[4]) == pytest.approx((quote.bid + quote.ask) / 2)
    client.request(98, 5)
    client.request(98, 5)
    assert client.errors(5) == [300]


def test_earlier_ticks_come_first(world: World) -> None:
    client = world.client()
    world.run(30)
    answer = client.request(97, 5, *contract(), "Last", 3, 0)[0]
    assert answer[:3] == ["98", "5", "3"]
    assert len(answer) == 3 + 3 * 6 + 1
    assert client.request(97, 6, *contract(), "BidAsk", 3, 0)[0][:3] == ["97", "6", "1"]
    assert client.request(97, 7, *contract(), "MidPoint", 3, 0)[0][:3] == ["96", "7", "1"]
    client.request(97, 8, *contract(), "Gossip", 0, 0)
    assert client.errors(8) == [321]
    for req_id, symbol in ((8, "IBM"), (9, "MSFT"), (10, "SPY")):
        client.request(97, req_id, *contract(symbol=symbol), "Last", 0, 0)
    assert client.errors(10) == [10190]
