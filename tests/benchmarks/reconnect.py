"""From a killed gateway that listens again to READY, and to quotes of every symbol.

python -m tests.benchmarks.reconnect [ROUNDS]

The real core and journal, a real gateway process over loopback that is killed (SIGKILL) and
started again after some seconds, 100 subscriptions (quotes of every contract that the gateway
streams, and books, tapes and charts) and 200 open orders. The clock starts
when the gateway says that it listens. The broker takes 45 messages a second, so a hundred
subscriptions need seconds; the lists go first, and READY does not wait for the quotes.
"""

import sys
import tempfile
import time
from collections import deque
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.benchmarks.report import median, print_report
from tests.helpers.cores import ACCOUNT, core_in, raise_limits
from tests.helpers.gateway import Gateway
from tests.helpers.killable_core import run_until
from workstation.desk.core import Core
from workstation.domain.bar import BarSize
from workstation.domain.clock import SystemClock
from workstation.domain.commands import Command, FollowBars, SubmitOrder, UseEndpoint
from workstation.domain.ids import ConId, IntentId
from workstation.domain.link import LinkState
from workstation.domain.order import OrderDraft, OrderType, Side
from workstation.domain.order_status import Lifecycle
from workstation.domain.subscription import StreamKind
from workstation.simgateway.instruments import BY_CON_ID, Entitlement, Trading

SUBSCRIPTIONS, ORDERS = 100, 200
BOOKS, TAPES, FEWEST_CHARTS = 3, 5, 8
AWAY_SECONDS = (0.5, 3.0, 8.0)


class Window:
    """Sends commands; only the core's own state is looked at."""

    def __init__(self) -> None:
        self.commands: deque[tuple[int, Command]] = deque()

    def post(self, message: Any) -> None:
        pass

    def post_latest(self, message: Any) -> None:
        pass

    def take(self) -> tuple[int, Command] | None:
        return self.commands.popleft() if self.commands else None


class Bench:
    """One core with its subscriptions and orders."""

    def __init__(self, folder: Path, gateway: Gateway) -> None:
        self.gateway, self.window = gateway, Window()
        self.core: Core = core_in(folder, self.window, self.window.take, SystemClock())
        self.core.desk.start()
        self.send(UseEndpoint("127.0.0.1", gateway.port))
        self.until(self.is_ready)

    def send(self, command: Command) -> None:
        self.window.commands.append((1, command))
        self.core.loop.wake()

    def until(self, condition: Any, seconds: float = 120) -> float:
        begun = time.monotonic()
        run_until(self.core, condition, seconds)
        return time.monotonic() - begun

    def is_ready(self) -> bool:
        return self.core.desk.link.state is LinkState.READY

    def fill(self) -> None:
        """Subscribe the symbols and place the orders far below the market."""
        aapl = ConId(265598)
        desk = self.core.desk
        for con_id in contracts():
            desk.contracts.need(con_id)
        self.until(lambda: all(desk.contracts.details(each) for each in contracts()))
        for con_id in contracts():
            desk.streams.want(con_id, StreamKind.QUOTES, "benchmark")
        for kind, count in ((StreamKind.DEPTH, BOOKS), (StreamKind.TAPE, TAPES)):
            for con_id in stocks()[:count]:
                desk.streams.want(con_id, kind, "benchmark")
        self.follow_charts()
        self.until(self.all_quoted)
        quote = self.core.desk.figures.quotes.quote(aapl)
        assert quote is not None
        assert quote.bid is not None
        self.until(lambda: self.core.desk.session.messages_last_second == 0)
        for number in range(ORDERS):
            draft = OrderDraft(
                intent_id=IntentId(f"reconnect {number}"),
                account=ACCOUNT,
                con_id=aapl,
                side=Side.BUY,
                quantity=Decimal(1),
                order_type=OrderType.LIMIT,
                limit_price=Decimal(f"{quote.bid * 0.97 - number / 100:.2f}"),
                source="benchmark",
            )
            self.until(lambda: self.core.desk.session.messages_last_second < 15)
            self.send(SubmitOrder(draft))
            self.core.loop.run_once(0)
        self.until(lambda: self.working() == ORDERS)

    def follow_charts(self) -> None:
        """Do what charts do when the link is ready."""
        for con_id, size in charts():
            self.send(FollowBars(con_id, size))

    def working(self) -> int:
        return sum(order.lifecycle is Lifecycle.WORKING for order in self.core.desk.orders)

    def all_quoted(self) -> bool:
        desk = self.core.desk
        running = desk.streams.running(StreamKind.QUOTES)
        return len(running) == len(contracts()) and not any(
            desk.figures.quotes.is_stale(key.con_id) for key in running
        )

    def restart(self, away: float) -> tuple[float, float]:
        """Kill, wait, start; returns the seconds to READY and to a quote of every symbol."""
        self.gateway.kill()
        self.until(lambda: not self.is_ready())
        end = time.monotonic() + away
        self.until(lambda: time.monotonic() > end)
        self.gateway.start()
        begun = time.monotonic()
        self.until(self.is_ready)
        ready = time.monotonic() - begun
        self.follow_charts()
        self.until(self.all_quoted)
        quoted = time.monotonic() - begun
        self.until(lambda: self.working() == ORDERS)
        return ready, quoted

    def close(self) -> None:
        self.core.desk.stop()
        self.core.close()


def contracts() -> list[ConId]:
    """Return whatever streams live, up to what the other subscriptions leave."""
    now = time.time()
    found = [
        each
        for each in BY_CON_ID.values()
        if each.trading is Trading.FULL
        and each.entitlement is Entitlement.LIVE
        and not each.has_ended(now)
    ]
    return [ConId(each.con_id) for each in found][: SUBSCRIPTIONS - BOOKS - TAPES - FEWEST_CHARTS]


def stocks() -> list[ConId]:
    """Return the stocks among them."""
    return [each for each in contracts() if BY_CON_ID[each].sec_type == "STK"]


SIZES = [BarSize(each) for each in ("1 min", "5 mins", "15 mins", "30 mins", "1 hour", "1 day")]


def charts() -> list[tuple[ConId, BarSize]]:
    """Return as many series as the subscriptions still want."""
    series = [(con_id, size) for size in SIZES for con_id in stocks()]
    return series[: SUBSCRIPTIONS - BOOKS - TAPES - len(contracts())]


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 6
    with tempfile.TemporaryDirectory() as name, Gateway(Path(name)) as gateway:
        folder = Path(name)
        raise_limits(folder)
        bench = Bench(folder, gateway)
        try:
            bench.fill()
            found = [bench.restart(AWAY_SECONDS[n % len(AWAY_SECONDS)]) for n in range(rounds)]
        finally:
            bench.close()
    ready, quoted = [each[0] for each in found], [each[1] for each in found]
    print_report(
        {
            "ready_p50_s": median(ready),
            "ready_max_s": max(ready),
            "all_quotes_p50_s": median(quoted),
            "all_quotes_max_s": max(quoted),
            "subscriptions": len(contracts()) + BOOKS + TAPES + len(charts()),
            "orders": ORDERS,
            "rounds": rounds,
        }
    )


if __name__ == "__main__":
    main()
