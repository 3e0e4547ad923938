"""Exit rules move the stop at the broker, nearer only, one change at a time, and wait aloud."""

from decimal import Decimal
from typing import Any

import pytest

from tests.helpers.desk_fakes import SPY, notice, open_order
from tests.helpers.rule_rig import RuleRig, exit_rule
from workstation.desk.rules import RESTARTED
from workstation.domain.commands import Failed
from workstation.domain.exit_rule import ExitKind, Reach, ReachUnit
from workstation.domain.finding import TradingState
from workstation.domain.ids import OrderKey
from workstation.domain.order import OrderType, Side
from workstation.domain.reports import OrderStatusReport
from workstation.domain.rule import RuleState
from workstation.oms.events import Unanswered

D = Decimal
TRAIL: dict[str, Any] = {"kind": ExitKind.TRAIL, "begins": None}


@pytest.fixture
def rig() -> RuleRig:
    """100 SPY bought at 100, protected by a stop at 98."""
    rig = RuleRig()
    rig.hold()
    rig.market(100.0)
    return rig


def trailing(rig: RuleRig, **more: Any) -> OrderKey:
    key = rig.stop()
    rig.watching(exit_rule(key, **(TRAIL | {"reach": Reach(D(1), ReachUnit.PRICE)} | more)))
    return key


def test_breakeven_is_one_change_of_the_stop_and_then_done(rig: RuleRig) -> None:
    key = rig.stop()
    rig.watching(exit_rule(key))
    rig.market(101.99)
    assert len(rig.sent) == 1, "the profit is not reached"
    rig.market(102.0)
    rig.market(103.0)
    rig.market(104.0)
    assert len(rig.sent) == 2, "one change, and no second one while it is under way"
    assert "|STP|None|100.05|" in rig.sent[1]
    assert rig.sent[1].split("|")[0] == rig.sent[0].split("|")[0], "the same order"
    rig.acknowledge(key)
    assert rig.door.order(key).stop_price == D("100.05")
    assert rig.state() is RuleState.DONE
    rig.market(110.0)
    rig.settle(60)
    assert len(rig.sent) == 2
    assert not rig.door.broker.cancels, "the stop was never away"


def test_a_short_position_mirrors_it(rig: RuleRig) -> None:
    rig.hold(-100)
    key = rig.stop("102", Side.BUY)
    rig.watching(exit_rule(key, side=Side.BUY, first_stop=D(102)))
    rig.market(97.98, 98.0)
    rig.acknowledge(key)
    assert rig.door.order(key).stop_price == D("99.95")


def test_a_trail_follows_the_best_price_and_never_goes_back(rig: RuleRig) -> None:
    key = trailing(rig)
    rig.acknowledge(key)
    assert rig.door.order(key).stop_price == D("99")
    rig.market(103.0)
    rig.market(101.5)
    rig.settle(3)
    rig.acknowledge(key)
    assert rig.door.order(key).stop_price == D("99"), "102 is beyond the market of 101.5"
    assert "would leave at once at 102" in rig.view().waits
    rig.market(102.5)
    rig.settle(3)
    rig.acknowledge(key)
    assert rig.door.order(key).stop_price == D("102"), "the best price was 103"
    count = len(rig.sent)
    rig.market(102.2)
    rig.settle(10)
    assert len(rig.sent) == count


def test_a_step_trail_goes_with_whole_steps(rig: RuleRig) -> None:
    key = rig.stop()
    rig.watching(exit_rule(key, ExitKind.STEP, reach=Reach(D(1), ReachUnit.PRICE)))
    rig.market(103.9)
    rig.acknowledge(key)
    assert rig.door.order(key).stop_price == D("99")
    rig.settle(3)
    rig.market(104.0)
    rig.acknowledge(key)
    assert rig.door.order(key).stop_price == D("100")


def test_the_limit_of_a_stop_limit_goes_along(rig: RuleRig) -> None:
    key = rig.stop(order_type=OrderType.STOP_LIMIT, limit_price=D("97.5"))
    rig.watching(exit_rule(key))
    rig.market(102.0)
    rig.acknowledge(key)
    order = rig.door.order(key)
    assert (order.stop_price, order.limit_price) == (D("100.05"), D("99.55"))


def test_moves_keep_a_pace_that_slows_with_the_count_of_messages(rig: RuleRig) -> None:
    key = trailing(rig)
    rig.acknowledge(key)
    rig.market(101.0)
    assert "at most each 2 s" in rig.view().waits
    assert len(rig.sent) == 2
    rig.settle(2.1)
    assert len(rig.sent) == 3
    rig.acknowledge(key)
    rig.door.desk.efficiency._day(rig.door.clock.now()).sent = 12
    rig.market(102.0)
    rig.settle(10)
    assert "at most each 15 s (12 messages for each fill today)" in rig.view().waits
    assert len(rig.sent) == 3
    rig.settle(6)
    assert len(rig.sent) == 4


@pytest.mark.parametrize(
    ("spoil", "mend", "words"),
    [
        (lambda r: r.door.quotes.mark_stale(SPY), lambda r: None, "is dead"),
        (
            lambda r: r.door.quotes.set_data_type(SPY, 3),
            lambda r: r.door.quotes.set_data_type(SPY, 1),
            "delayed",
        ),
        (
            lambda r: r.door.quotes.set_number(SPY, 49, 1.0),
            lambda r: r.door.quotes.set_number(SPY, 49, 0.0),
            "halted",
        ),
        (lambda r: r.market(103.0, 102.0), lambda r: None, "crossed"),
        (lambda r: r.market(103.0, -1), lambda r: None, "one side"),
        (lambda r: r.door.links(ready=False, reason="gone"), lambda r: r.door.links(ready=True), "gone"),
        (lambda r: r.door.links(synced=False), lambda r: r.door.links(synced=True), "compared"),
        (lambda r: r.door.links(suspect=True), lambda r: r.door.links(suspect=False), "link"),
        (
            lambda r: r.door.stand(trading_state=TradingState.HALTED, trading_reason="by hand"),
            lambda r: r.door.stand(trading_state=TradingState.ACTIVE),
            "HALTED",
        ),
        (lambda r: r.door.stand(read_only=True), lambda r: r.door.stand(read_only=False), "read-only"),
        (lambda r: r.door.stand(accounts=()), lambda r: r.door.stand(accounts=("SIM0000001",)), "manage"),
        (lambda r: r.hold(0), lambda r: r.hold(100), "no position"),
    ],
)  # fmt: skip
def test_what_cannot_be_trusted_is_waited_for_and_said(
    rig: RuleRig, spoil: Any, mend: Any, words: str
) -> None:
    key = rig.stop()
    rig.watching(exit_rule(key))
    spoil(rig)
    rig.settle(1.1)
    assert words in rig.view().waits
    assert rig.shown[0].waits == rig.view().waits, "the window is told"
    if words not in {"is dead", "crossed", "one side"}:
        rig.door.quotes.set_prices([(SPY, 1, 103.0), (SPY, 2, 103.02)])
        rig.settle(1.1)
    assert len(rig.sent) == 1, "the stop stays where it is, at the broker"
    mend(rig)
    rig.market(103.0, 103.02)
    rig.settle(1.1)
    assert len(rig.sent) == 2


def test_an_order_nobody_is_sure_of_stops_every_rule_of_its_contract(rig: RuleRig) -> None:
    key = rig.stop()
    rig.watching(exit_rule(key))
    other = rig.door.submit(limit_price=D("99.5"), intent_id="odd").key
    rig.door.apply(Unanswered(key=other))
    rig.market(103.0)
    rig.settle(1.1)
    assert "unknown at the broker" in rig.view().waits
    assert len(rig.sent) == 2, "the stop, and the order that is unknown"


def test_a_stop_that_ends_ends_its_rule(rig: RuleRig) -> None:
    key = trailing(rig)
    rig.acknowledge(key)
    order = rig.door.order(key)
    rig.door.apply(
        OrderStatusReport(order_id=order.order_id, client_id=order.client_id, perm_id=order.perm_id,
                          status="Cancelled", filled=D(0), remaining=D(0))
    )  # fmt: skip
    rig.settle()
    assert rig.state() is RuleState.WITHDRAWN
    assert rig.note() == "moved once; the stop ended: cancelled"


def test_moves_that_do_not_leave_pause_it_aloud_after_the_third(rig: RuleRig) -> None:
    rig.watching(exit_rule(rig.stop()))
    rig.door.broker.up = False
    rig.market(102.0)
    assert "the stop was not moved" in rig.view().waits
    rig.settle(60)
    assert rig.state() is RuleState.PAUSED
    assert "could not be moved 3 times" in rig.note()
    assert any("the stop could not be moved" in each for each in rig.alarms)
    assert len(rig.sent) == 1


def test_a_stop_that_the_broker_leaves_where_it_was_is_counted_too(rig: RuleRig) -> None:
    key = rig.stop()
    rig.watching(exit_rule(key))
    rig.market(102.0)
    for _ in range(4):
        order = rig.door.order(key)
        rig.door.apply(notice(201, int(order.order_id), "Order rejected: the change"))
        rig.door.apply(open_order(order, stop_price=D(98)))
        rig.settle(61)
    assert rig.state() is RuleState.PAUSED
    assert len(rig.sent) == 4, "the stop, and three tries"


def test_after_a_restart_nothing_moves_until_it_is_resumed(rig: RuleRig) -> None:
    key = rig.stop()
    rig.watching(exit_rule(key))
    again = rig.restarted()
    again.hold()
    again.door.apply(open_order(again.door.order(key)))
    again.market(105.0)
    again.settle(5)
    assert (again.state(), again.note()) == (RuleState.PAUSED, RESTARTED)
    assert again.sent == []
    assert any("paused since the restart" in each.text for each in again.door.out.notices)
    again.resume()
    assert len(again.sent) == 1, "the price has gone there: a nearer stop is what was asked for"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"key": OrderKey("nobody")}, "does not work any more"),
        ({"side": Side.BUY}, "not that of this position"),
        ({"reach": Reach(D(2), ReachUnit.PRICE)}, "at or beyond the market"),
        ({"begins": None}, "Enter the profit"),
    ],
)
def test_a_rule_that_could_not_work_is_refused(
    rig: RuleRig, change: dict[str, Any], words: str
) -> None:
    key = change.pop("key", None) or rig.stop()
    answer = rig.make(exit_rule(key, **change))
    assert isinstance(answer, Failed)
    assert words in answer.reason


def test_one_rule_of_a_kind_for_each_stop(rig: RuleRig) -> None:
    key = rig.stop()
    rig.watching(exit_rule(key))
    again = rig.make(exit_rule(key, name="other"))
    assert isinstance(again, Failed)
    assert "already" in again.reason
    rig.watching(exit_rule(key, ExitKind.STEP, name="other"))
    limit = rig.door.working(side=Side.SELL, limit_price=D(110))
    answer = rig.make(exit_rule(limit, name="third"))
    assert isinstance(answer, Failed)
    assert "Only a stop" in answer.reason


def test_a_pause_by_hand_holds_it(rig: RuleRig) -> None:
    key = rig.stop()
    rig.watching(exit_rule(key))
    rig.pause()
    rig.market(105.0)
    rig.settle(60)
    assert len(rig.sent) == 1
    rig.resume()
    assert len(rig.sent) == 2
