"""Costs of fills, against figures worked out by hand."""

import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.helpers.desk_fakes import execution as an_execution
from workstation.domain.execution import Commission
from workstation.domain.execution_quality import (
    CROSSED,
    HORIZONS,
    FillMarket,
    FillQuality,
    MarketSample,
    MarkOut,
    mid_price,
)
from workstation.domain.ids import OrderKey
from workstation.domain.order import Side
from workstation.domain.trading_costs import (
    basis_points,
    costs_of,
    effective_spread,
    grouped,
    groupings,
    mark_out,
    money_of,
    realized_spread,
    slippage,
)

D = Decimal
AT = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)


def sample(bid: float | None, ask: float | None, fault: str = "") -> MarketSample:
    return MarketSample(at=AT, bid=bid, ask=ask, fault=fault)


GIVEN: dict[str, Any] = {
    "side": Side.BUY,
    "price": D("10.03"),
    "quantity": D(100),
    "exchange": "ARCA",
    "arrival": sample(10.00, 10.02),
    "at_fill": sample(10.00, 10.04),
    "mids": (10.04, 10.05, 10.02, 10.07),
    "vwap": 10.025,
    "value": D(1),
    "currency": "USD",
}


def a_fill(name: str = "a.1", **changes: Any) -> FillQuality:
    """Bought 100 at 10.03; 10.00 to 10.02 at the command, 10.00 to 10.04 at the fill."""
    given = {**GIVEN, **changes}
    execution = an_execution(
        f"{name}.01",
        given["quantity"],
        time=AT,
        **{each: given[each] for each in ("side", "price", "exchange")},
    )
    market = FillMarket(
        fill=name,
        key=OrderKey("k"),
        order_type="LMT",
        algo="",
        filled_at=AT,
        arrival=given["arrival"],
        at_fill=given["at_fill"],
        point_value=given["value"],
        currency=given["currency"],
    )
    average: dict[int, Any] = {HORIZONS[0]: given["vwap"]}
    marks = tuple(
        MarkOut(
            fill=name, horizon=each, market=sample(mid - 0.01, mid + 0.01), vwap=average.get(each)
        )
        for each, mid in zip(HORIZONS, given["mids"], strict=False)
    )
    cost = Commission(
        exec_id=execution.exec_id, commission=D("1.00"), currency="USD", realized_pnl=None
    )
    return FillQuality(execution=execution, market=market, marks=marks, commission=cost)


def test_the_middle_of_a_market() -> None:
    assert mid_price(10.00, 10.04) == pytest.approx(10.02)
    assert mid_price(10.00, 10.00) == 10.00  # locked
    assert mid_price(0.0, 0.05) == pytest.approx(0.025)  # a zero bid is a price
    assert mid_price(-1.25, -1.15) == pytest.approx(-1.20)  # a credit spread


@pytest.mark.parametrize(
    ("bid", "ask"),
    [(10.01, 10.00), (None, 10.0), (10.0, None), (None, None), (math.nan, 10.0), (1.0, math.inf)],
)
def test_a_crossed_or_missing_market_has_no_middle(bid: float | None, ask: float | None) -> None:
    assert mid_price(bid, ask) is None


def test_a_purchase_pays_what_lies_above_the_benchmark() -> None:
    assert slippage(Side.BUY, 10.03, 10.01) == pytest.approx(0.02)
    assert effective_spread(Side.BUY, 10.03, 10.02) == pytest.approx(0.02)
    assert realized_spread(Side.BUY, 10.03, 10.07) == pytest.approx(-0.08)
    assert mark_out(Side.BUY, 10.03, 10.07) == pytest.approx(0.04)


def test_a_sale_pays_what_lies_below_the_benchmark() -> None:
    assert slippage(Side.SELL, 10.00, 10.01) == pytest.approx(0.01)
    assert effective_spread(Side.SELL, 10.00, 10.02) == pytest.approx(0.04)
    assert realized_spread(Side.SELL, 10.00, 10.07) == pytest.approx(0.14)
    assert mark_out(Side.SELL, 10.00, 10.07) == pytest.approx(-0.07)


def test_a_fill_inside_the_spread_pays_less_than_nothing() -> None:
    assert effective_spread(Side.BUY, 10.01, 10.02) == pytest.approx(-0.02)


def test_basis_points_are_of_a_positive_price_alone() -> None:
    assert basis_points(0.02, 10.0) == pytest.approx(20.0)
    assert basis_points(0.02, 0.0) is None
    assert basis_points(0.02, -1.2) is None
    assert basis_points(None, 10.0) is None


def test_a_bought_fill_is_measured_against_every_benchmark() -> None:
    costs = costs_of(a_fill())

    assert costs.spread == pytest.approx(0.04)
    assert costs.effective == pytest.approx(0.02)
    assert costs.against_mid == pytest.approx(0.01)
    assert costs.against_arrival == pytest.approx(0.02)
    assert costs.against_vwap == pytest.approx(0.005)
    assert costs.realized == pytest.approx(-0.08)  # 2 (10.03 - 10.07), five minutes later
    assert costs.mark_outs == pytest.approx((0.01, 0.02, -0.01, 0.04))


def test_a_sold_fill_has_the_opposite_signs() -> None:
    costs = costs_of(a_fill(side=Side.SELL))

    assert costs.effective == pytest.approx(-0.02)
    assert costs.against_arrival == pytest.approx(-0.02)
    assert costs.against_vwap == pytest.approx(-0.005)
    assert costs.mark_outs == pytest.approx((-0.01, -0.02, 0.01, -0.04))


def test_effective_spread_is_realized_spread_and_price_impact() -> None:
    fill = a_fill(side=Side.SELL, price=D("9.97"))
    costs = costs_of(fill)
    assert fill.market is not None
    mid = fill.market.at_fill.mid
    assert mid is not None
    assert costs.realized is not None
    impact = 2 * -1 * (10.07 - mid)
    assert costs.effective == pytest.approx(costs.realized + impact)


def test_a_locked_market_has_a_spread_of_nothing() -> None:
    costs = costs_of(a_fill(at_fill=sample(10.02, 10.02)))
    assert costs.spread == 0.0
    assert costs.effective == pytest.approx(0.02)


def test_what_was_not_measured_is_none_and_never_zero() -> None:
    crossed = costs_of(a_fill(at_fill=sample(10.04, 10.00, CROSSED)))
    assert (crossed.spread, crossed.effective, crossed.against_mid) == (None, None, None)
    assert crossed.against_arrival == pytest.approx(0.02)

    no_arrival = costs_of(a_fill(arrival=sample(None, None, "none")))
    assert no_arrival.against_arrival is None

    early = costs_of(a_fill(mids=(10.04,), vwap=None))
    assert early.mark_outs[0] == pytest.approx(0.01)
    assert early.mark_outs[1:] == (None, None, None)
    assert (early.realized, early.against_vwap) == (None, None)

    bare = costs_of(FillQuality(execution=a_fill().execution))
    assert (bare.effective, bare.against_arrival, bare.mark_outs) == (None, None, (None,) * 4)


def test_money_counts_the_multiplier_and_the_pence() -> None:
    assert money_of(a_fill(), 0.02) == pytest.approx(2.0)
    assert money_of(a_fill(quantity=D(2), value=D(50)), 0.25) == pytest.approx(25.0)  # two ES
    assert money_of(a_fill(value=D("0.01")), 3.0) == pytest.approx(3.0)  # 100 at 3 pence
    assert money_of(a_fill(value=None), 0.02) is None


def test_a_group_weighs_its_fills_by_value() -> None:
    fills = (
        a_fill("a.1"),  # 100 x 10.03, slippage 2.00
        a_fill("a.2", quantity=D(300), price=D("10.01")),  # at the arrival's middle, 0.00
    )
    (group,) = grouped(fills, groupings(UTC)["Type"])

    assert (group.name, group.currency, group.fills, group.quantity) == ("LMT", "USD", 2, D(400))
    assert group.value == pytest.approx(1003.0 + 3003.0)
    assert group.against_arrival.money == pytest.approx(2.0)
    assert group.against_arrival.points == pytest.approx(10_000 * 2.0 / 4006.0)
    assert group.effective.money == pytest.approx(2.0 - 2 * 0.01 * 300)
    assert (group.commission, group.commissions) == (D("2.00"), 2)
    assert group.mark_outs[3].money == pytest.approx(0.04 * 100 + 0.06 * 300)


def test_an_unmeasured_fill_weighs_nothing_in_the_mean() -> None:
    fills = (a_fill("a.1"), a_fill("a.2", arrival=sample(None, None, "none")))
    (group,) = grouped(fills, groupings(UTC)["Venue"])
    assert group.against_arrival.fills == 1
    assert group.against_arrival.points == pytest.approx(10_000 * 0.02 / 10.03)


def test_groups_keep_currencies_apart_and_leave_busts_out() -> None:
    fills = (
        a_fill("a.1"),
        a_fill("a.2", currency="EUR"),
        a_fill("a.3", quantity=D(0)),
        a_fill("a.4", value=None),
    )
    groups = grouped(fills, groupings(UTC)["Hour"])
    assert [(each.name, each.currency, each.fills) for each in groups] == [
        ("15:00", "EUR", 1),
        ("15:00", "USD", 1),
    ]


def test_a_price_below_zero_has_money_but_no_basis_points() -> None:
    (group,) = grouped((a_fill(price=D("-1.20")),), groupings(UTC)["Symbol"])
    assert group.against_arrival.money == pytest.approx(100 * (-1.20 - 10.01))
    assert group.against_arrival.points is None
