"""Halving, turning around and breakeven: what protects follows, and nothing grows by itself."""

from decimal import Decimal
from typing import Any

import pytest

from tests.helpers.accepting import all_of
from tests.helpers.desk_exits import Exits
from tests.helpers.desk_fakes import ACCOUNT, SPY, D
from tests.unit.desk.test_closing import STOP, bracketed, holding, terms
from workstation.desk.position_moves import PositionMoves
from workstation.domain.commands import Done, Failed
from workstation.domain.finding import Denied, NeedsAcknowledgement, RiskCode
from workstation.domain.order import OrderType, Side
from workstation.domain.order_status import Lifecycle, Pending
from workstation.domain.reports import PositionReport

SELL = Side.SELL


def moves(exits: Exits) -> PositionMoves:
    made = PositionMoves(exits.closer._with, exits.door.positions.average_cost)
    made.closer = exits.closer
    return made


def cost(exits: Exits, quantity: int, average: str) -> None:
    """Let the broker confirm a position with its cost."""
    report = PositionReport(
        account=ACCOUNT, con_id=SPY, symbol="SPY", quantity=D(quantity), average_cost=D(average)
    )
    exits.door.positions.apply_position(report)
    for _ in range(2):
        exits.door.positions.forget_early()  # seconds ago


def confirm(exits: Exits, *orders: Any) -> None:
    """Let the broker confirm the changes that are under way."""
    for order in orders:
        exits.acknowledge(
            order,
            quantity=order.view().pending_quantity or order.quantity,
            status="PreSubmitted",
        )


# -- halving ----------------------------------------------------------------------------------------


def test_half_leaves_and_what_protects_shrinks_as_it_fills() -> None:
    exits = bracketed()
    made = moves(exits)
    answer = made.halve(ACCOUNT, SPY)

    assert isinstance(answer, Done)
    assert "50 of 100 SPY are being sold" in answer.text
    _entry, target, stop, exit_ = exits.door.orders
    assert terms(exit_) == (SELL, D(50), "LMT", D("97.00"))
    assert exits.door.broker.cancels == []
    made.check()
    assert target.replace is stop.replace is Pending.NONE  # nothing has filled yet

    exits.acknowledge(exit_)
    exits.fill(exit_, 20)
    made.check()
    assert [o.view().pending_quantity for o in (target, stop)] == [D(80), D(80)]
    confirm(exits, target, stop)
    exits.fill(exit_, 30)
    made.check()
    assert [o.view().pending_quantity for o in (target, stop)] == [D(50), D(50)]


def test_a_stop_that_fills_meanwhile_takes_the_exit_back() -> None:
    exits = bracketed()
    made = moves(exits)
    made.halve(ACCOUNT, SPY)
    _entry, _target, stop, exit_ = exits.door.orders
    exits.acknowledge(exit_)
    exits.fill(stop, 100)
    made.check()

    assert exits.door.broker.cancels[-1] == exit_.order_id
    assert exits.alarms == []
    exits.fill(exit_, 50)
    made.check()
    made.check()
    assert len(exits.alarms) == 1
    assert "turned the position around" in exits.alarms[0]


def test_of_several_stops_the_oldest_keep_their_size() -> None:
    exits = holding()
    half: dict[str, Any] = {**STOP, "quantity": D(50)}
    first, second = exits.door.working(**half), exits.door.working(**half)
    made = moves(exits)
    made.halve(ACCOUNT, SPY)
    exit_ = exits.acknowledge()
    exits.fill(exit_, 50)
    made.check()

    assert exits.door.order(first).replace is Pending.NONE
    assert exits.door.order(first).cancel is Pending.NONE
    assert exits.door.order(second).cancel is Pending.REQUESTED


def test_an_odd_half_is_cut_to_the_lot_and_one_share_stays() -> None:
    exits = holding(25)
    assert isinstance(moves(exits).halve(ACCOUNT, SPY), Done)
    assert exits.newest.quantity == D(12)

    single = holding(1)
    answer = moves(single).halve(ACCOUNT, SPY)
    assert isinstance(answer, Failed)
    assert "too small" in answer.reason


def test_a_position_is_not_halved_twice_at_once() -> None:
    exits = holding()
    made = moves(exits)
    made.halve(ACCOUNT, SPY)
    answer = made.halve(ACCOUNT, SPY)
    assert isinstance(answer, Failed)
    assert "under way" in answer.reason


def test_a_close_after_a_halving_moves_its_exit_and_sends_the_rest() -> None:
    exits = holding()
    made = moves(exits)
    made.halve(ACCOUNT, SPY)
    exits.acknowledge()
    assert isinstance(exits.close(), Done)
    assert exits.newest.quantity == D(50)


def test_without_a_position_there_is_nothing_to_halve_or_move() -> None:
    exits = Exits()
    made = moves(exits)
    for answer in (made.halve(ACCOUNT, SPY), made.breakeven(ACCOUNT, SPY)):
        assert answer == Failed("There is no position in this contract.")


def test_a_finished_halving_is_watched_no_longer() -> None:
    exits = holding()
    made = moves(exits)
    made.halve(ACCOUNT, SPY)
    exit_ = exits.acknowledge()
    exits.fill(exit_, 50)
    exits.door.clock.seconds += 61
    exits.acknowledge(exit_, status="Filled")
    exit_.lifecycle = Lifecycle.FILLED
    made.check()
    assert made.resizer._moves == []


# -- turning around ---------------------------------------------------------------------------------


def test_one_order_turns_a_position_around_and_what_protected_it_ends() -> None:
    exits = bracketed()
    answer = exits.closer.reverse(ACCOUNT, SPY)

    assert isinstance(answer, Done)
    _entry, target, stop, exit_ = exits.door.orders
    assert terms(exit_) == (SELL, D(200), "LMT", D("97.00"))
    assert target.cancel is stop.cancel is Pending.REQUESTED


def test_turning_around_is_an_entry_and_nothing_is_cancelled_when_it_may_not_leave() -> None:
    exits = bracketed()
    exits.door.links(ready=False)
    answer = exits.closer.reverse(ACCOUNT, SPY)

    assert isinstance(answer, Denied)
    assert exits.door.broker.cancels == []
    assert len(list(exits.door.orders)) == 3


def test_turning_around_asks_what_an_entry_asks() -> None:
    exits = holding(900)  # 1,800 at 99.99 are more than the personal limit of an order
    answer = exits.closer.reverse(ACCOUNT, SPY)
    assert isinstance(answer, NeedsAcknowledgement)
    assert RiskCode.ORDER_SIZE in {each.code for each in answer.findings}
    assert exits.door.broker.cancels == []

    accepted = all_of(answer.findings)
    assert isinstance(exits.closer.reverse(ACCOUNT, SPY, accepted), Done)
    assert exits.newest.quantity == D(1800)


def test_a_stop_that_fills_while_it_turns_makes_the_order_smaller() -> None:
    exits = bracketed()
    exits.closer.reverse(ACCOUNT, SPY)
    _entry, _target, stop, exit_ = exits.door.orders
    exits.acknowledge(exit_)
    exits.fill(stop, 40)
    assert exit_.view().pending_quantity == D(160)


def test_an_exit_under_way_is_not_overtaken() -> None:
    exits = holding()
    exits.close()
    answer = exits.closer.reverse(ACCOUNT, SPY)
    assert isinstance(answer, Failed)
    assert "under way" in answer.reason


# -- breakeven --------------------------------------------------------------------------------------


def with_stop(held: int, stop: str, average: str, **changes: Any) -> tuple[Exits, Any]:
    exits = holding(held)
    side = SELL if held > 0 else Side.BUY
    key = exits.door.working(**{**STOP, "side": side, "stop_price": D(stop), **changes})
    cost(exits, held, average)
    return exits, exits.door.order(key)


@pytest.mark.parametrize(
    ("held", "stop", "average", "wanted"),
    [(100, "95.00", "98.001", "98.01"), (-100, "105.00", "101.999", "101.99")],
)
def test_a_stop_moves_to_the_price_at_which_nothing_is_lost(
    held: int, stop: str, average: str, wanted: str
) -> None:
    exits, order = with_stop(held, stop, average)
    answer = moves(exits).breakeven(ACCOUNT, SPY)
    assert isinstance(answer, Done), answer
    assert order.view().pending_stop == D(wanted)
    assert len(exits.door.broker.frames) == 2


def test_the_limit_of_a_stop_limit_moves_along() -> None:
    exits, order = with_stop(
        100, "95.00", "98.00", order_type=OrderType.STOP_LIMIT, limit_price=D("94.90")
    )
    moves(exits).breakeven(ACCOUNT, SPY)
    assert (order.view().pending_stop, order.view().pending_limit) == (D("98.00"), D("97.90"))


@pytest.mark.parametrize(
    ("stop", "average", "words"),
    [
        ("99.50", "98.00", "already stand there or closer"),
        ("95.00", "99.99", "the stop would leave"),
        ("95.00", "120.00", "the stop would leave"),
    ],
)
def test_a_stop_is_never_moved_away_or_through_the_market(
    stop: str, average: str, words: str
) -> None:
    exits, order = with_stop(100, stop, average)
    answer = moves(exits).breakeven(ACCOUNT, SPY)
    assert isinstance(answer, Failed)
    assert words in answer.reason
    assert order.replace is Pending.NONE


def test_without_stop_market_or_known_cost_it_says_so() -> None:
    bare = holding()
    assert "cost" in moves(bare).breakeven(ACCOUNT, SPY).reason  # type: ignore[union-attr]
    cost(bare, 100, "98.00")
    assert "not there" in moves(bare).breakeven(ACCOUNT, SPY).reason  # type: ignore[union-attr]
    bare.door.quotes.mark_all_stale()
    assert "no market" in moves(bare).breakeven(ACCOUNT, SPY).reason  # type: ignore[union-attr]


def test_the_cost_of_a_position_that_fills_change_is_not_believed() -> None:
    exits = bracketed(0)
    cost(exits, 100, "98.00")
    assert exits.door.positions.average_cost(ACCOUNT, SPY) == Decimal("98.00")
    exits.fill(next(iter(exits.door.orders)), 50)
    assert exits.door.positions.average_cost(ACCOUNT, SPY) is None
