"""A stop on its way: to the wire, through a change, back from the journal."""

import json
from typing import Any

from tests.helpers.desk_fakes import NOON, D, Door, a_draft, open_order
from workstation.domain.finding import NeedsAcknowledgement, RiskCode, Submitted, TradingState
from workstation.domain.ids import ClientId, IntentId, OrderId, PermId
from workstation.domain.order import OrderType, Side
from workstation.domain.order_status import Lifecycle, Pending
from workstation.storage.journal import Entry

STOP: dict[str, Any] = {
    "order_type": OrderType.STOP, "limit_price": None, "stop_price": D("95.00"), "side": Side.SELL,
}  # fmt: skip
STOP_LIMIT: dict[str, Any] = {
    **STOP, "order_type": OrderType.STOP_LIMIT, "limit_price": D("94.50"),
}  # fmt: skip


def holding(quantity: int = 100) -> Door:
    door = Door()
    door.hold(quantity)
    return door


def test_a_stop_shows_its_price_and_that_of_a_change() -> None:
    door = holding()
    key = door.working(**STOP)
    assert door.order(key).view().stop_price == D(95)

    assert isinstance(door.change(key, stop_price=D("96.00")), Submitted)
    view = door.order(key).view()
    assert (view.stop_price, view.pending_stop, view.replace) == (D(95), D(96), Pending.REQUESTED)
    assert b"|STP|None|96.00|" in door.broker.frames[-1]

    door.apply(open_order(door.order(key), stop_price=D("96.00")))
    view = door.order(key).view()
    assert (view.stop_price, view.pending_stop, view.replace) == (D(96), None, Pending.NONE)


def test_another_stop_than_the_wished_one_does_not_confirm_the_change() -> None:
    door = holding()
    key = door.working(**STOP)
    door.change(key, stop_price=D("96.00"))
    door.apply(open_order(door.order(key), stop_price=D("95.50")))

    assert door.order(key).replace is Pending.REQUESTED


def test_a_stop_moved_closer_asks_nothing_in_any_state() -> None:
    for terms, change in (
        (STOP, {"stop_price": D("99.00")}),
        (STOP_LIMIT, {"stop_price": D("99.00"), "limit_price": D("98.50")}),
        (STOP_LIMIT, {"limit_price": D("94.00")}),
        ({**STOP, "quantity": D(150)}, {"stop_price": D("99.00"), "quantity": D(120)}),
    ):
        door = holding()
        key = door.working(**terms)
        door.stand(trading_state=TradingState.HALTED, limits=None)
        answer = door.change(key, **change)
        assert isinstance(answer, Submitted), (terms, answer)


def test_a_stop_larger_than_the_position_may_not_move_away_while_reducing() -> None:
    for terms, change in (
        (STOP, {"stop_price": D("94.00")}),
        (STOP_LIMIT, {"stop_price": D("96.00")}),
        (STOP_LIMIT, {"limit_price": D("94.60")}),
    ):
        door = holding()
        key = door.working(**{**terms, "quantity": D(150)})
        door.stand(trading_state=TradingState.REDUCING)
        answer = door.change(key, **change)
        assert {each.code for each in answer.findings} >= {RiskCode.TRADING_STATE}, change


def test_an_entry_by_stop_moved_closer_is_no_exit() -> None:
    door = Door()
    key = door.working(**{**STOP, "side": Side.BUY, "stop_price": D("105.00")})
    door.stand(trading_state=TradingState.REDUCING)

    assert not isinstance(door.change(key, stop_price=D("104.00")), Submitted)
    assert not isinstance(door.change(key, stop_price=D("NaN")), Submitted)


def test_a_change_of_an_entry_by_stop_adds_only_what_it_adds() -> None:
    door = Door()
    key = door.working(**{**STOP, "side": Side.BUY, "stop_price": D("105.00")})
    moved = a_draft(order_type=OrderType.STOP, stop_price=D("106.00"))

    assert door.judge(moved, door.order(key)).entry_value == D(100)


def test_the_same_stop_at_another_price_is_no_duplicate() -> None:
    door = Door()
    door.submit(**STOP)
    other = door.submit(**{**STOP, "stop_price": D("94.00"), "intent_id": IntentId("2")})
    again = door.submit(**{**STOP, "stop_price": D("94.00"), "intent_id": IntentId("3")})

    assert isinstance(other, Submitted)
    assert isinstance(again, NeedsAcknowledgement)
    assert {each.code for each in again.findings} - {RiskCode.SHORT} == {RiskCode.DUPLICATE}
    strange = door.submit(**{**STOP, "stop_price": D("sNaN"), "intent_id": IntentId("4")})
    assert RiskCode.PRICE_NOT_FINITE in {each.code for each in strange.findings}


def test_a_stop_and_its_change_come_back_from_the_journal() -> None:
    door = holding()
    key = door.working(**STOP_LIMIT)
    door.change(key, stop_price=D("96.00"), limit_price=D("95.50"))

    again = door.restarted().order(key).view()

    assert (again.stop_price, again.limit_price) == (D("95.00"), D("94.50"))
    assert (again.pending_stop, again.pending_limit) == (D("96.00"), D("95.50"))
    assert again.replace is Pending.UNKNOWN


def old_rows() -> list[tuple[str, dict[str, Any]]]:
    """Return rows as they were on disk before there were stops, field for field."""
    draft = {
        "intent_id": "old", "account": "SIM0000001", "con_id": 756733, "side": "BUY",
        "quantity": "100", "order_type": "LMT", "limit_price": "100.00", "tif": "DAY",
        "outside_rth": False, "source": "ticket", "acknowledged": ["R05_ORDER_SIZE"],
    }  # fmt: skip
    ref = "WS:00000001:OLD"
    report = {
        "order_id": 1, "client_id": 7, "perm_id": 9001, "order_ref": ref, "account": "SIM0000001",
        "con_id": 756733, "symbol": "SPY", "side": "BUY", "quantity": "100", "order_type": "LMT",
        "limit_price": "100.00", "tif": "DAY", "outside_rth": False, "status": "Submitted",
        "what_if": False, "completed": False,
    }  # fmt: skip
    return [
        ("Intent", {
            "intent_id": "old", "order_id": 1, "client_id": 7, "order_ref": ref,
            "con_id": 756733, "symbol": "SPY", "draft": draft, "sha256": "00",
        }),
        ("OpenOrderReport", report),
        ("ChangeIntent", {
            "intent_id": "older", "key": ref, "order_id": 1, "quantity": "50",
            "limit_price": "99.00", "sha256": "00",
        }),
        ("OpenOrderReport", {**report, "order_type": "STP", "perm_id": 4, "order_ref": None}),
    ]  # fmt: skip


def test_a_journal_written_before_there_were_stops_still_replays() -> None:
    entries = [
        Entry(number, NOON.isoformat(), event, json.dumps(body).encode())
        for number, (event, body) in enumerate(old_rows(), 1)
    ]
    door = Door()

    door.desk.replay(entries)

    order, foreign = door.orders
    assert (order.order_id, order.quantity, order.limit_price) == (1, D(100), D("100.00"))
    assert (order.lifecycle, order.pending_quantity) == (Lifecycle.WORKING, D(50))
    assert order.stop_price is None
    assert (foreign.order_type, foreign.stop_price, foreign.parent) == ("STP", None, None)
    assert door.desk.controller.ids.new() == 2


def test_a_stop_of_another_client_is_shown_with_its_price() -> None:
    door = Door()
    door.apply(
        open_order(
            side=Side.SELL, order_type="STP", limit_price=None, stop_price=D("95.00"),
            client_id=ClientId(0), order_id=OrderId(0), perm_id=PermId(4),
        )
    )  # fmt: skip

    (order,) = door.orders
    assert order.view().stop_price == D("95.00")
