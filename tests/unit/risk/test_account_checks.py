"""The rows of the whole account and of the market: each silent at its limit, heard a step beyond."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.helpers.desk_fakes import ACCOUNT, LIMITS, NOON, SPY, D, a_draft, open_order, spy
from tests.unit.risk.test_checks import facts, levels, limited, market_buy, quoted
from workstation.domain.account import AccountSummary
from workstation.domain.contract import Contract, ContractDetails
from workstation.domain.finding import Level, RiskCode, TradingState
from workstation.domain.ids import ClientId
from workstation.domain.order import OrderType, Side, Tif
from workstation.domain.preview import MarginPreview
from workstation.oms.orders import OrderBook
from workstation.risk import gate
from workstation.risk.exposure import Leaves
from workstation.risk.facts import Automatic, Facts, Others
from workstation.risk.limits import Restriction, RestrictionMode, TwoLevel

HARD, SOFT, INFO = Level.HARD, Level.SOFT, Level.INFO
SELL = Side.SELL
WEEK = "20261119:0930-20261119:1600;20261120:0930-20261120:1300;20261123:0930-20261123:1600"
LONG = "20261119:0400-20261119:2000;20261120:0400-20261120:1700;20261123:0400-20261123:2000"


def of_class(sec_type: str, **changes: Any) -> ContractDetails:
    contract = Contract(con_id=SPY, symbol="X", sec_type=sec_type)
    return spy(contract=contract, **changes)


def worth(**figures: Any) -> AccountSummary:
    base: dict[str, Any] = {"net_liquidation": D(1_000_000), "available_funds": D(1_000_000)}
    return AccountSummary(account=ACCOUNT, updated_at=NOON, **(base | figures))


def others(**sums: Any) -> Others:
    return Others(**{name: D(value) for name, value in sums.items()})


def previewed(margin: str | None, commission: str | None = "1") -> MarginPreview:
    return MarginPreview(
        initial_margin_change=None if margin is None else D(margin),
        maintenance_margin_change=None,
        initial_margin_after=None,
        maintenance_margin_after=None,
        equity_after=None,
        commission=None if commission is None else D(commission),
        currency="USD",
    )


def working(**changes: Any) -> Any:
    book = OrderBook(ClientId(7))
    book.apply(open_order(side=SELL, **changes), NOON)
    return book.working()


def at(hour: int, minute: int = 0, second: int = 0, *, day: int = 20) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)


HOURS = spy(
    order_types=frozenset(), liquid_hours=WEEK, trading_hours=LONG, time_zone_id="America/New_York"
)
FUTURE = of_class("FUT", multiplier=D(50))
CALL = of_class("OPT", multiplier=D(100))


def closing(kind: OrderType, now: datetime, **changes: Any) -> Facts:
    """An order for an auction."""
    limit = D("100.00") if kind.takes_limit else None
    return facts(a_draft(order_type=kind, limit_price=limit, **changes), details=HOURS, now=now)


BREACHES: list[tuple[str, Facts, RiskCode, Level]] = [
    # R02
    ("TIF", facts(a_draft(tif=Tif.GTC), details=spy(order_types=frozenset({"LMT", "DAY"}))),
     RiskCode.TIF_NOT_OFFERED, HARD),
    # R04, R05
    ("11 contracts", facts(a_draft(quantity=D(11)), details=FUTURE), RiskCode.QUANTITY, SOFT),
    ("51 contracts", facts(a_draft(quantity=D(51)), details=FUTURE), RiskCode.QUANTITY, HARD),
    ("no multiplier", facts(details=spy(multiplier=D(0))), RiskCode.NO_REFERENCE, HARD),
    ("bounded by contracts", facts(market_buy(quantity=D(1)), details=FUTURE, quote=None),
     RiskCode.ORDER_SIZE, SOFT),
    ("bounded by the file", facts(market_buy(), quote=None,
     limits=limited(quantity=TwoLevel(personal=D(100), catastrophic=D(200)))),
     RiskCode.ORDER_SIZE, SOFT),
    ("a combo", facts(a_draft(quantity=D(1)), details=of_class("BAG")),
     RiskCode.ORDER_SIZE, SOFT),
    ("a preview without a margin", facts(a_draft(quantity=D(1), side=SELL), details=CALL,
     preview=previewed(None)), RiskCode.ORDER_SIZE, SOFT),
    ("a written call by its margin", facts(a_draft(quantity=D(1), side=SELL), details=CALL,
     preview=previewed("100001")), RiskCode.ORDER_SIZE, SOFT),
    # R07
    ("gross, personal", facts(others=others(gross=1_990_001)), RiskCode.EXPOSURE, SOFT),
    ("gross, catastrophic", facts(others=others(gross=3_990_001)), RiskCode.EXPOSURE, HARD),
    ("gross with working orders", facts(others=others(gross=1_990_000, working=1)),
     RiskCode.EXPOSURE, SOFT),
    ("gross of shorts", facts(a_draft(side=SELL, limit_price=D("100.01")),
     others=others(gross=1_990_001, net=-1_990_001)), RiskCode.EXPOSURE, SOFT),
    ("unvalued", facts(others=Others(unvalued=2)), RiskCode.EXPOSURE, INFO),
    # R08
    ("leverage, personal", facts(others=others(stocks=1_990_001)), RiskCode.LEVERAGE, SOFT),
    ("leverage, catastrophic", facts(others=others(stocks=3_990_001)), RiskCode.LEVERAGE, HARD),
    ("under water", facts(summary=worth(net_liquidation=D(0))), RiskCode.LEVERAGE, HARD),
    ("worth unknown", facts(summary=worth(net_liquidation=None)), RiskCode.LEVERAGE, HARD),
    ("margin, personal", facts(a_draft(quantity=D(1)), details=FUTURE,
     summary=worth(initial_margin=D("499398"))), RiskCode.MARGIN_USE, SOFT),
    ("margin, catastrophic", facts(a_draft(quantity=D(1)), details=FUTURE,
     summary=worth(initial_margin=D("899398"))), RiskCode.MARGIN_USE, HARD),
    # R09
    ("a quarter", facts(position=D(2401)), RiskCode.CONCENTRATION, SOFT),
    ("everything", facts(position=D(9901)), RiskCode.CONCENTRATION, HARD),
    ("everything short", facts(a_draft(side=SELL, limit_price=D("100.01")), position=D(-9900)),
     RiskCode.CONCENTRATION, HARD),
    # R10
    ("by the broker's answer", facts(preview=previewed("1000000")), RiskCode.FUNDS, HARD),
    ("by excess liquidity", facts(summary=worth(excess_liquidity=D(5556))),
     RiskCode.FUNDS, SOFT),
    # R11
    ("short in a cash account", facts(a_draft(side=SELL), cash_account=True),
     RiskCode.SHORT, HARD),
    ("nothing to borrow", facts(a_draft(side=SELL), shortable=1.5), RiskCode.SHORT, HARD),
    ("to be located", facts(a_draft(side=SELL), shortable=2.5), RiskCode.SHORT, SOFT),
    ("easy to borrow", facts(a_draft(side=SELL), shortable=2.6), RiskCode.SHORT, INFO),
    ("not known", facts(a_draft(side=SELL)), RiskCode.SHORT, INFO),
    ("one more than held", facts(a_draft(side=SELL), position=D(99)), RiskCode.SHORT, INFO),
    ("with other sales", facts(a_draft(side=SELL), position=D(100), working=Leaves(D(0), D(1))),
     RiskCode.SHORT, INFO),
    # R12, R13
    ("the day's loss", facts(limits=limited(daily_loss=D(100)), day_pnl=D(-100)),
     RiskCode.DAILY_LOSS, HARD),
    ("the day unknown", facts(limits=limited(daily_loss=D(100))), RiskCode.DAILY_LOSS, SOFT),
    ("the fall", facts(limits=limited(drawdown=D(100)), below_peak=D(100), day_pnl=D(5)),
     RiskCode.DRAWDOWN, HARD),
    ("the fall unknown", facts(limits=limited(drawdown=D(100))), RiskCode.DRAWDOWN, SOFT),
    # R14
    ("chasing", facts(chasing=8), RiskCode.CHASING, SOFT),
    ("far below", facts(a_draft(limit_price=D("88.00"))), RiskCode.FAR_PASSIVE, INFO),
    ("seven ticks through", facts(a_draft(quantity=D(1), limit_price=D("100.08")), details=FUTURE),
     RiskCode.PRICE_COLLAR, SOFT),
    ("an option 10.1 percent through", facts(a_draft(quantity=D(1), limit_price=D("110.12")),
     details=CALL), RiskCode.PRICE_COLLAR, SOFT),
    # R16
    ("the 21st of a rule", facts(a_draft(source="rule:x"), automatic=Automatic(orders=20, fills=0)),
     RiskCode.AUTOMATION, HARD),
    ("21 fills of a rule", facts(a_draft(source="rule:x"), automatic=Automatic(orders=1, fills=20)),
     RiskCode.AUTOMATION, HARD),
    # R17
    ("a bounce", facts(a_draft(source="chart"), seconds_since_same=0.149),
     RiskCode.DUPLICATE, HARD),
    # R18
    ("the 16th", facts(same_side_orders=15), RiskCode.WORKING_ORDERS, SOFT),
    ("the 21st", facts(same_side_orders=20), RiskCode.WORKING_ORDERS, HARD),
    # R19
    ("meets an own offer", facts(opposite=working(limit_price=D("100.00"))),
     RiskCode.SELF_CROSS, SOFT),
    ("meets it at the market", facts(market_buy(), opposite=working(limit_price=D("100.01"))),
     RiskCode.SELF_CROSS, SOFT),
    ("meets an own market order", facts(
     opposite=working(order_type="MKT", limit_price=None)), RiskCode.SELF_CROSS, SOFT),
    ("both sides of an option", facts(a_draft(quantity=D(1)), details=CALL,
     opposite=working(limit_price=D("999.00"))), RiskCode.SELF_CROSS, HARD),
    # R20
    ("restricted symbol", facts(limits=limited(restricted=(
     Restriction(symbol="SPY", mode=RestrictionMode.NO_TRADE),))), RiskCode.RESTRICTED, HARD),
    ("restricted class", facts(limits=limited(restricted=(
     Restriction(sec_type="STK", mode=RestrictionMode.EXITS_ONLY),))), RiskCode.RESTRICTED, HARD),
    ("restricted contract", facts(limits=limited(restricted=(
     Restriction(con_id=SPY, mode=RestrictionMode.SELL_ONLY),))), RiskCode.RESTRICTED, HARD),
    ("class not enabled", facts(limits=limited(enabled_classes=("OPT",))),
     RiskCode.CLASS_NOT_ENABLED, HARD),
    # R21
    ("at night", facts(details=HOURS, now=at(5)), RiskCode.CLOSED, INFO),
    ("after a half day", facts(details=HOURS, now=at(18)), RiskCode.CLOSED, INFO),
    ("after the last session", facts(details=HOURS, now=at(22, day=24)), RiskCode.CLOSED, INFO),
    ("a closing order too late", closing(OrderType.MARKET_ON_CLOSE, at(17, 49, 50)), RiskCode.PAST_CUT_OFF, SOFT),
    ("an opening order too late", closing(OrderType.LIMIT, at(14, 27, 50), tif=Tif.OPG), RiskCode.PAST_CUT_OFF, SOFT),
    ("a sleeping stop", facts(a_draft(order_type=OrderType.STOP, limit_price=None,
     stop_price=D(105)), details=HOURS), RiskCode.STOP_SLEEPS, INFO),
    # R22
    ("a slow clock", facts(link=replace(facts().link, clock_offset=-2.1)), RiskCode.CLOCK, INFO),
    # R25
    ("no day trades", facts(summary=worth(day_trades_remaining=D(0))),
     RiskCode.DAY_TRADES, SOFT),
]  # fmt: skip

SILENT: list[tuple[str, Facts]] = [
    ("TIF in the list", facts(details=spy(order_types=frozenset({"LMT", "DAY"})))),
    ("TIFs not listed", facts(a_draft(tif=Tif.GTC), details=spy(order_types=frozenset({"LMT"})))),
    ("10 contracts", facts(a_draft(quantity=D(10)), details=FUTURE)),
    ("forex by its margin", facts(a_draft(quantity=D(15_000)), details=of_class("CASH"))),
    ("a held call", facts(a_draft(quantity=D(5), side=SELL), details=CALL, position=D(5))),
    ("a written call", facts(a_draft(quantity=D(1), side=SELL), details=CALL,
     preview=previewed("100000"))),
    ("gross", facts(others=others(gross=1_990_000))),
    ("leverage", facts(others=others(stocks=1_990_000))),
    ("margin", facts(a_draft(quantity=D(1)), details=FUTURE,
     summary=worth(initial_margin=D("499397.5")))),
    ("a quarter", facts(position=D(2400))),
    ("a preview that frees margin", facts(preview=previewed("-5", None))),
    ("a preview without figures", facts(preview=previewed(None))),
    ("all that is held", facts(a_draft(side=SELL), position=D(100))),
    ("the day", facts(limits=limited(daily_loss=D(100), drawdown=D(100)), day_pnl=D("-99.99"),
     below_peak=D("99.99"))),
    ("no day limit", facts(day_pnl=D(-999_999), below_peak=D(999_999))),
    ("seven before", facts(chasing=7)),
    ("three spreads through", facts(a_draft(quantity=D(1), limit_price=D("100.07")), details=FUTURE)),
    ("an option 10 percent through", facts(a_draft(quantity=D(1), limit_price=D("110.00")),
     details=CALL)),
    ("the 20th of a rule", facts(a_draft(source="rule:x"),
     automatic=Automatic(orders=19, fills=19))),
    ("after a bounce", facts(a_draft(source="chart"), seconds_since_same=0.15)),
    ("the 15th", facts(same_side_orders=14)),
    ("above an own bid", facts(opposite=working(limit_price=D("100.01")))),
    ("an own stop", facts(opposite=working(order_type="STP", limit_price=None))),
    ("a stop against an own offer", facts(
     a_draft(order_type=OrderType.STOP, limit_price=None, stop_price=D(105)),
     opposite=working(limit_price=D("100.01")))),
    ("both sides of a foreign option", facts(a_draft(quantity=D(1)), opposite=working(
     limit_price=D("999.00")), details=spy(multiplier=D(100), contract=Contract(
     con_id=SPY, symbol="X", sec_type="OPT", currency="EUR")),
     summary=worth(currency="EUR"))),
    ("sells what may be sold", facts(a_draft(side=SELL), position=D(100), limits=limited(
     restricted=(Restriction(symbol="SPY", mode=RestrictionMode.SELL_ONLY),)))),
    ("another is restricted", facts(limits=limited(restricted=(
     Restriction(symbol="QQQ", mode=RestrictionMode.NO_TRADE),)))),
    ("in the session", facts(details=HOURS, now=at(14, 30))),
    ("before the bell", facts(a_draft(outside_rth=True), details=HOURS, now=at(9))),
    ("hours that cannot be read", facts(details=spy(liquid_hours="soon", time_zone_id="UTC"))),
    ("a zone that is none", facts(details=spy(liquid_hours=WEEK, time_zone_id="Mars/Base"))),
    ("hours that run back", facts(details=spy(liquid_hours="20261120:1600-20261120:0930",
     time_zone_id="UTC"))),
    ("a closing order in time", closing(OrderType.LIMIT_ON_CLOSE, at(17, 49, 49))),
    ("the clock", facts(link=replace(facts().link, clock_offset=2.0))),
    ("no day trade limit", facts(summary=worth(day_trades_remaining=D(-1)))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "code", "level"), [each[1:] for each in BREACHES], ids=[each[0] for each in BREACHES]
)
def test_one_step_beyond_is_found(case: Facts, code: RiskCode, level: Level) -> None:
    found = levels(case)

    assert found[code] is level
    assert RiskCode.CHECK_ERROR not in found


@pytest.mark.parametrize("case", [each[1] for each in SILENT], ids=[each[0] for each in SILENT])
def test_exactly_at_the_limit_nothing_is_said(case: Facts) -> None:
    assert gate.findings(case) == ()


def test_no_row_of_these_stops_an_exit() -> None:
    for name, case, code, _ in BREACHES:
        found = {x.code: x.level for x in gate.findings(replace(case, is_exit=True))}
        if code is not RiskCode.TIF_NOT_OFFERED:
            assert set(found.values()) <= {INFO}, name


def test_an_opening_order_of_the_evening_before_is_in_time() -> None:
    found = levels(closing(OrderType.MARKET, at(1), tif=Tif.OPG))

    assert found == {RiskCode.CLOSED: INFO}


def test_halted_only_a_hand_leaves() -> None:
    base = facts(a_draft(source="strategy:x"), is_exit=True)
    for state, level in ((TradingState.HALTED, HARD), (TradingState.REDUCING, INFO)):
        assert levels(replace(base, trading_state=state))[RiskCode.TRADING_STATE] is level
    by_hand = facts(is_exit=True, trading_state=TradingState.HALTED)
    assert levels(by_hand)[RiskCode.TRADING_STATE] is INFO


def test_a_stale_market_still_tells_the_size_and_asks() -> None:
    stale = facts(market_buy(quantity=D(981)), quote=quoted(stale=True))

    assert levels(stale) == {RiskCode.NO_REFERENCE: SOFT, RiskCode.ORDER_SIZE: SOFT}
    assert levels(replace(stale, draft=market_buy(quantity=D(980)))) == {
        RiskCode.NO_REFERENCE: SOFT
    }


def test_without_limits_or_figures_the_rows_leave_the_word_to_others() -> None:
    assert levels(facts(limits=None)) == {RiskCode.LIMITS: HARD}
    assert levels(facts(summary=None, limits=LIMITS)) == {
        RiskCode.NO_REFERENCE: HARD,
        RiskCode.FUNDS: SOFT,
    }


def test_a_number_that_is_none_breaks_no_row() -> None:
    for text in ("NaN", "sNaN", "Infinity"):
        for draft in (a_draft(quantity=D(text)), a_draft(quantity=D(text), side=SELL)):
            for details in (spy(), FUTURE, CALL, of_class("BAG"), HOURS):
                case = facts(draft, details=details, preview=previewed("5"), chasing=1)
                assert RiskCode.CHECK_ERROR not in levels(case)


def test_a_stop_that_works_at_all_hours_of_its_contract_does_not_sleep() -> None:
    terms = {"order_type": OrderType.STOP, "limit_price": None, "stop_price": D(105)}
    stop, awake = a_draft(**terms), a_draft(outside_rth=True, **terms)
    liquid = HOURS.liquid_hours

    assert levels(facts(stop, details=HOURS))[RiskCode.STOP_SLEEPS] is INFO
    for draft, details in (
        (awake, HOURS),
        (stop, replace(HOURS, trading_hours=liquid)),
        (stop, replace(HOURS, trading_hours="")),
        (stop, replace(HOURS, liquid_hours="")),
    ):
        assert RiskCode.STOP_SLEEPS not in levels(facts(draft, details=details))
