"""A what-if asks through the same door and is never an order."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.helpers.desk_fakes import D, Door, a_draft, notice
from workstation.domain.commands import Failed
from workstation.domain.finding import Submitted, TradingState
from workstation.domain.ids import OrderId
from workstation.domain.order import OrderDraft
from workstation.domain.preview import MarginPreview
from workstation.domain.reports import MarginReport

PREVIEW = MarginPreview(
    initial_margin_change=D(5000),
    maintenance_margin_change=D(2500),
    initial_margin_after=D(5000),
    maintenance_margin_after=D(2500),
    equity_after=D(1_000_000),
    commission=D(1),
    currency="USD",
)


class Asked:
    """A door that was asked for a preview, and what it answered."""

    def __init__(self, door: Door | None = None, **changes: Any) -> None:
        self.door = door or Door()
        self.answers: list[Any] = []
        draft: OrderDraft = a_draft(**changes)
        self.door.desk.previews.ask(draft, self.answers.append)

    def hear(self, number: int = 1) -> None:
        report = MarginReport(order_id=OrderId(number), preview=PREVIEW)
        self.door.desk.previews.on_report(report)


def test_a_preview_is_on_record_passes_the_gate_and_is_no_order() -> None:
    asked = Asked()
    door = asked.door

    assert door.journal.events == ["WhatIf"]
    body = json.loads(door.journal.entries[0].body)
    assert (body["order_id"], len(body["sha256"])) == (1, 64)
    assert [frame.split(b"|")[-1] for frame in door.broker.frames] == [b"True"]
    assert list(door.orders) == []
    assert door.out.messages == []
    assert door.desk.gate.use(a_draft().account)[0] == 0
    assert asked.answers == []
    asked.hear()
    assert asked.answers == [PREVIEW]
    asked.hear()
    assert len(asked.answers) == 1


def test_a_preview_spends_its_number_also_over_a_restart() -> None:
    door = Asked().door

    assert door.restarted().desk.controller.ids.new() == 2
    answer = door.submit()
    assert isinstance(answer, Submitted)
    assert answer.order_id == 2


def test_silence_is_an_answer_after_5_s() -> None:
    asked = Asked()
    asked.door.timers.advance(4.9)
    assert asked.answers == []
    asked.door.timers.advance(0.2)

    assert "5 s" in asked.answers[0].reason
    asked.hear()
    assert len(asked.answers) == 1


def test_a_coded_message_about_it_is_the_answer_and_goes_no_further() -> None:
    asked = Asked()
    assert asked.door.desk.on_notice(notice(399, 1, "for your information")) is None
    assert asked.answers == []

    assert asked.door.desk.previews.on_notice(notice(201, 1, "no margin for that"))
    assert not asked.door.desk.previews.on_notice(notice(201, 1, "said again"))

    assert asked.answers == [Failed("no margin for that", code=201)]
    assert asked.door.journal.events == ["WhatIf"]


def test_a_lost_link_answers_every_preview() -> None:
    asked = Asked()
    other = Asked(asked.door, source="ladder")
    asked.door.desk.link_lost("gone")

    assert [type(each.answers[0]) for each in (asked, other)] == [Failed, Failed]


def test_a_newer_preview_of_the_same_source_takes_the_place_of_an_older() -> None:
    first = Asked()
    ladder = Asked(first.door, source="ladder")
    wheel = Asked(first.door, source="wheel")
    assert (first.answers, ladder.answers, wheel.answers) == ([], [], [])
    second = Asked(first.door)

    assert "newer" in first.answers[0].reason
    assert (ladder.answers, second.answers) == ([], [])
    first.hear(4)
    assert second.answers == [PREVIEW]
    assert ladder.answers == []


REFUSED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"quantity": D(0)}, {}, "quantity"),
    ({"limit_price": D("100.001")}, {}, "increment"),
    ({"account": "U1234567"}, {}, "account"),
    ({}, {"read_only": True}, "read-only"),
]


@pytest.mark.parametrize(("terms", "stands", "text"), REFUSED, ids=[each[2] for each in REFUSED])
def test_what_makes_no_sense_is_not_asked(
    terms: dict[str, Any], stands: dict[str, Any], text: str
) -> None:
    door = Door()
    door.stand(**stands)
    asked = Asked(door, **terms)

    assert text in asked.answers[0].reason
    assert door.broker.frames == []


def test_limits_state_and_arming_do_not_stop_a_question() -> None:
    door = Door()
    door.stand(trading_state=TradingState.HALTED, limits=None)
    Asked(door, quantity=D(100_000))

    assert len(door.broker.frames) == 1


def test_a_full_wire_and_a_lost_link_stop_it() -> None:
    for changes in ({"wire_has_room": False}, {"synced": False, "ready": False}):
        door = Door()
        door.links(**changes)
        assert isinstance(Asked(door).answers[0], Failed)
        assert door.broker.frames == []
    door = Door()
    door.broker.up = False
    assert "no bytes" in Asked(door).answers[0].reason


def test_a_question_that_cannot_be_written_down_or_encoded_is_not_sent() -> None:
    door = Door()
    door.broker.unwritable = "not ASCII"
    assert Asked(door).answers == [Failed("not ASCII")]
    door = Door()
    door.journal.broken = True
    assert "disk is full" in Asked(door).answers[0].reason
    assert door.locked
    assert door.broker.frames == []


def test_a_final_gate_that_finds_a_fault_locks() -> None:
    door = Door()
    door.environment_fault = "the account is LIVE, the profile is SIMULATED"

    assert Asked(door).answers == [Failed(door.environment_fault)]
    assert door.locked == [door.environment_fault]


def test_a_figure_that_is_absent_stays_absent() -> None:
    asked = Asked()
    empty = replace(PREVIEW, commission=None, equity_after=None)
    asked.door.desk.previews.on_report(MarginReport(order_id=OrderId(1), preview=empty))

    assert asked.answers[0].commission is None
    assert asked.answers[0].initial_margin_change == Decimal(5000)
