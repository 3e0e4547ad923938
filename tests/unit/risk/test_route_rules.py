"""Later kinds, times in force and routes: refused before sending where they cannot be, with why."""

from dataclasses import replace
from typing import Any

import pytest

from tests.helpers.desk_fakes import CLIENT, NOON, D, Door, open_order, spy
from tests.unit.risk.test_order_rules import EVERYTHING, order
from tests.unit.risk.test_survival import stop, survey
from workstation.domain.ats import ATS_ROUTE, AtsTerms
from workstation.domain.combo import ComboLeg
from workstation.domain.contract import Contract
from workstation.domain.finding import Denied, NeedsAcknowledgement, RiskCode, Submitted
from workstation.domain.ids import ConId, IntentId
from workstation.domain.order import (
    OrderChange,
    OrderDraft,
    OrderTerms,
    OrderType,
    Tif,
    terms_words,
)
from workstation.oms.editing import changed, why_not_so
from workstation.oms.orders import OrderBook
from workstation.risk.route_rules import route_faults

K, T = OrderType, Tif
OFFERED = EVERYTHING | {
    "MTL",
    "SNAPMID",
    "SNAPMKT",
    "SNAPREL",
    "IBKRATS",
    "SWEEP",
    "POSTATS",
    "DAY",
}
OFFERED |= {"GTC", "IOC", "FOK"}
VENUES = ("SMART", "ARCA", ATS_ROUTE)
BEYOND = AtsTerms(beyond_best=D("0.01"))
MIDDLE = AtsTerms(to_middle=True, whole_offset=D(0), half_offset=D("0.01"))


def door(offered: frozenset[str] = OFFERED, sec_type: str = "STK") -> Door:
    found = Door()
    known = spy(order_types=offered, valid_exchanges=VENUES)
    contract = replace(known.contract, sec_type=sec_type)
    found.contracts.known[contract.con_id] = replace(known, contract=contract)
    return found


def at_ats(kind: OrderType, **terms: Any) -> OrderDraft:
    return replace(order(kind, **terms), route=ATS_ROUTE)


ORDINARY = [
    order(K.MARKET_TO_LIMIT),
    order(K.SNAP_MID),
    order(K.SNAP_MARKET, peg_offset=D("0.01")),
    order(K.SNAP_PRIMARY, peg_offset=D(0)),
    at_ats(K.PEG_BEST, ats=BEYOND),
    at_ats(K.PEG_BEST, ats=MIDDLE),
    at_ats(K.PEG_MID, ats=AtsTerms(whole_offset=D("0.01"), least_trade=D(100))),
    at_ats(K.LIMIT, ats=AtsTerms(least_trade=D(10))),
    order(K.LIMIT, T.DTC),
    order(K.LIMIT, T.MINUTES, minutes=D(30)),
    order(K.LIMIT, sweeps=True),
    order(K.LIMIT, ats_seconds=D(5)),
    replace(order(K.LIMIT, ats_seconds=D(5)), route="SMART"),
    replace(order(K.LIMIT, sweeps=True), route="SMART"),
]

REFUSED = [
    (order(K.MARKET_PROTECTED), "futures exchanges protect"),
    (order(K.STOP_PROTECTED), "futures exchanges protect"),
    (order(K.STOP_PROTECTED, stop_price=None), "needs a stop price"),
    (order(K.MARKET_TO_LIMIT, limit_price=D(100)), "takes no limit price"),
    (order(K.MARKET_TO_LIMIT, peg_offset=D(1)), "takes no peg offset"),
    (order(K.SNAP_MID, peg_offset=D("0.005")), "price increment"),
    (order(K.SNAP_MID, T.IOC), "cannot be IOC"),
    (order(K.SNAP_PRIMARY, outside_rth=True), "regular hours"),
    (order(K.PEG_BEST, ats=BEYOND), "choose that route"),
    (at_ats(K.PEG_BEST), "either so far beyond"),
    (at_ats(K.PEG_BEST, ats=replace(BEYOND, to_middle=True)), "either so far beyond"),
    (at_ats(K.PEG_BEST, limit_price=None, ats=BEYOND), "needs a limit price"),
    (at_ats(K.PEG_BEST, ats=AtsTerms(beyond_best=D("0.005"))), "price increment"),
    (at_ats(K.PEG_BEST, ats=replace(BEYOND, half_offset=D(0))), "belong to an order that follows"),
    (at_ats(K.LIMIT, ats=AtsTerms(whole_offset=D(0))), "belong to an order that follows"),
    (at_ats(K.LIMIT, ats=BEYOND), "does not compete"),
    (at_ats(K.LIMIT, ats=AtsTerms(to_middle=True)), "does not compete"),
    (at_ats(K.LIMIT, ats=AtsTerms(least_rival=D(5))), "does not compete"),
    (order(K.LIMIT, ats=AtsTerms(least_trade=D(10))), "choose that route"),
    (at_ats(K.LIMIT, ats=AtsTerms(least_trade=D("1.5"))), "whole numbers"),
    (at_ats(K.LIMIT, ats=AtsTerms(least_trade=D(101))), "larger than the order"),
    (at_ats(K.LIMIT, ats=AtsTerms(least_trade=D(0))), "greater than 0"),
    (order(K.LIMIT, T.MINUTES), "needs their number"),
    (order(K.LIMIT, minutes=D(5)), "and no other"),
    (order(K.LIMIT, T.MINUTES, minutes=D("0.5")), "whole number of minutes"),
    (order(K.LIMIT, T.MINUTES, minutes=D(1441)), "1440 at most"),
    (order(K.MARKET_ON_CLOSE, T.DTC), "stands for the day"),
    (order(K.MARKET, sweeps=True), "Only a limit order sweeps"),
    (replace(order(K.LIMIT, sweeps=True), route="ARCA"), "sweeps the exchanges is routed"),
    (order(K.LIMIT, sweeps=True, display_size=D(10)), "is no iceberg"),
    (order(K.LIMIT, sweeps=True, hidden=True), "is no iceberg"),
    (order(K.LIMIT, sweeps=True, all_or_none=True), "is no iceberg"),
    (order(K.LIMIT, ats_seconds=D("1.5")), "whole seconds"),
    (order(K.LIMIT, ats_seconds=D(86_401)), "whole seconds"),
    (replace(order(K.LIMIT, ats_seconds=D(5)), route="ARCA"), "routed by SMART stands"),
    (order(K.MARKET, ats_seconds=D(5)), "does not stand at IBKRATS first"),
    (order(K.STOP_LIMIT, ats_seconds=D(5)), "does not stand at IBKRATS first"),
]


@pytest.mark.parametrize("draft", ORDINARY, ids=lambda each: f"{each.order_type}-{each.tif}")
def test_an_ordinary_order_of_each_later_kind_asks_nothing(draft: OrderDraft) -> None:
    found = door()
    answer = found.submit(draft)
    assert isinstance(answer, Submitted), answer
    assert len(found.broker.frames) == 1


@pytest.mark.parametrize(("draft", "why"), REFUSED)
def test_what_cannot_be_is_not_sent(draft: OrderDraft, why: str) -> None:
    found = door()
    answer = found.submit(draft)
    assert isinstance(answer, Denied)
    assert any(why in each.text for each in answer.findings), answer.findings
    assert RiskCode.CHECK_ERROR not in {each.code for each in answer.findings}
    assert found.broker.frames == []


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (order(K.MARKET_TO_LIMIT), "MTL"),
        (order(K.SNAP_MID), "SNAPMID"),
        (order(K.SNAP_MARKET), "SNAPMKT"),
        (order(K.SNAP_PRIMARY), "SNAPREL"),
        (at_ats(K.PEG_BEST, ats=BEYOND), "IBKRATS"),
        (order(K.LIMIT, sweeps=True), "SWEEP"),
        (order(K.LIMIT, ats_seconds=D(5)), "POSTATS"),
    ],
)
def test_what_the_contract_does_not_take_is_not_sent(draft: OrderDraft, code: str) -> None:
    assert isinstance(door(OFFERED - {code}).submit(draft), Denied)
    assert isinstance(door().submit(draft), Submitted)


def test_a_contract_that_is_not_at_the_network_takes_no_peg_best() -> None:
    details = replace(spy(), valid_exchanges=("SMART", "ARCA"))
    for draft in (at_ats(K.PEG_BEST, ats=BEYOND), order(K.PEG_BEST, ats=BEYOND)):
        said = list(route_faults(draft, details))
        assert "This trades at IBKRATS alone, where the contract does not trade." in said
        assert not any("choose that route" in each for each in said)


@pytest.mark.parametrize("kind", [K.MARKET_PROTECTED, K.STOP_PROTECTED])
def test_futures_have_protected_orders_and_risk_values_them(kind: OrderType) -> None:
    found = door(sec_type="FUT")
    assert list(route_faults(order(kind), found.contracts.known[order(kind).con_id])) == []
    assert list(route_faults(order(kind), None)) == []
    huge = found.submit(replace(order(kind), quantity=D(50_000)))
    assert isinstance(huge, Denied | NeedsAcknowledgement)
    assert RiskCode.ORDER_SIZE in {each.code for each in huge.findings}


def test_a_protected_stop_is_valued_where_it_triggers() -> None:
    sizes = []
    for kind in (K.STOP, K.STOP_PROTECTED):
        found = door(sec_type="FUT")
        answer = found.submit(replace(order(kind, stop_price=D("110.00")), quantity=D(50_000)))
        size = next(each for each in answer.findings if each.code is RiskCode.ORDER_SIZE)
        sizes.append(size.measured)
    assert sizes[0] == sizes[1]


@pytest.mark.parametrize("kind", [K.MARKET_TO_LIMIT, K.SNAP_MID])
def test_a_combination_takes_none_of_them(kind: OrderType) -> None:
    legs = (ComboLeg(con_id=ConId(1), ratio=1), ComboLeg(con_id=ConId(2), ratio=-1))
    bag = spy(contract=Contract(con_id=ConId(-1), symbol="SPY", sec_type="BAG"))
    faults = list(route_faults(replace(order(kind), legs=legs), bag))
    assert faults == [f"A combination takes no {kind.value} orders."]


def test_orders_that_take_any_price_meet_ones_own() -> None:
    for kind in (K.MARKET_TO_LIMIT, K.MARKET):
        found = door()
        found.hold(100)
        key = found.submit(order(kind)).key
        found.apply(open_order(found.order(key), order_type=kind.value, limit_price=None))
        sale = replace(order(K.LIMIT), intent_id=IntentId("sale"), side=order(kind).side.opposite)
        answer = found.submit(sale)
        codes = {each.code for each in answer.findings}
        assert RiskCode.SELF_CROSS in codes


@pytest.mark.parametrize("tif", ["DTC", "Minutes"])
def test_a_stop_that_ends_by_itself_lapses(tif: str) -> None:
    assert survey(stop(tif=tif)).lapses == 100
    assert survey(stop(tif=tif, order_type="STP PRT")).covered == 100


def test_a_change_keeps_what_belongs_to_the_kind_alone() -> None:
    book = OrderBook(CLIENT)
    report = open_order(order_type="MTL", limit_price=D("100.20"), tif="Minutes")
    book.apply(replace(report, terms=OrderTerms(minutes=D(30))), NOON)
    (given,) = book
    wish = OrderChange(key=given.key, intent_id=IntentId("up"), quantity=D(50))
    assert changed(given, wish).limit_price is None  # the broker gave it, the order has none
    assert changed(given, wish).terms.minutes == 30
    assert changed(given, replace(wish, tif=Tif.DAY)).terms.minutes is None
    limit = replace(wish, limit_price=D("99.00"))
    assert changed(given, limit).limit_price == D("99.00")
    for terms in ({"sweeps": True}, {"ats_seconds": D(5)}, {"ats": BEYOND}):
        asked = replace(wish, terms=replace(given.terms, **terms))
        assert "where an order goes" in why_not_so(given, asked)


def test_the_words_say_what_is_special() -> None:
    terms = OrderTerms(sweeps=True, minutes=D(30), ats_seconds=D(5), ats=MIDDLE)
    said = terms_words(terms)
    for part in ("minutes 30", "seconds at IBKRATS 5", "sweep to fill", "up to the middle"):
        assert part in said
    assert "half middle 0.01" in said
