"""Orders of other clients are looked for, seldom, and with one message."""

from dataclasses import replace

from tests.helpers.desk_fakes import open_order
from tests.unit.desk.test_reconcile import ALL, ORDER_LISTS, World
from workstation.desk.order_poll import MASTER_POLL_SECONDS, POLL_SECONDS
from workstation.domain.ids import ClientId, OrderId, OrderRef, PermId
from workstation.domain.order_status import Lifecycle
from workstation.domain.reports import ListKind, OpenOrderReport

OPEN = [ListKind.OPEN_ORDERS]


def of_the_phone() -> OpenOrderReport:
    return replace(
        open_order(),
        order_id=OrderId(0),
        client_id=ClientId(0),
        perm_id=PermId(77),
        order_ref=OrderRef(""),
    )


def synced() -> World:
    world = World()
    world.reconciler.link_up()
    world.end(ALL)
    world.session.asked.clear()
    return world


def test_open_orders_alone_are_asked_for_every_half_minute() -> None:
    world = synced()

    world.timers.advance(POLL_SECONDS - 0.1)
    assert world.session.asked == []
    for _ in range(3):
        world.timers.advance(POLL_SECONDS)
        world.end(OPEN)

    assert world.session.asked == ["open_orders"] * 3
    assert len(world.synced) == 1


def test_an_order_of_the_phone_appears_and_its_end_is_asked_about() -> None:
    world = synced()
    world.timers.advance(POLL_SECONDS)
    world.name(of_the_phone())
    world.end(OPEN)
    order = world.door.orders.find(PermId(77), None, ClientId(0), OrderId(0))
    assert order is not None
    assert order.lifecycle is Lifecycle.WORKING
    assert world.session.rounds == 1

    world.timers.advance(POLL_SECONDS)
    world.end(OPEN)  # names nothing
    assert order.lifecycle is Lifecycle.WORKING  # one list ends no order
    world.timers.advance(2)

    assert world.session.rounds == 2
    world.end(ORDER_LISTS)
    assert order.lifecycle is Lifecycle.UNKNOWN


def test_a_look_waits_for_a_comparison_and_the_next_for_the_look() -> None:
    world = synced()
    world.reconciler.full()
    world.session.asked.clear()
    world.timers.advance(POLL_SECONDS / 10)
    world.end(ALL)
    world.reconciler.ask(delay=POLL_SECONDS * 2)
    world.timers.advance(POLL_SECONDS)
    assert world.session.asked == []


def test_a_full_comparison_asked_for_during_a_look_follows_it() -> None:
    world = synced()
    world.timers.advance(POLL_SECONDS)
    world.reconciler.full()
    assert world.session.rounds == 1

    world.end(OPEN)

    assert world.session.rounds == 2
    assert "positions" in world.session.asked


def test_a_list_that_does_not_come_is_asked_for_again_without_a_word() -> None:
    world = synced()
    world.timers.advance(POLL_SECONDS + 11)
    assert not world.reconciler.running
    assert world.late == []
    world.timers.advance(POLL_SECONDS)
    assert world.session.asked == ["open_orders"] * 2


def test_the_master_client_hardly_asks() -> None:
    world = synced()
    world.name(of_the_phone())  # unasked

    world.timers.advance(POLL_SECONDS)
    world.name(of_the_phone())
    world.end(OPEN)
    world.session.asked.clear()
    world.timers.advance(MASTER_POLL_SECONDS - 1)
    assert world.session.asked == []
    world.timers.advance(2)
    assert world.session.asked == ["open_orders"]


def test_nothing_is_asked_without_a_session() -> None:
    world = synced()
    world.reconciler.link_down()
    world.timers.advance(POLL_SECONDS * 5)
    assert world.session.asked == []
