"""Orders that are given a limit when they meet the book, and those of the broker's own network."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.unit.simgateway.test_simgateway_order_kinds import CENT, Trader
from tests.unit.simgateway.test_simgateway_trading import check_books
from workstation.simgateway.instruments import BY_CON_ID, ContractQuery
from workstation.simgateway.order_request import PlaceRequest
from workstation.simgateway.orders import Order
from workstation.simgateway.pegs import PROTECTION_TICKS

ATS = ContractQuery(symbol="AAPL", sec_type="STK", exchange="IBKRATS", currency="USD")


@pytest.fixture
def trader() -> Trader:
    return Trader()


def place_at_ats(trader: Trader, order_id: int, kind: str, **more: object) -> Order:
    request = PlaceRequest(
        order_id=order_id,
        contract=ATS,
        side="BUY",
        quantity=Decimal(500),
        order_type=kind,
        **{"not_held": True, **more},  # type: ignore[arg-type]
    )
    trader.world.gateway.desk.place(1, request)
    trader.world.gateway.commit()
    return trader.order(order_id)


@pytest.mark.parametrize("side", ["BUY", "SELL"])
def test_a_snap_order_stands_where_the_market_was_as_it_came(trader: Trader, side: str) -> None:
    bid, ask = trader.bid, trader.ask
    near, far = (bid, ask) if side == "BUY" else (ask, bid)
    sign = 1 if side == "BUY" else -1
    primary = trader.place(1, side, "SNAP PRIM", 900, stop_price=-0 * CENT)
    assert primary.terms.limit_price == trader.market.instrument.price(near)
    away = trader.place(2, side, "SNAP MKT", 900, stop_price=500 * CENT)
    assert away.terms.limit_price == trader.market.instrument.price(far - sign * 500)
    middle = trader.place(3, side, "SNAP MID", 900, stop_price=300 * CENT)
    assert middle.terms.limit_price is not None
    exact = Decimal(bid + ask) / 2 - sign * 300
    assert abs(trader.market.instrument.ticks(middle.terms.limit_price) - exact) < 1
    before = [trader.order(n).terms.limit_price for n in (2, 3)]
    trader.run(5)
    assert [trader.order(n).terms.limit_price for n in (2, 3)] == before  # once, not for ever
    check_books(trader.world)


def test_a_protected_order_of_a_future_goes_no_further_than_the_protection() -> None:
    trader = Trader()
    future = next(
        one for one in map(BY_CON_ID.__getitem__, list(BY_CON_ID)) if one.sec_type == "FUT"
    )
    market = trader.world.gateway.markets[future.con_id]
    trader.run(3)
    best = market.book.best_ask()
    assert best is not None
    contract = ContractQuery(con_id=future.con_id, exchange=future.exchanges[0])
    request = PlaceRequest(
        order_id=1,
        contract=contract,
        side="BUY",
        quantity=Decimal(3),
        order_type="MKT PRT",
    )
    trader.world.gateway.desk.place(1, request)
    trader.world.gateway.commit()
    order = trader.order(1)
    limit = order.terms.limit_price
    assert order.filled > 0
    assert order.average_price <= market.instrument.price(best + PROTECTION_TICKS)
    left = order.resting
    assert left is None or (limit is not None and left <= best + PROTECTION_TICKS)


def test_protection_is_for_futures_only(trader: Trader) -> None:
    assert trader.refusal("MKT PRT") == 387
    assert trader.refusal("STP PRT", stop_price=trader.mark + 1) == 387


def test_an_order_for_minutes_ends_with_them(trader: Trader) -> None:
    low = trader.mark - 50
    trader.place(1, "BUY", "LMT", limit_price=low, tif="MINUTES", duration=1)
    trader.run(58)
    assert trader.status(1) == "Submitted"
    trader.run(4)
    assert trader.status(1) == "Cancelled"
    assert trader.refusal("LMT", limit_price=low, tif="MINUTES") == 321
    assert trader.refusal("LMT", limit_price=low, tif="MINUTES", duration=1441) == 321


def test_a_day_till_cancelled_order_ends_with_the_day(trader: Trader) -> None:
    trader.place(1, "BUY", "LMT", limit_price=trader.mark - 50, tif="DTC")
    trader.run(1)
    trader.world.clock.start = datetime(2026, 11, 21, 4, 59, 50, tzinfo=UTC)
    trader.run(20)
    assert trader.status(1) == "Cancelled"


def test_an_order_stands_in_the_network_first(trader: Trader) -> None:
    trader.place(1, "BUY", "LMT", limit_price=trader.mark + 1, post_to_ats=20)
    trader.run(15)
    assert trader.status(1) == "PreSubmitted"
    trader.run(10)
    assert trader.status(1) == "Filled"


def test_a_peg_best_outbids_the_best_or_goes_to_the_middle(trader: Trader) -> None:
    cap = trader.mark + 3
    beyond = place_at_ats(
        trader, 1, "PEG BEST", limit_price=cap, compete_against_best_offset=Decimal(0)
    )
    assert beyond.resting is not None
    assert beyond.resting <= trader.ask
    trader.move(1, seconds=0.2)
    assert trader.order(1).resting > beyond.resting  # type: ignore[operator]
    middle = place_at_ats(
        trader, 2, "PEG BEST", limit_price=cap, compete_to_middle=True,
        mid_offset_at_whole=Decimal("0.50"), mid_offset_at_half=Decimal("0.40"),
    )  # fmt: skip
    trader.run(1)
    bid, ask = trader.market.book.quoted()
    assert bid is not None
    assert ask is not None
    now = trader.order(2).resting
    assert now is not None
    assert (bid + ask) / 2 - 52 <= now <= (bid + ask) / 2 - 38
    assert middle.status == "Submitted"
    check_books(trader.world)


def test_what_belongs_elsewhere_is_refused(trader: Trader) -> None:
    cap = trader.mark
    assert trader.refusal("PEG BEST", limit_price=cap) == 387
    for number, more in enumerate(({"not_held": False}, {"sweep_to_fill": True}), 90):
        with pytest.raises(LookupError):
            place_at_ats(trader, number, "LMT", limit_price=cap, **more)
        assert trader.client.errors(number)[-1] == 387
