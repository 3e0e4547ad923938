"""Whose list is coming: the broker's lists of orders and positions carry no number.

Requests of one kind are answered in the order in which they left, so the first who asked owns
the rows up to the next end.
"""

from collections import deque
from dataclasses import dataclass
from typing import Any, Protocol

from workstation.domain.clock import Clock
from workstation.domain.reports import ListKind

FORGET_SECONDS = 120.0
"""An end that has not come by then never will."""


class Taker(Protocol):
    """Who wants the rows of a list."""

    def row(self, value: Any) -> None:
        """Take one row."""
        ...

    def end(self) -> None:
        """Know that all rows have come."""
        ...


@dataclass(slots=True)
class _Ticket:
    asked_at: float
    taker: Taker | None


class ListTickets:
    """Matches the broker's lists with those who asked for them. Core thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[ListKind, deque[_Ticket]] = {kind: deque() for kind in ListKind}

    def asked(self, kind: ListKind, taker: Taker | None = None) -> None:
        """Note that a request has left; without a taker its rows are for the desk alone."""
        self._waiting[kind].append(_Ticket(self._clock.monotonic(), taker))

    def give_up(self, taker: Taker) -> None:
        """Let the rows of a request be nobody's: its end will still come."""
        for waiting in self._waiting.values():
            for ticket in waiting:
                if ticket.taker is taker:
                    ticket.taker = None

    def row(self, kind: ListKind, value: Any) -> None:
        """Give a row to the first who waits."""
        waiting = self._waiting[kind]
        self._forget(waiting)
        if waiting and (taker := waiting[0].taker) is not None:
            taker.row(value)

    def ended(self, kind: ListKind) -> None:
        """Tell the first who waits that the list is whole."""
        waiting = self._waiting[kind]
        self._forget(waiting)
        if waiting and (taker := waiting.popleft().taker) is not None:
            taker.end()

    def clear(self) -> None:
        """Forget all: the session is over."""
        for waiting in self._waiting.values():
            waiting.clear()

    def _forget(self, waiting: deque[_Ticket]) -> None:
        horizon = self._clock.monotonic() - FORGET_SECONDS
        while waiting and waiting[0].asked_at < horizon:
            waiting.popleft()
