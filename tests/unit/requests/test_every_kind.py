"""Every kind of question, against the simulated gateway: answer, refusal, silence, end, cancel."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.helpers.asked_gateway import AskedGateway
from tests.unit.requests.kinds import AAPL, NOBODY, SAMPLES, Sample
from workstation.broker.request_kinds import KINDS
from workstation.domain import queries
from workstation.domain.bar import BarSize
from workstation.domain.greeks import Greeks
from workstation.domain.queries import ContractFilter
from workstation.domain.query import FailureKind, RequestFailure

BY_NAME = [pytest.param(sample, id=sample.name) for sample in SAMPLES]
CURRENT_TIME = 49


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[AskedGateway]:
    made = AskedGateway(tmp_path)
    yield made
    assert made.errors == []
    made.close()


def test_every_kind_of_the_table_has_a_sample() -> None:
    assert {type(sample.query) for sample in SAMPLES} == set(KINDS)


@pytest.mark.parametrize("version", [176, 200, 226])
def test_every_kind_is_answered_or_refused(version: int, tmp_path: Path) -> None:
    gateway = AskedGateway(tmp_path, version)
    for sample in SAMPLES:
        answer = gateway.ask(sample.query)
        if sample.refuses_all is None:
            assert sample.fits(answer), (sample.name, answer)
        else:
            check_refused(answer, sample.refuses_all)
        if sample.refused is not None:
            check_refused(gateway.ask(sample.refused[0]), sample.refused[1])

    assert gateway.engine.open_count == 0
    assert gateway.reports_of_requests() == []
    assert gateway.errors == []
    gateway.close()


def check_refused(answer: object, code: int) -> None:
    assert isinstance(answer, RequestFailure), answer
    assert (answer.kind, answer.code) == (FailureKind.REFUSED, code)
    assert answer.text
    assert answer.meaning
    assert answer.advice


@pytest.mark.parametrize("sample", BY_NAME)
def test_silence_is_a_failure_and_never_empty(gateway: AskedGateway, sample: Sample) -> None:
    silent = [sample.message, *([CURRENT_TIME] if sample.message == 12 else [])]
    gateway.drop_requests(*silent)
    answer = gateway.ask(sample.query)

    assert isinstance(answer, RequestFailure)
    assert answer.kind is FailureKind.TIMED_OUT
    assert f"{KINDS[type(sample.query)].seconds:g} s" in answer.text
    gateway.turn()
    assert len(gateway.written(sample.cancel or 0)) == (sample.cancel is not None)
    assert gateway.engine.open_count == 0


@pytest.mark.parametrize("sample", BY_NAME)
def test_the_end_of_the_session_fails_it(gateway: AskedGateway, sample: Sample) -> None:
    gateway.drop_requests(sample.message)
    _, answers = gateway.put(sample.query)
    gateway.step()
    assert answers == []
    gateway.session.close("the cable was pulled")
    gateway.turn()

    (answer,) = answers
    assert answer.kind is FailureKind.SESSION_ENDED
    assert "the cable was pulled" in answer.text
    late = gateway.ask(sample.query)
    assert late.kind is FailureKind.NOT_CONNECTED


@pytest.mark.parametrize("sample", BY_NAME)
def test_a_question_that_is_given_up_is_cancelled_on_the_wire(
    gateway: AskedGateway, sample: Sample
) -> None:
    gateway.drop_requests(sample.message)
    question, answers = gateway.put(sample.query)
    gateway.step()
    assert question is not None
    gateway.engine.cancel(question)
    gateway.engine.cancel(question)
    gateway.step()

    assert [answer.kind for answer in answers] == [FailureKind.CANCELLED]
    cancels = gateway.written(sample.cancel) if sample.cancel is not None else []
    assert len(cancels) == (sample.cancel is not None)
    if sample.cancel not in {None, 13}:
        assert str(question.req_id) in cancels[0]
    assert gateway.engine.open_count == 0


@pytest.mark.parametrize("version", [200, 226])
def test_an_option_is_computed_both_ways(version: int, tmp_path: Path) -> None:
    gateway = AskedGateway(tmp_path, version)
    chain = gateway.ask(queries.OptionParameters(symbol="AAPL", con_id=AAPL.con_id))
    smart = next(part for part in chain if part.exchange == "SMART")
    expiry = next(day for day in smart.expiries if day > date(2026, 12, 1))
    strike = min(smart.strikes, key=lambda each: abs(each - Decimal(430)))
    terms = {"symbol": "AAPL", "sec_type": "OPT", "exchange": "SMART", "currency": "USD"}
    wanted = ContractFilter(expiry=f"{expiry:%Y%m%d}", strike=strike, right="C", **terms)
    (details,) = gateway.ask(queries.FindContracts(wanted))
    option = details.contract

    priced = gateway.ask(
        queries.OptionPrice(contract=option, volatility=0.3, underlying_price=430.0)
    )
    assert isinstance(priced, Greeks)
    assert priced.option_price is not None
    back = gateway.ask(
        queries.ImpliedVolatility(
            contract=option, option_price=priced.option_price, underlying_price=430.0
        )
    )
    assert back.implied_volatility == pytest.approx(0.3, abs=0.01)
    gateway.close()


def test_no_data_is_an_empty_answer_and_not_a_failure(gateway: AskedGateway) -> None:
    from_1990 = queries.BarsPage(
        contract=AAPL,
        length=BarSize.DAY_1,
        span="5 D",
        before=gateway.world.clock.now().replace(year=1990),
    )
    assert gateway.ask(from_1990) == ()
    assert gateway.ask(queries.MatchSymbols("ZZZZZ")) == ()


def test_what_cannot_be_written_fails_before_it_is_sent(gateway: AskedGateway) -> None:
    before = len(gateway.frames())
    answer = gateway.ask(queries.MatchSymbols("\N{EURO SIGN}"))

    assert answer.kind is FailureKind.UNWRITABLE
    assert len(gateway.frames()) == before
    assert gateway.ask(queries.HeadTimestamp(contract=NOBODY)).code == 200
