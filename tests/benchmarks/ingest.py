"""How fast market data comes in: from the socket to the slots.

python -m tests.benchmarks.ingest [MESSAGES]
python -m tests.benchmarks.ingest --connect HOST:PORT --until-price 999

The first form starts a sender as a process of its own, which streams messages over loopback, as
fast as the socket takes them, to a session on the core loop: tickPrice in text and in protobuf,
depth L2 and tick-by-tick (text); 100 contracts, no two messages alike, then a currentTime as the
end. Stock `EClient.run()` gets the same text stream, 200,000 messages of it. Each stream is
checked for completeness: the last quote, the rows of the books, the sum of the prints.

The second form connects the session to any server of the protocol, asks for the market data of
AAPL at once and stops at the first tickPrice of the given price, be it one of thousands in a burst.
"""

import argparse
import contextlib
import importlib
import random
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable

from ibapi.client import EClient
from ibapi.wrapper import EWrapper

from tests.benchmarks.report import print_report
from workstation.broker import hot_batch
from workstation.broker.hot_ticks import Ticks
from workstation.broker.rows import Rows
from workstation.broker.session import Session, SessionSettings
from workstation.broker.to_ib import ib_stock_query
from workstation.broker.word_numbers import Places
from workstation.desk.loop import CoreLoop
from workstation.domain.clock import SystemClock
from workstation.domain.ids import ClientId, ConId, ReqId
from workstation.domain.protocol import HIGHEST_SERVER_VERSION
from workstation.domain.reports import Report, ServerTime, SessionEnded, SessionStarted
from workstation.marketdata.market import Market

CONTRACTS = 100
FIRST = 1_000_000_000
STOCK_MESSAGES = 200_000
BLOCK = 20_000
"""Messages that the sender builds before it starts; it repeats them with other contracts."""
VERSIONS = {"text": 200, "proto": 226, "depth": 200, "tape": 200}
VENUES = ("ARCA", "NASDAQ", "NYSE", "BATS", "IEX")
START = 1_790_000_000
END = 4_000_000_000
"""The time that the last message tells."""


# ---- the sender ------------------------------------------------------------------------------


def fields(*values: object) -> bytes:
    return b"".join(str(value).encode() + b"\0" for value in values)


def framed(body: bytes) -> bytes:
    return struct.pack("!I", len(body)) + body


def text_message(number: int, price: float, size: int) -> bytes:
    kind = (1, 2, 4)[number % 3]
    return fields(1, 6, FIRST + number % CONTRACTS, kind, f"{price:.2f}", size, 0)


def depth_message(number: int, price: float, size: int) -> bytes:
    """Rows of ten places a side: seven updates to one insert, update and delete."""
    operation = (0, 1, 2)[number // CONTRACTS % 3] if number // CONTRACTS % 10 < 3 else 1
    place = number // CONTRACTS % 10
    venue = VENUES[number % 5]
    return fields(
        13, 1, FIRST + number % CONTRACTS, place, venue, operation, number % 2,
        f"{price:.2f}", size, 1,
    )  # fmt: skip


def tape_message(number: int, price: float, size: int) -> bytes:
    return fields(
        99, FIRST + number % CONTRACTS, 1, START + number // 1000, f"{price:.2f}", size, 0,
        VENUES[number % 5], "" if number % 3 else "I",
    )  # fmt: skip


def proto_message(number: int, price: float, size: int) -> bytes:
    message = importlib.import_module("ibapi.protobuf.TickPrice_pb2").TickPrice()
    message.reqId, message.tickType = FIRST + number % CONTRACTS, (1, 2, 4)[number % 3]
    message.price, message.size, message.attrMask = price, str(size), 0
    return struct.pack("!I", 201) + message.SerializeToString()


MAKERS = {
    "text": text_message,
    "proto": proto_message,
    "depth": depth_message,
    "tape": tape_message,
}


def figures(kind: str) -> list[tuple[float, int]]:
    """Return price and size of each message of the block; the same in both processes."""
    chance = random.Random(kind)
    return [(round(chance.uniform(5, 900), 2), chance.randrange(1, 9000)) for _ in range(BLOCK)]


def serve(kind: str, count: int) -> None:
    """Play a broker that streams so many messages to one client, then tells a time."""
    make = MAKERS[kind]
    block = b"".join(framed(make(number, *each)) for number, each in enumerate(figures(kind)))
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        sock, _ = server.accept()
    with sock:
        version = VERSIONS[kind]
        read_frame(sock, skip=4)
        sock.sendall(framed(fields(version, "20261120 15:00:00 EST")))
        read_frame(sock)
        raw = version > 200
        heads = [struct.pack("!I", n) if raw else fields(n) for n in (15, 9, 49)]
        sock.sendall(framed(heads[0] + fields(1, "SIM1")) + framed(heads[1] + fields(1, 1)))
        read_frame(sock)  # the client says that it is ready
        for _ in range(count // BLOCK):
            sock.sendall(block)
        sock.sendall(framed(heads[2] + fields(1, END)))
        with contextlib.suppress(OSError):
            sock.settimeout(60)
            while sock.recv(65536):
                pass


def read_frame(sock: socket.socket, skip: int = 0) -> bytes:
    head = exactly(sock, skip + 4)
    return exactly(sock, int.from_bytes(head[skip:], "big"))


def exactly(sock: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        chunk = sock.recv(count - len(data))
        if not chunk:
            raise ConnectionError("the client has gone")
        data += chunk
    return data


# ---- our session -----------------------------------------------------------------------------


class Receiver:
    """A session on the core loop whose slots are the program's own."""

    def __init__(self, on_started: Callable[["Receiver"], None], max_version: int) -> None:
        self.market = Market(SystemClock())
        self.loop = CoreLoop(SystemClock())
        self.loop.after_pass = self.after_pass
        self.on_started = on_started
        self.failure = ""
        self.began = self.ended = 0.0
        self.prints = 0
        self.shares = 0.0
        self.session = Session(
            self.loop,
            SystemClock(),
            SessionSettings(ClientId(5), max_version),
            self.on_report,
            self.market.sinks,
        )

    def on_report(self, report: Report) -> None:
        if isinstance(report, SessionStarted):
            self.on_started(self)
        elif isinstance(report, ServerTime) and report.time.timestamp() == END:
            self.stop()
        elif isinstance(report, SessionEnded) and not self.ended:
            self.failure = report.reason
            self.loop.stop()

    def stop(self) -> None:
        self.ended = self.ended or time.perf_counter()
        self.loop.stop()

    def after_pass(self) -> None:
        """Take the prints, as the desk does after each round."""
        for trades in self.market.tapes.take():
            self.prints += len(trades)
            self.shares += sum(trades.sizes)

    def run(self, host: str, port: int) -> int:
        """Receive to the end and return the number of messages since the start."""
        self.session.open(host, port)
        self.loop.run()
        inbound = self.session._inbound
        received = inbound.received if inbound is not None else 0
        self.session.close("done")
        self.loop.close()
        if self.failure:
            raise RuntimeError(f"the session ended: {self.failure}")
        return received


def follow_everything(receiver: Receiver) -> None:
    """Let the sender's hundred requests fill the slots, and tell it to begin."""
    for number in range(CONTRACTS):
        req_id, con_id = ReqId(FIRST + number), ConId(1 + number)
        receiver.session._subscriptions.add(req_id, con_id)
        receiver.market.books.open(con_id)
        receiver.market.books.attach(req_id, con_id)
        receiver.market.tapes.attach(req_id, con_id)
    receiver.session.account.time()
    receiver.began = time.perf_counter()


def ours(kind: str, count: int) -> float:
    """Receive one stream and return messages per second."""
    with sender(kind, count) as port:
        receiver = Receiver(follow_everything, VERSIONS[kind])
        received = receiver.run("127.0.0.1", port)
    if received < count:
        raise RuntimeError(f"{received} of {count} messages came")
    check(kind, count, receiver)
    return count / (receiver.ended - receiver.began)


def check(kind: str, count: int, receiver: Receiver) -> None:
    """Raise unless the slots hold what the stream told."""
    known = figures(kind)
    if kind == "tape":
        whole = sum(size for _, size in known) * (count // BLOCK)
        if (receiver.prints, receiver.shares) != (count, whole):
            raise RuntimeError("prints were lost")
    elif kind == "depth":
        books = receiver.market.books.take_changed(SystemClock().now())
        if len(books) != CONTRACTS or not all(book.bids or book.asks for book in books):
            raise RuntimeError("the books are empty")
    else:
        for contract in range(CONTRACTS):
            quote = receiver.market.quotes.quote(ConId(1 + contract))
            for residue, name in enumerate(("bid", "ask", "last")):
                last = max(n for n in range(contract, BLOCK, CONTRACTS) if n % 3 == residue)
                if quote is None or getattr(quote, name) != known[last][0]:
                    raise RuntimeError(f"{name} of contract {contract} is not the newest")


# ---- stock -----------------------------------------------------------------------------------


class StockClient(EWrapper, EClient):
    """The library as its examples use it."""

    def __init__(self) -> None:
        EClient.__init__(self, self)
        self.began = self.ended = 0.0
        self.count = 0

    def nextValidId(self, orderId: int) -> None:  # noqa: N802, N803 - the library's
        self.reqCurrentTime()
        self.began = time.perf_counter()

    def tickPrice(self, *args: object) -> None:  # noqa: N802 - the library's
        self.count += 1

    def currentTime(self, *args: object) -> None:  # noqa: N802 - the library's
        self.ended = time.perf_counter()
        self.disconnect()


def stock(count: int) -> float:
    """Receive the text stream with the library alone and return messages per second."""
    with sender("text", count) as port:
        client = StockClient()
        client.connect("127.0.0.1", port, 5)
        thread = threading.Thread(target=client.run)
        thread.start()
        thread.join(600)
    if client.count != count:
        raise RuntimeError(f"stock received {client.count} of {count} messages")
    return count / (client.ended - client.began)


# ---- a server of somebody else ---------------------------------------------------------------


def watch_for(price: float, receiver: Receiver) -> None:
    """Stop at the first tickPrice of a price: one that came alone, or any in a burst.

    Of a burst only the newest prices reach the slots, so each one is looked at where it is read.
    """
    set_price = receiver.market.quotes.set_price
    read_prices = hot_batch.read_prices

    def alone(con_id: ConId, tick_type: int, value: float, size: float | None = None) -> None:
        set_price(con_id, tick_type, value, size)
        if value == price:
            receiver.stop()

    def in_burst(rows: Rows, order: Places) -> Ticks:
        ticks = read_prices(rows, order)
        if (ticks.ok & (ticks.price == price)).any():
            receiver.stop()
        return ticks

    receiver.market.quotes.set_price = alone  # type: ignore[method-assign]
    hot_batch.read_prices = in_burst


def from_server(host: str, port: int, price: float, max_version: int) -> float:
    """Ask any server for AAPL and return messages per second until the price."""

    def ask(receiver: Receiver) -> None:
        contract = ib_stock_query("AAPL")
        req_id = receiver.session._writer.numbered(
            lambda client, number: client.reqMktData(number, contract, "", False, False, [])
        )
        receiver.session._subscriptions.add(req_id, ConId(265598))
        receiver.began = time.perf_counter()

    receiver = Receiver(ask, max_version)
    watch_for(price, receiver)
    received = receiver.run(host, port)
    return received / (receiver.ended - receiver.began)


# ---- the command -----------------------------------------------------------------------------


@contextlib.contextmanager
def sender(kind: str, count: int):  # type: ignore[no-untyped-def]
    """Run a sender as a process of its own; gives its port."""
    command = [sys.executable, "-m", "tests.benchmarks.ingest", "--serve", kind, str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("messages", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--serve", nargs=2, metavar=("KIND", "COUNT"), help=argparse.SUPPRESS)
    parser.add_argument("--connect", metavar="HOST:PORT")
    parser.add_argument("--until-price", type=float, default=999.0)
    parser.add_argument("--max-server-version", type=int, default=HIGHEST_SERVER_VERSION)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve[0], int(given.serve[1]))
        return
    if given.connect:
        host, _, port = given.connect.rpartition(":")
        rate = from_server(host, int(port), given.until_price, given.max_server_version)
        print_report({"messages_per_s": rate})
        return
    count = max(given.messages // BLOCK, 1) * BLOCK
    rates = {f"{kind}_per_s": ours(kind, count) for kind in MAKERS}
    print_report({"stock_per_s": stock(min(STOCK_MESSAGES, count)), **rates})


if __name__ == "__main__":
    main()
