"""Fills are the truth: what each does to an order, and how they meet changes of it."""

import itertools
from datetime import UTC, datetime

import pytest

from tests.helpers.desk_fakes import (
    D,
    fill,
    notice,
    open_order,
    status,
)
from tests.helpers.one_order import OneOrder
from workstation.domain.execution import Commission
from workstation.domain.ids import ClientId, ExecId, OrderId, PermId
from workstation.domain.order_status import Lifecycle, OrderFlag, Pending
from workstation.domain.reports import CommissionReport
from workstation.oms.events import (
    Expired,
    LinkLost,
    NotPlacedConfirmed,
    NotSent,
    ReconcileBegan,
    Reconciled,
)

L, P = Lifecycle, Pending


# -- fills (I1 to I4) -----------------------------------------------------------------------------


def test_fills_are_a_set_and_the_average_is_weighted() -> None:
    book = OneOrder().hear(
        fill("a.1.01", 30, price=D("99.00")),
        fill("a.1.01", 30, price=D("99.00")),
        fill("b.1.01", 70, price=D("100.00")),
    )

    assert (book.order.filled, book.order.lifecycle) == (D(100), L.FILLED)
    assert book.order.average_price == D("99.7")
    assert OneOrder().order.average_price is None


def test_the_view_tells_last_fill_cap_and_why_the_order_is_held() -> None:
    book = OneOrder().hear(
        status("PreSubmitted", why_held="locate", cap_price=D("101.50")),
        fill("b.1.01", 10, price=D("99.00"), time=datetime(2026, 3, 18, 14, 0, 2, tzinfo=UTC)),
        fill("a.1.01", 10, price=D("98.00"), time=datetime(2026, 3, 18, 14, 0, 1, tzinfo=UTC)),
    )
    view = book.order.view()

    assert (view.last_fill_price, view.cap_price, view.why_held) == (D(99), D("101.50"), "locate")
    book.hear(fill("b.1.02", 0), status("Cancelled"))  # busted, and over
    view = book.order.view()
    assert (view.last_fill_price, view.cap_price, view.why_held) == (D(98), None, "")
    assert OneOrder().order.view().last_fill_price is None


def test_the_latest_revision_stands_whichever_came_last() -> None:
    for order in itertools.permutations([("a.1.01", 30), ("a.1.02", 20), ("a.1.03", 25)]):
        book = OneOrder().hear(*(fill(name, quantity) for name, quantity in order))
        assert book.order.filled == 25


def test_a_bust_takes_a_fill_back_and_is_flagged() -> None:
    book = OneOrder().hear(fill("a.1.01", 100), fill("a.1.02", 0))

    assert (book.order.filled, book.order.lifecycle) == (D(0), L.FILLED)
    assert OrderFlag.CORRECTED in book.order.flags


def test_filled_is_believed_where_a_fill_was_taken_back_before_it_was_told() -> None:
    book = OneOrder().hear(ReconcileBegan(), fill("a.1.01", 60), fill("b.1.02", 0))
    book.hear(Reconciled(missing=(), settled=True))
    assert book.order.lifecycle is L.WORKING  # the broker did not call it filled

    book.hear(status("Filled"), Reconciled(missing=(), settled=False))
    assert (book.order.lifecycle, book.order.in_doubt) == (L.WORKING, True)  # more may be told

    book.hear(Reconciled(missing=(), settled=True))
    assert (book.order.lifecycle, book.order.filled) == (L.FILLED, D(60))
    assert not book.order.in_doubt
    assert OrderFlag.CORRECTED in book.order.flags
    assert "Compare the position" in book.order.note
    before = book.order.state()
    book.hear(Reconciled(missing=(), settled=True))
    assert book.order.state() == before


def test_filled_is_believed_at_once_where_the_broker_counts_as_many() -> None:
    book = OneOrder().hear(fill("a.1.01", 60), fill("b.1.02", 0))
    done = {"status": "Filled", "completed": True}
    book.hear(open_order(**done, filled=D(80)), Reconciled(missing=(), settled=False))
    assert book.order.lifecycle is L.WORKING  # a fill of 20 is on its way

    book.hear(open_order(**done, filled=D(60)), Reconciled(missing=(), settled=False))
    assert (book.order.lifecycle, book.order.filled) == (L.FILLED, D(60))


def test_filled_waits_for_its_fills_where_none_was_corrected() -> None:
    book = OneOrder().hear(fill("a.1.01", 60), status("Filled"))
    book.hear(Reconciled(missing=(), settled=True))
    assert (book.order.lifecycle, book.order.in_doubt) == (L.WORKING, True)


def test_filled_after_a_cancel_keeps_the_cancel_and_its_corrected_fill() -> None:
    book = OneOrder().hear(fill("a.1.02", 0), status("Cancelled"), status("Filled"))
    book.hear(Reconciled(missing=(), settled=True))
    assert book.order.lifecycle is L.CANCELLED


def test_an_overfill_is_believed_flagged_and_reduces() -> None:
    book = OneOrder()
    restricted: list[str] = []
    book.door.desk.reduce_only = restricted.append
    book.hear(fill("a.1.01", 100), fill("b.1.01", 30))

    assert (book.order.filled, book.order.view().remaining) == (D(130), D(0))
    assert OrderFlag.OVERFILL in book.order.flags
    assert any("More was filled" in text for text in book.alarms)
    assert restricted == ["more was filled than ordered"]


def test_a_fill_of_an_order_of_unknown_size_restricts_nothing() -> None:
    book = OneOrder()
    restricted: list[str] = []
    book.door.desk.reduce_only = restricted.append
    theirs = {"perm_id": PermId(5), "client_id": ClientId(3), "order_id": OrderId(4)}
    book.hear(open_order(quantity=D(0), **theirs), fill("x.1.01", 10, **theirs))

    assert restricted == []


def test_an_order_that_fills_bit_by_bit_restricts_nothing() -> None:
    book = OneOrder()
    restricted: list[str] = []
    book.door.desk.reduce_only = restricted.append
    book.hear(fill("a.1.01", 40), fill("b.1.01", 59), fill("c.1.01", 1))

    assert (book.order.filled, book.order.lifecycle) == (D(100), L.FILLED)
    assert restricted == []
    assert book.order.flags == set()


@pytest.mark.parametrize("ended", ["cancelled", "rejected", "not placed", "expired"])
def test_a_late_fill_after_the_end_is_believed_and_alarmed(ended: str) -> None:
    book = OneOrder()
    endings = {
        "cancelled": status("Cancelled"),
        "rejected": notice(201),
        "not placed": NotPlacedConfirmed(key=book.key),
        "expired": Expired(key=book.key),
    }
    book.hear(endings[ended], fill("a.1.01", 40))

    assert (book.order.filled, book.order.lifecycle) == (D(40), L.CANCELLED)
    assert OrderFlag.LATE_FILL in book.order.flags
    book.hear(fill("b.1.01", 60))
    assert book.order.lifecycle is L.FILLED
    assert len(book.alarms) == 2


def test_a_fill_of_an_order_yet_unheard_of_waits_for_it() -> None:
    book = OneOrder()
    stranger = {"perm_id": PermId(5), "client_id": ClientId(3), "order_id": OrderId(0)}
    book.hear(fill("x.1.01", 10, **stranger), fill("x.1.01", 10, **stranger))
    book.hear(open_order(status="Submitted", **stranger))

    order = list(book.door.orders)[1]
    assert order.filled == 10
    assert order.lifecycle is L.WORKING
    assert len([m for m in book.door.out.messages if "Execution" in type(m).__name__]) == 1


def test_a_fill_that_waits_is_not_given_to_the_next_order_that_comes() -> None:
    book = OneOrder()
    for number in (5, 7):
        book.hear(fill(f"x{number}.1.01", 10, perm_id=PermId(number), client_id=ClientId(3),
                       order_id=OrderId(0)))  # fmt: skip
    book.hear(open_order(perm_id=PermId(6), client_id=ClientId(3), order_id=OrderId(0)))

    assert list(book.door.orders)[1].filled == 0


def test_the_cost_of_a_fill_may_come_first_or_twice() -> None:
    cost = CommissionReport(
        commission=Commission(
            exec_id=ExecId("a.1.01"), commission=D(1), currency="USD", realized_pnl=None
        )
    )
    book = OneOrder().hear(cost, fill(), cost)

    assert book.door.orders.commission(ExecId("a.1.01")) == cost.commission
    assert book.door.orders.commission(ExecId("b.1.01")) is None
    assert book.door.journal.events.count("CommissionReport") == 1


# -- fills against changes ------------------------------------------------------------------------


def test_reduced_to_what_has_filled_is_filled_whichever_comes_first() -> None:
    book = OneOrder(acknowledged=True)
    book.change(quantity=D(80))
    terms, done = open_order(book.order, quantity=D(80)), fill("a.1.01", 80)
    for order in itertools.permutations([terms, done, status("Filled")]):
        again = OneOrder(acknowledged=True)
        again.change(quantity=D(80))
        again.hear(*order)
        assert again.stands == (L.FILLED, P.NONE, P.NONE), order


def test_filled_at_the_old_quantity_while_it_grows_is_not_the_end() -> None:
    book = OneOrder(acknowledged=True)
    book.change(quantity=D(150))
    book.hear(fill("a.1.01", 100))

    assert book.stands == (L.WORKING, P.NONE, P.REQUESTED)  # 50 more may fill
    assert book.door.judge._facts(book.order.draft, None).working.buys == 50
    grown = open_order(book.order, quantity=D(150))
    book.hear(grown)
    assert (book.order.lifecycle, book.order.view().remaining) == (L.WORKING, D(50))
    book.hear(fill("b.1.01", 50))
    assert book.order.lifecycle is L.FILLED
    assert book.order.flags == set()


def test_filled_at_the_old_quantity_with_the_growth_refused_is_the_end() -> None:
    for refusal in (notice(104), notice(201), status("Filled")):
        book = OneOrder(acknowledged=True)
        book.change(quantity=D(150))
        book.hear(fill("a.1.01", 100), refusal)
        assert book.stands == (L.FILLED, P.NONE, P.NONE)
    book = OneOrder(acknowledged=True)
    book.change(quantity=D(150))
    book.hear(fill("a.1.01", 100), NotSent(key=book.key, reason="test"))
    assert book.stands == (L.FILLED, P.NONE, P.NONE)


def test_a_fill_beyond_the_old_quantity_of_a_growing_order_is_no_overfill() -> None:
    book = OneOrder(acknowledged=True)
    book.change(quantity=D(150))
    book.hear(fill("a.1.01", 120))

    assert OrderFlag.OVERFILL not in book.order.flags


def test_what_the_broker_enlarged_after_its_end_lives_again() -> None:
    book = OneOrder().hear(fill())
    book.hear(open_order(book.order, quantity=D(150)))

    assert book.order.lifecycle is L.WORKING
    assert OrderFlag.RESURRECTED in book.order.flags


def test_a_larger_order_that_ended_with_a_part_is_not_called_filled() -> None:
    book = OneOrder().hear(fill())
    book.hear(open_order(book.order, quantity=D(150), status="Cancelled", completed=True))

    assert (book.order.lifecycle, book.order.filled) == (L.CANCELLED, D(100))


def test_a_change_is_taken_only_where_the_broker_shows_all_of_it() -> None:
    for quantity, price, taken in (
        ("100", "100.01", True),
        ("100", "100.02", False),
        ("100", "99.99", False),
        ("101", "100.01", False),
        ("99", "100.01", False),
    ):
        book = OneOrder(acknowledged=True)
        book.change(limit_price=D("100.01"))
        book.hear(open_order(book.order, quantity=D(quantity), limit_price=D(price)))
        assert (book.order.replace is P.NONE) is taken, (quantity, price)


def test_a_report_without_an_account_leaves_the_order_in_its_own() -> None:
    book = OneOrder(acknowledged=True)
    account = book.order.account
    book.hear(open_order(book.order, account=""))
    assert book.order.account == account
    book.hear(open_order(book.order, account="SIM0000002"))
    assert book.order.account == "SIM0000002"


def test_a_fill_proves_that_a_missing_order_was_there() -> None:
    book = OneOrder(acknowledged=True)
    book.round()
    book.hear(fill("a.1.01", 40))
    book.round()
    assert OrderFlag.ABSENT not in book.order.flags
    book.round()
    assert OrderFlag.ABSENT in book.order.flags


def test_what_comes_after_the_link_broke_in_a_comparison_is_no_snapshot() -> None:
    book = OneOrder(acknowledged=True)
    book.change(limit_price=D("100.01"))
    book.hear(ReconcileBegan(), LinkLost(reason="gone"))
    book.hear(open_order(book.order, limit_price=D("100.00")))

    assert book.order.replace is P.UNKNOWN


def test_a_change_of_unknown_fate_is_settled_by_a_snapshot() -> None:
    for price, note in (("100.01", ""), ("100.00", "did not reach")):
        book = OneOrder(acknowledged=True)
        book.change(limit_price=D("100.01"))
        book.hear(LinkLost(reason="gone"))
        assert book.order.replace is P.UNKNOWN
        assert book.order.view().display_state == "Unknown"
        book.round(open_order(book.order, limit_price=D(price)))
        assert book.stands == (L.WORKING, P.NONE, P.NONE)
        assert note in book.order.note
