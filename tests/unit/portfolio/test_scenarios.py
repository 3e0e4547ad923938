"""Exposure, shocks and the tail of the past, over what an account holds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import cast

import pytest

from tests.helpers.desk_fakes import ACCOUNT, SPY, D, Door, spy
from workstation.domain.bar import Bar
from workstation.domain.contract import Contract, ContractDetails
from workstation.domain.greeks import Greeks
from workstation.domain.ids import ConId
from workstation.domain.limit_use import ExposureRow
from workstation.domain.reports import PnlReport, PositionReport
from workstation.portfolio.exposures import Book, Exposures, Holding, mark
from workstation.portfolio.scenarios import (
    AT_A_STEP,
    OptionRisk,
    Returns,
    daily_returns,
    exposure_rows,
    option_risk,
    tail_risk,
)

START = datetime(2026, 1, 1, tzinfo=UTC)


def holding(
    con_id: int, value: str | None, sec_type: str = "STK", currency: str = "USD"
) -> Holding:
    worth = None if value is None else D(value)
    return Holding(ConId(con_id), f"S{con_id}", sec_type, currency, D(1), worth)


def book(*holdings: Holding) -> Book:
    made = Book()
    for each in holdings:
        made.put(each)
    return made


def rows_of(held: Book) -> tuple[ExposureRow, ...]:
    steps = exposure_rows(held)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return cast("tuple[ExposureRow, ...]", end.value)


def test_rows_are_summed_in_steps_of_what_was_held_at_the_first() -> None:
    held = book(*(holding(number, "1") for number in range(1, 101)))
    steps = exposure_rows(held)
    next(steps)
    held.put(holding(500, "1000"))  # an order may come, and fill, between two steps
    assert len(list(steps)) >= (100 + 200) // AT_A_STEP - 1  # positions, then their groups
    assert rows_of(book(*(holding(number, "1") for number in range(1, 101))))[0].long == D(100)


def returns(*changes: float) -> Returns:
    return {(START + timedelta(days=n)).date(): change for n, change in enumerate(changes)}


def test_rows_sum_long_and_short_by_every_kind_of_group() -> None:
    rows = rows_of(
        book(
            holding(1, "100"), holding(2, "-300"), holding(3, "50", "OPT", "EUR"), holding(4, None)
        )
    )

    assert rows[0] == ExposureRow("account", "", D(150), D(300), 1)
    assert (rows[0].net, rows[0].gross) == (D(-150), D(450))
    kinds: dict[str, list[str]] = {}
    for row in rows[1:]:
        kinds.setdefault(row.kind, []).append(row.name)
    assert kinds == {
        "class": ["STK", "OPT"],
        "sector": ["not told"],
        "currency": ["USD", "EUR"],
        "underlying": ["S2", "S1", "S3", "S4"],
        "symbol": ["S2", "S1", "S3", "S4"],
    }
    assert rows_of(book()) == ()


def test_returns_are_from_close_to_close_and_skip_what_is_none() -> None:
    closes = [100.0, 110.0, 0.0, 50.0, float("nan"), 55.0]
    bars = [Bar(START + timedelta(days=n), c, c, c, c, 1) for n, c in enumerate(closes)]
    found = daily_returns(bars)

    assert list(found) == [(START + timedelta(days=n)).date() for n in (1, 2)]
    assert list(found.values()) == [110 / 100 - 1, -1.0]


def test_the_tail_is_the_worst_twentieth_of_the_days() -> None:
    changes = [0.01] * 95 + [-0.01, -0.02, -0.03, -0.04, -0.10]
    tail = tail_risk([holding(1, "1000"), holding(2, None)], {ConId(1): returns(*changes)})

    assert tail is not None
    assert (tail.value_at_risk, tail.expected_shortfall) == (D("10.0"), D("40.0"))
    assert (tail.days, tail.missing, tail.confidence) == (100, 1, 95)


def test_positions_that_hedge_each_other_do_so_day_by_day() -> None:
    moves = [(-1) ** n * 0.02 for n in range(60)]
    history = {ConId(1): returns(*moves), ConId(2): returns(*moves)}
    tail = tail_risk([holding(1, "1000"), holding(2, "-1000")], history)

    assert tail is not None
    assert tail.value_at_risk == tail.expected_shortfall == 0


def test_too_few_days_alone_or_together_say_nothing() -> None:
    assert tail_risk([holding(1, "1000")], {ConId(1): returns(*[0.01] * 59)}) is None
    apart = {(START + timedelta(days=1000 + n)).date(): 0.01 for n in range(60)}
    history = {ConId(1): returns(*[0.01] * 60), ConId(2): apart}
    assert tail_risk([holding(1, "1"), holding(2, "1")], history) is None
    assert tail_risk([], {}) is None


def test_options_follow_their_underlying_by_delta_and_gamma_in_the_tail() -> None:
    changes = [0.01] * 95 + [-0.01, -0.02, -0.03, -0.04, -0.10]
    call = replace(holding(2, "500", "OPT"), quantity=D(2))
    details = spy(multiplier=D(100), under_con_id=ConId(1))
    greeks = Greeks(delta=0.5, gamma=0.02, underlying_price=50.0)
    risk = option_risk(call, details, greeks, D(1))
    assert risk == OptionRisk(ConId(1), 5000.0, 5000.0)

    tail = tail_risk([call], {ConId(1): returns(*changes)}, {ConId(2): risk})
    assert tail is not None
    # the fifth worst day: 5000 x -0.01 + 5000 x 0.0001
    assert (tail.value_at_risk, tail.missing) == (D("49.5"), 0)
    unknown = tail_risk([call, holding(1, "10")], {ConId(1): returns(*changes)})
    assert unknown is not None
    assert unknown.missing == 1


@pytest.mark.parametrize(
    ("details", "greeks", "fx"),
    [
        (None, Greeks(delta=0.5, underlying_price=1.0), D(1)),
        (spy(under_con_id=ConId(1)), None, D(1)),
        (spy(under_con_id=ConId(1)), Greeks(delta=0.5, underlying_price=1.0), None),
        (spy(), Greeks(delta=0.5, underlying_price=1.0), D(1)),
        (spy(under_con_id=ConId(1)), Greeks(delta=0.5), D(1)),
        (spy(under_con_id=ConId(1)), Greeks(underlying_price=1.0), D(1)),
    ],
)
def test_an_option_without_a_model_has_no_risk_that_is_known(
    details: ContractDetails | None, greeks: Greeks | None, fx: Decimal | None
) -> None:
    assert option_risk(holding(2, "500", "OPT"), details, greeks, fx) is None


# -- the book ---------------------------------------------------------------------------------------


def exposures(door: Door) -> Exposures:
    return Exposures(
        door.clock, door.positions, door.quotes, door.contracts, lambda _account: door.summary
    )


def test_values_follow_quantities_at_once_and_prices_within_half_a_second() -> None:
    door = Door()
    made = exposures(door)
    door.hold(100)
    assert made.book(ACCOUNT).net == 10_000
    door.market(109.99, 110.01)
    assert made.book(ACCOUNT).net == 10_000
    door.hold(-200)
    assert (made.book(ACCOUNT).net, made.book(ACCOUNT).gross) == (-22_000, 22_000)
    door.market(119.99, 120.01)
    door.clock.seconds += 0.5
    assert made.book(ACCOUNT).stocks == 24_000
    door.market(129.99, 130.01)
    made.settle()
    assert made.book(ACCOUNT).stocks == 26_000


def test_no_order_values_everything_that_moved() -> None:
    door = Door()
    made = exposures(door)
    for number in range(60):
        con_id = ConId(1 + number)
        door.contracts.known[con_id] = spy(contract=Contract(con_id=con_id, symbol=f"S{number}"))
        door.quotes.set_price(con_id, 4, 10.0)
        door.positions.apply_position(
            PositionReport(
                account=ACCOUNT, con_id=con_id, symbol="S", quantity=D(1), average_cost=None
            )
        )
    assert made.book(ACCOUNT).net == 600
    for number in range(60):
        door.quotes.set_price(ConId(1 + number), 4, 11.0)
        door.positions.mark_quoted(ConId(1 + number))
    for valued in (25, 50, 60):
        made.settle()
        assert made.book(ACCOUNT).net == 600 + valued


def test_what_has_no_price_no_rules_or_another_currency_is_counted_as_unvalued() -> None:
    door = Door()
    door.hold(100)
    door.quotes.forget(SPY)
    assert exposures(door).book(ACCOUNT).unvalued == 1
    door.positions.apply_pnl(
        PnlReport(account=ACCOUNT, con_id=SPY, daily=0.0, unrealized=0.0, realized=0.0, value=987.5)
    )
    assert exposures(door).book(ACCOUNT).net == D("987.5")
    door.contracts.known[SPY] = spy(contract=Contract(con_id=SPY, symbol="SPY", currency="JPY"))
    assert exposures(door).book(ACCOUNT).unvalued == 1
    door.contracts.known.clear()
    assert exposures(door).book(ACCOUNT).holdings[SPY].symbol == f"#{SPY}"
    door.summary = None
    door.positions.apply_position(
        PositionReport(account=ACCOUNT, con_id=SPY, symbol="SPY", quantity=D(0), average_cost=None)
    )
    assert exposures(door).book(ACCOUNT).holdings == {}


def test_the_mark_is_the_last_trade_inside_the_market_else_the_middle() -> None:
    door = Door()
    for last, expected in ((None, "100"), (99.995, "99.995"), (90.0, "100")):
        if last is not None:
            door.quotes.set_price(SPY, 4, last)
        assert mark(door.quotes.quote(SPY)) == D(expected)
    door.quotes.set_price(SPY, 1, -1)
    assert mark(door.quotes.quote(SPY)) == D("90.0")
    assert mark(None) is None
