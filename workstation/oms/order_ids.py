"""Order numbers: strictly rising, never used twice, across restarts and reconnects."""

import os
import time
from collections.abc import Callable

from workstation.domain.ids import OrderId, OrderRef

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SHIFTS = range(125, -1, -5)
"""How far each digit of a mark stands from the end of its number, in bits."""


class OrderIds:
    """Next id = max(nextValidId, high-water mark + 1, open orders' ids + 1).

    The high-water mark is in the journal's intents. Source: orders-and-risk.md 2.5.2.
    """

    def __init__(self) -> None:
        self._next = OrderId(1)

    @property
    def next_id(self) -> OrderId:
        """The number that new() would return; it stays free."""
        return self._next

    def at_least(self, order_id: OrderId) -> None:
        """Never hand out a number below this one."""
        self._next = max(self._next, order_id)

    def used(self, order_id: OrderId) -> None:
        """Note a number that is taken, whoever took it."""
        self.at_least(OrderId(order_id + 1))

    def new(self) -> OrderId:
        """Return the next number and count it as used."""
        number = self._next
        self._next = OrderId(number + 1)
        return number


class OrderRefs:
    """Marks that tell every attempt of every installation apart: WS:<install>:<ulid>."""

    def __init__(
        self,
        install: str,
        milliseconds: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        randomness: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._prefix = f"WS:{install}:"
        self._milliseconds = milliseconds
        self._randomness = randomness

    def new(self) -> OrderRef:
        """Return a mark that was never used before."""
        number = self._milliseconds() << 80 | int.from_bytes(self._randomness(10), "big")
        # a list, not a generator: this stands on an order's way to the wire
        digits = [_ALPHABET[number >> shift & 31] for shift in _SHIFTS]
        return OrderRef(self._prefix + "".join(digits))
