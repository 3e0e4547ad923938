"""Peers that do exactly what a script says: over a socket pair, or on a loopback port."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from tests.helpers.virtual_time import VirtualLoop
from workstation.broker.hot_values import PRICE_TO_SIZE
from workstation.broker.session import Phase, Session, SessionSettings
from workstation.domain.greeks import Greeks
from workstation.domain.ids import ClientId, ConId
from workstation.domain.market_sinks import (
    BarRow,
    BookRow,
    MarketSinks,
    PriceRow,
    PrintColumns,
    SizeRow,
)
from workstation.domain.reports import Report, SessionEnded

OFFER_BYTES = len(b"API\0") + 4 + len(b"v100..200")


def fields(*values: object) -> bytes:
    """Join fields as the text protocol does."""
    return b"".join(
        (value if isinstance(value, bytes) else str(value).encode()) + b"\0" for value in values
    )


def framed(body: bytes) -> bytes:
    """Put the length before a body."""
    return struct.pack("!I", len(body)) + body


def message(*values: object) -> bytes:
    """Build one framed text message."""
    return framed(fields(*values))


def hello(version: object = 200) -> bytes:
    """Build the answer to the handshake."""
    return message(version, "20261120 15:00:00 EST")


def start_up(account: str = "SIM0000001", next_id: int = 1) -> bytes:
    """Build what makes a session complete."""
    return message(15, 1, account) + message(9, 1, next_id)


def tick(req_id: int, kind: int, price: object, size: object = 100) -> bytes:
    """Build a tickPrice."""
    return message(1, 6, req_id, kind, price, size, 0)


def server_time(seconds: int) -> bytes:
    """Build a currentTime: the shortest message whose arrival can be told apart."""
    return message(49, 1, seconds)


def parse_frames(data: bytes) -> tuple[list[list[bytes]], bytes]:
    """Split what a client sent into messages of fields, and what is not whole yet."""
    messages = []
    while len(data) >= 4:
        (length,) = struct.unpack("!I", data[:4])
        if len(data) < 4 + length:
            break
        messages.append(data[4 : 4 + length].split(b"\0")[:-1])
        data = data[4 + length :]
    return messages, data


class RecordingTicks:
    """Slots that remember every call."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.error: Exception | None = None

    def _take(self, *call: Any) -> None:
        self.calls.append(call)
        if self.error is not None:
            raise self.error

    def set_price(
        self, con_id: ConId, tick_type: int, price: float, size: float | None = None
    ) -> None:
        self._take("price", con_id, tick_type, price)
        if size is not None and tick_type in PRICE_TO_SIZE:
            self._take("size", con_id, PRICE_TO_SIZE[tick_type], size)

    def set_size(self, con_id: ConId, tick_type: int, size: float) -> None:
        self._take("size", con_id, tick_type, size)

    def set_data_type(self, con_id: ConId, data_type: int) -> None:
        self._take("type", con_id, data_type)

    def set_text(self, con_id: ConId, tick_type: int, text: str) -> None:
        self._take("text", con_id, tick_type, text)

    def set_number(self, con_id: ConId, tick_type: int, number: float | None) -> None:
        self._take("number", con_id, tick_type, number)

    def set_greeks(self, con_id: ConId, tick_type: int, greeks: Greeks) -> None:
        self._take("greeks", con_id, tick_type, greeks)

    def apply_all(self, rows: Iterable[BookRow]) -> None:
        for row in rows:
            self._take("row", *row)

    def set_prices(self, rows: Iterable[PriceRow]) -> None:
        for row in rows:
            self.set_price(*row)

    def set_sizes(self, rows: Iterable[SizeRow]) -> None:
        for row in rows:
            self.set_size(*row)

    def add_all(self, req_id: int, prints: PrintColumns) -> None:
        for each in zip(*prints, strict=True):
            self._take("print", req_id, *each)

    def add(self, req_id: int, row: BarRow) -> None:
        self._take("bar", req_id, *row)

    @property
    def sinks(self) -> MarketSinks:
        """All slots in one."""
        return MarketSinks(self, self, self, self)


class PairedDialer:
    """Connects to the test instead of to a host."""

    peers: list[socket.socket]

    def __init__(
        self,
        reactor: Any,
        host: str,
        port: int,
        *,
        connected: Callable[[socket.socket], None],
        failed: Callable[[str], None],
    ) -> None:
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        self.peers.append(theirs)
        self._sock = ours
        self._timer = reactor.call_later(0.0, lambda: connected(ours))

    def cancel(self) -> None:
        self._timer.cancel()
        self._sock.close()


class Rig:
    """A session on virtual time whose broker is the test."""

    def __init__(self, max_server_version: int = 200) -> None:
        self.loop = VirtualLoop()
        self.loop.on_error = self._on_error
        self.errors: list[Exception] = []
        self.reports: list[Report] = []
        self.on_report: Callable[[Report], None] = lambda report: None
        self.ticks = RecordingTicks()
        self.peers: list[socket.socket] = []
        self.session = Session(
            self.loop,
            self.loop.clock,
            SessionSettings(ClientId(5), max_server_version),
            self._take,
            self.ticks.sinks,
        )
        self._received = b""

    def _take(self, report: Report) -> None:
        self.reports.append(report)
        self.on_report(report)

    def _on_error(self, error: Exception) -> None:
        self.errors.append(error)

    @property
    def peer(self) -> socket.socket:
        return self.peers[-1]

    @property
    def ended(self) -> SessionEnded | None:
        """The last end of a session."""
        ends = [report for report in self.reports if isinstance(report, SessionEnded)]
        return ends[-1] if ends else None

    def of(self, kind: type[Any]) -> list[Any]:
        """Return the reports of one kind, in order."""
        return [report for report in self.reports if isinstance(report, kind)]

    def connect(self) -> None:
        """Open, and let the peer read the offer."""
        self.session.open("127.0.0.1", 4002)
        self.loop.settle()
        self._received = b""
        offer = self.received_bytes()
        assert offer.startswith(b"API\0")
        assert len(offer) == OFFER_BYTES

    def up(self, version: object = 200, next_id: int = 1) -> "Rig":
        """Bring a session up and forget what that took."""
        self.connect()
        self.say(hello(version))
        self.say(start_up(next_id=next_id))
        assert self.session.phase is Phase.UP
        self.received()
        self.reports.clear()
        return self

    def say(self, data: bytes) -> None:
        """Send bytes as the broker and let the session take them."""
        view = memoryview(data)
        while view:
            with contextlib.suppress(BlockingIOError):
                view = view[self.peer.send(view) :]
            self.loop.settle()

    def received_bytes(self) -> bytes:
        """Return the bytes the client has sent since the last call."""
        chunks = []
        with contextlib.suppress(BlockingIOError, ConnectionError):
            while chunk := self.peer.recv(1 << 20):
                chunks.append(chunk)
        return b"".join(chunks)

    def received(self) -> list[list[bytes]]:
        """Return the whole messages the client has sent since the last call."""
        messages, self._received = parse_frames(self._received + self.received_bytes())
        return messages

    def close(self) -> None:
        """Give everything back."""
        self.session.close("the test is over")
        self.loop.close()
        for peer in self.peers:
            peer.close()


@contextlib.contextmanager
def open_rig(monkeypatch: pytest.MonkeyPatch, max_server_version: int = 200) -> Iterator[Rig]:
    """Build a rig whose sessions connect to the test."""
    made = Rig(max_server_version)
    dialer = type("Dialer", (PairedDialer,), {"peers": made.peers})
    monkeypatch.setattr("workstation.broker.transport.Dialer", dialer)
    try:
        yield made
    finally:
        made.close()


class Peer:
    """One accepted connection on loopback, with blocking calls for a script."""

    def __init__(self, sock: socket.socket) -> None:
        sock.settimeout(10)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = sock

    def read_offer(self) -> bytes:
        """Read the handshake's first bytes."""
        head = self._exactly(8)
        return head + self._exactly(int.from_bytes(head[4:], "big"))

    def read_message(self) -> list[bytes]:
        """Read one message of the client."""
        return self._exactly(int.from_bytes(self._exactly(4), "big")).split(b"\0")[:-1]

    def say(self, data: bytes) -> None:
        self.sock.sendall(data)

    def reset(self) -> None:
        """End with RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            chunk = self.sock.recv(count - len(data))
            if not chunk:
                raise ConnectionError("the client has gone")
            data += chunk
        return data


Script = Callable[[Peer, threading.Event], None]
"""What a peer does with its connection; the event is set when the test is over."""


@contextlib.contextmanager
def scripted_server(script: Script, host: str = "127.0.0.1") -> Iterator[int]:
    """Serve one connection on loopback by a script, on a thread; yields the port."""
    over = threading.Event()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    server = socket.create_server((host, 0), family=family)
    server.settimeout(10)

    def serve() -> None:
        with contextlib.suppress(OSError):
            sock, _ = server.accept()
            with sock, contextlib.suppress(ConnectionError, TimeoutError):
                script(Peer(sock), over)

    thread = threading.Thread(target=serve, name="scripted peer")
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        over.set()
        server.close()
        thread.join(10)
        assert not thread.is_alive(), "the scripted peer does not end"


def greet(peer: Peer, version: int = 157) -> None:
    """Play the broker's part up to a complete session."""
    peer.read_offer()
    peer.say(hello(version))
    assert peer.read_message()[0] == b"71"
    peer.say(start_up())
