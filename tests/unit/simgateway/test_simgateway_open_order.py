"""openOrder says what the order asked for: stock ibapi reads back what was sent."""

from decimal import Decimal
from typing import Any

import pytest
from ibapi.decoder import Decoder
from ibapi.order import Order as StockOrder
from ibapi.wrapper import EWrapper

from tests.unit.simgateway.virtual import World
from workstation.simgateway.codec_text import to_text
from workstation.simgateway.instruments import ContractQuery
from workstation.simgateway.order_messages import open_order
from workstation.simgateway.order_parts import ConditionRequest
from workstation.simgateway.order_request import PlaceRequest

AAPL = 265598


class Heard(EWrapper):
    """Keeps the last order."""

    order: StockOrder

    def openOrder(self, orderId: Any, contract: Any, order: StockOrder, orderState: Any) -> None:  # noqa: N802, N803
        self.order = order


def shown(version: int, **fields: Any) -> StockOrder:
    """Place an order and return what stock ibapi makes of its openOrder."""
    world = World()
    contract = ContractQuery(symbol="AAPL", sec_type="STK", exchange="SMART")
    request = PlaceRequest(
        order_id=1, contract=contract, side="SELL", quantity=Decimal(300), **fields
    )
    world.gateway.desk.place(1, request)
    order = world.gateway.desk.store.find(1, 1)
    assert order is not None
    heard = Heard()
    texts = [to_text(field).encode() for field in open_order(version, order)]
    Decoder(heard, version).interpret(tuple(texts[1:]), int(texts[0]))
    return heard.order


@pytest.mark.parametrize("version", [157, 176, 189, 200])
def test_a_trailing_limit_with_times(version: int) -> None:
    order = shown(
        version,
        order_type="TRAIL LIMIT",
        trailing_percent=Decimal("2.5"),
        trail_stop_price=Decimal(400),
        limit_price_offset=Decimal("0.25"),
        good_after_time="20261120 15:00:00 US/Eastern",
        tif="GTD",
        good_till_date="20261127 16:00:00 US/Eastern",
        trigger_method=4,
        include_overnight=True,
    )
    assert (order.trailingPercent, order.trailStopPrice, order.lmtPriceOffset) == (2.5, 400, 0.25)
    assert order.goodAfterTime == "20261120 15:00:00 US/Eastern"
    assert order.goodTillDate == "20261127 16:00:00 US/Eastern"
    assert order.triggerMethod == 4
    assert order.includeOvernight == (version >= 189)


@pytest.mark.parametrize("version", [157, 200])
def test_conditions(version: int) -> None:
    asked: list[dict[str, Any]] = [
        {"kind": 1, "value": "999", "con_id": AAPL, "exchange": "SMART", "trigger_method": 4},
        {"kind": 3, "is_and": False, "value": "20261201 10:00:00 US/Eastern"},
        {"kind": 5, "sec_type": "STK", "exchange": "SMART", "symbol": "IBM"},
        {"kind": 6, "is_more": False, "value": "5", "con_id": AAPL, "exchange": "SMART"},
    ]
    conditions = [ConditionRequest(**{"is_and": True, "is_more": True} | one) for one in asked]
    order = shown(version, order_type="MKT", conditions=conditions, conditions_ignore_rth=True)
    assert [condition.condType for condition in order.conditions] == [1, 3, 5, 6]
    assert order.conditions[0].price == 999
    assert order.conditions[0].triggerMethod == 4
    assert not order.conditions[1].isConjunctionConnection
    assert order.conditions[2].symbol == "IBM"
    assert order.conditions[3].volume == 5
    assert order.conditionsIgnoreRth
    assert not order.conditionsCancelOrder


@pytest.mark.parametrize("version", [157, 200])
def test_an_adjustable_stop_and_an_iceberg_with_an_algorithm(version: int) -> None:
    stop = shown(
        version,
        order_type="STP",
        stop_price=Decimal(300),
        adjusted_order_type="TRAIL",
        trigger_price=Decimal(500),
        adjusted_stop_price=Decimal(490),
        adjusted_trailing_amount=Decimal(3),
        adjustable_trailing_unit=100,
    )
    assert (stop.orderType, stop.auxPrice) == ("STP", 300)
    assert (stop.adjustedOrderType, stop.triggerPrice) == ("TRAIL", 500)
    assert (stop.adjustedStopPrice, stop.adjustedTrailingAmount) == (490, 3)
    assert stop.adjustableTrailingUnit == 100

    iceberg = shown(version, order_type="LMT", limit_price=Decimal(900), display_size=50)
    assert iceberg.displaySize == 50
    algo = shown(
        version,
        order_type="LMT",
        limit_price=Decimal(900),
        algo_strategy="Vwap",
        algo_params=[("maxPctVol", "0.1"), ("noTakeLiq", "0")],
    )
    assert algo.algoStrategy == "Vwap"
    assert [(p.tag, p.value) for p in algo.algoParams] == [("maxPctVol", "0.1"), ("noTakeLiq", "0")]
    trail = shown(version, order_type="TRAIL", stop_price=Decimal(4))
    assert (trail.orderType, trail.auxPrice) == ("TRAIL", 4)
