"""Compares the further terms of an order of ours with what the broker reports of it."""

from dataclasses import fields
from datetime import datetime

from workstation.domain.order import OrderTerms
from workstation.domain.order_extras import Algo, Condition, Conditions

_MOVING = frozenset({"trail_stop"})
"""What the broker changes of itself while the order stands."""

_NAMES = {
    "display_size": "iceberg size",
    "discretionary_amount": "discretionary amount",
    "hidden": "hidden",
    "all_or_none": "all or none",
    "trigger_method": "trigger method",
    "include_overnight": "overnight session",
    "oca": "group",
    "algo": "algo",
    "conditions": "conditions",
    "hedge": "hedge",
    "sweeps": "sweep to fill",
    "minutes": "minutes",
    "ats_seconds": "time at IBKRATS",
    "ats": "terms at IBKRATS",
}
"""Terms that a report of an order which has them must show, under the words a user knows."""


def is_taken(old: OrderTerms, asked: OrderTerms, reported: OrderTerms) -> bool:
    """Tell whether a report shows every term that a change was to give another value."""
    names = (each.name for each in fields(OrderTerms) if each.name not in _MOVING)
    return all(
        getattr(old, name) == getattr(asked, name)
        or _same(getattr(asked, name), getattr(reported, name))
        for name in names
    )


def not_shown(ours: OrderTerms, reported: OrderTerms) -> tuple[str, ...]:
    """Name the terms of ours that a report lacks altogether."""
    plain = OrderTerms()
    return tuple(
        words
        for name, words in _NAMES.items()
        if getattr(ours, name) != getattr(plain, name)
        and getattr(reported, name) == getattr(plain, name)
    )


def _same(asked: object, reported: object) -> bool:
    """Compare two values as the broker may write them: seconds, and names in other letters."""
    if isinstance(asked, datetime) and isinstance(reported, datetime):
        return abs((asked - reported).total_seconds()) < 60
    if isinstance(asked, Algo) and isinstance(reported, Algo):
        return _spelled(asked) == _spelled(reported)
    if isinstance(asked, Conditions) and isinstance(reported, Conditions):
        return _essence(asked) == _essence(reported)
    return asked == reported


def _spelled(algo: Algo) -> tuple[str, dict[str, str]]:
    given = {tag.lower(): value for tag, value in algo.params if value}
    return algo.strategy.lower(), given


def _essence(conditions: Conditions) -> tuple[object, ...]:
    each = tuple(_essence_of(one) for one in conditions.each)
    return (conditions.cancels, conditions.ignores_rth, *each)


def _essence_of(one: Condition) -> tuple[object, ...]:
    """Leave out what is only shown: the symbol of a contract that has its number."""
    moment = None if one.time is None else one.time.replace(second=0, microsecond=0)
    name = one.symbol if one.con_id is None else ""
    return (one.kind, one.is_more, one.value, moment, one.con_id, name, one.trigger_method)
