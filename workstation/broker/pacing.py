"""How many messages may leave in a second, and for whom room is kept.

Source: tws-wire.md 3.1 (50 a second) and orders-and-risk.md R15, F12.
"""

from collections import deque
from collections.abc import Mapping
from enum import IntEnum

from workstation.domain.clock import Clock

WINDOW_SECONDS = 1.0
MESSAGES = 45
FOR_CANCELS = 10
FOR_ORDERS = 10
"""Of the messages of a second, so many are kept for cancels and exits, so many for entries."""


class Share(IntEnum):
    """Whom a message serves; the value is the rank, the most urgent first.

    Entries never wait: they go at once or not at all. Everything else may wait for its turn.
    """

    CANCEL = 0
    """Cancels and exits."""
    ENTRY = 1
    ACCOUNT = 2
    QUOTE = 3
    HISTORY = 4


class Pacer:
    """A sliding window over the messages that left. Core thread.

    What cancels or entries have not used of their own is kept for them.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._left: deque[tuple[float, Share]] = deque()
        self._count = dict.fromkeys(Share, 0)

    def allows(self, share: Share, count: int = 1) -> bool:
        """Tell whether so many messages of this share may leave now."""
        self._forget()
        return len(self._left) + count <= _limit(share, self._count)

    @property
    def used(self) -> int:
        """Messages that left in the window."""
        self._forget()
        return len(self._left)

    def take(self, share: Share) -> None:
        """Count one message that leaves now."""
        self._left.append((self._clock.monotonic(), share))
        self._count[share] += 1

    def wait_for(self, share: Share) -> float:
        """Seconds until a message of this share may leave, 0 for now."""
        self._forget()
        count, total = dict(self._count), len(self._left)
        if total < _limit(share, count):
            return 0.0
        for at, gone in self._left:
            count[gone] -= 1
            total -= 1
            if total < _limit(share, count):
                return max(at + WINDOW_SECONDS - self._clock.monotonic(), 0.001)
        return WINDOW_SECONDS

    def _forget(self) -> None:
        horizon = self._clock.monotonic() - WINDOW_SECONDS
        while self._left and self._left[0][0] <= horizon:
            self._count[self._left.popleft()[1]] -= 1


def _limit(share: Share, used: Mapping[Share, int]) -> int:
    """Return how full the window may become by a message of this share."""
    if share is Share.CANCEL:
        return MESSAGES
    kept = max(FOR_CANCELS - used[Share.CANCEL], 0)
    if share is not Share.ENTRY:
        kept += max(FOR_ORDERS - used[Share.ENTRY], 0)
    return MESSAGES - kept
