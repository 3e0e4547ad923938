"""Margin requirements: Reg-T style for stocks, a table for the rest.

The numbers are fixed ones of the size a broker asks for; they are not anybody's real ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from workstation.simgateway.instruments import Instrument

INITIAL_MARGIN = Decimal("0.25")
"""Of the value of a long stock, during the day; Reg T's half counts at its end."""

REG_T = Decimal("0.50")

_ZERO = Decimal(0)
_WHOLE = (Decimal(1), Decimal(1))
_LONG_STOCK = (INITIAL_MARGIN, Decimal("0.20"))
_SHORT_STOCK = (Decimal("0.30"), Decimal("0.30"))
_TABLE = {
    "FUT": (Decimal("0.08"), Decimal("0.065")),
    "CFD": (Decimal("0.20"), Decimal("0.15")),
    "CRYPTO": _WHOLE,
    "BOND": (Decimal("0.30"), Decimal("0.25")),
    "CASH": (_ZERO, _ZERO),
}
_SHORT_OPTION = Decimal("0.20")
_SHORT_OPTION_LEAST = Decimal("0.10")


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a position binds, in the contract's currency."""

    initial: Decimal
    maintenance: Decimal


NOTHING = Requirement(_ZERO, _ZERO)


def margin_of(
    instrument: Instrument, quantity: Decimal, mark: Decimal, marks: Mapping[int, Decimal]
) -> Requirement:
    """Return what holding so much of a contract binds; marks are what one contract is worth.

    A long option binds its whole value, so that it lends nothing; a short one the usual fifth
    of its underlying less what it is out of the money, a tenth at least, and its own value.
    """
    if not quantity:
        return NOTHING
    value = abs(quantity * mark)
    if instrument.sec_type in {"OPT", "FOP"}:
        bound = value if quantity > 0 else value + _short_option(instrument, quantity, marks)
        return Requirement(bound, bound)
    if instrument.sec_type == "STK":
        initial, maintenance = _LONG_STOCK if quantity > 0 else _SHORT_STOCK
    else:
        initial, maintenance = _TABLE.get(instrument.sec_type, _WHOLE)
    return Requirement(value * initial, value * maintenance)


def _short_option(
    instrument: Instrument, quantity: Decimal, marks: Mapping[int, Decimal]
) -> Decimal:
    strike = instrument.strike or _ZERO
    price = marks.get(instrument.underlying, strike)
    is_call = instrument.right == "C"
    out = max(_ZERO, strike - price if is_call else price - strike)
    share = max(price * _SHORT_OPTION - out, price * _SHORT_OPTION_LEAST)
    return abs(quantity) * share * instrument.multiplier
