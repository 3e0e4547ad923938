"""Flatten: one command, then nothing more is needed until the broker reports no position."""

from dataclasses import replace
from typing import Any

from tests.helpers.desk_exits import Exits
from tests.helpers.desk_fakes import ACCOUNT, SPY, D, open_order, spy
from tests.unit.desk.test_closing import STOP, bracketed, holding
from workstation.desk.closing import FLATTEN
from workstation.domain.commands import Done, Failed
from workstation.domain.contract import Contract
from workstation.domain.finding import Denied, TradingState
from workstation.domain.ids import AccountId, ClientId, ConId, OrderId, PermId
from workstation.domain.order import OrderType, Side
from workstation.domain.order_status import Lifecycle, Pending
from workstation.domain.reports import PositionReport

QQQ, CALL = ConId(2), ConId(3)


def know(exits: Exits, con_id: ConId, symbol: str, **changes: Any) -> None:
    contract = Contract(con_id=con_id, symbol=symbol, **changes)
    exits.door.contracts.known[con_id] = spy(contract=contract)


def report(exits: Exits, quantity: int, con_id: ConId = SPY, symbol: str = "SPY") -> None:
    """Let the broker tell a position."""
    exits.door.positions.apply_position(
        PositionReport(
            account=ACCOUNT, con_id=con_id, symbol=symbol, quantity=D(quantity), average_cost=None
        )
    )


def confirm_cancels(exits: Exits) -> None:
    for order in list(exits.door.orders):
        if order.cancel is Pending.REQUESTED:
            exits.acknowledge(order, status="Cancelled")


def exits_of(exits: Exits, con_id: ConId = SPY) -> list[Any]:
    return [each for each in exits.of(con_id) if each.draft and each.draft.source == FLATTEN]


def start(exits: Exits) -> Exits:
    assert isinstance(exits.flattener.start(ACCOUNT), Done)
    return exits


# -- the whole way ----------------------------------------------------------------------------------


def test_one_command_cancels_closes_verifies_and_halts() -> None:
    exits = bracketed()
    entry = exits.door.working(limit_price=D("99.00"))
    start(exits)

    assert exits.latch.state is TradingState.REDUCING
    assert set(exits.door.broker.cancels) == {2, 3, 4}
    (leaving,) = exits_of(exits)
    assert (leaving.quantity, leaving.limit_price) == (D(100), D("97.00"))
    assert exits.door.order(entry).cancel is Pending.REQUESTED
    confirm_cancels(exits)
    exits.fill(exits.acknowledge(leaving), 100)
    exits.door.timers.advance(2)
    assert exits.flattener.running, "the broker has not reported the position yet"
    assert exits.asked_positions == 1
    report(exits, 0)
    exits.door.timers.advance(2)

    assert not exits.flattener.running
    assert exits.latch.state is TradingState.HALTED
    assert exits.said[0].startswith("Flattening S•••001: 1 positions are closed, 3 orders")
    assert exits.said[-1] == "S•••001 is flat."
    assert "SPY is flat." in exits.said
    assert exits.door.timers.waiting == []


def test_the_limit_widens_every_2_s_and_never_beyond_the_catastrophic_collar() -> None:
    exits = start(holding())
    seen = []
    for _ in range(6):
        order = exits_of(exits)[0]
        limit = order.pending_limit or order.limit_price
        seen.append(limit)
        exits.acknowledge(order, limit_price=limit)
        exits.door.timers.advance(2)

    assert seen == [D(each) for each in ("97.00", "94.00", "91.00", "88.00", "88.00", "88.00")]
    assert len(exits_of(exits)) == 1
    assert exits.flattener.running


def test_a_rejected_exit_is_sent_again() -> None:
    exits = start(holding())
    exits.acknowledge(status="PreSubmitted")
    exits.door.apply(replace(open_order(exits.newest), status="Cancelled"))
    assert exits.newest.lifecycle is Lifecycle.CANCELLED
    exits.door.timers.advance(2)

    first, second = exits_of(exits)
    assert (second.quantity, second.lifecycle) == (D(100), Lifecycle.STAGED)
    assert second.limit_price < first.limit_price


def test_a_flat_account_is_halted_at_once() -> None:
    exits = start(Exits())

    assert exits.latch.state is TradingState.HALTED
    assert not exits.flattener.running


def test_short_options_leave_first_and_the_wire_is_never_overfilled() -> None:
    exits = holding()
    know(exits, QQQ, "QQQ")
    know(exits, CALL, "SPYC", sec_type="OPT")
    report(exits, 50, QQQ, "QQQ")
    report(exits, -1, CALL, "SPYC")
    exits.room = 1
    start(exits)
    assert [order.con_id for order in exits.door.orders] == [CALL]

    exits.room = 10
    exits.door.timers.advance(0.3)

    assert [order.con_id for order in exits.door.orders] == [CALL, QQQ, SPY]


def test_a_target_that_is_no_protection_is_cancelled_and_one_of_the_users_exits_counts() -> None:
    exits = holding()
    plain = exits.door.working(side=Side.SELL, limit_price=D("120.00"), quantity=D(10))
    under_way = exits.door.working(side=Side.SELL, quantity=D(60), order_type=OrderType.MARKET)
    lonely = exits.door.working(**{**STOP, "side": Side.BUY, "stop_price": D("105.00")})
    start(exits)

    assert [exits.door.order(key).cancel for key in (plain, under_way, lonely)] == [
        Pending.REQUESTED, Pending.NONE, Pending.REQUESTED,
    ]  # fmt: skip
    assert exits_of(exits)[0].quantity == D(40)


def test_the_exits_of_an_entry_end_with_it() -> None:
    exits = start(bracketed(0))

    assert exits.door.broker.cancels == [1]
    confirm_cancels(exits)
    exits.door.timers.advance(2)
    assert exits.door.broker.cancels == [1, 2, 3]  # it is gone, and they did not go with it


# -- twice, offline, in vain ------------------------------------------------------------------------


def test_it_cannot_be_started_twice() -> None:
    exits = start(holding())

    assert isinstance(exits.flattener.start(ACCOUNT), Failed)
    assert len(exits_of(exits)) == 1


def test_it_does_not_start_locked_or_without_a_link() -> None:
    exits = holding()
    exits.latch.state = TradingState.LOCKED
    locked = exits.flattener.start(ACCOUNT)
    exits.latch.state, exits.synced = TradingState.ACTIVE, False
    away = exits.flattener.start(ACCOUNT)

    assert isinstance(locked, Failed)
    assert isinstance(away, Failed)
    assert "locked" in locked.reason
    assert "cannot be reached" in away.reason
    assert exits.latch.state is TradingState.ACTIVE


def test_it_waits_out_a_lost_link_and_goes_on_after_the_comparison() -> None:
    exits = start(holding())
    exits.acknowledge()
    exits.synced = False
    exits.door.desk.link_lost("gone")
    exits.door.broker.up = False
    exits.door.timers.advance(60)
    assert exits.flattener.running
    assert len(exits.door.broker.frames) == 1

    exits.synced = exits.door.broker.up = True
    exits.fill(exits_of(exits)[0], 60)
    report(exits, 40)
    exits.flattener.resume()

    assert exits_of(exits)[0].pending_limit < D("97.00")
    assert exits.door.broker.frames[-1].startswith(b"1|")
    exits.fill(exits_of(exits)[0], 40, name="b.1.01")
    report(exits, 0)
    exits.door.timers.advance(2)
    assert exits.latch.state is TradingState.HALTED


def test_nothing_resumes_what_was_not_begun() -> None:
    exits = holding()
    exits.flattener.resume()

    assert exits.door.broker.frames == []


def test_what_cannot_be_sent_is_said_once_and_given_up_with_an_alarm() -> None:
    exits = holding()
    report(exits, 7, QQQ, "QQQ")  # its contract is not known
    start(exits)
    exits.fill(exits.acknowledge(), 100)
    report(exits, 0)
    exits.door.timers.advance(60)

    assert not exits.flattener.running
    assert sum("could not be closed: The contract" in text for text in exits.said) == 1
    assert exits.alarms == [f"S•••001 is not flat: contract {QQQ} could not be closed."]
    assert exits.latch.state is TradingState.HALTED


def test_a_denied_exit_is_said_with_its_reason() -> None:
    exits = holding()
    exits.door.contracts.known[SPY] = spy(size_increment=D(200))
    assert isinstance(exits.close(), Denied)
    start(exits)

    assert any("SPY could not be closed: The quantity" in text for text in exits.said)


def test_orders_that_are_never_confirmed_as_cancelled_are_named() -> None:
    exits = Exits()
    exits.door.working()
    foreign = {"client_id": ClientId(3), "order_id": OrderId(0), "perm_id": PermId(4)}
    exits.door.apply(open_order(**foreign))
    start(exits)
    assert "1 orders of other clients stay" in exits.door.out.notices[0].advice
    exits.door.timers.advance(20)

    assert not exits.flattener.running
    assert exits.alarms == ["S•••001 is flat."]
    assert "1 orders are not confirmed" in exits.door.out.notices[-1].effect


def test_a_second_account_is_flattened_beside_the_first() -> None:
    exits = holding()
    other = AccountId("SIM0000002")
    exits.door.stand(accounts=(ACCOUNT, other))
    exits.door.positions.apply_position(
        PositionReport(account=other, con_id=SPY, symbol="SPY", quantity=D(-30), average_cost=None)
    )
    assert isinstance(exits.flattener.start(ACCOUNT), Done)
    assert isinstance(exits.flattener.start(ACCOUNT), Failed), "it is under way"
    assert isinstance(exits.flattener.start(other), Done)
    sent = [(each.account, each.side, each.quantity) for each in exits.door.orders]
    assert sent == [(ACCOUNT, Side.SELL, 100), (other, Side.BUY, 30)]
