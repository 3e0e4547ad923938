"""What is measured of every fill: the market before it, at it and after it.

`FillMarket` and `MarkOut` are records of the journal; `domain/trading_costs.py` makes costs of them.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from workstation.domain.execution import Commission, Execution
from workstation.domain.ids import OrderKey

HORIZONS = (1, 10, 60, 300)
"""Seconds after a fill at which the market is looked at again. Source: features J5."""

NOT_RUNNING = "not measured: program not running"
NO_QUOTE = "not measured: no quote of both sides"
CROSSED = "not measured: crossed market"
STALE = "not measured: the market data were interrupted"
DELAYED = "not measured: delayed or frozen market data"
NOT_OURS = "not measured: the order was not placed here"
BEFORE_MEASURING = "not measured: the fill is older than this measurement"
NO_PRICE = "not measured: the broker told no price of the fill"
NO_VWAP = "not measured: no prints of the contract (open its time and sales)"


def mid_price(bid: float | None, ask: float | None) -> float | None:
    """Return the middle of a market, per unit as quoted.

    A locked market (bid = ask) has one; a crossed one (bid > ask) and one of a single side have
    none.
    """
    if bid is None or ask is None or not (math.isfinite(bid) and math.isfinite(ask)):
        return None
    return None if bid > ask else (bid + ask) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSample:
    """Bid and ask at one moment; `fault` says why they measure nothing, "" where they do.

    Prices are floats per unit as quoted, None for a side that was not there. `at` is aware UTC.
    """

    at: datetime
    bid: float | None = None
    ask: float | None = None
    fault: str = ""

    @property
    def mid(self) -> float | None:
        """The middle, None where there is a fault."""
        return None if self.fault else mid_price(self.bid, self.ask)


@dataclass(frozen=True, slots=True, kw_only=True)
class FillMarket:
    """The market when the order's command came and when its fill was told; kept in the journal.

    `fill` is the part of the execution's id that its revisions share. `filled_at` (aware UTC, by
    this machine's clock) is the moment from which mark-outs count: when the report came, or,
    where it came late, the broker's time of the fill. `point_value` is the money that one unit of
    price means for one share or contract, None where the contract is not known.
    """

    fill: str
    key: OrderKey | None
    order_type: str
    algo: str
    filled_at: datetime
    arrival: MarketSample
    at_fill: MarketSample
    point_value: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkOut:
    """The market `horizon` seconds after a fill; kept in the journal.

    That of the first horizon also has the `vwap` of the time since the order arrived, where it
    is known: `vwap_of` says of which prints.
    """

    fill: str
    horizon: int
    market: MarketSample
    vwap: float | None = None
    vwap_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FillQuality:
    """One fill by its latest revision, with all that was measured of it so far.

    `market` is None for a fill of a time in which nothing was measured. `marks` holds what has
    been looked at, shortest horizon first; `is_pending` tells that more is to come.
    """

    execution: Execution
    market: FillMarket | None = None
    marks: tuple[MarkOut, ...] = ()
    commission: Commission | None = None
    is_pending: bool = False

    @property
    def price(self) -> float | None:
        """The price of the fill, None where the broker told none."""
        return None if self.execution.price is None else float(self.execution.price)

    def mark(self, horizon: int) -> MarkOut | None:
        """Return what was seen that many seconds after the fill, None where nothing was."""
        return next((mark for mark in self.marks if mark.horizon == horizon), None)

    def mark_fault(self, horizon: int) -> str:
        """Say why there is no mark-out of this horizon, "" where there is one or it is to come."""
        if self.execution.price is None:
            return NO_PRICE
        mark = self.mark(horizon)
        if mark is not None:
            return mark.market.fault
        if self.market is None:
            return BEFORE_MEASURING
        return "" if self.is_pending else NOT_RUNNING
