"""Other limits on recorded orders: decided again by the same checks, from what the journal holds."""

from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
import pytest

from tests.helpers.desk_fakes import (
    ACCOUNT,
    CLIENT,
    LIMITS,
    NOON,
    SPY,
    D,
    Door,
    a_draft,
    open_order,
)
from workstation.desk.dry_run import dry_run, limits_for
from workstation.domain.bracket import BracketDraft
from workstation.domain.dry_run import DryRun, DryRunOutcome
from workstation.domain.finding import Denied, NeedsAcknowledgement, RiskCode, Submitted
from workstation.domain.ids import AccountId, ClientId, ConId, IntentId, OrderId, PermId
from workstation.domain.order import Side
from workstation.risk.inputs import RiskInputs
from workstation.risk.limits import Limits, Override, TwoLevel
from workstation.storage.journal import Entry

HOUR = timedelta(hours=1)


def recorded() -> Door:
    """A desk whose journal knows the limits in force, as a start writes them."""
    door = Door()
    door.journal.record("Limits", LIMITS, durable=True)
    return door


def send(door: Door, name: str, quantity: int | str, **more: object) -> object:
    door.clock.seconds += 1
    answer = door.submit(intent_id=IntentId(name), quantity=D(quantity), source="ladder", **more)
    door.desk.write_notes()
    return answer


def tried(door: Door, other: Limits, days: int = 30, now: datetime = NOON + HOUR) -> DryRun:
    return dry_run(door.journal.entries, other, days, now)


def size(personal: int, catastrophic: int) -> TwoLevel:
    return TwoLevel(personal=D(personal), catastrophic=D(catastrophic))


def outcomes(found: DryRun) -> list[tuple[str, DryRunOutcome, list[RiskCode]]]:
    return [(x.order, x.outcome, [each.code for each in x.findings]) for x in found.rows]


def test_the_limits_in_force_would_have_changed_nothing() -> None:
    door = recorded()
    for number in range(3):
        assert isinstance(send(door, str(number), 100 + number), Submitted)
    found = tried(door, LIMITS)

    assert (found.sent, found.refused, found.unknown) == (3, 0, 0)
    assert found.rows == found.changes == ()
    assert found.headline == "would have blocked 0 of 3 orders"


def test_tighter_limits_block_and_ask_and_say_why() -> None:
    door = recorded()
    for name, quantity in (("a", 100), ("b", 300), ("c", 700)):
        assert isinstance(send(door, name, quantity), Submitted)
    found = tried(door, replace(LIMITS, order_size=size(20_000, 50_000)))

    assert outcomes(found) == [
        ("BUY 700 SPY LMT 100.00", DryRunOutcome.BLOCKED, [RiskCode.ORDER_SIZE]),
        ("BUY 300 SPY LMT 100.00", DryRunOutcome.ASKED, [RiskCode.ORDER_SIZE]),
    ]
    blocked = next(row for row in found.rows if row.outcome is DryRunOutcome.BLOCKED)
    assert (blocked.findings[0].measured, blocked.findings[0].limit) == ("70,000 USD", "50,000 USD")
    assert found.headline == "would have blocked 1 of 3 orders and asked about 1 more"
    assert found.changes == ("order_size: 100000 / 500000 -> 20000 / 50000",)


def test_what_was_accepted_then_is_not_asked_again() -> None:
    door = recorded()
    accepted = frozenset({RiskCode.ORDER_SIZE.value})
    send(door, "a", 300, acknowledged=accepted)
    send(door, "b", 300, acknowledged=frozenset({f"{RiskCode.ORDER_SIZE.value}:today"}))
    assert tried(door, replace(LIMITS, order_size=size(20_000, 50_000))).rows == ()


def test_a_refused_order_that_looser_limits_let_through_is_told() -> None:
    door = recorded()
    assert isinstance(send(door, "big", 6000), Denied)
    looser = replace(LIMITS, order_size=size(100_000, 900_000), position=size(900_000, 1_000_000))
    found = tried(door, looser)

    assert (found.sent, found.refused) == (0, 1)
    (row,) = found.rows
    assert row.outcome is DryRunOutcome.FREED
    assert [each.code for each in row.findings] == [RiskCode.ORDER_SIZE]
    assert found.headline.endswith("; of 1 refused ones 1 would have left")
    assert tried(door, LIMITS).rows == ()


def test_a_question_that_was_not_answered_is_no_order() -> None:
    door = recorded()
    assert isinstance(send(door, "soft", 1500), NeedsAcknowledgement)
    found = tried(door, replace(LIMITS, order_size=size(1, 2)))
    assert (found.sent, found.refused, found.rows) == (0, 0, ())


def test_an_exit_is_blocked_by_no_limit() -> None:
    door = recorded()
    door.hold(1000)
    assert isinstance(send(door, "exit", 1000, side=Side.SELL), Submitted)
    found = tried(door, replace(LIMITS, order_size=size(1, 2), position=size(1, 2)))
    assert (found.sent, found.rows) == (1, ())


def test_a_change_is_tried_too_and_the_exits_of_a_bracket_with_their_entry() -> None:
    door = recorded()
    key = door.working(intent_id=IntentId("a"))
    door.change(key, intent_id=IntentId("grow"), quantity=D(700))
    door.clock.seconds += 1
    entry = a_draft(intent_id=IntentId("bracket"), source="ladder")
    bracket = BracketDraft(entry=entry, target_price=D("110.00"), stop_price=D("95.00"))
    assert isinstance(door.desk.submit_bracket(bracket), Submitted)
    door.desk.write_notes()
    found = tried(door, replace(LIMITS, order_size=size(40_000, 50_000)))

    assert (found.sent, found.unknown) == (3, 0)
    assert outcomes(found) == [
        ("BUY 700 SPY LMT 100.00", DryRunOutcome.BLOCKED, [RiskCode.ORDER_SIZE])
    ]


def test_margins_of_working_orders_count_by_the_other_limits() -> None:
    door = recorded()
    door.summary = replace(door.summary, available_funds=D(60_000))  # type: ignore[type-var]
    door.apply(
        open_order(
            order_id=OrderId(0),
            client_id=ClientId(3),
            perm_id=PermId(50_000),
            quantity=D(900),
            limit_price=D("90.00"),
        )
    )
    assert isinstance(send(door, "a", 10), Submitted)
    found = tried(door, replace(LIMITS, stock_margin_percent=D(100)))
    assert [row.outcome for row in found.rows] == [DryRunOutcome.BLOCKED]
    assert [each.code for each in found.rows[0].findings] == [RiskCode.FUNDS]


def test_limits_of_a_symbol_and_a_source_count() -> None:
    door = recorded()
    send(door, "a", 100)
    tight = size(1, 2)
    for own in (
        Override(symbol="SPY", order_size=tight),
        Override(source="ladder", order_size=tight),
    ):
        assert len(tried(door, replace(LIMITS, overrides=(own,))).rows) == 1
    elsewhere = Override(symbol="IBM", order_size=tight)
    assert tried(door, replace(LIMITS, overrides=(elsewhere,))).rows == ()


def test_limits_of_a_symbol_leave_an_order_in_an_unknown_contract_as_it_was() -> None:
    door = recorded()
    send(door, "a", 100)
    inputs = [e for e in door.journal.entries if e.event == RiskInputs.__name__]
    facts = msgspec.json.decode(inputs[0].body, type=RiskInputs).facts
    nameless = RiskInputs(facts=replace(facts, details=None), sent=False)
    entries = [
        replace(each, body=msgspec.json.encode(nameless)) if each in inputs else each
        for each in door.journal.entries
    ]
    own = replace(LIMITS, overrides=(Override(symbol="SPY", order_size=size(1, 2)),))

    found = dry_run(entries, own, 30, NOON + HOUR)
    assert (found.refused, found.rows) == (1, ())


def test_orders_of_an_earlier_version_or_of_other_days_are_counted_or_left_out() -> None:
    door = recorded()
    send(door, "a", 100)
    send(door, "b", 100)
    entries = [
        each
        for each in door.journal.entries
        if each.event != RiskInputs.__name__ or b'"a"' in each.body
    ]
    other = replace(LIMITS, order_size=size(1, 2))
    found = dry_run(entries, other, 30, NOON + HOUR)
    assert (found.sent, found.unknown, len(found.rows)) == (1, 1, 1)

    spoilt = [
        replace(each, body=b'{"facts":{},"sent":true}') if each.event == "RiskInputs" else each
        for each in door.journal.entries
    ]
    assert dry_run(spoilt, other, 30, NOON + HOUR).unknown == 2
    late = dry_run(door.journal.entries, other, 1, NOON + 48 * HOUR)
    assert (late.sent, late.unknown) == (0, 0)


def test_only_orders_of_the_account_count() -> None:
    door = recorded()
    send(door, "a", 100)
    found = tried(door, replace(LIMITS, account=AccountId("SIM0000002")))
    assert (found.sent, found.unknown, found.rows) == (0, 0, ())


def test_facts_come_back_from_the_journal_as_they_were() -> None:
    door = recorded()
    door.hold(50)
    send(door, "a", 100)
    (entry,) = [each for each in door.journal.entries if each.event == "RiskInputs"]
    inputs = msgspec.json.decode(entry.body, type=RiskInputs)
    verdict = door.judge(a_draft(intent_id=IntentId("b"), source="ladder"), None)

    assert inputs.sent
    assert inputs.facts.position == D(50)
    assert inputs.facts.quote == door.quotes.quote(SPY)
    assert inputs.facts.limits is None
    assert inputs.facts.details is not None
    assert inputs.facts.details.ladder == verdict.facts.details.ladder
    assert len(entry.body) < 6000


def test_a_contract_that_was_not_known_is_named_by_its_number() -> None:
    door = recorded()
    assert isinstance(send(door, "x", 100, con_id=ConId(5)), Denied)
    assert tried(door, LIMITS).refused == 1


@pytest.mark.parametrize(
    ("sections", "expected"), [((ACCOUNT,), True), (("SIM0000002",), True), ((), False)]
)
def test_one_section_alone_is_meant_for_whichever_account(
    sections: tuple[str, ...], expected: bool
) -> None:
    given = {AccountId(x): replace(LIMITS, account=AccountId(x)) for x in sections}
    found = limits_for(ACCOUNT, given)
    assert (found is not None) is expected
    assert found is None or found.account == ACCOUNT
    two = {AccountId(x): replace(LIMITS, account=AccountId(x)) for x in ("SIM3", "SIM4")}
    assert limits_for(ACCOUNT, two) is None


def test_a_restart_passes_the_inputs_over() -> None:
    door = recorded()
    send(door, "a", 100)
    again = door.restarted()
    assert len(list(again.orders)) == 1
    assert CLIENT == 7
    assert all(isinstance(each, Entry) for each in door.journal.entries)
