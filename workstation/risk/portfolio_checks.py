"""The checks of the whole account: exposure, leverage, concentration, the day's result."""

from collections.abc import Iterator
from decimal import Decimal

from workstation.domain.finding import Finding, Level, RiskCode
from workstation.risk.facts import Facts, notional, unit_value
from workstation.risk.levels import currency, money, two_level
from workstation.risk.sizing import margin_estimate

TIMES = "x net liquidation"


def check_exposure(facts: Facts) -> Iterator[Finding]:
    """R07: market values of all positions with everything that works to add to them."""
    worth, own = net_liquidation(facts), value_after(facts)
    if facts.limits is None or worth is None or own is None:
        return
    others = facts.others
    gross = others.gross + others.working + abs(own)
    limit = facts.limits.gross_exposure  # net exposure is never more than gross
    yield from two_level(RiskCode.EXPOSURE, "Gross exposure", gross / worth, limit, TIMES)
    if others.unvalued:
        yield Finding(
            RiskCode.EXPOSURE,
            Level.INFO,
            "Positions without a price are missing in the exposure.",
            measured=f"{others.unvalued} positions",
        )


def check_leverage(facts: Facts) -> Iterator[Finding]:
    """R08: stocks by their gross value, everything else by its initial margin."""
    limits, worth = facts.limits, net_liquidation(facts)
    if limits is None or facts.summary is None:
        return  # R05 has said so
    if worth is None:
        yield Finding(
            RiskCode.LEVERAGE,
            Level.HARD,
            "The account's net liquidation is absent or not positive.",
            advice="Only orders that close a position are sent.",
        )
        return
    if facts.sec_type == "STK":
        own = value_after(facts)
        if own is not None:
            leverage = (facts.others.stocks + facts.others.working + abs(own)) / worth
            yield from two_level(RiskCode.LEVERAGE, "Leverage", leverage, limits.leverage, TIMES)
        return
    cost = margin_estimate(facts, limits)
    if cost is not None:
        used = (facts.summary.initial_margin or Decimal(0)) + facts.open_cost + cost
        yield from two_level(
            RiskCode.MARGIN_USE,
            "Initial margin",
            used / worth * 100,
            limits.margin_use_percent,
            "% of net liquidation",
        )


def check_concentration(facts: Facts) -> Iterator[Finding]:
    """R09: one position against the account's own worth, never against its gross value."""
    worth, own = net_liquidation(facts), value_after(facts)
    if facts.limits is None or worth is None or own is None or facts.sec_type != "STK":
        return  # a future's value is not its risk; R06 and R08 measure that
    yield from two_level(
        RiskCode.CONCENTRATION,
        "This position",
        abs(own) / worth * 100,
        facts.limits.concentration_percent,
        "% of net liquidation",
    )


def check_day_loss(facts: Facts) -> Iterator[Finding]:
    """R12, R13: the loss of the day and the week, the profit that is enough, falls from a best.

    Each of them also latches REDUCING.
    """
    limits = facts.limits
    if limits is None:
        return
    day, week = facts.day_pnl, facts.week_pnl
    loss, lost = None if day is None else -day, None if week is None else -week
    fall, of_all = facts.below_peak, facts.below_best
    for code, name, measured, limit in (
        (RiskCode.DAILY_LOSS, "The day's loss", loss, limits.daily_loss),
        (RiskCode.DRAWDOWN, "The fall from the day's best", fall, limits.drawdown),
        (RiskCode.WEEKLY_LOSS, "The week's loss", lost, limits.weekly_loss),
        (RiskCode.PROFIT_TARGET, "The day's profit", day, limits.profit_target),
        (RiskCode.TRAILING_DRAWDOWN, "The fall from the best", of_all, limits.trailing_drawdown),
    ):
        if limit is None:
            continue
        if measured is None:
            text = f"{name} cannot be worked out: a fill of today has no price to compare with."
            yield Finding(code, Level.SOFT, text)
        elif measured >= limit:
            yield Finding(
                code,
                Level.HARD,
                f"{name} has reached your limit.",
                measured=money(measured, currency(facts)),
                limit=money(limit, currency(facts)),
                advice="Only orders that close a position are sent.",
            )
        elif facts.is_day_estimated:
            text = f"{name} rests on an estimate: a fill of today came without its price."
            yield Finding(code, Level.SOFT, text)


def net_liquidation(facts: Facts) -> Decimal | None:
    """Return what the account is worth, None where that is not known or not above 0."""
    worth = facts.summary.net_liquidation if facts.summary is not None else None
    return worth if worth is not None and worth > 0 else None


def value_after(facts: Facts) -> Decimal | None:
    """Return the signed value of the contract's position with all of this side filled."""
    unit = unit_value(facts)
    if unit is None or notional(facts, facts.open_quantity) is None:
        return None
    side = facts.draft.side
    added = side.sign * (facts.working.of(side) + facts.open_quantity)
    return (facts.position + added) * unit
