"""What comes of an option that is exercised or assigned: shares, a future, or cash.

Where a stock is delivered, what the option cost is part of what the shares cost.
"""

from collections.abc import Callable
from decimal import Decimal

from workstation.simgateway.accounts import ZERO, Account
from workstation.simgateway.instruments import BY_CON_ID, Instrument
from workstation.simgateway.markets import Markets

LEAST_INSIDE = Decimal("0.01")
"""An option that is in the money by less is not exercised by itself."""

Moved = Callable[[str, int], None]


def inside_of(markets: Markets, option: Instrument) -> Decimal:
    """Return by how much an option is in the money; negative out of it."""
    base, strike = markets[option.underlying].mark(), option.strike or ZERO
    return base - strike if option.right == "C" else strike - base


def bring_about(
    account: Account, option: Instrument, quantity: Decimal, inside: Decimal, moved: Moved
) -> None:
    """Exercise so many of an account's options, or assign them where the quantity is negative.

    inside is what one is in the money by, which is paid where an index settles in cash.
    """
    if option.settles_in_cash:
        account.apply_fill(option.con_id, -quantity, inside, ZERO)
        return
    held, strike = account.position(option.con_id), option.strike or ZERO
    underlying = BY_CON_ID[option.underlying]
    each = option.multiplier / underlying.multiplier
    size = quantity * each * (1 if option.right == "C" else -1)
    if underlying.sec_type == "STK":
        cost = held.cost * quantity / held.quantity
        account.drop(option.con_id, quantity)
        account.deliver(underlying.con_id, size, strike, cost)
    else:
        account.apply_fill(option.con_id, -quantity, ZERO, ZERO)
        account.apply_fill(underlying.con_id, size, strike, ZERO)
    moved(account.name, underlying.con_id)
