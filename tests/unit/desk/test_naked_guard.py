"""A position that had its stop and lost it is said aloud within two seconds (I12)."""

from typing import Any

from tests.helpers.accepting import because
from tests.helpers.desk_fakes import ACCOUNT, SPY, D, Door, a_draft, execution, fill, open_order
from workstation.desk.naked_guard import NakedGuard
from workstation.desk.spread import at_once
from workstation.domain.bracket import BracketDraft
from workstation.domain.coverage import Coverage
from workstation.domain.ids import AccountId, ClientId, ConId, OrderId, PermId
from workstation.domain.notice import Severity
from workstation.domain.order import OrderType, Side, Tif
from workstation.domain.reports import PositionReport

SELL = Side.SELL
STOP: dict[str, Any] = {
    "order_type": OrderType.STOP, "limit_price": None, "stop_price": D("95.00"), "side": SELL,
    "tif": Tif.GTC,
}  # fmt: skip


class Guarded:
    """A guard over a door, and what it said."""

    def __init__(self) -> None:
        self.door = door = Door()
        self.said: list[tuple[Severity, str]] = []
        self.guard = NakedGuard(
            door.clock, door.orders, door.positions, door.quotes, door.contracts, self.notify
        )

    def notify(self, severity: Severity, text: str, **_more: Any) -> None:
        self.said.append((severity, text))

    def seconds(self, count: int = 1) -> None:
        for _ in range(count):
            self.door.clock.seconds += 1
            at_once(self.guard.check(ACCOUNT))

    def cover(self) -> Coverage:
        (cover,) = self.guard.coverages(ACCOUNT)
        return cover

    def bracket_filled(self, quantity: int = 100) -> Any:
        """A bracket of 100 whose entry has filled so much; its exits are acknowledged."""
        door = self.door
        exits = {"target_price": D("110.00"), "stop_price": D("95.00")}
        entry = door.desk.submit_bracket(BracketDraft(entry=a_draft(), **exits)).key
        stop = door.orders.children(entry)[1]
        for order in list(door.orders):
            door.apply(open_order(order, status="PreSubmitted" if order.parent else "Submitted"))
        report = fill("a.1.01", quantity)
        door.apply(report)
        door.positions.apply_execution(report.execution)
        self.guard.filled(report.execution)
        return stop


def test_a_position_that_never_had_a_stop_is_shown_and_not_alarmed() -> None:
    guarded = Guarded()
    guarded.door.hold(100)
    guarded.seconds(5)

    assert guarded.cover().uncovered == D(100)
    assert guarded.said == []


def test_a_stop_that_goes_is_said_within_two_seconds_and_once() -> None:
    guarded = Guarded()
    guarded.door.hold(100)
    key = guarded.door.working(**STOP)
    guarded.seconds(3)
    assert guarded.said == []
    guarded.door.cancel(key)
    guarded.seconds(2)
    assert guarded.said == [(Severity.ALARM, "SPY: 100 of 100 have lost their stop.")]
    guarded.seconds(5)

    assert len(guarded.said) == 1


def test_a_new_stop_ends_the_alarm_and_its_loss_begins_another() -> None:
    guarded = Guarded()
    guarded.door.hold(100)
    guarded.door.cancel(guarded.door.working(**STOP))
    guarded.seconds(3)
    assert guarded.said == []  # it was gone before it was ever seen
    for _ in range(2):
        key = guarded.door.working(**STOP)
        guarded.seconds(2)
        guarded.door.cancel(key)
        guarded.seconds(3)

    assert len(guarded.said) == 2


def test_a_bracket_whose_stop_is_not_there_is_said_within_two_seconds_of_the_fill() -> None:
    guarded = Guarded()
    stop = guarded.bracket_filled()
    guarded.seconds(3)
    assert guarded.said == []

    other = Guarded()
    stop = other.bracket_filled()
    other.door.apply(open_order(stop, status="Cancelled"))
    other.seconds(2)
    assert stop.lifecycle.is_terminal
    assert other.said == [(Severity.ALARM, "SPY: 100 of 100 have lost their stop.")]


def test_a_bracket_filled_in_part_is_covered_for_that_part() -> None:
    guarded = Guarded()
    guarded.bracket_filled(40)
    guarded.seconds(3)

    cover = guarded.cover()
    assert (cover.covered, cover.uncovered, cover.over) == (D(40), D(0), D(0))
    assert guarded.said == []


def test_a_close_under_way_is_no_loss_of_protection() -> None:
    guarded = Guarded()
    guarded.door.hold(100)
    key = guarded.door.working(**STOP)
    guarded.seconds()
    guarded.door.cancel(key)
    guarded.door.submit(side=SELL, order_type=OrderType.MARKET, limit_price=None)
    guarded.seconds(5)

    assert guarded.cover().closing == D(100)
    assert guarded.said == []


def test_a_position_that_grew_beyond_its_stop_is_said() -> None:
    guarded = Guarded()
    guarded.door.hold(100)
    guarded.door.working(**STOP)
    guarded.seconds()
    guarded.door.hold(150)
    guarded.seconds(3)

    assert guarded.said == [(Severity.ALARM, "SPY: 50 of 150 have lost their stop.")]


def test_stops_for_more_than_the_position_and_exits_without_one_are_said() -> None:
    guarded = Guarded()
    guarded.door.hold(100)
    guarded.door.working(**STOP)
    guarded.door.working(**{**STOP, "stop_price": D("96.00"), "quantity": D(50)},
                         acknowledged=because("R06_POSITION"))  # fmt: skip
    guarded.seconds(3)
    assert guarded.said == [(Severity.WARNING, "SPY: stops would close 50 more than is held.")]

    other = Guarded()
    other.door.apply(
        open_order(side=SELL, oca_group="out", oca_type=1, client_id=ClientId(0),
                   order_id=OrderId(0), perm_id=PermId(5))
    )  # fmt: skip
    other.seconds(3)
    assert other.said == [(Severity.WARNING, "SPY: 1 exits stand without a position.")]


def test_a_flat_position_forgets_what_the_last_one_had() -> None:
    guarded = Guarded()
    guarded.door.hold(100)
    key = guarded.door.working(**STOP)
    guarded.seconds()
    guarded.door.cancel(key)
    guarded.door.apply(open_order(guarded.door.order(key), status="Cancelled"))
    guarded.door.hold(0)
    guarded.seconds(3)
    guarded.door.hold(100)
    guarded.seconds(3)

    assert guarded.said == []


def test_fills_of_single_orders_and_of_strangers_begin_nothing() -> None:
    guarded = Guarded()
    guarded.door.working()
    guarded.guard.filled(execution())
    guarded.guard.filled(execution("z.1.01", order_id=OrderId(99), perm_id=PermId(77)))
    guarded.door.hold(100)
    guarded.seconds(3)

    assert guarded.said == []


def test_other_accounts_are_left_alone() -> None:
    guarded = Guarded()
    guarded.door.apply(open_order(account=AccountId("SIM0000009"), oca_group="x", oca_type=1))

    assert guarded.guard.coverages(ACCOUNT) == ()


def test_what_is_not_looked_up_yet_has_the_name_its_order_has() -> None:
    guarded = Guarded()
    guarded.door.hold(100)
    guarded.door.contracts.known.clear()
    assert guarded.cover().symbol == f"contract {SPY}"
    guarded.door.apply(open_order(side=SELL, order_type="STP", limit_price=None,
                                  client_id=ClientId(0), order_id=OrderId(0)))  # fmt: skip

    assert guarded.cover().symbol == "SPY"
    assert guarded.cover().covered == D(100)


def test_a_bracket_that_fills_between_two_steps_of_a_look_is_still_watched() -> None:
    guarded = Guarded()
    guarded.door.hold(100)
    other = PositionReport(
        account=ACCOUNT, con_id=ConId(SPY + 1), symbol="QQQ", quantity=D(50), average_cost=None
    )
    guarded.door.positions.apply_position(other)
    look = guarded.guard.check(ACCOUNT)
    next(look)  # the first contract has been looked at
    filled = execution("b.1.01", 10, con_id=ConId(SPY + 2))
    guarded.door.positions.apply_execution(filled)
    guarded.guard._must_protect((ACCOUNT, filled.con_id))
    at_once(look)
    guarded.seconds(2)

    assert [text for _, text in guarded.said if "10 of 10 have lost" in text]


def test_what_became_flat_begins_anew() -> None:
    guarded = Guarded()
    guarded.door.hold(100)
    guarded.seconds(1)
    guarded.door.hold(0)
    guarded.seconds(1)

    assert guarded.guard._watched == {}
