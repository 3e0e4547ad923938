"""Market rules: the smallest price step of a contract, which may depend on the price.

Source: tws-wire.md 2.5, marketRule.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class MarketRule:
    """Price increments by price; the first row begins at 0."""

    rule_id: int
    rows: tuple[tuple[Decimal, Decimal], ...]
    """Low edge and increment, rising."""

    smallest: Decimal
    """The finest increment of all."""

    unit: float
    """The finest increment as a float."""

    def increment(self, price: Decimal) -> Decimal:
        """Return the increment at a price; a negative price has that of its size."""
        found = self.rows[0][1]
        for edge, increment in self.rows:
            if abs(price) >= edge:
                found = increment
        return found

    def allows(self, price: Decimal) -> bool:
        """Return whether a price is a whole number of increments."""
        return price % self.increment(price) == 0


def _rule(rule_id: int, *rows: tuple[str, str]) -> MarketRule:
    numbers = tuple((Decimal(edge), Decimal(step)) for edge, step in rows)
    smallest = min(step for _, step in numbers)
    return MarketRule(rule_id, numbers, smallest, float(smallest))


CENT = _rule(26, ("0", "0.01"))
OPTION_PENNY = _rule(110, ("0", "0.01"), ("3", "0.05"))
OPTION_NICKEL = _rule(109, ("0", "0.05"), ("3", "0.1"))
LONDON = _rule(2116, ("0", "0.005"), ("10", "0.01"), ("50", "0.05"), ("100", "0.1"))
FOREX = _rule(239, ("0", "0.00005"))
FOREX_YEN = _rule(240, ("0", "0.005"))
QUARTER = _rule(67, ("0", "0.25"))
TENTH = _rule(57, ("0", "0.1"))
WHOLE = _rule(1, ("0", "1"))
SIXTY_FOURTH = _rule(33, ("0", "0.015625"))
EURO_FUTURE = _rule(98, ("0", "0.00005"))
BOND = _rule(1576, ("0", "0.001"))

RULES = {
    rule.rule_id: rule
    for rule in (
        CENT,
        OPTION_PENNY,
        OPTION_NICKEL,
        LONDON,
        FOREX,
        FOREX_YEN,
        QUARTER,
        TENTH,
        WHOLE,
        SIXTY_FOURTH,
        EURO_FUTURE,
        BOND,
    )
}
"""Every rule a request may ask for, by id."""
