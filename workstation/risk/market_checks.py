"""The checks of the market an order meets: short sales, chasing, own orders, trading hours."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from workstation.domain.finding import Finding, Level, RiskCode
from workstation.domain.order import OrderDraft, OrderType, Side, Tif
from workstation.domain.order_status import OrderView
from workstation.risk.facts import Facts, reference_price, sendable
from workstation.risk.hours import current, following, sessions
from workstation.risk.sizing import OPTIONS

HARD_TO_BORROW, MAY_BE_HELD = 1.5, 2.5
"""Shortable tick at or below which no shares, or only located ones, can be borrowed."""


def check_short(facts: Facts) -> Iterator[Finding]:
    """R11: a sale of a stock that crosses zero is a short sale, and says so."""
    quantity = facts.open_quantity
    if facts.is_exit or facts.draft.side is not Side.SELL or facts.sec_type != "STK":
        return
    if not sendable(quantity):
        return  # R02 has said so
    after = facts.position - facts.working.sells - quantity
    if after >= 0:
        return
    advice = "Check the position if you meant to close it." if facts.position > 0 else ""
    if facts.cash_account:
        text = "SHORT: a cash account cannot sell what it does not hold."
        yield Finding(RiskCode.SHORT, Level.HARD, text, f"{after:f} shares after", advice=advice)
        return
    tick, level, text = facts.shortable, Level.INFO, "SHORT: this sale opens a short position."
    if tick is None:
        text += " Whether its shares can be borrowed is not known."
    elif tick <= HARD_TO_BORROW:
        level, text = Level.HARD, "SHORT: the broker has no shares to borrow."
    elif tick <= MAY_BE_HELD:
        level, text = Level.SOFT, "SHORT: the order may be held while shares are located."
    yield Finding(RiskCode.SHORT, level, text, f"{after:f} shares after", advice=advice)


def check_chasing(facts: Facts) -> Iterator[Finding]:
    """R14: order after order that follows a price the same way."""
    if facts.limits is not None and facts.chasing >= facts.limits.chase_orders:
        yield Finding(
            RiskCode.CHASING,
            Level.SOFT,
            "One order after another follows this price the same way.",
            measured=f"{facts.chasing + 1} orders in 60 s",
            limit=f"{facts.limits.chase_orders}",
        )


def check_self_cross(facts: Facts) -> Iterator[Finding]:
    """R19: an order that would meet one of our own."""
    if facts.sec_type in OPTIONS and _currency(facts) == "USD" and facts.opposite:
        yield Finding(
            RiskCode.SELF_CROSS,
            Level.HARD,
            "The broker takes no orders on both sides of one US option.",
            measured=f"{len(facts.opposite)} working on the other side",
            advice="Cancel the other order first.",
        )
        return
    if _waits(facts.draft):
        return
    own = _reach(facts)
    met = [each for each in facts.opposite if _meets(facts.draft.side, own, each)]
    if met:
        price = met[0].limit_price
        yield Finding(
            RiskCode.SELF_CROSS,
            Level.SOFT,
            "This order would trade with one of your own.",
            measured=f"own order at {'the market' if price is None else price}",
            advice="Cancel or move the other order first.",
        )


def _waits(draft: OrderDraft) -> bool:
    """Tell whether an order does nothing at once: it waits for a price or for an auction."""
    kind = draft.order_type
    return kind.takes_stop or kind.trails or kind in MARKET_ON_CLOSE or draft.tif is Tif.OPG


def _currency(facts: Facts) -> str:
    return facts.details.contract.currency if facts.details is not None else ""


def _reach(facts: Facts) -> Decimal | None:
    """Return the worst price the order takes at once, None where it is none or unknown."""
    draft = facts.draft
    limit = draft.limit_price if draft.order_type.takes_limit else reference_price(facts)
    return limit if limit is not None and sendable(limit) else None


def _meets(side: Side, own: Decimal | None, other: OrderView) -> bool:
    if other.order_type in {"MKT", "MTL", "MKT PRT"}:
        return True
    if own is None or other.order_type != "LMT" or other.limit_price is None:
        return False
    return side.sign * (own - other.limit_price) >= 0


MARKET_ON_CLOSE = frozenset({OrderType.MARKET_ON_CLOSE, OrderType.LIMIT_ON_CLOSE})
CLOSE_CUT_OFF, OPEN_CUT_OFF = timedelta(minutes=10), timedelta(minutes=2)
"""How long before the close and the open the auctions of the US exchanges take orders.

NYSE takes closing orders until 15:50, Nasdaq until 15:55; the earlier one counts for both.
"""
_MARGIN = timedelta(seconds=10)


def check_hours(facts: Facts) -> Iterator[Finding]:
    """R21: in a halt and outside its hours an order waits; past an auction's cut-off it fails."""
    details = facts.details
    yield from _halt(facts)
    if details is None:
        return
    liquid = sessions(details.liquid_hours, details.time_zone_id)
    trading = sessions(details.trading_hours, details.time_zone_id)
    hours = (trading or liquid) if facts.draft.outside_rth else (liquid or trading)
    if hours is None:
        return  # the broker has not said
    now, kind = facts.now, facts.draft.order_type
    running = current(hours, now)
    if kind in MARKET_ON_CLOSE and running is not None:
        yield from _past(now, running.closes - CLOSE_CUT_OFF, "close")
    upcoming = following(liquid or hours, now)
    at_open = facts.draft.tif is Tif.OPG
    if at_open and upcoming is not None and upcoming.opens - now < timedelta(hours=12):
        yield from _past(now, upcoming.opens - OPEN_CUT_OFF, "open")
    if running is None:
        upcoming = following(hours, now)
        until = "" if upcoming is None else f" until {upcoming.opens:%Y-%m-%d %H:%M} UTC"
        text = f"The market is closed; the order is queued{until}."
        yield Finding(RiskCode.CLOSED, Level.INFO, text)
    if (kind.trails or (kind.takes_stop and not kind.is_touched)) and stop_sleeps(facts):
        text = "This stop sleeps outside the regular hours; the position is bare then."
        yield Finding(RiskCode.STOP_SLEEPS, Level.INFO, text)


def _halt(facts: Facts) -> Iterator[Finding]:
    if facts.is_halted:
        yield Finding(
            RiskCode.HALTED,
            Level.INFO if facts.draft.order_type.takes_limit else Level.SOFT,
            "The exchange has halted this contract; the order waits for the reopening.",
            advice="The first price after a halt may be far away: use a limit.",
        )


def stop_sleeps(facts: Facts) -> bool:
    """Tell whether the contract trades at hours at which a stop of the draft does not work."""
    details = facts.details
    if details is None or facts.draft.outside_rth or not details.liquid_hours:
        return False
    return details.trading_hours not in {"", details.liquid_hours}


def _past(now: datetime, cut_off: datetime, what: str) -> Iterator[Finding]:
    if now >= cut_off - _MARGIN:
        yield Finding(
            RiskCode.PAST_CUT_OFF,
            Level.SOFT,
            f"The auction at the {what} may take no more orders.",
            measured=f"{now:%H:%M:%S} UTC",
            limit=f"{cut_off:%H:%M:%S} UTC",
        )
