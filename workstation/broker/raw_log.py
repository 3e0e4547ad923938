"""Keeps the newest messages in and out, but for market data, so that they can be looked at."""

from collections import deque
from datetime import datetime
from itertools import islice

from ibapi.message import IN, OUT

from workstation.broker.recording_filter import message_id
from workstation.broker.redaction import readable
from workstation.domain.clock import Clock
from workstation.domain.raw_message import RawMessage

MOST_KEPT = 5_000
MOST_BODY = 4_096
"""Of a longer message the beginning is kept, in bytes."""

MOST_READ = 1_000
"""No more messages are handed out at once: the newest."""


def _names(kinds: type) -> dict[int, str]:
    return {number: name for name, number in vars(kinds).items() if isinstance(number, int)}


_NAMES_IN, _NAMES_OUT = _names(IN), _names(OUT)


class RawLog:
    """Takes what is not market data; nothing is decoded until somebody looks. Core thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: deque[tuple[int, datetime, bool, bytes]] = deque(maxlen=MOST_KEPT)
        self._count = 0

    def take_in(self, body: bytes) -> None:
        """Keep a message that came."""
        self._keep(body, is_out=False)

    def take_out(self, body: bytes) -> None:
        """Keep a message that went."""
        self._keep(body, is_out=True)

    def read(self, after: int) -> tuple[RawMessage, ...]:
        """Return the newest messages with a number above `after`, oldest first."""
        newer = min(self._count - after, len(self._kept), MOST_READ)
        if newer <= 0:
            return ()
        found = islice(self._kept, len(self._kept) - newer, None)
        return tuple(self._shown(*each) for each in found)

    def _keep(self, body: bytes, *, is_out: bool) -> None:
        self._count += 1
        self._kept.append((self._count, self._clock.now(), is_out, body[:MOST_BODY]))

    @staticmethod
    def _shown(number: int, time: datetime, is_out: bool, body: bytes) -> RawMessage:  # noqa: FBT001 -- as kept
        kind = message_id(body)
        names = _NAMES_OUT if is_out else _NAMES_IN
        name = "greeting" if kind is None else names.get(kind, "?")
        return RawMessage(number, time, is_out, name, readable(body))
