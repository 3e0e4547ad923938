"""Where a pegged order stands: its price follows the book.

A middle between two ticks is the tick that is worse for the market and half a tick to it; where
the increment is of several ticks it is the increment that does not reach across the middle.
"""

from decimal import Decimal
from typing import NamedTuple

from workstation.matching.order_book import OrderBook
from workstation.simgateway.instruments import Instrument
from workstation.simgateway.order_kinds import KINDS, Peg
from workstation.simgateway.orders import Order

ZERO = Decimal(0)


class Place(NamedTuple):
    """Where an order is to stand: ticks, and half ticks beyond them towards the market."""

    price: int
    half: int = 0


def target(order: Order, instrument: Instrument, book: OrderBook) -> Place | None:
    """Return where a pegged order should stand; None when the book gives no price.

    The order's own quote does not count, or it would chase itself; nor does any at the middle.
    """
    terms = order.terms
    offset = instrument.ticks(terms.offset or ZERO)
    place: Place | None
    if KINDS[terms.order_type].peg is Peg.NEAR:
        bid = book.best_bid(without=order.perm_id)
        ask = book.best_ask(without=order.perm_id)
        place = _near(bid, ask, offset, buys=terms.buys)
    else:
        bid, ask = book.quoted()
        place = _middle(bid, ask, offset, buys=terms.buys)
    if place is None:
        return None
    if terms.limit_price is not None:
        cap = instrument.ticks(terms.limit_price)
        if cap <= place.price if terms.buys else cap >= place.price:
            place = Place(cap)
    step = instrument.step_at(place.price)
    if step > 1:
        place = Place(_on_step(place.price, step, buys=terms.buys))
    return place if place.price > 0 else None


def _on_step(price: int, step: int, *, buys: bool) -> int:
    return price // step * step if buys else -(-price // step) * step


def near(order: Order, book: OrderBook, limit: int | None) -> int | None:
    """Return the best price of an order's own side, no worse than its limit."""
    buys = order.terms.buys
    price = book.best_bid(order.perm_id) if buys else book.best_ask(order.perm_id)
    if price is None or limit is None:
        return price
    return min(price, limit) if buys else max(price, limit)


def _near(bid: int | None, ask: int | None, offset: int, *, buys: bool) -> Place | None:
    """Return the best price of the own side made more aggressive, never across the spread."""
    own, other = (bid, ask) if buys else (ask, bid)
    if own is None:
        return None
    price = own + offset if buys else own - offset
    if other is not None:
        price = min(price, other - 1) if buys else max(price, other + 1)
    return Place(price)


def _middle(bid: int | None, ask: int | None, offset: int, *, buys: bool) -> Place | None:
    if bid is None or ask is None:
        return None
    half = (bid + ask) % 2
    if buys:
        return Place((bid + ask) // 2 - offset, half)
    return Place((bid + ask + half) // 2 + offset, -half)
