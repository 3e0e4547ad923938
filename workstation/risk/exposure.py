"""What working orders could still do to a position, at worst."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from workstation.domain.ids import AccountId, ConId, OrderKey
from workstation.domain.order import OrderDraft, Side
from workstation.domain.order_status import OrderView
from workstation.domain.quote import Quote

_STOPS = frozenset({"STP", "STP LMT", "TRAIL", "TRAIL LIMIT"})
"""Kinds that protect a position and so never count as closes. Only others send them yet."""


@dataclass(frozen=True, slots=True)
class Leaves:
    """Quantity that working orders of one contract could still buy and sell."""

    buys: Decimal
    sells: Decimal

    def of(self, side: Side) -> Decimal:
        """Return the leaves of one side."""
        return self.buys if side is Side.BUY else self.sells


def leaves_of(order: OrderView) -> Decimal:
    """Return what an order could still fill: the larger of old and new while a change is open."""
    quantity = max(order.quantity, order.pending_quantity or Decimal(0))
    return max(quantity - order.filled, Decimal(0))


def leaves(orders: Iterable[OrderView]) -> Leaves:
    """Sum the leaves of every order that may be live, whoever placed it.

    Source: orders-and-risk.md 1.2, `B` and `S`.
    """
    buys = sells = Decimal(0)
    for order in orders:
        if order.side is Side.BUY:
            buys += leaves_of(order)
        else:
            sells += leaves_of(order)
    return Leaves(buys, sells)


def of_contract(
    orders: Iterable[OrderView], account: AccountId, con_id: ConId, without: OrderKey | None
) -> tuple[OrderView, ...]:
    """Choose the orders of one contract in one account that may be live."""
    return tuple(
        order
        for order in orders
        if order.is_working
        and (order.account, order.con_id) == (account, con_id)
        and order.key != without
    )


def sent_as_closes(orders: Iterable[OrderView], draft: OrderDraft, quote: Quote | None) -> Decimal:
    """Sum the leaves on the draft's side that were sent to close now.

    Stops and targets of the position stand and do not count, or a trader with a target
    working could not leave at the market (orders-and-risk.md 1.2). A limit is a target
    while it rests and the draft itself would trade at once; of two that rest, both count.
    """
    marketable = not _rests(draft.side, (draft.limit_price,), quote)
    total = Decimal(0)
    for order in orders:
        if order.side is not draft.side or order.order_type in _STOPS:
            continue
        prices = [order.limit_price]
        if order.pending_limit is not None:
            prices.append(order.pending_limit)
        if marketable and _rests(order.side, prices, quote):
            continue
        total += leaves_of(order)
    return total


def is_exit(side: Side, quantity: Decimal, position: Decimal, closes: Decimal) -> bool:
    """Tell whether an order only closes: opposite side and no more than is left to close."""
    if not quantity.is_finite() or position == 0 or side.sign * position > 0:
        return False
    return quantity <= abs(position) - closes


def _rests(side: Side, prices: Iterable[Decimal | None], quote: Quote | None) -> bool:
    """Tell whether an order at these limits waits for the market to come to it."""
    if quote is None or quote.stale or not quote.two_sided:
        return False
    far = quote.ask if side is Side.BUY else quote.bid
    assert far is not None  # two-sided
    return math.isfinite(far) and all(
        price is not None and price.is_finite() and side.sign * (price - Decimal(str(far))) < 0
        for price in prices
    )
