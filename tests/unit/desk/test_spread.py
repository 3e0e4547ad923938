"""Work that may wait is done in slices; an order that comes meanwhile waits for one slice only."""

from collections.abc import Iterator

import pytest

from tests.helpers.desk_fakes import ACCOUNT, SPY, D
from tests.helpers.hand_timers import Timers
from tests.helpers.virtual_time import VirtualClock
from tests.unit.desk.test_risk_watch import Watched
from workstation.desk.spread import SLICE_SECONDS, Spread, Work, at_once
from workstation.domain.coverage import Coverage
from workstation.domain.ids import ConId
from workstation.domain.reports import PositionReport

QQQ = ConId(320227571)
STEPS = 10
STEP_SECONDS = SLICE_SECONDS / 4


class Spreading:
    """A spread over a reactor moved by hand; every step takes a quarter of a slice."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.timers = Timers(self.clock)
        self.spread = Spread(self.timers, self.clock)  # type: ignore[arg-type]
        self.done: list[int] = []

    def work(self, fail_at: int = -1) -> Iterator[None]:
        for number in range(STEPS):
            if number == fail_at:
                raise ValueError("a step failed")
            self.done.append(number)
            self.clock.seconds += STEP_SECONDS
            yield

    def round(self) -> None:
        self.timers.waiting.pop(0).call()


def test_a_round_works_for_one_slice_and_the_next_goes_on() -> None:
    rig = Spreading()
    rig.spread(rig.work())
    assert rig.done == [0, 1, 2, 3]
    rig.round()
    assert rig.done == list(range(8))
    rig.round()
    assert rig.done == list(range(STEPS))
    assert rig.timers.waiting == []


def test_commands_come_between_two_steps_of_a_round() -> None:
    rig = Spreading()
    rig.spread(rig.work())
    assert rig.timers.given_way == 3


def test_an_error_ends_the_work_and_reaches_the_loop() -> None:
    rig = Spreading()
    rig.spread(rig.work(fail_at=5))
    with pytest.raises(ValueError, match="a step failed"):
        rig.round()
    assert rig.timers.waiting == []


def test_at_once_does_all_of_it() -> None:
    rig = Spreading()
    at_once(rig.work())
    assert rig.done == list(range(STEPS))


def test_a_second_look_waits_until_the_first_has_ended() -> None:
    watched = Watched()
    begun: list[Work] = []
    object.__setattr__(watched.watch._sources, "spread", begun.append)
    watched.door.hold(100)
    watched.second()
    watched.second()
    assert len(begun) == 1
    assert not watched.watch.changed, "half a look is shown"

    at_once(begun[0])
    assert watched.watch.changed
    watched.second()
    assert len(begun) == 2


def test_a_look_that_fails_does_not_end_the_watch() -> None:
    watched = Watched()
    watched.door.hold(100)
    keep_best = watched.risk.keep_best
    watched.risk.keep_best = lambda _account: 1 / 0  # type: ignore[method-assign, assignment, return-value]
    with pytest.raises(ZeroDivisionError):
        watched.second()
    watched.risk.keep_best = keep_best  # type: ignore[method-assign]
    watched.second()
    assert watched.watch.changed


def other(quantity: int) -> PositionReport:
    return PositionReport(
        account=ACCOUNT, con_id=QQQ, symbol="QQQ", quantity=D(quantity), average_cost=None
    )


def test_a_contract_is_judged_as_it_stands_when_its_turn_comes() -> None:
    """A position closed between two steps is not surveyed as it was."""
    watched = Watched()
    watched.door.hold(100)
    watched.door.positions.apply_position(other(50))

    def look() -> Iterator[None]:
        found.extend((yield from watched.watch.guard.check(ACCOUNT)))

    found: list[Coverage] = []
    steps = look()
    next(steps)
    watched.door.positions.apply_position(other(0))
    at_once(steps)
    assert [each.con_id for each in found] == [SPY]
