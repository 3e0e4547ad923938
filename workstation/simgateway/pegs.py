"""Where a pegged order stands: its price follows the book.

Prices are whole ticks, so a middle between two ticks counts as the one that is worse for the
market: the order never reaches across the middle.
"""

from decimal import Decimal

from workstation.simgateway.instruments import Instrument
from workstation.simgateway.matching import OrderBook
from workstation.simgateway.order_kinds import KINDS, Peg
from workstation.simgateway.orders import Order

ZERO = Decimal(0)


def target(order: Order, instrument: Instrument, book: OrderBook) -> int | None:
    """Return the price in ticks a pegged order should stand at; None when the book gives none.

    The order's own quote does not count, or it would chase itself.
    """
    terms = order.terms
    bid = book.best_bid(without=order.perm_id)
    ask = book.best_ask(without=order.perm_id)
    offset = instrument.ticks(terms.offset or ZERO)
    price: int | None
    if KINDS[terms.order_type].peg is Peg.NEAR:
        price = _near(bid, ask, offset, buys=terms.buys)
    else:
        price = _middle(bid, ask, offset, buys=terms.buys)
    if price is None:
        return None
    if terms.limit_price is not None:
        cap = instrument.ticks(terms.limit_price)
        price = min(price, cap) if terms.buys else max(price, cap)
    step = instrument.step_at(price)
    price = price // step * step if terms.buys else -(-price // step) * step
    return price if price > 0 else None


def near(order: Order, book: OrderBook, limit: int | None) -> int | None:
    """Return the best price of an order's own side, no worse than its limit."""
    buys = order.terms.buys
    price = book.best_bid(order.perm_id) if buys else book.best_ask(order.perm_id)
    if price is None or limit is None:
        return price
    return min(price, limit) if buys else max(price, limit)


def _near(bid: int | None, ask: int | None, offset: int, *, buys: bool) -> int | None:
    """Return the best price of the own side made more aggressive, never across the spread."""
    own, other = (bid, ask) if buys else (ask, bid)
    if own is None:
        return None
    price = own + offset if buys else own - offset
    if other is not None:
        price = min(price, other - 1) if buys else max(price, other + 1)
    return price


def _middle(bid: int | None, ask: int | None, offset: int, *, buys: bool) -> int | None:
    if bid is None or ask is None:
        return None
    return (bid + ask) // 2 - offset if buys else -(-(bid + ask) // 2) + offset
