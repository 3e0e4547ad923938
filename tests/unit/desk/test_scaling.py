"""Scaling a position: its protection follows each fill, never more than is held, never lost."""

from typing import Any

from tests.helpers.accepting import all_of
from tests.helpers.desk_exits import Exits
from tests.helpers.desk_fakes import ACCOUNT, SPY, D, Door, notice, open_order
from tests.unit.desk.test_closing import STOP, bracketed, holding
from tests.unit.desk.test_position_moves import confirm, moves
from workstation.desk.position_moves import PositionMoves
from workstation.domain.commands import Done, Failed
from workstation.domain.family import FamilyKind
from workstation.domain.finding import Denied, NeedsAcknowledgement, TradingState
from workstation.domain.ids import FamilyId, IntentId
from workstation.domain.messages import FamilyKnown
from workstation.domain.order import Side
from workstation.domain.order_status import Lifecycle, Pending
from workstation.domain.several import ScaleIn, ScaleOut


def grow(quantity: Any = 50, **more: Any) -> ScaleIn:
    return ScaleIn(intent_id=IntentId("in"), account=ACCOUNT, con_id=SPY,
                   quantity=D(quantity), **more)  # fmt: skip


def shrink(quantity: Any = 30, **more: Any) -> ScaleOut:
    return ScaleOut(intent_id=IntentId("out"), account=ACCOUNT, con_id=SPY,
                    quantity=D(quantity), **more)  # fmt: skip


def wanted(*orders: Any) -> list[Any]:
    return [order.view().pending_quantity for order in orders]


# -- in ---------------------------------------------------------------------------------------------


def test_what_is_added_is_protected_fill_by_fill() -> None:
    exits = bracketed()
    made = moves(exits)
    answer = made.scale_in(grow())

    assert isinstance(answer, Done)
    assert "Its stop grows" in answer.text
    _entry, target, stop, added = exits.door.orders
    assert (added.side, added.quantity, added.limit_price) == (Side.BUY, D(50), D("103.01"))
    made.check()
    assert wanted(target, stop) == [None, None]  # nothing has filled yet

    exits.acknowledge(added)
    exits.fill(added, 20)
    made.check()
    assert wanted(target, stop) == [D(120), D(120)]
    exits.fill(added, 30)
    made.check()
    assert wanted(target, stop) == [D(120), D(120)]  # one change in flight
    confirm(exits, target, stop)
    made.check()
    assert wanted(target, stop) == [D(150), D(150)]
    confirm(exits, target, stop)
    made.check()
    assert wanted(target, stop) == [None, None]


def test_what_stood_bare_before_stays_bare_and_no_target_grows_alone() -> None:
    exits = holding()
    stop = exits.door.working(**{**STOP, "quantity": D(60)})
    made = moves(exits)
    made.scale_in(grow())
    added = exits.acknowledge()
    exits.fill(added, 50)
    made.check()
    assert exits.door.order(stop).view().pending_quantity == D(110)

    bare = holding()
    made = moves(bare)
    answer = made.scale_in(grow())
    assert isinstance(answer, Done)
    assert "Nothing protects it" in answer.text
    bare.fill(bare.acknowledge(), 50)
    made.check()
    assert len(bare.door.broker.frames) == 1


def test_a_short_position_is_scaled_with_sales_and_its_buy_stop_grows() -> None:
    exits = holding(-100)
    stop = exits.door.working(**{**STOP, "side": Side.BUY, "stop_price": D(105)})
    made = moves(exits)
    assert isinstance(made.scale_in(grow(limit_price=D("100.50"))), Done)
    added = exits.acknowledge()
    assert (added.side, added.limit_price) == (Side.SELL, D("100.50"))
    exits.fill(added, 50)
    made.check()
    assert exits.door.order(stop).view().pending_quantity == D(150)


def test_an_entry_that_adds_asks_as_every_entry_and_its_parent_is_on_record_first() -> None:
    exits = bracketed()
    made = moves(exits)
    exits.door.stand(trading_state=TradingState.REDUCING)
    assert isinstance(made.scale_in(grow()), Denied)
    exits.door.stand(trading_state=TradingState.ACTIVE)
    asked = made.scale_in(grow(1100))
    assert isinstance(asked, NeedsAcknowledgement)
    assert "Family" not in exits.door.journal.events

    names = all_of(asked.findings)
    assert isinstance(made.scale_in(grow(1100, acknowledged=names)), Done)
    events = exits.door.journal.events
    assert events[events.index("Family") :][:2] == ["Family", "Intent"]
    assert exits.newest.view().family == FamilyId("in")
    known = [m.family for m in exits.door.out.messages if isinstance(m, FamilyKnown)]
    assert [each.kind for each in known] == [FamilyKind.SCALE_IN]
    assert isinstance(made.scale_in(grow(1100, acknowledged=names)), Done)  # the same wish
    assert len([e for e in exits.door.journal.events if e == "Family"]) == 1


def test_a_parent_that_cannot_be_written_sends_nothing() -> None:
    exits = bracketed()
    frames = len(exits.door.broker.frames)
    exits.door.journal.broken = True
    answer = moves(exits).scale_in(grow())
    assert isinstance(answer, Failed)
    assert len(exits.door.broker.frames) == frames


def test_a_stop_that_ends_the_position_takes_the_addition_back() -> None:
    exits = bracketed()
    made = moves(exits)
    made.scale_in(grow(limit_price=D("99.00")))
    _entry, _target, stop, added = exits.door.orders
    exits.acknowledge(added)
    exits.fill(stop, 100)
    made.check()
    made.check()

    assert exits.door.broker.cancels == [added.order_id]
    assert "was closed while more of it was being added" in exits.said[-1]


def test_a_refused_growth_is_tried_three_times_and_then_told() -> None:
    exits = bracketed()
    made = moves(exits)
    made.scale_in(grow())
    _entry, target, stop, added = exits.door.orders
    exits.fill(exits.acknowledge(added), 50)
    for _ in range(6):
        made.check()
        exits.door.apply(notice(201, stop.order_id, "refused"))
        if target.replace is not Pending.NONE:
            confirm(exits, target)
    sent = [f for f in exits.door.broker.frames if f.startswith(f"{stop.order_id}|".encode())]
    assert len(sent) == 1 + 3
    assert [each for each in exits.alarms if "could not be resized to 150" in each]
    assert exits.alarms.count(exits.alarms[-1]) == 1


# -- out --------------------------------------------------------------------------------------------


def test_a_part_leaves_while_reducing_and_what_protects_shrinks() -> None:
    exits = bracketed()
    exits.door.stand(trading_state=TradingState.HALTED)
    made = moves(exits)
    assert isinstance(made.scale_out(shrink(limit_price=D("101.00"))), Done)
    _entry, target, stop, exit_ = exits.door.orders
    exits.acknowledge(exit_)
    exits.fill(exit_, 10)
    made.check()
    assert wanted(target, stop) == [D(90), D(90)]


def test_no_more_is_taken_out_than_is_left() -> None:
    exits = holding()
    made = moves(exits)
    for quantity in (0, -1, 101, "NaN"):
        assert isinstance(made.scale_out(shrink(quantity)), Failed)
    assert isinstance(made.scale_out(shrink(60)), Done)
    again = ScaleOut(intent_id=IntentId("b"), account=ACCOUNT, con_id=SPY, quantity=D(41))
    assert isinstance(made.scale_out(again), Failed)
    assert isinstance(made.scale_out(shrink(60)), Failed | Done)
    assert len(exits.door.broker.frames) == 1


# -- doubt ------------------------------------------------------------------------------------------


def test_nothing_is_resized_before_the_positions_are_known() -> None:
    exits = bracketed()
    object.__setattr__(exits.closer._with, "synced", lambda: exits.synced)
    made = moves(exits)
    made.scale_out(shrink())
    _entry, target, stop, exit_ = exits.door.orders
    exits.synced = False
    exits.fill(exits.acknowledge(exit_), 30)
    made.check()
    assert wanted(target, stop) == [None, None]
    exits.synced = True
    made.check()
    assert wanted(target, stop) == [D(70), D(70)]


def test_a_restart_in_the_middle_ends_with_the_same_protection() -> None:
    exits = holding()
    exits.door.working(**{**STOP, "quantity": D(60)})
    made = moves(exits)
    made.scale_in(grow())
    added = exits.acknowledge()
    exits.fill(added, 20)  # the program ends before anything is resized

    door = exits.door.restarted()
    again = Exits(door)
    door.hold(120)
    made = PositionMoves(again.closer._with, door.positions.average_cost)
    again.closer = made.closer
    made.resume()
    stop, added = door.orders
    for order in (stop, added):
        door.apply(open_order(order, con_id=SPY))
    made.check()
    assert stop.view().pending_quantity == D(80)
    confirm(again, stop)
    again.fill(added, 30, "late.1.01")
    made.check()
    assert stop.view().pending_quantity == D(110)
    assert door.desk.families.get(FamilyId("in")) is not None


def test_what_ended_long_before_a_restart_touches_nothing() -> None:
    exits = bracketed()
    made = moves(exits)
    made.scale_out(shrink(100))
    exit_ = exits.acknowledge()
    exits.fill(exit_, 100)
    exit_.lifecycle = Lifecycle.FILLED
    again = PositionMoves(exits.closer._with, exits.door.positions.average_cost)
    exits.door.clock.seconds += 3600
    again.resume()
    assert again.resizer._moves == []


def test_a_family_is_cancelled_as_one() -> None:
    exits = bracketed()
    made = moves(exits)
    made.scale_in(grow(limit_price=D("99.00")))
    exits.acknowledge()
    families = exits.door.desk.families
    assert isinstance(families.cancel(FamilyId("in")), Done)
    assert exits.door.broker.cancels == [4]
    assert isinstance(families.cancel(FamilyId("nobody")), Failed)


def test_a_journal_of_before_families_is_read() -> None:
    door = Door()
    door.submit()
    for entry in door.journal.entries:
        old = entry.body.replace(b'"family":null,', b"").replace(b',"family":null', b"")
        object.__setattr__(entry, "body", old)
        assert b"family" not in entry.body
    assert next(iter(door.restarted().orders)).view().family is None


def test_a_target_that_fills_in_part_while_it_is_resized_keeps_what_it_filled() -> None:
    exits = bracketed()
    made = moves(exits)
    made.scale_out(shrink(30))
    _entry, target, stop, exit_ = exits.door.orders
    exits.fill(exits.acknowledge(exit_), 30)
    exits.fill(target, 20)  # before the broker has taken any change
    made.check()
    assert wanted(target, stop) == [D(70), D(50)]  # 20 filled and 50 to go; 50 to go
    confirm(exits, target, stop)
    exits.fill(target, 50)
    made.check()
    assert stop.cancel is Pending.REQUESTED
    assert exits.door.positions.quantity(ACCOUNT, SPY) == 0


def test_a_position_that_turned_meanwhile_is_not_scaled_on_the_other_side() -> None:
    made = moves(holding(-100))
    for answer in (made.scale_in(grow(side=Side.BUY)), made.scale_out(shrink(side=Side.SELL))):
        assert isinstance(answer, Failed)
        assert "other side" in answer.reason
    assert isinstance(made.scale_out(shrink(side=Side.BUY)), Done)
