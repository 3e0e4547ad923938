"""A gateway process, raw sockets to it, and stock ibapi clients that record every callback."""

import json
import select
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import ibapi.client
import ibapi.connection
from ibapi.client import EClient
from ibapi.contract import Contract
from ibapi.order import Order
from ibapi.wrapper import EWrapper

PATIENCE = 15.0
"""Seconds after which a condition that was waited for has failed."""

ACCOUNT = "SIM0000001"


class GatewayProcess:
    """A gateway in a process of its own, as a user would start it."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workstation.simgateway", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        line = self.process.stdout.readline() if ready else b""
        if not line:
            self.kill()
            raise AssertionError(f"the gateway did not start: {self.errors}")
        self.facts = json.loads(line)
        self.port: int = self.facts["listening"]
        self.errors = ""

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.kill()
        self._collect()

    def stop(self) -> int:
        """End it as its supervisor would, and return its exit code."""
        if self.process.returncode is None:
            self.process.terminate()
            self._collect()
        return self.process.returncode

    def wait(self) -> int:
        """Close its input, and return its exit code once it has ended by itself."""
        self._collect()
        return self.process.returncode

    def _collect(self) -> None:
        _, errors = self.process.communicate(timeout=PATIENCE)
        self.errors = errors.decode()


@contextmanager
def running_gateway(*options: str) -> Iterator[GatewayProcess]:
    """Run a gateway for a with block."""
    gateway = GatewayProcess(*options)
    try:
        yield gateway
    finally:
        gateway.stop()
    assert "Traceback" not in gateway.errors


# ---- raw sockets -------------------------------------------------------------------------


def framed(*fields: object) -> bytes:
    """Return a text frame."""
    body = "".join(f"{field}\0" for field in fields).encode()
    return struct.pack("!I", len(body)) + body


class RawClient:
    """Speaks the protocol byte by byte."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.buffer = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def request(self, *fields: object) -> None:
        self.send(framed(*fields))

    def shake_hands(self, lowest: int = 100, highest: int = 200) -> int:
        """Send the version range and return the version chosen."""
        offer = f"v{lowest}..{highest}".encode()
        self.send(b"API\0" + struct.pack("!I", len(offer)) + offer)
        return int(self.read()[0])

    def start(self, client_id: int) -> None:
        """Finish the start-up up to nextValidId."""
        self.request(71, 2, client_id, "")
        while self.read()[0] != "9":
            pass

    def read(self) -> list[str]:
        """Return the fields of the next frame; EOFError once the peer has closed."""
        while len(self.buffer) < 4 or len(self.buffer) < 4 + self._size():
            data = self.socket.recv(65536)
            if not data:
                raise EOFError
            self.buffer += data
        end = 4 + self._size()
        body, self.buffer = self.buffer[4:end], self.buffer[end:]
        return body.decode("ascii").split("\0")[:-1]

    def read_until(self, message_id: int, *start: str) -> list[str]:
        """Skip to the next message with an id and the given first fields."""
        while True:
            fields = self.read()
            if fields[0] == str(message_id) and tuple(fields[1 : 1 + len(start)]) == start:
                return fields

    def read_until_any(self, message_ids: set[str]) -> list[str]:
        """Skip to the next message with one of some ids."""
        while (fields := self.read())[0] not in message_ids:
            pass
        return fields

    def is_closed(self) -> bool:
        """Wait until the peer has closed."""
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionError:
            pass
        return True

    def _size(self) -> int:
        return int.from_bytes(self.buffer[:4], "big")

    def close(self) -> None:
        self.socket.close()


@contextmanager
def raw_client(port: int) -> Iterator[RawClient]:
    """Connect for a with block."""
    client = RawClient(port)
    try:
        yield client
    finally:
        client.close()


# ---- stock ibapi -------------------------------------------------------------------------


class WholeConnection(ibapi.connection.Connection):
    """WORKAROUND: ibapi discards what it has read when a burst ends on a 4096-byte boundary.

    Source: tws-wire.md 1.1.
    """

    def recvMsg(self) -> bytes:  # noqa: N802
        peer = self.socket
        if peer is None:
            return b""
        try:
            data = peer.recv(65536)
        except TimeoutError:
            return b""
        except OSError:
            data = b""
        if not data:
            self.disconnect()
        return data

    def disconnect(self) -> None:
        peer = self.socket
        if peer is not None:
            with suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)  # wakes the reader at once
        super().disconnect()


Call = tuple[str, tuple[Any, ...]]


class StockClient(EWrapper, EClient):
    """Stock ibapi; every callback is appended to calls."""

    def __init__(self) -> None:
        EClient.__init__(self, self)
        self.calls: list[Call] = []
        self.arrived = threading.Condition()
        self.runner = threading.Thread(target=self.run, name="ibapi")

    def record(self, name: str, args: tuple[Any, ...]) -> None:
        with self.arrived:
            self.calls.append((name, args))
            self.arrived.notify_all()

    def mark(self) -> int:
        """Return a position in calls to wait from."""
        with self.arrived:
            return len(self.calls)

    def wait(
        self, name: str, test: Callable[..., bool] = lambda *_: True, *, since: int = 0
    ) -> tuple[Any, ...]:
        """Return the arguments of the first matching callback, waiting for it."""
        deadline = time.monotonic() + PATIENCE
        with self.arrived:
            position = since
            while True:
                for called, args in self.calls[position:]:
                    if called == name and test(*args):
                        return args
                position = len(self.calls)
                left = deadline - time.monotonic()
                if left <= 0 or not self.arrived.wait(left):
                    raise AssertionError(f"{name} did not come; came: {self.calls[since:][-40:]}")

    def since(self, mark: int, *names: str) -> list[Call]:
        """Return the callbacks of some names since a mark, in order."""
        with self.arrived:
            return [call for call in self.calls[mark:] if call[0] in names]

    def code(self, req_id: int, code: int, since: int = 0) -> str:
        """Wait for an error message and return its text."""
        return self.wait("error", lambda i, _t, c, *_: (i, c) == (req_id, code), since=since)[3]


def _recorder(name: str) -> Callable[..., None]:
    def method(self: StockClient, *args: Any) -> None:
        self.record(name, args)

    return method


for _name in dir(EWrapper):
    if not _name.startswith("_") and not _name.endswith("ProtoBuf") and _name != "logAnswer":
        setattr(StockClient, _name, _recorder(_name))


@contextmanager
def stock_client(port: int, version: int, client_id: int = 1) -> Iterator[StockClient]:
    """Connect stock ibapi, holding the highest version it offers."""
    old = ibapi.client.MAX_CLIENT_VER, ibapi.client.Connection
    ibapi.client.MAX_CLIENT_VER, ibapi.client.Connection = version, WholeConnection
    client = StockClient()
    try:
        client.connect("127.0.0.1", port, client_id)
        client.runner.start()
        client.wait("nextValidId")
        yield client
    finally:
        ibapi.client.MAX_CLIENT_VER, ibapi.client.Connection = old
        reader = getattr(client, "reader", None)
        if client.runner.is_alive():
            client.msg_queue.put(Stop())
            client.runner.join(PATIENCE)
        client.disconnect()
        if reader is not None:
            reader.join(PATIENCE)


class Stop:
    """Ends ibapi's message loop at once, as a message that is too long; it polls otherwise."""

    def __len__(self) -> int:
        return 2**30


def stock(symbol: str = "AAPL", con_id: int = 0) -> Contract:
    """Return a stock contract."""
    contract = Contract()
    contract.symbol, contract.conId = symbol, con_id
    contract.secType, contract.exchange, contract.currency = "STK", "SMART", "USD"
    return contract


def order(side: str, quantity: int, limit: float | None = None, **more: Any) -> Order:
    """Return a market or limit order."""
    made = Order()
    made.action, made.totalQuantity = side, quantity
    made.orderType = "MKT" if limit is None else "LMT"
    if limit is not None:
        made.lmtPrice = limit
    made.tif = "DAY"
    for name, value in more.items():
        setattr(made, name, value)
    return made


def state_path(folder: Path) -> str:
    """Return where a test's gateway keeps its state."""
    return str(folder / "gateway.state")
