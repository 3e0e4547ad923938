"""Options exercised over the wire: the core against the gateway process, in text and protobuf."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.helpers.accepting import all_of
from tests.helpers.cores import ACCOUNT
from tests.helpers.gateway_rig import TradingRig
from tests.helpers.killable_core import AAPL
from tests.integration.test_orders_of_parts import found
from workstation.domain.commands import Done, Failed, SubmitOrder
from workstation.domain.contract import ContractDetails
from workstation.domain.exercise import ExerciseAction, ExerciseOption
from workstation.domain.finding import NeedsAcknowledgement, Submitted
from workstation.domain.ids import IntentId
from workstation.domain.order import OrderType
from workstation.domain.order_status import Lifecycle
from workstation.domain.several import PrepareContracts

L = Lifecycle
EXERCISE = 21


@pytest.fixture(params=[200, 226])
def gateway_terms(request: pytest.FixtureRequest) -> dict[str, int]:
    return {"max_server_version": request.param}


def a_call(rig: TradingRig, away: int) -> ContractDetails:
    """Return the call of the last month whose strike is nearest to the market plus so much."""
    calls = found(rig, symbol="AAPL", sec_type="OPT", exchange="SMART", right="C",
                  currency="USD", multiplier="100")  # fmt: skip
    last = max(each.contract.expiry for each in calls)
    listed = [each for each in calls if each.contract.expiry == last]
    return min(listed, key=lambda each: abs((each.contract.strike or 0) - rig.last - away))


def bought(rig: TradingRig, call: ContractDetails, quantity: int) -> None:
    con_id = call.contract.con_id
    assert rig.ask(PrepareContracts((con_id,))) == Done()

    def is_quoted() -> bool:
        quote = rig.desk.figures.quotes.quote(con_id)
        return quote is not None and quote.two_sided

    rig.until(is_quoted)
    draft = rig.draft(con_id=con_id, quantity=Decimal(quantity), order_type=OrderType.MARKET)
    answer = rig.ask(SubmitOrder(draft))
    if isinstance(answer, NeedsAcknowledgement):
        accepted = all_of(answer.findings)
        answer = rig.ask(SubmitOrder(replace(draft, acknowledged=accepted)))
    assert isinstance(answer, Submitted), answer
    rig.until(lambda: rig.is_at(1, L.FILLED) and rig.position(con_id) == quantity)


def wish(call: ContractDetails, held: int, **changes: Any) -> ExerciseOption:
    first = ExerciseOption(
        intent_id=IntentId("exercise"), account=ACCOUNT, con_id=call.contract.con_id,
        action=ExerciseAction.EXERCISE, quantity=Decimal(1), held=Decimal(held),
    )  # fmt: skip
    return replace(first, **changes)


def test_a_call_becomes_shares_and_is_asked_for_once(rig: TradingRig) -> None:
    call = a_call(rig, -20)
    bought(rig, call, 2)
    assert isinstance(rig.ask(wish(call, 2)), Done)
    con_id = call.contract.con_id
    rig.until(lambda: rig.position(con_id) == 1 and rig.position(AAPL) == 100)
    rig.until(lambda: any("fallen from 2 to 1" in each for each in rig.texts()))
    assert rig.desk.exerciser.asked == ()

    rig.restart()
    rig.until(lambda: rig.position(con_id) == 1)
    assert isinstance(rig.ask(wish(call, 1)), Failed)  # the same wish
    assert len(rig.gateway.frames(EXERCISE)) == 1


def test_what_the_gateway_refuses_is_said_and_what_is_meant_goes_through(rig: TradingRig) -> None:
    call = a_call(rig, 20)
    bought(rig, call, 1)
    con_id = call.contract.con_id
    assert isinstance(rig.ask(wish(call, 1)), Done)
    rig.until(lambda: any("not in the money" in each for each in rig.texts()))
    assert rig.position(con_id) == 1
    lapse = wish(call, 1, intent_id=IntentId("lapse"), action=ExerciseAction.LAPSE)
    assert isinstance(rig.ask(lapse), Done)
    rig.until(lambda: any("last trading day only" in each for each in rig.texts()))
    meant = wish(call, 1, intent_id=IntentId("meant"), override=True)
    assert isinstance(rig.ask(meant), Done)
    rig.until(lambda: rig.position(con_id) == 0 and rig.position(AAPL) == 100)
