"""Groups, algorithms, conditions and adjustable stops: refused before sending, counted right."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.helpers.desk_fakes import ACCOUNT, D, Door, a_draft, fill, open_order, spy
from workstation.domain.bracket import BracketDraft
from workstation.domain.combo import ComboLeg
from workstation.domain.contract import Contract
from workstation.domain.finding import Denied, NeedsAcknowledgement, RiskCode, Submitted
from workstation.domain.ids import ConId, IntentId
from workstation.domain.order import OrderDraft, OrderTerms, OrderType, Side, Tif
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
from workstation.risk.extras_rules import extras_faults
from workstation.risk.limits import TwoLevel

K, T, C = OrderType, Tif, ConditionKind
OFFERED = frozenset(
    [
        "MKT",
        "LMT",
        "STP",
        "STPLMT",
        "TRAIL",
        "TRAILLMT",
        "OCA",
        "ALGO",
        "COND",
        "ADJUST",
        "DAY",
        "GTC",
        "IOC",
        "FOK",
        "HID",
        "AON",
        "ICE",
        "DIS",
    ]
)
PAIR = OcaGroup(name="pair")
PRICE = Condition(kind=C.PRICE, con_id=ConId(756733), exchange="SMART", value=D("99.00"))
ADAPTIVE = Algo(strategy="Adaptive", params=(("adaptivePriority", "Normal"),))
TO_TRAIL = Adjustment(
    trigger_price=D("110.00"), becomes=AdjustedType.TRAIL, stop_price=D("105.00"),
    trail_amount=D("1.00"),
)  # fmt: skip


def door(**details: Any) -> Door:
    found = Door()
    changes: dict[str, Any] = {"order_types": OFFERED} | details
    known = spy(**changes)
    found.contracts.known[known.contract.con_id] = known
    return found


def order(kind: OrderType = K.LIMIT, tif: Tif = T.DAY, **terms: Any) -> OrderDraft:
    sells = kind in {K.STOP, K.TRAIL}
    return a_draft(
        order_type=kind,
        tif=tif,
        side=Side.SELL if sells else Side.BUY,
        limit_price=D("100.00") if kind is K.LIMIT else None,
        stop_price=D("95.00") if kind is K.STOP else None,
        terms=OrderTerms(**terms),
    )


def when(*each: Condition, **more: Any) -> Conditions:
    return Conditions(each=each, **more)


def one(kind: ConditionKind, **terms: Any) -> OrderDraft:
    return order(conditions=when(Condition(kind=kind, **terms)))


LATER = Door().clock.now() + timedelta(hours=1)
FIT = [
    order(oca=PAIR),
    order(tif=T.GTC, oca=OcaGroup(name="a b-1", oca_type=OcaType.REDUCE_UNBLOCKED)),
    order(algo=ADAPTIVE),
    order(K.MARKET, algo=Algo(strategy="Vwap")),
    order(algo=Algo(strategy="PctVol", params=(("pctVol", "0.1"), ("noTakeLiq", "1")))),
    order(conditions=when(PRICE, cancels=True, ignores_rth=True)),
    one(C.TIME, time=LATER),
    one(C.MARGIN, value=D(20), is_more=False),
    one(C.MARGIN, value=D(0)),
    one(C.MARGIN, value=D(100)),
    one(C.VOLUME, value=D(10**6), con_id=ConId(1), exchange="SMART"),
    one(C.PERCENT_CHANGE, value=D("-2.5"), is_more=False, con_id=ConId(1), exchange="SMART"),
    one(C.EXECUTION, symbol="MSFT", sec_type="STK", exchange="SMART"),
    order(K.STOP, adjustment=replace(TO_TRAIL, trail_amount=D("99.9"), trails_by_percent=True)),
    order(K.STOP, adjustment=TO_TRAIL),
]


@pytest.mark.parametrize("draft", FIT, ids=lambda each: str(each.terms)[-40:])
def test_what_the_broker_takes_is_sent(draft: OrderDraft) -> None:
    found = door()
    if draft.side is Side.SELL:
        found.hold(100)
    assert isinstance(found.submit(draft), Submitted)


def becomes(kind: AdjustedType, **prices: Any) -> OrderDraft:
    plan = Adjustment(trigger_price=D("110.00"), becomes=kind, **prices)
    return order(K.STOP, adjustment=plan)


UNFIT = [
    (order(oca=OcaGroup(name="")), "needs a name"),
    (order(oca=OcaGroup(name=" x")), "needs a name"),
    (order(oca=OcaGroup(name="ä")), "needs a name"),
    (order(oca=OcaGroup(name="x\0y")), "needs a name"),
    (order(tif=T.FOK, oca=PAIR), "FOK order cannot be in a one-cancels-all"),
    (
        order(oca=OcaGroup(name="x", oca_type=OcaType.REDUCE), all_or_none=True),
        "cannot be reduced",
    ),
    (order(K.STOP, algo=ADAPTIVE), "no STP orders"),
    (order(tif=T.IOC, algo=ADAPTIVE), "leaves an algorithm no time"),
    (order(algo=ADAPTIVE, hidden=True), "cannot be hidden"),
    (order(algo=ADAPTIVE, display_size=D(10)), "cannot be an iceberg"),
    (order(algo=ADAPTIVE, all_or_none=True), "cannot be all-or-none"),
    (order(algo=ADAPTIVE, discretionary_amount=D("0.05")), "cannot be discretionary"),
    (order(algo=Algo(strategy="Magic")), "does not know the algorithm"),
    (order(algo=Algo(strategy="Adaptive")), "needs: priority"),
    (order(algo=Algo(strategy="Vwap", params=(("pctVol", "0.1"),))), "has no parameter pctVol"),
    (order(algo=Algo(strategy="Vwap", params=(("maxPctVol", "10"),))), "from 1 to 50 %"),
    (order(algo=Algo(strategy="Vwap", params=(("maxPctVol", "x"),))), "a number"),
    (order(algo=Algo(strategy="Vwap", params=(("maxPctVol", "0.1"),) * 2)), "given twice"),
    (order(algo=Algo(strategy="Vwap", params=(("startTime", "9:30"),))), "a time such as"),
    (order(algo=Algo(strategy="Vwap", params=(("noTakeLiq", "yes"),))), "1 or 0"),
    (
        order(algo=Algo(strategy="Adaptive", params=(("adaptivePriority", "Now"),))),
        "one of Normal, Urgent, Patient",
    ),
    (
        order(K.MARKET, algo=Algo(strategy="DarkIce", params=(("displaySize", "10"),))),
        "limit orders only",
    ),
    (
        order(
            algo=Algo(
                strategy="Twap",
                params=(
                    ("startTime", "20261121-15:00:00 UTC"),
                    ("endTime", "20261121-14:00:00 UTC"),
                ),
            )
        ),
        "end before it begins",
    ),
    (order(conditions=when()), "from 1 to"),
    (order(tif=T.IOC, conditions=when(PRICE)), "cannot wait for conditions"),
    (one(C.TIME), "a time is needed"),
    (one(C.TIME, time=LATER - timedelta(days=2), is_more=False), "is past"),
    (one(C.MARGIN, value=D("20.5")), "whole number from 0 to 100"),
    (one(C.MARGIN, value=D("20.7")), "whole number from 0 to 100"),
    (one(C.MARGIN, value=D(101)), "whole number from 0 to 100"),
    (one(C.MARGIN, value=D(-1)), "whole number from 0 to 100"),
    (one(C.PRICE, value=D(100)), "a contract and its exchange"),
    (one(C.PRICE, con_id=ConId(1), exchange="SMART"), "a number that can be sent"),
    (one(C.PRICE, con_id=ConId(1), exchange="SMART", value=D("NaN")), "a number that can be"),
    (one(C.VOLUME, con_id=ConId(1), exchange="SMART", value=D("0.5")), "volume is a whole"),
    (one(C.EXECUTION, symbol="MSFT", exchange="SMART"), "symbol, class and exchange"),
    (order(adjustment=TO_TRAIL), "is no stop that could be adjusted"),
    (becomes(AdjustedType.STOP), "needs the stop that it becomes"),
    (becomes(AdjustedType.STOP, stop_price=D("110.00")), "losing side"),
    (becomes(AdjustedType.STOP, stop_price=D("100.001")), "not on the price increment"),
    (becomes(AdjustedType.STOP, stop_price=D(99), limit_price=D(98)), "takes no limit"),
    (becomes(AdjustedType.STOP_LIMIT, stop_price=D(99)), "needs a limit"),
    (becomes(AdjustedType.TRAIL, stop_price=D(99)), "needs by how much"),
    (
        becomes(AdjustedType.TRAIL, stop_price=D(99), trail_amount=D(100), trails_by_percent=True),
        "by less than 100 %",
    ),
    (
        order(
            K.STOP,
            adjustment=Adjustment(
                trigger_price=D("94.00"), becomes=AdjustedType.STOP, stop_price=D("93.00")
            ),
        ),
        "winning side of the stop",
    ),
    (order(include_overnight=True), "does not trade in the overnight session"),
    (order(tif=T.GTC, include_overnight=True), "Only a limit order for the day"),
]


@pytest.mark.parametrize(("draft", "words"), UNFIT, ids=lambda each: str(each)[:40])
def test_what_the_broker_would_refuse_is_denied_with_the_reason(
    draft: OrderDraft, words: str
) -> None:
    found = door(valid_exchanges=("SMART", "NASDAQ"))
    if draft.side is Side.SELL:
        found.hold(100)
    answer = found.submit(draft)
    assert isinstance(answer, Denied)
    assert any(words in each.text for each in answer.findings), answer.findings
    assert found.broker.frames == []


@pytest.mark.parametrize(
    ("code", "draft"),
    [
        ("OCA", FIT[0]),
        ("ALGO", FIT[2]),
        ("COND", FIT[5]),
        ("ADJUST", FIT[-1]),
        ("FOK", order(tif=T.FOK)),
        ("HID", order(hidden=True)),
    ],
)
def test_what_the_contract_does_not_list_is_denied(code: str, draft: OrderDraft) -> None:
    found = door(order_types=OFFERED - {code})
    found.hold(100 if draft.side is Side.SELL else 0)
    assert isinstance(found.submit(draft), Denied)
    assert found.broker.frames == []


def test_the_overnight_session_is_for_contracts_that_trade_there() -> None:
    contract = Contract(con_id=ConId(756733), symbol="SPY")
    found = door(contract=contract, valid_exchanges=("SMART", "OVERNIGHT"))
    assert isinstance(found.submit(order(include_overnight=True)), Submitted)


def test_a_condition_whose_time_is_past_asks_first() -> None:
    now = LATER - timedelta(hours=1)
    for moment in (now - timedelta(days=2), now):
        answer = door().submit(one(C.TIME, time=moment))
        assert isinstance(answer, NeedsAcknowledgement)
        assert RiskCode.ALREADY_DUE in {each.code for each in answer.findings}


def bought_back(trigger: str, stop: str) -> OrderDraft:
    """A stop at 105 above a short position, to be moved when the market falls."""
    plan = Adjustment(trigger_price=D(trigger), becomes=AdjustedType.STOP, stop_price=D(stop))
    terms = OrderTerms(adjustment=plan)
    return a_draft(
        order_type=K.STOP, side=Side.BUY, limit_price=None, stop_price=D(105), terms=terms
    )


def test_the_adjusted_stop_of_a_short_position_lies_above_what_adjusts_it() -> None:
    for trigger, stop, words in (
        ("95.00", "98.00", ""),
        ("95.00", "95.01", ""),
        ("95.00", "95.00", "losing side"),
        ("95.00", "94.00", "losing side"),
        ("105.00", "106.00", "winning side"),
    ):
        found = door()
        found.hold(-100)
        answer = found.submit(bought_back(trigger, stop))
        assert isinstance(answer, Denied) if words else isinstance(answer, Submitted), answer
        assert words in str(answer)


def test_a_bracket_goes_with_no_algorithm() -> None:
    found = door()
    bracket = BracketDraft(
        entry=order(algo=ADAPTIVE), target_price=D("110.00"), stop_price=D("95.00")
    )
    answer = found.desk.submit_bracket(bracket)
    assert isinstance(answer, Denied)
    assert any("algorithm" in each.text for each in answer.findings)


def test_the_stop_of_a_bracket_may_be_adjustable() -> None:
    found = door()
    bracket = BracketDraft(
        entry=order(), target_price=D("120.00"), stop_price=D("95.00"), adjustment=TO_TRAIL
    )
    assert bracket.stop.terms.adjustment == TO_TRAIL
    assert bracket.target.terms.adjustment is None
    assert isinstance(found.desk.submit_bracket(bracket), Submitted)

    wrong = BracketDraft(
        entry=a_draft(intent_id=IntentId("b")), target_price=D("120.00"), stop_price=D("95.00"),
        adjustment=Adjustment(trigger_price=D("90.00"), becomes=AdjustedType.STOP),
    )  # fmt: skip
    assert isinstance(found.desk.submit_bracket(wrong), Denied)


# -- how a group is counted --------------------------------------------------------------------


def in_group(number: int, quantity: int, group: OcaGroup | None = PAIR, **changes: Any) -> Any:
    terms = OrderTerms(oca=group)
    return a_draft(intent_id=IntentId(f"g{number}"), quantity=D(quantity), terms=terms, **changes)


def limited(position: int) -> Door:
    """A desk whose hard limit is this many shares at 100."""
    found = door()
    limit = TwoLevel(personal=D(position * 100), catastrophic=D(position * 100))
    limits = found.standing.limits
    assert limits is not None
    found.stand(limits=replace(limits, position=limit))
    return found


@pytest.mark.parametrize(
    ("kind", "fits"),
    [(OcaType.CANCEL, True), (OcaType.REDUCE, True), (OcaType.REDUCE_UNBLOCKED, False)],
)
def test_of_a_group_that_never_fills_twice_the_largest_counts(kind: OcaType, fits: bool) -> None:
    found = limited(150)
    group = OcaGroup(name="pair", oca_type=kind)
    first = found.submit(in_group(1, 100, group))
    found.apply(open_order(found.order(first.key)))
    answer = found.submit(in_group(2, 120, group, limit_price=D("99.99")))
    assert isinstance(answer, Submitted) is fits


def test_a_group_counts_before_the_broker_has_answered_and_after_a_restart() -> None:
    found = limited(150)
    assert isinstance(found.submit(in_group(1, 100)), Submitted)
    assert isinstance(found.submit(in_group(2, 120, limit_price=D("99.99"))), Submitted)
    again = found.restarted()
    assert {order.oca_group for order in again.orders.working()} == {"pair"}
    outside = found.submit(in_group(3, 60, None, limit_price=D("99.98")))
    assert isinstance(outside, Denied | NeedsAcknowledgement)  # 120 + 60 > 150


def test_a_group_does_not_hide_what_it_does_not_hold() -> None:
    found = limited(150)
    assert isinstance(found.submit(in_group(1, 100)), Submitted)
    other = OcaGroup(name="other")
    answer = found.submit(in_group(2, 100, other, limit_price=D("99.99")))
    assert not isinstance(answer, Submitted)
    report = open_order(order_id=5, client_id=99, order_ref="x", oca_group="pair", oca_type=1)
    found.apply(report)  # another client's group of the same name is another group
    assert not isinstance(found.submit(in_group(3, 100, limit_price=D("99.98"))), Submitted)


def test_target_and_stop_in_a_group_are_both_exits() -> None:
    found = door()
    found.hold(100)
    for number, (kind, prices) in enumerate(
        [(K.LIMIT, {"limit_price": D("110.00")}), (K.STOP, {"stop_price": D("95.00")})]
    ):
        prices.setdefault("limit_price", None)  # type: ignore[arg-type]
        answer = found.submit(in_group(number, 100, side=Side.SELL, order_type=kind, **prices))
        assert isinstance(answer, Submitted), answer
        found.apply(open_order(found.order(answer.key)))
    close = found.submit(a_draft(intent_id=IntentId("out"), side=Side.SELL, order_type=K.MARKET))
    assert isinstance(close, Submitted)  # nothing stands between a trader and the door


def test_a_group_that_has_filled_or_is_of_another_type_is_told_before() -> None:
    found = door()
    first = found.submit(in_group(1, 100)).key
    found.apply(open_order(found.order(first)))
    mixed = found.submit(in_group(2, 10, OcaGroup(name="pair", oca_type=OcaType.REDUCE)))
    assert isinstance(mixed, Denied)
    assert RiskCode.GROUP in {each.code for each in mixed.findings}
    found.apply(fill(quantity=100))
    late = found.submit(in_group(3, 10))
    assert isinstance(late, Denied)
    assert any("has filled" in each.text for each in late.findings)
    assert found.order(first).account == ACCOUNT


def test_extras_are_judged_as_far_as_the_contract_is_known() -> None:
    now = Door().clock.now()
    stop = order(K.STOP, adjustment=TO_TRAIL)
    assert list(extras_faults(stop, None, now)) == []
    overnight = order(include_overnight=True)
    assert list(extras_faults(overnight, None, now)) == []
    assert list(extras_faults(overnight, spy(valid_exchanges=()), now)) == []
    legs = (ComboLeg(con_id=ConId(1), ratio=1), ComboLeg(con_id=ConId(2), ratio=-1))
    spread = replace(order(algo=ADAPTIVE), legs=legs)
    assert any(
        "combination takes no algorithm" in each for each in extras_faults(spread, None, now)
    )


def test_an_algorithm_has_no_preview_of_its_margin() -> None:
    found, answers = door(), list[Any]()
    found.desk.previews.ask(order(algo=ADAPTIVE), answers.append)
    assert "no what-if" in answers[0].reason
    assert found.broker.frames == []


def test_a_bracket_whose_numbers_cannot_be_sent_is_denied() -> None:
    entry = order(K.LIMIT, display_size=D("1E+999999"))
    bracket = BracketDraft(entry=entry, target_price=D(110), stop_price=D(95))
    given = door().desk.submit_bracket(bracket)
    assert isinstance(given, Denied)
    assert RiskCode.TERMS in {each.code for each in given.findings}


def test_the_adjustment_of_a_bracket_whose_numbers_cannot_be_sent_is_denied() -> None:
    away = replace(TO_TRAIL, trigger_price=D("1E+999999"))
    bracket = BracketDraft(
        entry=order(K.LIMIT), target_price=D(110), stop_price=D(95), adjustment=away
    )
    given = door().desk.submit_bracket(bracket)
    assert isinstance(given, Denied)
    assert any("Stop: A number of it cannot be sent" in each.text for each in given.findings)
