"""Bars as arrays: the pyramid against brute force, pages and updates wherever they fall."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.bar import Bar
from workstation.ui.chart import bars as chart_bars
from workstation.ui.chart.bar_table import seconds_of
from workstation.ui.chart.bars import HIGH, LOW, VOLUME, BarArrays, Placed

START = datetime(2026, 3, 18, 14, 30, tzinfo=UTC)


def a_bar(minute: int, close: float = 10.0, **changes: float) -> Bar:
    values = {"open": 10.0, "high": close + 1, "low": close - 1, "volume": 5.0, **changes}
    return Bar(START + timedelta(minutes=minute), close=close, **values)


def minutes_of(arrays: BarArrays) -> list[int]:
    return [int(second - seconds_of(START)) // 60 for second in arrays.times]


def assert_ranges_are_true(arrays: BarArrays, factor: int) -> None:
    first, end = arrays.first // factor - 1, -(-arrays.end // factor) + 1
    found = arrays.ranges(first, end, factor)
    for column, group in enumerate(range(first, end)):
        low = max(arrays.first, group * factor)
        inside = [arrays.bar(i) for i in range(low, min(arrays.end, (group + 1) * factor))]
        expected = (
            (max(b[1] for b in inside), -min(b[2] for b in inside), max(b[4] for b in inside))
            if inside
            else (-np.inf,) * 3
        )
        assert tuple(found[:, column]) == expected


prices = st.floats(1, 1000, allow_nan=False)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(1, 40), prices),
        st.tuples(st.just("prepend"), st.integers(1, 40), prices),
        st.tuples(st.just("update"), st.integers(0, 60), prices),
        st.tuples(st.just("merge"), st.integers(1, 40), prices),
    ),
    max_size=12,
)


@pytest.fixture(scope="module")
def small_buffers():
    """Make buffers grow early, so that small examples meet every edge."""
    patch = pytest.MonkeyPatch()
    patch.setattr(chart_bars, "LARGEST_BLOCK", 16)
    patch.setattr(chart_bars, "SMALLEST", 64)
    yield
    patch.undo()


@given(steps, st.sampled_from([1, 2, 3, 4, 6, 8, 12, 16, 24]))
def test_the_pyramid_tells_what_brute_force_tells(small_buffers, steps, factor) -> None:
    arrays, model = BarArrays(), {}
    for kind, number, price in steps:
        oldest, newest = min(model, default=0), max(model, default=0)
        if kind == "append":
            page = [a_bar(newest + 1 + k, price + k) for k in range(number)]
            arrays.append(page)
        elif kind == "prepend":
            page = [a_bar(oldest - number + k, price + k) for k in range(number)]
            arrays.prepend(page)
        elif kind == "update":
            page = [a_bar(newest + 2 - number, price)]
            if page[0].time < START + timedelta(minutes=oldest) and model:
                assert arrays.update(page[0]) is Placed.IGNORED
                continue
            arrays.update(page[0])
        else:
            page = [a_bar(newest - number // 2 + k, price - k / 10) for k in range(number)]
            arrays.merge(page)
            first, last = newest - number // 2, newest - number // 2 + number - 1
            model = {m: b for m, b in model.items() if not first <= m <= last}
        model |= {int((bar.time - START).total_seconds()) // 60: bar for bar in page}

    assert minutes_of(arrays) == sorted(model)
    assert [arrays.bar(i)[3] for i in range(arrays.first, arrays.end)] == [
        model[minute].close for minute in sorted(model)
    ]
    if model:
        assert_ranges_are_true(arrays, factor)


def test_indices_stay_when_older_bars_come() -> None:
    arrays = BarArrays()
    arrays.append([a_bar(minute, 10 + minute) for minute in range(5)])
    kept = arrays.bar(3)

    assert arrays.prepend([a_bar(minute) for minute in range(-9000, 2)]) == 9000

    assert (arrays.first, arrays.end) == (-9000, 5)
    assert arrays.bar(3) == kept
    assert arrays.index_of(seconds_of(START)) == 0


def test_an_update_is_appended_replaced_or_put_between() -> None:
    arrays = BarArrays()
    arrays.append([a_bar(0), a_bar(1), a_bar(3)])

    assert arrays.update(a_bar(3, 20.0)) is Placed.REPLACED_LAST
    assert arrays.update(a_bar(4, 21.0)) is Placed.APPENDED
    assert arrays.update(a_bar(1, 22.0)) is Placed.CHANGED
    assert arrays.update(a_bar(2, 23.0)) is Placed.CHANGED
    assert arrays.update(a_bar(-1)) is Placed.IGNORED

    assert minutes_of(arrays) == [0, 1, 2, 3, 4]
    assert arrays.closes(0, 5).tolist() == [10.0, 22.0, 23.0, 20.0, 21.0]


def test_a_page_behind_a_hole_replaces_everything() -> None:
    arrays = BarArrays()
    arrays.append([a_bar(0), a_bar(1)])

    assert arrays.merge([a_bar(1), a_bar(2)])
    assert not arrays.merge([a_bar(50), a_bar(51)])

    assert minutes_of(arrays) == [50, 51]


def test_bars_out_of_order_or_twice_are_put_right() -> None:
    arrays = BarArrays()

    arrays.append([a_bar(2), a_bar(1), a_bar(2, 30.0)])

    assert minutes_of(arrays) == [1, 2]
    assert arrays.bar(1)[3] == 30.0


def test_a_volume_that_is_unknown_counts_as_none() -> None:
    arrays = BarArrays()

    arrays.append([a_bar(0, volume=-1.0)])

    assert arrays.ranges(0, 1, 1)[VOLUME].tolist() == [0.0]
    assert arrays.ranges(0, 1, 1)[HIGH].tolist() == [11.0]
    assert arrays.ranges(0, 1, 1)[LOW].tolist() == [-9.0]
