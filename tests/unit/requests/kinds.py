"""One question of each kind, the message that asks it, and what the simulated gateway says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from workstation.domain import queries
from workstation.domain.bar import Bar, BarSize
from workstation.domain.company_events import DividendOutlook
from workstation.domain.contract import Contract, ContractDetails
from workstation.domain.greeks import Greeks
from workstation.domain.ids import ConId
from workstation.domain.news import Article, NewsProvider
from workstation.domain.prices import PriceBand
from workstation.domain.queries import ContractFilter
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
from workstation.domain.reports import AccountValueReport

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
AAPL = Contract(con_id=ConId(265598), symbol="AAPL", primary_exchange="NASDAQ")
NOBODY = Contract(con_id=ConId(99), symbol="NOBODY")
US_STOCK = {"sec_type": "STK", "exchange": "SMART", "currency": "USD"}


def rows_of(kind: type) -> Callable[[Any], bool]:
    """Accept a tuple of at least one of these."""
    return lambda answer: bool(answer) and all(isinstance(each, kind) for each in answer)


def empty(answer: Any) -> bool:
    return bool(answer == ())


@dataclass(frozen=True)
class Sample:
    """`message` asks, `cancel` withdraws (None: nothing can), `fits` accepts the answer."""

    query: Query[Any]
    message: int
    fits: Callable[[Any], bool] = empty
    cancel: int | None = None
    refused: tuple[Query[Any], int] | None = None
    """A question of this kind that the gateway refuses, and its code."""
    refuses_all: int | None = None

    @property
    def name(self) -> str:
        return type(self.query).__name__


SAMPLES = [
    Sample(
        queries.FindContracts(ContractFilter(symbol="AAPL", **US_STOCK)),
        9,
        rows_of(ContractDetails),
        refused=(queries.FindContracts(ContractFilter(symbol="NOBODY", **US_STOCK)), 200),
    ),
    Sample(queries.MatchSymbols("AA"), 81, rows_of(SymbolMatch)),
    Sample(queries.MarketRule(26), 91, rows_of(PriceBand)),
    Sample(queries.SmartComponents("9c0001"), 83, rows_of(SmartComponent)),
    Sample(queries.DepthExchanges(), 82, rows_of(DepthExchange)),
    Sample(queries.OptionParameters(symbol="AAPL", con_id=AAPL.con_id), 78, rows_of(OptionClass)),
    Sample(
        queries.BarsPage(contract=AAPL, length=BarSize.DAY_1, span="10 D"),
        20,
        lambda answer: rows_of(Bar)(answer) and len(answer) == 10,
        cancel=25,
        refused=(queries.BarsPage(contract=NOBODY, length=BarSize.DAY_1, span="10 D"), 200),
    ),
    Sample(
        queries.PastTrades(contract=AAPL, end=NOW, count=20),
        96,
        rows_of(PastTrade),
        refused=(queries.PastTrades(contract=NOBODY, end=NOW), 200),
    ),
    Sample(
        queries.PastQuotes(contract=AAPL, end=NOW, count=20),
        96,
        rows_of(PastQuote),
        refused=(queries.PastQuotes(contract=NOBODY, end=NOW), 200),
    ),
    Sample(
        queries.PastMidpoints(contract=AAPL, end=NOW, count=20),
        96,
        rows_of(PastMidpoint),
        refused=(queries.PastMidpoints(contract=NOBODY, end=NOW), 200),
    ),
    Sample(
        queries.HeadTimestamp(contract=AAPL),
        87,
        lambda answer: isinstance(answer, datetime) and answer < NOW,
        cancel=90,
        refused=(queries.HeadTimestamp(contract=NOBODY), 200),
    ),
    Sample(
        queries.Histogram(contract=AAPL, period="3 days"),
        88,
        rows_of(HistogramRow),
        cancel=89,
        refused=(queries.Histogram(contract=NOBODY, period="3 days"), 200),
    ),
    Sample(
        queries.TradingSchedule(contract=AAPL, days=5),
        20,
        lambda answer: isinstance(answer, Schedule) and len(answer.sessions) == 5,
        cancel=25,
        refused=(queries.TradingSchedule(contract=NOBODY, days=5), 200),
    ),
    Sample(queries.AccountSummaryOf(), 62, rows_of(AccountValueReport), cancel=63),
    Sample(queries.Positions(), 61),
    Sample(queries.Executions(), 7),
    Sample(queries.OpenOrders(), 16),
    Sample(queries.CompletedOrders(), 99),
    Sample(queries.UserInfo(), 104, lambda answer: isinstance(answer, str)),
    Sample(queries.NewsProviders(), 85, rows_of(NewsProvider)),
    Sample(
        queries.Headlines(con_id=AAPL.con_id, providers=("SIMB", "SIMW"), most=5),
        86,
        lambda answer: isinstance(answer, HeadlinesPage) and len(answer.headlines) == 5,
        refused=(queries.Headlines(con_id=AAPL.con_id, providers=("NONE",)), 321),
    ),
    Sample(
        queries.ArticleOf("SIMW", "SIMW$5b4ed2-AAPL"),
        84,
        lambda answer: isinstance(answer, Article) and bool(answer.text),
        refused=(queries.ArticleOf("SIMW", "no such article"), 10172),
    ),
    Sample(queries.Bulletins(), 12, rows_of(Bulletin), cancel=13),
    Sample(queries.ScannerParameters(), 24, lambda answer: "<ScanParameterResponse>" in answer),
    Sample(
        queries.Scan(code="TOP_PERC_GAIN", rows=5),
        22,
        lambda answer: rows_of(ScanRow)(answer) and len(answer) == 5,
        cancel=23,
        refused=(queries.Scan(code="NO_SUCH_SCAN"), 162),
    ),
    Sample(queries.WshMeta(), 100, lambda answer: "wshe_ed" in answer, cancel=101),
    Sample(  # after the kinds, without which there are no events
        queries.WshEvents(con_id=AAPL.con_id), 102, lambda answer: "wshe_ed" in answer, cancel=103
    ),
    Sample(
        queries.DividendsOf(contract=AAPL),
        1,
        lambda answer: isinstance(answer, DividendOutlook),
        cancel=2,
    ),
    Sample(
        queries.ImpliedVolatility(contract=AAPL, option_price=3.0, underlying_price=430.0),
        54,
        lambda answer: isinstance(answer, Greeks),
        cancel=56,
        refuses_all=321,  # a stock has no volatility; tested with an option of its own
    ),
    Sample(
        queries.OptionPrice(contract=AAPL, volatility=0.3, underlying_price=430.0),
        55,
        lambda answer: isinstance(answer, Greeks),
        cancel=57,
        refuses_all=321,
    ),
]
