"""History of any span comes in pages, backwards, within the limits, and can be given up."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.virtual_time import VirtualClock
from tests.unit.requests.kinds import AAPL
from workstation.broker.request_failures import cancelled, timed_out
from workstation.desk.paged_history import PagedHistory, page_of, span_text
from workstation.domain.bar import Bar, BarSize
from workstation.domain.queries import BarsPage, History
from workstation.domain.query import FailureKind, Progress, RequestFailure

NOW = VirtualClock().now()


class Broker:
    """Holds bars and serves pages of them, as much as a page asks for."""

    def __init__(self, times: list[datetime]) -> None:
        self.bars = [Bar(time, 1.0, 1.0, 1.0, 1.0, 1.0) for time in sorted(set(times))]
        self.pages: list[BarsPage] = []
        self.waiting: list[Callable[[Any], None]] = []
        self.answers_at_once = True

    def ask(self, query: Any, answer: Callable[[Any], None]) -> Any:
        self.pages.append(query)
        if self.answers_at_once:
            answer(self.page(query))
        else:
            self.waiting.append(answer)
        return query

    def cancel(self, question: Any) -> None:
        self.waiting.pop()(cancelled("history"))

    def page(self, query: BarsPage) -> tuple[Bar, ...]:
        end = query.before or NOW
        begin = end - span_of(query.span)
        return tuple(bar for bar in self.bars if begin <= bar.time <= end)


def span_of(written: str) -> timedelta:
    count, unit = written.split()
    return (
        int(count) * {"S": timedelta(seconds=1), "D": timedelta(days=1), "Y": timedelta(365)}[unit]
    )


def fetch(broker: Broker, length: BarSize, begin: datetime, end: datetime | None = None) -> Any:
    results: list[Any] = []
    told: list[Progress] = []
    query = History(contract=AAPL, length=length, begin=begin, end=end)
    PagedHistory(broker, VirtualClock(), query, results.append, told.append).start()
    assert len(results) == 1
    assert [each.share for each in told] == sorted(each.share for each in told)
    assert all(0 < each.share < 1 for each in told)
    return results[0]


@settings(max_examples=60, deadline=None)
@given(
    length=st.sampled_from(list(BarSize)),
    pages=st.floats(0.05, 4.5),
    steps=st.lists(st.integers(1, 400), max_size=200),
    ends_now=st.booleans(),
)
def test_every_bar_of_the_span_comes_once_and_in_order(
    length: BarSize, pages: float, steps: list[int], ends_now: bool
) -> None:
    times, time = [], NOW
    for step in steps:
        time -= timedelta(seconds=length.seconds) * min(step, 3)
        times.append(time)
    reach = timedelta(days=170) if length.seconds <= 30 else timedelta(days=40_000)
    begin = NOW - min(page_of(length) * pages, reach)
    broker = Broker(times)
    end = None if ends_now else NOW
    bars = fetch(broker, length, begin, end)

    wanted = [each for each in broker.bars if begin <= each.time < NOW]
    known = [each.time for each in bars]
    assert known == sorted(set(known))
    assert bars == tuple(wanted)
    for page in broker.pages:
        assert span_of(page.span) <= limit_of(length)


def limit_of(length: BarSize) -> timedelta:
    """What the broker allows of one request. Source: tws-wire.md 3.1."""
    if length.seconds == 1:
        return timedelta(seconds=2000)
    if length.seconds <= 30:
        return timedelta(seconds=86_400)
    return timedelta(days=68 * 365)


def test_a_hole_of_some_days_does_not_end_it() -> None:
    times = [NOW - timedelta(minutes=1), NOW - timedelta(days=9)]
    bars = fetch(Broker(times), BarSize.MINUTE_1, NOW - timedelta(days=10))
    assert len(bars) == 2


def test_before_the_first_bar_of_all_it_stops_asking() -> None:
    broker = Broker([NOW - timedelta(days=1)])
    bars = fetch(broker, BarSize.MINUTE_1, NOW - timedelta(days=3000))
    assert len(bars) == 1
    assert len(broker.pages) < 12


def test_nothing_at_all_is_an_empty_answer() -> None:
    assert fetch(Broker([]), BarSize.DAY_1, NOW - timedelta(days=30)) == ()


@pytest.mark.parametrize(
    ("length", "begin", "end", "word"),
    [
        (BarSize.SECOND_30, NOW - timedelta(days=200), None, "six months"),
        (BarSize.DAY_1, NOW, NOW, "before it begins"),
        (BarSize.DAY_1, datetime(2020, 1, 1), None, "no zone"),  # noqa: DTZ001 - the fault
    ],
)
def test_what_the_broker_would_refuse_is_not_asked(
    length: BarSize, begin: datetime, end: datetime | None, word: str
) -> None:
    broker = Broker([])
    result = fetch(broker, length, begin, end)

    assert isinstance(result, RequestFailure)
    assert result.kind is FailureKind.UNWRITABLE
    assert word in result.text
    assert broker.pages == []


def test_a_page_that_fails_fails_the_whole() -> None:
    broker, results = Broker([NOW - timedelta(days=1)]), []
    broker.answers_at_once = False
    query = History(contract=AAPL, length=BarSize.MINUTE_1, begin=NOW - timedelta(days=20))
    PagedHistory(broker, VirtualClock(), query, results.append, lambda _: None).start()
    broker.waiting.pop()(broker.page(broker.pages[0]))
    assert results == []
    broker.waiting.pop()(timed_out("history", 60))

    assert [each.kind for each in results] == [FailureKind.TIMED_OUT]


def test_given_up_it_asks_no_more() -> None:
    broker, results = Broker([]), []
    broker.answers_at_once = False
    query = History(contract=AAPL, length=BarSize.MINUTE_1, begin=NOW - timedelta(days=20))
    pages = PagedHistory(broker, VirtualClock(), query, results.append, lambda _: None)
    pages.start()
    pages.cancel()
    pages.cancel()

    assert [each.kind for each in results] == [FailureKind.CANCELLED]
    assert len(broker.pages) == 1


@pytest.mark.parametrize(
    ("span", "length", "written"),
    [
        (timedelta(minutes=30), BarSize.SECOND_1, "1800 S"),
        (timedelta(hours=5), BarSize.MINUTE_5, "18000 S"),
        (timedelta(hours=30), BarSize.MINUTE_5, "2 D"),
        (timedelta(hours=5), BarSize.DAY_1, "1 D"),
        (timedelta(days=365), BarSize.DAY_1, "365 D"),
        (timedelta(days=366), BarSize.DAY_1, "2 Y"),
        (timedelta(days=3), BarSize.WEEK_1, "7 D"),
    ],
)
def test_spans_are_written_as_the_broker_wants_them(
    span: timedelta, length: BarSize, written: str
) -> None:
    assert span_text(span, length) == written


def test_the_times_of_an_answer_are_aware() -> None:
    bars = fetch(Broker([NOW - timedelta(days=2)]), BarSize.DAY_1, NOW - timedelta(days=30))
    assert bars[0].time.tzinfo is UTC
