"""What the core thread needs for market data at a realistic pace.

python -m tests.benchmarks.core_load [SECONDS]

A sender in a process of its own streams 20,000 messages a second of 100 symbols over loopback:
prices, sizes, texts, numbers and prints in the mix of a busy hour, and each millisecond what
has become due in one piece. The whole trading core takes it, as in the program: slots, tapes,
and a frame published to the window's inbox at most every 16 ms. Once in text (server version
200), once in protobuf (226).

`*_core_percent` is the processor time of the core thread for a second's worth of messages, in
percent of one core, `*_messages_per_s` what really came in a second; `*_slot_p99_ms` is from the sender's write to the slot, so it holds the wake-up and the wait for
a processor as well; `*_publish_p99_ms` is one frame, from slots to inbox. By the clock, so other
work on the machine is in the latter two.
"""

import argparse
import contextlib
import importlib
import random
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.ingest import fields, framed, read_frame
from tests.benchmarks.report import percentile, print_report
from workstation.app.memory import look_seldom, set_aside
from workstation.bridge.inbox import Inbox
from workstation.broker.session import SessionSettings
from workstation.desk.core import Core, build_core
from workstation.desk.settings import DeskSettings
from workstation.domain.account import Environment
from workstation.domain.clock import SystemClock
from workstation.domain.commands import UseEndpoint
from workstation.domain.ids import ClientId, ConId, ReqId
from workstation.domain.market_sinks import PriceRow
from workstation.domain.turns import TURNS

SYMBOLS = 100
PER_SECOND = 20_000
FIRST = 1_000_000_000
CLOCK = FIRST + SYMBOLS
"""Request whose prices are the moments at which they were sent."""
WARM_UP_SECONDS = 1.0
VERSIONS = {"text": 200, "proto": 226}
ENDS = {5: 53, 16: 53, 99: 102, 7: 55, 61: 62, 62: 64}
"""Which message ends the answer to a request; those of the last two kinds name the request."""
NUMBERED = {7, 62}


# ---- the sender ------------------------------------------------------------------------------


def proto_messages() -> dict[str, Any]:
    """Return the classes by kind; only the sender needs them."""
    names = {"price": "TickPrice", "size": "TickSize", "text": "TickString",
             "number": "TickGeneric", "print": "TickByTickData"}  # fmt: skip
    return {
        kind: getattr(importlib.import_module(f"ibapi.protobuf.{name}_pb2"), name)
        for kind, name in names.items()
    }


def text_body(kind: str, req_id: int, figure: float, size: int, tick: int) -> bytes:
    now = int(time.time())
    return {
        "price": lambda: fields(1, 6, req_id, tick, f"{figure:.2f}", size, 0),
        "clock": lambda: fields(1, 6, req_id, tick, f"{figure:.6f}", size, 0),
        "size": lambda: fields(2, 6, req_id, (0, 3, 5, 8)[size % 4], size),
        "text": lambda: fields(46, 6, req_id, 45, now),
        "number": lambda: fields(45, 6, req_id, 49, 0.0),
        "print": lambda: fields(99, req_id, 1, now, f"{figure:.2f}", size, 0, "ARCA", ""),
    }[kind]()


class ProtoBodies:
    """Spells the same messages in protobuf."""

    def __init__(self) -> None:
        self._classes = proto_messages()

    def __call__(self, kind: str, req_id: int, figure: float, size: int, tick: int) -> bytes:
        name = "price" if kind == "clock" else kind
        message = self._classes[name](reqId=req_id)
        if name == "price":
            message.tickType, message.price, message.size = tick, figure, str(size)
            message.attrMask = 0
        elif name == "size":
            message.tickType, message.size = (0, 3, 5, 8)[size % 4], str(size)
        elif name == "text":
            message.tickType, message.value = 45, str(int(time.time()))
        elif name == "number":
            message.tickType, message.value = 49, 0.0
        else:
            message.tickType = 1
            row = message.historicalTickLast
            row.time, row.price, row.size = int(time.time()), figure, str(size)
            row.exchange, row.specialConditions = "ARCA", ""
        number = {"price": 201, "size": 202, "text": 246, "number": 245, "print": 299}[name]
        return struct.pack("!I", number) + bytes(message.SerializeToString())


MIX = ("price", "size", "price", "size", "price", "size", "price", "size", "print", "text")


def serve(version: int, seconds: float) -> None:
    """Play a broker: answer the start with empty lists, then stream for so many seconds."""
    body = ProtoBodies() if version > 200 else text_body
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        sock, _ = server.accept()
    with sock, contextlib.suppress(ConnectionError):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        read_frame(sock, skip=4)
        sock.sendall(framed(fields(version, "20261120 15:00:00 EST")))
        read_frame(sock)
        sock.sendall(plain(version, 15, 1, "SIM0000001") + plain(version, 9, 1, 1))
        stream(sock, version, body, seconds)


def plain(version: int, number: int, *values: object) -> bytes:
    """Build a text message with its id as the version wants it."""
    head = struct.pack("!I", number) if version > 200 else fields(number)
    return framed(head + fields(*values))


def stream(sock: socket.socket, version: int, body: Callable[..., bytes], seconds: float) -> None:
    chance = random.Random(1)
    sent, begun, waiting = 0, time.monotonic(), b""
    while (now := time.monotonic()) < begun + seconds:
        due = int((now - begun) * PER_SECOND) - sent
        piece = b"".join(framed(message(body, chance, sent + n)) for n in range(due))
        stamp = framed(body("clock", CLOCK, time.monotonic(), 1, 4))
        sock.sendall(piece + stamp)
        sent += due
        waiting = answer(sock, version, waiting)
        time.sleep(max(0.0, now + 0.001 - time.monotonic()))
    print(sent, flush=True)
    sock.shutdown(socket.SHUT_WR)
    while sock.recv(65536):
        pass


def message(body: Callable[..., bytes], chance: random.Random, number: int) -> bytes:
    kind = "number" if number % 200 == 0 else MIX[number % len(MIX)]
    symbol = number // len(MIX) % SYMBOLS  # the fields of one contract come together
    price, size = 100 + chance.randrange(-500, 500) / 100, chance.randrange(1, 9000)
    return body(kind, FIRST + symbol, price, size, (1, 2, 4)[number % 3])


def answer(sock: socket.socket, version: int, waiting: bytes) -> bytes:
    """Answer what the client has asked: every list is empty. Return what is not whole yet."""
    with contextlib.suppress(BlockingIOError):
        waiting += sock.recv(65536, socket.MSG_DONTWAIT)
    while len(waiting) >= 4 and len(waiting) >= 4 + (size := int.from_bytes(waiting[:4], "big")):
        asked, waiting = waiting[4 : 4 + size], waiting[4 + size :]
        number, numbers = request_of(asked)
        if number == 49:
            sock.sendall(plain(version, 49, 1, int(time.time())))
        elif number in ENDS:
            told = [numbers[0]] if number in NUMBERED and numbers else []
            sock.sendall(plain(version, ENDS[number], *([] if number == 99 else [1]), *told))
    return waiting


def request_of(body: bytes) -> tuple[int, list[int]]:
    """Return a request's id and the number it carries, in either framing."""
    if body[:1] == b"\0":
        number = int.from_bytes(body[:4], "big")
        if number > 200:
            return number - 200, [varint(body[5:])] if body[4:5] == b"\x08" else []
        parts = body[4:].split(b"\0")
        return number, [int(each) for each in parts[1:2] if each.isdigit()]
    parts = body.split(b"\0")
    place = 2 if parts[0] in {b"7", b"62"} else 1
    return int(parts[0]), [int(each) for each in parts[place : place + 1] if each.isdigit()]


def varint(octets: bytes) -> int:
    value = 0
    for place, octet in enumerate(octets):
        value |= (octet & 0x7F) << (7 * place)
        if octet < 0x80:
            break
    return value


# ---- the core --------------------------------------------------------------------------------


class Load:
    """The trading core with a hundred subscriptions, and a stop-watch at its slots."""

    def __init__(self, folder: Path, version: int) -> None:
        self.inbox = Inbox()
        self.commands: list[tuple[int, Any]] = []
        settings = DeskSettings(
            session=SessionSettings(ClientId(5), version),
            install="load0000",
            trading_state_file=folder / "trading-state.json",
            limits_file=folder / "limits.toml",
            environment=Environment.SIMULATED,
            first_run=True,
        )
        take = lambda: self.commands.pop(0) if self.commands else None  # noqa: E731
        clock = SystemClock()
        self.core: Core = build_core(settings, folder / "journal.sqlite", self.inbox, take, clock)
        self.to_slot: list[float] = []
        self.publishing: list[float] = []
        self._watch_slots()
        self._watch_frames()

    def _watch_slots(self) -> None:
        quotes = self.core.desk.figures.quotes
        alone, many = quotes.set_price, quotes.set_prices

        def set_price(
            con_id: ConId, tick_type: int, price: float, size: float | None = None
        ) -> None:
            alone(con_id, tick_type, price, size)
            if con_id == CLOCK:
                self.to_slot.append(time.monotonic() - price)

        def set_prices(rows: Iterable[PriceRow]) -> None:
            kept = list(rows)
            many(kept)
            now = time.monotonic()
            self.to_slot.extend(now - price for con_id, _, price in kept if con_id == CLOCK)

        quotes.set_price = set_price  # type: ignore[method-assign]
        quotes.set_prices = set_prices  # type: ignore[method-assign]

    def _watch_frames(self) -> None:
        figures = self.core.desk.figures
        publish = figures._publish

        def timed() -> None:
            begun = time.perf_counter()
            publish()
            self.publishing.append(time.perf_counter() - begun)

        figures._publish = timed  # type: ignore[method-assign]

    def subscribe(self) -> None:
        """Let the sender's requests fill slots and tapes."""
        session = self.core.desk.session
        market = session._wrapper.market
        for number in range(FIRST, CLOCK + 1):
            session._subscriptions.add(ReqId(number), ConId(number))
            market.tapes.attach(ReqId(number), ConId(number))  # type: ignore[attr-defined]

    def run(self, port: int) -> tuple[float, float, int]:
        """Take the stream to its end; return seconds of processor and clock, and messages."""
        desk = self.core.desk
        desk.start()
        self.commands.append((1, UseEndpoint("127.0.0.1", port)))
        self.core.loop.wake()
        while desk.session.server_version is None or desk.session.phase.name != "UP":
            self.core.loop.run_once(0.5)
        self.subscribe()
        self._spend(WARM_UP_SECONDS)
        set_aside()  # as the program does once it has started
        self.to_slot.clear()
        self.publishing.clear()
        inbound = desk.session._inbound
        assert inbound is not None
        begun, used, before = time.monotonic(), time.thread_time(), inbound.received
        while desk.session.phase.name == "UP":
            self.core.loop.run_once(0.5)
        used, took = time.thread_time() - used, time.monotonic() - begun
        desk.stop()
        self.core.close()
        return used, took, inbound.received - before

    def _spend(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.core.loop.run_once(0.1)


@contextlib.contextmanager
def sender(version: int, seconds: float) -> Iterator[int]:
    """Run a sender as a process of its own; gives its port."""
    command = [sys.executable, "-m", "tests.benchmarks.core_load", "--serve", str(version), str(seconds)]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
            count = int(process.stdout.readline())
            if count < 0.9 * PER_SECOND * seconds:
                sys.stderr.write(f"the sender managed only {count / seconds:,.0f} a second\n")
        finally:
            process.terminate()


def measure(name: str, seconds: float) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder, sender(VERSIONS[name], seconds) as port:
        load = Load(Path(folder), VERSIONS[name])
        used, took, count = load.run(port)
    return {
        f"{name}_core_percent": 100 * used * PER_SECOND / count,
        f"{name}_messages_per_s": count / took,
        f"{name}_slot_p50_ms": 1000 * percentile(load.to_slot, 50),
        f"{name}_slot_p99_ms": 1000 * percentile(load.to_slot, 99),
        f"{name}_publish_p50_ms": 1000 * percentile(load.publishing, 50),
        f"{name}_publish_p99_ms": 1000 * percentile(load.publishing, 99),
        f"{name}_frames_per_s": len(load.publishing) / took,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("seconds", type=float, nargs="?", default=10.0)
    parser.add_argument("--serve", nargs=2, metavar=("VERSION", "SECONDS"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(int(given.serve[0]), float(given.serve[1]))
        return
    TURNS.begin()  # as the program does
    look_seldom()
    figures: dict[str, float] = {}
    for name in VERSIONS:
        figures |= measure(name, given.seconds)
    print_report(figures)


if __name__ == "__main__":
    main()
