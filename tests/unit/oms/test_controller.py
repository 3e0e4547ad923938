"""The one door: journal first, then the gate, then the wire, and an honest answer."""

from typing import Any

import pytest

from tests.helpers.accepting import because
from tests.helpers.desk_fakes import (
    D,
    Door,
    a_draft,
    fill,
    notice,
    open_order,
    status,
)
from workstation.domain.commands import Done, Failed, Previewed
from workstation.domain.finding import (
    Denied,
    NeedsAcknowledgement,
    RiskCode,
    Submitted,
    TradingState,
)
from workstation.domain.ids import ClientId, IntentId, OrderId, OrderKey, OrderRef, PermId
from workstation.domain.order import OrderChange, OrderType, Side
from workstation.domain.order_status import Lifecycle, Pending
from workstation.oms.events import CancelIntent


def codes(answer: Any) -> set[RiskCode]:
    return {finding.code for finding in answer.findings}


# -- submit ---------------------------------------------------------------------------------------


def test_an_approved_order_is_on_record_before_its_bytes_leave() -> None:
    door = Door()
    answer = door.submit()

    assert isinstance(answer, Submitted)
    assert door.journal.events == ["Intent"]
    assert door.checkpoints == ["approved", "intent", "registered", "sent"]
    assert len(door.broker.frames) == 1
    assert door.order(answer.key).lifecycle is Lifecycle.STAGED


def test_a_denied_order_leaves_nothing_but_a_record() -> None:
    door = Door()

    answer = door.submit(quantity=D(0))

    assert isinstance(answer, Denied)
    assert door.broker.frames == []
    assert door.journal.events == ["Decision"]
    assert list(door.orders) == []


def test_a_question_is_answered_by_the_same_wish_with_its_acknowledgement() -> None:
    door = Door()
    big = a_draft(quantity=D(1500))

    asked = door.submit(big)
    assert isinstance(asked, NeedsAcknowledgement)
    assert door.broker.frames == []
    answer = door.submit(quantity=D(1500), acknowledged=because("R05_ORDER_SIZE"))

    assert isinstance(answer, Submitted)
    assert codes(answer) == {RiskCode.ORDER_SIZE}
    assert door.journal.events == ["Decision", "Intent"]


def test_an_acknowledgement_covers_neither_another_finding_nor_a_hard_one() -> None:
    door = Door()
    accepted = because("R05_ORDER_SIZE")

    other = door.submit(quantity=D(1500), limit_price=D("103.05"), acknowledged=accepted)
    assert isinstance(other, NeedsAcknowledgement)
    assert isinstance(door.submit(quantity=D(5001), acknowledged=accepted), Denied)
    assert door.broker.frames == []


def test_the_same_wish_twice_is_one_order_also_after_a_restart() -> None:
    door = Door()
    first = door.submit()
    door.apply(open_order(door.order(first.key)))

    second = door.submit()
    again = door.restarted()
    third = again.submit()

    assert (first.order_id, first.key) == (second.order_id, second.key)
    assert (third.order_id, third.key) == (first.order_id, first.key)
    assert len(door.broker.frames) == 1
    assert again.broker.frames == []


def test_a_wish_that_never_left_is_not_called_submitted_the_second_time() -> None:
    door = Door()
    door.broker.up = False
    assert codes(door.submit()) == {RiskCode.LINK_NOT_READY}
    door.broker.up = True

    answer = door.submit()

    assert isinstance(answer, Denied)
    assert "no link" in answer.findings[0].text
    assert [order.lifecycle for order in door.orders] == [Lifecycle.NOT_PLACED]
    assert door.broker.frames == []


def test_an_order_that_cannot_be_written_takes_no_place_in_the_book() -> None:
    door = Door()
    door.broker.unwritable = "the symbol is not ASCII"

    assert codes(door.submit()) == {RiskCode.ENCODING}
    assert list(door.orders) == []
    assert door.journal.events == ["Decision"]


def test_a_journal_that_fails_locks_in_the_same_call_and_nothing_leaves() -> None:
    door = Door()
    door.journal.broken = True

    answer = door.submit()

    assert isinstance(answer, Denied)
    assert door.locked == ["the disk is full"]
    assert door.broker.frames == []
    assert list(door.orders) == []
    assert codes(door.submit()) >= {RiskCode.TRADING_STATE}


def test_a_refusal_that_cannot_be_recorded_stays_a_refusal_and_locks() -> None:
    door = Door()
    door.journal.broken = True

    assert codes(door.submit(quantity=D(0))) == {RiskCode.QUANTITY_NOT_POSITIVE}
    assert door.locked == ["the disk is full"]


@pytest.mark.parametrize("quantity", [100, 1001])
def test_a_final_gate_that_finds_a_fault_locks_and_writes_nothing(quantity: int) -> None:
    door = Door()
    door.environment_fault = "the account is LIVE, the profile is SIMULATED"

    answer = door.submit(quantity=D(quantity), acknowledged=because("R05_ORDER_SIZE"))

    assert codes(answer) == {RiskCode.FINAL_GATE}
    assert door.locked == ["the account is LIVE, the profile is SIMULATED"]
    assert door.broker.frames == []
    assert [order.lifecycle for order in door.orders] == [Lifecycle.NOT_PLACED]


def test_entries_of_a_minute_beyond_the_final_gates_own_limit_lock() -> None:
    door = Door()
    yes = because(
        "R05_ORDER_SIZE", "R06_POSITION", "R17_DUPLICATE", "R10_FUNDS", "R09_CONCENTRATION"
    )
    for number in range(4):
        side = (Side.BUY, Side.SELL)[number % 2]
        answer = door.submit(
            intent_id=IntentId(str(number)), quantity=D(4990), side=side, acknowledged=yes
        )
        assert isinstance(answer, Submitted), answer
        door.apply(notice(201, answer.order_id))

    answer = door.submit(quantity=D(4990), acknowledged=yes)

    assert codes(answer) == {RiskCode.FINAL_GATE}
    assert len(door.locked) == 1
    assert len(door.broker.frames) == 4


@pytest.mark.parametrize("leaves", [True, False])
def test_a_write_that_breaks_half_way_is_never_called_denied(
    leaves: bool, expected_log: Any
) -> None:
    expected_log("writing an order failed")
    door = Door()
    door.broker.write_error = RuntimeError("oops")
    door.broker.leaves_before_error = leaves

    answer = door.submit()

    assert isinstance(answer, Submitted)
    door.clock.seconds += 5
    door.desk.sweep()
    assert door.order(answer.key).lifecycle is Lifecycle.UNKNOWN


def test_a_market_order_and_an_exit_need_no_limits() -> None:
    door = Door()
    door.hold(100)
    door.stand(limits=None, limits_fault="the file is damaged", trading_state=TradingState.HALTED)

    answer = door.submit(order_type=OrderType.MARKET, side=Side.SELL)
    assert isinstance(answer, Submitted)


# -- change ---------------------------------------------------------------------------------------


def test_a_change_is_one_message_with_the_same_number_and_all_the_terms() -> None:
    door = Door()
    key = door.working()

    answer = door.change(key, limit_price=D("100.01"))

    assert isinstance(answer, Submitted)
    order = door.order(key)
    assert (answer.order_id, order.replace) == (order.order_id, Pending.REQUESTED)
    assert order.limit_price == D("100.00")
    assert order.view().pending_limit == D("100.01")
    assert door.broker.frames[1].split(b"|")[0] == b"1"
    door.apply(open_order(order, limit_price=D("100.01")))
    assert (order.replace, order.limit_price) == (Pending.NONE, D("100.01"))


def test_the_same_change_twice_leaves_once() -> None:
    door = Door()
    key = door.working()

    assert door.change(key, limit_price=D("100.01")) == door.change(key, limit_price=D("100.01"))
    assert len(door.broker.frames) == 2


def test_a_change_that_never_left_may_be_wished_again() -> None:
    door = Door()
    key = door.working()
    door.broker.up = False
    assert codes(door.change(key, limit_price=D("100.01"))) == {RiskCode.LINK_NOT_READY}
    assert door.order(key).replace is Pending.NONE
    door.broker.up = True

    assert isinstance(door.change(key, limit_price=D("100.01")), Submitted)
    assert len(door.broker.frames) == 2


def refused_change(door: Door, key: OrderKey) -> str:
    answer = door.change(key, limit_price=D("100.01"))
    assert codes(answer) == {RiskCode.NOT_EDITABLE}, answer
    assert len(door.broker.frames) <= 1
    text: str = answer.findings[0].text
    return text


def test_what_has_ended_or_is_not_acknowledged_is_not_changed() -> None:
    door = Door()
    first = door.submit().key
    assert "not acknowledged" in refused_change(door, first)
    door.apply(open_order(door.order(first)))
    door.apply(status("Cancelled"))
    assert "ended" in refused_change(door, first)
    assert "not known" in refused_change(door, OrderKey("nothing"))


def test_one_change_at_a_time_and_none_under_a_cancel() -> None:
    door = Door()
    key = door.working()
    door.change(key, limit_price=D("100.01"))
    answer = door.change(key, intent_id=IntentId("2"), limit_price=D("100.02"))
    assert "not confirmed" in answer.findings[0].text
    door.cancel(key)
    answer = door.change(key, intent_id=IntentId("3"), limit_price=D("100.02"))
    assert "cancel" in answer.findings[0].text
    assert len(door.broker.frames) == 2


def test_an_order_of_which_nothing_is_known_is_not_changed_lest_it_be_placed_anew() -> None:
    door = Door()
    key = door.working()
    door.order(key).lifecycle = Lifecycle.UNKNOWN

    assert "anew" in refused_change(door, key)


def test_orders_of_others_are_not_rebuilt() -> None:
    door = Door()
    door.apply(open_order(order_id=OrderId(5)))  # our client id, but not our order
    door.apply(open_order(order_id=OrderId(6), client_id=ClientId(3), perm_id=PermId(2)))
    ours, others = (order.key for order in door.orders)

    assert "not placed here" in refused_change(door, ours)
    assert "client 3" in refused_change(door, others)


def test_a_type_changed_in_tws_is_not_changed_back() -> None:
    door = Door()
    key = door.working()
    door.apply(open_order(door.order(key), order_type="TRAIL LIMIT"))

    assert "TRAIL LIMIT" in refused_change(door, key)


def test_outside_hours_set_in_tws_survives_our_change() -> None:
    door = Door()
    key = door.working()
    door.apply(open_order(door.order(key), outside_rth=True))

    assert door.order(key).outside_rth is True


def test_reducing_to_what_is_filled_cancels() -> None:
    door = Door()
    key = door.working()
    door.apply(fill(quantity=60))

    answer = door.change(key, quantity=D(60))

    assert isinstance(answer, Submitted)
    assert door.broker.cancels == [1]
    assert len(door.broker.frames) == 1


def test_reducing_to_what_is_filled_without_a_link_is_not_called_submitted() -> None:
    door = Door()
    key = door.working()
    door.apply(fill(quantity=60))
    door.broker.up = False

    assert isinstance(door.change(key, quantity=D(50)), Denied)
    assert door.order(key).cancel is Pending.NONE


def test_a_change_to_no_quantity_at_all_is_denied_and_cancels_nothing() -> None:
    for quantity in ("0", "-5", "NaN", "sNaN", "Infinity", "1E+999999"):
        door = Door()
        key = door.working()

        assert codes(door.change(key, quantity=D(quantity))) >= {RiskCode.QUANTITY_NOT_POSITIVE}
        assert door.broker.cancels == []
        assert len(door.broker.frames) == 1


def test_chasing_the_market_does_not_run_into_the_final_gate() -> None:
    door = Door()
    key = door.working(quantity=D(1000))
    for number in range(30):
        price = D("100.00") + D(number % 3) / 100 - D("0.05")
        answer = door.change(key, intent_id=IntentId(f"c{number}"), limit_price=price)
        assert isinstance(answer, Submitted), answer
        door.apply(open_order(door.order(key), limit_price=price))
        door.clock.seconds += 1

    assert door.locked == []


# -- cancel ---------------------------------------------------------------------------------------


def test_a_cancel_leaves_though_everything_else_is_forbidden() -> None:
    door = Door()
    key = door.working()
    door.stand(trading_state=TradingState.LOCKED, read_only=True, limits=None)
    door.links(ready=False, synced=False, wire_has_room=False, bytes_waiting=9)
    door.environment_fault = "wrong"
    door.journal.broken = True

    assert isinstance(door.cancel(key), Done)
    assert door.broker.cancels == [1]
    assert door.order(key).cancel is Pending.REQUESTED
    assert door.order(key).lifecycle is Lifecycle.WORKING  # until the broker says so (I8)


def test_a_cancel_overtakes_a_change() -> None:
    door = Door()
    key = door.working()
    door.change(key, limit_price=D("100.01"))

    assert isinstance(door.cancel(key), Done)
    assert door.order(key).view().display_state == "Cancelling"
    door.apply(notice(202))
    order = door.order(key)
    assert (order.lifecycle, order.cancel, order.replace) == (
        Lifecycle.CANCELLED,
        Pending.NONE,
        Pending.NONE,
    )


def test_a_cancel_without_a_link_takes_back_only_itself() -> None:
    door = Door()
    key = door.working()
    door.broker.up = False
    assert isinstance(door.cancel(key), Failed)
    assert door.order(key).cancel is Pending.NONE

    door.broker.up = True
    door.cancel(key)
    door.desk.link_lost("gone")
    door.broker.up = False
    assert isinstance(door.cancel(key), Failed)
    assert door.order(key).cancel is Pending.UNKNOWN  # the first one may have arrived


def test_what_is_unknown_ended_or_foreign_says_why_it_is_not_cancelled() -> None:
    door = Door()
    key = door.working()
    door.apply(open_order(order_id=OrderId(6), client_id=ClientId(3), perm_id=PermId(2)))
    door.apply(status("Cancelled"))
    foreign = list(door.orders)[1].key

    assert "not known" in door.cancel(OrderKey("?")).reason
    assert "ended" in door.cancel(key).reason
    assert "client 3" in door.cancel(foreign).reason


def test_a_cancel_of_everything_is_one_message_on_record_for_each_order() -> None:
    door = Door()
    keys = [door.working(quantity=D(n)) for n in (100, 101)]
    door.apply(open_order(order_id=OrderId(6), client_id=ClientId(3), perm_id=PermId(9)))

    assert isinstance(door.desk.controller.cancel_globally(), Done)

    assert (door.broker.global_cancels, door.broker.cancels) == (1, [])
    assert [door.order(key).cancel for key in keys] == [Pending.REQUESTED] * 2
    kept = [e for e in door.journal.entries if e.event == CancelIntent.__name__]
    assert len(kept) == 2


def test_a_cancel_of_everything_without_a_link_is_taken_back() -> None:
    door = Door()
    key = door.working()
    door.broker.up = False

    answer = door.desk.controller.cancel_globally()

    assert isinstance(answer, Failed)
    assert "TWS" in answer.reason
    assert door.order(key).cancel is Pending.NONE


def test_a_number_that_a_reset_gateway_gave_away_is_neither_cancelled_nor_changed() -> None:
    door = Door()
    key = door.working()
    stranger = open_order(order_ref=OrderRef("another program"), perm_id=PermId(1))
    door.apply(stranger)

    assert len(list(door.orders)) == 2
    assert "another order" in door.cancel(key).reason
    assert "another order" in refused_change(door, key)
    assert door.broker.cancels == []
    assert isinstance(door.cancel(list(door.orders)[1].key), Done)


# -- rate and duplicates --------------------------------------------------------------------------


def test_the_eleventh_action_in_a_second_is_denied_and_the_rate_recovers() -> None:
    door = Door()
    for number in range(10):
        door.submit(intent_id=IntentId(str(number)), quantity=D(number + 1))

    assert codes(door.submit()) == {RiskCode.RATE}
    door.clock.seconds += 1.01
    assert isinstance(door.submit(), Submitted)


def test_denied_wishes_count_neither_as_actions_nor_as_the_same_order() -> None:
    door = Door()
    for _ in range(50):
        door.submit(limit_price=D("100.001"))

    assert isinstance(door.submit(), Submitted)


def test_the_same_order_again_asks_for_three_seconds() -> None:
    door = Door()
    door.submit()

    assert codes(door.submit(intent_id=IntentId("2"))) == {RiskCode.DUPLICATE}
    door.clock.seconds += 3
    assert isinstance(door.submit(intent_id=IntentId("2")), Submitted)
    actions = door.desk.controller.actions
    door.clock.seconds += 61
    door.submit(intent_id=IntentId("3"), quantity=D(7))
    assert len(actions.last_same) == 1  # what is long past is forgotten
    assert actions.count(60) == 1


def test_a_change_to_what_has_filled_is_told_beforehand_as_an_exit() -> None:
    door = Door()
    key = door.working()
    door.apply(fill("a.1.01", 60))
    wish = OrderChange(intent_id=IntentId("less"), key=key, quantity=D(60))
    frames = len(door.broker.frames)

    told = door.desk.controller.preview_change(wish)

    assert isinstance(told, Previewed)
    assert (told.answer, told.is_exit) == (None, True)
    assert len(door.broker.frames) == frames
