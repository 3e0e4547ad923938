"""The questions that can be put to the broker, each with the type of its answer.

An answer is whole: an empty tuple means that the broker said there is nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from workstation.domain.bar import Bar, BarSize, Show
from workstation.domain.company_events import DividendOutlook
from workstation.domain.contract import Contract, ContractDetails
from workstation.domain.execution import Execution
from workstation.domain.greeks import Greeks
from workstation.domain.ids import AccountId, ConId
from workstation.domain.news import Article, NewsProvider
from workstation.domain.order import OrderDraft
from workstation.domain.preview import MarginPreview
from workstation.domain.prices import PriceBand
from workstation.domain.query import Query
from workstation.domain.reference import (
    Bulletin,
    DepthExchange,
    HeadlinesPage,
    HistogramRow,
    OptionClass,
    PastMidpoint,
    PastQuote,
    PastTrade,
    ScanRow,
    Schedule,
    SmartComponent,
    SymbolMatch,
)
from workstation.domain.reports import AccountValueReport, OpenOrderReport, PositionReport


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractFilter:
    """What is known of a contract that is looked for; empty and None leave it open."""

    symbol: str = ""
    con_id: ConId | None = None
    sec_type: str = ""
    exchange: str = ""
    primary_exchange: str = ""
    currency: str = ""
    expiry: str = ""
    strike: Decimal | None = None
    right: str = ""
    multiplier: str = ""
    local_symbol: str = ""
    trading_class: str = ""
    include_expired: bool = False


@dataclass(frozen=True, slots=True)
class FindContracts(Query[tuple[ContractDetails, ...]]):
    """Every contract that fits. Source: reqContractDetails."""

    filter: ContractFilter


@dataclass(frozen=True, slots=True)
class MatchSymbols(Query[tuple[SymbolMatch, ...]]):
    """Contracts whose symbol or name begins so; once a second. Source: reqMatchingSymbols."""

    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BarsPage(Query[tuple[Bar, ...]]):
    """The bars of one request, which ends at `before` (None: now); `span` as "2 D"."""

    contract: Contract
    length: BarSize
    span: str
    before: datetime | None = None
    show: Show = Show.TRADES
    regular_hours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class History(Query[tuple[Bar, ...]]):
    """All bars from `begin` until before `end` (None: now), however many requests that takes.

    They come in rising time; pages are asked for backwards, and the rows that are here are told
    as Progress. Times are aware.
    """

    contract: Contract
    length: BarSize
    begin: datetime
    end: datetime | None = None
    show: Show = Show.TRADES
    regular_hours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _PastTicks:
    """Ticks after `begin`, or before `end`: one of both; at most 1,000."""

    contract: Contract
    begin: datetime | None = None
    end: datetime | None = None
    count: int = 1000
    regular_hours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTrades(_PastTicks, Query[tuple[PastTrade, ...]]):
    """Prints of the past. Source: reqHistoricalTicks, TRADES."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastQuotes(_PastTicks, Query[tuple[PastQuote, ...]]):
    """Bids and asks of the past. Source: reqHistoricalTicks, BID_ASK."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastMidpoints(_PastTicks, Query[tuple[PastMidpoint, ...]]):
    """Midpoints of the past. Source: reqHistoricalTicks, MIDPOINT."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadTimestamp(Query[datetime]):
    """The oldest moment of which the broker has data. Source: reqHeadTimeStamp."""

    contract: Contract
    show: Show = Show.TRADES
    regular_hours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram(Query[tuple[HistogramRow, ...]]):
    """Volume by price over a period such as "3 days". Source: reqHistogramData."""

    contract: Contract
    period: str
    regular_hours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingSchedule(Query[Schedule]):
    """The sessions of the last days. Source: reqHistoricalData, SCHEDULE."""

    contract: Contract
    days: int
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class MarketRule(Query[tuple[PriceBand, ...]]):
    """The price bands of a rule, lowest first. Source: reqMarketRule."""

    rule_id: int


@dataclass(frozen=True, slots=True)
class SmartComponents(Query[tuple[SmartComponent, ...]]):
    """The venues behind a bboExchange. Source: reqSmartComponents."""

    bbo_exchange: str


@dataclass(frozen=True, slots=True)
class DepthExchanges(Query[tuple[DepthExchange, ...]]):
    """Every venue with an order book. Source: reqMktDepthExchanges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionParameters(Query[tuple[OptionClass, ...]]):
    """Expiries and strikes on an underlying. Source: reqSecDefOptParams."""

    symbol: str
    con_id: ConId
    sec_type: str = "STK"
    exchange: str = ""
    """Only of futures options: the venue of the underlying future."""


@dataclass(frozen=True, slots=True)
class WhatIf(Query[MarginPreview]):
    """What an order would cost; nothing is placed."""

    draft: OrderDraft


@dataclass(frozen=True, slots=True)
class AccountSummaryOf(Query[tuple[AccountValueReport, ...]]):
    """The figures of every account, one row for each tag. Source: reqAccountSummary."""

    tags: tuple[str, ...] = ("NetLiquidation", "AvailableFunds", "BuyingPower")


@dataclass(frozen=True, slots=True)
class Positions(Query[tuple[PositionReport, ...]]):
    """Every position that is not zero. Source: reqPositions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Executions(Query[tuple[Execution, ...]]):
    """The executions of today that fit; empty fields fit all. Source: reqExecutions."""

    account: AccountId | None = None
    symbol: str = ""
    client_id: int = 0


@dataclass(frozen=True, slots=True)
class OpenOrders(Query[tuple[OpenOrderReport, ...]]):
    """The open orders of every client and of TWS. Source: reqAllOpenOrders."""


@dataclass(frozen=True, slots=True)
class CompletedOrders(Query[tuple[OpenOrderReport, ...]]):
    """The orders that ended today. Source: reqCompletedOrders."""


@dataclass(frozen=True, slots=True)
class NewsProviders(Query[tuple[NewsProvider, ...]]):
    """The providers that the account may read. Source: reqNewsProviders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headlines(Query[HeadlinesPage]):
    """Headlines about a contract; at most 300. Source: reqHistoricalNews."""

    con_id: ConId
    providers: tuple[str, ...]
    begin: datetime | None = None
    end: datetime | None = None
    most: int = 100


@dataclass(frozen=True, slots=True)
class ArticleOf(Query[Article]):
    """The body of a headline. Source: reqNewsArticle."""

    provider: str
    article_id: str


@dataclass(frozen=True, slots=True)
class Bulletins(Query[tuple[Bulletin, ...]]):
    """The bulletins of the day. Source: reqNewsBulletins.

    The broker marks no end; what came before its next answer to another question, and a second
    after that, counts.
    """


@dataclass(frozen=True, slots=True)
class ScannerParameters(Query[str]):
    """Every scan there is, as the broker's XML. Source: reqScannerParameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan(Query[tuple[ScanRow, ...]]):
    """The first list of a scan, at most 50 rows. Source: reqScannerSubscription."""

    code: str
    instrument: str = "STK"
    location: str = "STK.US.MAJOR"
    rows: int = 50
    above_price: float | None = None
    below_price: float | None = None
    above_volume: int | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    """Tag and value of each further filter, as the parameters name them."""


@dataclass(frozen=True, slots=True)
class WshMeta(Query[str]):
    """The kinds of corporate events, as JSON; where entitled. Source: reqWshMetaData."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WshEvents(Query[str]):
    """Corporate events of a contract, as JSON; where entitled. Source: reqWshEventData.

    The kinds must have been asked for in this session, and one question at a time is taken.
    """

    con_id: ConId
    event_type: str = ""
    """The tag of the one kind that is wanted, as the kinds name it; empty for all of them."""

    begin: datetime | None = None
    end: datetime | None = None
    most: int = 100


@dataclass(frozen=True, slots=True)
class DividendsOf(Query[DividendOutlook]):
    """What a share pays; no answer comes of one that pays nothing. Source: reqMktData 456."""

    contract: Contract


@dataclass(frozen=True, slots=True)
class UserInfo(Query[str]):
    """The white-branding id of the user, empty for most. Source: reqUserInfo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpliedVolatility(Query[Greeks]):
    """The volatility that explains an option's price. Source: calculateImpliedVolatility."""

    contract: Contract
    option_price: float
    underlying_price: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionPrice(Query[Greeks]):
    """The price of an option at a volatility, 0.25 for 25 %. Source: calculateOptionPrice."""

    contract: Contract
    volatility: float
    underlying_price: float
