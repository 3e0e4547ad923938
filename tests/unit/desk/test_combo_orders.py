"""Combinations while they work: changed, filled in part, closed twice, rolled and closed."""

from dataclasses import replace
from typing import Any

from tests.helpers.desk_fakes import ACCOUNT, LIMITS, D, Door, a_draft, open_order
from tests.unit.risk.test_combo import ComboDoor
from workstation.domain.finding import Denied, NeedsAcknowledgement, Submitted, TradingState
from workstation.domain.ids import ConId, ExecId, IntentId, PermId
from workstation.domain.order import Side
from workstation.domain.execution import Execution
from workstation.domain.reports import ExecutionReport

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
