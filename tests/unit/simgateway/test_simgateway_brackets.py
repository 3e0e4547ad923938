"""Stops, brackets and one-cancels-all groups: what a client hears, and that no share is lost."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.simgateway.test_simgateway_trading import check_books
from tests.unit.simgateway.virtual import VirtualClient, World
from workstation.simgateway.orders import Order
from workstation.simgateway.state import StateFile

AAPL = 265598


@pytest.fixture
def world() -> World:
    return World()


def mark(world: World) -> Decimal:
    return world.gateway.markets[AAPL].mark()


def order(world: World, order_id: int) -> Order:
    (found,) = [o for o in world.gateway.desk.orders.values() if o.order_id == order_id]
    return found


def held(client: VirtualClient, order_id: int) -> list[tuple[str, str]]:
    """Return every status of an order with why it is held."""
    return [(m[2], m[10]) for m in client.of(3) if m[1] == str(order_id)]


def bracket(world: World, client: VirtualClient, limit: object = "", quantity: int = 100) -> None:
    """Place a buy with a profit taker and a stop, far from the market."""
    price = mark(world)
    client.place(1, "BUY", quantity, limit, transmit=0)
    client.place(2, "SELL", quantity, price + 20, parent=1, transmit=0)
    assert client.of(3) == []
    client.place(3, "SELL", quantity, stop=price - 20, parent=1)


def test_a_stop_waits_for_the_last_price(world: World) -> None:
    client = world.client()
    stop = str(mark(world) + 5).rstrip("0")
    client.place(1, "BUY", 100, stop=stop)
    client.place(2, "SELL", 100, mark(world) - 6, stop=mark(world) - 5)
    world.run(1)
    assert held(client, 1) == [("PreSubmitted", "trigger")]
    assert held(client, 2) == [("PreSubmitted", "trigger")]
    shown = client.of(5)[0]
    assert (shown[15], shown[16], shown[17]) == ("STP", "0.0", stop)

    client.place(1, "BUY", 100, stop=mark(world) - 1)  # reached already
    world.run(0.2)
    assert held(client, 1)[1] == ("PreSubmitted", "trigger")
    assert held(client, 1)[2] == ("Submitted", "")
    assert client.statuses(1)[-1] == "Filled"

    client.place(2, "SELL", 100, mark(world) + 9, stop=mark(world) + 5)
    world.run(0.2)
    assert client.statuses(2)[-1] == "Submitted"
    assert order(world, 2).triggered
    check_resting(world, 2, 100)


def check_resting(world: World, order_id: int, size: int) -> None:
    perm_id = order(world, order_id).perm_id
    book = world.gateway.markets[AAPL].book
    found = [r.size for buys in (True, False) for r in book.resting(buys=buys)]
    own = [r.size for b in (True, False) for r in book.resting(buys=b) if r.owner == perm_id]
    assert found
    assert own == ([size] if size else [])


def test_a_bracket_is_shown_whole_then_fills_then_its_children_work(world: World) -> None:
    client = world.client()
    bracket(world, client)

    first = [(m[1], m[2], m[10]) for m in client.of(3)][:3]
    assert first == [
        ("1", "PreSubmitted", ""),
        ("2", "PreSubmitted", "child"),
        ("3", "PreSubmitted", "child,trigger"),
    ]
    perm_id = str(order(world, 1).perm_id)
    opened = {m[1]: m for m in client.of(5)}
    assert [opened[i][19] for i in ("1", "2", "3")] == ["", perm_id, perm_id]
    assert {m[7] for m in client.of(3) if m[1] != "1"} == {"1"}  # parentId
    assert client.statuses(1)[-1] == "Filled"
    assert held(client, 2)[-1] == ("Submitted", "")
    assert held(client, 3)[-1] == ("PreSubmitted", "trigger")

    client.place(2, "SELL", 100, mark(world) - 1, parent=1)
    assert client.statuses(2)[-1] == "Filled"
    assert client.statuses(3)[-1] == "Cancelled"
    assert client.errors(3) == [202]
    assert world.gateway.account.position(AAPL).quantity == 0
    check_books(world)


def test_the_stop_of_a_bracket_cancels_the_profit_taker(world: World) -> None:
    client = world.client()
    bracket(world, client)
    client.place(3, "SELL", 100, stop=mark(world) + 1, parent=1)
    world.run(0.2)

    assert client.statuses(3)[-1] == "Filled"
    assert client.statuses(2)[-1] == "Cancelled"
    check_resting(world, 2, 0)


def test_cancelling_the_parent_cancels_the_children(world: World) -> None:
    client = world.client()
    bracket(world, client, mark(world) - 30)
    client.request(4, 1, "", "", 2147483647)

    assert [client.statuses(i)[-1] for i in (1, 2, 3)] == ["Cancelled"] * 3
    assert [client.errors(i) for i in (1, 2, 3)] == [[202]] * 3


def test_cancelling_a_child_leaves_the_rest(world: World) -> None:
    client = world.client()
    bracket(world, client, mark(world) - 30)
    client.request(4, 2, "", "", 2147483647)

    assert [client.statuses(i)[-1] for i in (1, 2, 3)] == [
        "PreSubmitted" if i == 3 else "Cancelled" if i == 2 else "Submitted" for i in (1, 2, 3)
    ]


def test_a_refused_parent_takes_its_children_with_it(world: World) -> None:
    client = world.client()
    bracket(world, client, quantity=1_000_000)

    assert client.errors(1) == [201]
    assert [client.statuses(i)[-1] for i in (1, 2, 3)] == ["Inactive", "Cancelled", "Cancelled"]


def test_a_child_needs_its_parent(world: World) -> None:
    client = world.client()
    client.place(1, "SELL", 100, "500", parent=77)
    client.place(2, "BUY", 100)
    client.place(3, "SELL", 100, "500", parent=2)
    client.place(4, "SELL", 100, stop="0.001")
    client.place(4, "SELL", 100, stop="1.7976931348623157E308")

    assert client.errors(1) == [135]
    assert client.errors(3) == [201]
    assert client.errors(4) == [110, 321]


@pytest.mark.parametrize(("kind", "left"), [(1, "Cancelled"), (2, "Submitted"), (3, "Submitted")])
def test_a_partial_fill_cancels_or_reduces_the_group(world: World, kind: int, left: str) -> None:
    client = world.client()
    price = mark(world)
    client.place(1, "SELL", 5000, price + 1, oca=("g", kind))
    client.place(2, "SELL", 5000, price + 2, oca=("g", kind))
    world.gateway.desk.cancel(1, 9)
    client.place(1, "SELL", 5000, price - Decimal("0.03"), oca=("g", kind))

    filled = order(world, 1).filled
    assert 0 < filled < 5000
    assert client.statuses(2)[-1] == left
    if kind != 1:
        assert order(world, 2).remaining == 5000 - filled
        check_resting(world, 2, int(5000 - filled))


actions = st.lists(
    st.tuples(
        st.sampled_from(["bracket", "group", "stop", "modify", "cancel", "wait", "sweep"]),
        st.integers(1, 600),
        st.integers(-6, 6),
        st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=40)
@given(actions, st.integers(1, 50))
def test_no_group_trades_more_than_its_orders_allow(acts, seed: int) -> None:
    world = World(seed)
    client, order_id = world.client(), 0
    for action, size, offset, buys in acts:
        price, side = mark(world), "BUY" if buys else "SELL"
        exit_side = "SELL" if buys else "BUY"
        near = price + Decimal(offset) / 100
        if action == "wait":
            world.run(1)
        elif action == "sweep":
            order_id += 1
            client.place(order_id, side, size * 10)
        elif action == "cancel":
            client.request(4, order_id, "", "", 2147483647)
        elif action == "modify" and order_id:
            client.place(order_id, exit_side, size, near)
        elif action == "stop":
            order_id += 1
            client.place(order_id, side, size, near, stop=price - Decimal(offset) / 100)
        elif action == "group":
            for shift in (0, 1):
                order_id += 1
                limit = near + Decimal(shift) / 100
                client.place(order_id, side, size, limit, oca=(f"g{order_id - shift}", 3))
        elif action == "bracket":
            parent = order_id + 1
            client.place(parent, side, size, near, transmit=0)
            client.place(parent + 1, exit_side, size, near, parent=parent, transmit=0)
            client.place(parent + 2, exit_side, size, stop=near, parent=parent)
            order_id += 3
        check_groups(world)


def check_groups(world: World) -> None:
    desk, account = world.gateway.desk, world.gateway.account
    groups: dict[str, list[Order]] = {}
    for one in desk.orders.values():
        shares = [e.shares for e in desk.executions.values() if e.perm_id == one.perm_id]
        assert one.filled == sum(shares) <= one.terms.quantity
        if one.terms.oca_group:
            groups.setdefault(one.terms.oca_group, []).append(one)
        if one.terms.parent_id and one.filled:
            parent = next(o for o in desk.orders.values() if o.order_id == one.terms.parent_id)
            assert parent.status == "Filled"
    for group in groups.values():
        if any(o.status == "Filled" for o in group):
            assert all(o.status in {"Filled", "Cancelled", "Inactive"} for o in group)
        live = {o.remaining for o in group if o.status in {"Submitted", "PreSubmitted"}}
        assert all(size > 0 for size in live)
    signed = sum(e.shares if e.side == "BUY" else -e.shares for e in desk.executions.values())
    assert account.position(AAPL).quantity == signed
    for market in world.gateway.markets.values():
        for buys in (True, False):
            for resting in market.book.resting(buys=buys):
                if resting.owner:
                    owner = desk.orders[resting.owner]
                    assert owner.status == "Submitted"
                    assert resting.size == owner.remaining
                    assert not owner.why_held


def test_brackets_survive_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "gateway.state"
    before = World(5, StateFile(path))
    client = before.client()
    bracket(before, client)
    client.place(4, "BUY", 10, mark(before) - 50, transmit=0)
    client.place(5, "SELL", 10, mark(before) + 50, parent=4, transmit=0)
    copy = path.with_name("copy")
    copy.write_bytes(path.read_bytes())

    after = World(None, StateFile(copy))
    assert after.gateway.desk.orders == before.gateway.desk.orders
    again = after.client()
    assert [(m[1], m[2], m[10]) for m in again.of(3)] == [
        ("2", "Submitted", ""),
        ("3", "PreSubmitted", "trigger"),
    ]
    again.place(3, "SELL", 100, stop=mark(after) + 1, parent=1)
    after.run(0.2)
    assert again.statuses(3)[-1] == "Filled"
    assert again.statuses(2)[-1] == "Cancelled"
    again.place(5, "SELL", 10, mark(after) + 50, parent=4)
    assert held(again, 5) == [("PreSubmitted", "child")]
    assert again.statuses(4)[-1] == "Submitted"
    before.gateway.close()
    after.gateway.close()
