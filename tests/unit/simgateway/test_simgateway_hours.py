"""The exchange's time: its clock, its real hours, its holidays, and orders that wait for them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tests.unit.simgateway.virtual import VirtualClock, World, place_fields
from workstation.simgateway.holidays import closed_days, easter, short_days
from workstation.simgateway.instruments import BY_CON_ID, Instrument
from workstation.simgateway.market_clock import MarketClock
from workstation.simgateway.named_days import NAMED_DAYS
from workstation.simgateway.order_times import moment
from workstation.simgateway.real_hours import RealHours
from workstation.simgateway.sessions import Phase, RoundTheClock, pace

AAPL = 265598
NEW_YORK = ZoneInfo("US/Eastern")


def at(text: str) -> float:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=NEW_YORK).timestamp()


def stock() -> Instrument:
    return BY_CON_ID[AAPL]


def test_an_accelerated_clock_runs_ahead_and_knows_when_to_wake() -> None:
    base = VirtualClock()
    begin = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
    clock = MarketClock(base, 100.0, begin)
    base.seconds += 3
    assert clock.now() == begin + timedelta(seconds=300)
    assert clock.real(clock.monotonic() + 100) == pytest.approx(base.seconds + 1)
    with pytest.raises(ValueError, match="100"):
        MarketClock(base, 101.0)


def test_an_accelerated_gateway_tells_its_own_time() -> None:
    world = World(speed=60.0)
    client = world.client()
    before = int(client.request(49, 1)[-1][2])
    volume = world.gateway.markets[AAPL].quote().volume
    world.run(10)
    after = int(client.request(49, 1)[-1][2])
    assert 590 <= after - before <= 610
    traded = world.gateway.markets[AAPL].quote().volume - volume
    assert 40_000 < traded < 900_000


def test_holidays_follow_their_rules() -> None:
    assert easter(2026) == date(2026, 4, 5)
    days = closed_days(2026)
    expected = "0101 0119 0216 0403 0525 0619 0703 0907 1126 1225"
    assert sorted(f"{day:%m%d}" for day in days) == expected.split()
    assert date(2021, 12, 31) not in closed_days(2021)
    assert date(2023, 1, 2) in closed_days(2023)
    assert short_days(2026) == {date(2026, 11, 27), date(2026, 12, 24)}
    assert date(2025, 7, 3) in short_days(2025)


@pytest.mark.parametrize(
    ("moment_", "phase"),
    [
        ("2026-11-20 09:29", Phase.EXTENDED),
        ("2026-11-20 09:30", Phase.REGULAR),
        ("2026-11-20 16:00", Phase.EXTENDED),
        ("2026-11-20 20:00", Phase.CLOSED),  # a Friday
        ("2026-11-19 20:00", Phase.OVERNIGHT),
        ("2026-11-20 03:55", Phase.CLOSED),
        ("2026-11-20 04:00", Phase.EXTENDED),
        ("2026-11-21 12:00", Phase.CLOSED),
        ("2026-11-22 21:00", Phase.OVERNIGHT),
        ("2026-11-26 12:00", Phase.CLOSED),  # Thanksgiving
        ("2026-11-27 12:59", Phase.REGULAR),
        ("2026-11-27 13:00", Phase.EXTENDED),
        ("2026-03-06 09:30", Phase.REGULAR),
        ("2026-03-09 09:30", Phase.REGULAR),  # the clocks went forward on the 8th
        ("2026-11-02 15:59", Phase.REGULAR),  # and back on the 1st
    ],
)
def test_real_hours_of_a_stock(moment_: str, phase: Phase) -> None:
    hours = RealHours()
    now = at(moment_)
    found = hours.stretch(stock(), now)
    assert found.phase is phase
    assert found.begins <= now < found.ends
    assert hours.stretch(stock(), now) is found


def test_a_day_order_ends_with_the_day_it_is_for() -> None:
    hours = RealHours()
    for sent, extended, ends in (
        ("2026-11-20 08:00", False, "2026-11-20 16:00"),
        ("2026-11-20 10:00", True, "2026-11-20 20:00"),
        ("2026-11-20 17:00", False, "2026-11-23 16:00"),
        ("2026-11-20 17:00", True, "2026-11-20 20:00"),
        ("2026-11-25 17:00", False, "2026-11-27 13:00"),
    ):
        assert hours.day_end(stock(), at(sent), extended=extended) == at(ends), sent
    assert hours.next_regular(stock(), at("2026-11-20 17:00")) == at("2026-11-23 09:30")
    assert RoundTheClock().day_end(stock(), at("2026-11-01 00:30"), extended=False) == at(
        "2026-11-02 00:00"
    )


def test_trading_is_busiest_at_the_ends_of_the_day() -> None:
    stretch = RealHours().stretch(stock(), at("2026-11-20 12:00"))
    busy = [pace(stretch, at(f"2026-11-20 {text}")) for text in ("09:31", "12:45", "15:59")]
    assert busy[0] > 2 * busy[1] < busy[2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20261120 09:30:00 US/Eastern", "2026-11-20 09:30"),
        ("20261120 09:30:00", "2026-11-20 09:30"),
        ("20261120-14:30:00", "2026-11-20 09:30"),
        ("20261120 15:30 Europe/Berlin", "2026-11-20 09:30"),
        ("20261120 25:00:00", None),
        ("tomorrow", None),
        ("", None),
        ("20261120 09:30:00 Nowhere/Land", None),
    ],
)
def test_times_of_orders(text: str, expected: str | None) -> None:
    assert moment(text, "US/Eastern") == (at(expected) if expected else None)


def test_orders_wait_for_the_opening_and_sleep_outside_hours() -> None:
    world = World(day=NAMED_DAYS["gap"])
    client = world.client()
    market = world.gateway.markets[AAPL]
    world.run(1)
    mark = market.mark()
    client.place(1, "BUY", 100)  # held until 09:30
    client.place(2, "SELL", 100, stop=mark + 5)  # reached already, but it is asleep
    extended = place_fields(3, "BUY", 100, mark + 1)
    extended[33] = 1
    client.request(*extended)
    assert client.errors(1) == [399]
    text = next(m[3] for m in client.of(4) if m[2] == "399")
    assert text.startswith("Order Message:\nBUY 100 AAPL NASDAQ.NMS\nWarning: Your order will not")
    assert text.endswith("09:30:00 US/Eastern.")
    world.run(5)
    assert client.statuses(1)[-1] == "PreSubmitted"
    assert client.statuses(2)[-1] == "PreSubmitted"
    assert client.statuses(3)[-1] == "Filled"

    world.run(118)
    assert client.statuses(1)[-1] == "Filled"
    assert client.statuses(2)[-1] == "Filled"
    assert market.mark() < mark * Decimal("0.96")


def test_the_close_ends_day_orders_and_the_makers_rest() -> None:
    world = World(day=NAMED_DAYS["close"])
    client = world.client()
    market = world.gateway.markets[AAPL]
    low = market.mark() - 50
    client.place(1, "BUY", 100, low)
    client.place(2, "BUY", 100, low, tif="GTC")
    moc = place_fields(3, "BUY", 100)
    moc[18] = "MOC"
    client.request(*moc)
    assert client.statuses(3) == ["PreSubmitted"]
    world.run(299)
    assert client.statuses(1)[-1] == "Submitted"
    world.run(2)
    assert client.statuses(1)[-1] == "Cancelled"
    assert client.statuses(2)[-1] == "PreSubmitted"
    assert client.statuses(3)[-1] == "Filled"
    client.place(4, "SELL", 100)
    assert client.errors(4) == [399]
    assert client.statuses(4)[-1] == "PreSubmitted"
