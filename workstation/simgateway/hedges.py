"""How large an attached hedge is: it follows from what its parent has filled.

Source: the official order attributes hedgeType and hedgeParam; a hedge is sent without a
quantity of its own, and once, when its parent ends.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from workstation.simgateway.instruments import BY_CON_ID, OptionPricing
from workstation.simgateway.market import InstrumentMarket
from workstation.simgateway.orders import Order, OrderTerms

DELTA, BETA, CURRENCY, PAIR = "D", "B", "F", "P"
KINDS = frozenset({DELTA, BETA, CURRENCY, PAIR})

_ZERO = Decimal(0)


def factor(kind: str, param: str) -> Decimal | None:
    """Return the number of a hedge's parameter; None when it is not one.

    Clients write it alone or after its name: "1.2", "beta=1.2", "ratio=2".
    """
    if kind not in {BETA, PAIR}:
        return Decimal(1)
    name = "beta" if kind == BETA else "ratio"
    text = param.strip().lower().removeprefix(name).strip().removeprefix("=").strip()
    if len(text) > 24:
        return None
    try:
        value = Decimal(text)
    except ArithmeticError:
        return None
    return value if value.is_finite() and 0 < value < 10_000 else None


def size(
    parent: Order, child: OrderTerms, markets: Mapping[int, InstrumentMarket], now: float
) -> Decimal:
    """Return the shares a hedge is to trade, in whole increments; 0 when there are none."""
    assert child.hedge is not None
    wanted = _EXACT[child.hedge.kind](parent, child, markets, now)
    step = BY_CON_ID[child.con_id].size_increment
    found = (wanted / step).to_integral_value(ROUND_HALF_UP) * step
    if child.hedge.max_size:
        found = min(found, Decimal(child.hedge.max_size))
    return found if found >= BY_CON_ID[child.con_id].min_size else _ZERO


def _delta(
    parent: Order, child: OrderTerms, markets: Mapping[int, InstrumentMarket], now: float
) -> Decimal:
    """Return the shares that take the delta off an option; a stock's delta is one."""
    del child
    instrument = BY_CON_ID[parent.terms.con_id]
    if not isinstance(instrument.pricing, OptionPricing):
        return parent.filled * instrument.multiplier
    base = markets[instrument.priced_from].fair_price()
    delta = Decimal(abs(instrument.pricing.greeks(base, now).delta))
    return parent.filled * instrument.multiplier * delta


def _beta(
    parent: Order, child: OrderTerms, markets: Mapping[int, InstrumentMarket], now: float
) -> Decimal:
    """Return the units of the same value, times the beta."""
    del now
    assert child.hedge is not None
    instrument, market = BY_CON_ID[child.con_id], markets[child.con_id]
    return _value(parent) * child.hedge.factor / instrument.money(market.mark())


def _currency(
    parent: Order, child: OrderTerms, markets: Mapping[int, InstrumentMarket], now: float
) -> Decimal:
    """Return the units of a pair's first currency that what the parent paid is worth."""
    del now
    pair, value = BY_CON_ID[child.con_id], _value(parent)
    if pair.symbol == BY_CON_ID[parent.terms.con_id].currency:
        return value
    return value / markets[child.con_id].mark()


def _pair(
    parent: Order, child: OrderTerms, markets: Mapping[int, InstrumentMarket], now: float
) -> Decimal:
    del markets, now
    assert child.hedge is not None
    return parent.filled * child.hedge.factor


def _value(parent: Order) -> Decimal:
    """Return what a parent traded, in its currency."""
    return parent.filled * BY_CON_ID[parent.terms.con_id].money(parent.average_price)


_EXACT = {DELTA: _delta, BETA: _beta, CURRENCY: _currency, PAIR: _pair}
