"""The exchange's own time: the machine's, begun at another moment or running faster."""

from datetime import UTC, datetime, timedelta

from workstation.domain.clock import Clock

FASTEST = 100.0
"""Seconds of the exchange that may pass in one real second, at most."""


class MarketClock:
    """A clock that runs so many times as fast as another, from a moment of its own on.

    Everything in the gateway that is of the market asks this one, and it is what clients are
    told as the current time; sockets and their deadlines stay with the machine's clock.
    """

    def __init__(self, base: Clock, speed: float = 1.0, begin: datetime | None = None) -> None:
        if not 0 < speed <= FASTEST:
            raise ValueError(f"a speed above 0, {FASTEST:g} at most")
        self.speed = speed
        self._base = base
        self._begin = begin
        self._since = base.monotonic()
        self._began = base.now() if begin is None else begin

    def monotonic(self) -> float:
        """Seconds of the exchange that never go back."""
        real = self._base.monotonic()
        return self._since + (real - self._since) * self.speed

    def now(self) -> datetime:
        """Aware UTC time of the exchange."""
        if self.speed == 1.0 and self._begin is None:
            return self._base.now()  # follows the machine when its time is set right
        passed = (self._base.monotonic() - self._since) * self.speed
        return (self._began + timedelta(seconds=passed)).astimezone(UTC)

    def real(self, monotonic: float) -> float:
        """Return the machine's monotonic time at one of this clock's."""
        return self._since + (monotonic - self._since) / self.speed
