"""The day's result: today's trades alone, first in first out, commissions in."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.helpers.desk_fakes import ACCOUNT, LIMITS, SPY, D, Door, execution, fill, spy
from workstation.desk.account_risk import KEEP_SECONDS, AccountRisk
from workstation.domain.contract import Contract
from workstation.domain.execution import Commission
from workstation.domain.ids import AccountId, ConId, ExecId, OrderId, PermId
from workstation.domain.order import Side
from workstation.domain.reports import CommissionReport, PnlReport
from workstation.portfolio.day_result import DayFigures, DayResult
from workstation.risk.limits import Limits, LossMeasure

SELL, BUY = Side.SELL, Side.BUY
TRADES, WHOLE = LossMeasure.TRADES, LossMeasure.ACCOUNT


class Day:
    """A day over a door; SPY stands at 100 between 99.99 and 100.01."""

    def __init__(self, overnight: int = 0, close: float | None = 98.0) -> None:
        self.door = door = Door()
        if overnight:
            door.hold(overnight)
        if close is not None:
            door.quotes.set_price(SPY, 9, close)
        self.result = DayResult(
            door.clock, door.positions, door.quotes, door.contracts,
            lambda _account: door.summary, door.orders.commission,
        )  # fmt: skip
        self.count = 0

    def fill(self, side: Side, quantity: int, price: str, **more: Any) -> Any:
        self.count += 1
        terms = {"time": self.door.clock.now() + timedelta(seconds=self.count), **more}
        name = terms.pop("exec_id", f"a.{self.count}.01")
        each = execution(name, quantity, side=side, price=D(price), **terms)
        self.door.positions.apply_execution(each)
        self.result.take(each)
        return each

    def at(self, price: float) -> "Day":
        self.door.market(price - 0.01, price + 0.01)
        return self

    @property
    def pnl(self) -> Any:
        return self.result.figures(ACCOUNT, TRADES).pnl


def test_no_trade_is_no_result() -> None:
    assert Day().pnl == 0
    assert Day(overnight=500).at(50).pnl == 0  # what came over night is not a trade of today


def test_an_open_trade_counts_at_the_market() -> None:
    day = Day()
    day.fill(BUY, 100, "101.00")
    assert day.at(99.0).pnl == -200
    day.fill(SELL, 40, "99.50")

    assert day.at(99.0).pnl == 40 * D("-1.50") + 60 * D("-2.00")


def test_first_in_is_first_out_and_a_turn_opens_the_other_way() -> None:
    day = Day()
    day.fill(BUY, 100, "100.00")
    day.fill(BUY, 100, "102.00")
    day.fill(SELL, 250, "101.00")

    assert day.at(100.0).pnl == 100 - 100 + 50


def test_an_overnight_lot_is_sold_against_the_last_close() -> None:
    day = Day(overnight=100)
    day.fill(SELL, 100, "97.00")
    assert day.at(50.0).pnl == -100
    blind = Day(overnight=100, close=None)
    blind.fill(SELL, 100, "97.00")

    assert blind.pnl == 0


def test_commissions_come_off_once_they_are_known() -> None:
    day = Day()
    each = day.fill(BUY, 100, "100.00")
    cost = Commission(exec_id=each.exec_id, commission=D("1.25"), currency="USD", realized_pnl=None)
    day.door.apply(CommissionReport(commission=cost))
    assert day.at(100.0).pnl == D("-1.25")
    foreign = Commission(exec_id=ExecId("a.2.01"), commission=D(9), currency="EUR",
                         realized_pnl=None)  # fmt: skip
    day.fill(BUY, 1, "100.00")
    day.door.apply(CommissionReport(commission=foreign))

    assert day.pnl == D("-1.25")


def test_a_correction_replaces_its_fill_whatever_came_last() -> None:
    day = Day()
    day.fill(BUY, 100, "110.00", exec_id="b.1.02")
    day.fill(BUY, 100, "90.00", exec_id="b.1.01")
    assert day.at(100.0).pnl == -1000
    day.fill(BUY, 0, "110.00", exec_id="b.1.03")

    assert day.pnl == 0


def test_without_a_price_rules_or_an_exchange_rate_the_result_is_not_known() -> None:
    day = Day(close=None)
    day.fill(BUY, 100, "100.00")
    day.door.quotes.forget(SPY)
    assert day.pnl is None
    day.fill(SELL, 100, "101.00")
    assert day.pnl == 100  # flat needs none
    for details in (None, spy(contract=Contract(con_id=SPY, symbol="SPY", currency="JPY"))):
        other = Day()
        other.fill(BUY, 1, "100.00")
        other.door.contracts.known.clear()
        if details is not None:
            other.door.contracts.known[SPY] = details
        assert other.pnl is None
    lost = Day()
    lost.fill(BUY, 1, "100.00")
    lost.door.summary = None
    assert lost.pnl is None


def test_other_accounts_and_other_days_do_not_count() -> None:
    day = Day()
    day.fill(BUY, 100, "150.00", account=AccountId("SIM0000009"))
    day.fill(BUY, 100, "150.00", time=day.door.clock.now() - timedelta(days=1))

    assert day.at(100.0).pnl == 0


def test_a_new_day_begins_at_midnight_in_new_york() -> None:
    day = Day()
    day.fill(BUY, 100, "101.00")
    assert day.at(100.0).pnl == -100
    day.door.clock.seconds += 13.9 * 3600  # 15:00 UTC is 10:00 there
    assert day.pnl == -100
    day.door.clock.seconds += 0.2 * 3600

    assert day.pnl == 0


def test_the_best_of_the_day_is_remembered() -> None:
    day = Day()
    day.fill(BUY, 100, "100.00")
    day.at(103.0)
    assert day.result.figures(ACCOUNT, TRADES) == DayFigures(D(300), D(300))
    day.at(101.0)
    figures = day.result.figures(ACCOUNT, TRADES)
    assert (figures.best, figures.below_peak) == (D(300), D(200))
    day.door.quotes.forget(SPY)
    day.fill(BUY, 1, "100.00")
    assert day.result.figures(ACCOUNT, TRADES) == DayFigures(None, D(300))


def test_the_broker_s_own_figure_is_a_choice() -> None:
    day = Day()
    assert day.result.figures(ACCOUNT, WHOLE).pnl is None
    for con_id, daily in ((None, -123.45), (SPY, -1.0), (None, None), (None, float("nan"))):
        day.result.take_pnl(
            PnlReport(
                account=ACCOUNT,
                con_id=con_id,
                daily=daily,
                unrealized=None,
                realized=None,
                value=None,
            )
        )

    assert day.result.figures(ACCOUNT, WHOLE).pnl == D("-123.45")
    assert ConId(1) != SPY


# -- the best of the day, and where the day begins --------------------------------------------------


class Kept:
    """A desk's account figures over a journal, started again at will."""

    def __init__(self, door: Door, limits: Limits = LIMITS) -> None:
        self.door, self.limits = door, limits
        self.risk = AccountRisk(
            door.clock, door.positions, door.quotes, door.contracts, door.orders,
            lambda _account: door.summary, lambda _account: self.limits,
        )  # fmt: skip
        self.risk.record = lambda note: door.journal.record(
            type(note).__name__, note, durable=False
        )
        list(self.risk.remembering(list(door.journal.entries)))
        self.risk.take_all(door.orders.executions())

    def second(self) -> DayFigures:
        self.door.clock.seconds += 1
        self.risk.keep_best(ACCOUNT)
        return self.risk.day(ACCOUNT)


def bought(door: Door, price: str = "100.00") -> None:
    """Buy 100 now, as the broker reports it."""
    report = fill("a.1.01", 100, price=D(price), time=door.clock.now())
    door.apply(report)
    door.positions.apply_execution(report.execution)


def test_the_days_best_survives_a_restart_and_the_fall_from_it_still_counts() -> None:
    door = Door()
    bought(door)
    kept = Kept(door)
    door.market(109.99, 110.01)
    assert kept.second().best == 1000
    door.market(104.99, 105.01)
    kept.second()
    assert door.journal.events.count("DayBest") == 1  # only what rises is written down

    again = Kept(door)
    figures = again.second()
    assert (figures.pnl, figures.best, figures.below_peak) == (500, 1000, 500)
    door.clock.seconds += 24 * 3600
    assert Kept(door).second().best == 0


def test_a_clock_that_jumps_a_day_and_back_does_not_lose_the_loss_of_the_day() -> None:
    door = Door()
    bought(door)
    kept = Kept(door)
    door.market(109.99, 110.01)
    kept.second()
    door.market(89.99, 90.01)
    assert kept.second().pnl == -1000
    door.clock.seconds += 24 * 3600
    assert kept.second().pnl == 0
    door.clock.seconds -= 24 * 3600

    assert kept.second().pnl == -1000


def test_the_best_of_another_measure_is_another_best() -> None:
    door = Door()
    bought(door)
    door.market(109.99, 110.01)
    Kept(door).second()
    other = Kept(door, replace(LIMITS, daily_loss_measure=WHOLE))
    other.risk.take_pnl(
        PnlReport(account=ACCOUNT, con_id=None, daily=12.5, unrealized=None, realized=None)
    )
    assert other.second().best == D("12.5")
    again = Kept(door)
    assert again.second().best == 1000


def test_without_limits_or_a_result_nothing_is_kept() -> None:
    door = Door()
    kept = Kept(door, None)  # type: ignore[arg-type]
    kept.second()
    bought(door)
    door.quotes.forget(SPY)
    fresh = Kept(door)
    fresh.second()
    assert "DayBest" not in door.journal.events


def test_a_day_that_begins_in_the_evening_leaves_the_morning_behind() -> None:
    """Ten in New York; the day of a future begins at 17:00."""
    door = Door()
    bought(door)
    door.market(109.99, 110.01)
    kept = Kept(door, replace(LIMITS, day_begins="17:00 America/New_York"))
    assert kept.second().pnl == 1000
    door.clock.seconds += 7 * 3600
    figures = kept.second()
    assert (figures.pnl, figures.best, figures.week) == (0, 0, 1000)
    kept.limits = LIMITS
    kept.risk.recount(ACCOUNT)
    assert kept.second().pnl == 1000
    kept.risk.recount(AccountId("SIM0000002"))


def test_a_combination_counts_by_its_legs_also_when_the_day_is_counted_anew() -> None:
    door = Door()
    bought(door)
    whole = fill("b.1.01", 1, con_id=ConId(700_000_001), price=D(3), sec_type="BAG",
                 time=door.clock.now(), perm_id=PermId(9100), order_id=OrderId(9))  # fmt: skip
    door.apply(whole)
    door.market(109.99, 110.01)
    kept = Kept(door)
    assert kept.second().pnl == 1000
    kept.risk.recount(ACCOUNT)
    assert kept.second().pnl == 1000


# -- a clock that jumps -----------------------------------------------------------------------------

DAY_OF_SECONDS = 24 * 3600


def peaked() -> Kept:
    """A day whose best was 1000, and whose result has fallen to 500."""
    door = Door()
    bought(door)
    kept = Kept(door)
    door.market(109.99, 110.01)
    assert kept.second().best == 1000
    door.market(104.99, 105.01)
    assert kept.second().below_peak == 500
    return kept


@pytest.mark.parametrize("jump", [DAY_OF_SECONDS, -DAY_OF_SECONDS])
@pytest.mark.parametrize("restarts", [False, True])
def test_a_clock_that_jumps_and_returns_keeps_the_days_best(jump: int, restarts: bool) -> None:
    kept = peaked()
    kept.door.clock.seconds += jump
    away = kept.second()
    assert (away.pnl, away.best) == (0, 0)  # neither the trades nor the best of the other day
    kept.door.clock.seconds -= jump
    if restarts:
        kept = Kept(kept.door)

    back = kept.second()
    assert (back.pnl, back.best, back.below_peak) == (500, 1000, 500)


def test_a_day_that_is_over_keeps_its_result_when_the_clock_is_set_back_to_it() -> None:
    kept = peaked()
    kept.door.clock.seconds += KEEP_SECONDS
    kept.second()  # so often a day's result is put on record
    kept.door.clock.seconds += DAY_OF_SECONDS
    report = fill("b.1.01", 100, price=D("105.00"), time=kept.door.clock.now(), perm_id=PermId(9))
    kept.door.apply(report)
    kept.door.positions.apply_execution(report.execution)
    kept.risk.take(report.execution)
    kept.door.market(94.99, 95.01)
    assert kept.second().week == 500 - 1000
    kept.door.clock.seconds -= DAY_OF_SECONDS
    kept.risk._kept_days.clear()  # the minute between two records is over
    kept.second()  # looks at yesterday's trades with the market of today
    kept.door.clock.seconds += DAY_OF_SECONDS

    assert kept.second().week == 500 - 1000


def test_the_broker_s_figure_of_a_day_that_the_clock_left_is_found_again() -> None:
    door = Door()
    kept = Kept(door, replace(LIMITS, daily_loss_measure=WHOLE))

    def tell(daily: float) -> DayFigures:
        kept.risk.take_pnl(
            PnlReport(account=ACCOUNT, con_id=None, daily=daily, unrealized=0.0, realized=daily)
        )
        return kept.second()

    assert tell(-800.0).pnl == -800
    door.clock.seconds += DAY_OF_SECONDS
    assert kept.second().is_awaited  # it may be yesterday's
    door.clock.seconds -= DAY_OF_SECONDS
    assert kept.second().pnl == -800

    door.clock.seconds += DAY_OF_SECONDS  # the day turns in earnest
    assert kept.second().is_awaited
    assert tell(0.0).pnl == 0  # and the broker begins it
    assert tell(-30.0).pnl == -30
    door.clock.seconds -= DAY_OF_SECONDS
    kept.second()
    door.clock.seconds += DAY_OF_SECONDS
    assert kept.second().pnl == -30  # it was seen to begin, and is not awaited again


def test_a_journal_that_begins_anew_takes_the_bests_of_the_last_days_along() -> None:
    kept = peaked()
    (best,) = kept.risk.kept()[1]
    for days in (9, 30):
        old = replace(best, day=best.day - timedelta(days=days))
        kept.risk._best[old.account, old.measure, old.day] = old
    assert {each.day for each in kept.risk.kept()[1]} == {best.day, best.day - timedelta(days=9)}
