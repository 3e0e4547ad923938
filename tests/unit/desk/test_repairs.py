"""One click mends what protects a position, and does nothing that is not needed any more."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.helpers.desk_exits import Exits
from tests.helpers.desk_fakes import ACCOUNT, SPY, D, open_order, spy
from workstation.desk.naked_guard import NakedGuard
from workstation.desk.repairs import Repairer
from workstation.desk.spread import at_once
from workstation.domain.commands import Done, Failed
from workstation.domain.coverage import RepairKind, RepairProtection
from workstation.domain.finding import Denied, TradingState
from workstation.domain.ids import ClientId, ConId, IntentId, OrderId, PermId
from workstation.domain.order import OrderType, Side, Tif
from workstation.domain.order_status import Lifecycle, Pending

SELL = Side.SELL
PROTECT, REDUCE, CANCEL = RepairKind


class Repairs:
    """A repairer over a door that holds so many at 100."""

    def __init__(self, held: int = 100) -> None:
        self.exits = Exits()
        self.door = door = self.exits.door
        self.guard = NakedGuard(
            door.clock, door.orders, door.positions, door.quotes, door.contracts, self.exits.notify
        )
        self.made = Repairer(self.exits.closer._with, self.exits.closer, self.guard.held)
        if held:
            door.hold(held)

    def stop(self, quantity: int = 100, price: str = "95.00", **more: Any) -> Any:
        terms: dict[str, Any] = {
            "order_type": OrderType.STOP, "limit_price": None, "stop_price": D(price),
            "side": SELL, "tif": Tif.GTC, "quantity": D(quantity), **more,
        }  # fmt: skip
        number = len(list(self.door.orders))
        return self.door.order(self.door.working(intent_id=IntentId(f"s{number}"), **terms))

    def ask(self, kind: RepairKind, price: str | None = None, con_id: ConId = SPY) -> Any:
        wish = RepairProtection(ACCOUNT, con_id, kind, None if price is None else D(price))
        return self.made.repair(wish)

    def cover(self) -> Any:
        (cover,) = self.guard.coverages(ACCOUNT)
        return cover


def test_a_bare_position_gets_a_stop_for_all_of_it_and_no_more() -> None:
    repairs = Repairs()
    repairs.stop(40)
    answer = repairs.ask(PROTECT, "95.00")

    assert isinstance(answer, Done)
    order = repairs.exits.newest
    draft = order.draft
    assert (draft.side, draft.quantity, draft.order_type, draft.stop_price, draft.tif) == (
        SELL, D(60), OrderType.STOP, D("95.00"), Tif.GTC,
    )  # fmt: skip
    again = repairs.ask(PROTECT, "95.00")
    assert isinstance(again, Failed)
    assert "on its way" in again.reason
    repairs.exits.acknowledge(order)
    assert (repairs.cover().uncovered, repairs.cover().repair) == (0, None)


def test_a_short_position_gets_a_stop_that_buys() -> None:
    repairs = Repairs(-100)
    assert isinstance(repairs.ask(PROTECT, "105.00"), Done)
    assert repairs.exits.newest.side is Side.BUY


@pytest.mark.parametrize(
    ("held", "price", "words"),
    [
        (100, None, "needs its price"),
        (100, "NaN", "needs its price"),
        (100, "99.99", "must lie below 99.99"),
        (-100, "100.01", "must lie above 100.01"),
        (0, "95.00", "Nothing is bare"),
    ],
)
def test_a_stop_that_would_trade_at_once_or_is_none_is_not_sent(
    held: int, price: str | None, words: str
) -> None:
    repairs = Repairs(held)
    answer = repairs.ask(PROTECT, price)
    assert isinstance(answer, Failed)
    assert words in answer.reason
    assert repairs.door.broker.frames == []


def test_without_a_market_a_stop_is_sent_as_given() -> None:
    repairs = Repairs()
    repairs.door.quotes.mark_all_stale()
    assert isinstance(repairs.ask(PROTECT, "150.00"), Done)


def test_a_stop_off_the_increment_is_denied_and_one_without_a_contract_waits() -> None:
    repairs = Repairs()
    assert isinstance(repairs.ask(PROTECT, "95.005"), Denied)
    repairs.door.contracts.known.clear()
    answer = repairs.ask(PROTECT, "95.00")
    assert isinstance(answer, Failed)
    assert "looked up" in answer.reason


def test_a_repair_leaves_while_entries_are_stopped() -> None:
    repairs = Repairs()
    repairs.door.stand(trading_state=TradingState.REDUCING, trading_reason="the day's loss")
    assert isinstance(repairs.ask(PROTECT, "95.00"), Done)


def test_too_many_stops_are_ended_from_the_smallest_on() -> None:
    repairs = Repairs(100)
    small, large = repairs.stop(30), repairs.stop(120)
    assert repairs.cover().over == 50
    answer = repairs.ask(REDUCE)

    assert isinstance(answer, Done)
    assert "reduced by 50." in answer.text
    assert small.cancel is Pending.REQUESTED
    assert large.view().pending_quantity == 100
    assert isinstance(repairs.ask(REDUCE), Failed)  # it is under way


def test_stops_of_other_clients_are_told_and_left() -> None:
    repairs = Repairs(100)
    for number in range(2):
        repairs.door.apply(
            open_order(
                order_id=OrderId(0), client_id=ClientId(3), perm_id=PermId(60 + number),
                side=SELL, order_type="STP", limit_price=None, stop_price=D(95),
            )
        )  # fmt: skip
    answer = repairs.ask(REDUCE)
    assert isinstance(answer, Failed)
    assert "None of these stops can be changed here" in answer.reason
    repairs.stop(20)
    partly = repairs.ask(REDUCE)
    assert isinstance(partly, Done)
    assert partly.text.endswith("reduced by 20. 100 too many stay.")


def test_a_change_that_cannot_leave_is_not_counted() -> None:
    repairs = Repairs(100)
    repairs.stop(150)
    repairs.door.broker.up = False
    assert isinstance(repairs.ask(REDUCE), Failed)


def test_stray_exits_are_cancelled_and_those_of_a_position_are_not() -> None:
    repairs = Repairs(0)
    repairs.door.apply(
        open_order(
            order_id=OrderId(0), client_id=ClientId(3), perm_id=PermId(61), side=SELL,
            order_type="STP", limit_price=None, stop_price=D(95), oca_group="g", oca_type=1,
        )
    )  # fmt: skip
    answer = repairs.ask(CANCEL)
    assert isinstance(answer, Failed)
    assert "0 of 1 cancels" in answer.reason
    repairs.door.hold(100)
    assert isinstance(repairs.ask(CANCEL), Failed)


def test_a_stray_exit_of_ours_is_cancelled() -> None:
    repairs = Repairs(0)
    repairs.door.hold(100)
    order = repairs.stop()
    repairs.door.apply(open_order(order, oca_group="g", oca_type=1))
    repairs.door.hold(0)
    assert isinstance(repairs.ask(CANCEL), Done)
    assert order.cancel is Pending.REQUESTED


# -- what is suggested ------------------------------------------------------------------------------


def test_the_stop_that_was_lost_is_suggested_also_after_a_restart() -> None:
    repairs = Repairs()
    order = repairs.stop(price="93.50")
    at_once(repairs.guard.check(ACCOUNT))
    assert repairs.cover().suggested_stop is None
    repairs.door.apply(open_order(order, status="Cancelled"))
    assert order.lifecycle is Lifecycle.CANCELLED
    assert repairs.cover().suggested_stop == D("93.50")

    door = repairs.door
    fresh = NakedGuard(
        door.clock, door.orders, door.positions, door.quotes, door.contracts, repairs.exits.notify
    )
    (cover,) = fresh.coverages(ACCOUNT)
    assert cover.suggested_stop == D("93.50")


def test_where_the_market_has_passed_the_old_stop_or_none_was_a_near_one_is_suggested() -> None:
    repairs = Repairs()
    assert repairs.cover().suggested_stop == D("95.00")
    order = repairs.stop(price="93.50")
    repairs.guard.coverages(ACCOUNT)
    repairs.door.apply(open_order(order, status="Cancelled"))
    repairs.door.market(90.00, 90.02)
    assert repairs.cover().suggested_stop == D("85.50")
    repairs.door.quotes.forget(SPY)
    assert repairs.cover().suggested_stop == D("93.50")

    short = Repairs(-100)
    assert short.cover().suggested_stop == D("105.00")
    short.door.quotes.forget(SPY)
    assert short.cover().suggested_stop is None


# -- hours ------------------------------------------------------------------------------------------

HOURS = {
    "time_zone_id": "America/New_York",
    "liquid_hours": "20261120:0930-20261120:1600;20261123:0930-20261123:1600",
    "trading_hours": "20261120:0400-20261120:2000;20261123:0400-20261123:2000",
}


def covered_at(hours: float, *, outside: bool = False, **terms: Any) -> Any:
    """The coverage so long after noon in New York, with a stop that does not work before 9:30."""
    repairs = Repairs()
    repairs.door.contracts.known[SPY] = spy(**HOURS)
    order = repairs.stop(**terms)
    repairs.door.apply(open_order(order, outside_rth=outside))
    repairs.door.clock.seconds += hours * 3600
    return repairs.door.clock.now(), repairs.cover()


def test_a_stop_of_the_day_ends_with_the_session_of_its_contract() -> None:
    now, cover = covered_at(0, tif=Tif.DAY)
    assert (cover.lapses, cover.kept) == (100, 0)
    assert cover.lapses_at == datetime(2026, 11, 20, 21, 0, tzinfo=now.tzinfo)
    _, kept = covered_at(0)
    assert (kept.lapses_at, kept.kept) == (None, 100)


def test_a_stop_of_the_regular_hours_sleeps_in_the_evening_and_says_when_it_wakes() -> None:
    now, day = covered_at(0)
    assert (day.sleeps, day.is_asleep, day.wakes_at) == (100, False, None)
    now, evening = covered_at(6)
    assert evening.is_asleep
    assert evening.wakes_at == datetime(2026, 11, 23, 14, 30, tzinfo=now.tzinfo)
    now, night = covered_at(10)
    assert (night.is_asleep, night.wakes_at - now > timedelta(days=2)) == (False, True)
    _, awake = covered_at(6, outside=True)
    assert (awake.sleeps, awake.is_asleep, awake.wakes_at) == (0, False, None)


def test_the_nearest_target_is_told() -> None:
    repairs = Repairs()
    for price in ("110.00", "105.00"):
        repairs.door.working(
            intent_id=IntentId(price), side=SELL, limit_price=D(price), quantity=D(50)
        )
    assert repairs.cover().nearest_target == D("105.00")
