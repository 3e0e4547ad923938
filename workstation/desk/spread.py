"""Work that may wait, done a little in each round, so that no order waits for all of it."""

from collections.abc import Iterator

from workstation.domain.clock import Clock
from workstation.domain.ports import Reactor

SLICE_SECONDS = 0.001
"""How long one round works on it; between two rounds messages have their turn."""

Work = Iterator[None]
"""Work in small steps: whoever runs it may stop for a while after each, commands come between."""


def at_once(work: Work) -> None:
    """Do all of it now."""
    for _ in work:
        pass


class Spread:
    """Does work step by step on the loop. Core thread."""

    def __init__(self, reactor: Reactor, clock: Clock) -> None:
        self._reactor = reactor
        self._clock = clock

    def __call__(self, work: Work) -> None:
        """Begin with the first slice now; an error ends the work and is the loop's to tell."""
        until = self._clock.monotonic() + SLICE_SECONDS
        for _ in work:
            if self._clock.monotonic() >= until:
                self._reactor.call_later(0.0, lambda: self(work))
                return
            self._reactor.give_way()
