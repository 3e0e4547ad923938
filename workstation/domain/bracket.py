"""An entry with its exits, sent and judged as one."""

from dataclasses import dataclass
from decimal import Decimal

from workstation.domain.order import OrderDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class BracketDraft:
    """An entry, the limit that takes the profit and the stop that ends the loss.

    Prices are per unit in the contract's currency. The exits are for the entry's quantity,
    on the opposite side, good till cancelled unless `exit_tif` says otherwise, and one
    cancels the other at the broker.
    """

    entry: OrderDraft
    target_price: Decimal
    stop_price: Decimal
    exit_tif: str = "GTC"
