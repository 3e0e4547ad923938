"""The pre-trade checks, one function a row of orders-and-risk.md 1.3; all of them always run."""

from collections.abc import Iterator
from decimal import Decimal

from workstation.domain.account import Environment, environment_of
from workstation.domain.contract import ContractDetails
from workstation.domain.finding import Finding, Level, RiskCode, TradingState
from workstation.domain.order import OrderDraft
from workstation.risk.facts import Check, Facts, notional, sendable, unit_value
from workstation.risk.limits import TwoLevel
from workstation.risk.order_rules import check_terms
from workstation.risk.price_checks import check_collar, check_increments, price_faults


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


def is_offered(draft: OrderDraft, details: ContractDetails) -> bool:
    """Tell whether the contract takes the type; its list writes it without a blank."""
    return draft.order_type.code in details.order_types


def check_quantity(facts: Facts) -> Iterator[Finding]:
    """R04: quantity; for stocks what R05 allows unless the file says otherwise."""
    limits, quantity = facts.limits, facts.draft.quantity
    if limits is not None and limits.quantity is not None and sendable(quantity):
        yield from _two_level(RiskCode.QUANTITY, "Quantity", quantity, limits.quantity, "shares")


def check_order_size(facts: Facts) -> Iterator[Finding]:
    """R05: money the order moves."""
    if facts.limits is None:
        yield _hard(
            RiskCode.LIMITS,
            f"No limits are in force for this account: {facts.limits_fault}",
            "Only orders that close a position are sent.",
        )
        return
    yield from _currency_faults(facts)
    value = notional(facts, facts.draft.quantity)
    if value is not None:
        yield from _two_level(
            RiskCode.ORDER_SIZE, "Order size", value, facts.limits.order_size, _currency(facts)
        )
    elif facts.details is not None:
        yield _hard(
            RiskCode.ORDER_SIZE,
            "Without a price this order cannot be measured against your limits.",
            "Use a limit order.",
        )


def _currency_faults(facts: Facts) -> Iterator[Finding]:
    details, summary = facts.details, facts.summary
    if summary is None:
        yield _hard(RiskCode.NO_REFERENCE, "The broker has not reported this account's figures.")
    elif details is not None and details.contract.currency != summary.currency:
        yield _hard(
            RiskCode.NO_REFERENCE,
            f"There is no exchange rate from {details.contract.currency} to {summary.currency}.",
        )


def check_position(facts: Facts) -> Iterator[Finding]:
    """R06: the position that would stand if everything working filled as well."""
    unit, side = unit_value(facts), facts.draft.side
    if facts.limits is None or unit is None or not sendable(facts.open_quantity):
        return  # R05 refuses what cannot be measured
    after = facts.position + side.sign * (facts.working.of(side) + facts.open_quantity)
    if facts.is_exit and after * facts.position < 0:
        yield Finding(
            RiskCode.POSITION,
            Level.INFO,
            "Other orders on this side keep working and could turn the position around.",
            measured=f"{after} with all of them filled",
            advice="Cancel those you no longer want.",
        )
    yield from _two_level(
        RiskCode.POSITION,
        "Position with all working orders",
        abs(after) * unit,
        facts.limits.position,
        _currency(facts),
    )


def check_funds(facts: Facts) -> Iterator[Finding]:
    """R10: an estimate of the margin against the funds that are left."""
    value = notional(facts, facts.open_quantity)
    if facts.limits is None or value is None:
        return
    available = facts.summary.available_funds if facts.summary else None
    if available is None:
        yield _soft(RiskCode.FUNDS, "The broker has not reported the available funds yet.")
        return
    cost = value * facts.limits.stock_margin_percent / 100
    free = available - facts.open_cost
    unit = _currency(facts)
    if cost > free:
        yield Finding(
            RiskCode.FUNDS,
            Level.HARD,
            "The estimated margin exceeds the available funds.",
            measured=_money(cost, unit),
            limit=_money(free, unit),
        )
    elif cost > free * (1 - facts.limits.funds_buffer_percent / 100):
        yield Finding(
            RiskCode.FUNDS,
            Level.SOFT,
            "The estimated margin leaves less than the buffer of available funds.",
            measured=_money(cost, unit),
            limit=_money(free, unit),
        )


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


def check_duplicate(facts: Facts) -> Iterator[Finding]:
    """R17: the same order again within a few seconds asks first."""
    since, limits = facts.seconds_since_same, facts.limits
    if since is None or limits is None or facts.draft.source != "ticket":
        return
    if since < limits.duplicate_seconds:
        yield Finding(
            RiskCode.DUPLICATE,
            Level.SOFT,
            "The same order was sent a moment ago.",
            limit=f"{limits.duplicate_seconds} s",
            advice="Send it anyway only if you want it twice.",
        )


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


def check_trading_state(facts: Facts) -> Iterator[Finding]:
    """R23: the latched state of trading."""
    if facts.trading_state is not TradingState.ACTIVE:
        yield _hard(
            RiskCode.TRADING_STATE,
            f"Trading is {facts.trading_state.value}: {facts.trading_reason}",
        )


ALL_CHECKS: tuple[Check, ...] = (
    check_environment,
    check_validity,
    check_terms,
    check_increments,
    check_quantity,
    check_order_size,
    check_position,
    check_funds,
    check_collar,
    check_rate,
    check_duplicate,
    check_link,
    check_trading_state,
)


def _two_level(
    code: RiskCode, name: str, measured: Decimal, limit: TwoLevel, unit: str
) -> Iterator[Finding]:
    for bound, level, word in (
        (limit.catastrophic, Level.HARD, "catastrophic"),
        (limit.personal, Level.SOFT, "personal"),
    ):
        if measured > bound:
            yield Finding(
                code,
                level,
                f"{name} is above your {word} limit.",
                measured=_money(measured, unit),
                limit=_money(bound, unit),
            )
            return


def _hard(code: RiskCode, text: str, advice: str = "") -> Finding:
    return Finding(code, Level.HARD, text, advice=advice)


def _soft(code: RiskCode, text: str, advice: str = "") -> Finding:
    return Finding(code, Level.SOFT, text, advice=advice)


def _currency(facts: Facts) -> str:
    return facts.summary.currency if facts.summary else ""


def _money(amount: Decimal, unit: str) -> str:
    return f"{amount:,.0f} {unit}".rstrip()
