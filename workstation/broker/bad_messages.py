"""Messages that cannot be read: counted, logged once a minute, and too many of them an end."""

import logging
import math
from collections import deque

from workstation.domain.clock import Clock

log = logging.getLogger(__name__)

MOST_A_MINUTE = 3
LOG_SECONDS = 60.0


class BadMessages:
    """Counts over all sessions; the limit holds for each. Core thread.

    Source: orders-and-risk.md 2.6.
    """

    def __init__(self, clock: Clock) -> None:
        self.count = 0
        self._clock = clock
        self._times: deque[float] = deque()
        self._logged_at = -math.inf

    def add(self, fault: str) -> bool:
        """Count one; True when there were more than three within a minute."""
        now = self._clock.monotonic()
        self.count += 1
        if now - self._logged_at >= LOG_SECONDS:
            self._logged_at = now
            log.info("bad message from the broker, number %d: %s", self.count, fault)
        self._times.append(now)
        while self._times[0] < now - 60:
            self._times.popleft()
        return len(self._times) > MOST_A_MINUTE

    def forget(self) -> None:
        """Begin to count anew, in a new session."""
        self._times.clear()
