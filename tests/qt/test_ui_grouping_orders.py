"""Working orders tied into a group: asked, cancelled, and sent anew as one wish by the user."""

from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt

from tests.qt.conftest import Stage
from tests.qt.fakes import a_position, an_order
from workstation.domain.commands import CancelOrder, Done
from workstation.domain.family import FamilyKind
from workstation.domain.finding import Denied, Finding, Level, RiskCode
from workstation.domain.messages import OrderChanged
from workstation.domain.order import OrderType, Side
from workstation.domain.order_extras import OcaGroup, OcaType
from workstation.domain.order_status import Lifecycle
from workstation.domain.several import OrdersPreviewed, OrderVerdict, SubmitOrders
from workstation.ui.ended_orders import PATIENCE_LOOKS, QUIET_LOOKS
from workstation.ui.grouping_orders import GroupingOrders

TARGET = an_order(5, side=Side.SELL, limit_price=Decimal(190))
STOP = an_order(6, side=Side.SELL, order_type="STP", limit_price=None, stop_price=Decimal(180))


@pytest.fixture
def grouping(ready: Stage) -> GroupingOrders:
    ready.events(OrderChanged(TARGET), OrderChanged(STOP))
    found = ready.window.menu.grouping
    found.ending.timer.setInterval(10**6)  # the test looks itself
    return found


def begin(ready: Stage, grouping: GroupingOrders) -> None:
    panel = ready.window.orders
    panel.table.selectAll()
    panel.table.customContextMenuRequested.emit(panel.table.rect().center())
    words = "Tie into a one-cancels-all group…"
    next(action for action in panel.menu.actions() if action.text() == words).trigger()
    assert "nothing protects the position" in grouping.question.label.text()
    grouping.question.buttons["cancel"].click()


def look(grouping: GroupingOrders, times: int = QUIET_LOOKS + 1) -> None:
    for _ in range(times):
        if grouping.ending.timer.isActive():
            grouping.ending.look()


def test_orders_are_cancelled_and_what_is_left_is_sent_as_a_group(
    ready: Stage, grouping: GroupingOrders, qtbot
) -> None:
    begin(ready, grouping)
    assert {each.key for each in ready.commands.of(CancelOrder)} == {TARGET.key, STOP.key}
    look(grouping, 3)
    assert grouping.dialog is None  # nothing is sent while one may work
    ended = {"lifecycle": Lifecycle.CANCELLED}
    ready.events(
        OrderChanged(replace(TARGET, filled=Decimal(30), **ended)),
        OrderChanged(replace(STOP, **ended)),
    )
    look(grouping)
    dialog = grouping.dialog
    dialog.type_box.setCurrentText("A fill reduces the rest")
    dialog.name_edit.setText("out")
    qtbot.mouseClick(dialog.send_button, Qt.MouseButton.LeftButton)
    (sent,) = ready.commands.of(SubmitOrders)

    first, second = sent.orders.drafts
    group = OcaGroup(name="out", oca_type=OcaType.REDUCE)
    assert sent.orders.kind is FamilyKind.GROUP
    assert not sent.only_passing
    assert (first.quantity, first.limit_price, first.terms.oca) == (70, 190, group)
    assert (second.order_type, second.quantity, second.stop_price) == (OrderType.STOP, 100, 180)
    assert second.terms.oca == group
    assert first.intent_id != second.intent_id
    ready.commands.answer(SubmitOrders, Done("2 orders sent"))
    assert grouping.dialog is None


def test_what_risk_says_of_the_group_is_shown_and_nothing_is_sent_twice(
    ready: Stage, grouping: GroupingOrders, qtbot
) -> None:
    begin(ready, grouping)
    ended = {"lifecycle": Lifecycle.CANCELLED}
    ready.events(OrderChanged(replace(TARGET, **ended)), OrderChanged(replace(STOP, **ended)))
    look(grouping)
    dialog = grouping.dialog
    qtbot.mouseClick(dialog.send_button, Qt.MouseButton.LeftButton)
    soft = Finding(RiskCode.TERMS, Level.HARD, "Not so.")
    verdicts = (OrderVerdict(Denied((soft,)), (), None), OrderVerdict(None, (), None))
    ready.commands.answer(SubmitOrders, OrdersPreviewed(verdicts, Decimal(0)))

    assert "Not so." in dialog.words.text()
    qtbot.mouseClick(dialog.send_button, Qt.MouseButton.LeftButton)
    one, two = ready.commands.of(SubmitOrders)
    assert one.orders.family_id == two.orders.family_id


def test_when_the_others_have_filled_no_group_is_offered(ready, grouping) -> None:
    begin(ready, grouping)
    full = {"lifecycle": Lifecycle.FILLED, "filled": Decimal(100)}
    ready.events(OrderChanged(replace(TARGET, **full)), OrderChanged(replace(STOP, **full)))
    look(grouping)

    assert grouping.dialog is None
    assert "nothing is left" in ready.window.status_line.currentMessage()


def test_a_cancel_that_does_not_end_an_order_sends_nothing(ready, grouping) -> None:
    begin(ready, grouping)
    look(grouping, PATIENCE_LOOKS + 1)

    assert not grouping.ending.timer.isActive()
    assert ready.commands.of(SubmitOrders) == []
    assert any("not every order" in alarm.text for alarm in ready.window.alarms._alarms)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"parent": TARGET.key}, "exits of a bracket"),
        ({"account": "SIM0099999"}, "one account"),
        ({"order_type": "PASSV REL"}, "cannot be written anew"),
    ],
)
def test_what_cannot_be_a_group_is_said_before_anything_is_cancelled(
    ready: Stage, grouping: GroupingOrders, changes, why
) -> None:
    grouping.ask((TARGET, replace(STOP, **changes)))

    assert grouping.question is None
    assert ready.commands.of(CancelOrder) == []
    assert why in ready.window.status_line.currentMessage()


def test_an_entry_whose_exits_would_end_with_it_is_left_alone(ready, grouping) -> None:
    entry, other = an_order(7), an_order(8)
    ready.events(OrderChanged(entry), OrderChanged(an_order(9, parent=entry.key, side=Side.SELL)))
    grouping.ask((entry, other))

    assert grouping.question is None
    assert ready.commands.of(CancelOrder) == []
    assert "would not be sent anew" in ready.window.status_line.currentMessage()


def test_one_that_is_left_is_named_as_cancelled(ready, grouping) -> None:
    begin(ready, grouping)
    full = {"lifecycle": Lifecycle.FILLED, "filled": Decimal(100)}
    ready.events(
        OrderChanged(replace(TARGET, **full)),
        OrderChanged(replace(STOP, lifecycle=Lifecycle.CANCELLED)),
    )
    look(grouping)

    assert grouping.dialog is None
    assert "order 6 is cancelled" in ready.window.status_line.currentMessage()


def end_exits(
    ready: Stage,
    grouping: GroupingOrders,
    *,
    held: int,
    target_filled: int = 0,
    held_before: int = 100,
) -> None:
    """End the exits of a position, the target with so many filled; so many are held then."""
    ready.latest(a_position(quantity=Decimal(held_before)))
    begin(ready, grouping)
    gone = Lifecycle.CANCELLED
    ready.events(
        OrderChanged(replace(TARGET, lifecycle=gone, filled=Decimal(target_filled))),
        OrderChanged(replace(STOP, lifecycle=gone)),
    )
    ready.latest(a_position(quantity=Decimal(held)))
    look(grouping)


def test_an_exit_is_no_larger_than_what_is_still_held_and_says_so(
    ready: Stage, grouping: GroupingOrders, qtbot
) -> None:
    end_exits(ready, grouping, target_filled=40, held=60)
    dialog = grouping.dialog
    assert "only 60 are still held" in dialog.lines[1].text()
    assert "held" not in dialog.lines[0].text()  # 60 of it are left in any case
    qtbot.mouseClick(dialog.send_button, Qt.MouseButton.LeftButton)
    (sent,) = ready.commands.of(SubmitOrders)

    assert [draft.quantity for draft in sent.orders.drafts] == [60, 60]


def test_a_position_that_shrinks_while_the_group_is_shown_is_seen_at_the_click(
    ready: Stage, grouping: GroupingOrders, qtbot
) -> None:
    end_exits(ready, grouping, held=100)
    dialog = grouping.dialog
    before = dialog.intent
    ready.latest(a_position(quantity=Decimal(25)))
    qtbot.mouseClick(dialog.send_button, Qt.MouseButton.LeftButton)

    assert ready.commands.of(SubmitOrders) == []
    assert "look at them" in dialog.words.text()
    assert "only 25 are still held" in dialog.lines[0].text()
    assert dialog.intent != before
    qtbot.mouseClick(dialog.send_button, Qt.MouseButton.LeftButton)
    (sent,) = ready.commands.of(SubmitOrders)
    assert [draft.quantity for draft in sent.orders.drafts] == [25, 25]


def test_a_position_that_is_closed_while_the_group_is_shown_leaves_no_group(
    ready: Stage, grouping: GroupingOrders, qtbot
) -> None:
    end_exits(ready, grouping, held=100)
    ready.latest(a_position(quantity=Decimal(0)))
    for _ in range(2):
        qtbot.mouseClick(grouping.dialog.send_button, Qt.MouseButton.LeftButton)

    assert ready.commands.of(SubmitOrders) == []
    assert "no group" in grouping.dialog.words.text()


def test_exits_of_a_closed_position_are_not_written_anew(ready, grouping) -> None:
    end_exits(ready, grouping, target_filled=100, held=0)

    assert grouping.dialog is None
    words = ready.window.status_line.currentMessage()
    assert "order 6 is cancelled" in words.lower()
    assert "nothing is held" in words


def test_one_without_anything_to_close_is_left_out_and_named(ready, grouping, qtbot) -> None:
    """Two orders to buy stay a group; the stop of the position that is gone does not join."""
    entry, other = an_order(7, limit_price=Decimal(150)), an_order(8, limit_price=Decimal(151))
    ready.latest(a_position(quantity=Decimal(100)))
    ready.events(OrderChanged(entry), OrderChanged(other))
    begin(ready, grouping)
    gone = Lifecycle.CANCELLED
    ready.events(
        *(OrderChanged(replace(order, lifecycle=gone)) for order in (TARGET, STOP, entry, other))
    )
    ready.latest(a_position(quantity=Decimal(0)))
    look(grouping)

    assert "Order 6 is cancelled and left out" in grouping.dialog.words.text()
    qtbot.mouseClick(grouping.dialog.send_button, Qt.MouseButton.LeftButton)
    (sent,) = ready.commands.of(SubmitOrders)
    assert [draft.limit_price for draft in sent.orders.drafts] == [150, 151]


def test_orders_for_a_position_to_come_keep_their_size(ready, grouping, qtbot) -> None:
    end_exits(ready, grouping, held=-40, held_before=-40)
    qtbot.mouseClick(grouping.dialog.send_button, Qt.MouseButton.LeftButton)
    (sent,) = ready.commands.of(SubmitOrders)

    assert [draft.quantity for draft in sent.orders.drafts] == [100, 100]
