"""Compares a position with the stops that live at the broker (I12, survival view)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from workstation.domain.contract import ContractDetails
from workstation.domain.coverage import Coverage
from workstation.domain.ids import AccountId, ConId, OrderKey
from workstation.domain.order import Side, Tif
from workstation.domain.order_status import STOP_TYPES, Lifecycle, OrderView, Pending
from workstation.domain.quote import Quote
from workstation.risk.exposure import are_rivals, leaves_of, sent_as_closes
from workstation.risk.hours import current, following, sessions

_AT_THE_BROKER = frozenset({Lifecycle.HELD, Lifecycle.WORKING})
_ON_THE_WAY = frozenset({Lifecycle.STAGED, Lifecycle.SENDING, Lifecycle.SENT, Lifecycle.UNKNOWN})
_STANDS = (_AT_THE_BROKER | _ON_THE_WAY) - {Lifecycle.UNKNOWN}
_ENDING = frozenset({Tif.DAY.value, Tif.DTC.value, Tif.MINUTES.value})
"""Times in force that end by themselves while the position goes on."""

_NONE = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A position and everything its coverage is worked out from.

    `orders` are the working orders of the contract in the account, whoever placed them;
    `outside_rth` tells which of them work outside the regular hours. Without `now` no hours
    are told.
    """

    account: AccountId
    con_id: ConId
    symbol: str
    quantity: Decimal
    orders: tuple[OrderView, ...]
    details: ContractDetails | None
    quote: Quote | None
    outside_rth: Callable[[OrderKey], bool]
    now: datetime | None = None


def coverage(held: Held) -> Coverage:
    """Work out what stays protected without this program."""
    size, side = abs(held.quantity), Side.SELL if held.quantity > 0 else Side.BUY
    by_key = {each.key: each for each in held.orders}
    stops = [each for each in held.orders if each.order_type in STOP_TYPES and each.side is side]
    sure = _largest((each, _active(each, by_key)) for each in stops if _is_sure(each))
    unconfirmed = sum((leaves_of(x) for x in stops if x.lifecycle in _ON_THE_WAY), _NONE)
    total = sum((quantity for _, quantity in sure), _NONE)
    lapses = sum((quantity for each, quantity in sure if each.tif in _ENDING), _NONE)
    sleeps = _NONE
    if _has_other_hours(held.details):
        sleeps = sum((q for each, q in sure if not held.outside_rth(each.key)), _NONE)
    closing = min(_closing(held, side), size) if size else _NONE
    prices = [each.stop_price for each, _ in sure if each.stop_price is not None]
    targets = [each.limit_price for each in held.orders if _is_target(each, side)]
    hours = _hours_of(held)
    return Coverage(
        account=held.account,
        con_id=held.con_id,
        symbol=held.symbol,
        quantity=held.quantity,
        covered=min(total, size),
        uncovered=max(size - total - closing, _NONE),
        over=max(total - size, _NONE) if size else _NONE,
        lapses=min(lapses, size),
        sleeps=min(sleeps, size),
        closing=closing,
        unconfirmed=unconfirmed if size else _NONE,
        orphans=0 if size else sum(_is_orphan(each, by_key) for each in held.orders),
        nearest_stop=max(prices, key=lambda price: -side.sign * price, default=None),
        nearest_target=min(filter(None, targets), key=lambda x: -side.sign * x, default=None),
        kept=min(sum((q for each, q in sure if each.tif == Tif.GTC.value), _NONE), size),
        lapses_at=hours.lapses_at if lapses else None,
        is_asleep=bool(sleeps) and hours.is_asleep,
        wakes_at=hours.wakes_at if sleeps else None,
    )


def sure_stops(held: Held) -> list[tuple[OrderView, Decimal]]:
    """Return the stops that count, with what each would close; the smallest first."""
    side = Side.SELL if held.quantity > 0 else Side.BUY
    by_key = {each.key: each for each in held.orders}
    stops = (x for x in held.orders if x.order_type in STOP_TYPES and x.side is side)
    found = _largest((each, _active(each, by_key)) for each in stops if _is_sure(each))
    return sorted(found, key=lambda each: each[1])


def standing_stops(orders: Iterable[OrderView], side: Side) -> Decimal:
    """Sum what stops of one side would close, of those that end each other the largest.

    One that is being cancelled, or of which nobody knows whether it stands, counts nothing: it
    must not stand before a stop that does.
    """
    by_key = {each.key: each for each in orders}
    live = (each for each in by_key.values() if each.order_type in STOP_TYPES and each.side is side)
    found = _largest((each, _active(each, by_key)) for each in live if _may_stand(each))
    return sum((quantity for _, quantity in found), _NONE)


def orphans(held: Held) -> list[OrderView]:
    """Return the exits that stand without a position."""
    by_key = {each.key: each for each in held.orders}
    return [each for each in held.orders if _is_orphan(each, by_key)]


@dataclass(frozen=True, slots=True)
class _Hours:
    """When the stops of the day end, and whether those of the regular hours work now."""

    lapses_at: datetime | None = None
    is_asleep: bool = False
    wakes_at: datetime | None = None


def _hours_of(held: Held) -> _Hours:
    details, now = held.details, held.now
    if details is None or now is None:
        return _Hours()
    liquid = sessions(details.liquid_hours, details.time_zone_id) or ()
    trading = sessions(details.trading_hours, details.time_zone_id) or liquid
    running, upcoming = current(liquid, now), following(liquid, now)
    ending = running or upcoming
    return _Hours(
        lapses_at=None if ending is None else ending.closes,
        is_asleep=running is None and current(trading, now) is not None,
        wakes_at=None if running is not None or upcoming is None else upcoming.opens,
    )


def _is_target(order: OrderView, side: Side) -> bool:
    """Tell whether an order takes the profit of a position that its side closes."""
    return order.side is side and order.order_type in {"LMT", "LIT"} and _is_sure(order)


def _is_sure(order: OrderView) -> bool:
    """Tell whether the broker has an order and keeps it."""
    return order.lifecycle in _AT_THE_BROKER and order.cancel is Pending.NONE


def _may_stand(order: OrderView) -> bool:
    """Tell whether an order stands at the broker or is on its way there."""
    return order.lifecycle in _STANDS and order.cancel is Pending.NONE


def _active(order: OrderView, by_key: dict[OrderKey, OrderView]) -> Decimal:
    """Return what a stop would close: that of a bracket no more than its entry has filled."""
    parent = by_key.get(order.parent) if order.parent is not None else None
    left = max(order.quantity - order.filled, _NONE)
    if order.pending_quantity is not None:
        left = min(left, max(order.pending_quantity - order.filled, _NONE))
    return left if parent is None else min(left, parent.filled)


def _largest(stops: Iterable[tuple[OrderView, Decimal]]) -> list[tuple[OrderView, Decimal]]:
    """Of stops that end each other keep the largest; none of them would close twice."""
    kept: list[tuple[OrderView, Decimal]] = []
    for stop in sorted(stops, key=lambda each: -each[1]):
        if stop[1] and not any(are_rivals(stop[0], other) for other, _ in kept):
            kept.append(stop)
    return kept


def _closing(held: Held, side: Side) -> Decimal:
    """Return what orders sent to close would close now; a stop never counts here."""
    live = [each for each in held.orders if each.cancel is Pending.NONE]
    return sent_as_closes(live, side, None, held.quote)


def _is_orphan(order: OrderView, by_key: dict[OrderKey, OrderView]) -> bool:
    if order.terms.hedge is not None:
        return False  # it works when its parent has filled, as it should
    tied = order.parent is not None or bool(order.oca_group)
    waits = order.parent is not None and order.parent in by_key
    return tied and not waits and order.cancel is Pending.NONE


def _has_other_hours(details: ContractDetails | None) -> bool:
    if details is None or not details.liquid_hours:
        return False
    return details.trading_hours not in {"", details.liquid_hours}
