"""History, books, prints and news: the core asks the real gateway process and hears whole answers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.gateway import Gateway
from tests.helpers.killable_core import AAPL, Window, build, run_until
from workstation.desk.core import Core
from workstation.domain.bar import BarSize, BarUpdate
from workstation.domain.commands import (
    BarsAnswer,
    Command,
    Done,
    Failed,
    FollowBars,
    FollowDepth,
    FollowQuotes,
    FollowTape,
    HeadlinesAnswer,
    RequestArticle,
    RequestBars,
    RequestHeadlines,
    UnfollowBars,
    UnfollowDepth,
    UnfollowQuotes,
    UnfollowTape,
    UseEndpoint,
    WatchSymbol,
)
from workstation.domain.depth import DepthBook
from workstation.domain.ids import ConId
from workstation.domain.link import LinkState
from workstation.domain.messages import CommandAnswered, NoticeArrived, TradesArrived
from workstation.domain.news import Article


class Rig:
    """A core without a window, connected to a gateway, with AAPL watched."""

    def __init__(self, folder: Path, gateway: Gateway) -> None:
        self.gateway = gateway
        self.window = Window()
        self.core: Core = build(folder, self.window, "", fast=False)
        self.core.desk.start()
        self.window.send(self.core, UseEndpoint("127.0.0.1", gateway.port))
        self.until(lambda: self.core.desk.link.state is LinkState.READY)
        self.ask(WatchSymbol("AAPL"))

    def until(self, condition: Any) -> None:
        run_until(self.core, condition, 15)

    def ask(self, command: Command) -> Any:
        """Send a command and return its answer."""
        before = len(self.window.messages)
        self.window.send(self.core, command)

        def answers() -> list[Any]:
            news = self.window.messages[before:]
            return [each.result for each in news if isinstance(each, CommandAnswered)]

        self.until(answers)
        return answers()[0]

    def books(self) -> list[DepthBook]:
        return [each for each in self.window.latest.values() if isinstance(each, DepthBook)]


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with Gateway(tmp_path) as gateway:
        rig = Rig(tmp_path, gateway)
        yield rig
        rig.core.desk.stop()
        rig.core.close()


def test_ten_years_of_days_come_in_pages_without_a_seam(rig: Rig) -> None:
    newest = rig.ask(RequestBars(AAPL, BarSize.DAY_1))
    assert isinstance(newest, BarsAnswer)
    bars = list(newest.bars)
    while len(bars) < 2500:
        older = rig.ask(RequestBars(AAPL, BarSize.DAY_1, before=bars[0].time))
        assert older.bars
        bars[:0] = older.bars

    times = [bar.time for bar in bars]
    assert times == sorted(set(times))
    assert all(bar.low <= min(bar.open, bar.close) for bar in bars)
    assert all(bar.high >= max(bar.open, bar.close) for bar in bars)


def test_before_the_first_bar_there_is_a_complete_and_empty_answer(rig: Rig) -> None:
    answer = rig.ask(RequestBars(AAPL, BarSize.DAY_1, before=datetime(1990, 1, 2, tzinfo=UTC)))

    assert isinstance(answer, BarsAnswer)
    assert (answer.bars, answer.complete) == ((), True)


def test_a_followed_series_moves_and_stops_with_its_last_follower(rig: Rig) -> None:
    first = rig.ask(FollowBars(AAPL, BarSize.MINUTE_1))
    rig.ask(FollowBars(AAPL, BarSize.MINUTE_1))
    rig.until(lambda: any(isinstance(each, BarUpdate) for each in rig.window.latest.values()))
    update = next(each for each in rig.window.latest.values() if isinstance(each, BarUpdate))
    assert update.bar.time >= first.bars[-1].time

    rig.ask(UnfollowBars(AAPL, BarSize.MINUTE_1))
    assert rig.gateway.frames(25) == []
    rig.ask(UnfollowBars(AAPL, BarSize.MINUTE_1))

    rig.until(lambda: len(rig.gateway.frames(25)) == 1)
    shown = [each.notice.code for each in rig.window.messages if isinstance(each, NoticeArrived)]
    assert 162 not in shown


def test_sixteen_charts_of_a_series_share_one_request_and_older_pages_too(rig: Rig) -> None:
    def answers(since: int) -> list[Any]:
        news = rig.window.messages[since:]
        return [each.result for each in news if isinstance(each, CommandAnswered)]

    before = len(rig.window.messages)
    for _ in range(16):
        rig.window.send(rig.core, FollowBars(AAPL, BarSize.MINUTE_5))
    rig.until(lambda: len(answers(before)) == 16)
    first = answers(before)[0]
    assert len(first.bars) > 0
    assert all(each == first for each in answers(before))
    assert len(rig.gateway.frames(20)) == 1

    before = len(rig.window.messages)
    for _ in range(3):
        rig.window.send(rig.core, RequestBars(AAPL, BarSize.MINUTE_5, before=first.bars[0].time))
    rig.until(lambda: len(answers(before)) == 3)
    assert len({each.bars for each in answers(before)}) == 1
    assert len(rig.gateway.frames(20)) == 2


def test_the_forming_bar_follows_the_last_price_between_the_broker_s_updates(rig: Rig) -> None:
    rig.ask(FollowBars(AAPL, BarSize.HOUR_1))

    def in_step() -> bool:
        quote = rig.core.desk.figures.quotes.quote(AAPL)
        updates = [each for each in rig.window.latest.values() if isinstance(each, BarUpdate)]
        return bool(updates and quote and updates[-1].bar.close == quote.last)

    for _ in range(3):
        rig.until(in_step)
        bar = [each for each in rig.window.latest.values() if isinstance(each, BarUpdate)][-1].bar
        assert bar.low <= bar.close <= bar.high
        seen = bar.close
        rig.until(lambda seen=seen: rig.core.desk.figures.quotes.quote(AAPL).last != seen)


def test_a_book_is_never_crossed_and_comes_back_with_the_gateway(rig: Rig) -> None:
    assert rig.ask(FollowDepth(AAPL)) == Done()
    rig.until(lambda: rig.books() and rig.books()[0].bids and rig.books()[0].asks)
    book = rig.books()[0]
    assert book.problem == ""
    assert book.bids[0].price < book.asks[0].price
    assert list(book.bids) == sorted(book.bids, key=lambda level: -level.price)

    rig.gateway.kill()
    rig.until(lambda: rig.books()[0].stale)
    rig.gateway.start()
    rig.until(lambda: rig.core.desk.link.state is LinkState.READY)
    rig.until(lambda: rig.books()[0].bids and not rig.books()[0].stale)

    rig.ask(UnfollowDepth(AAPL))
    rig.until(lambda: len(rig.gateway.frames(11)) == 1)


def test_a_contract_that_no_list_knows_streams_its_quotes_for_a_chart(rig: Rig) -> None:
    spx, ended = ConId(416904), len(rig.gateway.frames(2))
    rig.ask(FollowQuotes(spx))

    def last() -> float | None:
        quote = rig.window.latest.get(("Quote", spx))
        return None if quote is None else quote.last

    rig.until(lambda: last() is not None)
    assert rig.core.desk.contracts.details(spx) is not None
    rig.ask(UnfollowQuotes(spx))
    rig.until(lambda: len(rig.gateway.frames(2)) == ended + 1)


def test_prints_come_in_order_and_stop(rig: Rig) -> None:
    rig.ask(FollowTape(AAPL))

    def prints() -> list[Any]:
        arrived = [each for each in rig.window.messages if isinstance(each, TradesArrived)]
        return [trade for each in arrived for trade in each.trades]

    rig.until(lambda: len(prints()) >= 3)
    times = [trade.time for trade in prints()]
    assert times == sorted(times)
    assert all(trade.size > 0 and trade.con_id == AAPL for trade in prints())
    rig.ask(UnfollowTape(AAPL))
    rig.until(lambda: len(rig.gateway.frames(98)) == 1)


def test_headlines_and_an_article(rig: Rig) -> None:
    answer = rig.ask(RequestHeadlines(AAPL))
    assert isinstance(answer, HeadlinesAnswer)
    times = [headline.time for headline in answer.headlines]
    assert times == sorted(times, reverse=True)

    headline = answer.headlines[0]
    article = rig.ask(RequestArticle(headline.provider, headline.article_id))

    assert isinstance(article, Article)
    assert article.text


def test_an_article_that_is_not_there_fails_with_the_reason(rig: Rig) -> None:
    answer = rig.ask(RequestArticle("SIMB", "no such article"))

    assert isinstance(answer, Failed)
    assert answer.reason


def test_a_lost_link_answers_what_waits(rig: Rig) -> None:
    rig.gateway.kill()
    rig.until(lambda: rig.core.desk.link.state is not LinkState.READY)

    assert isinstance(rig.ask(RequestBars(AAPL, BarSize.DAY_1)), Failed)
    assert isinstance(rig.ask(RequestHeadlines(AAPL)), Failed)
