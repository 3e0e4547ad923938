"""Finds streams that have fallen silent while their market trades, and asks for them again.

Ticks come when something changes, so age alone says little. A stream is silent when it has
been quiet for far longer than is its habit, in its regular hours, on a link that is healthy.
"""

from collections.abc import Callable
from dataclasses import dataclass

from workstation.desk.contracts import Contracts
from workstation.desk.streams import Streams
from workstation.domain.clock import Clock
from workstation.domain.ids import ConId
from workstation.domain.subscription import StreamKey, StreamKind
from workstation.marketdata.quotes import Quotes
from workstation.risk.hours import current, sessions

SHORTEST_SECONDS = 60.0
LONGEST_SECONDS = 1800.0
HABITS = 20.0
"""So many times its usual pause makes a quote silent."""

QUIET_SECONDS = 180.0
"""A book or a tape that brings nothing for so long, while the quote moves, is silent."""

ALIVE_SECONDS = 30.0
"""A quote that ticked within this time shows that its market trades."""

HALTED = 49
"""The tickGeneric that says whether trading is halted: 1 or 2 while it is."""

_WEIGHT = 0.2


@dataclass(slots=True)
class _Ear:
    """What was heard of one stream; times are monotonic seconds."""

    heard_at: float
    usual_pause: float = 0.0
    tries: int = 0
    mark: object = None

    def hear(self, now: float, mark: object) -> None:
        pause = now - self.heard_at
        if self.mark is not None:
            self.usual_pause += _WEIGHT * (pause - self.usual_pause)
        self.heard_at, self.mark, self.tries = now, mark, 0


class SilenceWatch:
    """Looks once a second. Core thread.

    `on_silent` hears of every stream that is asked for again, so that bars can be filled in.
    """

    def __init__(
        self,
        clock: Clock,
        streams: Streams,
        contracts: Contracts,
        quotes: Quotes,
        is_healthy: Callable[[], bool],
        on_silent: Callable[[StreamKey], None],
    ) -> None:
        self._clock = clock
        self._streams = streams
        self._contracts = contracts
        self._quotes = quotes
        self._is_healthy = is_healthy
        self._on_silent = on_silent
        self._ears: dict[StreamKey, _Ear] = {}

    def hear(self, con_id: ConId, kind: StreamKind) -> None:
        """Note that a book or a tape has brought something."""
        ear = self._ears.get(StreamKey(con_id, kind))
        if ear is not None:
            now = self._clock.monotonic()
            ear.hear(now, now)

    def is_alive(self, con_id: ConId) -> bool:
        """Tell whether the quote of a contract has moved just now."""
        ear = self._ears.get(StreamKey(con_id, StreamKind.QUOTES))
        if ear is None or ear.mark is None:
            return False
        return self._clock.monotonic() - ear.heard_at <= ALIVE_SECONDS

    def is_in_session(self, con_id: ConId) -> bool:
        """Tell whether a contract is in its regular hours and not halted."""
        details = self._contracts.details(con_id)
        if details is None or self._quotes.number(con_id, HALTED) in {1.0, 2.0}:
            return False
        found = sessions(details.liquid_hours, details.time_zone_id)
        return found is not None and current(found, self._clock.now()) is not None

    def sweep(self) -> None:
        """Listen to every stream that runs, and ask again for the silent ones."""
        now = self._clock.monotonic()
        running = [key for kind in StreamKind for key in self._streams.running(kind)]
        self._ears = {key: self._ears.get(key) or _Ear(now) for key in running}
        if not self._is_healthy():
            for ear in self._ears.values():
                ear.heard_at = now  # the link is the cause, and it is looked after
            return
        for key, ear in self._ears.items():
            if key.kind is StreamKind.QUOTES:
                self._listen(key, ear, now)
        for key, ear in tuple(self._ears.items()):
            if now - ear.heard_at > self._patience(key, ear) and self._should_speak(key):
                self._ask_again(key, ear, now)

    def _listen(self, key: StreamKey, ear: _Ear, now: float) -> None:
        mark = self._quotes.received_at(key.con_id)
        if mark is not None and mark != ear.mark and not self._quotes.is_stale(key.con_id):
            ear.hear(now, mark)

    def _patience(self, key: StreamKey, ear: _Ear) -> float:
        """Return after how long silence counts; longer with each try that changed nothing."""
        if key.kind is StreamKind.QUOTES:
            usual = max(SHORTEST_SECONDS, HABITS * ear.usual_pause)
        else:
            usual = QUIET_SECONDS
        return min(usual * 2.0**ear.tries, LONGEST_SECONDS)

    def _should_speak(self, key: StreamKey) -> bool:
        if not self.is_in_session(key.con_id):
            return False
        return key.kind is StreamKind.QUOTES or self.is_alive(key.con_id)

    def _ask_again(self, key: StreamKey, ear: _Ear, now: float) -> None:
        ear.tries = min(ear.tries + 1, 10)
        ear.heard_at = now
        self._streams.renew_one(key)
        self._on_silent(key)
