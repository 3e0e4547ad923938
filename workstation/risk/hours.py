"""When a contract trades, read from the broker's own sentence.

`20261120:0930-20261120:1600;20261121:CLOSED` in the contract's zone; half days and nights
over the date line are written the same way. Source: contractDetails tradingHours, liquidHours.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_FORMAT = "%Y%m%d:%H%M"


@dataclass(frozen=True, slots=True)
class Session:
    """One span of trading, aware UTC; `closes` is the first moment after it."""

    opens: datetime
    closes: datetime


@lru_cache(maxsize=4096)
def sessions(hours: str, zone: str) -> tuple[Session, ...] | None:
    """Return the sessions in rising order, None where the sentence cannot be read."""
    if not hours:
        return None
    try:
        place = ZoneInfo(zone)
        found = [_session(part, place) for part in hours.split(";") if part.strip()]
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return None
    return tuple(sorted((x for x in found if x is not None), key=lambda each: each.opens))


def _session(part: str, place: ZoneInfo) -> Session | None:
    if part.strip().endswith(":CLOSED"):
        return None
    begin, _, end = part.strip().partition("-")
    opens, closes = (
        datetime.strptime(text, _FORMAT).replace(tzinfo=place).astimezone(UTC)
        for text in (begin, end)
    )
    if closes <= opens:
        raise ValueError("a session ends before it begins")
    return Session(opens, closes)


def current(found: tuple[Session, ...], now: datetime) -> Session | None:
    """Return the session that runs now."""
    return next((each for each in found if each.opens <= now < each.closes), None)


def following(found: tuple[Session, ...], now: datetime) -> Session | None:
    """Return the next session to begin."""
    return next((each for each in found if each.opens > now), None)
