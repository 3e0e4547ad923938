"""Market-data types outside trading hours: frozen quotes stay, live ones go."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from tests.unit.simgateway.contracts import contract
from tests.unit.simgateway.virtual import VirtualClient, World

AAPL = 265598


def friday(clock: str) -> World:
    at = datetime.combine(date(2026, 11, 20), time.fromisoformat(clock), ZoneInfo("US/Eastern"))
    return World(begin=at.astimezone(UTC), real_hours=True)


def line(client: VirtualClient, req_id: int, kind: int, symbol: str = "AAPL") -> None:
    client.request(59, 1, kind)
    client.request(1, 11, req_id, *contract(symbol), 0, "", 0, 0, "")


def types(client: VirtualClient, req_id: int) -> list[str]:
    return [m[3] for m in client.of(58) if m[2] == str(req_id)]


def newest(client: VirtualClient, req_id: int, tick: int) -> float:
    return float([m[4] for m in client.of(1) if m[2:4] == [str(req_id), str(tick)]][-1])


def test_a_line_freezes_when_the_market_closes() -> None:
    world = friday("19:59:50")
    client = world.client()
    line(client, 1, 1)
    line(client, 2, 2)
    world.run(5)
    assert types(client, 1) == types(client, 2) == ["1"]
    world.run(4.9)
    last = world.gateway.markets[AAPL].quote()
    world.run(5)
    assert types(client, 1) == ["1"]
    assert types(client, 2) == ["1", "2"]
    assert (newest(client, 1, 1), newest(client, 1, 2)) == (-1.0, -1.0)
    assert newest(client, 2, 1) == pytest.approx(last.bid, abs=0.05)
    assert newest(client, 2, 2) == pytest.approx(last.ask, abs=0.05)
    assert newest(client, 1, 4) == newest(client, 2, 4) == world.gateway.markets[AAPL].quote().last


def test_a_line_asked_for_at_night_shows_the_last_quotes_and_thaws() -> None:
    world = friday("03:59:40")
    world.run(0.2)
    client = world.client()
    line(client, 2, 2)
    line(client, 1, 1)
    assert types(client, 2) == ["2"]
    assert types(client, 1) == ["1"]
    assert 0 < newest(client, 2, 1) < newest(client, 2, 2)
    assert newest(client, 1, 1) == -1.0
    world.run(25)
    assert types(client, 2) == ["2", "1"]
    assert newest(client, 1, 1) > 0
    assert newest(client, 1, 1) == newest(client, 2, 1)


def test_delayed_lines_freeze_too() -> None:
    world = friday("19:59:50")
    client = world.client()
    line(client, 3, 3, "SIMPAID")
    line(client, 4, 4, "SIMPAID")
    world.run(15)
    assert types(client, 3) == ["3"]
    assert types(client, 4) == ["3", "4"]
    assert newest(client, 3, 66) == -1.0
    assert 0 < newest(client, 4, 66) < newest(client, 4, 67)
