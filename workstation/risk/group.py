"""R26: a bracket or a one-cancels-all group judged as a whole, besides the checks of one order."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from workstation.domain.bracket import BracketDraft
from workstation.domain.contract import ContractDetails
from workstation.domain.finding import Finding, Level, RiskCode
from workstation.domain.order import OrderDraft, Side, Tif
from workstation.risk.extras_rules import extras_faults
from workstation.risk.facts import Facts, sendable
from workstation.risk.offers import is_offered
from workstation.risk.price_checks import off_increment, price_faults

_EXIT_TIFS = (Tif.DAY.value, Tif.GTC.value)


def bracket_findings(
    bracket: BracketDraft,
    details: ContractDetails | None,
    reference: Decimal | None,
    now: datetime,
    *,
    closes: bool,
) -> Iterator[Finding]:
    """Return what is wrong with the exits; side and quantity are the entry's by construction.

    `reference` is the market's price for the entry, `closes` whether the entry itself closes
    a position.
    """
    if bracket.exit_tif not in _EXIT_TIFS:
        text = f"The exits of a bracket stand for {' or '.join(_EXIT_TIFS)}."
        yield Finding(RiskCode.GROUP, Level.HARD, text, measured=bracket.exit_tif)
        return
    for name, leg in (("Target", bracket.target), ("Stop", bracket.stop)):
        for finding in _leg_findings(leg, details, now):
            yield replace(finding, text=f"{name}: {finding.text}")
    if bracket.entry.terms.algo is not None:
        text = "The broker takes no target and stop with an order that an algorithm works."
        yield Finding(RiskCode.GROUP, Level.HARD, text, advice="Send the exits after it.")
    if closes:
        yield Finding(
            RiskCode.GROUP,
            Level.HARD,
            "This entry closes a position; its exits would open a new one.",
            advice="Send it as a single order.",
        )
    yield from _side_findings(bracket, reference)


def check_group(facts: Facts) -> Iterator[Finding]:
    """R26: a new order fits the group it is to join."""
    oca = facts.draft.terms.oca
    if oca is None or not facts.group:
        return
    another = "Choose another name for the group."
    if any(order.filled for order in facts.group):
        text = f"An order of the group {oca.name} has filled; the broker would refuse this one."
        yield Finding(RiskCode.GROUP, Level.HARD, text, advice=another)
    elif any(order.is_working and order.oca_type != oca.oca_type for order in facts.group):
        text = f"The orders of the group {oca.name} are of another type of group."
        yield Finding(RiskCode.GROUP, Level.HARD, text, advice=another)


def _leg_findings(
    leg: OrderDraft, details: ContractDetails | None, now: datetime
) -> Iterator[Finding]:
    yield from price_faults(leg)
    if not all(map(sendable, leg.terms.numbers.values())):
        yield Finding(RiskCode.TERMS, Level.HARD, "A number of it cannot be sent.")
        return
    for sentence in extras_faults(leg, details, now):
        yield Finding(RiskCode.TERMS, Level.HARD, sentence)
    if details is None:
        return
    yield from off_increment(details, leg)
    if not is_offered(leg, details):
        text = f"The contract takes no {leg.order_type.value} orders."
        yield Finding(RiskCode.TYPE_NOT_OFFERED, Level.HARD, text)


def _side_findings(bracket: BracketDraft, reference: Decimal | None) -> Iterator[Finding]:
    """Compare the exits with the entry's own prices, with the market for a market order."""
    own = [bracket.entry.limit_price, bracket.entry.stop_price]
    prices = [price for price in own if price is not None and sendable(price)]
    if not prices and reference is not None:
        prices = [reference]
    if not prices or not (sendable(bracket.target_price) and sendable(bracket.stop_price)):
        return  # other findings have said so
    lowest, highest = min(prices), max(prices)
    buys = bracket.entry.side is Side.BUY
    loses = bracket.stop_price < lowest if buys else bracket.stop_price > highest
    wins = bracket.target_price > highest if buys else bracket.target_price < lowest
    below, above = f"below {lowest}", f"above {highest}"
    if not loses:
        yield Finding(
            RiskCode.STOP_SIDE,
            Level.HARD,
            "The stop must stand on the losing side of the entry.",
            measured=str(bracket.stop_price),
            limit=below if buys else above,
        )
    if not wins:
        yield Finding(
            RiskCode.TARGET_SIDE,
            Level.HARD,
            "The target must stand on the winning side of the entry.",
            measured=str(bracket.target_price),
            limit=above if buys else below,
        )
