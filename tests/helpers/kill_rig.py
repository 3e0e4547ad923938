"""A trading core and a gateway in one process on one virtual clock; the gateway can be killed."""

import gc
import os
import random
import selectors
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.helpers.cores import ACCOUNT, core_in
from tests.helpers.crashes import crash
from tests.helpers.killable_core import Window
from tests.helpers.virtual_time import VirtualClock
from workstation.desk.core import Core
from workstation.desk.loop import Ready
from workstation.domain.bar import BarSize
from workstation.domain.commands import (
    Command,
    FollowBars,
    FollowDepth,
    FollowTape,
    SubmitOrder,
    UseEndpoint,
    WatchSymbol,
)
from workstation.domain.ids import ConId, IntentId
from workstation.domain.link import LinkState
from workstation.domain.order import OrderDraft, OrderType, Side
from workstation.domain.order_status import Lifecycle
from workstation.domain.subscription import StreamKind
from workstation.simgateway.gateway import Gateway
from workstation.simgateway.server import Server, listen
from workstation.simgateway.state import StateFile

SYMBOLS = ("AAPL", "GOOG", "IBM", "META", "MSFT", "SPY")
STEP_SECONDS = 0.02
ORDERS = 5


class LastWords(Window):
    """A window that keeps no history, so that memory shows what the core keeps."""

    def post(self, message: Any) -> None:
        self.count = getattr(self, "count", 0) + 1


class KillRig:
    """Both sides share the thread: whenever the core would wait, the gateway takes a step."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.clock = VirtualClock()
        self.seed = seed
        self.server: Server | None = None
        self.port = 0
        self.window = LastWords()
        self.start_gateway()
        self.core: Core = core_in(
            folder, self.window, self.window.take, self.clock, wait=self._wait
        )
        self.faults: list[Exception] = []
        self.core.loop.on_error = self.faults.append
        self.core.desk.start()

    def _wait(self, selector: selectors.BaseSelector, timeout: float | None) -> Ready:
        ready = selector.select(0)
        if ready or timeout == 0:
            return ready
        if self.server is not None:
            self.server.step(0.0)
            ready = selector.select(0)
            if ready:
                return ready
        self.clock.seconds += STEP_SECONDS if timeout is None else min(timeout, STEP_SECONDS)
        return []

    # -- the gateway --------------------------------------------------------------------------

    def start_gateway(self) -> None:
        state = StateFile(self.folder / "gateway-state.json")
        gateway = Gateway(self.clock, self.seed, state)
        self.server = Server(gateway, self.clock, listen(("127.0.0.1", self.port)))
        self.port = self.server.port

    def kill_gateway(self) -> None:
        """End it as a crash would: no goodbye, nothing that waits is sent."""
        assert self.server is not None
        server, self.server = self.server, None
        crash(server)

    def streams_at_gateway(self) -> dict[str, list[int]]:
        """Return the contracts that the gateway streams to us, by kind."""
        assert self.server is not None
        found: dict[str, list[int]] = {}
        for client in self.server.gateway.listeners.values():
            for (kind, _), stream in client.streams.items():  # type: ignore[attr-defined]
                found.setdefault(kind, []).append(getattr(stream, "con_id", 0))
        return {kind: sorted(each) for kind, each in found.items()}

    # -- the core -----------------------------------------------------------------------------

    def send(self, command: Command) -> None:
        self.window.send(self.core, command)

    def run(self, seconds: float) -> None:
        end = self.clock.seconds + seconds
        while self.clock.seconds < end:
            self.core.loop.run_once(STEP_SECONDS)

    def until(self, condition: Any, seconds: float = 120.0) -> float:
        """Run until a condition holds; returns how long it took, in virtual seconds."""
        begun = self.clock.seconds
        while not condition():
            if self.clock.seconds - begun > seconds:
                raise AssertionError("the awaited condition did not come")
            self.core.loop.run_once(STEP_SECONDS)
        return self.clock.seconds - begun

    @property
    def is_ready(self) -> bool:
        return self.core.desk.link.state is LinkState.READY

    def begin(self) -> None:
        """Connect, watch, follow a book, a tape and a chart, and place some orders."""
        self.send(UseEndpoint("127.0.0.1", self.port))
        self.until(lambda: self.is_ready)
        for symbol in SYMBOLS:
            self.send(WatchSymbol(symbol))
        self.until(lambda: len(self.con_ids()) == len(SYMBOLS))
        aapl = self.con_ids()[0]
        self.send(FollowDepth(aapl))
        self.send(FollowTape(aapl))
        self.follow_chart()
        self.until(self.all_flows)
        self.run(1.5)
        for number in range(ORDERS):
            self.send(SubmitOrder(self._order(aapl, number)))
            self.run(0.3)
        self.until(lambda: self.working_orders() == ORDERS)

    def follow_chart(self) -> None:
        """Do what a chart does when the link is ready."""
        self.send(FollowBars(self.con_ids()[0], BarSize.MINUTE_1))

    def _order(self, con_id: ConId, number: int) -> OrderDraft:
        quote = self.core.desk.figures.quotes.quote(con_id)
        assert quote is not None
        assert quote.bid is not None
        return OrderDraft(
            intent_id=IntentId(f"order {number}"),
            account=ACCOUNT,
            con_id=con_id,
            side=Side.BUY,
            quantity=Decimal(10),
            order_type=OrderType.LIMIT,
            limit_price=Decimal(f"{quote.bid * 0.97 - number:.2f}"),
        )

    def con_ids(self) -> list[ConId]:
        return [key.con_id for key in self.core.desk.streams.running(StreamKind.QUOTES)]

    def working_orders(self) -> int:
        return sum(
            order.lifecycle is Lifecycle.WORKING and not order.flags
            for order in self.core.desk.orders
        )

    def all_flows(self) -> bool:
        """Whether every subscription is there once, at both ends, and brings something."""
        if not self.is_ready or self.server is None:
            return False
        streams = self.streams_at_gateway()
        wanted = sorted(self.con_ids())
        aapl = self.core.desk.streams.running(StreamKind.DEPTH)
        quotes = self.core.desk.figures.quotes
        return (
            streams.get("quotes") == wanted
            and len(wanted) == len(SYMBOLS)
            and len(streams.get("depth", ())) == len(streams.get("ticks", ())) == len(aapl) == 1
            and len(streams.get("bars", ())) == 1
            and not any(quotes.is_stale(con_id) for con_id in wanted)
        )

    # -- what may leak ------------------------------------------------------------------------

    def open_requests(self) -> int:
        """Count every request that waits for something, in every table of the core."""
        desk = self.core.desk
        return (
            len(desk.data._asked)
            + len(desk.data._renewed)
            + len(desk.contracts._look_ups)
            + len(desk.streams._requests)
            + len(desk.data._series)
        )

    def timers(self) -> int:
        return sum(timer.call is not None for timer in self.core.loop._timers)

    def close(self) -> None:
        self.core.desk.stop()
        self.core.close()
        if self.server is not None:
            self.server.close()


def open_files() -> int:
    """Count this process's descriptors; sockets are among them."""
    gc.collect()
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def memory_mb() -> float:
    """Return the resident memory of this process."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def threads() -> int:
    return threading.active_count()
