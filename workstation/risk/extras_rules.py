"""R02 for groups, algorithms, conditions and adjustable stops: refused before sending, with why.

Source: features O28, and the broker's documentation of its order types.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal

from workstation.domain.algos import algo_faults, algo_spec
from workstation.domain.contract import ContractDetails
from workstation.domain.order import OrderDraft, OrderType, Side, Tif
from workstation.domain.order_extras import (
    AdjustedType,
    Adjustment,
    Condition,
    ConditionKind,
    Conditions,
)
from workstation.risk.facts import sendable

_K = OrderType
_AT_ONCE = frozenset({Tif.IOC, Tif.FOK, Tif.OPG})
_STOPS = frozenset({_K.STOP, _K.STOP_LIMIT, _K.TRAIL, _K.TRAIL_LIMIT})
_LONGEST_NAME = 40
_MOST_CONDITIONS = 20

_OFFERED: tuple[tuple[str, str, Callable[[OrderDraft], bool]], ...] = (
    ("OCA", "one-cancels-all", lambda draft: draft.terms.oca is not None),
    ("ALGO", "algorithmic", lambda draft: draft.terms.algo is not None),
    ("COND", "conditional", lambda draft: draft.terms.conditions is not None),
    ("ADJUST", "adjustable", lambda draft: draft.terms.adjustment is not None),
)


def extras_faults(
    draft: OrderDraft, details: ContractDetails | None, now: datetime
) -> Iterator[str]:
    """Say what of an order's extras the broker or the contract would refuse."""
    terms = draft.terms
    yield from _group_faults(draft)
    if draft.legs and (terms.algo is not None or terms.adjustment is not None):
        yield "A combination takes no algorithm and no adjustable stop."
    if terms.hedge is not None:
        yield "A hedge needs an order that it is attached to."
    if terms.algo is not None:
        yield from _algo_faults(draft)
    if terms.conditions is not None:
        yield from _conditions_faults(draft, terms.conditions, now)
    if terms.adjustment is not None:
        yield from _adjustment_faults(draft, terms.adjustment, details)
    if terms.include_overnight:
        yield from _overnight_faults(draft, details)
    if details is not None and details.order_types:
        for code, name, wanted in _OFFERED:
            if wanted(draft) and code not in details.order_types:
                yield f"The contract takes no {name} orders."


def _group_faults(draft: OrderDraft) -> Iterator[str]:
    oca = draft.terms.oca
    if oca is None:
        return
    if not _is_plain(oca.name):
        yield f"A group needs a name of up to {_LONGEST_NAME} plain letters, digits and signs."
    if draft.tif in _AT_ONCE:
        yield f"A {draft.tif.value} order cannot be in a one-cancels-all group."
    if draft.terms.all_or_none and oca.oca_type != oca.oca_type.CANCEL:
        yield "An all-or-none order cannot be reduced: let a fill cancel the rest of its group."


def _is_plain(name: str) -> bool:
    """Tell whether a name survives the wire: it carries printable ASCII."""
    fits = 0 < len(name) <= _LONGEST_NAME and name == name.strip()
    return fits and name.isascii() and name.isprintable()


def _algo_faults(draft: OrderDraft) -> Iterator[str]:
    terms, kind = draft.terms, draft.order_type
    assert terms.algo is not None
    yield from algo_faults(terms.algo)
    spec = algo_spec(terms.algo.strategy)
    if kind not in {_K.MARKET, _K.LIMIT}:
        yield f"The broker works market and limit orders by an algorithm, no {kind.value} orders."
    elif spec is not None and spec.limit_only and kind is not _K.LIMIT:
        yield f"{spec.title} takes limit orders only."
    if draft.tif in _AT_ONCE:
        yield f"A {draft.tif.value} order leaves an algorithm no time."
    apart = (
        (terms.display_size is not None, "an iceberg"),
        (terms.hidden, "hidden"),
        (terms.all_or_none, "all-or-none"),
        (terms.discretionary_amount is not None, "discretionary"),
        (terms.include_overnight, "for the overnight session"),
    )
    for applies, name in apart:
        if applies:
            yield f"An order worked by an algorithm cannot be {name}."


def _conditions_faults(draft: OrderDraft, conditions: Conditions, now: datetime) -> Iterator[str]:
    if not 0 < len(conditions.each) <= _MOST_CONDITIONS:
        yield f"A conditional order has from 1 to {_MOST_CONDITIONS} conditions."
    if draft.tif in _AT_ONCE:
        yield f"A {draft.tif.value} order cannot wait for conditions."
    for number, condition in enumerate(conditions.each, 1):
        if fault := _condition_fault(condition, now):
            yield f"Condition {number}: {fault}"


def _condition_fault(one: Condition, now: datetime) -> str:
    match one.kind:
        case ConditionKind.TIME:
            return _time_fault(one, now)
        case ConditionKind.EXECUTION:
            words = (one.symbol, one.sec_type, one.exchange)
            plain = all(map(_is_plain, words))
            return "" if plain else "a trade needs symbol, class and exchange."
        case ConditionKind.MARGIN:
            fits = _is_number(one.value) and _is_whole(one.value, most=100)
            return "" if fits else "the margin cushion is a whole number from 0 to 100 %."
        case _:
            return _contract_fault(one)


def _time_fault(one: Condition, now: datetime) -> str:
    if one.time is None:
        return "a time is needed."
    if not one.is_more and one.time <= now:
        return "the time before which it would hold is past."
    return ""


def _contract_fault(one: Condition) -> str:
    if not one.con_id or not _is_plain(one.exchange):
        return "a contract and its exchange are needed."
    if not _is_number(one.value):
        return "a number that can be sent is needed."
    if one.kind is ConditionKind.VOLUME and not _is_whole(one.value, most=10**9):
        return "a volume is a whole number."
    return ""


def _is_number(value: Decimal | None) -> bool:
    return value is not None and sendable(value)


def _is_whole(value: Decimal | None, *, most: int) -> bool:
    return value is not None and 0 <= value <= most and value == value.to_integral_value()


def _adjustment_faults(
    draft: OrderDraft, plan: Adjustment, details: ContractDetails | None
) -> Iterator[str]:
    if draft.order_type not in _STOPS:
        yield f"A {draft.order_type.value} order is no stop that could be adjusted."
    yield from _needed(plan)
    prices = (plan.trigger_price, plan.stop_price, plan.limit_price)
    known = [price for price in prices if price is not None and sendable(price)]
    if details is not None:
        for price in known:
            if not details.ladder.allows(price):
                yield f"{price:f} of the adjustable stop is not on the price increment."
    yield from _side_faults(draft, plan)


def _needed(plan: Adjustment) -> Iterator[str]:
    if plan.stop_price is None:
        yield "An adjustable stop needs the stop that it becomes."
    has_limit = plan.becomes in {AdjustedType.STOP_LIMIT, AdjustedType.TRAIL_LIMIT}
    if has_limit and plan.limit_price is None:
        yield f"An adjustable stop that becomes {plan.becomes.value} needs a limit."
    if not has_limit and plan.limit_price is not None:
        yield f"An adjustable stop that becomes {plan.becomes.value} takes no limit."
    amount = plan.trail_amount
    if plan.becomes.trails is not (amount is not None):
        yield "An adjustable stop that trails, and no other, needs by how much."
    if amount is not None and plan.trails_by_percent and amount >= 100:
        yield "A trailing stop trails by less than 100 %."


def _side_faults(draft: OrderDraft, plan: Adjustment) -> Iterator[str]:
    """Compare the prices with each other: the new stop must not leave at once."""
    stop, trigger = plan.stop_price, plan.trigger_price
    sells = draft.side is Side.SELL
    if stop is not None and sendable(stop) and sendable(trigger):
        leaves_at_once = stop >= trigger if sells else stop <= trigger
        if leaves_at_once:
            yield "The adjusted stop must lie on the losing side of the price that adjusts it."
    first = draft.stop_price
    if first is not None and sendable(first) and sendable(trigger):
        reached = trigger <= first if sells else trigger >= first
        if reached:
            yield "The price that adjusts the stop must lie on the winning side of the stop."


def _overnight_faults(draft: OrderDraft, details: ContractDetails | None) -> Iterator[str]:
    if draft.order_type is not _K.LIMIT or draft.tif is not Tif.DAY:
        yield "Only a limit order for the day works in the overnight session."
    if details is None or not details.valid_exchanges:
        return
    if details.contract.exchange != "SMART" or "OVERNIGHT" not in details.valid_exchanges:
        yield "The contract does not trade in the overnight session."
