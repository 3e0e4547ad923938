"""Every function of TA-Lib as an indicator, from the library's own descriptions."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import talib
from talib import _ta_lib, abstract

from workstation.indicators.definition import (
    BarSeries,
    Floats,
    Indicator,
    Kind,
    Memory,
    Output,
    Parameter,
    Values,
)

PRICES = ("Close", "Open", "High", "Low", "Median", "Typical", "Average", "Volume")
_PRICE_OF_INPUT = {"close": 0.0, "open": 1.0, "high": 2.0, "low": 3.0, "volume": 7.0}
_AVERAGES = (
    *("SMA", "EMA", "WMA", "DEMA", "TEMA", "TRIMA", "KAMA", "MAMA", "T3"),
    *("HMA", "None", "Own", "ZLEMA", "RMA"),
)

_WHOLE, _CHOICE = (2,), (3,)
"""TA-Lib's types of a parameter: ranges of whole numbers, lists of choices."""

_GUIDES = {
    "RSI": (30.0, 70.0),
    "CMO": (-50.0, 50.0),
    "MFI": (20.0, 80.0),
    "STOCH": (20.0, 80.0),
    "STOCHF": (20.0, 80.0),
    "STOCHRSI": (20.0, 80.0),
    "WILLR": (-80.0, -20.0),
    "CCI": (-100.0, 100.0),
    "ADX": (25.0,),
    "ULTOSC": (30.0, 70.0),
}
_ZERO = frozenset({"MACD", "MACDEXT", "MACDFIX", "MOM", "ROC", "APO", "PPO", "TRIX", "AO", "TSI"})
_INDEX_OUTPUTS = frozenset({"MAXINDEX", "MININDEX", "MINMAXINDEX"})
_CUMULATIVE = frozenset({"VWAP", "NVI", "PVI"})
_SEPARATE = frozenset({"PERCENTRANK"})

Function = Callable[..., Any]

# The stubs of TA-Lib 0.8 leave out what describes its functions.
_DESCRIBED: Any = abstract
_NATIVE: Any = _ta_lib
_TALIB: Any = talib


def talib_indicators() -> list[Indicator]:
    """Describe all functions. Costs some milliseconds; TA-Lib is loaded by this module."""
    groups: Mapping[str, Sequence[str]] = _TALIB.get_function_groups()
    return [_indicator(name, group) for group, names in groups.items() for name in names]


def _indicator(name: str, group: str) -> Indicator:
    described = _DESCRIBED.Function(name)
    info = described.info
    flags = frozenset(info["function_flags"] or ())
    is_pattern = "Output is a candlestick" in flags
    inputs = _inputs_of(info["input_names"])
    numbers = tuple(_parameter(name, place) for place in range(len(info["parameters"])))
    whole = frozenset(each.name for each in numbers if each.is_whole or each.choices)
    return Indicator(
        key=name,
        title=info["display_name"],
        group=group,
        parameters=(*_price_parameters(inputs), *numbers),
        outputs=tuple(
            Output(key, Kind.MARK if is_pattern else _kind(name, key, marks))
            for key, marks in info["output_flags"].items()
        ),
        is_overlay=is_pattern or (_shares_scale(flags) and name not in _SEPARATE),
        memory=Memory.WHOLE if name in _CUMULATIVE else Memory.FADING,
        guides=_GUIDES.get(name, (0.0,) if name in _ZERO else ()),
        compute=partial(_compute, getattr(talib, name), name, inputs, whole),
        warm_up=partial(_warm_up, name, whole),
    )


def _shares_scale(flags: frozenset[str]) -> bool:
    return "Output scale same as input" in flags


def _inputs_of(described: Mapping[str, str | Sequence[str]]) -> tuple[tuple[str, str], ...]:
    """Return name and usual price of each input; those the user may choose begin with "price"."""
    found: list[tuple[str, str]] = []
    for name, usual in described.items():
        if isinstance(usual, str):
            found.append((name, usual))
        else:
            found += [("", each) for each in usual]
    return tuple(found)


def _price_parameters(inputs: Sequence[tuple[str, str]]) -> list[Parameter]:
    return [
        Parameter(
            name=name,
            title="Price" if name == "price" else f"Price {name.removeprefix('price')}",
            default=_PRICE_OF_INPUT[usual],
            least=0,
            most=len(PRICES) - 1,
            choices=PRICES,
        )
        for name, usual in inputs
        if name.startswith("price")
    ]


def _parameter(function: str, place: int) -> Parameter:
    described = _NATIVE._ta_getOptInputParameterInfo(function.encode(), place)  # noqa: SLF001 -- the only source
    name, title = described["name"], described["display_name"]
    kind = described["type"]
    is_choice = kind in _CHOICE and "matype" in name
    is_whole = kind in _WHOLE
    return Parameter(
        name=name,
        title=title,
        default=float(described["default_value"]),
        least=0.0 if is_choice else 1.0 if is_whole else -1e6,
        most=len(_AVERAGES) - 1.0 if is_choice else 100_000.0 if is_whole else 1e6,
        is_whole=is_whole,
        choices=_AVERAGES if is_choice else (),
        tip=described["help"],
    )


def _kind(function: str, output: str, flags: Sequence[str]) -> Kind:
    if function in {"SAR", "SAREXT"}:
        return Kind.DOTS
    if "Histogram" in flags or (function == "AO" and output == "real"):
        return Kind.HISTOGRAM
    return Kind.DASHED if "Dashed Line" in flags else Kind.LINE


def _warm_up(function: str, whole: frozenset[str], values: Values) -> int:
    described = _DESCRIBED.Function(function)
    described.set_parameters(_numbers(values, whole))
    try:
        return int(described.lookback)
    except Exception:  # noqa: BLE001 -- TA-Lib raises plain exceptions for contradicting numbers
        return 0


def _numbers(values: Values, whole: frozenset[str]) -> dict[str, Any]:
    """Return TA-Lib's parameters, whole numbers as such: it takes nothing else for them."""
    return {
        name: int(value) if name in whole else value
        for name, value in values.items()
        if not name.startswith("price")
    }


def _compute(
    function: Function,
    name: str,
    inputs: Sequence[tuple[str, str]],
    whole: frozenset[str],
    series: BarSeries,
    values: Values,
) -> list[Floats]:
    arrays = [_input(series, values, *each) for each in inputs]
    if not len(series):
        return [np.zeros(0)] * len(_DESCRIBED.Function(name).output_names)
    try:
        found = function(*arrays, **_numbers(values, whole))
    except Exception as error:  # TA-Lib raises plain exceptions
        raise ValueError(f"TA-Lib cannot compute {name}: {error}") from error
    outputs = list(found) if isinstance(found, tuple) else [found]
    if name in _INDEX_OUTPUTS:  # places in the array mean nothing: tell how many bars ago
        places = np.arange(len(series), dtype=np.float64)
        return [places - each for each in outputs]
    return [np.asarray(each, np.float64) for each in outputs]


def _input(series: BarSeries, values: Values, name: str, usual: str) -> Floats:
    if name == "periods":
        cycle = np.asarray(talib.HT_DCPERIOD(series.closes), np.float64)
        return np.nan_to_num(cycle, nan=values["minperiod"])
    place = values[name] if name in values else _PRICE_OF_INPUT[usual]
    return price_of(series, int(place))


def price_of(series: BarSeries, place: int) -> Floats:
    """Return one of PRICES of each bar."""
    match place:
        case 0:
            prices = series.closes
        case 1:
            prices = series.opens
        case 2:
            prices = series.highs
        case 3:
            prices = series.lows
        case 4:
            prices = (series.highs + series.lows) / 2
        case 5:
            prices = (series.highs + series.lows + series.closes) / 3
        case 6:
            prices = (series.opens + series.highs + series.lows + series.closes) / 4
        case _:
            prices = series.volumes
    return np.ascontiguousarray(prices)
