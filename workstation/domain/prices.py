"""Price increments: which prices an order may carry."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal


@dataclass(frozen=True, slots=True)
class PriceBand:
    """Increment of prices from `low_edge` up to the next band's edge."""

    low_edge: Decimal
    increment: Decimal


@dataclass(frozen=True, slots=True)
class PriceLadder:
    """All bands of one contract, lowest edge first; the first also serves negative prices.

    Source: marketRule; where the broker names no rule, one band of minTick.
    """

    bands: tuple[PriceBand, ...]

    def __post_init__(self) -> None:
        """Refuse a ladder on which no price could be judged."""
        if not self.bands or any(not band.increment > 0 for band in self.bands):
            raise ValueError("a price ladder needs at least one positive increment")

    @classmethod
    def of_tick(cls, increment: Decimal) -> "PriceLadder":
        """Build the ladder of a contract with one increment everywhere."""
        return cls((PriceBand(Decimal(0), increment),))

    def increment_at(self, price: Decimal) -> Decimal:
        """Return the increment that applies to a price of this size."""
        size = abs(price)
        found = self.bands[0]
        for band in self.bands[1:]:
            if band.low_edge > size:
                break
            found = band
        return found.increment

    def allows(self, price: Decimal) -> bool:
        """Tell whether the price stands on its own band's increment, exactly."""
        return price % self.increment_at(price) == 0

    def snap_down(self, price: Decimal) -> Decimal:
        """Return the nearest allowed price at or below `price`."""
        increment = self.increment_at(price)
        return (price / increment).to_integral_value(rounding=ROUND_FLOOR) * increment

    def snap_up(self, price: Decimal) -> Decimal:
        """Return the nearest allowed price at or above `price`."""
        increment = self.increment_at(price)
        return (price / increment).to_integral_value(rounding=ROUND_CEILING) * increment
