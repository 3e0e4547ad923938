"""The five stocks the simulated exchange trades, and how a request's contract finds them.

Source of identifiers and shapes: tws-wire.md 2.5, contractData.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

TICK = Decimal("0.01")
"""Price increment of every instrument, in USD."""

MARKET_RULE_ID = 26
TIME_ZONE = "US/Eastern"
EXCHANGES = (
    "SMART,AMEX,NYSE,CBOE,PHLX,ISE,CHX,ARCA,ISLAND,DRCTEDGE,BEX,BATS,EDGEA,BYX,IEX,EDGX,"
    "FOXRIVER,PEARL,NYSENAT,LTSE,MEMX,IBEOS,OVERNIGHT,TPLUS0,PSX"
)
ORDER_TYPES = "ACTIVETIM,DAY,FOK,GTC,IOC,LMT,MKT,OCA,OUTSIDERTH,STP,STPLMT,WHATIF"

_LISTING_ALIASES = {"NASDAQ": {"NASDAQ", "ISLAND", "NASDAQ.NMS"}, "NYSE": {"NYSE"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One stock; prices in USD per share."""

    con_id: int
    symbol: str
    long_name: str
    primary_exchange: str
    market_name: str
    industry: str
    category: str
    subcategory: str
    isin: str
    reference_price: Decimal
    """Last close of its daily history: the close of the day before the simulation begins."""

    daily_volatility: float
    """Standard deviation of one day's return, as a fraction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractQuery:
    """The contract fields of a request, as the client wrote them."""

    con_id: int
    symbol: str
    sec_type: str
    exchange: str
    primary_exchange: str
    currency: str
    local_symbol: str
    last_trade_date: str = ""
    strike: Decimal | None = None
    """None when the client left it empty; 0 is what older clients send for none."""

    right: str = ""
    multiplier: str = ""
    trading_class: str = ""


INSTRUMENTS: tuple[Instrument, ...] = (
    Instrument(
        con_id=265598,
        symbol="AAPL",
        long_name="APPLE INC",
        primary_exchange="NASDAQ",
        market_name="NMS",
        industry="Technology",
        category="Computers",
        subcategory="Computers",
        isin="US0378331005",
        reference_price=Decimal("430.47"),
        daily_volatility=0.016,
    ),
    Instrument(
        con_id=208813720,
        symbol="GOOG",
        long_name="ALPHABET INC-CL C",
        primary_exchange="NASDAQ",
        market_name="NMS",
        industry="Communications",
        category="Internet",
        subcategory="Web Portals/ISP",
        isin="US02079K1079",
        reference_price=Decimal("806.19"),
        daily_volatility=0.018,
    ),
    Instrument(
        con_id=8314,
        symbol="IBM",
        long_name="INTL BUSINESS MACHINES CORP",
        primary_exchange="NYSE",
        market_name="IBM",
        industry="Technology",
        category="Computers",
        subcategory="Computer Services",
        isin="US4592001014",
        reference_price=Decimal("202.91"),
        daily_volatility=0.014,
    ),
    Instrument(
        con_id=272093,
        symbol="MSFT",
        long_name="MICROSOFT CORP",
        primary_exchange="NASDAQ",
        market_name="NMS",
        industry="Technology",
        category="Software",
        subcategory="Applications Software",
        isin="US5949181045",
        reference_price=Decimal("27.95"),
        daily_volatility=0.015,
    ),
    Instrument(
        con_id=107113386,
        symbol="META",
        long_name="META PLATFORMS INC-CLASS A",
        primary_exchange="NASDAQ",
        market_name="NMS",
        industry="Communications",
        category="Internet",
        subcategory="Internet Content-Entmnt",
        isin="US30303M1027",
        reference_price=Decimal("27.78"),
        daily_volatility=0.019,
    ),
)

# A process is one exchange: what it lists beyond the five is added once, before it opens.
BY_CON_ID = {instrument.con_id: instrument for instrument in INSTRUMENTS}
_BY_SYMBOL = {instrument.symbol: instrument for instrument in INSTRUMENTS}
_EXCHANGE_SET = frozenset(EXCHANGES.split(",")) | {"NASDAQ", "IBKRATS"}


def by_symbol(symbol: str) -> Instrument | None:
    """Return the stock of a symbol."""
    return _BY_SYMBOL.get(symbol)


def list_stock(instrument: Instrument) -> None:
    """Add a stock to the exchange, or replace the one of the same symbol."""
    BY_CON_ID[instrument.con_id] = instrument
    _BY_SYMBOL[instrument.symbol] = instrument


def find(query: ContractQuery) -> Instrument | None:
    """Return the stock a request means, or None when nothing or more than one thing fits."""
    if query.con_id > 0:
        found = BY_CON_ID.get(query.con_id)
    else:
        found = _BY_SYMBOL.get((query.symbol or query.local_symbol).upper())
    if found is None or not _fits(found, query):
        return None
    return found


def _fits(instrument: Instrument, query: ContractQuery) -> bool:
    aliases = _LISTING_ALIASES[instrument.primary_exchange]
    if query.sec_type != "STK" and not (query.con_id > 0 and not query.sec_type):
        return False
    if query.currency not in {"", "USD"}:
        return False
    if query.exchange and query.exchange not in _EXCHANGE_SET | aliases:
        return False
    return not query.primary_exchange or query.primary_exchange in aliases | {"SMART"}


def matching(pattern: str) -> list[Instrument]:
    """Return the stocks whose symbol or name starts with, or whose name contains, a pattern."""
    wanted = pattern.strip().upper()
    if not wanted:
        return []
    by_symbol = [i for i in BY_CON_ID.values() if i.symbol.startswith(wanted)]
    by_name = [i for i in BY_CON_ID.values() if wanted in i.long_name and i not in by_symbol]
    return by_symbol + by_name


def round_the_clock_hours(first_day: date, days: int = 6) -> str:
    """Return a tradingHours text that is open without a break, in the exchange's zone."""
    spans = []
    for offset in range(days):
        start = first_day + timedelta(days=offset)
        end = start + timedelta(days=1)
        spans.append(f"{start:%Y%m%d}:0000-{end:%Y%m%d}:0000")
    return ";".join(spans)
