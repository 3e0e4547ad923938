"""Orders as stock ibapi encodes them, at every form of the protocol, read back in full."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from ibapi.client import EClient
from ibapi.contract import ComboLeg, Contract
from ibapi.order import COMPETE_AGAINST_BEST_OFFSET_UP_TO_MID, Order, OrderComboLeg
from ibapi.order_condition import (
    ExecutionCondition,
    MarginCondition,
    OrderCondition,
    PercentChangeCondition,
    PriceCondition,
    TimeCondition,
    VolumeCondition,
)
from ibapi.tag_value import TagValue
from ibapi.wrapper import EWrapper

from tests.unit.simgateway.gateway_support import order, stock
from workstation.simgateway.codec_proto import decode
from workstation.simgateway.codec_text import Fields, FrameReader
from workstation.simgateway.instruments import ContractQuery
from workstation.simgateway.order_parts import ConditionRequest, LegRequest
from workstation.simgateway.order_request import PlaceRequest, read_place_order

VERSIONS = [157, 158, 163, 170, 176, 178, 187, 193, 200, 201, 203, 213, 226]


class Tap:
    """Stands for a connection and keeps what is sent."""

    def __init__(self) -> None:
        self.sent = b""

    def isConnected(self) -> bool:  # noqa: N802
        return True

    def sendMsg(self, data: bytes) -> int:  # noqa: N802
        self.sent += data
        return len(data)


def encoded(version: int, send: Callable[[EClient], None]) -> list[str]:
    """Return the fields of what stock ibapi sends at a version, its id first."""

    class Complaints(EWrapper):
        def error(self, *args: Any) -> None:
            raise AssertionError(args)

    client = EClient(Complaints())
    client.conn, client.serverVersion_ = Tap(), version
    client.setConnState(EClient.CONNECTED)
    send(client)
    (body,) = FrameReader().feed(client.conn.sent)
    return decode(version, body)


def read(version: int, contract: Contract, wanted: Order) -> PlaceRequest:
    values = encoded(version, lambda client: client.placeOrder(7, contract, wanted))
    assert values[0] == "3"
    fields = Fields(values[1:])
    request = read_place_order(fields, version)
    assert fields.remaining == 0
    return request


AAPL = ContractQuery(
    con_id=0,
    symbol="AAPL",
    sec_type="STK",
    exchange="SMART",
    primary_exchange="",
    currency="USD",
    local_symbol="",
)


def conditions() -> list[OrderCondition]:
    made = [
        PriceCondition(2, 265598, "SMART", True, 101.5),
        TimeCondition(True, "20261120 16:00:00 US/Eastern"),
        MarginCondition(False, 30),
        ExecutionCondition("STK", "SMART", "IBM"),
        VolumeCondition(265598, "SMART", True, 5000),
        PercentChangeCondition(265598, "SMART", False, 2.5),
    ]
    made[1].isConjunctionConnection = False
    return made


WHOLE_ORDER: dict[str, Any] = dict(  # noqa: C408 as the call would stand
    orderType="STP LMT",
    auxPrice=100.25,
    ocaGroup="pair",
    ocaType=1,
    account="SIM0000001",
    orderRef="mine",
    transmit=False,
    parentId=6,
    displaySize=50,
    triggerMethod=2,
    outsideRth=True,
    hidden=True,
    goodAfterTime="20261120 10:00:00 US/Eastern",
    goodTillDate="20261121 10:00:00 US/Eastern",
    discretionaryAmt=0.25,
    allOrNone=True,
    minQty=10,
    hedgeType="D",
    hedgeParam="x",
    algoStrategy="Adaptive",
    algoParams=[TagValue("adaptivePriority", "Urgent")],
    whatIf=True,
    conditions=conditions(),
    conditionsIgnoreRth=True,
    conditionsCancelOrder=True,
    adjustedOrderType="TRAIL",
    triggerPrice=105,
    lmtPriceOffset=0.5,
    adjustedStopPrice=104,
    adjustedStopLimitPrice=103,
    adjustedTrailingAmount=1.5,
    adjustableTrailingUnit=100,
    cashQty=1000,
    usePriceMgmtAlgo=True,
)
WHOLE_REQUEST: dict[str, Any] = dict(  # noqa: C408
    order_id=7,
    contract=AAPL,
    side="SELL",
    quantity=Decimal(250),
    order_type="STP LMT",
    limit_price=Decimal("99.5"),
    stop_price=Decimal("100.25"),
    tif="DAY",
    oca_group="pair",
    oca_type=1,
    account="SIM0000001",
    order_ref="mine",
    transmit=False,
    parent_id=6,
    display_size=50,
    trigger_method=2,
    outside_rth=True,
    hidden=True,
    discretionary_amount=Decimal("0.25"),
    good_after_time="20261120 10:00:00 US/Eastern",
    good_till_date="20261121 10:00:00 US/Eastern",
    all_or_none=True,
    min_quantity=10,
    hedge_type="D",
    hedge_param="x",
    algo_strategy="Adaptive",
    algo_params=(("adaptivePriority", "Urgent"),),
    what_if=True,
    conditions=(
        ConditionRequest(
            kind=1,
            is_and=True,
            is_more=True,
            value="101.5",
            con_id=265598,
            exchange="SMART",
            trigger_method=2,
        ),
        ConditionRequest(kind=3, is_and=False, is_more=True, value="20261120 16:00:00 US/Eastern"),
        ConditionRequest(kind=4, is_and=True, value="30"),
        ConditionRequest(kind=5, is_and=True, sec_type="STK", exchange="SMART", symbol="IBM"),
        ConditionRequest(
            kind=6, is_and=True, is_more=True, value="5000", con_id=265598, exchange="SMART"
        ),
        ConditionRequest(kind=7, is_and=True, value="2.5", con_id=265598, exchange="SMART"),
    ),
    conditions_ignore_rth=True,
    conditions_cancel_order=True,
    adjusted_order_type="TRAIL",
    trigger_price=Decimal(105),
    limit_price_offset=Decimal("0.5"),
    adjusted_stop_price=Decimal(104),
    adjusted_stop_limit_price=Decimal(103),
    adjusted_trailing_amount=Decimal("1.5"),
    adjustable_trailing_unit=100,
    cash_quantity=Decimal(1000),
    use_price_mgmt_algo=True,
)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_stop_limit_with_everything_around_it(version: int) -> None:
    wanted = order("SELL", 250, 99.5, **WHOLE_ORDER)
    wanted.conditionsIncludeOvernight = version >= 226

    request = read(version, stock(), wanted)

    assert request == PlaceRequest(**WHOLE_REQUEST, conditions_include_overnight=version >= 226)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_order_with_nothing_set_reads_as_unset(version: int) -> None:
    request = read(version, stock(), order("BUY", 100))

    assert request == PlaceRequest(
        order_id=7,
        contract=AAPL,
        side="BUY",
        quantity=Decimal(100),
        order_type="MKT",
        tif="DAY",
        display_size=0,
        discretionary_amount=Decimal(0),
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_the_legs_of_a_combination(version: int) -> None:
    contract = stock("AAPL")
    contract.secType = "BAG"
    contract.comboLegs = []
    for con_id, side in ((265598, "BUY"), (8314, "SELL")):
        leg = ComboLeg()
        leg.conId, leg.ratio, leg.action, leg.exchange = con_id, 2, side, "SMART"
        contract.comboLegs.append(leg)
    wanted = order("BUY", 3, 1.25, smartComboRoutingParams=[TagValue("NonGuaranteed", "1")])
    wanted.orderComboLegs = [OrderComboLeg(), OrderComboLeg()]
    wanted.orderComboLegs[1].price = 4.5

    request = read(version, contract, wanted)

    assert request.legs == (
        LegRequest(con_id=265598, ratio=2, side="BUY", exchange="SMART"),
        LegRequest(con_id=8314, ratio=2, side="SELL", exchange="SMART", price=Decimal("4.5")),
    )
    assert (request.quantity, request.limit_price) == (3, Decimal("1.25"))


PEGS = {
    "PEG MID": {"mid_offset_at_whole": Decimal("0.01"), "mid_offset_at_half": Decimal("0.005")},
    "PEG BEST": {"min_compete_size": 100, "compete_against_best_offset": Decimal("0.02")},
    "PEG BEST up to mid": {
        "min_compete_size": 100,
        "mid_offset_at_whole": Decimal("0.01"),
        "mid_offset_at_half": Decimal("0.005"),
    },
    "PEG BENCH": {},
}


@pytest.mark.parametrize("version", [v for v in VERSIONS if v >= 170])
@pytest.mark.parametrize("kind", PEGS)
def test_pegged_orders(kind: str, version: int) -> None:
    contract = stock()
    contract.exchange = "IBKRATS"
    wanted = order("BUY", 100, 10, orderType=kind.removesuffix(" up to mid"), minTradeQty=5)
    wanted.includeOvernight = version >= 189
    if kind != "PEG BENCH":
        wanted.midOffsetAtWhole, wanted.midOffsetAtHalf = 0.01, 0.005
    if kind.startswith("PEG BEST"):
        wanted.minCompeteSize, wanted.competeAgainstBestOffset = 100, 0.02
    if kind.endswith("mid"):
        wanted.competeAgainstBestOffset = COMPETE_AGAINST_BEST_OFFSET_UP_TO_MID

    request = read(version, contract, wanted)

    assert request.min_trade_quantity == 5
    assert request.include_overnight == (version >= 189)
    offsets = {
        name: getattr(request, name)
        for name in (
            "min_compete_size",
            "compete_against_best_offset",
            "mid_offset_at_whole",
            "mid_offset_at_half",
        )
    }
    assert {name: value for name, value in offsets.items() if value is not None} == PEGS[kind]
