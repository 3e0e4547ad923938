"""Orders whose size is whole or nothing, money, or what another order filled; half ticks."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.simgateway.test_simgateway_order_kinds import AAPL, CENT, Trader
from tests.unit.simgateway.test_simgateway_trading import check_books
from workstation.matching.order_book import OrderBook
from workstation.simgateway.hedges import factor
from workstation.simgateway.instruments import BY_CON_ID, ContractQuery, find_all
from workstation.simgateway.order_request import PlaceRequest
from workstation.simgateway.orders import Order


@pytest.fixture
def trader() -> Trader:
    return Trader()


def place(
    trader: Trader, order_id: int, contract: ContractQuery, quantity: Any, **more: Any
) -> Order:
    """Place an order for another contract than the trader's own."""
    request = PlaceRequest(
        order_id=order_id,
        contract=contract,
        side=more.pop("side", "BUY"),
        quantity=None if quantity is None else Decimal(quantity),
        order_type=more.pop("order_type", "MKT"),
        **more,
    )
    trader.world.gateway.desk.place(1, request)
    trader.world.gateway.commit()
    return trader.order(order_id)


def more_than_at_ask(trader: Trader) -> int:
    return trader.market.book.size_at(trader.ask, buys=False) + 100


def stock(symbol: str) -> ContractQuery:
    return ContractQuery(symbol=symbol, sec_type="STK", exchange="SMART", currency="USD")


def pair(symbol: str) -> ContractQuery:
    return ContractQuery(symbol=symbol, sec_type="CASH", exchange="IDEALPRO", currency="USD")


# ---- all or none -------------------------------------------------------------------------


def test_all_or_none_never_fills_in_part(trader: Trader) -> None:
    limit, wanted = trader.market.instrument.price(trader.ask), more_than_at_ask(trader)
    waiting = trader.place(1, "BUY", "LMT", wanted, limit_price=limit, all_or_none=True)
    assert (waiting.status, waiting.resting, waiting.filled) == ("Submitted", None, 0)
    seen = set()
    for _ in range(60):
        trader.run(0.5)
        seen.add(trader.order(1).filled)
        check_books(trader.world)
    assert seen <= {0, wanted}
    trader.move(-5)  # somebody who sells enough comes along
    assert trader.order(1).filled == wanted


def test_all_or_none_fills_at_once_when_the_book_has_enough(trader: Trader) -> None:
    order = trader.place(1, "BUY", "LMT", 100, limit_price=trader.mark + 1, all_or_none=True)

    assert (order.status, order.filled) == ("Filled", 100)


def test_all_or_none_waits_until_there_is_enough_and_can_be_cancelled(trader: Trader) -> None:
    below = trader.mark - 2
    trader.place(1, "BUY", "LMT", 300, limit_price=below, all_or_none=True)
    trader.place(2, "BUY", "LMT", 300, limit_price=below - 50, all_or_none=True)
    trader.run(1)
    assert trader.order(1).status == "Submitted"
    trader.move(-4)
    assert trader.status(1) == "Filled"
    trader.client.request(4, 2, "", "", 2147483647)
    assert trader.status(2) == "Cancelled"
    assert not trader.world.gateway.desk.floor.whole
    check_books(trader.world)


def test_all_or_none_at_once_is_fill_or_kill_in_effect(trader: Trader) -> None:
    limit, wanted = trader.market.instrument.price(trader.ask), more_than_at_ask(trader)
    order = trader.place(1, "BUY", "LMT", wanted, limit_price=limit, all_or_none=True, tif="IOC")

    assert (order.status, order.filled) == ("Cancelled", 0)
    assert trader.client.statuses(1)[-2:] == ["PendingCancel", "Cancelled"]


def test_a_least_quantity_counts_for_the_first_fill_alone(trader: Trader) -> None:
    limit = trader.market.instrument.price(trader.ask)
    at_ask = trader.market.book.size_at(trader.ask, buys=False)
    more = {"limit_price": limit, "tif": "IOC"}
    too_much = trader.place(1, "BUY", "LMT", at_ask + 500, min_quantity=at_ask + 1, **more)
    assert too_much.filled == 0
    enough = trader.place(2, "BUY", "LMT", at_ask + 500, min_quantity=at_ask, **more)
    assert enough.filled == at_ask


# ---- money -------------------------------------------------------------------------------


def test_money_buys_whole_shares_at_the_limit_or_the_mark(trader: Trader) -> None:
    limit = trader.mark - 5
    order = trader.place(1, "BUY", "LMT", 0, limit_price=limit, cash_quantity=Decimal(10_000))

    assert order.terms.quantity == Decimal(10_000) // limit
    assert order.terms.cash_quantity == 10_000
    market = trader.place(2, "BUY", "MKT", 0, cash_quantity=Decimal(10_000))
    assert market.status == "Filled"
    assert 0 < market.filled * market.average_price <= Decimal(10_100)


def test_money_buys_currency_and_parts_of_coins(trader: Trader) -> None:
    euro = place(trader, 1, pair("EUR"), None, cash_quantity=Decimal(50_000))
    mark = trader.world.gateway.markets[euro.terms.con_id].mark()

    assert euro.terms.quantity == pytest.approx(50_000 / mark, rel=Decimal("0.01"))
    coin = ContractQuery(symbol="BTC", sec_type="CRYPTO", exchange="PAXOS", currency="USD")
    part = place(trader, 2, coin, None, cash_quantity=Decimal(500))
    assert 0 < part.terms.quantity < 1


def test_money_that_buys_nothing_and_what_cannot_be_bought_so(trader: Trader) -> None:
    assert trader.refusal("MKT", quantity=0, cash_quantity=Decimal(1)) == 201
    future = ContractQuery(symbol="ES", sec_type="FUT", exchange="CME", currency="USD")
    nearest = find_all(future)[0]
    query = replace(future, con_id=nearest.con_id)
    with pytest.raises(LookupError):
        place(trader, 98, query, 0, cash_quantity=Decimal(10_000))
    assert trader.client.errors(98) == [10244]


# ---- hedges ------------------------------------------------------------------------------


def attach(trader: Trader, hedge: ContractQuery, kind: str, param: str = "", **more: Any) -> Order:
    """Fill 200 shares with a hedge attached, and return the hedge."""
    trader.place(1, "BUY", "MKT", 200, transmit=False)
    place(trader, 2, hedge, 0, side="SELL", parent_id=1, hedge_type=kind, hedge_param=param, **more)
    trader.run(2)
    assert trader.status(1) == "Filled"
    return trader.order(2)


def test_a_pair_hedge_trades_the_ratio(trader: Trader) -> None:
    hedge = attach(trader, stock("IBM"), "P", "ratio=1.5")

    assert (hedge.terms.quantity, hedge.status) == (300, "Filled")
    assert trader.world.gateway.account.position(hedge.terms.con_id).quantity == -300


def test_a_beta_hedge_trades_the_value_times_beta(trader: Trader) -> None:
    hedge = attach(trader, stock("SPY"), "B", "0.8")
    parent = trader.order(1)

    wanted = parent.filled_value * Decimal("0.8") / hedge.average_price
    assert hedge.filled == pytest.approx(wanted, abs=1)


def test_a_delta_hedge_of_a_stock_is_as_large_and_has_a_bound(trader: Trader) -> None:
    assert attach(trader, stock("IBM"), "D").filled == 200
    other = Trader()
    assert attach(other, stock("IBM"), "D", hedge_max_size=50).filled == 50


def test_a_delta_hedge_of_an_option_is_its_delta(trader: Trader) -> None:
    chain = trader.world.client(2)
    chain.request(78, 1, "AAPL", "", "STK", AAPL)
    days, strikes = chain.of(75)[0][7], None
    fields = chain.of(75)[0]
    count = int(fields[6])
    strikes = [Decimal(text) for text in fields[8 + count :]]
    near = min(strikes, key=lambda strike: abs(strike - trader.mark))
    option = ContractQuery(
        symbol="AAPL",
        sec_type="OPT",
        exchange="SMART",
        currency="USD",
        last_trade_date=days,
        strike=near,
        right="C",
    )
    place(trader, 1, option, 10, transmit=False)
    place(trader, 2, stock("AAPL"), 0, side="SELL", parent_id=1, hedge_type="D")
    trader.run(3)
    assert trader.status(1) == "Filled"
    assert 300 < trader.order(2).filled < 800  # ten contracts of a hundred near the money


def test_a_currency_hedge_pays_for_a_foreign_share(trader: Trader) -> None:
    london = next(i for i in BY_CON_ID.values() if (i.currency, i.sec_type) == ("GBP", "STK"))
    place(trader, 1, ContractQuery(con_id=london.con_id, exchange="SMART"), 4000, transmit=False)
    place(trader, 2, pair("GBP"), 0, parent_id=1, hedge_type="F")
    trader.run(3)
    parent, hedge = trader.order(1), trader.order(2)

    assert parent.status == "Filled"
    worth = parent.filled * london.money(parent.average_price)
    assert hedge.filled == pytest.approx(worth, abs=BY_CON_ID[hedge.terms.con_id].size_increment)


def test_what_was_filled_is_hedged_when_the_rest_is_cancelled(trader: Trader) -> None:
    limit = trader.market.instrument.price(trader.ask)
    at_ask = trader.market.book.size_at(trader.ask, buys=False)
    trader.place(1, "BUY", "LMT", at_ask + 5000, limit_price=limit, transmit=False)
    place(trader, 2, stock("IBM"), 0, side="SELL", parent_id=1, hedge_type="P", hedge_param="1")
    filled = trader.order(1).filled
    assert filled >= at_ask
    assert trader.order(2).waits_for_parent
    trader.client.request(4, 1, "", "", 2147483647)
    trader.run(2)

    assert trader.order(2).filled == trader.order(1).filled


def test_a_hedge_ends_with_a_parent_that_filled_nothing(trader: Trader) -> None:
    trader.place(1, "BUY", "LMT", 100, limit_price=trader.mark - 50, transmit=False)
    place(trader, 2, stock("IBM"), 0, side="SELL", parent_id=1, hedge_type="P", hedge_param="1")
    trader.client.request(4, 1, "", "", 2147483647)

    assert trader.status(2) == "Cancelled"


def test_a_hedge_is_neither_in_its_parents_group_nor_changed_in_size(trader: Trader) -> None:
    trader.place(1, "BUY", "LMT", 100, limit_price=trader.mark - 50, transmit=False)
    hedge = place(trader, 2, stock("IBM"), 0, parent_id=1, hedge_type="D")
    assert hedge.terms.oca_group == ""
    again = place(
        trader, 2, stock("IBM"), 0, parent_id=1, hedge_type="D", hedge_max_size=5, side="BUY"
    )
    assert (again.status, again.terms.quantity) == ("PreSubmitted", 0)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"hedge_type": "X", "parent_id": 1}, 321),
        ({"hedge_type": "B", "hedge_param": "much", "parent_id": 1}, 321),
        ({"hedge_type": "P", "parent_id": 1}, 321),
        ({"hedge_type": "D"}, 321),
        ({"hedge_type": "D", "parent_id": 1, "quantity": 5}, 321),
        ({"hedge_type": "D", "parent_id": 1}, 135),
    ],
)
def test_hedges_that_cannot_be(trader: Trader, fields: dict[str, Any], code: int) -> None:
    assert trader.refusal("MKT", **{"quantity": 0, **fields}) == code


@pytest.mark.parametrize(
    ("kind", "param", "value"),
    [
        ("B", "beta=1.25", "1.25"),
        ("B", " 0.5", "0.5"),
        ("P", "Ratio = 2", "2"),
        ("D", "whatever", "1"),
        ("P", "-1", None),
        ("P", "NaN", None),
        ("B", "9" * 40, None),
    ],
)
def test_the_number_of_a_hedge(kind: str, param: str, value: str | None) -> None:
    assert factor(kind, param) == (None if value is None else Decimal(value))


# ---- half ticks --------------------------------------------------------------------------


def test_a_half_tick_goes_before_its_tick_and_trades_at_the_half() -> None:
    book = OrderBook()
    book.rest(1, 100, 10, buys=True)
    book.rest(2, 100, 10, buys=True, half=1, is_middle=True)
    book.rest(3, 100, 10, buys=True, half=1, is_middle=True)

    matches = book.take(9, 25, buys=False, limit=100)

    assert [(m.maker, m.ticks, m.size) for m in matches] == [
        (2, 100.5, 10),
        (3, 100.5, 10),
        (1, 100, 5),
    ]


def test_two_orders_at_the_middle_meet_there() -> None:
    book = OrderBook()
    book.rest(1, 100, 10, buys=True)
    book.rest(2, 103, 10, buys=False)
    book.rest(3, 102, 10, buys=False, half=-1, is_middle=True)
    assert book.quoted() == (100, 103)
    assert book.take(4, 5, buys=True, limit=101) == []

    (match,) = book.take(4, 5, buys=True, limit=101, half=1)

    assert (match.maker, match.ticks) == (3, 101.5)


@pytest.mark.parametrize("kind", ["PEG MID", "MIDPRICE"])
@pytest.mark.parametrize("side", ["BUY", "SELL"])
def test_a_middle_between_two_ticks_fills_at_half_a_tick(
    trader: Trader, kind: str, side: str
) -> None:
    while (trader.bid + trader.ask) % 2 == 0:
        trader.run(0.1)
    middle = trader.market.instrument.price((trader.bid + trader.ask) / 2)
    trader.place(1, side, kind, 40)
    other = "SELL" if side == "BUY" else "BUY"
    trader.place(
        2, other, "LMT", 40, limit_price=middle + (CENT / 2 if side == "SELL" else -CENT / 2)
    )
    fill = next(e for e in trader.world.gateway.desk.executions.values() if e.order_id == 1)

    assert fill.price == middle
    assert fill.price % CENT == CENT / 2
    assert trader.market.quote().last == float(middle)
    assert f"{middle}" in next(m for m in trader.client.of(11) if m[2] == "1")
    check_books(trader.world)
    trader.run(5)
    check_books(trader.world)


def test_orders_at_the_middle_of_both_sides_cross(trader: Trader) -> None:
    while (trader.bid + trader.ask) % 2 == 0:
        trader.run(0.1)
    middle = trader.market.instrument.price((trader.bid + trader.ask) / 2)
    trader.place(1, "BUY", "PEG MID", 40)
    trader.place(2, "SELL", "MIDPRICE", 30)

    assert trader.order(2).average_price == trader.order(1).average_price == middle
    assert (trader.order(1).filled, trader.status(2)) == (30, "Filled")
