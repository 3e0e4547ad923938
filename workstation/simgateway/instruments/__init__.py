"""What the simulated exchange lists, and how a request's contract finds it."""

from workstation.simgateway.instruments.catalogue import (
    BY_CON_ID,
    Catalogue,
    by_symbol,
    list_stock,
)
from workstation.simgateway.instruments.combos import MOST_LEGS, LegTerms, combination
from workstation.simgateway.instruments.hours import Hours, round_the_clock_hours
from workstation.simgateway.instruments.lookup import find, find_all, matching
from workstation.simgateway.instruments.options import (
    CHAINS,
    Chain,
    expiries,
    strikes,
    underlying_of,
)
from workstation.simgateway.instruments.pricing import Greeks, OptionPricing
from workstation.simgateway.instruments.record import (
    ORDER_TYPES,
    Borrow,
    ContractQuery,
    Entitlement,
    Instrument,
    Leg,
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
    "CHAINS",
    "DEMO",
    "MOST_LEGS",
    "ORDER_TYPES",
    "RULES",
    "TICK",
    "TIME_ZONE",
    "Borrow",
    "Catalogue",
    "Chain",
    "ContractQuery",
    "Entitlement",
    "Greeks",
    "Hours",
    "Instrument",
    "Leg",
    "LegTerms",
    "MarketRule",
    "OptionPricing",
    "Shortable",
    "Trading",
    "by_symbol",
    "combination",
    "expiries",
    "find",
    "find_all",
    "list_stock",
    "matching",
    "round_the_clock_hours",
    "strikes",
    "underlying_of",
]
