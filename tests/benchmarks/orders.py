"""From the posted command to the last byte on the socket, through checks and durable journal.

python -m tests.benchmarks.orders [ORDERS]

The real core thread and journal, a real gateway process over loopback, five symbols streaming.
The window's thread runs a Qt event loop and is idle, or busy 8 of every 16 ms. Limits are
raised for the purpose.
"""

import sys
import tempfile
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QTimer

from tests.benchmarks.report import median, percentile, print_report
from tests.helpers.gateway import Gateway
from workstation.bridge.commands import CommandPort, CommandQueue
from workstation.bridge.core_thread import CoreThread
from workstation.bridge.inbox import Inbox
from workstation.broker.session import SessionSettings
from workstation.desk.core import build_core
from workstation.desk.settings import DeskSettings
from workstation.domain.account import Environment
from workstation.domain.clock import SystemClock
from workstation.domain.commands import SubmitOrder, UseEndpoint, WatchSymbol
from workstation.domain.finding import Submitted
from workstation.domain.ids import AccountId, ClientId, ConId, IntentId
from workstation.domain.link import LinkState
from workstation.domain.order import OrderDraft, OrderType, Side
from workstation.risk.limits import TwoLevel, proposed
from workstation.storage.limits_file import add_limits

AAPL = ConId(265598)
ACCOUNT = AccountId("SIM0000001")
EVERY_MS = 40
BUSY_SECONDS = 0.008
FRAME_MS = 16


class Bench:
    """Posts orders one by one and notes when the bytes of each had left."""

    def __init__(self, app: QCoreApplication, folder: Path, port: int) -> None:
        self.app = app
        self.posted_at = 0.0
        self.latencies: list[float] = []
        self.refused = 0
        queue = CommandQueue()
        self.inbox = Inbox()
        self.port = CommandPort(queue)
        self.core = build_core(
            DeskSettings(
                session=SessionSettings(ClientId(9)),
                install="bench000",
                trading_state_file=folder / "trading-state.json",
                limits_file=folder / "limits.toml",
                environment=Environment.SIMULATED,
                first_run=True,
            ),
            folder / "journal.sqlite",
            self.inbox,
            queue.take,
            SystemClock(),
            checkpoint=self.on_checkpoint,
        )
        queue.wake = self.core.loop.wake
        self.thread = CoreThread(self.core)
        self.inbox.events_arrived.connect(self.port.on_events)
        self.thread.start()
        self.inbox.start()
        self.port.send(UseEndpoint("127.0.0.1", port))
        self.wait(lambda: self.core.desk.link.state is LinkState.READY)
        for symbol in ("AAPL", "GOOG", "IBM", "META", "MSFT"):
            self.port.send(WatchSymbol(symbol))
        self.wait(lambda: self.core.desk.figures.quotes.quote(AAPL) is not None)
        self.wait(lambda: self.core.desk.contracts.details(AAPL) is not None)
        quiet_at = time.monotonic() + 1.2  # the start's own requests fill the wire's first second
        self.wait(lambda: time.monotonic() > quiet_at)

    def on_checkpoint(self, label: str) -> None:
        if label == "sent":
            self.latencies.append((time.perf_counter() - self.posted_at) * 1000)

    def on_answer(self, result: object) -> None:
        if not isinstance(result, Submitted):
            self.refused += 1
            sys.stderr.write(f"not sent: {result}\n")

    def run(self, name: str, orders: int, *, busy: bool) -> list[float]:
        """Send so many orders and return the latency of each in ms."""
        self.latencies = []
        self.refused = 0
        sent = 0
        price = Decimal(str(self.core.desk.figures.quotes.quote(AAPL).bid)) - 5

        def send() -> None:
            nonlocal sent
            draft = OrderDraft(
                intent_id=IntentId(f"{name} {sent}"),
                account=ACCOUNT,
                con_id=AAPL,
                side=Side.BUY,
                quantity=Decimal(1),
                order_type=OrderType.LIMIT,
                limit_price=price,
                source="benchmark",
            )
            sent += 1
            self.posted_at = time.perf_counter()
            self.port.send(SubmitOrder(draft), self.on_answer)
            if sent == orders:
                timer.stop()

        timer = QTimer()
        timer.timeout.connect(send)
        timer.start(EVERY_MS)
        load = QTimer()
        load.timeout.connect(burn)
        if busy:
            load.start(FRAME_MS)
        self.wait(lambda: len(self.latencies) + self.refused >= orders, seconds=orders * 0.1 + 20)
        load.stop()
        if self.refused:
            raise RuntimeError(f"{self.refused} orders were not sent; the figures mean nothing")
        return self.latencies

    def wait(self, condition: object, seconds: float = 20) -> None:
        limit = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > limit:
                raise TimeoutError("the expected state did not come")
            self.app.processEvents()
            time.sleep(0.0005)

    def close(self) -> None:
        self.core.stop()
        self.thread.wait(10_000)
        self.inbox.stop()


def burn() -> None:
    """Hold the interpreter as a busy frame does."""
    until = time.perf_counter() + BUSY_SECONDS
    while time.perf_counter() < until:
        pass


def main() -> None:
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    sys.setswitchinterval(0.0005)
    app = QCoreApplication([])
    with tempfile.TemporaryDirectory() as name, Gateway(Path(name)) as gateway:
        folder = Path(name)
        limits = replace(
            proposed(ACCOUNT, Decimal(100_000_000)),
            actions_per_second=1000,
            actions_per_minute=100_000,
            working_orders=TwoLevel(personal=Decimal(10_000), catastrophic=Decimal(10_000)),
            chase_orders=10_000,
        )
        add_limits(folder / "limits.toml", limits)
        bench = Bench(app, folder, gateway.port)
        try:
            idle = bench.run("idle", orders, busy=False)
            busy = bench.run("busy", orders, busy=True)
        finally:
            bench.close()
    print_report(
        {
            "click_to_wire_p50_ms": median(idle),
            "click_to_wire_p99_ms": percentile(idle, 99),
            "busy_p50_ms": median(busy),
            "busy_p99_ms": percentile(busy, 99),
            "orders": orders,
        }
    )


if __name__ == "__main__":
    main()
