"""Keeps the session open: connects, tries again, and says how the link stands and why."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from workstation.broker.session import SILENCE_SECONDS, SUSPECT_SECONDS, Phase, Session
from workstation.desk.endpoints import Endpoint, Endpoints
from workstation.domain.clock import Clock
from workstation.domain.link import LinkState
from workstation.domain.ports import Reactor, Timer

FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 60.0
CONFLICT_RETRY_SECONDS = 15.0
QUIET_SECONDS = SILENCE_SECONDS + 2.0
"""A live link has answered the probe by then; data that is older may be dead."""

STEADY_SECONDS = 60.0
"""A session that lasted this long was a good one: the next attempt comes soon again."""


class LinkKeeper:
    """Owns the endpoint and the retries. Core thread.

    `on_changed` is called whenever state or reason differ from before.
    """

    def __init__(self, reactor: Reactor, clock: Clock, session: Session) -> None:
        self.on_changed: Callable[[], None] = _nothing
        self._endpoints = Endpoints()
        self.since = clock.now()
        self.reason = "no broker chosen yet"
        self.retry_at: datetime | None = None
        self.farm_reason = ""
        self._reactor = reactor
        self._clock = clock
        self._session = session
        self._state = LinkState.DISCONNECTED
        self._delay = FIRST_RETRY_SECONDS
        self._retry: Timer | None = None
        self._started_at: float | None = None
        self._conflict = False
        self._stopped = False

    @property
    def state(self) -> LinkState:
        """How far the link has come."""
        return self._state

    @property
    def suspect(self) -> bool:
        """Whether the broker has been silent for so long that the link may be dead."""
        return self._session.phase is Phase.UP and self._session.silent_for >= SUSPECT_SECONDS

    @property
    def silent(self) -> bool:
        """Whether nothing came for so long that the newest data may be old."""
        return self._session.phase is Phase.UP and self._session.silent_for >= QUIET_SECONDS

    @property
    def host(self) -> str:
        """Host of the endpoint in use, "" before one was chosen."""
        return self._endpoints.current[0]

    @property
    def port(self) -> int:
        """Port of the endpoint in use."""
        return self._endpoints.current[1]

    @property
    def is_standby(self) -> bool:
        """Whether the endpoint in use is the one that stands by."""
        return self._endpoints.is_standby

    def use(self, host: str, port: int, standby: Endpoint | None = None) -> None:
        """Connect to this endpoint from now on, and to the standby while it cannot be had."""
        if self._endpoints.choose((host, port), standby):
            self._session.close("another endpoint was chosen")
            self._delay = FIRST_RETRY_SECONDS
        self.connect_now()

    def connect_now(self) -> None:
        """Try at once, unless a session is open or opening."""
        if self._stopped or not self.host:
            return
        self._cancel_retry()
        if self._session.phase is not Phase.CLOSED:
            return
        self.set(LinkState.CONNECTING, f"connecting to {self._endpoints.words}")
        self._session.open(self.host, self.port)

    def started(self) -> None:
        """The session is up; its lists are being compared."""
        self._started_at = self._clock.monotonic()
        self._endpoints.came_up()
        self.set(LinkState.SYNCING, "comparing orders and positions with the broker")

    def conflict(self) -> None:
        """The client id is in use: do not hammer."""
        self._conflict = True

    def ended(self, reason: str) -> None:
        """The session ended; try again, later each time."""
        if self._stopped:
            self.set(LinkState.DISCONNECTED, reason)
            return
        started_at, self._started_at = self._started_at, None
        if started_at is not None and self._clock.monotonic() - started_at >= STEADY_SECONDS:
            self._delay = FIRST_RETRY_SECONDS
        if self._conflict:
            self._conflict = False  # a matter of this attempt; the next endpoint may be free
            reason = "another program uses this client id"
            delay = CONFLICT_RETRY_SECONDS
        else:
            delay = self._delay * random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries
            self._delay = min(self._delay * 2, LONGEST_RETRY_SECONDS)
        self._cancel_retry()
        if other := self._endpoints.failed():
            reason = f"{reason}; {other}"
        self._retry = self._reactor.call_later(delay, self.connect_now)
        self.retry_at = self._clock.now() + timedelta(seconds=delay)
        self.set(LinkState.DISCONNECTED, reason)

    def stop(self, reason: str) -> None:
        """Disconnect for good."""
        self._stopped = True
        self._cancel_retry()
        self._session.close(reason)

    def set(self, state: LinkState, reason: str) -> None:
        """Take a new state and tell if it differs."""
        if (state, reason) == (self._state, self.reason):
            return
        self._state, self.reason = state, reason
        self.since = self._clock.now()
        self.on_changed()

    def _cancel_retry(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
            self.retry_at = None


def _nothing() -> None:
    """Stand in until a desk takes the hook."""
