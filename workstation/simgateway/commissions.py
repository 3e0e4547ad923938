"""Commissions of a whole order, by kind of contract, in the contract's currency.

Fixed pricing of the size a broker charges; they are not anybody's real ones.
"""

from dataclasses import dataclass
from decimal import Decimal

from workstation.simgateway.accounts import ZERO, commission_for
from workstation.simgateway.instruments import Instrument

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Fee:
    """So much a contract, so much of the value, and at least so much an order."""

    each: Decimal = ZERO
    part: Decimal = ZERO
    least: Decimal = ZERO


_FEES = {
    "OPT": Fee(each=Decimal("0.65"), least=Decimal("1.00")),
    "FOP": Fee(each=Decimal("1.42")),
    "FUT": Fee(each=Decimal("2.25")),
    "CASH": Fee(part=Decimal("0.00002"), least=Decimal("2.00")),
    "CRYPTO": Fee(part=Decimal("0.0018"), least=Decimal("1.75")),
    "BOND": Fee(part=Decimal("0.001"), least=Decimal("1.00")),
    "CFD": Fee(each=Decimal("0.005"), least=Decimal("1.00")),
}
_FOREIGN_STOCK = Fee(part=Decimal("0.0005"), least=Decimal("3.00"))


def commission(instrument: Instrument, filled: Decimal, filled_value: Decimal) -> Decimal:
    """Return the commission of an order of which so much has filled.

    filled_value is the sum of quoted price times size.
    """
    if instrument.sec_type == "STK" and instrument.currency == "USD":
        return commission_for(filled)
    if filled <= 0:
        return ZERO
    fee = _FEES.get(instrument.sec_type, _FOREIGN_STOCK)
    value = abs(instrument.money(filled_value))
    return max(fee.least, filled * fee.each + (value * fee.part).quantize(_CENT))
