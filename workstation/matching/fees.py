"""Commissions of a whole order, by kind of contract, in the contract's currency.

Fixed pricing of the size a broker charges; they are not anybody's real ones.
"""

from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Fee:
    """So much a share or contract, so much of the value, and at least so much an order."""

    each: Decimal = ZERO
    part: Decimal = ZERO
    least: Decimal = ZERO

    def of(self, filled: Decimal, value: Decimal) -> Decimal:
        """Return the commission of an order of which so much has filled, for so much money."""
        if filled <= 0:
            return ZERO
        return max(self.least, filled * self.each + (abs(value) * self.part).quantize(_CENT))


_FEES = {
    "OPT": Fee(each=Decimal("0.65"), least=Decimal("1.00")),
    "FOP": Fee(each=Decimal("1.42")),
    "FUT": Fee(each=Decimal("2.25")),
    "CASH": Fee(part=Decimal("0.00002"), least=Decimal("2.00")),
    "CRYPTO": Fee(part=Decimal("0.0018"), least=Decimal("1.75")),
    "BOND": Fee(part=Decimal("0.001"), least=Decimal("1.00")),
    "CFD": Fee(each=Decimal("0.005"), least=Decimal("1.00")),
}
_STOCK = Fee(each=Decimal("0.005"), least=Decimal("1.00"))
_FOREIGN_STOCK = Fee(part=Decimal("0.0005"), least=Decimal("3.00"))


def usual_fee(sec_type: str, currency: str) -> Fee:
    """Return what is charged for a kind of contract; anything unknown pays as a foreign stock."""
    if sec_type == "STK" and currency == "USD":
        return _STOCK
    return _FEES.get(sec_type, _FOREIGN_STOCK)
