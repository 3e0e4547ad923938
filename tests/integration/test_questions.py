"""The core puts questions of the window to the real gateway process: pages, margins, withdrawal."""

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.helpers.gateway_rig import GatewayRig
from tests.helpers.killable_core import AAPL
from workstation.domain.bar import BarSize
from workstation.domain.commands import Answered, Ask, Done, Watched, WatchSymbol, WithdrawAsk
from workstation.domain.company_events import EventKind, read_calendar
from workstation.domain.ids import AccountId, IntentId
from workstation.domain.messages import RequestProgressed
from workstation.domain.order import OrderDraft, OrderType, Side
from workstation.domain.preview import MarginPreview
from workstation.domain.queries import (
    DividendsOf,
    History,
    MatchSymbols,
    Positions,
    WhatIf,
    WshEvents,
    WshMeta,
)
from workstation.domain.query import FailureKind, RequestFailure


@pytest.fixture
def rig_kind() -> type[GatewayRig]:
    return GatewayRig


def draft(quantity: int = 10) -> OrderDraft:
    return OrderDraft(
        intent_id=IntentId("a question"),
        account=AccountId("SIM0000001"),
        con_id=AAPL,
        side=Side.BUY,
        quantity=Decimal(quantity),
        order_type=OrderType.MARKET,
    )


def test_twelve_years_of_days_are_one_question(rig: GatewayRig) -> None:
    details = rig.desk.contracts.details(AAPL)
    assert details is not None
    begin = datetime.now(UTC) - timedelta(days=12 * 365)
    before = len(rig.gateway.frames(20))
    answer = rig.ask(Ask(History(contract=details.contract, length=BarSize.DAY_1, begin=begin)))

    assert isinstance(answer, Answered)
    times = [bar.time for bar in answer.value]
    assert len(times) > 2900
    assert times == sorted(set(times))
    assert begin <= times[0] < begin + timedelta(days=10)
    assert max(b - a for a, b in itertools.pairwise(times)) < timedelta(days=7)
    assert len(rig.gateway.frames(20)) - before == 3
    told = [each for each in rig.window.messages if isinstance(each, RequestProgressed)]
    assert [each.progress.rows for each in told] == sorted({each.progress.rows for each in told})
    assert len(told) == 2


def test_symbols_positions_and_a_margin(rig: GatewayRig) -> None:
    symbols = rig.ask(Ask(MatchSymbols("MS")))
    assert "MSFT" in [match.symbol for match in symbols.value]
    assert rig.ask(Ask(Positions())) == Answered(())

    rig.until(lambda: rig.desk.figures.quotes.quote(AAPL).two_sided)
    margin = rig.ask(Ask(WhatIf(draft())))
    assert isinstance(margin.value, MarginPreview)
    refused = rig.ask(Ask(WhatIf(draft(0))))
    assert isinstance(refused, RequestFailure)
    assert refused.sentence


def test_a_withdrawn_question_and_a_lost_link_are_told_apart(rig: GatewayRig) -> None:
    first = rig.ask(Ask(MatchSymbols("A")))
    assert isinstance(first, Answered)
    before = len(rig.window.messages)
    rig.window.send(rig.core, Ask(MatchSymbols("AA")))  # waits for the broker's pace
    rig.window.send(rig.core, WithdrawAsk(before))

    def results() -> list[object]:
        return [getattr(each, "result", None) for each in rig.window.messages[before:]]

    rig.until(lambda: Done() in results())
    kinds = [each.kind for each in results() if isinstance(each, RequestFailure)]
    assert kinds == [FailureKind.CANCELLED]
    rig.gateway.kill()
    rig.until(lambda: not rig.is_ready())
    late = rig.ask(Ask(MatchSymbols("AAP")))
    assert late.kind is FailureKind.NOT_CONNECTED


def test_the_events_of_a_share_come_in_one_form_from_three_sources(rig: GatewayRig) -> None:
    watched = rig.ask(WatchSymbol("SIMDIV"))
    assert isinstance(watched, Watched)
    pays = watched.con_id
    details = rig.desk.contracts.details(pays)
    assert details is not None

    outlook = rig.ask(Ask(DividendsOf(contract=details.contract)))
    kinds = rig.ask(Ask(WshMeta()))
    paid = rig.ask(Ask(WshEvents(con_id=pays, event_type="wshe_div")))
    reports = rig.ask(Ask(WshEvents(con_id=AAPL, event_type="wshe_ed")))

    assert isinstance(outlook, Answered)
    assert outlook.value.next_amount == 0.25
    assert isinstance(kinds, Answered)
    assert isinstance(paid, Answered)
    days = {event.day for event in read_calendar(paid.value)}
    assert outlook.value.next_day in days
    assert isinstance(reports, Answered)
    assert {event.kind for event in read_calendar(reports.value)} == {EventKind.EARNINGS}
    assert rig.gateway.frames(2), "the line of market data is given back"
