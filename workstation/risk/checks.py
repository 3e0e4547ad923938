"""The pre-trade checks, one function a row of orders-and-risk.md 1.3; all of them always run."""

from collections.abc import Iterator
from decimal import Decimal

from workstation.domain.account import Environment, environment_of
from workstation.domain.finding import Finding, Level, RiskCode, TradingState
from workstation.domain.order import OrderType, Side, Tif
from workstation.domain.order_source import is_automatic
from workstation.risk.exposure import WAITING_TYPES, rests
from workstation.risk.facts import Check, Facts, sendable
from workstation.risk.group import check_group
from workstation.risk.levels import currency, money, size_that_passes, two_level
from workstation.risk.limits import RestrictionMode
from workstation.risk.market_checks import check_chasing, check_hours, check_self_cross, check_short
from workstation.risk.offers import is_offered
from workstation.risk.order_rules import check_terms
from workstation.risk.portfolio_checks import (
    check_concentration,
    check_day_loss,
    check_exposure,
    check_leverage,
)
from workstation.risk.price_checks import check_collar, check_increments, price_faults
from workstation.risk.sizing import margin_estimate, unit_size


def check_environment(facts: Facts) -> Iterator[Finding]:
    """R01: the right account, in the world the profile expects, armed where money is real."""
    draft = facts.draft
    if facts.read_only:
        yield _hard(RiskCode.READ_ONLY, "This program was started read-only; it sends no orders.")
    if draft.account not in facts.accounts:
        yield _hard(
            RiskCode.UNKNOWN_ACCOUNT,
            "The account of this order is not one the broker manages for this connection.",
        )
    world = environment_of(draft.account)
    if world is not facts.environment:
        yield Finding(
            RiskCode.WRONG_ENVIRONMENT,
            Level.HARD,
            "The account does not belong to the world of this profile.",
            measured=world.value,
            limit=facts.environment.value,
            advice="Connect with the profile that belongs to this account.",
        )
    if world is Environment.LIVE and not facts.armed and not facts.is_exit:
        yield _hard(
            RiskCode.NOT_ARMED, "Live trading is not armed.", "Arm it in the ticket, then send."
        )


def check_validity(facts: Facts) -> Iterator[Finding]:
    """R02: a complete order that the contract offers."""
    draft, details = facts.draft, facts.details
    if not draft.quantity.is_finite() or draft.quantity <= 0:
        yield _hard(RiskCode.QUANTITY_NOT_POSITIVE, "The quantity must be greater than 0.")
    elif not sendable(draft.quantity):
        yield _hard(RiskCode.QUANTITY_NOT_POSITIVE, "The quantity is not one that can be sent.")
    yield from price_faults(draft)
    if details is None:
        yield _hard(
            RiskCode.UNKNOWN_CONTRACT,
            "The contract was not resolved with the broker.",
            "Add the symbol to the watchlist first.",
        )
    elif details.order_types and not is_offered(draft, details):
        yield _hard(
            RiskCode.TYPE_NOT_OFFERED, f"The contract takes no {draft.order_type.value} orders."
        )
    elif Tif.DAY.value in details.order_types and draft.tif.code not in details.order_types:
        yield _hard(
            RiskCode.TIF_NOT_OFFERED, f"The contract takes no orders that stand {draft.tif.value}."
        )


SHARES = frozenset({"STK", "CASH"})
"""Classes whose quantity is no number of contracts."""


def check_quantity(facts: Facts) -> Iterator[Finding]:
    """R04: quantity; for stocks what R05 allows unless the file says otherwise."""
    limits, quantity = facts.limits, facts.draft.quantity
    if limits is None or not sendable(quantity):
        return
    if facts.sec_type not in SHARES:
        unit, limit = "contracts", limits.contracts
        yield from two_level(RiskCode.QUANTITY, "Quantity", quantity, limit, unit)
    elif limits.quantity is not None:
        yield from two_level(RiskCode.QUANTITY, "Quantity", quantity, limits.quantity, "shares")


def check_order_size(facts: Facts) -> Iterator[Finding]:
    """R05: money the order moves, in the measure of its class.

    An order that nothing measures asks where R04 still bounds its quantity, and is refused
    where nothing does (1.2: a market entry without any price is SOFT; F13: what cannot be
    checked is not sent).
    """
    if facts.limits is None:
        yield _hard(
            RiskCode.LIMITS,
            f"No limits are in force for this account: {facts.limits_fault}",
            "Only orders that close a position are sent.",
        )
        return
    yield from _currency_faults(facts)
    unit = unit_size(facts)
    if unit is not None and sendable(facts.draft.quantity):
        value, limit = unit * facts.draft.quantity, facts.limits.order_size
        yield from two_level(
            RiskCode.ORDER_SIZE,
            "Order size",
            value,
            limit,
            currency(facts),
            lambda bound: size_that_passes(facts, bound / unit),
        )
    elif facts.details is not None:
        bounded = facts.sec_type not in SHARES or facts.limits.quantity is not None
        yield Finding(
            RiskCode.ORDER_SIZE,
            Level.SOFT if bounded else Level.HARD,
            "This order cannot be measured against your limits: its price or risk is not known.",
            advice="Use a limit order, or ask the broker for a margin preview first.",
        )


def _currency_faults(facts: Facts) -> Iterator[Finding]:
    details, summary = facts.details, facts.summary
    if summary is None:
        yield _hard(RiskCode.NO_REFERENCE, "The broker has not reported this account's figures.")
    elif details is not None and details.multiplier <= 0:
        yield _hard(RiskCode.NO_REFERENCE, "The contract's multiplier is not known.")
    elif details is not None and facts.fx is None:
        yield _hard(
            RiskCode.NO_REFERENCE,
            f"There is no exchange rate from {details.contract.currency} to {summary.currency}.",
        )


def check_position(facts: Facts) -> Iterator[Finding]:
    """R06: the position that would stand if everything working filled as well."""
    unit, side = unit_size(facts), facts.draft.side
    yield from _unsized(facts)
    if facts.limits is None or unit is None or not sendable(facts.open_quantity):
        return  # R05 asks about what cannot be measured
    before = side.sign * facts.position + facts.working.of(side)
    after = side.sign * (before + facts.open_quantity)
    if facts.is_exit and after * facts.position < 0:
        yield Finding(
            RiskCode.POSITION,
            Level.INFO,
            "Other orders on this side keep working and could turn the position around.",
            measured=f"{after} with all of them filled",
            advice="Cancel those you no longer want.",
        )
    if not facts.is_exit and facts.closes and facts.position * side.sign < 0:
        left = max(abs(facts.position) - facts.closes, Decimal(0))
        yield Finding(
            RiskCode.POSITION,
            Level.INFO,
            "Working orders close this position already; what goes beyond them opens one.",
            measured=f"{facts.open_quantity:f}",
            limit=f"{left:f} left to close",
            advice="Change the working order instead.",
        )
    yield from two_level(
        RiskCode.POSITION,
        "Position with all working orders",
        abs(after) * unit,
        facts.limits.position,
        currency(facts),
        lambda bound: size_that_passes(facts, bound / unit - before),
    )


def _unsized(facts: Facts) -> Iterator[Finding]:
    if facts.unsized:
        yield Finding(
            RiskCode.POSITION,
            Level.SOFT,
            "Working orders of this contract do not tell how much they may fill: they were sized "
            "by cash or elsewhere, and no price tells the rest. They are missing in the position.",
            measured=f"{facts.unsized} orders",
            advice="Look at them in TWS before you add to the position.",
        )


def check_targets(facts: Facts) -> Iterator[Finding]:
    """R06: a target beside those that stand is an exit by the letter (1.2), and may fill as well."""
    draft = facts.draft
    is_target = draft.order_type.value in WAITING_TYPES or (
        draft.order_type is OrderType.LIMIT and rests(draft.side, (draft.limit_price,), facts.quote)
    )
    if not facts.is_exit or not is_target or not sendable(facts.open_quantity):
        return
    others = facts.working.of(draft.side)
    closing = others + facts.open_quantity
    if others and closing > abs(facts.position):
        yield Finding(
            RiskCode.SECOND_TARGET,
            Level.INFO,
            "This target may fill beside the other exits of the position, which then turns around.",
            measured=f"{closing:f} with all of them filled",
            limit=f"{abs(facts.position):f} held",
            advice="Put them into one group of which one cancels the others, or lower a quantity.",
        )


def check_funds(facts: Facts) -> Iterator[Finding]:
    """R10: an estimate of the margin against the funds that are left."""
    cost = None if facts.limits is None else margin_estimate(facts, facts.limits)
    if facts.limits is None or cost is None:
        return
    available = facts.summary.available_funds if facts.summary else None
    if available is None:
        yield _soft(RiskCode.FUNDS, "The broker has not reported the available funds yet.")
        return
    unit = currency(facts)
    free = available - facts.open_cost
    buffered = _excess(facts, available) - facts.open_cost
    buffered *= 1 - facts.limits.funds_buffer_percent / 100
    if cost > 0 and cost > free:
        yield Finding(
            RiskCode.FUNDS,
            Level.HARD,
            "The estimated margin exceeds the available funds.",
            measured=money(cost, unit),
            limit=money(free, unit),
        )
    elif cost > 0 and cost > buffered:
        yield Finding(
            RiskCode.FUNDS,
            Level.SOFT,
            "The estimated margin leaves less than the buffer of available funds.",
            measured=money(cost, unit),
            limit=money(buffered, unit),
        )


def _excess(facts: Facts, available: Decimal) -> Decimal:
    """Return the excess liquidity where it is known and less than the available funds."""
    excess = facts.summary.excess_liquidity if facts.summary else None
    return available if excess is None else min(available, excess)


def check_rate(facts: Facts) -> Iterator[Finding]:
    """R15: actions a second and a minute; never queued for later."""
    limits = facts.limits
    if not facts.link.wire_has_room:
        yield _hard(RiskCode.RATE, "Too many messages this second; nothing was queued.")
    if limits is None:
        return
    for count, most, span in (
        (facts.actions_last_second, limits.actions_per_second, "second"),
        (facts.actions_last_minute, limits.actions_per_minute, "minute"),
    ):
        if count >= most:
            yield Finding(
                RiskCode.RATE,
                Level.HARD,
                f"Too many order actions in a {span}; nothing was queued.",
                measured=f"{count + 1} in a {span}",
                limit=str(most),
            )


BOUNCING = frozenset({"ladder", "chart", "hotkey"})
"""Sources where a second order is as quick as a second click; only a bounce is stopped."""

BOUNCE_SECONDS = 0.15


def check_duplicate(facts: Facts) -> Iterator[Finding]:
    """R17: the same order again within a few seconds asks first; a bounced key is dropped."""
    since, limits, source = facts.seconds_since_same, facts.limits, facts.draft.source
    if since is None or limits is None:
        return
    if source in BOUNCING and since < BOUNCE_SECONDS:
        yield _hard(RiskCode.DUPLICATE, "The same order was sent with the same stroke of the key.")
    if source == "ticket" and since < limits.duplicate_seconds:
        yield Finding(
            RiskCode.DUPLICATE,
            Level.SOFT,
            "The same order was sent a moment ago.",
            limit=f"{limits.duplicate_seconds} s",
            advice="Send it anyway only if you want it twice.",
        )


def check_automation(facts: Facts) -> Iterator[Finding]:
    """R16: what a rule or strategy may do without a hand between."""
    done, limits = facts.automatic, facts.limits
    if done is None or limits is None or not is_automatic(facts.draft.source):
        return
    for count, most, what in (
        (done.orders, limits.automation_orders, "sent"),
        (done.fills, limits.automation_fills, "filled"),
    ):
        if count >= most:
            yield Finding(
                RiskCode.AUTOMATION,
                Level.HARD,
                f"{facts.draft.source} has {what} too many orders without one by hand between.",
                measured=str(count),
                limit=str(most),
                advice="An order by hand lets it go on.",
            )


def check_working_orders(facts: Facts) -> Iterator[Finding]:
    """R18: working orders of one contract on one side."""
    if facts.limits is not None:
        count, limit = Decimal(facts.same_side_orders + 1), facts.limits.working_orders
        name = "The number of working orders on this side"
        yield from two_level(RiskCode.WORKING_ORDERS, name, count, limit, "orders")


def check_restricted(facts: Facts) -> Iterator[Finding]:
    """R20: contracts that may not be opened, and classes not enabled yet."""
    details, limits = facts.details, facts.limits
    if details is None or limits is None:
        return
    contract = details.contract
    if contract.sec_type not in limits.enabled_classes:
        yield _hard(
            RiskCode.CLASS_NOT_ENABLED,
            f"Contracts of the class {contract.sec_type} are not enabled for this account.",
            "Add the class to enabled_classes of your limits.",
        )
    if limits.allowed and contract.symbol not in limits.allowed:
        yield _hard(
            RiskCode.NOT_ALLOWED,
            f"{contract.symbol} is not on your list of allowed symbols.",
            "Orders that close a position are sent.",
        )
    for each in limits.restricted:
        named = (
            (each.symbol, contract.symbol),
            (each.sec_type, contract.sec_type),
            (each.con_id, contract.con_id),
        )
        if any(wanted and wanted != given for wanted, given in named):
            continue
        if each.exchange and each.exchange not in {contract.exchange, contract.primary_exchange}:
            continue
        if each.mode is RestrictionMode.SELL_ONLY and facts.draft.side is Side.SELL:
            continue
        yield _hard(
            RiskCode.RESTRICTED,
            f"{contract.symbol} is on your restricted list: {each.mode.value}.",
            "Orders that close a position are sent.",
        )


def check_day_trades(facts: Facts) -> Iterator[Finding]:
    """R25: the broker's own count; none of ours."""
    left = facts.summary.day_trades_remaining if facts.summary else None
    if left == 0:
        yield _soft(
            RiskCode.DAY_TRADES,
            "The broker reports no day trades left.",
            "A position opened now may have to stay until tomorrow.",
        )


MOST_CLOCK_OFFSET = 2.0


def check_link(facts: Facts) -> Iterator[Finding]:
    """R22: entries need a healthy, reconciled link; exits only a reconciled one."""
    link = facts.link
    if not link.synced:
        yield Finding(
            RiskCode.LINK_NOT_READY,
            Level.HARD,
            f"The broker cannot be reached: {link.reason}",
            advice="Nothing was sent. Use TWS or the mobile program if it cannot wait.",
        )
    elif not link.ready or link.suspect:
        yield _hard(RiskCode.LINK_NOT_READY, f"The link is not healthy: {link.reason}")
    if link.bytes_waiting:
        yield _hard(RiskCode.BYTES_WAITING, "Earlier messages still wait for the network.")
    if abs(link.clock_offset) > MOST_CLOCK_OFFSET:
        yield Finding(
            RiskCode.CLOCK,
            Level.INFO,
            "This machine's clock differs from the broker's, whose time counts.",
            measured=f"{link.clock_offset:+.1f} s",
            limit=f"{MOST_CLOCK_OFFSET:.0f} s",
        )


def check_trading_state(facts: Facts) -> Iterator[Finding]:
    """R23: the latched state of trading."""
    if facts.trading_state is not TradingState.ACTIVE:
        yield _hard(
            RiskCode.TRADING_STATE,
            f"Trading is {facts.trading_state.value}: {facts.trading_reason}",
        )


SIZE_CHECKS: tuple[Check, ...] = (
    check_quantity,
    check_order_size,
    check_position,
    check_targets,
    check_exposure,
    check_leverage,
    check_concentration,
    check_funds,
    check_short,
    check_day_loss,
)
"""What the account may take on, whatever brings it: an order, or an option that is exercised."""

ALL_CHECKS: tuple[Check, ...] = (
    check_environment,
    check_validity,
    check_terms,
    check_increments,
    *SIZE_CHECKS,
    check_collar,
    check_chasing,
    check_rate,
    check_automation,
    check_duplicate,
    check_working_orders,
    check_self_cross,
    check_restricted,
    check_hours,
    check_link,
    check_trading_state,
    check_day_trades,
    check_group,
)


def _hard(code: RiskCode, text: str, advice: str = "") -> Finding:
    return Finding(code, Level.HARD, text, advice=advice)


def _soft(code: RiskCode, text: str, advice: str = "") -> Finding:
    return Finding(code, Level.SOFT, text, advice=advice)
