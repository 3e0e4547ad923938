"""How often data of the past may be asked for, so that the broker never has to refuse.

Source: tws-wire.md 3.1, historical small bars and open historical requests.
"""

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass

from workstation.domain.clock import Clock

SAME_SECONDS = 15.0
"""An identical request must wait so long."""
BURST_SECONDS, BURST = 2.0, 5
"""The sixth request of one contract, exchange and type within that time would be refused."""
WINDOW_SECONDS, WINDOW = 600.0, 60
MOST_OPEN = 50
MARGIN_SECONDS = 0.1
"""The broker's clock begins when a request arrives, which is not when it left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryCost:
    """What one request takes of the broker's patience.

    `series` is contract, exchange and type; `request` what makes two requests identical.
    `strict` ones (small bars, ticks, head timestamps) count for every rule, others only for the
    burst and the open ones. Bid and ask together weigh 2.
    """

    series: Hashable
    request: Hashable
    strict: bool = False
    weight: int = 1


class HistoryPacing:
    """Remembers what was asked for lately. Core thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._bursts: dict[Hashable, deque[float]] = {}
        self._same: dict[Hashable, float] = {}
        self._window: deque[float] = deque()
        self.open = 0
        """Requests that the broker has not answered yet."""

    @property
    def spent(self) -> int:
        """How many of the strict requests of the last ten minutes count, of 60."""
        self._forget(self._clock.monotonic())
        return len(self._window)

    def wait_for(self, cost: HistoryCost) -> float:
        """Seconds until such a request may leave, 0 for now."""
        if self.open >= MOST_OPEN:
            return MARGIN_SECONDS  # until one is answered, and no rule says when that is
        now = self._clock.monotonic()
        self._forget(now)
        free_at = now
        burst = self._bursts.get(cost.series, ())
        if len(burst) >= BURST:
            free_at = max(free_at, burst[-BURST] + BURST_SECONDS + MARGIN_SECONDS)
        if cost.strict:
            free_at = max(free_at, self._same.get(cost.request, now))
            over = len(self._window) + cost.weight - WINDOW
            if over > 0:
                free_at = max(free_at, self._window[over - 1] + WINDOW_SECONDS + MARGIN_SECONDS)
        return free_at - now

    def take(self, cost: HistoryCost) -> None:
        """Count a request that leaves now."""
        now = self._clock.monotonic()
        self.open += 1
        self._bursts.setdefault(cost.series, deque(maxlen=BURST)).append(now)
        if cost.strict:
            self._same[cost.request] = now + SAME_SECONDS + MARGIN_SECONDS
            self._window.extend([now] * cost.weight)

    def answered(self) -> None:
        """Count one request less that is open."""
        self.open -= 1

    def _forget(self, now: float) -> None:
        while self._window and self._window[0] + WINDOW_SECONDS + MARGIN_SECONDS <= now:
            self._window.popleft()
        if len(self._same) > WINDOW:
            self._same = {request: at for request, at in self._same.items() if at > now}
        if len(self._bursts) > MOST_OPEN * 4:
            recent = now - BURST_SECONDS - MARGIN_SECONDS
            self._bursts = {each: at for each, at in self._bursts.items() if at[-1] > recent}
