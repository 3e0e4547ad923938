"""What each status, code and silence does to an order, and which order it is."""

from typing import Any

import pytest

from tests.helpers.desk_fakes import (
    D,
    bytes_sent,
    fill,
    notice,
    open_order,
    status,
)
from tests.helpers.one_order import OneOrder
from workstation.domain.ids import ClientId, ConId, IntentId, OrderId, OrderRef, PermId
from workstation.domain.order_status import Lifecycle, OrderFlag, Pending
from workstation.oms import codes
from workstation.oms.events import (
    CancelIntent,
    ChangeIntent,
    Expired,
    LinkLost,
    NotPlacedConfirmed,
    NotSent,
    Reconciled,
    Unanswered,
)

L, P = Lifecycle, Pending


# -- statuses (2.3) -------------------------------------------------------------------------------

STATUSES = {
    "ApiPending": L.SENT,
    "PendingSubmit": L.SENT,
    "PreSubmitted": L.HELD,
    "Submitted": L.WORKING,
    "PendingCancel": L.HELD,
    "ApiCancelled": L.CANCELLED,
    "Cancelled": L.CANCELLED,
    "Filled": L.WORKING,
    "Inactive": L.INACTIVE,
    "Teleported": L.SENT,
    "": L.SENT,
}


@pytest.mark.parametrize("word", STATUSES)
def test_each_status_leads_where_the_table_says(word: str) -> None:
    book = OneOrder().hear(status(word))

    assert book.order.lifecycle is STATUSES[word]
    assert bool(book.alarms) is (word in {"Teleported", ""})
    assert book.door.asked == (word in {"ApiCancelled", "Inactive", "Filled"})


def test_an_acknowledged_order_owes_no_answer_but_a_lost_link_makes_it_unknown() -> None:
    book = OneOrder().hear(status("PendingSubmit"))

    assert not book.order.answer_due
    book.hear(LinkLost(reason="gone"))
    assert book.order.lifecycle is L.UNKNOWN


def test_nothing_that_comes_late_revives_what_has_ended() -> None:
    for word in ("Submitted", "PreSubmitted", "PendingSubmit", "PendingCancel"):
        for ending in (status("Cancelled"), fill()):
            book = OneOrder(acknowledged=True).hear(ending)
            before = book.stands
            book.hear(status(word), open_order(book.order, status=word))
            assert book.stands == before


def test_the_word_filled_does_not_fill() -> None:
    book = OneOrder(acknowledged=True).hear(status("Filled", filled=D(100)))

    assert book.order.filled == 0
    assert book.order.lifecycle is L.WORKING
    assert book.order.in_doubt
    book.hear(fill())
    assert book.order.lifecycle is L.FILLED
    assert not book.order.in_doubt


def test_inactive_is_no_end_and_may_come_alive() -> None:
    book = OneOrder().hear(status("Inactive"), status("Submitted"))

    assert book.order.lifecycle is L.WORKING


def test_a_hold_is_shown_with_its_reason() -> None:
    book = OneOrder().hear(status("PreSubmitted", why_held="child,trigger"))
    assert book.order.view().note == "waits for its entry, waits for its trigger price"

    book.hear(status("PreSubmitted", why_held="locate"))
    assert book.order.view().note == "the broker locates shares to borrow"
    book.hear(status("PreSubmitted", why_held="new"))
    assert book.order.view().note == "held by the broker: new"
    book.hear(status("Submitted"))
    assert book.order.view().note == ""


def test_what_ended_waits_for_nothing() -> None:
    book = OneOrder().hear(status("PreSubmitted", why_held="child"), status("Cancelled"))

    assert book.order.view().note == ""


def test_pending_cancel_still_fills() -> None:
    book = OneOrder(acknowledged=True).hear(status("PendingCancel"))
    assert book.stands == (L.WORKING, P.REQUESTED, P.NONE)
    book.hear(fill())
    assert book.stands == (L.FILLED, P.NONE, P.NONE)


# -- codes, by what they answer (2.4) -------------------------------------------------------------

PLACE, CHANGE, CANCEL = "place", "change", "cancel"
REFUSALS = sorted(codes.REJECTED | codes.INVALID)


def asked(context: str) -> OneOrder:
    book = OneOrder() if context == PLACE else OneOrder(acknowledged=True)
    if context == CHANGE:
        book.change(limit_price=D("100.01"))
    if context == CANCEL:
        book.cancel()
    return book


def test_a_refusal_ends_a_placement_and_leaves_everything_else_alive() -> None:
    for code in REFUSALS:
        assert asked(PLACE).hear(notice(code)).stands == (L.REJECTED, P.NONE, P.NONE)
        assert asked(CANCEL).hear(notice(code)).stands == (L.WORKING, P.REQUESTED, P.NONE)
        change = asked(CHANGE).hear(notice(code))
        assert change.stands == (L.WORKING, P.NONE, P.NONE)
        assert change.order.limit_price == D("100.00")
        assert "refused" in change.alarms[0]
        assert change.door.asked == 1


def test_a_failed_cancel_is_unknown_until_asked() -> None:
    for code in sorted(codes.CANCEL_FAILED):
        book = asked(CANCEL).hear(notice(code))

        assert book.stands == (L.WORKING, P.UNKNOWN, P.NONE)
        assert book.door.asked == 1
        book.round(open_order(book.order))
        assert book.stands == (L.WORKING, P.NONE, P.NONE)
        assert asked(PLACE).hear(notice(code)).order.lifecycle is L.SENT


def test_an_informing_code_is_a_note_and_nothing_more() -> None:
    for code in sorted(codes.INFORMS):
        for context in (PLACE, CHANGE, CANCEL):
            book = asked(context)
            before = book.stands
            book.hear(notice(code, text="for your information"))
            assert book.stands == before
            assert book.order.note == "for your information"
            assert book.door.asked == 0


def test_399_about_a_later_session_holds_the_order() -> None:
    text = "Warning: your order will not be placed at the exchange until 2026-11-23 09:30:00"

    assert OneOrder().hear(notice(399, text=text)).order.lifecycle is L.HELD
    assert OneOrder(acknowledged=True).hear(notice(399, text=text)).order.lifecycle is L.WORKING


def test_202_cancels_whatever_was_asked() -> None:
    for context in (PLACE, CHANGE, CANCEL):
        assert asked(context).hear(notice(202)).stands == (L.CANCELLED, P.NONE, P.NONE)
    assert OneOrder().hear(fill(), notice(202)).order.lifecycle is L.FILLED


def test_103_refuses_the_attempt_and_never_touches_a_live_order() -> None:
    assert asked(PLACE).hear(notice(103)).order.lifecycle is L.REJECTED
    assert asked(CANCEL).hear(notice(103)).order.lifecycle is L.WORKING


def test_104_ends_the_change_and_waits_for_the_fills() -> None:
    book = asked(CHANGE).hear(notice(104))

    assert book.stands == (L.WORKING, P.NONE, P.NONE)
    assert book.door.asked == 1


def test_100_makes_everything_unanswered_unknown() -> None:
    assert asked(PLACE).hear(notice(100)).stands == (L.UNKNOWN, P.NONE, P.NONE)
    assert asked(CHANGE).hear(notice(100)).stands == (L.WORKING, P.NONE, P.UNKNOWN)
    assert asked(CANCEL).hear(notice(100)).stands == (L.WORKING, P.UNKNOWN, P.NONE)


def test_an_unknown_code_changes_nothing_and_asks() -> None:
    for code in (1, 99, 300, 2999, 10500):
        for context in (PLACE, CHANGE, CANCEL):
            book = asked(context)
            before = book.order.state()
            book.hear(notice(code))
            assert book.order.state() == before
            assert book.door.asked == 1


def test_a_code_about_nothing_of_ours_changes_nothing() -> None:
    book = OneOrder()
    before = book.order.state()
    book.hear(notice(201, None), notice(201, 2), notice(201, 0), notice(201, 1_000_000_001))

    assert book.order.state() == before
    assert book.door.desk.on_notice(notice(201, 2)) is None
    assert book.door.desk.on_notice(notice(399, 1)) == book.key


def test_a_refusal_of_what_has_filled_or_worked_proves_nothing() -> None:
    partly = OneOrder().hear(fill(quantity=10), notice(201))
    assert partly.order.lifecycle is L.WORKING
    assert partly.door.asked == 1
    assert OneOrder(acknowledged=True).hear(notice(201)).order.lifecycle is L.WORKING


# -- identity (2.5.1) -----------------------------------------------------------------------------


def test_the_permanent_number_goes_before_the_mark_and_the_mark_before_the_number() -> None:
    book = OneOrder()
    book.hear(open_order(book.order, order_id=OrderId(0)))  # as a completed order comes
    assert book.order.perm_id == 9001
    book.hear(status("PreSubmitted", order_id=OrderId(0), client_id=ClientId(0)))
    assert book.order.lifecycle is L.HELD
    book.hear(open_order(book.order, perm_id=PermId(77), status="Submitted"))
    assert (book.order.perm_id, book.order.lifecycle) == (77, L.WORKING)
    assert len(list(book.door.orders)) == 1


@pytest.mark.parametrize(
    "differs",
    [
        {"order_ref": OrderRef("X")},
        {"con_id": ConId(1)},
        {"client_id": ClientId(3)},
        {"order_id": OrderId(0)},
        {"order_id": OrderId(-1)},
    ],
)
def test_a_reused_number_is_another_order(differs: dict[str, Any]) -> None:
    book = OneOrder()
    before = book.order.state()
    book.hear(open_order(**{"perm_id": None, **differs}))

    assert book.order.state() == before
    assert len(list(book.door.orders)) == 2


def test_a_number_with_another_permanent_number_is_another_order() -> None:
    book = OneOrder(acknowledged=True)
    before = book.order.state()
    book.hear(status("Cancelled", perm_id=PermId(5)), fill(perm_id=PermId(5)))

    assert book.order.state() == before


def test_a_margin_preview_is_no_order() -> None:
    book = OneOrder()
    before = book.order.state()
    book.hear(open_order(book.order, what_if=True, status="PreSubmitted"))

    assert book.order.state() == before


def test_orders_of_others_are_shown_with_their_terms_and_fill_by_word() -> None:
    book = OneOrder()
    book.hear(
        open_order(
            client_id=ClientId(0), order_id=OrderId(0), perm_id=PermId(3), status="PreSubmitted"
        )
    )
    order = list(book.door.orders)[1]
    assert (order.mine, order.lifecycle) == (False, L.HELD)
    book.hear(status("Filled", client_id=ClientId(0), order_id=OrderId(0), perm_id=PermId(3)))
    assert order.lifecycle is L.FILLED
    late = {"client_id": ClientId(0), "order_id": OrderId(0), "perm_id": PermId(3)}
    book.hear(fill("z.1.01", 40, **late), fill("z.2.01", 60, **late))
    assert (order.filled, order.flags) == (D(100), set())


def test_a_completed_order_may_come_without_quantity() -> None:
    book = OneOrder(acknowledged=True)
    book.hear(open_order(book.order, completed=True, status="Cancelled", quantity=D(0)))

    assert (book.order.lifecycle, book.order.quantity) == (L.CANCELLED, D(100))


# -- doubt and reconciliation ---------------------------------------------------------------------


def test_the_bytes_of_an_order_make_it_sent() -> None:
    book = OneOrder(sent=False)
    assert book.order.lifecycle is L.STAGED
    book.hear(bytes_sent(1, 2))
    assert book.order.lifecycle is L.SENT
    book.hear(status("Submitted"), bytes_sent(1))
    assert book.order.lifecycle is L.WORKING


def test_unanswered_is_unknown_and_asks() -> None:
    for context, stands in (
        (PLACE, (L.UNKNOWN, P.NONE, P.NONE)),
        (CHANGE, (L.WORKING, P.NONE, P.UNKNOWN)),
        (CANCEL, (L.WORKING, P.UNKNOWN, P.NONE)),
    ):
        book = asked(context)
        book.hear(Unanswered(key=book.key), Unanswered(key=book.key))
        assert book.stands == stands
        assert book.door.asked == 1


def test_absent_twice_after_settling_is_flagged_and_ends_only_when_confirmed() -> None:
    book = OneOrder()
    book.hear(LinkLost(reason="gone"))
    book.round(settled=False)
    book.round()
    assert OrderFlag.ABSENT not in book.order.flags
    book.round()
    assert OrderFlag.ABSENT in book.order.flags
    assert book.order.lifecycle is L.UNKNOWN
    book.hear(NotPlacedConfirmed(key=book.key))
    assert book.order.lifecycle is L.NOT_PLACED


def test_what_the_broker_once_acknowledged_is_never_called_not_placed() -> None:
    book = OneOrder(acknowledged=True)
    book.round()
    book.round()
    assert OrderFlag.ABSENT in book.order.flags
    book.hear(NotPlacedConfirmed(key=book.key))

    assert book.order.lifecycle is L.EXPIRED
    assert "Compare the position" in book.order.note


def test_named_again_is_not_absent() -> None:
    for sign in (open_order(), fill(quantity=1)):
        book = OneOrder()
        book.round()
        book.round()
        book.hear(sign)
        assert OrderFlag.ABSENT not in book.order.flags
        assert book.order.lifecycle is L.WORKING


@pytest.mark.parametrize("ended", ["confirmed", "expired", "cancelled"])
def test_an_order_that_a_list_calls_live_lives_again(ended: str) -> None:
    book = OneOrder()
    ending = {
        "confirmed": NotPlacedConfirmed(key=book.key),
        "expired": Expired(key=book.key),
        "cancelled": status("Cancelled"),
    }[ended]
    book.hear(ending)
    book.round(open_order(book.order))

    assert book.order.lifecycle is L.WORKING
    assert OrderFlag.RESURRECTED in book.order.flags
    assert any("may be live" in text for text in book.alarms)


def test_what_was_not_under_way_cannot_be_taken_back() -> None:
    book = OneOrder(acknowledged=True)
    book.hear(NotSent(key=book.key, reason="test"))

    assert book.stands == (L.WORKING, P.NONE, P.NONE)


def test_an_order_that_ended_meanwhile_does_not_hide_the_missing_ones_after_it() -> None:
    book = OneOrder().hear(status("Cancelled"))
    live = book.door.working(quantity=D(50))
    book.hear(Reconciled(missing=(book.key, live), settled=True))

    assert book.order.lifecycle is L.CANCELLED
    assert book.door.order(live).lifecycle is L.UNKNOWN


def test_orders_of_tws_without_a_number_are_not_taken_for_each_other() -> None:
    book = OneOrder()
    for perm in (5, 6):
        book.hear(open_order(perm_id=PermId(perm), client_id=ClientId(0), order_id=OrderId(-2)))
    book.hear(status("Cancelled", perm_id=None, client_id=ClientId(0), order_id=OrderId(-2)))

    assert [order.lifecycle for order in book.door.orders][1:] == [L.WORKING, L.WORKING]


def test_a_cancel_that_did_not_leave_forgets_no_change() -> None:
    book = OneOrder(acknowledged=True)
    book.change(limit_price=D("100.01"))
    book.hear(open_order(book.order, limit_price=D("100.01")))
    book.cancel()
    book.hear(NotSent(key=book.key, reason="test"))

    assert book.door.orders.of_intent(IntentId("change-1")) is book.order


def test_the_word_filled_proves_nothing_of_an_order_whose_size_is_not_told() -> None:
    book = OneOrder(acknowledged=True)
    book.hear(open_order(book.order, quantity=D(0)), status("Filled"))

    assert book.order.lifecycle is L.WORKING


def test_a_lost_link_casts_doubt_on_orders_of_our_own_alone() -> None:
    book = OneOrder()
    theirs = {"perm_id": PermId(5), "client_id": ClientId(3), "order_id": OrderId(4)}
    book.hear(open_order(status="PendingSubmit", **theirs), LinkLost(reason="gone"))

    assert [order.lifecycle for order in book.door.orders] == [L.UNKNOWN, L.SENT]


def test_an_order_in_no_group_is_shown_in_none() -> None:
    order = OneOrder().order.view()
    assert (order.oca_group, order.oca_type) == ("", 0)


def test_a_refusal_that_need_not_mean_the_order_itself_is_asked_about() -> None:
    book = OneOrder(acknowledged=True)
    asked = book.door.asked
    book.hear(notice(201))

    assert book.order.lifecycle is L.WORKING
    assert book.door.asked == asked + 1


def test_events_about_nothing_change_nothing() -> None:
    book = OneOrder().hear(status("Cancelled"))
    before = book.order.state()
    nothing: Any = "nothing"
    for key in (nothing, book.key):
        book.hear(CancelIntent(key=key), Unanswered(key=key), NotPlacedConfirmed(key=key))
        book.hear(Expired(key=key), Reconciled(missing=(key,), settled=True))
    change = ChangeIntent(
        intent_id=IntentId("?"), key=nothing, order_id=OrderId(9), quantity=D(1),
        limit_price=None, sha256="",
    )  # fmt: skip
    book.hear(change, NotSent(key=nothing, reason=""), bytes_sent(99))
    book.hear(status("Submitted", order_id=OrderId(99), perm_id=None))

    assert book.order.state() == before
