"""Shares to sell short: whether they can be had, at once or after a search.

Source: tws-wire.md 3.3, codes 201 and 404; tick 46 says the same of an instrument.
"""

from collections.abc import Mapping
from decimal import Decimal

from workstation.simgateway.accounts import Account
from workstation.simgateway.instruments import BY_CON_ID, Shortable
from workstation.simgateway.order_store import OrderStore
from workstation.simgateway.orders import Order

LOCATE_SECONDS = 20.0
"""How long a search takes."""

LOCATING = (
    "Order Message:\nShares for this order are not immediately available for short sale. "
    "The order will be held while we attempt to locate the shares."
)
_NONE = "Order rejected - reason:The contract is not available for short sale."
_TOO_MANY = "Order rejected - reason:Not enough shares are available to borrow."
ZERO = Decimal(0)


class Lending:
    """Knows which sales are short, and whether their shares can be borrowed."""

    def __init__(self, store: OrderStore, accounts: Mapping[str, Account]) -> None:
        self._store = store
        self._accounts = accounts

    def short_shares(self, order: Order) -> Decimal:
        """Return how many shares an order would be short of once it and what works has filled."""
        terms = order.terms
        if terms.buys or BY_CON_ID[terms.con_id].sec_type != "STK" or order.waits_for_parent:
            return ZERO
        held = self._accounts[terms.account].position(terms.con_id).quantity
        others = sum(
            (
                other.remaining
                for other in self._store.live()
                if other.terms.con_id == terms.con_id
                and other.terms.account == terms.account
                and not other.terms.buys
                and other.perm_id != order.perm_id
                and not (terms.oca_group and other.terms.oca_group == terms.oca_group)
            ),
            ZERO,
        )
        return max(ZERO, order.remaining + others - max(held, ZERO))

    def must_locate(self, order: Order) -> bool:
        """Return whether the shares have to be searched for."""
        borrow = BY_CON_ID[order.terms.con_id].borrow
        return borrow.shortable is Shortable.LOCATE and self.short_shares(order) > 0

    def refusal(self, order: Order, replaced: Order | None) -> str:
        """Return why the shares of a short sale cannot be had, or nothing.

        replaced is what the order takes the place of: a sale that is no larger stays allowed.
        """
        if replaced is not None and order.terms.quantity <= replaced.terms.quantity:
            return ""
        short = self.short_shares(order)
        borrow = BY_CON_ID[order.terms.con_id].borrow
        if short > 0 and borrow.shortable is Shortable.NONE:
            return _NONE
        return _TOO_MANY if short > borrow.shares else ""
