"""Whatever the broker says, in whatever order and however often: the invariants hold."""

import itertools
import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.desk_fakes import (
    CLIENT,
    D,
    Door,
    a_draft,
    bytes_sent,
    fill,
    notice,
    open_order,
    status,
)
from workstation.domain.execution import Commission
from workstation.domain.ids import ClientId, ExecId, IntentId, OrderId, PermId
from workstation.domain.order_status import Lifecycle, OrderFlag, Pending
from workstation.domain.reports import CommissionReport
from workstation.oms.events import (
    Expired,
    LinkLost,
    NotPlacedConfirmed,
    ReconcileBegan,
    Reconciled,
    Unanswered,
)
from workstation.risk.exposure import leaves, may_fill

L = Lifecycle


def sent(quantity: int = 100) -> Door:
    door = Door()
    door.submit(a_draft(quantity=D(quantity)))
    door.apply(bytes_sent())
    return door


def only(door: Door) -> Any:
    return next(iter(door.orders))


# -- I5: the order of arrival -----------------------------------------------------------------------

CALLBACKS = {
    "filled in one": (
        [status("PreSubmitted"), status("Submitted"), open_order(), status("Filled"), fill()],
        (L.FILLED, 100),
    ),
    "filled in three": (
        [
            open_order(),
            status("Submitted", filled=D(30)),
            fill("a.1.01", 30),
            fill("b.1.01", 30),
            fill("c.1.01", 40),
            status("Filled", filled=D(100)),
        ],
        (L.FILLED, 100),
    ),
    "cancelled": (
        [
            open_order(status="PreSubmitted"),
            status("Submitted"),
            status("PendingCancel"),
            status("Cancelled"),
            notice(202),
        ],
        (L.CANCELLED, 0),
    ),
    "cancelled with a part filled": (
        [open_order(), status("Submitted"), fill("a.1.01", 40), status("Cancelled"), notice(202)],
        (L.CANCELLED, 40),
    ),
    "filled while it was cancelled": (
        [status("Submitted"), status("PendingCancel"), fill(), status("Filled"), notice(161)],
        (L.FILLED, 100),
    ),
    "rejected": ([notice(201), status("Inactive"), open_order(status="Inactive")], None),
    "expired at the broker": (
        [open_order(), open_order(status="Cancelled", completed=True), fill("a.1.01", 1)],
        (L.CANCELLED, 1),
    ),
    "corrected": (
        [fill("a.1.01", 60), fill("a.1.02", 50), fill("b.1.01", 20), status("Cancelled")],
        (L.CANCELLED, 70),
    ),
}


@pytest.mark.parametrize("name", CALLBACKS)
def test_every_arrival_order_ends_the_same(name: str) -> None:
    callbacks, expected = CALLBACKS[name]
    outcomes = set()
    for order in itertools.permutations(callbacks):
        door = sent()
        for report in order:
            door.apply(report)
        mine = only(door)
        outcomes.add((mine.lifecycle, int(mine.filled)))
        if len(callbacks) <= 5:
            before = mine.view()
            for report in order:  # all of it once more changes nothing
                if not isinstance(report, type(notice(1))):
                    door.apply(report)
            assert (mine.lifecycle, mine.filled) == (before.lifecycle, before.filled)
    if expected is None:  # 201 proves a refusal only where nothing was acknowledged before
        assert outcomes <= {(L.REJECTED, 0), (L.INACTIVE, 0)}
    else:
        assert outcomes == {expected}


# -- any events at all ------------------------------------------------------------------------------

ORDERS = st.integers(1, 2)
PERMS = st.sampled_from([None, PermId(9001), PermId(9002), PermId(5)])
WORDS = st.sampled_from(
    [
        "ApiPending",
        "PendingSubmit",
        "PreSubmitted",
        "Submitted",
        "PendingCancel",
        "ApiCancelled",
        "Cancelled",
        "Filled",
        "Inactive",
        "Nonsense",
    ]
)
CLIENTS = st.sampled_from([CLIENT, CLIENT, CLIENT, ClientId(0)])
CODES = st.sampled_from([100, 103, 104, 110, 135, 161, 201, 202, 399, 404, 10147, 10148, 77])
EXEC_IDS = st.builds(lambda base, revision: f"{base}.{revision:02}", st.sampled_from("abc"), ORDERS)

REPORTS = st.one_of(
    st.builds(
        lambda number, perm, word, client: status(
            word, order_id=OrderId(number), perm_id=perm, client_id=client
        ),
        ORDERS,
        PERMS,
        WORDS,
        CLIENTS,
    ),
    st.builds(
        lambda number, perm, word, quantity, completed, client: open_order(
            order_id=OrderId(number),
            perm_id=perm,
            status=word,
            quantity=D(quantity),
            completed=completed,
            client_id=client,
        ),
        ORDERS,
        PERMS,
        WORDS,
        st.sampled_from([0, 50, 100, 150]),
        st.booleans(),
        CLIENTS,
    ),
    st.builds(
        lambda number, perm, name, quantity, client: fill(
            name, quantity, order_id=OrderId(number), perm_id=perm, client_id=client
        ),
        ORDERS,
        PERMS,
        EXEC_IDS,
        st.sampled_from([0, 1, 40, 100]),
        CLIENTS,
    ),
    st.builds(notice, CODES, ORDERS),
    st.builds(
        lambda name: CommissionReport(
            commission=Commission(
                exec_id=ExecId(name), commission=D(1), currency="USD", realized_pnl=None
            )
        ),
        EXEC_IDS,
    ),
    st.just(bytes_sent(1, 2)),
)
WISHES = st.sampled_from(
    [
        "submit",
        "change",
        "reduce",
        "grow",
        "cancel",
        "down",
        "up",
        "lost",
        "unanswered",
        "began",
        "reconciled",
        "gone",
        "expired",
        "sweep",
    ]
)
RUNS = int(os.environ.get("WORKSTATION_STATEFUL_RUNS", "150"))
"""Random runs of each property; F4 wants 10,000 once, too many for every day."""

STEPS = st.lists(st.one_of(REPORTS, REPORTS, WISHES), max_size=30)


def play(door: Door, steps: list[Any]) -> None:
    for number, step in enumerate(steps):
        door.clock.seconds += 1
        if isinstance(step, str):
            wish(door, step, IntentId(f"step-{number}"))
        else:
            door.apply(step)


def wish(door: Door, step: str, intent_id: IntentId) -> None:
    orders = list(door.orders)
    key = orders[len(intent_id) % len(orders)].key if orders else None
    events = {
        "lost": LinkLost(reason="gone"),
        "began": ReconcileBegan(),
        "reconciled": Reconciled(missing=tuple(o.key for o in orders), settled=True),
    }
    if step in {"down", "up"}:
        door.broker.up = step == "up"
    elif step == "submit":
        door.submit(intent_id=intent_id)
    elif step == "sweep":
        door.desk.sweep()
    elif step in events:
        door.apply(events[step])
    elif key is not None:
        wish_about(door, step, key, intent_id)


def wish_about(door: Door, step: str, key: Any, intent_id: IntentId) -> None:
    if step == "cancel":
        door.cancel(key)
    elif step == "unanswered":
        door.apply(Unanswered(key=key))
    elif step == "gone":
        door.apply(NotPlacedConfirmed(key=key))
    elif step == "expired":
        door.apply(Expired(key=key))
    else:
        terms = {"change": {"limit_price": D("100.01")}, "reduce": {"quantity": D(50)}}
        door.change(key, intent_id=intent_id, **terms.get(step, {"quantity": D(150)}))


TIMES = {"created_at", "updated_at"}


def seen(door: Door) -> list[Any]:
    """Everything about every order that must be the same after a restart."""
    found = []
    for order in door.orders:
        view, *rest = order.state()
        shown = {n: getattr(view, n) for n in type(view).__slots__ if n not in TIMES}
        found.append((shown, rest, order.revisions))
    return found


@settings(max_examples=RUNS)
@given(STEPS)
def test_a_restart_finds_every_order_as_it_was(steps: list[Any]) -> None:
    door = Door()
    door.submit()
    play(door, steps)

    again = Door(clock=door.clock)
    again.desk.replay(list(door.journal.entries))
    door.desk.link_lost("the program was restarted")

    assert seen(again) == seen(door)
    assert again.desk.controller.ids.new() >= door.desk.controller.ids.new()
    for order in door.orders:
        if order.intent_id is not None:
            assert again.orders.of_intent(order.intent_id).key == order.key  # type: ignore[union-attr]


@settings(max_examples=RUNS)
@given(STEPS)
def test_the_invariants_hold_after_every_step(steps: list[Any]) -> None:
    door = Door()
    door.submit()
    for number, step in enumerate(steps):
        before = {order.key: (order.lifecycle, order.filled) for order in door.orders}
        play(door, [step] if not isinstance(step, str) else [])
        if isinstance(step, str):
            wish(door, step, IntentId(f"step-{number}"))
        check_steps(door, before, step)
    check_books(door)
    intents = [e for e in door.journal.events if e in {"Intent", "ChangeIntent"}]
    assert len(door.broker.frames) <= len(intents)  # I6, I7


def check_steps(door: Door, before: dict[Any, Any], step: Any) -> None:
    is_execution = type(step) is type(fill())
    for order in door.orders:
        was, filled = before.get(order.key, (None, D(0)))
        if order.filled < filled:
            assert OrderFlag.CORRECTED in order.flags  # I2
        if order.filled != filled and was is not None:
            assert is_execution  # I1
        if was is not None and was.is_terminal and not order.lifecycle.is_terminal:
            assert OrderFlag.RESURRECTED in order.flags
        if step == "cancel" and was is not None:
            assert (order.lifecycle is L.CANCELLED) == (was is L.CANCELLED)  # I8


def check_books(door: Door) -> None:
    for order in door.orders:
        newest = {base: e.revision for base, e in order.revisions.items()}
        assert order.filled == sum(e.quantity for e in order.revisions.values())
        assert all(e.revision == newest[e.base_id] for e in order.revisions.values())
        view = order.view()
        assert view.remaining >= 0
        assert view == order._frozen()  # a kept view is never an old one
        if order.lifecycle is L.FILLED and order.mine and OrderFlag.CORRECTED not in order.flags:
            assert order.filled >= order.quantity
        if order.lifecycle.is_terminal:
            assert (order.cancel, order.replace) == (Pending.NONE, Pending.NONE)
    working = leaves(may_fill(door.orders.working()))
    worst = sum(
        max(o.quantity - o.filled, D(0)) for o in door.orders if not o.lifecycle.is_terminal
    )
    assert working.buys + working.sells >= worst  # I9
