"""Option chains: what is listed on a day, and the contract a number or a name stands for.

A contract's con_id says chain, expiry, strike and right, so thousands of them need no table and
one that has ended is still known by its number.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from workstation.simgateway.instruments.futures import ROOTS, listed_futures, third_friday
from workstation.simgateway.instruments.hours import CME, US_OPTIONS
from workstation.simgateway.instruments.others import SPX
from workstation.simgateway.instruments.pricing import OptionPricing
from workstation.simgateway.instruments.record import Instrument
from workstation.simgateway.instruments.rules import (
    OPTION_NICKEL,
    OPTION_PENNY,
    QUARTER,
    MarketRule,
)

OPTION_EXCHANGES = ("SMART", "AMEX", "BATS", "BOX", "CBOE", "ISE", "NASDAQOM", "PHLX", "PSE")

_FIRST_ID = 1_000_000_000
_FIRST_DAY = date(2020, 1, 1)
_DAYS, _STRIKES = 8192, 4096
_WEEKS, _MONTHS_AHEAD = 4, 8
_RANGE = 0.3
"""Strikes are listed so far from the price, as a fraction."""

_LOCAL = re.compile(r"([A-Z.]{1,6})\s*(\d{6})([CP])(\d{8})\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What the options on one underlying have in common."""

    underlying: int
    """con_id; 0 for options on a future, whose underlying is the contract of their quarter."""

    symbol: str
    trading_class: str
    sec_type: str = "OPT"
    exchanges: tuple[str, ...] = OPTION_EXCHANGES
    multiplier: int = 100
    unit: Decimal = Decimal("0.5")
    """What strikes are counted in."""

    price: float
    """Around which strikes are listed when the underlying is none of the fixed ones."""

    volatility: float
    """Of a year."""

    daily: bool = False
    weekly: bool = True
    is_american: bool = True
    settles_in_cash: bool = False
    rule: MarketRule = OPTION_PENNY


CHAINS: tuple[Chain, ...] = (
    Chain(underlying=265598, symbol="AAPL", trading_class="AAPL", price=430.47, volatility=0.27),
    Chain(underlying=8314, symbol="IBM", trading_class="IBM", price=202.91, volatility=0.24),
    Chain(underlying=272093, symbol="MSFT", trading_class="MSFT", price=27.95, volatility=0.25),
    Chain(
        underlying=756733,
        symbol="SPY",
        trading_class="SPY",
        price=681.25,
        volatility=0.16,
        daily=True,
    ),
    Chain(underlying=76792991, symbol="TSLA", trading_class="TSLA", price=412.3, volatility=0.52),
    Chain(
        underlying=SPX,
        symbol="SPX",
        trading_class="SPXW",
        exchanges=("SMART", "CBOE"),
        unit=Decimal(5),
        price=6812.5,
        volatility=0.16,
        daily=True,
        is_american=False,
        settles_in_cash=True,
        rule=OPTION_NICKEL,
    ),
    Chain(
        underlying=0,
        symbol="ES",
        trading_class="ES",
        sec_type="FOP",
        exchanges=("CME",),
        multiplier=50,
        unit=Decimal(5),
        price=6812.5,
        volatility=0.16,
        weekly=False,
        rule=QUARTER,
    ),
)
"""In order of their numbers: add new ones at the end."""


def expiries(chain: Chain, today: date) -> list[date]:
    """Return the last trading days listed on a day."""
    days: set[date] = set()
    if chain.daily:
        days |= {today + timedelta(days=n) for n in range(7)}
    if chain.weekly:
        friday = today + timedelta(days=(4 - today.weekday()) % 7)
        days |= {friday + timedelta(weeks=n) for n in range(_WEEKS)}
    year, month = today.year, today.month
    for _ in range(_MONTHS_AHEAD):
        days.add(third_friday(year, month))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return sorted(day for day in days if day >= today and day.weekday() < 5)


def strikes(chain: Chain, price: float) -> list[Decimal]:
    """Return the strikes of a chain around a price, rising."""
    exact = chain.unit * _coarseness(chain, price)
    step = float(exact)
    first = math.ceil(price * (1 - _RANGE) / step)
    last = math.floor(price * (1 + _RANGE) / step)
    last = min(last, int((_STRIKES - 1) * chain.unit / exact))
    return [number * exact for number in range(max(1, first), last + 1)]


def _coarseness(chain: Chain, price: float) -> int:
    """Return how many units lie between two strikes: about a hundredth of the price."""
    wanted = price * 0.011 / float(chain.unit)
    return max(n for n in (1, 2, 5, 10, 20, 50) if n <= max(1.0, wanted))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Terms by which a chain is narrowed before its contracts are made; empty means any."""

    expiry: str = ""
    """yyyymm or yyyymmdd."""

    strike: Decimal | None = None
    right: str = ""


def listed_options(chain: Chain, today: date, price: float, wanted: Wanted) -> Iterator[Instrument]:
    """Yield the contracts of a chain that trade on a day, strikes around a price."""
    prices = [s for s in strikes(chain, price) if wanted.strike in {None, s}]
    for day in expiries(chain, today):
        if not f"{day:%Y%m%d}".startswith(wanted.expiry):
            continue
        for strike in prices:
            for right in wanted.right or "CP":
                yield option(chain, day, strike, right)


def chain_of(con_id: int) -> Chain | None:
    """Return the chain a number belongs to."""
    number = (con_id - _FIRST_ID) // (_DAYS * _STRIKES * 2) if con_id >= _FIRST_ID else -1
    return CHAINS[number] if 0 <= number < len(CHAINS) else None


def option_of(con_id: int) -> Instrument | None:
    """Return the contract a number stands for."""
    chain = chain_of(con_id)
    if chain is None:
        return None
    rest, right = divmod((con_id - _FIRST_ID) % (_DAYS * _STRIKES * 2), 2)
    days, count = divmod(rest, _STRIKES)
    day = _FIRST_DAY + timedelta(days=days)
    if not count or day.weekday() > 4:
        return None
    return option(chain, day, count * chain.unit, "CP"[right])


def option_named(local_symbol: str) -> Instrument | None:
    """Return the contract of a local symbol: class, expiry yymmdd, right, strike in thousandths."""
    match = _LOCAL.match(local_symbol.upper())
    if match is None:
        return None
    chain = next((c for c in CHAINS if c.trading_class == match[1] and c.sec_type == "OPT"), None)
    try:
        day = datetime.strptime(match[2], "%y%m%d").date()  # noqa: DTZ007  a date has no zone
    except ValueError:
        return None
    strike = Decimal(match[4]) / 1000
    if chain is None or strike <= 0 or strike % chain.unit or day < _FIRST_DAY:
        return None
    return option(chain, day, strike, match[3])


@lru_cache(maxsize=20_000)
def option(chain: Chain, day: date, strike: Decimal, right: str) -> Instrument:
    """Return one contract of a chain."""
    number = CHAINS.index(chain)
    count = int(strike / chain.unit)
    place = (number * _DAYS + (day - _FIRST_DAY).days) * _STRIKES + count
    ends = datetime.combine(day, time(16), ZoneInfo("US/Eastern")).timestamp()
    underlying = underlying_of(chain, day)
    return Instrument(
        con_id=_FIRST_ID + place * 2 + "CP".index(right),
        symbol=chain.symbol,
        sec_type=chain.sec_type,
        long_name=f"{chain.symbol} {day:%d%b%y} {strike} {right}".upper(),
        primary_exchange=chain.exchanges[0],
        exchanges=chain.exchanges,
        market_name=chain.trading_class,
        trading_class=chain.trading_class,
        local_symbol=_local_symbol(chain, day, strike, right),
        multiplier=Decimal(chain.multiplier),
        last_trade_date=day,
        contract_month=f"{day:%Y%m}",
        strike=strike,
        right=right,
        is_american=chain.is_american,
        settles_in_cash=chain.settles_in_cash,
        rule=chain.rule,
        suggested_size=Decimal(1),
        typical_size=10,
        hours=CME if chain.sec_type == "FOP" else US_OPTIONS,
        underlying=underlying,
        priced_from=underlying,
        pricing=OptionPricing(float(strike), right == "C", ends, chain.volatility),
        reference_price=Decimal(0),
        daily_volatility=0.05,
        activity=0.1,
    )


def _local_symbol(chain: Chain, day: date, strike: Decimal, right: str) -> str:
    if chain.sec_type == "OPT":
        return f"{chain.trading_class:<6}{day:%y%m%d}{right}{int(strike * 1000):08}"
    return f"{chain.trading_class}{day:%d%b%y} {right}{strike:.0f}".upper()


def underlying_of(chain: Chain, day: date) -> int:
    """Return the con_id that options of a day are on; of a future, the first to end no earlier."""
    if chain.underlying:
        return chain.underlying
    root = next(root for root in ROOTS if root.symbol == chain.symbol)
    return listed_futures(root, day)[0].con_id
