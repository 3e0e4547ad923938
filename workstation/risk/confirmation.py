"""What asks before one gesture sends it: the confirmation policy as findings (O17).

The findings stand beside those of the checks, so the question comes in the same strip and the
answer is on record like any other. What only lowers risk asks nothing, and no question here
stands before an order that closes a position.
"""

from collections.abc import Iterator

from workstation.domain.confirmation import ONE_GESTURE, Ask, ConfirmationPolicy, Confirmations
from workstation.domain.finding import Finding, Level, RiskCode
from workstation.risk.facts import Facts, notional


def confirmation_findings(
    facts: Facts, policy: ConfirmationPolicy, *, moves_away: bool
) -> Iterator[Finding]:
    """Say what the policy asks; `moves_away` is a change that takes an exit off the market."""
    if facts.draft.source not in ONE_GESTURE:
        return
    rules = policy.of(facts.environment)
    if moves_away:
        if _asks(rules.away, facts, rules):
            text = "The order moves away from the market: it protects later than before."
            yield Finding(RiskCode.CONFIRM_AWAY, Level.SOFT, text)
    elif not facts.is_exit:
        kind = facts.draft.order_type
        if _asks(rules.of_kind(kind), facts, rules):
            world = facts.environment.value.lower()
            text = f"An order by one gesture on a {world} account asks first ({kind.value})."
            yield Finding(RiskCode.CONFIRM_ENTRY, Level.SOFT, text)


def _asks(ask: Ask, facts: Facts, rules: Confirmations) -> bool:
    if ask is not Ask.LARGE:
        return ask is Ask.ALWAYS
    value = notional(facts, facts.open_quantity)
    return value is None or value > rules.large
