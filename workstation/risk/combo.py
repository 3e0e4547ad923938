"""R26 for combinations: whether their legs fit, what they can lose, and their net price.

A combination is an exit where every leg of it closes; else it is an entry whose legs are
judged each by its own position.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from workstation.domain.combo import MOST_LEGS
from workstation.domain.combo_contract import KnownLeg
from workstation.domain.finding import Finding, Level, RiskCode
from workstation.domain.order import Side
from workstation.domain.quote import MarketDataType
from workstation.risk.checks import ALL_CHECKS, check_position, check_quantity, check_restricted
from workstation.risk.facts import Check, Facts, exact, reference_price, sendable, unit_value
from workstation.risk.levels import two_level
from workstation.risk.limits import Limits
from workstation.risk.market_checks import check_self_cross, check_short
from workstation.risk.portfolio_checks import (
    TIMES,
    check_concentration,
    check_exposure,
    net_liquidation,
    value_after,
)
from workstation.risk.price_checks import check_collar
from workstation.risk.sizing import OPTIONS, margin_percent

_CLASSES = OPTIONS | {"STK", "FUT"}
_MOST_RATIO = 1000
_NONE = Decimal(0)

LEG_CHECKS: tuple[Check, ...] = (
    check_quantity,
    check_position,
    check_short,
    check_self_cross,
    check_restricted,
    check_concentration,
)
"""What is asked of every leg that opens something; the rest is asked of the whole."""


def legs_check(apart: Sequence[Facts]) -> Check:
    """Return the check of what all legs together add to the account (R07, R08)."""

    def check_legs(facts: Facts) -> Iterator[Finding]:
        worth, limits = net_liquidation(facts), facts.limits
        if worth is None or limits is None:
            return  # R05 and R08 have said so
        others, added = facts.others, sum(map(_added, apart), _NONE)
        gross = (others.gross + others.working + added) / worth
        limit = limits.gross_exposure
        yield from two_level(RiskCode.EXPOSURE, "Gross exposure", gross, limit, TIMES)
        stocks = sum((_added(each) for each in apart if each.sec_type == "STK"), _NONE)
        if stocks > 0:
            leverage = (others.stocks + others.working + stocks) / worth
            yield from two_level(RiskCode.LEVERAGE, "Leverage", leverage, limits.leverage, TIMES)

    return check_legs


def _added(leg: Facts) -> Decimal:
    """Return what a leg adds to the account's gross value; 0 where nothing values it."""
    unit, after = unit_value(leg), value_after(leg)
    if unit is None or after is None:
        return _NONE  # R05 asks about what cannot be measured
    return abs(after) - abs(leg.position) * unit


def check_net_price(facts: Facts) -> Iterator[Finding]:
    """R14 for combinations: a net price not many leg spreads through the implied market."""
    reference, quote, limits = reference_price(facts), facts.quote, facts.limits
    if reference is None or quote is None or not quote.two_sided:
        yield Finding(
            RiskCode.NO_REFERENCE,
            Level.SOFT,
            "Not every leg has a live market to compare the net price with.",
            advice="Check the price elsewhere before sending.",
        )
        return
    if quote.data_type is not MarketDataType.LIVE:
        is_delayed = quote.data_type is MarketDataType.DELAYED
        code = RiskCode.DELAYED_DATA if is_delayed else RiskCode.NO_REFERENCE
        yield Finding(code, Level.SOFT, "The market data of a leg is not live.")
    limit, spread = facts.draft.limit_price, (exact(quote.ask), exact(quote.bid))
    if limits is None or limit is None or not sendable(limit) or None in spread:
        return
    ask, bid = spread
    assert ask is not None
    assert bid is not None
    allowed = max(limits.collar_spreads * (ask - bid), limits.collar_option_amount)
    through = facts.draft.side.sign * (limit - reference)
    if through > allowed:
        hard = through > allowed * limits.collar_hard_factor
        yield Finding(
            RiskCode.PRICE_COLLAR,
            Level.HARD if hard else Level.SOFT,
            f"The net price is far through what the legs imply, {reference:f}.",
            measured=f"{through:f}",
            limit=f"{allowed:f}",
            advice="A credit is a net price below 0 when the combination is bought.",
        )


WHOLE_CHECKS: tuple[Check, ...] = (
    *(c for c in ALL_CHECKS if c not in {check_collar, check_exposure, check_concentration}),
    check_net_price,
)
"""What is asked of the combination as one; its own market value says nothing of its legs."""


def leg_faults(legs: Sequence[KnownLeg], today: date) -> Iterator[Finding]:
    """Say why legs make no combination that could be sent."""
    count = len(legs)
    if not 2 <= count <= MOST_LEGS:
        yield _hard(f"A combination has two to {MOST_LEGS} legs; this one has {count}.")
        return
    if len({each.leg.con_id for each in legs}) != count:
        yield _hard("Two legs are the same contract; write one leg with their sum.")
    ratios = [abs(each.leg.ratio) for each in legs]
    if not all(1 <= ratio <= _MOST_RATIO for ratio in ratios):
        yield _hard(f"The ratio of a leg lies between 1 and {_MOST_RATIO}.")
    elif math.gcd(*ratios) != 1:
        yield _hard(
            "The ratios have a common factor; divide them and raise the quantity.",
        )
    contracts = [each.details.contract for each in legs]
    if len({each.currency for each in contracts}) != 1:
        yield _hard("The legs are in different currencies.")
    for each in legs:
        yield from _contract_faults(each, today)
    options = [each for each in legs if each.details.contract.sec_type in OPTIONS]
    if len({each.details.contract.symbol for each in options}) > 1:
        yield _hard("The options are of different underlyings.")
    elif len({each.details.multiplier for each in options}) > 1:
        yield _hard("The options have different multipliers: standard with mini or adjusted ones.")


def _contract_faults(each: KnownLeg, today: date) -> Iterator[Finding]:
    contract = each.details.contract
    if contract.sec_type not in _CLASSES:
        yield _hard(f"{each.name}: a {contract.sec_type} cannot be a leg.")
    elif contract.sec_type != "STK" and not _is_date(contract.expiry):
        yield _hard(f"{each.name}: its expiry is not known.")
    elif contract.expiry and _day(contract.expiry) < today:
        yield _hard(f"{each.name}: it has expired.")
    if each.details.multiplier <= 0:
        yield _hard(f"{each.name}: its multiplier is not known.")


def combo_unit(
    legs: Sequence[KnownLeg],
    prices: Sequence[Decimal | None],
    side: Side,
    price: Decimal | None,
    limits: Limits | None,
) -> Decimal | None:
    """Return the size of one combination in its currency; None where only the broker knows.

    Options of one underlying: the most that can be lost until they expire. Futures of one
    product: the margin of the largest leg alone, though a calendar claims less. Stocks: what
    the legs are worth. `prices` are the legs', `price` is the net one.
    """
    classes = {each.details.contract.sec_type for each in legs}
    one_symbol = len({each.details.contract.symbol for each in legs}) == 1
    if classes <= OPTIONS | {"STK"} and classes & OPTIONS:
        if price is None or not one_symbol:
            return None
        return _most_lost(legs, side, price)
    values = [
        abs(each.leg.ratio) * each.point * abs(value)
        for each, value in zip(legs, prices, strict=True)
        if value is not None
    ]
    if len(values) != len(legs) or limits is None:
        return None
    if classes == {"FUT"} and one_symbol:
        return max(values) * margin_percent("FUT", limits) / 100
    return sum(values, _NONE) if classes == {"STK"} else None


def _most_lost(legs: Sequence[KnownLeg], side: Side, price: Decimal) -> Decimal | None:
    paid = side.sign * price * max(each.point for each in legs)
    expiries = {each.details.contract.expiry for each in legs if each.details.contract.right}
    rule = _lost_at_expiry if len(expiries) == 1 else _lost_in_calendar
    lost = rule(legs, side)
    if lost is None:
        return None
    return max(paid + lost, abs(paid) / 100, _NONE)


def _lost_at_expiry(legs: Sequence[KnownLeg], side: Side) -> Decimal | None:
    """Return the least that the legs can be worth when all of them expire, as a loss."""
    strikes = {each.details.contract.strike or _NONE for each in legs}
    slope = sum(
        side.sign * each.leg.ratio * each.point
        for each in legs
        if each.details.contract.right in {"C", ""}
    )
    if slope < 0:
        return None  # a rising market has no end
    return -min(_worth(legs, side, at) for at in strikes | {_NONE})


def _worth(legs: Sequence[KnownLeg], side: Side, at: Decimal) -> Decimal:
    total = _NONE
    for each in legs:
        contract = each.details.contract
        strike = contract.strike or _NONE
        value = {"C": max(at - strike, _NONE), "P": max(strike - at, _NONE)}.get(contract.right, at)
        total += side.sign * each.leg.ratio * each.point * value
    return total


def _lost_in_calendar(legs: Sequence[KnownLeg], side: Side) -> Decimal | None:
    """Two options of one right: what is bought must live at least as long as what is sold."""
    contracts = [each.details.contract for each in legs]
    if len(legs) != 2 or contracts[0].right != contracts[1].right or not contracts[0].right:
        return None
    if legs[0].leg.ratio + legs[1].leg.ratio != 0:
        return None
    is_first = side.sign * legs[0].leg.ratio > 0
    bought, sold = contracts if is_first else contracts[::-1]
    if bought.expiry < sold.expiry or bought.strike is None or sold.strike is None:
        return None
    gap = bought.strike - sold.strike if bought.right == "C" else sold.strike - bought.strike
    return max(gap, _NONE) * abs(legs[0].leg.ratio) * legs[0].point


def _is_date(text: str) -> bool:
    try:
        _day(text)
    except ValueError:
        return False
    return True


def _day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def _hard(text: str) -> Finding:
    return Finding(RiskCode.GROUP, Level.HARD, text)
