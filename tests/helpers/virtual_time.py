"""Time that stands still until a loop would wait: five seconds of silence cost nothing."""

import math
import selectors
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from workstation.desk.loop import CoreLoop, Ready

GRACE = 0.002
"""Real seconds that bytes on a loopback socket may be on their way."""


class VirtualClock:
    """Monotonic and wall time that only moves when told."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self._start = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.seconds - 1000.0)


class VirtualWait:
    """Stands in for the selector's wait: when nothing is ready, time jumps to the next timer.

    `grace` is how long, in real time, bytes may be under way; socket pairs need none. Time
    never goes beyond `limit`, so that a loop can be run up to a moment.
    """

    def __init__(self, clock: VirtualClock, grace: float = 0.0) -> None:
        self.limit = float("inf")
        self.idle = False
        self._clock = clock
        self._grace = grace

    def __call__(self, selector: selectors.BaseSelector, timeout: float | None) -> Ready:
        self.idle = False
        ready = selector.select(0)
        if not ready and timeout != 0 and self._grace:
            ready = selector.select(self._grace)
        if ready:
            return ready
        if timeout is None:
            self.idle = True
            self._clock.seconds = max(self._clock.seconds, min(self.limit, 1e12))
        else:
            now = self._clock.seconds
            due = max(now + timeout, math.nextafter(now, math.inf)) if timeout else now
            self.idle = due >= self.limit and timeout > 0
            self._clock.seconds = min(due, max(self.limit, self._clock.seconds))
        return []


class VirtualLoop(CoreLoop):
    """A core loop on virtual time, run by the test itself."""

    def __init__(self, grace: float = 0.0) -> None:
        self.clock = VirtualClock()
        self._virtual_wait = VirtualWait(self.clock, grace)
        super().__init__(self.clock, self._virtual_wait)

    def settle(self) -> None:
        """Serve what is ready, without letting time pass."""
        self.pass_time(0.0)

    def pass_time(self, seconds: float) -> None:
        """Let so much time pass, serving sockets and timers as they come."""
        self._virtual_wait.limit = self.clock.seconds + seconds
        for _ in range(1_000_000):
            self.run_once()
            if self._virtual_wait.idle and self.clock.seconds >= self._virtual_wait.limit:
                return
        raise AssertionError("the loop does not come to rest")

    def run_until(self, done: Callable[[], bool], real_seconds: float = 5.0) -> None:
        """Run on, time jumping, until a condition holds."""
        self._virtual_wait.limit = float("inf")
        end = time.monotonic() + real_seconds
        while not done():
            if time.monotonic() > end:
                raise AssertionError("the awaited condition did not come")
            self.run_once()
