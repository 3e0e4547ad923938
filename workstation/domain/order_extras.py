"""Groups, algorithms, conditions and adjustable stops: what an order may carry beside itself."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from itertools import pairwise

from workstation.domain.ids import ConId


class TriggerMethod(IntEnum):
    """Which prices trigger a stop or a touched order, numbered as on the wire."""

    DEFAULT = 0
    DOUBLE_BID_ASK = 1
    LAST = 2
    DOUBLE_LAST = 3
    BID_ASK = 4
    LAST_OR_BID_ASK = 7
    MID_POINT = 8


class OcaType(IntEnum):
    """What a fill does to the rest of a one-cancels-all group, numbered as on the wire."""

    CANCEL = 1
    """The rest is cancelled; of two only one is at the exchange, so that two never fill."""

    REDUCE = 2
    """The rest shrinks by what filled; of two only one is at the exchange."""

    REDUCE_UNBLOCKED = 3
    """The rest shrinks by what filled; all are at the exchange, and two may fill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OcaGroup:
    """A one-cancels-all group by the name its members share. Source: ocaGroup, ocaType."""

    name: str
    oca_type: OcaType = OcaType.CANCEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Algo:
    """An algorithm of the broker and its parameters, spelled as on the wire.

    Source: algoStrategy, algoParams.
    """

    strategy: str
    params: tuple[tuple[str, str], ...] = ()


class ConditionKind(IntEnum):
    """What a condition looks at, numbered as on the wire."""

    PRICE = 1
    TIME = 3
    MARGIN = 4
    EXECUTION = 5
    VOLUME = 6
    PERCENT_CHANGE = 7

    @property
    def of_contract(self) -> bool:
        """Whether it looks at a contract of its own."""
        return self in {
            ConditionKind.PRICE,
            ConditionKind.VOLUME,
            ConditionKind.PERCENT_CHANGE,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition of an order.

    `joins_and` says how it is tied to the next one, "and" closer than "or". `value` is a price,
    a margin cushion in per cent, a volume, or a change in per cent; `time` is aware. `con_id` and
    `exchange` name the contract of a price, volume or change; an execution is looked for by
    `symbol`, `sec_type` and `exchange`. Source: tws-wire.md 2.4, conditions.
    """

    kind: ConditionKind
    joins_and: bool = True
    is_more: bool = True
    value: Decimal | None = None
    time: datetime | None = None
    con_id: ConId | None = None
    exchange: str = ""
    symbol: str = ""
    sec_type: str = ""
    trigger_method: TriggerMethod = TriggerMethod.DEFAULT

    def __post_init__(self) -> None:
        """Refuse a time that does not say in which zone."""
        if self.time is not None and self.time.tzinfo is None:
            raise ValueError("the time of a condition needs a zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Conditions that send an order, or end it where it `cancels`; kept at the broker.

    Source: conditions, conditionsCancelOrder, conditionsIgnoreRth.
    """

    each: tuple[Condition, ...]
    cancels: bool = False
    ignores_rth: bool = False


class AdjustedType(StrEnum):
    """What an adjustable stop may become, spelled as on the wire."""

    STOP = "STP"
    STOP_LIMIT = "STP LMT"
    TRAIL = "TRAIL"
    TRAIL_LIMIT = "TRAIL LIMIT"

    @property
    def trails(self) -> bool:
        """Whether the broker moves it behind the market."""
        return self in {AdjustedType.TRAIL, AdjustedType.TRAIL_LIMIT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """What a stop becomes at the broker once the market has reached `trigger_price`.

    A trail follows at `trail_amount`, or at so many per cent where `trails_by_percent`. Prices
    are per unit in the contract's currency. Source: adjustedOrderType and the fields beside it.
    """

    trigger_price: Decimal
    becomes: AdjustedType
    stop_price: Decimal | None = None
    limit_price: Decimal | None = None
    trail_amount: Decimal | None = None
    trails_by_percent: bool = False

    @property
    def numbers(self) -> dict[str, Decimal]:
        """Every number that is given, under the words a user knows."""
        given = {
            "adjusting price": self.trigger_price,
            "adjusted stop": self.stop_price,
            "adjusted limit": self.limit_price,
            "adjusted trail": self.trail_amount,
        }
        return {name: number for name, number in given.items() if number is not None}


_OCA_WORDS = {
    OcaType.CANCEL: "one cancels the rest",
    OcaType.REDUCE: "one reduces the rest",
    OcaType.REDUCE_UNBLOCKED: "one reduces the rest, all at the exchange",
}


def oca_words(group: OcaGroup) -> str:
    """Say what group an order is in."""
    return f"group {group.name} ({_OCA_WORDS[group.oca_type]})"


def algo_words(algo: Algo) -> str:
    """Name an algorithm with its parameters."""
    params = ", ".join(f"{tag} {value}" for tag, value in algo.params if value)
    return f"algo {algo.strategy}" + (f" ({params})" if params else "")


def conditions_words(conditions: Conditions) -> str:
    """Say when an order is sent, or ended."""
    verb = "cancelled when" if conditions.cancels else "sent when"
    words = [condition_words(conditions.each[0])] if conditions.each else ["nothing"]
    for before, after in pairwise(conditions.each):
        words += ["and" if before.joins_and else "or", condition_words(after)]
    beyond = ", also outside regular hours" if conditions.ignores_rth else ""
    return f"{verb} {' '.join(words)}{beyond}"


def condition_words(condition: Condition) -> str:
    """Say what one condition waits for."""
    kind, value = condition.kind, condition.value
    name = condition.symbol or (f"contract {condition.con_id}" if condition.con_id else "")
    if kind is ConditionKind.EXECUTION:
        return f"{condition.symbol} trades in the account"
    if kind is ConditionKind.TIME:
        moment = condition.time
        at = "?" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        return f"it is {'after' if condition.is_more else 'before'} {at}"
    number = "?" if value is None else f"{value:f}"
    than = f"{'at least' if condition.is_more else 'at most'} {number}"
    if kind is ConditionKind.MARGIN:
        return f"the margin cushion is {than} %"
    if kind is ConditionKind.VOLUME:
        return f"{name} has a volume of {than}"
    if kind is ConditionKind.PERCENT_CHANGE:
        return f"{name} has changed by {than} %"
    method = condition.trigger_method
    seen = "" if method is TriggerMethod.DEFAULT else f" ({method.name.lower().replace('_', ' ')})"
    return f"{name} is {than}{seen}"


def adjustment_words(adjustment: Adjustment) -> str:
    """Say what a stop becomes, and when."""
    words = [f"at {adjustment.trigger_price:f} becomes {adjustment.becomes.value}"]
    if adjustment.stop_price is not None:
        words.append(f"{adjustment.stop_price:f}")
    if adjustment.limit_price is not None:
        words.append(f"limit {adjustment.limit_price:f}")
    if adjustment.trail_amount is not None:
        unit = " %" if adjustment.trails_by_percent else ""
        words.append(f"trailing by {adjustment.trail_amount:f}{unit}")
    return " ".join(words)
