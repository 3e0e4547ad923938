"""What a draft carries that accepts findings, with the reason that limits of one's own ask for."""

from collections.abc import Iterable

from workstation.domain.finding import Finding
from workstation.domain.override import accepted

WHY = "it is a test"


def all_of(findings: Iterable[Finding]) -> frozenset[str]:
    """Accept these findings."""
    return accepted(findings, WHY)


def because(*codes: str) -> frozenset[str]:
    """Accept rules by their names, each with a reason."""
    return frozenset({*codes, *(f"{code}:because:{WHY}" for code in codes)})
