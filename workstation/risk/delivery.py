"""What exercising an option delivers, held to the limits like any entry.

The price is the strike and nobody's choice, so it is not compared with the market; nothing is
written for the wire, so increments, rates and hours of an order say nothing of it either.
"""

from workstation.risk.checks import (
    check_funds,
    check_order_size,
    check_position,
    check_quantity,
    check_restricted,
    check_trading_state,
)
from workstation.risk.facts import Check
from workstation.risk.market_checks import check_short
from workstation.risk.portfolio_checks import (
    check_concentration,
    check_day_loss,
    check_exposure,
    check_leverage,
)

DELIVERY_CHECKS: tuple[Check, ...] = (
    check_quantity,
    check_order_size,
    check_position,
    check_exposure,
    check_leverage,
    check_concentration,
    check_funds,
    check_short,
    check_day_loss,
    check_restricted,
    check_trading_state,
)
