"""Regulation T: what it asks for positions, and the special memorandum account.

The account remembers buying power once it was there: it rises with the market and with what is
sold, falls with what is bought, and does not fall with the market. Futures and contracts for
difference stand outside of it.

Source: the broker's definitions of SMA and RegTMargin.
"""

from collections.abc import Mapping
from decimal import Decimal

from workstation.simgateway.instruments import BY_CON_ID, Instrument
from workstation.simgateway.requirements import REG_T, margin_of

OUTSIDE = frozenset({"FUT", "FOP", "CFD", "CASH"})
_ZERO = Decimal(0)


def reg_t_margin(
    instrument: Instrument, quantity: Decimal, mark: Decimal, marks: Mapping[int, Decimal]
) -> Decimal:
    """Return what holding so much asks for: half of a stock's value, all of the rest's."""
    if instrument.sec_type in OUTSIDE or not quantity:
        return _ZERO
    if instrument.sec_type == "STK":
        return abs(quantity * mark) * REG_T
    return margin_of(instrument, quantity, mark, marks).initial


def memo_change(con_id: int, before: Decimal, after: Decimal, worth: Decimal) -> Decimal:
    """Return by how much a trade changes the memorandum, before its commission.

    before and after are what is held; worth is what one contract traded at.
    """
    instrument = BY_CON_ID[con_id]
    if instrument.sec_type in OUTSIDE:
        return _ZERO
    if instrument.sec_type == "STK":
        return (abs(before) - abs(after)) * worth * REG_T
    return (before - after) * worth
