"""Questions leave at the broker's pace, share what they can, and lists find their owner."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.asked_gateway import AskedGateway
from tests.helpers.scripted_peer import Rig, message, open_rig
from tests.helpers.virtual_time import VirtualClock
from tests.unit.requests.kinds import AAPL, NOW
from workstation.broker import request_kinds
from workstation.broker.history_pacing import BURST, MOST_OPEN, HistoryCost, HistoryPacing
from workstation.domain import queries
from workstation.domain.bar import BarSize, Show
from workstation.domain.contract import Contract
from workstation.domain.ids import ConId
from workstation.domain.queries import BarsPage
from workstation.domain.query import FailureKind, RequestFailure


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[AskedGateway]:
    made = AskedGateway(tmp_path)
    yield made
    assert made.errors == []
    made.close()


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    with open_rig(monkeypatch) as made:
        yield made.up()


def small(number: int, show: Show = Show.TRADES) -> BarsPage:
    """Ask for small bars of one contract, each time of another span."""
    span = f"{30 + number} S"
    return BarsPage(contract=AAPL, length=BarSize.SECOND_1, span=span, before=NOW, show=show)


def days(con_id: int) -> BarsPage:
    contract = Contract(con_id=ConId(con_id), symbol="X")
    return BarsPage(contract=contract, length=BarSize.DAY_1, span="5 D")


# -- the rules of history --------------------------------------------------------------------------


def test_the_simulated_gateway_never_has_to_refuse_for_pace(gateway: AskedGateway) -> None:
    answers: list[object] = []
    wanted = [small(number) for number in range(20)] + [small(number) for number in range(5)]
    for query in wanted:
        gateway.engine.ask(query, answers.append)
    gateway.until(lambda: len(answers) == len(wanted), seconds=60)

    assert not [each for each in answers if isinstance(each, RequestFailure)]


@settings(max_examples=60)
@given(
    asked=st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 6), st.booleans(), st.floats(0, 40)),
        max_size=120,
    )
)
def test_no_order_of_requests_breaks_a_rule(
    asked: list[tuple[int, int, bool, float]],
) -> None:
    clock = VirtualClock()
    pacing = HistoryPacing(clock)
    left: list[tuple[float, int, tuple[int, int], int]] = []
    for series, request, is_double, pause in asked:
        name = (series, request)
        cost = HistoryCost(series=series, request=name, strict=True, weight=1 + is_double)
        while (wait := pacing.wait_for(cost)) > 0:
            clock.seconds += wait
        pacing.take(cost)
        pacing.answered()
        left.append((clock.seconds, series, name, 1 + is_double))
        clock.seconds += pause
    for place, (at, series, name, _) in enumerate(left):
        earlier = left[: place + 1]
        assert sum(w for t, _, _, w in earlier if t > at - 600) <= 60
        assert sum(t > at - 2 and s == series for t, s, _, _ in earlier) <= BURST
        assert sum(t > at - 15 and n == name for t, _, n, _ in earlier) == 1


def test_fifty_histories_are_open_and_the_next_waits_for_an_end(rig: Rig) -> None:
    answers: list[object] = []
    for number in range(MOST_OPEN + 1):
        rig.session.requests.ask(days(1000 + number), answers.append)
    rig.loop.pass_time(5)
    asked = [each for each in rig.received() if each[0] == b"20"]
    assert len(asked) == MOST_OPEN

    rig.say(message(17, asked[0][1], 0) + message(108, asked[0][1], "", ""))
    rig.loop.pass_time(1)
    assert answers == [()]
    assert [each[0] for each in rig.received()] == [b"20"]


def test_matching_symbols_leave_once_a_second(rig: Rig) -> None:
    for text in ("A", "AA", "AAP"):
        rig.session.requests.ask(queries.MatchSymbols(text), lambda answer: None)
    moments: deque[int] = deque()
    for tenth in range(30):
        rig.loop.pass_time(0.1)
        moments.extend(tenth for each in rig.received() if each[0] == b"81")

    assert len(moments) == 3
    assert min(b - a for a, b in zip(moments, list(moments)[1:], strict=False)) >= 9


def test_a_question_that_waits_leaves_no_trace_when_it_is_given_up(rig: Rig) -> None:
    answers: list[RequestFailure] = []
    rig.session.requests.ask(queries.MatchSymbols("A"), lambda answer: None)
    question = rig.session.requests.ask(queries.MatchSymbols("B"), answers.append)
    assert question is not None
    rig.session.requests.cancel(question)
    rig.loop.pass_time(3)

    assert [each.kind for each in answers] == [FailureKind.CANCELLED]
    assert len([each for each in rig.received() if each[0] == b"81"]) == 1


def test_silence_is_counted_from_the_moment_a_question_leaves(rig: Rig) -> None:
    answers: list[RequestFailure] = []
    for number in range(300):
        query = queries.ArticleOf("SIMB", str(number))
        rig.session.requests.ask(query, answers.append)
    alive_for(rig, 29)
    assert not answers
    alive_for(rig, 4)
    assert 0 < len(answers) < 150
    alive_for(rig, 15)
    assert len(answers) == 300
    assert {each.kind for each in answers} == {FailureKind.TIMED_OUT}


def alive_for(rig: Rig, seconds: int) -> None:
    """Let time pass with a broker that answers nothing but the probes."""
    for _ in range(seconds):
        rig.loop.pass_time(1)
        rig.received()
        rig.say(message(49, 1, 1_700_000_000))


def test_rows_that_keep_coming_are_no_silence(rig: Rig) -> None:
    answers: list[object] = []
    question = rig.session.requests.ask(queries.Executions(), answers.append)
    assert question is not None
    for _ in range(4):
        rig.loop.pass_time(10)
        rig.session.requests.row(question.req_id, "a row")
        rig.say(message(49, 1, 1_700_000_000))
    assert answers == []
    rig.say(message(55, 1, question.req_id))

    assert answers == [("a row",) * 4]


# -- answers without a number ----------------------------------------------------------------------


def position(con_id: int, quantity: int) -> bytes:
    contract = (con_id, "X", "STK", "", 0, "", "", "SMART", "USD", "X", "X")
    return message(61, 3, "SIM0000001", *contract, quantity, 10)


def test_a_list_belongs_to_the_first_who_asked(rig: Rig) -> None:
    first: list[object] = []
    second: list[object] = []
    rig.session.account.positions()
    rig.session.requests.ask(queries.Positions(), first.append)
    rig.session.requests.ask(queries.Positions(), second.append)
    end = message(62, 1)

    rig.say(position(1, 100) + end)
    assert first == []
    rig.say(position(1, 100) + position(2, 5) + position(3, 0) + end)
    assert second == []
    assert [row.con_id for row in first[0]] == [1, 2]  # type: ignore[attr-defined]
    rig.say(end)
    assert second == [()]


def test_the_end_of_a_list_that_was_given_up_is_nobody_elses(rig: Rig) -> None:
    gone: list[object] = []
    stays: list[object] = []
    question = rig.session.requests.ask(queries.OpenOrders(), gone.append)
    rig.session.requests.ask(queries.OpenOrders(), stays.append)
    assert question is not None
    rig.session.requests.cancel(question)
    rig.say(message(53, 1))
    assert stays == []
    rig.say(message(53, 1))

    assert stays == [()]


def test_one_message_answers_all_who_wait_for_it(rig: Rig) -> None:
    answers: list[object] = []
    for _ in range(3):
        rig.session.requests.ask(queries.MarketRule(26), answers.append)
    rig.session.requests.ask(queries.MarketRule(27), answers.append)
    assert len([each for each in rig.received() if each[0] == b"91"]) == 2
    rig.say(message(93, 26, 1, 0, 0.01))

    assert len(answers) == 3
    rig.say(message(93, 27, 1, 0, 0.05))
    assert len(answers) == 4


def test_late_rows_and_ends_of_an_ended_question_go_nowhere(rig: Rig) -> None:
    answers: list[object] = []
    question = rig.session.requests.ask(
        queries.FindContracts(queries.ContractFilter()), answers.append
    )
    assert question is not None
    rig.session.requests.cancel(question)
    rig.say(message(52, 1, question.req_id))
    rig.say(message(4, question.req_id, 366, "No historical data query found", "", 0))

    assert len(answers) == 1
    assert rig.reports == []


def test_a_warning_does_not_end_a_question(rig: Rig) -> None:
    answers: list[object] = []
    question = rig.session.requests.ask(queries.UserInfo(), answers.append)
    assert question is not None
    rig.say(message(4, question.req_id, 2107, "farm inactive", "", 0))
    assert answers == []
    rig.say(message(107, question.req_id, "wb"))

    assert answers == ["wb"]


def test_an_answer_may_put_the_next_question(rig: Rig) -> None:
    chain: list[object] = []

    def next_one(answer: object) -> None:
        chain.append(answer)
        rig.session.requests.ask(queries.UserInfo(), chain.append)

    rig.session.requests.ask(queries.UserInfo(), next_one)
    (first,) = rig.received()
    rig.say(message(107, first[1], "a"))
    (second,) = rig.received()
    rig.say(message(107, second[1], "b"))
    rig.session.close("over")

    assert chain == ["a", "b"]


def test_questions_that_differ_by_less_than_the_broker_reads_are_the_same() -> None:
    page = replace(small(1), before=NOW)
    later = replace(page, before=NOW.replace(microsecond=0) + timedelta(microseconds=900_000))
    other = replace(page, before=NOW + timedelta(seconds=1))
    cost = request_kinds.bars_cost
    assert cost(page).request == cost(later).request
    assert cost(page).request != cost(other).request
