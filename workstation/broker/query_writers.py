"""Each question in the words of the client library."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ibapi.client import EClient
from ibapi.common import WshEventData
from ibapi.contract import Contract as IbContract
from ibapi.execution import ExecutionFilter
from ibapi.scanner import ScannerSubscription
from ibapi.tag_value import TagValue

from workstation.broker.to_ib import ib_contract, ib_past_contract, shown_as
from workstation.domain import queries
from workstation.domain.bar import Show
from workstation.domain.queries import ContractFilter

EPOCH_SECONDS = 2
"""The formatDate of times as seconds since 1970."""


def find_contracts(client: EClient, number: int, query: queries.FindContracts) -> None:
    """Write reqContractDetails (9)."""
    client.reqContractDetails(number, ib_filter(query.filter))


def cancel_contracts(client: EClient, number: int) -> None:
    """Write cancelContractData (106), which only new builds of the library know."""
    if hasattr(client, "cancelContractData"):
        client.cancelContractData(number)


def match_symbols(client: EClient, number: int, query: queries.MatchSymbols) -> None:
    """Write reqMatchingSymbols (81)."""
    client.reqMatchingSymbols(number, query.pattern)


def market_rule(client: EClient, _number: int, query: queries.MarketRule) -> None:
    """Write reqMarketRule (91)."""
    client.reqMarketRule(query.rule_id)


def smart_components(client: EClient, number: int, query: queries.SmartComponents) -> None:
    """Write reqSmartComponents (83)."""
    client.reqSmartComponents(number, query.bbo_exchange)


def depth_exchanges(client: EClient, _number: int, _query: queries.DepthExchanges) -> None:
    """Write reqMktDepthExchanges (82)."""
    client.reqMktDepthExchanges()


def option_parameters(client: EClient, number: int, query: queries.OptionParameters) -> None:
    """Write reqSecDefOptParams (78)."""
    client.reqSecDefOptParams(number, query.symbol, query.exchange, query.sec_type, query.con_id)


def implied_volatility(client: EClient, number: int, query: queries.ImpliedVolatility) -> None:
    """Write calculateImpliedVolatility (54)."""
    ib = ib_contract(query.contract)
    client.calculateImpliedVolatility(number, ib, query.option_price, query.underlying_price, [])


def option_price(client: EClient, number: int, query: queries.OptionPrice) -> None:
    """Write calculateOptionPrice (55)."""
    ib = ib_contract(query.contract)
    client.calculateOptionPrice(number, ib, query.volatility, query.underlying_price, [])


def bars_page(client: EClient, number: int, query: queries.BarsPage) -> None:
    """Write reqHistoricalData (20)."""
    client.reqHistoricalData(
        number,
        ib_past_contract(query.contract),
        moment(query.before),
        query.span,
        query.length.value,
        shown_as(query.contract, query.show),
        int(query.regular_hours),
        EPOCH_SECONDS,
        False,
        [],
    )


def trading_schedule(client: EClient, number: int, query: queries.TradingSchedule) -> None:
    """Write reqHistoricalData (20) for sessions instead of bars."""
    ib, end, span = ib_contract(query.contract), moment(query.before), f"{query.days} D"
    client.reqHistoricalData(
        number, ib, end, span, "1 day", "SCHEDULE", 1, EPOCH_SECONDS, False, []
    )


def past_ticks(show: Show) -> Callable[[EClient, int, Any], None]:
    """Return what writes reqHistoricalTicks (96) for one kind of tick."""

    def write(client: EClient, number: int, query: Any) -> None:
        client.reqHistoricalTicks(
            number,
            ib_contract(query.contract),
            moment(query.begin),
            moment(query.end),
            query.count,
            show.value,
            int(query.regular_hours),
            False,
            [],
        )

    return write


def cancel_past_ticks(client: EClient, number: int) -> None:
    """Write cancelHistoricalTicks (107), which only new builds of the library know."""
    if hasattr(client, "cancelHistoricalTicks"):
        client.cancelHistoricalTicks(number)


def head_timestamp(client: EClient, number: int, query: queries.HeadTimestamp) -> None:
    """Write reqHeadTimeStamp (87)."""
    ib, regular = ib_contract(query.contract), int(query.regular_hours)
    client.reqHeadTimeStamp(number, ib, query.show.value, regular, EPOCH_SECONDS)


def histogram(client: EClient, number: int, query: queries.Histogram) -> None:
    """Write reqHistogramData (88)."""
    client.reqHistogramData(number, ib_contract(query.contract), query.regular_hours, query.period)


def account_summary(client: EClient, number: int, query: queries.AccountSummaryOf) -> None:
    """Write reqAccountSummary (62)."""
    client.reqAccountSummary(number, "All", ",".join(query.tags))


def executions(client: EClient, number: int, query: queries.Executions) -> None:
    """Write reqExecutions (7)."""
    wanted = ExecutionFilter()
    wanted.acctCode = query.account or ""
    wanted.symbol = query.symbol
    wanted.clientId = query.client_id
    client.reqExecutions(number, wanted)


def headlines(client: EClient, number: int, query: queries.Headlines) -> None:
    """Write reqHistoricalNews (86)."""
    begin, end = _news_moment(query.begin), _news_moment(query.end)
    codes = "+".join(query.providers)
    client.reqHistoricalNews(number, query.con_id, codes, begin, end, query.most, [])


def article(client: EClient, number: int, query: queries.ArticleOf) -> None:
    """Write reqNewsArticle (84)."""
    client.reqNewsArticle(number, query.provider, query.article_id, [])


def scan(client: EClient, number: int, query: queries.Scan) -> None:
    """Write reqScannerSubscription (22)."""
    wanted = ScannerSubscription()
    wanted.scanCode = query.code
    wanted.instrument = query.instrument
    wanted.locationCode = query.location
    wanted.numberOfRows = query.rows
    if query.above_price is not None:
        wanted.abovePrice = query.above_price
    if query.below_price is not None:
        wanted.belowPrice = query.below_price
    if query.above_volume is not None:
        wanted.aboveVolume = query.above_volume
    filters = [TagValue(tag, value) for tag, value in query.filters.items()]
    client.reqScannerSubscription(number, wanted, [], filters)


def wsh_events(client: EClient, number: int, query: queries.WshEvents) -> None:
    """Write reqWshEventData (102): a contract, or a filter that names it and one kind of event."""
    wanted = WshEventData()
    if query.event_type:
        chosen = {"country": "All", "watchlist": [str(query.con_id)], query.event_type: "true"}
        wanted.filter = json.dumps(chosen)
    else:
        wanted.conId = query.con_id
    wanted.startDate = "" if query.begin is None else f"{query.begin:%Y%m%d}"
    wanted.endDate = "" if query.end is None else f"{query.end:%Y%m%d}"
    wanted.totalLimit = query.most
    client.reqWshEventData(number, wanted)


def dividends(client: EClient, number: int, query: queries.DividendsOf) -> None:
    """Write reqMktData (1) for what a share pays."""
    client.reqMktData(number, ib_contract(query.contract), "456", False, False, [])


def ib_filter(wanted: ContractFilter) -> IbContract:
    """Write down what is known of a contract, and leave the rest open."""
    ib = IbContract()
    ib.conId = wanted.con_id or 0
    ib.symbol = wanted.symbol
    ib.secType = wanted.sec_type
    ib.exchange = wanted.exchange
    ib.primaryExchange = wanted.primary_exchange
    ib.currency = wanted.currency
    ib.lastTradeDateOrContractMonth = wanted.expiry
    if wanted.strike is not None:
        ib.strike = float(wanted.strike)
    ib.right = wanted.right
    ib.multiplier = wanted.multiplier
    ib.localSymbol = wanted.local_symbol
    ib.tradingClass = wanted.trading_class
    ib.includeExpired = wanted.include_expired
    return ib


def moment(time: datetime | None) -> str:
    """Write an aware time in UTC, which the dash tells; "" for now, or for no bound."""
    return "" if time is None else time.astimezone(UTC).strftime("%Y%m%d-%H:%M:%S")


def _news_moment(time: datetime | None) -> str:
    return "" if time is None else time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.0")
