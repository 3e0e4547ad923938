"""Presets: which reach a contract, what wins, and where their prices stand."""

from dataclasses import replace
from decimal import Decimal

import pytest

from workstation.domain.contract import Contract, ContractDetails
from workstation.domain.ids import ConId
from workstation.domain.order import OrderType, Side, Tif
from workstation.domain.order_helpers import SizeMode
from workstation.domain.order_preset import (
    Anchor,
    Distance,
    DistanceUnit,
    OrderPreset,
    PresetLevel,
    anchored,
    away,
    preset_for,
)
from workstation.domain.prices import PriceBand, PriceLadder

D = Decimal

AAPL = Contract(con_id=ConId(1), symbol="AAPL")
ALL = OrderPreset(size=D(10), tif=Tif.GTC, limit_from=Anchor.MID, limit_ticks=2)
STOCKS = OrderPreset(
    level=PresetLevel.CLASS, sec_type="STK", size=D(100), order_type=OrderType.MARKET
)
OF_AAPL = OrderPreset(
    level=PresetLevel.SYMBOL, sec_type="STK", symbol="AAPL",
    size=D(5000), size_mode=SizeMode.MONEY, limit_from=Anchor.NEAR,
)  # fmt: skip
LADDER = PriceLadder((PriceBand(D(0), D("0.0001")), PriceBand(D(1), D("0.01"))))
DETAILS = ContractDetails(contract=AAPL, ladder=LADDER, multiplier=D(1))


def test_the_narrower_preset_wins_field_by_field_in_whatever_order_they_stand() -> None:
    for presets in ((ALL, STOCKS, OF_AAPL), (OF_AAPL, ALL, STOCKS)):
        found = preset_for(presets, AAPL)
        assert found is not None
        assert (found.size, found.size_mode) == (D(5000), SizeMode.MONEY)
        assert (found.order_type, found.tif) == (OrderType.MARKET, Tif.GTC)
        assert (found.limit_from, found.limit_ticks) == (Anchor.NEAR, None)  # not ALL's two ticks


def test_a_size_in_shares_does_not_inherit_that_a_wider_one_is_money() -> None:
    wide = replace(ALL, size_mode=SizeMode.MONEY)
    found = preset_for((wide, STOCKS), AAPL)

    assert found is not None
    assert (found.size, found.size_mode) == (D(100), None)


def test_only_what_fits_is_taken() -> None:
    option = Contract(con_id=ConId(2), symbol="AAPL", sec_type="OPT")
    assert preset_for((STOCKS, OF_AAPL), option) is None
    assert preset_for((), AAPL) is None
    found = preset_for((ALL, STOCKS, OF_AAPL), option)
    assert found is not None
    assert found.size == D(10)


@pytest.mark.parametrize(
    ("distance", "up", "price"),
    [
        (Distance(D(3), DistanceUnit.TICKS), True, "10.03"),
        (Distance(D(3), DistanceUnit.TICKS), False, "9.97"),
        (Distance(D("0.255"), DistanceUnit.PRICE), True, "10.26"),  # never nearer than was said
        (Distance(D("0.255"), DistanceUnit.PRICE), False, "9.74"),
        (Distance(D(2), DistanceUnit.PERCENT), False, "9.80"),
        (Distance(D(50), DistanceUnit.MONEY), True, "10.50"),
        (Distance(D(2), DistanceUnit.RISK), True, "10.80"),
    ],
)
def test_a_distance_becomes_a_price_on_the_ladder(distance, up: bool, price: str) -> None:
    found = away(D(10), distance, up=up, details=DETAILS, quantity=D(100), risk=D("0.40"))

    assert found == D(price)


def test_a_distance_counts_ticks_across_the_edge_of_a_band() -> None:
    down = away(D("1.01"), Distance(D(3), DistanceUnit.TICKS), up=False, details=DETAILS)
    assert down == D("0.9998")


def test_money_and_r_need_what_they_are_said_in() -> None:
    assert away(D(10), Distance(D(50), DistanceUnit.MONEY), up=True, details=DETAILS) is None
    assert away(D(10), Distance(D(2), DistanceUnit.RISK), up=True, details=DETAILS) is None
    future = replace(DETAILS, multiplier=D(50))
    money = Distance(D(100), DistanceUnit.MONEY)
    assert away(D(10), money, up=False, details=future, quantity=D(2)) == D(9)


@pytest.mark.parametrize(
    ("side", "anchor", "ticks", "price"),
    [
        (Side.BUY, Anchor.NEAR, 0, "9.98"),
        (Side.SELL, Anchor.NEAR, 0, "10.03"),
        (Side.BUY, Anchor.FAR, 1, "10.04"),  # beyond the other side
        (Side.SELL, Anchor.FAR, 1, "9.97"),
        (Side.BUY, Anchor.NEAR, -2, "9.96"),  # further away
        (Side.SELL, Anchor.NEAR, -2, "10.05"),
        (Side.BUY, Anchor.MID, 0, "10.00"),  # 10.005, away from the market
        (Side.SELL, Anchor.MID, 0, "10.01"),
        (Side.BUY, Anchor.LAST, 0, "10.01"),
    ],
)
def test_a_limit_stands_by_its_anchor_for_either_side(side, anchor, ticks, price) -> None:
    assert anchored(side, anchor, ticks, LADDER, D("9.98"), D("10.03"), D("10.01")) == D(price)


def test_a_limit_waits_for_its_price() -> None:
    assert anchored(Side.BUY, Anchor.MID, 0, LADDER, D("9.98"), None, None) is None
    assert anchored(Side.BUY, Anchor.MID, 0, LADDER, D(11), D(10), None) is None
    assert anchored(Side.BUY, Anchor.LAST, 0, LADDER, D(9), D(10), None) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"level": PresetLevel.CLASS, "sec_type": "XXX"}, "no asset class"),
        ({"level": PresetLevel.SYMBOL, "sec_type": "STK"}, "needs the symbol"),
        ({"level": PresetLevel.SYMBOL, "sec_type": "STK", "symbol": " aapl"}, "needs the symbol"),
        ({"size": D(0)}, "the size is not"),
        ({"size": D("NaN")}, "the size is not"),
        ({"size": D("1e13")}, "the size is not"),
        ({"size": D(1), "size_mode": SizeMode.RISK}, "shares, money"),
        ({"limit_ticks": 1001}, "at most 1000 ticks"),
        ({"target": Distance(D("1.5"), DistanceUnit.TICKS)}, "ticks are whole"),
        ({"target": Distance(D("Infinity"), DistanceUnit.TICKS)}, "the target's distance"),
        ({"stop": Distance(D(1), DistanceUnit.RISK)}, "only a target"),
        ({"exit_tif": Tif.IOC}, "the exits stand"),
    ],
)
def test_a_preset_that_cannot_be_used_says_why(changes: dict[str, object], said: str) -> None:
    assert said in OrderPreset(**changes).fault  # type: ignore[arg-type]
    assert not ALL.fault
    assert not OF_AAPL.fault


def test_a_preset_is_named_by_what_it_is_for() -> None:
    assert [each.name for each in (ALL, STOCKS, OF_AAPL)] == ["Everything", "STK", "AAPL STK"]


@pytest.mark.parametrize(
    ("distance", "fault"),
    [
        (Distance(D(3), DistanceUnit.TICKS), ""),
        (Distance(D("0.5"), DistanceUnit.PERCENT), ""),
        (Distance(D("2.5"), DistanceUnit.TICKS), "ticks are whole"),
        (Distance(D(2), DistanceUnit.RISK), "only a target is said in R"),
    ],
)
def test_a_stop_stands_a_sensible_distance_away(distance: Distance, fault: str) -> None:
    found = replace(ALL, stop=distance).fault
    assert found.startswith(fault)
    assert bool(found) is bool(fault)
