"""Which figures of edited limits would allow more than before: what a locked session refuses."""

from dataclasses import fields
from decimal import Decimal

from workstation.risk.limits import Limits, TwoLevel, worded

_LESS_IS_LOOSER = frozenset(
    {
        "funds_buffer_percent",
        "stock_margin_percent",
        "futures_margin_percent",
        "forex_margin_percent",
        "duplicate_seconds",
        "cooldown_minutes",
    }
)
"""Figures that protect more the larger they are."""

_LISTS_MORE_IS_LOOSER = frozenset({"enabled_classes", "allowed"})


def loosened(before: Limits, after: Limits) -> tuple[str, ...]:
    """Name every change that allows more, or of which that cannot be told; one sentence each."""
    return tuple(
        f"{field.name}: {worded(old)} -> {worded(new)}"
        for field in fields(Limits)
        if (old := getattr(before, field.name)) != (new := getattr(after, field.name))
        and _is_looser(field.name, old, new)
    )


def _is_looser(name: str, old: object, new: object) -> bool:
    if isinstance(old, tuple) and isinstance(new, tuple):
        return _is_looser_list(name, old, new)
    if old is None:
        return name == "quantity"  # what order_size allows may be less than a figure of its own
    if new is None:
        return True
    if isinstance(old, TwoLevel) and isinstance(new, TwoLevel):
        return new.personal > old.personal or new.catastrophic > old.catastrophic
    if isinstance(old, int | Decimal) and isinstance(new, int | Decimal):
        return new < old if name in _LESS_IS_LOOSER else new > old
    return True  # another measure, another day: nobody can tell


def _is_looser_list(name: str, old: tuple[object, ...], new: tuple[object, ...]) -> bool:
    if name == "allowed" and not (old and new):
        return not new  # an empty list allows everything
    if name in _LISTS_MORE_IS_LOOSER:
        return not set(new) <= set(old)
    if name == "restricted":
        return not set(old) <= set(new)
    return True  # a figure of its own may lie on either side of the account's
