"""Commissions of a whole order: the rates that practice on a chart pays too."""

from decimal import Decimal

from workstation.matching.fees import usual_fee
from workstation.simgateway.instruments import Instrument


def commission(instrument: Instrument, filled: Decimal, filled_value: Decimal) -> Decimal:
    """Return the commission of an order of which so much has filled.

    filled_value is the sum of quoted price times size.
    """
    fee = usual_fee(instrument.sec_type, instrument.currency)
    return fee.of(filled, instrument.money(filled_value))
