"""Which held shares will be split: a split cancels what is good till cancelled.

The broker's calendar (Wall Street Horizon, where the login is entitled to it) is asked about one
share at a time, once a day, and only about shares whose stops it concerns.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from workstation.domain.clock import Clock
from workstation.domain.company_events import EventKind, EventsUnreadableError, read_calendar
from workstation.domain.ids import ConId
from workstation.domain.queries import WshEvents, WshMeta
from workstation.domain.query import Query, RequestFailure

AHEAD = timedelta(days=180)
RETRY_SECONDS = 900.0
"""After an answer that was none the calendar is left alone for so long."""

_TAG = "wshe_splits"

AskBroker = Callable[[Query[Any], Callable[[Any], None]], object]
"""Puts a question to the broker; the answer may come at once."""


def ask_nobody(_query: Query[Any], _answer: Callable[[Any], None]) -> None:
    """Stand in where no broker is asked: no answer ever comes."""


class ComingSplits:
    """Knows the next split of each share it was asked about. Core thread."""

    def __init__(self, clock: Clock, ask: AskBroker) -> None:
        self._clock = clock
        self._ask = ask
        self._days: dict[ConId, date] = {}
        self._asked_on: dict[ConId, date] = {}
        self._has_kinds = False
        self._waits_until = 0.0

    def day_of(self, con_id: ConId) -> date | None:
        """Return the day of the next split, None where none is known to come."""
        day = self._days.get(con_id)
        return day if day is not None and day >= self._clock.now().date() else None

    def look(self, con_id: ConId) -> None:
        """Ask about a share, unless it was asked about today or another answer is awaited."""
        now = self._clock.monotonic()
        if self._asked_on.get(con_id) == self._clock.now().date() or now < self._waits_until:
            return
        self._waits_until = now + RETRY_SECONDS  # until the answer comes, or for good
        if not self._has_kinds:
            self._ask(WshMeta(), self._take_kinds)
            return
        self._asked_on[con_id] = self._clock.now().date()
        begin = self._clock.now()
        query = WshEvents(con_id=con_id, event_type=_TAG, begin=begin, end=begin + AHEAD)
        self._ask(query, lambda answer: self._take(con_id, answer))

    def _take_kinds(self, answer: object) -> None:
        if not isinstance(answer, RequestFailure):
            self._has_kinds, self._waits_until = True, 0.0

    def _take(self, con_id: ConId, answer: object) -> None:
        if isinstance(answer, RequestFailure):
            self._asked_on.pop(con_id, None)
            self._has_kinds = False  # another session wants to be asked for the kinds again
            return
        self._waits_until = 0.0
        try:
            events = read_calendar(str(answer))
        except EventsUnreadableError:
            return
        today = self._clock.now().date()
        days = [each.day for each in events if each.kind is EventKind.SPLIT and each.day >= today]
        if days:
            self._days[con_id] = min(days)
        else:
            self._days.pop(con_id, None)
