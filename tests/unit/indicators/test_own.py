"""Indicators of our own against their definitions, bar by bar."""

import math

import numpy as np
import pytest

from tests.unit.indicators.test_running import DAY, LIBRARY, Bars, full

BARS = Bars(5 * DAY)


def values(key: str, bars: Bars = BARS, **changed: float) -> np.ndarray:
    indicator = LIBRARY[key]
    series = bars.series(bars.first, bars.end)
    return np.array(indicator.compute(series, indicator.clean(changed)))


def typical(index: int) -> float:
    return (BARS.highs[index] + BARS.lows[index] + BARS.closes[index]) / 3


@pytest.mark.parametrize("index", [0, 1, DAY - 1, DAY, DAY + 7, 5 * DAY - 1])
def test_vwap_starts_each_day_and_its_bands_are_weighted_deviations(index) -> None:
    begin = index // DAY * DAY
    here = range(begin, index + 1)
    weight = sum(BARS.volumes[n] for n in here)
    mean = sum(typical(n) * BARS.volumes[n] for n in here) / weight
    spread = sum((typical(n) - mean) ** 2 * BARS.volumes[n] for n in here) / weight
    found = values("VWAP bands", bands=2)[:, index]
    expected = [mean, mean + 2 * math.sqrt(spread), mean - 2 * math.sqrt(spread)]
    assert found == pytest.approx(expected, abs=1e-9)


def test_an_anchored_vwap_begins_at_its_anchor() -> None:
    found = values("Anchored VWAP", anchor=float(BARS.times[40]))[0]
    assert np.isnan(found[:40]).all()
    here = range(40, 71)
    weight = sum(BARS.volumes[n] for n in here)
    assert found[70] == pytest.approx(sum(typical(n) * BARS.volumes[n] for n in here) / weight)


def test_bars_without_volume_have_no_average() -> None:
    bars = Bars(30)
    bars.volumes[:] = 0
    assert np.isnan(values("VWAP bands", bars)).all()
    assert full(LIBRARY["VWAP bands"], bars).fault == ""


def test_levels_of_the_day_before_and_its_pivots() -> None:
    high, low = BARS.highs[DAY : 2 * DAY].max(), BARS.lows[DAY : 2 * DAY].min()
    close = BARS.closes[2 * DAY - 1]
    pivot = (high + low + close) / 3
    for index in (2 * DAY, 3 * DAY - 1):
        assert values("Previous day")[:, index] == pytest.approx([high, low, close])
        expected = [pivot, 2 * pivot - low, 2 * pivot - high, pivot + high - low]
        assert values("Pivots")[:4, index] == pytest.approx(expected)
    assert np.isnan(values("Previous day")[:, :DAY]).all()


def test_the_opening_range_grows_and_then_stands() -> None:
    found = values("Opening range", minutes=30)
    begin = DAY
    assert found[0, begin] == BARS.highs[begin]
    for index in (begin + 1, begin + 2, 2 * DAY - 1):
        assert found[0, index] == BARS.highs[begin : begin + 2].max()
        assert found[1, index] == BARS.lows[begin : begin + 2].min()


def test_the_cloud_is_the_middles_of_three_spans_moved_ahead() -> None:
    conversion, base, first, second = values("Ichimoku")

    def middle(index: int, span: int) -> float:
        here = slice(index - span + 1, index + 1)
        return (BARS.highs[here].max() + BARS.lows[here].min()) / 2

    assert conversion[100] == pytest.approx(middle(100, 9))
    assert base[100] == pytest.approx(middle(100, 26))
    assert first[100] == pytest.approx((middle(74, 9) + middle(74, 26)) / 2)
    assert second[100] == pytest.approx(middle(74, 52))
    assert np.isnan(second[:77]).all()
    assert not np.isnan(second[77])


def test_averages_and_oscillators_equal_their_textbook_definitions() -> None:
    closes = BARS.closes
    assert values("SMA", timeperiod=20)[0, 60] == pytest.approx(closes[41:61].mean(), abs=1e-9)
    ema = closes[:20].mean()
    for close in closes[20:61]:
        ema += (close - ema) * 2 / 21
    assert values("EMA", timeperiod=20)[0, 60] == pytest.approx(ema, abs=1e-9)
    upper = values("BBANDS", timeperiod=20)[0, 60]
    assert upper == pytest.approx(closes[41:61].mean() + 2 * closes[41:61].std(), abs=1e-9)
    changes = np.diff(closes[:61])
    up, down = np.maximum(changes, 0), np.maximum(-changes, 0)
    rise, fall = up[:14].mean(), down[:14].mean()
    for more, less in zip(up[14:], down[14:], strict=True):
        rise, fall = (13 * rise + more) / 14, (13 * fall + less) / 14
    assert values("RSI")[0, 60] == pytest.approx(100 * rise / (rise + fall), abs=1e-9)


def test_another_price_gives_another_average() -> None:
    high = LIBRARY["SMA"].parameters[0].choices.index("High")
    found = values("SMA", timeperiod=5, price=float(high))
    assert found[0, 10] == pytest.approx(BARS.highs[6:11].mean())
