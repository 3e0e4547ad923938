"""The core has the interpreter soon when a command waits, and for long while it carries it out."""

import contextlib
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from workstation.domain.turns import HELD_SECONDS, SOON_SECONDS, USUAL_SECONDS, Turns


@pytest.fixture
def interval() -> Iterator[float]:
    before = sys.getswitchinterval()
    yield before
    sys.setswitchinterval(before)


def now() -> float:
    return sys.getswitchinterval()


def test_nothing_happens_before_the_program_begins(interval: float) -> None:
    turns = Turns()
    turns.ask()
    turns.hold()
    with turns:
        assert now() == interval
    turns.let_go()
    assert now() == interval


def test_a_command_is_heard_soon_runs_long_and_is_short_where_it_waits(interval: float) -> None:
    turns = Turns()
    turns.begin()
    assert now() == pytest.approx(USUAL_SECONDS)
    with turns:
        assert now() == pytest.approx(USUAL_SECONDS)
    turns.ask()
    assert now() == pytest.approx(SOON_SECONDS)
    turns.hold()
    assert now() == pytest.approx(HELD_SECONDS)
    with contextlib.suppress(OSError), turns:
        assert now() == pytest.approx(SOON_SECONDS)
        raise OSError("the disk")
    assert now() == pytest.approx(HELD_SECONDS)
    turns.ask()  # of the next command; the core is at work already
    assert now() == pytest.approx(HELD_SECONDS)
    turns.let_go()
    assert now() == pytest.approx(USUAL_SECONDS)


def test_who_has_begun_to_wait_shortly_begins_anew_with_the_long_interval(
    interval: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns, given = Turns(), []
    monkeypatch.setattr(turns, "_nothing", SimpleNamespace(poll=lambda _ms: given.append(now())))
    turns.begin()
    turns.ask()
    assert given == []
    turns.hold()
    assert given == [pytest.approx(HELD_SECONDS)]
    with turns:
        pass
    assert given == [pytest.approx(HELD_SECONDS)] * 2
    turns.let_go()
    with turns:
        pass
    assert len(given) == 2
