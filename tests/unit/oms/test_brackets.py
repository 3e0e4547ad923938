"""A bracket leaves whole or not at all, and nothing of it is ever naked or doubled."""

from typing import Any

import msgspec
import pytest

from tests.helpers.accepting import because
from tests.helpers.desk_fakes import SPY, D, Door, MemoryJournal, a_draft, fill, open_order, spy
from workstation.domain.bracket import BracketDraft
from workstation.domain.errors import JournalError
from workstation.domain.finding import (
    Denied,
    NeedsAcknowledgement,
    RiskCode,
    Submitted,
    TradingState,
)
from workstation.domain.ids import IntentId
from workstation.domain.order import OrderType, Side, Tif
from workstation.domain.order_status import Lifecycle, Pending
from workstation.oms.events import ReconcileBegan, Reconciled
from workstation.risk.inputs import RiskInputs

L = Lifecycle


def bracket(target: str = "110.00", stop: str = "95.00", tif: str = "GTC", **entry: Any) -> Any:
    """Buy 100 at 100.00, take the profit at 110.00, end the loss at 95.00."""
    return BracketDraft(
        entry=a_draft(**entry), target_price=D(target), stop_price=D(stop), exit_tif=tif
    )


def sent(door: Door, **terms: Any) -> Any:
    return door.desk.submit_bracket(bracket(**terms))


def legs(door: Door) -> list[Any]:
    return list(door.orders)


def codes(answer: Any) -> set[RiskCode]:
    return {finding.code for finding in answer.findings}


# -- whole ------------------------------------------------------------------------------------------


def test_three_orders_leave_in_order_and_only_the_last_sends_them() -> None:
    door = Door()
    answer = sent(door)

    assert isinstance(answer, Submitted)
    entry, target, stop = legs(door)
    assert (answer.order_id, answer.key) == (entry.order_id, entry.key)
    assert [order.order_id for order in legs(door)] == [1, 2, 3]
    assert [frame.split(b"|")[-3:] for frame in door.broker.frames] == [
        [b"None", b"False", b"False"],
        [b"1", b"False", b"False"],
        [b"1", b"True", b"False"],
    ]
    assert [(o.view().parent, o.parent_id) for o in (entry, target, stop)] == [
        (None, None), (entry.key, 1), (entry.key, 1),
    ]  # fmt: skip
    assert door.journal.events == ["Intent"] * 3
    assert door.checkpoints == [
        "approved", "intent", "registered", "sent 1", "sent 2", "sent 3",
    ]  # fmt: skip


def test_the_exits_of_a_short_entry_stand_the_other_way_round() -> None:
    for target, stop, found in (
        ("90.00", "105.00", set()),
        ("100.00", "105.00", {RiskCode.TARGET_SIDE}),
        ("110.00", "105.00", {RiskCode.TARGET_SIDE}),
        ("90.00", "100.00", {RiskCode.STOP_SIDE}),
        ("90.00", "95.00", {RiskCode.STOP_SIDE}),
    ):
        answer = sent(Door(), target=target, stop=stop, side=Side.SELL)
        sides = {RiskCode.TARGET_SIDE, RiskCode.STOP_SIDE}
        assert codes(answer) & sides == found, (target, stop)


def test_what_a_decision_was_made_of_is_put_on_record_once_and_with_the_entry() -> None:
    door = Door()
    sent(door)
    door.desk.write_notes()
    inputs = [
        msgspec.json.decode(each.body, type=RiskInputs)
        for each in door.journal.entries
        if each.event == RiskInputs.__name__
    ]

    assert [each.facts.draft.order_type for each in inputs] == [OrderType.LIMIT]
    assert inputs[0].facts.draft.side is Side.BUY


def test_the_exits_are_the_entry_turned_around() -> None:
    door = Door()
    sent(door, side=Side.SELL, target="90.00", stop="105.00", tif="DAY", outside_rth=True)
    _, target, stop = legs(door)

    assert (target.side, target.quantity, target.order_type, target.limit_price) == (
        Side.BUY, D(100), "LMT", D(90),
    )  # fmt: skip
    assert (stop.side, stop.quantity, stop.order_type, stop.stop_price, stop.limit_price) == (
        Side.BUY, D(100), "STP", D(105), None,
    )  # fmt: skip
    assert {order.tif for order in (target, stop)} == {Tif.DAY}
    assert target.outside_rth
    assert stop.outside_rth


def test_three_intents_are_one_durable_step() -> None:
    class Noting(MemoryJournal):
        steps: list[bool] = []  # noqa: RUF012

        def record(self, event: str, body: Any, *, durable: bool) -> int:
            self.steps.append(durable)
            return super().record(event, body, durable=durable)

    door = Door(journal=Noting())
    sent(door)

    assert door.journal.steps == [False, False, True]


def test_the_same_wish_twice_is_one_bracket() -> None:
    door = Door()
    first, second = sent(door), sent(door)

    assert (first.order_id, first.key) == (second.order_id, second.key)
    assert len(door.broker.frames) == 3
    again = door.restarted()
    assert sent(again).key == first.key
    assert again.broker.frames == []


def test_a_bracket_is_one_action_and_moves_the_value_of_its_entry() -> None:
    door = Door()
    sent(door)

    assert door.desk.controller.actions.count(1) == 1
    assert door.desk.gate.use(a_draft().account)[0] == D(10_000)


def test_the_family_comes_back_from_the_journal() -> None:
    door = Door()
    key = sent(door).key
    again = door.restarted()

    assert [order.view().parent for order in legs(again)] == [None, key, key]
    assert [order.parent_id for order in legs(again)] == [None, 1, 1]
    assert [order.key for order in again.orders.children(key)] == [o.key for o in legs(door)[1:]]
    assert again.desk.controller.ids.new() == 4


def test_a_changed_exit_still_names_its_parent() -> None:
    door = Door()
    sent(door)
    stop = legs(door)[2]
    door.apply(open_order(stop, status="PreSubmitted", oca_group="9001", oca_type=3))
    assert stop.view().oca_group == "9001"

    assert isinstance(door.change(stop.key, stop_price=D("96.00")), Submitted)

    assert door.broker.frames[-1].split(b"|")[-3:] == [b"1", b"True", b"False"]


# -- judged as a whole (R26) ------------------------------------------------------------------------

WRONG: list[tuple[str, dict[str, Any], set[RiskCode]]] = [
    ("stop above a purchase", {"stop": "100.00"}, {RiskCode.STOP_SIDE}),
    ("target below a purchase", {"target": "100.00"}, {RiskCode.TARGET_SIDE}),
    ("both on the wrong side", {"stop": "110.00", "target": "95.00"},
     {RiskCode.STOP_SIDE, RiskCode.TARGET_SIDE}),
    ("stop below a sale", {"side": Side.SELL, "stop": "100.00", "target": "90.00"},
     {RiskCode.STOP_SIDE}),
    ("target above a sale", {"side": Side.SELL, "stop": "105.00", "target": "100.00"},
     {RiskCode.TARGET_SIDE}),
    ("stop of a market entry", {"order_type": OrderType.MARKET, "stop": "100.01"},
     {RiskCode.STOP_SIDE}),
    ("stop above a stop entry", {"order_type": OrderType.STOP_LIMIT, "stop_price": D("104.00"),
     "limit_price": D("105.00"), "stop": "104.00"}, {RiskCode.STOP_SIDE}),
    ("target in a stop entry", {"order_type": OrderType.STOP_LIMIT, "stop_price": D("104.00"),
     "limit_price": D("105.00"), "target": "105.00"}, {RiskCode.TARGET_SIDE}),
    ("target off tick", {"target": "110.005"}, {RiskCode.OFF_TICK}),
    ("stop off tick", {"stop": "95.005"}, {RiskCode.OFF_TICK}),
    ("target no number", {"target": "NaN"}, {RiskCode.PRICE_NOT_FINITE}),
    ("stop no number", {"stop": "sNaN"}, {RiskCode.PRICE_NOT_FINITE}),
    ("exits of no duration", {"tif": "FOK"}, {RiskCode.GROUP}),
    ("exits of a strange duration", {"tif": "later"}, {RiskCode.GROUP}),
]  # fmt: skip


@pytest.mark.parametrize(("terms", "expected"), [e[1:] for e in WRONG], ids=[e[0] for e in WRONG])
def test_one_wrong_leg_denies_all(terms: dict[str, Any], expected: set[RiskCode]) -> None:
    door = Door()
    answer = sent(door, **terms)

    assert isinstance(answer, Denied)
    assert codes(answer) - {RiskCode.SHORT} == expected
    assert door.broker.frames == []
    assert door.journal.events == ["Decision"]


def test_every_finding_of_entry_and_exits_is_shown() -> None:
    answer = sent(Door(), quantity=D(1001), stop="101.00", target="110.005")

    assert codes(answer) == {RiskCode.ORDER_SIZE, RiskCode.STOP_SIDE, RiskCode.OFF_TICK}
    assert answer.findings[-1].code is RiskCode.ORDER_SIZE  # the heaviest come first
    assert any(finding.text.startswith("Target: ") for finding in answer.findings)


def test_a_question_of_the_entry_is_asked_for_the_whole() -> None:
    door = Door()
    asked = sent(door, quantity=D(1001))
    assert isinstance(asked, NeedsAcknowledgement)

    yes = because(RiskCode.ORDER_SIZE)
    assert isinstance(sent(door, quantity=D(1001), acknowledged=yes), Submitted)
    assert len(door.broker.frames) == 3


def test_an_entry_that_closes_takes_no_exits() -> None:
    door = Door()
    door.hold(-100)

    assert codes(sent(door)) == {RiskCode.GROUP}


def test_an_unknown_contract_and_a_missing_market_are_denied() -> None:
    door = Door()
    door.contracts.known.clear()
    assert RiskCode.UNKNOWN_CONTRACT in codes(sent(door))
    door = Door()
    door.quotes.forget(SPY)
    assert isinstance(sent(door, order_type=OrderType.MARKET), Denied)
    door = Door()
    known = spy(order_types=frozenset({"MKT", "LMT"}))
    door.contracts.known[known.contract.con_id] = known
    assert codes(sent(door)) == {RiskCode.TYPE_NOT_OFFERED}


# -- broken half way --------------------------------------------------------------------------------


class Breaking:
    """Lets so many orders pass, then takes none or raises."""

    def __init__(self, door: Door, passes: int, error: Exception | None = None) -> None:
        self.write, self.passes, self.error = door.broker.write_order, passes, error
        door.broker.write_order = self  # type: ignore[method-assign, assignment]

    def __call__(self, order: Any, *, may_wait: bool) -> bool:
        assert not may_wait, "no leg of a bracket waits"
        self.passes -= 1
        if self.passes >= 0:
            return self.write(order, may_wait=may_wait)
        if self.error is not None:
            raise self.error
        return False


@pytest.mark.parametrize("passes", [0, 1, 2])
def test_a_link_that_takes_only_a_part_gets_a_cancel_of_the_entry(passes: int) -> None:
    door = Door()
    Breaking(door, passes)

    answer = sent(door)

    assert codes(answer) == {RiskCode.LINK_NOT_READY}
    assert len(door.broker.frames) == passes
    assert door.broker.cancels == ([1] if passes else [])
    states = [order.lifecycle for order in legs(door)]
    assert states == [L.STAGED] * passes + [L.NOT_PLACED] * (3 - passes)
    if passes:
        assert legs(door)[0].cancel is Pending.REQUESTED
    assert door.desk.controller.actions.count(1) == 0


@pytest.mark.parametrize("passes", [0, 1])
def test_a_write_that_breaks_before_the_last_leg_stops_the_bracket(
    passes: int, expected_log: Any
) -> None:
    expected_log("writing an order failed")
    door = Door()
    Breaking(door, passes, RuntimeError("oops"))

    assert isinstance(sent(door), Denied)

    assert door.broker.cancels == [1]
    assert legs(door)[2].lifecycle is L.NOT_PLACED
    for _ in range(6):
        door.clock.seconds += 1
        door.desk.sweep()
    assert legs(door)[passes].lifecycle is L.UNKNOWN  # it may have left, and is not resent


def test_a_write_that_breaks_at_the_last_leg_is_unknown_and_not_cancelled(
    expected_log: Any,
) -> None:
    expected_log("writing an order failed")
    door = Door()
    Breaking(door, 2, RuntimeError("oops"))

    assert isinstance(sent(door), Submitted)
    assert door.broker.cancels == []


def test_a_final_gate_that_finds_a_fault_locks_and_sends_nothing_more() -> None:
    door = Door()
    door.environment_fault = "the account is LIVE, the profile is SIMULATED"

    assert codes(sent(door)) == {RiskCode.FINAL_GATE}
    assert door.broker.frames == []
    assert [order.lifecycle for order in legs(door)] == [L.NOT_PLACED] * 3
    assert len(door.locked) == 1


@pytest.mark.parametrize("written", [0, 1, 2])
def test_a_journal_that_fails_sends_nothing(written: int) -> None:
    class Failing(MemoryJournal):
        def record(self, event: str, body: Any, *, durable: bool) -> int:
            if len(self.entries) == written:
                raise JournalError("the disk is full")
            return super().record(event, body, durable=durable)

    door = Door(journal=Failing())

    assert codes(sent(door)) == {RiskCode.TRADING_STATE}
    assert door.broker.frames == []
    assert legs(door) == []
    assert door.locked == ["the disk is full"]


def test_a_bracket_that_cannot_be_written_takes_no_place() -> None:
    door = Door()
    door.broker.unwritable = "the symbol is not ASCII"

    assert codes(sent(door)) == {RiskCode.ENCODING}
    assert legs(door) == []


def test_a_bracket_cut_off_by_a_lost_link_ends_as_not_placed() -> None:
    """Untransmitted orders end with the session, and no list ever names them."""
    door = Door()
    Breaking(door, 2)
    door.broker.up = True
    sent(door)
    door.desk.link_lost("gone")
    assert [o.lifecycle for o in legs(door)] == [L.UNKNOWN, L.UNKNOWN, L.NOT_PLACED]

    missing = tuple(order.key for order in legs(door)[:2])
    for _ in range(2):
        door.apply(ReconcileBegan())
        door.apply(Reconciled(missing=missing, settled=True))
    assert all("ABSENT" in order.flags for order in legs(door)[:2])


# -- what it reserves -------------------------------------------------------------------------------


def working(door: Door) -> Any:
    """A bracket of which the broker has spoken."""
    sent(door)
    for order in legs(door):
        door.apply(open_order(order, status="PreSubmitted"))
    return legs(door)


def facts(door: Door, **draft: Any) -> Any:
    return door.judge._facts(a_draft(intent_id=IntentId("x"), **draft), None)


def test_exits_count_nothing_before_the_entry_fills_and_once_after() -> None:
    door = Door()
    entry, _, stop = working(door)
    assert (facts(door).working.buys, facts(door).working.sells) == (D(100), D(0))

    report = fill("a.1.01", 100, perm_id=entry.perm_id)
    door.apply(report)
    door.positions.apply_execution(report.execution)
    assert entry.lifecycle is L.FILLED
    assert (facts(door).working.buys, facts(door).working.sells) == (D(0), D(100))

    door.change(stop.key, quantity=D(60))
    assert facts(door).working.sells == D(100)
    assert facts(door, side=Side.SELL).is_exit  # at the door, with target and stop standing
    assert facts(door).open_cost == 0  # what closes claims nothing, once or twice


def test_an_entry_that_filled_a_part_wakes_its_exits() -> None:
    door = Door()
    entry = working(door)[0]
    door.apply(fill("a.1.01", 1, perm_id=entry.perm_id))

    assert facts(door).working.sells == D(100)


def test_an_exit_may_be_moved_while_its_entry_waits_in_any_state() -> None:
    door = Door()
    _, target, stop = working(door)
    door.stand(trading_state=TradingState.HALTED, trading_reason="by hand")

    assert isinstance(door.change(stop.key, stop_price=D("94.00")), Submitted)
    assert isinstance(
        door.change(target.key, limit_price=D("112.00"), intent_id=IntentId("c2")), Submitted
    )
    assert isinstance(door.change(legs(door)[0].key, limit_price=D("100.01")), Denied)


def test_an_exit_whose_entry_and_position_are_gone_is_an_entry() -> None:
    door = Door()
    entry, _, stop = working(door)
    door.apply(fill("a.1.01", 100, perm_id=entry.perm_id))
    door.stand(trading_state=TradingState.HALTED, trading_reason="by hand")

    assert isinstance(door.change(stop.key, stop_price=D("99.00")), Denied)


# -- families of others -----------------------------------------------------------------------------


def foreign(number: int, parent: int | None = None, **changes: Any) -> Any:
    side = Side.BUY if parent is None else Side.SELL
    return open_order(
        client_id=3, order_id=number, perm_id=number, parent_id=parent, side=side, **changes
    )


def test_a_family_of_another_client_is_known_whichever_comes_first() -> None:
    reports = [foreign(41), foreign(42, 41), foreign(43, 41, order_type="STP")]
    for order in (reports, reports[::-1], [reports[1], reports[0], reports[2]]):
        door = Door()
        for report in order:
            door.apply(report)
        parents = {each.order_id: each.view().parent for each in legs(door)}
        assert parents == {41: None, 42: "perm:41", 43: "perm:41"}
        assert (facts(door).working.buys, facts(door).working.sells) == (D(100), D(0))
        again = {each.order_id: each.view().parent for each in legs(door.restarted())}
        assert again == parents


def test_exits_whose_entry_was_never_seen_count_once() -> None:
    door = Door()
    for number in (42, 43):
        door.apply(foreign(number, 41))

    assert facts(door).working.sells == D(100)
    door.apply(
        open_order(
            client_id=4, order_id=44, perm_id=44, parent_id=41, side=Side.SELL, quantity=D(7)
        )
    )
    assert facts(door).working.sells == D(107)  # the parent of another client


@pytest.mark.parametrize(("kind", "sells"), [(1, 100), (2, 100), (3, 160), (0, 160)])
def test_a_group_counts_its_largest_where_the_broker_never_fills_two(kind: int, sells: int) -> None:
    door = Door()
    for number, quantity in ((1, 60), (2, 100)):
        door.apply(
            open_order(
                client_id=3, order_id=number, perm_id=number, side=Side.SELL,
                quantity=D(quantity), oca_group="mine", oca_type=kind,
            )
        )  # fmt: skip

    assert facts(door).working.sells == D(sells)


def test_a_group_stands_and_one_of_it_at_the_market_closes() -> None:
    for limit, left in ((None, 0), ("99.99", 100)):
        door = Door()
        door.hold(100)
        kind = "STP" if limit is None else "LMT"
        price = None if limit is None else D(limit)
        door.apply(
            open_order(
                client_id=3, order_id=1, perm_id=1, side=Side.SELL, order_type=kind,
                limit_price=price, oca_group="mine", oca_type=1,
            )
        )  # fmt: skip
        is_exit = facts(door, side=Side.SELL, order_type=OrderType.MARKET).is_exit
        assert is_exit is (left == 0)
