"""A stock that is halted by the clock, so that a halt can be seen on any day.

From twenty minutes past each hour SIMHALT does not trade for five minutes; then it opens again
with an auction, as after any halt.
"""

from collections.abc import Mapping
from typing import Protocol

from workstation.simgateway.market import InstrumentMarket

CON_ID = 910_000_003
FROM_SECOND, UNTIL_SECOND = 1200, 1500
"""Of each hour."""


class Halting(Protocol):
    """Halts a contract and lets it trade again."""

    def halt(self, con_id: int) -> None:
        """Stop its trading."""
        ...

    def resume(self, con_id: int) -> None:
        """Open it again."""
        ...


class RegularHalts:
    """Halts the stock when its time comes, as long as its market is open at all."""

    def __init__(self, markets: Mapping[int, InstrumentMarket], desk: Halting) -> None:
        self._markets = markets
        self._desk = desk
        self._is_halted = False
        """Whether it is these halts that hold it; a scenario may halt it, too."""

    def step(self, now: float) -> None:
        """Do what is due; now is in seconds since 1970."""
        due = FROM_SECOND <= now % 3600 < UNTIL_SECOND
        if due == self._is_halted or CON_ID not in tuple(self._markets):  # asking opens it
            return
        self._is_halted = due
        if due:
            self._desk.halt(CON_ID)
        else:
            self._desk.resume(CON_ID)
