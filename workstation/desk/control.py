"""The control channel: stop, cancel and flatten from outside, whatever the window is doing.

It listens on this machine alone, on the core thread's own loop; the port and the key stand in a
file that only its owner can read. Source: orders-and-risk.md 1.4, F10 and F20.
"""

import contextlib
import logging
import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from workstation.domain.commands import Done, Failed
from workstation.domain.control import (
    KEY_BYTES,
    NONCE_BYTES,
    ControlAction,
    read_request,
    request_size,
    write_reply,
)
from workstation.domain.ports import Reactor, Timer
from workstation.storage.files import write_private_file

log = logging.getLogger(__name__)

DEADLINE_SECONDS = 5.0
MOST_CALLERS = 8

Act = Callable[[ControlAction, str], Done | Failed]
"""Carries out an action for an account, "" for the account of the session. Core thread."""


class ControlFile(msgspec.Struct, frozen=True, kw_only=True):
    """Where the running program listens, and the key that callers must prove, in hex."""

    port: int
    key: str
    pid: int


@dataclass(slots=True)
class _Caller:
    sock: socket.socket
    nonce: bytes
    timer: Timer | None = None
    received: bytes = field(default=b"")


class ControlChannel:
    """Answers one request a connection. Core thread."""

    def __init__(self, reactor: Reactor, file: Path, act: Act) -> None:
        self._reactor = reactor
        self._file = file
        self._act = act
        self._key = secrets.token_bytes(KEY_BYTES)
        self._listener: socket.socket | None = None
        self._callers: dict[socket.socket, _Caller] = {}

    def open(self) -> None:
        """Listen, and say where. Raises OSError."""
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listener.bind(("127.0.0.1", 0))
            listener.listen(MOST_CALLERS)
            listener.setblocking(False)
            port = listener.getsockname()[1]
            content = ControlFile(port=port, key=self._key.hex(), pid=os.getpid())
            write_private_file(self._file, msgspec.json.encode(content))
        except OSError:
            listener.close()
            raise
        self._listener = listener
        self._reactor.watch(listener, self._on_caller)

    def close(self) -> None:
        """Stop listening; the file goes first, so that nobody calls in vain."""
        if self._listener is None:
            return
        with contextlib.suppress(OSError):
            self._file.unlink(missing_ok=True)
        for caller in list(self._callers.values()):
            self._end(caller)
        self._reactor.unwatch(self._listener)
        self._listener.close()
        self._listener = None

    def _on_caller(self, _readable: bool, _writable: bool) -> None:  # noqa: FBT001 - socket callback
        assert self._listener is not None
        with contextlib.suppress(BlockingIOError, ConnectionError):
            sock, _ = self._listener.accept()
            if len(self._callers) >= MOST_CALLERS:  # who has said nothing for longest goes first
                self._end(next(iter(self._callers.values())))
            self._begin(sock)

    def _begin(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        caller = _Caller(sock, secrets.token_bytes(NONCE_BYTES))
        self._callers[sock] = caller

        def ready(_readable: bool, _writable: bool) -> None:  # noqa: FBT001 - socket callback
            self._on_bytes(caller)

        def late() -> None:
            self._end(caller)

        caller.timer = self._reactor.call_later(DEADLINE_SECONDS, late)
        self._reactor.watch(sock, ready)
        self._send(caller, caller.nonce)

    def _on_bytes(self, caller: _Caller) -> None:
        try:
            part = caller.sock.recv(request_size(caller.received) - len(caller.received))
        except BlockingIOError:
            return
        except OSError:
            part = b""
        if not part:
            self._end(caller)
            return
        caller.received += part
        if len(caller.received) >= request_size(caller.received):
            self._answer(caller)

    def _answer(self, caller: _Caller) -> None:
        """Carry out one proven request; what cannot be proven gets no answer at all."""
        request = read_request(self._key, caller.nonce, caller.received)
        if request is None:
            log.warning("a call on the control channel could not prove the key")
        else:
            result = self._carried_out(*request)
            done = isinstance(result, Done)
            sentence = result.text if isinstance(result, Done) else result.reason
            self._send(caller, write_reply(self._key, caller.nonce, done=done, sentence=sentence))
        self._end(caller)

    def _carried_out(self, action: ControlAction, account: str) -> Done | Failed:
        try:
            return self._act(action, account)
        except Exception as error:
            log.exception("an action of the control channel failed")
            return Failed(f"An internal error stopped this ({type(error).__name__}).")

    def _send(self, caller: _Caller, data: bytes) -> None:
        """Send at once: so little always fits into a fresh socket's buffer."""
        with contextlib.suppress(OSError):
            caller.sock.sendall(data)

    def _end(self, caller: _Caller) -> None:
        if self._callers.pop(caller.sock, None) is not None:
            if caller.timer is not None:
                caller.timer.cancel()
            self._reactor.unwatch(caller.sock)
            caller.sock.close()
