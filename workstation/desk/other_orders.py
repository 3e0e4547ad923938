"""What other working orders of a contract mean for a draft: closes, stops, itself, its rivals."""

from collections.abc import Callable
from decimal import Decimal

from workstation.domain.order import OrderDraft, OrderType, Side, Tif
from workstation.domain.order_status import STOP_TYPES, OrderView, Pending
from workstation.domain.quote import Quote
from workstation.risk.coverage import standing_stops
from workstation.risk.exposure import (
    WAITING_TYPES,
    are_rivals,
    is_of_group,
    may_fill,
    rests,
    sent_as_closes,
    stands,
    waits,
)

_NONE = Decimal(0)


def closed_by_others(
    orders: tuple[OrderView, ...],
    draft: OrderDraft,
    itself: OrderView | None,
    quote: Quote | None,
    position: Decimal,
) -> Decimal:
    """Sum what closes a position beside a draft that is on the closing side.

    Beside a stop other stops count as well: each of them alone closes, all of them together
    open. One that stands already and does not grow is only moved, and adds nothing.
    The same is true of targets in groups, and of orders that wait for a price or an auction:
    they leave a close now alone, but each other they count. Source: orders-and-risk.md 1.2, I9.
    """
    if position * draft.side.sign >= 0:
        return _NONE
    own = None if itself is None else itself.key
    others = [each for each in orders if each.key != own and not is_of_group(each, draft)]
    closes = sent_as_closes(others, draft.side, draft.limit_price, quote)
    grows = itself is None or draft.quantity > itself.quantity
    if grows and draft.order_type.value in STOP_TYPES:
        closes += standing_stops(others, draft.side)
    elif grows and (draft.order_type.value in WAITING_TYPES or draft.tif is Tif.OPG):
        closes += _outside_brackets(others, draft.side, waits)
    elif grows and draft.terms.oca is not None and rests(draft.side, (draft.limit_price,), quote):
        closes += _outside_brackets(others, draft.side, lambda each: _is_target(each, quote))
    return closes


def _outside_brackets(
    orders: list[OrderView], side: Side, is_meant: Callable[[OrderView], bool]
) -> Decimal:
    """Sum what such orders could close, of those that end each other the largest."""
    meant = (
        each
        for each in orders
        if each.side is side
        and each.parent is None
        and each.cancel is Pending.NONE
        and is_meant(each)
    )
    return sum((leaves for _, leaves in may_fill(meant)), _NONE)


def _is_target(order: OrderView, quote: Quote | None) -> bool:
    """Tell whether an order is a limit of a group that rests."""
    is_limit = order.order_type == OrderType.LIMIT
    return is_limit and bool(order.oca_group) and stands(order, quote)


def is_another(order: OrderView, draft: OrderDraft, itself: OrderView | None) -> bool:
    """Tell whether an order works beside a draft on its side of its contract."""
    place = (order.account, order.con_id, order.side)
    if place != (draft.account, draft.con_id, draft.side):
        return False
    return itself is None or order.key != itself.key


def is_of(changed: OrderView | None, other: OrderView) -> bool:
    """Tell whether an order is the one being changed, or one that never fills beside it."""
    return changed is not None and (changed.key == other.key or are_rivals(changed, other))
