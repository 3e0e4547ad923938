"""Why a trader went above a limit that is the trader's own (RK17).

The reason travels among the findings that a draft accepts, one entry for each rule, and so
stands in the journal with the order. The gate takes no confirmation of these rules without
one, whatever it came from. A confirmation that overrides no limit needs none, and nothing that
only closes a position is ever asked for one: for an exit these rules inform.
"""

from collections.abc import Iterable

from workstation.domain.finding import TODAY, Finding, Level, RiskCode

PERSONAL_LIMITS = frozenset(
    {
        RiskCode.QUANTITY,
        RiskCode.ORDER_SIZE,
        RiskCode.POSITION,
        RiskCode.EXPOSURE,
        RiskCode.LEVERAGE,
        RiskCode.MARGIN_USE,
        RiskCode.CONCENTRATION,
        RiskCode.WORKING_ORDERS,
    }
)
"""The rules with a personal limit (1.2), which asks, below a catastrophic one, which refuses."""

LONGEST_REASON = 200
"""Characters of a reason that are kept."""

NO_REASON_THEN = "accepted when no reason was asked for"
"""Stands for the reason of an order that was accepted without one, by an earlier version."""

_BECAUSE = ":because:"

_EACH_TIME = frozenset({RiskCode.DUPLICATE, RiskCode.CONFIRM_ENTRY, RiskCode.CONFIRM_AWAY})
"""What nobody accepts beforehand: the same order twice, and what the user wants to be asked."""


def limits_overridden(findings: Iterable[Finding]) -> tuple[RiskCode, ...]:
    """Return the personal limits that sending all the same would override."""
    asked = (each.code for each in findings if each.level is Level.SOFT)
    return tuple(code for code in asked if code in PERSONAL_LIMITS)


def limits_without_reason(
    findings: Iterable[Finding], acknowledged: Iterable[str]
) -> tuple[RiskCode, ...]:
    """Return the personal limits among the findings that the accepted names give no reason for."""
    given = reasons(acknowledged)
    return tuple(code for code in limits_overridden(findings) if not given.get(code, "").strip())


def accepted(findings: Iterable[Finding], reason: str = "") -> frozenset[str]:
    """Return what a draft carries that accepts these findings, with why for every limit."""
    shown = tuple(findings)
    names = {each.acknowledgement for each in shown}
    why = " ".join(reason.split())[:LONGEST_REASON]
    if why:
        names |= {f"{code.value}{_BECAUSE}{why}" for code in limits_overridden(shown)}
    return frozenset(names)


def accepted_today(findings: Iterable[Finding]) -> frozenset[str]:
    """Return what a draft carries that accepts these rules for its contract and the day (1.4)."""
    soft = (each for each in findings if each.level is Level.SOFT)
    return frozenset(each.for_today for each in soft if each.code not in _EACH_TIME)


def reasons(acknowledged: Iterable[str]) -> dict[str, str]:
    """Return the reason given for each rule, by its name in the order of the names."""
    given = (each.partition(_BECAUSE) for each in sorted(acknowledged) if _BECAUSE in each)
    return {code: why for code, _, why in given}


def reasons_for_today(acknowledged: Iterable[str]) -> frozenset[str]:
    """Return the reasons among accepted names whose rule was accepted for the rest of the day."""
    names = frozenset(acknowledged)
    return frozenset(
        name
        for name in names
        if f"{name.partition(_BECAUSE)[0]}{TODAY}" in names and _BECAUSE in name
    )


def still_accepted(acknowledged: Iterable[str]) -> frozenset[str]:
    """Return what was accepted of an order that stands, for a change that asks nothing anew.

    Orders of before a reason was demanded have none; that is what is written for them.
    """
    names = frozenset(acknowledged)
    bare = names & PERSONAL_LIMITS - set(reasons(names))
    return names | {f"{code}{_BECAUSE}{NO_REASON_THEN}" for code in bare}


def reasons_in_words(given: dict[str, str]) -> str:
    """Write reasons by rule in one line, "" where none was given."""
    return "; ".join(f"{code} overridden because: {why}" for code, why in given.items())
