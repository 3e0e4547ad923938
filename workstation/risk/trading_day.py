"""Where one trading day ends and the next begins, as the limits of an account say."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MIDNIGHT = "00:00 America/New_York"
"""After the evening session of the US exchanges, before the first one."""

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class DayBoundary:
    """The moment of each day, in a zone, at which a new trading day begins.

    A day that begins after noon bears the name of the next one: a future's day of Tuesday
    begins on Monday at 17:00.
    """

    begins: time
    zone: ZoneInfo

    def day_of(self, moment: datetime) -> date:
        """Return the trading day of an aware time."""
        local = moment.astimezone(self.zone)
        day = local.date() if local.time() >= self.begins else local.date() - timedelta(days=1)
        return day + timedelta(days=1) if self.begins >= time(12) else day

    def next_session(self, moment: datetime) -> datetime:
        """Return when the next trading day after an aware time begins, weekends left out; UTC."""
        local = moment.astimezone(self.zone)
        begin = datetime.combine(local.date(), self.begins, self.zone)
        while begin <= local or self.day_of(begin).weekday() >= _SATURDAY:
            begin = datetime.combine(begin.date() + timedelta(days=1), self.begins, self.zone)
        return begin.astimezone(UTC)


@lru_cache(maxsize=64)
def boundary_of(text: str) -> DayBoundary:
    """Read "17:00 America/New_York"; raises ValueError for what is none."""
    at, _, zone = text.strip().partition(" ")
    try:
        return DayBoundary(time.fromisoformat(at), ZoneInfo(zone.strip()))
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise ValueError(f'day_begins must be as "{MIDNIGHT}", not "{text}"') from error
