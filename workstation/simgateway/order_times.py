"""Reading the times of an order's fields.

Source: the formats of goodAfterTime, goodTillDate and time conditions: "yyyymmdd hh:mm:ss",
with a zone or without, and "yyyymmdd-hh:mm:ss" in UTC, which newer clients end with a Z.
"""

from datetime import UTC, datetime, time, tzinfo
from zoneinfo import ZoneInfo

_END_OF_DAY = time(23, 59, 59)


def moment(text: str, zone: str) -> float | None:
    """Return a time text in seconds since 1970; None when it is not one.

    A time without a zone of its own is in the given one; a date alone means its last second.
    """
    parts = text.strip().split()
    if not parts:
        return None
    own_zone: tzinfo | None = ZoneInfo(zone)
    if len(parts[0]) > 8 and parts[0][8] == "-":
        parts = [*parts[0].removesuffix("Z").split("-", 1), *parts[1:]]
        own_zone = UTC
    if len(parts) > 2:
        own_zone = _zone(parts[2])
    if own_zone is None:
        return None
    try:
        day = datetime.strptime(parts[0], "%Y%m%d").replace(tzinfo=own_zone)
        if len(parts) == 1:
            return datetime.combine(day.date(), _END_OF_DAY, own_zone).timestamp()
        form = "%H:%M:%S" if parts[1].count(":") == 2 else "%H:%M"
        clock = datetime.strptime(parts[1], form).replace(tzinfo=own_zone)
        return datetime.combine(day.date(), clock.time(), own_zone).timestamp()
    except ValueError:
        return None


def _zone(name: str) -> tzinfo | None:
    known = {"EST": "US/Eastern", "EDT": "US/Eastern", "GMT": "UTC"}
    try:
        return ZoneInfo(known.get(name, name))
    except (ValueError, KeyError, OSError):
        return None
