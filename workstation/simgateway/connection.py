"""One accepted socket: its session, its buffer, and the faults between the two and the peer."""

import socket
import struct
from contextlib import suppress

from workstation.domain.clock import Clock
from workstation.simgateway.codec_proto import decode, encode
from workstation.simgateway.codec_text import BadFieldError
from workstation.simgateway.faults import FOREVER, IN, OUT, Faults, Lane, StreamRule
from workstation.simgateway.frame_log import FrameLog
from workstation.simgateway.gateway import Gateway
from workstation.simgateway.messages import Message
from workstation.simgateway.session import ProtocolError, Session

MAX_OUTBOUND = 8 * 1024 * 1024
"""Bytes waiting for a client that does not read; more, and it is dropped."""

_RECEIVE = 65_536
_SLOW_READ_SECONDS = 0.1
_LENGTH = struct.Struct("!I")


class Connection:
    """One client's socket with its session and its outbound buffer.

    deadline is the monotonic time by which startApi must have come.
    """

    def __init__(
        self,
        peer: socket.socket,
        gateway: Gateway,
        clock: Clock,
        faults: Faults,
        *,
        highest_version: int,
        deadline: float,
        frame_log: FrameLog | None,
    ) -> None:
        self.peer = peer
        self.deadline = deadline
        self.outbound = bytearray()
        self.drop_reason = ""
        self.gone = False
        """The peer closed or the socket failed."""

        self._clock = clock
        self._faults = faults
        self._frame_log = frame_log
        self._out, self._in = Lane(faults, OUT), Lane(faults, IN)
        self._rest_until = 0.0
        self._next_read = 0.0
        self.session = Session(
            gateway, highest_version, self.write, self._received, faults=faults, admit=self._admit
        )

    # ---- messages --------------------------------------------------------------------

    def write(self, message: Message) -> None:
        """Queue one message; it leaves after the next commit."""
        if self.drop_reason:
            return
        data = encode(self.session.sv, message)
        if self._frame_log:
            self._frame_log.add(self.session.client_id, OUT, message)
        if self.session.client is None or (not self._faults.rules and self._out.is_idle):
            self.outbound += data
        else:
            message_id = message[0]
            assert isinstance(message_id, int)
            client_id, body = self.session.client_id, data[_LENGTH.size :]
            for part in self._out.put(client_id, message_id, body, self._clock.monotonic()):
                self._queue(part)
        if len(self.outbound) > MAX_OUTBOUND:
            self.drop_reason = "it does not read what it is sent"

    def _queue(self, body: bytes) -> None:
        self.outbound += _LENGTH.pack(len(body)) + body

    def _received(self, fields: list[str]) -> None:
        if self._frame_log:
            self._frame_log.add(self.session.client_id, IN, fields)

    def _admit(self, body: bytes) -> list[bytes]:
        """Return what of a received message goes on to the session now."""
        if self.session.client is None or (not self._faults.rules and self._in.is_idle):
            return [body]
        try:
            message_id = int(decode(self.session.sv, body)[0])
        except (BadFieldError, ValueError, IndexError):
            return [body]
        now = self._clock.monotonic()
        return list(self._in.put(self.session.client_id, message_id, body, now))

    def pump(self, now: float) -> None:
        """Let go on what faults have held back long enough."""
        if not self._out.is_idle:
            for body in self._out.due(now):
                self._queue(body)
        if not self._in.is_idle:
            self._take(self._in.due(now))

    def _take(self, bodies: list[bytes]) -> None:
        try:
            for body in bodies:
                self.session.take(body)
        except ProtocolError as problem:
            self.drop_reason = str(problem)

    # ---- bytes -----------------------------------------------------------------------

    def read(self) -> None:
        """Receive once and let the session answer."""
        rule = self._stream()
        most = rule.slow if rule and rule.slow else _RECEIVE
        if rule and rule.slow:
            self._next_read = self._clock.monotonic() + _SLOW_READ_SECONDS
        try:
            data = self.peer.recv(most)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.gone = True
            return
        if not data:
            self.gone = True
            return
        try:
            self.session.feed(data)
        except ProtocolError as problem:
            self.drop_reason = str(problem)

    def flush(self, now: float) -> None:
        """Send what the socket and the faults let pass now."""
        rule = self._stream()
        while self.outbound and not self._is_stalled(OUT, now):
            size = self._allowed(rule, now) if rule else len(self.outbound)
            if not size:
                return
            try:
                sent = self.peer.send(memoryview(self.outbound)[:size])
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                self.gone = True
                return
            del self.outbound[:sent]
            if rule and rule.split:
                return  # the next piece goes alone

    def _allowed(self, rule: StreamRule, now: float) -> int:
        """Return how many bytes may be sent at once."""
        size = len(self.outbound)
        if rule.split:
            return min(size, self._faults.random.randint(1, rule.split))
        if not rule.coalesce:
            return size
        blocks = size - size % rule.coalesce
        if blocks:
            self._rest_until = now + rule.coalesce_seconds
            return blocks
        if not self._rest_until:
            self._rest_until = now + rule.coalesce_seconds
        if now < self._rest_until:
            return 0
        self._rest_until = 0.0
        return size

    def hang_up(self, *, abruptly: bool) -> None:
        """End the connection: with a reset, or as a closing program does."""
        if abruptly:
            with suppress(OSError):
                linger = struct.pack("ii", 1, 0)
                self.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.gone = True

    # ---- what the server asks --------------------------------------------------------

    def wants_read(self, now: float) -> bool:
        """Whether bytes of the peer are to be received."""
        return now >= self._next_read and not self._is_stalled(IN, now)

    def wants_write(self, now: float) -> bool:
        """Whether something could be sent."""
        resting = self._rest_until > now and len(self.outbound) < self._block()
        return bool(self.outbound) and not resting and not self._is_stalled(OUT, now)

    def next_due(self, now: float) -> float:
        """Return the monotonic time at which faults let something go on; infinite if none."""
        times = [self._out.next_due(), self._in.next_due(), self._next_read, self._rest_until]
        times += [self._faults.stalled_until(way, self.session.client_id) for way in (OUT, IN)]
        return min((time for time in times if time > now), default=FOREVER)

    def _block(self) -> int:
        rule = self._stream()
        return rule.coalesce or 0 if rule else 0

    def _stream(self) -> StreamRule | None:
        if not self._faults.streams or self.session.client is None:
            return None
        return self._faults.stream_for(self.session.client_id)

    def _is_stalled(self, direction: str, now: float) -> bool:
        if self.session.client is None:
            return False
        return self._faults.stalled_until(direction, self.session.client_id) > now

    @property
    def waits_for_start(self) -> bool:
        """Whether the client has not finished the start-up."""
        return self.session.client is None

    @property
    def over(self) -> bool:
        """Whether the connection is to be closed now."""
        return bool(self.gone or self.drop_reason or (self.session.finished and not self.outbound))
