"""Whether a change of an order only lowers risk (orders-and-risk.md 1.2)."""

from dataclasses import replace

from workstation.domain.order import OrderDraft, OrderTerms
from workstation.oms.managed_order import ManagedOrder


def keeps_all_but_size(draft: OrderDraft, changed: ManagedOrder) -> bool:
    """Tell whether a change leaves when and at what price an order works as it is."""
    prices = (draft.limit_price, draft.stop_price) == (changed.limit_price, changed.stop_price)
    times = (draft.tif.value, draft.outside_rth) == (changed.tif, changed.outside_rth)
    return prices and times and draft.terms == changed.terms


def is_nearer(draft: OrderDraft, changed: ManagedOrder) -> bool:
    """Tell whether an exit's stop comes no farther and its limit no less marketable.

    The limit of a stop limit moves with its stop: what counts is how far it goes beyond it. A
    trail comes nearer with a smaller distance or a stop closer to the market; other terms that
    change are a new question.
    """
    if not _trails_no_farther(draft, changed.terms):
        return False
    sign = draft.side.sign
    limit, old_limit = draft.limit_price, changed.limit_price
    stop, old_stop = draft.stop_price, changed.stop_price
    if stop is not None and old_stop is not None:
        if sign * (stop - old_stop) > 0:
            return False
        if limit is not None and old_limit is not None:
            limit, old_limit = limit - stop, old_limit - old_stop
    return limit is None or old_limit is None or sign * (limit - old_limit) >= 0


def _trails_no_farther(draft: OrderDraft, old: OrderTerms) -> bool:
    """Tell whether nothing but a trail changes, and that only to come nearer."""
    new = draft.terms
    if _without_trail(new) != _without_trail(old):
        return False
    distances = ((new.trail_amount, old.trail_amount), (new.trail_percent, old.trail_percent))
    if any((after is None) is not (before is None) for after, before in distances):
        return False
    if any(
        after > before for after, before in distances if after is not None and before is not None
    ):
        return False
    if new.trail_stop is None or old.trail_stop is None:
        return new.trail_stop == old.trail_stop
    return draft.side.sign * (new.trail_stop - old.trail_stop) <= 0


def _without_trail(terms: OrderTerms) -> OrderTerms:
    return replace(terms, trail_amount=None, trail_percent=None, trail_stop=None)
