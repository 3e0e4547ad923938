"""The broker's clock against ours: one warning when they certainly differ, none for a slow link."""

from datetime import timedelta
from typing import Any

import pytest

from tests.helpers.virtual_time import VirtualClock
from workstation.desk.clock_watch import ClockWatch
from workstation.desk.settings import Presence
from workstation.domain.reports import ServerTime


class Rig:
    """A watch with a clock that the test moves."""

    def __init__(self) -> None:
        self.clock, self.presence = VirtualClock(), Presence()
        self.said: list[str] = []
        self.watch = ClockWatch(self.clock, self.presence, self._notify)

    def _notify(self, _severity: Any, text: str, **_more: Any) -> None:
        self.said.append(text)

    def answer(self, ahead: float, *, after: float = 0.01, exact: bool = True) -> bool:
        """Let the broker, whose clock is `ahead`, stamp at once and answer `after` seconds."""
        self.watch.ask(lambda: True)
        return self.heard(ahead, after=after, exact=exact)

    def heard(self, ahead: float, *, after: float = 0.0, exact: bool = True) -> bool:
        stamp = self.clock.now() + timedelta(seconds=ahead)
        if not exact:
            stamp = stamp.replace(microsecond=0)
        self.clock.seconds += after
        return self.watch.take(ServerTime(time=stamp, is_exact=exact))


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (0.6, "0.6 s behind"),
        (-0.6, "0.6 s ahead of"),
        (30.0, "30.0 s behind"),
        (-30.0, "30.0 s ahead of"),
    ],
)
def test_a_difference_above_half_a_second_is_said_once(ahead: float, words: str) -> None:
    rig = Rig()
    rig.answer(ahead, after=0.0)
    rig.answer(ahead, after=0.0)
    (said,) = rig.said
    assert words in said


@pytest.mark.parametrize("ahead", [0.0, 0.4, -0.4])
def test_clocks_that_agree_say_nothing(ahead: float) -> None:
    rig = Rig()
    rig.answer(ahead)
    rig.answer(ahead, exact=False)
    assert rig.said == []


def test_a_slow_answer_is_no_wrong_clock() -> None:
    rig = Rig()
    rig.answer(0.0, after=3.0)
    assert rig.said == []
    rig.answer(-5.0, after=3.0)  # at least two seconds of these are the clock's
    assert "ahead of" in rig.said[0]


def test_whole_seconds_warn_only_beyond_their_grain() -> None:
    rig = Rig()
    rig.clock.seconds += 0.9
    rig.answer(-0.6, exact=False)
    rig.heard(0.0, exact=False)  # a probe that was not asked for here
    assert rig.said == []
    rig.answer(-2.5, exact=False)
    assert len(rig.said) == 1


def test_an_exact_answer_replaces_whole_seconds_and_stays() -> None:
    rig = Rig()
    rig.clock.seconds += 0.9
    assert rig.heard(0.0, exact=False)
    assert rig.presence.clock_offset == pytest.approx(-0.9, abs=0.11)
    assert rig.answer(0.1, after=0.0)
    assert rig.presence.clock_offset == pytest.approx(0.1)
    assert not rig.heard(0.1, exact=False)
    assert rig.presence.clock_offset == pytest.approx(0.1)
