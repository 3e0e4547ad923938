"""Orders for combinations: filled leg by leg, held as legs, bound as what they can lose."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.unit.simgateway.virtual import VirtualClient, World, place_fields
from workstation.matching.order_book import MAKER
from workstation.simgateway.accounts import STARTING_CASH
from workstation.simgateway.instruments import BY_CON_ID
from workstation.simgateway.instruments.options import CHAINS, option
from workstation.simgateway.state import StateFile

AAPL = 265598
Legs = list[tuple[int, int, str]]
"""con_id, ratio and action of each."""


def call(strike: int) -> int:
    return option(CHAINS[0], date(2026, 12, 18), Decimal(strike), "C").con_id


LOW, HIGH = call(430), call(440)
SPREAD: Legs = [(LOW, 1, "BUY"), (HIGH, 1, "SELL")]


def order_fields(order_id: int, side: str, legs: Legs, limit: Any = "", **more: Any) -> list[Any]:
    """Return a placeOrder request for a combination."""
    fields = place_fields(order_id, side, more.pop("quantity", 5), limit, **more)
    fields[4] = "BAG"
    parts = [[con_id, ratio, action, "SMART", 0, 0, "", -1] for con_id, ratio, action in legs]
    inner = [len(legs), *(field for part in parts for field in part), 0, 0]
    return [*fields[:35], *inner, *fields[35:]]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def client(world: World) -> VirtualClient:
    return world.client()


def quote(client: VirtualClient, legs: Legs, req_id: int = 70) -> tuple[float, float]:
    """Return bid and ask of a combination."""
    contract = [0, "AAPL", "BAG", "", "", "", "", "SMART", "", "USD", "", ""]
    parts = [x for con_id, ratio, action in legs for x in (con_id, ratio, action, "SMART")]
    answer = client.request(1, 11, req_id, *contract, len(legs), *parts, 0, "", 0, 0, "")
    found = {m[3]: float(m[4]) for m in answer if m[0] == "1"}
    client.request(2, 2, req_id)
    return found["1"], found["2"]


def test_a_spread_fills_as_a_whole_and_is_held_as_its_legs(
    world: World, client: VirtualClient
) -> None:
    _, ask = quote(client, SPREAD)
    client.request(*order_fields(1, "BUY", SPREAD))
    account = world.gateway.account
    assert client.statuses(1)[-1] == "Filled"
    assert account.position(LOW).quantity == 5
    assert account.position(HIGH).quantity == -5
    assert {c for c, p in account.positions.items() if p.quantity} == {LOW, HIGH}

    whole, *legs = (m for m in client.of(11) if m[2] == "1")
    assert (whole[5], whole[14][-6:], whole[18], whole[19]) == ("BAG", ".01.01", "BOT", "5")
    assert [(int(m[3]), m[14][-6:], m[18], m[19]) for m in legs] == sorted(
        [(LOW, ".02.01", "BOT", "5"), (HIGH, ".03.01", "SLD", "5")]
    )
    assert {m[14][:-6] for m in (whole, *legs)} == {whole[14][:-6]}
    price = {int(m[3]): Decimal(m[20]) for m in legs}
    assert Decimal(whole[20]) == price[LOW] - price[HIGH] == Decimal(str(ask))
    paid = sum((Decimal(m[3]) for m in client.of(59)), Decimal(0))
    assert {m[2] for m in client.of(59)} == {m[14] for m in legs}
    assert paid == Decimal("6.50")
    status = [m for m in client.of(3) if m[1] == "1"][-1]
    assert status[3:5] == ["5", "0"]
    assert float(status[5]) == pytest.approx(ask)
    assert account.cash == STARTING_CASH - Decimal(whole[20]) * 500 - paid
    assert {m[3] for m in client.request(61, 1) if m[0] == "61"} == {str(LOW), str(HIGH)}


def test_fills_print_on_the_tapes_of_the_legs(world: World, client: VirtualClient) -> None:
    quote(client, SPREAD)
    markets = [world.gateway.markets[one] for one in (LOW, HIGH)]
    before = [(m.quote().volume, m.printed) for m in markets]
    client.request(*order_fields(1, "BUY", SPREAD))
    for market, (volume, printed) in zip(markets, before, strict=True):
        assert market.quote().volume == volume + 5
        assert market.printed > printed


def test_a_limit_waits_until_the_legs_are_good_enough(world: World, client: VirtualClient) -> None:
    bid, ask = quote(client, SPREAD)
    limit = Decimal(str(bid)) - Decimal("0.60")
    client.request(*order_fields(1, "BUY", SPREAD, limit))
    assert client.statuses(1)[-1] == "Submitted"
    shown = next(m for m in client.of(5) if m[1] == "1")
    assert shown[4] == "BAG"
    assert f"{LOW}|1,{HIGH}|-1" in shown
    assert world.gateway.account.positions == {}
    world.gateway.desk.jump(AAPL, -1500)
    world.run(3)
    assert client.statuses(1)[-1] == "Filled"
    (whole,) = (m for m in client.of(11) if m[5] == "BAG")
    assert Decimal(whole[20]) <= limit < ask
    client.request(*order_fields(2, "SELL", SPREAD, 0))
    assert client.statuses(2)[-1] == "Filled"
    assert all(not p.quantity for p in world.gateway.account.positions.values())


def test_a_buy_write_takes_a_hundred_shares_a_call(world: World, client: VirtualClient) -> None:
    legs: Legs = [(AAPL, 100, "BUY"), (LOW, 1, "SELL")]
    _, ask = quote(client, legs)
    stock = world.gateway.markets[AAPL].quote()
    assert stock.ask is not None
    assert 0 < ask < stock.ask
    client.request(*order_fields(1, "BUY", legs, quantity=2))
    account = world.gateway.account
    assert account.position(AAPL).quantity == 200
    assert account.position(LOW).quantity == -2
    needs = world.gateway.balances(account.name).initial_margin
    assert needs == world.gateway.desk.marks()[AAPL] * 200 / 4  # the calls are covered


def test_a_spread_binds_what_it_can_lose(world: World, client: VirtualClient) -> None:
    quote(client, SPREAD)
    marks = world.gateway.desk.marks()
    preview = client.request(*order_fields(1, "SELL", SPREAD, what_if=1))
    client.request(*order_fields(2, "SELL", SPREAD))
    account = world.gateway.account
    balances = account.balances(marks)
    value = (marks[HIGH] - marks[LOW]) * 5
    assert balances.initial_margin == 10 * 100 * 5 + value
    naked = account.required(marks, {HIGH: Decimal(-5)})
    assert naked.initial > balances.initial_margin * 3
    shown = next(m for m in preview if m[0] == "5")
    assert f"{balances.initial_margin.normalize():f}" in shown


def test_what_is_no_combination_is_refused(client: VirtualClient) -> None:
    for number, legs in enumerate(
        (
            [(LOW, 1, "BUY")],
            [(LOW, 1, "BUY"), (1, 1, "SELL")],
            [(LOW, 0, "BUY"), (HIGH, 1, "SELL")],
            [(LOW, 1, "BUY"), (416904, 1, "SELL")],  # an index
        ),
        1,
    ):
        client.request(*order_fields(number, "BUY", legs))
        assert client.errors(number) == [200]
    client.request(*order_fields(9, "BUY", SPREAD, "", stop=3))
    assert client.errors(9) == [387]


def test_times_in_force_of_a_combination(world: World, client: VirtualClient) -> None:
    bid, _ = quote(client, SPREAD)
    low = Decimal(str(bid)) - 1
    client.request(*order_fields(1, "BUY", SPREAD, low, tif="IOC"))
    assert client.statuses(1)[-2:] == ["PendingCancel", "Cancelled"]
    client.request(*order_fields(2, "BUY", SPREAD, "", tif="FOK", quantity=90_000))
    assert client.statuses(2)[-1] == "Inactive"
    client.request(*order_fields(3, "BUY", SPREAD, low, tif="GTC"))
    client.request(4, 3, "", "", "")
    world.run(0.2)
    assert client.statuses(3)[-1] == "Cancelled"


def test_the_quote_of_a_combination_is_what_its_legs_offer(
    world: World, client: VirtualClient
) -> None:
    quote(client, SPREAD)
    (combination,) = (
        i
        for i in BY_CON_ID.lasting()
        if i.legs and i.legs[0].con_id == LOW and i.legs[1].con_id == HIGH
    )
    market = world.gateway.markets[combination.con_id]
    for _ in range(20):
        world.run(0.3)
        low, high = (world.gateway.markets[one].book for one in (LOW, HIGH))
        book = market.book
        sides = (low.best_bid(), high.best_ask(), low.best_ask(), high.best_bid())
        if None in sides:
            continue
        bid, ask = book.best_bid(), book.best_ask()
        assert bid is not None
        assert ask is not None
        tick = BY_CON_ID[LOW].tick / combination.tick
        assert bid <= (sides[0] - sides[1]) * tick  # type: ignore[operator]
        assert ask >= (sides[2] - sides[3]) * tick  # type: ignore[operator]
        assert bid < ask
        owners = {r.owner for buys in (True, False) for r in book.resting(buys=buys)}
        assert owners == {MAKER}


def test_an_order_for_a_combination_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state"
    first = World(state_file=StateFile(path))
    client = first.client()
    quote(client, SPREAD)
    client.request(*order_fields(1, "BUY", SPREAD))
    client.request(*order_fields(2, "SELL", SPREAD, Decimal("-3.05"), tif="GTC", quantity=2))
    client.request(*order_fields(3, "SELL", SPREAD, Decimal("9.95"), tif="GTC"))
    assert client.statuses(3)[-1] == "Submitted"
    first.gateway.close()
    for con_id in [i.con_id for i in BY_CON_ID.lasting() if i.legs]:
        del BY_CON_ID._listed[con_id]

    second = World(state_file=StateFile(path), seconds=5)
    again = second.client()
    assert second.gateway.account.position(LOW).quantity == 3
    assert [m[1] for m in again.request(5, 1) if m[0] == "5"] == ["3"]
    answer = again.request(7, 3, 9, 0, "", "", "", "", "", "", 2147483647, 0)
    assert [m[5] for m in answer if m[0] == "11"] == ["BAG", "OPT", "OPT"] * 2
    assert [m[0] for m in answer].count("59") == 4
    second.gateway.close()
