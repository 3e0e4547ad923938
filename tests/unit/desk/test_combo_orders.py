"""Combinations while they work: changed, filled in part, closed twice, rolled and closed."""

from dataclasses import replace
from typing import Any

import pytest

from tests.helpers.desk_exits import Exits
from tests.helpers.desk_fakes import ACCOUNT, LIMITS, D, Door, open_order
from tests.unit.desk.test_position_moves import moves
from tests.unit.risk.test_combo import ComboDoor, leg
from workstation.desk.naked_guard import NakedGuard
from workstation.desk.rolling import roll
from workstation.desk.spread import at_once
from workstation.domain.combo_contract import combo_details
from workstation.domain.commands import Done, Failed
from workstation.domain.execution import Execution
from workstation.domain.finding import Denied, NeedsAcknowledgement, Submitted, TradingState
from workstation.domain.ids import ClientId, ConId, ExecId, IntentId, OrderId, PermId
from workstation.domain.order import Side
from workstation.domain.reports import ExecutionReport
from workstation.domain.several import RollPosition

BUY, SELL = Side.BUY, Side.SELL


def works(door: ComboDoor, **terms: Any) -> Any:
    answer = door.submit(door.spread(**terms))
    assert isinstance(answer, Submitted), answer
    order = door.order(answer.key)
    door.apply(open_order(order, con_id=ConId(0), sec_type="BAG"))
    return order


def executed(door: Door, order: Any, con_id: int, side: Side, quantity: int, kind: str) -> None:
    fill = Execution(
        exec_id=ExecId(f"x{con_id}.{quantity}.01"), order_id=order.order_id,
        client_id=order.client_id, perm_id=order.perm_id, order_ref=order.order_ref,
        account=ACCOUNT, con_id=ConId(con_id), symbol="AAPL", side=side, quantity=D(quantity),
        price=D(1), exchange="SMART", time=door.clock.now(), sec_type=kind,
    )  # fmt: skip
    door.apply(ExecutionReport(execution=fill))
    door.positions.apply_execution(fill)


def test_what_is_left_of_a_closing_combination_can_be_moved_while_only_exits_leave() -> None:
    door = ComboDoor()
    door.held(1, 3)
    door.held(2, -3)
    door.stand(trading_state=TradingState.REDUCING)
    order = works(door, price="3.00", side=SELL, quantity=D(3))
    executed(door, order, 700_000_001, SELL, 2, "BAG")
    executed(door, order, 1, SELL, 2, "OPT")
    executed(door, order, 2, BUY, 2, "OPT")
    answer = door.change(order.key, limit_price=D("2.90"))
    assert isinstance(answer, Submitted), answer


def test_a_change_of_a_combination_does_not_count_its_own_legs_twice() -> None:
    door = ComboDoor()
    limits = replace(LIMITS, contracts=replace(LIMITS.contracts, personal=D(3), catastrophic=D(9)))
    door.stand(limits=replace(limits, position=replace(limits.position, personal=D(1500))))
    order = works(door, quantity=D(2))
    answer = door.change(order.key, limit_price=D("3.11"))
    assert isinstance(answer, Submitted), answer


def test_less_of_an_opening_combination_may_be_asked_for_while_only_exits_leave() -> None:
    door = ComboDoor()
    order = works(door, quantity=D(3))
    door.stand(trading_state=TradingState.REDUCING)
    assert isinstance(door.change(order.key, limit_price=D("3.11")), Denied)
    answer = door.change(order.key, quantity=D(1))
    assert isinstance(answer, Submitted), answer


def test_two_combinations_that_close_the_same_legs_are_not_both_exits() -> None:
    door = ComboDoor()
    door.held(1, 2)
    door.held(2, -2)
    door.stand(trading_state=TradingState.REDUCING)
    works(door, price="2.90", side=SELL, quantity=D(2))
    again = door.spread(price="2.90", side=SELL, quantity=D(2), intent_id=IntentId("again"))
    assert isinstance(door.submit(again), Denied | NeedsAcknowledgement)


# -- rolls ------------------------------------------------------------------------------------------

FRONT, NEXT = leg(11, -1, "F 20261218", symbol="MES"), leg(12, 1, "F 20270319", symbol="MES")
MONTHS = (FRONT, NEXT)


class Rolling:
    """Two contracts of a future are held; their calendar is quoted."""

    def __init__(self, held: int = 2) -> None:
        self.door = door = ComboDoor()
        for each in MONTHS:
            details = replace(each.details, multiplier=D(5))
            door.contracts.known[each.leg.con_id] = details
        calendar = combo_details(MONTHS)
        door.contracts.known[calendar.contract.con_id] = calendar
        for con_id, bid in ((11, 6000.0), (12, 6050.0)):
            door.quotes.set_price(ConId(con_id), 1, bid)
            door.quotes.set_price(ConId(con_id), 2, bid + 0.25)
        door.held(11, held)
        self.exits = Exits(door)
        self.made = moves(self.exits)

    def roll(self, name: str = "roll", quantity: int = 2) -> Any:
        wish = RollPosition(
            intent_id=IntentId(name), account=ACCOUNT, con_id=ConId(11),
            legs=tuple(each.leg for each in MONTHS), quantity=D(quantity), limit_price=D("50.25"),
        )  # fmt: skip
        return roll(self.made, wish)

    def rolling(self) -> Any:
        answer = self.roll()
        assert isinstance(answer, Done), answer
        order = self.exits.newest
        self.door.apply(open_order(order, con_id=ConId(0), sec_type="BAG"))
        return order


def test_a_leg_reported_before_the_whole_does_not_take_the_rest_of_a_roll_back() -> None:
    rig = Rolling()
    order = rig.rolling()
    executed(rig.door, order, 11, SELL, 1, "FUT")
    rig.made.check()
    assert rig.door.broker.cancels == []
    executed(rig.door, order, 700_000_001, BUY, 1, "BAG")
    executed(rig.door, order, 12, BUY, 1, "FUT")
    rig.made.check()
    assert rig.door.broker.cancels == []
    rig.door.held(11, 0)  # an old stop has closed the other
    rig.made.check()
    assert rig.door.broker.cancels == [order.order_id]


def test_each_leg_of_a_combination_fills_by_itself_and_an_older_report_changes_nothing() -> None:
    rig = Rolling()
    order = rig.rolling()
    executed(rig.door, order, 11, SELL, 1, "FUT")
    executed(rig.door, order, 12, BUY, 2, "FUT")
    legs = [rig.door.orders.filled_of_leg(order, ConId(each)) for each in (11, 12, 13)]
    assert legs == [1, 2, 0]

    corrected = replace(
        next(each for each in rig.door.orders.executions() if each.con_id == 12),
        exec_id=ExecId("x12.2.03"), quantity=D(1),
    )  # fmt: skip
    for revision, quantity in (("03", 1), ("02", 5), ("01", 2)):
        late = replace(corrected, exec_id=ExecId(f"x12.2.{revision}"), quantity=D(quantity))
        rig.door.apply(ExecutionReport(execution=late))
        assert rig.door.orders.filled_of_leg(order, ConId(12)) == 1


def rolled(held: int, stop: str | None) -> tuple[NakedGuard, list[str]]:
    """A guard over a position that was rolled whole, and what it has said since."""
    rig, said = Rolling(held), []
    door = rig.door
    guard = NakedGuard(door.clock, door.orders, door.positions, door.quotes, door.contracts,
                       lambda _severity, text, **_more: said.append(text))  # fmt: skip
    enters, leaves = (BUY, SELL) if held > 0 else (SELL, BUY)
    if stop is not None:
        door.apply(open_order(con_id=ConId(11), side=leaves, order_type="STP", limit_price=None,
                              stop_price=D(stop), quantity=D(2), client_id=ClientId(9), order_id=OrderId(4), perm_id=PermId(77)))  # fmt: skip
    order = rig.rolling()
    parts = ((700_000_001, enters, "BAG"), (11, leaves, "FUT"), (12, enters, "FUT"))
    for con_id, side, kind in parts:
        executed(door, order, con_id, side, 2, kind)
        guard.filled(Execution(
            exec_id=ExecId(f"y{con_id}.01"), order_id=order.order_id, client_id=order.client_id,
            perm_id=order.perm_id, order_ref=order.order_ref, account=ACCOUNT,
            con_id=ConId(con_id), symbol="MES", side=side, quantity=D(2), price=D(1),
            exchange="SMART", time=door.clock.now(), sec_type=kind,
        ))  # fmt: skip
    for _ in range(3):
        door.clock.seconds += 1
        at_once(guard.check(ACCOUNT))
    return guard, said


@pytest.mark.parametrize(
    ("held", "stop", "offered"), [(2, "5900.00", "5950.00"), (-2, "6100.00", "6150.00")]
)
def test_a_new_month_without_the_stop_of_the_old_one_is_said_and_offered_one(
    held: int, stop: str, offered: str
) -> None:
    guard, said = rolled(held, stop)
    lost = [text for text in said if "have lost their stop" in text]
    assert lost == ["MES: 2 of 2 have lost their stop."]
    new = next(each for each in guard.coverages(ACCOUNT) if each.con_id == 12)
    assert new.suggested_stop == D(offered)


def test_a_roll_of_what_never_had_a_stop_is_not_alarmed() -> None:
    guard, said = rolled(2, None)
    assert said == []
    assert next(each for each in guard.coverages(ACCOUNT) if each.con_id == 12).uncovered == 2


def test_a_position_is_not_rolled_twice() -> None:
    rig = Rolling()
    rig.rolling()
    again = rig.roll("again", 1)
    assert isinstance(again, Failed), again
    assert len(rig.door.broker.frames) == 1
    assert isinstance(rig.made.halve(ACCOUNT, ConId(11)), Failed)


def test_a_close_takes_a_roll_of_the_position_back_in_the_same_breath() -> None:
    rig = Rolling()
    order = rig.rolling()
    answer = rig.exits.close(ConId(11))
    assert isinstance(answer, Done), answer
    assert rig.door.broker.cancels == [order.order_id]
    exit_ = rig.exits.newest
    assert (exit_.con_id, exit_.side, exit_.quantity) == (11, SELL, 2)


# -- one leg closed from several sides --------------------------------------------------------------

OTHER_BULL = (leg(1, 1, "C 200 20270115"), leg(3, -1, "C 220 20270115"))


class TwoCombos(ComboDoor):
    """Two calls of 200 are held against one of 210 and one of 220; both spreads are known."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.contracts.known[ConId(3)] = OTHER_BULL[1].details
        details = combo_details(OTHER_BULL)
        self.contracts.known[details.contract.con_id] = details
        self.other_id = details.contract.con_id
        self.quotes.set_price(ConId(3), 1, 1.0)
        self.quotes.set_price(ConId(3), 2, 1.1)
        self.held(1, 2)
        self.held(2, -2)
        self.held(3, -2)
        self.stand(trading_state=TradingState.REDUCING)

    def other(self, **changes: Any) -> Any:
        legs = tuple(each.leg for each in OTHER_BULL)
        terms = {"con_id": self.other_id, "legs": legs, "side": SELL, "price": "3.50"}
        return self.spread(**(terms | changes))


def test_two_different_combinations_do_not_close_the_same_leg_twice() -> None:
    door = TwoCombos()
    works(door, price="2.90", side=SELL, quantity=D(2))
    assert isinstance(door.submit(door.other(intent_id=IntentId("b"))), Denied)


def test_what_one_combination_leaves_of_a_leg_another_may_close() -> None:
    door = TwoCombos()
    works(door, price="2.90", side=SELL, quantity=D(1))
    one = door.other(intent_id=IntentId("b"), quantity=D(1))
    assert isinstance(door.submit(one), Submitted)


def test_a_combination_that_rests_as_a_target_holds_up_no_close() -> None:
    door = TwoCombos()
    works(door, price="9.00", side=SELL, quantity=D(2))
    assert isinstance(door.submit(door.other(intent_id=IntentId("b"))), Submitted)


def test_a_leg_that_a_combination_closes_is_not_closed_alone_as_well() -> None:
    door = TwoCombos()
    order = works(door, price="2.90", side=SELL, quantity=D(2))
    made = Exits(door)
    answer = made.closer.close(ACCOUNT, ConId(1))
    assert isinstance(answer, Failed)
    assert "combinations that work already close 2" in answer.reason

    door.cancel(order.key)  # and in the same breath the leg alone
    assert isinstance(made.closer.close(ACCOUNT, ConId(1)), Done)
    assert made.newest.quantity == 2


def test_a_combination_on_the_other_side_of_a_leg_closes_nothing_of_it() -> None:
    door = TwoCombos()
    door.stand(trading_state=TradingState.ACTIVE)
    works(door, price="3.20", quantity=D(1))  # buys the 200 again
    door.stand(trading_state=TradingState.REDUCING)
    assert isinstance(door.submit(door.other(intent_id=IntentId("b"))), Submitted)
