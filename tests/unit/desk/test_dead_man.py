"""Entries that lapse with the program: limited in time, renewed while it lives, exits left alone."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.helpers.desk_fakes import ACCOUNT, LIMITS, NOON, SPY, D, Door, a_draft, open_order, spy
from tests.unit.desk.test_risk_watch import Watched
from workstation.desk.dead_man import DeadMan, DeadManParts
from workstation.domain.bracket import BracketDraft
from workstation.domain.finding import Submitted, TradingState
from workstation.domain.ids import IntentId
from workstation.domain.notice import Severity
from workstation.domain.order import OrderType, Side, Tif
from workstation.domain.order_status import Pending
from workstation.domain.preview import MarginPreview
from workstation.risk.limits import Limits
from workstation.storage.limits_file import parse_limits, written

MINUTES = 10
TIMED = replace(LIMITS, dead_man_minutes=MINUTES)


class Timer:
    """A door with the dead-man timer, whose limits can change."""

    def __init__(self, door: Door | None = None, limits: Limits = TIMED) -> None:
        self.door = door = door or Door()
        self.limits = limits
        self.said: list[tuple[Severity, str]] = []
        self.dead_man = door.desk.dead_man = DeadMan(
            DeadManParts(
                clock=door.clock,
                orders=door.orders,
                limits=lambda _account: self.limits,
                details=door.contracts.details,
                position=door.positions.quantity,
                change=door.desk.renew,
                record=door.desk.notes.add,
                notify=self.notify,
            )
        )
        door.contracts.known[SPY] = spy(
            order_types=frozenset({"LMT", "STP", "MKT", "GTD", "DAY", "GTC"})
        )

    def notify(self, severity: Severity, text: str, **_more: Any) -> None:
        self.said.append((severity, text))

    def sent(self, **terms: Any) -> Any:
        """Send an order and let the broker acknowledge it."""
        number = len(list(self.door.orders))
        terms.setdefault("intent_id", IntentId(f"d{number}"))
        answer = self.door.submit(a_draft(source="ladder", **terms))
        assert isinstance(answer, Submitted), answer
        order = self.door.order(answer.key)
        self.echo(order)
        self.door.desk.write_notes()
        return order

    def echo(self, order: Any) -> None:
        self.door.apply(open_order(order, tif=order.draft.tif.value, terms=order.terms))

    def pass_time(self, minutes: float) -> None:
        self.door.clock.seconds += minutes * 60
        self.dead_man.check()

    def left(self, order: Any) -> timedelta:
        till = order.terms.good_till
        assert till is not None
        return till - self.door.clock.now()


def test_an_entry_is_good_till_some_minutes_and_is_renewed_halfway() -> None:
    timer = Timer()
    order = timer.sent(tif=Tif.GTC)
    assert order.draft.tif is Tif.GTD
    assert order.draft.terms.good_till == timer.door.clock.now() + timedelta(minutes=MINUTES)
    assert timer.dead_man.count == 1

    timer.pass_time(4)
    assert len(timer.door.broker.frames) == 1
    timer.pass_time(1.5)
    assert len(timer.door.broker.frames) == 2
    assert order.replace is Pending.REQUESTED
    timer.pass_time(0.1)
    assert len(timer.door.broker.frames) == 2  # the broker has not answered yet


def test_without_the_option_nothing_changes() -> None:
    timer = Timer(limits=LIMITS)
    order = timer.sent(tif=Tif.GTC)
    assert (order.draft.tif, order.draft.terms.good_till) == (Tif.GTC, None)
    assert timer.dead_man.count == 0


@pytest.mark.parametrize(
    "terms",
    [
        {"side": Side.SELL, "quantity": D(50)},
        {"order_type": OrderType.MARKET},
        {"tif": Tif.IOC},
        {"side": Side.SELL, "order_type": OrderType.STOP, "limit_price": None,
         "stop_price": D(95), "quantity": D(50)},
    ],
)  # fmt: skip
def test_exits_and_what_does_not_stand_are_left_as_they_are(terms: dict[str, Any]) -> None:
    timer = Timer()
    timer.door.hold(100)
    draft = a_draft(**terms)
    assert timer.dead_man.dressed(draft) is draft


def test_a_contract_that_takes_no_such_orders_or_is_not_known_is_left() -> None:
    timer = Timer()
    timer.door.contracts.known[SPY] = spy()
    draft = a_draft()
    assert timer.dead_man.dressed(draft) is draft
    timer.door.contracts.known.clear()
    assert timer.dead_man.dressed(draft) is draft


def test_the_exits_of_a_bracket_outlive_the_program() -> None:
    timer = Timer()
    bracket = BracketDraft(entry=a_draft(), target_price=D("110.00"), stop_price=D("95.00"))
    answer = timer.door.desk.submit_bracket(bracket)
    assert isinstance(answer, Submitted)
    entry, target, stop = timer.door.orders
    assert entry.draft.tif is Tif.GTD
    assert {target.draft.tif, stop.draft.tif} == {Tif.GTC}
    assert timer.dead_man.count == 1


HOURS = {
    "time_zone_id": "America/New_York",
    "liquid_hours": "20261120:0930-20261120:1600",
    "trading_hours": "20261120:0400-20261120:2000",
    "order_types": frozenset({"LMT", "GTD", "DAY"}),
}


def test_an_order_of_the_day_is_not_carried_over_its_close() -> None:
    timer = Timer()
    timer.door.contracts.known[SPY] = spy(**HOURS)
    timer.door.clock.seconds += 5 * 3600 + 54 * 60  # 15:54 in New York
    order = timer.sent(tif=Tif.DAY)
    assert timer.left(order) == timedelta(minutes=6)
    timer.pass_time(5)
    assert len(timer.door.broker.frames) == 1
    late = timer.sent(tif=Tif.DAY, outside_rth=True)
    assert timer.left(late) == timedelta(minutes=MINUTES)
    timer.door.clock.seconds += 6 * 3600
    closed = timer.sent(tif=Tif.DAY, intent_id=IntentId("closed"))
    assert timer.left(closed) == timedelta(minutes=MINUTES)


def test_what_has_ended_or_is_being_cancelled_is_not_renewed() -> None:
    timer = Timer()
    order = timer.sent()
    timer.door.cancel(order.key)
    timer.pass_time(8)
    assert len(timer.door.broker.frames) == 1
    timer.door.apply(open_order(order, status="Cancelled"))
    timer.pass_time(0)
    assert timer.dead_man.count == 0


def test_a_restart_goes_on_renewing_what_rolled_before() -> None:
    timer = Timer()
    timer.sent()
    again = Door(clock=timer.door.clock, journal=timer.door.journal)
    after = Timer(again)
    again.desk.replay(list(again.journal.entries))
    (order,) = again.orders
    after.echo(order)
    assert after.dead_man.count == 1
    after.pass_time(6)
    assert len(again.broker.frames) == 1


def test_what_cannot_be_renewed_is_said_once_and_lapses() -> None:
    timer = Timer()
    timer.sent()
    timer.door.stand(trading_state=TradingState.HALTED, trading_reason="set by hand")
    timer.pass_time(6)
    timer.pass_time(0.1)
    assert [severity for severity, _ in timer.said] == [Severity.WARNING]
    assert "is not renewed: Trading is HALTED" in timer.said[0][1]
    timer.door.stand(trading_state=TradingState.ACTIVE)
    timer.pass_time(0.1)
    assert len(timer.door.broker.frames) == 2
    timer.limits = LIMITS
    timer.pass_time(5)
    assert len(timer.door.broker.frames) == 2


def test_the_meter_tells_what_it_costs() -> None:
    watched = Watched()
    watched.limits = TIMED
    watched.watch._sources = replace(watched.watch._sources, rolling=lambda: 3)
    assert watched.uses()["Dead-man renewals"].used == 36
    assert watched.risk.limits(ACCOUNT) is TIMED


@pytest.mark.parametrize("minutes", [1, 1441])
def test_a_time_too_short_or_too_long_is_refused(minutes: int) -> None:
    with pytest.raises(ValueError, match="dead_man_minutes"):
        replace(LIMITS, dead_man_minutes=minutes)


def test_the_file_keeps_it_and_refuses_half_minutes() -> None:
    assert parse_limits(written(TIMED), "x")[ACCOUNT] == TIMED
    assert parse_limits(written(LIMITS), "x")[ACCOUNT] == LIMITS
    half = written(TIMED).replace("dead_man_minutes = 10", "dead_man_minutes = 2.5")
    with pytest.raises(Exception, match="whole number"):
        parse_limits(half, "x")


def test_an_order_of_the_day_that_is_queued_is_not_carried_over_the_next_close() -> None:
    timer = Timer()
    timer.door.contracts.known[SPY] = spy(**HOURS)
    timer.door.clock.seconds -= 4 * 3600  # 08:00 in New York
    order = timer.sent(tif=Tif.DAY)
    assert timer.dead_man._rolling[order.key].until == NOON + timedelta(hours=4)


def test_a_time_that_the_user_gives_is_not_renewed() -> None:
    timer = Timer()
    order = timer.sent(tif=Tif.GTC)
    mine = timer.door.clock.now() + timedelta(minutes=4)
    wish = {"tif": Tif.GTD, "terms": replace(order.terms, good_till=mine)}
    assert isinstance(timer.door.change(order.key, **wish), Submitted)
    timer.door.apply(open_order(order, tif="GTD", terms=order.pending_terms))
    assert order.terms.good_till == mine
    timer.pass_time(3)
    assert len(timer.door.broker.frames) == 2
    again = Timer(timer.door.restarted())
    again.dead_man.check()
    assert again.door.broker.frames == []


def test_the_parts_of_a_basket_lapse_with_the_program_too() -> None:
    timer = Timer()
    answer = timer.door.desk.submit_part(a_draft(tif=Tif.GTC))
    assert isinstance(answer, Submitted)
    assert timer.door.order(answer.key).draft.tif is Tif.GTD
    assert timer.dead_man.count == 1


def test_what_the_broker_said_an_order_would_cost_holds_with_its_time_limited() -> None:
    timer = Timer()
    draft = a_draft(tif=Tif.GTC)
    answer = MarginPreview(
        initial_margin_change=D(1234), maintenance_margin_change=None, initial_margin_after=None,
        maintenance_margin_after=None, equity_after=None, commission=None, currency="USD",
    )  # fmt: skip
    timer.door.previews.note(draft, answer)
    assert timer.door.previews.of(timer.dead_man.dressed(draft)) == answer
    assert timer.door.previews.of(replace(draft, quantity=D(99))) is None


def test_many_renewals_are_spread_and_take_no_action_of_the_user() -> None:
    timer = Timer()
    answers = [
        timer.door.desk.submit_part(
            a_draft(intent_id=IntentId(f"part {n}"), quantity=D(1), limit_price=D(90) - n)
        )
        for n in range(14)
    ]
    for answer in answers:
        assert isinstance(answer, Submitted), answer
        timer.echo(timer.door.order(answer.key))
    before = len(timer.door.broker.frames)
    timer.pass_time(6)
    assert len(timer.door.broker.frames) == before + 10
    assert isinstance(timer.door.submit(intent_id=IntentId("mine")), Submitted)
    timer.pass_time(0.02)
    assert len(timer.door.broker.frames) == before + 15
    assert timer.said == []


def test_a_renewal_just_before_a_crash_is_no_time_of_the_users_own() -> None:
    timer = Timer()
    order = timer.sent(tif=Tif.GTC)
    timer.pass_time(6)
    assert order.replace is Pending.REQUESTED  # what is noted after the round is lost
    renewed = order.pending_terms

    again = Door(clock=timer.door.clock, journal=timer.door.journal)
    after = Timer(again)
    again.desk.replay(list(again.journal.entries))
    (order,) = again.orders
    again.apply(open_order(order, tif="GTD", terms=renewed))
    assert order.terms == renewed
    after.pass_time(6)
    assert after.dead_man.count == 1
    assert len(again.broker.frames) == 1
