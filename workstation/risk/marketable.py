"""The price at which an exit leaves at once and still not at any price."""

from decimal import Decimal

from workstation.domain.order import Side
from workstation.domain.prices import PriceLadder
from workstation.domain.quote import Quote
from workstation.risk.facts import exact
from workstation.risk.limits import Limits

_PERCENT = Decimal(3)
_HARD_FACTOR = Decimal(4)
"""The collar of an account without limits. Source: orders-and-risk.md R14."""


def marketable_limit(
    side: Side, quote: Quote | None, ladder: PriceLadder, limits: Limits | None, step: int = 1
) -> Decimal | None:
    """Return the limit so many collars through the market, never beyond the catastrophic one.

    None where there is no two-sided market to leave into: then only a market order leaves.
    """
    if quote is None or quote.stale or not quote.two_sided:
        return None
    reference = exact(quote.ask if side is Side.BUY else quote.bid)
    if reference is None or reference <= 0:
        return None
    percent = limits.collar_percent if limits is not None else _PERCENT
    most = limits.collar_hard_factor if limits is not None else _HARD_FACTOR
    through = 1 + side.sign * percent * min(Decimal(step), most) / 100
    if through <= 0:
        return None
    price = reference * through
    return ladder.snap_down(price) if side is Side.BUY else ladder.snap_up(price)
