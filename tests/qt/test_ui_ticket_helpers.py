"""The ticket works out sizes and limits: shown first, taken with Enter, nothing is sent by it."""

from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.qt.conftest import Stage
from tests.qt.fakes import AAPL, a_position, a_quote, a_summary
from tests.qt.test_ui_ticket import click, fill_in, ticket
from workstation.domain.commands import SubmitBracket, SubmitOrder
from workstation.domain.order import Side
from workstation.domain.order_helpers import PriceMode, SizeMode

__all__ = ["ticket"]

D = Decimal
RETURN, ESCAPE, ALT = Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.KeyboardModifier.AltModifier


def opened(ticket, key: Qt.Key):
    """Open a line by its key and return it, with the cursor in its number."""
    ticket.form.quantity_edit.setFocus()
    QTest.keyClick(ticket.form.quantity_edit, key, ALT)
    helpers = ticket.form.helpers
    return helpers.size_line if key == Qt.Key.Key_Q else helpers.price_line


def test_money_becomes_a_quantity_by_keys_alone(ready: Stage, ticket) -> None:
    fill_in(ticket)  # 100 at 187.20
    line = opened(ticket, Qt.Key.Key_Q)
    assert line.isVisible()
    assert line.amount_edit.hasFocus()
    QTest.keyClicks(line.amount_edit, "10000")

    assert line.result_label.text() == "= 53 at 187.20"
    assert ticket.form.quantity_edit.value == D(100)  # shown before it is taken
    QTest.keyClick(line.amount_edit, RETURN)
    assert ticket.form.quantity_edit.value == D(53)
    assert ticket.form.quantity_edit.hasFocus()
    assert ticket.submit_button.text() == "BUY 53 AAPL LMT 187.20 DAY"
    assert ready.commands.of(SubmitOrder) == []


def test_the_risk_to_the_brackets_stop_gives_the_size(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    click(qtbot, ticket.form.exits.box)
    QTest.keyClicks(ticket.form.exits.target_edit, "195.00")
    QTest.keyClicks(ticket.form.exits.stop_edit, "185.00")
    line = opened(ticket, Qt.Key.Key_Q)
    line.mode_box.setCurrentText(SizeMode.RISK.value)
    QTest.keyClicks(line.amount_edit, "500")

    assert line.result_label.text() == "= 227 at 187.20"
    QTest.keyClicks(ticket.form.helpers.stop_edit, "186.20")
    assert line.result_label.text() == "= 500 at 187.20"
    QTest.keyClick(ticket.form.helpers.stop_edit, RETURN)
    assert ticket.form.quantity_edit.value == D(500)
    assert ready.commands.of(SubmitBracket) == []


def test_equity_and_position_are_those_of_the_account(ready: Stage, ticket) -> None:
    fill_in(ticket)
    ready.window.on_latest((a_summary(net_liquidation=D(100_000)), a_position(quantity=D(-301))))
    line = opened(ticket, Qt.Key.Key_Q)
    line.mode_box.setCurrentText(SizeMode.EQUITY.value)
    QTest.keyClicks(line.amount_edit, "5")
    assert line.result_label.text() == "= 26 at 187.20"
    line.mode_box.setCurrentText(SizeMode.POSITION.value)
    line.amount_edit.set_value(D(50))
    assert line.result_label.text() == "= 150 at 187.20"


def test_a_limit_follows_the_market_until_it_is_taken(ready: Stage, ticket) -> None:
    fill_in(ticket)
    line = opened(ticket, Qt.Key.Key_P)
    ready.window.on_latest((a_quote(AAPL, bid=187.10, ask=187.20),))
    ready.window.ticket.refresh_quote()
    line.mode_box.setCurrentText(PriceMode.SPREAD.value)
    QTest.keyClicks(line.amount_edit, "25")

    assert line.result_label.text() == "= 187.12"  # 187.125, not more aggressive
    ready.window.on_latest((a_quote(AAPL, bid=187.00, ask=187.40),))
    ready.window.ticket.refresh_quote()
    assert line.result_label.text() == "= 187.10"
    ticket.form.set_side(Side.SELL)
    line.mode_box.setCurrentText(PriceMode.BID.value)
    line.amount_edit.set_value(D(3))
    QTest.keyClick(line.amount_edit, RETURN)
    assert ticket.form.price_edit.value == D("187.03")
    assert ready.commands.of(SubmitOrder) == []


def test_what_cannot_be_worked_out_is_said_and_not_taken(ready: Stage, ticket) -> None:
    fill_in(ticket)
    line = opened(ticket, Qt.Key.Key_Q)
    assert line.result_label.text() == "Enter a number"
    assert not line.use_button.isEnabled()
    line.mode_box.setCurrentText(SizeMode.RISK.value)
    QTest.keyClicks(line.amount_edit, "500")
    assert line.result_label.text() == "Enter the stop price"
    QTest.keyClick(line.amount_edit, RETURN)
    assert ticket.form.quantity_edit.value == D(100)
    assert ready.commands.of(SubmitOrder) == []


def test_a_stale_market_gives_no_limit(ready: Stage, ticket) -> None:
    fill_in(ticket)
    line = opened(ticket, Qt.Key.Key_P)
    ready.window.on_latest((a_quote(AAPL, stale=True),))
    ready.window.ticket.refresh_quote()
    assert line.result_label.text() == "No market"
    assert not line.use_button.isEnabled()


def test_escape_closes_a_line_and_leaves_the_ticket_as_it_is(ready: Stage, ticket) -> None:
    fill_in(ticket)
    line = opened(ticket, Qt.Key.Key_Q)
    QTest.keyClick(line.amount_edit, ESCAPE)
    assert not line.isVisible()
    assert not ticket.form.helpers.isVisible()
    assert ticket.form.quantity_edit.hasFocus()
    assert ticket.form.quantity_edit.value == D(100)
    opened(ticket, Qt.Key.Key_Q)
    opened(ticket, Qt.Key.Key_P)
    assert line.isVisible()
    opened(ticket, Qt.Key.Key_Q)  # the key closes it again
    assert not line.isVisible()
    assert ticket.form.helpers.price_line.isVisible()
