"""The short ways for market data leave the same slots as the library's decoder."""

import functools
import logging
import struct
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ibapi import decoder as library

from tests.helpers.scripted_peer import RecordingTicks, fields, framed
from workstation.broker.adapter import RAW_ID_SERVER_VERSION, FrameDecoder, LibraryComplaints
from workstation.broker.faults import CallbackGuard
from workstation.broker.framing import Frames, _many, _one_by_one, split
from workstation.broker.hot_batch import FEWEST
from workstation.broker.hot_decoder import HotDecoder
from workstation.broker.inbound import Inbound
from workstation.broker.outbox import Outbox
from workstation.broker.pacing import Pacer
from workstation.broker.request_engine import RequestEngine
from workstation.broker.request_writer import RequestWriter
from workstation.broker.requests import Subscriptions
from workstation.broker.wrapper import Wrapper
from workstation.domain.clock import SystemClock
from workstation.domain.ids import ConId, ReqId


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library logs what it drops, and the guard what the wrapper refuses."""
    for name in ("ibapi.decoder", "ibapi.utils", "workstation.broker.faults"):
        monkeypatch.setattr(logging.getLogger(name), "disabled", True)


UNSET_TEXTS = [
    "", "2147483647", "9223372036854775807", "-9223372036854775808", "1.7976931348623157E308",
    "170141183460469231731687303715884105727", "NaN", "Infinity", "-Infinity", "1e400",
]  # fmt: skip
ODD_TEXTS = [
    *UNSET_TEXTS, "-1", "-1.0", "0", "-0", "abc", "1,5", "0x10", " 5 ", "1_000", "+5", ".5", "5.",
    "\u0661", "007.50", "1e3", "--1", "1.2.3", "-", ".", "100.30000000000001", "0.1", "-12.25",
]  # fmt: skip
numbers = st.one_of(
    st.sampled_from(ODD_TEXTS),
    st.decimals(-(10**7), 10**7, allow_nan=False, allow_infinity=False, places=4).map(str),
    st.decimals(0, 1000, allow_nan=False, allow_infinity=False, places=2).map(str),
    st.floats(allow_nan=False).map(repr),
    st.integers(-(10**20), 10**20).map(str),
    st.integers(0, 100_000).map(str),
)
wholes = st.one_of(st.integers(-2, 12).map(str), st.sampled_from(["", "x", "1.0", "999999999999"]))
ids = st.one_of(
    st.integers(0, 5).map(str), st.sampled_from(["", "x", "-1", "99", "1000000001", "00001"])
)
kinds = st.one_of(
    st.sampled_from(["1", "2", "4", "0", "3", "5", "68", "66", "45"]),
    st.integers(-1, 300).map(str),
    st.sampled_from(["", "x", "1.0"]),
)
versions = st.sampled_from(["6", "6", "6", "1", "", "x"])
masks = st.sampled_from(["0", "1", "7", "", "x"])
words = st.one_of(
    st.sampled_from(
        ["", "NASDAQ", "ARCA", "I", "  I", "T I", "LONGER THAN EIGHT", "a\\u00e9", "\u00e9"]
    ),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=9),
)
times = st.one_of(wholes, st.integers(-1, 2**36).map(str))
TEXTS: dict[int, st.SearchStrategy[tuple[str, ...]]] = {
    1: st.tuples(versions, ids, kinds, numbers, numbers, masks),
    2: st.tuples(versions, ids, kinds, numbers),
    12: st.tuples(versions, ids, wholes, wholes, wholes, numbers, numbers),
    13: st.tuples(versions, ids, wholes, words, wholes, wholes, numbers, numbers, masks),
    21: st.tuples(ids, kinds, masks, *[numbers] * 8),
    45: st.tuples(versions, ids, kinds, numbers),
    46: st.tuples(versions, ids, kinds, words),
    50: st.tuples(versions, ids, times, *[numbers] * 6, wholes),
    99: st.tuples(ids, wholes, wholes, numbers, numbers, masks, words, words),
}


@st.composite
def texts(draw: st.DrawFn, message_id: int) -> bytes:
    """What stands behind the id of a text message, sometimes cut or with a field too many."""
    parts = list(draw(TEXTS[message_id]))
    change = draw(st.sampled_from(["", "", "", "", "cut", "more"]))
    if change == "more":
        parts.append(draw(numbers))
    body = fields(*parts)
    return body[: draw(st.integers(0, len(body)))] if change == "cut" else body


small = st.one_of(st.integers(0, 6), st.integers(-(2**31), 2**31 - 1))
doubles = st.one_of(st.sampled_from([100.25, -1.0, 0.0, 1e301]), st.floats())
CLASSES: dict[int, tuple[str, dict[str, st.SearchStrategy[Any]]]] = {
    201: ("TickPrice", {"reqId": small, "tickType": small, "price": doubles, "size": numbers,
                        "attrMask": small}),
    202: ("TickSize", {"reqId": small, "tickType": small, "size": numbers}),
    221: ("TickOptionComputation", {
        "reqId": small, "tickType": small, "tickAttrib": small, "impliedVol": doubles,
        "delta": doubles, "optPrice": doubles, "pvDividend": doubles, "gamma": doubles,
        "vega": doubles, "theta": doubles, "undPrice": doubles}),
    245: ("TickGeneric", {"reqId": small, "tickType": small, "value": doubles}),
    246: ("TickString", {"reqId": small, "tickType": small, "value": words}),
    250: ("RealTimeBarTick", {
        "reqId": small, "time": st.integers(-5, 2**36), "open": doubles, "high": doubles,
        "low": doubles, "close": doubles, "volume": numbers, "WAP": numbers, "count": small}),
}  # fmt: skip
BOOK = {"position": small, "operation": small, "side": small, "price": doubles, "size": numbers}
VENUE_BOOK = {**BOOK, "marketMaker": words, "isSmartDepth": st.booleans()}
PRINT = {
    "time": st.one_of(st.integers(0, 2**33), st.integers(-(2**63), 2**63 - 1)),
    "price": doubles, "size": numbers, "exchange": words, "specialConditions": words,
}  # fmt: skip


def proto(name: str) -> Any:
    return vars(library)[f"{name}Proto"]()


def fill(draw: st.DrawFn, message: Any, values: dict[str, st.SearchStrategy[Any]]) -> None:
    left_out = draw(st.one_of(st.none(), st.none(), st.none(), st.sampled_from(sorted(values))))
    for name, strategy in values.items():
        if name != left_out:
            setattr(message, name, draw(strategy))


@st.composite
def protos(draw: st.DrawFn, message_id: int) -> bytes:
    if message_id in CLASSES:
        name, values = CLASSES[message_id]
        message = proto(name)
        fill(draw, message, values)
    elif message_id == 299:
        message = proto("TickByTickData")
        fill(draw, message, {"reqId": small, "tickType": small})
        if draw(st.booleans()):
            message.historicalTickLast.tickAttribLast.pastLimit = draw(st.booleans())
        fill(draw, message.historicalTickLast, PRINT)
    else:
        message = proto("MarketDepth" if message_id == 212 else "MarketDepthL2")
        fill(draw, message, {"reqId": small})
        fill(draw, message.marketDepthData, BOOK if message_id == 212 else VENUE_BOOK)
    body = bytes(message.SerializeToString())
    cut = draw(st.sampled_from([False, False, False, True]))
    return body[: draw(st.integers(0, len(body)))] if cut else body


TEXT_IDS = sorted(TEXTS)
PROTO_IDS = [*sorted(CLASSES), 212, 213, 299]


@st.composite
def messages(draw: st.DrawFn, message_ids: list[int]) -> tuple[int, bytes]:
    message_id = draw(st.sampled_from(message_ids))
    return message_id, draw(texts(message_id) if message_id < 200 else protos(message_id))


def subscribed() -> Subscriptions:
    subscriptions = Subscriptions()
    for number in range(5):
        subscriptions.add(ReqId(number), ConId(100 + number))
    subscriptions.add(ReqId(1_000_000_001), ConId(105))
    return subscriptions


class Reactor:
    """Takes what a guard puts off: the print without a time that the wrapper refuses."""

    def call_later(self, delay: float, call: object) -> None:
        pass


def no_questions() -> RequestEngine:
    """Answer nothing: no question was put."""
    reactor, clock = Reactor(), SystemClock()
    outbox = Outbox(reactor, Pacer(clock), lambda frame, order_id: True)  # type: ignore[arg-type]
    writer = RequestWriter(reactor, outbox, lambda report: None)  # type: ignore[arg-type]
    return RequestEngine(reactor, clock, writer)  # type: ignore[arg-type]


def guard_of(ticks: RecordingTicks) -> CallbackGuard:
    wrapper = Wrapper(
        lambda report: None,
        ticks.sinks,
        subscribed(),
        answers=no_questions(),
        on_accounts=lambda accounts: None,
        on_next_id=lambda number: None,
        now=SystemClock().now,
    )
    return CallbackGuard(wrapper, Reactor())  # type: ignore[arg-type]


@functools.cache
def decoder_of(version: int) -> tuple[FrameDecoder, RecordingTicks]:
    """Build the library's decoder once; that takes a while."""
    ticks = RecordingTicks()
    return FrameDecoder(guard_of(ticks), version), ticks


def library_calls(message_id: int, rest: bytes, version: int) -> list[object]:
    """Return what the library's decoder does with a message, an error as its last call."""
    decoder, ticks = decoder_of(version)
    ticks.calls.clear()
    try:
        decoder.feed(message_id, rest)
    except Exception:
        return [*ticks.calls, "error"]
    return list(ticks.calls)


def check_one(message_id: int, rest: bytes, version: int) -> bool:
    ticks = RecordingTicks()
    faults: list[Exception] = []
    raw_ids = version >= RAW_ID_SERVER_VERSION
    hot = HotDecoder(ticks.sinks, subscribed(), raw_ids=raw_ids, on_fault=faults.append)
    taken = hot.feed(sent_id(message_id, version), rest)

    assert faults == []
    if taken:
        assert repr(ticks.calls) == repr(library_calls(message_id, rest, version)), (
            message_id,
            rest,
        )
    else:
        assert ticks.calls == [], "half a message was taken"
    return taken


@settings(max_examples=200)
@given(messages(TEXT_IDS), st.sampled_from([157, 176, 200, 213]))
def test_the_short_way_equals_the_library_in_text(message: tuple[int, bytes], version: int) -> None:
    check_one(*message, version)


@settings(max_examples=200)
@given(messages(PROTO_IDS))
def test_the_short_way_equals_the_library_in_protobuf(message: tuple[int, bytes]) -> None:
    check_one(*message, 226)


def test_plain_messages_take_the_short_way() -> None:
    plain = [(1, fields(6, 3, kind, 100.25, 300, 0)) for kind in range(110)]
    plain += [(2, fields(6, 3, kind, 300)) for kind in range(110)]
    plain += [
        (12, fields(1, 3, 0, 1, 1, 99.5, 100)),
        (13, fields(1, 3, 0, "ARCA", 1, 1, 99.5, 100, 1)),
        (21, fields(3, 13, 0, 0.25, 0.5, 4.2, -1, 0.01, 0.1, -0.02, 101.5)),
        (45, fields(6, 3, 49, 0)),
        (46, fields(6, 3, 45, 1790000000)),
        (50, fields(3, 3, 1790000000, 99.5, 99.75, 99.25, 99.5, 1200, 99.55, 17)),
        (99, fields(3, 1, 1790000000, 99.5, 100, 0, "ARCA", "")),
    ]
    for message_id, rest in plain:
        assert check_one(message_id, rest, 200), (message_id, rest)


def test_odd_numbers_equal_the_library() -> None:
    for text in ODD_TEXTS:
        for message_id, rest in (
            (1, fields(6, 3, 1, 100.25, text, 0)),
            (1, fields(6, 3, 1, text, 300, 0)),
            (2, fields(6, 3, 0, text)),
            (99, fields(3, 1, 1790000000, text, text, 0, "ARCA", "")),
            (12, fields(1, 3, 0, 1, 1, text, text)),
        ):
            check_one(message_id, rest, 200)


def test_protobuf_is_read_only_where_it_can_be() -> None:
    message_id, rest = plain(201, 7)
    assert check_one(message_id, rest, 226)
    calls, bad = inbound_calls(split(wire_of([(201, rest)], 200)), 200)
    assert calls == []
    assert bad == ["ValueError in message of unreadable kind"]


def test_everything_else_is_left_to_the_library() -> None:
    for raw_ids, version in ((False, 200), (True, 226)):
        ticks = RecordingTicks()
        hot = HotDecoder(ticks.sinks, subscribed(), raw_ids=raw_ids, on_fault=_raise)
        for number in (3, 4, 5, 9, 15, 203, 1000):
            assert not hot.feed(sent_id(number, version), fields(6, 3, 1))
        assert ticks.calls == []


# ---- bursts ----------------------------------------------------------------------------------


def sent_id(message_id: int, version: int) -> bytes:
    """Return an id as it is sent, without what ends it in text."""
    whole = head(message_id, version)
    return whole if version > 200 else whole[:-1]


def head(message_id: int, version: int) -> bytes:
    return struct.pack("!I", message_id) if version > 200 else fields(message_id)


def wire_of(stream: list[tuple[int, bytes]], version: int) -> bytes:
    return b"".join(framed(head(number, version) + rest) for number, rest in stream)


def last_of_each(
    calls: list[tuple[Any, ...]],
) -> tuple[dict[object, str], dict[object, list[str]]]:
    """Return the newest value of each quote field, and all else of each request in order."""
    newest: dict[object, str] = {}
    others: dict[object, list[str]] = {}
    for call in calls:
        if call[0] in {"row", "print", "bar"}:
            others.setdefault(call[:2], []).append(repr(call))
        else:
            newest[call[:3]] = repr(call)
    return newest, others


def inbound_calls(frames: Frames, version: int) -> tuple[list[tuple[Any, ...]], list[str]]:
    ticks, bad = RecordingTicks(), []
    inbound = Inbound(
        version,
        guard_of(ticks),
        ticks.sinks,
        subscribed(),
        LibraryComplaints(),
        on_bad=bad.append,
        on_fault=_raise,
        fewest_at_once=FEWEST,
    )
    inbound.feed(frames)
    return ticks.calls, bad


def _raise(error: Exception) -> None:
    raise error


@st.composite
def bursts(draw: st.DrawFn, message_ids: list[int]) -> list[tuple[int, bytes]]:
    """Runs of plain messages long enough to be read as columns, with odd ones in between."""
    stream: list[tuple[int, bytes]] = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(message_ids))
        seed = draw(st.integers(0, 10_000))
        stream += [plain(kind, seed + number) for number in range(draw(st.integers(1, 60)))]
        stream += draw(st.lists(messages(message_ids), max_size=3))
    return stream


def plain(kind: int, number: int) -> tuple[int, bytes]:
    """Return a message of one kind that nothing is odd about."""
    req_id, tick = number % 5, (1, 2, 4, 68, 6, 9)[number % 6]
    price, size = 100 + number % 977 / 100, number * 7919 % 5000
    place, operation, side = number % 10, number % 3, number % 2
    time, name = 1_790_000_000 + number, ("ARCA", "NASDAQ", "")[number % 3]
    return {
        1: lambda: (1, fields(6, req_id, tick, f"{price:.2f}", size, number % 4)),
        2: lambda: (2, fields(6, req_id, (0, 3, 5, 8, 71)[number % 5], size)),
        12: lambda: (12, fields(1, req_id, place, operation, side, price, size)),
        13: lambda: (13, fields(1, req_id, place, name, operation, side, price, size, 1)),
        99: lambda: (99, fields(req_id, 1 + side, time, price, size, 0, name, "I")),
        201: lambda: (201, encoded("TickPrice", reqId=req_id, tickType=tick, price=price,
                                   size=str(size), attrMask=0)),
        202: lambda: (202, encoded("TickSize", reqId=req_id, tickType=8, size=str(size))),
        213: lambda: (213, depth_proto(req_id, place, operation, side, price, size, name)),
        299: lambda: (299, print_proto(req_id, time, price, size, name)),
    }[kind]()  # fmt: skip


def encoded(name: str, **values: object) -> bytes:
    message = proto(name)
    for field, value in values.items():
        setattr(message, field, value)
    return bytes(message.SerializeToString())


def depth_proto(
    req_id: int, place: int, operation: int, side: int, price: float, size: int, name: str
) -> bytes:
    message = proto("MarketDepthL2")
    message.reqId = req_id
    row = message.marketDepthData
    row.position, row.operation, row.side, row.price = place, operation, side, price
    row.size, row.marketMaker, row.isSmartDepth = str(size), name, True
    return bytes(message.SerializeToString())


def print_proto(req_id: int, time: int, price: float, size: int, name: str) -> bytes:
    message = proto("TickByTickData")
    message.reqId, message.tickType = req_id, 1
    tick = message.historicalTickLast
    tick.time, tick.price, tick.size = time, price, str(size)
    tick.tickAttribLast.pastLimit = False
    tick.exchange, tick.specialConditions = name, "I"
    return bytes(message.SerializeToString())


def check_burst(stream: list[tuple[int, bytes]], version: int) -> None:
    calls, _ = inbound_calls(split(wire_of(stream, version)), version)
    expected: list[Any] = []
    for message_id, rest in stream:
        expected += [call for call in library_calls(message_id, rest, version) if call != "error"]

    assert last_of_each(calls) == last_of_each(expected)


@settings(max_examples=40)
@given(bursts([1, 2, 12, 13, 99]), st.sampled_from([157, 200, 226]))
def test_a_burst_leaves_what_the_library_leaves_in_text(
    stream: list[tuple[int, bytes]], version: int
) -> None:
    check_burst(stream, version)


@settings(max_examples=40)
@given(bursts([1, 2, 13, 99, 201, 202, 213, 299]))
def test_a_burst_leaves_what_the_library_leaves_in_both_framings(
    stream: list[tuple[int, bytes]],
) -> None:
    check_burst(stream, 226)


def test_long_runs_are_read_as_columns(monkeypatch) -> None:
    """Else the other tests of bursts would prove nothing."""

    def fail(_: Inbound, _frames: Frames, first: int, stop: int) -> None:
        assert first == stop, "a plain message of a long run was read by hand"

    monkeypatch.setattr(Inbound, "_one_by_one", fail)
    for version, kinds in ((200, (1, 2, 12, 13, 99)), (226, (1, 2, 13, 99, 201, 202, 213, 299))):
        for kind in kinds:
            stream = [plain(kind, number) for number in range(FEWEST * 3)]
            calls, bad = inbound_calls(split(wire_of(stream, version)), version)
            assert calls, (version, kind)
            assert bad == [], (version, kind)


def test_a_spike_inside_a_burst_reaches_the_slot() -> None:
    prices = [100.0] * 40 + [250.0] + [100.0] * 40 + [1.0] + [99.0]
    stream = [(1, fields(6, 3, 4, price, 100, 0)) for price in prices]

    calls, _ = inbound_calls(split(wire_of(stream, 200)), 200)

    seen = [call[3] for call in calls if call[0] == "price"]
    assert {1.0, 250.0} <= set(seen)
    assert seen[-1] == 99.0


def test_messages_that_cannot_be_read_are_told_and_the_rest_is_taken() -> None:
    stream = [plain(1, number) for number in range(50)]
    stream[20:20] = [(1, fields(6, "x", 1, 2, 3, 0)), (777, b"")]

    calls, bad = inbound_calls(split(wire_of(stream, 226)), 226)

    assert len(bad) == 2
    assert "777" in bad[1]
    assert last_of_each(calls)[0]


# ---- framing ---------------------------------------------------------------------------------

bodies = st.one_of(
    st.binary(max_size=40),
    st.binary(max_size=700),
    st.lists(st.sampled_from([b"\0", b"\0\0\0\x05", b"1", b"\0\0\0"]), max_size=20).map(b"".join),
)


@settings(max_examples=150)
@given(st.lists(bodies, max_size=40), st.binary(max_size=12))
@example([b"1\0" * 130, b"2\0", b""], b"\0\0\0\x07123")
def test_the_quick_way_finds_the_same_frames(parts: list[bytes], tail: bytes) -> None:
    data = b"".join(map(framed, parts)) + tail

    slow, quick = _one_by_one(data), _many(data) if len(data) >= 4 else _one_by_one(data)

    for name in ("rest", "too_long"):
        assert getattr(quick, name) == getattr(slow, name)
    assert quick.begins.tolist() == slow.begins.tolist()
    assert quick.ends.tolist() == slow.ends.tolist()
