"""How much of each limit is used, as the window shows it."""

from typing import Any

from tests.helpers.desk_fakes import ACCOUNT, LIMITS, SPY, D, Door, execution, fill, notice
from workstation.desk.risk_watch import RiskSources, RiskWatch
from workstation.domain.execution import Commission
from workstation.domain.ids import ExecId, IntentId
from workstation.domain.limit_use import LimitUse
from workstation.domain.messages import CommissionArrived
from workstation.domain.order import Side
from workstation.domain.reports import CommissionReport


class Watched:
    """A watch over a door."""

    def __init__(self) -> None:
        self.door = Door()
        self.account: Any = ACCOUNT
        self.limits: Any = LIMITS
        self.messages = 3
        self.watch = RiskWatch(
            RiskSources(
                account=lambda: self.account,
                limits=lambda _account: self.limits,
                summary=lambda _account: self.door.summary,
                actions=lambda: self.door.desk.controller.actions,
                orders=self.door.orders,
                positions=self.door.positions,
                quotes=self.door.quotes,
                contracts=self.door.contracts,
                gate=self.door.desk.gate.use,
                messages=lambda: self.messages,
            )
        )

    def uses(self) -> dict[str, LimitUse]:
        self.watch.look()
        (view,) = self.watch.take_changed()
        return {use.name: use for use in view.uses}


def test_every_limit_is_shown_with_its_use() -> None:
    watched = Watched()
    door = watched.door
    door.hold(-200)
    door.quotes.set_price(SPY, 4, 100.0)
    for number in range(3):
        door.submit(intent_id=IntentId(str(number)), quantity=D(10 + number), source="ladder")
    door.submit(intent_id=IntentId("s"), side=Side.SELL)
    uses = watched.uses()

    assert [(use.used, use.personal, use.catastrophic) for use in uses.values()] == [
        (D(4), None, D(10)),
        (D(4), None, D(120)),
        (D(20_000), D(250_000), D(1_000_000)),
        (D(3), D(15), D(20)),
        (D(0), D(900_000), D(1_000_000)),
        (D(10_000), None, D(2_000_000)),
        (D(3), None, D(45)),
    ]
    assert uses["Largest position"].unit == "USD"
    assert uses["Working orders, one side"].unit == "orders"


def test_what_has_not_changed_is_not_shown_again() -> None:
    watched = Watched()
    assert not watched.watch.changed
    watched.uses()
    watched.watch.look()
    assert watched.watch.changed
    assert watched.watch.take_changed() == ()
    watched.messages = 4
    assert watched.uses()["Messages, 1 s"].used == 4


def test_without_an_account_limits_or_figures_what_is_unknown_is_absent() -> None:
    watched = Watched()
    watched.account = None
    watched.watch.look()
    assert watched.watch.take_changed() == ()

    watched.account, watched.limits, watched.door.summary = ACCOUNT, None, None
    watched.door.hold(100)
    watched.door.quotes.forget(SPY)
    uses = watched.uses()
    assert "Available funds" not in uses
    assert uses["Largest position"] == LimitUse("Largest position", D(0), None, None, "")
    assert uses["Order actions, 1 s"].catastrophic is None


def test_entries_are_forgotten_after_a_minute() -> None:
    watched = Watched()
    watched.door.submit()
    assert watched.uses()["Entries, 1 min"].used == D(10_000)
    watched.door.clock.seconds += 61

    assert watched.uses()["Entries, 1 min"].used == 0


def test_the_order_side_tells_when_orders_change() -> None:
    door = Door()
    told: list[int] = []
    door.desk.orders_changed = lambda: told.append(1)
    door.submit()
    door.apply(notice(2104, None))

    assert told == [1]


# -- commissions ------------------------------------------------------------------------------------


def commissions(door: Door) -> list[Commission]:
    return [each.commission for each in door.out.messages if isinstance(each, CommissionArrived)]


def test_a_commission_is_told_each_time_and_recorded_once() -> None:
    door = Door()
    door.working()
    door.apply(fill())
    cost = Commission(exec_id=ExecId("a.1.01"), commission=D(1), currency="USD", realized_pnl=D(5))
    for _ in range(2):
        door.apply(CommissionReport(commission=cost))

    assert commissions(door) == [cost, cost]
    assert door.journal.events.count("CommissionReport") == 1
    assert door.orders.commission(execution().exec_id) == cost
    assert door.restarted().orders.commission(execution().exec_id) == cost
