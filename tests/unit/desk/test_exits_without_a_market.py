"""No position is trapped: a close without a market, without market orders, or of a fraction."""

from dataclasses import replace
from typing import Any

import pytest

from tests.helpers.desk_exits import Exits
from tests.helpers.desk_fakes import ACCOUNT, LIMITS, SPY, D, Door, open_order, spy
from workstation.domain.commands import Done, Failed
from workstation.domain.finding import Denied, Submitted, TradingState
from workstation.domain.ids import IntentId
from workstation.domain.order import OrderType, Side
from workstation.domain.prices import PriceLadder
from workstation.domain.quote import Quote
from workstation.marketdata.quotes import Quotes
from workstation.risk.marketable import exit_without_market

LMT = OrderType.LIMIT


class DarkDoor(Door):
    """A door without a market."""

    def market(self, bid: float, ask: float) -> None:
        """Leave the contract without a quote."""


def dark(offered: str, held: int = 100, **seen: float) -> Exits:
    """A position in a contract that takes these orders, with only these prices known."""
    door = DarkDoor()
    kinds = {"bid": 1, "ask": 2, "last": 4, "close": 9}
    for name, price in seen.items():
        door.quotes.set_price(SPY, kinds[name], price)
    door.contracts.known[SPY] = spy(order_types=frozenset(offered.split(",")))
    door.hold(held)
    return Exits(door)


@pytest.mark.parametrize(
    ("held", "seen", "limit"),
    [
        (100, {"last": 100.0}, D("97.00")),
        (100, {"close": 100.0}, D("97.00")),
        (100, {"bid": 90.0, "last": 100.0}, D("87.30")),  # there is a buyer
        (-100, {"ask": 110.0, "last": 100.0}, D("113.30")),
        (-100, {"last": 100.0}, D("103.00")),
    ],
)
def test_a_close_leaves_as_a_limit_through_the_last_price_and_says_so(
    held: int, seen: dict[str, float], limit: Any
) -> None:
    exits = dark("LMT,DAY,GTC", held, **seen)
    answer = exits.closer.close(ACCOUNT, SPY)

    assert isinstance(answer, Done), answer
    assert (exits.newest.order_type, exits.newest.limit_price) == ("LMT", limit)
    assert f"There is no market: it leaves as LMT at {limit:f}." in answer.text


def test_where_market_orders_are_taken_nothing_changes() -> None:
    exits = dark("LMT,MKT,DAY", last=100.0)
    assert isinstance(exits.closer.close(ACCOUNT, SPY), Done)
    assert (exits.newest.order_type, exits.newest.limit_price) == ("MKT", None)


def test_an_exit_under_way_is_moved_by_a_flatten_without_a_market() -> None:
    exits = dark("LMT,DAY", last=100.0)
    exits.closer.close(ACCOUNT, SPY)
    exits.door.apply(open_order(exits.newest))
    answer = exits.closer.close(ACCOUNT, SPY, step=2)
    assert isinstance(answer, Done)
    assert exits.newest.pending_limit == D("94.00")


def offers(offered: str, quote: Quote | None = None) -> Any:
    details = spy(
        order_types=frozenset(offered.split(",")), ladder=PriceLadder.of_tick(D("0.25")),
    )  # fmt: skip
    return exit_without_market(details, Side.SELL, quote, LIMITS)


def test_the_kind_that_the_contract_takes_is_chosen() -> None:
    door = Door()
    seen = Quotes(door.clock)
    seen.set_price(SPY, 4, 100.0)
    quote = seen.quote(SPY)
    assert offers("LMT,MIDPX", quote=quote) == (LMT, D("97.00"))
    assert offers("LMT,MIDPX") == (OrderType.MIDPRICE, None)
    assert offers("STP", quote=quote) is None
    assert offers("LMT") is None
    assert offers("LMT,MKT", quote=quote) is None
    seen.set_price(SPY, 4, 0.25)
    assert offers("LMT", quote=seen.quote(SPY)) == (LMT, D("0.25"))


def test_a_collar_as_wide_as_the_price_gives_no_limit() -> None:
    door = Door()
    details = spy(order_types=frozenset({"LMT", "MIDPX"}))
    wide = replace(LIMITS, collar_percent=D(50))
    quote = door.quotes.quote(SPY)
    assert exit_without_market(details, Side.SELL, quote, wide, 2) == (OrderType.MIDPRICE, None)
    assert exit_without_market(details, Side.BUY, quote, wide, 2) == (LMT, D("200.02"))
    assert exit_without_market(spy(order_types=frozenset()), Side.BUY, quote, wide) is None


def test_a_limit_exit_by_hand_is_let_through_whatever_is_latched() -> None:
    exits = dark("LMT,DAY")
    assert isinstance(exits.closer.close(ACCOUNT, SPY), Denied)  # it takes nothing that is known
    exits.door.stand(trading_state=TradingState.HALTED, limits=None)
    answer = exits.door.submit(
        side=Side.SELL, order_type=LMT, limit_price=D("55.00"), intent_id=IntentId("out")
    )
    assert isinstance(answer, Submitted), answer


# -- a fraction -----------------------------------------------------------------------------------


@pytest.mark.parametrize("held", ["10.25", "10.5"])
def test_a_fraction_is_not_turned_around_and_the_way_out_is_told(held: str) -> None:
    exits = Exits()
    exits.door.hold(held)
    answer = exits.closer.reverse(ACCOUNT, SPY)

    odd = D(held) - 10
    assert isinstance(answer, Failed)
    assert f"can turn {odd:f} around" in answer.reason
    assert "Close takes the 10; close the rest in TWS" in answer.reason
    assert exits.door.broker.frames == []


def test_a_position_of_whole_steps_is_turned_around() -> None:
    exits = Exits()
    exits.door.contracts.known[SPY] = spy(size_increment=D("0.25"), min_size=D("0.25"))
    exits.door.hold("10.25")
    assert isinstance(exits.closer.reverse(ACCOUNT, SPY), Done)
    assert exits.newest.quantity == D("20.5")
