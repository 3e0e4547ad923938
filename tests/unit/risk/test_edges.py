"""What a check says exactly at its edge, and of orders that are almost of its kind."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.helpers.desk_fakes import LIMITS, NOON, D, a_draft, open_order, spy
from tests.unit.risk.test_account_checks import (
    FUTURE,
    HOURS,
    at,
    closing,
    of_class,
    working,
    worth,
)
from tests.unit.risk.test_checks import facts, levels, limited
from tests.unit.risk.test_combo import BULL, FAR, NEAR, TODAY, ComboDoor, leg
from workstation.domain.finding import Finding, Level, NeedsAcknowledgement, RiskCode, Submitted
from workstation.domain.ids import ClientId, ConId
from workstation.domain.order import OrderTerms, OrderType, Side, Tif
from workstation.oms.orders import OrderBook
from workstation.risk import gate
from workstation.risk.combo import combo_unit, leg_faults
from workstation.risk.exposure import is_exit, leaves_of
from workstation.risk.facts import Automatic, Facts
from workstation.risk.levels import money, size_that_passes
from workstation.risk.limits import Restriction, RestrictionMode, TwoLevel
from workstation.risk.sizing import margin_estimate
from workstation.risk.trading_day import boundary_of

BUY, SELL = Side.BUY, Side.SELL
HARD, SOFT, INFO = Level.HARD, Level.SOFT, Level.INFO


def finding(case: Facts, code: RiskCode) -> Finding:
    (found,) = [each for each in gate.findings(case) if each.code is code]
    return found


# -- funds and worth --------------------------------------------------------------------------------


def test_an_order_that_takes_the_last_of_the_funds_asks_and_a_cent_more_is_stopped() -> None:
    cost = margin_estimate(facts(), LIMITS)
    assert cost is not None
    for free, level in ((cost, SOFT), (cost - D("0.01"), HARD)):
        assert levels(facts(summary=worth(available_funds=free)))[RiskCode.FUNDS] is level


def test_an_account_that_has_no_margin_in_use_starts_from_nothing() -> None:
    draft = a_draft(quantity=D(1))
    cost = margin_estimate(facts(draft, details=FUTURE), LIMITS)
    assert cost is not None
    most = LIMITS.margin_use_percent.personal
    case = facts(draft, details=FUTURE, summary=worth(net_liquidation=cost * 100 / most))

    assert RiskCode.MARGIN_USE not in levels(case)
    more = facts(draft, details=FUTURE, summary=worth(net_liquidation=cost * 100 / most - 1))
    assert levels(more)[RiskCode.MARGIN_USE] is SOFT


def test_an_account_worth_a_single_unit_is_still_worth_something() -> None:
    case = facts(a_draft(quantity=D("0.001")), summary=worth(net_liquidation=D(1)))
    assert "absent" not in " ".join(each.text for each in gate.findings(case))


def test_only_a_stock_is_held_against_the_accounts_worth() -> None:
    for sec_type in ("BOND", "WAR", "FUT"):
        case = facts(a_draft(quantity=D(5)), details=of_class(sec_type), position=D(1_000_000))
        assert RiskCode.CONCENTRATION not in levels(case)
    assert levels(facts(position=D(3000)))[RiskCode.CONCENTRATION] is SOFT


def test_a_combination_claims_its_size_and_the_fees_of_its_contracts() -> None:
    case = facts(a_draft(quantity=D(4)), details=of_class("BAG"), combo_unit=D(300))

    assert margin_estimate(case, LIMITS) == 4 * 300 + D("2.50") * 4
    assert margin_estimate(replace(case, combo_unit=None), LIMITS) is None


# -- what a hand and a rule may do ------------------------------------------------------------------


def test_a_hand_may_go_on_where_a_rule_has_done_too_much() -> None:
    spent = Automatic(orders=99, fills=99)

    assert RiskCode.AUTOMATION in levels(facts(a_draft(source="rule:x"), automatic=spent))
    assert RiskCode.AUTOMATION not in levels(facts(a_draft(source="chart"), automatic=spent))
    assert levels(facts(a_draft(source="rule:x"), automatic=spent, limits=None)) == {
        RiskCode.LIMITS: HARD
    }


def test_a_sale_that_one_line_of_the_list_allows_is_stopped_by_the_next() -> None:
    lines = (
        Restriction(symbol="QQQ", mode=RestrictionMode.NO_TRADE),
        Restriction(symbol="SPY", mode=RestrictionMode.SELL_ONLY),
        Restriction(sec_type="STK", mode=RestrictionMode.NO_TRADE),
    )
    sale = facts(a_draft(side=SELL), position=D(100), limits=limited(restricted=lines))
    assert levels(sale) == {RiskCode.RESTRICTED: HARD}
    allowed = facts(a_draft(side=SELL), position=D(100), limits=limited(restricted=lines[:2]))
    assert levels(allowed) == {}


def test_the_number_of_orders_that_chase_counts_the_one_in_hand() -> None:
    assert finding(facts(chasing=8), RiskCode.CHASING).measured == "9 orders in 60 s"
    assert finding(facts(chasing=20), RiskCode.CHASING).level is SOFT


# -- short sales ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tick", "level"),
    [(0.0, HARD), (1.0, HARD), (1.5, HARD), (1.51, SOFT), (2.5, SOFT), (2.51, INFO), (None, INFO)],
)
def test_a_short_sale_depends_on_what_can_be_borrowed(tick: float | None, level: Level) -> None:
    case = facts(a_draft(side=SELL), shortable=tick)
    assert levels(case)[RiskCode.SHORT] is level


def test_only_who_holds_something_is_asked_whether_a_short_sale_was_meant_to_close() -> None:
    for held, asked in ((0, False), (-50, False), (1, True)):
        found = finding(facts(a_draft(side=SELL), position=D(held)), RiskCode.SHORT)
        assert bool(found.advice) is asked


# -- own orders, hours ------------------------------------------------------------------------------


def test_the_own_order_that_stands_longest_is_the_one_named() -> None:
    book = OrderBook(ClientId(7))
    for number, price in ((1, "100.00"), (2, "99.98")):
        report = open_order(side=SELL, order_id=number, perm_id=9000 + number, limit_price=D(price))
        book.apply(report, NOON)
    found = finding(facts(opposite=book.working()), RiskCode.SELF_CROSS)
    assert found.measured == "own order at 100.00"
    one = finding(facts(opposite=working(limit_price=D("99.99"))), RiskCode.SELF_CROSS)
    assert one.measured == "own order at 99.99"


def test_the_cut_off_of_the_opening_auction_is_for_orders_of_the_auction_alone() -> None:
    moment = at(14, 29, 59)  # a second before the bell
    auction = closing(OrderType.MARKET, moment, tif=Tif.OPG)

    assert levels(auction)[RiskCode.PAST_CUT_OFF] is SOFT
    assert RiskCode.PAST_CUT_OFF not in levels(facts(details=HOURS, now=moment))
    last = facts(details=HOURS, now=at(21) + timedelta(days=30))
    assert RiskCode.CHECK_ERROR not in levels(replace(last, draft=auction.draft))


def test_whoever_holds_nothing_else_reaches_the_limits_with_the_order_alone() -> None:
    wide = limited(order_size=TwoLevel(personal=D(10**7), catastrophic=D(10**8)),
                   position=TwoLevel(personal=D(10**7), catastrophic=D(10**8)),
                   concentration_percent=TwoLevel(personal=D(900), catastrophic=D(999)),
                   stock_margin_percent=D(1))  # fmt: skip
    for quantity, found in ((20_000, {}), (20_001, {RiskCode.EXPOSURE, RiskCode.LEVERAGE})):
        case = facts(a_draft(quantity=D(quantity)), limits=wide)
        assert set(levels(case)) == set(found)


# -- what is left, what would pass, how it is written -----------------------------------------------


def test_an_order_filled_beyond_its_size_has_nothing_left() -> None:
    book = OrderBook(ClientId(7))
    book.apply(open_order(quantity=D(100)), NOON)
    (order,) = book.working()

    assert leaves_of(replace(order, filled=D("99.5"))) == D("0.5")
    assert leaves_of(replace(order, filled=D("100.5"))) == 0


def test_a_quantity_that_is_no_number_closes_nothing() -> None:
    for text in ("NaN", "Infinity"):
        assert not is_exit(BUY, D(text), D(-100), D(0))
        assert not is_exit(BUY, D(text), D(0), D(0))
    assert is_exit(BUY, D(100), D(-100), D(0))
    assert not is_exit(BUY, D(101), D(-100), D(0))


def test_no_size_passes_where_none_is_left() -> None:
    for least in (D(0), D(1)):
        case = facts(details=spy(min_size=least))
        assert size_that_passes(case, D("0.5")) == "No size passes."
        assert size_that_passes(case, D(-5)) == "No size passes."
        assert size_that_passes(case, D("1.5")) == "1 would pass."


@pytest.mark.parametrize(
    ("amount", "text"),
    [("9.25", "9.25 USD"), ("9.75", "9.75 USD"), ("-9.5", "-9.50 USD"), ("9", "9 USD"),
     ("10.5", "10 USD"), ("1234567.8", "1,234,568 USD")],
)  # fmt: skip
def test_small_amounts_are_written_with_their_cents(amount: str, text: str) -> None:
    assert money(D(amount), "USD") == text


def test_the_dead_man_may_wait_a_whole_day_and_no_more() -> None:
    for minutes in (2, 1440):
        assert replace(LIMITS, dead_man_minutes=minutes).dead_man_minutes == minutes
    for minutes in (1, 1441):
        with pytest.raises(ValueError, match="2 to 1440"):
            replace(LIMITS, dead_man_minutes=minutes)


def test_a_day_that_begins_before_noon_bears_its_own_name() -> None:
    assert boundary_of("11:59 UTC").day_of(NOON).isoformat() == "2026-11-20"
    assert boundary_of("12:00 UTC").day_of(NOON).isoformat() == "2026-11-21"


# -- prices -----------------------------------------------------------------------------------------


def test_the_first_stop_of_a_trail_moves_away_from_the_market_to_its_increment() -> None:
    for side, passes in ((SELL, "99.00"), (BUY, "99.01")):
        draft = a_draft(
            side=side, order_type=OrderType.TRAIL, limit_price=None,
            terms=OrderTerms(trail_stop=D("99.005"), trail_amount=D(1)),
        )  # fmt: skip
        assert finding(facts(draft), RiskCode.OFF_TICK).advice == f"{passes} would pass."


def stop_limit(stop: str, limit: str) -> Any:
    return a_draft(
        order_type=OrderType.STOP_LIMIT, limit_price=D(limit), stop_price=D(stop), quantity=D(1)
    )


def test_a_stop_limit_is_measured_from_its_own_stop_down_to_the_smallest_price() -> None:
    details = spy(order_types=frozenset())
    for stop, limit in (("1.00", "1.50"), ("0.50", "0.90")):
        found = finding(facts(stop_limit(stop, limit), details=details), RiskCode.PRICE_COLLAR)
        assert "through the stop" in found.text
    for stop in ("0", "-0.50"):
        assert RiskCode.CHECK_ERROR not in levels(facts(stop_limit(stop, "1.00"), details=details))
        assert RiskCode.PRICE_COLLAR not in levels(facts(stop_limit(stop, "1.00"), details=details))


def test_a_limit_far_below_the_market_may_wait_and_one_below_its_stop_is_only_strange() -> None:
    assert levels(facts(a_draft(limit_price=D(50)))) == {RiskCode.FAR_PASSIVE: INFO}
    far = facts(stop_limit("105.00", "60.00"), details=spy(order_types=frozenset()))
    assert RiskCode.FAR_PASSIVE not in levels(far)


# -- combinations -----------------------------------------------------------------------------------


def unit(*legs: Any, side: Side = BUY, price: str = "1.00") -> Any:
    return combo_unit(legs, [None] * len(legs), side, D(price), LIMITS)


def test_what_can_be_lost_of_two_underlyings_or_two_rights_is_not_known() -> None:
    assert unit(BULL[0], leg(2, -1, f"C 210 {NEAR}", symbol="MSFT")) is None
    assert unit(leg(1, -1, f"P 200 {NEAR}"), leg(2, 1, f"C 200 {FAR}")) is None


def test_a_share_sold_short_under_a_put_can_lose_without_end() -> None:
    put = leg(1, 1, f"P 200 {NEAR}")
    assert unit(put, leg(2, -1, "S"), price="-190.00") is None
    assert unit(put, leg(2, 100, "S"), price="210.00") == 1000


def test_the_largest_ratio_of_a_leg_is_allowed() -> None:
    def told(ratio: int) -> str:
        legs = (leg(1, ratio, f"C 200 {NEAR}"), BULL[1])
        return " ".join(each.text for each in leg_faults(legs, TODAY))

    assert "ratio" not in told(1000)
    assert "between 1 and 1000" in told(1001)


def test_a_net_price_exactly_as_far_through_as_allowed_passes_silently() -> None:
    door = ComboDoor()
    allowed = max(D("0.30") * LIMITS.collar_spreads, LIMITS.collar_option_amount)
    at_most = D("3.20") + allowed
    beyond = door.submit(door.spread(str(at_most + D("0.01"))))
    assert isinstance(beyond, NeedsAcknowledgement)
    assert {each.code for each in beyond.findings} == {RiskCode.PRICE_COLLAR}
    assert isinstance(door.submit(door.spread(str(at_most))), Submitted)
    assert door.con_id != ConId(0)
