"""Who hears of which order, and who may touch it."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests.unit.simgateway.virtual import VirtualClient, World, place_fields
from workstation.simgateway.codec_text import Fields, to_text
from workstation.simgateway.order_request import PlaceRequest, read_place_order
from workstation.simgateway.state import StateFile


@pytest.fixture
def world() -> World:
    return World(master_client_id=99)


@pytest.fixture
def saved_world(tmp_path: Path) -> Callable[[], World]:
    return lambda: World(state_file=StateFile(tmp_path / "state"))


def by_hand(side: str, quantity: int, limit: str) -> PlaceRequest:
    values = [to_text(value) for value in place_fields(1, side, quantity, limit)]
    return read_place_order(Fields(values[1:]), 200)


def test_only_the_owner_and_the_master_hear_of_an_order(world: World) -> None:
    owner, other, master = world.client(1), world.client(2), world.client(99)

    owner.place(1, "BUY", 100)
    owner.place(2, "BUY", 100, "1")

    assert other.of(5) == other.of(3) == other.of(11) == other.of(59) == []
    for message_id in (5, 3, 11, 59):
        assert master.of(message_id) == owner.of(message_id) != []
    assert {m[9] for m in master.of(3)} == {"1"}


def test_complaints_stay_with_the_one_who_asked(world: World) -> None:
    owner, master = world.client(1), world.client(99)

    owner.place(1, "BUY", 100, "200.001")

    assert owner.errors(1) == [110]
    assert master.errors(1) == []


def test_the_masters_own_order_is_told_once(world: World) -> None:
    master, plain = world.client(99), World().client(99)

    master.place(1, "BUY", 100, "1")
    plain.place(1, "BUY", 100, "1")

    assert master.of(3) == plain.of(3)


@pytest.mark.parametrize("intruder_id", [0, 2, 99])
def test_an_order_of_another_client_is_seen_but_not_cancelled(
    world: World, intruder_id: int
) -> None:
    owner, intruder = world.client(1), world.client(intruder_id)
    owner.place(5, "BUY", 100, "1")
    shown = [m for m in intruder.request(16, 1) if m[0] == "5"]

    intruder.request(4, 5, "", "", 2147483647)

    assert [m[1] for m in shown] == ["5"]
    assert intruder.errors(5) == [10147]
    assert intruder.request(5, 1) == [["53", "1"]]
    assert len(world.gateway.desk.live_orders()) == 1


def test_the_same_order_id_of_two_clients_is_two_orders(world: World) -> None:
    first, second = world.client(1), world.client(2)
    first.place(5, "BUY", 100, "1")
    second.place(5, "BUY", 200, "1")

    second.place(5, "BUY", 300, "1")

    quantities = {o.client_id: o.terms.quantity for o in world.gateway.desk.live_orders()}
    assert quantities == {1: 100, 2: 300}


def ids(messages: list[list[str]]) -> list[tuple[str, str]]:
    """Return order id and client id of every orderStatus."""
    return [(m[1], m[9]) for m in messages if m[0] == "3"]


def test_an_order_placed_by_hand_has_no_ids_until_client_0_takes_it(world: World) -> None:
    zero, other = world.client(0), world.client(1)
    world.gateway.place_by_hand(by_hand("BUY", 100, "1"))
    assert zero.of(5) == []

    before = other.request(16, 1)
    other.request(5, 1)
    answer = zero.request(5, 1)
    after = other.request(16, 1)

    perm_id = str(world.gateway.desk.live_orders()[0].perm_id)
    assert ids(before) == [("0", "0")]
    assert next(m for m in before if m[0] == "3")[6] == perm_id
    assert answer[0] == ["100", perm_id, "0", "-1"]
    assert set(ids(answer)) == set(ids(after)) == {("-1", "0")}


def test_a_taken_order_is_cancelled_by_its_negative_id(world: World) -> None:
    zero = world.client(0)
    world.gateway.place_by_hand(by_hand("BUY", 100, "1"))
    world.gateway.place_by_hand(by_hand("BUY", 200, "1"))
    zero.request(5, 1)

    zero.request(4, -2, "", "", 2147483647)

    (left,) = world.gateway.desk.live_orders()
    assert (left.order_id, left.terms.quantity) == (-1, Decimal(100))
    assert zero.statuses(-2)[-1] == "Cancelled"


def test_auto_binding_takes_new_orders_and_only_for_client_0(world: World) -> None:
    zero, other = world.client(0), world.client(1)
    other.request(15, 1, 1)
    zero.request(15, 1, 1)

    world.gateway.place_by_hand(by_hand("BUY", 100, "1"))

    assert other.errors(-1)[-1] == 327
    assert [m[3] for m in zero.of(100)] == ["-1"]
    zero.request(15, 1, 0)
    world.gateway.place_by_hand(by_hand("BUY", 100, "1"))
    assert len(zero.of(100)) == 1


def test_a_state_file_keeps_whose_an_order_is(
    saved_world: Callable[[], World],
) -> None:
    world = saved_world()
    client = world.client(0)
    world.gateway.place_by_hand(by_hand("BUY", 100, "1"))
    world.gateway.place_by_hand(by_hand("BUY", 200, "1"))
    client.request(5, 1)
    world.gateway.place_by_hand(by_hand("BUY", 300, "1"))
    world.gateway.commit()
    world.gateway.close()

    again: VirtualClient = saved_world().client(0)

    assert set(ids(again.messages)) == {("-1", "0"), ("-2", "0")}
    assert ids(again.request(16, 1))[-1] == ("0", "0")
