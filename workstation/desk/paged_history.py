"""Asks for any span of bars in pages, newest first, each as long as the broker allows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol

from workstation.domain.bar import Bar, BarSize
from workstation.domain.clock import Clock
from workstation.domain.queries import BarsPage, History
from workstation.domain.query import FailureKind, Progress, Query, RequestFailure

DAY, YEAR = timedelta(days=1), timedelta(days=365)
SMALL_BAR_SECONDS = 30
SMALL_BARS_REACH = timedelta(days=180)
"""Bars of 30 s and less reach no further back. Source: tws-wire.md 3.1."""
LONGEST_GAP = timedelta(days=14)
"""After so much time without a bar there is nothing older: halts and holidays are shorter."""

Answer = Callable[[Any], None]
Progressed = Callable[[Progress], None]


class Asker(Protocol):
    """The broker's engine as far as pages need it."""

    def ask(self, query: Query[Any], answer: Answer) -> Any:
        """Put a question; `answer` is called once."""
        ...

    def cancel(self, question: Any) -> None:
        """Give a question up."""
        ...


def page_of(length: BarSize) -> timedelta:
    """Return how much one request may span: at most some 2,000 bars, and the broker's limits."""
    seconds = length.seconds
    if seconds == 1:
        return timedelta(seconds=1800)  # 2,000 s at most
    if seconds <= SMALL_BAR_SECONDS:
        return timedelta(seconds=min(seconds * 1440, 28_800))  # 86,400 s at most
    if seconds < 3600:
        return DAY * min(max(seconds // 60 * 3, 3), 30)
    if seconds < 86_400:
        return DAY * 60
    return YEAR * 5 if seconds == 86_400 else YEAR * 20


def span_text(span: timedelta, length: BarSize) -> str:
    """Write a span as the broker wants it; days are rounded up, years where days end."""
    if length.seconds < 86_400 and span <= DAY:
        return f"{max(int(span.total_seconds()), length.seconds)} S"
    days = max(-(-span // DAY), -(-length.seconds // 86_400))
    return f"{days} D" if days <= 365 else f"{-(-days // 365)} Y"


class PagedHistory:
    """One History question on its way. Core thread.

    Pages end where the one before began, so there is no seam. A page without bars only says
    that nothing was traded then; the pages go on behind it until `begin`, or until two weeks
    held nothing.
    """

    def __init__(
        self, asker: Asker, clock: Clock, query: History, answer: Answer, progressed: Progressed
    ) -> None:
        self._asker = asker
        self._clock = clock
        self._query = query
        self._answer = answer
        self._progressed = progressed
        self._end = query.end or clock.now()
        self._before = self._end
        self._newest = query.end
        self._bars: list[tuple[Bar, ...]] = []
        self._rows = 0
        self._oldest_bar = self._end
        self._question: Any = None
        self._is_over = False

    def start(self) -> None:
        """Ask for the newest page."""
        if fault := self._fault():
            self._finish(fault)
        else:
            self._ask()

    def cancel(self) -> None:
        """Give up; the answer is a failure."""
        if self._question is not None:
            self._asker.cancel(self._question)

    def _fault(self) -> RequestFailure | None:
        query = self._query
        if query.begin.tzinfo is None or self._end.tzinfo is None:
            return _cannot("its times have no zone")
        if query.begin >= self._end:
            return _cannot("it ends before it begins")
        reach = self._clock.now() - SMALL_BARS_REACH
        if query.length.seconds <= SMALL_BAR_SECONDS and query.begin < reach:
            return _cannot("bars of 30 s and less reach no further back than six months")
        return None

    def _ask(self) -> None:
        span = min(page_of(self._query.length), self._before - self._query.begin)
        page = BarsPage(
            contract=self._query.contract,
            length=self._query.length,
            span=span_text(span, self._query.length),
            before=self._newest,
            show=self._query.show,
            regular_hours=self._query.regular_hours,
        )
        self._question = self._asker.ask(page, self._take)

    def _take(self, result: tuple[Bar, ...] | RequestFailure) -> None:
        self._question = None
        if isinstance(result, RequestFailure):
            self._finish(result)
            return
        query = self._query
        fresh = tuple(bar for bar in result if bar.time < self._before)
        page_begin = self._before - page_of(query.length)
        if fresh:
            self._bars.append(tuple(bar for bar in fresh if bar.time >= query.begin))
            self._rows += len(self._bars[-1])
            self._oldest_bar = fresh[0].time
            page_begin = fresh[0].time
        self._before = self._newest = page_begin
        empty_for = self._oldest_bar - self._before
        if self._before <= query.begin or (not fresh and empty_for > LONGEST_GAP):
            self._finish(tuple(bar for page in reversed(self._bars) for bar in page))
            return
        whole = self._end - query.begin
        self._progressed(Progress((self._end - self._before) / whole, self._rows))
        self._ask()

    def _finish(self, result: tuple[Bar, ...] | RequestFailure) -> None:
        if not self._is_over:
            self._is_over = True
            self._answer(result)


def _cannot(why: str) -> RequestFailure:
    return RequestFailure(
        kind=FailureKind.UNWRITABLE,
        text=f"The history cannot be asked for: {why}.",
        meaning="Nothing was sent. No order is touched by it.",
        advice="Choose another span or longer bars.",
    )
