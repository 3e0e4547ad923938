"""Bars: open, high, low, close and volume of a span of time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from workstation.domain.ids import ConId


class BarSize(Enum):
    """Spans the charts offer; the value is the broker's spelling. Source: reqHistoricalData."""

    MINUTE_1 = "1 min"
    MINUTE_5 = "5 mins"
    MINUTE_15 = "15 mins"
    MINUTE_30 = "30 mins"
    HOUR_1 = "1 hour"
    DAY_1 = "1 day"

    @property
    def span(self) -> timedelta:
        """How much time one bar covers."""
        return _SPANS[self]

    @property
    def is_intraday(self) -> bool:
        """Whether a trading day has several bars."""
        return self is not BarSize.DAY_1


_SPANS = {
    BarSize.MINUTE_1: timedelta(minutes=1),
    BarSize.MINUTE_5: timedelta(minutes=5),
    BarSize.MINUTE_15: timedelta(minutes=15),
    BarSize.MINUTE_30: timedelta(minutes=30),
    BarSize.HOUR_1: timedelta(hours=1),
    BarSize.DAY_1: timedelta(days=1),
}


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


@dataclass(frozen=True, slots=True)
class LiveBar:
    """A bar of five seconds that has just ended, with its average price and number of trades.

    `average` is weighted by volume, None where the bar is not of trades. Source: realtimeBar.
    """

    con_id: ConId
    bar: Bar
    average: float | None
    trades: int
