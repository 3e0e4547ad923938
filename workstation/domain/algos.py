"""The broker's algorithms and their parameters, as a table.

Names, tags and ranges are those of the broker's published list of algorithm parameters; the
texts are on the wire as they stand here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum, auto

from workstation.domain.order_extras import Algo


class ParamKind(Enum):
    """How a parameter is typed and written."""

    FRACTION = auto()
    """A part of the volume, from 0 to 1; a trader types per cent."""
    NUMBER = auto()
    WHOLE = auto()
    FLAG = auto()
    """1 or 0."""
    TIME = auto()
    CHOICE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlgoParam:
    """One parameter of an algorithm: its tag on the wire and what it may be."""

    tag: str
    title: str
    kind: ParamKind
    choices: tuple[str, ...] = ()
    required: bool = False
    lowest: Decimal = Decimal(0)
    highest: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlgoSpec:
    """One algorithm. `limit_only` ones take no market orders."""

    strategy: str
    title: str
    params: tuple[AlgoParam, ...]
    limit_only: bool = False

    def param(self, tag: str) -> AlgoParam | None:
        """Return a parameter by its tag, None where the algorithm has none such."""
        return next((each for each in self.params if each.tag == tag), None)


def _fraction(tag: str, title: str, *, required: bool = False) -> AlgoParam:
    low, high = Decimal("0.01"), Decimal("0.5")
    return AlgoParam(
        tag=tag, title=title, kind=ParamKind.FRACTION, required=required, lowest=low, highest=high
    )


def _whole(tag: str, title: str, *, required: bool = False) -> AlgoParam:
    top = Decimal(10**9)
    return AlgoParam(
        tag=tag,
        title=title,
        kind=ParamKind.WHOLE,
        required=required,
        lowest=Decimal(1),
        highest=top,
    )


def _flag(tag: str, title: str) -> AlgoParam:
    return AlgoParam(tag=tag, title=title, kind=ParamKind.FLAG)


def _time(tag: str, title: str) -> AlgoParam:
    return AlgoParam(tag=tag, title=title, kind=ParamKind.TIME)


def _choice(tag: str, title: str, *choices: str, required: bool = False) -> AlgoParam:
    return AlgoParam(
        tag=tag, title=title, kind=ParamKind.CHOICE, choices=choices, required=required
    )


_START, _END = _time("startTime", "Start"), _time("endTime", "End")
_PAST_END = _flag("allowPastEndTime", "May go on after the end")
_NO_TAKING = _flag("noTakeLiq", "Never take liquidity")
_COMPLETE = _flag("forceCompletion", "Complete by the close")
_MAX = _fraction("maxPctVol", "Most of the volume")
_RISK = _choice("riskAversion", "Urgency", "Get Done", "Aggressive", "Neutral", "Passive")
_FROM_PART_TO_PART = (
    _fraction("startPctVol", "Part at the start", required=True),
    _fraction("endPctVol", "Part at the end", required=True),
    _START,
    _END,
    _NO_TAKING,
)

ALGOS = (
    AlgoSpec(
        strategy="Adaptive",
        title="Adaptive",
        params=(
            _choice("adaptivePriority", "Priority", "Normal", "Urgent", "Patient", required=True),
        ),
    ),
    AlgoSpec(strategy="Vwap", title="VWAP", params=(_MAX, _START, _END, _PAST_END, _NO_TAKING)),
    AlgoSpec(
        strategy="Twap",
        title="TWAP",
        params=(
            _choice(
                "strategyType",
                "Trades at",
                "Marketable",
                "Matching Midpoint",
                "Matching Same Side",
                "Matching Last",
            ),
            _START,
            _END,
            _PAST_END,
        ),
    ),
    AlgoSpec(
        strategy="ArrivalPx",
        title="Arrival price",
        params=(_MAX, _RISK, _START, _END, _COMPLETE, _PAST_END),
    ),
    AlgoSpec(strategy="ClosePx", title="Close price", params=(_MAX, _RISK, _START, _COMPLETE)),
    AlgoSpec(
        strategy="DarkIce",
        title="Dark ice",
        limit_only=True,
        params=(_whole("displaySize", "Show", required=True), _START, _END, _PAST_END),
    ),
    AlgoSpec(
        strategy="PctVol",
        title="Part of volume",
        params=(_fraction("pctVol", "Part of volume", required=True), _START, _END, _NO_TAKING),
    ),
    AlgoSpec(
        strategy="PctVolPx",
        title="Part of volume, by price",
        params=(
            _fraction("pctVol", "Part of volume", required=True),
            _fraction("deltaPctVol", "Change of the part", required=True),
            _fraction("minPctVol4Px", "Least part", required=True),
            _fraction("maxPctVol4Px", "Most part", required=True),
            _START,
            _END,
            _NO_TAKING,
        ),
    ),
    AlgoSpec(
        strategy="PctVolSz",
        title="Part of volume, by size",
        params=_FROM_PART_TO_PART,
    ),
    AlgoSpec(
        strategy="PctVolTm",
        title="Part of volume, by time",
        params=_FROM_PART_TO_PART,
    ),
    AlgoSpec(
        strategy="AD",
        title="Accumulate / distribute",
        params=(
            _whole("componentSize", "Size of a part", required=True),
            _whole("timeBetweenOrders", "Seconds between", required=True),
            _flag("randomizeTime20", "Vary the time by 20 %"),
            _flag("randomizeSize55", "Vary the size by 55 %"),
            _whole("giveUp", "Give up after"),
            _flag("catchUp", "Catch up"),
            _flag("waitForFill", "Wait for each fill"),
            _time("activeTimeStart", "Start"),
            _time("activeTimeEnd", "End"),
        ),
    ),
    AlgoSpec(
        strategy="BalanceImpactRisk",
        title="Balance impact and risk",
        params=(_MAX, _RISK, _COMPLETE),
    ),
    AlgoSpec(strategy="MinImpact", title="Minimise impact", params=(_MAX,)),
)
"""What the ticket offers, the usual ones first."""

_BY_NAME = {each.strategy.lower(): each for each in ALGOS}
_TIME = re.compile(r"^\d{8}-\d{2}:\d{2}:\d{2} UTC$")


def algo_spec(strategy: str) -> AlgoSpec | None:
    """Return an algorithm by its name in whatever letters, None for one that is not listed."""
    return _BY_NAME.get(strategy.lower())


def time_text(moment: datetime) -> str:
    """Write a time as an algorithm takes it."""
    return moment.astimezone(UTC).strftime("%Y%m%d-%H:%M:%S UTC")


def algo_time(text: str) -> datetime | None:
    """Read a time as time_text() writes it, None for anything else."""
    if not _TIME.match(text):
        return None
    try:
        return datetime.strptime(text, "%Y%m%d-%H:%M:%S UTC").replace(tzinfo=UTC)
    except ValueError:
        return None


def algo_faults(algo: Algo) -> Iterator[str]:
    """Say what an algorithm lacks or could not take."""
    spec = algo_spec(algo.strategy)
    if spec is None:
        yield f"This program does not know the algorithm {algo.strategy}."
        return
    tags = [tag for tag, _ in algo.params]
    for tag in sorted({each for each in tags if tags.count(each) > 1}):
        yield f"The parameter {tag} is given twice."
    for tag, value in algo.params:
        param = spec.param(tag)
        if param is None:
            yield f"The algorithm {spec.title} has no parameter {tag}."
        elif fault := _value_fault(param, value):
            yield f"{spec.title}, {param.title.lower()}: {fault}"
    for param in spec.params:
        if param.required and param.tag not in tags:
            yield f"{spec.title} needs: {param.title.lower()}."
    yield from _window_faults(spec, dict(algo.params))


def _value_fault(param: AlgoParam, value: str) -> str:
    match param.kind:
        case ParamKind.CHOICE:
            return "" if value in param.choices else f"one of {', '.join(param.choices)}."
        case ParamKind.FLAG:
            return "" if value in {"0", "1"} else "1 or 0."
        case ParamKind.TIME:
            return "" if algo_time(value) is not None else "a time such as 20261120-14:30:00 UTC."
        case _:
            return _number_fault(param, value)


def _number_fault(param: AlgoParam, value: str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return "a number."
    whole = param.kind is ParamKind.WHOLE
    if not number.is_finite() or (whole and number != number.to_integral_value()):
        return "a whole number." if whole else "a number."
    if not param.lowest <= number <= param.highest:
        if param.kind is ParamKind.FRACTION:
            return f"from {100 * param.lowest:.0f} to {100 * param.highest:.0f} %."
        return f"from {param.lowest:f} to {param.highest:f}."
    return ""


def _window_faults(spec: AlgoSpec, given: dict[str, str]) -> Iterator[str]:
    for start, end in (("startTime", "endTime"), ("activeTimeStart", "activeTimeEnd")):
        begins, ends = algo_time(given.get(start, "")), algo_time(given.get(end, ""))
        if begins is not None and ends is not None and not begins < ends:
            yield f"{spec.title} would end before it begins."
