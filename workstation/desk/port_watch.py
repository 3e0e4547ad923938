"""Notices that a program on this computer listens again, without waiting for the next attempt."""

from collections.abc import Callable
from socket import socket

from workstation.broker.dialer import Dialer
from workstation.domain.ports import Reactor, Timer

LOOK_SECONDS = 0.25
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class PortWatch:
    """Knocks four times a second at a local port that nothing listened at, until something does.

    On this computer a refused connection costs nothing and troubles nobody, so the attempts
    of the session can keep their back-off and a restarted TWS is still met at once. Core thread.
    """

    def __init__(self, reactor: Reactor, found: Callable[[], None]) -> None:
        self._reactor = reactor
        self._found = found
        self._timer: Timer | None = None
        self._dialer: Dialer | None = None
        self._endpoint = ("", 0)

    def begin(self, host: str, port: int) -> None:
        """Watch this port from now on; another host is left alone."""
        self.end()
        if host in LOOPBACK:
            self._endpoint = (host, port)
            self._timer = self._reactor.call_later(LOOK_SECONDS, self._look)

    def end(self) -> None:
        """Watch no longer."""
        if self._timer is not None:
            self._timer.cancel()
        if self._dialer is not None:
            self._dialer.cancel()
        self._timer = self._dialer = None

    def _look(self) -> None:
        self._timer = None
        self._dialer = Dialer(
            self._reactor, *self._endpoint, connected=self._on_connected, failed=self._on_failed
        )

    def _on_connected(self, sock: socket) -> None:
        sock.close()
        self._dialer = None
        self._found()

    def _on_failed(self, _reason: str) -> None:
        self._dialer = None
        self._timer = self._reactor.call_later(LOOK_SECONDS, self._look)
