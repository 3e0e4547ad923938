"""Silence is noticed, failures lock, and a restart finds everything."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.desk_fakes import (
    ACCOUNT,
    SPY,
    D,
    Door,
    MemoryJournal,
    fill,
    open_order,
    status,
)
from tests.helpers.virtual_time import VirtualClock
from workstation.desk.limits import LimitsDesk
from workstation.desk.trading import Trading
from workstation.domain.execution import Commission
from workstation.domain.finding import TradingState
from workstation.domain.ids import ConId, ExecId, IntentId, OrderKey
from workstation.domain.messages import CommissionArrived, ExecutionArrived, OrderChanged
from workstation.domain.order_status import Lifecycle, Pending
from workstation.domain.reports import CommissionReport
from workstation.risk.limits import proposed
from workstation.storage.journal import Journal
from workstation.storage.limits_file import add_limits, read_limits
from workstation.storage.state_file import read_latch

L = Lifecycle


def swept(door: Door, seconds: int) -> None:
    for _ in range(seconds):
        door.clock.seconds += 1
        door.desk.sweep()


# -- the order of things ------------------------------------------------------------------------


def test_who_hears_of_an_order_hears_after_its_bytes_have_left() -> None:
    door = Door()
    write, told = door.broker.write_order, []

    def spied(*frame: Any, **more: Any) -> bool:
        told.append([type(each) for each in door.out.messages])
        assert len(list(door.orders)) == 1, "an answer would find no order"
        assert door.journal.durable == ["Intent"]
        return write(*frame, **more)

    door.broker.write_order = spied  # type: ignore[method-assign]
    answer = door.submit()
    assert told == [[]]
    assert [x.order.key for x in door.out.messages if isinstance(x, OrderChanged)] == [answer.key]
    assert door.desk.efficiency.ratio(door.clock.now()) == (1, 0)


# -- silence (F8) -----------------------------------------------------------------------------------


def test_an_unanswered_order_is_unknown_after_5_s_and_alarmed_once_after_30_s() -> None:
    door = Door()
    key = door.submit().key

    swept(door, 4)
    assert (door.order(key).lifecycle, door.asked) == (L.STAGED, 0)
    swept(door, 1)
    assert (door.order(key).lifecycle, door.asked) == (L.UNKNOWN, 1)
    swept(door, 24)
    assert door.out.notices == []
    swept(door, 60)
    assert len(door.out.notices) == 1
    assert "Nothing is resent" in door.out.notices[0].effect
    assert len(door.broker.frames) == 1  # I7


def test_an_unanswered_change_and_cancel_are_unknown_after_5_s() -> None:
    door = Door()
    changed, cancelled = door.working(), door.working(quantity=D(50))
    swept(door, 60)
    door.change(changed, limit_price=D("100.01"))
    door.cancel(cancelled)
    swept(door, 6)

    assert door.order(changed).replace is Pending.UNKNOWN
    assert door.order(cancelled).cancel is Pending.UNKNOWN
    assert {door.order(key).lifecycle for key in (changed, cancelled)} == {L.WORKING}


def test_an_answer_in_time_ends_the_wait() -> None:
    door = Door()
    key = door.submit().key
    swept(door, 4)
    door.apply(status("PendingSubmit"))
    swept(door, 100)

    assert (door.order(key).lifecycle, door.out.notices) == (L.SENT, [])


def test_the_word_filled_without_fills_is_asked_for_and_alarmed() -> None:
    door = Door()
    door.working()
    door.apply(status("Filled"))
    assert door.asked == 1
    swept(door, 35)
    assert len(door.out.notices) == 1


# -- what is shown and recorded ---------------------------------------------------------------------


def test_a_change_is_shown_a_repetition_is_neither_shown_nor_taken_as_news() -> None:
    door = Door()
    door.working()
    entries, messages = len(door.journal.entries), len(door.out.messages)
    door.apply(status("Submitted"))
    assert (len(door.journal.entries), len(door.out.messages)) == (entries, messages)
    door.apply(fill("a.1.01", 40))
    door.apply(fill("a.1.01", 40))
    assert [type(each) for each in door.out.messages[messages:]] == [
        OrderChanged,
        ExecutionArrived,
    ]
    assert len(door.journal.entries) == entries + 1


def test_an_acknowledgement_that_shows_nothing_is_recorded_all_the_same() -> None:
    door = Door()
    key = door.submit().key
    door.apply(status("PendingSubmit", perm_id=None))

    again = door.restarted()
    assert door.order(key).acknowledged
    assert again.order(key).acknowledged


def test_what_the_journal_cannot_take_is_shown_and_locks() -> None:
    door = Door()
    key = door.working()
    door.journal.broken = True

    assert len(door.apply(fill())) == 1

    assert door.order(key).lifecycle is L.FILLED
    assert door.locked == ["the disk is full"]
    door.desk.link_lost("gone")  # ends orderly, so that the link is sought again


def test_after_a_restart_what_was_under_way_is_unknown_and_nothing_is_sent() -> None:
    door = Door()
    staged, working = door.submit().key, door.working(quantity=D(50))
    changing = door.working(quantity=D(60))
    door.change(changing, limit_price=D("100.01"))
    door.cancel(working)

    again = door.restarted()

    assert again.broker.frames == []
    assert again.broker.cancels == []
    assert again.order(staged).lifecycle is L.UNKNOWN
    assert again.order(working).cancel is Pending.UNKNOWN
    assert again.order(changing).replace is Pending.UNKNOWN
    assert again.order(changing).pending_limit == D("100.01")
    assert len(again.out.messages) >= 3


def test_a_restart_shows_the_day_and_what_may_be_live() -> None:
    door = Door()
    filled, working = door.working(), door.working(quantity=D(50))
    door.apply(fill(quantity=100, time=door.clock.now()))
    cost = Commission(
        exec_id=ExecId("a.1.01"), commission=D("1.00"), currency="USD", realized_pnl=None
    )
    door.apply(CommissionReport(commission=cost))
    day, next_day = Door(), Door()
    next_day.clock.seconds += 86_400
    for again in (day, next_day):
        again.desk.replay(list(door.journal.entries))

    def shown(again: Door) -> tuple[set[OrderKey], int, int]:
        kinds = [type(message) for message in again.out.messages]
        orders = {m.order.key for m in again.out.messages if isinstance(m, OrderChanged)}
        return orders, kinds.count(ExecutionArrived), kinds.count(CommissionArrived)

    assert door.order(filled).lifecycle is L.FILLED
    assert shown(day) == ({filled, working}, 1, 1)
    assert shown(next_day) == ({working}, 0, 0)


def test_a_crash_between_record_and_wire_leaves_an_unknown_order_not_a_second_one() -> None:
    door = Door()

    class KilledError(BaseException):
        """The process ends here."""

    def kill(label: str) -> None:
        if label == "intent":
            raise KilledError

    object.__setattr__(door.desk.controller._with, "checkpoint", kill)
    with pytest.raises(KilledError):
        door.submit()
    again = door.restarted()

    assert door.broker.frames == []
    (order,) = again.orders
    assert order.lifecycle is L.UNKNOWN
    assert again.submit().key == order.key
    assert again.broker.frames == []


def test_entries_of_other_kinds_in_the_journal_are_passed_over(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite", VirtualClock())
    door = Door(journal=journal)
    door.submit(quantity=D(0))  # a Decision
    journal.record("Stopped", {}, durable=True)
    key = door.submit().key
    door.apply(open_order(door.order(key)))
    again = Door()
    again.desk.replay(journal.entries())
    journal.close()

    assert [order.key for order in again.orders] == [key]
    assert again.order(key).created_at == door.order(key).created_at
    assert door.order(key).updated_at - door.order(key).created_at == timedelta(0)


def test_the_journal_of_another_client_id_gives_orders_that_are_not_ours() -> None:
    door = Door()
    key = door.working()
    again = Door()
    again.orders._client_id = 8  # type: ignore[assignment]
    again.desk.replay(list(door.journal.entries))

    assert not again.order(key).mine
    assert again.cancel(key).reason.startswith("The order belongs to client 7")


# -- the trading state ------------------------------------------------------------------------------


def trading(path: Path, *, first_run: bool = False, journal: Any = None) -> Trading:
    return Trading(path, VirtualClock(), journal or MemoryJournal(), first_run=first_run)


def test_the_first_start_is_active_and_never_armed(tmp_path: Path) -> None:
    first = trading(tmp_path / "state", first_run=True)

    assert (first.state, first.armed) == (TradingState.ACTIVE, False)
    assert trading(tmp_path / "state").state is TradingState.ACTIVE


def test_a_latch_survives_a_restart_and_arming_does_not(tmp_path: Path) -> None:
    path = tmp_path / "state"
    first = trading(path, first_run=True)
    first.armed = True
    first.restrict(TradingState.REDUCING, "more was filled than ordered")
    again = trading(path)

    assert (again.state, again.reason) == (TradingState.REDUCING, "more was filled than ordered")
    assert again.armed is False
    assert again.set_by_hand(TradingState.ACTIVE) == ""
    assert (trading(path).state, trading(path).reason) == (TradingState.ACTIVE, "")


def test_the_more_restrictive_wins(tmp_path: Path) -> None:
    desk = trading(tmp_path / "state", first_run=True)
    desk.restrict(TradingState.HALTED, "first")
    desk.restrict(TradingState.REDUCING, "second")
    assert (desk.state, desk.reason) == (TradingState.HALTED, "first")


def test_a_missing_or_corrupt_latch_halts(tmp_path: Path) -> None:
    assert trading(tmp_path / "state").state is TradingState.HALTED
    (tmp_path / "state").write_bytes(b"{")
    assert trading(tmp_path / "state", first_run=True).state is TradingState.HALTED


def test_a_lock_cannot_be_lifted_by_hand(tmp_path: Path) -> None:
    desk = trading(tmp_path / "state", first_run=True)
    desk.lock("the disk is full")
    desk.lock("something else")

    assert desk.reason == "the disk is full"
    assert "restarted" in desk.set_by_hand(TradingState.ACTIVE)
    assert desk.state is TradingState.LOCKED


def test_a_latch_that_cannot_be_kept_locks_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "state"
    desk = trading(path, first_run=True)
    path.with_name("state.new").mkdir()

    assert "cannot be written" in desk.set_by_hand(TradingState.HALTED)
    assert desk.state is TradingState.LOCKED
    journal = MemoryJournal()
    other = trading(tmp_path / "other", first_run=True, journal=journal)
    journal.broken = True
    assert "disk is full" in other.set_by_hand(TradingState.REDUCING)
    assert other.state is TradingState.LOCKED
    now = VirtualClock().now()
    assert read_latch(tmp_path / "other", now, first_run=False).state is TradingState.REDUCING


# -- limits -----------------------------------------------------------------------------------------


class Sayings:
    """Remembers what the user was told."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, severity: Any, text: str, *, effect: str = "", advice: str = "") -> None:
        self.texts.append(f"{severity.name} {text}")


def limits_desk(path: Path) -> tuple[LimitsDesk, Sayings, MemoryJournal]:
    said, journal = Sayings(), MemoryJournal()
    return LimitsDesk(path, journal, said, VirtualClock()), said, journal


def test_limits_are_proposed_once_told_recorded_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    desk, said, journal = limits_desk(path)
    assert desk.of(ACCOUNT) is None
    for worth in ("1000000", "2000000"):
        desk.ensure(ACCOUNT, Decimal(worth))

    expected = proposed(ACCOUNT, D(1_000_000))
    assert desk.of(ACCOUNT) == expected
    assert read_limits(path) == {ACCOUNT: expected}
    assert len(said.texts) == len(journal.entries) == 1
    assert ACCOUNT not in said.texts[0]


def test_kept_limits_stand_whatever_the_account_is_worth(tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    add_limits(path, proposed(ACCOUNT, D(1000)))
    for worth in ("0", "-5", "9999999"):
        desk, said, _ = limits_desk(path)
        desk.ensure(ACCOUNT, Decimal(worth))
        assert desk.of(ACCOUNT) == proposed(ACCOUNT, D(1000))
        assert len(said.texts) == 1


def test_a_damaged_file_means_no_limits_and_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    path.write_text("[broken")
    desk, said, _ = limits_desk(path)
    desk.ensure(ACCOUNT, D(1_000_000))
    desk.ensure(ACCOUNT, D(1_000_000))

    assert desk.of(ACCOUNT) is None
    assert [text.split()[0] for text in said.texts] == ["ALARM"]
    assert path.read_text() == "[broken"


def test_a_worthless_or_absurd_account_gets_no_limits(tmp_path: Path) -> None:
    desk, said, _ = limits_desk(tmp_path / "limits.toml")
    for worth in ("0", "-1", "1E+15", "1E+300"):
        desk.ensure(ACCOUNT, Decimal(worth))
    assert desk.of(ACCOUNT) is None
    assert said.texts == []
    assert "not positive" in desk.fault


def test_limits_that_cannot_be_kept_hold_for_this_run(tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    path.with_name("limits.toml.new").mkdir()
    desk, said, _ = limits_desk(path)
    desk.ensure(ACCOUNT, D(1_000_000))

    assert desk.of(ACCOUNT) is not None
    assert "WARNING" in said.texts[0]
    door = Door()
    door.desk.set_gate_limit(None)  # an account without limits changes nothing
    assert door.submit(intent_id=IntentId("x")).order_id == 1


def test_the_fills_of_every_day_are_known_again_after_a_restart_with_corrections() -> None:
    door = Door()
    door.working()
    door.apply(fill("a.1.01", 40))
    door.apply(fill("a.1.02", 30))
    door.clock.seconds += 3 * 86_400
    door.apply(fill("b.1.01", 20))

    again = door.restarted()

    found = again.desk.fills_of(SPY)
    assert sorted((each.execution.exec_id, each.execution.quantity) for each in found) == [
        ("a.1.02", 30),
        ("b.1.01", 20),
    ]
    assert again.desk.fills_of(ConId(1)) == ()
