"""Days on which the American exchanges are closed, or close at one in the afternoon.

Source: the holiday rules of the New York Stock Exchange; Good Friday follows Easter.
"""

from datetime import date, timedelta
from functools import cache

EARLY_CLOSE = 3 * 3600
"""How much sooner a short day ends, in seconds."""

AMERICAN = frozenset({"US/Eastern", "US/Central"})
"""Zones of the exchanges that keep these days."""

MONDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = 0, 3, 4, 5, 6


@cache
def closed_days(year: int) -> frozenset[date]:
    """Return the holidays of a year; one that falls on a weekend is kept on the day next to it."""
    fixed = [date(year, 6, 19), date(year, 7, 4), date(year, 12, 25)]
    days = {_observed(day) for day in fixed}
    new_year = date(year, 1, 1)
    if new_year.weekday() != SATURDAY:  # the exchange does not close on the Friday before
        days.add(_observed(new_year))
    days |= {
        _nth(year, 1, MONDAY, 3),
        _nth(year, 2, MONDAY, 3),
        easter(year) - timedelta(days=2),
        _last(year, 5, MONDAY),
        _nth(year, 9, MONDAY, 1),
        _nth(year, 11, THURSDAY, 4),
    }
    return frozenset(days)


@cache
def short_days(year: int) -> frozenset[date]:
    """Return the days that end early: before Independence Day, after Thanksgiving, Christmas Eve."""
    wanted = [date(year, 7, 3), date(year, 12, 24)]
    wanted.append(_nth(year, 11, THURSDAY, 4) + timedelta(days=1))
    return frozenset(d for d in wanted if d.weekday() < SATURDAY and d not in closed_days(year))


def easter(year: int) -> date:
    """Return Easter Sunday, by the anonymous Gregorian algorithm."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leaps, skipped = divmod(century, 4)
    shift = (century + 8) // 25
    lunar = (century - shift + 1) // 3
    epact = (19 * golden + century - leaps - lunar + 15) % 30
    quarter, left = divmod(rest, 4)
    weekday = (32 + 2 * skipped + 2 * quarter - epact - left) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _observed(day: date) -> date:
    if day.weekday() == SATURDAY:
        return day - timedelta(days=1)
    return day + timedelta(days=1) if day.weekday() == SUNDAY else day


def _nth(year: int, month: int, weekday: int, count: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (count - 1))


def _last(year: int, month: int, weekday: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=(following.weekday() - weekday - 1) % 7 + 1)
