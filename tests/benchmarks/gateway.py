"""What the simulated gateway costs, and how fast it is.

python -m tests.benchmarks.gateway [SECONDS]

Three figures: the share of one core it takes for 50 symbols and 3 books streamed to each of 4
clients in real time (CPU time of its process, Linux alone); the messages a second it encodes and
sends to one client that reads them, over a socket to another process; and the time from the bytes
of an order to the bytes of its acknowledgement inside the gateway, with and without a state file.
"""

import os
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.report import percentile, print_report
from tests.unit.simgateway.gateway_support import framed, running_gateway
from tests.unit.simgateway.virtual import place_fields
from workstation.domain.clock import SystemClock
from workstation.simgateway.client import Client
from workstation.simgateway.codec_text import frame
from workstation.simgateway.gateway import Gateway
from workstation.simgateway.instruments import BY_CON_ID, Instrument, Trading
from workstation.simgateway.messages import tick_price
from workstation.simgateway.server import Server, listen
from workstation.simgateway.session import Session
from workstation.simgateway.state import StateFile

CLIENTS = 4
SYMBOLS = 50
BOOKS = 3
ORDERS = 400
WARM_UP = 2.0


def symbols() -> list[Instrument]:
    """Return what is streamed: stocks first, then what else has a price of its own."""
    traded = [i for i in BY_CON_ID.values() if i.trading is Trading.FULL]
    traded.sort(key=lambda i: (i.sec_type != "STK", i.pricing is not None, i.con_id))
    return traded[:SYMBOLS]


def contract(instrument: Instrument) -> list[object]:
    exchange = instrument.exchanges[0]
    head = [instrument.con_id, instrument.symbol, instrument.sec_type, "", "", "", ""]
    return [*head, exchange, "", instrument.currency, "", ""]


class Reader:
    """A client that counts the frames it is sent."""

    def __init__(self, port: int, client_id: int, *, books: int, lines: bool = True) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        offer = b"v100..200"
        self.socket.sendall(b"API\0" + len(offer).to_bytes(4, "big") + offer)
        self.socket.sendall(framed(71, 2, client_id, ""))
        for number, instrument in enumerate(symbols() if lines else (), start=1):
            fields = [1, 11, number, *contract(instrument), 0, "", 0, 0, ""]
            self.socket.sendall(framed(*fields))
            if number <= books:
                depth = [10, 5, 1000 + number, *contract(instrument), 10, 1, ""]
                self.socket.sendall(framed(*depth))
        self.socket.setblocking(False)
        self.frames = 0
        self._left = b""

    def read(self) -> bool:
        """Count what has come; return whether there may be more."""
        received = self.socket.recv(1 << 20)
        data = self._left + received
        position = 0
        while len(data) - position >= 4:
            end = position + 4 + int.from_bytes(data[position : position + 4], "big")
            if end > len(data):
                break
            position = end
            self.frames += 1
        self._left = data[position:]
        return bool(received)


def cpu_seconds(process_id: int) -> float:
    """Return the CPU time of a process so far; Linux alone."""
    path = Path(f"/proc/{process_id}/stat")
    if not path.exists():
        return float("nan")
    fields = path.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def stream(seconds: float, clients: int, *, books: int) -> tuple[float, float]:
    """Return the share of a core the gateway takes, and the frames a client gets a second."""
    with running_gateway("--seed", "1") as gateway:
        readers = [Reader(gateway.port, 1 + n, books=books) for n in range(clients)]
        with selectors.DefaultSelector() as selector:
            for reader in readers:
                selector.register(reader.socket, selectors.EVENT_READ, reader)
            read_for(selector, WARM_UP)
            begun, frames = time.monotonic(), readers[0].frames
            cpu = cpu_seconds(gateway.process.pid)
            read_for(selector, seconds)
            passed = time.monotonic() - begun
            cpu = cpu_seconds(gateway.process.pid) - cpu
        for reader in readers:
            reader.socket.close()
    return cpu / passed, (readers[0].frames - frames) / passed


def read_for(selector: selectors.BaseSelector, seconds: float) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        for key, _ in selector.select(left):
            key.data.read()


def pump(seconds: float) -> tuple[float, float]:
    """Return the price messages one client takes a second: by the clock, and by CPU time."""
    clock = SystemClock()
    server = Server(Gateway(clock, 1, None), clock, listen(("127.0.0.1", 0)))
    command = [sys.executable, "-m", "tests.benchmarks.gateway", "--reader", str(server.port)]
    sent, tick = 0, 430.0
    with subprocess.Popen(command, stdout=subprocess.PIPE) as reader:
        while not server.gateway.listeners:
            server.step(0.1)
        (client,) = server.gateway.listeners.values()
        assert isinstance(client, Client)
        begun, cpu = time.monotonic(), time.process_time()
        while time.monotonic() - begun < seconds:
            for _ in range(500):
                client.write(tick_price(1, 1, tick, 300, 1))
                tick += 0.01
            sent += 500
            server.step(0.0)
            while any(connection.outbound for connection in server.connections):
                server.step(0.01)
        passed, cpu = time.monotonic() - begun, time.process_time() - cpu
        server.close()
        taken = int(reader.communicate(timeout=60)[0])
    assert taken >= sent, f"{taken} of {sent} messages arrived"
    return sent / passed, sent / cpu


def read_to_the_end(port: int) -> int:
    """Be the client of pump: print how many frames came."""
    reader = Reader(port, 1, books=0, lines=False)
    reader.socket.setblocking(True)
    while reader.read():
        pass
    sys.stdout.write(f"{reader.frames}\n")
    return 0


def acknowledgements(folder: Path | None, timer: Callable[[], float]) -> list[float]:
    """Return the milliseconds from the bytes of each order to those of its first openOrder."""
    state_file = StateFile(folder / "state") if folder else None
    gateway = Gateway(SystemClock(), 1, state_file)
    written: list[bytes] = []
    session = Session(gateway, 200, lambda message: written.append(frame(message)), lambda _: None)
    offer = b"v100..200"
    session.feed(b"API\0" + len(offer).to_bytes(4, "big") + offer)
    session.feed(frame([71, 2, 1, ""]))
    taken = []
    for number in range(1, ORDERS + 1):
        request = frame(place_fields(number, "BUY", 100, 300 + number % 50, symbol="AAPL"))
        cancel = frame([4, number, "", "", 2147483647])
        begun = timer()
        session.feed(request)
        gateway.commit()
        taken.append((timer() - begun) * 1000)
        if number % 2:
            session.feed(cancel)
        gateway.advance()
    gateway.close()
    assert len(written) > 2 * ORDERS
    return taken


def main() -> int:
    """Run the three parts and print their figures."""
    if sys.argv[1:2] == ["--reader"]:
        return read_to_the_end(int(sys.argv[2]))
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    share, frames = stream(seconds, CLIENTS, books=BOOKS)
    pumped, pumped_by_cpu = pump(seconds / 2)
    plain = acknowledgements(None, time.perf_counter)
    cpu = acknowledgements(None, time.process_time)
    with tempfile.TemporaryDirectory() as folder:
        durable = acknowledgements(Path(folder), time.perf_counter)
    print_report(
        {
            "core_percent_50_symbols_3_books_4_clients": share * 100,
            "frames_per_second_a_client": frames,
            "messages_per_second_one_client": pumped,
            "messages_per_cpu_second": pumped_by_cpu,
            "order_to_ack_p50_ms": percentile(plain, 50),
            "order_to_ack_p99_ms": percentile(plain, 99),
            "order_to_ack_cpu_p99_ms": percentile(cpu, 99),
            "order_to_ack_durable_p50_ms": percentile(durable, 50),
            "order_to_ack_durable_p99_ms": percentile(durable, 99),
        }
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
