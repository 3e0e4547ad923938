"""News: headlines by time, articles by id, and a hostile wire for those who ask for it."""

import pytest

from tests.unit.simgateway.virtual import VirtualClient, World
from workstation.simgateway.named_days import NAMED_DAYS

AAPL = 265598
CONTRACT = [0, "AAPL", "STK", "", "", "", "", "SMART", "", "USD", "", ""]


@pytest.fixture
def world() -> World:
    return World()


def ask(client: VirtualClient, codes: str = "", *span: str, total: int = 300) -> list[list[str]]:
    start, end = span or ("", "")
    answer = client.request(86, 5, AAPL, codes, start, end, total, "")
    assert answer[-1][:2] == ["87", "5"]
    assert all(message[:2] == ["86", "5"] for message in answer[:-1])
    return answer


def test_providers(world: World) -> None:
    (answer,) = world.client().request(85)
    assert answer[:4] == ["85", "3", "SIMB", "Simulated Briefing"]
    assert answer[-2:] == ["SIMX", "Hostile test wire"]


def test_headlines_come_newest_first_and_say_whether_there_are_more(world: World) -> None:
    client = world.client()
    everything = ask(client, "SIMB+SIMW")
    few = ask(client, "SIMB+SIMW", total=5)

    assert few[-1] == ["87", "5", "1"]
    assert few[:-1] == everything[:5]
    times = [message[2] for message in everything[:-1]]
    assert times == sorted(times, reverse=True)
    assert times[0] <= "2026-11-20 15:00:00.0"
    assert {message[3] for message in everything[:-1]} == {"SIMB", "SIMW"}
    assert all(message[5].startswith("Simulated: AAPL ") for message in everything[:-1])
    assert ask(World(5).client(), "SIMB+SIMW") == everything
    start, end = times[20], times[3]
    assert [m[2] for m in ask(client, "SIMB+SIMW", start, end)[:-1]] == times[3:20]
    assert ask(client, "SIMB", start, start) == [["87", "5", "0"]]


def test_articles(world: World) -> None:
    client = world.client()
    plain = ask(client, "SIMW", total=1)[0]
    rich = ask(client, "SIMB", total=1)[0]
    text = client.request(84, 6, "SIMW", plain[4], "")[0]
    page = client.request(84, 7, "SIMB", rich[4], "")[0]

    assert text[:3] == ["83", "6", "0"]
    assert text[3].startswith(plain[5])
    assert "<" not in text[3]
    assert page[3].startswith(f"<h1>{rich[5]}</h1>")
    for wrong in ("SIMW$0-AAPL", "SIMW$zz-AAPL", "nonsense", "", plain[4] + "X"):
        client.request(84, 8, "SIMW", wrong, "")
    client.request(84, 8, "SIMB", plain[4], "")
    assert client.errors(8) == [10172] * 6


def test_the_hostile_wire_speaks_when_it_is_asked() -> None:
    client = World(day=NAMED_DAYS["hostile-news"]).client()
    assert "SIMX" not in {m[3] for m in ask(client)[:-1]}
    bodies = "".join(
        client.request(84, 9, "SIMX", message[4], "")[0][3] for message in ask(client, "SIMX")[:-1]
    )
    for danger in ("<script", "onerror=", "javascript:", "file:///", "<iframe", "http://127.0.0.1"):
        assert danger in bodies


def test_the_hostile_wire_is_rare_on_an_ordinary_day(world: World) -> None:
    client = world.client()
    assert 0 < len(ask(client, "SIMX")) - 1 < 60  # in thirty days
    shown = [m[3] for m in ask(client, "SIMB+SIMW+SIMX", total=100)[:-1]]
    assert shown.count("SIMX") <= 4


def test_headlines_come_in_bulk_when_news_spike() -> None:
    world = World(day=NAMED_DAYS["news-spike"])
    client = world.client()
    wanted = [0, "IBM", "STK", "", "", "", "", "SMART", "", "USD", "", ""]
    client.request(1, 11, 7, *wanted, 0, "292", 0, 0, "")
    world.run(50)
    before = len(client.of(84))
    world.run(130)
    came = client.of(84)[before:]
    assert len(came) >= 40
    assert len({m[4] for m in came}) == len(came)
    assert [m[2] for m in came] == sorted(m[2] for m in came)
    assert sum("takeover" in m[5] for m in came) >= 10
    answer = client.request(86, 5, 8314, "SIMB+SIMW", "", "", 300, "")
    found = {m[4]: m[5] for m in answer if m[0] == "86"}
    assert all(found[m[4]] == m[5] for m in came)
    article = client.request(84, 6, came[0][3], came[0][4], "")
    assert article[0][:3] == ["83", "6", "0"]
    assert "Simulated" in article[0][3]


def test_bad_requests_for_news(world: World) -> None:
    client = world.client()
    client.request(86, 5, 1, "SIMB", "", "", 10, "")
    client.request(86, 5, AAPL, "BRFG", "", "", 10, "")
    client.request(86, 5, AAPL, "SIMB", "yesterday", "", 10, "")
    assert client.errors(5) == [321, 321, 320]


def test_headlines_arrive_as_ticks() -> None:
    world = World(day=NAMED_DAYS["hostile-news"])
    client = world.client()
    client.request(1, 11, 7, *CONTRACT, 0, "292", 0, 0, "")
    client.request(1, 11, 8, *CONTRACT, 0, "mdoff,292:SIMX", 0, 0, "")
    at_once = client.of(84)
    assert [m[3] for m in at_once if m[1] == "8"] == ["SIMX"] * 3
    world.clock.seconds += 3600
    world.run(2)
    world.clock.seconds += 3600
    world.run(2)
    news = [m for m in client.of(84) if m[1] == "7"]
    assert len(news) > 3
    assert [m[2] for m in news] == sorted(m[2] for m in news)
    assert len({m[4] for m in news}) == len(news)
    known = {m[4]: m[5] for m in ask(client, "SIMB+SIMW")[:-1]}
    assert all(known[m[4]] == m[5] for m in news)
    client.request(2, 2, 7)
    count = len(client.of(84))
    world.clock.seconds += 7200
    world.run(2)
    assert {m[1] for m in client.of(84)[count:]} <= {"8"}
