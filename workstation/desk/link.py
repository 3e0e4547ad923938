"""Keeps the session open: connects, tries again, and says how the link stands and why."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from workstation.broker.session import SILENCE_SECONDS, SUSPECT_SECONDS, Phase, Session
from workstation.desk.endpoints import Endpoint, Endpoints
from workstation.desk.port_watch import PortWatch
from workstation.domain.clock import Clock
from workstation.domain.link import LinkState
from workstation.domain.ports import Reactor, Timer

FIRST_RETRY_SECONDS = 0.5
SHORTEST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 60.0
CONFLICT_RETRY_SECONDS = 15.0
QUIET_SECONDS = SILENCE_SECONDS + 2.0
"""A live link has answered the probe by then; data that is older may be dead."""

_NOTHING_LISTENS = "nothing answers"
"""How the dialer says that no program listens there."""

MOST_CLIENT_IDS = 2**31

COMPARING = "comparing orders and positions with the broker"
COMPARING_STEP = "Entries are denied until every list has ended."

STEADY_SECONDS = 60.0
"""A session that lasted this long was a good one: the next attempt comes soon again."""

RESTART_SECONDS = 180.0
"""A daily restart of TWS or Gateway takes one to three minutes. Source: tws-wire.md 3.2."""


class LinkKeeper:
    """Owns the endpoint and the retries. Core thread.

    `on_changed` is called whenever state or reason differ from before.
    """

    def __init__(self, reactor: Reactor, clock: Clock, session: Session) -> None:
        self.on_changed: Callable[[], None] = _nothing
        self._endpoints = Endpoints()
        self.since = clock.now()
        self.reason = "no broker chosen yet"
        self.next_step = ""
        self.only_farms = False
        self.retry_at: datetime | None = None
        self.farm_reason = ""
        self._reactor = reactor
        self._clock = clock
        self._session = session
        self._state = LinkState.DISCONNECTED
        self._delay = FIRST_RETRY_SECONDS
        self._retry: Timer | None = None
        self._port_watch = PortWatch(reactor, self.connect_now)
        self._started_at: float | None = None
        self._lost_at: float | None = None
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

    def follow_port(self, port: int) -> None:
        """TWS has moved to another port and drops this session (1300): go with it."""
        self._endpoints.move_to(port)
        self._delay = FIRST_RETRY_SECONDS
        self._session.close(f"TWS moved to port {port}")
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
        self.set(LinkState.SYNCING, COMPARING, COMPARING_STEP)

    def works(self) -> None:
        """All lists have ended: the broker is in order, and the next attempt comes soon again."""
        self._delay = FIRST_RETRY_SECONDS

    def conflict(self) -> None:
        """The client id is in use: do not hammer."""
        self._conflict = True

    def ended(self, reason: str) -> None:
        """The session ended; try again, later each time."""
        if self._stopped:
            self.set(LinkState.DISCONNECTED, reason)
            return
        started_at, self._started_at = self._started_at, None
        now = self._clock.monotonic()
        if started_at is not None:
            self._lost_at = now
            if now - started_at >= STEADY_SECONDS:
                self._delay = FIRST_RETRY_SECONDS
        self._cancel_retry()
        if self._conflict:
            self._conflict = False  # a matter of this attempt; the next endpoint may be free
            reason = f"another program uses this client id, {self._session.settings.client_id}"
            step = f"Close it, or choose client id {self._other_id()} in File, Connection."
            delay = CONFLICT_RETRY_SECONDS
        else:
            step = self._step(reason)
            delay = self._delay * random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries
            longer = max(self._delay * 2, SHORTEST_RETRY_SECONDS)
            self._delay = min(longer, LONGEST_RETRY_SECONDS)
        if other := self._endpoints.failed():
            reason = f"{reason}; {other}"
        elif _NOTHING_LISTENS in reason:
            self._port_watch.begin(self.host, self.port)
        self._retry = self._reactor.call_later(delay, self.connect_now)
        self.retry_at = self._clock.now() + timedelta(seconds=delay)
        self.set(LinkState.DISCONNECTED, reason, step)

    def stop(self, reason: str) -> None:
        """Disconnect for good."""
        self._stopped = True
        self._cancel_retry()
        self._session.close(reason)

    def set(
        self, state: LinkState, reason: str, next_step: str = "", *, only_farms: bool = False
    ) -> None:
        """Take a new state and tell if it differs."""
        new = (state, reason, next_step, only_farms)
        if new == (self._state, self.reason, self.next_step, self.only_farms):
            return
        self._state, self.reason, self.next_step, self.only_farms = new
        self.since = self._clock.now()
        self.on_changed()

    def _step(self, reason: str) -> str:
        """Say what follows after an end for this reason."""
        lost_at, now = self._lost_at, self._clock.monotonic()
        is_fresh = lost_at is not None and now - lost_at < RESTART_SECONDS
        if is_fresh and _NOTHING_LISTENS in reason:
            return (
                "TWS and IB Gateway restart once a day, which takes one to three minutes. It is "
                "tried again by itself."
            )
        return "It is tried again by itself; Reconnect tries at once."

    def _other_id(self) -> int:
        """Return a client id that is probably free."""
        return (self._session.settings.client_id + 1) % MOST_CLIENT_IDS

    def _cancel_retry(self) -> None:
        self._port_watch.end()
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
            self.retry_at = None


def _nothing() -> None:
    """Stand in until a desk takes the hook."""
