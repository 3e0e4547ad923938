"""What is known of the events of each contract: asked for once, shared by every chart."""

import weakref
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

import shiboken6

from workstation.bridge.commands import CommandPort
from workstation.domain.commands import (
    Answered,
    Ask,
    Command,
    CommandResult,
    Failed,
    HeadlinesAnswer,
    RequestHeadlines,
)
from workstation.domain.company_events import (
    CALENDAR_TAGS,
    CompanyEvent,
    DividendOutlook,
    EventKind,
    EventsUnreadableError,
    read_calendar,
)
from workstation.domain.contract import Contract
from workstation.domain.ids import ConId
from workstation.domain.news import Headline
from workstation.domain.queries import DividendsOf, WshEvents, WshMeta
from workstation.domain.query import FailureKind, RequestFailure
from workstation.ui import text

PAST, COMING = timedelta(days=3 * 365), timedelta(days=365)
"""How far back and ahead the calendar is asked."""

MOST_NEWS = 300
MOST_CONTRACTS = 64
"""Contracts whose events are remembered, those looked at last."""

_CALENDAR = "Wall Street Horizon"
_PASSING = {
    FailureKind.NOT_CONNECTED,
    FailureKind.SESSION_ENDED,
    FailureKind.CANCELLED,
    FailureKind.TOO_MANY,
}


@dataclass(slots=True)
class Known:
    """What is known of one contract's events, and what not and why."""

    contract: Contract
    calendar: dict[str, tuple[CompanyEvent, ...]] = field(default_factory=dict)
    outlook: DividendOutlook | None = None
    news: dict[tuple[str, str], CompanyEvent] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    """Sources that have not answered yet."""

    notes: dict[str, str] = field(default_factory=dict)
    """Why a source gave nothing, by its name."""

    version: int = 0

    @property
    def events(self) -> tuple[CompanyEvent, ...]:
        """Everything there is; the same dividend of two sources once."""
        found = [event for events in self.calendar.values() for event in events]
        coming = _next_dividend(self)
        if coming is not None and not any(
            (each.kind, each.day) == (coming.kind, coming.day) for each in found
        ):
            found.append(coming)
        return (*found, *self.news.values())


class Listener(Protocol):
    """A QObject that shows events."""

    def events_known(self, con_id: ConId) -> None:
        """Take note that more is known of a contract."""
        ...


class EventBook:
    """Asks the broker's calendar, its dividends and its headlines. GUI thread.

    The calendar takes one question at a time, and none before its kinds were asked for.
    """

    def __init__(self, commands: CommandPort) -> None:
        self._commands = weakref.ref(commands)
        self._known: dict[ConId, Known] = {}
        self._listeners: weakref.WeakSet[Listener] = weakref.WeakSet()
        self._queue: deque[tuple[ConId, str]] = deque()
        self._is_busy = self._has_kinds = False
        self._no_calendar = ""
        """Why the calendar cannot be read at all."""

    def join(self, listener: Listener) -> None:
        """Tell a listener of news for as long as it lives."""
        self._listeners.add(listener)

    def known(self, con_id: ConId | None) -> Known | None:
        """Return what is known of a contract, None before it was asked for."""
        found = None if con_id is None else self._known.pop(con_id, None)
        if con_id is not None and found is not None:
            self._known[con_id] = found  # the last one to be forgotten
        return found

    def ask(self, contract: Contract, *, again: bool = False) -> None:
        """Ask for the events of a contract, once; `again` asks what is known already, too."""
        con_id = contract.con_id
        if con_id in self._known and (not again or self._known[con_id].waiting):
            return
        self._known.pop(con_id, None)
        known = self._known[con_id] = Known(contract)
        if len(self._known) > MOST_CONTRACTS:
            del self._known[next(iter(self._known))]
        if again:
            self._no_calendar, self._has_kinds = "", False
        known.waiting.add("news")
        self._send(RequestHeadlines(con_id), partial(self._take_headlines, known))
        if contract.sec_type == "STK":
            known.waiting.add("dividends")
            self._send(Ask(DividendsOf(contract)), partial(self._take_outlook, known))
            known.waiting.update(CALENDAR_TAGS)
            self._queue.extend((con_id, tag) for tag in CALENDAR_TAGS)
            self._pump()

    def take_headline(self, headline: Headline) -> None:
        """Add news as it happens, to what was asked for."""
        known = self._known.get(headline.con_id)
        if known is not None:
            self._put_news(known, (headline,))
            self._tell(known)

    def _send(self, command: Command, taken: Callable[[CommandResult], None]) -> None:
        commands = self._commands()
        if commands is not None:
            commands.send(command, taken)

    # -- the calendar -------------------------------------------------------------------------

    def _pump(self) -> None:
        """Put the next question, if none is under way."""
        if self._is_busy or not self._queue:
            return
        if self._no_calendar:
            while self._queue:
                self._finish(*self._queue.popleft(), self._no_calendar)
            return
        self._is_busy = True
        if not self._has_kinds:
            self._send(Ask(WshMeta()), self._take_kinds)
            return
        con_id, tag = self._queue.popleft()
        now = datetime.now(UTC)
        query = WshEvents(con_id=con_id, event_type=tag, begin=now - PAST, end=now + COMING)
        self._send(Ask(query), partial(self._take_events, con_id, tag))

    def _take_kinds(self, result: CommandResult) -> None:
        self._is_busy = False
        if isinstance(result, Answered):
            self._has_kinds = True
            self._pump()
            return
        reason = _reason(result)
        for con_id, tag in self._queue:
            self._finish(con_id, tag, reason)
        self._queue.clear()
        if not _passes(result):
            self._no_calendar = reason

    def _take_events(self, con_id: ConId, tag: str, result: CommandResult) -> None:
        self._is_busy = False
        known = self._known.get(con_id)
        reason = ""
        if isinstance(result, Answered):
            try:
                content = result.value if isinstance(result.value, str) else ""
                if known is not None:
                    known.calendar[tag] = read_calendar(content)
            except EventsUnreadableError as error:
                reason = str(error)
        else:
            reason = _reason(result)
            self._has_kinds = False  # they are of a session, which may be another one now
        self._finish(con_id, tag, reason)
        self._pump()

    def _finish(self, con_id: ConId, tag: str, reason: str) -> None:
        known = self._known.get(con_id)
        if known is None:
            return
        known.waiting.discard(tag)
        if reason:
            known.notes[_CALENDAR] = reason
        self._tell(known)

    # -- the other sources --------------------------------------------------------------------

    def _take_outlook(self, known: Known, result: CommandResult) -> None:
        known.waiting.discard("dividends")
        if isinstance(result, Answered) and isinstance(result.value, DividendOutlook):
            known.outlook = result.value
        elif not (isinstance(result, RequestFailure) and result.kind is FailureKind.TIMED_OUT):
            known.notes["Dividends"] = _reason(result)  # one that pays nothing gets no answer
        self._forget_passing(known, result)
        self._tell(known)

    def _take_headlines(self, known: Known, result: CommandResult) -> None:
        known.waiting.discard("news")
        if isinstance(result, HeadlinesAnswer):
            self._put_news(known, result.headlines)
        else:
            known.notes["News"] = _reason(result)
        self._forget_passing(known, result)
        self._tell(known)

    def _put_news(self, known: Known, headlines: tuple[Headline, ...]) -> None:
        for headline in headlines:
            title = text.one_line(headline.text, 120)
            event = CompanyEvent(
                EventKind.NEWS,
                headline.time.date(),
                title,
                (text.one_line(headline.provider, 20),),
                time=headline.time,
            )
            known.news[headline.provider, headline.article_id] = event
        for key in sorted(known.news, key=lambda key: known.news[key].day)[:-MOST_NEWS]:
            del known.news[key]

    def _forget_passing(self, known: Known, result: CommandResult) -> None:
        """Let a question that only the link prevented be put again with the next bars."""
        if _passes(result) and self._known.get(known.contract.con_id) is known:
            del self._known[known.contract.con_id]

    def _tell(self, known: Known) -> None:
        known.version += 1
        for listener in tuple(self._listeners):
            if shiboken6.isValid(listener):
                listener.events_known(known.contract.con_id)


def _next_dividend(known: Known) -> CompanyEvent | None:
    outlook = known.outlook
    if outlook is None or outlook.next_day is None:
        return None
    amount = outlook.next_amount
    paid = "" if amount is None else f" {amount:g} {known.contract.currency}"
    return CompanyEvent(EventKind.DIVIDEND, outlook.next_day, f"ex-dividend{paid}")


def _passes(result: CommandResult) -> bool:
    return isinstance(result, RequestFailure | Failed) and result.kind in _PASSING


def _reason(result: CommandResult) -> str:
    if isinstance(result, RequestFailure):
        return text.one_line(" ".join(filter(None, (result.text, result.advice))), 160)
    return text.one_line(getattr(result, "reason", "") or "no answer came", 160)


_books: "weakref.WeakKeyDictionary[CommandPort, EventBook]" = weakref.WeakKeyDictionary()


def book_of(commands: CommandPort) -> EventBook:
    """Return the one book of the window that sends by this port."""
    if commands not in _books:
        _books[commands] = EventBook(commands)
    return _books[commands]
