"""Where a pegged order stands: its price follows the book.

A middle between two ticks is the tick that is worse for the market and half a tick to it; where
the increment is of several ticks it is the increment that does not reach across the middle.
"""

from decimal import Decimal
from typing import NamedTuple

from workstation.matching.order_book import OrderBook
from workstation.simgateway.instruments import Instrument
from workstation.simgateway.order_kinds import KINDS, OwnLimit, Peg
from workstation.simgateway.orders import Order, OrderTerms

ZERO = Decimal(0)
PROTECTION_TICKS = 20
"""How far from the best price a protected order trades before it rests as a limit."""


class Place(NamedTuple):
    """Where an order is to stand: ticks, and half ticks beyond them towards the market."""

    price: int
    half: int = 0


def target(order: Order, instrument: Instrument, book: OrderBook) -> Place | None:
    """Return where a pegged order should stand; None when the book gives no price.

    The order's own quote does not count, or it would chase itself; nor does any at the middle.
    """
    terms = order.terms
    offset, is_near = _distance(terms)
    place: Place | None
    if is_near:
        bid = book.best_bid(without=order.perm_id)
        ask = book.best_ask(without=order.perm_id)
        place = _near(bid, ask, instrument.ticks(offset), buys=terms.buys)
    else:
        bid, ask = book.quoted()
        if terms.ats.half_offset is not None and bid is not None and ask is not None:
            offset = terms.ats.half_offset if (bid + ask) % 2 else offset
        place = _middle(bid, ask, instrument.ticks(offset), buys=terms.buys)
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


def _distance(terms: OrderTerms) -> tuple[Decimal, bool]:
    """Return the offset of a pegged order, and whether it follows its own side of the market."""
    peg, offset = KINDS[terms.order_type].peg, terms.offset or ZERO
    if peg is Peg.BEST and not terms.ats.to_middle:
        return terms.ats.beyond_best or ZERO, True
    if peg is not Peg.NEAR and terms.ats.whole_offset is not None:
        offset = terms.ats.whole_offset
    return offset, peg is Peg.NEAR


def gives_limit(order: Order) -> bool:
    """Return whether an order without a limit is given one when it meets the book."""
    return KINDS[order.terms.order_type].own_limit is not OwnLimit.NONE


def own_limit(order: Order, instrument: Instrument, book: OrderBook) -> int | None:
    """Return the limit in ticks that an order is given now; None where no price tells one."""
    terms = order.terms
    own, buys = KINDS[terms.order_type].own_limit, terms.buys
    towards = 1 if buys else -1
    bid, ask = book.best_bid(order.perm_id), book.best_ask(order.perm_id)
    near, far = (bid, ask) if buys else (ask, bid)
    offset = instrument.ticks(terms.offset or ZERO)
    if own is OwnLimit.NEAR:
        return None if near is None else near + towards * offset
    if own is OwnLimit.NONE or far is None:
        return None
    if own is OwnLimit.MIDDLE:
        middle = _middle(bid, ask, offset, buys=buys)
        return None if middle is None else middle.price
    beyond = {OwnLimit.PROTECTED: PROTECTION_TICKS, OwnLimit.FAR: -offset}.get(own, 0)
    return far + towards * beyond


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
