"""What openOrder and completedOrder say of an order's terms, read by stock ibapi's decoder."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from ibapi import comm
from ibapi.decoder import Decoder
from ibapi.protobuf.OpenOrder_pb2 import OpenOrder
from ibapi.wrapper import EWrapper

from workstation.simgateway.codec_proto import FIRST_RAW, PROTO_OFFSET, encode
from workstation.simgateway.messages import Message
from workstation.simgateway.order_messages import completed_order, open_order
from workstation.simgateway.orders import (
    Adjustment,
    Condition,
    Hedge,
    Options,
    Order,
    OrderTerms,
)

VERSIONS = [157, 163, 170, 178, 184, 193, 200, 203, 213, 216, 217, 223, 226]
UNSET = 1.7976931348623157e308

ORDER = Order(
    client_id=3,
    order_id=8,
    perm_id=4_000_000_005,
    status="PreSubmitted",
    terms=OrderTerms(
        con_id=265598,
        exchange="SMART",
        side="SELL",
        quantity=Decimal(250),
        order_type="TRAIL LIMIT",
        limit_price=None,
        tif="GTD",
        account="SIM0000001",
        order_ref="mine",
        oca_group="pair",
        oca_type=1,
        outside_rth=True,
        parent_id=6,
        offset=Decimal("1.5"),
        trail_stop=Decimal("99.25"),
        limit_offset=Decimal("0.1"),
        trigger_method=2,
        display_size=50,
        good_after_time="20261120 10:00:00 US/Eastern",
        good_till_date="20261121 10:00:00 US/Eastern",
        conditions=(
            Condition(
                kind=1, is_and=True, is_more=True, text="101.5", con_id=8314, exchange="SMART"
            ),
            Condition(kind=3, is_and=False, is_more=True, text="20261120 16:00:00 US/Eastern"),
            Condition(kind=4, is_and=True, text="30"),
            Condition(kind=5, is_and=True, sec_type="STK", exchange="SMART", symbol="IBM"),
            Condition(
                kind=6, is_and=True, is_more=True, text="5000", con_id=8314, exchange="SMART"
            ),
            Condition(kind=7, is_and=True, text="2.5", con_id=8314, exchange="SMART"),
        ),
        conditions_ignore_rth=True,
        conditions_cancel=True,
        algo="Adaptive",
        algo_params=(("adaptivePriority", "Urgent"),),
        adjustment=Adjustment(
            trigger_price=Decimal(105),
            order_type="TRAIL",
            stop_price=Decimal(104),
            trailing_amount=Decimal("1.25"),
            trails_by_percent=True,
        ),
        include_overnight=True,
    ),
)


def decoded(version: int, message: Message) -> tuple[Any, Any, Any]:
    """Return contract, order and state as stock ibapi gives them to its user."""
    calls: list[tuple[Any, ...]] = []

    class Wrapper(EWrapper):
        def openOrder(self, _id: int, *args: Any) -> None:  # noqa: N802
            calls.append(args)

        def completedOrder(self, *args: Any) -> None:  # noqa: N802
            calls.append(args)

    body = encode(version, message)[4:]
    decoder = Decoder(Wrapper(), version)
    if version < FIRST_RAW:
        message_id, *fields = comm.read_fields(body)
        decoder.interpret(fields, int(message_id))
    else:
        message_id = int.from_bytes(body[:4], "big")
        if message_id > PROTO_OFFSET:
            decoder.processProtoBuf(body[4:], message_id - PROTO_OFFSET)
        else:
            decoder.interpret(comm.read_fields(body[4:]), message_id)
    (call,) = calls
    return call  # type: ignore[return-value]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_term_of_an_open_order_comes_back(version: int) -> None:
    contract, order, state = decoded(version, open_order(version, ORDER))

    assert (contract.conId, contract.right, state.status) == (265598, "?", "PreSubmitted")
    assert (order.orderId, order.clientId, order.parentId) == (8, 3, 6)
    assert order.permId == (4_000_000_005 if version >= 191 else 4_000_000_005 - 2**31)
    assert (order.action, order.totalQuantity, order.orderType) == ("SELL", 250, "TRAIL LIMIT")
    assert (order.lmtPrice, order.auxPrice, order.trailStopPrice) == (0.0, 1.5, 99.25)
    assert order.trailingPercent == UNSET
    assert order.lmtPriceOffset == 0.1
    assert (order.ocaGroup, order.ocaType, order.orderRef) == ("pair", 1, "mine")
    assert (order.tif, order.outsideRth, order.triggerMethod) == ("GTD", True, 2)
    assert order.displaySize == 50
    assert order.goodAfterTime == "20261120 10:00:00 US/Eastern"
    assert order.goodTillDate == "20261121 10:00:00 US/Eastern"
    assert order.includeOvernight == (version >= 189)
    check_conditions_and_algo(order)
    assert (order.adjustedOrderType, order.triggerPrice) == ("TRAIL", 105)
    assert (order.adjustedStopPrice, order.adjustedStopLimitPrice) == (104, UNSET)
    assert (order.adjustedTrailingAmount, order.adjustableTrailingUnit) == (1.25, 100)


def check_conditions_and_algo(order: Any) -> None:
    assert (order.algoStrategy, len(order.algoParams)) == ("Adaptive", 1)
    assert (order.algoParams[0].tag, order.algoParams[0].value) == ("adaptivePriority", "Urgent")
    assert (order.conditionsIgnoreRth, order.conditionsCancelOrder) == (True, True)
    assert [int(c.condType) for c in order.conditions] == [1, 3, 4, 5, 6, 7]
    assert [c.isConjunctionConnection for c in order.conditions] == [True, False, *[True] * 4]
    price, time, margin, execution, volume, change = order.conditions
    assert (price.isMore, price.price, price.conId, price.exchange) == (True, 101.5, 8314, "SMART")
    assert (time.isMore, time.time) == (True, "20261120 16:00:00 US/Eastern")
    assert (margin.isMore, margin.percent) == (False, 30)
    assert (execution.secType, execution.symbol) == ("STK", "IBM")
    assert (volume.volume, volume.conId) == (5000, 8314)
    assert (change.changePercent, change.isMore) == (2.5, False)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_term_of_a_completed_order_comes_back(version: int) -> None:
    done = replace(ORDER, status="Cancelled", done_reason="Cancelled by Trader")

    _, order, state = decoded(version, completed_order(version, done, "20261120 11:00:00"))

    assert (state.status, state.completedStatus) == ("Cancelled", "Cancelled by Trader")
    assert state.completedTime == "20261120 11:00:00"
    assert (order.auxPrice, order.trailStopPrice, order.lmtPriceOffset) == (1.5, 99.25, 0.1)
    assert (order.displaySize, order.triggerMethod, order.ocaType) == (50, 2, 1)
    assert order.goodTillDate == "20261121 10:00:00 US/Eastern"
    check_conditions_and_algo(order)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_trail_shows_where_it_stands_and_its_per_cent(version: int) -> None:
    terms = replace(ORDER.terms, offset=None, trailing_percent=Decimal("2.5"), trail_stop=None)
    moved = replace(ORDER, terms=terms, stop_now=Decimal("100.75"))

    _, order, _ = decoded(version, open_order(version, moved))

    assert (order.trailingPercent, order.trailStopPrice, order.auxPrice) == (2.5, 100.75, 0.0)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_plain_limit_echoes_what_the_real_server_puts_there(version: int) -> None:
    terms = OrderTerms(
        con_id=265598,
        exchange="SMART",
        side="BUY",
        quantity=Decimal(100),
        order_type="LMT",
        limit_price=Decimal("10.5"),
        tif="DAY",
        account="SIM0000001",
    )

    _, order, _ = decoded(version, open_order(version, replace(ORDER, terms=terms)))

    assert (order.lmtPrice, order.auxPrice, order.trailStopPrice) == (10.5, 0.0, 11.5)
    assert (order.adjustedOrderType, order.triggerPrice) == ("None", UNSET)
    assert (order.conditions, order.algoStrategy) == ([], "")
    assert order.deltaNeutralOrderType == "None"
    assert order.clearingIntent == "IB"
    assert order.dontUseAutoPriceForHedge is True


SIZED = replace(
    ORDER.terms,
    display_size=0,
    oca_group="4000000004",
    all_or_none=True,
    min_quantity=25,
    cash_quantity=Decimal("1500.5"),
    hedge=Hedge(kind="B", param="beta=2", factor=Decimal(2), max_size=40),
    options=Options(
        deactivate=True,
        post_only=True,
        allow_pre_open=True,
        ignore_open_auction=True,
        seek_price_improvement=1,
        route_marketable_to_bbo=0,
        conditions_overnight=True,
    ),
)


@pytest.mark.parametrize("version", VERSIONS)
def test_sizes_hedges_and_the_options_of_each_version_come_back(version: int) -> None:
    _, order, state = decoded(version, open_order(version, replace(ORDER, terms=SIZED)))
    done = replace(ORDER, terms=SIZED, status="Cancelled", done_reason="Cancelled by Trader")
    _, completed, _ = decoded(version, completed_order(version, done, "20261120 11:00:00"))

    assert state.status == "Inactive"  # deactivated, not dead
    for one in (order, completed):
        assert (one.allOrNone, one.minQty, one.cashQty) == (True, 25, 1500.5)
        assert (one.hedgeType, one.hedgeParam) == ("B", "beta=2")
        assert one.ocaGroup == ("4000000004" if version >= 191 else str(4_000_000_004 - 2**31))
        first = (one.deactivate, one.postOnly, one.allowPreOpen, one.ignoreOpenAuction)
        assert first == (version >= 216,) * 4
        second = (bool(one.seekPriceImprovement), one.routeMarketableToBbo)
        if version >= 217:
            assert second == (True, False)
        assert one.hedgeMaxSize == (40 if version >= 223 else 2147483647)


@pytest.mark.parametrize("version", [200, 225, 226])
def test_only_the_newest_hear_of_conditions_overnight(version: int) -> None:
    message = open_order(version, replace(ORDER, terms=SIZED))
    body = encode(version, message)[4:]
    if version > FIRST_RAW:
        shown = OpenOrder.FromString(body[4:])
        assert shown.order.conditionsIncludeOvernight == (version >= 226)
    else:
        assert len(message) == len(open_order(version, ORDER)) + 1  # hedgeParam
