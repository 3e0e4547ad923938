"""The real trading core in a process of its own that can be told where to die.

usage: killable_core.py FOLDER PORT trade LABEL   send one order and kill -9 itself at LABEL
       killable_core.py FOLDER PORT bracket LABEL  send a bracket and kill -9 itself at LABEL
       killable_core.py FOLDER PORT observe        come back, compare, print what is believed
"""

import json
import os
import signal
import sys
import time
from collections import deque
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.helpers.cores import ACCOUNT, SESSION, core_in
from workstation.broker.session import SessionSettings
from workstation.desk.core import Core
from workstation.domain.bracket import BracketDraft
from workstation.domain.clock import SystemClock
from workstation.domain.commands import (
    Command,
    SubmitBracket,
    SubmitOrder,
    UseEndpoint,
    WatchSymbol,
)
from workstation.domain.ids import ConId, IntentId
from workstation.domain.link import LinkState
from workstation.domain.messages import OrderChanged
from workstation.domain.order import OrderDraft, OrderType, Side

AAPL = ConId(265598)
FAST = 25
"""How much faster than real time an observing core waits: 2.5.6 wants two looks 10 s apart."""


class FastClock(SystemClock):
    def monotonic(self) -> float:
        return time.monotonic() * FAST


class Window:
    """Stands where the window is: hears everything, sends commands."""

    def __init__(self) -> None:
        self.messages: list[Any] = []
        self.latest: dict[object, Any] = {}
        self._commands: deque[tuple[int, Command]] = deque()

    def post(self, message: Any) -> None:
        self.messages.append(message)

    def post_latest(self, message: Any) -> None:
        self.latest[type(message).__name__, getattr(message, "con_id", None)] = message

    def take(self) -> tuple[int, Command] | None:
        return self._commands.popleft() if self._commands else None

    def send(self, core: Core, command: Command) -> None:
        self._commands.append((len(self.messages), command))
        core.loop.wake()


def build(
    folder: Path,
    window: Window,
    label: str,
    *,
    fast: bool,
    session: SessionSettings = SESSION,
) -> Core:
    def checkpoint(reached: str) -> None:
        if reached == label:
            os.kill(os.getpid(), signal.SIGKILL)

    extra: dict[str, Any] = {}
    if fast:
        extra["wait"] = lambda selector, timeout: selector.select(
            None if timeout is None else timeout / FAST
        )
    clock = FastClock() if fast else SystemClock()
    return core_in(
        folder, window, window.take, clock, session=session, checkpoint=checkpoint, **extra
    )


def run_until(core: Core, ready: Any, seconds: float = 20) -> None:
    limit = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > limit:
            raise TimeoutError("the core did not come to the expected state")
        core.loop.run_once(0.5)


def trade(folder: Path, port: int, label: str, *, bracket: bool = False) -> None:
    window = Window()
    core = build(folder, window, label, fast=False)
    core.desk.start()
    window.send(core, UseEndpoint("127.0.0.1", port))
    run_until(core, lambda: core.desk.link.state is LinkState.READY)
    window.send(core, WatchSymbol("AAPL"))

    def priced() -> bool:
        quote = core.desk.figures.quotes.quote(AAPL)
        return (
            quote is not None and quote.two_sided and core.desk.contracts.details(AAPL) is not None
        )

    run_until(core, priced)
    draft = OrderDraft(
        intent_id=IntentId("the one wish"),
        account=ACCOUNT,
        con_id=AAPL,
        side=Side.BUY,
        quantity=Decimal(100),
        order_type=OrderType.MARKET,
    )
    window.send(core, SubmitBracket(bracket_of(core, draft)) if bracket else SubmitOrder(draft))
    run_until(core, lambda: False)


def bracket_of(core: Core, entry: OrderDraft) -> BracketDraft:
    """Put both exits far from the market."""
    quote = core.desk.figures.quotes.quote(AAPL)
    bid = Decimal(str(quote.bid))  # type: ignore[union-attr]
    return BracketDraft(entry=entry, target_price=bid + 20, stop_price=bid - 20)


def observe(folder: Path, port: int) -> None:
    window = Window()
    core = build(folder, window, "", fast=True)
    core.desk.start()
    core.loop.run_once(0)
    shown = [m.order for m in window.messages if isinstance(m, OrderChanged)]
    before = list({order.key: order.lifecycle.value for order in shown}.values())
    window.send(core, UseEndpoint("127.0.0.1", port))
    run_until(core, lambda: core.desk.link.state is LinkState.READY)
    run_until(core, lambda: not any(o.in_doubt or o.answer_due for o in core.desk.orders))
    run_until(core, lambda: core.desk.link.state is LinkState.READY)
    key = (ACCOUNT, AAPL)
    result = {
        "before": before,
        "orders": [
            {
                "order_id": order.order_id,
                "lifecycle": order.lifecycle.value,
                "filled": str(order.filled),
                "parent": None
                if order.parent is None
                else core.desk.orders.get(order.parent).order_id,
                "flags": sorted(order.flags),
            }
            for order in core.desk.orders
        ],
        "position": str(core.desk.figures.positions.quantity(*key)),
        "next_id": core.desk.order_desk.controller.ids.new(),
    }
    core.close()
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    where, number, what, *rest = sys.argv[1:]
    if what in {"trade", "bracket"}:
        trade(Path(where), int(number), rest[0], bracket=what == "bracket")
    else:
        observe(Path(where), int(number))
