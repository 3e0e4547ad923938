"""What measuring checks share: the two levels of a limit, and amounts as text."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from workstation.domain.finding import Finding, Level, RiskCode
from workstation.risk.facts import Facts
from workstation.risk.limits import TwoLevel


def two_level(
    code: RiskCode,
    name: str,
    measured: Decimal,
    limit: TwoLevel,
    unit: str,
    passes: Callable[[Decimal], str] | None = None,
) -> Iterator[Finding]:
    """Ask above the personal limit, refuse above the catastrophic one.

    `passes` says what quantity would be within a bound.
    """
    for bound, level, word in (
        (limit.catastrophic, Level.HARD, "catastrophic"),
        (limit.personal, Level.SOFT, "personal"),
    ):
        if measured > bound:
            yield Finding(
                code,
                level,
                f"{name} is above your {word} limit.",
                measured=money(measured, unit),
                limit=money(bound, unit),
                advice="" if passes is None else passes(bound),
            )
            return


def size_that_passes(facts: Facts, most: Decimal) -> str:
    """Say which quantity of the draft would be within a limit, whole lots only."""
    details = facts.details
    lot = details.size_increment if details is not None else Decimal(1)
    least = details.min_size if details is not None else Decimal(1)
    quantity = max(most, Decimal(0)) // lot * lot
    if not quantity or quantity < least:
        return "No size passes."
    return f"{quantity:,f} would pass."


def currency(facts: Facts) -> str:
    """Return the account's currency, "" where it is not known."""
    return facts.summary.currency if facts.summary else ""


def money(amount: Decimal, unit: str) -> str:
    """Write an amount with its unit; small ones with two decimals."""
    digits = 2 if abs(amount) < 10 and amount != amount.to_integral_value() else 0
    return f"{amount:,.{digits}f} {unit}".rstrip()
