"""Scales and labels: whole pixels, round prices, the turns of days."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.bar import Bar
from workstation.ui import text
from workstation.ui.chart.bar_table import seconds_of
from workstation.ui.chart.bars import BarArrays
from workstation.ui.chart.price_scale import PriceScale, round_prices
from workstation.ui.chart.scale import ONE_TO_ONE, ZOOMS, TimeScale
from workstation.ui.chart.time_marks import DAY, MONTH, YEAR, TimeMarks, local_seconds


def arrays_at(times: list[datetime]) -> BarArrays:
    arrays = BarArrays()
    arrays.append([Bar(time, 1, 1, 1, 1, 1) for time in times])
    return arrays


@given(st.integers(0, len(ZOOMS) - 1), st.integers(-9, 9), st.integers(0, 799))
def test_zooming_keeps_the_bar_under_the_cursor(zoom, steps, anchor) -> None:
    scale = TimeScale()
    scale.set_width(800)
    scale.zoom = zoom
    scale.show_newest(1_000_000)
    before = scale.index_at(anchor)

    scale.zoom_to(zoom + steps, anchor, -10_000_000, 10_000_000)

    assert abs(scale.index_at(anchor) - before) <= 1 + max(scale.factor, ZOOMS[zoom][0])


@pytest.mark.parametrize("zoom", range(len(ZOOMS)))
def test_every_column_finds_its_bar_again(zoom) -> None:
    scale = TimeScale()
    scale.set_width(500)
    scale.zoom, scale.scroll = zoom, -137
    for x in range(500):
        index = scale.index_at(x)
        assert scale.x_of(index) <= x < scale.x_of(index) + scale.spacing


def test_a_new_bar_moves_the_view_only_if_the_newest_was_in_sight() -> None:
    scale = TimeScale()
    scale.set_width(400)
    scale.show_newest(100)
    place = scale.x_of(99)
    assert scale.follow(100, 101)
    assert scale.x_of(100) == place

    scale.scroll -= 600
    scroll = scale.scroll
    assert not scale.follow(101, 102)
    assert scale.scroll == scroll


def test_the_view_cannot_be_moved_away_from_the_bars() -> None:
    scale = TimeScale()
    scale.set_width(400)

    scale.pan(-1_000_000, 0, 500)
    assert scale.x_of(0) == 200
    scale.pan(1_000_000, 0, 500)
    assert scale.x_of(500) == 200


def test_one_zooms_out_no_further_than_the_bars_reach() -> None:
    scale = TimeScale()
    scale.set_width(400)

    scale.zoom_to(0, 0, 0, 100_000)
    assert 200 <= 100_000 / scale.factor < 400
    scale.zoom_to(0, 0, 0, 10)
    assert scale.spacing == 4


def test_another_screen_shows_bars_about_as_wide() -> None:
    scale = TimeScale()
    scale.zoom = ONE_TO_ONE
    scale.rescale(2.0)
    assert scale.spacing == 2


@pytest.mark.parametrize("is_log", [False, True])
def test_a_scale_stands_still_for_a_little_and_never_cuts_a_bar_off(is_log: bool) -> None:
    random = np.random.default_rng(5)
    scale = PriceScale()
    scale.is_log = is_log
    stood = 0
    low, high = 100.0, 900.0
    for _ in range(2000):
        before = scale.low, scale.high
        changed = scale.fit(low, high, 0.01)
        stood += not changed
        assert changed == (before != (scale.low, scale.high))
        assert scale.low < low < high < scale.high
        assert scale.high - scale.low < 2 * (high - low) or is_log
        low *= float(np.exp(random.normal(0, 0.01)))
        high = max(high * float(np.exp(random.normal(0, 0.01))), low * 1.05)
    assert 300 < stood < 1900


def test_a_scale_by_ratio_begins_where_a_range_above_zero_comes() -> None:
    scale = PriceScale()
    scale.is_log = True
    scale.fit(-0.01, 100.0, 0.01)
    assert not scale.is_by_ratio
    scale.fit(0.01, 100.0, 0.01)
    assert scale.is_by_ratio


def test_prices_fit_with_air_and_stay_where_the_user_put_them() -> None:
    scale = PriceScale()
    scale.top, scale.height = 10, 101
    assert scale.fit(100.0, 110.0, 0.01)
    assert not scale.fit(100.0, 110.0, 0.01)
    assert 10 < scale.y_of(110.0) < scale.y_of(100.0) < 110
    assert scale.price_at(scale.y_of(105.0)) == pytest.approx(105.0, abs=0.1)

    scale.stretch(30)
    low = scale.low
    assert not scale.fit(1.0, 2.0, 0.01)
    assert scale.low == low < 99
    scale.is_manual = False
    assert scale.fit(1.0, 2.0, 0.01)


def test_one_price_alone_has_a_range() -> None:
    scale = PriceScale()
    scale.height = 100
    scale.fit(5.0, 5.0, 0.01)
    assert scale.low < 5.0 < scale.high


@given(
    st.floats(0.01, 1e5),
    st.floats(0.001, 1e4),
    st.integers(1, 20),
    st.sampled_from([0.0001, 0.01, 0.05, 0.25, 1.0]),
)
def test_round_prices_are_few_inside_and_on_the_increments(low, span, most, increment) -> None:
    found = round_prices(low, low + span, most, increment)
    assert len(found) <= most + 1
    for price in found:
        assert low - 1e-6 <= price <= low + span + 1e-6
        assert price / increment == pytest.approx(round(price / increment), abs=1e-3)


def test_turns_of_time_weigh_more_the_rarer_they_are() -> None:
    marks = TimeMarks()
    marks.zone = ZoneInfo("America/New_York")
    times = [
        datetime(2025, 12, 31, 20, 55, tzinfo=UTC),
        datetime(2026, 1, 2, 14, 30, tzinfo=UTC),
        datetime(2026, 1, 2, 14, 31, tzinfo=UTC),
        datetime(2026, 1, 2, 14, 35, tzinfo=UTC),
        datetime(2026, 2, 2, 14, 30, tzinfo=UTC),
        datetime(2026, 2, 3, 14, 30, tzinfo=UTC),
    ]
    arrays = arrays_at(times)

    marks.weigh(arrays)

    assert marks.of_weight(0, 6, YEAR).tolist() == [1]
    assert marks.of_weight(0, 6, MONTH).tolist() == [1, 4]
    assert marks.of_weight(0, 6, DAY).tolist() == [1, 4, 5]
    assert marks.label(seconds_of(times[1]), YEAR) == "2026"
    assert marks.label(seconds_of(times[5]), DAY) == "3 Feb"
    assert marks.label(seconds_of(times[3]), 2) == "09:35"
    assert marks.full_label(seconds_of(times[5])) == "Tue 03 Feb 2026 09:30"


def test_bars_added_at_either_end_weigh_as_if_taken_at_once() -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    times = [start + timedelta(hours=7 * number) for number in range(300)]
    grown, whole = TimeMarks(), TimeMarks()
    arrays = arrays_at(times[100:200])
    grown.weigh(arrays)
    arrays.prepend([Bar(time, 1, 1, 1, 1, 1) for time in times[:100]])
    grown.weigh(arrays)
    arrays.append([Bar(time, 1, 1, 1, 1, 1) for time in times[200:]])
    grown.weigh(arrays)
    whole.weigh(arrays)

    assert grown._weights.tolist() == whole._weights.tolist()
    assert grown._first == whole._first == -100


def test_daily_bars_are_dates_whatever_the_zone() -> None:
    marks = TimeMarks()
    marks.use(is_intraday=False)
    assert marks.full_label(seconds_of(datetime(2026, 3, 18, tzinfo=UTC))) == "Wed 18 Mar 2026"


def test_local_seconds_follow_the_change_of_clocks() -> None:
    zone = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)
    moments = [start + timedelta(minutes=15 * number) for number in range(40)]
    arrays = arrays_at(moments)

    local = local_seconds(arrays.times, zone)

    expected = [m.astimezone(zone).replace(tzinfo=UTC).timestamp() for m in moments]
    assert local.tolist() == expected


def test_labels_keep_their_distance() -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    arrays = arrays_at([start + timedelta(minutes=number) for number in range(5000)])
    marks = TimeMarks()
    marks.weigh(arrays)

    chosen = [index for index, _ in marks.chosen(0, 5000, 30, 100.0)]

    assert 8 <= len(chosen) <= 30
    assert min(late - early for early, late in pairwise(chosen)) >= 100


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "—"),
        (0.0, "0"),
        (950.0, "950"),
        (12_440.0, "12.4K"),
        (3.25e6, "3.25M"),
        (1.2e11, "120B"),
    ],
)
def test_volumes_on_an_axis_are_short(value, expected) -> None:
    assert text.short_size(value) == expected
