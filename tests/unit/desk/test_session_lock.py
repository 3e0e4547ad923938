"""Limits that cannot be loosened until the next session; the week, the best, the time to cool."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.desk_fakes import ACCOUNT, LIMITS, SPY, D, MemoryJournal, a_draft, execution
from tests.helpers.virtual_time import VirtualClock
from tests.unit.desk.test_risk_watch import Watched as Rig
from workstation.desk.limits import LimitsDesk
from workstation.desk.session_lock import SessionLock
from workstation.domain.commands import Done, Failed
from workstation.domain.errors import JournalError
from workstation.domain.finding import Denied, Level, RiskCode
from workstation.domain.ids import AccountId, IntentId
from workstation.domain.notice import Severity
from workstation.domain.order import Side
from workstation.domain.reports import PnlReport
from workstation.portfolio.day_result import DayFigures
from workstation.portfolio.periods import DaySoFar, Periods
from workstation.risk.limits import LossAction, LossMeasure
from workstation.risk.trading_day import boundary_of
from workstation.storage.limits_file import add_limits, parse_limits, written

TRADES = LossMeasure.TRADES


def locking(limits: Any = LIMITS) -> tuple[SessionLock, VirtualClock, MemoryJournal]:
    clock, journal = VirtualClock(), MemoryJournal()
    return SessionLock(clock, journal, lambda _account: limits), clock, journal


# -- the lock ---------------------------------------------------------------------------------------


def test_a_lock_is_on_record_holds_until_the_next_session_and_over_a_restart() -> None:
    lock, clock, journal = locking()
    assert lock.of(ACCOUNT) is None
    made = lock.lock(ACCOUNT, "locked by choice")
    assert made.until == boundary_of(LIMITS.day_begins).next_session(clock.now())
    assert journal.events == ["LimitsLocked"]
    again = SessionLock(clock, MemoryJournal(), lambda _account: LIMITS)
    assert list(again.remembering(journal.entries)) == list(journal.entries)
    assert again.of(ACCOUNT) == made
    clock.seconds += (made.until - clock.now()).total_seconds() - 1
    assert again.of(ACCOUNT) == made
    clock.seconds += 1
    assert again.of(ACCOUNT) is None


def test_nothing_is_locked_that_is_not_on_record() -> None:
    lock, _, journal = locking()
    journal.broken = True
    with pytest.raises(JournalError):
        lock.lock(ACCOUNT, "locked by choice")
    assert lock.of(ACCOUNT) is None


def test_while_locked_limits_get_tighter_and_never_looser() -> None:
    lock, clock, _ = locking()
    looser = replace(LIMITS, daily_loss=D(10**6))
    tighter = replace(LIMITS, actions_per_second=1)
    before = replace(LIMITS, daily_loss=D(100))
    assert lock.why_not(ACCOUNT, before, looser) == ""
    lock.lock(ACCOUNT, "the day's loss reached 120.00 USD")
    fault = lock.why_not(ACCOUNT, before, looser)
    assert "daily_loss: 100 -> 1000000" in fault
    assert "the day's loss reached 120.00 USD" in fault
    assert lock.why_not(ACCOUNT, LIMITS, tighter) == ""
    assert lock.why_not(ACCOUNT, None, looser) == ""
    assert lock.why_not(AccountId("SIM9"), before, looser) == ""
    clock.seconds += 5 * 86_400
    assert lock.why_not(ACCOUNT, before, looser) == ""


def test_a_breach_cools_down_for_its_time_and_a_later_lock_does_not_shorten_it() -> None:
    lock, clock, _ = locking(replace(LIMITS, cooldown_minutes=30))
    lock.lock(ACCOUNT, "locked by choice")
    assert lock.why_not_active() == ""
    lock.lock(ACCOUNT, "the day's loss reached 120.00 USD", cools=True)
    until = clock.now() + timedelta(minutes=30)
    assert lock.cooling_until(ACCOUNT) == until
    assert f"until {until:%H:%M} UTC" in lock.why_not_active()
    clock.seconds += 60
    lock.lock(ACCOUNT, "locked by choice")
    assert lock.cooling_until(ACCOUNT) == until
    lock.lock(ACCOUNT, "again", cools=True)
    assert lock.cooling_until(ACCOUNT) == until + timedelta(minutes=1)
    clock.seconds += 30 * 60
    assert lock.why_not_active() == ""
    assert lock.of(ACCOUNT) is not None


def test_without_limits_and_without_a_cooling_time_a_breach_locks_alone() -> None:
    lock, clock, _ = locking(None)
    lock.lock(ACCOUNT, "x", cools=True)
    assert lock.why_not_active() == ""
    assert lock.of(ACCOUNT) is not None
    assert clock.now() < lock.lock(ACCOUNT, "x").until


@pytest.mark.parametrize(
    ("begins", "now", "expected"),
    [
        ("00:00 America/New_York", "2026-11-18 17:00", "2026-11-19 05:00"),
        ("00:00 America/New_York", "2026-11-19 05:00", "2026-11-20 05:00"),
        ("00:00 America/New_York", "2026-11-20 17:00", "2026-11-23 05:00"),  # over the weekend
        ("17:00 America/New_York", "2026-11-20 17:00", "2026-11-22 22:00"),  # Sunday is Monday's
        ("17:00 America/New_York", "2026-11-18 22:30", "2026-11-19 22:00"),
        ("00:00 America/New_York", "2026-03-06 17:00", "2026-03-09 04:00"),  # over the clock change
    ],
)
def test_the_next_session_begins_with_the_next_trading_day(
    begins: str, now: str, expected: str
) -> None:
    given, wanted = (datetime.fromisoformat(x).replace(tzinfo=UTC) for x in (now, expected))
    assert boundary_of(begins).next_session(given) == wanted


def test_the_edited_file_waits_while_it_would_loosen(tmp_path: Path) -> None:
    path, journal = tmp_path / "limits.toml", MemoryJournal()
    add_limits(path, replace(LIMITS, daily_loss=D(100)))
    desk = LimitsDesk(path, journal, lambda *_, **__: None, VirtualClock())
    desk.ensure(ACCOUNT, D(100_000))
    desk.lock.lock(ACCOUNT, "locked by choice")
    path.unlink()
    add_limits(path, replace(LIMITS, daily_loss=D(200)))
    assert "locked until" in desk.apply(ACCOUNT)
    now = desk.of(ACCOUNT)
    assert now is not None
    assert now.daily_loss == 100
    path.unlink()
    add_limits(path, replace(LIMITS, daily_loss=D(50)))
    assert desk.apply(ACCOUNT) == ""
    restarted = LimitsDesk(path, MemoryJournal(), lambda *_, **__: None, VirtualClock())
    list(restarted.remembering(journal.entries))
    assert restarted.lock.of(ACCOUNT) is not None


def test_a_journal_that_begins_anew_holds_the_limits_and_their_lock(tmp_path: Path) -> None:
    path, journal = tmp_path / "limits.toml", MemoryJournal()
    add_limits(path, replace(LIMITS, daily_loss=D(100)))
    desk = LimitsDesk(path, journal, lambda *_, **__: None, VirtualClock())
    desk.ensure(ACCOUNT, D(100_000))
    desk.lock.lock(ACCOUNT, "locked by choice")
    limits, locks = desk.kept()
    journal.entries.clear()
    for record in (*limits, *locks):
        journal.record(type(record).__name__, record, durable=True)
    path.unlink()
    add_limits(path, replace(LIMITS, daily_loss=D(200)))
    restarted = LimitsDesk(path, MemoryJournal(), lambda *_, **__: None, VirtualClock())
    list(restarted.remembering(journal.entries))
    now = restarted.of(ACCOUNT)
    assert now is not None
    assert now.daily_loss == 100
    assert restarted.lock.of(ACCOUNT) is not None


# -- a limit is reached -----------------------------------------------------------------------------


def day(rig: Rig, **figures: Any) -> None:
    rig.risk.day = lambda _account: DayFigures(**figures)  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("limits", "figures", "name"),
    [
        ({"daily_loss": D(100)}, {"pnl": D(-100)}, "Day's loss"),
        ({"drawdown": D(100)}, {"pnl": D(0), "best": D(100)}, "Fall from the day's best"),
        ({"weekly_loss": D(100)}, {"pnl": D(0), "week": D(-100)}, "Week's loss"),
        ({"profit_target": D(100)}, {"pnl": D(100)}, "Day's profit"),
        ({"trailing_drawdown": D(100)}, {"pnl": D(0), "below_best": D(100)},
         "Fall from the best of all days"),
    ],
)  # fmt: skip
def test_each_of_these_limits_leaves_only_exits_locks_and_is_shown(
    limits: dict[str, Any], figures: dict[str, Any], name: str
) -> None:
    rig = Rig()
    off = {"daily_loss": None, "cooldown_minutes": 10}
    rig.limits = replace(LIMITS, **(off | limits))
    almost = {key: value - 1 if value > 0 else value + 1 for key, value in figures.items()}
    day(rig, **({"pnl": D(0)} | {k: v if k == "pnl" and len(figures) > 1 else almost[k]
                                 for k, v in figures.items()}))  # fmt: skip
    rig.watch.sweep()
    assert rig.reduced == []
    day(rig, **figures)
    rig.second()
    assert len(rig.reduced) == 1
    assert name.lower() in rig.reduced[0]
    assert any(severity is Severity.ALARM for severity, _ in rig.said)
    assert rig.lock.of(ACCOUNT) is not None
    assert rig.lock.cooling_until(ACCOUNT) is not None
    rig.second()
    assert len(rig.reduced) == 1
    view = rig.view()
    assert view.locked_until is not None
    assert view.cooling_until is not None
    assert name.lower() in view.lock_reason
    assert name in {use.name for use in view.uses}


def test_limits_that_are_off_are_not_shown() -> None:
    rig = Rig()
    assert not {"Week's loss", "Day's profit"} & set(rig.uses())


def test_a_days_loss_flattens_only_where_that_is_wished_and_tries_until_it_begins() -> None:
    rig = Rig()
    flattened: list[AccountId] = []
    answers: list[Any] = [Failed("the broker cannot be reached"), Done()]

    def flatten(account: AccountId) -> Any:
        flattened.append(account)
        return answers.pop(0)

    rig.watch.flatten = flatten
    rig.limits = replace(LIMITS, daily_loss=D(100), weekly_loss=D(100))
    day(rig, pnl=D(-100), week=D(-100))
    rig.watch.sweep()
    assert flattened == []
    rig = Rig()
    rig.limits = replace(LIMITS, daily_loss=D(100), daily_loss_action=LossAction.FLATTEN)
    day(rig, pnl=D(-100))
    rig.watch.sweep()  # before the desk can flatten: it is tried again
    rig.watch.flatten = flatten
    rig.second()
    rig.second()
    rig.second()
    assert flattened == [ACCOUNT, ACCOUNT]


def test_a_loss_that_is_gone_before_the_flatten_can_begin_closes_nothing() -> None:
    rig = Rig()
    asked: list[AccountId] = []
    answers: list[Any] = [Failed("the broker cannot be reached"), Done(), Done()]

    def flatten(account: AccountId) -> Any:
        asked.append(account)
        return answers.pop(0)

    rig.watch.flatten = flatten
    rig.limits = replace(LIMITS, daily_loss=D(100), daily_loss_action=LossAction.FLATTEN)
    day(rig, pnl=D(-100))
    rig.watch.sweep()
    assert asked == [], "one look may have met one wrong print"
    rig.second()
    assert len(asked) == 1
    day(rig, pnl=D(0))  # the next day, or the price came back
    rig.second()
    day(rig)
    rig.second()
    assert len(asked) == 1
    day(rig, pnl=D(-100))
    rig.second()
    rig.second()
    assert len(asked) == 2


def test_one_wrong_print_flattens_nothing() -> None:
    rig = Rig()
    rig.watch.flatten = lambda _account: pytest.fail("the price was wrong for a moment")
    rig.limits = replace(LIMITS, daily_loss=D(100), daily_loss_action=LossAction.FLATTEN)
    day(rig, pnl=D(-500))
    rig.second()
    day(rig, pnl=D(-10))
    rig.second()
    rig.second()


def test_an_account_that_cannot_be_surveyed_leaves_the_loss_limits_of_all_in_force() -> None:
    rig = Rig()
    rig.others = (AccountId("SIM0000009"),)
    rig.limits = replace(LIMITS, daily_loss=D(100))
    rig.watch.guard.check = lambda _account: 1 / 0  # type: ignore[method-assign, assignment, return-value]
    day(rig, pnl=D(-100))
    with pytest.raises(ZeroDivisionError):
        rig.watch.sweep()
    assert len(rig.reduced) == 2


def test_fills_without_their_positions_make_no_result() -> None:
    """Bought 100 at 100.00 today, the close before was 80.00: 2,000 lost, it would seem."""
    rig = Rig()
    rig.watch.flatten = lambda _account: pytest.fail("nothing was lost")
    rig.limits = replace(LIMITS, daily_loss=D(100), daily_loss_action=LossAction.FLATTEN)
    for tick, price in ((1, 100.0), (2, 100.0), (4, 100.0), (9, 80.0)):
        rig.door.quotes.set_price(SPY, tick, price)
    is_compared = False
    rig.risk.is_settled = lambda: is_compared
    rig.risk.take(execution())
    rig.watch.sweep()
    rig.second()
    assert rig.reduced == []
    rig.door.hold(100)
    is_compared = True
    rig.second()
    assert rig.risk.day(ACCOUNT).pnl == 0
    is_compared = False  # a fill while the link was away is heard of before its position
    rig.risk.take(execution("b.1.01", 100, side=Side.SELL, price=D(101)))
    rig.second()
    assert rig.risk.day(ACCOUNT).pnl == 0
    rig.door.hold(0)
    is_compared = True
    rig.second()
    assert rig.risk.day(ACCOUNT).pnl == 100
    assert rig.reduced == []


def test_yesterdays_loss_as_the_broker_still_tells_it_flattens_nothing_today() -> None:
    rig = Rig()
    flattened: list[AccountId] = []
    rig.watch.flatten = lambda account: flattened.append(account) or Done()  # type: ignore[func-returns-value]
    rig.limits = replace(LIMITS, daily_loss=D(100), daily_loss_action=LossAction.FLATTEN,
                         daily_loss_measure=LossMeasure.ACCOUNT)  # fmt: skip
    told = PnlReport(account=ACCOUNT, con_id=None, daily=-90.0, unrealized=-90.0, realized=0.0)
    rig.risk.take_pnl(told)
    rig.second()
    rig.door.clock.seconds += 24 * 3600
    for _ in range(3):
        rig.risk.take_pnl(replace(told, daily=-190.0, unrealized=-190.0))
        rig.second()
    assert (flattened, rig.reduced) == ([], [])
    said = [text for severity, text in rig.said if severity is Severity.INFO]
    assert said == ["S•••001: the broker's daily result is still that of the day before."]
    rig.risk.take_pnl(replace(told, daily=0.0, unrealized=-190.0))
    rig.second()
    rig.risk.take_pnl(replace(told, daily=-150.0, unrealized=-340.0))  # of today, and too much
    rig.second()
    rig.second()
    assert (flattened, len(rig.reduced)) == ([ACCOUNT], 1)


def test_a_profit_that_is_enough_closes_nothing() -> None:
    rig = Rig()
    rig.watch.flatten = lambda _account: pytest.fail("nothing may be closed")
    rig.limits = replace(LIMITS, profit_target=D(100), daily_loss_action=LossAction.FLATTEN)
    day(rig, pnl=D(100))
    rig.watch.sweep()
    assert len(rig.reduced) == 1


# -- over days --------------------------------------------------------------------------------------


def so_far(day: str, pnl: int, best: int = 0) -> DaySoFar:
    return DaySoFar(account=ACCOUNT, day=date.fromisoformat(day), measure=TRADES, pnl=D(pnl),
                    best=D(best))  # fmt: skip


def test_a_week_begins_on_monday_and_counts_today_as_it_is_now() -> None:
    periods = Periods()
    for each in (so_far("2026-11-13", -900), so_far("2026-11-16", -100), so_far("2026-11-17", 30),
                 so_far("2026-11-18", -5), so_far("2026-11-18", -7)):  # fmt: skip
        periods.take(each)
    assert periods.week(ACCOUNT, TRADES, date(2026, 11, 18), D(-10)) == -80
    assert periods.week(ACCOUNT, TRADES, date(2026, 11, 23), D(-10)) == -10
    assert periods.week(ACCOUNT, LossMeasure.ACCOUNT, date(2026, 11, 18), D(-10)) == -10


def test_the_fall_is_measured_from_the_best_that_all_days_together_came_to() -> None:
    periods = Periods()
    today = date(2026, 11, 18)
    assert periods.below_best(ACCOUNT, TRADES, today, D(-5), D(0)) == 5
    periods.take(so_far("2026-11-16", 100, 150))
    periods.take(so_far("2026-11-17", -30, 20))
    assert periods.below_best(ACCOUNT, TRADES, today, D(-10), D(0)) == 90  # 150 less 60
    assert periods.below_best(ACCOUNT, TRADES, today, D(80), D(100)) == 20  # a new best today
    periods.take(so_far("2026-11-18", 500, 500))
    assert periods.below_best(ACCOUNT, TRADES, today, D(-10), D(0)) == 90  # today is as given


def test_days_are_kept_once_a_minute_and_come_back_with_the_journal() -> None:
    rig = Rig()
    records: list[Any] = []
    rig.risk.record = records.append
    rig.limits = replace(LIMITS, weekly_loss=D(10**6))
    days = lambda: [each for each in records if isinstance(each, DaySoFar)]  # noqa: E731
    rig.fill(100, price="100.50")
    rig.watch.sweep()
    first = days()
    assert [each.day for each in first] == [rig.risk._result.today(ACCOUNT)]
    assert first[0].pnl < 0
    rig.door.market(99.0, 99.2)
    rig.second()
    assert len(days()) == 1
    for _ in range(60):
        rig.second()
    assert len(days()) == 2
    assert days()[1].pnl < first[0].pnl
    for _ in range(61):
        rig.second()
    assert len(days()) == 2  # nothing has moved

    again = Rig()
    yesterday = replace(days()[0], day=days()[0].day - timedelta(days=1), pnl=D(-70), best=D(0))
    journal = MemoryJournal()
    journal.record("DaySoFar", yesterday, durable=False)
    list(again.risk.remembering(journal.entries))
    again.fill(0)
    shown = again.risk.day(ACCOUNT)
    assert shown.week == (shown.pnl or 0) - 70
    assert shown.below_best == 70 - (shown.pnl or 0)


# -- at the gate ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "figures", "code"),
    [
        ({"weekly_loss": D(100)}, {"week": D(-100)}, RiskCode.WEEKLY_LOSS),
        ({"profit_target": D(100)}, {"pnl": D(100)}, RiskCode.PROFIT_TARGET),
        ({"trailing_drawdown": D(100)}, {"below_best": D(100)}, RiskCode.TRAILING_DRAWDOWN),
    ],
)
def test_entries_are_refused_at_each_of_these_limits_and_exits_are_not(
    limits: dict[str, Any], figures: dict[str, Any], code: RiskCode
) -> None:
    door = Rig().door
    door.stand(limits=replace(LIMITS, **limits))
    door.day = DayFigures(
        **({"pnl": D(0), "best": D(0), "week": D(0), "below_best": D(0)} | figures)
    )
    answer = door.submit()
    assert isinstance(answer, Denied)
    assert code in {each.code for each in answer.findings if each.level is Level.HARD}
    one_less = {key: value - 1 if value > 0 else value + 1 for key, value in figures.items()}
    door.day = replace(door.day, **one_less)
    assert not isinstance(door.submit(intent_id=IntentId("less")), Denied)
    door.day = replace(door.day, **dict.fromkeys(figures, None))
    missing = {each.code: each.level for each in door.judge(a_draft(), None).findings}
    assert missing[code] is Level.SOFT


def test_the_new_figures_stand_in_the_file_and_files_of_before_are_read() -> None:
    limits = replace(
        LIMITS, daily_loss_action=LossAction.FLATTEN, weekly_loss=D(5), profit_target=D(6),
        trailing_drawdown=D(7), cooldown_minutes=8, allowed=("SPY", "QQQ"),
    )  # fmt: skip
    text = written(limits)
    assert parse_limits(text, "the file") == {ACCOUNT: limits}
    names = ("daily_loss_action", "weekly_loss", "profit_target", "trailing_drawdown",
             "cooldown_minutes", "allowed")  # fmt: skip
    old = "\n".join(line for line in written(LIMITS).splitlines() if not line.startswith(names))
    assert parse_limits(old, "the file") == {ACCOUNT: LIMITS}
    for bad in (0, 1441):
        with pytest.raises(ValueError, match="cooldown_minutes"):
            replace(LIMITS, cooldown_minutes=bad)
    with pytest.raises(ValueError, match="every limit"):
        replace(LIMITS, weekly_loss=D(0))
