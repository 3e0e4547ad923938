"""What other working orders of a contract mean for a draft: closes, stops, itself, its rivals."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from workstation.domain.ids import AccountId, ConId, OrderKey
from workstation.domain.order import OrderDraft, OrderType, Side, Tif
from workstation.domain.order_status import STOP_TYPES, OrderView, Pending
from workstation.domain.ports import QuoteSource
from workstation.domain.quote import Quote
from workstation.domain.rule import RULE_SOURCE
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.orders import OrderBook
from workstation.risk.coverage import standing_stops
from workstation.risk.exposure import (
    WAITING_TYPES,
    Filling,
    are_rivals,
    is_of_group,
    is_sent_as_close,
    leg_filling,
    may_fill,
    rests,
    sent_as_closes,
    stands,
    waits,
)

ROLL = "roll"
RULE_CLOSE = f"{RULE_SOURCE}close"
TAKES_ROLLS_BACK = frozenset({"close", "flatten", RULE_CLOSE})
"""Sources of closes that cancel the rolls of their position in the same breath."""

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


def closed_by_combinations(
    legs: Iterable[Filling],
    side: Side,
    own: OrderKey | None,
    whole: Callable[[OrderKey], tuple[OrderView, Quote | None] | None],
    *,
    marketable: bool,
) -> Decimal:
    """Sum what working combinations close of one contract, whichever legs they have beside it.

    `legs` are what they could fill of it; `whole` gives a combination with its own market, None
    for one that does not count. One that rests as a target does not count beside a close that is
    `marketable`, as with plain orders. Source: orders-and-risk.md 1.2.
    """
    total = _NONE
    for leg, leaves in legs:
        if leg.key == own or leg.side is not side:
            continue
        found = whole(leg.key)
        if found is not None and is_sent_as_close(*found, marketable=marketable):
            total += leaves
    return total


def combination_of(
    orders: OrderBook, quotes: QuoteSource, source: str
) -> Callable[[OrderKey], tuple[OrderView, Quote | None] | None]:
    """Return how a draft from `source` finds a combination that counts beside it.

    A close takes rolls back itself, and leaves in the same breath as a cancel: it does not wait
    for the broker's word about either.
    """

    def whole(key: OrderKey) -> tuple[OrderView, Quote | None] | None:
        order = orders.get(key)
        if order is None:
            return None
        if source in TAKES_ROLLS_BACK and (is_roll(order) or order.cancel is not Pending.NONE):
            return None
        return order.view(), quotes.quote(order.con_id)

    return whole


def is_roll(order: ManagedOrder) -> bool:
    """Tell whether an order takes a position into another month."""
    return order.draft is not None and order.draft.source == ROLL


def legs_of(orders: OrderBook, account: AccountId, con_id: ConId) -> Iterator[Filling]:
    """Yield what working combinations could fill of one contract in one account."""
    for view in orders.working():
        order = orders.get(view.key)
        if order is None or view.account != account:
            continue
        yield from (leg_filling(view, leg) for leg in order.legs if leg.con_id == con_id)


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
