"""Bars: what is divided adds up again, and bars, quotes and prints tell one story."""

from datetime import date
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.simgateway.virtual import World
from workstation.simgateway.bars import Bar, divided, generated_bar, joined
from workstation.simgateway.daily_data import business_days_before, demo_rows
from workstation.simgateway.instruments import DEMO
from workstation.simgateway.live_day import LiveDay

AAPL = 265598
CONTRACT = [0, "AAPL", "STK", "", "", "", "", "SMART", "", "USD", "", ""]


@pytest.fixture
def world() -> World:
    return World()


def ask(client, size: str, duration: str, **more: Any) -> list[list[str]]:
    """Request bars; return date, open, high, low, close, volume, average, count of each."""
    end, shows = more.get("end", ""), more.get("shows", "TRADES")
    fields = [end, size, duration, 1, shows, more.get("form", 2), more.get("keep", 0), ""]
    client.session.client.pacing.asked.clear()  # how often one may ask is a test of its own
    answer = client.request(20, 9, *CONTRACT, 0, *fields)[0]
    assert answer[:2] == ["17", "9"], answer
    rows = [answer[i : i + 8] for i in range(3, len(answer), 8)]
    assert len(rows) == int(answer[2])
    return rows


def total(rows: list[list[str]]) -> tuple[float, ...]:
    prices = [[float(x) for x in row[1:6]] for row in rows]
    high, low = max(p[1] for p in prices), min(p[2] for p in prices)
    return prices[0][0], high, low, prices[-1][3], sum(p[4] for p in prices)


bars = st.tuples(
    st.lists(st.integers(1, 500), min_size=4, max_size=4),
    st.integers(0, 10**7),
    st.integers(1, 4000),
    st.booleans(),
).map(lambda t: a_bar(sorted(t[0]), *t[1:]))


def a_bar(prices: list[int], volume: int, seconds: int, rises: bool) -> Bar:
    low, first, second, high = prices
    opened, close = (first, second) if rises else (second, first)
    return generated_bar(600, seconds, (opened, high, low, close), volume)


@given(bars, st.sampled_from([1, 5, 60]), st.integers(0, 9))
def test_a_divided_bar_adds_up_to_itself(bar: Bar, step: int, seed: int) -> None:
    parts = divided(bar, step, Random(seed))
    again = joined(parts, bar.time, bar.seconds)

    assert again is not None
    assert again[:7] == bar[:7]
    assert sum(part.seconds for part in parts) == bar.seconds
    for part in parts:
        assert bar.low <= part.low <= min(part.open, part.close)
        assert max(part.open, part.close) <= part.high <= bar.high
        assert part.volume >= 0
        assert part.low <= part.average <= part.high
    for one, two in pairwise(parts):
        assert one.close == two.open
        assert two.time == one.time + one.seconds


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 99), st.integers(1, 9))), bars)
def test_seconds_minutes_and_the_day_agree(prints, past: Bar) -> None:
    day = LiveDay(600, 600 + past.seconds, past, "1")
    now = 600 + past.seconds
    for gap, price, size in prints:
        now += gap
        day.add(price, size, now)

    whole = day.day_bar()
    assert whole is not None
    for parts in (day.minutes(), day.seconds()):
        assert joined(parts, 600, 86_400)[:7] == whole[:7]
        assert [p.time for p in parts] == sorted(p.time for p in parts)
    for bar in day.minutes()[-5:]:
        assert day.minutes(bar.time)[-1] == day.minutes()[-1]


def test_older_seconds_come_from_their_minutes() -> None:
    day = LiveDay(0, 30, None, "1")
    for second in range(30, 9000):
        day.add(100 + second % 7, 1 + second % 3, second)

    assert joined(day.seconds(), 0, 86_400)[:7] == joined(day.minutes(), 0, 86_400)[:7]
    assert joined(day.seconds(3600), 0, 1)[:7] == joined(day.minutes(3600), 0, 1)[:7]


def test_the_demo_data_end_on_the_last_business_day_at_the_reference_price() -> None:
    assert business_days_before(date(2026, 11, 23), 2) == [date(2026, 11, 19), date(2026, 11, 20)]
    for instrument in DEMO:
        rows = demo_rows(instrument.symbol)
        assert rows[-1][0][3] == instrument.reference_price * 100
        assert len(rows) > 190
        for (opened, high, low, close), volume in rows:
            assert 0 < low <= min(opened, close) <= max(opened, close) <= high
            assert volume > 0


def test_bars_of_every_size_agree_with_the_day(world: World) -> None:
    client = world.client()
    end = "20261118 20:00:00 US/Eastern"
    (daily,) = ask(client, "1 day", "1 D", end=end)
    assert daily[0] == "20261118"
    for size in ("5 secs", "1 min", "5 mins", "30 mins", "1 hour", "4 hours"):
        rows = ask(client, size, "1 D", end=end)
        assert total(rows) == total([daily])
        assert ask(client, size, "1 D", end=end) == rows
    assert [r[0][9:] for r in ask(client, "1 hour", "1 D", end=end, form=1)][:2] == [
        "09:30:00 US/Eastern",
        "10:00:00 US/Eastern",
    ]
    month = ask(client, "1 day", "1 M", end="20261031 23:00:00")
    assert total(ask(client, "1 month", "1 M", end="20261031 23:00:00")) == total(month)
    assert World(5).gateway.seed == world.gateway.seed
    assert ask(World(6).client(), "1 min", "1 D", end=end) != ask(client, "1 min", "1 D", end=end)


def test_todays_bars_quotes_and_prints_agree(world: World) -> None:
    client = world.client()
    client.place(1, "BUY", 700)
    world.run(90)
    quote = world.gateway.markets[AAPL].quote()

    wanted = (quote.open, quote.high, quote.low, quote.last, quote.volume)
    for size in ("1 day", "1 hour", "1 min", "5 secs"):
        assert total(ask(client, size, "1 D")) == wanted
    assert [row[0] for row in ask(client, "1 day", "2 D")] == ["20261119", "20261120"]
    assert float(ask(client, "1 day", "2 D")[0][4]) == quote.previous_close == 430.47


def test_a_day_that_was_lived_through_stays(world: World) -> None:
    client = world.client()
    world.run(30)
    (friday,) = ask(client, "1 day", "1 D")
    world.clock.start = world.clock.start.replace(day=21)
    world.run(30)

    days = ask(client, "1 day", "3 D")
    assert [day[0] for day in days] == ["20261119", "20261120", "20261121"]
    assert days[1][:4] == friday[:4]
    quote = world.gateway.markets[AAPL].quote()
    assert total(days[2:]) == (quote.open, quote.high, quote.low, quote.last, quote.volume)
    assert float(days[1][4]) == quote.previous_close
    rows = ask(client, "1 min", "2 D")
    assert total(rows)[4] == total(days[1:])[4]


def test_bars_are_kept_up_to_date(world: World) -> None:
    client = world.client()
    first = ask(client, "5 secs", "60 S", keep=1)
    world.run(62)
    updates = client.of(90)
    newest = {update[3]: update for update in updates}

    assert len(first) == 12
    assert 10 <= len(newest) <= 14
    world.clock.seconds += 10
    later = {row[0]: row for row in ask(client, "5 secs", "120 S")}
    for label in list(newest)[:-1]:
        _, _, count, _, opened, close, high, low, average, volume = newest[label]
        assert later[label] == [label, opened, high, low, close, volume, average, count]
    client.request(25, 1, 9)
    assert client.errors(9) == [162]
    client.request(25, 1, 9)
    assert client.errors(9) == [162, 366]
    before = len(client.messages)
    world.run(6)
    assert len(client.messages) == before


@pytest.mark.parametrize("size", ["1 day", "1 week"])
def test_larger_bars_are_kept_up_to_date(world: World, size: str) -> None:
    client = world.client()
    last = ask(client, size, "1 W", keep=1)[-1]
    world.run(11)
    quote = world.gateway.markets[AAPL].quote()
    update = client.of(90)[-1]
    assert update[3] == last[0]
    assert int(update[9]) > int(last[5])
    assert float(update[6]) <= quote.high or size == "1 week"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        (["", "1 foo", "1 D", 1, "TRADES", 1, 0, ""], 321),
        (["", "1 min", "1 X", 1, "TRADES", 1, 0, ""], 321),
        (["", "1 min", "0 D", 1, "TRADES", 1, 0, ""], 321),
        (["", "1 min", "1 D", 1, "GOSSIP", 1, 0, ""], 321),
        (["yesterday", "1 min", "1 D", 1, "TRADES", 1, 0, ""], 321),
        (["20261118 10:00:00 Mars/Olympus", "1 min", "1 D", 1, "TRADES", 1, 0, ""], 321),
        (["20261318 10:00:00", "1 min", "1 D", 1, "TRADES", 1, 0, ""], 321),
        (["20261118 10:00:00", "1 min", "1 D", 1, "TRADES", 1, 1, ""], 321),
        (["", "1 secs", "1 D", 1, "TRADES", 1, 1, ""], 321),
        (["19900101 10:00:00", "1 min", "1 D", 1, "TRADES", 1, 0, ""], 162),
        (["", "1 secs", "5 D", 1, "TRADES", 1, 0, ""], 162),
    ],
)
def test_bad_requests_for_bars(world: World, fields: list[Any], code: int) -> None:
    client = world.client()
    client.request(20, 9, *CONTRACT, 0, *fields)
    assert client.errors(9) == [code]


def test_quotes_as_bars_and_the_head(world: World) -> None:
    client = world.client()
    (trades,) = ask(client, "1 day", "1 D")
    (bid,) = ask(client, "1 day", "1 D", shows="BID")
    assert float(bid[1]) == pytest.approx(float(trades[1]) - 0.01)
    assert bid[5:] == ["-1", "-1", "-1"]
    head = client.request(87, 4, *CONTRACT, 0, 1, "TRADES", 1)[0]
    oldest = ask(client, "1 day", "20 Y")[0]
    assert head == ["88", "4", f"{oldest[0]}-14:30:00"]


def test_the_end_may_name_its_zone(world: World) -> None:
    client = world.client()
    ends = ["20261118 12:00:00", "20261118 12:00:00 US/Eastern", "20261118-17:00:00"]
    answers = [ask(client, "1 min", "600 S", end=end, form=1) for end in ends]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][-1][0] == "20261118 11:59:00 US/Eastern"
    assert len(answers[0]) == 10


@settings(max_examples=30)
@given(st.sampled_from(["1 secs", "30 secs", "1 min", "1 hour"]), st.integers(1, 2000))
def test_a_duration_in_seconds_covers_so_many(size: str, seconds: int) -> None:
    rows = ask(shared, size, f"{seconds} S", end="20261118 15:00:00")
    length = {"1 secs": 1, "30 secs": 30, "1 min": 60, "1 hour": 3600}[size]
    assert -(-seconds // length) <= len(rows) <= seconds // length + 2


shared = World().client()
