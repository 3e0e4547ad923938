"""Commissions of practice, win rate and R, and an account that is gone on with another time."""

import random
from decimal import Decimal

import pytest

from tests.unit.matching.test_practice_market import bar
from workstation.matching.fees import Fee, usual_fee
from workstation.matching.practice_account import result_of
from workstation.matching.practice_market import PracticeMarket
from workstation.matching.practice_orders import Kind, PracticeFill, RecordedBar
from workstation.matching.practice_summary import Money, commissions, summary_of
from workstation.simgateway.accounts import commission_for

CENTS = Money(Decimal("0.01"))
STOCK = usual_fee("STK", "USD")


def fill(order: int, size: int, price: int, stop: int | None = None) -> PracticeFill:
    return PracticeFill(
        order=order, buys=size > 0, size=abs(size), price=price, time=60 * order, stop=stop
    )


@pytest.mark.parametrize("shares", [1, 100, 200, 201, 5000])
def test_a_practised_stock_order_pays_what_the_simulated_gateway_takes(shares) -> None:
    assert STOCK.of(Decimal(shares), Decimal(10 * shares)) == commission_for(Decimal(shares))


def test_the_least_is_paid_once_an_order_however_many_fills_it_takes() -> None:
    fills = [fill(1, 100, 1000), fill(1, 50, 1000), fill(1, 250, 1001), fill(2, -400, 1002)]
    assert commissions(fills, STOCK, CENTS) == [
        Decimal("1.00"), Decimal(0), Decimal("1.00"), Decimal("2.00"),
    ]  # fmt: skip


def test_a_currency_pays_by_its_value() -> None:
    money = Money(Decimal("0.00005"))
    fills = [fill(1, 1_000_000, 21_700), fill(2, -1_000_000, 21_710)]
    assert commissions(fills, usual_fee("CASH", "USD"), money) == [Decimal("21.70"), Decimal("21.71")]  # fmt: skip


def test_win_rate_and_r_are_after_commissions() -> None:
    fills = [
        fill(1, 100, 1000, 980), fill(2, -100, 1040),  # 40 made, 20 at risk
        fill(3, -100, 1040, 1060), fill(4, 100, 1060),  # the stop: 20 lost, 20 at risk
        fill(5, 100, 1000), fill(6, -100, 1001),  # 1 made before commissions, no stop
    ]  # fmt: skip
    summary = summary_of(fills, result_of(fills), STOCK, CENTS)
    gains = [each.gain for each in summary.trips]
    assert gains == [Decimal(38), Decimal(-22), Decimal(-1)]
    assert summary.net == Decimal(15)
    assert (summary.won, summary.with_r) == (1, 2)
    assert round(summary.win_rate or 0, 1) == Decimal("33.3")
    assert summary.average_r == (Decimal(38) / 20 + Decimal(-22) / 20) / 2


def test_a_position_that_is_closed_in_parts_shares_its_commission_and_its_risk() -> None:
    fills = [fill(1, 100, 1000, 990), fill(2, -40, 1010), fill(3, -60, 1020)]
    summary = summary_of(fills, result_of(fills), Fee(each=Decimal("0.01")), CENTS)
    first, second = summary.trips
    assert (first.commission, second.commission) == (Decimal("0.80"), Decimal("1.20"))
    assert first.r == (Decimal(4) - Decimal("0.80")) / Decimal(4)


def test_no_trips_give_no_rates() -> None:
    summary = summary_of([], result_of([]), STOCK, CENTS)
    assert (summary.win_rate, summary.average_r, summary.net) == (None, None, 0)


def walk(seed: int, count: int = 60) -> list[RecordedBar]:
    rng, price, bars = random.Random(seed), 1000, []
    for number in range(count):
        opened = price + rng.randint(-3, 3)
        close = opened + rng.randint(-9, 9)
        high, low = max(opened, close) + rng.randint(0, 5), min(opened, close) - rng.randint(0, 5)
        volume = rng.choice((None, 30, 60, 500))
        bars.append(bar(number, opened, high, low, close, volume, opens=number % 20 == 0))
        price = close
    return bars


def act(market: PracticeMarket, rng: random.Random) -> None:
    """Do one of the things a trader does."""
    match rng.randint(0, 5):
        case 0:
            market.submit(buys=rng.random() < 0.5, kind=Kind.MARKET, size=rng.randint(1, 90))
        case 1:
            price = market.last + rng.randint(-8, 8)
            kind = rng.choice((Kind.LIMIT, Kind.STOP))
            market.submit(buys=rng.random() < 0.5, kind=kind, size=40, price=price)
        case 2:
            last = market.last
            exits = (last + 8, last - 8)
            market.submit(buys=True, kind=Kind.LIMIT, size=50, price=last - 2, exits=exits)
        case 3 if market.live:
            order = rng.choice(market.live)
            market.move(order.number, market.last + rng.randint(-9, 9))
        case 4 if rng.random() < 0.3:
            market.flatten()


@pytest.mark.parametrize("seed", range(25))
def test_an_account_that_is_gone_on_with_fills_as_one_that_never_stopped(seed) -> None:
    bars, rng = walk(seed), random.Random(seed)
    other = random.Random(seed)
    whole, parts = PracticeMarket(bars[0]), PracticeMarket(bars[0])
    for number, each in enumerate(bars[1:], 1):
        act(whole, rng)
        act(parts, other)
        if number % 3 == 0:
            parts = PracticeMarket(bars[number - 1], parts.standing)
        whole.play(each)
        parts.play(each)
        assert [(f.size, f.price, f.time, f.stop) for f in parts.fills] == [
            (f.size, f.price, f.time, f.stop) for f in whole.fills
        ]
    assert parts.position == whole.position
    assert whole.fills
