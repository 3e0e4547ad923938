"""Changes: what they keep and ask again, what counts as an action, what is on the disk before."""

import msgspec

from tests.helpers.accepting import all_of
from tests.helpers.desk_fakes import CLIENT, NOON, D, Door, a_draft, open_order
from workstation.domain.finding import Denied, NeedsAcknowledgement, Submitted
from workstation.domain.ids import FamilyId, IntentId
from workstation.domain.order import OrderChange, OrderDraft, OrderTerms
from workstation.oms.editing import changed
from workstation.oms.orders import OrderBook


def test_what_was_accepted_of_an_order_is_asked_again_only_where_it_grows() -> None:
    for quantity, asks in (("1001", False), ("1000", False), ("1002", True)):
        door = Door()
        question = door.submit(quantity=D(1001))  # a little above the personal limit
        assert isinstance(question, NeedsAcknowledgement)
        accepted = all_of(question.findings)
        key = door.working(quantity=D(1001), acknowledged=accepted)
        answer = door.change(key, quantity=D(quantity), limit_price=D("100.01"))
        assert isinstance(answer, NeedsAcknowledgement) is asks, (quantity, answer)


def test_a_change_keeps_the_family_and_the_guarantee_of_an_order() -> None:
    for terms in ({"family": FamilyId("ladder"), "guaranteed": False}, {}):
        door = Door()
        order = door.order(door.working(**terms))
        wish = OrderChange(key=order.key, intent_id=IntentId("up"), limit_price=D("100.01"))
        after = changed(order, wish)
        assert (after.family, after.guaranteed) == (order.draft.family, not terms)
    theirs = OrderBook(CLIENT)
    theirs.apply(open_order(), NOON)
    (unknown,) = theirs
    after = changed(unknown, OrderChange(key=unknown.key, intent_id=IntentId("up")))
    assert (after.family, after.guaranteed, after.legs) == (None, True, ())


def test_an_order_is_on_the_disk_before_it_leaves_and_a_refusal_need_not_be() -> None:
    door = Door()
    door.submit(limit_price=D("100.001"))
    assert door.journal.events[-1:] == ["Decision"]
    assert door.journal.durable == []
    key = door.working()
    door.change(key, limit_price=D("99.99"))
    door.cancel(key)
    assert door.journal.durable[:2] == ["Intent", "ChangeIntent"]


def test_a_change_is_an_action_and_one_that_does_not_leave_is_none() -> None:
    door = Door()
    key = door.working()
    actions = door.desk.controller.actions
    assert actions.count(60) == 1
    assert isinstance(door.change(key, limit_price=D("99.99")), Submitted)
    assert actions.count(60) == 2
    door.apply(open_order(door.order(key), limit_price=D("99.99")))
    refused = door.change(key, limit_price=D("99.985"), intent_id=IntentId("off tick"))
    assert isinstance(refused, Denied)
    door.broker.up = False
    kept = door.change(key, limit_price=D("99.98"), intent_id=IntentId("no link"))
    assert isinstance(kept, Denied)
    assert actions.count(60) == 2


def test_what_this_program_does_not_know_of_an_order_it_does_not_change() -> None:
    for terms in ({"order_type": "VOL"}, {"tif": "AUC"}):
        door = Door()
        key = door.working()
        door.apply(open_order(door.order(key), **terms))
        answer = door.change(key, limit_price=D("99.99"))
        assert isinstance(answer, Denied)
        word = next(iter(terms.values()))
        assert "cannot change" in answer.findings[0].text
        assert word in answer.findings[0].text


def test_an_order_of_an_earlier_version_is_read_without_what_came_later() -> None:
    draft = a_draft(terms=OrderTerms(hidden=True))
    told = msgspec.to_builtins(draft)
    for name in ("sweeps", "minutes", "ats_seconds", "ats"):
        del told["terms"][name]
    assert msgspec.convert(told, OrderDraft, strict=False) == draft
