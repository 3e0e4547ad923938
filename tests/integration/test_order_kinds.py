"""Every kind of order leaves by the one door, works at the gateway and is shown as it is."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.helpers.accepting import all_of
from tests.helpers.gateway_rig import PLACE, TradingRig
from workstation.domain.ats import ATS_ROUTE, AtsTerms
from workstation.domain.commands import (
    Answered,
    Ask,
    CancelOrder,
    CancelOrders,
    ChangeOrder,
    Done,
    FollowQuotes,
    SubmitOrder,
)
from workstation.domain.finding import Denied, NeedsAcknowledgement, Submitted
from workstation.domain.ids import IntentId, OrderKey
from workstation.domain.order import OrderChange, OrderTerms, OrderType, Side, Tif
from workstation.domain.order_extras import TriggerMethod
from workstation.domain.order_status import Lifecycle, OrderView
from workstation.domain.queries import ContractFilter, FindContracts

PROTECTION_TICKS = 20
"""How far beyond the market the exchange lets a protected order of the gateway go."""

K, L = OrderType, Lifecycle
LIVE = {L.HELD, L.WORKING}
ON_THE_WAY = {L.STAGED, L.SENDING, L.SENT}


def send(
    rig: TradingRig, kind: OrderType, terms: dict[str, Any] | None = None, **changes: Any
) -> Any:
    """Send an order; what asks first, as a time out of hours may, is accepted."""
    rig.until(lambda: rig.desk.order_desk.controller.actions.count(1) < 8)
    draft = rig.draft(order_type=kind, terms=OrderTerms(**terms or {}), **changes)
    answer = rig.ask(SubmitOrder(draft))
    if isinstance(answer, NeedsAcknowledgement):
        seen = all_of(answer.findings)
        again = rig.draft(order_type=kind, terms=draft.terms, acknowledged=seen, **changes)
        answer = rig.ask(SubmitOrder(again))
    assert isinstance(answer, Submitted), answer
    return answer


def view(rig: TradingRig, key: OrderKey) -> OrderView:
    order = rig.desk.orders.get(key)
    assert order is not None
    return order.view()


def _later_kinds(low: Decimal) -> list[tuple[OrderType, dict[str, Any], dict[str, Any]]]:
    return [
        (K.LIMIT, {}, {"limit_price": low, "tif": Tif.DTC}),
        (K.LIMIT, {"minutes": Decimal(30)}, {"limit_price": low, "tif": Tif.MINUTES}),
        (K.LIMIT, {"sweeps": True}, {"limit_price": low}),
        (K.LIMIT, {"ats_seconds": Decimal(3600)}, {"limit_price": low}),
        (
            K.PEG_BEST,
            {"ats": AtsTerms(beyond_best=Decimal("0.01"), least_rival=Decimal(100))},
            {"limit_price": low, "route": ATS_ROUTE},
        ),
        (
            K.PEG_BEST,
            {"ats": AtsTerms(to_middle=True, half_offset=Decimal("0.01"))},
            {"limit_price": low, "route": ATS_ROUTE},
        ),
    ]


def kinds(rig: TradingRig) -> list[tuple[OrderType, dict[str, Any], dict[str, Any]]]:
    """Each kind so far from the market that it waits."""
    last, now = rig.last, rig.desk._clock.now()
    low, high = last - 20, last + 20
    half = {"trail_amount": Decimal(5)}
    return [
        (K.TRAIL, half, {"side": Side.SELL}),
        (K.TRAIL, {"trail_percent": Decimal(10)}, {"side": Side.SELL, "tif": Tif.GTC}),
        (
            K.TRAIL_LIMIT,
            {**half, "trail_stop": low, "limit_offset": Decimal("0.10")},
            {"side": Side.SELL},
        ),
        (K.MARKET_IF_TOUCHED, {}, {"stop_price": low}),
        (K.LIMIT_IF_TOUCHED, {}, {"stop_price": low, "limit_price": low}),
        (K.MARKET_ON_CLOSE, {}, {}),
        (K.LIMIT_ON_CLOSE, {}, {"limit_price": last}),
        (K.RELATIVE, {"peg_offset": Decimal("0.01")}, {"limit_price": low}),
        (K.PEG_MID, {}, {"limit_price": low}),
        (K.MIDPRICE, {}, {"limit_price": low}),
        (K.LIMIT, {"display_size": Decimal(5)}, {"limit_price": low}),
        (K.LIMIT, {"hidden": True}, {"limit_price": low}),
        (K.LIMIT, {"discretionary_amount": Decimal("0.05")}, {"limit_price": low}),
        (K.STOP, {"trigger_method": TriggerMethod.BID_ASK}, {"stop_price": high}),
        (K.LIMIT, {"good_till": now + timedelta(days=2)}, {"limit_price": low, "tif": Tif.GTD}),
        (K.LIMIT, {"good_after": now + timedelta(hours=5)}, {"limit_price": low}),
        (K.LIMIT, {}, {"limit_price": low, "tif": Tif.OPG}),
        (K.LIMIT, {}, {"limit_price": low, "outside_rth": True, "tif": Tif.GTC}),
        *_later_kinds(low),
    ]


@pytest.mark.timeout(180)
def test_each_kind_works_is_shown_and_is_cancelled(rig: TradingRig) -> None:
    for kind, terms, changes in kinds(rig):
        answer = send(rig, kind, terms, **changes)
        key = answer.key
        rig.until(lambda key=key: view(rig, key).lifecycle not in ON_THE_WAY)
        shown = view(rig, key)
        assert shown.lifecycle in LIVE, (kind, terms, shown.lifecycle, shown.note)
        assert shown.order_type == kind.value
        assert shown.tif == changes.get("tif", Tif.DAY).value
        assert shown.limit_price == changes.get("limit_price"), kind
        assert shown.stop_price == changes.get("stop_price"), kind
        assert shown.filled == 0
        assert all(f"{each:f}" in shown.note for each in OrderTerms(**terms).numbers.values())
        assert isinstance(rig.ask(CancelOrder(key)), Done)
        rig.until(lambda key=key: view(rig, key).lifecycle is L.CANCELLED)


@pytest.mark.timeout(120)
def test_a_changed_order_keeps_what_was_not_changed(rig: TradingRig) -> None:
    low = rig.last - 20
    till = rig.desk._clock.now() + timedelta(days=2)
    terms = {"display_size": Decimal(5), "good_till": till}
    key = send(rig, K.LIMIT, terms, limit_price=low, tif=Tif.GTD).key
    rig.until(lambda: view(rig, key).lifecycle in LIVE)
    before = rig.gateway.frames(PLACE)[-1]
    change = OrderChange(intent_id=IntentId("move"), key=key, limit_price=low - 1)
    assert isinstance(rig.ask(ChangeOrder(change)), Submitted)
    rig.until(lambda: view(rig, key).limit_price == low - 1)

    after = rig.gateway.frames(PLACE)[-1]
    differing = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert [(Decimal(old), Decimal(new)) for old, new in differing] == [(low, low - 1)]


def test_kinds_that_take_the_market_trade_at_the_price_they_find(rig: TradingRig) -> None:
    for kind in (K.MARKET_TO_LIMIT, K.SNAP_MARKET):
        answer = send(rig, kind)
        rig.until(lambda key=answer.key: view(rig, key).lifecycle is L.FILLED)
    waiting = send(rig, K.SNAP_PRIMARY, side=Side.SELL)
    rig.until(lambda: view(rig, waiting.key).limit_price is not None)
    refused = rig.ask(SubmitOrder(rig.draft(order_type=K.MARKET_PROTECTED)))
    assert isinstance(refused, Denied)
    assert any("futures" in each.text for each in refused.findings)


def test_a_trailing_stop_follows_and_sells(rig: TradingRig) -> None:
    send(rig, K.MARKET)
    rig.until(lambda: rig.position() == 20)
    terms = {"trail_amount": Decimal("0.01")}
    key = send(rig, K.TRAIL, terms, side=Side.SELL).key
    rig.until(lambda: view(rig, key).lifecycle is L.FILLED, 40)
    rig.until(lambda: rig.position() == 0)


@pytest.mark.timeout(120)
def test_a_protected_stop_of_a_future_waits_at_the_broker_and_sells(rig: TradingRig) -> None:
    wanted = ContractFilter(symbol="MES", sec_type="FUT", exchange="CME", currency="USD")
    answer = rig.ask(Ask(FindContracts(wanted)))
    assert isinstance(answer, Answered), answer
    future = min(answer.value, key=lambda each: each.contract.expiry)
    con_id = future.contract.con_id
    rig.ask(FollowQuotes(con_id))
    rig.until(lambda: rig.is_priced(con_id))
    held = {"con_id": con_id, "quantity": Decimal(2)}
    send(rig, K.MARKET, **held)
    rig.until(lambda: rig.position(con_id) == 2)

    def place(below: Decimal) -> OrderKey:
        quote = rig.desk.figures.quotes.quote(con_id)
        assert quote is not None
        price = future.ladder.snap_down(Decimal(str(quote.bid)) - below)
        return send(rig, K.STOP_PROTECTED, side=Side.SELL, stop_price=price, **held).key

    far = place(Decimal(200))
    rig.until(lambda: view(rig, far).lifecycle is L.HELD)
    frame = rig.gateway.frames(PLACE)[-1]
    assert "STP PRT" in frame
    assert isinstance(rig.ask(CancelOrder(far)), Done)
    rig.until(lambda: view(rig, far).lifecycle is L.CANCELLED)

    near = place(Decimal(0))
    rig.until(lambda: view(rig, near).lifecycle is L.FILLED, 60)
    rig.until(lambda: rig.position(con_id) == 0)
    shown = view(rig, near)
    price, stop = shown.average_price, shown.stop_price
    assert price is not None
    assert stop is not None
    assert abs(price - stop) <= PROTECTION_TICKS * future.ladder.increment_at(stop)


def test_what_the_gateway_would_refuse_is_denied_before(rig: TradingRig) -> None:
    frames = len(rig.gateway.frames(PLACE))
    price = {"limit_price": rig.last - 20}
    for bad in (
        rig.draft(order_type=K.TRAIL, terms=OrderTerms()),
        rig.draft(order_type=K.LIMIT, terms=OrderTerms(all_or_none=True), **price),  # not served
    ):
        assert isinstance(rig.ask(SubmitOrder(bad)), Denied)
    assert len(rig.gateway.frames(PLACE)) == frames


def test_orders_of_one_side_end_together(rig: TradingRig) -> None:
    low, high = rig.last - 20, rig.last + 20
    buys = [send(rig, K.LIMIT, limit_price=low - each).key for each in (0, 1)]
    sell = send(rig, K.LIMIT, limit_price=high, side=Side.SELL).key
    rig.until(lambda: all(view(rig, key).lifecycle in LIVE for key in (*buys, sell)))

    assert isinstance(rig.ask(CancelOrders(side=Side.BUY)), Done)
    rig.until(lambda: all(view(rig, key).lifecycle is L.CANCELLED for key in buys))
    assert view(rig, sell).lifecycle in LIVE
    assert isinstance(rig.ask(CancelOrders(con_id=view(rig, sell).con_id)), Done)
    rig.until(lambda: view(rig, sell).lifecycle is L.CANCELLED)
