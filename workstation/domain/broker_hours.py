"""When the broker's own systems are away: the nightly reset, the weekend, the weekly log-in.

All hours are of New York, for accounts in North America. Source: tws-wire.md 3.2.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
_FRIDAY, _SATURDAY, _SUNDAY = 4, 5, 6
_NIGHTLY_BEGIN, _NIGHTLY_END = time(23, 45), time(0, 45)
_WEEKEND_BEGIN, _WEEKEND_END = time(23, 0), time(3, 0)
_LOG_IN = time(1, 0)


@dataclass(frozen=True, slots=True)
class Window:
    """A span in which the broker may be away; times are aware UTC."""

    text: str
    begins: datetime
    ends: datetime


def next_window(now: datetime) -> Window:
    """Return the window that `now` lies in, else the next one."""
    local = now.astimezone(ZONE)
    days = (local.date() + timedelta(days=step) for step in range(-1, 3))
    windows = (_of_evening(datetime.combine(day, time(), ZONE)) for day in days)
    return next(window for window in windows if window.ends > now)


def next_log_in(now: datetime) -> datetime:
    """Return when the automatic restarts end and TWS wants its user: Sunday, 1:00."""
    local = now.astimezone(ZONE)
    day = local.date() + timedelta(days=(_SUNDAY - local.weekday()) % 7)
    at = datetime.combine(day, _LOG_IN, ZONE)
    if at <= local:
        at = datetime.combine(day + timedelta(days=7), _LOG_IN, ZONE)
    return at.astimezone(now.tzinfo)


def _of_evening(day: datetime) -> Window:
    """Return the window that begins in the evening of a day of New York."""
    after = day.date() + timedelta(days=1)
    if day.weekday() == _FRIDAY:
        begins = datetime.combine(day.date(), _WEEKEND_BEGIN, ZONE)
        ends = datetime.combine(after, _WEEKEND_END, ZONE)
        text = "the broker's weekend maintenance"
    else:
        begins = datetime.combine(day.date(), _NIGHTLY_BEGIN, ZONE)
        ends = datetime.combine(after, _NIGHTLY_END, ZONE)
        text = "the broker's nightly reset"
    utc = ZoneInfo("UTC")
    return Window(text, begins.astimezone(utc), ends.astimezone(utc))
