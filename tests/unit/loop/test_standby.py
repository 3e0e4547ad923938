"""A second endpoint stands by: three failures, and the other one is tried."""

from typing import Any

import pytest

from tests.helpers.scripted_peer import Rig
from tests.unit.loop.test_link import Kept
from workstation.desk.endpoints import Endpoints
from workstation.desk.link import FIRST_RETRY_SECONDS
from workstation.domain.link import LinkState

FIRST, STANDBY = ("127.0.0.1", 4002), ("localhost", 7497)


@pytest.fixture
def tried(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Where the session was opened, in order."""
    places: list[tuple[str, int]] = []
    opened = rig.session.open

    def open_there(host: str, port: int) -> None:
        places.append((host, port))
        opened(host, port)

    monkeypatch.setattr(rig.session, "open", open_there)
    return places


@pytest.fixture
def kept(rig: Rig, tried: Any) -> Kept:
    return Kept(rig)


def fail(kept: Kept) -> None:
    kept.refuse()
    made = len(kept.rig.peers)
    kept.rig.loop.run_until(lambda: len(kept.rig.peers) > made)


def test_after_three_failures_the_standby_is_tried_and_then_the_first_again(
    kept: Kept, tried: list[tuple[str, int]]
) -> None:
    kept.link.use(*FIRST, STANDBY)
    for _ in range(6):
        fail(kept)

    assert tried == [FIRST] * 3 + [STANDBY] * 3 + [FIRST]
    reasons = [reason for state, reason in kept.changes if state is LinkState.DISCONNECTED]
    assert "localhost:7497 (standby) is tried next" in reasons[2]
    assert "127.0.0.1:4002 is tried next" in reasons[5]
    assert not any("tried next" in reasons[n] for n in (0, 1, 3, 4))
    assert (LinkState.CONNECTING, "connecting to localhost:7497 (standby)") in kept.changes


def test_a_session_that_came_up_at_the_standby_stays_there(
    kept: Kept, tried: list[tuple[str, int]]
) -> None:
    kept.link.use(*FIRST, STANDBY)
    for _ in range(3):
        fail(kept)
    kept.begin()
    assert (kept.link.host, kept.link.port) == STANDBY
    for _ in range(2):
        fail(kept)

    assert tried == [FIRST] * 3 + [STANDBY] * 3
    kept.link.use(*FIRST, STANDBY)
    assert (kept.link.host, kept.link.port) == STANDBY


def test_without_a_standby_nothing_changes(kept: Kept, tried: list[tuple[str, int]]) -> None:
    kept.link.use(*FIRST)
    for _ in range(5):
        fail(kept)

    assert tried == [FIRST] * 6
    assert not any("tried next" in reason for _, reason in kept.changes)


def test_another_first_endpoint_is_taken_at_once(kept: Kept, tried: list[tuple[str, int]]) -> None:
    kept.link.use(*FIRST, STANDBY)
    kept.begin()
    kept.link.use("127.0.0.1", 4001, STANDBY)
    kept.rig.loop.pass_time(FIRST_RETRY_SECONDS * 2)

    assert tried[-1] == ("127.0.0.1", 4001)


def test_a_port_that_moved_is_remembered_of_the_standby_too() -> None:
    endpoints = Endpoints()
    endpoints.choose(FIRST, STANDBY)
    for _ in range(3):
        endpoints.failed()
    assert endpoints.words == "localhost:7497 (standby)"

    endpoints.move_to(7999)

    assert endpoints.words == "localhost:7999 (standby)"


def test_an_endpoint_cannot_stand_by_for_itself() -> None:
    endpoints = Endpoints()
    endpoints.choose(FIRST, FIRST)
    assert [endpoints.failed() for _ in range(7)] == [""] * 7


def test_it_says_while_the_standby_is_used(kept: Kept) -> None:
    kept.link.use(*FIRST, STANDBY)
    assert not kept.link.is_standby
    for _ in range(3):
        fail(kept)
    assert kept.link.is_standby
    kept.begin()
    assert kept.link.is_standby
