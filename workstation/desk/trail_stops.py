"""Changes of trailing stops: with the stop where the broker has it now, not where it began.

A change carries the complete order, and with it the price of the stop; the broker moves that
without a word. So it is asked for first, or a change would set the stop back.
"""

from collections.abc import Callable

from workstation.domain.clock import Clock
from workstation.domain.finding import Answer, RiskCode
from workstation.domain.ids import OrderKey
from workstation.domain.order import OrderChange
from workstation.domain.ports import Reactor
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.outlet import denied

FRESH_SECONDS = 2.0
PATIENCE_SECONDS = 5.0
_LOOK_SECONDS = 0.05
_TRAILS = frozenset({"TRAIL", "TRAIL LIMIT"})

ASKING = denied(
    RiskCode.NOT_EDITABLE,
    "The broker is being asked where the trailing stop stands. Try again in a moment.",
)
SILENT = denied(
    RiskCode.NOT_EDITABLE,
    "The broker did not say where the trailing stop stands; a change could set it back.",
)


class TrailStops:
    """Knows how old the broker's last word about each trailing stop is. Core thread."""

    def __init__(self, clock: Clock, reactor: Reactor) -> None:
        self.look: Callable[[], None] = _nothing
        self._clock = clock
        self._reactor = reactor
        self._told: dict[OrderKey, float] = {}

    def told(self, order: ManagedOrder | None) -> None:
        """Note that the broker has just reported an order with its terms."""
        if order is not None and order.order_type in _TRAILS:
            self._told[order.key] = self._clock.monotonic()

    def is_stale(self, order: ManagedOrder | None) -> bool:
        """Tell whether an order trails and its stop may have moved since it was reported."""
        if order is None or order.order_type not in _TRAILS or order.lifecycle.is_terminal:
            return False
        told = self._told.get(order.key)
        return told is None or self._clock.monotonic() - told > FRESH_SECONDS

    def change(
        self,
        wish: OrderChange,
        order: ManagedOrder | None,
        change: Callable[[OrderChange], Answer],
        answer: Callable[[Answer], None],
    ) -> None:
        """Make a change once the stop is known, and answer it exactly once."""
        if not self.is_stale(order):
            answer(change(wish))
            return
        until = self._clock.monotonic() + PATIENCE_SECONDS
        self.look()

        def again() -> None:
            if not self.is_stale(order):
                answer(change(wish))
            elif self._clock.monotonic() >= until:
                answer(SILENT)
            else:
                self._reactor.call_later(_LOOK_SECONDS, again)

        self._reactor.call_later(_LOOK_SECONDS, again)


def _nothing() -> None:
    """Stand in until the desk takes the hook."""
