"""Dividends and splits by the calendar, so that every run knows the same days.

The stock that pays goes ex on the fifteenth of a month, or on the Monday after. The one that
splits gives two for one on the first Monday of January and July, and one for two on the first
Monday of April and October, so its price stays where it is.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from workstation.simgateway.instruments import Instrument

_PAYS = {"SIMDIV": Decimal("0.25")}
_SPLITS = {"SIMSPLIT"}
_RATIOS = {1: Decimal(2), 4: Decimal("0.5"), 7: Decimal(2), 10: Decimal("0.5")}


@dataclass(frozen=True, slots=True)
class Dividend:
    """Cash for each share held at the close before the day."""

    day: date
    """Ex-dividend day."""

    amount: Decimal


@dataclass(frozen=True, slots=True)
class Split:
    """A change of the number of shares when the day begins."""

    day: date
    ratio: Decimal
    """New shares for one old."""


def dividends(instrument: Instrument, around: date) -> list[Dividend]:
    """Return the dividends from three years before a day to a year after it, in order."""
    amount = _PAYS.get(instrument.symbol) if instrument.sec_type == "STK" else None
    if amount is None:
        return []
    return [Dividend(_weekday(date(y, m, 15)), amount) for y, m in _months(around)]


def splits(instrument: Instrument, around: date) -> list[Split]:
    """Return the splits from three years before a day to a year after it, in order."""
    if instrument.sec_type != "STK" or instrument.symbol not in _SPLITS:
        return []
    months = [(y, m) for y, m in _months(around) if m in _RATIOS]
    return [Split(_first_monday(y, m), _RATIOS[m]) for y, m in months]


def _months(around: date) -> list[tuple[int, int]]:
    first = around.year * 12 + around.month - 1 - 37
    return [(number // 12, number % 12 + 1) for number in range(first, first + 37 + 14)]


def _weekday(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() > 4 else day


def _first_monday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=-first.weekday() % 7)
