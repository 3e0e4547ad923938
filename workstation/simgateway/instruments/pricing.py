"""How the price of one contract follows from another's: shares, carry, Black-Scholes.

Prices are floats as quoted; times are seconds since 1970; volatilities and rates are a year's,
as fractions.
"""

import math
from dataclasses import dataclass
from typing import Protocol

RATE = 0.04
"""Riskless interest of a year."""

YEAR_SECONDS = 365.0 * 86_400

_LEAST_YEARS = 60.0 / YEAR_SECONDS
_STEPS = 60


class Pricing(Protocol):
    """A rule that derives a price."""

    def price(self, base: float, now: float) -> float:
        """Return the price when the contract it derives from stands at base."""
        ...


@dataclass(frozen=True, slots=True)
class Scaled:
    """A fixed multiple: a fund of its index, a contract for difference of its share."""

    factor: float

    def price(self, base: float, now: float) -> float:
        """Return the multiple."""
        del now
        return base * self.factor


@dataclass(frozen=True, slots=True)
class Carried:
    """A future: the base with the cost of holding it until the future ends."""

    factor: float
    ends: float
    yearly: float

    def price(self, base: float, now: float) -> float:
        """Return the base carried to the end."""
        return base * self.factor * math.exp(self.yearly * max(0.0, self.ends - now) / YEAR_SECONDS)


@dataclass(frozen=True, slots=True)
class Greeks:
    """An option's price and what moves it: per unit of the underlying, a day, and a point of
    volatility.
    """

    volatility: float
    price: float
    delta: float
    gamma: float
    vega: float
    theta: float


@dataclass(frozen=True, slots=True)
class OptionPricing:
    """An option after Black and Scholes, without dividends, with a smile."""

    strike: float
    is_call: bool
    ends: float
    level: float
    """Volatility at the money."""

    def volatility(self, base: float, now: float) -> float:
        """Return the volatility of this strike: low strikes are dearer, near ends steeper."""
        years = max(self.ends - now, 86_400.0) / YEAR_SECONDS
        distance = math.log(self.strike / base) / math.sqrt(max(years, 0.04))
        smile = 1.0 - 0.12 * distance + 0.10 * distance * distance
        return self.level * max(0.6, min(2.5, smile))

    def price(self, base: float, now: float) -> float:
        """Return the option's fair price."""
        return self.at(base, now, self.volatility(base, now)).price

    def greeks(self, base: float, now: float) -> Greeks:
        """Return price and greeks at the model's own volatility."""
        return self.at(base, now, self.volatility(base, now))

    def at(self, base: float, now: float, volatility: float) -> Greeks:
        """Return price and greeks at a volatility."""
        years = max(_LEAST_YEARS, (self.ends - now) / YEAR_SECONDS)
        root = math.sqrt(years)
        spread = max(1e-9, volatility * root)
        up = (math.log(base / self.strike) + (RATE + volatility**2 / 2) * years) / spread
        down = up - spread
        discount = self.strike * math.exp(-RATE * years)
        density = math.exp(-up * up / 2) / math.sqrt(2 * math.pi)
        sign = 1.0 if self.is_call else -1.0
        price = sign * (base * _normal(sign * up) - discount * _normal(sign * down))
        decay = -base * density * volatility / (2 * root)
        interest = -sign * RATE * discount * _normal(sign * down)
        return Greeks(
            volatility=volatility,
            price=max(0.0, price),
            delta=sign * _normal(sign * up),
            gamma=density / (base * spread),
            vega=base * density * root / 100,
            theta=(decay + interest) / 365,
        )

    def implied(self, price: float, base: float, now: float) -> float | None:
        """Return the volatility at which the option costs a price; None when none does."""
        low, high = 0.001, 6.0
        if not self.at(base, now, low).price <= price <= self.at(base, now, high).price:
            return None
        for _ in range(_STEPS):
            middle = (low + high) / 2
            if self.at(base, now, middle).price < price:
                low = middle
            else:
                high = middle
        return (low + high) / 2


def _normal(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2))
