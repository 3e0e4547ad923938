"""Volume at price against sums by hand, row by row."""

import numpy as np
import pytest

from workstation.indicators.profile import profile_of, step_for


def of(*bars: tuple[float, float, float], step: float = 1.0, share: float = 0.7):
    table = np.array(bars, np.float64).reshape(-1, 3)
    return profile_of(table[:, 0], table[:, 1], table[:, 2], step, share)


def test_a_bar_spreads_its_volume_over_its_range() -> None:
    found = of((13.5, 10.5, 300.0))
    assert found.low == 10.0
    assert found.volumes == pytest.approx([50, 100, 100, 50])
    assert found.volumes.sum() == pytest.approx(300)


def test_a_bar_of_one_price_counts_where_it_stands() -> None:
    found = of((10.0, 10.0, 7.0), (12.0, 11.0, 4.0))
    assert found.volumes == pytest.approx([7, 4])
    assert found.point_of_control == 0
    assert found.control_price == 10.5


def test_rows_of_many_bars_equal_the_sum_of_single_overlaps() -> None:
    random = np.random.default_rng(3)
    lows = 100 + random.random(400) * 8
    highs = lows + random.random(400) * 3
    volumes = random.gamma(2, 100, 400)
    found = profile_of(highs, lows, volumes, 0.25)
    expected = np.zeros(len(found.volumes))
    for high, low, volume in zip(highs, lows, volumes, strict=True):
        for row in range(len(expected)):
            bottom = found.low + row * 0.25
            part = max(0.0, min(high, bottom + 0.25) - max(low, bottom))
            expected[row] += volume * part / (high - low)
    assert found.volumes == pytest.approx(expected, abs=1e-6)
    assert found.volumes.sum() == pytest.approx(volumes.sum())


def test_the_value_area_grows_by_the_larger_pair_of_rows() -> None:
    #          rows:  0   1   2   3   4   5   6
    volumes = [5.0, 10.0, 20.0, 40.0, 15.0, 8.0, 2.0]
    found = of(*((n + 1.0, float(n), v) for n, v in enumerate(volumes)))
    assert found.point_of_control == 3
    # 40, then below 20 + 10 = 30 beats above 15 + 8 = 23: 70 of 100 is enough.
    assert found.area == (1, 3)
    assert found.area_prices == (1.0, 4.0)
    wider = of(*((n + 1.0, float(n), v) for n, v in enumerate(volumes)), share=0.8)
    assert wider.area == (1, 5)


def test_of_equal_rows_the_one_nearest_to_the_middle_is_in_control() -> None:
    found = of(*((n + 1.0, float(n), 10.0) for n in range(5)))
    assert found.point_of_control == 2


def test_nothing_traded_has_no_profile_and_gaps_are_left_out() -> None:
    assert of() is None
    assert of((11.0, 10.0, 0.0)) is None
    assert of((np.nan, 10.0, 5.0)) is None
    assert of((np.nan, 10.0, 5.0), (11.0, 10.0, 5.0)).volumes == pytest.approx([5])


def test_rows_are_whole_increments() -> None:
    assert step_for(100.0, 110.0, 48, 0.01) == pytest.approx(0.21)
    assert step_for(5000.0, 5040.0, 1000, 0.25) == 0.25
    assert step_for(7.0, 7.0, 48, 0.01) == 0.01
