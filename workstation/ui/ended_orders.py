"""Waits until cancelled orders have ended and nothing more of them fills."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workstation.domain.ids import OrderKey
from workstation.domain.order_status import OrderView
from workstation.ui.screen_state import ScreenState

LOOK_MS = 250
QUIET_LOOKS = 8
"""Looks without another fill after the orders have ended: two seconds."""

PATIENCE_LOOKS = 120
"""Looks until orders that still work are left to the user: half a minute."""


class EndedOrders(QObject):
    """Follows some orders at a time; sends nothing. GUI thread."""

    ended = Signal(object)
    """Tuple of OrderView: the orders as they ended, in the order in which they were given."""

    given_up = Signal()
    """One of them still works after all that time; nothing more is said of them."""

    def __init__(self, state: ScreenState, parent: QObject) -> None:
        super().__init__(parent)
        self._state = state
        self._orders: dict[OrderKey, OrderView] = {}
        self._looks = self._quiet = 0
        self.timer = QTimer(self)
        self.timer.setInterval(LOOK_MS)
        self.timer.timeout.connect(self.look)

    @property
    def is_waiting(self) -> bool:
        """Whether orders are followed now."""
        return self.timer.isActive()

    def wait_for(self, orders: Iterable[OrderView]) -> None:
        """Follow these orders from now on."""
        self._orders = {order.key: order for order in orders}
        self._looks = self._quiet = 0
        self.timer.start()

    @Slot()
    def look(self) -> None:
        """See whether all of them have ended and their fills are quiet."""
        before, self._looks = self._orders, self._looks + 1
        now = {key: self._state.orders.get(key, order) for key, order in before.items()}
        self._orders = now
        if any(order.is_working for order in now.values()):
            if self._looks >= PATIENCE_LOOKS:
                self.timer.stop()
                self.given_up.emit()
            return
        is_quiet = all(order.filled == before[key].filled for key, order in now.items())
        self._quiet = self._quiet + 1 if is_quiet else 0
        if self._quiet >= QUIET_LOOKS:
            self.timer.stop()
            self.ended.emit(tuple(now.values()))
