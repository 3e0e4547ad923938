"""Whether the conditions of an order hold.

Source: tws-wire.md 2.4, conditions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from workstation.simgateway.instruments import BY_CON_ID
from workstation.simgateway.market import InstrumentMarket
from workstation.simgateway.order_parts import (
    EXECUTION,
    MARGIN,
    PERCENT_CHANGE,
    PRICE,
    TIME,
    VOLUME,
)
from workstation.simgateway.orders import Condition, Execution, Order
from workstation.simgateway.triggers import prices

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Sight:
    """What conditions look at."""

    markets: Mapping[int, InstrumentMarket]
    executions: Mapping[str, Execution]
    now: float
    """Seconds since 1970."""

    cushion: Decimal
    """Excess liquidity of the account in per cent of its equity."""


def are_met(order: Order, sight: Sight) -> bool:
    """Return whether an order's conditions hold: "and" binds closer than "or"."""
    whole = False
    part = True
    for condition in order.terms.conditions:
        part = part and _is_met(condition, order, sight)
        if not condition.is_and:
            whole, part = whole or part, True
    if order.terms.conditions and not order.terms.conditions[-1].is_and:
        return whole  # the last one's joint joins nothing
    return whole or part


def _is_met(condition: Condition, order: Order, sight: Sight) -> bool:
    if condition.kind == EXECUTION:
        return any(_is_meant(condition, order, e) for e in sight.executions.values())
    if condition.kind == TIME:
        return _compare(Decimal(sight.now), condition)
    if condition.kind == MARGIN:
        return _compare(sight.cushion, condition)
    market = sight.markets[condition.con_id]
    if condition.kind == VOLUME:
        return _compare(Decimal(market.quote().volume), condition)
    if condition.kind == PERCENT_CHANGE:
        close = market.previous_close()
        return _compare((market.last() - close) / close * _HUNDRED, condition)
    assert condition.kind == PRICE
    seen = prices(market, condition.trigger_method, rising=condition.is_more)
    return any(_compare(price, condition) for price in seen)


def _compare(value: Decimal, condition: Condition) -> bool:
    return value >= condition.value if condition.is_more else value <= condition.value


def _is_meant(condition: Condition, order: Order, execution: Execution) -> bool:
    """Return whether an execution since the order was sent is of the condition's contract."""
    instrument = BY_CON_ID[execution.con_id]
    return (
        execution.time >= order.sent_at
        and execution.account == order.terms.account
        and instrument.symbol == condition.symbol.upper()
        and condition.sec_type.upper() in {"", instrument.sec_type}
        and condition.exchange.upper() in {"", "SMART", execution.exchange}
    )
