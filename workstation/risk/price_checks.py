"""The checks of an order's prices: complete, on the increment, not through the market."""

from collections.abc import Iterator
from decimal import Decimal

from workstation.domain.contract import ContractDetails
from workstation.domain.finding import Finding, Level, RiskCode
from workstation.domain.order import OrderDraft, OrderType, Side
from workstation.domain.quote import MarketDataType
from workstation.risk.facts import Facts, exact, reference_price, sendable
from workstation.risk.limits import Limits
from workstation.risk.sizing import OPTIONS


def price_faults(draft: OrderDraft) -> Iterator[Finding]:
    """Return what makes the prices of an order incomplete or impossible to send (R02)."""
    kind = draft.order_type
    for name, price, taken, missing, not_taken in (
        (
            "limit",
            draft.limit_price,
            kind.takes_limit,
            RiskCode.PRICE_MISSING,
            RiskCode.PRICE_NOT_TAKEN,
        ),
        ("stop", draft.stop_price, kind.takes_stop, RiskCode.STOP_MISSING, RiskCode.STOP_NOT_TAKEN),
    ):
        if taken and price is None:
            yield _hard(missing, f"{_A[kind]} order needs a {name} price.")
        if not taken and price is not None:
            yield _hard(not_taken, f"{_A[kind]} order takes no {name} price.")
        if price is not None and not sendable(price):
            yield _hard(
                RiskCode.PRICE_NOT_FINITE, f"The {name} price is not a number that can be sent."
            )


_A = {
    OrderType.MARKET: "A market",
    OrderType.LIMIT: "A limit",
    OrderType.STOP: "A stop",
    OrderType.STOP_LIMIT: "A stop limit",
    OrderType.TRAIL: "A trailing stop",
    OrderType.TRAIL_LIMIT: "A trailing stop limit",
    OrderType.MARKET_IF_TOUCHED: "A market-if-touched",
    OrderType.LIMIT_IF_TOUCHED: "A limit-if-touched",
    OrderType.MARKET_ON_CLOSE: "A market-on-close",
    OrderType.LIMIT_ON_CLOSE: "A limit-on-close",
    OrderType.RELATIVE: "A relative",
    OrderType.PEG_MID: "A pegged-to-midpoint",
    OrderType.MIDPRICE: "A midprice",
    OrderType.MARKET_TO_LIMIT: "A market-to-limit",
    OrderType.MARKET_PROTECTED: "A protected market",
    OrderType.STOP_PROTECTED: "A protected stop",
    OrderType.SNAP_MID: "A snap-to-midpoint",
    OrderType.SNAP_MARKET: "A snap-to-market",
    OrderType.SNAP_PRIMARY: "A snap-to-primary",
    OrderType.PEG_BEST: "A pegged-to-best",
}


def off_increment(details: ContractDetails, draft: OrderDraft) -> Iterator[Finding]:
    """Return each price that is not on its own band's increment, with its passive neighbour.

    Away from aggression a limit to buy lies lower and a stop to buy higher (R03).
    """
    buys = draft.side is Side.BUY
    for name, price, down in (
        ("limit", draft.limit_price, buys),
        ("stop", draft.stop_price, buys is draft.order_type.is_touched),
        ("first stop of the trail", draft.terms.trail_stop, not buys),
    ):
        if price is None or not sendable(price) or details.ladder.allows(price):
            continue
        snap = details.ladder.snap_down if down else details.ladder.snap_up
        passes = snap(price)
        advice = f"{passes} would pass."
        if not passes:
            least = details.ladder.increment_at(price)
            advice = f"No price between 0 and {least} passes; {least} would."
        yield Finding(
            RiskCode.OFF_TICK,
            Level.HARD,
            f"The {name} price is not on the price increment.",
            measured=str(price),
            limit=f"increment {details.ladder.increment_at(price)}",
            advice=advice,
        )


def check_increments(facts: Facts) -> Iterator[Finding]:
    """R03: prices on their band's increment, quantity on its lot."""
    draft, details = facts.draft, facts.details
    if details is None:
        return
    yield from off_increment(details, draft)
    if not sendable(draft.quantity) or draft.quantity <= 0:
        return  # R02 has said so
    if draft.quantity % details.size_increment or draft.quantity < details.min_size:
        yield Finding(
            RiskCode.OFF_LOT,
            Level.HARD,
            "The quantity is not one the contract trades in.",
            measured=str(draft.quantity),
            limit=f"at least {details.min_size}, in steps of {details.size_increment}",
        )


def collar_percent(facts: Facts, limits: Limits, reference: Decimal) -> Decimal:
    """Return how far through the market a price may stand, in percent of the reference.

    Stocks go by percent, futures by ticks, options by percent or amount; a wide market
    gives more room to all of them.
    """
    details, whole = facts.details, reference / 100
    if facts.sec_type == "FUT" and details is not None:
        distance = limits.collar_ticks * details.ladder.increment_at(reference)
    elif facts.sec_type in OPTIONS:
        distance = max(limits.collar_option_percent * whole, limits.collar_option_amount)
    else:
        distance = limits.collar_percent * whole
    quote = facts.quote
    bid, ask = (exact(quote.bid), exact(quote.ask)) if quote is not None else (None, None)
    if bid is not None and ask is not None:
        distance = max(distance, limits.collar_spreads * (ask - bid))
    return distance / whole


def check_collar(facts: Facts) -> Iterator[Finding]:
    """R14: a price not far through the market, and a market to compare with."""
    reference, quote = reference_price(facts), facts.quote
    if reference is None or reference <= 0:
        yield _soft(
            RiskCode.NO_REFERENCE,
            "There is no live price to compare this order with.",
            "Check the price elsewhere before sending.",
        )
        return
    assert quote is not None  # it gave the reference
    if quote.data_type is MarketDataType.DELAYED:
        yield _soft(
            RiskCode.DELAYED_DATA,
            "The market data of this contract is delayed by some 15 minutes.",
            "Accepted once, it asks no more today.",
        )
    elif quote.data_type is not MarketDataType.LIVE:
        yield _soft(RiskCode.NO_REFERENCE, "The market data of this contract is not live.")
    if not quote.two_sided:
        yield Finding(
            RiskCode.NO_REFERENCE,
            Level.INFO,
            f"The market is not two-sided; the order is compared with {reference}.",
        )
    yield from _stop_through(facts.draft, reference)
    if facts.limits is not None:
        allowed = collar_percent(facts, facts.limits, reference)
        yield from _limit_through(facts.draft, reference, allowed, facts.limits)


def _stop_through(draft: OrderDraft, reference: Decimal) -> Iterator[Finding]:
    stop = draft.stop_price
    if stop is None or not sendable(stop):
        return
    side = draft.side.opposite if draft.order_type.is_touched else draft.side
    if side.sign * (stop - reference) > 0:
        return
    yield Finding(
        RiskCode.STOP_THROUGH,
        Level.SOFT,
        "The market has reached this stop already; the order would trade at once.",
        measured=str(stop),
        limit=f"{'above' if side is Side.BUY else 'below'} {reference}",
        advice="Send a market order to trade now, or move the stop away from the market.",
    )


def _limit_through(
    draft: OrderDraft, reference: Decimal, allowed: Decimal, limits: Limits
) -> Iterator[Finding]:
    """Compare a limit with the market, that of a stop limit with its own stop."""
    limit, name = draft.limit_price, "market"
    if limit is None or not sendable(limit):
        return
    if draft.order_type in {OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED}:
        if draft.stop_price is None or not sendable(draft.stop_price) or draft.stop_price <= 0:
            return  # R02 has said so, or there is no percentage of it
        reference, name = draft.stop_price, "stop"
    through = draft.side.sign * (limit - reference) / reference * 100
    if name == "market" and through < -allowed * limits.collar_hard_factor:
        yield Finding(
            RiskCode.FAR_PASSIVE,
            Level.INFO,
            f"The limit is far from the market at {reference}; it may wait for long.",
            measured=f"{-through:.1f} %",
        )
    if through > allowed:
        yield Finding(
            RiskCode.PRICE_COLLAR,
            Level.HARD if through > allowed * limits.collar_hard_factor else Level.SOFT,
            f"The limit is far through the {name} at {reference}.",
            measured=f"{through:.1f} %",
            limit=f"{allowed:.1f} %",
        )


def _hard(code: RiskCode, text: str) -> Finding:
    return Finding(code, Level.HARD, text)


def _soft(code: RiskCode, text: str, advice: str = "") -> Finding:
    return Finding(code, Level.SOFT, text, advice=advice)
