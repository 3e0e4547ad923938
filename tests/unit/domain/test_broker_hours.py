"""The broker's own hours: nightly reset, weekend, weekly log-in, in any zone and across DST."""

from datetime import UTC, datetime, timedelta

import pytest

from workstation.domain.broker_hours import ZONE, next_log_in, next_window


def new_york(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "text"),
    [
        (new_york(2026, 11, 17, 23, 50), "nightly reset"),
        (new_york(2026, 11, 18, 0, 30), "nightly reset"),
        (new_york(2026, 11, 20, 23, 10), "weekend maintenance"),
        (new_york(2026, 11, 21, 2, 59), "weekend maintenance"),
        (new_york(2026, 11, 22, 0, 10), "nightly reset"),
    ],
)
def test_inside_a_window_it_is_named(now: datetime, text: str) -> None:
    window = next_window(now)
    assert text in window.text
    assert window.begins <= now < window.ends


@pytest.mark.parametrize(
    "now", [new_york(2026, 11, 18, 12), new_york(2026, 11, 18, 0, 45), new_york(2026, 11, 21, 3)]
)
def test_outside_there_is_a_next_one(now: datetime) -> None:
    assert timedelta(0) < next_window(now).begins - now < timedelta(days=1)


def test_windows_follow_one_another_over_a_year_without_a_hole() -> None:
    now = new_york(2026, 1, 1, 12)
    for _ in range(365):
        window = next_window(now)
        assert window.begins < window.ends
        assert window.ends - window.begins <= timedelta(hours=5)
        now = window.ends
        assert now < next_window(now).ends


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        (new_york(2026, 11, 18, 12), new_york(2026, 11, 22, 1)),
        (new_york(2026, 11, 22, 0, 59), new_york(2026, 11, 22, 1)),
        (new_york(2026, 11, 22, 1), new_york(2026, 11, 29, 1)),
        (new_york(2026, 3, 5, 12), new_york(2026, 3, 8, 1)),
    ],
)
def test_the_log_in_is_on_sunday_at_one(now: datetime, wanted: datetime) -> None:
    assert next_log_in(now) == wanted
