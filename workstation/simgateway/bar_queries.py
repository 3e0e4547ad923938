"""What a request for bars asks, and whether it may be asked.

Source: tws-wire.md 2.4 (20, 87), 2.7 and 3.1.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from workstation.simgateway.instruments import TIME_ZONE, Entitlement, Instrument, Trading

SERVICE = "Historical Market Data Service error message:"
FOREVER = 2**62
SMALL_BAR_SECONDS = 30
"""Bars up to this length are paced and do not reach back further than six months."""

SMALL_BARS_REACH = 183 * 86_400

BAR_SECONDS = {
    **{f"{n} secs": n for n in (1, 5, 10, 15, 30)},
    "1 sec": 1,
    "1 min": 60,
    **{f"{n} mins": 60 * n for n in (2, 3, 5, 10, 15, 20, 30)},
    "1 hour": 3600,
    **{f"{n} hours": 3600 * n for n in (2, 3, 4, 8)},
}
PERIODS = {"1 day": "D", "1 week": "W", "1W": "W", "1 month": "M", "1M": "M"}

QUOTES = ("MIDPOINT", "BID", "ASK", "BID_ASK")
_VOLATILITIES = ("HISTORICAL_VOLATILITY", "OPTION_IMPLIED_VOLATILITY")
_SHOWS = {
    "STK": ("TRADES", "ADJUSTED_LAST", *QUOTES, *_VOLATILITIES, "FEE_RATE", "SCHEDULE"),
    "IND": ("TRADES", *_VOLATILITIES, "SCHEDULE"),
    "CASH": (*QUOTES, "SCHEDULE"),
    "CFD": (*QUOTES, "SCHEDULE"),
    "CRYPTO": ("AGGTRADES", *QUOTES, "SCHEDULE"),
}
_OTHER_SHOWS = ("TRADES", *QUOTES, "SCHEDULE")
KNOWN_SHOWS = frozenset(show for shows in _SHOWS.values() for show in shows) | {"TRADES"}

_DURATION = re.compile(r"\s*(\d{1,6})\s*([SDWMY])\s*\Z")
_LARGEST = {"S": 86_400, "D": 365, "W": 104, "M": 60, "Y": 68}
_LARGEST_OF_SECONDS = 2000
_TIME = re.compile(
    r"(\d{8})(?:(?P<dash>-)|\s+)(\d{1,2}:\d{2}(?::\d{2})?)(?(dash)Z?)(?:\s+(?P<zone>[A-Za-z_/+\-0-9]+))?\Z"
)


class BadQueryError(ValueError):
    """A request for data of the past that is not one; code and text are for the client."""

    def __init__(self, text: str, code: int = 321) -> None:
        super().__init__(text)
        self.code = code


class Duration(NamedTuple):
    """How far back a request reaches."""

    amount: int
    unit: str
    """S, D, W, M or Y."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BarQuery:
    """What bars a request wants."""

    instrument: Instrument
    exchange: str
    size: str
    """Bar size as the client wrote it."""

    duration: Duration
    until: int
    """Seconds since 1970; FOREVER when no end is given."""

    shows: str
    regular: bool
    """Whether only regular hours count."""

    epoch: bool
    """Whether times of bars within a day go as seconds since 1970."""

    keeps: bool
    """Whether it wants to be kept up to date."""

    @property
    def seconds(self) -> int | None:
        """Length of a bar; None for days and longer."""
        return BAR_SECONDS.get(self.size)

    @property
    def is_small(self) -> bool:
        """Whether its bars are paced."""
        return (self.seconds or SMALL_BAR_SECONDS + 1) <= SMALL_BAR_SECONDS


def read_duration(text: str) -> Duration:
    """Return what a text such as "2 D" says; a plain number counts seconds."""
    match = _DURATION.match(f"{text} S" if text.strip().isdigit() else text)
    if match is None or int(match[1]) < 1:
        raise BadQueryError(f"Historical data requests: invalid duration: {text[:40]}")
    count, unit = int(match[1]), match[2]
    if count > _LARGEST[unit]:
        if unit == "D":
            raise BadQueryError(
                "Historical data requests for durations longer than 365 days must be made in years."
            )
        raise BadQueryError(f"{SERVICE}Time length exceed max.", 162)
    return Duration(count, unit)


def read_time(text: str) -> int:
    """Return a moment in seconds since 1970; a dash instead of a blank means UTC."""
    if not text:
        return FOREVER
    if re.fullmatch(r"\d{8}", text):
        text += " 23:59:59"
    match = _TIME.match(text)
    wrong = BadQueryError("End Date/Time: The date, time, or time-zone entered is invalid.")
    if match is None:
        raise wrong
    try:
        zone = ZoneInfo("UTC" if match["dash"] else match["zone"] or TIME_ZONE)
        clock = match[3] if match[3].count(":") == 2 else f"{match[3]}:00"
        local = datetime.strptime(f"{match[1]} {clock}", "%Y%m%d %H:%M:%S")  # noqa: DTZ007
        return int(local.replace(tzinfo=zone).timestamp())
    except (ValueError, KeyError, OSError, OverflowError):
        raise wrong from None


def check(query: BarQuery, end: str) -> None:
    """Raise BadQueryError when a request for bars cannot be served."""
    if query.size not in BAR_SECONDS and query.size not in PERIODS:
        raise BadQueryError(f"Invalid bar size: {query.size[:40]}")
    check_shows(query.instrument, query.exchange, query.shows)
    if end and query.shows == "ADJUSTED_LAST":
        raise BadQueryError("End date not supported with adjusted last")
    if end and query.instrument.trading is Trading.HISTORY:
        text = "Setting end date/time for continuous future security type is not allowed."
        raise BadQueryError(text, 10339)
    if query.shows == "SCHEDULE" and PERIODS.get(query.size) != "D":
        raise BadQueryError("Bar size must be 1 day for SCHEDULE")
    if query.keeps:
        _check_keeps(query, end)
    amount, unit = query.duration
    if query.seconds == 1 and (unit != "S" or amount > _LARGEST_OF_SECONDS):
        raise BadQueryError(f"{SERVICE}Time length exceed max.", 162)


def _check_keeps(query: BarQuery, end: str) -> None:
    if end:
        raise BadQueryError("End date not supported with keepUpToDate")
    if (query.seconds or 60) < 5:
        raise BadQueryError("Bar size not supported with keepUpToDate")
    if query.shows not in {"TRADES", "AGGTRADES", "MIDPOINT", "BID", "ASK"}:
        raise BadQueryError("Data type not supported with keepUpToDate")


def check_shows(instrument: Instrument, exchange: str, shows: str) -> None:
    """Raise BadQueryError when a contract has no data of a type, or none for this account."""
    if shows not in KNOWN_SHOWS:
        raise BadQueryError(f"Invalid data type: {shows[:40]}")
    if instrument.sec_type == "CRYPTO" and shows == "TRADES":
        text = "Expected what to show is AGGTRADES, please use that instead of TRADES."
        raise BadQueryError(text, 10299)
    if instrument.entitlement is Entitlement.NONE:
        place = f"{instrument.primary_exchange} {instrument.sec_type}"
        raise BadQueryError(f"{SERVICE}No market data permissions for {place}", 162)
    if shows not in _SHOWS.get(instrument.sec_type, _OTHER_SHOWS):
        where = f"{instrument.symbol}/{instrument.sec_type}@{exchange}"
        raise BadQueryError(f"{SERVICE}No historical market data for {where} {shows}", 162)
