"""Puts questions to the broker and gives each exactly one answer: whole, or a typed failure."""

from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from workstation.broker import request_failures as failures
from workstation.broker.history_pacing import HistoryPacing
from workstation.broker.list_tickets import ListTickets
from workstation.broker.outbox import Outgoing
from workstation.broker.pacing import Share
from workstation.broker.request_kinds import KINDS, Kind, bars_cost
from workstation.broker.request_writer import RequestWriter
from workstation.domain.clock import Clock
from workstation.domain.errors import EncodingError
from workstation.domain.ids import ReqId
from workstation.domain.ports import Reactor, Timer
from workstation.domain.queries import BarsPage
from workstation.domain.query import Query
from workstation.domain.reports import BrokerNotice

MOST_HELD = 5000
MOST_ENDED = 2000
AFTER_END = frozenset({162, 165, 300, 310, 366, 10187})
"""Says of a question that has ended that it is gone: expected."""
PASSING = frozenset({10090, 10091, 10167})
"""Comes with data; the question goes on, as it does after every warning."""
WARNINGS = range(2100, 2200)
FENCE_SECONDS = 1.0
"""How long rows without an end mark may come after the broker has answered something else."""
NO_ROOM_SECONDS = 0.05
FULL_SECONDS = 1.0

Answer = Callable[[Any], None]
"""Takes the answer of the question's type, or a RequestFailure; called once."""


@dataclass(slots=True, eq=False)
class Question:
    """One question on its way; the engine alone changes it."""

    query: Query[Any]
    kind: Kind
    answer: Answer
    frame: bytes
    req_id: ReqId
    rows: list[Any] = field(default_factory=list)
    outgoing: Outgoing | None = None
    is_held: bool = False
    is_out: bool = False
    is_over: bool = False
    heard_at: float = 0.0
    timer: Timer | None = None


@dataclass(slots=True, eq=False)
class _ListTaker:
    """Hands the rows of a list without number to the question that owns it."""

    question: Question
    engine: "RequestEngine"

    def row(self, value: Any) -> None:
        self.engine.collect(self.question, value)

    def end(self) -> None:
        self.engine.finish(self.question)


class RequestEngine:
    """Writes questions at the broker's pace, collects their answers, ends each once. Core thread.

    The wrapper's callbacks call row(), end(), whole(), told(), refused(); each tells whether the
    message was for a question of ours.
    """

    def __init__(self, reactor: Reactor, clock: Clock, writer: RequestWriter) -> None:
        self._reactor = reactor
        self._clock = clock
        self._writer = writer
        self._is_up = False
        self.lists = ListTickets(clock)
        self._pacing = HistoryPacing(clock)
        self._open: dict[int, Question] = {}
        self._by_key: dict[Hashable, list[Question]] = {}
        self._takers: dict[Question, _ListTaker] = {}
        self._held: deque[Question] = deque()
        self._last_of_kind: dict[str, float] = {}
        self._ended: dict[int, None] = {}
        """Numbers of the newest questions that have ended, the oldest first."""
        self._release: Timer | None = None

    # -- life of the session -------------------------------------------------------------------

    def session_up(self) -> None:
        """Take questions from now on."""
        self._is_up = True

    def session_ended(self, reason: str) -> None:
        """Fail every question: its answer will not come."""
        self._is_up = False
        self.lists.clear()
        self._ended.clear()
        self._last_of_kind.clear()
        if self._release is not None:
            self._release.cancel()
            self._release = None
        for question in tuple(self._open.values()):
            self._end(question, failures.session_ended(question.kind.name, reason))
        self._held.clear()

    @property
    def open_count(self) -> int:
        """Questions that have no answer yet."""
        return len(self._open)

    @property
    def open_history(self) -> int:
        """Questions for data of the past that the broker has not answered yet."""
        return self._pacing.open

    @property
    def spent_history(self) -> int:
        """How many strict history requests of the last ten minutes the broker counts."""
        return self._pacing.spent

    # -- asking --------------------------------------------------------------------------------

    def ask(self, query: Query[Any], answer: Answer) -> Question | None:
        """Put a question; `answer` is called once, also at once. None when it ended at once."""
        kind = KINDS[type(query)]
        if not self._is_up:
            answer(failures.not_connected(kind.name))
            return None
        if len(self._held) >= MOST_HELD:
            answer(failures.too_many(kind.name))
            return None
        try:
            req_id = self._writer.ids.new()
            frame = self._writer.encode(lambda client: kind.write(client, req_id, query))
        except (EncodingError, OverflowError, ValueError, TypeError) as error:
            answer(failures.unwritable(kind.name, str(error)))
            return None
        question = Question(query, kind, answer, frame, req_id)
        self._open[req_id] = question
        if self._joins(question):
            return question
        if kind.is_paced:
            question.is_held = True
            self._held.append(question)
            self._release_held()
        else:
            self._send(question)
        return question

    def cancel(self, question: Question) -> None:
        """Give a question up; the broker hears of it if it was asked. Its answer is a failure."""
        if not question.is_over:
            self._withdraw(question)
            self._end(question, failures.cancelled(question.kind.name))

    def _joins(self, question: Question) -> bool:
        """Let a question share the message without number that another waits for already."""
        if question.kind.key is None:
            return False
        same = self._by_key.setdefault(question.kind.key(question.query), [])
        same.append(question)
        if len(same) == 1:
            return False
        question.is_out = same[0].is_out
        if question.is_out:
            self._watch(question)
        return True

    def _send(self, question: Question) -> None:
        question.outgoing = self._writer.send(
            question.frame, question.kind.share, lambda: self._on_left(question)
        )
        if question.outgoing is None:
            name = question.kind.name
            full = self._writer.is_full
            self._end(question, failures.too_many(name) if full else failures.not_connected(name))

    def _on_left(self, question: Question) -> None:
        """Begin to wait: only now can the broker answer."""
        kind = question.kind
        if kind.list_kind is not None:
            taker = self._takers[question] = _ListTaker(question, self)
            self.lists.asked(kind.list_kind, taker)
        for each in self._sharing(question):
            if not each.is_over:
                each.is_out = True
                self._watch(each)
        if kind.has_fence:
            self._ask_fence()

    def _sharing(self, question: Question) -> list[Question]:
        if question.kind.key is None:
            return [question]
        return list(self._by_key.get(question.kind.key(question.query), [question]))

    def _ask_fence(self) -> None:
        frame = self._writer.encode(lambda client: client.reqCurrentTime())
        self._writer.send(frame, Share.HISTORY, lambda: None)

    # -- the broker's pace ---------------------------------------------------------------------

    def _release_held(self) -> None:
        """Let go what may leave now, and come back when the next one may."""
        if self._release is not None:
            self._release.cancel()
            self._release = None
        soonest: float | None = None
        for question in tuple(self._held):
            if not question.is_held:
                continue  # an answer to an earlier one let it go
            if question.is_over:
                self._drop_held(question)
                continue
            wait = self._wait_for(question)
            if wait <= 0:
                self._drop_held(question)
                self._take(question)
                self._send(question)
            else:
                soonest = wait if soonest is None else min(soonest, wait)
        if soonest is not None and self._release is None:
            self._release = self._reactor.call_later(soonest, self._release_held)

    def _drop_held(self, question: Question) -> None:
        question.is_held = False
        self._held.remove(question)

    def _wait_for(self, question: Question) -> float:
        kind, wait = question.kind, 0.0
        if kind.most_open and self._out_of(kind) >= kind.most_open:
            return FULL_SECONDS  # the end of one of them comes back here sooner
        if not self._writer.has_room(kind.share):
            wait = NO_ROOM_SECONDS  # what the rules count must leave when it is counted
        if kind.cost is not None:
            wait = max(wait, self._pacing.wait_for(kind.cost(question.query)))
        if kind.spacing and (last := self._last_of_kind.get(kind.name)) is not None:
            wait = max(wait, last + kind.spacing - self._clock.monotonic())
        return wait

    def wait_before(self, page: BarsPage) -> float:
        """Seconds until bars may be followed that begin with such a page, 0 for now."""
        return self._pacing.wait_for(bars_cost(page))

    def count(self, page: BarsPage) -> None:
        """Count bars that are followed from now on among the requests for history."""
        self._pacing.take(bars_cost(page))
        self._pacing.answered()  # those that stay open are counted by who follows them

    def _out_of(self, kind: Kind) -> int:
        return sum(each.is_out for each in self._open.values() if each.kind is kind)

    def _take(self, question: Question) -> None:
        if question.kind.cost is not None:
            self._pacing.take(question.kind.cost(question.query))
            question.is_out = True  # it counts as open from here on
        self._last_of_kind[question.kind.name] = self._clock.monotonic()

    # -- answers -------------------------------------------------------------------------------

    def row(self, number: int, value: Any) -> bool:
        """Take one row of an answer that an end will close."""
        question = self._open.get(number)
        if question is None:
            return number in self._ended
        self.collect(question, value)
        return True

    def end(self, number: int, extra: Any = None) -> bool:
        """Take the end of an answer."""
        question = self._open.get(number)
        if question is None:
            return number in self._ended
        self.finish(question, extra)
        return True

    def whole(self, number: int, value: Any) -> bool:
        """Take an answer that is one message."""
        return self.row(number, value) and self.end(number)

    def told(self, key: Hashable, value: Any) -> None:
        """Take an answer that is one message without a number."""
        for question in list(self._by_key.get(key, ())):
            if question.is_out:
                self.collect(question, value)
                self.finish(question)

    def told_row(self, key: Hashable, value: Any) -> None:
        """Take one row without a number or an end."""
        for question in list(self._by_key.get(key, ())):
            if question.is_out:
                self.collect(question, value)

    def fence_passed(self) -> None:
        """Take the answer to the second question of those that have no end mark."""
        for question in self._open.values():
            if question.kind.has_fence and question.is_out:
                self._reactor.call_later(FENCE_SECONDS, partial(self.finish, question))

    def refused(self, notice: BrokerNotice) -> bool:
        """Take a coded message about a question; False when it is about something else."""
        number = notice.subject
        if number is None:
            return False
        question = self._open.get(number)
        if question is None:
            return number in self._ended and notice.code in AFTER_END
        if notice.code in PASSING or notice.code in WARNINGS:
            return False
        if question.kind.empty(notice):
            self.finish(question)
        else:
            self._end(question, failures.refused(question.kind.name, notice))
        return True

    def collect(self, question: Question, value: Any) -> None:
        """Keep a row; the broker is not silent."""
        if not question.is_over:
            question.rows.append(value)
            question.heard_at = self._clock.monotonic()

    def finish(self, question: Question, extra: Any = None) -> None:
        """Answer with what has come, which is all."""
        if question.is_over:
            return
        try:
            result = question.kind.answer(question.query, question.rows, extra)
        except (ValueError, IndexError, TypeError) as error:
            result = failures.unreadable(question.kind.name, type(error).__name__)
        if question.kind.streams:
            self._write_cancel(question)
        self._end(question, result)

    # -- the end of a question -----------------------------------------------------------------

    def _watch(self, question: Question) -> None:
        question.heard_at = self._clock.monotonic()
        self._arm(question, question.kind.seconds)

    def _arm(self, question: Question, seconds: float) -> None:
        def look() -> None:
            if question.is_over:
                return
            left = question.heard_at + question.kind.seconds - self._clock.monotonic()
            if left > 0:
                self._arm(question, left)
            else:
                self._withdraw(question)
                name = question.kind.name
                self._end(question, failures.timed_out(name, question.kind.seconds))

        question.timer = self._reactor.call_later(seconds, look)

    def _withdraw(self, question: Question) -> None:
        """Take a question back that has not left; tell the broker of one that has."""
        if question.outgoing is not None and question.timer is None:
            if len(self._sharing(question)) == 1:
                question.outgoing.withdraw()
        elif question.is_out and question.timer is not None:
            self._write_cancel(question)

    def _write_cancel(self, question: Question) -> None:
        cancel = question.kind.cancel
        others = [each for each in self._sharing(question) if each is not question]
        if cancel is None or others or not self._is_up:
            return
        try:
            frame = self._writer.encode(lambda client: cancel(client, question.req_id))
        except EncodingError:
            return  # the agreed version knows no cancel of this kind
        self._writer.send(frame, question.kind.share, lambda: None)

    def _end(self, question: Question, result: Any) -> None:
        """Forget a question, then answer: the answer may be the next question."""
        if question.is_over:
            return
        question.is_over = True
        if question.timer is not None:
            question.timer.cancel()
        self._open.pop(question.req_id, None)
        self._note_ended(question.req_id)
        if question.kind.key is not None:
            self._leave_key(question)
        if (taker := self._takers.pop(question, None)) is not None:
            self.lists.give_up(taker)
        if question.kind.cost is not None and question.is_out:
            self._pacing.answered()
        if self._held and self._is_up:
            self._release_held()
        question.answer(result)

    def _note_ended(self, number: int) -> None:
        self._ended[number] = None
        if len(self._ended) > MOST_ENDED:
            del self._ended[next(iter(self._ended))]

    def _leave_key(self, question: Question) -> None:
        assert question.kind.key is not None
        key = question.kind.key(question.query)
        same = self._by_key.get(key, [])
        if question in same:
            same.remove(question)
        if not same:
            self._by_key.pop(key, None)
