"""What was done in the last seconds: what counts as too fast, the same again, or chasing."""

from dataclasses import replace

from tests.helpers.desk_fakes import D, a_draft
from tests.helpers.virtual_time import VirtualClock
from workstation.domain.ids import AccountId, ConId
from workstation.domain.order import Side
from workstation.oms.actions import Actions


class Past:
    """Actions at chosen seconds."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.begun = self.clock.seconds
        self.actions = Actions(self.clock)

    def at(self, second: float) -> Actions:
        self.clock.seconds = self.begun + second
        return self.actions


def test_an_action_counts_until_it_is_as_old_as_the_window() -> None:
    past = Past()
    for second in (0, 10, 59):
        past.at(second).note(None)

    assert [past.at(59).count(seconds) for seconds in (1, 49, 50, 60)] == [1, 1, 2, 3]
    assert past.at(60).count(60) == 2
    assert past.at(118.5).count(60) == 1
    assert past.at(119).count(60) == 0


def test_ten_minutes_of_trading_leave_one_behind() -> None:
    past = Past()
    for second in range(0, 600, 5):
        past.at(second).note(a_draft(limit_price=D(second)))
        past.actions.count(60)

    assert len(past.actions.times) == 12
    assert sum(map(len, past.actions.last_same.values())) == 12


def test_the_same_order_is_the_same_for_a_minute() -> None:
    past = Past()
    past.at(0).note(a_draft())

    assert past.at(0.25).since_same(a_draft(intent_id="another wish")) == 0.25
    assert past.at(1).since_same(a_draft(quantity=D(101))) is None
    past.at(59.5).note(a_draft(side=Side.SELL))
    assert past.at(59.75).since_same(a_draft()) == 59.75
    past.at(60).note(a_draft(side=Side.SELL))
    assert past.at(60).since_same(a_draft()) is None


def test_the_limits_of_the_last_minute_are_told_the_oldest_first() -> None:
    past = Past()
    for second, price in ((0, "100.00"), (1, "100.05"), (30, "100.02")):
        past.at(second).note(a_draft(limit_price=D(price)))
    for other in ({"side": Side.SELL}, {"con_id": ConId(1)}, {"account": AccountId("SIM0000002")}):
        past.at(30).note(replace(a_draft(limit_price=D(77)), **other))
    past.at(30).note(a_draft(limit_price=None))

    assert past.at(59).limits_sent(a_draft()) == (D("100.00"), D("100.05"), D("100.02"))
    assert past.at(60).limits_sent(a_draft()) == (D("100.05"), D("100.02"))
    assert past.at(90).limits_sent(a_draft()) == ()
