"""Traps between what is shown and what is sent: late answers, half-typed symbols, stale wishes."""

from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.qt.conftest import Stage
from tests.qt.fakes import (
    AAPL,
    ACCOUNT,
    CON_IDS,
    FINDINGS,
    a_link,
    a_position,
    a_quote,
    an_order,
)
from workstation.domain.account import masked
from workstation.domain.commands import ChangeOrder, SubmitOrder, Watched, WatchSymbol
from workstation.domain.finding import (
    Denied,
    Finding,
    Level,
    NeedsAcknowledgement,
    RiskCode,
    Submitted,
)
from workstation.domain.ids import AccountId, ConId, OrderId, OrderKey
from workstation.domain.messages import LinkChanged, OrderChanged
from workstation.domain.order import OrderType, Side, Tif
from workstation.domain.order_status import Pending
from workstation.ui.chart.trading_tool import StageWish
from workstation.ui.panels import answer_strip

D = Decimal
LEFT, RETURN = Qt.MouseButton.LeftButton, Qt.Key.Key_Return
SOFT = Finding(RiskCode.DUPLICATE, Level.SOFT, "The same order was sent 1.2 s ago.")


@pytest.fixture
def ticket(ready: Stage, monkeypatch: pytest.MonkeyPatch):
    """Hold BUY 100 AAPL LMT 187.20; a confirmation needs no time to be read."""
    monkeypatch.setattr(answer_strip, "READING_MS", -1)
    ready.window.choose_symbol("AAPL")
    form = ready.window.ticket.form
    form.quantity_edit.set_value(D(100))
    form.price_edit.set_value(D("187.20"))
    return ready.window.ticket


def drafts(ready: Stage):
    return [each.draft for each in ready.commands.of(SubmitOrder)]


# ---- a question about what is not shown any more ----------------------------------------------


def test_a_question_about_another_contract_is_not_asked_below_this_one(
    ready: Stage, ticket, qtbot: QtBot
) -> None:
    qtbot.mouseClick(ticket.submit_button, LEFT)
    ready.window.choose_symbol("MSFT")
    ready.commands.answer(SubmitOrder, NeedsAcknowledgement((SOFT,)))
    QTest.keyClick(ticket.form.quantity_edit, RETURN)

    assert [each.con_id for each in drafts(ready)] == [AAPL]
    assert not ticket.strip.is_asking
    assert "AAPL" in ticket.strip.headline.text()
    assert "not sent" in ticket.strip.headline.text().lower()


def test_a_question_about_other_terms_than_those_in_the_fields_is_not_asked(
    ready: Stage, ticket, qtbot: QtBot
) -> None:
    qtbot.mouseClick(ticket.submit_button, LEFT)
    ticket.form.quantity_edit.set_value(D(10))
    ready.commands.answer(SubmitOrder, NeedsAcknowledgement((SOFT,)))
    QTest.keyClick(ticket.form.quantity_edit, RETURN)

    assert not ticket.strip.is_asking
    assert [each.quantity for each in drafts(ready)] in ([D(100)], [D(100), D(10)])


def test_an_answer_to_one_order_leaves_the_change_of_another_alone(
    ready: Stage, ticket, qtbot: QtBot
) -> None:
    order = an_order(3, limit_price=D("186.00"))
    ready.events(OrderChanged(order))
    qtbot.mouseClick(ticket.submit_button, LEFT)
    ticket.start_change(order)
    ready.commands.answer(SubmitOrder, Submitted(OrderId(40), OrderKey("k")))
    assert not ticket.title_label.isHidden()
    assert "CHANGE TO BUY 100 AAPL LMT 186.00" in ticket.submit_button.text() or (
        ticket.submit_button.text() == "Nothing changed yet"
    )


# ---- a symbol that is written and not taken ----------------------------------------------------


def test_a_symbol_that_is_only_written_sends_no_order_of_the_one_before(
    ready: Stage, ticket, qtbot: QtBot
) -> None:
    edit = ticket.form.symbol_edit
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, "MSFT")
    ticket.form.quantity_edit.setFocus()
    QTest.keyClick(ticket.form.quantity_edit, RETURN)
    assert drafts(ready) == [] or edit.text() == "AAPL"


def test_an_order_waits_until_the_symbol_that_was_entered_is_found(
    ready: Stage, ticket, qtbot: QtBot
) -> None:
    edit = ticket.form.symbol_edit
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, "IBM")
    qtbot.keyClick(edit, RETURN)
    QTest.keyClick(ticket.form.quantity_edit, RETURN)
    assert drafts(ready) == []

    ready.commands.answer(WatchSymbol, Watched(ConId(555), "IBM"))
    assert ticket.con_id == 555


def test_a_symbol_found_late_does_not_take_the_ticket_from_a_newer_choice(
    ready: Stage, ticket, qtbot: QtBot
) -> None:
    edit = ticket.form.symbol_edit
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, "IBM")
    qtbot.keyClick(edit, RETURN)
    ready.latest(a_position("MSFT"))
    window = ready.window
    window.positions.position_selected.emit(a_position("MSFT"))
    assert window.ticket.con_id == CON_IDS["MSFT"]
    ready.commands.answer(WatchSymbol, Watched(ConId(555), "IBM"))
    assert window.ticket.con_id == CON_IDS["MSFT"]


# ---- changes -----------------------------------------------------------------------------------


def test_a_price_put_back_while_its_change_is_under_way_is_sent(
    ready: Stage, ticket, qtbot: QtBot
) -> None:
    order = an_order(
        3, limit_price=D("186.00"), replace=Pending.REQUESTED, pending_limit=D("186.50")
    )
    ready.events(OrderChanged(order))
    ticket.start_change(order)
    ticket.form.price_edit.set_value(D("186.00"))
    ticket.form.quantity_edit.set_value(D(60))
    assert "186.00" in ticket.submit_button.text()
    qtbot.mouseClick(ticket.submit_button, LEFT)
    (sent,) = ready.commands.of(ChangeOrder)
    assert (sent.change.limit_price, sent.change.quantity) == (D("186.00"), D(60))


def test_a_change_by_keyboard_shows_its_contract_everywhere(ready: Stage, ticket) -> None:
    order = an_order(3, con_id=CON_IDS["MSFT"], symbol="MSFT", limit_price=D("186.00"))
    ready.events(OrderChanged(order))
    ready.window.orders.change_requested.emit(order)
    assert ticket.con_id == CON_IDS["MSFT"]
    assert ready.window.board.depth._con_id == CON_IDS["MSFT"]


@pytest.fixture
def table(ready: Stage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(answer_strip, "READING_MS", -1)
    ready.events(OrderChanged(an_order(1)))
    ready.window.orders.table.selectRow(0)
    ready.window.orders.table.setFocus()
    return ready.window.orders.table


def changes(ready: Stage):
    return [command.change for command in ready.commands.of(ChangeOrder)]


def test_a_tick_that_waited_dies_with_the_refusal_of_the_one_before(ready: Stage, table) -> None:
    QTest.keyClick(table, Qt.Key.Key_Plus)
    QTest.keyClick(table, Qt.Key.Key_Plus)
    ready.commands.answer(ChangeOrder, Denied((SOFT,)))
    ready.events(OrderChanged(an_order(1, filled=D(10))))
    assert len(changes(ready)) == 1


def test_a_tick_that_waited_dies_with_the_question_that_is_answered_no(ready: Stage, table) -> None:
    QTest.keyClick(table, Qt.Key.Key_Plus)
    QTest.keyClick(table, Qt.Key.Key_Plus)
    ready.commands.answer(ChangeOrder, NeedsAcknowledgement((SOFT,)))
    QTest.keyClick(table, Qt.Key.Key_Escape)
    ready.events(OrderChanged(an_order(1, filled=D(10))))
    assert len(changes(ready)) == 1


def test_a_pending_price_of_zero_is_a_price(ready: Stage, table) -> None:
    combo = an_order(1, limit_price=D("0.05"), replace=Pending.NONE, pending_limit=D("0.00"))
    ready.events(OrderChanged(combo))
    QTest.keyClick(table, Qt.Key.Key_Plus)
    assert [each.limit_price for each in changes(ready)] == [D("0.0001")]


def test_a_stop_changed_in_place_is_moved_away_from_the_market(ready: Stage, table) -> None:
    stop = an_order(1, side=Side.SELL, order_type="STP", limit_price=None, stop_price=D("180.00"))
    ready.events(OrderChanged(stop))
    table.selectRow(0)
    QTest.keyClick(table, RETURN)
    editor = table.viewport().findChild(type(ready.window.ticket.form.price_edit))
    editor.set_value(D("180.004"))
    QTest.keyClick(editor, RETURN)
    assert editor.value == D("180.00")


# ---- keys --------------------------------------------------------------------------------------


def test_preparing_at_a_price_that_is_not_there_leaves_no_old_price(ready: Stage, ticket) -> None:
    ready.latest(a_quote(stale=True))
    ready.window.on_frame()
    ticket.refresh_quote()
    ready.window.menu.menus.by_name["sell_bid"].trigger()
    assert not (ticket.form.terms.side is Side.SELL and ticket.submit_button.isEnabled())


def test_preparing_at_the_ask_makes_a_plain_limit(ready: Stage, ticket) -> None:
    ticket.form.type_box.setCurrentText(OrderType.STOP_LIMIT.value)
    ticket.form.stop_edit.set_value(D("150"))
    ready.window.menu.menus.by_name["buy_ask"].trigger()
    assert ticket.form.terms.order_type is OrderType.LIMIT


def test_preparing_an_order_does_not_reprice_the_one_that_is_changed(ready: Stage, ticket) -> None:
    order = an_order(3, side=Side.SELL, limit_price=D("190.00"))
    ready.events(OrderChanged(order))
    ticket.start_change(order)
    ready.window.menu.menus.by_name["buy_ask"].trigger()
    assert ticket.form.price_edit.value == D("190.00")


@pytest.mark.parametrize("name", ["halve", "breakeven", "submit"])
def test_a_key_that_can_do_nothing_says_why(ready: Stage, name: str) -> None:
    ready.window.choose_symbol("AAPL")
    ready.window.docks.by_name["ticket"].close()
    said = []
    ready.window.ordering.failed.connect(said.append)
    ready.window.menu.menus.by_name[name].trigger()
    assert said


# ---- the chart ---------------------------------------------------------------------------------


def test_a_quantity_that_cannot_be_read_closes_nothing(chart, ready: Stage) -> None:
    ready.latest(a_position(), a_quote(last=187.5))
    chart.trade_menu.quantity_edit.lineEdit().setText("1O")
    chart.staging.place(Side.SELL, D("190.00"))
    assert drafts(ready) == []


def test_the_second_close_by_one_gesture_is_laid_out_first(chart, ready: Stage) -> None:
    ready.latest(a_position(), a_quote(last=187.5))
    chart.staging.place(Side.SELL, D("190.00"))
    (first,) = drafts(ready)
    ready.commands.answer(SubmitOrder, Submitted(OrderId(40), OrderKey("k")))
    working = an_order(40, side=Side.SELL, quantity=D(300), limit_price=D("190.00"), tif="GTC")
    ready.events(OrderChanged(working))
    chart.staging.place(Side.SELL, D("191.00"))
    assert len(drafts(ready)) == 1
    assert chart.staging.order is not None
    assert first.tif is Tif.GTC


def test_a_new_wish_below_a_question_is_not_swallowed(chart, ready: Stage, qtbot: QtBot) -> None:
    ready.latest(a_position(), a_quote(last=187.5))
    chart.staging.place(Side.SELL, D("190.00"))
    ready.commands.answer(SubmitOrder, NeedsAcknowledgement(FINDINGS))
    chart.staging.place(Side.SELL, D("191.00"))
    assert "191" in chart.orders.strip.headline.text() or "first" in (
        chart.orders.strip.headline.text()
    )


def test_an_order_that_is_laid_out_keeps_its_account_and_names_it(chart, ready: Stage) -> None:
    both = (ACCOUNT, AccountId("SIM0045678"))
    ready.events(LinkChanged(a_link(accounts=both)))
    account = ready.window.ticket.account
    account.choose(both[0])
    chart.trade_menu.quantity_edit.set_value(D(10))
    chart.staging.stage(StageWish(Side.BUY, D("185.00"), exits=False))
    account.choose(both[1])
    assert f"account {masked(both[0])}" in chart.staging.preview()[0][0]
    chart.staging.send()
    assert [each.account for each in drafts(ready)] == [both[0]]


@pytest.mark.parametrize("name", ["close_position", "scale_in", "scale_out", "roll", "reverse"])
def test_a_key_for_a_position_says_why_it_can_do_nothing(ready: Stage, name: str) -> None:
    said = []
    ready.window.ordering.failed.connect(said.append)
    ready.window.menu.menus.by_name[name].trigger()
    assert len(said) == 1
    assert "select one open position" in said[0][1]
