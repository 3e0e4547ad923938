"""R02 for where an order goes and how it trades there: refused before sending, with why.

Preferences for dark pools, which TWS offers by hand, have no field in the broker's interface:
the nearest are the route IBKRATS and the time an order stands there first.
Source: features O7, O25 and O28, and the broker's documentation of its order types.
"""

from collections.abc import Iterator
from decimal import Decimal

from workstation.domain.ats import ATS_ROUTE, AtsTerms
from workstation.domain.contract import ContractDetails
from workstation.domain.order import OrderDraft, OrderType

_K = OrderType
_SMART = frozenset({"", "SMART"})
_LONGEST_SECONDS = 86_400


def route_faults(draft: OrderDraft, details: ContractDetails | None) -> Iterator[str]:
    """Say why the broker would not take an order for where it is to go."""
    yield from _direct_faults(draft, details)
    yield from _class_faults(draft, details)
    if draft.terms.sweeps:
        yield from _sweep_faults(draft)
    if draft.terms.ats_seconds is not None:
        yield from _parked_faults(draft, draft.terms.ats_seconds)
    if draft.order_type is _K.PEG_BEST or draft.terms.ats is not None:
        yield from _ats_faults(draft, details, draft.terms.ats or AtsTerms())


def is_whole(value: Decimal, *, most: int) -> bool:
    """Tell whether a number is whole, above 0 and not too large."""
    return 0 < value <= most and value == value.to_integral_value()


def _direct_faults(draft: OrderDraft, details: ContractDetails | None) -> Iterator[str]:
    """Say why an order cannot go to an exchange directly; "" is where the contract trades."""
    route, terms = draft.route, draft.terms
    if not route:
        return
    named = () if details is None else details.valid_exchanges
    if named and route not in named:
        yield f"The contract does not trade at {route[:24]}."
    if draft.legs:
        yield "A combination is routed by the broker."
    if route != "SMART" and terms.algo is not None:
        yield "The broker's algorithms choose the exchange themselves: route by SMART."
    if route != "SMART" and draft.order_type is _K.MIDPRICE:
        yield "A MIDPRICE order is routed by SMART."
    if route != "SMART" and terms.include_overnight:
        yield "An order for the overnight session too is routed by SMART."


def _class_faults(draft: OrderDraft, details: ContractDetails | None) -> Iterator[str]:
    if details is None:
        return
    sec_type, kind = details.contract.sec_type, draft.order_type
    if kind.is_protected and sec_type != "FUT":
        yield f"Only the futures exchanges protect market and stop orders: no {kind.value} here."
    if (kind.is_snapped or kind is _K.MARKET_TO_LIMIT) and draft.legs:
        yield f"A combination takes no {kind.value} orders."


def _sweep_faults(draft: OrderDraft) -> Iterator[str]:
    terms = draft.terms
    if draft.order_type is not _K.LIMIT:
        yield "Only a limit order sweeps the exchanges."
    if draft.route not in _SMART:
        yield "An order that sweeps the exchanges is routed by SMART."
    if terms.display_size is not None or terms.hidden or terms.all_or_none:
        yield "An order that sweeps the exchanges is no iceberg, nor hidden or all-or-none."


def _parked_faults(draft: OrderDraft, seconds: Decimal) -> Iterator[str]:
    if not is_whole(seconds, most=_LONGEST_SECONDS):
        yield f"An order stands at IBKRATS for whole seconds, {_LONGEST_SECONDS} at most."
    if draft.route not in _SMART:
        yield "Only an order that is routed by SMART stands at IBKRATS first."
    if not draft.order_type.takes_limit or draft.order_type.takes_stop:
        yield f"A {draft.order_type.value} order does not stand at IBKRATS first."


def _ats_faults(draft: OrderDraft, details: ContractDetails | None, ats: AtsTerms) -> Iterator[str]:
    kind = draft.order_type
    is_best = kind is _K.PEG_BEST
    named = () if details is None else details.valid_exchanges
    if named and ATS_ROUTE not in named:
        yield f"This trades at {ATS_ROUTE} alone, where the contract does not trade."
    elif draft.route != ATS_ROUTE:
        yield f"This trades at {ATS_ROUTE} alone: choose that route."
    if is_best and ats.to_middle is (ats.beyond_best is not None):
        yield "A PEG BEST order goes either so far beyond the best price, or up to the middle."
    if ats.competes and not is_best:
        yield f"A {kind.value} order does not compete with the best price."
    of_middle = ats.whole_offset is not None or ats.half_offset is not None
    if of_middle and not (is_best and ats.to_middle) and kind is not _K.PEG_MID:
        yield "Offsets from the middle belong to an order that follows it."
    for size in (ats.least_trade, ats.least_rival):
        if size is not None and not is_whole(size, most=10**9):
            yield "The smallest trade and the smallest rival are whole numbers."
    if ats.least_trade is not None and ats.least_trade > draft.quantity:
        yield "The smallest trade is larger than the order."
