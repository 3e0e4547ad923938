"""What working orders could still do to a position, at worst."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from workstation.domain.combo import ComboLeg
from workstation.domain.ids import AccountId, ConId, OrderKey
from workstation.domain.order import OrderDraft, OrderType, Side, Tif
from workstation.domain.order_status import OrderView
from workstation.domain.quote import Quote

WAITING_TYPES = frozenset({"MIT", "LIT", "MOC", "LOC"})
"""Kinds that do nothing before a price is touched or the closing auction comes."""

_AT_THE_MARKET = frozenset({"MKT", "REL", "PEG MID", "MIDPRICE"})
"""Kinds that fill at the market as it is; a group does not make them wait."""

_ONE_AT_MOST = frozenset({1, 2})
"""Types of group of which the broker never fills two. Source: orders-and-risk.md 1.2."""

_NONE = Decimal(0)

Filling = tuple[OrderView, Decimal]
"""An order, and what it could fill beside the others at worst."""


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
    quantity, pending = order.quantity, order.pending_quantity
    if pending is not None and pending > quantity:
        quantity = pending
    left = quantity - order.filled if order.filled else quantity
    return left if left > 0 else _NONE


def leg_side(side: Side, ratio: int) -> Side:
    """Return what is done with a leg's contract when the combination is bought or sold."""
    return side if ratio > 0 else side.opposite


def leg_filling(combination: OrderView, leg: ComboLeg) -> Filling:
    """Return what a leg of a working combination could still fill, as an order of its own."""
    size = leaves_of(combination) * abs(leg.ratio)
    view = replace(
        combination,
        con_id=leg.con_id,
        side=leg_side(combination.side, leg.ratio),
        quantity=size,
        filled=_NONE,
        pending_quantity=None,
        order_type="MKT",
        limit_price=None,
    )
    return view, size


def may_fill(orders: Iterable[OrderView]) -> tuple[Filling, ...]:
    """Return the orders that could fill beside each other.

    A bracket's exits count nothing while its entry has not filled. Of a bracket's exits, and
    of a group of which the broker never fills two, the largest counts for all.
    """
    live = {order.key: order for order in orders}
    alone: list[Filling] = []
    groups: dict[object, Filling] = {}
    for order in live.values():
        if order.parent is None and not order.oca_group:
            alone.append((order, leaves_of(order)))  # by far the most
            continue
        if is_dormant(order, live):
            continue
        group, quantity = _group(order), leaves_of(order)
        if group is None:
            alone.append((order, quantity))
        elif group not in groups or quantity > groups[group][1]:
            groups[group] = (order, quantity)
    return (*alone, *groups.values())


def is_dormant(order: OrderView, live: Mapping[OrderKey, OrderView]) -> bool:
    """Tell whether an order waits for its parent, which works and has not filled."""
    parent = live.get(order.parent) if order.parent is not None else None
    return parent is not None and not parent.filled


def are_rivals(one: OrderView, other: OrderView) -> bool:
    """Tell whether of two orders no more than the larger fills."""
    group = _group(one)
    return group is not None and group == _group(other)


def beside(
    filling: tuple[Filling, ...], draft: OrderDraft, quantity: Decimal
) -> tuple[Filling, ...]:
    """Return what may fill beside a draft: of its own group only what goes beyond the draft.

    Of a group of which the broker never fills two, the largest counts once, the draft included.
    """
    oca = draft.terms.oca
    if oca is None or oca.oca_type not in _ONE_AT_MOST or not quantity.is_finite():
        return filling
    return tuple(
        (order, max(leaves - quantity, _NONE)) if is_of_group(order, draft) else (order, leaves)
        for order, leaves in filling
    )


def is_of_group(order: OrderView, draft: OrderDraft) -> bool:
    """Tell whether an order is of the group of a draft of which the broker never fills two."""
    oca = draft.terms.oca
    if oca is None or oca.oca_type not in _ONE_AT_MOST or order.oca_type not in _ONE_AT_MOST:
        return False
    place = (order.account, order.con_id, order.side, order.oca_group, order.parent)
    return order.editable and place == (draft.account, draft.con_id, draft.side, oca.name, None)


def _group(order: OrderView) -> object:
    if order.parent is not None:  # a hedge is no exit: nothing fills in its stead
        return None if order.terms.hedge is not None else (order.parent, order.side)
    if order.oca_group and order.oca_type in _ONE_AT_MOST:
        return (order.client_id, order.account, order.con_id, order.side, order.oca_group)
    return None


def leaves(filling: Iterable[Filling]) -> Leaves:
    """Sum what orders could still fill, whoever placed them.

    Source: orders-and-risk.md 1.2, `B` and `S`.
    """
    buys = sells = Decimal(0)
    for order, quantity in filling:
        if order.side is Side.BUY:
            buys += quantity
        else:
            sells += quantity
    return Leaves(buys, sells)


def of_contract(
    orders: Iterable[OrderView], account: AccountId, con_id: ConId
) -> tuple[OrderView, ...]:
    """Choose the orders of one contract in one account."""
    return tuple(order for order in orders if order.con_id == con_id and order.account == account)


def sent_as_closes(
    orders: Iterable[OrderView], side: Side, limit_price: Decimal | None, quote: Quote | None
) -> Decimal:
    """Sum the leaves of one side that were sent to close now, for a close at this limit.

    Stops and targets of the position stand and do not count, or a trader with a target
    working could not leave at the market (orders-and-risk.md 1.2). A bracket's exit or a
    member of a group stands until its limit would trade at once; any other limit is a target
    while it rests and the close itself would trade at once; of two that rest, both count.
    """
    marketable = not rests(side, (limit_price,), quote)
    return sum(
        (
            leaves_of(order)
            for order in orders
            if order.side is side and is_sent_as_close(order, quote, marketable=marketable)
        ),
        _NONE,
    )


def is_sent_as_close(order: OrderView, quote: Quote | None, *, marketable: bool) -> bool:
    """Tell whether an order of the closing side closes now, beside a close that is `marketable`."""
    if stands(order, quote):
        return False
    return not (marketable and rests(order.side, _limits(order), quote))


def is_exit(side: Side, quantity: Decimal, position: Decimal, closes: Decimal) -> bool:
    """Tell whether an order only closes: opposite side and no more than is left to close."""
    if not quantity.is_finite() or position == 0 or side.sign * position > 0:
        return False
    return quantity <= abs(position) - closes


def waits(order: OrderView) -> bool:
    """Tell whether an order is a target or for an auction: a close now must not wait for it."""
    return order.order_type in WAITING_TYPES or order.tif == Tif.OPG


def stands(order: OrderView, quote: Quote | None) -> bool:
    """Tell whether an order stands for a position until the market comes to it."""
    if waits(order):
        return True
    terms = order.terms
    is_due = terms.conditions is None and terms.good_after is None
    if not order.is_protective or (is_due and order.order_type in _AT_THE_MARKET):
        return False
    known = quote is not None and not quote.stale and quote.two_sided
    is_limit = order.order_type == OrderType.LIMIT
    return not (is_limit and known) or rests(order.side, _limits(order), quote)


def _limits(order: OrderView) -> tuple[Decimal | None, ...]:
    if order.pending_limit is None:
        return (order.limit_price,)
    return (order.limit_price, order.pending_limit)


def rests(side: Side, prices: Iterable[Decimal | None], quote: Quote | None) -> bool:
    """Tell whether an order at these limits waits for the market to come to it."""
    if quote is None or quote.stale or not quote.two_sided:
        return False
    far = quote.ask if side is Side.BUY else quote.bid
    assert far is not None  # two-sided
    return math.isfinite(far) and all(
        price is not None and price.is_finite() and side.sign * (price - Decimal(str(far))) < 0
        for price in prices
    )
