"""History, books, prints and news: the core asks the real gateway process and hears whole answers."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.helpers.gateway_rig import GatewayRig
from tests.helpers.killable_core import AAPL
from workstation.domain.bar import BarSize, BarUpdate
from workstation.domain.commands import (
    BarsAnswer,
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
)
from workstation.domain.depth import DepthBook
from workstation.domain.ids import ConId
from workstation.domain.messages import NoticeArrived, TradesArrived
from workstation.domain.news import Article


@pytest.fixture
def rig_kind() -> type[GatewayRig]:
    return GatewayRig


def books(rig: GatewayRig) -> list[DepthBook]:
    return [each for each in rig.window.latest.values() if isinstance(each, DepthBook)]


def test_ten_years_of_days_come_in_pages_without_a_seam(rig: GatewayRig) -> None:
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


def test_before_the_first_bar_there_is_a_complete_and_empty_answer(rig: GatewayRig) -> None:
    answer = rig.ask(RequestBars(AAPL, BarSize.DAY_1, before=datetime(1990, 1, 2, tzinfo=UTC)))

    assert isinstance(answer, BarsAnswer)
    assert (answer.bars, answer.complete) == ((), True)


def test_a_followed_series_moves_and_stops_with_its_last_follower(rig: GatewayRig) -> None:
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


def test_sixteen_charts_of_a_series_share_one_request_and_older_pages_too(rig: GatewayRig) -> None:
    before = len(rig.window.messages)
    for _ in range(16):
        rig.window.send(rig.core, FollowBars(AAPL, BarSize.MINUTE_5))
    rig.until(lambda: len(rig.answers(before)) == 16)
    first = rig.answers(before)[0]
    assert len(first.bars) > 0
    assert all(each == first for each in rig.answers(before))
    assert len(rig.gateway.frames(20)) == 1

    before = len(rig.window.messages)
    for _ in range(3):
        rig.window.send(rig.core, RequestBars(AAPL, BarSize.MINUTE_5, before=first.bars[0].time))
    rig.until(lambda: len(rig.answers(before)) == 3)
    assert len({each.bars for each in rig.answers(before)}) == 1
    assert len(rig.gateway.frames(20)) == 2


def test_the_forming_bar_follows_the_last_price_between_the_broker_s_updates(
    rig: GatewayRig,
) -> None:
    rig.ask(FollowBars(AAPL, BarSize.HOUR_1))

    def in_step() -> bool:
        quote = rig.desk.figures.quotes.quote(AAPL)
        updates = [each for each in rig.window.latest.values() if isinstance(each, BarUpdate)]
        return bool(updates and quote and updates[-1].bar.close == quote.last)

    for _ in range(3):
        rig.until(in_step)
        bar = [each for each in rig.window.latest.values() if isinstance(each, BarUpdate)][-1].bar
        assert bar.low <= bar.close <= bar.high
        seen = bar.close
        rig.until(lambda seen=seen: rig.desk.figures.quotes.quote(AAPL).last != seen)


def test_a_book_is_never_crossed_and_comes_back_with_the_gateway(rig: GatewayRig) -> None:
    assert rig.ask(FollowDepth(AAPL)) == Done()
    rig.until(lambda: books(rig) and books(rig)[0].bids and books(rig)[0].asks)
    book = books(rig)[0]
    assert book.problem == ""
    assert book.bids[0].price < book.asks[0].price
    assert list(book.bids) == sorted(book.bids, key=lambda level: -level.price)

    rig.gateway.kill()
    rig.until(lambda: books(rig)[0].stale)
    rig.gateway.start()
    rig.until(rig.is_ready)
    rig.until(lambda: books(rig)[0].bids and not books(rig)[0].stale)

    rig.ask(UnfollowDepth(AAPL))
    rig.until(lambda: len(rig.gateway.frames(11)) == 1)


def test_a_contract_that_no_list_knows_streams_its_quotes_for_a_chart(rig: GatewayRig) -> None:
    spx, ended = ConId(416904), len(rig.gateway.frames(2))
    rig.ask(FollowQuotes(spx))

    def last() -> float | None:
        quote = rig.window.latest.get(("Quote", spx))
        return None if quote is None else quote.last

    rig.until(lambda: last() is not None)
    assert rig.desk.contracts.details(spx) is not None
    rig.ask(UnfollowQuotes(spx))
    rig.until(lambda: len(rig.gateway.frames(2)) == ended + 1)


def test_prints_come_in_order_and_stop(rig: GatewayRig) -> None:
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


def test_headlines_and_an_article(rig: GatewayRig) -> None:
    answer = rig.ask(RequestHeadlines(AAPL))
    assert isinstance(answer, HeadlinesAnswer)
    times = [headline.time for headline in answer.headlines]
    assert times == sorted(times, reverse=True)

    headline = answer.headlines[0]
    article = rig.ask(RequestArticle(headline.provider, headline.article_id))

    assert isinstance(article, Article)
    assert article.text


def test_an_article_that_is_not_there_fails_with_the_reason(rig: GatewayRig) -> None:
    answer = rig.ask(RequestArticle("SIMB", "no such article"))

    assert isinstance(answer, Failed)
    assert answer.reason


def test_a_lost_link_answers_what_waits(rig: GatewayRig) -> None:
    rig.gateway.kill()
    rig.until(lambda: not rig.is_ready())

    assert isinstance(rig.ask(RequestBars(AAPL, BarSize.DAY_1)), Failed)
    assert isinstance(rig.ask(RequestHeadlines(AAPL)), Failed)
