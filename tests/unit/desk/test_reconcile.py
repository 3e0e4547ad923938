"""Comparing with the broker: a list that did not end says nothing."""

from datetime import timedelta
from typing import Any

from tests.helpers.desk_fakes import D, Door, open_order, status
from tests.helpers.hand_timers import Timers
from workstation.desk.reconcile import Reconciler
from workstation.domain.ids import ReqId
from workstation.domain.order import Tif
from workstation.domain.order_status import Lifecycle, OrderFlag
from workstation.domain.reports import ListEnded, ListKind

L = Lifecycle
ALL = list(ListKind)
ORDER_LISTS = [ListKind.OPEN_ORDERS, ListKind.EXECUTIONS, ListKind.COMPLETED_ORDERS]


class Requests:
    """The session's requests, counted."""

    def __init__(self) -> None:
        self.account = self
        self.rounds = 0
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return lambda: self.asked.append(name)

    def executions(self) -> ReqId:
        self.rounds += 1
        return ReqId(self.rounds)


class World:
    """A reconciler over a door."""

    def __init__(self, *, live: bool = False) -> None:
        self.door = Door()
        self.timers = Timers(self.door.clock)
        self.session = Requests()
        self.synced: list[float] = []
        self.late: list[str] = []
        self.begun = 0
        self.reconciler = Reconciler(
            self.timers,  # type: ignore[arg-type]
            self.door.clock,
            self.session,  # type: ignore[arg-type]
            self.door.orders,
            self.door.apply,
            needs_user=lambda: live,
        )
        self.reconciler.on_synced = lambda: self.synced.append(self.door.clock.seconds)
        self.reconciler.on_late = self.late.append
        self.reconciler.on_begin_full = self._begun

    def _begun(self) -> None:
        self.begun += 1

    def name(self, *reports: Any) -> None:
        for report in reports:
            self.door.apply(report)
            self.reconciler.named(
                self.door.orders.find(
                    report.perm_id, report.order_ref, report.client_id, report.order_id
                )
            )

    def end(self, kinds: list[ListKind], req_id: int | None = None) -> None:
        for kind in kinds:
            number = ReqId(req_id or self.session.rounds)
            self.reconciler.on_list_ended(ListEnded(kind=kind, req_id=number))

    def unknown_order(self, **changes: Any) -> Any:
        key = self.door.submit(**changes).key
        self.door.desk.link_lost("gone")
        return self.door.order(key)


def test_the_gate_opens_when_every_list_has_ended_and_not_before() -> None:
    world = World()
    world.reconciler.link_up()
    for kind in ALL[:-1]:
        world.end([kind])
        assert world.synced == []
    world.end(ALL[-1:])
    assert len(world.synced) == 1
    assert not world.reconciler.running


def test_the_end_of_an_older_asking_of_executions_does_not_count() -> None:
    world = World()
    world.reconciler.link_up()
    world.end(ALL, req_id=99)
    assert world.synced == []
    world.end([ListKind.EXECUTIONS])
    assert len(world.synced) == 1


def test_a_late_list_means_unknown_and_the_round_is_repeated() -> None:
    world = World()
    order = world.unknown_order()
    world.reconciler.link_up()
    world.end([ListKind.OPEN_ORDERS, ListKind.COMPLETED_ORDERS])
    world.timers.advance(10)

    assert world.synced == []
    assert "executions" in world.late[0]
    assert (order.lifecycle, order.missing_rounds) == (L.UNKNOWN, 0)
    world.timers.advance(5)
    assert world.session.rounds == 2
    world.end(ALL)
    assert len(world.synced) == 1


def test_a_named_order_is_found_and_an_unnamed_one_stays_in_doubt() -> None:
    world = World()
    found, lost = world.unknown_order(), world.unknown_order(intent_id="x", quantity=D(7))
    world.reconciler.link_up()
    world.name(open_order(found))
    world.end(ALL)

    assert (found.lifecycle, lost.lifecycle) == (L.WORKING, L.UNKNOWN)
    assert lost.missing_rounds == 0  # 10 s have not passed yet


def rounds(world: World, count: int) -> None:
    """Let the repeated rounds run, each finding nothing."""
    for _ in range(count):
        world.timers.advance(10.001)
        world.end(ORDER_LISTS)


def test_absent_in_two_settled_rounds_ends_on_paper_and_waits_for_the_user_live() -> None:
    for live, ends in ((False, L.NOT_PLACED), (True, L.UNKNOWN)):
        world = World(live=live)
        order = world.unknown_order()
        world.reconciler.link_up()
        world.end(ALL)
        rounds(world, 1)
        assert (order.lifecycle, order.missing_rounds) == (L.UNKNOWN, 1)
        rounds(world, 1)
        assert order.lifecycle is ends
        assert OrderFlag.ABSENT in order.flags


def test_what_the_broker_acknowledged_waits_for_the_user_even_on_paper() -> None:
    world = World()
    key = world.door.working(tif=Tif.GTC)
    world.reconciler.link_up()
    world.end(ALL)
    rounds(world, 3)
    order = world.door.order(key)

    assert (order.lifecycle, OrderFlag.ABSENT in order.flags) == (L.UNKNOWN, True)


def test_an_order_of_another_client_that_vanished_is_not_kept_for_ever() -> None:
    world = World(live=True)
    world.door.apply(open_order(client_id=3, order_id=0, perm_id=5))
    world.reconciler.link_up()
    world.end(ALL)
    rounds(world, 2)
    (order,) = world.door.orders

    assert order.lifecycle is L.EXPIRED


def test_a_day_order_of_yesterday_expires_once_the_lists_can_be_trusted() -> None:
    world = World()
    day, good = world.door.working(), world.door.working(quantity=D(7), tif=Tif.GTC)
    for key in (day, good):
        world.door.order(key).created_at -= timedelta(days=1)
    world.reconciler.link_up()
    world.end(ALL)
    assert world.door.order(day).lifecycle is L.UNKNOWN  # the first lists may be short
    rounds(world, 1)

    assert world.door.order(day).lifecycle is L.EXPIRED
    assert world.door.order(good).lifecycle is L.UNKNOWN


def test_a_day_order_of_today_does_not_expire() -> None:
    world = World()
    key = world.door.working()
    world.reconciler.link_up()
    world.end(ALL)
    rounds(world, 1)

    assert world.door.order(key).lifecycle is L.UNKNOWN


def test_rounds_never_overlap_and_the_second_full_one_opens_the_gate() -> None:
    world = World()
    world.reconciler.link_up()
    world.end([ListKind.OPEN_ORDERS])
    world.reconciler.full()  # 1102 in the middle
    world.reconciler.full()
    assert world.session.rounds == 1
    world.end(ALL)
    assert world.synced == []
    assert (world.session.rounds, world.begun) == (2, 2)
    world.end(ALL)
    assert len(world.synced) == 1


def test_a_full_round_begins_at_once_when_none_runs() -> None:
    world = World()
    world.reconciler.link_up()
    world.end(ALL)
    world.reconciler.full()

    assert (world.begun, world.reconciler.running) == (2, True)


def test_a_full_round_waits_for_a_small_one() -> None:
    for ends in (True, False):
        world = World()
        world.reconciler.link_up()
        world.end(ALL)
        world.reconciler.ask()
        world.timers.advance(2)
        world.reconciler.full()
        assert world.begun == 1
        if ends:
            world.end(ORDER_LISTS)
        else:
            world.timers.advance(15)
        assert world.begun == 2
        world.end(ALL)
        assert len(world.synced) == 2


def test_several_wishes_to_ask_become_one_round() -> None:
    world = World()
    world.reconciler.link_up()
    world.end(ALL)
    for _ in range(5):
        world.reconciler.ask()
    world.timers.advance(2)
    world.reconciler.ask()
    world.timers.advance(2)  # the round still runs: later
    assert world.session.rounds == 2
    world.end(ORDER_LISTS)
    world.timers.advance(2)
    assert world.session.rounds == 3


def test_a_lost_link_forgets_the_round() -> None:
    world = World()
    world.reconciler.link_up()
    world.reconciler.full()
    world.reconciler.link_down()
    world.end(ALL)
    world.timers.advance(60)
    world.reconciler.named(None)

    assert (world.synced, world.late, world.session.rounds) == ([], [], 1)


def test_a_wish_to_ask_during_a_late_round_is_one_with_its_repetition() -> None:
    world = World()
    world.reconciler.link_up()
    world.timers.advance(9)
    world.reconciler.ask()
    world.timers.advance(1)
    world.timers.advance(4.9)
    assert world.session.rounds == 1
    world.timers.advance(0.1)
    assert (world.session.rounds, world.begun) == (2, 2)


def test_doubt_about_a_finished_word_keeps_asking() -> None:
    world = World()
    world.door.working()
    world.door.apply(status("Filled"))
    (order,) = world.door.orders
    world.reconciler.link_up()
    world.name(open_order(order, status="Filled"))
    world.end(ALL)
    before = world.session.rounds
    world.timers.advance(10.001)

    assert world.session.rounds == before + 1


def test_nothing_happens_without_hooks() -> None:
    door = Door()
    timers = Timers(door.clock)
    reconciler = Reconciler(
        timers,  # type: ignore[arg-type]
        door.clock,
        Requests(),  # type: ignore[arg-type]
        door.orders,
        door.apply,
        needs_user=lambda: False,
    )
    reconciler.link_up()
    timers.advance(20)
    assert reconciler.running
