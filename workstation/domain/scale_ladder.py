"""Splits one quantity into limits at several prices: by lots, on the price increments."""

from dataclasses import dataclass
from decimal import Decimal

from workstation.domain.contract import ContractDetails
from workstation.domain.order import Side

MOST_RUNGS = 20


@dataclass(frozen=True, slots=True)
class Rung:
    """One limit of a ladder."""

    price: Decimal
    quantity: Decimal


def rungs(
    details: ContractDetails, side: Side, total: Decimal, count: int, first: Decimal, last: Decimal
) -> tuple[Rung, ...] | str:
    """Return the limits from `first` to `last` in even steps, or why there are none.

    Prices move to the increment, never nearer to the market. Lots that do not divide evenly
    go to the first rungs.
    """
    if not 2 <= count <= MOST_RUNGS:
        return f"A ladder has 2 to {MOST_RUNGS} rungs."
    if not (first.is_finite() and last.is_finite()) or first == last:
        return "The first and the last price must differ."
    lot = details.size_increment
    lots = total / lot if total.is_finite() else Decimal(0)
    if lots <= 0 or lots != lots.to_integral_value():
        return f"The quantity must be a multiple of {lot:f}."
    least = max(details.min_size, lot)
    if lots // count * lot < least:
        return f"{total:f} are too few for {count} rungs of at least {least:f}."
    snap = details.ladder.snap_down if side is Side.BUY else details.ladder.snap_up
    step = (last - first) / (count - 1)
    prices = [snap(first + step * number) for number in range(count)]
    if len(set(prices)) != count:
        return "The prices lie closer together than the price increment; use fewer rungs."
    each, more = divmod(int(lots), count)
    return tuple(Rung(price, (each + (number < more)) * lot) for number, price in enumerate(prices))
