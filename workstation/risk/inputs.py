"""What a decision was made of, as the journal keeps it: enough to decide it again."""

from dataclasses import dataclass, replace

from workstation.risk.facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskInputs:
    """The facts of one decision; `sent` tells whether risk let the order leave.

    Source: orders-and-risk.md 3, risk inputs on record.
    """

    facts: Facts
    sent: bool

    def slim(self) -> "RiskInputs":
        """Leave out what no limit is compared with: the contract's hours and lists, the limits.

        The limits in force have entries of their own.
        """
        facts, details = self.facts, self.facts.details
        if details is not None:
            details = replace(
                details,
                long_name="",
                order_types=frozenset(),
                valid_exchanges=(),
                trading_hours="",
                liquid_hours="",
            )
        return replace(self, facts=replace(facts, details=details, limits=None))
