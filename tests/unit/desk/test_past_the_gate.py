"""Attacks that got more out of a position than it held, or kept a part of it in."""

from typing import Any

import pytest

from tests.helpers.desk_exits import Exits
from tests.helpers.desk_fakes import (
    SPY,
    D,
    Door,
    fill,
    notice,
    open_order,
    spy,
    status,
)
from tests.unit.desk.test_closing import holding
from tests.unit.desk.test_emergency import emergency
from workstation.domain.commands import Done
from workstation.domain.finding import Denied, Submitted, TradingState
from workstation.domain.ids import ClientId, IntentId, OrderId, PermId
from workstation.domain.order import OrderTerms, OrderType, Side, Tif
from workstation.domain.order_extras import OcaGroup, OcaType
from workstation.domain.order_status import Lifecycle
from workstation.oms.events import ReconcileBegan

SELL = Side.SELL
MARKET = {"order_type": OrderType.MARKET, "limit_price": None}


def reducing() -> Door:
    """100 held, and nothing but exits may leave."""
    door = Door()
    door.contracts.known[SPY] = spy(order_types=frozenset())
    door.hold(100)
    door.stand(trading_state=TradingState.REDUCING, trading_reason="a test")
    return door


def sold(door: Door, number: int, **terms: Any) -> Any:
    """Send one more order that would sell all that is held."""
    door.clock.seconds += 5
    return door.submit(intent_id=IntentId(f"exit-{number}"), side=SELL, **terms)


def in_group(name: str, oca_type: OcaType = OcaType.CANCEL) -> OrderTerms:
    return OrderTerms(oca=OcaGroup(name=name, oca_type=oca_type))


# -- exits that do not count each other open a position ---------------------------------------------


@pytest.mark.parametrize(
    "terms",
    [
        {**MARKET, "order_type": OrderType.MARKET_ON_CLOSE},
        {"order_type": OrderType.LIMIT_ON_CLOSE, "limit_price": D("101.00")},
        {**MARKET, "order_type": OrderType.MARKET_IF_TOUCHED, "stop_price": D("101.00")},
        {"order_type": OrderType.LIMIT_IF_TOUCHED, "limit_price": D("101.00"),
         "stop_price": D("101.00")},
        {**MARKET, "tif": Tif.OPG},
    ],
)  # fmt: skip
def test_of_orders_that_wait_no_more_are_exits_than_the_position_holds(
    terms: dict[str, Any],
) -> None:
    door = reducing()
    assert isinstance(sold(door, 1, **terms), Submitted)
    assert isinstance(sold(door, 2, **terms), Denied)
    assert isinstance(sold(door, 3, **MARKET), Submitted), "what waits must keep nobody in"


@pytest.mark.parametrize("oca_type", list(OcaType))
def test_a_market_order_of_a_group_is_a_close_like_any_other(oca_type: OcaType) -> None:
    door = reducing()
    assert isinstance(sold(door, 1, **MARKET, terms=in_group("a", oca_type)), Submitted)
    assert isinstance(sold(door, 2, **MARKET, terms=in_group("b", oca_type)), Denied)
    assert isinstance(sold(door, 3, **MARKET), Denied)


def test_targets_in_one_group_after_another_are_no_exits_beyond_the_position() -> None:
    door = reducing()
    target = {"limit_price": D("105.00")}
    assert isinstance(sold(door, 1, **target, terms=in_group("a")), Submitted)
    assert isinstance(sold(door, 2, **target, terms=in_group("b")), Denied)
    assert isinstance(sold(door, 3, **MARKET, terms=in_group("a")), Submitted), (
        "a member of the same group adds nothing"
    )


def test_two_groups_of_half_a_position_each_are_exits() -> None:
    door = reducing()
    for number, name in enumerate("ab"):
        answer = sold(door, number, limit_price=D("105.00"), quantity=D(50), terms=in_group(name))
        assert isinstance(answer, Submitted), name


def test_a_target_in_a_group_does_not_stand_in_the_way_of_a_close() -> None:
    door = reducing()
    sold(door, 1, limit_price=D("105.00"), terms=in_group("a"))
    assert isinstance(sold(door, 2, **MARKET, terms=in_group("b")), Submitted)


# -- a part that cannot be traded must not keep the rest in -----------------------------------------


def test_a_close_sells_what_the_contract_trades_of_a_position_with_a_fraction() -> None:
    exits = Exits()
    exits.door.hold("100.5")
    answer = exits.close()

    assert isinstance(answer, Done), answer
    assert exits.newest.quantity == 100
    assert "0.5 stay: the contract trades 1 at a time" in answer.text


def test_a_position_smaller_than_the_contract_trades_is_refused_before_its_stop_is_cancelled() -> (
    None
):
    exits = holding()
    exits.door.working(side=SELL, order_type=OrderType.STOP, limit_price=None, stop_price=D(90))
    exits.door.contracts.known[SPY] = spy(size_increment=D(200), min_size=D(200))
    assert isinstance(exits.close(), Denied)
    assert exits.door.broker.cancels == []


# -- cancelling one side must not strip an entry of its stop ----------------------------------------


def entry_with_stop(exits: Exits) -> None:
    parent = exits.door.order(exits.door.working())
    exits.door.apply(
        open_order(
            order_id=OrderId(9), perm_id=PermId(99), side=SELL, order_type="STP",
            limit_price=None, stop_price=D(90), parent_id=parent.order_id,
        )
    )  # fmt: skip


def test_cancelling_the_sales_leaves_the_stop_of_a_purchase_that_stays() -> None:
    exits = Exits()
    entry_with_stop(exits)
    answer = emergency(exits).cancel(side=SELL)

    assert exits.door.broker.cancels == []
    assert "1 orders that protect a position stay" in str(answer)
    emergency(exits).cancel(side=SELL, protection=True)
    assert exits.door.broker.cancels == [9]


def test_what_protects_ends_too_if_the_entry_fills_before_its_cancel_arrives() -> None:
    exits = Exits()
    entry_with_stop(exits)
    emergency(exits).cancel()
    assert exits.door.broker.cancels == [1], "the stop must stay if the entry fills after all"

    exits = Exits()
    entry_with_stop(exits)
    emergency(exits).cancel(protection=True)
    assert exits.door.broker.cancels == [9, 1]


# -- what is shown must be what is ------------------------------------------------------------------


@pytest.mark.parametrize("code", [201, 202])
def test_an_order_reported_live_after_its_end_is_asked_about(code: int) -> None:
    door = Door()
    order = door.order(door.submit().key)
    door.apply(notice(code, order.order_id))
    asked = door.asked
    door.apply(open_order(order))
    assert door.asked > asked, "it would be shown as ended while it works"

    door.apply(ReconcileBegan())
    door.apply(open_order(order))
    assert order.lifecycle is Lifecycle.WORKING


def test_a_late_report_of_a_full_order_asks_nothing() -> None:
    door = Door()
    order = door.order(door.working())
    door.apply(fill("a.1.01", 100, order_ref=order.order_ref, perm_id=order.perm_id))
    asked = door.asked
    door.apply(open_order(order))
    assert order.lifecycle is Lifecycle.FILLED
    assert door.asked == asked


def test_a_copy_made_in_tws_with_our_mark_is_an_order_of_its_own() -> None:
    door = Door()
    order = door.order(door.working())
    copy = {"order_id": OrderId(0), "client_id": ClientId(0), "perm_id": PermId(777)}
    door.apply(open_order(order, **copy, quantity=D(5), limit_price=D("50.00")))
    door.apply(fill("c.1.01", 5, **copy, order_ref=order.order_ref))
    door.apply(status("Cancelled", **copy))
    mine, theirs = door.orders

    assert (mine.quantity, mine.limit_price, mine.filled) == (100, D("100.00"), 0)
    assert mine.lifecycle is Lifecycle.WORKING
    assert (theirs.quantity, theirs.filled, theirs.mine) == (5, 5, False)
    assert door.orders.find(None, order.order_ref, order.client_id, order.order_id) is mine


def test_a_gateway_that_hands_out_a_perm_id_again_means_the_order_it_marks() -> None:
    door = Door()
    old = door.order(door.working())
    door.apply(fill("a.1.01", 100, order_ref=old.order_ref, perm_id=old.perm_id))
    door.clock.seconds += 10
    new = door.order(door.submit(intent_id=IntentId("after the reset")).key)
    door.apply(open_order(new, perm_id=old.perm_id))
    door.apply(status("Submitted", order_id=new.order_id, perm_id=old.perm_id))

    assert new.lifecycle is Lifecycle.WORKING
    assert old.lifecycle is Lifecycle.FILLED


def test_an_order_reported_without_its_quantity_keeps_what_it_may_still_fill() -> None:
    door = reducing()
    order = door.order(sold(door, 1, **MARKET).key)
    door.apply(open_order(order, quantity=D(0)))
    assert order.quantity == 100
    assert isinstance(sold(door, 2, **MARKET), Denied)
