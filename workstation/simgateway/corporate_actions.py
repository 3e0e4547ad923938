"""Dividends and splits by the calendar, so that every run knows the same days.

The stock that pays goes ex on the fifteenth of a month, or on the next trading day. The one that
splits does so on the first Wednesday of a quarter's middle month: three for one in February and
August, one for three in May and November, so that its price comes back.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from workstation.simgateway.holidays import SATURDAY, closed_days
from workstation.simgateway.instruments import Instrument

_PAYS = {"SIMDIV": Decimal("0.25")}
_SPLITS = frozenset({"SIMSPLIT"})
_FORWARD, _REVERSE = (2, 8), (5, 11)
"""Months of three for one, and of one for three."""

_WEDNESDAY = 2
_PARTS = 3


@dataclass(frozen=True, slots=True)
class Dividend:
    """Cash for each share held at the close before the day."""

    day: date
    """Ex-dividend day."""

    amount: Decimal


@dataclass(frozen=True, slots=True)
class Split:
    """So many new shares for so many old ones, from the beginning of a day on."""

    day: date
    new: int
    old: int


def dividends(instrument: Instrument, around: date) -> list[Dividend]:
    """Return the dividends from three years before a day to a year after it, in order."""
    amount = _PAYS.get(instrument.symbol) if instrument.sec_type == "STK" else None
    if amount is None:
        return []
    return [Dividend(_trading_day(date(y, m, 15)), amount) for y, m in _months(around)]


def splits(instrument: Instrument, around: date) -> list[Split]:
    """Return the splits from three years before a day to a year after it, in order."""
    if instrument.sec_type != "STK" or instrument.symbol not in _SPLITS:
        return []
    return list(_splits(_months(around)))


def as_of(instrument: Instrument, today: date) -> Instrument:
    """Return a contract with the reference price that its splits up to a day have left.

    What the catalogue says is its price between a split of one for three and the next.
    """
    done = [one for one in splits(instrument, today) if one.day <= today]
    if not done or done[-1].new == 1:
        return instrument
    return replace(instrument, reference_price=instrument.reference_price / _PARTS)


def days_of_actions(instrument: Instrument, around: date) -> list[date]:
    """Return every day on which something happens to a stock, in order."""
    return sorted(
        [one.day for one in dividends(instrument, around)]
        + [one.day for one in splits(instrument, around)]
    )


def _splits(months: list[tuple[int, int]]) -> Iterator[Split]:
    for year, month in months:
        first = date(year, month, 1)
        day = first + timedelta(days=(_WEDNESDAY - first.weekday()) % 7)
        if month in _FORWARD:
            yield Split(day, _PARTS, 1)
        elif month in _REVERSE:
            yield Split(day, 1, _PARTS)


def _months(around: date) -> list[tuple[int, int]]:
    first = around.year * 12 + around.month - 1 - 37
    return [(number // 12, number % 12 + 1) for number in range(first, first + 37 + 14)]


def _trading_day(day: date) -> date:
    while day.weekday() >= SATURDAY or day in closed_days(day.year):
        day += timedelta(days=1)
    return day
