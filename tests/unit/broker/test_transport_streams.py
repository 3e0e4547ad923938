"""Frames in: whatever the split, nothing is lost, doubled or held back."""

import contextlib
import socket
import struct
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.scripted_peer import Rig, framed, hello, message, open_rig, server_time, start_up
from tests.helpers.virtual_time import VirtualLoop
from workstation.broker.framing import Frames
from workstation.broker.session import Phase
from workstation.broker.transport import Transport, TransportEvents
from workstation.domain.ids import OrderId
from workstation.domain.reports import ServerTime, SessionStarted


class Wire:
    """A transport and the test at its other end."""

    def __init__(self) -> None:
        self.loop = VirtualLoop()
        self.frames: list[bytes] = []
        self.bad: list[str] = []
        self.sent: list[OrderId] = []
        self.closed: list[tuple[str, tuple[OrderId, ...]]] = []
        self.loop.on_error = lambda error: None
        self.transport = Transport(
            self.loop,
            self.loop.clock,
            TransportEvents(
                opened=lambda: None,
                frames=self.on_frames,
                sent=self.sent.extend,
                closed=lambda reason, doubtful: self.closed.append((reason, doubtful)),
            ),
        )
        ours, self.peer = socket.socketpair()
        self.transport.attach(ours)

    def on_frames(self, frames: Frames) -> None:
        for number in range(frames.begins.size):
            self.on_frame(frames.body(number))

    def on_frame(self, body: bytes) -> None:
        if body:
            self.frames.append(body)
        else:
            self.bad.append("an empty message")

    def say(self, data: bytes) -> None:
        self.peer.sendall(data)
        self.loop.settle()

    def close(self) -> None:
        self.transport.close("over")
        self.peer.close()
        self.loop.close()


@contextlib.contextmanager
def open_wire() -> Iterator[Wire]:
    made = Wire()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def wire() -> Iterator[Wire]:
    with open_wire() as made:
        yield made


CONVERSATION = (
    hello()
    + message(15, 1, "SIM0000001")
    + message(4, -1, 2104, "Market data farm connection is OK:usfarm", "", 0)
    + message(9, 1, 17)
    + server_time(1_790_000_000)
)


def test_a_start_up_cut_at_any_byte_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    for cut in range(1, len(CONVERSATION)):
        with open_rig(monkeypatch) as rig:
            rig.connect()
            rig.say(CONVERSATION[:cut])
            rig.say(CONVERSATION[cut:])

            names = [type(report).__name__ for report in rig.reports]
            assert names == ["BrokerNotice", "SessionStarted", "ServerTime"], f"cut at {cut}"
            assert rig.of(SessionStarted)[0].next_order_id == 17


def test_a_start_up_that_comes_byte_by_byte_is_whole(rig: Rig) -> None:
    rig.connect()
    for position in range(len(CONVERSATION)):
        rig.say(CONVERSATION[position : position + 1])

    assert len(rig.of(ServerTime)) == 1


def test_frames_glued_to_the_handshake_reply_are_read(rig: Rig) -> None:
    rig.connect()
    rig.say(hello() + start_up() + server_time(1) + server_time(2))

    assert rig.session.phase is Phase.UP
    assert [report.time.timestamp() for report in rig.of(ServerTime)] == [1, 2]


@pytest.mark.parametrize("size", [4095, 4096, 4097, 8192, 12_288, 65_536, 262_144, 262_148])
def test_a_burst_of_exactly_so_many_bytes_is_whole(wire: Wire, size: int) -> None:
    bodies = [b"x" * 14] * (size // 18 - 1)
    burst = b"".join(map(framed, bodies))
    last = b"y" * (size - len(burst) - 4)
    burst += framed(last)
    assert len(burst) == size

    for start in range(0, size, 65_536):  # less than what a socket pair holds
        wire.say(burst[start : start + 65_536])

    assert wire.frames == [*bodies, last]
    wire.loop.pass_time(60)
    assert wire.closed == []


@settings(max_examples=150)
@given(
    bodies=st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=60),
    data=st.data(),
)
def test_any_split_of_any_stream_delivers_every_frame_once(
    bodies: list[bytes], data: st.DataObject
) -> None:
    stream = b"".join(map(framed, bodies))
    cuts = data.draw(st.sets(st.integers(0, len(stream)), max_size=40))
    places = [0, *sorted(cuts), len(stream)]
    with open_wire() as wire:
        for start, end in pairwise(places):
            wire.say(stream[start:end])

        assert wire.frames == bodies


def test_a_frame_of_the_largest_size_is_read(wire: Wire) -> None:
    size = 3_000_000
    stream = framed(b"z" * size)
    for start in range(0, len(stream), 65_536):
        wire.say(stream[start : start + 65_536])

    assert [len(frame) for frame in wire.frames] == [size]


def test_an_announced_garbage_length_ends_the_connection_at_once(wire: Wire) -> None:
    before = wire.loop.clock.seconds
    wire.say(framed(b"good") + struct.pack("!I", 0x7FFFFFFF) + b"rest")

    assert wire.frames == [b"good"]
    assert "2147483647 bytes" in wire.closed[0][0]
    assert wire.loop.clock.seconds == before


def test_a_length_just_above_the_limit_is_refused_and_the_limit_itself_is_not(wire: Wire) -> None:
    wire.say(struct.pack("!I", 16 * 1024 * 1024))
    assert wire.closed == []
    wire.transport.close("next")
    with open_wire() as other:
        other.say(struct.pack("!I", 16 * 1024 * 1024 + 1))
        assert "cannot be" in other.closed[0][0]


@pytest.mark.parametrize("part", [b"\0", b"\0\0\0", b"\0\0\0\x09", b"\0\0\0\x09eight by"])
def test_an_incomplete_frame_ends_the_connection_after_5_s(wire: Wire, part: bytes) -> None:
    wire.say(framed(b"whole") + part)

    wire.loop.pass_time(4.9)
    assert wire.closed == []
    wire.loop.pass_time(0.2)
    assert wire.closed == [("a message stayed incomplete for 5 s", ())]
    assert wire.frames == [b"whole"]


def test_a_frame_that_is_completed_in_time_starts_the_5_s_anew(wire: Wire) -> None:
    for _ in range(10):
        wire.say(b"\0\0\0\x04ab")
        wire.loop.pass_time(4)
        wire.say(b"cd")
        wire.loop.pass_time(4)

    assert wire.frames == [b"abcd"] * 10
    assert wire.closed == []


def test_what_came_before_the_end_is_delivered(wire: Wire) -> None:
    wire.peer.sendall(framed(b"one") + framed(b"two") + b"\0\0\0\x09half")
    wire.peer.close()
    wire.loop.settle()

    assert wire.frames == [b"one", b"two"]
    assert wire.closed == [("the other side closed the connection", ())]


def test_an_exception_in_the_receiver_neither_doubles_nor_delays_frames(
    wire: Wire, expected_log
) -> None:
    expected_log("a callback of the core failed")

    def fail_once(frames: Frames) -> None:
        wire.on_frames(frames)
        if b"bad" in wire.frames[-2:]:
            raise RuntimeError("the receiver is broken")

    wire.transport._events = TransportEvents(
        opened=lambda: None,
        frames=fail_once,
        sent=wire.sent.extend,
        closed=lambda reason, doubtful: wire.closed.append((reason, doubtful)),
    )
    wire.say(framed(b"bad") + framed(b"good"))
    wire.say(framed(b"more"))

    assert wire.frames == [b"bad", b"good", b"more"]


def test_a_close_inside_the_receiver_ends_the_connection_once(wire: Wire) -> None:
    def close(frames: Frames) -> None:
        wire.frames.append(frames.body(0))
        wire.transport.close("enough")

    wire.transport._events = TransportEvents(
        opened=lambda: None,
        frames=close,
        sent=wire.sent.extend,
        closed=lambda reason, doubtful: wire.closed.append((reason, doubtful)),
    )
    wire.say(framed(b"one") + framed(b"two"))

    assert wire.frames == [b"one"]
    assert wire.closed == [("enough", ())]
    assert not wire.transport.is_open
    wire.loop.pass_time(100)
    assert wire.closed == [("enough", ())]


# ---- out -------------------------------------------------------------------------------------


def narrow(wire: Wire) -> None:
    """Give the socket the smallest buffers there are."""
    assert wire.transport._socket is not None
    wire.transport._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
    wire.peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)


def fill(wire: Wire, first: int = 1) -> int:
    """Send orders until one does not leave whole; return its number."""
    narrow(wire)
    for number in range(first, first + 1000):
        wire.transport.send(b"o" * 700, OrderId(number))
        if wire.transport.bytes_waiting:
            return number
    raise AssertionError("the socket takes everything")


def test_orders_that_left_whole_are_sent_and_those_that_did_not_are_in_doubt(wire: Wire) -> None:
    last = fill(wire)
    wire.transport.send(b"o" * 700, OrderId(last + 1))
    assert wire.sent == list(range(1, last))

    wire.loop.pass_time(1.9)
    assert wire.closed == []
    wire.loop.pass_time(0.2)

    assert wire.closed == [("the broker took no bytes for 2 s", (last, last + 1))]
    assert wire.sent == list(range(1, last))


def test_a_slow_peer_that_takes_bytes_is_waited_for(wire: Wire) -> None:
    last = fill(wire)
    for _ in range(40):
        wire.transport.send(b"o" * 700, OrderId(last := last + 1))
    expected = 700 * last
    got = 0
    while got < expected and not wire.closed:
        got += len(wire.peer.recv(5000))
        wire.loop.pass_time(0.5)

    assert wire.closed == []
    assert wire.loop.clock.seconds > 1002, "the peer was too fast to prove anything"
    assert wire.sent == list(range(1, last + 1))
    assert wire.transport.bytes_waiting == 0


def test_bytes_are_not_kept_without_limit(wire: Wire) -> None:
    narrow(wire)
    taken = 0
    while wire.transport.send(b"x" * 10_000):
        taken += 1
        assert taken < 200, "the buffer grows without limit"

    assert wire.closed == [], "send() must not close under the feet of its caller"
    wire.loop.settle()
    assert "wait for the broker" in wire.closed[0][0]


def test_a_send_into_a_broken_connection_does_not_close_under_its_caller(wire: Wire) -> None:
    wire.peer.sendall(framed(b"the last word"))
    wire.peer.close()

    assert wire.transport.send(b"order", OrderId(1))
    assert wire.closed == []
    assert not wire.transport.send(b"order", OrderId(2)), "these bytes must not be in doubt"
    wire.loop.settle()

    assert wire.frames == [b"the last word"]
    assert [doubtful for _, doubtful in wire.closed] == [(1,)]


def test_what_came_with_the_break_is_still_read(wire: Wire) -> None:
    def command() -> None:
        wire.peer.sendall(framed(b"the last word"))
        wire.peer.close()
        wire.transport.send(b"order", OrderId(1))

    wire.loop.on_woken = command
    wire.loop.wake()
    wire.loop.run_once()

    assert wire.frames == [b"the last word"]
    assert [doubtful for _, doubtful in wire.closed] == [(1,)]


def test_nothing_can_be_sent_after_the_end(wire: Wire) -> None:
    wire.transport.close("over")

    assert not wire.transport.send(b"order", OrderId(1))
    wire.transport.close("again")
    assert wire.closed == [("over", ())]


@settings(max_examples=60)
@given(
    blocks=st.integers(1, 40),
    sizes=st.lists(st.integers(1, 700), min_size=1, max_size=40),
    pieces=st.lists(st.integers(1, 12), min_size=1, max_size=10),
)
def test_a_stream_of_whole_blocks_of_4096_is_delivered_though_nothing_follows(
    blocks: int, sizes: list[int], pieces: list[int]
) -> None:
    """What the stock reader loses: reads that end on a multiple of 4096, and then silence."""
    wanted = blocks * 4096
    bodies, total = [], 0
    while (room := wanted - total) > 0:
        size = min(sizes[len(bodies) % len(sizes)], room - 4)
        size = room - 4 if room - 4 - size < 5 else size  # what is left must hold a message
        bodies.append(b"%d" % (len(bodies) % 10) * size)
        total += 4 + size
    stream = b"".join(map(framed, bodies))
    assert len(stream) == wanted
    with open_wire() as wire:
        place = 0
        for number in range(wanted):
            step = 4096 * pieces[number % len(pieces)]
            wire.say(stream[place : place + step])
            place += step
            if place >= wanted:
                break
        wire.loop.pass_time(60)

        assert wire.frames == bodies
        assert wire.closed == []
