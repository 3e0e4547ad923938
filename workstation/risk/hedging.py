"""A hedge judged beside its parent: what it may be, and the most it can be.

Source: features O34, and the broker's documentation of hedging orders.
"""

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal
from typing import TypeGuard

from workstation.domain.finding import Finding, Level, RiskCode
from workstation.domain.hedge import Hedge, HedgeKind
from workstation.risk.facts import Facts, notional, reference_price, sendable

_OPTIONS = frozenset({"OPT", "FOP"})
_MOST_RATIO = Decimal(10_000)


def hedge_findings(hedge: Hedge, parent: Facts, child: Facts) -> Iterator[Finding]:
    """Return what is wrong with a hedge, beside what is wrong with it as an order."""
    for sentence in (*_ratio_faults(hedge), *_place_faults(parent, child)):
        yield Finding(RiskCode.TERMS, Level.HARD, sentence)
    faults = {HedgeKind.DELTA: _delta_faults, HedgeKind.FX: _fx_faults}.get(hedge.kind)
    for sentence in () if faults is None else faults(parent, child):
        yield Finding(RiskCode.TERMS, Level.HARD, sentence)


def most(hedge: Hedge, parent: Facts, child: Facts) -> Decimal | str:
    """Return the most a hedge can be, in whole increments, or why that is not known.

    A delta is at most one for each share that an option is for.
    """
    if parent.details is None or child.details is None or not sendable(parent.draft.quantity):
        return "its contract or the quantity of its order is not known"
    found = _SIZES[hedge.kind](hedge, parent, child)
    if isinstance(found, str):
        return found
    if not found.is_finite() or found <= 0:
        return _NO_RATIO
    step = child.details.size_increment
    return (found / step).to_integral_value(ROUND_CEILING) * step


def not_sized(reason: str) -> Finding:
    """Ask about a hedge of unknown size."""
    return Finding(
        RiskCode.ORDER_SIZE,
        Level.SOFT,
        f"The size of the hedge cannot be worked out, so no limit measures it: {reason}.",
        advice="The broker sizes it when the order has filled.",
    )


def _ratio_faults(hedge: Hedge) -> Iterator[str]:
    ratio = hedge.ratio
    name = "beta" if hedge.kind is HedgeKind.BETA else "ratio"
    if not hedge.kind.takes_ratio:
        if ratio is not None:
            yield f"A {hedge.kind.words} takes no ratio."
    elif not _is_number(ratio) or not 0 < ratio < _MOST_RATIO:
        yield f"A {hedge.kind.words} needs a {name} above 0 and below {_MOST_RATIO:,}."


def _is_number(ratio: Decimal | None) -> TypeGuard[Decimal]:
    return ratio is not None and sendable(ratio)


def _place_faults(parent: Facts, child: Facts) -> Iterator[str]:
    if parent.draft.legs or parent.draft.con_id < 0 or child.draft.con_id < 0:
        yield "A combination neither takes a hedge nor is one."
    if parent.draft.con_id == child.draft.con_id:
        yield "A hedge is in another contract than its order."


def _delta_faults(parent: Facts, child: Facts) -> Iterator[str]:
    details = parent.details
    if details is None or details.contract.sec_type not in _OPTIONS:
        yield "Only an option has a delta to hedge."
    elif details.under_con_id not in {None, child.draft.con_id}:
        name = details.under_symbol or "its underlying"
        yield f"The delta of this option is hedged with {name}."


def _fx_faults(parent: Facts, child: Facts) -> Iterator[str]:
    if parent.details is None or child.details is None:
        return  # R02 refuses an unknown contract
    paid, pair = parent.details.contract.currency, child.details.contract
    if parent.summary is not None and paid == parent.summary.currency:
        yield f"The order is paid in {paid}, the account's own currency: there is nothing to hedge."
    if pair.sec_type != "CASH":
        yield "An FX hedge trades a currency pair."
    elif paid not in {pair.symbol, pair.currency}:
        yield f"The pair {pair.symbol}.{pair.currency} does not trade {paid}."


def _delta_size(hedge: Hedge, parent: Facts, child: Facts) -> Decimal | str:
    del hedge
    assert parent.details is not None
    assert child.details is not None
    shares = parent.draft.quantity * parent.details.multiplier
    return shares / child.details.multiplier if child.details.multiplier > 0 else _NO_PRICE


def _pair_size(hedge: Hedge, parent: Facts, child: Facts) -> Decimal | str:
    del child
    return parent.draft.quantity * hedge.ratio if _is_number(hedge.ratio) else _NO_RATIO


def _beta_size(hedge: Hedge, parent: Facts, child: Facts) -> Decimal | str:
    assert child.details is not None
    value, price, fx = notional(parent, parent.draft.quantity), reference_price(child), child.fx
    if not _is_number(hedge.ratio):
        return _NO_RATIO
    if value is None or not price or not fx or child.details.multiplier <= 0:
        return _NO_PRICE
    unit = price * child.details.multiplier / child.details.price_magnifier * fx
    return value * hedge.ratio / unit


def _fx_size(hedge: Hedge, parent: Facts, child: Facts) -> Decimal | str:
    """Return how much of a pair's first currency what the parent moves is worth."""
    del hedge
    assert parent.details is not None
    assert child.details is not None
    value, price = notional(parent, parent.draft.quantity), reference_price(child)
    if value is None or not parent.fx:
        return _NO_PRICE
    own = value / parent.fx
    if child.details.contract.symbol == parent.details.contract.currency:
        return own
    return own / price if price else _NO_PRICE


_NO_PRICE = "there is no price for it or for its order"
_NO_RATIO = "its ratio is no number above 0"
_SIZES = {
    HedgeKind.DELTA: _delta_size,
    HedgeKind.BETA: _beta_size,
    HedgeKind.FX: _fx_size,
    HedgeKind.PAIR: _pair_size,
}
