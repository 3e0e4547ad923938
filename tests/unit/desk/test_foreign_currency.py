"""Contracts of other currencies: their worth in the account's own, by the broker's rates."""

from dataclasses import replace
from typing import Any

import pytest

from tests.helpers.desk_fakes import (
    ACCOUNT,
    LIMITS,
    D,
    Door,
    a_draft,
    execution,
    open_order,
    spy,
)
from workstation.desk.account_risk import AccountRisk
from workstation.desk.figures_desk import FiguresDesk
from workstation.desk.judge import Judge
from workstation.domain.contract import Contract
from workstation.domain.execution import Commission
from workstation.domain.finding import Denied, RiskCode, Submitted
from workstation.domain.ids import ClientId, ConId, ExecId, OrderId, PermId
from workstation.domain.order import Side
from workstation.domain.reports import AccountValueReport, CommissionReport, PositionReport
from workstation.portfolio.balances import Balances
from workstation.risk.limits import LossMeasure

VOD = ConId(77)


def rate(value: str, currency: str = "GBP", tag: str = "ExchangeRate") -> AccountValueReport:
    return AccountValueReport(account=ACCOUNT, tag=tag, value=value, currency=currency)


class London:
    """A desk in dollars before a London share, quoted in pence: 100.00 pence are one pound."""

    def __init__(self) -> None:
        self.door = door = Door()
        self.balances = Balances(door.clock)
        contract = Contract(con_id=VOD, symbol="VOD", currency="GBP")
        door.contracts.known[VOD] = spy(contract=contract, price_magnifier=100)
        door.quotes.set_price(VOD, 1, 99.99)
        door.quotes.set_price(VOD, 2, 100.01)
        self.risk = AccountRisk(
            door.clock, door.positions, door.quotes, door.contracts, door.orders,
            lambda _account: door.summary, lambda _account: LIMITS, self.balances.rate,
        )  # fmt: skip
        sources = replace(
            door.judge._sources,
            rate=self.balances.rate,
            book=self.risk.exposures.book,
            day=self.risk.day,
        )
        door.judge._sources = sources

    def draft(self, quantity: int, **more: Any) -> Any:
        return a_draft(con_id=VOD, quantity=D(quantity), source="ladder", **more)

    def hold(self, quantity: int) -> None:
        self.door.positions.apply_position(
            PositionReport(
                account=ACCOUNT, con_id=VOD, symbol="VOD", quantity=D(quantity), average_cost=None
            )
        )


def found(judge: Judge, draft: Any) -> dict[RiskCode, tuple[str, str]]:
    return {x.code: (x.measured, x.limit) for x in judge(draft, None).findings}


def test_without_a_rate_an_entry_is_denied_and_an_exit_leaves() -> None:
    london = London()
    answer = london.door.submit(london.draft(100))
    assert isinstance(answer, Denied)
    assert RiskCode.NO_REFERENCE in [each.code for each in answer.findings]
    london.hold(100)
    assert isinstance(london.door.submit(london.draft(100, side=Side.SELL)), Submitted)


def test_pence_and_pounds_are_sized_in_dollars_exactly() -> None:
    london = London()
    london.balances.apply(rate("1.25"))
    # 100 pence x 80,000 / 100 x 1.25 is exactly the personal limit of 100,000
    assert RiskCode.ORDER_SIZE not in found(london.door.judge, london.draft(80_000))
    assert found(london.door.judge, london.draft(80_001))[RiskCode.ORDER_SIZE] == (
        "100,001 USD",
        "100,000 USD",
    )
    assert isinstance(london.door.submit(london.draft(1000)), Submitted)


def test_orders_that_work_in_another_currency_claim_dollars() -> None:
    london = London()
    london.balances.apply(rate("2"))
    london.door.apply(
        open_order(
            order_id=OrderId(0), client_id=ClientId(3), perm_id=PermId(5), con_id=VOD,
            symbol="VOD", quantity=D(10_000), limit_price=D("100.00"),
        )
    )  # fmt: skip
    facts = london.door.judge(a_draft(quantity=D(1)), None).facts
    assert facts is not None
    assert facts.open_values == (("STK", D(20_000)),)
    assert facts.open_cost == D(10_000)


def test_positions_and_the_day_count_in_dollars() -> None:
    london = London()
    london.hold(1000)
    book = london.risk.exposures.book(ACCOUNT)
    assert (book.net, book.unvalued) == (0, 1)
    london.balances.apply(rate("1.50"))
    london.door.positions.mark_quoted(VOD)
    london.risk.exposures.settle()
    assert (book.net, book.unvalued) == (1500, 0)

    each = execution("v.1.01", 1000, con_id=VOD, price=D("90.00"), time=london.door.clock.now())
    london.risk.take(each)
    london.hold(2000)
    assert london.risk.day(ACCOUNT).pnl == D(150)
    cost = Commission(exec_id=ExecId("v.1.01"), commission=D(6), currency="GBP", realized_pnl=None)
    london.door.apply(CommissionReport(commission=cost))
    london.door.clock.seconds += 1
    assert london.risk.day(ACCOUNT).pnl == D(141)
    told, worked_out = (
        london.risk.day(ACCOUNT),
        london.risk._result.figures(ACCOUNT, LossMeasure.TRADES),
    )
    assert (told.pnl, told.best) == (worked_out.pnl, worked_out.best)
    assert told.week == D(141)


@pytest.mark.parametrize("value", ["0", "-1.25", "nan", "1.7976931348623157E308", "none"])
def test_a_rate_that_is_none_takes_the_old_one_away(value: str) -> None:
    balances = London().balances
    balances.apply(rate("1.25"))
    assert balances.rate(ACCOUNT, "GBP") == D("1.25")
    balances.apply(rate(value))
    assert balances.rate(ACCOUNT, "GBP") is None


def test_the_ledger_is_kept_by_currency_without_its_sum() -> None:
    balances = London().balances
    for currency, amount in (("GBP", "5000.25"), ("USD", "-12"), ("BASE", "99999"), ("", "1")):
        balances.apply(rate(amount, currency, "CashBalance"))
    balances.apply(rate("1", "BASE"))
    assert balances.cash(ACCOUNT) == {"GBP": D("5000.25"), "USD": D(-12)}
    assert balances.rate(ACCOUNT, "BASE") is None
    assert not balances.changed  # the window's summary has none of it


def test_a_rate_that_moves_values_what_is_held_anew() -> None:
    london = London()
    london.hold(1000)
    door = london.door

    class Figures:
        positions = door.positions
        _contracts = door.contracts

    touched = door.positions.watch()
    FiguresDesk._revalue(Figures(), "GBP")  # type: ignore[arg-type]
    assert touched.quoted == {(ACCOUNT, VOD)}
    touched.quoted.clear()
    FiguresDesk._revalue(Figures(), "JPY")  # type: ignore[arg-type]
    assert not touched.quoted
