"""What is done each second, each reconciliation and each tick does not grow with what is past."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from tests.helpers.desk_fakes import D, Door, bytes_sent, open_order, status
from tests.unit.desk.test_alerts import ONE, OTHER, Watch
from workstation.desk import command_desk
from workstation.desk.command_desk import CommandDesk
from workstation.domain.alert import PriceAlert
from workstation.domain.finding import Submitted
from workstation.domain.ids import IntentId, PermId
from workstation.domain.order_status import Lifecycle
from workstation.domain.turns import HELD_SECONDS, USUAL_SECONDS, Turns
from workstation.oms import transitions
from workstation.oms.events import ReconcileBegan, Reconciled


def long_day(ended: int = 5) -> Door:
    """A day of orders that have ended, and one that works."""
    door = Door()
    for number in range(1, ended + 1):
        answer = door.submit(intent_id=IntentId(f"w{number}"), quantity=D(1))
        order_id = door.order(answer.key).order_id
        door.apply(bytes_sent(order_id))
        door.apply(status("Cancelled", order_id=order_id, perm_id=PermId(9000 + order_id)))
        assert door.order(answer.key).lifecycle is Lifecycle.CANCELLED
        door.clock.seconds += 60
    key = door.submit(intent_id=IntentId("last"), quantity=D(1)).key
    door.apply(open_order(door.order(key)))
    return door


def test_a_reconciliation_looks_at_no_order_that_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    door = long_day()
    seen: list[Any] = []
    ended = transitions.lists_ended

    def counted(order: Any, *, settled: bool) -> bool:
        seen.append(order)
        return ended(order, settled=settled)

    monkeypatch.setattr(transitions, "lists_ended", counted)
    door.apply(ReconcileBegan())
    door.apply(Reconciled(missing=(), settled=True))
    assert [each.lifecycle for each in seen] == [Lifecycle.WORKING]
    assert door.orders.live() == tuple(seen)


def test_the_sweep_of_each_second_remembers_only_what_waits() -> None:
    door = long_day()
    assert len(door.desk._due) > 1
    door.desk.sweep()
    assert door.desk._due == {}
    door.clock.seconds += 60
    answer = door.submit(intent_id=IntentId("next"), quantity=D(1))
    assert isinstance(answer, Submitted), answer
    key = answer.key
    door.desk.sweep()
    assert list(door.desk._due) == [key]


def test_a_tick_is_held_against_the_alerts_of_its_own_contract_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watch = Watch()
    watch.last(10.0)
    for price in ("11.00", "12.00"):
        watch.place(price)
    for number in range(30):
        watch.place(f"{50 + number}.00", OTHER)
    watch.last(10.0, con_id=OTHER)
    seen: list[int] = []
    look = PriceAlert.seen

    def counted(alert: PriceAlert, *told: Any) -> PriceAlert:
        seen.append(alert.number)
        return look(alert, *told)

    monkeypatch.setattr(PriceAlert, "seen", counted)
    watch.last(10.5, con_id=ONE)
    assert seen == [1, 2]
    seen.clear()
    watch.last(11.5, 10.0, con_id=ONE)  # the first fires, and is looked at no more
    assert seen == [1, 2, 2]
    assert len(watch.told) == 1


def test_a_command_that_fails_does_not_keep_the_interpreter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else every other thread would wait three milliseconds for each of its turns."""
    before, turns = sys.getswitchinterval(), Turns()
    monkeypatch.setattr(command_desk, "TURNS", turns)

    def breaks(_number: int, _command: object) -> None:
        assert sys.getswitchinterval() == pytest.approx(HELD_SECONDS)
        raise SystemError("the core breaks")

    stand_in: Any = SimpleNamespace(_take=lambda: (1, None), carry_out=breaks)
    try:
        turns.begin()
        with pytest.raises(SystemError):
            CommandDesk.drain(stand_in)
        assert sys.getswitchinterval() == pytest.approx(USUAL_SECONDS)
        with turns:
            assert sys.getswitchinterval() == pytest.approx(USUAL_SECONDS)
    finally:
        sys.setswitchinterval(before)
