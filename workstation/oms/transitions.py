"""The allowed steps of one order, each odd one with its reason (orders-and-risk.md 2.1 to 2.4)."""

from dataclasses import replace

from workstation.domain.execution import Execution
from workstation.domain.ids import OrderKey
from workstation.domain.order_status import Lifecycle, OrderFlag, Pending
from workstation.domain.reports import BrokerNotice, OpenOrderReport
from workstation.oms import codes
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.order_alarms import (
    REVIVED,
    OrderAlarm,
    change_refused,
    late_fill,
    overfilled,
    unknown_status,
)
from workstation.oms.reported_terms import is_taken, not_shown

Alarms = list[tuple[OrderKey, OrderAlarm]]

_BEFORE_ACKNOWLEDGEMENT = frozenset(
    {Lifecycle.STAGED, Lifecycle.SENDING, Lifecycle.SENT, Lifecycle.UNKNOWN}
)


def open_order(
    order: ManagedOrder, report: OpenOrderReport, alarms: Alarms, *, snapshot: bool
) -> None:
    """Apply openOrder or completedOrder: the broker's terms and status.

    In a snapshot an order that we had ended and the broker calls live is live again.
    """
    order.acknowledged = True
    order.missing_rounds = 0
    order.unflag(OrderFlag.ABSENT)
    order.completed_filled = report.filled
    _take_terms(order, report, snapshot=snapshot)
    ended = order.lifecycle.is_terminal
    live = report.status in codes.LIVE
    ended_by_us = order.lifecycle in {Lifecycle.NOT_PLACED, Lifecycle.EXPIRED, Lifecycle.FILLED}
    revived = ended and live and not report.completed and (snapshot or ended_by_us)
    if (revived and not order.full) or _enlarged(order):
        order.lifecycle = Lifecycle.SENT
        order.cancel = Pending.NONE
        order.flag(OrderFlag.RESURRECTED)
        alarms.append((order.key, REVIVED))
    status(order, report.status, "", alarms)


def _enlarged(order: ManagedOrder) -> bool:
    """Tell whether an order that was full is not, because the broker knows a larger quantity."""
    ended = order.lifecycle is Lifecycle.FILLED and order.mine
    return ended and not order.full and OrderFlag.CORRECTED not in order.flags


def _take_terms(order: ManagedOrder, report: OpenOrderReport, *, snapshot: bool) -> None:
    if order.replace is not Pending.NONE and _is_taken(order, report):
        if order.pending_terms is not None:
            order.terms, order.planned = order.pending_terms, order.pending_terms.adjustment
        order.drop_replace()
    elif order.replace is Pending.UNKNOWN and snapshot:
        order.drop_replace()
        order.note = "The change did not reach the broker; the order stands as before."
    if report.completed and not report.quantity:
        return  # a completed order may come without its quantity
    order.quantity = report.quantity or order.quantity  # without its number it stands as it was
    order.limit_price = report.limit_price
    order.stop_price = report.stop_price
    order.tif = report.tif or order.tif
    order.order_type = report.order_type or order.order_type
    if not report.completed:
        order.outside_rth = report.outside_rth
        order.oca_group, order.oca_type = report.oca_group, report.oca_type
        order.cash_quantity = report.cash_quantity
        _take_further_terms(order, report)
    order.account = report.account or order.account


def _is_taken(order: ManagedOrder, report: OpenOrderReport) -> bool:
    """Tell whether the broker shows a change of ours as what stands."""
    waiting = (order.pending_quantity, order.pending_limit, order.pending_stop)
    if waiting != (report.quantity, report.limit_price, report.stop_price):
        return False
    beside: tuple[tuple[object, object, object], ...] = (
        (order.pending_tif, order.tif, report.tif),
        (order.pending_outside_rth, order.outside_rth, report.outside_rth),
    )
    if any(asked not in {None, old, told} for asked, old, told in beside):
        return False
    asked, told = order.pending_terms, report.terms
    return asked is None or told is None or is_taken(order.terms, asked, told)


def _take_further_terms(order: ManagedOrder, report: OpenOrderReport) -> None:
    """Take the broker's further terms of an order that is not ours, or that it has made another.

    Of ours the terms that we sent stay the basis of every change, so that none is lost to a
    report that lacks it; what a report lacks is said.
    """
    told = report.terms
    if told is None:
        return
    if order.draft is None or order.draft.order_type.value != order.order_type:
        order.terms = told
        return
    if order.draft.order_type.trails and told.trail_stop is not None:
        order.terms = replace(order.terms, trail_stop=told.trail_stop)
    order.not_shown = not_shown(order.terms, told)


def status(order: ManagedOrder, word: str, why_held: str, alarms: Alarms) -> None:
    """Apply a status; it never ends what fills have ended, nor revives what has ended."""
    target = codes.STATUS_TO_LIFECYCLE.get(word)
    if target is None and word not in {codes.CANCEL_PENDING, codes.FILLED}:
        alarms.append((order.key, unknown_status(word)))
        return
    order.acknowledged = True
    order.held_for = why_held
    if word == codes.FILLED:
        _said_filled(order)
    elif order.lifecycle.is_terminal:
        return  # a late or repeated status
    elif word == codes.CANCEL_PENDING:
        order.cancel = Pending.REQUESTED
        _move(order, Lifecycle.HELD, only_from=_BEFORE_ACKNOWLEDGEMENT)  # it can still fill
    elif target is Lifecycle.CANCELLED:
        _finish(order, Lifecycle.CANCELLED)
    elif target is Lifecycle.SENT:
        _move(order, Lifecycle.SENT, only_from=_BEFORE_ACKNOWLEDGEMENT)
    else:
        assert target is not None  # only the two words above have no lifecycle of their own
        _live(order, target)
    settle(order)


def settle(order: ManagedOrder) -> None:
    """End an order that is full, whichever of its fills and its terms came last (I5)."""
    if order.full and not order.lifecycle.is_terminal:
        _finish(order, Lifecycle.FILLED)


def _said_filled(order: ManagedOrder) -> None:
    """Take the broker's word where the fills prove it, or where they are another client's."""
    enough = 0 < order.quantity <= order.filled
    if order.lifecycle.is_terminal:
        order.said_filled = order.mine and order.lifecycle is not Lifecycle.FILLED
    elif enough or not order.mine:
        _finish(order, Lifecycle.FILLED)  # an open change came too late
    else:
        order.said_filled = True  # fills are the truth: ask for them
        _move(order, Lifecycle.WORKING, only_from=_BEFORE_ACKNOWLEDGEMENT)


def lists_ended(order: ManagedOrder, *, settled: bool) -> bool:
    """Take the word "Filled" when the broker's lists have ended; True when that ends the order.

    Its fills never sum up to it where the broker corrected one before it was first told: how
    much that one was worth is in no list any more, and an order that the broker has ended does
    not come to life again for it (2.5.8). Until lists are `settled` more fills may be on their
    way, unless the broker counts as many as have come.
    """
    if not order.said_filled or order.lifecycle.is_terminal:
        return False
    proven = settled or order.completed_filled == order.filled
    if not proven or not any(each.revision > 1 for each in order.revisions.values()):
        return False
    _finish(order, Lifecycle.FILLED)
    order.flag(OrderFlag.CORRECTED)
    order.note = "Filled, but a fill was changed or taken back since. Compare the position."
    return True


def _live(order: ManagedOrder, target: Lifecycle) -> None:
    order.lifecycle = target
    order.worked |= target is Lifecycle.WORKING
    if order.cancel is Pending.UNKNOWN and target is not Lifecycle.INACTIVE:
        order.cancel = Pending.NONE  # it is live, so the cancel did not take


def _move(order: ManagedOrder, target: Lifecycle, *, only_from: frozenset[Lifecycle]) -> None:
    if order.lifecycle in only_from:
        order.lifecycle = target


def execution(order: ManagedOrder, report: Execution, alarms: Alarms) -> bool:
    """Apply one execution report; True when it changed the fills.

    The latest revision wins whatever came last (2.5.8); a fill is never refused (I3).
    """
    known = order.revisions.get(report.base_id)
    if known is not None and known.revision >= report.revision:
        return False  # I4: the same report again, or an older revision
    ended = order.lifecycle.is_terminal
    order.take_revision(report)
    order.acknowledged = True
    order.missing_rounds = 0
    order.unflag(OrderFlag.ABSENT)
    if known is not None:
        order.flag(OrderFlag.CORRECTED)
    if any(each.lacks_price for each in order.revisions.values()):
        order.flag(OrderFlag.FILL_PRICE_MISSING)
    else:
        order.unflag(OrderFlag.FILL_PRICE_MISSING)
    if order.overfill:
        order.flag(OrderFlag.OVERFILL)
        alarms.append((order.key, overfilled(order)))
    if order.full:
        if ended and order.lifecycle is not Lifecycle.FILLED:
            _late(order, alarms)
        _finish(order, Lifecycle.FILLED)
    elif ended and known is None and (order.mine or order.lifecycle is not Lifecycle.FILLED):
        _late(order, alarms)
        if order.lifecycle in {Lifecycle.REJECTED, Lifecycle.NOT_PLACED, Lifecycle.EXPIRED}:
            order.lifecycle = Lifecycle.CANCELLED  # it lived, and part of it filled
    elif order.lifecycle in _BEFORE_ACKNOWLEDGEMENT:
        order.lifecycle = Lifecycle.WORKING
    return True


def notice(order: ManagedOrder, report: BrokerNotice, alarms: Alarms) -> bool:
    """Apply a coded message; True when the broker must be asked what the truth is."""
    ask = _notice(order, report, alarms)
    settle(order)
    return ask


def _notice(order: ManagedOrder, report: BrokerNotice, alarms: Alarms) -> bool:
    code = report.code
    if code in codes.REJECTED or code in codes.INVALID:
        return _refused(order, report.text, alarms)
    if code in codes.INFORMS:
        order.note = report.text
        if code == codes.ORDER_MESSAGE and "will not be placed" in report.text:
            _move(order, Lifecycle.HELD, only_from=_BEFORE_ACKNOWLEDGEMENT)
        return False
    if code == codes.CANCELLED:
        order.note = report.text
        if not order.lifecycle.is_terminal:
            _finish(order, Lifecycle.CANCELLED)
        return False
    _unsettle(order, code, report.text)
    return True  # I11: a code that is not listed changes nothing; ask


def _unsettle(order: ManagedOrder, code: int, text: str) -> None:
    if code == codes.DUPLICATE_ID and not order.acknowledged:
        _finish(order, Lifecycle.REJECTED)
        order.note = "Refused: its number was used before. Nothing was placed."
    elif code == codes.CHANGE_TOO_LATE:
        order.drop_replace()
        order.note = "Too late to change: it has filled."
    elif code in codes.CANCEL_FAILED:
        order.note = text
        if order.cancel is not Pending.NONE and not order.lifecycle.is_terminal:
            order.cancel = Pending.UNKNOWN
    elif code == codes.PACING:
        doubt(order)


def doubt(order: ManagedOrder) -> None:
    """Say of everything that waits for an answer that it is unknown."""
    if order.lifecycle in _BEFORE_ACKNOWLEDGEMENT:
        order.lifecycle = Lifecycle.UNKNOWN
    if order.cancel is Pending.REQUESTED:
        order.cancel = Pending.UNKNOWN
    if order.replace is Pending.REQUESTED:
        order.replace = Pending.UNKNOWN


def not_sent(order: ManagedOrder, reason: str) -> None:
    """Take back what no byte of has left."""
    order.note = f"Not sent: {reason}"
    if order.cancel is Pending.REQUESTED:
        never_before = order.cancel_before is Pending.NONE
        order.cancel = Pending.NONE if never_before else Pending.UNKNOWN
    elif order.replace is Pending.REQUESTED:
        order.drop_replace()
        settle(order)
    elif order.lifecycle in {Lifecycle.STAGED, Lifecycle.SENDING}:
        _finish(order, Lifecycle.NOT_PLACED)


def _refused(order: ManagedOrder, text: str, alarms: Alarms) -> bool:
    order.note = text
    if order.replace is not Pending.NONE:
        order.drop_replace()  # the change is refused, the old order lives
        alarms.append((order.key, change_refused(text)))
        return True
    if order.filled or order.worked or order.lifecycle.is_terminal:
        return True  # it is not proven that this answers the placement
    _finish(order, Lifecycle.REJECTED)
    return order.change_intent is not None  # it may answer a change: then the old order lives


def _late(order: ManagedOrder, alarms: Alarms) -> None:
    order.flag(OrderFlag.LATE_FILL)
    alarms.append((order.key, late_fill(order)))


def _finish(order: ManagedOrder, lifecycle: Lifecycle) -> None:
    order.lifecycle = lifecycle
    order.cancel = Pending.NONE
    order.said_filled = False
    order.drop_replace()
