"""How many messages may leave in a second, and for whom room is kept.

Source: tws-wire.md 3.1 (50 a second) and orders-and-risk.md R15, F12.
"""

from collections import deque
from enum import Enum

from workstation.domain.clock import Clock

WINDOW_SECONDS = 1.0
MESSAGES = 45


class Share(Enum):
    """Whom a message serves; the value is how much of the window it may fill."""

    CANCEL = MESSAGES
    ORDER = MESSAGES - 10
    REQUEST = MESSAGES - 20


class Pacer:
    """A sliding window over the messages that left. Core thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._times: deque[float] = deque()

    def allows(self, share: Share) -> bool:
        """Tell whether one more message of this share may leave now."""
        return self._used() < share.value

    @property
    def used(self) -> int:
        """Messages that left in the window."""
        return self._used()

    def take(self) -> None:
        """Count one message that leaves now."""
        self._times.append(self._clock.monotonic())

    def wait_for(self, share: Share) -> float:
        """Seconds until a message of this share may leave, 0 for now."""
        used = self._used()
        if used < share.value:
            return 0.0
        oldest = self._times[used - share.value]
        return max(oldest + WINDOW_SECONDS - self._clock.monotonic(), 0.001)

    def _used(self) -> int:
        horizon = self._clock.monotonic() - WINDOW_SECONDS
        while self._times and self._times[0] <= horizon:
            self._times.popleft()
        return len(self._times)
