"""What the broker tells of contracts, venues, the past and the account when it is asked.

Prices are floats as on the wire; strikes, which name a contract, are Decimal. All text that is
not a code is untrusted.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from workstation.domain.ids import ConId
from workstation.domain.news import Headline


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolMatch:
    """A contract whose symbol or name begins so. Source: symbolSamples.

    `derivatives` names the kinds that are traded on it; `description` is empty below server
    version 176.
    """

    con_id: ConId
    symbol: str
    sec_type: str
    primary_exchange: str
    currency: str
    derivatives: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class PastTrade:
    """A print of the past, `time` aware UTC. Source: historicalTicksLast."""

    time: datetime
    price: float
    size: float
    exchange: str
    conditions: str
    past_limit: bool
    unreported: bool


@dataclass(frozen=True, slots=True)
class PastQuote:
    """Bid and ask of the past, `time` aware UTC. Source: historicalTicksBidAsk."""

    time: datetime
    bid: float
    ask: float
    bid_size: float
    ask_size: float


@dataclass(frozen=True, slots=True)
class PastMidpoint:
    """The middle of bid and ask in the past, `time` aware UTC. Source: historicalTicks."""

    time: datetime
    price: float


@dataclass(frozen=True, slots=True)
class HistogramRow:
    """How many shares or lots were traded at a price. Source: histogramData."""

    price: float
    size: float


@dataclass(frozen=True, slots=True)
class ScheduledSession:
    """One trading session, in aware UTC, and the trading day it counts for."""

    opens: datetime
    closes: datetime
    day: date


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a contract was traded; `zone` is the broker's name of it. Source: historicalSchedule."""

    zone: str
    sessions: tuple[ScheduledSession, ...]


@dataclass(frozen=True, slots=True)
class SmartComponent:
    """A venue behind a bit of bboExchange. Source: smartComponents."""

    bit: int
    exchange: str
    letter: str


@dataclass(frozen=True, slots=True)
class DepthExchange:
    """A venue with an order book. `group` is None where it has none. Source: mktDepthExchanges."""

    exchange: str
    sec_type: str
    listing_exchange: str
    service: str
    group: int | None


@dataclass(frozen=True, slots=True)
class OptionClass:
    """Expiries and strikes of one class on one venue.

    Not every pair of them exists. Source: securityDefinitionOptionParameter.
    """

    exchange: str
    underlying: ConId
    trading_class: str
    multiplier: Decimal
    expiries: tuple[date, ...]
    strikes: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class HeadlinesPage:
    """Headlines, newest first; `has_more` tells that older ones were left out."""

    headlines: tuple[Headline, ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A message of the broker or a venue to everybody. Source: updateNewsBulletin."""

    number: int
    kind: int
    """1 in general, 2 a venue is not available, 3 it is again."""

    text: str
    exchange: str


@dataclass(frozen=True, slots=True)
class ScanRow:
    """One place of a scan, `rank` from 0. Source: scannerData."""

    rank: int
    con_id: ConId
    symbol: str
    sec_type: str
    exchange: str
    currency: str
    distance: str
    benchmark: str
    projection: str
