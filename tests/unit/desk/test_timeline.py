"""The timeline of an order: every message, decision and market, from the journal alone."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.helpers.desk_fakes import (
    CLIENT,
    SPY,
    D,
    Door,
    bytes_sent,
    door_on_disk,
    fill,
    notice,
    open_order,
    status,
)
from workstation.desk.timeline import client_of, find_key, timeline
from workstation.domain.execution import Commission
from workstation.domain.execution_quality import FillMarket, MarketSample, MarkOut
from workstation.domain.finding import NeedsAcknowledgement
from workstation.domain.ids import ExecId, IntentId, OrderKey
from workstation.domain.order import OrderType
from workstation.domain.override import accepted
from workstation.domain.reports import CommissionReport
from workstation.domain.timeline import Judged, StepKind, Timeline


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with door_on_disk(tmp_path) as door:
        yield door


def built(door: Door, key: OrderKey) -> Timeline:
    door.desk.write_notes()
    found = timeline(door.journal.entries(), key, CLIENT)
    assert found is not None
    return found


def told(found: Timeline) -> list[tuple[StepKind, str, str]]:
    return [(step.kind, step.title, step.state) for step in found.steps]


def test_a_life_from_approval_to_cost_is_told_in_order(door: Door) -> None:
    key = door.working(intent_id=IntentId("one"))
    door.apply(bytes_sent(1))
    door.apply(fill("a.1.01", 100))
    cost = Commission(exec_id=ExecId("a.1.01"), commission=D(1), currency="USD", realized_pnl=None)
    door.apply(CommissionReport(commission=cost))

    found = built(door, key)
    assert (found.title, found.order_id, found.perm_id) == ("BUY 100 SPY LMT", 1, 9001)
    kinds_and_words = [
        (kind.value, title.split(",")[0], state) for kind, title, state in told(found)
    ]
    assert sorted(kinds_and_words) == sorted(
        [
            ("out", "Order on record", "Staged"),
            ("in", "Broker: open order", "Working"),
            ("in", "Broker: fill of 100 at 100.00 on ARCA", "Filled"),
            ("in", "Broker: cost 1 USD", ""),
            ("out", "The last byte left for the broker", ""),
            ("decision", "Risk let it pass: nothing found", ""),
        ]
    )


def test_each_message_carries_the_market_of_its_own_moment(door: Door) -> None:
    key = door.working()
    door.desk.write_notes()
    door.clock.seconds += 1
    door.market(101.0, 101.5)
    door.apply(status("PreSubmitted"))
    door.desk.write_notes()
    door.market(200.0, 201.0)

    markets = {
        step.title.split(",")[0]: (step.market.bid, step.market.ask)
        for step in built(door, key).steps
        if step.market is not None
    }
    assert markets == {
        "Order on record": (99.99, 100.01),
        "Broker: open order": (99.99, 100.01),
        "Broker: status PreSubmitted": (101.0, 101.5),
        "Risk let it pass: nothing found": (99.99, 100.01),
    }


def test_what_changed_nothing_is_on_record_once_and_replayed_by_nobody(door: Door) -> None:
    key = door.working()
    state = door.order(key).state()
    for _ in range(3):
        door.apply(status("Submitted"))
    door.apply(notice(2109))
    door.apply(notice(2109))

    titles = [title for _, title, _ in told(built(door, key))]
    assert sum("status Submitted" in title for title in titles) == 1
    assert sum("2109" in title for title in titles) == 2
    assert door.order(key).state() != state  # the notice stands at the order
    again = Door(clock=door.clock)
    again.desk.replay(door.journal.entries())
    assert again.order(key).state() == door.order(key).state()


def test_refusals_before_the_order_and_of_its_changes_belong_to_it(door: Door) -> None:
    first = door.submit(intent_id=IntentId("far"), limit_price=D("104.00"))
    assert isinstance(first, NeedsAcknowledgement)
    seen = frozenset(each.acknowledgement for each in first.findings)
    key = door.submit(intent_id=IntentId("far"), limit_price=D("104.00"), acknowledged=seen).key
    door.submit(intent_id=IntentId("another"), quantity=D(0))

    door.apply(open_order(door.order(key)))
    door.desk.write_notes()
    door.change(key, limit_price=D("100.001"))

    stopped = [t for k, t, _ in told(built(door, key)) if k is StepKind.DECISION]
    assert len(stopped) == 3
    assert "R14_PRICE_COLLAR" in stopped[0]
    assert stopped[1].startswith("Risk let it pass: SOFT R14_PRICE_COLLAR")
    assert "R03_OFF_TICK" in stopped[2]


def test_changes_and_cancels_are_told_with_their_terms(door: Door) -> None:
    key = door.working()
    door.change(key, limit_price=D("99.50"), quantity=D(50))
    door.cancel(key)
    door.broker.up = False
    door.cancel(key)

    titles = [title for _, title, _ in told(built(door, key))]
    assert "Change on record: 50 limit 99.50 DAY" in titles
    assert titles.count("Cancel on record and sent") == 2
    assert "Not sent: there is no link to the broker" in titles


def test_orders_do_not_mix(door: Door) -> None:
    one = door.working(intent_id=IntentId("one"))
    two = door.working(intent_id=IntentId("two"), order_type=OrderType.MARKET)
    door.apply(fill("a.1.01", 10))

    assert any("fill" in title for _, title, _ in told(built(door, one)))
    assert not any("fill" in title for _, title, _ in told(built(door, two)))


def test_an_order_is_found_by_key_number_and_permid(door: Door) -> None:
    key = door.working()
    entries = list(door.journal.entries())
    for name in (key, "1", "9001"):
        assert find_key(entries, name, client_of(entries)) == key
    for name in ("2", "nothing", "x'; --"):
        assert find_key(entries, name, CLIENT) is None
    assert timeline(entries, OrderKey("nothing"), CLIENT) is None
    assert client_of(entries) == CLIENT


def test_no_account_can_be_read(door: Door) -> None:
    key = door.working()
    text = msgspec.json.encode(built(door, key)).decode()
    assert "SIM0000001" not in text
    assert SPY in {step.market.con_id for step in built(door, key).steps if step.market}


def test_every_step_of_a_life_has_its_market(door: Door) -> None:
    door.submit(intent_id=IntentId("far"), limit_price=D("104.00"))
    door.desk.write_notes()
    door.market(99.97, 99.99)
    far = door.submit(intent_id=IntentId("far"), limit_price=D("104.00"))
    seen = frozenset(each.acknowledgement for each in far.findings)
    key = door.submit(intent_id=IntentId("far"), limit_price=D("104.00"), acknowledged=seen).key
    door.apply(open_order(door.order(key)))
    door.apply(open_order(door.order(key)))
    door.change(key, limit_price=D("1.001"))
    door.change(key, limit_price=D("99.50"))
    door.apply(bytes_sent(1))
    door.apply(fill("a.1.01", 100))
    cost = Commission(exec_id=ExecId("a.1.01"), commission=D(1), currency="USD", realized_pnl=None)
    door.apply(CommissionReport(commission=cost))

    steps = built(door, key).steps
    assert [step.title for step in steps if step.market is None] == []
    asked = [step for step in steps if step.title.startswith("Risk stopped it")]
    assert [step.market.bid for step in asked if step.market] == [99.99, 99.97, 99.97]
    assert [step.kind for step in steps if "last byte" in step.title] == [StepKind.OUT]


def test_bytes_of_a_change_are_told_when_they_left(door: Door) -> None:
    key = door.working()
    door.change(key, limit_price=D("99.50"))
    door.apply(bytes_sent(1, 77))  # the other is nobody's

    titles = [title for _, title, _ in told(built(door, key))]
    changed = next(title for title in titles if title.startswith("Change on record"))
    assert titles.index("The last byte left for the broker") > titles.index(changed)
    again = Door(clock=door.clock)
    again.desk.replay(door.journal.entries())  # a replay passes it over
    assert again.order(key).quantity == 100


def test_what_was_measured_of_a_fill_stands_in_the_timeline(door: Door) -> None:
    key = door.working()
    door.apply(fill("a.1.01", 100))
    at = door.clock.now()
    sample = MarketSample(at=at, bid=99.99, ask=100.01)
    measured = FillMarket(
        fill="a.1", key=key, order_type="LMT", algo="", filled_at=at, arrival=sample,
        at_fill=sample, point_value=D(1), currency="USD",
    )  # fmt: skip
    missed = MarketSample(at=at, fault="not measured: program not running")
    door.desk.notes.add(measured)
    door.desk.notes.add(MarkOut(fill="a.1", horizon=1, market=sample))
    door.desk.notes.add(MarkOut(fill="a.1", horizon=10, market=missed))
    door.desk.notes.add(MarkOut(fill="b.9", horizon=1, market=sample))

    steps = [step for step in built(door, key).steps if step.kind is StepKind.STATE]
    assert [step.title for step in steps] == [
        "Arrival of the order: middle 100",
        "1 s after the fill: middle 100",
        "10 s after the fill: middle — (not measured: program not running)",
    ]
    assert [step.market.bid if step.market else None for step in steps] == [99.99, 99.99, None]


def test_the_reason_for_going_above_a_limit_is_on_record_and_in_the_timeline(door: Door) -> None:
    asked = door.submit(quantity=D(1500))
    assert isinstance(asked, NeedsAcknowledgement)
    seen = accepted(asked.findings, "  block of\nthe fund ")
    key = door.submit(quantity=D(1500), acknowledged=seen).key

    (passed,) = [t for _, t, _ in told(built(door, key)) if t.startswith("Risk let it pass")]
    assert passed.endswith("R05_ORDER_SIZE overridden because: block of the fund")
    (intent,) = [each for each in door.journal.entries() if each.event == "Intent"]
    assert b"R05_ORDER_SIZE:because:block of the fund" in intent.body

    door.apply(open_order(door.order(key)))  # a smaller size overrides nothing any more
    door.change(key, quantity=D(10))
    later = [t for _, t, _ in told(built(door, key)) if t.startswith("Risk let it pass")]
    assert "because" not in later[-1]


def test_a_judgement_of_an_earlier_version_has_no_reasons() -> None:
    old = b'{"key":"7:1","intent_id":"one","findings":[],"entry_value":"1"}'
    assert msgspec.json.decode(old, type=Judged).reasons == {}
