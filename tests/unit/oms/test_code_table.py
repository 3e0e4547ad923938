"""The table of message codes, number by number (orders-and-risk.md 2.4): no code too many or too few."""

from typing import Any

import pytest

from tests.helpers.desk_fakes import CLIENT, NOON, SPY, D, a_draft, bytes_sent, notice, open_order
from workstation.domain.ids import IntentId, OrderId, OrderKey, OrderRef
from workstation.domain.order_status import Lifecycle, Pending
from workstation.oms.codes import held_words
from workstation.oms.events import CancelIntent, ChangeIntent, Intent
from workstation.oms.orders import Changes, OrderBook

L, P = Lifecycle, Pending
KEY = OrderKey("ref")
EVERY_CODE = (*range(90, 520), *range(2095, 2175), *range(10140, 10360))

REFUSE = {105, 106, 107, 109, 110, 163, 200, 201, 203, 320, 321, 329, 382, 383, 387, 388, 434, 451}
INFORM = {399, 404, 2102, 2109, 2137, 2161, 10167, 10311, 10349}
CANCEL_FAILED = {135, 136, 161, 10147, 10148, 10149}
DUPLICATE_ID, CHANGE_TOO_LATE, CANCELLED, PACING = 103, 104, 202, 100


class Placed:
    """One order of ours whose bytes have left."""

    def __init__(self, *then: Any) -> None:
        self.book = OrderBook(CLIENT)
        intent = Intent(
            intent_id=IntentId("wish"), order_id=OrderId(1), client_id=CLIENT,
            order_ref=OrderRef(KEY), con_id=SPY, symbol="SPY", draft=a_draft(), sha256="",
        )  # fmt: skip
        for event in (intent, bytes_sent(1), *then):
            self.take(event)

    def take(self, event: Any) -> Changes:
        return self.book.apply(event, NOON)

    @property
    def order(self) -> Any:
        return self.book.get(KEY)


def working(*then: Any) -> Placed:
    return Placed(open_order(order_ref=OrderRef(KEY)), *then)


CANCEL = CancelIntent(key=KEY)
CHANGE = ChangeIntent(
    intent_id=IntentId("more"), key=KEY, order_id=OrderId(1), quantity=D(200),
    limit_price=D(101), sha256="",
)  # fmt: skip


def test_each_code_answers_a_placement_as_the_table_says() -> None:
    ends = dict.fromkeys((*REFUSE, DUPLICATE_ID), L.REJECTED)
    ends |= {CANCELLED: L.CANCELLED, PACING: L.UNKNOWN}
    silent = REFUSE | INFORM | {CANCELLED}
    for code in EVERY_CODE:
        placed = Placed()
        changes = placed.take(notice(code))
        assert (code, placed.order.lifecycle) == (code, ends.get(code, L.SENT))
        assert (code, changes.ask) == (code, code not in silent)


def test_each_code_answers_a_cancel_as_the_table_says() -> None:
    for code in EVERY_CODE:
        placed = working(CANCEL)
        changes = placed.take(notice(code))
        doubtful = code in CANCEL_FAILED | {PACING}
        expected = P.UNKNOWN if doubtful else P.NONE if code == CANCELLED else P.REQUESTED
        assert (code, placed.order.cancel) == (code, expected)
        assert (code, placed.order.lifecycle.is_terminal) == (code, code == CANCELLED)
        assert (code, changes.ask) == (code, code not in INFORM | {CANCELLED})


def test_each_code_answers_a_change_as_the_table_says() -> None:
    for code in EVERY_CODE:
        placed = working(CHANGE)
        changes = placed.take(notice(code))
        over = code in REFUSE | {CHANGE_TOO_LATE, CANCELLED}
        expected = P.NONE if over else P.UNKNOWN if code == PACING else P.REQUESTED
        assert (code, placed.order.replace) == (code, expected)
        assert (code, placed.order.pending_quantity) == (code, None if over else D(200))
        assert (code, bool(changes.alarms)) == (code, code in REFUSE)  # the old order stands
        assert (code, placed.order.quantity) == (code, D(100))


def test_a_code_without_a_pending_cancel_leaves_no_doubt() -> None:
    for code in CANCEL_FAILED:
        placed = working()
        placed.take(notice(code, text="cannot be cancelled"))
        assert (placed.order.cancel, placed.order.note) == (P.NONE, "cannot be cancelled")


def test_a_used_number_never_ends_the_order_that_has_it() -> None:
    placed = working()
    assert placed.take(notice(DUPLICATE_ID)).ask
    assert placed.order.lifecycle is L.WORKING


@pytest.mark.parametrize(
    ("why_held", "words"),
    [
        ("", ""),
        ("child", "waits for its entry"),
        ("trigger", "waits for its trigger price"),
        ("locate", "the broker locates shares to borrow"),
        ("child,trigger", "waits for its entry, waits for its trigger price"),
        (" locate , ", "the broker locates shares to borrow"),
        ("moon", "held by the broker: moon"),
    ],
)
def test_why_an_order_is_held_is_said_in_words(why_held: str, words: str) -> None:
    assert held_words(why_held) == words


def test_a_change_on_an_old_record_is_taken_when_the_report_shows_it() -> None:
    placed = working(CHANGE)
    shown = open_order(order_ref=OrderRef(KEY), quantity=D(200), limit_price=D(101))
    placed.take(shown)
    assert (placed.order.replace, placed.order.quantity) == (P.NONE, D(200))
