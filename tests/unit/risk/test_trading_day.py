"""Where a trading day begins: as the limits say, in their zone, through changes of the clock."""

from datetime import UTC, date, datetime

import pytest

from workstation.risk.trading_day import MIDNIGHT, boundary_of


@pytest.mark.parametrize(
    ("begins", "moment", "day"),
    [
        (MIDNIGHT, datetime(2026, 11, 21, 4, 59, tzinfo=UTC), date(2026, 11, 20)),
        (MIDNIGHT, datetime(2026, 11, 21, 5, 0, tzinfo=UTC), date(2026, 11, 21)),
        ("17:00 America/New_York", datetime(2026, 11, 16, 21, 59, tzinfo=UTC), date(2026, 11, 16)),
        ("17:00 America/New_York", datetime(2026, 11, 16, 22, 0, tzinfo=UTC), date(2026, 11, 17)),
        ("17:00 America/New_York", datetime(2026, 7, 6, 21, 0, tzinfo=UTC), date(2026, 7, 7)),
        ("06:30 Europe/London", datetime(2026, 11, 20, 6, 29, tzinfo=UTC), date(2026, 11, 19)),
        ("06:30 Europe/London", datetime(2026, 11, 20, 6, 30, tzinfo=UTC), date(2026, 11, 20)),
    ],
)
def test_a_day_begins_where_the_limits_say(begins: str, moment: datetime, day: date) -> None:
    assert boundary_of(begins).day_of(moment) == day


@pytest.mark.parametrize(
    "begins", ["", "25:00 UTC", "17:00", "17:00 Mars/Olympus", "UTC", "17:00 ../etc/passwd"]
)
def test_what_is_no_time_with_a_zone_is_refused_in_words(begins: str) -> None:
    with pytest.raises(ValueError, match="day_begins must be as"):
        boundary_of(begins)
