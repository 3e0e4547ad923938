"""How often data may be asked for.

Source: tws-wire.md 3.1, historical small bars, matching symbols and tick-by-tick.
"""

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field

VIOLATION = "Historical Market Data Service error message:Historical data request pacing violation"
SAME_SECONDS = 15.0
"""An identical request must wait so long."""

BURST_SECONDS, BURST = 2.0, 6
"""So many requests of one contract, exchange and type within that time are too many."""

WINDOW_SECONDS, WINDOW = 600.0, 60


SEARCH_SECONDS = 1.0
"""Between two searches for symbols."""

TICKS_SECONDS = 15.0
"""Between two requests for the same single ticks."""


@dataclass(slots=True)
class Spacing:
    """Refuses what is asked for again too soon."""

    seconds: float
    served: dict[Hashable, float] = field(default_factory=dict)
    """When each was served last."""

    def allows(self, now: float, what: Hashable = None) -> bool:
        """Return whether a request may be served now, and note it if so."""
        last = self.served.get(what)
        if last is not None and now - last < self.seconds:
            return False
        self.served[what] = now
        return True


@dataclass(slots=True)
class Pacing:
    """What one client asked for lately."""

    asked: deque[tuple[float, Hashable, Hashable]] = field(default_factory=deque)
    """Time, series and request of each; one of both bid and ask counts twice."""

    def allows(self, now: float, series: Hashable, request: Hashable, weight: int = 1) -> bool:
        """Return whether a request may be served now, and count it if so."""
        while self.asked and self.asked[0][0] <= now - WINDOW_SECONDS:
            self.asked.popleft()
        if len(self.asked) + weight > WINDOW:
            return False
        burst = 1
        for at, other, same in reversed(self.asked):
            if now - at < SAME_SECONDS and same == request:
                return False
            burst += now - at < BURST_SECONDS and other == series
        if burst >= BURST:
            return False
        self.asked.extend([(now, series, request)] * weight)
        return True
