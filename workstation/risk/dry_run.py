"""Decides recorded orders again under other limits, by the very checks that decide new ones."""

from dataclasses import replace

from workstation.domain.dry_run import DryRunOutcome, DryRunRow
from workstation.domain.finding import TODAY, Finding, Level
from workstation.domain.order import OrderDraft
from workstation.risk import gate
from workstation.risk.facts import Facts
from workstation.risk.inputs import RiskInputs
from workstation.risk.limits import Limits
from workstation.risk.sizing import claimed

Found = tuple[Finding, ...]


def retried(inputs: RiskInputs, then: Limits, other: Limits) -> DryRunRow | None:
    """Return what other limits would have changed for one order, None for nothing.

    `then` are the limits it was decided under: only what the figures change counts, not what
    a check of today would find that the check of that day did not look for.
    """
    before, after = _found(inputs.facts, then), _found(inputs.facts, other)
    known = {(each.code, each.level) for each in before}
    new = tuple(each for each in after if (each.code, each.level) not in known)
    if inputs.sent:
        blocking = tuple(each for each in new if each.level is Level.HARD)
        asking = tuple(each for each in new if _asks(each, inputs.facts.draft))
        if blocking:
            return _row(inputs, DryRunOutcome.BLOCKED, blocking)
        return _row(inputs, DryRunOutcome.ASKED, asking) if asking else None
    if not _hard(before) or _hard(after):
        return None
    return _row(inputs, DryRunOutcome.FREED, _hard(before))


def order_words(draft: OrderDraft, symbol: str) -> str:
    """Name an order in one line."""
    prices = (draft.stop_price, draft.limit_price)
    words = [draft.side.value, f"{draft.quantity:f}", symbol, draft.order_type.value]
    words += [f"{price:f}" for price in prices if price is not None]
    return " ".join(words)


def _found(facts: Facts, limits: Limits) -> Found:
    details = facts.details
    if details is not None and limits.overrides:
        contract = details.contract
        limits = limits.for_order(contract.symbol, contract.sec_type, facts.draft.source)
    cost = claimed(facts.open_values, limits)
    return gate.findings(replace(facts, limits=limits, open_cost=cost))


def _asks(finding: Finding, draft: OrderDraft) -> bool:
    if finding.level is not Level.SOFT:
        return False
    accepted = {each.removesuffix(TODAY) for each in draft.acknowledged}
    return finding.acknowledgement not in accepted


def _hard(found: Found) -> Found:
    return tuple(each for each in found if each.level is Level.HARD)


def _row(inputs: RiskInputs, outcome: DryRunOutcome, found: Found) -> DryRunRow:
    facts = inputs.facts
    symbol = str(facts.draft.con_id) if facts.details is None else facts.details.contract.symbol
    return DryRunRow(facts.now, order_words(facts.draft, symbol), outcome, found)
