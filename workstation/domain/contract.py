"""Contracts and what the broker says about trading them."""

from dataclasses import dataclass
from decimal import Decimal

from workstation.domain.combo import ComboLeg
from workstation.domain.ids import ConId
from workstation.domain.prices import PriceLadder


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One tradable instrument, fully resolved.

    `expiry` is YYYYMMDD of a future or option, `right` "C" or "P". `legs` are those of a
    combination, whose `con_id` is below 0 and of this program.

    Source: contractData, the contract part.
    """

    con_id: ConId
    symbol: str
    sec_type: str = "STK"
    exchange: str = "SMART"
    primary_exchange: str = ""
    currency: str = "USD"
    local_symbol: str = ""
    trading_class: str = ""
    expiry: str = ""
    strike: Decimal | None = None
    right: str = ""
    legs: tuple[ComboLeg, ...] = ()

    @property
    def shown_name(self) -> str:
        """What an order for it is called: of a combination its legs, else the symbol."""
        return self.local_symbol if self.legs else self.symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractDetails:
    """Trading rules of one contract.

    `multiplier` is money per price point and unit; `price_magnifier` divides prices
    into the contract's currency (an LSE share prints pence, magnifier 100).
    `size_increment` and `min_size` are in shares or lots. `industry` and `category` are the
    broker's words for a stock. `under_symbol` and `under_con_id` name what a derivative rests
    on, "" and None for nothing.

    Source: contractData and marketRule.
    """

    contract: Contract
    long_name: str = ""
    ladder: PriceLadder
    multiplier: Decimal = Decimal(1)
    price_magnifier: int = 1
    min_size: Decimal = Decimal(1)
    size_increment: Decimal = Decimal(1)
    order_types: frozenset[str] = frozenset()
    valid_exchanges: tuple[str, ...] = ()
    time_zone_id: str = ""
    trading_hours: str = ""
    liquid_hours: str = ""
    industry: str = ""
    category: str = ""
    under_symbol: str = ""
    under_con_id: ConId | None = None
