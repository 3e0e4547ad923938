"""No term is lost between a wish and the broker: every field is read back as it was asked for.

The gateway's reader shares no code with what writes; what it echoes is read by ours again.
"""

from dataclasses import fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.random_terms import kinds_and_terms
from tests.unit.broker.test_encoding import AAPL, NINE, draft
from tests.unit.simgateway.test_simgateway_order_echo import decoded
from workstation.broker.adapter import Encoder
from workstation.broker.orders_from_ib import open_order_of
from workstation.broker.to_ib import asks_who_sent, ib_contract, ib_order, ib_routed
from workstation.domain.ats import ATS_ROUTE, AtsTerms
from workstation.domain.contract import Contract
from workstation.domain.hedge import Hedge, HedgeKind
from workstation.domain.ids import ClientId, OrderId, OrderRef
from workstation.domain.order import OrderDraft, OrderTerms, OrderType, Side, Tif
from workstation.domain.order_extras import (
    AdjustedType,
    Adjustment,
    Algo,
    Condition,
    ConditionKind,
    Conditions,
    OcaGroup,
    TriggerMethod,
)
from workstation.oms.reported_terms import is_taken, not_shown
from workstation.simgateway.codec_proto import decode
from workstation.simgateway.codec_text import Fields, FrameReader
from workstation.simgateway.instruments import BY_CON_ID
from workstation.simgateway.order_messages import open_order
from workstation.simgateway.order_parts import ConditionRequest
from workstation.simgateway.order_request import PlaceRequest, read_place_order
from workstation.simgateway.order_terms import terms_of as gateway_terms
from workstation.simgateway.orders import PRE_SUBMITTED, Order

VERSIONS = [189, 200, 203, 226]
"""Text and protobuf; below 189 the library refuses what asks for the overnight session."""


def received(version: int, wish: OrderDraft) -> PlaceRequest:
    """Return the request as the gateway reads it."""
    frame = Encoder(version, ClientId(5)).order(
        OrderId(17), ib_contract(AAPL), ib_order(OrderRef("ref-1"), wish)
    )
    (body,) = FrameReader().feed(frame)
    _, *rest = decode(version, body)
    return read_place_order(Fields(rest), version)


def wished(kind: OrderType, tif: Tif, terms: OrderTerms) -> OrderDraft:
    return draft(
        order_type=kind,
        tif=tif,
        terms=terms,
        side=Side.SELL,
        limit_price=Decimal("187.25") if kind.takes_limit else None,
        stop_price=Decimal("180.5") if kind.takes_stop else None,
    )


def moment(value: datetime | None) -> str:
    return "" if value is None else f"{value:%Y%m%d-%H:%M:%S}"


def same(text: str, number: Decimal | None) -> bool:
    return number is not None and Decimal(text) == number


def check_condition(asked: Condition, got: ConditionRequest) -> None:
    assert (got.kind, got.is_and) == (asked.kind, asked.joins_and)
    if asked.kind is ConditionKind.EXECUTION:
        assert (got.symbol, got.sec_type, got.exchange) == ("MSFT", "STK", "SMART")
        return
    assert got.is_more is asked.is_more
    if asked.kind is ConditionKind.TIME:
        assert got.value == moment(asked.time)
        return
    assert same(got.value, asked.value)
    if asked.kind.of_contract:
        assert (got.con_id, got.exchange) == (asked.con_id, asked.exchange)
    if asked.kind is ConditionKind.PRICE:
        assert got.trigger_method == asked.trigger_method


def check_extras(terms: OrderTerms, got: PlaceRequest) -> None:
    oca, algo, when, plan = terms.oca, terms.algo, terms.conditions, terms.adjustment
    assert (got.oca_group, got.oca_type) == ((oca.name, oca.oca_type) if oca else ("", 0))
    assert got.algo_strategy == (algo.strategy if algo else "")
    assert dict(got.algo_params) == (dict(algo.params) if algo else {})
    assert len(got.conditions) == (len(when.each) if when else 0)
    assert (got.conditions_cancel_order, got.conditions_ignore_rth) == (
        (when.cancels, when.ignores_rth) if when else (False, False)
    )
    for asked, each in zip(when.each if when else (), got.conditions, strict=True):
        check_condition(asked, each)
    assert got.adjusted_order_type == (plan.becomes.value if plan else "")
    assert got.trigger_price == (plan.trigger_price if plan else None)
    assert got.adjusted_stop_price == (plan.stop_price if plan else None)
    assert got.adjusted_stop_limit_price == (plan.limit_price if plan else None)
    assert got.adjusted_trailing_amount == (plan.trail_amount if plan else None)
    assert got.adjustable_trailing_unit == (100 if plan and plan.trails_by_percent else 0)


def check_received(wish: OrderDraft, got: PlaceRequest) -> None:
    terms, kind = wish.terms, wish.order_type
    assert (got.side, got.quantity, got.order_type) == ("SELL", wish.quantity, kind.value)
    tif = wish.tif.value.upper()
    assert (got.tif, got.outside_rth, got.account) == (tif, wish.outside_rth, wish.account)
    assert got.limit_price == wish.limit_price
    aux = wish.stop_price if kind.takes_stop else terms.trail_amount or terms.peg_offset
    assert got.stop_price == aux
    assert got.trailing_percent == terms.trail_percent
    assert got.trail_stop_price == terms.trail_stop
    assert got.limit_price_offset == terms.limit_offset
    assert (got.display_size or 0) == (terms.display_size or 0)
    assert (got.discretionary_amount or 0) == (terms.discretionary_amount or 0)
    assert (got.hidden, got.all_or_none) == (terms.hidden, terms.all_or_none)
    assert got.trigger_method == terms.trigger_method
    assert got.good_after_time == moment(terms.good_after)
    assert got.good_till_date == moment(terms.good_till)
    assert got.include_overnight is terms.include_overnight
    assert (got.sweep_to_fill, got.not_held) == (terms.sweeps, False)
    assert (got.duration, got.post_to_ats) == (terms.minutes, terms.ats_seconds)
    ats = terms.ats or AtsTerms()
    assert (got.min_trade_quantity, got.min_compete_size) == (None, ats.least_rival)
    assert (got.compete_against_best_offset, got.compete_to_middle) == (
        ats.beyond_best,
        ats.to_middle,
    )
    assert (got.mid_offset_at_whole, got.mid_offset_at_half) == (ats.whole_offset, ats.half_offset)
    check_extras(terms, got)


@settings(max_examples=60, deadline=None)
@given(chosen=kinds_and_terms(), version=st.sampled_from(VERSIONS), outside=st.booleans())
def test_every_term_arrives_as_it_was_wished(
    chosen: tuple[OrderType, Tif, OrderTerms], version: int, outside: bool
) -> None:
    wish = replace(wished(*chosen), outside_rth=outside)

    check_received(wish, received(version, wish))


def echoed(version: int, wish: OrderDraft) -> OrderTerms:
    """Return the terms that our reader finds in what the gateway tells of the order."""
    instrument = BY_CON_ID[AAPL.con_id]
    order = Order(
        client_id=5,
        order_id=17,
        perm_id=4_000_000_005,
        status=PRE_SUBMITTED,
        terms=gateway_terms(received(version, wish), instrument),
    )
    report = open_order_of(17, *decoded(version, open_order(version, order)))
    assert report.terms is not None
    return report.terms


@settings(max_examples=40, deadline=None)
@given(chosen=kinds_and_terms(), version=st.sampled_from(VERSIONS))
def test_what_the_broker_tells_is_read_as_what_was_sent(
    chosen: tuple[OrderType, Tif, OrderTerms], version: int
) -> None:
    wish = wished(*chosen)
    told = echoed(version, wish)

    assert is_taken(OrderTerms(), wish.terms, told)
    assert not_shown(wish.terms, told) == ()
    for name in (each.name for each in fields(OrderTerms)):
        if name not in {"algo", "conditions"}:  # the broker spells them its own way
            assert getattr(told, name) == getattr(wish.terms, name), name


FULL = OrderTerms(
    trail_amount=Decimal("0.5"), trail_percent=Decimal(2), trail_stop=Decimal(180),
    limit_offset=Decimal("0.1"), peg_offset=Decimal("0.2"), display_size=Decimal(10),
    discretionary_amount=Decimal("0.05"), hidden=True, all_or_none=True,
    trigger_method=TriggerMethod.LAST, good_after=NINE, good_till=NINE, include_overnight=True,
    oca=OcaGroup(name="pair"), algo=Algo(strategy="Vwap", params=(("maxPctVol", "0.1"),)),
    conditions=Conditions(each=(Condition(kind=ConditionKind.MARGIN, value=Decimal(20)),)),
    adjustment=Adjustment(trigger_price=Decimal(200), becomes=AdjustedType.STOP),
    hedge=Hedge(kind=HedgeKind.PAIR, ratio=Decimal(2)),
    sweeps=True, minutes=Decimal(30), ats_seconds=Decimal(5), ats=AtsTerms(to_middle=True),
)  # fmt: skip


@pytest.mark.parametrize("name", [each.name for each in fields(OrderTerms)])
def test_a_report_that_lacks_a_term_is_found_out(name: str) -> None:
    """The comparison above sees each term: it fails where one is left out of a report."""
    default = getattr(OrderTerms(), name)
    assert getattr(FULL, name) != default
    lacking = replace(FULL, **{name: default})
    if name != "trail_stop":  # the broker moves that of itself
        assert not is_taken(OrderTerms(), FULL, lacking)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_order_for_the_brokers_own_network_says_so(version: int) -> None:
    ats = AtsTerms(
        least_trade=Decimal(50), least_rival=Decimal(200), to_middle=True,
        whole_offset=Decimal("0.02"), half_offset=Decimal("0.01"),
    )  # fmt: skip
    wish = replace(wished(OrderType.PEG_BEST, Tif.DAY, OrderTerms(ats=ats)), route=ATS_ROUTE)
    frame = Encoder(version, ClientId(5)).order(
        OrderId(17), ib_routed(AAPL, wish), ib_order(OrderRef("ref-1"), wish)
    )
    (body,) = FrameReader().feed(frame)
    got = read_place_order(Fields(decode(version, body)[1:]), version)
    assert (got.contract.exchange, got.not_held, got.order_type) == (ATS_ROUTE, True, "PEG BEST")
    assert (got.min_trade_quantity, got.min_compete_size, got.compete_to_middle) == (50, 200, True)
    assert (got.mid_offset_at_whole, got.mid_offset_at_half) == (Decimal("0.02"), Decimal("0.01"))

    terms = gateway_terms(got, BY_CON_ID[AAPL.con_id])
    order = Order(client_id=5, order_id=17, perm_id=9, status=PRE_SUBMITTED, terms=terms)
    assert open_order_of(17, *decoded(version, open_order(version, order))).terms == wish.terms


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("kind", "ratio", "param"),
    [(HedgeKind.BETA, "0.8", "0.8"), (HedgeKind.PAIR, "2E+1", "20"), (HedgeKind.FX, None, "")],
)
def test_a_hedge_arrives_and_is_told(
    version: int, kind: HedgeKind, ratio: str | None, param: str
) -> None:
    hedge = Hedge(kind=kind, ratio=None if ratio is None else Decimal(ratio))
    wish = wished(OrderType.MARKET, Tif.DAY, OrderTerms(hedge=hedge))
    wish = replace(wish, quantity=Decimal(0))

    got = received(version, wish)
    assert (got.hedge_type, got.hedge_param, got.quantity) == (kind.value, param, 0)
    assert got.hedge_max_size is None
    assert echoed(version, wish).hedge == hedge


@pytest.mark.parametrize(
    ("version", "sec_type", "asks"),
    [(191, "FUT", False), (192, "FUT", True), (226, "FOP", True), (226, "STK", False)],
)
def test_an_order_of_a_future_says_who_sent_it(version: int, sec_type: str, asks: bool) -> None:
    contract = Contract(con_id=AAPL.con_id, symbol="ES", sec_type=sec_type)

    assert asks_who_sent(version, contract) is asks


def test_what_was_never_wished_is_absent(any_version: int) -> None:
    wish = wished(OrderType.LIMIT, Tif.DAY, OrderTerms())
    assert echoed(any_version, wish) == OrderTerms()


@pytest.fixture(params=[157, *VERSIONS])
def any_version(request: Any) -> int:
    version: int = request.param
    return version
