"""Practice orders against recorded bars: what fills, where, and what never does."""

import random

import pytest

from workstation.matching.practice_account import result_of
from workstation.matching.practice_market import PracticeMarket
from workstation.matching.practice_orders import Kind, RecordedBar, Status


def bar(number, opened, high, low, close, volume=None, *, opens=False) -> RecordedBar:
    return RecordedBar(
        time=60 * number, open=opened, high=high, low=low, close=close, volume=volume,
        opens_session=opens,
    )  # fmt: skip


@pytest.fixture
def market() -> PracticeMarket:
    return PracticeMarket(bar(0, 990, 1002, 985, 1000))


def prices(market: PracticeMarket) -> list[tuple[int, int, int]]:
    return [(fill.order, fill.sign * fill.size, fill.price) for fill in market.fills]


def statuses(market: PracticeMarket) -> list[Status]:
    return [order.status for order in market.orders.values()]


def buy(
    market: PracticeMarket, kind: Kind, price: int | None = None, size: int = 10, **more
) -> int:
    return market.submit(buys=True, kind=kind, size=size, price=price, **more)


def sell(
    market: PracticeMarket, kind: Kind, price: int | None = None, size: int = 10, **more
) -> int:
    return market.submit(buys=False, kind=kind, size=size, price=price, **more)


def test_at_the_market_one_pays_the_quote(market) -> None:
    buy(market, Kind.MARKET)  # the price rose to 1000: that was the ask
    sell(market, Kind.MARKET)

    assert prices(market) == [(1, 10, 1000), (2, -10, 999)]
    assert market.position == 0


def test_after_a_fall_the_last_trade_was_at_the_bid(market) -> None:
    market.play(bar(1, 1000, 1001, 990, 992))
    market.play(bar(2, 992, 992, 980, 980))
    sell(market, Kind.MARKET)
    buy(market, Kind.MARKET)

    assert [price for _, _, price in prices(market)] == [980, 981]


def test_a_limit_fills_only_where_the_price_trades_through_it(market) -> None:
    buy(market, Kind.LIMIT, 990)
    market.play(bar(1, 1000, 1003, 990, 995))
    assert market.fills == []

    market.play(bar(2, 995, 996, 989, 991))
    assert prices(market) == [(1, 10, 990)]


def test_a_limit_in_reach_takes_the_quote_at_once(market) -> None:
    buy(market, Kind.LIMIT, 1005)

    assert prices(market) == [(1, 10, 1000)]


def test_a_stop_fills_at_its_price_or_at_the_open_beyond_it(market) -> None:
    sell(market, Kind.STOP, 990)
    buy(market, Kind.STOP, 1020)
    market.play(bar(1, 1000, 1004, 980, 984))
    assert prices(market) == [(1, -10, 990)]

    market.play(bar(2, 1030, 1035, 1025, 1031, opens=True))
    assert prices(market)[1:] == [(2, 10, 1030)]


def test_a_session_that_opens_beyond_a_limit_fills_it_at_the_opening_price(market) -> None:
    buy(market, Kind.LIMIT, 990)
    market.play(bar(1, 970, 975, 960, 965, opens=True))

    assert prices(market) == [(1, 10, 970)]


def test_a_gap_within_a_session_trades_through_a_limit_at_its_price(market) -> None:
    buy(market, Kind.LIMIT, 990)
    market.play(bar(1, 970, 975, 960, 965))

    assert prices(market) == [(1, 10, 990)]


def test_the_exits_wait_for_the_entry_and_end_each_other(market) -> None:
    buy(market, Kind.LIMIT, 990, exits=(1010, 980))
    assert statuses(market) == [Status.WORKING, Status.HELD, Status.HELD]

    market.play(bar(1, 1000, 1002, 985, 988))
    assert statuses(market) == [Status.FILLED, Status.WORKING, Status.WORKING]

    market.play(bar(2, 988, 1020, 987, 1015))
    assert prices(market) == [(1, 10, 990), (2, -10, 1010)]
    assert statuses(market) == [Status.FILLED, Status.FILLED, Status.CANCELLED]
    assert market.position == 0


@pytest.mark.parametrize(("buys", "stop"), [(True, 980), (False, 1020)])
def test_a_bar_that_reaches_both_exits_is_taken_to_reach_the_stop_first(
    market, buys: bool, stop: int
) -> None:
    target = 2000 - stop
    market.submit(buys=buys, kind=Kind.MARKET, size=10, exits=(target, stop))
    market.play(bar(1, 1000, 1030, 970, 1000))

    assert prices(market)[1][2] == stop
    assert statuses(market)[1:] == [Status.CANCELLED, Status.FILLED]


def test_an_exit_may_fill_in_the_bar_of_its_entry(market) -> None:
    buy(market, Kind.STOP, 1010, exits=(1030, 1000))
    market.play(bar(1, 1000, 1040, 1000, 1035))

    assert prices(market) == [(1, 10, 1010), (2, -10, 1030)]


def test_orders_get_no_more_than_the_volume_of_a_bar(market) -> None:
    market.play(bar(1, 1000, 1001, 999, 1000, volume=30))
    buy(market, Kind.MARKET, size=100, exits=(1200, 900))
    assert market.position == 30
    assert statuses(market) == [Status.WORKING, Status.HELD, Status.HELD]

    market.play(bar(2, 1000, 1001, 999, 1000, volume=50))
    assert market.position == 80
    market.play(bar(3, 1000, 1001, 999, 1000, volume=50))
    assert market.position == 100
    assert statuses(market) == [Status.FILLED, Status.WORKING, Status.WORKING]


def test_a_target_that_fills_in_part_leaves_a_smaller_stop(market) -> None:
    buy(market, Kind.MARKET, size=100, exits=(1010, 980))
    market.play(bar(1, 1000, 1015, 1000, 1012, volume=40))
    assert market.orders[2].filled == 40
    assert market.orders[3].left == 60

    market.play(bar(2, 1012, 1013, 970, 975, volume=500))
    assert market.position == 0


def test_a_cancelled_entry_that_filled_in_part_keeps_its_exits(market) -> None:
    market.play(bar(1, 1000, 1001, 999, 1000, volume=30))
    buy(market, Kind.MARKET, size=100, exits=(1010, 980))
    market.cancel(1)
    assert [market.orders[number].left for number in (2, 3)] == [30, 30]

    market.play(bar(2, 1000, 1000, 970, 975, volume=500))
    assert market.position == 0
    assert market.live == []


def test_a_cancelled_entry_takes_its_exits_with_it(market) -> None:
    buy(market, Kind.LIMIT, 990, exits=(1010, 980))
    market.cancel(1)
    market.play(bar(1, 1000, 1020, 900, 950))

    assert market.fills == []
    assert set(statuses(market)) == {Status.CANCELLED}


def test_a_moved_order_waits_at_its_new_price(market) -> None:
    buy(market, Kind.LIMIT, 990, exits=(1010, 980))
    market.move(1, 970)
    market.move(3, 950)
    market.play(bar(1, 1000, 1001, 975, 980))
    assert market.fills == []

    market.play(bar(2, 980, 981, 960, 965))
    market.play(bar(3, 965, 966, 940, 945))
    assert prices(market) == [(1, 10, 970), (3, -10, 950)]


def test_flat_means_no_position_and_no_order(market) -> None:
    buy(market, Kind.MARKET, exits=(1010, 980))
    buy(market, Kind.LIMIT, 900)
    market.flatten()

    assert market.position == 0
    assert market.live == []


@pytest.mark.parametrize(
    "terms",
    [{"kind": Kind.LIMIT}, {"kind": Kind.MARKET, "price": 5}, {"kind": Kind.MARKET, "size": 0}],
)
def test_an_order_that_says_too_little_or_too_much_is_refused(market, terms) -> None:
    with pytest.raises(ValueError, match="order"):
        market.submit(**{"buys": True, "size": 10, **terms})
    assert not market.orders


def test_the_result_is_matched_first_in_first_out(market) -> None:
    buy(market, Kind.MARKET, size=10)
    market.play(bar(1, 1000, 1010, 1000, 1010))
    buy(market, Kind.MARKET, size=10)
    market.play(bar(2, 1010, 1020, 1010, 1020))
    sell(market, Kind.MARKET, size=25)
    result = result_of(market.fills)

    sold = market.fills[-1].price
    assert [(trip.size, trip.ticks) for trip in result.trips] == [
        (10, sold - 1000),
        (10, sold - 1010),
    ]
    assert (result.position, result.average) == (-5, sold)
    assert result.unrealized(sold - 7) == 35
    assert result.realized == 10 * (2 * sold - 2010)


def random_bar(rng: random.Random, number: int, last: int) -> RecordedBar:
    opened = last + rng.choice((0, 0, 0, rng.randint(-6, 6)))
    close = opened + rng.randint(-8, 8)
    high = max(opened, close) + rng.randint(0, 5)
    low = min(opened, close) - rng.randint(0, 5)
    volume = rng.choice((None, rng.randint(1, 60)))
    return bar(number, opened, high, low, close, volume, opens=rng.random() < 0.1)


Limits = dict[int, set[int | None]]


def note(market: PracticeMarket, limits: Limits) -> None:
    for order in market.orders.values():
        limits.setdefault(order.number, set()).add(order.price)


def act(rng: random.Random, market: PracticeMarket, limits: Limits) -> None:
    last, buys = market.last, rng.random() < 0.5
    kind = rng.choice(tuple(Kind))
    price = None if kind is Kind.MARKET else last + rng.randint(-10, 10)
    sign = 1 if buys else -1
    near = last if price is None else price
    exits = (near + sign * rng.randint(1, 9), near - sign * rng.randint(1, 9))
    market.submit(
        buys=buys, kind=kind, size=rng.randint(1, 40), price=price,
        exits=exits if rng.random() < 0.5 else (None, None),
    )  # fmt: skip
    note(market, limits)
    if market.live and rng.random() < 0.4:
        chosen = rng.choice(market.live)
        if rng.random() < 0.5:
            market.cancel(chosen.number)
        else:
            market.move(chosen.number, last + rng.randint(-10, 10))


@pytest.mark.parametrize("seed", range(8))
def test_whatever_happens_the_books_agree_and_nobody_is_better_off_than_the_market(seed) -> None:
    rng = random.Random(seed)
    market = PracticeMarket(bar(0, 1000, 1000, 1000, 1000))
    limits: Limits = {}
    for number in range(1, 60):
        act(rng, market, limits)
        before = len(market.fills)
        last = market.last
        played = random_bar(rng, number, last)
        note(market, limits)
        market.play(played)
        for fill in market.fills[before:]:
            low, high = min(played.low, last) - 1, max(played.high, last) + 1
            assert low <= fill.price <= high
        if played.volume is not None:
            outside = sum(f.sign * f.size for f in market.fills[before:])
            assert abs(outside) <= played.volume
        assert market.last == played.close
    for order in market.orders.values():
        filled = [f for f in market.fills if f.order == order.number]
        assert sum(f.size for f in filled) == order.filled <= order.size
        if order.kind is Kind.LIMIT and len(limits[order.number]) == 1:
            (limit,) = limits[order.number]
            assert all((limit - f.price) * order.sign >= 0 for f in filled)
    assert market.position == sum(f.sign * f.size for f in market.fills)
    assert result_of(market.fills).position == market.position
