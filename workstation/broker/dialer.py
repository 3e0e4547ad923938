"""From a host's name to a connected socket, without a wait on the core thread."""

import errno
import ipaddress
import socket
import threading
from collections.abc import Callable
from typing import Any

from workstation.domain.ports import Reactor

Address = tuple[socket.AddressFamily, Any]
"""An address family and an address in its own form."""

_LOOPBACK: tuple[Address, ...] = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))


class Dialer:
    """Tries the addresses of a host, one after the other, until one answers. Core thread.

    Exactly one of `connected`, with a non-blocking socket, and `failed`, with a sentence, is
    called, never before the constructor returns. cancel() makes sure that neither is.
    """

    def __init__(
        self,
        reactor: Reactor,
        host: str,
        port: int,
        *,
        connected: Callable[[socket.socket], None],
        failed: Callable[[str], None],
    ) -> None:
        self._reactor = reactor
        self._host = host
        self._port = port
        self._connected = connected
        self._failed = failed
        self._addresses: list[Address] = []
        self._outcome: list[list[Address] | str] = []
        self._socket: socket.socket | None = None
        """The socket that connects or, before that, the end at which a look-up is awaited."""
        self._next = reactor.call_later(0.0, self._begin)

    def cancel(self) -> None:
        """Give up."""
        self._next.cancel()
        if (sock := self._release()) is not None:
            sock.close()

    def _begin(self) -> None:
        if not 0 < self._port < 65536:
            self._failed(f"{self._port} is no port; TWS and Gateway use 7496, 7497, 4001 or 4002")
            return
        if self._host == "localhost":
            self._addresses = [(family, (host, self._port)) for family, host in _LOOPBACK]
        elif _is_address(self._host):
            self._addresses = _addresses_of(self._host, self._port)
        else:
            self._look_up()
            return
        self._try_next("no address")

    def _look_up(self) -> None:
        """Ask the system on a thread of its own: a name server may take half a minute."""
        reader, writer = socket.socketpair()
        reader.setblocking(False)
        self._socket = reader
        self._reactor.watch(reader, self._on_looked_up)
        threading.Thread(
            target=_look_up,
            args=(self._host, self._port, self._outcome, writer),
            name="host look-up",
            daemon=True,
        ).start()

    def _on_looked_up(self, _readable: bool, _writable: bool) -> None:  # noqa: FBT001 - a socket callback
        self.cancel()
        outcome = self._outcome[0]
        if isinstance(outcome, str):
            self._failed(f"the host {self._host} cannot be found: {outcome}")
            return
        self._addresses = outcome
        self._try_next("no address")

    def _try_next(self, reason: str) -> None:
        while self._addresses:
            family, address = self._addresses.pop(0)
            try:
                sock = socket.socket(family, socket.SOCK_STREAM)
            except OSError as error:  # a machine without IPv6
                reason = str(error)
                continue
            try:
                sock.setblocking(False)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                code = sock.connect_ex(address)
            except (OSError, OverflowError, ValueError) as error:
                sock.close()
                reason = str(error)
                continue
            if code in (0, errno.EINPROGRESS, errno.EWOULDBLOCK):
                self._socket = sock
                self._reactor.watch(sock, self._on_connecting)
                self._reactor.want_write(sock, wanted=True)
                return
            sock.close()
            reason = _error_text(code)
        self._failed(f"nothing answers at {self._host}:{self._port} ({reason})")

    def _on_connecting(self, _readable: bool, _writable: bool) -> None:  # noqa: FBT001 - a socket callback
        sock = self._release()
        assert sock is not None
        if code := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            sock.close()
            self._try_next(_error_text(code))
            return
        self._connected(sock)

    def _release(self) -> socket.socket | None:
        sock, self._socket = self._socket, None
        if sock is not None:
            self._reactor.unwatch(sock)
        return sock


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _addresses_of(host: str, port: int) -> list[Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(family, address) for family, _, _, _, address in found]


def _look_up(host: str, port: int, outcome: list[list[Address] | str], done: socket.socket) -> None:
    try:
        outcome.append(_addresses_of(host, port))
    except (OSError, ValueError) as error:
        outcome.append(str(error))
    finally:
        done.close()  # the other end becomes readable


def _error_text(code: int) -> str:
    return errno.errorcode.get(code, str(code))
