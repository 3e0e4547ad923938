"""Attacks on the order path: each of these once lost, doubled or trapped something, or might have."""

from dataclasses import replace
from typing import Any

from tests.helpers.accepting import because
from tests.helpers.desk_exits import Exits
from tests.helpers.desk_fakes import ACCOUNT, SPY, D, Door, notice, open_order, spy
from tests.unit.desk.test_closing import bracketed, holding
from workstation.desk.position_moves import PositionMoves
from workstation.domain.commands import Done, Failed
from workstation.domain.finding import RiskCode, Submitted
from workstation.domain.ids import ClientId, IntentId, OrderId, PermId
from workstation.domain.order import OrderTerms, OrderType, Side
from workstation.domain.order_status import Lifecycle
from workstation.oms.events import ReconcileBegan

SELL = Side.SELL
EVERYTHING = because(*RiskCode)


def future(door: Door, multiplier: int = 50) -> None:
    """Let SPY be a future of so much a point."""
    known = spy(multiplier=D(multiplier))
    contract = replace(known.contract, sec_type="FUT")
    door.contracts.known[SPY] = replace(known, contract=contract)


# -- the final gate must not lock a trader in for trading -------------------------------------------


def test_a_future_counts_at_the_final_gate_as_risk_measures_it_not_by_its_notional() -> None:
    door = Door()
    future(door, multiplier=5000)  # one contract is worth half a million, and claims its margin
    for number in range(5):
        answer = door.submit(
            intent_id=IntentId(f"f{number}"), quantity=D(1), acknowledged=EVERYTHING
        )
        assert isinstance(answer, Submitted), answer
        door.clock.seconds += 1
    assert door.locked == []


# -- a close must not call another order an exit ----------------------------------------------------


def test_a_close_does_not_take_a_reversal_under_way_for_an_exit() -> None:
    exits = holding()
    accepted = EVERYTHING
    assert isinstance(exits.closer.reverse(ACCOUNT, SPY, accepted), Done)
    reversal = exits.acknowledge()
    assert isinstance(exits.close(), Done)

    assert exits.newest is reversal
    assert reversal.pending_quantity == D(100), "it would have ended short"
    exits.fill(reversal, 100)
    assert exits.door.positions.quantity(ACCOUNT, SPY) == 0
    assert exits.alarms == []


def test_a_close_before_the_reversal_is_acknowledged_says_that_nothing_was_sent() -> None:
    exits = holding()
    exits.closer.reverse(ACCOUNT, SPY, EVERYTHING)
    answer = exits.close()

    assert isinstance(answer, Failed), answer
    assert "Nothing was sent" in answer.reason
    assert "200" in answer.reason


def test_an_exit_of_unknown_fate_is_not_called_under_way() -> None:
    exits = holding()
    exits.close()
    exits.door.desk.link_lost("a test")
    answer = exits.close()

    assert isinstance(answer, Failed), answer
    assert "may be live" in answer.reason


def test_a_close_without_a_market_says_which_orders_stand_in_its_way() -> None:
    exits = holding()
    exits.door.working(side=SELL, limit_price=D("110.00"))
    exits.door.quotes.mark_all_stale()
    answer = exits.close()

    assert isinstance(answer, Failed), answer
    assert "cancel" in answer.reason.lower()


def trailing(**changes: Any) -> tuple[Exits, Any]:
    """A position with a trailing stop that the broker has."""
    exits = holding()
    kinds = frozenset({"MKT", "LMT", "STP", "STPLMT", "TRAIL"})
    exits.door.contracts.known[SPY] = spy(order_types=kinds)
    key = exits.door.working(
        side=SELL, order_type=OrderType.TRAIL, limit_price=None,
        terms=OrderTerms(trail_amount=D(2)),
    )  # fmt: skip
    exits.door.apply(open_order(exits.door.order(key), **changes))
    return exits, exits.door.order(key)


def test_a_trail_shrinks_with_a_halving_once_the_broker_has_said_where_it_stands() -> None:
    exits, trail = trailing()
    made = PositionMoves(exits.closer._with, exits.door.positions.average_cost)
    answer = made.halve(ACCOUNT, SPY)
    assert isinstance(answer, Done)
    assert "what protects shrinks with it" in answer.text

    exits.door.clock.seconds += 10
    exits.fill(exits.acknowledge(), 50)
    for _ in range(6):  # fills of other orders, before the broker has answered
        made.check()
    assert trail.view().pending_quantity is None
    assert exits.alarms == []
    exits.door.apply(open_order(trail))
    made.check()
    assert trail.view().pending_quantity == D(50)


def test_a_trail_whose_stop_the_broker_never_tells_is_alarmed() -> None:
    exits, _trail = trailing()
    made = PositionMoves(exits.closer._with, exits.door.positions.average_cost)
    made.halve(ACCOUNT, SPY)
    exits.door.clock.seconds += 10
    exits.fill(exits.acknowledge(), 50)
    for _ in range(20):
        exits.door.clock.seconds += 1
        made.check()
    assert any("could not be resized to 50" in text for text in exits.alarms)


def test_a_halving_says_which_protection_it_cannot_shrink() -> None:
    exits, _trail = trailing(client_id=ClientId(1), order_id=OrderId(77), perm_id=PermId(77),
                             order_ref=None)  # fmt: skip
    made = PositionMoves(exits.closer._with, exits.door.positions.average_cost)
    answer = made.halve(ACCOUNT, SPY)

    assert isinstance(answer, Done)
    assert "1 of the orders that protect cannot be made smaller" in answer.text


# -- an order must not be shown as ended while it lives ---------------------------------------------


def test_a_refused_change_of_a_held_stop_is_looked_up_before_it_counts_as_rejected() -> None:
    exits = bracketed()
    stop = list(exits.door.orders)[2]
    exits.door.change(stop.key, stop_price=D("96.00"))
    exits.door.apply(open_order(stop, stop_price=D("96.00"), status="PreSubmitted"))
    asked = exits.door.asked
    exits.door.apply(notice(201, stop.order_id, "Order rejected: the change is not allowed"))

    assert exits.door.asked > asked, "nobody looks whether the old order lives"
    exits.door.apply(ReconcileBegan())
    exits.door.apply(open_order(stop, stop_price=D("95.00"), status="PreSubmitted"))
    assert stop.lifecycle is Lifecycle.HELD
    assert stop.stop_price == D("95.00")


def test_a_reversal_confirmed_twice_is_sent_once() -> None:
    exits = holding()
    assert isinstance(exits.closer.reverse(ACCOUNT, SPY, EVERYTHING, held=D(100)), Done)
    exits.fill(exits.acknowledge(), 200)
    assert exits.door.positions.quantity(ACCOUNT, SPY) == D(-100)

    again = exits.closer.reverse(ACCOUNT, SPY, EVERYTHING, held=D(100))
    assert isinstance(again, Failed), again
    assert "-100" in again.reason
    assert len(exits.door.broker.frames) == 1
