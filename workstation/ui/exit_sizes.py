"""How large an exit may be that is cancelled and sent anew: no larger than what is still held.

Between the cancel and the new order something may fill; an exit of the old size would then turn
the position around. Source: orders-and-risk.md 1.2 and 2.5.10.
"""

from collections.abc import Iterable
from decimal import Decimal

from workstation.domain.ids import OrderKey
from workstation.domain.order_status import OrderView
from workstation.ui import text
from workstation.ui.screen_state import ScreenState

_NONE = Decimal(0)


class ExitSizes:
    """Remembers which orders stood for a position when the user asked. GUI thread."""

    def __init__(self, state: ScreenState) -> None:
        self._state = state
        self._exits: set[OrderKey] = set()

    def begin(self, orders: Iterable[OrderView]) -> None:
        """Look at orders that are about to be cancelled: which of them close something?

        One on the other side of the position does if it is a stop or one of a group, and
        else if it closes no more than is held. An order for a position to come is none.
        """
        self._exits = {order.key for order in orders if self._is_exit(order)}

    def left(self, order: OrderView) -> Decimal:
        """Return for how much an order may be sent anew now: what is left of it and still held."""
        if order.key not in self._exits:
            return order.remaining
        return min(order.remaining, max(-order.side.sign * self._held(order), _NONE))

    def words(self, order: OrderView) -> str:
        """Say why an order is made smaller, "" where it is not."""
        left = self.left(order)
        if left == order.remaining:
            return ""
        if not left:
            return "nothing is held any more that it could close"
        return f"only {text.size(left)} are still held"

    def _is_exit(self, order: OrderView) -> bool:
        closes = -order.side.sign * self._held(order)
        return closes > 0 and (order.is_protective or order.remaining <= closes)

    def _held(self, order: OrderView) -> Decimal:
        held = self._state.positions.get((order.account, order.con_id))
        return _NONE if held is None else held.quantity
