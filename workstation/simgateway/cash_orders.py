"""Orders whose size is given as money: how many units that makes.

Source: the official order attribute cashQty.
"""

from dataclasses import replace
from decimal import ROUND_DOWN

from workstation.simgateway.instruments import BY_CON_ID
from workstation.simgateway.market import InstrumentMarket
from workstation.simgateway.order_checks import Refusal, check_size, rejected
from workstation.simgateway.orders import OrderTerms


def sized(terms: OrderTerms, market: InstrumentMarket) -> OrderTerms | Refusal:
    """Return terms with the units their money buys at the limit, or at the market.

    Whole increments only; a refusal when the money is not enough for one.
    """
    instrument = BY_CON_ID[terms.con_id]
    price = terms.limit_price or market.mark()
    step = instrument.size_increment
    units = terms.cash_quantity / instrument.money(price)
    quantity = (units / step).to_integral_value(ROUND_DOWN) * step
    if not quantity:
        return rejected(f"The minimum order size is {instrument.min_size:f}.")
    refusal = next(check_size(quantity, instrument), None)
    return refusal or replace(terms, quantity=quantity)
