"""Sockets and timers: one thread, one selector, one buffer a client.

Source: the localhost-service row of orders-and-risk.md section 4.
"""

import logging
import selectors
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import partial

from workstation.domain.clock import Clock
from workstation.simgateway.connection import Connection
from workstation.simgateway.fault_commands import CommandError, run
from workstation.simgateway.faults import Faults
from workstation.simgateway.frame_log import FrameLog
from workstation.simgateway.gateway import Gateway
from workstation.simgateway.named_days import Action
from workstation.simgateway.order_request import PlaceRequest
from workstation.simgateway.scenario_file import Step
from workstation.simgateway.session import DEFAULT_VERSION

MAX_CLIENTS = 32
HANDSHAKE_SECONDS = 5.0

_REOPEN_SECONDS = 0.2
_LOG = logging.getLogger(__name__)

Ready = Callable[[int], None]
"""Called with the selector's events when a socket is ready."""


class Server:
    """Listens on loopback and runs the gateway; the stage on which fault commands act."""

    def __init__(
        self,
        gateway: Gateway,
        clock: Clock,
        listener: socket.socket,
        *,
        highest_version: int = DEFAULT_VERSION,
        frame_log: FrameLog | None = None,
        faults: Faults | None = None,
        steps: Sequence[Step] = (),
    ) -> None:
        self.gateway = gateway
        self.highest_version = highest_version
        self.frame_log = frame_log
        self.faults = faults or Faults(gateway.seed)
        if frame_log:
            self.faults.noted = frame_log.fault
            gateway.truth = frame_log.truth
        self._clock = clock
        self._started = clock.monotonic()
        self._steps = list(steps)
        self._connections: dict[socket.socket, Connection] = {}
        self._stopping = False
        self._selector = selectors.DefaultSelector()
        self._wake_receiver, self._wake_sender = socket.socketpair()
        self._wake_receiver.setblocking(False)
        self._wake_sender.setblocking(False)
        self._address = listener.getsockname()[:2]
        self._listener: socket.socket | None = listener
        self._reopens = 0.0
        """Monotonic time at which a closed listener opens again."""

        self.watch(listener, selectors.EVENT_READ, self._accept)
        self.watch(self._wake_receiver, selectors.EVENT_READ, self._woken)

    @property
    def port(self) -> int:
        """The port it listens on."""
        port: int = self._address[1]
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
            ready: Ready = key.data
            ready(mask)
        self._do_steps()
        now = self._clock.monotonic()
        for connection in self._connections.values():
            connection.pump(now)
        self.gateway.advance()
        self.gateway.commit()
        self._after_commit()

    def close(self) -> None:
        """Close every socket and save the state."""
        self.gateway.commit()
        now = self._clock.monotonic()
        for connection in list(self._connections.values()):
            connection.flush(now)
            self._forget(connection)
        self._selector.close()
        if self._listener:
            self._listener.close()
        self._wake_receiver.close()
        self._wake_sender.close()
        self.gateway.close()
        if self.frame_log:
            self.frame_log.close()

    # ---- sockets ---------------------------------------------------------------------

    def watch(self, peer: socket.socket, events: int, ready: Ready) -> None:
        """Call ready when a socket is; events of 0 leave it alone for now."""
        if peer in self._selector.get_map():
            if self._selector.get_key(peer).events == events:
                return
            if events:
                self._selector.modify(peer, events, ready)
            else:
                self._selector.unregister(peer)
        elif events:
            self._selector.register(peer, events, ready)

    def _next_due(self) -> float:
        now = self._clock.monotonic()
        times = [self.gateway.next_due()]
        times += [c.deadline for c in self._connections.values() if c.waits_for_start]
        times += [c.next_due(now) for c in self._connections.values()]
        if self._steps:
            times.append(self._started + self._steps[0].at)
        if self._listener is None:
            times.append(self._reopens)
        return min(times)

    def _woken(self, mask: int) -> None:
        del mask
        self._wake_receiver.recv(4096)

    def _accept(self, mask: int) -> None:
        del mask
        if self._listener is None:
            return
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
        connection = Connection(
            peer,
            self.gateway,
            self._clock,
            self.faults,
            highest_version=self.highest_version,
            deadline=self._clock.monotonic() + HANDSHAKE_SECONDS,
            frame_log=self.frame_log,
        )
        self._connections[peer] = connection
        self.watch(peer, selectors.EVENT_READ, partial(self._ready, connection))

    def _ready(self, connection: Connection, mask: int) -> None:
        may_read = not connection.over and connection.wants_read(self._clock.monotonic())
        if mask & selectors.EVENT_READ and may_read:
            connection.read()

    def _after_commit(self) -> None:
        """Send, now that everything said is on the disk, and close what is over."""
        now = self._clock.monotonic()
        for connection in list(self._connections.values()):
            connection.flush(now)
            if now < self.gateway.away_until:
                connection.gone = True
            if connection.waits_for_start and now >= connection.deadline:
                connection.drop_reason = connection.drop_reason or "the start-up took too long"
            if connection.over:
                self._forget(connection)
                continue
            events = selectors.EVENT_READ if connection.wants_read(now) else 0
            if connection.wants_write(now):
                events |= selectors.EVENT_WRITE
            self.watch(connection.peer, events, partial(self._ready, connection))
        if self._listener is None and now >= self._reopens:
            self._reopen(now)

    def _forget(self, connection: Connection) -> None:
        if connection.drop_reason:
            client_id = connection.session.client_id
            who = "a peer" if client_id is None else f"client {client_id}"
            _LOG.warning("dropped %s: %s", who, connection.drop_reason)
        connection.session.close()
        del self._connections[connection.peer]
        self.watch(connection.peer, 0, partial(self._ready, connection))
        connection.peer.close()

    # ---- what fault commands do ------------------------------------------------------

    def _do_steps(self) -> None:
        elapsed = self._clock.monotonic() - self._started
        while self._steps and self._steps[0].at <= elapsed:
            step = self._steps.pop(0)
            self.note(list(step.command.values()))
            try:
                run(self, step.command)
            except CommandError as problem:
                _LOG.warning("scenario at %g s: %s", step.at, problem)

    def note(self, what: Sequence[object]) -> None:
        """Write a command into the ground-truth log."""
        self.faults.noted("command", None, [str(word) for word in what])

    def monotonic(self) -> float:
        """Return monotonic seconds."""
        return self._clock.monotonic()

    def hang_up(self, client: int | None, *, abruptly: bool) -> int:
        """Close connections of one client or of all and return how many."""
        chosen = [
            connection
            for connection in self._connections.values()
            if client is None or connection.session.client_id == client
        ]
        for connection in chosen:
            connection.hang_up(abruptly=abruptly)
        return len(chosen)

    def refuse(self, seconds: float) -> None:
        """Stop listening for some seconds."""
        self._reopens = self._clock.monotonic() + seconds
        if self._listener:
            self.watch(self._listener, 0, self._accept)
            self._listener.close()
            self._listener = None

    def _reopen(self, now: float) -> None:
        try:
            self._listener = listen(self._address)
        except OSError:  # somebody else has the port for the moment
            self._reopens = now + _REOPEN_SECONDS
            return
        self.watch(self._listener, selectors.EVENT_READ, self._accept)

    def notify(self, code: int, text: str) -> None:
        """Send every client a message about the session."""
        self.gateway.broadcast(code, text)

    def feed(self, *, flows: bool) -> None:
        """Stop or continue what streams."""
        self.gateway.data_flows = flows

    def forget_subscriptions(self) -> None:
        """Lose every client's subscriptions."""
        for listener in list(self.gateway.listeners.values()):
            listener.forget_subscriptions()

    def roll_back_ids(self, count: int) -> None:
        """Give out order ids again that were given out before."""
        self.gateway.roll_back_ids(count)

    def lose_order(self, perm_id: int | None) -> int:
        """End a living order, the newest if None, and tell nobody; return its perm_id."""
        lost = self.gateway.lose_order(perm_id)
        if lost is None:
            raise CommandError("no such living order")
        return lost

    def place_by_hand(self, request: PlaceRequest) -> None:
        """Place an order that no client sent."""
        self.gateway.place_by_hand(request)

    def withhold_prices(self, fills: int) -> None:
        """Tell the next fills without their prices."""
        self.gateway.desk.floor.unpriced_fills = fills

    def act(self, action: Action) -> None:
        """Do something to the markets."""
        self.gateway.act(action)

    def correct(self, exec_id: str, price: Decimal | None) -> bool:
        """Give a fill another price, or take it back; return whether there is such a fill."""
        corrections = self.gateway.desk.corrections
        known = self.gateway.desk.executions.get(exec_id)
        if known is None or not known.shares:
            return False  # there is no such fill, or it was taken back already
        if price is None:
            corrections.bust(exec_id)
        else:
            corrections.correct(exec_id, price)
        return True


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
