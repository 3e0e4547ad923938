"""What of a working order may be changed in place, and the complete order as it would stand.

Source: orders-and-risk.md 2.5.9, features O18.
"""

from collections.abc import Iterator
from dataclasses import replace

from workstation.domain.finding import RiskCode
from workstation.domain.order import OrderChange, OrderDraft, OrderTerms, OrderType, Side, Tif
from workstation.domain.order_extras import Algo
from workstation.domain.order_status import Lifecycle, Pending
from workstation.domain.override import still_accepted
from workstation.domain.prices import PriceLadder
from workstation.oms.managed_order import ManagedOrder

_TYPES = frozenset(each.value for each in OrderType)
_TIFS = frozenset(each.value for each in Tif)
_NEW_ORDER = "cancel the order and send a new one."


def why_not_editable(order: ManagedOrder) -> str:
    """Say why an order cannot be changed from here now, "" where it can."""
    reasons = (
        (order.lifecycle.is_terminal, f"The order has ended: {order.view().display_state}."),
        (
            not order.mine,
            f"The order belongs to client {order.client_id}; only that can change it.",
        ),
        (
            order.order_type not in _TYPES or order.tif not in _TIFS,
            f"This program cannot change {order.order_type} {order.tif} orders yet.",
        ),
        (
            order.draft is None,
            "The order was not placed here; a change could lose terms. Change it in TWS.",
        ),
        (
            order.terms.hedge is not None,
            "The broker sizes a hedge. Cancel it, or its order, and send another.",
        ),
        (
            not _is_of_known_type(order),
            f"The broker made this a {order.order_type} order; change it in TWS.",
        ),
        (
            order.lifecycle is Lifecycle.UNKNOWN,
            "It is not known whether the broker has this order; a change could place it anew.",
        ),
        (order.cancel is not Pending.NONE, "A cancel is under way."),
        (order.replace is not Pending.NONE, "The previous change is not confirmed yet."),
        (
            not order.acknowledged or order.order_ref is None,
            "The broker has not acknowledged the order yet.",
        ),
    )
    return next((text for applies, text in reasons if applies), "")


def _is_of_known_type(order: ManagedOrder) -> bool:
    """Tell whether an order is what was sent, or what its adjustable stop was to become."""
    draft = order.draft
    if draft is None or draft.order_type.value == order.order_type:
        return True
    planned = order.planned
    return planned is not None and planned.becomes.value == order.order_type


def why_not_so(order: ManagedOrder, wish: OrderChange) -> str:
    """Say why the broker would not revise an order so, "" where it would."""
    if wish.terms is None:
        return ""
    return next(_unrevisable(order.terms, wish.terms), "")


def _unrevisable(old: OrderTerms, new: OrderTerms) -> Iterator[str]:
    if old.oca != new.oca:
        yield f"The broker does not revise a one-cancels-all group: {_NEW_ORDER}"
    if _strategy(old.algo) != _strategy(new.algo):
        yield f"The broker does not revise the algorithm of an order: {_NEW_ORDER}"
    if old.hidden is not new.hidden:
        yield f"The broker does not hide or show an order that works: {_NEW_ORDER}"
    if old.all_or_none is not new.all_or_none:
        yield f"The broker does not revise all-or-none: {_NEW_ORDER}"
    if old.sweeps is not new.sweeps or old.ats_seconds != new.ats_seconds or old.ats != new.ats:
        yield f"The broker does not revise where an order goes: {_NEW_ORDER}"


def _strategy(algo: Algo | None) -> str:
    return "" if algo is None else algo.strategy.lower()


def asks_for_no_more(order: ManagedOrder, wish: OrderChange) -> bool:
    """Tell whether a change means a cancel: no more than is filled (FIX 4.2 D11)."""
    quantity = wish.quantity
    return quantity is not None and quantity.is_finite() and 0 < quantity <= order.filled


def changed(
    order: ManagedOrder, wish: OrderChange, ladder: PriceLadder | None = None
) -> OrderDraft:
    """Build the complete order as it would stand; what was accepted of it need not be again.

    Growing is a new question, moving is not (1.4: moves by a tick ask nothing). Where the
    broker's own trail stands between two prices of the ladder, it goes to the one away from the
    market.
    """
    acknowledged = wish.acknowledged
    quantity = wish.quantity
    grows = quantity is not None and not (quantity.is_finite() and quantity <= order.quantity)
    if order.draft is not None and not grows:
        acknowledged |= still_accepted(order.draft.acknowledged)
    acknowledged -= {RiskCode.CONFIRM_AWAY.value} - wish.acknowledged  # asked every time
    acknowledged |= {RiskCode.ALREADY_DUE.value}  # its time came while it stood
    tif = Tif(order.tif) if wish.tif is None else wish.tif
    terms = _standing(order, order.terms if wish.terms is None else wish.terms, ladder)
    kind = OrderType(order.order_type)
    limit = order.limit_price if kind.takes_limit else None  # the broker gave a MTL its own
    return OrderDraft(
        intent_id=wish.intent_id,
        account=order.account,
        con_id=order.con_id,
        side=order.side,
        quantity=order.quantity if wish.quantity is None else wish.quantity,
        order_type=kind,
        limit_price=limit if wish.limit_price is None else wish.limit_price,
        stop_price=order.stop_price if wish.stop_price is None else wish.stop_price,
        tif=tif,
        outside_rth=order.outside_rth if wish.outside_rth is None else wish.outside_rth,
        source=wish.source,
        acknowledged=acknowledged,
        terms=_of_tif(terms, tif),
        family=None if order.draft is None else order.draft.family,
        legs=() if order.draft is None else order.draft.legs,
        guaranteed=order.draft is None or order.draft.guaranteed,
        route="" if order.draft is None else order.draft.route,
    )


def _of_tif(terms: OrderTerms, tif: Tif) -> OrderTerms:
    """Leave out what belongs to another time in force."""
    if tif is not Tif.GTD:
        terms = replace(terms, good_till=None)
    return terms if tif is Tif.MINUTES else replace(terms, minutes=None)


def _standing(order: ManagedOrder, wished: OrderTerms, ladder: PriceLadder | None) -> OrderTerms:
    """Leave a trail's stop where the broker has it, unless a price is wished for it."""
    stop = order.terms.trail_stop
    if stop is None or wished.trail_stop not in {None, stop}:
        return wished
    if ladder is not None:
        stop = ladder.snap_down(stop) if order.side is Side.SELL else ladder.snap_up(stop)
    return replace(wished, trail_stop=stop)
