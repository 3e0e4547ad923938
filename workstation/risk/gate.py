"""Runs every check on one decision and weighs what they found."""

import logging
from dataclasses import replace

from workstation.domain.finding import (
    Answer,
    Denied,
    Finding,
    Level,
    NeedsAcknowledgement,
    RiskCode,
    TradingState,
)
from workstation.domain.order_source import is_automatic
from workstation.domain.override import limits_without_reason
from workstation.risk.checks import ALL_CHECKS
from workstation.risk.facts import Check, Facts

log = logging.getLogger(__name__)

_ALWAYS = ("R01", "R02", "R03", "R24")
"""Rows that also stop an exit. Source: orders-and-risk.md 1.2, rule of rules.

Of R17 only the same intent stays, and the controller answers that before any check.
"""


def findings(facts: Facts, checks: tuple[Check, ...] = ALL_CHECKS) -> tuple[Finding, ...]:
    """Return what every check found; for an exit most of it only informs.

    A check that fails itself is a finding: HARD for an entry, INFO for an exit.
    """
    found: list[Finding] = []
    for check in checks:
        try:
            found.extend(check(facts))
        except Exception as error:
            log.exception("risk check %s failed", check.__name__)
            text = f"The check {check.__name__} failed: {type(error).__name__}."
            found.append(Finding(RiskCode.CHECK_ERROR, Level.HARD, text))
    if facts.is_exit:
        found = [_for_exit(finding, facts) for finding in found]
    return tuple(sorted(found, key=_weight))


def refusal(found: tuple[Finding, ...], acknowledged: frozenset[str]) -> Answer | None:
    """Return the answer that stops an order, or None when nothing does.

    To accept a finding of a personal limit takes a reason with it (RK17).
    """
    if any(finding.level is Level.HARD for finding in found):
        return Denied(found)
    open_questions = [
        finding
        for finding in found
        if finding.level is Level.SOFT and finding.acknowledgement not in acknowledged
    ]
    if open_questions:
        return NeedsAcknowledgement(found)
    if bare := limits_without_reason(found, acknowledged):
        return NeedsAcknowledgement((_reason_missing(bare), *found))
    return None


def _reason_missing(bare: tuple[RiskCode, ...]) -> Finding:
    rules = ", ".join(dict.fromkeys(code.value for code in bare))
    return Finding(
        RiskCode.REASON_MISSING,
        Level.SOFT,
        f"Going above a limit of your own needs a reason, and none was given for {rules}.",
        advice="Nothing was sent. Type why, and send again.",
    )


def _for_exit(finding: Finding, facts: Facts) -> Finding:
    if finding.code.startswith(_ALWAYS):
        return finding
    if finding.code is RiskCode.LINK_NOT_READY and not facts.link.synced:
        return finding  # positions are not known, so it cannot be told to be an exit
    if finding.code is RiskCode.TRADING_STATE:
        if facts.trading_state is TradingState.LOCKED:
            return finding  # the journal cannot record it: cancels only
        if facts.trading_state is TradingState.HALTED and is_automatic(facts.draft.source):
            return finding  # halted, only what a hand sends leaves
    return replace(finding, level=Level.INFO)


def _weight(finding: Finding) -> int:
    return -finding.level
