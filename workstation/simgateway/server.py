"""Sockets and timers: one thread, one selector, one buffer a client.

Source: the localhost-service row of orders-and-risk.md section 4.
"""

import logging
import selectors
import socket
from contextlib import suppress

from workstation.domain.clock import Clock
from workstation.simgateway.codec_proto import encode
from workstation.simgateway.frame_log import FrameLog
from workstation.simgateway.gateway import Gateway
from workstation.simgateway.messages import Message
from workstation.simgateway.session import DEFAULT_VERSION, ProtocolError, Session

MAX_CLIENTS = 32
MAX_OUTBOUND = 8 * 1024 * 1024
"""Bytes waiting for a client that does not read; more, and it is dropped."""

HANDSHAKE_SECONDS = 5.0

_RECEIVE = 65_536
_LINGER_SECONDS = 1.0
_LOG = logging.getLogger(__name__)


class Connection:
    """One accepted socket with its session and its outbound buffer."""

    def __init__(self, server: "Server", peer: socket.socket, deadline: float) -> None:
        self.peer = peer
        self.outbound = bytearray()
        self.deadline = deadline
        """Monotonic time by which startApi, or the end of a farewell, must have happened."""

        self.drop_reason = ""
        self.gone = False
        """The peer closed or the socket failed."""

        self._frame_log = server.frame_log
        self.session = Session(server.gateway, server.highest_version, self.write, self._received)

    def write(self, message: Message) -> None:
        """Queue one message; it leaves after the next commit."""
        if self.drop_reason:
            return
        self.outbound += encode(self.session.sv, message)
        if self._frame_log:
            self._frame_log.add(self.session.client_id, "out", message)
        if len(self.outbound) > MAX_OUTBOUND:
            self.drop_reason = "it does not read what it is sent"

    def _received(self, fields: list[str]) -> None:
        if self._frame_log:
            self._frame_log.add(self.session.client_id, "in", fields)

    def read(self) -> None:
        """Receive once and let the session answer."""
        try:
            data = self.peer.recv(_RECEIVE)
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

    def flush(self) -> None:
        """Send what the socket takes now."""
        while self.outbound:
            try:
                sent = self.peer.send(self.outbound)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                self.gone = True
                return
            del self.outbound[:sent]

    @property
    def waits_for_start(self) -> bool:
        """Whether the client has not finished the start-up."""
        return self.session.client is None

    @property
    def over(self) -> bool:
        """Whether the connection is to be closed now."""
        return bool(self.gone or self.drop_reason or (self.session.finished and not self.outbound))


class Server:
    """Listens on loopback and runs the gateway."""

    def __init__(
        self,
        gateway: Gateway,
        clock: Clock,
        listener: socket.socket,
        *,
        highest_version: int = DEFAULT_VERSION,
        frame_log: FrameLog | None = None,
    ) -> None:
        self.gateway = gateway
        self.highest_version = highest_version
        self.frame_log = frame_log
        self._clock = clock
        self._connections: dict[socket.socket, Connection] = {}
        self._stopping = False
        self._selector = selectors.DefaultSelector()
        self._wake_receiver, self._wake_sender = socket.socketpair()
        self._wake_receiver.setblocking(False)
        self._wake_sender.setblocking(False)
        self._listener = listener
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._wake_receiver, selectors.EVENT_READ)

    @property
    def port(self) -> int:
        """The port it listens on."""
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def connections(self) -> list[Connection]:
        """The connections as they stand."""
        return list(self._connections.values())

    def stop(self) -> None:
        """Ask the loop to end; may be called from another thread or a signal handler."""
        self._stopping = True
        with suppress(OSError):  # full: it will wake anyway; closed: it has ended already
            self._wake_sender.send(b"x")

    def serve(self) -> None:
        """Run until stop is called."""
        while not self._stopping:
            self.step(None)

    def step(self, timeout: float | None) -> None:
        """Wait for sockets and time, at most the given seconds, then do what is due."""
        due = max(0.0, self._next_due() - self._clock.monotonic())
        wait = due if timeout is None else min(due, timeout)
        for key, mask in self._selector.select(wait):
            if key.fileobj is self._listener:
                self._accept()
            elif key.fileobj is self._wake_receiver:
                self._wake_receiver.recv(4096)
            else:
                connection: Connection = key.data
                if mask & selectors.EVENT_READ:
                    connection.read()
        self.gateway.advance()
        self.gateway.commit()
        self._after_commit()

    def close(self) -> None:
        """Close every socket and save the state."""
        self.gateway.commit()
        for connection in list(self._connections.values()):
            connection.flush()
            self._forget(connection)
        self._selector.close()
        self._listener.close()
        self._wake_receiver.close()
        self._wake_sender.close()
        self.gateway.close()
        if self.frame_log:
            self.frame_log.close()

    def _next_due(self) -> float:
        deadlines = [c.deadline for c in self._connections.values() if c.waits_for_start]
        return min([self.gateway.next_due(), *deadlines])

    def _accept(self) -> None:
        try:
            peer, _ = self._listener.accept()
        except OSError:
            return  # the peer gave up before it was accepted
        if self._clock.monotonic() < self.gateway.away_until:
            peer.close()
            return
        if len(self._connections) >= MAX_CLIENTS:
            _LOG.warning("refused a connection: %d clients are the most", MAX_CLIENTS)
            peer.close()
            return
        peer.setblocking(False)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        deadline = self._clock.monotonic() + HANDSHAKE_SECONDS
        connection = Connection(self, peer, deadline)
        self._connections[peer] = connection
        self._selector.register(peer, selectors.EVENT_READ, connection)

    def _after_commit(self) -> None:
        """Send, now that everything said is on the disk, and close what is over."""
        now = self._clock.monotonic()
        for connection in list(self._connections.values()):
            connection.flush()
            if now < self.gateway.away_until:
                connection.gone = True
            if connection.waits_for_start and now >= connection.deadline:
                connection.drop_reason = connection.drop_reason or "the start-up took too long"
            if connection.over:
                self._forget(connection)
                continue
            events = selectors.EVENT_READ
            if connection.outbound:
                events |= selectors.EVENT_WRITE
            if self._selector.get_key(connection.peer).events != events:
                self._selector.modify(connection.peer, events, connection)

    def _forget(self, connection: Connection) -> None:
        if connection.drop_reason:
            client_id = connection.session.client_id
            who = "a peer" if client_id is None else f"client {client_id}"
            _LOG.warning("dropped %s: %s", who, connection.drop_reason)
        connection.session.close()
        del self._connections[connection.peer]
        self._selector.unregister(connection.peer)
        connection.peer.close()


def listen(address: tuple[str, int]) -> socket.socket:
    """Return a listening socket; a restart may take the same port at once."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # on Windows REUSEADDR would share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(MAX_CLIENTS)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener
