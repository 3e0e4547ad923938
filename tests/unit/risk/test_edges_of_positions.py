"""What closes, protects and counts, at the edge: fractions, single shares, other accounts."""

from dataclasses import replace
from typing import Any

import pytest

from tests.helpers.desk_fakes import (
    ACCOUNT,
    CLIENT,
    LIMITS,
    NOON,
    SPY,
    D,
    a_draft,
    fill,
    open_order,
    spy,
)  # fmt: skip
from tests.unit.risk.test_account_checks import CALL, FUTURE, of_class, others, previewed, worth
from tests.unit.risk.test_checks import facts, levels, limited, quoted
from tests.unit.risk.test_combo import FAR, NEAR, TODAY, leg
from tests.unit.risk.test_survival import stop, survey
from workstation.domain.finding import RiskCode
from workstation.domain.ids import AccountId, ConId, OrderId, OrderKey, PermId
from workstation.domain.order import Side
from workstation.oms.orders import OrderBook
from workstation.risk import gate
from workstation.risk.combo import leg_faults, legs_check
from workstation.risk.coverage import Held, sure_stops
from workstation.risk.exposure import Leaves, leaves_of, of_contract, sent_as_closes
from workstation.risk.facts import sendable
from workstation.risk.hours import sessions
from workstation.risk.levels import size_that_passes
from workstation.risk.limits import Override, TwoLevel
from workstation.risk.sizing import claimed, margin_estimate, unit_size

BUY, SELL = Side.BUY, Side.SELL
NONE = D(0)


def orders(*reports: Any) -> Any:
    book = OrderBook(CLIENT)
    for report in reports:
        book.apply(report, NOON)
    return book.working()


def numbered(number: int, **changes: Any) -> Any:
    return open_order(order_id=OrderId(number), perm_id=PermId(900 + number), **changes)


def test_an_exit_is_told_of_standing_orders_only_where_they_would_cross_zero() -> None:
    for held, quantity, working, told in (
        ("100", "50", "0", False),
        ("100", "50", "50", False),
        ("100", "50", "51", True),
        ("1", "1", "0.5", True),
    ):
        draft = a_draft(side=SELL, quantity=D(quantity))
        case = facts(draft, position=D(held), working=Leaves(NONE, D(working)), is_exit=True)
        assert (RiskCode.POSITION in levels(case)) is told, (held, quantity, working)


def test_an_order_that_frees_margin_is_sent_even_where_no_funds_are_left() -> None:
    poor = worth(available_funds=D(-10))
    for change, found in (("-5", False), ("0", False), ("5", True)):
        case = facts(preview=previewed(change, None), summary=poor)
        assert (RiskCode.FUNDS in levels(case)) is found, change


def test_a_future_is_as_large_as_its_margin() -> None:
    """100 a point of 50 at 12 %: 600 a contract, 166 of them within 100,000."""
    wide = limited(contracts=TwoLevel(personal=D(900), catastrophic=D(999)))
    for quantity, found in ((166, False), (167, True)):
        case = facts(a_draft(quantity=D(quantity)), details=FUTURE, limits=wide)
        assert (RiskCode.ORDER_SIZE in levels(case)) is found, quantity


def test_what_a_combination_of_no_measurable_quantity_claims_is_not_known() -> None:
    case = facts(a_draft(quantity=D("NaN")), details=of_class("BAG"), combo_unit=D(300))
    assert margin_estimate(case, LIMITS) is None


def test_of_two_exceptions_to_the_limits_the_second_counts_as_well() -> None:
    tight = TwoLevel(personal=D(1), catastrophic=D(2))
    lines = (Override(symbol="QQQ", order_size=tight), Override(symbol="SPY", order_size=tight))
    assert replace(LIMITS, overrides=lines).for_order("SPY", "STK", "ticket").order_size == tight


def test_a_limit_far_from_the_market_says_how_far() -> None:
    (found,) = gate.findings(facts(a_draft(limit_price=D(50))))
    assert (found.code, found.measured) == (RiskCode.FAR_PASSIVE, "50.0 %")


def test_a_number_of_fifteen_digits_travels_and_one_of_sixteen_does_not() -> None:
    assert sendable(D("12345678901.2345"))
    assert not sendable(D("12345678901.23456"))


def test_a_session_without_length_is_none_at_all() -> None:
    assert sessions("20261120:0930-20261120:0930", "UTC") is None
    found = sessions("20261120:0930-20261120:0931", "UTC")
    assert found is not None
    assert len(found) == 1


def test_shares_held_and_shares_on_order_both_count_before_those_of_a_leg() -> None:
    """10,000 for the leg on 1,000,000, of which twice may be in stocks and no more."""
    for position in (0, 500):  # what is held of the leg already is among the others
        check = legs_check((facts(a_draft(quantity=D(100)), position=D(position)),))
        for held, working, asked in ((990_000, 1_000_000, False), (990_001, 1_000_000, True)):
            case = facts(others=others(stocks=held, working=working))
            found = {each.code for each in check(case)}
            assert (RiskCode.LEVERAGE in found) is asked, (position, held)


def test_a_sale_that_rests_above_the_bid_stands_not_in_the_way_of_a_close_at_the_market() -> None:
    market = quoted(bid=99.99, ask=100.01)
    for price, left in (("100.00", 0), ("99.99", 100), ("99.98", 100)):
        (order,) = orders(open_order(side=SELL, quantity=D(100), limit_price=D(price)))
        assert sent_as_closes([order], SELL, None, market) == left, price
    for price, left in (("100.00", 0), ("100.01", 100)):
        (order,) = orders(open_order(side=BUY, quantity=D(100), limit_price=D(price)))
        assert sent_as_closes([order], BUY, None, market) == left, price


def test_a_sale_beyond_what_working_orders_close_already_is_told_from_the_first_share() -> None:
    for held, closes, told in (("1", "1", True), ("0", "1", False), ("1", "0", False)):
        draft = a_draft(side=SELL, quantity=D(1))
        case = facts(draft, position=D(held), closes=D(closes))
        assert (RiskCode.POSITION in levels(case)) is told, (held, closes)


def test_a_sale_of_some_of_the_options_held_writes_none() -> None:
    for held, size in ((10, 10_000), (5, 10_000), (4, None)):
        draft = a_draft(side=SELL, quantity=D(5))
        assert unit_size(facts(draft, details=CALL, position=D(held))) == size, held


def test_a_working_combination_claims_all_that_it_is_worth() -> None:
    assert claimed([("BAG", D(300)), ("STK", D(300))], LIMITS) == 300 + 150


def test_the_size_that_passes_is_one_of_whole_lots_and_no_less_than_the_least() -> None:
    lots = spy(size_increment=D(100), min_size=D(200))
    for most, details, words in (
        (1050, lots, "1,000 would pass."),
        (199, lots, "No size passes."),
        (1050, None, "1,050 would pass."),
    ):
        assert size_that_passes(facts(details=details), D(most)) == words


def test_the_pause_after_losses_is_a_minute_to_a_day() -> None:
    for minutes in (1, 1440):
        assert replace(LIMITS, cooldown_minutes=minutes).cooldown_minutes == minutes
    for minutes in (0, 1441):
        with pytest.raises(ValueError, match="cooldown"):
            replace(LIMITS, cooldown_minutes=minutes)


def test_a_wide_market_gives_three_times_its_width_to_the_cent() -> None:
    wide = quoted(bid=98.0, ask=102.0)
    for price, found in (("114.00", False), ("114.01", True)):
        case = facts(a_draft(limit_price=D(price)), quote=wide)
        assert (RiskCode.PRICE_COLLAR in levels(case)) is found, price


# -- what is left of orders -------------------------------------------------------------------------


def test_while_a_change_is_open_the_larger_quantity_counts() -> None:
    (order,) = orders(numbered(1, quantity=D(100)))
    for pending, left in ((50, 100), (100, 100), (150, 150), (None, 100)):
        wanted = None if pending is None else D(pending)
        assert leaves_of(replace(order, pending_quantity=wanted)) == left


def test_only_orders_of_the_contract_and_of_the_account_are_its_own() -> None:
    found = orders(
        numbered(1),
        numbered(2, account=AccountId("SIM0000002")),
        numbered(3, con_id=ConId(1)),
    )
    assert [each.order_id for each in of_contract(found, ACCOUNT, SPY)] == [1]


# -- what protects ----------------------------------------------------------------------------------


def test_a_single_share_is_protected_by_its_stop() -> None:
    cover = survey(stop(quantity=D(1)), held=1)
    assert (cover.covered, cover.uncovered, cover.over) == (1, 0, 0)


def test_a_stop_protects_with_what_has_not_filled_of_it() -> None:
    (order,) = orders(stop())
    assert order.quantity == 100
    assert survey(stop(quantity=D(100)), held=100).covered == 100
    assert survey(stop(quantity=D(60)), held=100).uncovered == 40


def test_the_stop_of_a_single_share_is_among_those_that_can_be_made_smaller() -> None:
    for held, side in ((1, SELL), (-1, BUY)):
        (order,) = orders(stop(quantity=D(1), side=side))
        position = Held(
            account=ACCOUNT, con_id=SPY, symbol="SPY", quantity=D(held), orders=[order],
            details=None, quote=None, outside_rth=lambda key: key == OrderKey(""),
        )  # fmt: skip
        assert sure_stops(position) == [(order, D(1))]


def test_a_stop_that_has_sold_a_part_protects_with_the_rest() -> None:
    sold = fill("p.1.01", 40, perm_id=PermId(901), side=SELL)
    cover = survey(stop(quantity=D(100)), sold, held=60)
    assert (cover.covered, cover.uncovered, cover.over) == (60, 0, 0)


@pytest.mark.parametrize(
    ("side", "held", "nearest"), [(SELL, 100, "105.00"), (BUY, -100, "110.00")]
)
def test_the_nearest_target_is_the_one_the_market_meets_first(
    side: Side, held: int, nearest: str
) -> None:
    targets = [
        numbered(number, side=side, limit_price=D(price), quantity=D(50))
        for number, price in ((1, "110.00"), (2, "105.00"))
    ]
    assert survey(*targets, held=held).nearest_target == D(nearest)


def test_only_a_limit_on_the_closing_side_is_a_target() -> None:
    for report in (
        stop(),
        numbered(1, side=BUY, limit_price=D(105)),
        numbered(1, side=SELL, order_type="LOC", limit_price=D(105)),
    ):
        assert survey(report).nearest_target is None


# -- combinations -----------------------------------------------------------------------------------


def test_three_and_four_legs_are_a_combination_too() -> None:
    strikes = (("C", 200, 1), ("C", 210, -1), ("C", 220, -1), ("C", 230, 1))
    legs = [
        leg(n, ratio, f"{right} {at} {NEAR}") for n, (right, at, ratio) in enumerate(strikes, 1)
    ]
    for count in (2, 3, 4):
        assert list(leg_faults(legs[:count], TODAY)) == []


def test_a_leg_that_expires_later_this_month_has_not_expired() -> None:
    for day, told in (("20261125", False), ("20261120", False), ("20261119", True)):
        found = leg_faults((leg(1, 1, f"C 200 {day}"), leg(2, -1, f"C 210 {FAR}")), TODAY)
        assert any("has expired" in each.text for each in found) is told, day
