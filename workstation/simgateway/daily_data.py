"""Daily bars of the demonstration stocks, from the files that come with the program.

Source: resources/demo/ATTRIBUTION.md.
"""

import gzip
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from workstation.simgateway.bars import Bar, generated_bar
from workstation.simgateway.holidays import EARLY_CLOSE, SATURDAY, closed_days, short_days
from workstation.simgateway.instruments import TIME_ZONE

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "demo"

ZONE = ZoneInfo(TIME_ZONE)
OPENING = time(9, 30)
SESSION_SECONDS = 23_400
"""Regular hours of a past day, 09:30 to 16:00."""

PastDay = tuple[date, tuple[Bar, ...]]
"""A day and its bars in order, as they were read: one of a session or many shorter ones."""

Source = Callable[[date], Sequence[PastDay]]
"""Returns the days before a day, oldest first."""


def business_days_before(day: date, count: int, *, american: bool = True) -> list[date]:
    """Return the last so many trading days before a day, oldest first.

    They are Mondays to Fridays, without the holidays of the American exchanges unless it is
    another's calendar.
    """
    days: list[date] = []
    while len(days) < count:
        day -= timedelta(days=1)
        is_holiday = american and day in closed_days(day.year)
        if day.weekday() < SATURDAY and not is_holiday:
            days.append(day)
    days.reverse()
    return days


def has_demo_data(symbol: str) -> bool:
    """Return whether a stock's days come with the program."""
    return (FOLDER / f"{symbol}.csv.gz").is_file()


def demo_source(symbol: str) -> Source:
    """Return what reads a demonstration stock's days, the first time somebody asks."""

    def read(today: date) -> list[PastDay]:
        rows = demo_rows(symbol)
        days = business_days_before(today, len(rows))
        return [(day, (session_bar(day, *row),)) for day, row in zip(days, rows, strict=True)]

    return read


def demo_rows(symbol: str) -> list[tuple[tuple[int, int, int, int], int]]:
    """Return open, high, low and close in ticks and the volume of each day, oldest first."""
    path = FOLDER / f"{symbol}.csv.gz"
    lines = gzip.decompress(path.read_bytes()).decode("ascii").splitlines()[1:]
    rows = []
    for line in lines:
        _, opened, high, low, close, volume = line.replace(".", "").split(",")
        rows.append(((int(opened), int(high), int(low), int(close)), int(volume)))
    return rows


def session_bar(day: date, prices: tuple[int, int, int, int], volume: int) -> Bar:
    """Return the bar of a past day's regular hours."""
    start = datetime.combine(day, OPENING, ZONE)
    seconds = SESSION_SECONDS - (EARLY_CLOSE if day in short_days(day.year) else 0)
    return generated_bar(int(start.timestamp()), seconds, prices, volume)
