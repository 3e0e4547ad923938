"""The price at which an exit leaves at once and still not at any price."""

from decimal import Decimal

from workstation.domain.contract import ContractDetails
from workstation.domain.order import OrderType, Side
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
    return _through(side, reference, ladder, limits, step)


def exit_without_market(
    details: ContractDetails, side: Side, quote: Quote | None, limits: Limits | None, step: int = 1
) -> tuple[OrderType, Decimal | None] | None:
    """Return what leaves where there is no two-sided market and the contract takes no MKT.

    A limit through the one side that is there, or through the last price known; else the middle
    that the broker finds. None where a market order may leave (one under the protection of a
    futures exchange has no word of its own in the list), and where nothing of this can. Source:
    orders-and-risk.md 1.2.
    """
    offered = details.order_types
    if not offered or OrderType.MARKET.code in offered:
        return None
    price = _last_known(side, quote)
    if price is not None and OrderType.LIMIT.code in offered:
        limit = _through(side, price, details.ladder, limits, step)
        if limit is not None:
            return OrderType.LIMIT, limit
    return (OrderType.MIDPRICE, None) if OrderType.MIDPRICE.code in offered else None


def _last_known(side: Side, quote: Quote | None) -> Decimal | None:
    if quote is None:
        return None
    near = quote.ask if side is Side.BUY else quote.bid
    seen = (exact(each) for each in (near, quote.last, quote.close))
    return next((price for price in seen if price is not None and price > 0), None)


def _through(
    side: Side, reference: Decimal, ladder: PriceLadder, limits: Limits | None, step: int
) -> Decimal | None:
    percent = limits.collar_percent if limits is not None else _PERCENT
    most = limits.collar_hard_factor if limits is not None else _HARD_FACTOR
    through = 1 + side.sign * percent * min(Decimal(step), most) / 100
    if through <= 0:
        return None
    price = reference * through
    return ladder.snap_down(price) if side is Side.BUY else ladder.snap_up(price)
