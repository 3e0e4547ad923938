"""Bars added up from shorter ones: trading days, changes of clocks, half days, calendars, gaps."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.bar import Bar, BarSize
from workstation.ui.chart.added_up import AddedUp
from workstation.ui.chart.aggregate import Grouping, aggregated
from workstation.ui.chart.bar_table import EMPTY, BarTable, joined, table_of
from workstation.ui.chart.bars import BarArrays, Placed
from workstation.ui.chart.sessions import opening_of
from workstation.ui.chart.timeframe import (
    Timeframe,
    TimeframeError,
    Unit,
    read_timeframe,
    timeframe_of,
)

NEW_YORK = ZoneInfo("America/New_York")
LONDON = ZoneInfo("Europe/London")
REGULAR, EVENING = 34_200, -21_600


def made(*spans: tuple[datetime, datetime], step: int = 60) -> BarTable:
    """Return bars without a gap in each span; bar n opens at n and closes at n + 0.5."""
    times = [
        seconds
        for begin, end in spans
        for seconds in range(int(begin.timestamp()), int(end.timestamp()), step)
    ]
    opens = np.arange(len(times), dtype=np.float64)
    return BarTable(
        np.array(times, np.int64),
        opens,
        opens + 1,
        opens - 1,
        opens + 0.5,
        np.full(len(times), 10.0),
    )


def ny(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=NEW_YORK)  # type: ignore[arg-type,misc]


def local(table: BarTable, zone: ZoneInfo = NEW_YORK) -> list[str]:
    return [f"{datetime.fromtimestamp(time, zone):%a %H:%M}" for time in table.times.tolist()]


def grouping(name: str, zone: ZoneInfo = NEW_YORK, opening: int = REGULAR) -> Grouping:
    return Grouping(read_timeframe(name), zone, opening)


def test_two_minutes_of_one_are_first_highest_lowest_last_and_together() -> None:
    found = aggregated(made((ny(2026, 3, 18, 9, 30), ny(2026, 3, 18, 9, 35))), grouping("2m"))

    assert local(found) == ["Wed 09:30", "Wed 09:32", "Wed 09:34"]
    assert found.opens.tolist() == [0, 2, 4]
    assert found.highs.tolist() == [2, 4, 5]
    assert found.lows.tolist() == [-1, 1, 3]
    assert found.closes.tolist() == [1.5, 3.5, 4.5]
    assert found.volumes.tolist() == [20, 20, 10]


def test_seven_minutes_are_counted_from_the_opening_and_never_hold_two_days() -> None:
    days = [(ny(2026, 3, day, 9, 30), ny(2026, 3, day, 16)) for day in (17, 18)]
    found = aggregated(made(*days), grouping("7m"))

    assert len(found) == 2 * 56
    assert local(found)[:2] == ["Tue 09:30", "Tue 09:37"]
    assert local(found)[55:57] == ["Tue 15:55", "Wed 09:30"]
    assert found.volumes.tolist()[55] == 50  # 15:55 to 16:00
    assert found.volumes.sum() == 2 * 390 * 10


def test_a_half_day_ends_early_and_the_next_day_begins_anew() -> None:
    half = ny(2026, 11, 27, 9, 30), ny(2026, 11, 27, 13)  # the day after Thanksgiving
    found = aggregated(made(half, (ny(2026, 11, 30, 9, 30), ny(2026, 11, 30, 16))), grouping("6h"))

    assert local(found) == ["Fri 09:30", "Mon 09:30", "Mon 15:30"]
    assert found.volumes.tolist() == [2100, 3600, 300]


def test_an_overnight_session_belongs_to_the_day_it_ends_on_both_changes_of_clocks() -> None:
    for change in (datetime(2026, 3, 8), datetime(2026, 11, 1)):  # noqa: DTZ001 - a date
        sunday = change.replace(tzinfo=NEW_YORK)
        friday, monday = sunday - timedelta(days=2), sunday + timedelta(days=1)
        sessions = (
            (friday.replace(hour=9), friday.replace(hour=17)),
            (sunday.replace(hour=18), monday.replace(hour=17)),
        )
        found = aggregated(made(*sessions), grouping("6h", opening=EVENING))
        assert local(found) == [
            "Fri 06:00", "Fri 12:00", "Sun 18:00", "Mon 00:00", "Mon 06:00", "Mon 12:00",
        ]  # fmt: skip
        assert found.volumes.tolist()[2:] == [3600, 3600, 3600, 3000]


@pytest.mark.parametrize(
    ("begin", "hours"),
    [(datetime(2026, 3, 29, tzinfo=UTC), 23), (datetime(2026, 10, 24, 23, tzinfo=UTC), 25)],
)
def test_a_day_on_which_the_clocks_change_under_way_has_whole_bars(begin, hours) -> None:
    """A market around the clock in London: the day is an hour shorter or longer, no bar is."""
    found = aggregated(
        made((begin, begin + timedelta(hours=hours))), grouping("6h", LONDON, opening=0)
    )

    gaps = np.diff(found.times).tolist()
    assert set(gaps) == {21_600}
    assert found.volumes.tolist() == [3600] * (hours // 6) + [600 * (hours % 6)]


def test_a_gap_within_a_bar_and_one_over_several_leave_the_rest_in_place() -> None:
    spans = (
        (ny(2026, 3, 18, 9, 30), ny(2026, 3, 18, 9, 33)),
        (ny(2026, 3, 18, 9, 36), ny(2026, 3, 18, 9, 40)),
        (ny(2026, 3, 18, 11, 2), ny(2026, 3, 18, 11, 3)),
    )
    found = aggregated(made(*spans), grouping("7m"))

    assert local(found) == ["Wed 09:30", "Wed 09:37", "Wed 11:01"]
    assert found.volumes.tolist() == [40, 30, 10]


def dates(*days: str) -> BarTable:
    return table_of(
        [Bar(datetime.fromisoformat(f"{day}T00:00+00:00"), 1, 2, 0, 1, 5) for day in days]
    )


def written(table: BarTable) -> list[str]:
    return [f"{datetime.fromtimestamp(time, UTC):%Y-%m-%d}" for time in table.times.tolist()]


def test_calendar_bars_hold_their_days_whatever_day_a_week_ends() -> None:
    days = dates("2026-03-26", "2026-03-27", "2026-03-30", "2026-04-02", "2026-04-06")
    weeks = aggregated(days, grouping("1W"))
    assert written(weeks) == ["2026-03-23", "2026-03-30", "2026-04-06"]
    assert weeks.volumes.tolist() == [10, 10, 5]
    months = dates("2025-12-31", "2026-01-30", "2026-02-27", "2026-03-31", "2026-04-30")
    quarters = aggregated(months, grouping("1Q"))
    assert written(quarters) == ["2025-10-01", "2026-01-01", "2026-04-01"]
    assert quarters.volumes.tolist() == [5, 15, 5]


def test_two_days_are_days_of_trading_and_coins_have_all_seven() -> None:
    days = dates(*(f"2026-03-{day:02}" for day in (16, 17, 18, 19, 20, 23, 24)))
    pairs = aggregated(days, grouping("2D"))
    assert pairs.volumes.tolist() in ([10, 10, 10, 5], [5, 10, 10, 10])
    week = dates(*(f"2026-03-{day:02}" for day in range(16, 24)))
    coins = aggregated(week, Grouping(read_timeframe("2D"), all_week=True))
    assert sorted(coins.volumes.tolist()) in ([10] * 4, [5, 5, 10, 10, 10])


def test_adding_up_nothing_gives_nothing() -> None:
    assert len(aggregated(EMPTY, grouping("7m"))) == 0


# ---- sizes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "name", "base"),
    [
        ("5", "5m", BarSize.MINUTE_5),
        ("45s", "45s", BarSize.SECOND_15),
        ("7m", "7m", BarSize.MINUTE_1),
        ("60m", "1h", BarSize.HOUR_1),
        ("90", "90m", BarSize.MINUTE_30),
        ("6h", "6h", BarSize.MINUTE_30),
        ("45 min", "45m", BarSize.MINUTE_15),
        ("13s", "13s", BarSize.SECOND_1),
        ("1d", "1D", BarSize.DAY_1),
        ("D", "1D", BarSize.DAY_1),
        ("2W", "2W", BarSize.WEEK_1),
        ("1M", "1M", BarSize.MONTH_1),
        ("1Q", "1Q", BarSize.MONTH_1),
        ("1y", "1Y", BarSize.MONTH_1),
    ],
)
def test_what_a_trader_types_is_a_size_of_bars(typed, name, base) -> None:
    timeframe = read_timeframe(typed)
    assert (timeframe.name, timeframe.base) == (name, base)
    assert read_timeframe(name) == timeframe


@pytest.mark.parametrize(
    "typed", ["", "0m", "x", "5x", "24h", "1500m", "400D", "-5", "5.5m", "9" * 12]
)
def test_what_is_no_size_is_said_in_a_sentence(typed) -> None:
    with pytest.raises(TimeframeError, match=r"\w+ \w+"):
        read_timeframe(typed)


def test_the_brokers_sizes_are_not_added_up_and_prints_are_no_time() -> None:
    assert all(timeframe_of(size).is_direct for size in BarSize)
    assert all(timeframe_of(size).base is size for size in BarSize)
    assert read_timeframe("500T") == Timeframe(500, Unit.TICK)
    assert read_timeframe("8R").is_of_prints


def test_the_opening_of_a_usual_day_is_read_from_the_hours() -> None:
    futures = "20260315:1800-20260316:1700;20260316:1800-20260317:1700;20260318:CLOSED"
    assert opening_of(futures) == EVENING
    assert opening_of("20260316:0400-20260316:2000;20260317:0400-20260317:2000") == 14_400
    assert opening_of("rubbish") == 0


# ---- kept in step ----------------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(st.sampled_from(["older", "update", "merge", "append"]), st.integers(1, 40)),
    max_size=12,
)


@given(STEPS, st.integers(0, 2**32 - 1))
def test_bars_that_come_in_any_order_are_the_sum_of_all(steps, seed) -> None:
    random = np.random.default_rng(seed)
    how = grouping("7m")
    whole = AddedUp(BarArrays())
    whole.start(how)
    middle = int(ny(2026, 3, 18, 12, 0).timestamp())

    def page(first: int, count: int) -> BarTable:
        times = first + 60 * np.arange(count)
        prices = random.normal(100, 1, (5, count))
        return BarTable(times.astype(np.int64), *prices)

    whole.merge(page(middle, 30))
    remembered = whole.bars.time(whole.bars.first), whole.bars.first
    for step, count in steps:
        first, last = whole.first_time, whole.last_time
        if step == "older":
            whole.prepend(page(first - 60 * count, count))
        elif step == "merge":
            whole.merge(page(last - 60 * count, count + 3))
        else:
            time = last + (60 if step == "append" else -60 * (count % 9))
            table = page(time, 1)
            values = [float(column[0]) for column in table.columns[1:]]
            whole.update(Bar(datetime.fromtimestamp(time, UTC), *values))
    expected = aggregated(whole.table(), how)
    bars = whole.bars
    shown = bars.table(bars.first, bars.end)
    assert shown.times.tolist() == expected.times.tolist()
    for mine, true in zip(shown.columns[1:], expected.columns[1:], strict=True):
        assert mine == pytest.approx(true, abs=1e-9)
    assert bars.index_of(remembered[0]) == remembered[1]  # who remembered an index was not moved


def test_an_update_tells_what_became_of_the_longer_bar() -> None:
    whole = AddedUp(BarArrays())
    whole.start(grouping("2m"))
    base = ny(2026, 3, 18, 9, 30)

    def placed(minute: int) -> Placed:
        return whole.update(Bar(base + timedelta(minutes=minute), 1, 2, 0, 1, 5))

    assert [placed(0), placed(1), placed(2), placed(2)] == [
        Placed.APPENDED,
        Placed.REPLACED_LAST,
        Placed.APPENDED,
        Placed.REPLACED_LAST,
    ]
    assert placed(1) is Placed.CHANGED
    assert len(whole.bars) == 2
    assert joined([]) is EMPTY
