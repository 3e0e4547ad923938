"""What the simulated exchange lists, and how a request's contract finds it."""

from workstation.simgateway.instruments.catalogue import (
    BY_CON_ID,
    Catalogue,
    by_symbol,
    find,
    find_all,
    list_stock,
    matching,
)
from workstation.simgateway.instruments.hours import Hours, round_the_clock_hours
from workstation.simgateway.instruments.record import (
    ORDER_TYPES,
    Borrow,
    ContractQuery,
    Entitlement,
    Instrument,
    Shortable,
    Trading,
)
from workstation.simgateway.instruments.rules import CENT, RULES, MarketRule
from workstation.simgateway.instruments.stocks import DEMO

TICK = CENT.smallest
"""Price increment of US stocks, in USD; of any other contract see Instrument.tick."""

TIME_ZONE = "US/Eastern"
"""Zone of the gateway itself: its day, and the times it writes."""

__all__ = [
    "BY_CON_ID",
    "DEMO",
    "ORDER_TYPES",
    "RULES",
    "TICK",
    "TIME_ZONE",
    "Borrow",
    "Catalogue",
    "ContractQuery",
    "Entitlement",
    "Hours",
    "Instrument",
    "MarketRule",
    "Shortable",
    "Trading",
    "by_symbol",
    "find",
    "find_all",
    "list_stock",
    "matching",
    "round_the_clock_hours",
]
