"""A fill whose price the broker did not tell: it counts, and falsifies no figure."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest
from ibapi.contract import Contract as IbContract
from ibapi.execution import Execution as IbExecution

from tests.helpers.desk_fakes import ACCOUNT, LIMITS, SPY, D, Door, a_draft, execution, fill, status
from tests.helpers.one_order import OneOrder
from workstation.broker import from_ib
from workstation.desk.account_risk import AccountRisk
from workstation.domain.account import PositionView
from workstation.domain.execution import Execution
from workstation.domain.execution_quality import (
    HORIZONS,
    NO_PRICE,
    FillMarket,
    FillQuality,
    MarketSample,
)
from workstation.domain.finding import Level, NeedsAcknowledgement, RiskCode, Submitted
from workstation.domain.messages import ExecutionArrived
from workstation.domain.notice import Severity
from workstation.domain.order import Side
from workstation.domain.order_status import OrderFlag
from workstation.domain.round_trips import Fill, round_trips
from workstation.domain.trading_costs import costs_of, grouped
from workstation.portfolio.pnl_check import DayLedger, checked

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
UNSET = [0.0, float("nan"), float("inf"), 1.7976931348623157e308, None]


def told(price: object, sec_type: str = "STK") -> Decimal | None:
    contract, ib = IbContract(), IbExecution()
    contract.secType = sec_type
    ib.execId, ib.side, ib.shares, ib.price = "a.1.01", "BOT", Decimal(5), price
    found = from_ib.execution_of(contract, ib, NOW)
    assert found.quantity == 5  # never lose a fill
    return found.price


@pytest.mark.parametrize("price", UNSET)
def test_an_unset_price_is_none_and_never_zero(price: object) -> None:
    assert told(price) is None


@pytest.mark.parametrize("sec_type", ["OPT", "BAG", "FUT"])
def test_zero_is_a_price_where_such_a_contract_can_have_it(sec_type: str) -> None:
    assert told(0.0, sec_type) == 0
    assert told(float("nan"), sec_type) is None
    assert told(-1.25, "BAG") == D("-1.25")


# -- the order ------------------------------------------------------------------------------------


def test_the_quantity_counts_and_the_average_is_not_known_until_the_broker_tells_it() -> None:
    book = OneOrder().hear(fill("a.1.01", 40, price=D(100)), fill("b.1.01", 60, price=None))

    assert (book.order.filled, book.order.average_price) == (100, None)
    assert book.order.flags == {OrderFlag.FILL_PRICE_MISSING}

    book.hear(status("Filled", filled=D(100), average_price=D("100.60")))
    assert book.order.average_price == D("100.60")
    assert book.order.missing_price == D(101)  # 40 at 100 and 60 at 101
    assert book.door.orders.told_price(book.order.revisions["b.1"]) == D(101)
    book.hear(
        status("Filled", filled=D(100)), status("Submitted", filled=D(40), average_price=D(5))
    )
    assert book.order.average_price == D("100.60")  # a repeat without it, one from before

    book.hear(fill("b.1.02", 60, price=D(102)))
    assert book.order.average_price == D("101.2")
    assert book.order.flags == {OrderFlag.CORRECTED}


def test_an_average_of_other_fills_is_the_estimate_as_it_stands() -> None:
    book = OneOrder().hear(fill("b.1.01", 60, price=None))
    book.hear(status("Submitted", filled=D(40), average_price=D("99.50")))
    assert book.order.missing_price == D("99.50")
    assert book.door.orders.told_price(execution(perm_id=None, order_id=77)) is None


def test_a_bust_of_a_fill_without_a_price_leaves_nothing_missing() -> None:
    book = OneOrder().hear(fill("a.1.01", 40), fill("b.1.01", 60, price=None), fill("b.1.02", 0))
    assert book.order.average_price == 100
    assert book.order.flags == {OrderFlag.CORRECTED}


def test_a_restart_knows_the_broker_s_average_again() -> None:
    door = Door()
    key = door.working()
    door.apply(fill("b.1.01", 60, price=None))
    door.apply(status("Submitted", filled=D(60), average_price=D("100.60")))
    again = door.restarted()
    assert again.order(key).average_price == again.order(key).missing_price == D("100.60")
    assert len(again.out.notices) == 1  # said again: the day still rests on it


def test_records_of_earlier_versions_are_read() -> None:
    old = msgspec.to_builtins(execution())
    assert msgspec.convert(old | {"price": "99.5"}, Execution).price == D("99.5")
    assert msgspec.convert(old | {"price": None}, Execution).price is None


def test_it_is_told_with_what_it_means() -> None:
    door = Door()
    door.working()
    door.apply(fill("b.1.01", 60, price=None))

    (told,) = door.out.notices
    assert told.severity is Severity.WARNING
    assert told.text == "Bought 60 SPY: the price was not told."
    assert "estimate" in told.effect
    assert any(isinstance(each, ExecutionArrived) for each in door.out.messages)
    door.apply(fill("b.1.01", 60, price=None))
    door.apply(fill("b.1.02", 0, price=None, side=Side.SELL))  # taken back: nothing lacks
    assert len(door.out.notices) == 1


# -- the day's result -----------------------------------------------------------------------------


def risk_of(door: Door) -> AccountRisk:
    return AccountRisk(
        door.clock, door.positions, door.quotes, door.contracts, door.orders,
        lambda _account: door.summary, lambda _account: LIMITS,
    )  # fmt: skip


def took(door: Door, risk: AccountRisk, *fills: Execution) -> None:
    for each in fills:
        door.positions.apply_execution(each)
        risk.take(each)


def test_the_day_rests_on_the_broker_s_average_and_says_so() -> None:
    door = Door()
    door.working()
    risk = risk_of(door)
    report = fill("b.1.01", 100, price=None, time=door.clock.now())
    door.apply(report)
    door.apply(status("Filled", filled=D(100), average_price=D("101.00")))
    took(door, risk, report.execution)

    day = risk.day(ACCOUNT)
    assert (day.pnl, day.is_estimated) == (-100, True)  # never 100 x 100 gained


def test_without_an_average_the_market_when_it_came_is_the_estimate() -> None:
    door = Door()
    risk = risk_of(door)
    took(door, risk, execution("b.1.01", 100, price=None, time=door.clock.now()))
    door.market(104.99, 105.01)

    day = risk.day(ACCOUNT)
    assert (day.pnl, day.is_estimated) == (500, True)

    took(door, risk, execution("b.1.02", 100, price=D(103), time=door.clock.now()))
    day = risk.day(ACCOUNT)
    assert (day.pnl, day.is_estimated) == (200, False)


def test_without_any_price_the_day_is_not_known() -> None:
    door = Door()
    door.quotes = type(door.quotes)(door.clock)
    risk = risk_of(door)
    took(door, risk, execution("b.1.01", 100, price=None, time=door.clock.now()))
    assert risk.day(ACCOUNT).pnl is None


def test_an_entry_on_an_estimated_day_asks_and_a_reached_limit_still_holds() -> None:
    door = Door()
    door.stand(limits=replace(LIMITS, daily_loss=D(500)))
    door.day = replace(door.day, is_estimated=True)
    answer = door.submit(a_draft())
    assert isinstance(answer, NeedsAcknowledgement)
    (finding,) = answer.findings
    assert (finding.code, finding.level) == (RiskCode.DAILY_LOSS, Level.SOFT)
    assert "estimate" in finding.text

    door.day = replace(door.day, pnl=D(-500))
    answer = door.submit(a_draft(intent_id="again"))
    assert not isinstance(answer, NeedsAcknowledgement | Submitted)


# -- what is measured and compared ----------------------------------------------------------------


def test_the_quality_of_such_a_fill_is_not_measured() -> None:
    at = MarketSample(at=NOW, bid=99.99, ask=100.01)
    market = FillMarket(
        fill="b.1", key=None, order_type="LMT", algo="", filled_at=NOW, arrival=at, at_fill=at,
        point_value=D(1), currency="USD",
    )  # fmt: skip
    bare = FillQuality(execution=execution("b.1.01", 100, price=None), market=market)
    costs = costs_of(bare)

    assert (costs.effective, costs.against_arrival, costs.against_mid) == (None, None, None)
    assert costs.mark_outs == (None,) * len(HORIZONS)
    assert costs.spread == pytest.approx(0.02)
    assert bare.mark_fault(1) == NO_PRICE
    (group,) = grouped([bare], lambda _fill: "")
    assert (group.value, group.against_arrival.fills) == (0, 0)


def test_a_round_trip_without_a_price_has_no_gain() -> None:
    opened = Fill(execution("a.1.01", 10, price=None))
    closed = Fill(execution("b.1.01", 10, side=Side.SELL, price=D(101)))
    (trip,) = round_trips([opened, closed])
    assert (trip.quantity, trip.points, trip.gain(D(1))) == (10, None, None)


def test_the_comparison_with_the_broker_says_what_is_missing() -> None:
    door = Door()
    position = PositionView(
        account=ACCOUNT, con_id=SPY, symbol="SPY", quantity=D(10), average_cost=None,
        daily_pnl=5.0,
    )  # fmt: skip
    ledger = DayLedger(
        position=position, details=door.contracts.details(SPY), quote=door.quotes.quote(SPY),
        fills=(execution("a.1.01", 10, price=None),), fees=D(0), unreported=0, fx=D(1),
    )  # fmt: skip
    found = checked(ledger)
    assert (found.ours, found.reason) == (None, "a fill of today came without its price")


def test_an_average_that_tells_no_more_than_the_fills_is_no_news() -> None:
    book = OneOrder().hear(status("Submitted"), fill("a.1.01", 40))
    before, entries = book.order.state(), len(book.door.journal.entries)
    book.hear(status("Submitted", filled=D(40), average_price=D(100)))
    assert book.order.state() == before
    assert len(book.door.journal.entries) == entries

    ahead = OneOrder().hear(status("Submitted", filled=D(40), average_price=D(100)))
    assert ahead.door.journal.events[-1] == "OrderStatusReport"  # the fill may lack its price
    ahead.hear(fill("a.1.01", 40))
    assert ahead.order.view().average_price == book.order.view().average_price


def test_a_fill_taken_back_leaves_what_the_journal_gives_again() -> None:
    book = OneOrder().hear(
        status("Submitted"),
        fill("a.1.01", 40),
        status("Submitted", filled=D(40), average_price=D(100)),
        fill("a.1.02", 0),
    )
    (again,) = book.door.restarted().orders
    assert again.state()[1:] == book.order.state()[1:]
    assert (again.told_filled, book.order.told_filled) == (0, 0)
