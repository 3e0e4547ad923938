"""The socket to the broker: frames in, bytes out, nothing lost and nothing that waits.

Replaces the client library's connection and reader, which lose data on 4096-byte boundaries
and block without limit (tws-wire.md 1, orders-and-risk.md 2.6).
"""

import contextlib
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from workstation.broker.dialer import Dialer
from workstation.broker.faults import raise_later
from workstation.broker.framing import HEADER_BYTES, Frames, split, wanted_bytes
from workstation.domain.clock import Clock
from workstation.domain.ids import OrderId
from workstation.domain.ports import Direction, FrameTap, Reactor, Timer
from workstation.domain.turns import TURNS

RECEIVE_BYTES = 262_144
MAX_OUTBOUND_BYTES = 1024 * 1024
CONNECT_SECONDS = 5.0
INCOMPLETE_FRAME_SECONDS = 5.0
STALLED_WRITE_SECONDS = 2.0
_LAST_READS = 256
"""How often a socket that takes no more bytes is still read: 64 MiB."""


def _ignore(_body: bytes) -> None:
    """Take a message that nobody wants to see."""


@dataclass(frozen=True, slots=True)
class TransportEvents:
    """Whom the transport tells; all on the core thread.

    `frames` gets all whole messages of one read, empty ones included. `closed` gets the reason
    and the orders whose bytes may not have left whole. `went` gets the body of each message that
    was taken for sending.
    """

    opened: Callable[[], None]
    frames: Callable[[Frames], None]
    sent: Callable[[tuple[OrderId, ...]], None]
    closed: Callable[[str, tuple[OrderId, ...]], None]
    went: Callable[[bytes], None] = _ignore


class Transport:
    """One non-blocking TCP connection that frames in place and buffers what goes out.

    `closed` comes from the loop or from close(), never out of open() or send().
    Core thread only.
    """

    def __init__(
        self,
        reactor: Reactor,
        clock: Clock,
        events: TransportEvents,
        tap: FrameTap | None = None,
    ) -> None:
        self._reactor = reactor
        self._clock = clock
        self._events = events
        self._tap = tap
        self._socket: socket.socket | None = None
        self._dialer: Dialer | None = None
        self._broken = False
        self._inbound = bytearray()
        self._wanted = 0
        self._outbound = bytearray()
        self._sent_total = 0
        self._queued_total = 0
        self._orders: deque[tuple[int, OrderId]] = deque()
        self._timers: dict[str, Timer] = {}
        self.last_inbound = clock.monotonic()

    @property
    def is_open(self) -> bool:
        """Whether bytes can be handed over."""
        return self._socket is not None and not self._broken

    @property
    def bytes_waiting(self) -> int:
        """Bytes that the socket has not taken yet."""
        return len(self._outbound)

    def open(self, host: str, port: int) -> None:
        """Begin to connect; the outcome comes through the events."""
        self._dialer = Dialer(
            self._reactor, host, port, connected=self._on_connected, failed=self.close
        )
        self._start_timer("connect", CONNECT_SECONDS, f"{host}:{port} did not answer within 5 s")

    def attach(self, sock: socket.socket) -> None:
        """Take a connected socket."""
        assert self._socket is None
        sock.setblocking(False)
        self._socket = sock
        self.last_inbound = self._clock.monotonic()
        self._reactor.watch(sock, self._on_ready)
        if self._tap is not None:
            self._tap(Direction.OPENED, [b""])

    def send(self, data: bytes, order_id: OrderId | None = None) -> bool:
        """Buffer bytes and write what the socket takes now; False when it takes none of them."""
        if not self.is_open:
            return False
        if len(self._outbound) + len(data) > MAX_OUTBOUND_BYTES:
            self._break(f"more than {MAX_OUTBOUND_BYTES} bytes wait for the broker to take them")
            return False
        if self._tap is not None:
            self._tap(Direction.OUT, [data[HEADER_BYTES:]])
        self._events.went(data[HEADER_BYTES:])
        self._outbound += data
        self._queued_total += len(data)
        if order_id is not None:
            self._orders.append((self._queued_total, order_id))
        self._write()
        return True

    def close(self, reason: str) -> None:
        """End the connection and say why; harmless when there is none."""
        sock, self._socket = self._socket, None
        dialer, self._dialer = self._dialer, None
        if sock is None and dialer is None:
            return
        if dialer is not None:
            dialer.cancel()
        if sock is not None:
            self._reactor.unwatch(sock)
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        doubtful = tuple(order_id for _, order_id in self._orders)
        self._orders.clear()
        self._inbound.clear()
        self._outbound.clear()
        self._events.closed(reason, doubtful)

    def _on_connected(self, sock: socket.socket) -> None:
        self._dialer = None
        self._stop_timer("connect")
        self.attach(sock)
        self._events.opened()

    # -- in ----------------------------------------------------------------------------------

    def _on_ready(self, readable: bool, writable: bool) -> None:  # noqa: FBT001 - a socket callback
        if readable:  # first: a connection that breaks may still hold messages
            self._read()
        if writable and self.is_open:
            self._write()

    def _read(self) -> bool:
        """Take what there is; False when there was nothing or the connection has ended."""
        assert self._socket is not None
        try:
            data = self._socket.recv(RECEIVE_BYTES)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError as error:
            self.close(f"the connection broke ({error.strerror or error})")
            return False
        if not data:
            self.close("the other side closed the connection")
            return False
        self.last_inbound = self._clock.monotonic()
        self._deliver(data)
        return self._socket is not None

    def _deliver(self, data: bytes) -> None:
        if self._inbound:
            self._inbound += data
            if len(self._inbound) < self._wanted:
                return  # a long message, still incomplete: no need to look at it again
            data = bytes(self._inbound)
            self._inbound.clear()
        frames = split(data)
        if frames.begins.size:
            self._stop_timer("frame")
            if self._tap is not None:
                self._tap(Direction.IN, list(frames.bodies()))
            try:
                self._events.frames(frames)
            except Exception as error:  # noqa: BLE001 - the frames behind it must not wait
                raise_later(self._reactor, error)
        if self._socket is None:
            return
        if frames.too_long:
            self.close(
                f"the broker announced a message of {frames.too_long} bytes, which cannot be"
            )
        elif frames.rest < len(data):
            self._inbound += memoryview(data)[frames.rest :]
            self._wanted = wanted_bytes(self._inbound)
            if "frame" not in self._timers:
                self._start_timer(
                    "frame", INCOMPLETE_FRAME_SECONDS, "a message stayed incomplete for 5 s"
                )

    # -- out ---------------------------------------------------------------------------------

    def _write(self) -> None:
        assert self._socket is not None
        try:
            with TURNS:
                count = self._socket.send(self._outbound) if self._outbound else 0
        except (BlockingIOError, InterruptedError):
            count = 0
        except OSError as error:
            self._break(f"the connection broke ({error.strerror or error})")
            return
        if count:
            del self._outbound[:count]
            self._sent_total += count
            self._stop_timer("write")
        self._reactor.want_write(self._socket, wanted=bool(self._outbound))
        if self._outbound and "write" not in self._timers:
            self._start_timer("write", STALLED_WRITE_SECONDS, "the broker took no bytes for 2 s")
        self._report_sent()

    def _break(self, reason: str) -> None:
        """Take no more bytes, and close in this round, but not under the feet of a sender."""
        assert self._socket is not None
        self._broken = True
        self._reactor.want_write(self._socket, wanted=False)

        def finish() -> None:
            for _ in range(_LAST_READS):
                if not self._read():
                    break
            self.close(reason)

        self._timers["break"] = self._reactor.call_later(0.0, finish)

    def _report_sent(self) -> None:
        sent: list[OrderId] = []
        while self._orders and self._orders[0][0] <= self._sent_total:
            sent.append(self._orders.popleft()[1])
        if sent:
            self._events.sent(tuple(sent))

    # -- time --------------------------------------------------------------------------------

    def _start_timer(self, name: str, delay: float, reason: str) -> None:
        def expire() -> None:
            self.close(reason)

        self._timers[name] = self._reactor.call_later(delay, expire)

    def _stop_timer(self, name: str) -> None:
        if timer := self._timers.pop(name, None):
            timer.cancel()
