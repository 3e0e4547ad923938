"""What the size of an order means for each class of contract (orders-and-risk.md 1.2).

Stocks are measured by their notional, futures and forex by an estimate of their initial
margin, options by what a purchase can lose. What a written option can lose is not known here:
the broker's preview tells its margin, and without one the order cannot be measured.
"""

from collections.abc import Iterable
from decimal import Decimal

from workstation.domain.order import Side
from workstation.risk.facts import Facts, notional, sendable, unit_value
from workstation.risk.limits import Limits

OPTIONS = frozenset({"OPT", "FOP", "WAR"})
_FUTURES = frozenset({"FUT", "CONTFUT"})
_FOREX = frozenset({"CASH", "CFD"})

_WHOLE = Decimal(100)


def margin_percent(sec_type: str, limits: Limits) -> Decimal:
    """Return the share of the notional that an opening order of a class is assumed to claim."""
    if sec_type in _FUTURES:
        return limits.futures_margin_percent
    if sec_type in _FOREX:
        return limits.forex_margin_percent
    return _WHOLE if sec_type in OPTIONS or sec_type == "BAG" else limits.stock_margin_percent


def claimed(values: Iterable[tuple[str, Decimal]], limits: Limits) -> Decimal:
    """Estimate the margin that opening orders of these classes and values claim."""
    return sum((margin_percent(kind, limits) * value for kind, value in values), Decimal(0)) / 100


def unit_size(facts: Facts) -> Decimal | None:
    """Return the size of one share or contract, in base currency; None where none is known."""
    sec_type = facts.sec_type
    if sec_type == "BAG":  # its price tells nothing: a credit spread costs less than nothing
        return _previewed_unit(facts) if facts.combo_unit is None else facts.combo_unit
    unit, limits = unit_value(facts), facts.limits
    if unit is None or limits is None:
        return None
    if sec_type in _FUTURES | _FOREX:
        return unit * margin_percent(sec_type, limits) / 100
    if sec_type in OPTIONS and _writes(facts):
        return _previewed_unit(facts)
    return unit


def _writes(facts: Facts) -> bool:
    """Tell whether a sale of options sells more than is held."""
    quantity = facts.open_quantity
    return facts.draft.side is Side.SELL and not (sendable(quantity) and quantity <= facts.position)


def _previewed_unit(facts: Facts) -> Decimal | None:
    margin = facts.preview.initial_margin_change if facts.preview is not None else None
    quantity = facts.draft.quantity
    if margin is None or not sendable(quantity) or quantity <= 0:
        return None
    return abs(margin) / quantity


def margin_estimate(facts: Facts, limits: Limits) -> Decimal | None:
    """Estimate what the order claims of the funds, commission included; None without a value.

    The broker's own answer about this very order replaces the estimate, whatever its sign.
    """
    preview = facts.preview
    if preview is not None and preview.initial_margin_change is not None:
        return preview.initial_margin_change + (preview.commission or Decimal(0))
    if facts.sec_type == "BAG":
        unit = facts.combo_unit
        is_known = unit is not None and sendable(facts.open_quantity)
        return facts.open_quantity * unit + _fees(facts) if unit and is_known else None
    value = notional(facts, facts.open_quantity)
    if value is None:
        return None
    return value * margin_percent(facts.sec_type, limits) / 100 + _fees(facts)


def _fees(facts: Facts) -> Decimal:
    """Assume the broker's list price: 0.005 a share, at least 1; 2.50 a contract."""
    if facts.sec_type == "STK":
        return max(facts.open_quantity * Decimal("0.005"), Decimal(1))
    return facts.open_quantity * Decimal("2.50")
