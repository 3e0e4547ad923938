"""What a tick changes equals what a full computation gives, for every indicator there is."""

import numpy as np
import pytest

from workstation.indicators.definition import BarSeries, Indicator, Memory
from workstation.indicators.library import load_library
from workstation.indicators.running import Running

LIBRARY = load_library()
DAY = 26


class Bars:
    """A random walk that grows, with bars of a quarter of an hour and 26 of them a day."""

    def __init__(self, count: int, seed: int = 1) -> None:
        random = np.random.default_rng(seed)
        self.closes = 100 + np.cumsum(random.normal(0, 0.3, count))
        self.opens = self.closes + random.normal(0, 0.2, count)
        self.highs = np.maximum(self.opens, self.closes) + random.random(count) * 0.3
        self.lows = np.minimum(self.opens, self.closes) - random.random(count) * 0.3
        self.volumes = np.round(random.gamma(2, 1000, count))
        numbers = np.arange(count)
        self.days = numbers // DAY
        self.times = self.days * 86_400 + 34_200 + numbers % DAY * 900
        self.first, self.end, self.epoch = 0, count, 1
        self.asked = 0

    def series(self, first: int, end: int) -> BarSeries:
        self.asked += end - first
        names = ("times", "days", "opens", "highs", "lows", "closes", "volumes")
        return BarSeries(**{name: getattr(self, name)[first:end].copy() for name in names})

    def day_start(self, index: int, days: int) -> int:
        return max(self.first, (index // DAY - days) * DAY)

    def move(self, index: int, close: float) -> None:
        self.closes[index] = close
        self.highs[index] = max(self.highs[index], close)
        self.lows[index] = min(self.lows[index], close)


def full(indicator: Indicator, bars: Bars) -> Running:
    running = Running(indicator, indicator.clean({}))
    running.refresh(bars, bars.first)
    return running


def test_the_menu_has_every_function_and_ours() -> None:
    assert len(LIBRARY) >= 201
    assert {"SMA", "MACD", "KC", "DONCHIAN", "SUPERTREND", "Ichimoku", "Pivots"} <= set(LIBRARY)
    assert LIBRARY["MACD"].label(LIBRARY["MACD"].clean({})) == "MACD 12 26 9"


def agree(running: Running, whole: Running) -> bool:
    """Tell whether two have the same values within 1e-9 and none at the same places."""
    ours, theirs = running.table(0, 899), whole.table(0, 899)
    if running.fault or whole.fault or (running.first, running.end) != (0, 899):
        return False
    if not np.array_equal(np.isnan(ours), np.isnan(theirs)):
        return False
    limits = 1e-9 * np.maximum(1, np.abs(np.nan_to_num(theirs)))
    return bool((np.abs(np.nan_to_num(ours) - np.nan_to_num(theirs)) <= limits).all())


def grown(indicator: Indicator) -> tuple[Running, Running]:
    """Return the indicator kept up to date over 19 bars of two ticks each, and made anew."""
    bars, count = Bars(900), 880
    bars.end = count
    running = full(indicator, bars)
    random = np.random.default_rng(5)
    for end in range(count, 900):
        bars.end = end
        for _ in range(2):
            bars.move(end - 1, bars.closes[end - 1] + random.normal(0, 0.2))
            running.refresh(bars, end - 1)
    return running, full(indicator, bars)


def test_a_tail_equals_the_whole() -> None:
    wrong = [key for key, indicator in LIBRARY.items() if not agree(*grown(indicator))]
    assert wrong == []


@pytest.mark.parametrize("key", ["SMA", "EMA", "RSI", "MACD", "BBANDS", "ATR", "OBV", "SAR"])
def test_a_tick_reads_few_bars(key) -> None:
    bars = Bars(50_000)
    running = full(LIBRARY[key], bars)
    running.refresh(bars, 49_999)
    bars.asked = 0
    running.refresh(bars, 49_999)
    assert bars.asked < 2500


def test_older_bars_and_other_bars_are_worked_out_anew() -> None:
    bars = Bars(300)
    bars.first = 100
    running = full(LIBRARY["EMA"], bars)
    bars.first = 0
    running.refresh(bars, 299)
    assert running.first == 0
    assert running.at(299) == full(LIBRARY["EMA"], bars).at(299)
    bars.closes += 5
    bars.epoch += 1
    running.refresh(bars, 299)
    assert running.at(150) == full(LIBRARY["EMA"], bars).at(150)
    assert np.isnan(running.at(500)).all()


def test_numbers_that_contradict_each_other_are_a_fault_and_no_traceback() -> None:
    indicator = LIBRARY["SMA"]
    running = Running(indicator, {**indicator.clean({}), "timeperiod": -5.0})
    bars = Bars(100)
    running.refresh(bars, 0)
    assert "TA-Lib" in running.fault
    running.refresh(bars, 99)
    assert np.isnan(running.at(99)).all()


def test_few_bars_are_no_fault() -> None:
    bars = Bars(40)
    for end in (0, 1, 2, 3, 40):
        bars.end = end
        found = {key: full(indicator, bars) for key, indicator in LIBRARY.items()}
        assert [key for key, each in found.items() if each.fault or each.end != end] == []


@pytest.mark.parametrize("garbage", [None, "x", True, np.nan, np.inf, [], -1e30, 1e30])
def test_odd_values_of_parameters_are_made_clean(garbage) -> None:
    for indicator in LIBRARY.values():
        for parameter in indicator.parameters:
            value = parameter.clean(garbage)
            assert parameter.least <= value <= parameter.most
            assert not parameter.choices or parameter.choices[int(value)]


def test_memories_are_as_said() -> None:
    assert LIBRARY["VWAP bands"].memory is Memory.SESSIONS
    assert LIBRARY["SMA"].memory is Memory.FADING
