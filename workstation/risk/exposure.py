"""What working orders could still do to a position, at worst."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from workstation.domain.ids import AccountId, ConId, OrderKey
from workstation.domain.order import Side
from workstation.domain.order_status import OrderView


@dataclass(frozen=True, slots=True)
class Leaves:
    """Quantity that working orders of one contract could still buy and sell."""

    buys: Decimal
    sells: Decimal

    def of(self, side: Side) -> Decimal:
        """Return the leaves of one side."""
        return self.buys if side is Side.BUY else self.sells


def leaves_of(order: OrderView) -> Decimal:
    """Return what an order could still fill: the larger of old and new while a change is open."""
    quantity = max(order.quantity, order.pending_quantity or Decimal(0))
    return max(quantity - order.filled, Decimal(0))


def leaves(
    orders: Iterable[OrderView], account: AccountId, con_id: ConId, without: OrderKey | None = None
) -> Leaves:
    """Sum the leaves of every order that may be live, whoever placed it.

    Source: orders-and-risk.md 1.2, `B` and `S`.
    """
    buys = sells = Decimal(0)
    for order in orders:
        if order.account != account or order.con_id != con_id or order.key == without:
            continue
        if not order.is_working:
            continue
        if order.side is Side.BUY:
            buys += leaves_of(order)
        else:
            sells += leaves_of(order)
    return Leaves(buys, sells)


def is_exit(side: Side, quantity: Decimal, position: Decimal, working: Leaves) -> bool:
    """Tell whether an order only closes: opposite side and no more than is left to close."""
    if position == 0 or side.sign * position > 0:
        return False
    return quantity <= abs(position) - working.of(side)
