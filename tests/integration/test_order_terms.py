"""Groups, algorithms, conditions, adjustable stops and changes of trails, at a real gateway."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.helpers.gateway_rig import TradingRig
from tests.helpers.killable_core import AAPL
from tests.integration.test_order_kinds import LIVE, ON_THE_WAY, PLACE, K, L, send, view
from workstation.domain.commands import ChangeOrder, Failed, PreviewMargin, SubmitBracket
from workstation.domain.finding import Denied, Submitted
from workstation.domain.ids import IntentId
from workstation.domain.order import OrderChange, OrderTerms, Side, Tif
from workstation.domain.order_extras import (
    AdjustedType,
    Adjustment,
    Algo,
    Condition,
    ConditionKind,
    Conditions,
    OcaGroup,
    OcaType,
)

C = ConditionKind


def hold(rig: TradingRig) -> None:
    send(rig, K.MARKET)
    rig.until(lambda: rig.position() == 20)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("kind", [OcaType.CANCEL, OcaType.REDUCE])
def test_a_whole_fill_in_a_group_ends_the_rest(rig: TradingRig, kind: OcaType) -> None:
    group = {"oca": OcaGroup(name="out", oca_type=kind)}
    hold(rig)
    stop = send(rig, K.STOP, group, side=Side.SELL, stop_price=rig.last - 20).key
    rig.until(lambda: view(rig, stop).lifecycle in LIVE)
    assert (view(rig, stop).oca_group, view(rig, stop).oca_type) == ("out", kind)
    target = send(rig, K.LIMIT, group, side=Side.SELL, limit_price=rig.last - 5).key

    rig.until(lambda: view(rig, target).lifecycle is L.FILLED)
    rig.until(lambda: view(rig, stop).lifecycle is L.CANCELLED)
    rig.until(lambda: rig.position() == 0)


@pytest.mark.timeout(120)
def test_a_direct_order_stays_at_its_exchange_when_it_is_changed_and_fills_there(
    rig: TradingRig,
) -> None:
    key = send(rig, K.LIMIT, limit_price=rig.last - 20, route="ARCA").key
    rig.until(lambda: view(rig, key).lifecycle in LIVE)
    wanted = rig.last - 19
    change = OrderChange(intent_id=IntentId("nearer"), key=key, limit_price=wanted)
    assert isinstance(rig.ask(ChangeOrder(change)), Submitted)
    rig.until(lambda: view(rig, key).limit_price == wanted)
    assert [("ARCA" in frame, "SMART" in frame) for frame in rig.gateway.frames(PLACE)] == [
        (True, False), (True, False),
    ]  # fmt: skip
    assert view(rig, key).route == "ARCA"

    filled = send(rig, K.MARKET, route="ARCA").key
    rig.until(lambda: view(rig, filled).lifecycle is L.FILLED)
    order = rig.desk.orders.get(filled)
    assert order is not None
    assert {each.exchange for each in order.revisions.values()} == {"ARCA"}


@pytest.mark.timeout(120)
def test_an_algorithm_works_the_order_and_gives_no_what_if(rig: TradingRig) -> None:
    urgent = Algo(strategy="Adaptive", params=(("adaptivePriority", "Urgent"),))
    key = send(rig, K.MARKET, {"algo": urgent}).key
    rig.until(lambda: view(rig, key).lifecycle is L.FILLED, 40)
    assert "algo Adaptive (adaptivePriority Urgent)" in view(rig, key).note

    frames = len(rig.gateway.frames(PLACE))
    draft = rig.draft(order_type=K.MARKET, terms=OrderTerms(algo=urgent))
    answer = rig.ask(PreviewMargin(draft))
    assert isinstance(answer, Failed)
    assert "no what-if" in answer.reason
    assert len(rig.gateway.frames(PLACE)) == frames


@pytest.mark.timeout(120)
def test_conditions_of_all_kinds_wait_at_the_broker_and_send(rig: TradingRig) -> None:
    last, soon = rig.last, rig.desk._clock.now() + timedelta(hours=2)
    far = {"con_id": AAPL, "exchange": "SMART"}
    waiting = Conditions(
        each=(
            Condition(kind=C.PRICE, value=last + 50, **far),
            Condition(kind=C.TIME, time=soon),
            Condition(kind=C.MARGIN, value=Decimal(1), is_more=False),
            Condition(kind=C.EXECUTION, symbol="MSFT", sec_type="STK", exchange="SMART"),
            Condition(kind=C.VOLUME, value=Decimal(10**9), **far),
            Condition(kind=C.PERCENT_CHANGE, value=Decimal(50), **far),
        ),
        ignores_rth=True,
    )
    key = send(rig, K.MARKET, {"conditions": waiting}).key
    rig.until(lambda: view(rig, key).lifecycle is L.HELD)
    assert view(rig, key).filled == 0

    met = Conditions(each=(Condition(kind=C.PRICE, value=last - 50, **far),))
    answer = rig.ask(
        ChangeOrder(
            OrderChange(
                intent_id=IntentId("now"),
                key=key,
                terms=OrderTerms(conditions=met),
            )
        )
    )
    assert isinstance(answer, Submitted), answer
    rig.until(lambda: view(rig, key).lifecycle is L.FILLED, 40)


@pytest.mark.timeout(120)
def test_conditions_may_cancel_an_order(rig: TradingRig) -> None:
    price = Condition(kind=C.PRICE, value=rig.last - 50, con_id=AAPL, exchange="SMART")
    ends = Conditions(each=(price,), cancels=True)
    key = send(rig, K.LIMIT, {"conditions": ends}, limit_price=rig.last - 20).key
    rig.until(lambda: view(rig, key).lifecycle is L.CANCELLED, 40)


@pytest.mark.timeout(120)
def test_an_adjustable_stop_of_a_bracket_becomes_a_trail_at_the_broker(rig: TradingRig) -> None:
    plan = Adjustment(
        trigger_price=rig.last - 10,  # reached as soon as the entry has filled
        becomes=AdjustedType.TRAIL,
        stop_price=rig.last - 15,
        trail_amount=Decimal(12),
    )
    bracket = replace(rig.bracket(), adjustment=plan)
    assert isinstance(rig.ask(SubmitBracket(bracket)), Submitted)
    rig.until(lambda: rig.position() == 20)
    stops = [o for o in rig.desk.orders if o.draft and o.draft.intent_id.endswith("/stop")]
    stop = stops[0].key
    rig.until(lambda: view(rig, stop).lifecycle not in ON_THE_WAY)
    rig.ask(ChangeOrder(OrderChange(intent_id=IntentId("x"), key=stop, stop_price=rig.last - 19)))
    rig.until(lambda: rig.desk.reconciler.look() or view(rig, stop).order_type == "TRAIL", 40)
    assert view(rig, stop).terms.trail_amount == 12
    assert view(rig, stop).terms.adjustment is None


@pytest.mark.timeout(120)
def test_a_trail_is_changed_in_place_and_its_stop_is_not_set_back(rig: TradingRig) -> None:
    hold(rig)
    low = rig.last - 30
    terms = {"trail_amount": Decimal(5), "trail_stop": low}
    key = send(rig, K.TRAIL, terms, side=Side.SELL, tif=Tif.GTC).key
    rig.until(lambda: view(rig, key).lifecycle in LIVE)
    order_id = view(rig, key).order_id
    rig.until(lambda: rig.desk.reconciler.look() or view(rig, key).terms.trail_stop != low, 40)
    stood = view(rig, key).terms.trail_stop
    assert stood is not None
    rig.desk.order_desk.trail_stops._told.clear()  # as after some quiet minutes

    wish = OrderChange(
        intent_id=IntentId("closer"), key=key, terms=OrderTerms(trail_amount=Decimal(3))
    )
    assert isinstance(rig.ask(ChangeOrder(wish)), Submitted)
    rig.until(lambda: view(rig, key).terms.trail_amount == 3)
    assert view(rig, key).order_id == order_id
    now = view(rig, key).terms.trail_stop
    assert now is not None
    assert now >= stood
    assert view(rig, key).tif == "GTC"


@pytest.mark.timeout(120)
def test_a_group_cannot_be_revised_and_a_change_keeps_it(rig: TradingRig) -> None:
    oca = OcaGroup(name="keep")
    low = rig.last - 20
    key = send(rig, K.LIMIT, {"oca": oca}, limit_price=low).key
    rig.until(lambda: view(rig, key).lifecycle in LIVE)
    out = OrderChange(intent_id=IntentId("out"), key=key, terms=OrderTerms())
    refused = rig.ask(ChangeOrder(out))
    assert isinstance(refused, Denied)
    assert "does not revise" in refused.findings[0].text

    before = rig.gateway.frames(PLACE)[-1]
    move = OrderChange(intent_id=IntentId("move"), key=key, limit_price=low - 1)
    assert isinstance(rig.ask(ChangeOrder(move)), Submitted)
    rig.until(lambda: view(rig, key).limit_price == low - 1)
    after = rig.gateway.frames(PLACE)[-1]
    differing = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert differing == [(str(low), str(low - 1))]
    assert view(rig, key).oca_group == "keep"


@pytest.mark.timeout(120)
def test_orders_of_another_client_show_their_terms(rig: TradingRig, tmp_path: Path) -> None:
    key = send(rig, K.LIMIT, {"oca": OcaGroup(name="seen")}, limit_price=rig.last - 20).key
    rig.until(lambda: view(rig, key).lifecycle in LIVE)
    told = rig.desk.orders.get(key)
    assert told is not None
    assert "group seen (one cancels the rest)" in view(rig, key).note
