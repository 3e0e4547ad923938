"""Hours as contract details and schedules tell them, and the days on which clocks change."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from tests.unit.simgateway.contracts import contract
from tests.unit.simgateway.virtual import VirtualClient, World
from workstation.simgateway.instruments import BY_CON_ID
from workstation.simgateway.sessions import Phase

AAPL = 265598
NEW_YORK = ZoneInfo("US/Eastern")


def world_at(text: str, **more: object) -> World:
    begin = datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=NEW_YORK)
    return World(begin=begin.astimezone(UTC), **more)  # type: ignore[arg-type]


def hours(client: VirtualClient, wanted: list[object]) -> tuple[str, str, str]:
    """Return timeZoneId, tradingHours and liquidHours."""
    answer = client.request(9, 8, 7, *wanted, 0, "", "", "")
    row = answer[0]
    zones = {"US/Eastern", "US/Central", "MET", "GB-Eire"}
    place = next(i for i, field in enumerate(row) if field in zones)
    return row[place], row[place + 1], row[place + 2]


def test_real_hours_of_a_stock_show_weekend_holiday_and_early_close() -> None:
    client = world_at("2026-11-25 10:00", real_hours=True).client()
    assert hours(client, contract("AAPL")) == (
        "US/Eastern",
        (
            "20261125:0400-20261125:2000;20261126:CLOSED;20261127:0400-20261127:1700;"
            "20261128:CLOSED;20261129:CLOSED;20261130:0400-20261130:2000"
        ),
        (
            "20261125:0930-20261125:1600;20261126:CLOSED;20261127:0930-20261127:1300;"
            "20261128:CLOSED;20261129:CLOSED;20261130:0930-20261130:1600"
        ),
    )


@pytest.mark.parametrize(
    ("wanted", "zone", "trading"),
    [
        (
            contract("ES", "FUT", "CME", expiry="202612"),
            "US/Central",
            "20261119:1700-20261120:1600;20261121:CLOSED;20261122:1700-20261123:1600",
        ),
        (
            contract("VOD", exchange="LSE", currency="GBP"),
            "GB-Eire",
            "20261120:0800-20261120:1630;20261121:CLOSED;20261122:CLOSED",
        ),
        (
            contract("DAX", "FUT", "EUREX", "EUR", expiry="202612"),
            "MET",
            "20261120:0110-20261120:2200;20261121:CLOSED;20261122:CLOSED",
        ),
        (
            contract("BTC", "CRYPTO", "PAXOS"),
            "US/Eastern",
            "20261120:0000-20261121:0000;20261121:0000-20261122:0000;20261122:0000-20261123:0000",
        ),
    ],
)
def test_every_exchange_has_hours_of_its_own(wanted: list[object], zone: str, trading: str) -> None:
    found = hours(world_at("2026-11-20 10:00", real_hours=True).client(), wanted)
    assert found[0] == zone
    assert found[1].startswith(trading)


def moments(text: str, zone: str) -> list[tuple[float, float]]:
    """Return the spans of an hours text."""
    spans = []
    for part in text.split(";"):
        if part.endswith("CLOSED"):
            continue
        opens, ends = (
            datetime.strptime(edge, "%Y%m%d:%H%M").replace(tzinfo=ZoneInfo(zone)).timestamp()
            for edge in part.split("-")
        )
        spans.append((opens, ends))
    return spans


@pytest.mark.parametrize("con_id", [AAPL, 133308337, 600000000 + 26 * 12 + 11, 12087792])
@pytest.mark.parametrize("begin", ["2026-11-25 10:00", "2026-10-30 10:00", "2026-03-06 10:00"])
def test_the_texts_agree_with_when_the_exchange_is_open(con_id: int, begin: str) -> None:
    world = world_at(begin, real_hours=True)
    instrument = BY_CON_ID[con_id]
    zone, trading, liquid = hours(world.client(), contract("", "", "", "", con_id=con_id))
    open_, regular = moments(trading, zone), moments(liquid, zone)
    start = int(world.gateway.now())
    for now in range(start, start + 4 * 86_400, 1800):
        phase = world.gateway.sessions.stretch(instrument, now).phase
        assert (phase is Phase.REGULAR) == any(a <= now < b for a, b in regular), now
        is_open = phase in {Phase.REGULAR, Phase.EXTENDED}
        assert is_open == any(a <= now < b for a, b in open_), now


@pytest.mark.parametrize("use_rth", [0, 1])
def test_the_schedule_agrees_with_the_calendar(use_rth: int) -> None:
    world = world_at("2026-12-01 10:00", real_hours=True)
    client = world.client()
    wanted = [*contract("AAPL"), 0, "", "1 day", "8 D", use_rth, "SCHEDULE", 1, 0, ""]
    (answer,) = (m for m in client.request(20, 40, *wanted) if m[0] == "106")
    rows = [answer[6 + i * 3 : 9 + i * 3] for i in range(int(answer[5]))]
    days = [row[2] for row in rows]
    assert days[-4:] == ["20261125", "20261127", "20261130", "20261201"]  # no Thanksgiving
    opens, ends = ("09:30", "16:00") if use_rth else ("04:00", "20:00")
    early = "13:00" if use_rth else "17:00"
    assert [(row[0][9:14], row[1][9:14]) for row in rows[-3:]] == [
        (opens, early),
        (opens, ends),
        (opens, ends),
    ]
    _, trading, liquid = hours(client, contract("AAPL"))
    today = (liquid if use_rth else trading).split(";")[0]
    assert today == f"20261201:{opens.replace(':', '')}-20261201:{ends.replace(':', '')}"


def test_open_round_the_clock_is_what_an_ordinary_gateway_says() -> None:
    zone, trading, liquid = hours(World().client(), contract("AAPL"))
    assert trading == liquid
    assert moments(trading, zone)[0][0] <= World().gateway.now()
    spans = moments(trading, zone)
    assert all(one[1] == two[0] for one, two in pairwise(spans))


@pytest.mark.parametrize(
    ("eve", "length"),
    [("2026-10-31 23:59", 25), ("2026-03-07 23:59", 23), ("2026-11-10 23:59", 24)],
)
def test_the_day_on_which_clocks_change_has_its_own_length(eve: str, length: int) -> None:
    world = world_at(eve)
    market = world.gateway.markets[AAPL]
    world.gateway.histories[AAPL].sessions()
    world.run(61)
    day = world.gateway.account.day
    assert day == f"{date.fromisoformat(eve[:10]) + timedelta(days=1):%Y%m%d}"
    world.clock.seconds += length * 3600 - 3
    world.run(0.2)
    assert world.gateway.account.day == day
    low = market.mark() - 50
    client = world.client()
    client.place(1, "BUY", 10, low)  # for the day
    world.run(3)
    assert world.gateway.account.day != day
    assert client.statuses(1)[-1] == "Cancelled"
    sessions = world.gateway.histories[AAPL].sessions()
    assert sessions[-1].opens == sessions[-2].ends
