"""Dividends by the calendar, so that every run knows the same days.

The stock that pays goes ex on the fifteenth of a month, or on the Monday after.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from workstation.simgateway.instruments import Instrument

_PAYS = {"SIMDIV": Decimal("0.25")}


@dataclass(frozen=True, slots=True)
class Dividend:
    """Cash for each share held at the close before the day."""

    day: date
    """Ex-dividend day."""

    amount: Decimal


def dividends(instrument: Instrument, around: date) -> list[Dividend]:
    """Return the dividends from three years before a day to a year after it, in order."""
    amount = _PAYS.get(instrument.symbol) if instrument.sec_type == "STK" else None
    if amount is None:
        return []
    return [Dividend(_weekday(date(y, m, 15)), amount) for y, m in _months(around)]


def _months(around: date) -> list[tuple[int, int]]:
    first = around.year * 12 + around.month - 1 - 37
    return [(number // 12, number % 12 + 1) for number in range(first, first + 37 + 14)]


def _weekday(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() > 4 else day
