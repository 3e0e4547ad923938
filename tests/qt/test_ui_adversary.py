"""Attacks through the window: what a trader sees must be what leaves, and the way out stays open."""

from decimal import Decimal

import pytest
from PySide6.QtCore import Qt

from tests.qt.conftest import Stage
from tests.qt.fakes import a_link, a_position, an_order
from workstation.domain.commands import ChangeOrder, ClosePosition, SubmitOrder
from workstation.domain.finding import TradingState
from workstation.domain.link import LinkState
from workstation.domain.messages import LinkChanged, OrderChanged
from workstation.domain.order import OrderType, Side

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def ticket(ready: Stage):
    ready.window.choose_symbol("AAPL")
    ready.window.activateWindow()
    return ready.window.ticket


def compare(ready: Stage, *, knows_exits: bool) -> None:
    """Let the core compare everything with the broker anew."""
    link = a_link(LinkState.SYNCING, knows_exits=knows_exits, trading_state=TradingState.ACTIVE)
    ready.events(LinkChanged(link))


def test_a_new_price_does_not_give_an_order_back_its_old_size(ready: Stage, ticket, qtbot) -> None:
    stop = an_order(
        side=Side.SELL, order_type=OrderType.STOP, limit_price=None, stop_price=Decimal("180.00"),
        quantity=Decimal(100),
    )  # fmt: skip
    ready.events(OrderChanged(stop))
    ticket.start_change(stop)
    ticket.form.stop_edit.set_value(Decimal("181.00"))
    halved = an_order(
        side=Side.SELL, order_type=OrderType.STOP, limit_price=None, stop_price=Decimal("180.00"),
        quantity=Decimal(50),
    )  # fmt: skip
    ready.events(OrderChanged(halved))
    assert "SELL 50" in ticket.submit_button.text()

    qtbot.mouseClick(ticket.submit_button, LEFT)
    change = ready.commands.of(ChangeOrder)[0].change
    assert (change.quantity, change.stop_price) == (None, Decimal("181.00"))


def test_what_the_user_typed_stays_when_the_order_changes(ready: Stage, ticket, qtbot) -> None:
    order = an_order(quantity=Decimal(100), limit_price=Decimal("187.00"))
    ready.events(OrderChanged(order))
    ticket.start_change(order)
    ticket.form.quantity_edit.set_value(Decimal(70))
    moved = an_order(quantity=Decimal(80), limit_price=Decimal("186.00"))
    ready.events(OrderChanged(moved))

    assert ticket.form.terms.quantity == 70
    assert ticket.form.terms.limit_price == Decimal("186.00")


@pytest.mark.parametrize("knows_exits", [True, False])
def test_the_way_out_is_offered_while_everything_is_compared(
    ready: Stage, ticket, qtbot, knows_exits: bool
) -> None:
    ready.latest(a_position(quantity=Decimal(100)))
    panel = ready.window.positions
    panel.table.selectRow(0)
    compare(ready, knows_exits=knows_exits)
    assert panel.close_button.isEnabled() is knows_exits

    ticket.form.set_side(Side.SELL)
    ticket.form.quantity_edit.set_value(Decimal(100))
    ticket.form.price_edit.set_value(Decimal("187.00"))
    assert ticket.submit_button.isEnabled() is knows_exits
    assert ticket.obstacle_label.text()

    ticket.form.quantity_edit.set_value(Decimal(101))
    assert not ticket.submit_button.isEnabled(), "this would open a position"
    if knows_exits:
        qtbot.mouseClick(panel.close_button, LEFT)
        qtbot.mouseClick(panel.dialog.buttons["close"], LEFT)
        assert len(ready.commands.of(ClosePosition)) == 1
    assert ready.commands.of(SubmitOrder) == []
