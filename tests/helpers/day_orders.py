"""Orders of a trader's day, each through the one door; SPY trades at 99.99 to 100.01."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.helpers.accepting import because
from tests.helpers.desk_fakes import LIMITS, SPY, D, Door, a_draft, fill, open_order, spy
from workstation.domain.bracket import BracketDraft
from workstation.domain.contract import Contract
from workstation.domain.finding import (
    Answer,
    TradingState,
)
from workstation.domain.ids import ClientId, IntentId, OrderId, PermId
from workstation.domain.order import OrderType, Side, Tif
from workstation.domain.preview import MarginPreview
from workstation.domain.prices import PriceLadder
from workstation.portfolio.day_result import DayFigures
from workstation.risk.limits import Restriction, RestrictionMode

MARKET: dict[str, Any] = {"order_type": OrderType.MARKET, "limit_price": None}
SELL = Side.SELL

Situation = Callable[[Door], Answer]


def holding(quantity: int, situation: Situation) -> Situation:
    def act(door: Door) -> Answer:
        door.hold(quantity)
        return situation(door)

    return act


def order(**terms: Any) -> Situation:
    return lambda door: door.submit(**terms)


def with_stop_working(door: Door) -> Answer:
    door.hold(100)
    door.apply(
        open_order(
            side=SELL, order_type="STP", limit_price=None, client_id=ClientId(0),
            order_id=OrderId(0), perm_id=PermId(4),
        )
    )  # fmt: skip
    return answer(door.submit(side=SELL, **MARKET))


def answer(given: Any) -> Answer:
    result: Answer = given
    return result


def close_twice(door: Door) -> Answer:
    door.hold(100)
    door.submit(side=SELL, **MARKET)
    return answer(door.submit(intent_id=IntentId("again"), side=SELL, **MARKET))


def scale_out(door: Door) -> Answer:
    door.hold(100)
    door.submit(side=SELL, quantity=D(50), **MARKET)
    return answer(door.submit(intent_id=IntentId("2"), side=SELL, quantity=D(50), **MARKET))


def scale_in(door: Door) -> Answer:
    door.submit()
    door.clock.seconds += 5
    return answer(door.submit(intent_id=IntentId("2")))


def both_sides(door: Door) -> Answer:
    door.hold(100)
    door.working(side=SELL, limit_price=D("101.00"))
    return answer(door.submit(limit_price=D("99.00")))


def nudge(door: Door) -> Answer:
    big = {"quantity": D(1500), "acknowledged": because("R05_ORDER_SIZE")}
    key = door.working(**big)
    return answer(door.change(key, limit_price=D("100.01")))


def reprice_a_part_filled_exit(door: Door) -> Answer:
    door.hold(100)
    key = door.working(side=SELL, limit_price=D("101.00"))
    door.apply(fill("a.1.01", 60, side=SELL))
    door.hold(40)
    return answer(door.change(key, limit_price=D("99.99")))


def penny_stock(door: Door) -> Answer:
    door.market(0.4998, 0.5001)
    return answer(door.submit(quantity=D(10_000), limit_price=D("0.5001")))


def quiet_fund(door: Door) -> Answer:
    door.market(98.00, 102.00)
    return answer(door.submit(limit_price=D("101.00")))


def quiet_for_an_hour(door: Door) -> Answer:
    door.clock.seconds += 3600
    return answer(door.submit())


def squeeze(door: Door) -> Answer:
    door.hold(-100)
    door.market(150.00, 170.00)
    door.links(suspect=True, ready=False)
    return answer(door.submit(limit_price=D("200.00")))


def halted_exit(door: Door) -> Answer:
    door.hold(100)
    door.stand(trading_state=TradingState.HALTED, limits=None)
    return answer(door.submit(side=SELL, **MARKET))


def contract(door: Door, sec_type: str, price: str, **terms: Any) -> None:
    """Let the one contract of the door be of another class, at this price."""
    tick = D(terms.pop("tick", "0.01"))
    base = Contract(con_id=SPY, symbol=terms.pop("symbol", "X"), sec_type=sec_type)
    base = replace(base, currency=terms.pop("currency", "USD"))
    door.contracts.known[SPY] = spy(contract=base, ladder=PriceLadder.of_tick(tick), **terms)
    door.market(float(D(price) - tick), float(D(price)))


def future(door: Door, **terms: Any) -> Answer:
    contract(door, "FUT", "6000.25", tick="0.25", symbol="MES", multiplier=D(5))
    return answer(door.submit(**{"quantity": D(1), "limit_price": D("6000.25"), **terms}))


def option(door: Door, **terms: Any) -> Answer:
    contract(door, "OPT", "2.50", symbol="SPY", multiplier=D(100))
    return answer(door.submit(**{"quantity": D(5), "limit_price": D("2.50"), **terms}))


def in_pence(quantity: int) -> Situation:
    def act(door: Door) -> Answer:
        assert door.summary is not None
        door.summary = replace(door.summary, currency="GBP")
        contract(door, "STK", "500.0", tick="0.1", currency="GBP", price_magnifier=100)
        return answer(door.submit(quantity=D(quantity), limit_price=D("500.0")))

    return act


def a_bracket(**changes: Any) -> Situation:
    terms = {"target_price": D("110.00"), "stop_price": D("95.00"), **changes}
    return lambda door: answer(door.desk.submit_bracket(BracketDraft(entry=a_draft(), **terms)))


def a_stop(price: str, **terms: Any) -> dict[str, Any]:
    return {"order_type": OrderType.STOP, "limit_price": None, "stop_price": D(price), **terms}


def to_breakeven(door: Door) -> Answer:
    door.hold(100)
    key = door.working(**a_stop("90.00", side=SELL, tif=Tif.GTC))
    return answer(door.change(key, stop_price=D("99.00")))


def halve_an_order(door: Door) -> Answer:
    key = door.working()
    return answer(door.change(key, quantity=D(50)))


WEEK = "20261120:0930-20261120:1600;20261121:CLOSED;20261122:CLOSED;20261123:0930-20261123:1600"


def on_the_weekend(door: Door) -> Answer:
    door.contracts.known[SPY] = spy(liquid_hours=WEEK, time_zone_id="America/New_York")
    door.clock.seconds += 86_400
    return answer(door.submit(limit_price=D("99.00"), tif=Tif.GTC))


def ten_seconds_after_the_open(door: Door) -> Answer:
    door.contracts.known[SPY] = spy(liquid_hours=WEEK, time_zone_id="America/New_York")
    door.market(95.00, 105.00)
    return with_stop_working(door)


def after_delayed_was_accepted(door: Door) -> Answer:
    door.quotes.set_data_type(SPY, 3)
    door.submit(acknowledged=frozenset({"R14_DELAYED_DATA"}))
    return answer(door.submit(intent_id=IntentId("2"), quantity=D(50)))


def after_accepting_for_the_day(door: Door) -> Answer:
    big = {"quantity": D(1100), "source": "ladder"}
    door.submit(acknowledged=because("R05_ORDER_SIZE") | {"R05_ORDER_SIZE:today"}, **big)
    door.clock.seconds += 60
    return answer(door.submit(intent_id=IntentId("2"), **big))


def again_on_the_ladder(door: Door) -> Answer:
    door.submit(source="ladder")
    door.clock.seconds += 0.2
    return answer(door.submit(intent_id=IntentId("2"), source="ladder"))


def three_targets(door: Door) -> Answer:
    door.hold(300)
    for number, price in enumerate(("101.00", "102.00")):
        door.submit(intent_id=IntentId(str(number)), side=SELL, limit_price=D(price))
    return answer(door.submit(side=SELL, limit_price=D("103.00")))


def the_fifteenth_order(door: Door) -> Answer:
    return orders_in_a_row(door, 15)


def orders_in_a_row(door: Door, count: int) -> Answer:
    given = None
    for number in range(count):
        door.clock.seconds += 5
        price = D("99.00") - D(number) / 100
        accepted = because(*(("R18_WORKING_ORDERS",) if number < count - 1 else ()))
        given = door.submit(
            intent_id=IntentId(str(number)),
            quantity=D(10),
            limit_price=price,
            acknowledged=accepted,
        )
    return answer(given)


def restricted(door: Door, mode: RestrictionMode = RestrictionMode.NO_TRADE) -> None:
    door.stand(limits=replace(LIMITS, restricted=(Restriction(symbol="SPY", mode=mode),)))


def leave_what_is_restricted(door: Door) -> Answer:
    restricted(door)
    door.hold(100)
    return answer(door.submit(side=SELL, **MARKET))


def leave_after_the_day_was_lost(door: Door) -> Answer:
    door.stand(limits=replace(LIMITS, daily_loss=D(20_000)), trading_state=TradingState.REDUCING)
    door.day = DayFigures(D(-20_001), D(0))
    door.hold(100)
    return answer(door.submit(side=SELL, **MARKET))


def leave_on_history(door: Door) -> Answer:
    door.hold(100)
    door.quotes.mark_all_stale()
    return answer(door.submit(side=SELL, **MARKET))


def leave_while_others_sell_too(door: Door) -> Answer:
    door.hold(100)
    door.links(bytes_waiting=10, wire_has_room=False)
    return answer(door.submit(side=SELL, quantity=D(50), **MARKET))


def sell_held_options(door: Door) -> Answer:
    door.hold(5)
    return option(door, side=SELL)


def write_what_the_broker_has_valued(door: Door) -> Answer:
    draft = a_draft(side=SELL, quantity=D(1), limit_price=D("2.50"))
    contract(door, "OPT", "2.50", symbol="SPY", multiplier=D(100))
    figures = dict.fromkeys(
        ("maintenance_margin_change", "initial_margin_after", "maintenance_margin_after",
         "equity_after", "commission"), D(1)
    )  # fmt: skip
    margin = MarginPreview(initial_margin_change=D(2000), currency="USD", **figures)
    door.previews.note(draft, margin)
    door.clock.seconds += 29
    return answer(door.submit(draft))
