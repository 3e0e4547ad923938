"""A chart's bars before, during and after the gateway is killed: no seam, nothing missing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.gateway import Gateway
from tests.helpers.killable_core import AAPL, Window, build, run_until
from workstation.bridge.commands import CommandPort, CommandQueue
from workstation.domain.bar import Bar, BarSize, BarUpdate
from workstation.domain.commands import BarsAnswer, RequestBars, UseEndpoint, WatchSymbol
from workstation.domain.link import LinkState
from workstation.ui.chart.aggregate import Grouping
from workstation.ui.chart.bar_table import table_of
from workstation.ui.chart.feed import BarFeed, Wanted
from workstation.ui.chart.source import Series
from workstation.ui.chart.timeframe import read_timeframe

SIZE = BarSize.SECOND_5


class ChartWindow(Window):
    """Hands answers and bars on, as the program's window does."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = CommandQueue()
        self.port = CommandPort(self.queue)
        self.feeds: list[BarFeed] = []
        self._delivered = 0
        self._updates: dict[object, BarUpdate] = {}

    def take(self) -> Any:
        return self.queue.take()

    def post_latest(self, message: Any) -> None:
        if isinstance(message, BarUpdate):
            self._updates[message.series, message.bar.time] = message

    def drain(self) -> None:
        fresh, self._delivered = self.messages[self._delivered :], len(self.messages)
        self.port.on_events(tuple(fresh))
        updates, self._updates = tuple(self._updates.values()), {}
        for feed in self.feeds:
            feed.take(updates)


class Rig:
    """The real core and gateway process, and the feeds of two charts."""

    def __init__(self, folder: Path, gateway: Gateway) -> None:
        self.gateway = gateway
        self.window = ChartWindow()
        self.core = build(folder, self.window, "", fast=False)
        self.window.queue.wake = self.core.loop.wake
        self.core.desk.start()
        self.ask(UseEndpoint("127.0.0.1", gateway.port))
        self.until_link(LinkState.READY)
        self.ask(WatchSymbol("AAPL"))

    def until(self, condition: Any, seconds: float = 40) -> None:
        def ready() -> bool:
            self.window.drain()
            return bool(condition())

        run_until(self.core, ready, seconds)

    def until_link(self, state: LinkState) -> None:
        self.until(lambda: self.core.desk.link.state is state)

    def ask(self, command: Any) -> Any:
        answers: list[Any] = []
        self.window.port.send(command, answers.append)
        self.until(lambda: answers)
        return answers[0]

    def chart(self, size: str) -> BarFeed:
        feed = BarFeed(self.window.port)
        self.window.feeds.append(feed)
        timeframe = read_timeframe(size)
        feed.show(Wanted(AAPL, timeframe), None if timeframe.is_direct else Grouping(timeframe))
        feed.set_wanted()
        self.until(lambda: feed.series is Series.SHOWN)
        return feed

    def truth(self) -> tuple[Bar, ...]:
        later = datetime.now(UTC) + timedelta(hours=1)  # an identical request would have to wait
        found = self.ask(RequestBars(AAPL, SIZE, before=later))
        assert isinstance(found, BarsAnswer)
        return found.bars


@pytest.fixture
def rig(tmp_path: Path, qapp: Any) -> Iterator[Rig]:
    del qapp
    with Gateway(tmp_path) as gateway:
        rig = Rig(tmp_path, gateway)
        yield rig
        rig.core.desk.stop()
        rig.core.close()


def grows(rig: Rig, feed: BarFeed, count: int) -> None:
    before = feed.bars.end
    rig.until(lambda: feed.bars.end >= before + count)


def test_live_bars_join_the_past_and_heal_after_the_gateway_was_killed(rig: Rig) -> None:
    feed, longer = rig.chart("5s"), rig.chart("20s")
    before = {int(time): index for index, time in enumerate(feed.bars.times, feed.bars.first)}
    grows(rig, feed, 2)

    rig.gateway.kill()
    rig.until(lambda: rig.core.desk.link.state is not LinkState.READY)
    for chart in rig.window.feeds:
        chart.link_lost()
    shown = feed.bars.end
    assert not feed.is_live
    rig.gateway.start()
    rig.until_link(LinkState.READY)
    assert feed.bars.end == shown  # nothing was invented meanwhile
    for chart in rig.window.feeds:
        chart.link_ready()
    rig.until(lambda: feed.is_live and longer.is_live and feed.series is Series.SHOWN)
    grows(rig, feed, 2)

    truth = table_of(rig.truth())
    first = max(int(truth.times[0]), int(feed.bars.times[0]))
    ended = int(truth.times[-2])  # the last may still have been forming
    mine = feed._sum.since(first).before(ended)
    true = truth.since(first).before(ended)
    assert len(true) > 3
    assert mine.times.tolist() == true.times.tolist()
    for column, expected in zip(mine.columns[1:], true.columns[1:], strict=True):
        assert column == pytest.approx(expected)
    kept = {time: index for time, index in before.items() if time in set(feed.bars.times.tolist())}
    assert all(feed.bars.index_of(time) == index for time, index in kept.items())

    volume = longer.bars.volumes(longer.bars.first, longer.bars.end)
    assert longer.bars.times.tolist() == sorted(set(longer.bars.times.tolist()))
    assert volume.sum() == pytest.approx(longer._sum.table().volumes.sum())
