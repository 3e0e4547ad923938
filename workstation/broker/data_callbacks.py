"""Callbacks of history, depth, prints and news, translated into reports."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from typing_extensions import override

from workstation.broker import from_ib
from workstation.broker.answer_callbacks import AnswerCallbacks, Answers
from workstation.domain import queries
from workstation.domain.bar import Bar
from workstation.domain.ids import ReqId
from workstation.domain.market_sinks import BarRow, MarketSinks, PrintColumns
from workstation.domain.news import NewsProvider
from workstation.domain.ports import ReportSink
from workstation.domain.reports import (
    HistoryReport,
    HistoryUpdateReport,
)

_HTML_ARTICLE = 1
_LATEST = 2**35
"""No print is later: the year 3058."""


class DataCallbacks(AnswerCallbacks):
    """The part of the wrapper that serves charts, books, tape and news. Core thread.

    History and headlines are collected until their end, so that a list is whole or absent.
    """

    def __init__(self, sink: ReportSink, market: MarketSinks, answers: Answers) -> None:
        super().__init__(answers)
        self._data_sink = sink
        self.market = market
        self._books = market.books
        self._tapes = market.tapes
        self._live_bars = market.bars
        self._bars: dict[int, list[Bar]] = {}

    def forget_lists(self) -> None:
        """Drop what a session that ended had begun to send."""
        self._bars.clear()

    @override
    def historicalData(self, reqId: int, bar: Any) -> None:
        if self.answers.row(reqId, bar := bar_of(bar)):
            return
        self._bars.setdefault(reqId, []).append(bar)

    @override
    def historicalDataEnd(self, reqId: int, start: str, end: str) -> None:
        if self.answers.end(reqId):
            return
        bars = tuple(self._bars.pop(reqId, ()))
        self._data_sink(HistoryReport(req_id=ReqId(reqId), bars=bars))

    @override
    def historicalDataUpdate(self, reqId: int, bar: Any) -> None:
        self._data_sink(HistoryUpdateReport(req_id=ReqId(reqId), bar=bar_of(bar)))

    @override
    def updateMktDepth(
        self,
        reqId: int,
        position: int,
        operation: int,
        side: int,
        price: float,
        size: Decimal,
    ) -> None:
        self._depth(reqId, position, operation, side, price, size, "")

    @override
    def updateMktDepthL2(
        self,
        reqId: int,
        position: int,
        marketMaker: str,
        operation: int,
        side: int,
        price: float,
        size: Decimal,
        isSmartDepth: bool,
    ) -> None:
        self._depth(reqId, position, operation, side, price, size, marketMaker)

    def _depth(
        self,
        req_id: int,
        position: int,
        operation: int,
        side: int,
        price: float,
        size: Decimal,
        venue: str,
    ) -> None:
        known = from_ib.optional_float(price)
        if known is not None:
            number = float(from_ib.optional_decimal(size) or 0)
            self._books.apply_all(((req_id, position, operation, side, known, number, venue),))

    @override
    def tickByTickAllLast(
        self,
        reqId: int,
        tickType: int,
        time: int,
        price: float,
        size: Decimal,
        tickAttribLast: Any,
        exchange: str,
        specialConditions: str,
    ) -> None:
        known = from_ib.optional_float(price)
        if known is None or not 0 <= time < _LATEST:
            raise ValueError("a print without a price or a time")
        number = float(from_ib.optional_decimal(size) or 0)
        self._tapes.add_all(
            reqId, PrintColumns([time], [known], [number], [exchange], [specialConditions])
        )

    @override
    def realtimeBar(
        self,
        reqId: int,
        time: int,
        open_: float,
        high: float,
        low: float,
        close: float,
        volume: Decimal,
        wap: Decimal,
        count: int,
    ) -> None:
        prices = open_, high, low, close
        if None in map(from_ib.optional_float, prices) or not 0 <= time < _LATEST:
            raise ValueError("a bar without its prices or its time")
        traded, average = map(from_ib.optional_decimal, (volume, wap))
        row = BarRow(time, *prices, _float(traded), _float(average), count)
        self._live_bars.add(reqId, row)

    @override
    def newsProviders(self, newsProviders: Any) -> None:
        providers = tuple(NewsProvider(each.code, each.name) for each in newsProviders)
        self.answers.told(queries.NewsProviders, providers)

    @override
    def historicalNews(
        self, requestId: int, time: str, providerCode: str, articleId: str, headline: str
    ) -> None:
        at = news_time_of(time)
        if at is not None:
            self.answers.row(requestId, (at, providerCode, articleId, headline))

    @override
    def historicalNewsEnd(self, requestId: int, hasMore: bool) -> None:
        self.answers.end(requestId, hasMore)

    @override
    def newsArticle(self, requestId: int, articleType: int, articleText: str) -> None:
        self.answers.whole(requestId, (articleText, articleType == _HTML_ARTICLE))


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def bar_of(ib: Any) -> Bar:
    """Translate a bar of a request with formatDate 2: epoch seconds, or yyyymmdd for days."""
    text = str(ib.date).strip()
    if len(text) == 8:
        time = datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC)
    else:
        time = datetime.fromtimestamp(int(text), UTC)
    volume = from_ib.optional_decimal(ib.volume)
    return Bar(time, ib.open, ib.high, ib.low, ib.close, max(float(volume or 0), 0.0))


def news_time_of(text: str) -> datetime | None:
    """Read a news time such as "2026-11-21 10:00:00.0", which is UTC; None if unreadable."""
    try:
        return datetime.fromisoformat(text.strip().split(".")[0]).replace(tzinfo=UTC)
    except ValueError:
        return None
