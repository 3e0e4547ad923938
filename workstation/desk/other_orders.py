"""What other working orders of a contract mean for a draft: closes, stops, itself, its rivals."""

from decimal import Decimal

from workstation.domain.order import OrderDraft
from workstation.domain.order_status import STOP_TYPES, OrderView
from workstation.domain.quote import Quote
from workstation.risk.coverage import standing_stops
from workstation.risk.exposure import are_rivals, is_of_group, sent_as_closes

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
    Source: orders-and-risk.md 1.2, I9.
    """
    if position * draft.side.sign >= 0:
        return _NONE
    own = None if itself is None else itself.key
    others = [each for each in orders if each.key != own and not is_of_group(each, draft)]
    closes = sent_as_closes(others, draft.side, draft.limit_price, quote)
    grows = itself is None or draft.quantity > itself.quantity
    if grows and draft.order_type.value in STOP_TYPES:
        closes += standing_stops(others, draft.side)
    return closes


def is_another(order: OrderView, draft: OrderDraft, itself: OrderView | None) -> bool:
    """Tell whether an order works beside a draft on its side of its contract."""
    place = (order.account, order.con_id, order.side)
    if place != (draft.account, draft.con_id, draft.side):
        return False
    return itself is None or order.key != itself.key


def is_of(changed: OrderView | None, other: OrderView) -> bool:
    """Tell whether an order is the one being changed, or one that never fills beside it."""
    return changed is not None and (changed.key == other.key or are_rivals(changed, other))
