"""Holds what the program believes and sent against the gateway's own truth (I1 to I10, F1)."""

from decimal import Decimal

import msgspec

from tests.helpers.chaos_rig import ChaosWorld
from tests.helpers.cores import ACCOUNT
from workstation.domain.ids import ClientId
from workstation.domain.order_status import Lifecycle
from workstation.oms.events import EVENT_TYPES, ChangeIntent, Intent, WhatIf
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.orders import OrderBook
from workstation.simgateway.corrections import newest
from workstation.simgateway.orders import CANCELLED, FILLED, HELD_BACK, Order

APPROVING = (Intent.__name__, ChangeIntent.__name__, WhatIf.__name__)
CLIENT = 5


def wire_faults(world: ChaosWorld) -> list[str]:
    """I6, I7, F1: every order frame is on record, byte for byte, and left at most once."""
    approved: dict[str, int] = {}
    for entry in world.core.journal.entries():
        if entry.event in APPROVING:
            sha = str(msgspec.json.decode(entry.body)["sha256"])
            approved[sha] = approved.get(sha, 0) + 1
    return [
        f"I6/I7: a frame came {times} times and was approved {approved.get(sha, 0)} times"
        for sha, times in world.tap.placed.items()
        if times > approved.get(sha, 0)
    ]


def missed_orders(world: ChaosWorld) -> list[str]:
    """I8, I9: no order that lives at the broker is shown as ended."""
    if world.server is None:
        return []
    believed = {o.perm_id: o for o in world.core.desk.orders if o.perm_id is not None}
    found = []
    for order in world.gateway.desk.orders.values():
        ours = believed.get(order.perm_id)  # type: ignore[arg-type]
        if order.is_live and ours is not None and ours.lifecycle.is_terminal:
            found.append(f"I8: order {order.order_id} lives and is shown {ours.lifecycle.value}")
    return found


def disagreements(world: ChaosWorld) -> list[str]:
    """Return how orders, fills and positions of the broker differ from what is believed."""
    return [*_order_faults(world), *_fill_faults(world), *_position_faults(world)]


def divergences(world: ChaosWorld) -> list[str]:
    """Return every difference between the truth and the belief once all has settled."""
    return [
        *wire_faults(world),
        *missed_orders(world),
        *disagreements(world),
        *_replay_faults(world),
        *[f"error: {each!r}" for each in world.errors],
    ]


def _order_faults(world: ChaosWorld) -> list[str]:
    believed: dict[int, list[ManagedOrder]] = {}
    for each in world.core.desk.orders:
        believed.setdefault(each.perm_id or -each.order_id, []).append(each)
    found = []
    for order in world.gateway.desk.orders.values():
        ours = believed.get(order.perm_id, [])
        if order.status == HELD_BACK or (not ours and not order.is_live):
            continue  # never transmitted, or gone before any list could name it
        if len(ours) != 1:
            found.append(f"order {order.order_id} is known {len(ours)} times")
            continue
        found += _differences(order, ours[0])
    mine = {o.perm_id for o in world.gateway.desk.orders.values()}
    for each in world.core.desk.orders:
        if each.perm_id is not None and each.perm_id not in mine:
            found.append(f"order {each.order_id} is invented")
        if each.perm_id is None and each.lifecycle in {Lifecycle.WORKING, Lifecycle.FILLED}:
            found.append(f"order {each.order_id} works without the broker knowing it")
    return found


def _differences(order: Order, ours: ManagedOrder) -> list[str]:
    found = []
    if order.is_live and ours.lifecycle not in {Lifecycle.WORKING, Lifecycle.HELD}:
        found.append(f"order {order.order_id} lives and is shown {ours.lifecycle.value}")
    if not order.is_live and not ours.lifecycle.is_terminal and order.status in {FILLED, CANCELLED}:
        found.append(f"order {order.order_id} is {order.status}, shown {ours.lifecycle.value}")
    if order.status == FILLED and ours.lifecycle is not Lifecycle.FILLED:
        found.append(f"order {order.order_id} is filled and shown {ours.lifecycle.value}")
    if order.is_live:
        theirs = (order.terms.quantity, order.terms.limit_price, order.terms.stop_price)
        known = (ours.quantity, ours.limit_price, ours.stop_price)
        if theirs != known:
            found.append(f"order {order.order_id} stands at {theirs}, shown {known}")
    return found


def _fill_faults(world: ChaosWorld) -> list[str]:
    """I1, I3, I4: the newest revision of every execution, once, and no other."""
    told = {
        (each.exec_id.rpartition(".")[0]): each
        for each in newest(world.gateway.desk.executions.values())
    }
    believed = {each.base_id: each for each in world.core.desk.orders.executions()}
    found = []
    for base, each in told.items():
        ours = believed.get(base)
        if ours is None:
            found.append(f"I3: fill {each.exec_id} of {each.shares} is not known")
        elif (ours.exec_id, ours.quantity, ours.price) != (each.exec_id, each.shares, each.price):
            found.append(f"I1: fill {each.exec_id} is shown as {ours.exec_id} {ours.quantity}")
    found += [f"fill {base} is invented" for base in believed if base not in told]
    for order in world.core.desk.orders:
        total = sum((each.quantity for each in order.revisions.values()), Decimal(0))
        if total != order.filled:
            found.append(f"I1: order {order.order_id} sums {order.filled}, fills are {total}")
    return found


def _position_faults(world: ChaosWorld) -> list[str]:
    """I10: the position shown is the broker's."""
    account = world.gateway.accounts[ACCOUNT]
    return [
        f"I10: position {account.position(con_id).quantity}, shown {world.position(con_id)}"
        for con_id in world.con_ids
        if account.position(con_id).quantity != world.position(con_id)
    ]


def _replay_faults(world: ChaosWorld) -> list[str]:
    """State is the journal replayed: a new book from the record alone believes the same."""
    book = OrderBook(ClientId(CLIENT))
    for entry in world.core.journal.entries():
        kind = EVENT_TYPES.get(entry.event)
        if kind is not None:
            book.apply(msgspec.json.decode(entry.body, type=kind), entry.when)
    replayed = {order.key: order.state() for order in book}
    return [
        f"replay: order {order.order_id} is not what the journal gives"
        for order in world.core.desk.orders
        if replayed.get(order.key) != order.state()
    ]
