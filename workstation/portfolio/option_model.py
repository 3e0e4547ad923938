"""What a European option is worth: the formula of Black, Scholes and Merton."""

import math
from statistics import NormalDist

_NORMAL = NormalDist()
CALL, PUT = "C", "P"


def option_value(
    right: str, spot: float, strike: float, years: float, volatility: float, rate: float = 0.0
) -> float:
    """Return the value of one unit; `right` is C or P, `volatility` and `rate` are per year.

    At expiry, and without volatility, it is what exercising would bring. No dividends; with a
    rate of 0 and a future as `spot` it is Black's formula. Source: Black and Scholes, The
    Pricing of Options and Corporate Liabilities, 1973.
    """
    discounted = strike * math.exp(-rate * max(years, 0.0))
    sign = 1 if right == CALL else -1
    spread = volatility * math.sqrt(years) if years > 0 and volatility > 0 else 0.0
    if spread <= 0 or spot <= 0 or strike <= 0:
        return max(sign * (spot - discounted), 0.0)
    first = math.log(spot / discounted) / spread + spread / 2
    second = first - spread
    return sign * (spot * _NORMAL.cdf(sign * first) - discounted * _NORMAL.cdf(sign * second))
