"""The control channel: one JSON line with a key in, one JSON line out, on loopback alone.

The key stands in a file that only its owner can read, in a folder that only its owner can enter.
"""

import getpass
import hmac
import json
import os
import secrets
import selectors
import socket
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from workstation.simgateway.fault_commands import CommandError, Stage, run

MOST_BYTES = 64 * 1024
MOST_PEERS = 4
_ANSWER_SECONDS = 10.0


class Watching(Stage, Protocol):
    """The server as the channel needs it."""

    @property
    def port(self) -> int:
        """The port clients of the API connect to."""
        ...

    def watch(self, peer: socket.socket, events: int, ready: Callable[[int], None]) -> None:
        """Call ready when a socket is; events of 0 leave it alone."""
        ...

    def note(self, what: list[object]) -> None:
        """Write a command into the ground-truth log."""
        ...


def key_file(port: int) -> Path:
    """Return where the gateway on a port keeps the key of its control channel."""
    return Path(tempfile.gettempdir()) / f"simgateway-{getpass.getuser()}" / f"{port}.json"


class Control:
    """Takes commands from whoever knows the key."""

    def __init__(self, server: Watching, listener: socket.socket) -> None:
        self._server = server
        self._listener = listener
        self._key = secrets.token_hex(32)
        self._peers: dict[socket.socket, bytearray] = {}
        self._path = key_file(server.port)
        self._write_key()
        server.watch(listener, selectors.EVENT_READ, self._accept)

    @property
    def port(self) -> int:
        """The port it listens on."""
        port: int = self._listener.getsockname()[1]
        return port

    def close(self) -> None:
        """Close every socket and remove the key."""
        for peer in list(self._peers):
            self._forget(peer)
        self._listener.close()
        with suppress(OSError):
            self._path.unlink()

    def _write_key(self) -> None:
        """Write the key file anew; one that somebody else left in the way is an OSError."""
        self._path.parent.mkdir(mode=0o700, exist_ok=True)
        if os.name != "nt":
            status = self._path.parent.lstat()
            if status.st_uid != os.getuid() or status.st_mode & 0o077:
                raise OSError(f"{self._path.parent} is not this user's alone")
        with suppress(FileNotFoundError):
            self._path.unlink()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        descriptor = os.open(self._path, flags, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            json.dump({"control": self.port, "key": self._key}, file)

    def _accept(self, mask: int) -> None:
        del mask
        try:
            peer, _ = self._listener.accept()
        except OSError:
            return
        peer.setblocking(False)
        while len(self._peers) >= MOST_PEERS:
            self._forget(next(iter(self._peers)))
        self._peers[peer] = bytearray()
        self._server.watch(peer, selectors.EVENT_READ, partial(self._read, peer))

    def _read(self, peer: socket.socket, mask: int) -> None:
        del mask
        buffer = self._peers.get(peer)
        if buffer is None:
            return
        try:
            data = peer.recv(MOST_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        buffer += data
        if data and b"\n" not in buffer and len(buffer) <= MOST_BYTES:
            return
        if data and len(buffer) <= MOST_BYTES:
            answer = self._answer(bytes(buffer).split(b"\n", 1)[0])
            with suppress(OSError):  # it left without waiting
                peer.send(json.dumps(answer).encode("ascii") + b"\n")
        self._forget(peer)

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            command = json.loads(line)
        except ValueError:
            return {"error": "not JSON"}
        key = command.pop("key", "") if isinstance(command, dict) else ""
        if not isinstance(key, str) or not hmac.compare_digest(key.encode(), self._key.encode()):
            return {"error": "wrong key"}
        self._server.note(list(command.values()))
        try:
            return {"ok": True, **run(self._server, command)}
        except CommandError as problem:
            return {"error": str(problem)}

    def _forget(self, peer: socket.socket) -> None:
        self._peers.pop(peer, None)
        self._server.watch(peer, 0, lambda _: None)
        peer.close()


def send(port: int, command: dict[str, Any]) -> dict[str, Any]:
    """Send one command to the gateway on a port and return its answer.

    Raises:
        OSError: no gateway with a control channel is there.
        ValueError: its answer is none.
    """
    facts = json.loads(key_file(port).read_text(encoding="ascii"))
    with socket.create_connection(("127.0.0.1", facts["control"]), _ANSWER_SECONDS) as peer:
        peer.sendall(json.dumps({**command, "key": facts["key"]}).encode() + b"\n")
        received = b""
        while b"\n" not in received:
            data = peer.recv(MOST_BYTES)
            if not data:
                raise ValueError("the gateway closed the control channel")
            received += data
    answer: dict[str, Any] = json.loads(received)
    return answer
