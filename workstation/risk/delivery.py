"""What exercising an option delivers, held to the limits like any entry.

The price is the strike and nobody's choice, so it is not compared with the market; nothing is
written for the wire, so increments, rates and hours of an order say nothing of it either.
"""

from workstation.risk.checks import SIZE_CHECKS, check_restricted, check_trading_state
from workstation.risk.facts import Check

DELIVERY_CHECKS: tuple[Check, ...] = (*SIZE_CHECKS, check_restricted, check_trading_state)
