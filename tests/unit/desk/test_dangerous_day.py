"""Forty dangerous orders of a trader's day do not pass, each for its own reason."""

from dataclasses import replace
from typing import Any

import pytest

from tests.helpers.accepting import because
from tests.helpers.day_orders import (
    MARKET,
    SELL,
    Situation,
    a_bracket,
    a_stop,
    after_delayed_was_accepted,
    answer,
    close_twice,
    contract,
    future,
    in_pence,
    option,
    order,
    orders_in_a_row,
    restricted,
)
from tests.helpers.desk_fakes import ACCOUNT, LIMITS, SPY, D, Door, a_draft, spy
from workstation.domain.account import Environment
from workstation.domain.contract import Contract
from workstation.domain.finding import (
    Answer,
    Denied,
    Level,
    NeedsAcknowledgement,
    RiskCode,
    TradingState,
)
from workstation.domain.ids import AccountId, ConId, IntentId
from workstation.domain.order import Tif
from workstation.domain.prices import PriceLadder
from workstation.domain.reports import PositionReport
from workstation.portfolio.day_result import DayFigures
from workstation.risk.limits import Override, RestrictionMode, TwoLevel


def stale(door: Door) -> Answer:
    door.quotes.mark_all_stale()
    return answer(door.submit(**MARKET))


def no_data(door: Door) -> Answer:
    door.quotes.forget(SPY)
    return answer(door.submit())


def crossed_and_far(door: Door) -> Answer:
    door.quotes.set_price(SPY, 4, 50.0)
    door.market(101.0, 100.0)
    return answer(door.submit())


def another_currency(door: Door) -> Answer:
    contract = Contract(con_id=SPY, symbol="SPY", currency="JPY")
    door.contracts.known[SPY] = spy(contract=contract)
    return answer(door.submit())


def half_pennies(door: Door) -> Answer:
    door.contracts.known[SPY] = spy(ladder=PriceLadder.of_tick(D("0.05")))
    return answer(door.submit(limit_price=D("100.01")))


def unarmed(door: Door) -> Answer:
    account = AccountId("U1234567")
    door.stand(accounts=(account,), environment=Environment.LIVE)
    return answer(door.submit(a_draft(account=account)))


def live_in_a_paper_profile(door: Door) -> Answer:
    account = AccountId("U1234567")
    door.stand(accounts=(account,), environment=Environment.PAPER, armed=True)
    return answer(door.submit(a_draft(account=account)))


def built_up_piece_by_piece(door: Door) -> Answer:
    for number in range(3):
        door.submit(intent_id=IntentId(str(number)), quantity=D(800 + number))
    return answer(door.submit())


def a_leaning_finger(door: Door) -> Answer:
    for number in range(10):
        door.submit(intent_id=IntentId(str(number)), quantity=D(number + 1), source="hotkey")
    return answer(door.submit(quantity=D(99), source="hotkey"))


def reduced_after_overfill(door: Door) -> Answer:
    door.stand(trading_state=TradingState.REDUCING, trading_reason="more was filled")
    door.hold(100)
    return answer(door.submit(side=SELL, quantity=D(101), **MARKET))


def grow_quietly(door: Door) -> Answer:
    key = door.working()
    return answer(door.change(key, quantity=D(1100)))


def lost_in_the_middle(door: Door) -> Answer:
    door.links(ready=False, synced=False, reason="the other side closed the connection")
    door.hold(100)
    return answer(door.submit(side=SELL, **MARKET))


def worth(**figures: Any) -> Situation:
    def act(door: Door) -> Answer:
        assert door.summary is not None
        door.summary = replace(door.summary, **figures)
        return answer(door.submit())

    return act


def limited(situation: Situation, **limits: Any) -> Situation:
    def act(door: Door) -> Answer:
        door.stand(limits=replace(LIMITS, **limits))
        return situation(door)

    return act


def already_in(quantity: int) -> Situation:
    """Hold another stock of 100 a share before buying this one."""

    def act(door: Door) -> Answer:
        other = ConId(1)
        door.contracts.known[other] = spy(contract=Contract(con_id=other, symbol="QQQ"))
        door.quotes.set_price(other, 4, 100.0)
        door.positions.apply_position(
            PositionReport(
                account=ACCOUNT,
                con_id=other,
                symbol="QQQ",
                quantity=D(quantity),
                average_cost=None,
            )
        )
        return answer(door.submit())

    return act


def losing(pnl: str | None, best: str = "0", **limits: Any) -> Situation:
    def act(door: Door) -> Answer:
        door.day = DayFigures(None if pnl is None else D(pnl), D(best))
        return limited(order(), **limits)(door)

    return act


def into_my_own_offer(door: Door) -> Answer:
    door.hold(100)
    door.working(side=SELL, limit_price=D("100.01"))
    return answer(door.submit(limit_price=D("100.01")))


def both_sides_of_an_option(door: Door) -> Answer:
    door.hold(5)
    option(door, side=SELL, intent_id=IntentId("s"), limit_price=D("3.00"))
    return option(door, limit_price=D("2.00"), quantity=D(1))


def chase(door: Door) -> Answer:
    given = None
    for number in range(9):
        door.clock.seconds += 2
        price = D("99.00") + D(number) / 10
        given = door.submit(intent_id=IntentId(str(number)), quantity=D(1), limit_price=price)
    return answer(given)


def a_rule_that_runs_away(door: Door) -> Answer:
    given = None
    for number in range(21):
        door.clock.seconds += 5
        price = D("99.00") - D(number) / 100
        given = door.submit(
            intent_id=IntentId(str(number)),
            quantity=D(1),
            limit_price=price,
            source="rule:dip",
            acknowledged=because("R18_WORKING_ORDERS"),
        )
    return answer(given)


def a_strategy_leaves_after_the_halt(door: Door) -> Answer:
    door.hold(100)
    door.stand(trading_state=TradingState.HALTED)
    return answer(door.submit(side=SELL, source="strategy:cross", **MARKET))


def on_delayed_data(door: Door) -> Answer:
    door.quotes.set_data_type(SPY, 3)
    return answer(door.submit())


def accepted_yesterday(door: Door) -> Answer:
    after_delayed_was_accepted(door)
    door.clock.seconds += 86_400
    return answer(door.submit(intent_id=IntentId("3"), quantity=D(30)))


def a_bouncing_key(door: Door) -> Answer:
    door.submit(source="hotkey")
    door.clock.seconds += 0.1
    return answer(door.submit(intent_id=IntentId("2"), source="hotkey"))


def a_bracket_that_closes(door: Door) -> Answer:
    door.hold(-100)
    return a_bracket()(door)


def good_till_cancelled_where_only_days_are_taken(door: Door) -> Answer:
    door.contracts.known[SPY] = spy(order_types=frozenset({"LMT", "DAY"}))
    return answer(door.submit(tif=Tif.GTC))


def a_market_that_never_was(door: Door) -> Answer:
    door.quotes.forget(SPY)
    return answer(door.submit(**MARKET))


def waiting_bytes(door: Door) -> Answer:
    door.links(bytes_waiting=1)
    return answer(door.submit())


def read_only(door: Door) -> Answer:
    door.stand(read_only=True)
    return answer(door.submit())


def buy_what_is_restricted(door: Door) -> Answer:
    restricted(door, RestrictionMode.SELL_ONLY)
    return answer(door.submit())


def a_warrant(door: Door) -> Answer:
    contract(door, "WAR", "2.50")
    return answer(door.submit(quantity=D(5), limit_price=D("2.50")))


SMALL = TwoLevel(personal=D(5000), catastrophic=D(50_000))


def test_there_are_forty() -> None:
    assert len(DANGEROUS) >= 40


DANGEROUS: dict[str, tuple[Situation, type, RiskCode]] = {
    "a zero too many": (order(quantity=D(10_000)), Denied, RiskCode.ORDER_SIZE),
    "a bit more than usual": (order(quantity=D(1001)), NeedsAcknowledgement, RiskCode.ORDER_SIZE),
    "a point in the wrong place": (
        order(limit_price=D("1000.00")), Denied, RiskCode.PRICE_COLLAR,
    ),
    "four per cent through the market": (
        order(limit_price=D("104.02")), NeedsAcknowledgement, RiskCode.PRICE_COLLAR,
    ),
    "sells far below the market": (
        order(side=SELL, limit_price=D("10.00")), Denied, RiskCode.PRICE_COLLAR,
    ),
    "buys at the market on stale quotes": (stale, NeedsAcknowledgement, RiskCode.NO_REFERENCE),
    "buys at the market without any price": (
        a_market_that_never_was, Denied, RiskCode.ORDER_SIZE,
    ),
    "bids without any data": (no_data, NeedsAcknowledgement, RiskCode.NO_REFERENCE),
    "buys on delayed data": (on_delayed_data, NeedsAcknowledgement, RiskCode.DELAYED_DATA),
    "takes yesterday's yes for today's": (
        accepted_yesterday, NeedsAcknowledgement, RiskCode.DELAYED_DATA,
    ),
    "trusts a crossed market": (crossed_and_far, Denied, RiskCode.PRICE_COLLAR),
    "forgets the currency": (another_currency, Denied, RiskCode.NO_REFERENCE),
    "prices between the ticks": (half_pennies, Denied, RiskCode.OFF_TICK),
    "sends no number at all": (order(quantity=D("NaN")), Denied, RiskCode.QUANTITY_NOT_POSITIVE),
    "buys half a share": (order(quantity=D("0.5")), Denied, RiskCode.OFF_LOT),
    "trades live unarmed": (unarmed, Denied, RiskCode.NOT_ARMED),
    "is in the wrong world": (live_in_a_paper_profile, Denied, RiskCode.WRONG_ENVIRONMENT),
    "trades while only looking": (read_only, Denied, RiskCode.READ_ONLY),
    "builds a large position in small pieces": (
        built_up_piece_by_piece, NeedsAcknowledgement, RiskCode.POSITION,
    ),
    "leans on a key": (a_leaning_finger, Denied, RiskCode.RATE),
    "has a key that bounces": (a_bouncing_key, Denied, RiskCode.DUPLICATE),
    "closes twice": (close_twice, NeedsAcknowledgement, RiskCode.DUPLICATE),
    "turns around while reducing": (reduced_after_overfill, Denied, RiskCode.TRADING_STATE),
    "grows an order instead of sending one": (
        grow_quietly, NeedsAcknowledgement, RiskCode.ORDER_SIZE,
    ),
    "trades what it cannot know": (lost_in_the_middle, Denied, RiskCode.LINK_NOT_READY),
    "sends while earlier bytes wait": (waiting_bytes, Denied, RiskCode.BYTES_WAITING),
    "buys eleven futures": (
        lambda door: future(door, quantity=D(11)), NeedsAcknowledgement, RiskCode.QUANTITY,
    ),
    "buys fifty-one futures": (
        lambda door: future(door, quantity=D(51)), Denied, RiskCode.QUANTITY,
    ),
    "bids a future eight ticks through": (
        lambda door: future(door, limit_price=D("6002.25")),
        NeedsAcknowledgement, RiskCode.PRICE_COLLAR,
    ),
    "writes a call nobody has valued": (
        lambda door: option(door, side=SELL, quantity=D(1)),
        NeedsAcknowledgement, RiskCode.ORDER_SIZE,
    ),
    "has both sides of one option": (both_sides_of_an_option, Denied, RiskCode.SELF_CROSS),
    "takes pence for pounds": (in_pence(20_001), NeedsAcknowledgement, RiskCode.ORDER_SIZE),
    "holds twice what it owns": (already_in(20_000), NeedsAcknowledgement, RiskCode.EXPOSURE),
    "holds four times what it owns": (already_in(-40_000), Denied, RiskCode.LEVERAGE),
    "trades an account under water": (
        worth(net_liquidation=D(-1)), Denied, RiskCode.LEVERAGE,
    ),
    "puts everything on one card": (
        worth(net_liquidation=D(30_000)), NeedsAcknowledgement, RiskCode.CONCENTRATION,
    ),
    "has no money left": (worth(available_funds=D(4999)), Denied, RiskCode.FUNDS),
    "spends the reserve": (
        worth(excess_liquidity=D(5500)), NeedsAcknowledgement, RiskCode.FUNDS,
    ),
    "has no day trades left": (
        worth(day_trades_remaining=D(0)), NeedsAcknowledgement, RiskCode.DAY_TRADES,
    ),
    "goes on after a lost day": (
        losing("-20000", daily_loss=D(20_000)), Denied, RiskCode.DAILY_LOSS,
    ),
    "gives back what was won": (
        losing("1000", "6000", drawdown=D(5000)), Denied, RiskCode.DRAWDOWN,
    ),
    "does not know the day's result": (
        losing(None, daily_loss=D(20_000)), NeedsAcknowledgement, RiskCode.DAILY_LOSS,
    ),
    "buys its own offer": (into_my_own_offer, NeedsAcknowledgement, RiskCode.SELF_CROSS),
    "has a sixteenth bid": (
        lambda door: orders_in_a_row(door, 16), NeedsAcknowledgement, RiskCode.WORKING_ORDERS,
    ),
    "has a twenty-first bid": (
        lambda door: orders_in_a_row(door, 21), Denied, RiskCode.WORKING_ORDERS,
    ),
    "goes above its own limit and does not say why": (
        order(quantity=D(1500), acknowledged=frozenset({"R05_ORDER_SIZE"})),
        NeedsAcknowledgement, RiskCode.REASON_MISSING,
    ),
    "gives blanks for a reason": (
        order(quantity=D(1500),
              acknowledged=frozenset({"R05_ORDER_SIZE", "R05_ORDER_SIZE:because: \t"})),
        NeedsAcknowledgement, RiskCode.REASON_MISSING,
    ),
    "accepts its limit for the day and does not say why": (
        order(quantity=D(1500), acknowledged=frozenset({"R05_ORDER_SIZE:today"})),
        NeedsAcknowledgement, RiskCode.REASON_MISSING,
    ),
    "gives the reason of another limit": (
        order(quantity=D(1500),
              acknowledged=frozenset({"R05_ORDER_SIZE", "R06_POSITION:because: hedged"})),
        NeedsAcknowledgement, RiskCode.REASON_MISSING,
    ),
    "runs after a price": (chase, NeedsAcknowledgement, RiskCode.CHASING),
    "lets a rule run away": (a_rule_that_runs_away, Denied, RiskCode.AUTOMATION),
    "lets a strategy act after the halt": (
        a_strategy_leaves_after_the_halt, Denied, RiskCode.TRADING_STATE,
    ),
    "buys what is on the restricted list": (buy_what_is_restricted, Denied, RiskCode.RESTRICTED),
    "opens a class it never enabled": (a_warrant, Denied, RiskCode.CLASS_NOT_ENABLED),
    "orders a TIF that is not taken": (
        good_till_cancelled_where_only_days_are_taken, Denied, RiskCode.TIF_NOT_OFFERED,
    ),
    "trades a wild stock in its usual size": (
        limited(order(), overrides=(Override(symbol="SPY", order_size=SMALL),)),
        NeedsAcknowledgement, RiskCode.ORDER_SIZE,
    ),
    "sends a stop the market has passed": (
        order(**a_stop("99.00")), NeedsAcknowledgement, RiskCode.STOP_THROUGH,
    ),
    "puts the stop above the entry": (
        a_bracket(stop_price=D("101.00")), Denied, RiskCode.STOP_SIDE,
    ),
    "puts a bracket around a close": (a_bracket_that_closes, Denied, RiskCode.GROUP),
}  # fmt: skip


@pytest.mark.parametrize("name", DANGEROUS)
def test_a_dangerous_order_does_not_pass(name: str) -> None:
    situation, expected, code = DANGEROUS[name]
    door = Door()
    given = situation(door)

    assert isinstance(given, expected), given
    stops = Level.HARD if expected is Denied else Level.SOFT
    assert code in {finding.code for finding in given.findings if finding.level is stops}
    assert door.locked == []
