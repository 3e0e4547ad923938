"""Rules that hang together, and what makes no rule: trees, groups, and faults that are seen at once."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.helpers.desk_fakes import ACCOUNT, a_draft, fill, notice, open_order, status
from tests.helpers.rule_rig import RuleRig, buys, exit_rule, if_then, price, sends, the_time
from workstation.domain.alert import Direction
from workstation.domain.commands import Failed
from workstation.domain.exit_rule import ExitKind
from workstation.domain.finding import (
    RiskCode,
    TradingState,
)
from workstation.domain.ids import OrderKey, PermId, RuleId
from workstation.domain.order import Side
from workstation.domain.order_status import Lifecycle
from workstation.domain.rule import ActionKind, Rule, RuleAction, RuleState
from workstation.domain.rule_conditions import OrderHappens, RuleCondition, Watched

D = Decimal
AFTER = RuleId("r")


@pytest.fixture
def rig() -> RuleRig:
    return RuleRig.priced()


# -- trees ----------------------------------------------------------------------------------------


def test_of_a_group_the_first_withdraws_the_others(rig: RuleRig) -> None:
    low = price("99", direction=Direction.FALLS)
    rig.watching(if_then(action=sends(a_draft()), group="g"))
    rig.watching(if_then(low, name="low", action=sends(a_draft(side=Side.SELL)), group="g"))
    rig.watching(if_then(price("150"), name="other"))
    rig.watching(if_then(name="child", after=RuleId("low")))
    rig.last(101.0)
    rig.last(98.0)
    assert len(rig.sent) == 1
    assert rig.state("low") is RuleState.WITHDRAWN
    assert rig.state("child") is RuleState.WITHDRAWN, "what waited for it goes with it"
    assert rig.state("other") is RuleState.ARMED


def test_two_of_a_group_that_come_true_in_one_burst_fire_one(rig: RuleRig) -> None:
    rig.watching(if_then(action=sends(a_draft()), group="g"))
    rig.watching(if_then(name="twin", action=sends(a_draft(quantity=D(50))), group="g"))
    rig.last(101.0)
    assert len(rig.sent) == 1


def test_one_triggers_the_other_when_its_order_has_filled(rig: RuleRig) -> None:
    filled = RuleCondition(watches=Watched.ORDER, happens=OrderHappens.FILLS)
    target = a_draft(side=Side.SELL, limit_price=D("104.00"))
    rig.watching(buys()).watching(if_then(filled, name="then", after=AFTER, action=sends(target)))
    assert rig.state("then") is RuleState.WAITING
    rig.last(101.0)
    assert rig.state("then") is RuleState.ARMED
    assert len(rig.sent) == 1
    order = next(iter(rig.door.orders))
    rig.door.apply(fill("a.1.01", 100, order_ref=order.order_ref, perm_id=PermId(9001)))
    rig.hold(100)
    rig.settle(1.1)
    assert order.lifecycle is Lifecycle.FILLED
    assert len(rig.sent) == 2
    assert rig.state("then") is RuleState.DONE


def test_one_triggers_the_other_at_once_without_a_condition(rig: RuleRig) -> None:
    rig.watching(if_then())
    rig.watching(
        Rule(rule_id=RuleId("then"), account=ACCOUNT, after=AFTER, action=sends(a_draft()))
    )
    rig.last(101.0)
    assert len(rig.sent) == 1


def test_what_waits_for_a_refused_rule_is_withdrawn(rig: RuleRig) -> None:
    rig.watching(buys()).watching(if_then(name="then", after=AFTER))
    rig.door.stand(trading_state=TradingState.REDUCING, trading_reason="by hand")
    rig.last(101.0)
    assert rig.state("then") is RuleState.WITHDRAWN
    rig.remove()
    rig.watching(buys(), RiskCode.TRADING_STATE.value)


def test_a_turn_that_came_as_the_program_ended_is_paused(rig: RuleRig) -> None:
    rig.watching(if_then()).watching(if_then(price("150"), name="then", after=AFTER))
    rig.watching(if_then(name="lost")).watching(if_then(name="late", after=RuleId("lost")))
    entries = list(rig.door.journal.entries)
    rig.last(101.0)
    done = [e for e in rig.door.journal.entries if b'"state":"Done"' in e.body]
    rig.door.journal.entries[:] = [*entries, *done[:1]]
    again = rig.restarted()
    assert again.state("then") is RuleState.PAUSED
    assert again.state("late") is RuleState.WAITING
    again.remove("lost")
    assert again.state("late") is RuleState.WITHDRAWN


def test_what_waited_for_a_firing_that_was_broken_off_is_told(rig: RuleRig) -> None:
    rig.watching(buys()).watching(if_then(name="then", after=AFTER))
    rig.watching(if_then(name="last", after=RuleId("then")))
    rig.points["rule fired"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        rig.last(101.0)
    again = rig.restarted()
    assert (again.state("then"), again.state("last")) == (RuleState.WITHDRAWN, RuleState.WITHDRAWN)
    told = [each for each in again.door.out.notices if "withdrawn" in each.text]
    assert len(told) == 2
    told = [each for each in again.restarted().door.out.notices if "withdrawn" in each.text]
    assert told == [], "it is on record, and said once"


def test_what_waited_for_an_order_that_is_on_record_is_paused_and_told(rig: RuleRig) -> None:
    filled = RuleCondition(watches=Watched.ORDER, happens=OrderHappens.FILLS)
    rig.watching(buys()).watching(if_then(filled, name="then", after=AFTER))
    rig.points["rule acted"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        rig.last(101.0)
    again = rig.restarted()
    assert (again.state(), again.state("then")) == (RuleState.UNKNOWN, RuleState.PAUSED)
    (order,) = again.door.orders
    assert again.view("then").record.rule.conditions[0].order == order.key
    assert any(
        each.text.startswith("1 client-side rule is paused") for each in again.door.out.notices
    )


def test_rules_cannot_wait_in_a_ring_or_for_what_is_gone(rig: RuleRig) -> None:
    rig.watching(if_then()).watching(if_then(name="b", after=AFTER))
    ring = rig.make(if_then(after=RuleId("b")))
    assert isinstance(ring, Failed)
    assert "each other" in ring.reason
    gone = rig.make(if_then(name="c", after=RuleId("nobody")))
    assert isinstance(gone, Failed)


# -- after an exit rule ---------------------------------------------------------------------------


def following(rig: RuleRig, kind: ExitKind = ExitKind.TRAIL) -> OrderKey:
    """A position whose stop an exit rule follows, and a rule that buys when that is done."""
    rig.hold(100)
    key = rig.stop()
    rig.watching(exit_rule(key, kind))
    rig.watching(
        Rule(rule_id=RuleId("then"), account=ACCOUNT, after=AFTER, action=sends(a_draft()))
    )
    rig.settle(1.1)
    assert rig.state("then") is RuleState.WAITING
    return key


def stopped_out(rig: RuleRig, key: OrderKey, quantity: int = 100) -> None:
    order = rig.door.order(key)
    rig.door.apply(fill(f"s{quantity}.1.01", quantity, order_ref=order.order_ref, perm_id=order.perm_id,
                        order_id=order.order_id, side=order.side))  # fmt: skip
    rig.hold(100 - quantity)
    rig.settle(1.1)


def test_a_rule_follows_when_the_stop_of_an_exit_rule_has_filled(rig: RuleRig) -> None:
    key = following(rig)
    stopped_out(rig, key, 40)
    assert rig.state("then") is RuleState.WAITING, "a part of it is not yet out"
    stopped_out(rig, key, 60)
    assert rig.door.order(key).lifecycle is Lifecycle.FILLED
    assert (rig.state(), rig.state("then")) == (RuleState.DONE, RuleState.DONE)
    assert [order.draft.source for order in rig.door.orders][-1] == "rule:then"


def test_a_rule_follows_when_the_breakeven_stands(rig: RuleRig) -> None:
    key = following(rig, ExitKind.BREAKEVEN)
    rig.market(102.0)
    assert rig.state("then") is RuleState.WAITING, "the move is on its way"
    rig.acknowledge(key)
    rig.settle(1.1)
    assert (rig.state(), rig.state("then")) == (RuleState.DONE, RuleState.DONE)


def test_a_condition_behind_an_exit_rule_speaks_of_its_stop(rig: RuleRig) -> None:
    rig.hold(100)
    key = rig.stop()
    out = RuleCondition(watches=Watched.ORDER, happens=OrderHappens.FILLS)
    rig.watching(exit_rule(key)).watching(if_then(out, name="then", after=AFTER))
    rig.market(102.0)
    rig.acknowledge(key)
    rig.settle(1.1)
    assert rig.state("then") is RuleState.ARMED
    assert rig.view("then").record.rule.conditions[0].order == key
    stopped_out(rig, key)
    assert rig.state("then") is RuleState.DONE


def test_a_stop_that_was_cancelled_withdraws_what_waits_aloud(rig: RuleRig) -> None:
    key = following(rig)
    order = rig.door.order(key)
    cancelled = replace(status("Cancelled"), order_id=order.order_id, perm_id=order.perm_id)
    rig.door.apply(cancelled)
    rig.settle(1.1)
    assert (rig.state(), rig.state("then")) == (RuleState.WITHDRAWN, RuleState.WITHDRAWN)
    told = [each.text for each in rig.door.out.notices if "withdrawn" in each.text]
    assert len(told) == 2
    assert "send an order" in told[1]
    assert len(rig.sent) == 1


def test_a_rule_that_waits_for_an_exit_rule_waits_on_over_a_restart(rig: RuleRig) -> None:
    key = following(rig)
    again = rig.restarted()
    again.hold(100)
    again.door.apply(open_order(again.door.order(key)))
    assert (again.state(), again.state("then")) == (RuleState.PAUSED, RuleState.WAITING)
    again.resume()
    stopped_out(again, key)
    assert again.state("then") is RuleState.DONE
    assert len(again.sent) == 1


def test_what_can_never_come_behind_an_exit_rule_is_refused(rig: RuleRig) -> None:
    rig.hold(100)
    key = rig.stop()
    rig.watching(exit_rule(key, ExitKind.TRAIL))
    rejected = RuleCondition(watches=Watched.ORDER, happens=OrderHappens.REJECTED)
    tightens = RuleAction(kind=ActionKind.TIGHTEN, orders=(key,), price=D(99))
    cancels = RuleAction(kind=ActionKind.CANCEL, orders=(key,))
    for rule, words in (
        (if_then(rejected, name="then", after=AFTER), "not rejected"),
        (if_then(name="then", after=AFTER, action=tightens), "no stop left"),
        (if_then(name="then", after=AFTER, action=cancels), "no stop left"),
        (replace(exit_rule(key, name="then"), after=AFTER), "no stop left"),
    ):
        answer = rig.make(rule)
        assert isinstance(answer, Failed), rule
        assert words in answer.reason
    rig.remove()
    rig.watching(exit_rule(key))
    rig.watching(if_then(name="then", after=AFTER, action=tightens))
    rig.watching(replace(exit_rule(key, ExitKind.TRAIL, name="trail"), after=AFTER))
    assert rig.state("trail") is RuleState.WAITING


# -- making ---------------------------------------------------------------------------------------


def test_a_rule_is_made_anew_under_its_name(rig: RuleRig) -> None:
    rig.watching(buys()).watching(buys())
    assert rig.rules.book.count == 1
    rig.watching(if_then(price("103"), action=sends(a_draft())))
    rig.last(101.0)
    assert rig.sent == []
    rig.last(103.0)
    assert len(rig.sent) == 1
    late = rig.make(buys())
    assert isinstance(late, Failed)
    assert "fired already" in late.reason


def test_what_makes_no_sense_now_is_refused(rig: RuleRig) -> None:
    past: datetime = rig.door.clock.now() - timedelta(seconds=1)
    passed = RuleCondition(watches=Watched.TIME, time=past)
    ended = rig.door.working()
    rig.door.apply(status("Cancelled"))
    nobody = RuleCondition(watches=Watched.ORDER, order=ended)
    stranger = replace(price(), con_id=None)
    for rule, words in (
        (if_then(passed), "has passed"),
        (if_then(nobody), "has ended"),
        (if_then(stranger), "contract"),
        (if_then(replace(price(), con_id=99)), "not known yet"),
        (if_then(*[price()] * 13), "at most"),
        (if_then(action=RuleAction(kind=ActionKind.CANCEL, orders=(ended,))), "has ended"),
        (if_then(action=RuleAction(kind=ActionKind.FLATTEN, con_id=99)), "not known yet"),
        (
            if_then(action=RuleAction(kind=ActionKind.TIGHTEN, orders=(ended,), price=D(99))),
            "does not work",
        ),
    ):
        answer = rig.make(rule)
        assert isinstance(answer, Failed), rule
        assert words in answer.reason, answer.reason
    assert rig.door.journal.events.count("RuleRecord") == 0


def test_a_time_that_passed_while_it_was_paused_is_not_taken_up(rig: RuleRig) -> None:
    rig.watching(if_then(the_time(rig, 10)))
    rig.pause()
    rig.settle(20)
    answer = rig.resume()
    assert isinstance(answer, Failed)
    assert "has passed" in answer.reason
    assert isinstance(rig.pause(), Failed)
    assert isinstance(rig.remove("nobody"), Failed)


def test_an_order_that_is_rejected_fires_what_waits_for_that(rig: RuleRig) -> None:
    key = rig.door.submit().key
    rejected = RuleCondition(
        watches=Watched.ORDER, order=key, happens=OrderHappens.REJECTED, name="order 1"
    )
    rig.watching(if_then(rejected))
    rig.door.apply(notice(201, 1, "Order rejected - reason: no margin"))
    rig.settle()
    assert rig.door.order(key).lifecycle is Lifecycle.REJECTED
    assert rig.state() is RuleState.DONE
