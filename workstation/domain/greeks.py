"""What the broker computes of an option."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeks:
    """One computation of an option; None where the broker has not computed a figure.

    `implied_volatility` is per year (0.25 is 25 %). `delta`, `gamma`, `vega` and `theta` are per
    unit of the underlying, theta per day. Prices are in the option's currency.

    Source: tickOptionComputation.
    """

    implied_volatility: float | None = None
    delta: float | None = None
    option_price: float | None = None
    present_value_dividend: float | None = None
    gamma: float | None = None
    vega: float | None = None
    theta: float | None = None
    underlying_price: float | None = None
