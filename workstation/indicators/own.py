"""Indicators that TA-Lib has not: by trading day, by cloud, by anchor."""

from itertools import pairwise

import numpy as np

from workstation.indicators.definition import (
    BarSeries,
    Floats,
    Indicator,
    Ints,
    Kind,
    Memory,
    Output,
    Parameter,
    Values,
)

_GROUP = "Levels and sessions"


def _period(name: str, title: str, default: float) -> Parameter:
    return Parameter(name=name, title=title, default=default, least=1, most=10_000, is_whole=True)


def vwap_bands(series: BarSeries, values: Values) -> list[Floats]:
    """Weigh the typical price by volume from the day's first bar; bands by its deviation."""
    price = (series.highs + series.lows + series.closes) / 3
    average, deviation = np.full(len(series), np.nan), np.full(len(series), np.nan)
    for begin, end in _days(series.days):
        here = slice(begin, end)
        average[here], deviation[here] = _weighted(price[here], series.volumes[here])
    band = values["bands"] * deviation
    return [average, average + band, average - band]


def anchored_vwap(series: BarSeries, values: Values) -> list[Floats]:
    """Weigh the typical price by volume from the anchor's bar on."""
    begin = int(np.searchsorted(series.times, int(values["anchor"])))
    price = (series.highs + series.lows + series.closes) / 3
    average = np.full(len(series), np.nan)
    average[begin:] = _weighted(price[begin:], series.volumes[begin:])[0]
    return [average]


def _weighted(price: Floats, volume: Floats) -> tuple[Floats, Floats]:
    """Return running mean and deviation by weight; around the first price, to keep digits."""
    if not len(price):
        return price, price
    around = price - price[0]
    weight = np.cumsum(volume)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.cumsum(around * volume) / weight
        spread = np.cumsum(around * around * volume) / weight - mean * mean
    return mean + price[0], np.sqrt(np.maximum(spread, 0.0))


def ichimoku(series: BarSeries, values: Values) -> list[Floats]:
    """Middles of the ranges of three spans; the leading ones stand `base` bars later."""
    conversion = _middle(series, int(values["conversion"]))
    base = _middle(series, int(values["base"]))
    second = _middle(series, int(values["span"]))
    ahead = int(values["base"])
    return [conversion, base, _later((conversion + base) / 2, ahead), _later(second, ahead)]


def _ichimoku_warm_up(values: Values) -> int:
    return int(max(values.values()) + values["base"])


def _middle(series: BarSeries, span: int) -> Floats:
    middle = np.full(len(series), np.nan)
    if len(series) >= span:
        highs = np.lib.stride_tricks.sliding_window_view(series.highs, span).max(axis=1)
        lows = np.lib.stride_tricks.sliding_window_view(series.lows, span).min(axis=1)
        middle[span - 1 :] = (highs + lows) / 2
    return middle


def _later(values: Floats, bars: int) -> Floats:
    moved = np.full(len(values), np.nan)
    if bars < len(values):
        moved[bars:] = values[: len(values) - bars]
    return moved


def previous_day(series: BarSeries, values: Values) -> list[Floats]:
    """Carry the last day's high, low and close through the day."""
    del values
    high, low, close = (np.full(len(series), np.nan) for _ in range(3))
    for (begin, end), (_, today_end) in pairwise(_days(series.days)):
        today = slice(end, today_end)
        high[today] = series.highs[begin:end].max()
        low[today] = series.lows[begin:end].min()
        close[today] = series.closes[end - 1]
    return [high, low, close]


def pivots(series: BarSeries, values: Values) -> list[Floats]:
    """Derive the floor traders' levels from the last day."""
    high, low, close = previous_day(series, values)
    pivot = (high + low + close) / 3
    width = high - low
    return [pivot, 2 * pivot - low, 2 * pivot - high, pivot + width, pivot - width]


def opening_range(series: BarSeries, values: Values) -> list[Floats]:
    """Carry the range of the first minutes, counted from the day's first bar, through the day."""
    high, low = np.full(len(series), np.nan), np.full(len(series), np.nan)
    for begin, end in _days(series.days):
        until = series.times[begin] + int(values["minutes"]) * 60
        first = begin + int(np.searchsorted(series.times[begin:end], until))
        high[begin:first] = np.maximum.accumulate(series.highs[begin:first])
        low[begin:first] = np.minimum.accumulate(series.lows[begin:first])
        high[first:end], low[first:end] = high[first - 1], low[first - 1]
    return [high, low]


def _days(days: Ints) -> list[tuple[int, int]]:
    """Return where each day begins and ends."""
    turns = np.flatnonzero(days[1:] != days[:-1]) + 1
    return list(pairwise([0, *turns.tolist(), len(days)])) if len(days) else []


OWN = (
    Indicator(
        key="VWAP bands",
        title="Volume weighted average price of the day, with bands",
        group=_GROUP,
        parameters=(
            Parameter(name="bands", title="Standard deviations", default=1.0, least=0.1, most=10),
        ),
        outputs=(Output("VWAP"), Output("upper", Kind.DASHED), Output("lower", Kind.DASHED)),
        memory=Memory.SESSIONS,
        compute=vwap_bands,
    ),
    Indicator(
        key="Anchored VWAP",
        title="Volume weighted average price since a chosen time",
        group=_GROUP,
        parameters=(
            Parameter(
                name="anchor",
                title="Since",
                default=0.0,
                least=0,
                most=1e11,
                is_whole=True,
                is_time=True,
            ),
        ),
        memory=Memory.WHOLE,
        compute=anchored_vwap,
    ),
    Indicator(
        key="Ichimoku",
        title="Ichimoku cloud",
        group="Overlap Studies",
        parameters=(
            _period("conversion", "Conversion line", 9),
            _period("base", "Base line", 26),
            _period("span", "Second leading span", 52),
        ),
        outputs=(
            Output("conversion"),
            Output("base"),
            Output("leading A", Kind.DASHED),
            Output("leading B", Kind.DASHED),
        ),
        compute=ichimoku,
        warm_up=_ichimoku_warm_up,
    ),
    Indicator(
        key="Previous day",
        title="High, low and close of the day before",
        group=_GROUP,
        outputs=tuple(Output(name, Kind.LEVEL) for name in ("high", "low", "close")),
        memory=Memory.SESSIONS,
        compute=previous_day,
    ),
    Indicator(
        key="Pivots",
        title="Floor pivots of the day before",
        group=_GROUP,
        outputs=tuple(Output(name, Kind.LEVEL) for name in ("P", "R1", "S1", "R2", "S2")),
        memory=Memory.SESSIONS,
        compute=pivots,
    ),
    Indicator(
        key="Opening range",
        title="High and low of the first minutes of the day",
        group=_GROUP,
        parameters=(_period("minutes", "Minutes", 30),),
        outputs=(Output("high", Kind.LEVEL), Output("low", Kind.LEVEL)),
        memory=Memory.SESSIONS,
        compute=opening_range,
    ),
)
"""Indicators that TA-Lib has not."""
