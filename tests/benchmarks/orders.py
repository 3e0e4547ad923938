"""From the posted command to the last byte on the socket, through checks and durable journal.

python -m tests.benchmarks.orders [ORDERS]

The real core thread and journal against a scripted broker in a process of its own
(`crowded_broker`): 500 positions, 180 working orders, 100 symbols that stream 20,000 messages a
second. Limits are raised for the purpose. Each order is cancelled before the next is sent.

Four figures: with an idle window thread (`click_to_wire_*`); with one that is busy 8 of every 16
ms (`busy_*`); behind one that never stops running Python, the orders posted from another thread
(`saturated_*`); and the judgement alone, as each of these orders had it (`risk_*`).
"""

import contextlib
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer

from tests.benchmarks.crowded_broker import ACCOUNT as ACCOUNT_NAME
from tests.benchmarks.crowded_broker import FIRST_CON_ID, POSITIONS, SYMBOLS, WORKING
from tests.benchmarks.report import median, percentile, print_report
from workstation.app.memory import look_seldom, set_aside
from workstation.bridge.commands import CommandPort, CommandQueue
from workstation.bridge.core_thread import CoreThread
from workstation.bridge.inbox import Inbox
from workstation.broker.session import SessionSettings
from workstation.desk.core import build_core
from workstation.desk.settings import DeskSettings
from workstation.domain.account import Environment
from workstation.domain.clock import SystemClock
from workstation.domain.commands import Command, SubmitOrder, UseEndpoint
from workstation.domain.finding import Submitted
from workstation.domain.ids import AccountId, ClientId, ConId, IntentId, OrderId
from workstation.domain.link import LinkState
from workstation.domain.order import OrderDraft, OrderType, Side
from workstation.domain.order_status import Pending
from workstation.domain.subscription import StreamKind
from workstation.domain.turns import TURNS
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.outlet import Verdict
from workstation.risk.limits import TwoLevel, proposed
from workstation.storage.limits_file import add_limits

ACCOUNT = AccountId(ACCOUNT_NAME)
CLIENT = ClientId(9)
EVERY_MS = 100
CANCEL_SECONDS = 0.02
BUSY_SECONDS = 0.008
FRAME_MS = 16
WAIT_SECONDS = 120
LOOK_MS = 50


class Bench:
    """Posts orders one by one and notes when the bytes of each had left."""

    def __init__(self, folder: Path, port: int) -> None:
        self.posted_at = 0.0
        self.latencies: list[float] = []
        self.judging: list[float] = []
        self.refused = 0
        self._chores: deque[Callable[[], None]] = deque()
        self.queue = CommandQueue()
        self.inbox = Inbox()
        self.port = CommandPort(self.queue)
        self.core = build_core(
            DeskSettings(
                session=SessionSettings(CLIENT),
                install="bench000",
                trading_state_file=folder / "trading-state.json",
                limits_file=folder / "limits.toml",
                environment=Environment.SIMULATED,
                first_run=True,
            ),
            folder / "journal.sqlite",
            self.inbox,
            self._take,
            SystemClock(),
        )
        self._time_the_judge()
        self._time_the_bytes()
        self.queue.wake = self.core.loop.wake
        self.thread = CoreThread(lambda _told: (self.core, ""))
        self.inbox.events_arrived.connect(self.port.on_events)
        self.thread.start()
        self.inbox.start()
        self._fill(port)

    def _fill(self, port: int) -> None:
        """Connect, and wait until everything that is held and streamed is known."""
        self.port.send(UseEndpoint("127.0.0.1", port))
        desk = self.core.desk
        self.wait(lambda: desk.link.state is LinkState.READY)
        self.on_core(self.subscribe)
        held = [ConId(FIRST_CON_ID + number) for number in range(POSITIONS)]
        self.wait(lambda: all(desk.contracts.details(each) is not None for each in held))
        self.wait(lambda: all(desk.figures.quotes.quote(each) for each in held[:SYMBOLS]))
        quiet_at = time.monotonic() + 1.2  # the start's own requests fill the wire's first second
        self.wait(lambda: time.monotonic() > quiet_at)
        set_aside()  # as the program does once it has started

    def _time_the_judge(self) -> None:
        collaborators = self.core.desk.order_desk.controller._with
        judge = collaborators.judge

        def timed(draft: OrderDraft, changed: ManagedOrder | None) -> Verdict:
            begun = time.perf_counter()
            verdict = judge(draft, changed)
            self.judging.append((time.perf_counter() - begun) * 1000)
            return verdict

        object.__setattr__(collaborators, "judge", timed)

    def _time_the_bytes(self) -> None:
        session = self.core.desk.session
        on_sent = session._on_sent

        def timed(order_ids: tuple[OrderId, ...]) -> None:
            self.latencies.append((time.perf_counter() - self.posted_at) * 1000)
            self.core.loop.call_later(CANCEL_SECONDS, self.cancel_mine)
            on_sent(order_ids)

        session._on_sent = timed  # type: ignore[method-assign]

    def _take(self) -> tuple[int, Command] | None:
        while self._chores:
            self._chores.popleft()()
        return self.queue.take()

    def on_core(self, chore: Callable[[], None]) -> None:
        """Run something on the core thread."""
        self._chores.append(chore)
        self.core.loop.wake()

    def subscribe(self) -> None:
        """Ask for the details of what is held and for the prices of a hundred symbols."""
        desk = self.core.desk
        for number in range(POSITIONS):
            desk.contracts.need(ConId(FIRST_CON_ID + number))
        for number in range(SYMBOLS):
            desk.streams.want(ConId(FIRST_CON_ID + number), StreamKind.QUOTES, "benchmark")

    def cancel_mine(self) -> None:
        """Keep the number of working orders as it was. Core thread."""
        desk = self.core.desk
        for order in desk.orders.working():
            if order.client_id == CLIENT and order.cancel is Pending.NONE:
                desk.order_desk.controller.cancel(order.key)

    def on_answer(self, result: object) -> None:
        if not isinstance(result, Submitted):
            self.refused += 1
            sys.stderr.write(f"not sent: {result}\n")

    def order(self, name: str, number: int) -> SubmitOrder:
        """Build an order that rests below the market."""
        draft = OrderDraft(
            intent_id=IntentId(f"{name} {number}"),
            account=ACCOUNT,
            con_id=ConId(FIRST_CON_ID + 1 + 2 * (number % (SYMBOLS // 2))),
            side=Side.BUY,
            quantity=Decimal(1),
            order_type=OrderType.LIMIT,
            limit_price=Decimal("97.00") - number % 7,
            source="benchmark",
        )
        return SubmitOrder(draft)

    def run(self, name: str, orders: int, *, busy: bool = False) -> list[float]:
        """Send so many orders from the window's thread; return the latency of each in ms."""
        self._begin()
        sent = 0

        def send() -> None:
            nonlocal sent
            command = self.order(name, sent)
            sent += 1
            self.posted_at = time.perf_counter()
            self.port.send(command, self.on_answer)
            if sent == orders:
                timer.stop()

        timer = QTimer()
        timer.timeout.connect(send)
        timer.start(EVERY_MS)
        load = QTimer()
        load.timeout.connect(lambda: burn(BUSY_SECONDS))
        if busy:
            load.start(FRAME_MS)
        self.wait(lambda: len(self.latencies) + self.refused >= orders)
        load.stop()
        return self._found()

    def run_saturated(self, orders: int) -> list[float]:
        """Send from another thread while this one never stops running Python."""
        self._begin()
        done = threading.Event()

        def send() -> None:
            for number in range(orders):
                time.sleep(EVERY_MS / 1000)
                command = self.order("saturated", number)
                self.posted_at = time.perf_counter()
                self.queue.put(1_000_000 + number, command)
            time.sleep(1)
            done.set()

        threading.Thread(target=send, daemon=True).start()
        while not done.is_set():
            burn(0.05)
        self.refused = orders - len(self.latencies)
        return self._found()

    def _begin(self) -> None:
        self.latencies = []
        self.refused = 0

    def _found(self) -> list[float]:
        if self.refused:
            raise RuntimeError(f"{self.refused} orders were not sent; the figures mean nothing")
        return self.latencies

    def wait(self, condition: Callable[[], object]) -> None:
        """Run the window's own event loop until something is so; it sleeps between two events."""
        limit = time.monotonic() + WAIT_SECONDS
        loop, looks = QEventLoop(), QTimer()
        looks.timeout.connect(lambda: (condition() or time.monotonic() > limit) and loop.quit())
        looks.start(LOOK_MS)
        loop.exec()
        looks.stop()
        if not condition():
            raise TimeoutError("the expected state did not come")

    def close(self) -> None:
        self.core.stop()
        self.thread.wait(10_000)
        self.inbox.stop()


def burn(seconds: float) -> None:
    """Hold the interpreter as a busy frame does."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


@contextlib.contextmanager
def crowded_broker() -> Iterator[int]:
    """Run the scripted broker; gives its port."""
    command = [sys.executable, "-m", "tests.benchmarks.crowded_broker"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def main() -> None:
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    TURNS.begin()
    look_seldom()
    _app = QCoreApplication([])
    with tempfile.TemporaryDirectory() as name, crowded_broker() as port:
        folder = Path(name)
        most = TwoLevel(personal=Decimal(10) ** 12, catastrophic=Decimal(10) ** 13)
        limits = replace(
            proposed(ACCOUNT, Decimal(100_000_000)),
            actions_per_second=1000,
            actions_per_minute=100_000,
            working_orders=TwoLevel(personal=Decimal(10_000), catastrophic=Decimal(10_000)),
            chase_orders=10_000,
            gross_exposure=most,
            leverage=most,
        )
        add_limits(folder / "limits.toml", limits)
        bench = Bench(folder, port)
        try:
            idle = bench.run("idle", orders)
            busy = bench.run("busy", orders, busy=True)
            saturated = bench.run_saturated(orders)
            working = len(bench.core.desk.orders.working())
        finally:
            bench.close()
    print_report(
        {
            "click_to_wire_p50_ms": median(idle),
            "click_to_wire_p99_ms": percentile(idle, 99),
            "busy_p50_ms": median(busy),
            "busy_p99_ms": percentile(busy, 99),
            "saturated_p50_ms": median(saturated),
            "saturated_p99_ms": percentile(saturated, 99),
            "risk_p50_ms": median(bench.judging),
            "risk_p99_ms": percentile(bench.judging, 99),
            "working_orders": max(working, WORKING),
            "orders": orders,
        }
    )


if __name__ == "__main__":
    main()
