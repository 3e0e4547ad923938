"""Sizes and limits that are worked out, against figures worked out by hand."""

from decimal import Decimal
from typing import Any

import pytest

from tests.helpers.desk_fakes import spy
from workstation.domain.contract import Contract, ContractDetails
from workstation.domain.ids import ConId
from workstation.domain.order import Side
from workstation.domain.order_helpers import (
    PriceFacts,
    PriceMode,
    SizeFacts,
    SizeMode,
    price_of,
    size_of,
)
from workstation.domain.prices import PriceBand, PriceLadder

D = Decimal
ES = ContractDetails(
    contract=Contract(con_id=ConId(2), symbol="ES", sec_type="FUT"),
    ladder=PriceLadder.of_tick(D("0.25")),
    multiplier=D(50),
)
VOD = ContractDetails(
    contract=Contract(con_id=ConId(3), symbol="VOD", currency="GBP"),
    ladder=PriceLadder.of_tick(D("0.02")),
    price_magnifier=100,
)


def facts(**changes: Any) -> SizeFacts:
    given: dict[str, Any] = {
        "details": spy(),
        "price": D("187.20"),
        "equity": D(100_000),
        "equity_currency": "USD",
    }
    return SizeFacts(**{**given, **changes})


@pytest.mark.parametrize(
    ("mode", "amount", "stop", "changes", "quantity"),
    [
        (SizeMode.MONEY, "10000", None, {}, "53"),  # 53.418
        (SizeMode.MONEY, "9921.60", None, {}, "53"),  # exactly 53
        (SizeMode.MONEY, "9921.59", None, {}, "52"),
        (SizeMode.MONEY, "500", None, {"details": VOD, "price": D(80)}, "625"),  # pence
        (SizeMode.EQUITY, "5", None, {}, "26"),  # 5,000
        (SizeMode.POSITION, "50", None, {"position": D(-301)}, "150"),
        (SizeMode.POSITION, "100", None, {"position": D(300)}, "300"),
        (SizeMode.RISK, "500", "185.00", {}, "227"),  # 2.20 a share
        (SizeMode.RISK, "500", "189.40", {}, "227"),  # a stop above, for a sale
        (SizeMode.RISK, "1000", "4990", {"details": ES, "price": D(5000)}, "2"),  # 500 each
        (SizeMode.MONEY, "10000", None, {"details": spy(size_increment=D(10))}, "50"),
        (SizeMode.MONEY, "100", None, {"details": spy(size_increment=D("0.0001"),
                                                      min_size=D("0.0001"))}, "0.5341"),
    ],
)  # fmt: skip
def test_a_size_is_never_more_than_was_asked_for(
    mode: SizeMode, amount: str, stop: str | None, changes: dict[str, Any], quantity: str
) -> None:
    given = None if stop is None else D(stop)
    found = size_of(mode, D(amount), facts(**changes), given)
    assert (found.value, found.reason) == (D(quantity), "")


@pytest.mark.parametrize(
    ("mode", "amount", "stop", "changes", "reason"),
    [
        (SizeMode.MONEY, "0", None, {}, "above 0"),
        (SizeMode.MONEY, "NaN", None, {}, "above 0"),
        (SizeMode.MONEY, "100", None, {}, "Too little"),
        (SizeMode.MONEY, "100", None, {"price": None}, "No price"),
        (SizeMode.MONEY, "100", None, {"price": D(0)}, "price of 0"),
        (SizeMode.MONEY, "900", None, {"details": spy(min_size=D(10))}, "Too little"),
        (SizeMode.EQUITY, "5", None, {"equity": None}, "not known"),
        (SizeMode.EQUITY, "5", None, {"equity": D(-1)}, "not known"),
        (SizeMode.EQUITY, "5", None, {"equity_currency": "EUR"}, "Equity is in EUR"),
        (SizeMode.POSITION, "50", None, {}, "No position"),
        (SizeMode.RISK, "500", None, {}, "stop price"),
        (SizeMode.RISK, "500", "187.20", {}, "at the price itself"),
        (SizeMode.RISK, "500", "1", {"price": None}, "No price"),
    ],
)
def test_what_cannot_be_worked_out_says_why(
    mode: SizeMode, amount: str, stop: str | None, changes: dict[str, Any], reason: str
) -> None:
    found = size_of(mode, D(amount), facts(**changes), None if stop is None else D(stop))
    assert found.value is None
    assert reason in found.reason


BANDS = PriceLadder((PriceBand(D(0), D("0.0001")), PriceBand(D(1), D("0.01"))))


def market(**changes: Any) -> PriceFacts:
    given: dict[str, Any] = {
        "ladder": BANDS,
        "side": Side.BUY,
        "bid": D("10.00"),
        "ask": D("10.05"),
        "last": D("10.03"),
    }
    return PriceFacts(**{**given, **changes})


@pytest.mark.parametrize(
    ("mode", "amount", "changes", "price"),
    [
        (PriceMode.BID, "0", {}, "10.00"),
        (PriceMode.BID, "2", {}, "10.02"),
        (PriceMode.ASK, "-1", {}, "10.04"),
        (PriceMode.LAST, "1", {}, "10.04"),
        (PriceMode.MID, "0", {}, "10.02"),  # 10.025 down for a purchase
        (PriceMode.MID, "0", {"side": Side.SELL}, "10.03"),
        (PriceMode.SPREAD, "0", {}, "10.00"),
        (PriceMode.SPREAD, "100", {}, "10.05"),
        (PriceMode.SPREAD, "30", {}, "10.01"),  # 10.015
        (PriceMode.SPREAD, "30", {"side": Side.SELL}, "10.02"),
        (PriceMode.SPREAD, "-20", {}, "9.99"),
        (PriceMode.BID, "-2", {"bid": D("1.00")}, "0.9998"),  # the band below has its own tick
        (PriceMode.BID, "2", {"bid": D("0.9999")}, "1.01"),
        (PriceMode.MID, "1", {"bid": D("-1.20"), "ask": D("-1.10"), "ladder":
                              PriceLadder.of_tick(D("0.05"))}, "-1.10"),
    ],
)  # fmt: skip
def test_a_limit_stands_on_the_ladder_at_its_own_price(
    mode: PriceMode, amount: str, changes: dict[str, Any], price: str
) -> None:
    found = price_of(mode, D(amount), market(**changes))
    assert (found.value, found.reason) == (D(price), "")
    assert found.value is not None
    assert market(**changes).ladder.allows(found.value)


@pytest.mark.parametrize(
    ("mode", "amount", "changes", "reason"),
    [
        (PriceMode.MID, "0", {"bid": None}, "both sides"),
        (PriceMode.SPREAD, "50", {"bid": D(11)}, "both sides"),  # crossed
        (PriceMode.LAST, "0", {"last": None}, "No trade"),
        (PriceMode.BID, "1.5", {}, "whole"),
        (PriceMode.BID, "1001", {}, "at most 1000"),
        (PriceMode.BID, "Infinity", {}, "number"),
    ],
)
def test_a_limit_without_a_market_says_why(
    mode: PriceMode, amount: str, changes: dict[str, Any], reason: str
) -> None:
    found = price_of(mode, D(amount), market(**changes))
    assert found.value is None
    assert reason in found.reason
