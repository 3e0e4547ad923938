"""Trading and liquid hours of a contract, and the text of one that never closes.

Source: tws-wire.md 2.5, contractData (timeZoneId, tradingHours, liquidHours).
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOUR = 60
"""In minutes."""

DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Hours:
    """When a contract trades from Monday to Friday.

    Spans are minutes after midnight of the trading day in the zone; a span that begins the
    evening before begins below 0. weekend says that Saturday and Sunday are trading days, too.
    """

    time_zone: str
    trading: tuple[int, int]
    liquid: tuple[int, int]
    weekend: bool = False

    def is_trading_day(self, day: date) -> bool:
        """Return whether a day of the week has hours; holidays are for others to know."""
        return self.weekend or day.weekday() < 5

    def span(self, day: date, *, liquid: bool) -> tuple[int, int]:
        """Return the first and last moment of a trading day, in seconds since 1970."""
        first, last = self.liquid if liquid else self.trading
        return self._moment(day, first), self._moment(day, last)

    def _moment(self, day: date, minutes: int) -> int:
        days, minute = divmod(minutes, DAY)
        at = datetime.combine(
            day + timedelta(days=days),
            time(minute // HOUR, minute % HOUR),
            ZoneInfo(self.time_zone),
        )
        return int(at.timestamp())


def round_the_clock_hours(first_day: date, days: int = 6) -> str:
    """Return a tradingHours text that is open without a break, in the exchange's zone."""
    spans = []
    for offset in range(days):
        start = first_day + timedelta(days=offset)
        end = start + timedelta(days=1)
        spans.append(f"{start:%Y%m%d}:0000-{end:%Y%m%d}:0000")
    return ";".join(spans)


US_STOCKS = Hours("US/Eastern", (4 * HOUR, 20 * HOUR), (9 * HOUR + 30, 16 * HOUR))
US_OPTIONS = Hours("US/Eastern", (9 * HOUR + 30, 16 * HOUR), (9 * HOUR + 30, 16 * HOUR))
US_INDEX = Hours("US/Eastern", (9 * HOUR + 30, 16 * HOUR), (9 * HOUR + 30, 16 * HOUR))
LONDON_STOCKS = Hours("GB-Eire", (8 * HOUR, 16 * HOUR + 30), (8 * HOUR, 16 * HOUR + 30))
CME = Hours("US/Central", (-7 * HOUR, 16 * HOUR), (8 * HOUR + 30, 16 * HOUR))
NYMEX = Hours("US/Eastern", (-6 * HOUR, 17 * HOUR), (9 * HOUR + 30, 17 * HOUR))
EUREX = Hours("MET", (HOUR + 10, 22 * HOUR), (9 * HOUR, 17 * HOUR + 30))
FOREX_HOURS = Hours("US/Eastern", (-7 * HOUR + 15, 17 * HOUR), (-7 * HOUR + 15, 17 * HOUR))
CRYPTO_HOURS = Hours("US/Eastern", (0, DAY), (0, DAY), weekend=True)
