"""Orders and cancels in protobuf: every field, read back with the message definitions alone."""

import hashlib
import importlib
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ibapi.server_versions import MAX_CLIENT_VER

from tests.helpers.scripted_peer import fields, framed, hello, open_rig
from tests.unit.broker.test_encoding import AAPL, ACCOUNT, NINE, draft
from workstation.broker.adapter import Encoder
from workstation.broker.session import Session, SessionSettings
from workstation.broker.to_ib import ib_contract, ib_order
from workstation.domain.ids import ClientId, ConId, OrderId, OrderRef, ReqId
from workstation.domain.order import OrderLinks, OrderTerms, OrderType, Side, Tif
from workstation.domain.protocol import HIGHEST_SERVER_VERSION
from workstation.domain.reports import (
    BrokerNotice,
    OrderStatusReport,
    ServerTime,
    SessionStarted,
)

VERSIONS = [203, 213, 226]
PLACE, CANCEL, GLOBAL_CANCEL, START = 203, 204, 258, 271


def proto(name: str) -> Any:
    return getattr(importlib.import_module(f"ibapi.protobuf.{name}_pb2"), name)


def body_of(frame: bytes, number: int) -> bytes:
    """Return what stands behind length and id."""
    assert int.from_bytes(frame[:4], "big") == len(frame) - 4
    assert int.from_bytes(frame[4:8], "big") == number
    return frame[8:]


def sent(version: int, links: OrderLinks | None = None, **changes: Any) -> Any:
    order = ib_order(OrderRef("ref-1"), draft(**changes), *(() if links is None else (links,)))
    frame = Encoder(version, ClientId(5)).order(OrderId(17), ib_contract(AAPL), order)
    return proto("PlaceOrderRequest").FromString(body_of(frame, PLACE))


def told(message: Any) -> dict[str, Any]:
    """Return the fields that are present, whether 0 or not."""
    return {field.name: value for field, value in message.ListFields()}


ZEROS = frozenset(
    {
        "clientId", "permId", "parentId", "ocaType", "triggerMethod", "origin", "shortSaleSlot",
        "displaySize", "discretionaryAmt", "exemptCode", "adjustableTrailingUnit",
        "referenceContractId", "deltaNeutralConId", "deltaNeutralShortSaleSlot",
        "peggedChangeAmount", "referenceChangeAmount", "softDollarTier",
    }
)  # fmt: skip
"""What the library spells out although it is 0, -1 or empty."""


def is_nothing(value: Any) -> bool:
    return value in (0, -1) if isinstance(value, int | float) else not value.ListFields()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("changes", "prices"),
    [
        ({}, {"orderType": "LMT", "lmtPrice": 187.25}),
        ({"side": Side.SELL, "limit_price": Decimal("0.0001")}, {"lmtPrice": 0.0001}),
        ({"order_type": OrderType.MARKET, "limit_price": None}, {"orderType": "MKT"}),
        (
            {"order_type": OrderType.STOP, "limit_price": None, "stop_price": Decimal("180.05")},
            {"orderType": "STP", "auxPrice": 180.05},
        ),
        ({"quantity": Decimal("1E+3"), "tif": Tif.GTC}, {"totalQuantity": "1000", "tif": "GTC"}),
        ({"terms": OrderTerms(good_till=NINE)}, {"goodTillDate": "20261123-14:30:00"}),
    ],
)
def test_an_order_has_exactly_these_fields(
    version: int, changes: dict[str, Any], prices: dict[str, Any]
) -> None:
    request = sent(version, **changes)
    order = told(request.order)
    limit = {} if changes.get("limit_price", 1) is None else {"lmtPrice": 187.25}
    expected = {
        "action": changes.get("side", Side.BUY).value, "totalQuantity": "100", "orderType": "LMT",
        "tif": "DAY", "account": ACCOUNT, "orderRef": "ref-1", "transmit": True,
        **limit, **prices,
    }  # fmt: skip

    assert {name: value for name, value in order.items() if name not in ZEROS} == expected
    assert all(is_nothing(order[name]) for name in ZEROS & order.keys())
    assert request.orderId == 17
    assert told(request.contract) == {
        "conId": 265598, "symbol": "AAPL", "secType": "STK", "exchange": "SMART",
        "primaryExch": "NASDAQ", "currency": "USD", "localSymbol": "AAPL", "tradingClass": "NMS",
    } | {name: v for name, v in told(request.contract).items() if not v}  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
def test_links_of_a_bracket_and_a_what_if_are_written(version: int) -> None:
    waiting = sent(version, OrderLinks(parent_id=OrderId(16), transmit=False)).order
    question = sent(version, OrderLinks(what_if=True)).order

    assert (waiting.parentId, waiting.transmit, waiting.whatIf) == (16, False, False)
    assert (question.parentId, question.whatIf) == (0, True)


@settings(max_examples=200)
@given(
    price=st.decimals("0.0001", "999999", places=4),
    quantity=st.decimals("0.0001", "9999999", places=4),
)
def test_any_price_and_quantity_arrive_as_they_are(price: Decimal, quantity: Decimal) -> None:
    order = sent(226, limit_price=price, quantity=quantity).order

    assert Decimal(str(order.lmtPrice)) == price
    assert Decimal(order.totalQuantity) == quantity


@pytest.mark.parametrize("version", VERSIONS)
def test_cancels_are_written(version: int) -> None:
    encoder = Encoder(version, ClientId(5))

    one = proto("CancelOrderRequest").FromString(body_of(encoder.cancel(OrderId(17)), CANCEL))
    every = body_of(encoder.global_cancel(), GLOBAL_CANCEL)

    assert one.orderId == 17
    assert told(one.orderCancel) == {}
    assert told(proto("GlobalCancelRequest").FromString(every).orderCancel) == {}


def test_the_program_offers_what_the_library_knows_and_no_more() -> None:
    assert HIGHEST_SERVER_VERSION == MAX_CLIENT_VER
    assert SessionSettings(ClientId(1)).max_server_version == MAX_CLIENT_VER


# ---- a session whose broker mixes both framings ----------------------------------------------


def raw(number: int, body: bytes) -> bytes:
    return framed(number.to_bytes(4, "big") + body)


def encoded(number: int, name: str, **values: Any) -> bytes:
    return raw(number, proto(name)(**values).SerializeToString())


def encode_order(session: Session) -> Any:
    return session.encode_order(OrderId(3), OrderRef("ref-1"), AAPL, draft())


def test_text_and_protobuf_mix_in_one_session(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_rig(monkeypatch, HIGHEST_SERVER_VERSION) as rig:
        rig.connect()
        rig.say(hello(226))
        assert body_of(rig.received_bytes(), START) == b"\x08\x05"
        rig.say(encoded(215, "ManagedAccounts", accountsList="SIM0000001"))
        rig.say(raw(9, fields(1, 3)))
        rig.session._subscriptions.add(ReqId(7), ConId(265598))
        for number in range(40):  # a burst, each message in the other letters than the one before
            rig.say(raw(1, fields(6, 7, 1, 100 + number, 5, 0)))
            rig.say(encoded(201, "TickPrice", reqId=7, tickType=1, price=100.5 + number,
                            size="5", attrMask=0))  # fmt: skip
        rig.say(raw(49, fields(1, 7)) + encoded(249, "CurrentTime", currentTime=8))
        rig.say(raw(4, fields(9, 201, "no", "", 0)))
        rig.say(encoded(204, "ErrorMessage", id=9, errorCode=202, errorMsg="yes"))
        rig.say(encoded(203, "OrderStatus", orderId=3, status="Filled", filled="5",
                        remaining="0"))  # fmt: skip

    assert rig.of(SessionStarted)[0].next_order_id == 3
    prices = [call[3] for call in rig.ticks.calls if call[0] == "price"]
    assert prices == [100 + half / 2 for half in range(80)]
    assert [each.time.timestamp() for each in rig.of(ServerTime)] == [7, 8]
    assert [(each.subject, each.code) for each in rig.of(BrokerNotice)] == [(9, 201), (9, 202)]
    assert [each.filled for each in rig.of(OrderStatusReport)] == [5]
    assert rig.session.bad_messages.count == 0


@pytest.mark.parametrize("version", [157, 200, 203, 226])
def test_the_bytes_that_were_hashed_are_the_bytes_that_leave(
    monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    with open_rig(monkeypatch, HIGHEST_SERVER_VERSION) as rig:
        rig.connect()
        rig.say(hello(version))
        start = raw if version > 200 else lambda number, body: framed(fields(number) + body)
        rig.say(start(15, fields(1, "SIM0000001")) + start(9, fields(1, 3)))
        order = encode_order(rig.session)
        assert encode_order(rig.session) == order, "one order, one spelling"
        rig.received_bytes()

        assert rig.session.write_order(order, may_wait=False)

        assert rig.received_bytes() == order.data
        assert hashlib.sha256(order.data).hexdigest() == order.sha256
