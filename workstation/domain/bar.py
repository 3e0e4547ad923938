"""Bars: open, high, low, close and volume of a span of time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum

from workstation.domain.ids import ConId


class BarSize(Enum):
    """Every size of a bar that the broker has; the value is its spelling. Source: tws-wire.md 2.4.

    Bars of other sizes are added up from these.
    """

    SECOND_1 = "1 secs"
    SECOND_5 = "5 secs"
    SECOND_10 = "10 secs"
    SECOND_15 = "15 secs"
    SECOND_30 = "30 secs"
    MINUTE_1 = "1 min"
    MINUTE_2 = "2 mins"
    MINUTE_3 = "3 mins"
    MINUTE_5 = "5 mins"
    MINUTE_10 = "10 mins"
    MINUTE_15 = "15 mins"
    MINUTE_20 = "20 mins"
    MINUTE_30 = "30 mins"
    HOUR_1 = "1 hour"
    HOUR_2 = "2 hours"
    HOUR_3 = "3 hours"
    HOUR_4 = "4 hours"
    HOUR_8 = "8 hours"
    DAY_1 = "1 day"
    WEEK_1 = "1 week"
    MONTH_1 = "1 month"

    @property
    def seconds(self) -> int:
        """How much time a bar covers; nominal from weeks on."""
        return _SECONDS[self]

    @property
    def span(self) -> timedelta:
        """How much time a bar covers; nominal from weeks on."""
        return timedelta(seconds=_SECONDS[self])

    @property
    def is_intraday(self) -> bool:
        """Whether a trading day has several bars."""
        return _SECONDS[self] < DAY_SECONDS


DAY_SECONDS = 86_400
_UNITS = {"sec": 1, "min": 60, "hour": 3600, "day": DAY_SECONDS, "week": 604_800}
_UNITS["month"] = 30 * DAY_SECONDS


def _seconds_of(spelling: str) -> int:
    count, unit = spelling.split()
    return int(count) * _UNITS[unit.rstrip("s")]


_SECONDS = {size: _seconds_of(size.value) for size in BarSize}


class Show(StrEnum):
    """Which price of the past; the value is the broker's spelling of whatToShow."""

    TRADES = "TRADES"
    MIDPOINT = "MIDPOINT"
    BID = "BID"
    ASK = "ASK"
    BID_ASK = "BID_ASK"
    ADJUSTED_LAST = "ADJUSTED_LAST"
    HISTORICAL_VOLATILITY = "HISTORICAL_VOLATILITY"
    IMPLIED_VOLATILITY = "OPTION_IMPLIED_VOLATILITY"


@dataclass(frozen=True, slots=True)
class SeriesKey:
    """Names one series of bars at the broker.

    `regular_hours` leaves out what traded before and after the regular session.
    """

    con_id: ConId
    size: BarSize
    show: Show = Show.TRADES
    regular_hours: bool = False


@dataclass(frozen=True, slots=True)
class OfSeries:
    """What is about one series of bars."""

    con_id: ConId
    size: BarSize
    show: Show = Show.TRADES
    regular_hours: bool = False

    @property
    def series(self) -> SeriesKey:
        """The series that is meant."""
        return SeriesKey(self.con_id, self.size, self.show, self.regular_hours)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, named by the aware UTC time it opened (a daily bar: midnight UTC of its date).

    Prices are floats as on the wire, volume is in shares or lots.

    Source: historicalData, historicalDataUpdate.
    """

    time: datetime
    open: float
    high: float
    low: float
    close: float
    volume: float


@dataclass(frozen=True, slots=True)
class BarUpdate:
    """The forming bar of a running series, or the last word on one that has just closed."""

    con_id: ConId
    size: BarSize
    bar: Bar
    show: Show = Show.TRADES
    regular_hours: bool = False

    @property
    def series(self) -> SeriesKey:
        """The series it belongs to."""
        return SeriesKey(self.con_id, self.size, self.show, self.regular_hours)


@dataclass(frozen=True, slots=True)
class LiveBar:
    """A bar of five seconds that has just ended, with its average price and number of trades.

    `average` is weighted by volume, None where the bar is not of trades. Source: realtimeBar.
    """

    con_id: ConId
    bar: Bar
    average: float | None
    trades: int
