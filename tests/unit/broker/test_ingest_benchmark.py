"""The benchmark's stop: one price in the middle of a burst, overwritten at once, is seen."""

import threading

import pytest

from tests.benchmarks.ingest import from_server
from tests.helpers.scripted_peer import Peer, fields, framed, hello, scripted_server, start_up
from tests.unit.broker.test_protobuf_orders import encoded, raw
from workstation.broker import hot_batch


def text_ticks(req_id: int, prices: list[float]) -> bytes:
    return b"".join(framed(fields(1, 6, req_id, 1, price, 5, 0)) for price in prices)


def proto_ticks(req_id: int, prices: list[float]) -> bytes:
    return b"".join(
        encoded(201, "TickPrice", reqId=req_id, tickType=1, price=price, size="5", attrMask=0)
        for price in prices
    )


@pytest.mark.parametrize("version", [200, 226])
@pytest.mark.parametrize("place", [0, 5000, 9999])
def test_a_price_overwritten_in_the_same_burst_ends_the_run(
    monkeypatch: pytest.MonkeyPatch, version: int, place: int
) -> None:
    monkeypatch.setattr(hot_batch, "read_prices", hot_batch.read_prices)  # put back at the end
    prices = [100 + number % 90 / 100 for number in range(10_000)]
    prices[place] = 999.0
    asked: list[bytes] = []

    def script(peer: Peer, over: threading.Event) -> None:
        peer.read_offer()
        peer.say(hello(version))
        peer.read_message()  # startApi
        start = raw(15, fields(1, "SIM1")) + raw(9, fields(1, 1))
        peer.say(start if version > 200 else start_up())
        size = int.from_bytes(peer._exactly(4), "big")
        asked.append(peer._exactly(size))
        req_id = 1_000_000_000
        peer.say((proto_ticks if version > 200 else text_ticks)(req_id, prices))
        over.wait(20)

    with scripted_server(script) as port:
        rate = from_server("127.0.0.1", port, 999.0, version)

    assert rate > 0
    assert b"AAPL" in asked[0], "the first request is for the market data"
    assert b"SMART" in asked[0]
