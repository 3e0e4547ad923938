"""Bars of other kinds, live bars, single prints of the past, histograms, schedules, pacing."""

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.simgateway.contracts import contract
from tests.unit.simgateway.virtual import VirtualClient, World
from workstation.simgateway.bars import generated_bar
from workstation.simgateway.instruments import BY_CON_ID
from workstation.simgateway.past_ticks import prints_of

AAPL = 265598


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def client(world: World) -> VirtualClient:
    return world.client()


def ask(
    client: VirtualClient, wanted: list[Any], size: str, duration: str, shows: str, end: str = ""
) -> list[list[str]]:
    client.session.client.pacing.asked.clear()
    return client.request(20, 9, *wanted, 0, end, size, duration, 1, shows, 1, 0, "")


def bars(answer: list[list[str]]) -> list[list[str]]:
    assert answer[0][:2] == ["17", "9"], answer
    row = answer[0]
    return [row[i : i + 8] for i in range(3, len(row), 8)]


def refused(answer: list[list[str]]) -> tuple[int, str]:
    assert answer[0][0] == "4", answer
    return int(answer[0][2]), answer[0][3]


# ---- kinds of bars -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "shows", "code"),
    [
        (contract("EUR", "CASH", "IDEALPRO"), "TRADES", 162),
        (contract("SPX", "IND", "CBOE"), "BID", 162),
        (contract("BTC", "CRYPTO", "PAXOS"), "TRADES", 10299),
        (contract("SIMDARK"), "TRADES", 162),
        (contract("ES", "FUT", "CME", expiry="202703"), "FEE_RATE", 162),
        (contract("AAPL"), "YIELD_BID", 321),
    ],
)
def test_what_a_contract_does_not_have_is_refused(
    client: VirtualClient, wanted: list[Any], shows: str, code: int
) -> None:
    assert refused(ask(client, wanted, "1 day", "5 D", shows))[0] == code


@pytest.mark.parametrize(
    ("wanted", "shows"),
    [
        (contract("EUR", "CASH", "IDEALPRO"), "MIDPOINT"),
        (contract("SPX", "IND", "CBOE"), "TRADES"),
        (contract("BTC", "CRYPTO", "PAXOS"), "AGGTRADES"),
        (contract("ES", "FUT", "CME", expiry="202703"), "TRADES"),
        (contract("ES", "CONTFUT", "CME"), "TRADES"),
        (contract("AAPL", "OPT", expiry="20261218", strike="430", right="C"), "TRADES"),
        (contract("VOD", "STK", "LSE", "GBP"), "TRADES"),
        (contract("IBM", "BOND"), "TRADES"),
        (contract("AAPL", "CFD"), "BID"),
    ],
)
@pytest.mark.parametrize("size", ["1 day", "1 hour", "5 mins"])
def test_every_contract_has_bars(
    client: VirtualClient, wanted: list[Any], shows: str, size: str
) -> None:
    found = bars(ask(client, wanted, size, "5 D", shows))
    assert len(found) >= 5
    for _, opened, high, low, close, *_ in found:
        assert float(low) <= min(float(opened), float(close))
        assert max(float(opened), float(close)) <= float(high)


def test_the_close_of_yesterday_is_the_same_in_bars_and_ticks(
    world: World, client: VirtualClient
) -> None:
    for wanted in (
        contract("ES", "FUT", "CME", expiry="202703"),
        contract("AAPL", "OPT", expiry="20261218", strike="430", right="P"),
        contract("ETH", "CRYPTO", "PAXOS"),
    ):
        shows = "AGGTRADES" if wanted[2] == "CRYPTO" else "TRADES"
        yesterday = bars(ask(client, wanted, "1 day", "2 D", shows))[0]
        ticks = client.request(1, 11, 50, *wanted, 0, "", 1, 0, "")
        close = next(m[4] for m in ticks if m[0] == "1" and m[3] == "9")
        assert Decimal(yesterday[4]) == Decimal(close)


def test_a_combinations_bars_come_from_its_legs(client: VirtualClient) -> None:
    low, high = _option(client, 420), _option(client, 440)
    legs = [2, low, 1, "BUY", "SMART", high, 1, "SELL", "SMART"]
    wanted = contract("AAPL", "BAG")
    fields = [*wanted, 0, "", "1 day", "5 D", 1, "TRADES", 1, *legs, 0, ""]
    found = bars(client.request(20, 9, *fields))
    of = {
        con_id: bars(ask(client, contract("", "", con_id=con_id), "1 day", "5 D", "TRADES"))
        for con_id in (low, high)
    }
    assert len(found) == 5
    for number in range(4):
        worth = Decimal(of[low][number][4]) - Decimal(of[high][number][4])
        assert Decimal(found[number][4]) == worth


def _option(client: VirtualClient, strike: int) -> int:
    terms = contract("AAPL", "OPT", expiry="20261218", strike=strike, right="C")
    return int(client.request(9, 8, 7, *terms, 0)[0][13])


def test_a_continuous_future_takes_no_end(client: VirtualClient) -> None:
    wanted = contract("ES", "CONTFUT", "CME")
    answer = ask(client, wanted, "1 day", "5 D", "TRADES", "20261118 10:00:00")
    assert refused(answer)[0] == 10339


def test_adjusted_prices_fall_short_by_the_dividends_since(client: VirtualClient) -> None:
    plain = bars(ask(client, contract("SIMDIV"), "1 day", "1 M", "TRADES"))
    adjusted = bars(ask(client, contract("SIMDIV"), "1 day", "1 M", "ADJUSTED_LAST"))
    days = [row[0] for row in plain]
    assert days == [row[0] for row in adjusted]
    ex = "20261116"  # the fifteenth is a Sunday
    before = plain[days.index(ex) - 1]
    factor = 1 - 0.25 / float(before[4])
    for one, other in zip(plain, adjusted, strict=True):
        expected = float(one[4]) * (factor if one[0] < ex else 1)
        assert float(other[4]) == pytest.approx(expected, abs=0.0001)


def test_volatility_and_fees_are_bars_too(client: VirtualClient) -> None:
    found = bars(ask(client, contract("AAPL"), "1 day", "1 M", "HISTORICAL_VOLATILITY"))
    assert all(0.05 < float(row[4]) < 1 for row in found)
    implied = bars(ask(client, contract("AAPL"), "1 day", "1 M", "OPTION_IMPLIED_VOLATILITY"))
    for one, other in zip(found, implied, strict=True):
        assert float(other[4]) == pytest.approx(0.6 * 0.27 + 0.4 * float(one[4]), abs=1e-5)
    (fee,) = bars(ask(client, contract("SIMHTB"), "1 day", "1 D", "FEE_RATE"))
    assert float(fee[4]) == 65


def test_the_schedule_is_that_of_the_bars(client: VirtualClient) -> None:
    answer = ask(client, contract("AAPL"), "1 day", "3 D", "SCHEDULE")
    assert answer[0][:2] == ["106", "9"]
    start, end, zone, count, *rest = answer[0][2:]
    assert (zone, count) == ("US/Eastern", "3")
    assert rest[:3] == ["20261118-09:30:00", "20261118-16:00:00", "20261118"]
    assert (start, end) == (rest[0], rest[-2])
    assert refused(ask(client, contract("AAPL"), "1 hour", "3 D", "SCHEDULE"))[0] == 321


# ---- durations and pacing ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "duration", "code", "text"),
    [
        ("1 day", "366 D", 321, "must be made in years"),
        ("1 secs", "2001 S", 162, "Time length exceed max"),
        ("1 secs", "1 D", 162, "Time length exceed max"),
        ("1 min", "86401 S", 162, "Time length exceed max"),
        ("30 secs", "1 Y", 162, "Time length exceed max"),
    ],
)
def test_durations_have_limits(
    client: VirtualClient, size: str, duration: str, code: int, text: str
) -> None:
    answer = refused(ask(client, contract("AAPL"), size, duration, "TRADES"))
    assert answer[0] == code
    assert text in answer[1]


def test_small_bars_reach_back_six_months(client: VirtualClient) -> None:
    old = "20260301 12:00:00"
    assert refused(ask(client, contract("AAPL"), "30 secs", "600 S", "TRADES", old))[0] == 162
    assert bars(ask(client, contract("AAPL"), "1 min", "600 S", "TRADES", old))


def small(client: VirtualClient, seconds: int, shows: str = "TRADES", symbol: str = "AAPL") -> int:
    """Ask for small bars; return the error code or 0."""
    fields = [0, "", "5 secs", f"{seconds} S", 1, shows, 1, 0, ""]
    answer = client.request(20, 9, *contract(symbol), *fields)
    return int(answer[0][2]) if answer[0][0] == "4" else 0


def test_the_same_small_bars_only_after_fifteen_seconds(
    world: World, client: VirtualClient
) -> None:
    assert [small(client, 60), small(client, 60)] == [0, 162]
    world.clock.seconds += 14.9
    assert small(client, 60) == 162
    world.clock.seconds += 0.2
    assert small(client, 60) == 0


def test_six_of_one_series_within_two_seconds_are_too_many(
    world: World, client: VirtualClient
) -> None:
    assert [small(client, 60 + n) for n in range(6)] == [0, 0, 0, 0, 0, 162]
    assert small(client, 60, symbol="IBM") == 0
    world.clock.seconds += 2.1
    assert small(client, 70) == 0


def test_sixty_in_ten_minutes_and_quotes_count_twice(world: World, client: VirtualClient) -> None:
    codes = []
    for number in range(31):
        world.clock.seconds += 3
        codes.append(small(client, 600 + number, "BID_ASK"))
    assert codes == [0] * 30 + [162]
    world.clock.seconds += 600
    assert small(client, 3600) == 0


def test_larger_bars_are_not_paced(client: VirtualClient) -> None:
    for _ in range(8):
        fields = [0, "", "1 min", "60 S", 1, "TRADES", 1, 0, ""]
        assert client.request(20, 9, *contract(), *fields)[0][0] != "17"
        assert client.request(20, 9, *contract("AAPL"), *fields)[0][0] == "17"


# ---- live bars ---------------------------------------------------------------------------


def test_live_bars_are_those_of_history(world: World, client: VirtualClient) -> None:
    client.request(50, 3, 60, *contract("AAPL"), 5, "TRADES", 1, "")
    world.run(31)
    live = [m[3:] for m in client.of(50)]
    assert [int(b[0]) % 5 for b in live] == [0] * len(live)
    assert len(live) == 6
    past = client.request(20, 9, *contract("AAPL"), 0, "", "5 secs", "120 S", 1, "TRADES", 2, 0, "")
    found = {row[0]: row for row in bars(past)}
    traded = [b for b in live[1:] if int(b[5])]
    assert traded
    for b in traded:
        row = found[b[0]]
        assert b[1:5] == row[1:5]
        assert (b[5], b[7]) == (row[5], row[7])
    client.request(51, 1, 60)
    before = len(client.of(50))
    world.run(11)
    assert len(client.of(50)) == before
    client.request(51, 1, 60)
    assert client.errors(60) == [300]


def test_live_bars_that_cannot_be_had(client: VirtualClient) -> None:
    client.request(50, 3, 61, *contract("SIMPAID"), 5, "TRADES", 1, "")
    client.request(50, 3, 62, *contract("AAPL"), 5, "BID_ASK", 1, "")
    client.request(50, 3, 63, *contract("EUR", "CASH", "IDEALPRO"), 5, "TRADES", 1, "")
    assert [client.errors(n) for n in (61, 62, 63)] == [[420], [321], [162]]


# ---- single prints -----------------------------------------------------------------------


def ticks(
    client: VirtualClient, start: str, end: str, count: int, shows: str = "TRADES"
) -> list[str]:
    fields = [*contract("AAPL"), 0, start, end, count, shows, 1, 0, ""]
    client.session.client.pacing.asked.clear()
    return client.request(96, 70, *fields)[0]


def test_the_last_prints_are_those_of_the_tape(world: World, client: VirtualClient) -> None:
    world.run(60)
    answer = ticks(client, "", "20261120 11:00:00", 10)
    assert answer[:2] == ["98", "70"]
    count = int(answer[2])
    rows = [answer[3 + 6 * i : 9 + 6 * i] for i in range(count)]
    assert answer[-1] == "1"
    market = world.gateway.markets[AAPL]
    shown = [(p.time, p.price / 100, p.size) for p in market.newest(count)]
    assert [(int(r[0]), float(r[2]), int(r[3])) for r in rows] == shown
    assert count >= 10


def test_older_prints_add_up_to_the_bar_of_their_minute(
    world: World, client: VirtualClient
) -> None:
    answer = ticks(client, "20261118 11:00:00", "", 1000)
    rows = [answer[3 + 6 * i : 9 + 6 * i] for i in range(int(answer[2]))]
    first = int(rows[0][0])
    assert world.gateway.local_time(first).strftime("%Y%m%d %H:%M") == "20261118 11:00"
    minute = [r for r in rows if int(r[0]) < first - first % 60 + 60]
    assert len(minute) < len(rows)
    fields = [0, "20261118 11:01:00", "1 min", "60 S", 1, "TRADES", 1, 0, ""]
    (bar,) = bars(client.request(20, 9, *contract("AAPL"), *fields))
    prices = [float(r[2]) for r in minute]
    assert (prices[0], max(prices), min(prices), prices[-1]) == tuple(map(float, bar[1:5]))
    assert sum(int(r[3]) for r in minute) == int(bar[5])


@pytest.mark.parametrize(
    "prices", [(100, 104, 98, 101), (101, 104, 98, 100), (100, 100, 100, 100), (100, 101, 100, 101)]
)
@pytest.mark.parametrize("volume", [0, 1, 3, 4, 977])
def test_made_prints_add_up(world: World, prices: tuple[int, int, int, int], volume: int) -> None:
    bar = generated_bar(1_000, 1, prices, volume)
    made = prints_of(bar, world.gateway.markets[8314])
    assert sum(one.size for one in made) == volume
    assert all(one.size > 0 for one in made)
    if volume >= 4:
        shown = [one.price for one in made]
        assert (shown[0], max(shown), min(shown), shown[-1]) == prices


def test_quotes_and_middles_of_the_past(client: VirtualClient) -> None:
    answer = ticks(client, "20261118 11:00:00", "", 5, "BID_ASK")
    assert (answer[0], answer[2]) == ("97", "5")
    bid, ask_ = float(answer[5]), float(answer[6])
    assert ask_ - bid == pytest.approx(0.02)
    answer = ticks(client, "20261118 11:00:00", "", 5, "MIDPOINT")
    assert (answer[0], answer[2]) == ("96", "5")
    assert float(answer[5]) == pytest.approx((bid + ask_) / 2)


def test_wrong_requests_for_prints(client: VirtualClient) -> None:
    for args in (("", "", 10), ("20261118 11:00:00", "", 1001), ("then", "", 5)):
        assert ticks(client, *args)[2] == "321"
    assert ticks(client, "20261118 11:00:00", "", 5, "GOSSIP")[2] == "321"


def test_the_histogram_holds_the_volume_of_its_days(world: World, client: VirtualClient) -> None:
    answer = client.request(88, 71, *contract("IBM"), 0, 1, "3 days")[0]
    assert answer[:2] == ["89", "71"]
    pairs = [(float(answer[i]), int(answer[i + 1])) for i in range(3, len(answer), 2)]
    assert len(pairs) == int(answer[2]) > 10
    assert pairs == sorted(pairs)
    since = int(world.gateway.now()) - 3 * 86_400
    history = world.gateway.histories[8314]
    volume = sum(
        bar.volume
        for session in history.sessions()
        if session.ends > since
        for bar in history.intraday(session, 60, since, 2**62)
    )
    assert sum(size for _, size in pairs) == volume
    assert client.request(88, 72, *contract("IBM"), 0, 1, "3 aeons")[0][2] == "321"


def test_every_listed_kind_has_a_first_day(client: VirtualClient) -> None:
    for con_id in (12087792, 479624278, 416904, 15960357):
        client.session.client.pacing.asked.clear()
        kind = BY_CON_ID[con_id].sec_type
        shows = {"CASH": "MIDPOINT", "CRYPTO": "AGGTRADES"}.get(kind, "TRADES")
        answer = client.request(87, 73, *contract("", "", "", "", con_id=con_id), 0, 0, shows, 2)
        assert answer[0][0] == "88"
        assert int(answer[0][2]) < 1_730_000_000
