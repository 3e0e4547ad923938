"""Random order work of the real core at the simulated gateway, while everything between breaks.

Both share one thread and one virtual clock; whenever the core would wait the gateway takes a step,
and when both wait time jumps to whichever is due first. The wire is a real loopback connection.
"""

import hashlib
import random
import struct
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from tests.helpers.cores import ACCOUNT, core_in, raise_limits
from tests.helpers.crashes import crash, reset
from tests.helpers.killable_core import Window
from tests.helpers.virtual_time import VirtualClock
from workstation.desk.core import Core
from workstation.desk.loop import Ready
from workstation.domain.commands import Command, UseEndpoint, WatchSymbol
from workstation.domain.ids import ConId
from workstation.domain.link import LinkState
from workstation.domain.messages import CommandAnswered
from workstation.simgateway import connection
from workstation.simgateway.codec_proto import decode
from workstation.simgateway.codec_text import Field
from workstation.simgateway.daily_data import PastDay, demo_source
from workstation.simgateway.fault_commands import CommandError, run
from workstation.simgateway.frame_log import TRUTH, FrameLog
from workstation.simgateway.gateway import Gateway
from workstation.simgateway.server import Server, listen
from workstation.simgateway.state import StateFile

SYMBOLS = ("AAPL",)
PLACE, CANCEL, GLOBAL_CANCEL = 3, 4, 58
PAST_DAYS = 30
LONGEST_JUMP, SHORTEST_JUMP = 0.25, 0.001
LOOK_SECONDS = 0.1
"""How often the invariants that hold at every moment are looked at, in virtual seconds."""


@cache
def short_past(today: date) -> Sequence[PastDay]:
    """Return a stock's last days alone: decades of bars would take a third of a scenario."""
    return demo_source(SYMBOLS[0])(today)[-PAST_DAYS:]


class TruthLog(FrameLog):
    """The gateway's ground-truth log, kept in memory and without the market's traffic."""

    def __init__(self) -> None:
        self.truth_lines: list[list[str]] = []
        self.faults: list[list[str]] = []

    def add(self, client_id: int | None, direction: str, fields: Sequence[Field]) -> None:
        if direction == TRUTH:
            self.truth_lines.append([str(each) for each in fields])

    def fault(self, direction: str, client_id: int | None, what: list[str]) -> None:
        self.faults.append([direction, *what])

    def close(self) -> None:
        pass


class Tap:
    """Every order message that came over the wire, byte for byte, before any fault meets it."""

    def __init__(self) -> None:
        self.placed: Counter[str] = Counter()
        self.numbers: Counter[int] = Counter()
        self.other = 0

    def take(self, server_version: int, body: bytes) -> None:
        fields = decode(server_version, body)
        if fields and fields[0] == str(PLACE):
            frame = struct.pack("!I", len(body)) + body
            self.placed[hashlib.sha256(frame).hexdigest()] += 1
            self.numbers[int(fields[1])] += 1


class ChaosWorld:
    """A core and a gateway that can both be killed."""

    def __init__(self, folder: Path, seed: int, *, with_core: bool = True) -> None:
        self.folder = folder
        self.seed = seed
        self.random = random.Random(seed)
        self.clock = VirtualClock()
        self.window = Window()
        self.log = TruthLog()
        self.tap = Tap()
        self.errors: list[Exception] = []
        self.server: Server | None = None
        self.port = 0
        self.on_look: Callable[[], None] = lambda: None
        self._looked_at = 0.0
        raise_limits(folder)
        self._tap_the_wire()
        self.start_gateway()
        if with_core:
            self.come_back()

    def come_back(self) -> None:
        """Start a core on the journal that is there, and wait until it is ready and sees prices."""
        self._new_core()
        self.until(lambda: self.is_ready)
        self.con_ids = [self._watch(symbol) for symbol in SYMBOLS]
        self.until(lambda: all(self.priced(each) for each in self.con_ids))

    def _tap_the_wire(self) -> None:
        admit, tap = connection.Connection._admit, self.tap
        self._untapped = admit

        def tapped(self: connection.Connection, body: bytes) -> list[bytes]:
            if self.session.client is not None:
                tap.take(self.session.sv, body)
            return admit(self, body)

        connection.Connection._admit = tapped  # type: ignore[method-assign]

    # -- time ---------------------------------------------------------------------------------

    def _wait(self, selector: Any, timeout: float | None) -> Ready:
        ready: Ready = selector.select(0)
        if ready or timeout == 0:
            return ready
        due = LONGEST_JUMP if timeout is None else timeout
        if self.server is not None:
            self.server.step(0.0)
            ready = selector.select(0)
            if ready:
                return ready
            due = min(due, self.server._next_due() - self.clock.seconds)
        self.clock.seconds += min(max(due, SHORTEST_JUMP), LONGEST_JUMP)
        return []

    def serve(self, seconds: float) -> None:
        """Let the gateway work for a core in another process, in real time."""
        assert self.server is not None
        begun = time.monotonic()
        self.server.step(seconds)
        self.clock.seconds += time.monotonic() - begun

    def _step(self) -> None:
        self.core.loop.run_once(LONGEST_JUMP)
        if self.clock.seconds - self._looked_at >= LOOK_SECONDS:
            self._looked_at = self.clock.seconds
            self.on_look()

    def run(self, seconds: float) -> None:
        end = self.clock.seconds + seconds
        while self.clock.seconds < end:
            self._step()

    def until(self, condition: Callable[[], bool], seconds: float = 60.0) -> float:
        """Run until a condition holds; returns how long it took, in virtual seconds."""
        begun = self.clock.seconds
        while not condition():
            if self.clock.seconds - begun > seconds:
                raise AssertionError("the awaited condition did not come")
            self._step()
        return self.clock.seconds - begun

    # -- the gateway --------------------------------------------------------------------------

    @property
    def gateway(self) -> Gateway:
        assert self.server is not None
        return self.server.gateway

    def start_gateway(self) -> None:
        gateway = Gateway(
            self.clock,
            self.seed,
            StateFile(self.folder / "gateway.json"),
            sources=dict.fromkeys(SYMBOLS, short_past),
        )
        self._close_other_markets(gateway)
        self.server = Server(
            gateway, self.clock, listen(("127.0.0.1", self.port)), frame_log=self.log
        )
        self.server.faults.random.seed(f"{self.seed}:{self.clock.seconds}")
        self.port = self.server.port

    def _close_other_markets(self, gateway: Gateway) -> None:
        """Nobody trades there, and they would take most of the time."""
        for con_id, market in list(gateway.markets._open.items()):
            if market.instrument.symbol not in SYMBOLS:
                del gateway.markets._open[con_id]

    def kill_gateway(self) -> None:
        """End it as a crash would: no goodbye, nothing that waits is sent."""
        if self.server is None:
            return
        server, self.server = self.server, None
        crash(server)

    def fault(self, name: str, **arguments: Any) -> None:
        """Do a fault command; one that cannot be done now is left out."""
        if self.server is not None:
            named = {key.replace("_", "-"): value for key, value in arguments.items()}
            try:
                run(self.server, {"do": name, **named})
            except CommandError:
                return

    # -- the core -----------------------------------------------------------------------------

    def _new_core(self) -> Core:
        core = core_in(self.folder, self.window, self.window.take, self.clock, wait=self._wait)
        core.loop.on_error = self.errors.append
        core.desk.start()
        self.core = core
        self.send(UseEndpoint("127.0.0.1", self.port))
        return core

    def restart_core(self) -> None:
        """End the program without a goodbye, and start it again on its journal."""
        sock = self.core.desk.session._transport._socket
        if sock is not None:
            self.core.loop.unwatch(sock)
            reset(sock)
        self.core.close()
        self.window.messages.clear()
        self._new_core()

    def send(self, command: Command) -> None:
        self.window.send(self.core, command)

    def ask(self, command: Command) -> Any:
        """Send a command and return its answer."""
        before = len(self.window.messages)
        self.send(command)
        found: list[Any] = []

        def answered() -> bool:
            found[:] = [
                each.result
                for each in self.window.messages[before:]
                if isinstance(each, CommandAnswered)
            ]
            return bool(found)

        self.until(answered)
        return found[0]

    @property
    def is_linked(self) -> bool:
        """Whether the handshake of a session is done and the session lives, as the core sees it."""
        return self.core.desk.link.state not in {LinkState.DISCONNECTED, LinkState.CONNECTING}

    @property
    def is_ready(self) -> bool:
        return self.core.desk.link.state is LinkState.READY

    def priced(self, con_id: ConId) -> bool:
        quote = self.core.desk.figures.quotes.quote(con_id)
        known = self.core.desk.contracts.details(con_id) is not None
        return known and quote is not None and quote.two_sided

    def _watch(self, symbol: str) -> ConId:
        return ConId(self.ask(WatchSymbol(symbol)).con_id)

    def position(self, con_id: ConId) -> Decimal:
        return self.core.desk.figures.positions.quantity(ACCOUNT, con_id)

    def close(self) -> None:
        connection.Connection._admit = self._untapped  # type: ignore[method-assign]
        if hasattr(self, "core"):
            self.core.desk.stop()
            self.core.close()
        if self.server is not None:
            self.server.close()
