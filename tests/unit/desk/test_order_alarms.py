"""Each alarm of an order says what happened, what it means for the order, and what to do."""

from collections.abc import Callable

import pytest

from tests.helpers.desk_fakes import D, execution, fill, notice, open_order, status
from tests.helpers.one_order import OneOrder
from workstation.domain.ids import ClientId, OrderId, PermId
from workstation.domain.notice import Notice, Severity
from workstation.domain.order_status import Lifecycle
from workstation.domain.reports import ExecutionReport
from workstation.oms.events import NotPlacedConfirmed, ReconcileBegan

MAY_BE_LIVE = ("may be live", "may still be live")


def revived() -> OneOrder:
    book = OneOrder()
    book.hear(NotPlacedConfirmed(key=book.key))
    return book.hear(ReconcileBegan(), open_order(book.order))


def refused_change() -> OneOrder:
    book = OneOrder(acknowledged=True)
    book.change(limit_price=D("100.01"))
    return book.hear(notice(201, text="No tick."))


def waited(book: OneOrder) -> OneOrder:
    """Half a minute without an answer."""
    for _ in range(7):
        book.door.desk.sweep()
        book.door.clock.seconds += 5
    book.door.desk.sweep()
    return book


def unanswered_cancel() -> OneOrder:
    book = OneOrder(acknowledged=True)
    book.cancel()
    return waited(book)


def unanswered_change() -> OneOrder:
    book = OneOrder(acknowledged=True)
    book.change(limit_price=D("100.01"))
    return waited(book)


CASES: dict[str, tuple[Callable[[], OneOrder], str, str, str]] = {
    "unanswered": (
        lambda: waited(OneOrder()),
        "BUY 100 SPY: The broker has not answered about an order for 30 s.",
        "It may be live and can fill. Nothing is resent.",
        "before you send it anew",
    ),
    "cancel unanswered": (
        unanswered_cancel,
        "BUY 100 SPY: The broker has not confirmed a cancel for 30 s.",
        "The order may still be live and can fill.",
        "cancel it there",
    ),
    "change unanswered": (
        unanswered_change,
        "BUY 100 SPY: The broker has not answered about a change for 30 s.",
        "its old terms or the new ones",
        "before you change it again",
    ),
    "filled without its fills": (
        lambda: waited(OneOrder().hear(status("Filled"))),
        "BUY 100 SPY: The broker calls an order filled, but has not told its fills for 30 s.",
        "It cannot work any more; the position and the day's result may lack its fills.",
        "Compare the position",
    ),
    "revived": (
        revived,
        "BUY 100 SPY: An order that had ended may be live at the broker.",
        "It counts as working again and can fill.",
        "cancel it if you do not want it",
    ),
    "unknown status": (
        lambda: OneOrder().hear(status("Teleported")),
        "BUY 100 SPY: The broker reports an unknown status: Teleported",
        "The order is shown as it stood before",
        "cancel it there",
    ),
    "overfill": (
        lambda: OneOrder().hear(fill("a.1.01", 100), fill("b.1.01", 30)),
        "BUY 100 SPY: More was filled than ordered: 130 of 100.",
        "The 30 too many are yours",
        "close or protect what is too many",
    ),
    "late fill": (
        lambda: OneOrder().hear(status("Cancelled"), fill("a.1.01", 40)),
        "BUY 100 SPY: An order that had ended was filled after all.",
        "40 of 100 count as filled and have changed the position",
        "Look at the position and its stops",
    ),
    "change refused": (
        refused_change,
        "BUY 100 SPY: The change was refused; the order stands as before. No tick.",
        "It goes on working with its old price and quantity",
        "change it again, or cancel it",
    ),
}


def alarm_of(kind: str) -> Notice:
    (alarm,) = (
        each for each in CASES[kind][0]().door.out.notices if each.severity is Severity.ALARM
    )
    return alarm


@pytest.mark.parametrize("kind", CASES)
def test_an_alarm_says_what_happened_what_it_means_and_what_to_do(kind: str) -> None:
    _make, text, effect, advice = CASES[kind]
    alarm = alarm_of(kind)
    assert alarm.text == text
    assert effect in alarm.effect
    assert advice in alarm.advice
    assert alarm.order is not None


@pytest.mark.parametrize("kind", ["overfill", "late fill", "filled without its fills"])
def test_what_has_ended_is_not_said_to_be_live(kind: str) -> None:
    alarm = alarm_of(kind)
    whole = f"{alarm.text} {alarm.effect} {alarm.advice}"
    assert not any(words in whole for words in (*MAY_BE_LIVE, "resent"))


def test_what_a_change_under_way_explains_is_no_overfill_and_stops_nothing() -> None:
    stopped: list[str] = []
    book = OneOrder(acknowledged=True)
    book.door.desk.reduce_only = stopped.append
    book.change(quantity=D(120))
    book.hear(fill("a.1.01", 120))  # the broker has taken the change, and not told of it yet
    assert book.order.lifecycle is Lifecycle.FILLED
    assert book.alarms == []
    assert stopped == []
    book.hear(fill("b.1.01", 10), open_order(book.order, quantity=D(120)))
    assert stopped == ["more was filled than ordered"]
    assert "Only orders that close are sent" in book.door.out.notices[-1].effect


def test_too_much_that_was_filled_before_its_order_was_known_stops_entries_too() -> None:
    stopped: list[str] = []
    book = OneOrder()
    book.door.desk.reduce_only = stopped.append
    theirs = {"perm_id": PermId(5), "client_id": ClientId(3), "order_id": OrderId(4)}
    unnamed = {"perm_id": PermId(5), "client_id": None, "order_id": None, "order_ref": None}
    book.hear(ExecutionReport(execution=execution("x.1.01", 70, **unnamed)))
    assert stopped == []
    book.hear(open_order(quantity=D(50), order_ref=None, **theirs))
    assert stopped == ["more was filled than ordered"]
    assert "70 of 50" in book.door.out.notices[-1].text


def test_a_late_fill_of_an_order_without_a_quantity_names_no_quantity() -> None:
    book = OneOrder()
    theirs = {"perm_id": PermId(5), "client_id": ClientId(3), "order_id": OrderId(4)}
    book.hear(open_order(quantity=D(0), order_ref=None, **theirs))
    book.hear(status("Cancelled", **theirs), fill("x.1.01", 10, order_ref=None, **theirs))
    alarm = book.door.out.notices[-1]
    assert alarm.text == "BUY SPY: An order that had ended was filled after all."
    assert alarm.effect.startswith("10 count as filled")
    assert book.door.order(alarm.order).lifecycle is Lifecycle.CANCELLED
