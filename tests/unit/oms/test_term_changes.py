"""A change carries the complete order: no further term is lost, set back or taken too early."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.desk_fakes import D, Door, a_draft, notice, open_order, spy
from tests.helpers.random_terms import kinds_and_terms
from workstation.desk.trail_stops import ASKING, SILENT
from workstation.domain.finding import Denied, Submitted
from workstation.domain.ids import IntentId, OrderKey
from workstation.domain.order import OrderChange, OrderTerms, OrderType, Side, Tif
from workstation.domain.order_extras import (
    AdjustedType,
    Adjustment,
    Algo,
    Condition,
    ConditionKind,
    Conditions,
    OcaGroup,
)
from workstation.domain.order_status import Pending
from workstation.oms.editing import changed
from workstation.oms.events import ChangeIntent

K = OrderType
TRAIL = OrderTerms(trail_amount=D("1.00"))
EVERY = frozenset(
    [
        "MKT",
        "LMT",
        "STP",
        "STPLMT",
        "TRAIL",
        "OCA",
        "ALGO",
        "COND",
        "ADJUST",
        "DAY",
        "GTC",
        "GTD",
        "ICE",
        "HID",
    ]
)
CUSHION = Conditions(each=(Condition(kind=ConditionKind.MARGIN, value=D(20)),))


def door() -> Door:
    found = Door()
    known = spy(order_types=EVERY)
    found.contracts.known[known.contract.con_id] = known
    found.hold(100)
    return found


def working(found: Door, terms: OrderTerms, kind: OrderType = K.LIMIT, **more: Any) -> OrderKey:
    prices = {"limit_price": D("110.00") if kind is K.LIMIT else None}
    if kind is K.STOP:
        prices["stop_price"] = D("95.00")
    draft = a_draft(side=Side.SELL, order_type=kind, terms=terms, **(prices | more))
    answer = found.submit(draft)
    assert isinstance(answer, Submitted), answer
    found.apply(open_order(found.order(answer.key), terms=terms))
    return answer.key


@settings(max_examples=60, deadline=None)
@given(chosen=kinds_and_terms(), price=st.sampled_from((None, D("120.00"))))
def test_a_change_of_anything_else_keeps_every_term(
    chosen: tuple[OrderType, Tif, OrderTerms], price: Decimal | None
) -> None:
    kind, tif, terms = chosen
    found = Door()
    order = found.order(found.working())
    order.order_type, order.tif, order.terms = kind.value, tif.value, terms
    order.outside_rth = True

    draft = changed(order, OrderChange(intent_id=IntentId("c"), key=order.key, limit_price=price))

    assert draft.terms == terms
    assert (draft.order_type, draft.tif, draft.outside_rth) == (kind, tif, True)


def test_new_terms_are_on_record_and_stand_when_the_broker_shows_them() -> None:
    found = door()
    old = OrderTerms(display_size=D(10), conditions=CUSHION)
    key = working(found, old)
    new = replace(old, display_size=D(20))
    assert isinstance(found.change(key, terms=new, tif=Tif.GTC, outside_rth=True), Submitted)
    order = found.order(key)
    assert order.replace is Pending.REQUESTED
    assert "changing to: display size 20" in order.view().note

    found.apply(open_order(order, terms=old))  # a report that was on its way already
    assert order.replace is Pending.REQUESTED
    assert order.terms == old
    found.apply(open_order(order, terms=new, tif="GTC"))
    assert order.replace is Pending.REQUESTED  # outside regular hours is not shown yet
    found.apply(open_order(order, terms=new, tif="GTC", outside_rth=True))
    assert order.replace is Pending.NONE
    assert (order.terms, order.tif, order.outside_rth) == (new, "GTC", True)
    again = found.restarted().order(key)
    assert (again.terms, again.tif, again.outside_rth) == (new, "GTC", True)


def test_a_refused_change_leaves_the_old_terms() -> None:
    found = door()
    key = working(found, OrderTerms(display_size=D(10)))
    found.change(key, terms=OrderTerms(display_size=D(20)))
    found.desk.apply_input(refusal(found.order(key).order_id))
    order = found.order(key)
    assert order.replace is Pending.NONE
    assert order.terms == OrderTerms(display_size=D(10))
    assert order.pending_terms is None


def refusal(number: int) -> Any:
    return notice(201, number)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (OrderTerms(oca=OcaGroup(name="a")), OrderTerms(), "one-cancels-all group"),
        (OrderTerms(), OrderTerms(oca=OcaGroup(name="a")), "one-cancels-all group"),
        (OrderTerms(), OrderTerms(algo=Algo(strategy="Vwap")), "algorithm"),
        (OrderTerms(hidden=True), OrderTerms(), "hide or show"),
        (OrderTerms(), OrderTerms(all_or_none=True), "all-or-none"),
    ],
)
def test_what_the_broker_does_not_revise_needs_a_new_order(
    old: OrderTerms, new: OrderTerms, words: str
) -> None:
    found = door()
    key = working(found, old)
    sent = len(found.broker.frames)
    answer = found.change(key, terms=new)
    assert isinstance(answer, Denied)
    assert words in answer.findings[0].text
    assert len(found.broker.frames) == sent


# -- trails ------------------------------------------------------------------------------------


def test_a_trail_is_changed_with_the_stop_where_the_broker_has_it() -> None:
    found = door()
    key = working(found, TRAIL, K.TRAIL)
    order = found.order(key)
    found.apply(open_order(order, terms=replace(TRAIL, trail_stop=D("98.50"))))
    assert order.terms.trail_stop == D("98.50")

    assert isinstance(found.change(key, terms=OrderTerms(trail_amount=D("0.50"))), Submitted)
    record = msgspec.json.decode(
        next(e.body for e in reversed(found.journal.entries) if e.event == "ChangeIntent"),
        type=ChangeIntent,
    )
    assert record.terms == OrderTerms(trail_amount=D("0.50"), trail_stop=D("98.50"))


def test_a_trail_whose_stop_may_have_moved_is_asked_for_first() -> None:
    found = door()
    key = working(found, TRAIL, K.TRAIL)
    asked: list[int] = []
    found.desk.trail_stops.look = lambda: asked.append(1)
    found.clock.seconds += 10

    assert found.change(key, quantity=D(50)) == ASKING
    assert asked == [1]
    assert len(found.broker.frames) == 1

    answers: list[Any] = []
    wish = OrderChange(intent_id=IntentId("later"), key=key, quantity=D(50))
    found.desk.change_when_known(wish, answers.append)
    found.timers.advance(0.2)
    assert answers == []
    found.apply(open_order(found.order(key), terms=replace(TRAIL, trail_stop=D("99.00"))))
    found.timers.advance(0.2)
    assert [type(each) for each in answers] == [Submitted]
    assert found.order(key).pending_terms == replace(TRAIL, trail_stop=D("99.00"))


def test_a_broker_that_does_not_say_where_a_trail_stands_stops_the_change() -> None:
    found = door()
    key = working(found, TRAIL, K.TRAIL)
    found.clock.seconds += 10
    answers: list[Any] = []
    wish = OrderChange(intent_id=IntentId("later"), key=key, quantity=D(50))
    found.desk.change_when_known(wish, answers.append)
    found.timers.advance(20)
    assert answers == [SILENT]
    assert len(found.broker.frames) == 1


def test_a_stop_between_two_prices_goes_away_from_the_market() -> None:
    found = door()
    key = working(found, TRAIL, K.TRAIL)
    found.apply(open_order(found.order(key), terms=replace(TRAIL, trail_stop=D("98.5071"))))
    assert isinstance(found.change(key, quantity=D(50)), Submitted)
    terms = found.order(key).pending_terms
    assert terms is not None
    assert terms.trail_stop == D("98.50")


def test_a_trail_of_a_contract_that_is_not_known_is_not_changed() -> None:
    found = door()
    key = working(found, TRAIL, K.TRAIL)
    found.apply(open_order(found.order(key), terms=replace(TRAIL, trail_stop=D("98.5071"))))
    found.contracts.known.clear()
    assert isinstance(found.change(key, quantity=D(50)), Denied)
    assert len(found.broker.frames) == 1


def test_a_stop_that_the_broker_made_a_trail_stays_what_it_became() -> None:
    found = door()
    plan = Adjustment(
        trigger_price=D("110.00"), becomes=AdjustedType.TRAIL, stop_price=D("105.00"),
        trail_amount=D("1.00"),
    )  # fmt: skip
    key = working(found, OrderTerms(adjustment=plan), K.STOP)
    became = OrderTerms(trail_amount=D("1.00"), trail_stop=D("108.00"))
    order = found.order(key)
    found.apply(
        open_order(order, order_type="TRAIL", stop_price=None, limit_price=None, terms=became)
    )
    assert (order.order_type, order.terms) == ("TRAIL", became)

    assert isinstance(found.change(key, quantity=D(50)), Submitted)
    assert order.pending_terms == became


def test_an_order_of_another_client_shows_its_terms() -> None:
    found = Door()
    group = OrderTerms(oca=OcaGroup(name="theirs"), conditions=CUSHION)
    found.apply(open_order(order_id=0, client_id=0, terms=group, oca_group="theirs", oca_type=1))
    (view,) = found.orders.working()
    assert view.terms == group
    assert "group theirs" in view.note
    assert "margin cushion is at least 20 %" in view.note


def test_a_term_that_the_broker_does_not_show_is_said() -> None:
    found = door()
    key = working(found, OrderTerms(hidden=True))
    assert "does not show" not in found.order(key).view().note
    found.apply(open_order(found.order(key), terms=OrderTerms()))
    assert "the broker does not show: hidden" in found.order(key).view().note
    assert found.order(key).terms.hidden  # and a change still asks for it


def test_records_of_older_versions_are_read() -> None:
    found = door()
    key = working(found, OrderTerms())
    found.change(key, quantity=D(50))
    for number, entry in enumerate(found.journal.entries):
        body = msgspec.json.decode(entry.body)
        for part in (body, body.get("draft") or {}, (body.get("draft") or {}).get("terms") or {}):
            for name in (
                "oca", "algo", "conditions", "adjustment", "include_overnight", "pending_tif",
            ):  # fmt: skip
                part.pop(name, None)
        if entry.event in {"ChangeIntent", "OpenOrderReport"}:
            for name in ("terms", "tif" if entry.event == "ChangeIntent" else "", "outside_rth"):
                body.pop(name, None)
        found.journal.entries[number] = replace(entry, body=msgspec.json.encode(body))
    again = found.restarted().order(key)
    assert again.terms == OrderTerms()
    assert again.pending_quantity == D(50)
