"""Several orders as one: judged together, one parent on record, all of them or none."""

from dataclasses import replace
from typing import Any

import pytest

from tests.helpers.accepting import all_of
from tests.helpers.desk_exits import Exits
from tests.helpers.desk_fakes import ACCOUNT, LIMITS, D, a_draft, open_order
from workstation.desk.several import Several
from workstation.domain.bracket import BracketDraft
from workstation.domain.commands import Done, Failed
from workstation.domain.family import FamilyEnded, FamilyKind
from workstation.domain.finding import RiskCode
from workstation.domain.ids import FamilyId, IntentId
from workstation.domain.order import OrderDraft, Side
from workstation.domain.order_status import Lifecycle
from workstation.domain.several import OrdersDraft, OrdersPreviewed


class Rig:
    """Several orders over a door."""

    def __init__(self, exits: Exits | None = None) -> None:
        self.exits = exits or Exits()
        self.door = self.exits.door
        self.room = 1000
        self.several = Several(
            self.door.timers, self.door.desk, self.door.judge, self._has_room, self.exits.notify
        )

    def _has_room(self) -> bool:
        self.room -= 1
        return self.room >= 0

    @property
    def sent(self) -> int:
        return len(self.door.broker.frames)


def drafts(count: int, **changes: Any) -> tuple[OrderDraft, ...]:
    return tuple(
        a_draft(intent_id=IntentId(f"part {n}"), quantity=D(10), source="ladder",
                limit_price=D(100) - n, **changes)
        for n in range(count)
    )  # fmt: skip


def orders(*parts: Any, **changes: Any) -> OrdersDraft:
    terms: dict[str, Any] = {
        "family_id": FamilyId("f"), "kind": FamilyKind.LADDER, "title": "buy 50 SPY",
        "account": ACCOUNT, "drafts": parts,
    }  # fmt: skip
    return OrdersDraft(**(terms | changes))


def test_a_ladder_is_one_action_and_its_parent_is_on_record_first() -> None:
    rig = Rig()
    answer = rig.several.submit(orders(*drafts(12)))  # more than ten actions a second

    assert isinstance(answer, Done)
    assert "12 of 12" in answer.text
    events = rig.door.journal.events
    assert events[0] == "Family"
    assert events.count("Intent") == 12
    assert "FamilyEnded" in events
    assert {"Family", "FamilyEnded"} <= set(rig.door.journal.durable)
    assert {o.view().family for o in rig.door.orders} == {FamilyId("f")}
    assert rig.door.desk.controller.actions.count(60) == 1
    again = rig.several.submit(orders(*drafts(12)))
    assert isinstance(again, Done)
    assert rig.sent == 12


def test_each_order_is_judged_after_those_before_it_and_one_refused_stops_all() -> None:
    rig = Rig()
    big = tuple(
        a_draft(intent_id=IntentId(f"part {n}"), quantity=D(900), limit_price=D(100))
        for n in range(3)
    )
    preview = rig.several.preview(orders(*big))
    assert [each.answer is None for each in preview.verdicts] == [True, True, False]
    assert "R06_POSITION" in {each.code for each in preview.verdicts[2].findings}
    assert preview.total == 180_000
    answer = rig.several.submit(orders(*big))
    assert isinstance(answer, OrdersPreviewed)
    assert rig.sent == 0
    assert rig.door.journal.events.count("Family") == 0

    some = rig.several.submit(orders(*big), only_passing=True)
    assert isinstance(some, Done)
    assert "1 were left out" in some.text
    assert rig.sent == 2
    assert len(rig.door.desk.families.get(FamilyId("f")).intents) == 2  # type: ignore[union-attr]


def test_what_is_accepted_is_accepted_for_all_of_them() -> None:
    rig = Rig()
    big = tuple(
        a_draft(intent_id=IntentId(f"part {n}"), quantity=D(900), limit_price=D(100))
        for n in range(3)
    )
    asked = rig.several.preview(orders(*big)).verdicts[2].findings
    accepted = all_of(asked)
    assert isinstance(rig.several.submit(orders(*big, acknowledged=accepted)), Done)
    assert rig.sent == 3


def test_two_exits_that_together_are_more_than_is_held_are_not_both_exits() -> None:
    rig = Rig()
    rig.door.hold(100)
    sells = tuple(
        a_draft(intent_id=IntentId(f"part {n}"), quantity=D(60), side=Side.SELL,
                limit_price=D(100))
        for n in range(2)
    )  # fmt: skip
    preview = rig.several.preview(orders(*sells))
    assert [each.value is None for each in preview.verdicts] == [True, False]


def test_more_than_a_second_carries_follows_in_the_next() -> None:
    rig = Rig()
    rig.room = 5
    answer = rig.several.submit(orders(*drafts(8)))
    assert isinstance(answer, Done)
    assert "5 of 8" in answer.text
    assert rig.sent == 5
    rig.room = 100
    rig.door.timers.advance(1.0)
    assert rig.sent == 8
    assert "FamilyEnded" in rig.door.journal.events


@pytest.mark.parametrize("how", ["link", "cancel"])
def test_what_is_broken_off_is_told_and_never_goes_on(how: str) -> None:
    rig = Rig()
    rig.room = 3
    rig.several.submit(orders(*drafts(8)))
    if how == "link":
        rig.several.stop_all("the link to the broker was lost")
        assert "3 of 8 orders of the ladder" in rig.exits.alarms[-1]
    else:
        rig.several.stop(FamilyId("f"))
        assert isinstance(rig.door.desk.families.cancel(FamilyId("f")), Done)
        assert rig.exits.alarms == []
        assert len(rig.door.broker.cancels) == 3
    rig.room = 100
    rig.door.timers.advance(5.0)
    assert rig.sent == 3


def test_a_link_that_takes_no_more_ends_the_sending_with_an_alarm() -> None:
    rig = Rig()
    rig.room = 3
    rig.several.submit(orders(*drafts(8)))
    rig.room = 100
    rig.door.broker.up = False
    rig.door.timers.advance(1.0)
    assert rig.sent == 3
    assert "3 of 8" in rig.exits.alarms[-1]
    last = list(rig.door.orders)[-1]
    assert last.lifecycle is Lifecycle.NOT_PLACED
    rig.door.broker.up = True
    rig.door.timers.advance(5.0)
    assert rig.sent == 3


def test_a_restart_in_the_middle_knows_the_parent_and_sends_nothing() -> None:
    rig = Rig()
    rig.room = 3
    rig.several.submit(orders(*drafts(8)))

    again = Rig(Exits(rig.door.restarted()))
    again.several.resume()
    assert again.sent == 0
    assert "3 of 8 orders of the ladder “buy 50 SPY”" in again.exits.alarms[-1]
    members = list(again.door.desk.families.members(FamilyId("f")))
    assert [each.intent_id for each in members] == ["part 0", "part 1", "part 2"]

    third = Rig(Exits(again.door.restarted()))
    third.several.resume()
    assert third.exits.alarms == []  # it was told once
    assert isinstance(third.several.submit(orders(*drafts(8))), Done)
    assert third.sent == 0


def test_several_targets_are_brackets_that_belong_together() -> None:
    rig = Rig()
    parts = tuple(
        BracketDraft(
            entry=a_draft(intent_id=IntentId(f"part {n}"), quantity=D(50)),
            target_price=D(110 + n), stop_price=D(95),
        )
        for n in range(2)
    )  # fmt: skip
    answer = rig.several.submit(orders(*parts, kind=FamilyKind.TARGETS))
    assert isinstance(answer, Done)
    assert rig.sent == 6
    members = list(rig.door.desk.families.members(FamilyId("f")))
    assert len(members) == 6
    assert [o.limit_price for o in members] == [100, 110, None, 100, 111, None]
    wrong = (parts[0], BracketDraft(entry=a_draft(intent_id=IntentId("x")),
                                    target_price=D(90), stop_price=D(95)))  # fmt: skip
    refused = rig.several.submit(orders(*wrong, family_id=FamilyId("g")))
    assert isinstance(refused, OrdersPreviewed)
    assert rig.sent == 6


def test_nothing_at_all_too_many_and_twice_the_same_are_refused() -> None:
    rig = Rig()
    assert isinstance(rig.several.submit(orders()), Failed)
    assert isinstance(rig.several.submit(orders(*drafts(1) * 2)), Failed)
    assert isinstance(rig.several.submit(orders(*drafts(201))), Failed)
    rig.door.journal.broken = True
    assert isinstance(rig.several.submit(orders(*drafts(2))), Failed)
    assert rig.sent == 0


def test_orders_that_would_lock_the_final_gate_together_are_not_begun() -> None:
    rig = Rig()
    rig.door.desk.set_gate_limit(replace(LIMITS, final_gate_factor=D(1)))  # 500,000 a minute
    big = tuple(
        a_draft(intent_id=IntentId(f"part {n}"), quantity=D(900), limit_price=D(100))
        for n in range(7)
    )
    shown = rig.several.preview(orders(*big)).verdicts
    names = all_of(finding for each in shown for finding in each.findings)
    answer = rig.several.submit(orders(*big, acknowledged=names))
    assert isinstance(answer, Failed), answer
    assert "500,000" in answer.reason
    assert rig.door.locked == []
    assert rig.sent == 0


def test_two_of_them_that_would_meet_are_found_before_the_first_leaves() -> None:
    rig = Rig()
    buy = a_draft(intent_id=IntentId("buy"), quantity=D(10), limit_price=D("100.00"))
    sell = a_draft(intent_id=IntentId("sell"), side=Side.SELL, quantity=D(10),
                   limit_price=D("99.99"))  # fmt: skip
    answer = rig.several.submit(orders(buy, sell))
    assert isinstance(answer, OrdersPreviewed), answer
    assert RiskCode.SELF_CROSS in {each.code for each in answer.verdicts[1].findings}
    assert rig.sent == 0


def test_an_exit_beside_a_close_under_way_is_no_exit_once_they_are_too_many() -> None:
    rig = Rig()
    rig.door.hold(100)
    rig.door.working(side=Side.SELL, quantity=D(60), limit_price=D("99.99"))
    sells = tuple(
        a_draft(intent_id=IntentId(f"part {n}"), quantity=D(40), side=Side.SELL,
                limit_price=D("99.99"))
        for n in range(2)
    )  # fmt: skip
    preview = rig.several.preview(orders(*sells))
    assert [each.value is None for each in preview.verdicts] == [True, False]


def test_the_answer_says_whether_the_rest_follows_or_was_not_sent() -> None:
    rig = Rig()
    rig.room = 3
    answer = rig.several.submit(orders(*drafts(8)))
    assert isinstance(answer, Done)
    assert answer.text == "3 of 8 orders sent. The rest follows."
    again = rig.several.submit(orders(*drafts(8)))
    assert isinstance(again, Done)
    assert "under way" in again.text

    broken = Rig()

    def room() -> bool:
        broken.door.broker.up = broken.sent < 3
        return True

    broken.several.has_room = room
    told = broken.several.submit(orders(*drafts(8)))
    assert isinstance(told, Failed)
    assert told.reason.startswith("3 of 8 orders sent. The rest was not sent")
    once_more = broken.several.submit(orders(*drafts(8)))
    assert isinstance(once_more, Done)
    assert "under way" not in once_more.text


def test_a_family_that_is_not_known_or_whose_cancels_do_not_leave_says_so() -> None:
    rig = Rig()
    families = rig.door.desk.families
    assert families.cancel(FamilyId("never")) == Failed("These orders are not known as one.")
    rig.several.submit(orders(*drafts(2)))
    rig.door.broker.up = False
    answer = families.cancel(FamilyId("f"))
    assert isinstance(answer, Failed)
    assert answer.reason.startswith("2 of 2 cancels did not leave")
    rig.door.apply(open_order(next(iter(rig.door.orders)), status="Cancelled"))
    answer = families.cancel(FamilyId("f"))
    assert isinstance(answer, Failed)
    assert answer.reason.startswith("1 of 1 cancels did not leave: ")


def test_an_end_that_cannot_be_put_on_record_locks_trading() -> None:
    rig = Rig()
    rig.door.journal.broken = True
    rig.door.desk.families.end(FamilyEnded(family_id=FamilyId("f"), sent=0))
    assert rig.door.locked


def test_a_family_of_which_nothing_works_any_more_says_so() -> None:
    rig = Rig()
    rig.several.submit(orders(*drafts(2)))
    for order in rig.door.orders:
        rig.door.apply(open_order(order, status="Cancelled"))
    families = rig.door.desk.families
    assert families.cancel(FamilyId("f")) == Failed("None of these orders is working any more.")
