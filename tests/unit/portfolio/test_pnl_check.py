"""The broker's daily result beside our own: equal, or with the reason of the difference."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.helpers.desk_fakes import ACCOUNT, NOON, SPY, D, Door, execution, fill, spy
from tests.unit.desk.test_risk_watch import Watched
from workstation.domain.account import PositionView
from workstation.domain.contract import Contract
from workstation.domain.execution import Commission
from workstation.domain.ids import ExecId
from workstation.domain.order import Side
from workstation.domain.quote import Quote
from workstation.domain.reports import CommissionReport, PnlReport
from workstation.portfolio.pnl_check import DayLedger, checked, largest_first


def ledger(daily: float | None = 299.0, **changes: Any) -> DayLedger:
    """100 from yesterday at a close of 98; 100 more bought at 99 for 1.00; now 100.00."""
    quote = Quote(con_id=SPY, bid=99.99, ask=100.01, last=100.0, close=98.0, received_at=NOON)
    view = PositionView(
        account=ACCOUNT, con_id=SPY, symbol="SPY", quantity=D(200), average_cost=None,
        daily_pnl=daily,
    )  # fmt: skip
    values: dict[str, Any] = {
        "position": view,
        "details": spy(),
        "quote": quote,
        "fills": (execution("a.1.01", 100, price=D("99.00")),),
        "fees": D(1),
        "unreported": 0,
        "fx": D(1),
    }
    return DayLedger(**{**values, **changes})


def seen(made: DayLedger, **changes: Any) -> DayLedger:
    return replace(made, position=replace(made.position, **changes))


def test_what_agrees_needs_no_reason() -> None:
    found = checked(ledger())
    assert (found.broker, found.ours, found.difference, found.reason) == (299, 299, 0, "")
    assert (found.currency, found.fees) == ("USD", 1)


def test_cents_of_rounding_are_no_difference() -> None:
    assert checked(ledger(299.9)).reason == ""  # half a tick of 200 shares
    assert checked(ledger(300.01)).reason != ""


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (ledger(None), "the broker has not told its figure yet"),
        (ledger(details=None), "the contract's rules are not known"),
        (ledger(quote=None), "there is no price for what is held"),
        (ledger(300.0, fees=D(5)), "fees: the broker leaves out 5"),
        (seen(ledger(319.0), market_value=20_020.0),
         "price: the broker values at 100.1, we at 100.0"),
        (seen(ledger(322.0, fees=D(25)), market_value=20_022.0),
         "price and fees: the broker values at 100.11 and leaves the fees out"),
        (ledger(328.9, fx=D("1.1")),
         "exchange rate: the broker's figure is in the account's currency"),
        (ledger(500.0, unreported=1), "fees: the cost of 1 fills is not reported yet"),
    ],
)  # fmt: skip
def test_each_difference_has_its_reason(made: DayLedger, reason: str) -> None:
    assert checked(made).reason == reason


def test_another_reset_of_the_day_is_told_where_something_was_held_over_night() -> None:
    assert checked(ledger(500.0)).reason.startswith("reset time: ")
    today = seen(ledger(500.0), quantity=D(100))
    assert checked(today).reason.startswith("not explained: ")


def test_without_a_close_nothing_overnight_can_be_compared() -> None:
    made = ledger()
    assert made.quote is not None
    found = checked(replace(made, quote=replace(made.quote, close=None)))
    assert (found.ours, found.reason) == (
        None,
        "there is no last close for what was held over night",
    )
    assert found.difference is None


def test_a_flat_contract_needs_no_price() -> None:
    closed = execution("b.1.01", 100, price=D("101.00"), side=Side.SELL)
    made = seen(ledger(199.0), quantity=D(0))
    made = replace(made, quote=None, fills=(*made.fills, closed))
    assert checked(made).reason == ""


def test_a_value_between_the_ticks_is_told_with_six_digits() -> None:
    found = checked(seen(ledger(299.0 + 0.7 * 200), market_value=20_140.0 + 0.0001))
    assert "the broker values at 100.7" in found.reason


def test_the_largest_difference_comes_first() -> None:
    results = (299.0, None, 900.0, 250.0)
    rows = largest_first(checked(ledger(each)) for each in results)
    assert [row.broker for row in rows] == [900, 250, 299, None]


def test_the_watch_compares_every_contract_that_has_a_result() -> None:
    watched = Watched()
    door: Door = watched.door
    door.quotes.set_price(SPY, 9, 98.0)
    door.hold(100)
    report = fill("a.1.01", 100, price=D("99.00"), time=door.clock.now())
    door.apply(report)
    watched.risk.take(report.execution)
    door.positions.apply_execution(report.execution)
    for name, currency in (("a.1.01", "USD"), ("zz", "USD")):
        cost = Commission(
            exec_id=ExecId(name), commission=D(1), currency=currency, realized_pnl=None
        )
        door.apply(CommissionReport(commission=cost))
    door.positions.apply_pnl(
        PnlReport(
            account=ACCOUNT, con_id=SPY, daily=299.0, unrealized=None, realized=None, value=20_000.0
        )
    )
    (check,) = watched.view().pnl_checks
    assert (check.symbol, check.ours, check.reason) == ("SPY", 299, "")
    door.positions.apply_pnl(
        PnlReport(account=ACCOUNT, con_id=SPY, daily=200.0, unrealized=None, realized=None)
    )
    watched.second()
    assert watched.watch._rest.pnl_checks == (check,)  # not each second
    door.clock.seconds += timedelta(seconds=5).total_seconds()
    watched.second()
    (later,) = watched.watch._rest.pnl_checks
    assert later.difference == D(-99)
    door.contracts.known[SPY] = spy(contract=Contract(con_id=SPY, symbol="SPY", currency="EUR"))
    door.clock.seconds += 5
    watched.second()
    (foreign,) = watched.watch._rest.pnl_checks
    assert (foreign.fees, foreign.currency) == (Decimal(0), "EUR")
