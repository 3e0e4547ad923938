"""One script of a peer's misdeeds: our session lives or ends clearly; stock ibapi does not.

The second half proves that the scripts bite: each makes the client library's own connection
lose messages, die or hang (tws-wire.md 1, orders-and-risk.md 2.6).
"""

import contextlib
import logging
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ibapi.client import EClient
from ibapi.wrapper import EWrapper

from tests.helpers.scripted_peer import (
    Peer,
    RecordingTicks,
    Script,
    fields,
    framed,
    greet,
    message,
    scripted_server,
    server_time,
)
from tests.helpers.virtual_time import VirtualLoop
from workstation.broker import dialer
from workstation.broker.session import Phase, Session, SessionSettings
from workstation.domain.ids import ClientId
from workstation.domain.reports import Report, ServerTime, SessionEnded, SessionStarted

MARK = 1_790_000_000


def burst(size: int) -> tuple[bytes, int]:
    """Build whole messages of exactly so many bytes; return how many they are."""
    one = server_time(MARK)
    count = size // len(one)
    rest = size - count * len(one)
    data = one * (count - 1) + framed(fields(49, "1" * (1 + rest), MARK))
    assert len(data) == size
    return data, count


# ---- what the peer does ----------------------------------------------------------------------


def aligned(size: int) -> Script:
    def script(peer: Peer, over: threading.Event) -> None:
        greet(peer)
        peer.say(burst(size)[0])
        over.wait(10)

    return script


def byte_by_byte(peer: Peer, over: threading.Event) -> None:
    greet(peer)
    for each in server_time(MARK) * 5:
        peer.say(bytes([each]))
    over.wait(10)


def then_a_good_one(bad: bytes) -> Script:
    def script(peer: Peer, over: threading.Event) -> None:
        greet(peer)
        peer.say(framed(bad) + server_time(MARK))
        over.wait(10)

    return script


def garbage_length(peer: Peer, over: threading.Event) -> None:
    greet(peer)
    peer.say(struct.pack("!I", 0x7FFFFFFF) + server_time(MARK) * 3)
    over.wait(10)


def half_a_frame(peer: Peer, over: threading.Event) -> None:
    greet(peer)
    peer.say(server_time(MARK) + server_time(MARK)[:-3])
    over.wait(10)


def half_a_frame_then_reset(peer: Peer, _over: threading.Event) -> None:
    greet(peer)
    peer.say(server_time(MARK) + server_time(MARK)[:-3])
    threading.Event().wait(0.05)
    peer.reset()


def silent(peer: Peer, over: threading.Event) -> None:
    peer.read_offer()
    over.wait(10)


TRUNCATED = fields(3, 17, "Submitted", 0)
NON_NUMERIC = fields("x", 1)


# ---- our side --------------------------------------------------------------------------------


class Ours:
    """A session on loopback sockets; time is virtual, but bytes get a moment to arrive."""

    def __init__(self) -> None:
        self.loop = VirtualLoop(grace=0.15)
        self.reports: list[Report] = []
        self.session = Session(
            self.loop,
            self.loop.clock,
            SessionSettings(ClientId(5)),
            self.reports.append,
            RecordingTicks().sinks,
        )

    def of(self, kind: type[Any]) -> list[Any]:
        return [report for report in self.reports if isinstance(report, kind)]

    def open(self, port: int, host: str = "127.0.0.1") -> None:
        self.session.open(host, port)

    def until(self, done: Callable[[], bool]) -> None:
        self.loop.run_until(done)

    def end(self) -> str:
        """Run until the session has ended and return why."""
        self.until(lambda: bool(self.of(SessionEnded)))
        (only,) = self.of(SessionEnded)
        return str(only.reason)


@pytest.fixture
def ours() -> Iterator[Ours]:
    made = Ours()
    yield made
    made.session.close("the test is over")
    made.loop.close()


@pytest.mark.parametrize("size", [4096, 8192, 65_536])
def test_nothing_of_an_aligned_burst_is_lost(ours: Ours, size: int) -> None:
    with scripted_server(aligned(size)) as port:
        ours.open(port)
        ours.until(lambda: len(ours.of(ServerTime)) == burst(size)[1])
    assert ours.of(SessionEnded) == []


def test_nothing_is_lost_when_every_byte_comes_alone(ours: Ours) -> None:
    with scripted_server(byte_by_byte) as port:
        ours.open(port)
        ours.until(lambda: len(ours.of(ServerTime)) == 5)


@pytest.mark.parametrize("bad", [NON_NUMERIC, TRUNCATED, b""])
def test_a_bad_message_costs_only_itself(ours: Ours, bad: bytes) -> None:
    with scripted_server(then_a_good_one(bad)) as port:
        ours.open(port)
        ours.until(lambda: len(ours.of(ServerTime)) == 1)
        assert ours.session.phase is Phase.UP


def test_a_garbage_length_ends_clearly_and_at_once(ours: Ours) -> None:
    with scripted_server(garbage_length) as port:
        ours.open(port)
        assert "2147483647 bytes" in ours.end()


def test_an_incomplete_frame_ends_clearly(ours: Ours) -> None:
    with scripted_server(half_a_frame) as port:
        ours.open(port)
        assert "incomplete for 5 s" in ours.end()
    assert len(ours.of(ServerTime)) == 1


def test_a_reset_after_half_a_frame_ends_clearly(ours: Ours) -> None:
    with scripted_server(half_a_frame_then_reset) as port:
        ours.open(port)
        assert "broke" in ours.end()
    assert len(ours.of(ServerTime)) == 1


def test_a_silent_handshake_ends_clearly(ours: Ours) -> None:
    with scripted_server(silent) as port:
        ours.open(port)
        assert "said nothing for 5 s" in ours.end()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_a_refused_port_ends_clearly(ours: Ours, host: str) -> None:
    ours.open(free_port(), host)
    assert "nothing answers at" in ours.end()


@pytest.mark.parametrize("port", [0, -1, 65_536, 70_000])
def test_what_is_no_port_ends_clearly(ours: Ours, port: int) -> None:
    ours.open(port)
    assert ours.reports == [], "the end came before open() returned"
    assert "is no port" in ours.end()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_localhost_is_tried_in_both_families(ours: Ours, host: str) -> None:
    def script(peer: Peer, over: threading.Event) -> None:
        greet(peer)
        over.wait(10)

    with scripted_server(script, host) as port:
        ours.open(port, "localhost")
        ours.until(lambda: bool(ours.of(SessionStarted)))


def test_a_host_name_is_looked_up_off_the_core_thread(
    ours: Ours, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []

    def look_up(host: str, port: int) -> list[Any]:
        threads.append(threading.current_thread().name)
        return [(socket.AF_INET, ("127.0.0.1", port))]

    def script(peer: Peer, over: threading.Event) -> None:
        greet(peer)
        over.wait(10)

    monkeypatch.setattr(dialer, "_addresses_of", look_up)
    with scripted_server(script) as port:
        ours.open(port, "tws.example")
        ours.until(lambda: bool(ours.of(SessionStarted)))
    assert threads == ["host look-up"]


def test_a_host_that_cannot_be_found_ends_clearly(
    ours: Ours, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_up(host: str, port: int) -> list[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(dialer, "_addresses_of", look_up)
    ours.open(4002, "tws.example")
    assert "tws.example cannot be found" in ours.end()


def test_a_name_server_that_hangs_holds_up_nothing(
    ours: Ours, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    monkeypatch.setattr(dialer, "_addresses_of", lambda host, port: release.wait(10) or [])
    ours.open(4002, "tws.example")
    assert "did not answer within 5 s" in ours.end()
    release.set()


# ---- stock ibapi: the scripts bite -----------------------------------------------------------


class Stock(EWrapper, EClient):
    """The client library as it comes, on threads of its own."""

    def __init__(self) -> None:
        EWrapper.__init__(self)
        EClient.__init__(self, self)
        self.times: list[int] = []
        self.up = threading.Event()
        self.dead = threading.Event()
        self.fault: Exception | None = None
        self.fail_once = False
        self._thread: threading.Thread | None = None

    def error(self, *args: Any) -> None:
        pass

    def managedAccounts(self, accountsList: str) -> None:  # noqa: N802, N803
        pass

    def nextValidId(self, orderId: int) -> None:  # noqa: N802, N803
        self.up.set()

    def currentTime(self, time: int) -> None:  # noqa: N802
        if self.fail_once:
            self.fail_once = False
            raise ZeroDivisionError("a callback failed")
        self.times.append(time)

    def start(self, port: int) -> None:
        self._thread = threading.Thread(
            target=self._live, args=(port,), name="stock client", daemon=True
        )
        self._thread.start()

    def _live(self, port: int) -> None:
        try:
            self.connect("127.0.0.1", port, 5)
            if self.serverVersion() is not None:
                self.run()
        except Exception as error:
            self.fault = error
        finally:
            self.dead.set()

    def close(self) -> None:
        """Pull the plug and wait for the threads."""
        with contextlib.suppress(Exception):
            self.conn.disconnect()
        if self._thread is not None:
            self._thread.join(5)
            assert not self._thread.is_alive()
        reader = getattr(self, "reader", None)
        if reader is not None:
            reader.join(5)


@contextlib.contextmanager
def stock(script: Script, **changes: bool) -> Iterator[Stock]:
    client = Stock()
    for name, value in changes.items():
        setattr(client, name, value)
    log = logging.getLogger("ibapi")
    level = log.level
    log.setLevel(logging.CRITICAL + 1)  # what it says while it dies is not our affair
    try:
        with scripted_server(script) as port:
            client.start(port)
            try:
                yield client
            finally:
                client.close()
    finally:
        log.setLevel(level)


@pytest.mark.parametrize("size", [4096, 8192])
def test_stock_loses_an_aligned_burst(size: int) -> None:
    def script(peer: Peer, over: threading.Event) -> None:
        greet(peer)
        over.wait(0.3)  # so that the burst is read by itself
        peer.say(burst(size)[0])
        over.wait(10)

    with stock(script) as client:
        assert client.up.wait(5)
        assert not client.dead.wait(1.8)
        assert client.times == [], "the library has been mended: drop the work-around"
        assert client.isConnected(), "and it does not even know"


def test_stock_dies_of_a_callback() -> None:
    def script(peer: Peer, over: threading.Event) -> None:
        greet(peer)
        peer.say(server_time(MARK) * 2)
        over.wait(10)

    with stock(script, fail_once=True) as client:
        assert client.dead.wait(5)
        assert isinstance(client.fault, ZeroDivisionError)
        assert client.times == []


@pytest.mark.parametrize(("bad", "fault"), [(TRUNCATED, TypeError), (NON_NUMERIC, ValueError)])
def test_stock_dies_of_a_bad_message(bad: bytes, fault: type[Exception]) -> None:
    with stock(then_a_good_one(bad)) as client:
        assert client.dead.wait(5)
        assert isinstance(client.fault, fault)
        assert client.times == []


def test_stock_is_deaf_for_ever_after_a_garbage_length() -> None:
    with stock(garbage_length) as client:
        assert client.up.wait(5)
        assert not client.dead.wait(1.2)
        assert client.isConnected()
        assert client.times == []


def test_stock_waits_for_ever_in_a_silent_handshake() -> None:
    with stock(silent) as client:
        begun = time.monotonic()
        assert not client.dead.wait(1.5), "connect() returned"
        assert not client.up.is_set()
        client.conn.disconnect()  # the watchdog
        assert client.dead.wait(5)
        assert time.monotonic() - begun >= 1.5


def test_the_scripts_are_made_of_good_messages() -> None:
    """Without this the stock client might fail for reasons of the script."""
    with stock(then_a_good_one(fields(4, 2, -1, 2104, "fine"))) as client:
        assert client.up.wait(5)
        end = time.monotonic() + 5
        while not client.times and time.monotonic() < end:
            client.dead.wait(0.02)
        assert client.times == [MARK]
    assert message(1) == b"\0\0\0\x021\0"
