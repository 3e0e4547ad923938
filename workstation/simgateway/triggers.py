"""When a stop or an if-touched order wakes, where a trailing stop stands, what it becomes.

Source of the trigger methods: the official order attribute triggerMethod.
"""

from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from workstation.matching import triggers
from workstation.simgateway.instruments import BY_CON_ID, Instrument
from workstation.simgateway.market import InstrumentMarket
from workstation.simgateway.order_kinds import KINDS, Aux
from workstation.simgateway.orders import Order, OrderTerms

DOUBLE = frozenset({1, 3})
"""Trigger methods that want the price twice in a row."""

_BID_ASK = frozenset({1, 4, 7})
_LAST = frozenset({0, 2, 3, 7})
_MIDDLE = 8
_HUNDRED = Decimal(100)


def prices(market: InstrumentMarket, method: int, *, rising: bool) -> list[Decimal]:
    """Return the prices a trigger method looks at: any of them may reach the trigger.

    rising says that the price has to climb to the trigger.
    """
    instrument, book = market.instrument, market.book
    found: list[Decimal] = []
    if method in _LAST or method not in _BID_ASK | {_MIDDLE}:
        found.append(market.last())
    bid, ask = book.best_bid(), book.best_ask()
    if method in _BID_ASK:
        side = bid if rising else ask
        if side is not None:
            found.append(instrument.price(side))
    if method == _MIDDLE and bid is not None and ask is not None:
        found.append((instrument.price(bid) + instrument.price(ask)) / 2)
    return found


def is_reached(order: Order, market: InstrumentMarket) -> bool:
    """Return whether the market stands at or beyond an order's trigger."""
    level = stop_level(order)
    if level is None:
        return False
    rising = order.terms.buys != KINDS[order.terms.order_type].touched
    seen = prices(market, order.terms.trigger_method, rising=rising)
    return triggers.is_reached(level, seen, rising=rising)


def stop_level(order: Order) -> Decimal | None:
    """Return the price that wakes an order; None while a trailing stop has not begun."""
    if KINDS[order.terms.order_type].trails:
        return order.stop_now
    return order.terms.stop_price


def trailed(order: Order, market: InstrumentMarket) -> Order:
    """Return an order with its trailing stop moved up to the market; it never moves back."""
    terms, instrument = order.terms, market.instrument
    rising = terms.buys
    seen = prices(market, terms.trigger_method, rising=rising)
    if not seen:
        return order
    price = min(seen) if rising else max(seen)
    distance = terms.offset or price * (terms.trailing_percent or Decimal(0)) / _HUNDRED
    wanted = price + distance if rising else price - distance
    wanted = _on_tick(wanted, instrument, up=rising)
    old = order.stop_now if order.stop_now is not None else terms.trail_stop
    if old is not None:
        wanted = min(wanted, old) if rising else max(wanted, old)
    if wanted == order.stop_now:
        return order
    return replace(order, stop_now=wanted)


def woken(order: Order) -> Order:
    """Return a stop whose price was reached, with the limit it now has."""
    terms = order.terms
    if terms.order_type == "TRAIL LIMIT" and order.stop_now is not None:
        offset = terms.limit_offset or Decimal(0)
        limit = order.stop_now + offset if terms.buys else order.stop_now - offset
        limit = _on_tick(limit, BY_CON_ID[terms.con_id], up=terms.buys)
        terms = replace(terms, limit_price=limit)
    return replace(order, terms=terms, triggered=True)


def adjusted(order: Order, market: InstrumentMarket) -> Order:
    """Return an adjustable stop as what it becomes once the market has reached its trigger."""
    adjustment = order.terms.adjustment
    if adjustment is None:
        return order
    last = market.last()
    buys = order.terms.buys
    if last > adjustment.trigger_price if buys else last < adjustment.trigger_price:
        return order
    kind = KINDS[adjustment.order_type]
    by_percent = adjustment.trails_by_percent
    amount = adjustment.trailing_amount
    terms = replace(
        order.terms,
        order_type=adjustment.order_type,
        stop_price=adjustment.stop_price if kind.aux is Aux.TRIGGER else None,
        limit_price=adjustment.limit_price if adjustment.order_type == "STP LMT" else None,
        offset=amount if kind.trails and not by_percent else None,
        trailing_percent=amount if kind.trails and by_percent else None,
        trail_stop=adjustment.stop_price if kind.trails else None,
        limit_offset=_limit_offset(order.terms, adjustment.limit_price, adjustment.stop_price),
        adjustment=None,
    )
    return replace(order, terms=terms, stop_now=None)


def _limit_offset(terms: OrderTerms, limit: Decimal | None, stop: Decimal | None) -> Decimal | None:
    if limit is None or stop is None:
        return terms.limit_offset
    return abs(stop - limit)


def _on_tick(price: Decimal, instrument: Instrument, *, up: bool) -> Decimal:
    """Return a price rounded to the increment there: away from the market for a stop."""
    step = instrument.rule.increment(price)
    rounding = ROUND_CEILING if up else ROUND_FLOOR
    return (price / step).to_integral_value(rounding) * step
