"""Stop and stop limit orders in the ticket."""

from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.qt.conftest import Stage
from tests.qt.test_ui_ticket import click, ticket
from workstation.domain.commands import SubmitOrder
from workstation.domain.order import OrderType

__all__ = ["ticket"]


def test_a_stop_takes_a_stop_price_and_no_limit(ready: Stage, ticket, qtbot) -> None:
    form = ticket.form
    click(qtbot, form.sell_button)
    form.quantity_edit.set_value(Decimal(100))
    form.type_box.setCurrentText("STP")
    assert not form.price_edit.isEnabled()
    assert ticket.submit_button.text() == "Enter a stop price"
    form.stop_edit.setFocus()
    QTest.keyClicks(form.stop_edit, "180.00")

    assert ticket.submit_button.text() == "SELL 100 AAPL STP 180.00 DAY"
    QTest.keyClick(form.stop_edit, Qt.Key.Key_Return)

    draft = ready.commands.of(SubmitOrder)[0].draft
    assert (draft.order_type, draft.stop_price, draft.limit_price) == (
        OrderType.STOP,
        Decimal("180.00"),
        None,
    )


def test_a_stop_limit_takes_both(ready: Stage, ticket, qtbot) -> None:
    form = ticket.form
    form.quantity_edit.set_value(Decimal(50))
    form.type_box.setCurrentText("STP LMT")
    form.stop_edit.set_value(Decimal("190.00"))
    assert ticket.submit_button.text() == "Enter a limit price"
    form.price_edit.set_value(Decimal("190.50"))

    assert ticket.submit_button.text() == "BUY 50 AAPL STP LMT 190.00 LIMIT 190.50 DAY"
    click(qtbot, ticket.submit_button)

    draft = ready.commands.of(SubmitOrder)[0].draft
    assert (draft.stop_price, draft.limit_price) == (Decimal("190.00"), Decimal("190.50"))


def test_a_stop_between_ticks_moves_away_from_the_market(ready: Stage, ticket, qtbot) -> None:
    form = ticket.form
    click(qtbot, form.sell_button)
    form.quantity_edit.set_value(Decimal(10))
    form.type_box.setCurrentText("STP")
    form.stop_edit.set_value(Decimal("180.004"))

    click(qtbot, ticket.submit_button)

    assert ready.commands.of(SubmitOrder) == []
    assert form.stop_edit.value == Decimal("180.00")


def test_a_limit_order_carries_no_stop_left_in_the_field(ready: Stage, ticket, qtbot) -> None:
    form = ticket.form
    form.quantity_edit.set_value(Decimal(10))
    form.type_box.setCurrentText("STP")
    form.stop_edit.set_value(Decimal("190.00"))
    form.type_box.setCurrentText("LMT")
    form.price_edit.set_value(Decimal("187.00"))

    click(qtbot, ticket.submit_button)

    draft = ready.commands.of(SubmitOrder)[0].draft
    assert (draft.limit_price, draft.stop_price) == (Decimal("187.00"), None)
