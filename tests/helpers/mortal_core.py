"""Trading cores that end by kill -9 at a chosen point, each a fork of a process that has all loaded.

python -m tests.helpers.mortal_core    reads one wish a line: {"folder", "port", "seed", "point", "turn"}

The core of a wish trades at random until it comes to its point for the `turn`-th time and kills
itself there. The line that answers holds the point, or "" if it was never reached.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.helpers.chaos_work import Trader
from tests.helpers.cores import ACCOUNT, core_in
from tests.helpers.killable_core import Window
from tests.helpers.rule_work import RuleTrader
from workstation.domain.clock import SystemClock
from workstation.domain.commands import Command, UseEndpoint, WatchSymbol
from workstation.domain.link import LinkState
from workstation.domain.messages import CommandAnswered
from workstation.domain.rule import RuleRecord

CHECKPOINTS = (
    "approved", "intent", "registered", "sent", "sent 1", "sent 2", "sent 3",
    "acknowledged", "filled",
)  # fmt: skip
"""Labels that the program itself gives to the steps of an order."""

AROUND = (
    "before a record", "after a record", "before a commit", "after a commit",
    "half an order frame", "before a cancel", "after a cancel", "between two rounds",
)  # fmt: skip
"""Points around the journal and the wire."""

RULE_POINTS = ("rule fired", "rule acted", "before a rule record", "after a rule record")
"""Between the record of a firing and its order, behind that, and around every record of a rule."""

POINTS = (*CHECKPOINTS, *AROUND, *RULE_POINTS)
ACTS = 30
PATIENCE = 20.0


class Doom:
    """Counts how often a point is reached, and ends the process there."""

    def __init__(self, point: str, turn: int) -> None:
        self.point = point
        self.left = turn

    def reached(self, point: str) -> None:
        if point == self.point:
            self.left -= 1
            if self.left <= 0:
                self.now()

    def now(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def around(self, what: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a call in two points."""

        def wrapped(*args: Any, **options: Any) -> Any:
            self.reached(f"before {what}")
            result = call(*args, **options)
            self.reached(f"after {what}")
            return result

        return wrapped


class MortalWorld:
    """A core in real time, for a Trader."""

    def __init__(self, folder: Path, port: int, seed: int, doom: Doom) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.window = Window()
        self.doom = doom
        self.core = core_in(
            folder, self.window, self.window.take, SystemClock(), checkpoint=doom.reached
        )
        self._wrap()
        self.core.desk.start()
        self.send(UseEndpoint("127.0.0.1", port))
        self.until(lambda: self.core.desk.link.state is LinkState.READY)
        self.con_ids = [self.ask(WatchSymbol("AAPL")).con_id]
        self.until(self._is_priced)

    def _wrap(self) -> None:
        journal, session, doom = self.core.journal, self.core.desk.session, self.doom
        put = doom.around("a record", journal.record)
        put_rule = doom.around("a rule record", put)

        def record(event: str, *args: Any, **options: Any) -> Any:
            return (put_rule if event == RuleRecord.__name__ else put)(event, *args, **options)

        journal.record = record  # type: ignore[method-assign]
        journal.commit = doom.around("a commit", journal.commit)  # type: ignore[method-assign]
        cancel = session.cancel_order
        session.cancel_order = doom.around("a cancel", cancel)  # type: ignore[method-assign]
        write = session.write_order

        def halved(order: Any, *, may_wait: bool) -> bool:
            if doom.point == "half an order frame" and doom.left <= 1:
                sock = session._transport._socket
                assert sock is not None
                sock.send(order.data[: len(order.data) // 2])
            doom.reached("half an order frame")
            return write(order, may_wait=may_wait)

        session.write_order = halved  # type: ignore[method-assign]

    def _is_priced(self) -> bool:
        quote = self.core.desk.figures.quotes.quote(self.con_ids[0])
        known = self.core.desk.contracts.details(self.con_ids[0]) is not None
        return known and quote is not None and quote.two_sided

    def send(self, command: Command) -> None:
        self.window.send(self.core, command)

    def until(self, condition: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError("the core did not come to the expected state")
            self.core.loop.run_once(0.05)
            self.doom.reached("between two rounds")

    def ask(self, command: Command) -> Any:
        before = len(self.window.messages)
        self.send(command)
        answers: list[Any] = []

        def answered() -> bool:
            news = self.window.messages[before:]
            answers[:] = [each.result for each in news if isinstance(each, CommandAnswered)]
            return bool(answers)

        self.until(answered)
        return answers[0]

    def position(self, con_id: Any) -> Any:
        return self.core.desk.figures.positions.quantity(ACCOUNT, con_id)

    def trade(self) -> None:
        has_rules = self.doom.point in RULE_POINTS or self.random.random() < 0.3
        trader: Any = (RuleTrader if has_rules else Trader)(self)  # type: ignore[arg-type]
        for _ in range(ACTS):
            trader.act()
            end = time.monotonic() + self.random.choice((0.0, 0.01, 0.04))
            self.until(lambda end=end: time.monotonic() >= end)


def live(wish: dict[str, Any]) -> None:
    """Trade until death; never returns."""
    try:
        os.setpgrp()
        doom = Doom(wish["point"], wish["turn"])
        MortalWorld(Path(wish["folder"]), wish["port"], wish["seed"], doom).trade()
    except BaseException as error:
        sys.stderr.write(f"{error!r}\n")
        sys.stderr.flush()
    finally:
        os._exit(0)


def main() -> None:
    for line in sys.stdin:
        wish = json.loads(line)
        child = os.fork()
        if child == 0:
            live(wish)
        _, status = os.waitpid(child, 0)
        died = os.waitstatus_to_exitcode(status) == -signal.SIGKILL
        sys.stdout.write(json.dumps({"died_at": wish["point"] if died else ""}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
