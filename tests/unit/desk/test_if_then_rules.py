"""If-then rules fire once, on record before they act, through the one gate, and never by a gap."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tests.helpers.desk_fakes import ACCOUNT, LIMITS, SPY, a_draft, status
from tests.helpers.rule_rig import RuleRig, buys, if_then, price, renamed, sends, the_time
from workstation.desk.rules import RESTARTED
from workstation.domain.account import Environment
from workstation.domain.bracket import BracketDraft
from workstation.domain.commands import Done, Failed
from workstation.domain.finding import (
    Denied,
    NeedsAcknowledgement,
    RiskCode,
    Submitted,
    TradingState,
)
from workstation.domain.ids import RuleId
from workstation.domain.order import Side
from workstation.domain.override import accepted
from workstation.domain.rule import ActionKind, Rule, RuleAction, RuleRecord, RuleState
from workstation.risk.limits import TwoLevel
from workstation.storage.journal_file import Entry

D = Decimal
AFTER = RuleId("r")


@pytest.fixture
def rig() -> RuleRig:
    return RuleRig.priced()


def states_on_record(rig: RuleRig) -> list[str]:
    """The journal as it went: states of rules, and orders."""
    found = []
    for entry in rig.door.journal.entries:
        if entry.event == "RuleRecord":
            found.append(msgspec.json.decode(entry.body, type=RuleRecord).state.name)
        elif entry.event == "Intent":
            found.append("order")
    return found


# -- firing ---------------------------------------------------------------------------------------


def test_it_fires_once_and_is_on_record_before_its_order(rig: RuleRig) -> None:
    rig.watching(buys())
    assert rig.streams.wanted == {SPY}
    rig.last(100.9)
    assert rig.sent == []
    rig.last(101.0, 100.5, 102.0)
    rig.settle(5)
    assert len(rig.sent) == 1
    order = next(iter(rig.door.orders))
    assert order.draft.source == "rule:r"
    assert (rig.state(), rig.note()) == (RuleState.DONE, "order 1 was sent")
    assert states_on_record(rig) == ["ARMED", "FIRED", "order", "DONE"]
    assert "RuleRecord" in rig.door.journal.durable
    rig.last(99.0, 103.0)
    assert len(rig.sent) == 1
    assert rig.streams.wanted == set(), "nothing watches it any more"


def test_a_touch_within_one_burst_is_seen(rig: RuleRig) -> None:
    rig.watching(buys())
    for each in (100.5, 101.0, 100.2):
        rig.door.quotes.set_price(SPY, 4, each)
    rig.settle()
    assert len(rig.sent) == 1


def test_what_holds_already_waits_until_it_does_not(rig: RuleRig) -> None:
    rig.last(105.0)
    rig.watching(buys())
    assert "hold already" in rig.view().waits
    rig.last(106.0)
    assert rig.sent == []
    rig.last(100.0)
    assert rig.view().waits == ""
    rig.last(101.0)
    assert len(rig.sent) == 1


def test_prices_and_times_are_joined(rig: RuleRig) -> None:
    rig.watching(if_then(price(), the_time(rig, 30), action=sends(a_draft())))
    rig.last(101.5)
    rig.settle(25)
    assert rig.sent == []
    rig.settle(10)
    assert len(rig.sent) == 1


def test_a_bracket_leaves_whole(rig: RuleRig) -> None:
    whole = BracketDraft(entry=a_draft(), target_price=D(110), stop_price=D(90))
    rig.watching(if_then(action=sends(None, bracket=whole)))
    rig.last(101.0)
    assert len(rig.sent) == 3


def test_an_alert_sends_nothing_and_is_loud(rig: RuleRig) -> None:
    rig.watching(if_then())
    rig.last(101.0)
    assert rig.sent == []
    assert rig.alarms == [
        "Client-side rule, done: if SPY last rises to 101: tell me You were told; nothing was sent."
    ]


def test_the_broker_is_told_that_no_hand_sent_it(rig: RuleRig) -> None:
    rig.watching(buys())
    rig.last(101.0)
    assert next(iter(rig.door.orders)).draft.source.startswith("rule:")


# -- the gate -------------------------------------------------------------------------------------


def test_a_refused_order_shows_why(rig: RuleRig) -> None:
    rig.watching(buys())
    rig.door.stand(trading_state=TradingState.REDUCING, trading_reason="the day's loss")
    rig.last(101.0)
    assert rig.sent == []
    assert rig.state() is RuleState.REFUSED
    assert "the day's loss" in rig.note()
    assert any("the day's loss" in each for each in rig.alarms)
    assert any(each.code is RiskCode.TRADING_STATE for each in rig.view().record.findings)


def test_an_entry_on_a_live_account_needs_arming_when_it_fires(rig: RuleRig) -> None:
    rig.door.stand(environment=Environment.LIVE, armed=True)
    answer = rig.make(buys())
    assert isinstance(answer, Denied), "the account is a simulated one: the worlds differ"
    rig.door.stand(environment=Environment.SIMULATED, armed=True)
    rig.watching(buys())


def test_what_was_seen_is_accepted_and_what_is_new_is_asked(rig: RuleRig) -> None:
    size = TwoLevel(personal=D(5_000), catastrophic=D(500_000))
    rig.door.stand(limits=replace(LIMITS, order_size=size))
    asked = rig.make(buys())
    assert isinstance(asked, NeedsAcknowledgement)
    assert [each.code for each in asked.findings] == [RiskCode.ORDER_SIZE]
    assert rig.rules.book.count == 0
    rig.watching(buys(), *accepted(asked.findings, "a large one"))
    position = TwoLevel(personal=D(9_000), catastrophic=D(1_000_000))
    rig.door.stand(limits=replace(LIMITS, order_size=size, position=position))
    rig.last(101.0)
    assert rig.sent == []
    assert rig.state() is RuleState.HELD
    assert RiskCode.POSITION in {each.code for each in rig.view().record.findings}
    assert "position" in rig.note().lower()

    still = rig.confirm()
    assert isinstance(still, NeedsAcknowledgement)
    assert rig.state() is RuleState.HELD
    answer = rig.confirm(*accepted(still.findings, "I want it"))
    assert isinstance(answer, Submitted), answer
    assert len(rig.sent) == 1
    assert rig.state() is RuleState.DONE
    assert isinstance(rig.confirm(), Failed)


def test_what_would_be_refused_now_may_be_made_and_is_judged_anew(rig: RuleRig) -> None:
    rig.door.stand(trading_state=TradingState.REDUCING, trading_reason="the day's loss")
    asked = rig.make(buys())
    assert isinstance(asked, NeedsAcknowledgement)
    assert "Would be refused now" in asked.findings[0].text
    rig.watching(buys(), RiskCode.TRADING_STATE.value)
    assert not rig.view().record.rule.action.draft.acknowledged, "a refusal is never accepted"
    rig.last(101.0)
    assert rig.state() is RuleState.REFUSED


@pytest.mark.parametrize(
    "changes", [{"quantity": D(0)}, {"limit_price": D("100.001")}, {"limit_price": None}]
)
def test_an_order_that_never_could_be_sent_makes_no_rule(
    rig: RuleRig, changes: dict[str, Any]
) -> None:
    assert isinstance(rig.make(buys(**changes)), Denied)
    assert rig.rules.book.count == 0


# -- crashes and restarts -------------------------------------------------------------------------


class Crash(BaseException):
    """The program ends here."""


@pytest.mark.parametrize(("point", "orders"), [("rule fired", 0), ("rule acted", 1)])
def test_a_crash_between_record_and_order_never_doubles(
    rig: RuleRig, point: str, orders: int
) -> None:
    rig.watching(buys())
    rig.points[point] = Crash()
    with pytest.raises(Crash):
        rig.last(101.0)
    again = rig.restarted()
    assert again.state() is RuleState.UNKNOWN
    words = "order 1 of it is on record" if orders else "none was sent"
    assert words in again.note()
    assert any("outcome unknown" in each for each in again.alarms)
    again.last(99.0)
    again.last(102.0)
    again.settle(10)
    assert again.sent == []
    assert len(list(again.door.orders)) == orders
    assert isinstance(again.resume(), Failed)
    assert isinstance(again.confirm(), Failed)
    once_more = again.restarted()
    assert once_more.state() is RuleState.UNKNOWN
    assert isinstance(once_more.remove(), Done)
    assert once_more.restarted().rules.book.count == 0


def test_a_crash_within_the_sending_is_unknown_and_not_repeated(rig: RuleRig) -> None:
    rig.watching(if_then(action=RuleAction(kind=ActionKind.CANCEL_SYMBOL, con_id=SPY)))
    rig.points["rule acted"] = Crash()
    with pytest.raises(Crash):
        rig.last(101.0)
    again = rig.restarted()
    assert "look at orders and positions" in again.note()
    again.last(99.0, 102.0)
    assert again.cancelled_symbols == []


def test_a_restart_pauses_and_a_gap_fires_nothing(rig: RuleRig) -> None:
    rig.watching(buys())
    again = rig.restarted()
    assert again.streams.wanted == {SPY}, "the distance is shown all the same"
    again.last(105.0)
    again.settle(5)
    assert (again.state(), again.note()) == (RuleState.PAUSED, RESTARTED)
    assert isinstance(again.resume(), Done)
    assert again.sent == []
    assert "hold already" in again.view().waits
    again.last(100.0)
    again.last(101.0)
    assert len(again.sent) == 1


def test_what_cannot_be_put_on_record_does_not_fire(rig: RuleRig) -> None:
    rig.watching(buys())
    rig.door.journal.broken = True
    rig.last(101.0)
    assert rig.sent == []
    assert rig.door.locked
    assert rig.state() is RuleState.ARMED
    assert isinstance(rig.make(renamed(if_then(), "other")), Failed)
    assert isinstance(rig.remove(), Failed)


def test_what_ended_yesterday_is_gone_and_the_rest_stays(rig: RuleRig) -> None:
    rig.watching(if_then()).watching(if_then(price("150"), name="far"))
    rig.last(101.0)
    assert {each.record.rule_id for each in rig.restarted().shown} == {"r", "far"}
    rig.door.clock.seconds += 3 * 24 * 3600
    assert {each.record.rule_id for each in rig.restarted().shown} == {"far"}


def test_a_journal_without_rules_is_read(rig: RuleRig) -> None:
    entries = [Entry(1, "2026-11-20T17:00:00+00:00", "Stopped", b"{}")]
    assert list(rig.rules.remembering(entries)) == entries
    assert rig.rules.book.count == 0


def test_an_error_within_is_unknown_and_said(rig: RuleRig, expected_log: Any) -> None:
    expected_log("a rule failed")
    rig.watching(buys())
    live = rig.rules.book.get(RuleId("r"))
    assert live is not None
    broken = replace(live.rule, action=RuleAction(kind=ActionKind.SEND))
    live.record = replace(live.record, rule=broken)
    rig.last(101.0)
    assert rig.state() is RuleState.UNKNOWN
    assert "AssertionError" in rig.note()


# -- blindness ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("blind", "sees"),
    [
        (lambda r: r.door.links(ready=False, reason="lost"), lambda r: r.door.links(ready=True)),
        (lambda r: r.door.quotes.mark_stale(SPY), lambda r: None),
        (
            lambda r: r.door.quotes.set_data_type(SPY, 3),
            lambda r: r.door.quotes.set_data_type(SPY, 1),
        ),
    ],
)
def test_what_came_true_while_it_could_not_act_pauses_it_aloud(
    rig: RuleRig, blind: Any, sees: Any
) -> None:
    rig.watching(buys())
    blind(rig)
    rig.settle(1.1)
    assert rig.view().waits
    sees(rig)
    rig.last(105.0)
    rig.settle(2)
    assert rig.sent == []
    assert rig.state() is RuleState.PAUSED
    assert any("came true while it could not act" in each for each in rig.alarms)


def test_what_is_false_when_it_sees_again_goes_on(rig: RuleRig) -> None:
    rig.watching(buys())
    rig.door.links(ready=False, reason="lost")
    rig.settle(1.1)
    assert "lost" in rig.view().waits
    rig.door.links(ready=True)
    rig.last(100.5)
    assert rig.view().waits == ""
    rig.last(101.0)
    assert len(rig.sent) == 1


def test_a_halt_stops_orders_but_no_alert_and_no_cancel(rig: RuleRig) -> None:
    key = rig.door.working()
    cancel = RuleAction(kind=ActionKind.CANCEL, orders=(key,), words="order 1")
    rig.watching(buys()).watching(if_then(name="a")).watching(if_then(name="c", action=cancel))
    rig.door.stand(trading_state=TradingState.HALTED, trading_reason="by hand")
    rig.last(101.0)
    rig.settle(1.1)
    assert rig.state("a") is RuleState.DONE
    assert (rig.state("c"), rig.note("c")) == (RuleState.DONE, "1 of 1 cancels are on their way")
    assert "HALTED" in rig.view().waits
    assert len(rig.sent) == 1, "the order that worked before"


# -- other actions --------------------------------------------------------------------------------


def test_at_a_time_a_position_is_closed(rig: RuleRig) -> None:
    rig.hold(100)
    close = RuleAction(kind=ActionKind.FLATTEN, con_id=SPY, words="SPY")
    rig.watching(if_then(the_time(rig, 30), action=close))
    rig.settle(29)
    assert rig.sent == []
    rig.settle(3)
    assert len(rig.sent) == 1
    order = next(iter(rig.door.orders))
    assert (order.side, order.quantity) == (Side.SELL, 100)
    assert rig.state() is RuleState.DONE


def test_at_a_time_orders_of_a_symbol_are_cancelled(rig: RuleRig) -> None:
    cancel = RuleAction(kind=ActionKind.CANCEL_SYMBOL, con_id=SPY, words="SPY")
    rig.watching(if_then(the_time(rig, 30), action=cancel))
    rig.settle(32)
    assert rig.cancelled_symbols == [(ACCOUNT, SPY)]


def test_a_position_that_is_gone_is_said(rig: RuleRig) -> None:
    close = RuleAction(kind=ActionKind.FLATTEN, con_id=SPY, words="SPY")
    rig.watching(if_then(action=close))
    rig.last(101.0)
    assert (rig.state(), rig.note()) == (
        RuleState.REFUSED, "There is no position in this contract.",
    )  # fmt: skip


def test_a_stop_is_tightened_once_and_never_loosened(rig: RuleRig) -> None:
    rig.hold(100)
    key = rig.stop()

    def tighten(to: str, name: str) -> Rule:
        action = RuleAction(kind=ActionKind.TIGHTEN, orders=(key,), price=D(to), words="of SPY")
        return if_then(price("101"), name=name, action=action)

    rig.watching(tighten("99", "near")).watching(tighten("97", "far"))
    rig.last(101.0)
    assert len(rig.sent) == 2
    assert "|99|" in rig.sent[1]
    assert "as near or nearer" in rig.note("far")
    rig.acknowledge(key)
    assert rig.door.order(key).stop_price == 99


def test_cancels_of_what_has_ended_are_said(rig: RuleRig) -> None:
    key = rig.door.working()
    rig.watching(if_then(action=RuleAction(kind=ActionKind.CANCEL, orders=(key,))))
    rig.door.apply(status("Cancelled"))
    rig.last(101.0)
    assert rig.note() == "none of the orders was working any more"
