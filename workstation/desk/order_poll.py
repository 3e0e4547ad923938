"""Looks regularly for orders of other clients, of TWS and of the mobile program.

Only the master client hears of them by itself (tws-wire.md 3.4); everybody else has to ask.
"""

from collections.abc import Callable

from workstation.domain.ports import Reactor, Timer

POLL_SECONDS = 30.0
"""One message, at the lowest priority of the pacer."""

MASTER_POLL_SECONDS = 300.0
"""Once such an order came unasked: this client is the master, and asking is only a check."""


class OrderPoll:
    """Calls `poll` again and again while it runs. Core thread."""

    def __init__(self, reactor: Reactor, poll: Callable[[], None]) -> None:
        self._reactor = reactor
        self._poll = poll
        self._timer: Timer | None = None
        self._is_master = False

    def start(self) -> None:
        """Begin, unless it runs already."""
        if self._timer is None:
            self._plan()

    def stop(self) -> None:
        """End: the session is gone, and the next may have another master."""
        self._is_master = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def heard_unasked(self) -> None:
        """Another client's order was told without a question."""
        self._is_master = True

    def _plan(self) -> None:
        delay = MASTER_POLL_SECONDS if self._is_master else POLL_SECONDS
        self._timer = self._reactor.call_later(delay, self._due)

    def _due(self) -> None:
        self._plan()
        self._poll()
