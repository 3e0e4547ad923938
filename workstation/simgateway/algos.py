"""How much of an algorithmic order is to have traded by now, and at what price.

VWAP and TWAP follow a schedule over their window, Adaptive waits at its own side of the
spread for as long as its priority allows before it takes the other side.
"""

import math
from collections.abc import Callable
from decimal import Decimal

from workstation.simgateway.orders import Order, OrderTerms

VWAP, TWAP, ADAPTIVE = "VWAP", "TWAP", "ADAPTIVE"
STRATEGIES = frozenset({VWAP, TWAP, ADAPTIVE})

DEFAULT_WINDOW = 600.0
"""Seconds an order without an end time is spread over."""

_PATIENCE = {"URGENT": 2.0, "NORMAL": 8.0, "PATIENT": 25.0}
"""Seconds an Adaptive order waits at its own side, by priority."""


def parameter(terms: OrderTerms, name: str) -> str:
    """Return a parameter of an algorithm; empty when it was not given."""
    return next((v for tag, v in terms.algo_params if tag.lower() == name.lower()), "")


def window(order: Order, moment: Callable[[str], float | None]) -> tuple[float, float]:
    """Return when an order's schedule begins and ends, in seconds since 1970.

    moment reads the time texts of the parameters.
    """
    begin = moment(parameter(order.terms, "startTime")) or order.began_at
    begin = max(begin, order.began_at)
    end = moment(parameter(order.terms, "endTime")) or begin + DEFAULT_WINDOW
    return begin, end if end > begin else begin + DEFAULT_WINDOW


def due(order: Order, now: float, begin: float, end: float) -> Decimal:
    """Return the shares that should have traded by now: whole ones, all at the end."""
    if now >= end:
        return order.terms.quantity
    if order.terms.quantity < 1:
        return Decimal(0)
    part = max(0.0, (now - begin) / (end - begin))
    if order.terms.algo == VWAP:
        part = _volume_curve(part)
    return Decimal(math.floor(float(order.terms.quantity) * part))


def _volume_curve(part: float) -> float:
    """Return the share of a day's volume up to a part of it: more at both ends."""
    return part + math.sin(2 * math.pi * part) / (4 * math.pi)


def takes_the_spread(order: Order, now: float) -> bool:
    """Return whether an Adaptive order has waited long enough."""
    priority = parameter(order.terms, "adaptivePriority").upper()
    return now - order.began_at >= _PATIENCE.get(priority, _PATIENCE["NORMAL"])
