"""The broker's daily figure counts for today only once the broker has begun its day anew."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.helpers.desk_fakes import ACCOUNT, LIMITS, NOON, D, Door
from workstation.desk.account_risk import AccountRisk
from workstation.domain.reports import PnlReport
from workstation.portfolio.broker_day import BrokerDay
from workstation.portfolio.periods import DaySoFar, Periods
from workstation.risk.limits import LossMeasure


def told(daily: Any, unrealized: Any = 0.0, realized: Any = 0.0) -> PnlReport:
    return PnlReport(
        account=ACCOUNT, con_id=None, daily=daily, unrealized=unrealized, realized=realized
    )


def turned(*reports: PnlReport) -> BrokerDay:
    """A day that has seen these, and then our day turns."""
    day = BrokerDay()
    for each in reports:
        day.take(each)
    day.turn()
    return day


def test_a_figure_counts_from_the_first_on_where_nothing_is_known_of_a_day_before() -> None:
    day = BrokerDay()
    assert (day.pnl, day.is_of_yesterday) == (None, False)
    day.take(told(-5000.0))
    assert day.pnl == -5000
    day.take(told(None))
    assert day.pnl == -5000


def test_yesterdays_loss_is_not_todays_however_often_it_is_told() -> None:
    day = turned(told(-5000.0, -4000.0, -1000.0))
    for daily, unrealized in ((-5000.0, -4000.0), (-5400.0, -4400.0), (-4100.0, -3100.0)):
        day.take(told(daily, unrealized, -1000.0))  # it moves as the positions do
        assert day.pnl is None
        assert day.is_of_yesterday


@pytest.mark.parametrize(
    "after",
    [
        told(0.0, -4000.0, 0.0),
        told(-120.0, -4100.0, 0.0),
        told(-900.0, -4900.0, 0.0),  # an hour without a link, and a new loss in it
    ],
)
def test_it_is_todays_once_it_jumped_away_from_what_is_held(after: PnlReport) -> None:
    day = turned(told(-5000.0, -4000.0, -1000.0))
    day.take(after)
    assert not day.is_of_yesterday
    assert day.pnl == D(str(after.daily))


def test_what_was_realised_alone_shows_the_new_day() -> None:
    flat = turned(told(-3000.0, 0.0, -3000.0))
    flat.take(told(-3000.0, 0.0, -3000.0))
    assert flat.pnl is None
    flat.take(told(0.0, 0.0, 0.0))
    assert flat.pnl == 0
    some = turned(told(-3000.0, 0.0, -3000.0))
    some.take(told(-200.0, 0.0, -200.0))  # most of it fell back, and nothing had filled
    assert some.pnl == -200


def test_a_fill_is_no_new_day() -> None:
    ours = turned(told(-3000.0, -2000.0, -1000.0))
    ours.filled()
    ours.take(told(-3000.0, -2800.0, -200.0))  # a gain of 800 is realised
    assert ours.is_of_yesterday
    ours.take(told(-3000.0, -2800.0, -200.0))
    assert ours.is_of_yesterday
    theirs = turned(told(-1000.0, 600.0, 0.0))  # by hand in TWS, of which nothing is told here
    theirs.take(told(-1000.0, 0.0, 600.0))
    assert theirs.is_of_yesterday


def test_a_gain_of_yesterday_is_no_gain_of_today_either() -> None:
    day = turned(told(5000.0, 5000.0, 0.0))
    day.take(told(5100.0, 5100.0, 0.0))
    assert day.pnl is None
    day.take(told(50.0, 5150.0, 0.0))
    assert day.pnl == 50


def test_where_only_the_daily_figure_is_told_the_jump_must_be_most_of_it() -> None:
    day = turned(told(-5000.0, None, None))
    day.take(told(-3000.0, None, None))
    assert day.pnl is None
    day.take(told(-10.0, -20000.0, None))
    assert day.pnl == -10


def test_a_jump_away_from_nothing_is_no_new_day() -> None:
    day = turned(told(-1000.0, None, None))
    day.take(told(-2500.0, None, None))
    assert day.is_of_yesterday
    back = turned(told(-100.0, 0.0, 0.0))
    back.take(told(0.5, 100.5, 0.0))
    back.take(told(-1.5, 100.5, 0.0))  # a rounding beside a figure near nothing
    assert back.is_of_yesterday


def test_a_day_that_ended_with_nothing_carries_nothing_over() -> None:
    assert not turned().is_of_yesterday
    small = turned(told(0.4))
    small.take(told(-700.0, -700.0))
    assert small.pnl == -700


@pytest.mark.parametrize(
    ("first", "ended", "waits"),
    [(-5000.0, "-5000", True), (-5200.0, "-5000", True), (-4700.0, "-5000", False),
     (5000.0, "-5000", False), (0.3, "0.2", False)],
)  # fmt: skip
def test_the_first_figure_of_a_start_is_yesterdays_where_it_is_the_very_same(
    first: float, ended: str, waits: bool
) -> None:
    day = BrokerDay()
    day.take(told(first), D(ended))
    assert day.is_of_yesterday is waits
    day.take(told(first), D(ended))  # of later ones the jump alone tells
    assert day.is_of_yesterday is waits


def test_the_newest_day_before_today_says_what_it_ended_with() -> None:
    periods, today = Periods(), NOON.date()
    measure = LossMeasure.ACCOUNT
    assert periods.ended_with(ACCOUNT, measure, today) is None
    for days, pnl in ((3, "-3"), (1, "-1"), (0, "9")):
        day = today - timedelta(days=days)
        periods.take(DaySoFar(account=ACCOUNT, day=day, measure=measure, pnl=D(pnl), best=D(0)))
    assert periods.ended_with(ACCOUNT, measure, today) == -1
    assert periods.ended_with(ACCOUNT, LossMeasure.TRADES, today) is None


def test_the_days_result_waits_over_the_turn_and_over_a_start() -> None:
    door = Door()

    def risk() -> AccountRisk:
        made = AccountRisk(
            door.clock, door.positions, door.quotes, door.contracts, door.orders,
            lambda _account: door.summary,
            lambda _account: replace(LIMITS, daily_loss_measure=LossMeasure.ACCOUNT),
        )  # fmt: skip
        made.record = lambda note: door.journal.record(type(note).__name__, note, durable=False)
        list(made.remembering(list(door.journal.entries)))
        return made

    first = risk()
    first.take_pnl(told(-5000.0, -5000.0))
    first.keep_best(ACCOUNT)
    assert first.day(ACCOUNT).pnl == -5000
    door.clock.seconds += 24 * 3600
    assert first.day(ACCOUNT).is_awaited
    first.take_pnl(told(-5100.0, -5100.0))
    door.clock.seconds += 1
    assert (first.day(ACCOUNT).pnl, first.day(ACCOUNT).best) == (None, None)

    again = risk()
    again.take_pnl(told(-5050.0, -5050.0))
    assert (again.day(ACCOUNT).pnl, again.day(ACCOUNT).is_awaited) == (None, True)
    again.take_pnl(told(-20.0, -5070.0))
    door.clock.seconds += 1
    assert (again.day(ACCOUNT).pnl, again.day(ACCOUNT).is_awaited) == (-20, False)
