"""The one table of what can be asked of the broker, and how each kind of question goes.

Source: tws-wire.md 2.4, 2.5 and 3.1.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from ibapi.client import EClient

from workstation.broker import query_answers as answers
from workstation.broker import query_writers as writers
from workstation.broker.history_pacing import HistoryCost
from workstation.broker.pacing import Share
from workstation.domain import queries
from workstation.domain.bar import Show
from workstation.domain.query import Query
from workstation.domain.reports import BrokerNotice, ListKind

NO_DATA, NOTHING_SCANNED = 162, 165
SMALL_BAR_SECONDS = 30


def _never(_notice: BrokerNotice) -> bool:
    return False


def _no_data(notice: BrokerNotice) -> bool:
    """Tell whether a refusal only says that there is nothing."""
    return notice.code == NO_DATA and "no data" in notice.text.lower()


def _nothing_scanned(notice: BrokerNotice) -> bool:
    return notice.code == NOTHING_SCANNED and "no items" in notice.text.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How one kind of question is written, collected, ended and paced.

    `seconds` is the longest silence: it begins when the question leaves and anew with each row.
    Answers carry the question's number, unless `list_kind` names a list without one, or `key` a
    single message without one. `cancel` is written when the question is given up, and after the
    answer of one that `streams`. `empty` tells which refusals mean "there is nothing".
    """

    name: str
    write: Callable[[EClient, int, Any], None]
    answer: Callable[[Any, list[Any], Any], Any] = answers.rows_of
    cancel: Callable[[EClient, int], None] | None = None
    streams: bool = False
    seconds: float = 15.0
    share: Share = Share.ACCOUNT
    list_kind: ListKind | None = None
    key: Callable[[Any], Hashable] | None = None
    cost: Callable[[Any], HistoryCost] | None = None
    spacing: float = 0.0
    """Seconds between two questions of this kind."""
    most_open: int = 0
    """How many of this kind may be open at once, 0 for any number."""
    has_fence: bool = False
    """Whether its end is the answer to a second question, as the broker marks none."""
    empty: Callable[[BrokerNotice], bool] = _never

    @property
    def is_paced(self) -> bool:
        """Whether questions of this kind may have to wait for more than the wire."""
        return self.cost is not None or self.spacing > 0 or self.most_open > 0


def _as_sent(query: Any) -> Any:
    """Return a question with its times as the broker reads them, to the second."""
    named = ((each.name, getattr(query, each.name)) for each in fields(query))
    times = {name: value for name, value in named if isinstance(value, datetime)}
    return replace(query, **{name: time.replace(microsecond=0) for name, time in times.items()})


def bars_cost(query: Any) -> HistoryCost:
    """Return what a page of bars takes of the broker's patience."""
    show = query.show
    return HistoryCost(
        series=(query.contract.con_id, query.contract.exchange, show),
        request=_as_sent(query),
        strict=query.length.seconds <= SMALL_BAR_SECONDS,
        weight=2 if show is Show.BID_ASK else 1,
    )


def _ticks_cost(show: Show) -> Callable[[Any], HistoryCost]:
    def cost(query: Any) -> HistoryCost:
        series = (query.contract.con_id, query.contract.exchange, show)
        weight = 2 if show is Show.BID_ASK else 1
        return HistoryCost(series=series, request=_as_sent(query), strict=True, weight=weight)

    return cost


def _head_cost(query: Any) -> HistoryCost:
    series = (query.contract.con_id, query.contract.exchange, query.show)
    return HistoryCost(series=series, request=query, strict=True)


def _mild_cost(query: Any) -> HistoryCost:
    series = (query.contract.con_id, query.contract.exchange, Show.TRADES)
    return HistoryCost(series=series, request=query)


def _ticks(name: str, show: Show) -> Kind:
    return Kind(
        name=name,
        write=writers.past_ticks(show),
        cancel=writers.cancel_past_ticks,
        seconds=60.0,
        share=Share.HISTORY,
        cost=_ticks_cost(show),
        empty=_no_data,
    )


CONTRACT_KINDS: dict[type[Query[Any]], Kind] = {
    queries.FindContracts: Kind(
        name="contract details",
        write=writers.find_contracts,
        cancel=writers.cancel_contracts,
        seconds=20.0,
    ),
    queries.MatchSymbols: Kind(
        name="matching symbols",
        write=writers.match_symbols,
        answer=answers.whole,
        seconds=10.0,
        spacing=1.0,
    ),
    queries.MarketRule: Kind(
        name="market rule",
        write=writers.market_rule,
        answer=answers.whole,
        key=lambda query: (queries.MarketRule, query.rule_id),
        seconds=10.0,
    ),
    queries.SmartComponents: Kind(
        name="smart components",
        write=writers.smart_components,
        answer=answers.whole,
        seconds=10.0,
    ),
    queries.DepthExchanges: Kind(
        name="depth exchanges",
        write=writers.depth_exchanges,
        answer=answers.whole,
        key=lambda _query: queries.DepthExchanges,
        seconds=10.0,
    ),
    queries.OptionParameters: Kind(
        name="option parameters", write=writers.option_parameters, seconds=30.0
    ),
    queries.ImpliedVolatility: Kind(
        name="implied volatility",
        write=writers.implied_volatility,
        answer=answers.whole,
        cancel=lambda client, number: client.cancelCalculateImpliedVolatility(number),
        streams=True,
        seconds=10.0,
        share=Share.QUOTE,
    ),
    queries.OptionPrice: Kind(
        name="option price",
        write=writers.option_price,
        answer=answers.whole,
        cancel=lambda client, number: client.cancelCalculateOptionPrice(number),
        streams=True,
        seconds=10.0,
        share=Share.QUOTE,
    ),
}

HISTORY_KINDS: dict[type[Query[Any]], Kind] = {
    queries.BarsPage: Kind(
        name="history",
        write=writers.bars_page,
        answer=answers.bars,
        cancel=lambda client, number: client.cancelHistoricalData(number),
        seconds=60.0,
        share=Share.HISTORY,
        cost=bars_cost,
        empty=_no_data,
    ),
    queries.PastTrades: _ticks("past trades", Show.TRADES),
    queries.PastQuotes: _ticks("past quotes", Show.BID_ASK),
    queries.PastMidpoints: _ticks("past midpoints", Show.MIDPOINT),
    queries.HeadTimestamp: Kind(
        name="oldest moment of the data",
        write=writers.head_timestamp,
        answer=answers.whole,
        cancel=lambda client, number: client.cancelHeadTimeStamp(number),
        streams=True,
        seconds=30.0,
        share=Share.HISTORY,
        cost=_head_cost,
    ),
    queries.Histogram: Kind(
        name="histogram",
        write=writers.histogram,
        answer=answers.whole,
        cancel=lambda client, number: client.cancelHistogramData(number),
        seconds=30.0,
        share=Share.HISTORY,
        cost=_mild_cost,
        empty=_no_data,
    ),
    queries.TradingSchedule: Kind(
        name="trading schedule",
        write=writers.trading_schedule,
        answer=answers.whole,
        cancel=lambda client, number: client.cancelHistoricalData(number),
        seconds=30.0,
        share=Share.HISTORY,
        cost=_mild_cost,
    ),
}

ACCOUNT_KINDS: dict[type[Query[Any]], Kind] = {
    queries.AccountSummaryOf: Kind(
        name="account summary",
        write=writers.account_summary,
        cancel=lambda client, number: client.cancelAccountSummary(number),
        streams=True,
        most_open=1,  # the broker allows two, and the desk follows one
    ),
    queries.Positions: Kind(
        name="positions",
        write=lambda client, _number, _query: client.reqPositions(),
        answer=answers.positions,
        list_kind=ListKind.POSITIONS,
    ),
    queries.Executions: Kind(name="executions", write=writers.executions),
    queries.OpenOrders: Kind(
        name="open orders",
        write=lambda client, _number, _query: client.reqAllOpenOrders(),
        answer=answers.open_orders,
        list_kind=ListKind.OPEN_ORDERS,
    ),
    queries.CompletedOrders: Kind(
        name="completed orders",
        write=lambda client, _number, _query: client.reqCompletedOrders(False),
        list_kind=ListKind.COMPLETED_ORDERS,
        seconds=30.0,
    ),
    queries.UserInfo: Kind(
        name="user info",
        write=lambda client, number, _query: client.reqUserInfo(number),
        answer=answers.whole,
        seconds=10.0,
    ),
}

NEWS_KINDS: dict[type[Query[Any]], Kind] = {
    queries.NewsProviders: Kind(
        name="news providers",
        write=lambda client, _number, _query: client.reqNewsProviders(),
        answer=answers.whole,
        key=lambda _query: queries.NewsProviders,
        seconds=10.0,
        share=Share.HISTORY,
    ),
    queries.Headlines: Kind(
        name="headlines",
        write=writers.headlines,
        answer=answers.headlines,
        seconds=30.0,
        share=Share.HISTORY,
    ),
    queries.ArticleOf: Kind(
        name="article",
        write=writers.article,
        answer=answers.article,
        seconds=30.0,
        share=Share.HISTORY,
    ),
    queries.Bulletins: Kind(
        name="bulletins",
        write=lambda client, _number, _query: client.reqNewsBulletins(True),
        cancel=lambda client, _number: client.cancelNewsBulletins(),
        streams=True,
        key=lambda _query: queries.Bulletins,
        has_fence=True,
        seconds=10.0,
        share=Share.HISTORY,
    ),
    queries.ScannerParameters: Kind(
        name="scanner parameters",
        write=lambda client, _number, _query: client.reqScannerParameters(),
        answer=answers.whole,
        key=lambda _query: queries.ScannerParameters,
        seconds=30.0,
        share=Share.HISTORY,
    ),
    queries.Scan: Kind(
        name="scan",
        write=writers.scan,
        cancel=lambda client, number: client.cancelScannerSubscription(number),
        streams=True,
        most_open=10,
        seconds=30.0,
        share=Share.HISTORY,
        empty=_nothing_scanned,
    ),
    queries.WshMeta: Kind(
        name="kinds of corporate events",
        write=lambda client, number, _query: client.reqWshMetaData(number),
        answer=answers.whole,
        cancel=lambda client, number: client.cancelWshMetaData(number),
        seconds=30.0,
        share=Share.HISTORY,
    ),
    queries.WshEvents: Kind(
        name="corporate events",
        write=writers.wsh_events,
        answer=answers.whole,
        cancel=lambda client, number: client.cancelWshEventData(number),
        seconds=30.0,
        share=Share.HISTORY,
        most_open=1,
    ),
    queries.DividendsOf: Kind(
        name="dividends",
        write=writers.dividends,
        answer=answers.whole,
        cancel=lambda client, number: client.cancelMktData(number),
        streams=True,
        share=Share.QUOTE,
    ),
}

KINDS = {**CONTRACT_KINDS, **HISTORY_KINDS, **ACCOUNT_KINDS, **NEWS_KINDS}
