"""What leaves: every field of an order, read back by a reader that shares no code with it."""

import inspect
import logging
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ibapi.client import EClient
from ibapi.order_cancel import OrderCancel

from tests.helpers.scripted_peer import Rig, message, parse_frames
from workstation.broker.adapter import Encoder
from workstation.broker.session import Session
from workstation.broker.to_ib import ib_order, ib_routed
from workstation.domain.contract import Contract
from workstation.domain.errors import EncodingError
from workstation.domain.ids import AccountId, ClientId, ConId, IntentId, OrderId, OrderRef, ReqId
from workstation.domain.order import OrderDraft, OrderTerms, OrderType, Side, Tif
from workstation.domain.order_extras import TriggerMethod
from workstation.domain.quote import MarketDataType

ACCOUNT = "SIM0000001"
AAPL = Contract(
    con_id=ConId(265598),
    symbol="AAPL",
    primary_exchange="NASDAQ",
    local_symbol="AAPL",
    trading_class="NMS",
)
UNSET_INT = "2147483647"


def draft(**changes: Any) -> OrderDraft:
    terms: dict[str, Any] = {
        "intent_id": IntentId("one"),
        "account": AccountId(ACCOUNT),
        "con_id": AAPL.con_id,
        "side": Side.BUY,
        "quantity": Decimal(100),
        "order_type": OrderType.LIMIT,
        "limit_price": Decimal("187.25"),
        "tif": Tif.DAY,
    }
    return OrderDraft(**terms | changes)


def encode(version: int, contract: Contract = AAPL, **changes: Any) -> bytes:
    encoder = Encoder(version, ClientId(5))
    wished = draft(**changes)
    order = ib_order(OrderRef("ref-1"), wished)
    return encoder.order(OrderId(17), ib_routed(contract, wished), order)


def one_message(data: bytes) -> list[str]:
    messages, rest = parse_frames(data)
    assert rest == b""
    (only,) = messages
    return [each.decode("ascii") for each in only]


HEAD = [
    "id", "orderId", "conId", "symbol", "secType", "lastTradeDate", "strike", "right",
    "multiplier", "exchange", "primaryExch", "currency", "localSymbol", "tradingClass",
    "secIdType", "secId", "action", "totalQuantity", "orderType", "lmtPrice", "auxPrice", "tif",
    "ocaGroup", "account", "openClose", "origin", "orderRef", "transmit", "parentId",
    "blockOrder", "sweepToFill", "displaySize", "triggerMethod", "outsideRth", "hidden",
    "sharesAllocation", "discretionaryAmt", "goodAfterTime", "goodTillDate", "faGroup",
    "faMethod", "faPercentage", "faProfile", "modelCode", "shortSaleSlot",
    "designatedLocation", "exemptCode", "ocaType", "rule80A", "settlingFirm", "allOrNone",
    "minQty", "percentOffset", "eTradeOnly", "firmQuoteOnly", "nbboPriceCap",
    "auctionStrategy", "startingPrice", "stockRefPrice", "delta", "stockRangeLower",
    "stockRangeUpper", "overridePercentage", "volatility", "volatilityType",
    "deltaNeutralOrderType", "deltaNeutralAuxPrice", "continuousUpdate", "referencePriceType",
    "trailStopPrice", "trailingPercent", "scaleInitLevelSize", "scaleSubsLevelSize",
    "scalePriceIncrement", "scaleTable", "activeStartTime", "activeStopTime", "hedgeType",
    "optOutSmartRouting", "clearingAccount", "clearingIntent", "notHeld", "deltaNeutral",
    "algoStrategy", "algoId", "whatIf", "miscOptions", "solicited", "randomizeSize",
    "randomizePrice", "nConditions",
]  # fmt: skip
"""The fields in order, of an order without legs, hedge, scale or algorithm."""


UNSET = "1.7976931348623157e+308"
TAIL: list[tuple[int, list[str]]] = [
    # adjustedOrderType; trigger, offset, stop, stop limit, trailing amount; its unit
    (0, ["", UNSET, UNSET, UNSET, UNSET, UNSET, "0"]),
    (0, ["", "", "", UNSET]),  # extOperator, soft dollars, cashQty
    (0, ["", "", "", "", "0", "0", "0", ""]),  # MiFID, hedge price, container, up to limit, algo
    (158, [UNSET_INT]),  # duration
    (160, [UNSET_INT]),  # postToAts
    (162, ["0"]),  # autoCancelParent
    (166, [""]),  # advancedErrorOverride
    (169, [""]),  # manualOrderTime
    (183, [""]),  # customerAccount
    (184, ["0"]),  # professionalCustomer
    (189, ["0"]),  # includeOvernight
    (192, [UNSET_INT]),  # manualOrderIndicator
    (199, ["0"]),  # imbalanceOnly
]
"""What follows from which version on. Source: tws-wire.md 2.4."""


def named(version: int, values: list[str]) -> dict[str, str]:
    names = [name for name in HEAD if name != "faProfile" or version < 177]
    return dict(zip(names, values, strict=False))


@pytest.mark.parametrize("version", [157, 176, 177, 200])
@pytest.mark.parametrize(
    ("changes", "action", "kind", "limit"),
    [
        ({}, "BUY", "LMT", "187.25"),
        ({"side": Side.SELL, "limit_price": Decimal("0.0001")}, "SELL", "LMT", "0.0001"),
        ({"order_type": OrderType.MARKET, "limit_price": None}, "BUY", "MKT", ""),
    ],
)
def test_an_order_has_exactly_these_fields(
    version: int, changes: dict[str, Any], action: str, kind: str, limit: str
) -> None:
    values = one_message(encode(version, **changes))
    order = named(version, values)

    told = {
        "id": "3", "orderId": "17", "conId": "265598", "symbol": "AAPL", "secType": "STK",
        "exchange": "SMART", "primaryExch": "NASDAQ", "currency": "USD", "localSymbol": "AAPL",
        "tradingClass": "NMS", "action": action, "totalQuantity": "100", "orderType": kind,
        "lmtPrice": limit, "tif": "DAY", "account": ACCOUNT, "orderRef": "ref-1", "transmit": "1",
        "exemptCode": "-1",
    }  # fmt: skip
    assert {name: value for name, value in order.items() if value not in {"", "0"}} == {
        name: value for name, value in told.items() if value
    }
    assert order["eTradeOnly"] == order["firmQuoteOnly"] == "0"
    assert order["outsideRth"] == order["whatIf"] == order["parentId"] == "0"
    tail = [value for since, part in TAIL if version >= since for value in part]
    assert values[len(order) :] == tail


@pytest.mark.parametrize("version", [157, 176, 200])
def test_time_in_force_and_hours_are_written(version: int) -> None:
    order = named(version, one_message(encode(version, tif=Tif.GTC, outside_rth=True)))
    assert (order["tif"], order["outsideRth"]) == ("GTC", "1")


@settings(max_examples=200)
@given(
    price=st.decimals("0.0001", "999999", places=4),
    quantity=st.decimals("0.0001", "9999999", places=4),
    version=st.sampled_from([163, 176, 200]),
)
def test_prices_and_quantities_arrive_exactly(
    price: Decimal, quantity: Decimal, version: int
) -> None:
    order = named(version, one_message(encode(version, limit_price=price, quantity=quantity)))
    assert Decimal(order["lmtPrice"]) == price
    assert Decimal(order["totalQuantity"]) == quantity


def test_an_order_names_the_exchange_it_goes_to() -> None:
    smart = named(176, one_message(encode(176)))
    direct = named(176, one_message(encode(176, route="ARCA")))

    assert (smart["exchange"], direct["exchange"]) == ("SMART", "ARCA")
    assert {name for name in smart if smart[name] != direct[name]} == {"exchange"}


@pytest.mark.parametrize("symbol", ["Ä", "\u20ac", "A\0B", "\U0001f600", "\x7f", "\ud800"])
def test_signs_beyond_ascii_are_refused_and_nothing_is_written(rig: Rig, symbol: str) -> None:
    rig.up()
    contract = Contract(con_id=ConId(1), symbol=symbol, primary_exchange="")
    with pytest.raises(EncodingError, match=r"\w"):
        rig.session.encode_order(OrderId(1), OrderRef("r"), contract, draft())
    rig.loop.settle()
    assert rig.received_bytes() == b""


def test_the_reason_of_a_refusal_is_readable() -> None:
    with pytest.raises(EncodingError, match=r"Invalid symbol.*579"):
        encode(200, Contract(con_id=ConId(1), symbol="Ä", primary_exchange=""))


def test_a_number_that_is_none_is_refused(rig: Rig) -> None:
    rig.up()
    with pytest.raises(EncodingError):
        rig.session.encode_order(
            OrderId(1), OrderRef("r"), AAPL, draft(limit_price=Decimal("sNaN"))
        )


def test_no_order_is_encoded_without_a_session(rig: Rig) -> None:
    with pytest.raises(EncodingError, match="no session"):
        rig.session.encode_order(OrderId(1), OrderRef("r"), AAPL, draft())


# ---- cancels ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "cancel", "everything"),
    [
        (157, ["4", "1", "17"], ["58", "1"]),
        (176, ["4", "1", "17", ""], ["58", "1"]),
        (200, ["4", "17", "", "", UNSET_INT], ["58", "", UNSET_INT]),
    ],
)
def test_cancels_are_written(version: int, cancel: list[str], everything: list[str]) -> None:
    encoder = Encoder(version, ClientId(5))
    assert one_message(encoder.cancel(OrderId(17))) == cancel
    assert one_message(encoder.global_cancel()) == everything


def _older(self: Any, orderId: int) -> None:  # noqa: N803
    self.conn.sendMsg(message(4, 1, orderId))


def _timed(self: Any, orderId: int, manualCancelOrderTime: str) -> None:  # noqa: N803
    self.conn.sendMsg(message(4, 1, orderId, "time:" + manualCancelOrderTime))


def _newer(self: Any, orderId: int, orderCancel: OrderCancel) -> None:  # noqa: N803
    self.conn.sendMsg(message(4, 1, orderId, orderCancel.manualOrderCancelTime))


def _all_older(self: Any) -> None:
    self.conn.sendMsg(message(58, 1))


def _all_newer(self: Any, orderCancel: OrderCancel) -> None:  # noqa: N803
    self.conn.sendMsg(message(58, orderCancel.extOperator))


@pytest.mark.parametrize("one", [_older, _timed, _newer])
@pytest.mark.parametrize("every", [_all_older, _all_newer])
def test_every_build_of_the_library_can_cancel(
    one: Any, every: Any, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.up()
    monkeypatch.setattr(EClient, "cancelOrder", one)
    monkeypatch.setattr(EClient, "reqGlobalCancel", every)

    assert rig.session.cancel_order(OrderId(17))
    assert rig.session.global_cancel()
    first, second = rig.received()
    assert (first[0], first[2], second[0]) == (b"4", b"17", b"58")


# ---- the library's log -----------------------------------------------------------------------


def test_the_library_never_logs_an_account(rig: Rig, caplog: Any, expected_log) -> None:
    expected_log("diff len fields and params")
    logging.getLogger().setLevel(logging.DEBUG)
    try:
        rig.up()
        for call in requests_of(rig.session):
            call()
        rig.session.encode_order(OrderId(1), OrderRef("r"), AAPL, draft())
        rig.say(message(15, 1, ACCOUNT) + message(15, 1, ACCOUNT, "too many"))
        rig.say(message(63, 1, 1, ACCOUNT, "NetLiquidation", "1000", "USD"))
        rig.say(message(54, 1, ACCOUNT) + message(6, 2, "Cash", "1", "USD", ACCOUNT))
        rig.session.close("over")
    finally:
        logging.getLogger().setLevel(logging.WARNING)

    assert ACCOUNT not in caplog.text
    assert not [record for record in caplog.records if record.name.startswith("ibapi")]


NOT_REQUESTS = {"forget", "forget_quotes", "quotes_running"}


def requests_of(session: Session) -> list[Any]:
    """Return a call of every request, with arguments by the names of its parameters."""
    values = {
        "account": AccountId(ACCOUNT), "con_id": ConId(265598), "contract": AAPL, "symbol": "AAPL",
        "rule_id": 26, "data_type": MarketDataType.DELAYED, "req_id": ReqId(1), "order_id": OrderId(3),
    }  # fmt: skip
    methods = [session.cancel_order, session.global_cancel]
    for group in (session.account, session.market):
        public = [name for name in dir(group) if not name.startswith("_")]
        methods += [getattr(group, name) for name in public if name not in NOT_REQUESTS]
    calls = []
    for method in methods:
        wanted = [values[each] for each in inspect.signature(method).parameters]
        calls.append(lambda method=method, wanted=wanted: method(*wanted))
    return calls


def test_every_request_can_be_written(rig: Rig) -> None:
    rig.up()
    calls = requests_of(rig.session)
    assert len(calls) >= 16
    for call in calls:
        call()
        rig.loop.pass_time(0.2)

    ids = [each[0] for each in rig.received()]
    assert len(set(ids)) >= 16
    assert rig.reports == []


# -- further terms ------------------------------------------------------------------------------

NINE = datetime(2026, 11, 23, 9, 30, tzinfo=ZoneInfo("America/New_York"))


@pytest.mark.parametrize("version", [157, 200])
@pytest.mark.parametrize(
    ("kind", "changes", "told"),
    [
        (
            "TRAIL",
            {"trail_amount": Decimal("0.50"), "trail_stop": Decimal("99.5")},
            {"auxPrice": "0.5", "trailStopPrice": "99.5"},
        ),
        ("TRAIL", {"trail_percent": Decimal("1.5")}, {"trailingPercent": "1.5"}),
        ("REL", {"peg_offset": Decimal("0.01")}, {"auxPrice": "0.01", "lmtPrice": "187.25"}),
        ("MIDPRICE", {}, {"lmtPrice": "187.25"}),
        ("LMT", {"display_size": Decimal(10)}, {"displaySize": "10", "lmtPrice": "187.25"}),
        ("LMT", {"hidden": True}, {"hidden": "1", "lmtPrice": "187.25"}),
        ("LMT", {"all_or_none": True}, {"allOrNone": "1", "lmtPrice": "187.25"}),
        (
            "LMT",
            {"discretionary_amount": Decimal("0.05")},
            {"discretionaryAmt": "0.05", "lmtPrice": "187.25"},
        ),
        ("LMT", {"good_after": NINE}, {"goodAfterTime": "20261123-14:30:00", "lmtPrice": "187.25"}),
        ("LMT", {"good_till": NINE}, {"goodTillDate": "20261123-14:30:00", "lmtPrice": "187.25"}),
        (
            "STP",
            {"trigger_method": TriggerMethod.LAST_OR_BID_ASK},
            {"triggerMethod": "7", "auxPrice": "190"},
        ),
        ("MIT", {}, {"auxPrice": "190"}),
        ("LIT", {}, {"auxPrice": "190", "lmtPrice": "187.25"}),
        ("MOC", {}, {}),
    ],
)
def test_further_terms_change_their_own_fields_and_no_other(
    version: int, kind: str, changes: dict[str, Any], told: dict[str, str]
) -> None:
    order_type = OrderType(kind)
    limit = Decimal("187.25") if order_type.takes_limit else None
    stop = Decimal(190) if order_type.takes_stop else None
    prices = {"limit_price": limit, "stop_price": stop, "order_type": order_type}
    plain = named(
        version, one_message(encode(version, order_type=OrderType.MARKET, limit_price=None))
    )
    order = named(version, one_message(encode(version, terms=OrderTerms(**changes), **prices)))

    differing = {name: order[name] for name in order if order[name] != plain[name]}
    numbers = {name: value.removesuffix(".0") for name, value in differing.items()}
    assert numbers == {"orderType": kind, **told}


def test_the_offset_of_a_trailing_limit_stands_behind_its_conditions() -> None:
    terms = OrderTerms(
        trail_amount=Decimal(1), trail_stop=Decimal(99), limit_offset=Decimal("0.25")
    )
    values = one_message(
        encode(200, order_type=OrderType.TRAIL_LIMIT, limit_price=None, terms=terms)
    )
    tail = values[values.index("0.25") - 2 :]
    assert tail[0] == ""  # adjustedOrderType, then its trigger price
    assert named(200, values)["lmtPrice"] == ""
