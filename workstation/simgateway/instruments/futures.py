"""Futures: their roots, what is listed on a day, and the continuous contract of each root.

A contract's con_id says root and month, so one that has ended is still known by its number.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from workstation.simgateway.instruments.hours import CME, EUREX, NYMEX, Hours
from workstation.simgateway.instruments.others import SPX
from workstation.simgateway.instruments.pricing import Carried
from workstation.simgateway.instruments.record import Instrument, Trading
from workstation.simgateway.instruments.rules import (
    CENT,
    EURO_FUTURE,
    QUARTER,
    SIXTY_FOURTH,
    TENTH,
    WHOLE,
    MarketRule,
)

_FIRST_ID = 600_000_000
_IDS_OF_A_ROOT = 10_000
_FIRST_YEAR = 2000
_CONTINUOUS = 9_999
_LETTERS = "FGHJKMNQUVXZ"
_QUARTERS = (3, 6, 9, 12)
_MONTHS = tuple(range(1, 13))
_EXPIRED_SHOWN = 4
"""Ended contracts shown when a request includes expired ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """What the contracts of a future have in common."""

    symbol: str
    trading_class: str
    name: str
    exchange: str
    currency: str = "USD"
    multiplier: str
    rule: MarketRule
    months: tuple[int, ...]
    listed: int
    price: str
    volatility: float
    hours: Hours
    ends: str
    """Last trading day: the third Friday, the month before, or near the month's end."""

    delivers: bool
    """Whether holding it to the end means delivery; else it settles in cash."""

    index: int = 0
    """con_id of the index it follows; 0 for a price of its own."""

    yearly: float = 0.0
    """Cost of carry."""

    magnifier: int = 1


ROOTS: tuple[Root, ...] = (
    Root(
        symbol="ES",
        trading_class="ES",
        name="E-mini S&P 500",
        exchange="CME",
        multiplier="50",
        rule=QUARTER,
        months=_QUARTERS,
        listed=5,
        price="6812.50",
        volatility=0.010,
        hours=CME,
        ends="third friday",
        delivers=False,
        index=SPX,
        yearly=0.03,
    ),
    Root(
        symbol="MES",
        trading_class="MES",
        name="Micro E-Mini S&P 500 Stock Price Index",
        exchange="CME",
        multiplier="5",
        rule=QUARTER,
        months=_QUARTERS,
        listed=5,
        price="6812.50",
        volatility=0.010,
        hours=CME,
        ends="third friday",
        delivers=False,
        index=SPX,
        yearly=0.03,
    ),
    Root(
        symbol="NQ",
        trading_class="NQ",
        name="E-mini NASDAQ 100",
        exchange="CME",
        multiplier="20",
        rule=QUARTER,
        months=_QUARTERS,
        listed=5,
        price="25116.00",
        volatility=0.013,
        hours=CME,
        ends="third friday",
        delivers=False,
        index=416843,
        yearly=0.03,
    ),
    Root(
        symbol="CL",
        trading_class="CL",
        name="Light Sweet Crude Oil",
        exchange="NYMEX",
        multiplier="1000",
        rule=CENT,
        months=_MONTHS,
        listed=12,
        price="58.90",
        volatility=0.020,
        hours=NYMEX,
        ends="month before",
        delivers=True,
        yearly=0.02,
    ),
    Root(
        symbol="GC",
        trading_class="GC",
        name="Gold",
        exchange="COMEX",
        multiplier="100",
        rule=TENTH,
        months=(2, 4, 6, 8, 10, 12),
        listed=6,
        price="4065.0",
        volatility=0.011,
        hours=NYMEX,
        ends="month end",
        delivers=True,
        yearly=0.04,
    ),
    Root(
        symbol="ZN",
        trading_class="ZN",
        name="10 Year US Treasury Note",
        exchange="CBOT",
        multiplier="1000",
        rule=SIXTY_FOURTH,
        months=_QUARTERS,
        listed=3,
        price="112.843750",
        volatility=0.004,
        hours=CME,
        ends="month end",
        delivers=True,
    ),
    Root(
        symbol="ZC",
        trading_class="ZC",
        name="Corn Futures",
        exchange="CBOT",
        multiplier="5000",
        rule=QUARTER,
        months=(3, 5, 7, 9, 12),
        listed=6,
        price="425.50",
        volatility=0.014,
        hours=CME,
        ends="month end",
        delivers=True,
        yearly=0.03,
        magnifier=100,
    ),
    Root(
        symbol="EUR",
        trading_class="6E",
        name="European Monetary Union Euro",
        exchange="CME",
        multiplier="125000",
        rule=EURO_FUTURE,
        months=_QUARTERS,
        listed=4,
        price="1.15430",
        volatility=0.0045,
        hours=CME,
        ends="third friday",
        delivers=True,
        index=12087792,
        yearly=0.015,
    ),
    Root(
        symbol="DAX",
        trading_class="FDXM",
        name="Mini-DAX",
        exchange="EUREX",
        currency="EUR",
        multiplier="5",
        rule=WHOLE,
        months=_QUARTERS,
        listed=3,
        price="23420",
        volatility=0.011,
        hours=EUREX,
        ends="third friday",
        delivers=False,
        yearly=0.02,
    ),
)
"""In order of their numbers: add new ones at the end."""


def listed_futures(root: Root, today: date, *, include_expired: bool = False) -> list[Instrument]:
    """Return the contracts of a root that trade on a day, the nearest first."""
    number = ROOTS.index(root)
    ended: list[Instrument] = []
    found: list[Instrument] = []
    year, month = today.year - 1, today.month
    while len(found) < root.listed:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        if month not in root.months:
            continue
        one = _contract(number, year, month)
        assert one.last_trade_date is not None
        (found if one.last_trade_date >= today else ended).append(one)
    return [*ended[-_EXPIRED_SHOWN:], *found] if include_expired else found


def continuous(root: Root) -> Instrument:
    """Return the continuous contract of a root: only its history can be asked for."""
    con_id = _FIRST_ID + ROOTS.index(root) * _IDS_OF_A_ROOT + _CONTINUOUS
    return _instrument(
        root,
        con_id,
        sec_type="CONTFUT",
        local_symbol=root.trading_class,
        priced_from=root.index,
        pricing=Carried(1.0, 0.0, 0.0) if root.index else None,
        trading=Trading.HISTORY,
    )


def future_of(con_id: int) -> Instrument | None:
    """Return the contract a number stands for."""
    number, rest = divmod(con_id - _FIRST_ID, _IDS_OF_A_ROOT)
    if not 0 <= number < len(ROOTS):
        return None
    root = ROOTS[number]
    if rest == _CONTINUOUS:
        return continuous(root)
    year, month = _FIRST_YEAR + rest // 12, rest % 12 + 1
    if month not in root.months or year >= _FIRST_YEAR + 100:
        return None
    return _contract(number, year, month)


@lru_cache(maxsize=2000)
def _contract(number: int, year: int, month: int) -> Instrument:
    root = ROOTS[number]
    ends = _last_day(root, year, month)
    con_id = _FIRST_ID + number * _IDS_OF_A_ROOT + (year - _FIRST_YEAR) * 12 + month - 1
    seconds = datetime.combine(ends, time(16), ZoneInfo(root.hours.time_zone)).timestamp()
    base = root.index or continuous(root).con_id
    notice = _notice(root, ends, year, month)
    return _instrument(
        root,
        con_id,
        sec_type="FUT",
        last_trade_date=ends,
        local_symbol=f"{root.trading_class}{_LETTERS[month - 1]}{year % 10}",
        contract_month=f"{year}{month:02}",
        first_notice=notice,
        underlying=root.index,
        priced_from=base,
        pricing=Carried(1.0, seconds, root.yearly),
    )


def _instrument(root: Root, con_id: int, **terms: Any) -> Instrument:
    """Return a contract of a root; terms are what the root does not say."""
    return Instrument(
        con_id=con_id,
        symbol=root.symbol,
        currency=root.currency,
        long_name=root.name,
        primary_exchange=root.exchange,
        exchanges=(root.exchange,),
        market_name=root.trading_class,
        trading_class=root.trading_class,
        multiplier=Decimal(root.multiplier),
        settles_in_cash=not root.delivers,
        rule=root.rule,
        price_magnifier=root.magnifier,
        suggested_size=Decimal(1),
        typical_size=8,
        hours=root.hours,
        reference_price=Decimal(root.price),
        daily_volatility=root.volatility,
        **terms,
    )


def _notice(root: Root, ends: date, year: int, month: int) -> date | None:
    """Return the first notice day: the last business day before the month, or two after the end."""
    if not root.delivers:
        return None
    if root.ends == "month before":
        return _business_day(ends, 2)
    if root.ends == "third friday":
        return ends
    return _business_day(date(year, month, 1), -1)


def _last_day(root: Root, year: int, month: int) -> date:
    if root.ends == "third friday":
        return third_friday(year, month)
    if root.ends == "month before":
        before = date(year, month, 1) - timedelta(days=1)
        return _business_day(date(before.year, before.month, 25), -3)
    after = date(year + month // 12, month % 12 + 1, 1)
    return _business_day(after, -3)


def third_friday(year: int, month: int) -> date:
    """Return the third Friday of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(4 - first.weekday()) % 7 + 14)


def _business_day(day: date, count: int) -> date:
    """Return the day some Mondays to Fridays after another, or before it."""
    step = 1 if count > 0 else -1
    while count:
        day += timedelta(days=step)
        if day.weekday() < 5:
            count -= step
    return day
