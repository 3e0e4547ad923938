"""What the broker or a contract does not allow is refused before sending, with the reason."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.helpers.desk_fakes import D, Door, a_draft, open_order, spy
from workstation.domain.finding import (
    Denied,
    NeedsAcknowledgement,
    RiskCode,
    Submitted,
    TradingState,
)
from workstation.domain.ids import IntentId
from workstation.domain.order import (
    OrderChange,
    OrderDraft,
    OrderTerms,
    OrderType,
    Side,
    Tif,
)
from workstation.domain.order_extras import Algo, TriggerMethod
from workstation.oms.editing import changed

K, T = OrderType, Tif
EVERYTHING = frozenset(
    [
        "MKT",
        "LMT",
        "STP",
        "STPLMT",
        "TRAIL",
        "TRAILLMT",
        "MIT",
        "LIT",
        "MOC",
        "LOC",
        "REL",
        "PEGMID",
        "MIDPX",
        "AON",
        "HID",
        "ICE",
        "DIS",
        "GAT",
        "GTD",
        "OPG",
    ]
)


def door(offered: frozenset[str] = EVERYTHING) -> Door:
    found = Door()
    details = spy(order_types=offered)
    found.contracts.known[details.contract.con_id] = details
    return found


def soon(found: Door, hours: float = 1) -> datetime:
    return found.clock.now() + timedelta(hours=hours)


def order(kind: OrderType, tif: Tif = T.DAY, **terms: Any) -> OrderDraft:
    """A sensible order of a kind: limits at 100.00, triggers where they belong."""
    more: dict[str, Any] = {}
    for name in ("quantity", "outside_rth", "limit_price", "stop_price", "side"):
        if name in terms:
            more[name] = terms.pop(name)
    more.setdefault("limit_price", D("100.00") if kind.takes_limit else None)
    default = D("99.00") if kind.is_touched else D("101.00")
    more.setdefault("stop_price", default if kind.takes_stop else None)
    if kind is K.STOP_LIMIT:
        more["limit_price"] = D("101.00")
    if kind is K.LIMIT_IF_TOUCHED:
        more["limit_price"] = D("99.00")
    return a_draft(order_type=kind, tif=tif, terms=OrderTerms(**terms), **more)


TRAIL = {"trail_amount": D("0.50")}
TRAIL_LIMIT = {"trail_amount": D("0.50"), "trail_stop": D("101.00"), "limit_offset": D("0.10")}

ORDINARY = [
    order(K.TRAIL, **TRAIL),
    order(K.TRAIL, trail_percent=D("1.5")),
    order(K.TRAIL, T.GTC, trail_amount=D(1), trail_stop=D("101.00")),
    order(K.TRAIL_LIMIT, **TRAIL_LIMIT),
    order(K.MARKET_IF_TOUCHED),
    order(K.LIMIT_IF_TOUCHED, T.GTC),
    order(K.MARKET_ON_CLOSE),
    order(K.LIMIT_ON_CLOSE),
    order(K.MARKET, T.OPG),
    order(K.LIMIT, T.OPG),
    order(K.RELATIVE, peg_offset=D("0.01")),
    order(K.RELATIVE),
    order(K.PEG_MID, peg_offset=D(0)),
    order(K.MIDPRICE),
    order(K.LIMIT, display_size=D(10)),
    order(K.LIMIT, hidden=True),
    order(K.LIMIT, all_or_none=True),
    order(K.LIMIT, discretionary_amount=D("0.05")),
    order(K.STOP, trigger_method=TriggerMethod.BID_ASK),
    order(K.LIMIT, T.GTD, good_till=soon(Door())),
    order(K.LIMIT, good_after=soon(Door())),
    order(K.LIMIT, outside_rth=True),
    order(K.STOP, T.GTC, outside_rth=True),
]

REFUSED = [
    (order(K.TRAIL), "either an amount or a percentage"),
    (order(K.TRAIL, trail_amount=D(1), trail_percent=D(1)), "either an amount or a percentage"),
    (order(K.TRAIL, trail_percent=D(100)), "less than 100 %"),
    (order(K.TRAIL, trail_amount=D("0.005")), "price increment"),
    (order(K.TRAIL, trail_amount=D(0)), "greater than 0"),
    (order(K.TRAIL, trail_amount=D(-1)), "greater than 0"),
    (order(K.TRAIL, trail_amount=D("NaN")), "not a number"),
    (order(K.TRAIL, trail_amount=D("sNaN")), "not a number"),
    (order(K.TRAIL, trail_amount=D(2**31 - 1)), "not a number"),
    (order(K.TRAIL, limit_price=D(100), **TRAIL), "takes no limit price"),
    (order(K.TRAIL, limit_offset=D(1), **TRAIL), "takes no limit offset"),
    (order(K.TRAIL_LIMIT, trail_amount=D(1)), "first stop and the offset"),
    (order(K.LIMIT, **TRAIL), "does not trail"),
    (order(K.LIMIT, trail_stop=D(1)), "does not trail"),
    (order(K.LIMIT, peg_offset=D(1)), "takes no peg offset"),
    (order(K.MARKET_IF_TOUCHED, stop_price=None), "needs a stop price"),
    (order(K.RELATIVE, limit_price=None), "needs a limit price"),
    (order(K.STOP_LIMIT, display_size=D(10)), "cannot show a part"),
    (order(K.LIMIT, display_size=D(100)), "less than its quantity"),
    (order(K.LIMIT, display_size=D(101)), "less than its quantity"),
    (order(K.LIMIT, display_size=D("1.5")), "whole number"),
    (order(K.LIMIT, display_size=D(10), hidden=True), "neither hidden"),
    (order(K.MARKET, hidden=True), "cannot be hidden"),
    (order(K.LIMIT, T.FOK, all_or_none=True), "All-or-none does not go"),
    (order(K.MARKET_ON_CLOSE, all_or_none=True), "All-or-none does not go"),
    (order(K.MARKET, discretionary_amount=D(1)), "belongs to a limit order"),
    (order(K.LIMIT, T.GTD), "needs the time until"),
    (order(K.LIMIT, T.GTC, good_till=soon(Door())), "and no other"),
    (order(K.LIMIT, T.GTD, good_till=soon(Door(), -1)), "is past"),
    (
        order(K.LIMIT, T.GTD, good_till=soon(Door(), 1), good_after=soon(Door(), 2)),
        "end before it begins",
    ),
    (
        order(K.LIMIT, T.GTD, good_till=soon(Door(), 1), good_after=soon(Door(), 1)),
        "end before it begins",
    ),
    (order(K.TRAIL, T.IOC, **TRAIL), "cannot be IOC"),
    (order(K.RELATIVE, T.FOK), "cannot be FOK"),
    (order(K.STOP, T.OPG), "opening auction"),
    (order(K.MARKET_ON_CLOSE, T.GTC), "stands for the day"),
    (order(K.LIMIT_ON_CLOSE, outside_rth=True), "regular hours"),
    (order(K.LIMIT, T.OPG, outside_rth=True), "regular hours"),
    (order(K.LIMIT, trigger_method=TriggerMethod.LAST), "waits for no trigger"),
    (order(K.MARKET_IF_TOUCHED, stop_price=D("101.00")), "reached this stop already"),
    (order(K.LIMIT_IF_TOUCHED, stop_price=D("99.005")), "not on the price increment"),
]


@pytest.mark.parametrize("draft", ORDINARY, ids=lambda each: f"{each.order_type}-{each.tif}")
def test_an_ordinary_order_of_each_kind_asks_nothing(draft: OrderDraft) -> None:
    found = door()
    assert isinstance(found.submit(draft), Submitted)
    assert len(found.broker.frames) == 1


@pytest.mark.parametrize(("draft", "why"), REFUSED, ids=[why for _, why in REFUSED])
def test_what_does_not_go_together_is_not_sent(draft: OrderDraft, why: str) -> None:
    found = door()
    answer = found.submit(draft)
    assert isinstance(answer, Denied | NeedsAcknowledgement)
    assert any(why in each.text for each in answer.findings), answer.findings
    assert RiskCode.CHECK_ERROR not in {each.code for each in answer.findings}
    assert found.broker.frames == []


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (order(K.TRAIL_LIMIT, **TRAIL_LIMIT), "TRAILLMT"),
        (order(K.MIDPRICE), "MIDPX"),
        (order(K.PEG_MID), "PEGMID"),
        (order(K.LIMIT, hidden=True), "HID"),
        (order(K.LIMIT, all_or_none=True), "AON"),
        (order(K.LIMIT, display_size=D(10)), "ICE"),
        (order(K.LIMIT, discretionary_amount=D(1)), "DIS"),
        (order(K.LIMIT, T.OPG), "OPG"),
        (order(K.LIMIT, T.GTD, good_till=soon(Door())), "GTD"),
        (order(K.LIMIT, good_after=soon(Door())), "GAT"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_the_contract_does_not_take_is_not_sent(draft: OrderDraft, code: str) -> None:
    assert isinstance(door(EVERYTHING - {code}).submit(draft), Denied)
    assert isinstance(door().submit(draft), Submitted)


@pytest.mark.parametrize(
    ("draft", "why"),
    [
        (replace(order(K.LIMIT), route="NASDAQ"), "does not trade at NASDAQ"),
        (replace(order(K.LIMIT), route="X" * 5000), "does not trade at XXX"),
        (replace(order(K.MIDPRICE), route="ARCA"), "MIDPRICE order is routed by SMART"),
        (replace(order(K.LIMIT, algo=Algo(strategy="Vwap")), route="ARCA"), "algorithms choose"),
        (replace(order(K.LIMIT, include_overnight=True), route="ARCA"), "overnight session too is"),
    ],
)
def test_an_order_goes_directly_only_where_that_is_possible(draft: OrderDraft, why: str) -> None:
    found = door()
    known = found.contracts.known[draft.con_id]
    venues = ("SMART", "ARCA", "OVERNIGHT")
    found.contracts.known[draft.con_id] = replace(known, valid_exchanges=venues)
    answer = found.submit(draft)

    assert isinstance(answer, Denied)
    assert any(why in finding.text and len(finding.text) < 200 for finding in answer.findings)
    assert isinstance(found.submit(replace(order(K.LIMIT), route="ARCA")), Submitted)


def test_exits_are_refused_for_the_same_impossible_terms_only() -> None:
    found = door()
    found.hold(100)
    for kind in (K.TRAIL, K.MARKET_ON_CLOSE):
        terms = TRAIL if kind is K.TRAIL else {}
        draft = order(kind, side=Side.SELL, **terms)
        wish = IntentId(f"exit {kind}")
        assert isinstance(found.submit(draft=_named(draft, wish)), Submitted)
    bad = order(K.TRAIL, side=Side.SELL)
    assert isinstance(found.submit(_named(bad, IntentId("bad"))), Denied)


def _named(draft: OrderDraft, wish: IntentId) -> OrderDraft:
    return a_draft(
        intent_id=wish,
        side=draft.side,
        order_type=draft.order_type,
        limit_price=draft.limit_price,
        terms=draft.terms,
    )


def test_a_time_that_has_passed_asks_first_and_a_change_later_does_not() -> None:
    found = door()
    for hours in (-1, 0):
        late = order(K.LIMIT, good_after=soon(found, hours))
        assert isinstance(found.submit(late), NeedsAcknowledgement)
    key = found.submit(order(K.LIMIT, good_after=soon(found, 1))).key
    found.apply(open_order(found.order(key)))
    found.clock.seconds += 7200
    assert isinstance(found.change(key, limit_price=D("99.50")), Submitted)
    with pytest.raises(ValueError, match="zone"):
        OrderTerms(good_till=datetime(2026, 11, 21))  # noqa: DTZ001


def test_a_target_or_an_auction_order_does_not_keep_a_trader_in() -> None:
    for standing in (
        order(K.MARKET_IF_TOUCHED, side=Side.SELL, stop_price=D("105.00")),
        order(K.MARKET_ON_CLOSE, side=Side.SELL),
        order(K.LIMIT, T.OPG, side=Side.SELL, limit_price=D("99.00")),
    ):
        found = door()
        found.hold(100)
        assert isinstance(found.submit(standing), Submitted)
        market = a_draft(intent_id=IntentId("out"), side=Side.SELL, order_type=K.MARKET)
        found.stand(trading_state=TradingState.REDUCING, trading_reason="test")
        assert isinstance(found.submit(market), Submitted), standing.order_type


def test_a_change_keeps_every_term_and_a_restart_does(tmp_path: Any) -> None:
    found = door()
    till = soon(found, 5)
    draft = order(K.LIMIT, T.GTD, display_size=D(10), good_till=till)
    key = found.submit(draft).key
    found.apply(open_order(found.order(key)))
    again = found.restarted()
    for each in (found, again):
        assert each.order(key).draft == draft
        answer = each.change(key, intent_id=IntentId("move"), limit_price=D("99.50"))
        assert isinstance(answer, Submitted | Denied)
    new = changed(
        again.order(key), OrderChange(intent_id=IntentId("x"), key=key)
    )  # what would be sent
    assert (new.terms, new.tif) == (draft.terms, T.GTD)
