"""The ticket by mouse and keyboard."""

from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from tests.qt.conftest import Stage
from tests.qt.fakes import (
    AAPL,
    ACCOUNT,
    CON_IDS,
    DENIALS,
    FINDINGS,
    HOSTILE,
    a_link,
    a_position,
    a_quote,
    an_order,
)
from workstation.domain.account import Environment
from workstation.domain.commands import (
    ChangeOrder,
    Done,
    Failed,
    Previewed,
    PreviewOrder,
    SetArmed,
    SubmitOrder,
)
from workstation.domain.finding import (
    Denied,
    Finding,
    Level,
    NeedsAcknowledgement,
    RiskCode,
    Submitted,
    TradingState,
)
from workstation.domain.ids import AccountId, OrderId, OrderKey
from workstation.domain.link import LinkState
from workstation.domain.messages import LinkChanged, OrderChanged
from workstation.domain.order import OrderType, Side, Tif
from workstation.domain.order_status import Lifecycle
from workstation.domain.override import accepted
from workstation.ui.decimal_edit import read_decimal
from workstation.ui.panels import answer_strip
from workstation.ui.panels.answer_strip import READING_MS


@pytest.fixture
def ticket(ready: Stage, qtbot):
    ready.window.choose_symbol("AAPL")
    ready.window.activateWindow()
    return ready.window.ticket


def fill_in(ticket, quantity: str = "100", price: str = "187.20") -> None:
    ticket.form.quantity_edit.set_value(Decimal(quantity))
    ticket.form.price_edit.set_value(Decimal(price))


def press(qtbot, widget: QWidget, key: Qt.Key) -> None:
    qtbot.keyClick(widget, key)


def click(qtbot, widget: QWidget) -> None:
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_an_order_is_written_and_sent_by_keyboard_alone(ready: Stage, ticket, qtbot) -> None:
    qtbot.keyClick(ready.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(ticket.form.quantity_edit.hasFocus)
    qtbot.keyClicks(ticket.form.quantity_edit, "250")
    press(qtbot, ticket.form.quantity_edit, Qt.Key.Key_Tab)
    qtbot.waitUntil(ticket.form.price_edit.hasFocus)
    qtbot.keyClicks(ticket.form.price_edit, "187.25")

    assert ticket.submit_button.text() == "SELL 250 AAPL LMT 187.25 DAY"
    press(qtbot, ticket.form.price_edit, Qt.Key.Key_Return)

    (sent,) = ready.commands.of(SubmitOrder)
    draft = sent.draft
    assert (draft.side, draft.quantity, draft.limit_price) == (
        Side.SELL,
        Decimal(250),
        Decimal("187.25"),
    )
    assert (draft.account, draft.con_id, draft.tif) == (ACCOUNT, AAPL, Tif.DAY)
    assert draft.acknowledged == frozenset()


def test_a_market_order_by_mouse_carries_no_price(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    click(qtbot, ticket.form.sell_button)
    ticket.form.type_box.setCurrentText("MKT")
    ticket.form.tif_box.setCurrentText("IOC")

    assert not ticket.form.price_edit.isEnabled()
    click(qtbot, ticket.submit_button)

    draft = ready.commands.of(SubmitOrder)[0].draft
    assert (draft.order_type, draft.limit_price, draft.tif) == (OrderType.MARKET, None, Tif.IOC)


def test_enter_twice_sends_one_order(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)

    press(qtbot, ticket.form.quantity_edit, Qt.Key.Key_Return)
    press(qtbot, ticket.form.quantity_edit, Qt.Key.Key_Return)

    assert len(ready.commands.of(SubmitOrder)) == 1


def test_each_wish_has_its_own_intent(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    for number in (1, 2):
        click(qtbot, ticket.submit_button)
        ready.commands.answer(SubmitOrder, Submitted(OrderId(number), OrderKey(str(number))))

    first, second = (sent.draft.intent_id for sent in ready.commands.of(SubmitOrder))
    assert first != second
    assert ticket.strip.headline.text() == "Submitted: order 2"


def test_a_denial_shows_every_finding(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    click(qtbot, ticket.submit_button)
    ready.commands.answer(SubmitOrder, Denied(DENIALS))

    shown = "\n".join(ticket.strip.finding_texts)
    for finding in DENIALS:
        for part in (finding.text, finding.measured, finding.limit, finding.advice):
            assert part in shown
    assert len(ticket.strip.finding_texts) == len(DENIALS)
    assert "Denied" in ticket.strip.headline.text()
    assert ticket.submit_button.isEnabled()


def test_one_key_confirms_all_findings_of_the_same_wish(
    ready: Stage, ticket, qtbot, monkeypatch
) -> None:
    monkeypatch.setattr(answer_strip, "READING_MS", 600_000)  # a slow machine is no slow reader
    fill_in(ticket)
    click(qtbot, ticket.submit_button)
    ready.commands.answer(SubmitOrder, NeedsAcknowledgement(FINDINGS))
    reason = ticket.strip.reason_edit
    qtbot.waitUntil(reason.hasFocus)
    assert not ticket.submit_button.isEnabled()
    assert not ticket.strip.send_button.isEnabled()
    qtbot.keyClicks(reason, "earnings")

    press(qtbot, reason, Qt.Key.Key_Return)
    assert len(ready.commands.of(SubmitOrder)) == 1  # too soon to have been read

    monkeypatch.setattr(answer_strip, "READING_MS", READING_MS)
    qtbot.waitUntil(lambda: ticket.strip.takes_confirmation)
    press(qtbot, reason, Qt.Key.Key_Return)

    first, second = (sent.draft for sent in ready.commands.of(SubmitOrder))
    assert second == replace(first, acknowledged=accepted(FINDINGS, "earnings"))
    assert reason.isHidden()


def test_a_personal_limit_is_not_overridden_without_a_reason(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    click(qtbot, ticket.submit_button)
    ready.commands.answer(SubmitOrder, NeedsAcknowledgement(FINDINGS))
    qtbot.wait(READING_MS + 50)
    reason = ticket.strip.reason_edit
    for typed in ("", "   "):
        reason.setText(typed)
        press(qtbot, reason, Qt.Key.Key_Return)
        click(qtbot, ticket.strip.send_button)
    assert len(ready.commands.of(SubmitOrder)) == 1
    press(qtbot, reason, Qt.Key.Key_Escape)
    assert not ticket.strip.is_asking


def test_a_mere_confirmation_asks_for_no_reason(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    click(qtbot, ticket.submit_button)
    ready.commands.answer(SubmitOrder, NeedsAcknowledgement(FINDINGS[1:]))
    qtbot.waitUntil(ticket.strip.send_button.hasFocus)
    assert ticket.strip.reason_edit.isHidden()
    qtbot.waitUntil(lambda: ticket.strip.takes_confirmation)
    press(qtbot, ticket.strip.send_button, Qt.Key.Key_Return)
    assert len(ready.commands.of(SubmitOrder)) == 2


def test_escape_withdraws_an_order_that_waits_for_confirmation(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    click(qtbot, ticket.submit_button)
    ready.commands.answer(SubmitOrder, NeedsAcknowledgement(FINDINGS))

    press(qtbot, ticket.strip.send_button, Qt.Key.Key_Escape)

    assert not ticket.strip.is_asking
    assert ticket.form.terms.quantity == 100
    assert len(ready.commands.of(SubmitOrder)) == 1


def test_enter_on_do_not_send_does_not_send(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    click(qtbot, ticket.submit_button)
    ready.commands.answer(SubmitOrder, NeedsAcknowledgement(FINDINGS))
    ticket.strip.reason_edit.setText("earnings")
    qtbot.waitUntil(lambda: ticket.strip.takes_confirmation)

    ticket.strip.back_button.setFocus()
    press(qtbot, ticket.strip.back_button, Qt.Key.Key_Return)

    assert len(ready.commands.of(SubmitOrder)) == 1
    assert not ticket.strip.is_asking


def test_editing_withdraws_the_confirmation(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    click(qtbot, ticket.submit_button)
    ready.commands.answer(SubmitOrder, NeedsAcknowledgement(FINDINGS))

    fill_in(ticket, quantity="50")

    assert not ticket.strip.is_asking
    assert ticket.submit_button.isEnabled()


def test_a_limit_between_ticks_is_moved_and_not_sent_at_once(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket, price="187.237")

    press(qtbot, ticket.form.quantity_edit, Qt.Key.Key_Return)

    assert ready.commands.of(SubmitOrder) == []
    assert ticket.form.price_edit.value == Decimal("187.23")  # a purchase goes down
    press(qtbot, ticket.form.quantity_edit, Qt.Key.Key_Return)
    assert ready.commands.of(SubmitOrder)[0].draft.limit_price == Decimal("187.23")


@pytest.mark.parametrize(
    ("start", "key", "wanted"),
    [
        ("187.20", Qt.Key.Key_Up, "187.21"),
        ("187.20", Qt.Key.Key_Down, "187.19"),
        ("1.00", Qt.Key.Key_Down, "0.9999"),
        ("0.9999", Qt.Key.Key_Up, "1.00"),
        ("187.205", Qt.Key.Key_Up, "187.21"),
        ("187.205", Qt.Key.Key_Down, "187.20"),
    ],
)
def test_arrows_step_the_limit_by_its_own_tick(ticket, qtbot, start, key, wanted) -> None:
    fill_in(ticket, price=start)

    press(qtbot, ticket.form.price_edit, key)

    assert ticket.form.price_edit.lineEdit().text() == wanted


def test_market_buttons_fill_the_limit(ready: Stage, ticket, qtbot) -> None:
    ready.latest(a_quote(AAPL, bid=187.18, ask=187.21))

    for button, wanted in (
        (ticket.form.bid_button, "187.18"),
        (ticket.form.mid_button, "187.19"),
        (ticket.form.ask_button, "187.21"),
    ):
        click(qtbot, button)
        assert ticket.form.price_edit.value == Decimal(wanted)


def test_a_stale_market_cannot_be_taken_as_a_limit(ready: Stage, ticket) -> None:
    ready.latest(a_quote(AAPL, stale=True))

    assert not ticket.form.ask_button.isEnabled()
    assert "stale" in ticket.form.last_label.text()


@pytest.mark.parametrize("typed", ["1,000", "1e5", "abc", "--1", "1.2.3"])
def test_ambiguous_numbers_stay_as_typed_and_stop_the_order(
    ready: Stage, ticket, qtbot, typed: str
) -> None:
    fill_in(ticket)
    ticket.form.quantity_edit.set_value(None)

    qtbot.keyClicks(ticket.form.quantity_edit, typed)
    press(qtbot, ticket.form.quantity_edit, Qt.Key.Key_Return)

    assert ticket.form.quantity_edit.lineEdit().text() == typed
    assert ticket.form.quantity_edit.property("bad")
    assert "is not a number" in ticket.submit_button.text()
    assert ready.commands.of(SubmitOrder) == []


@pytest.mark.parametrize("foreign", ["٣", "１", "1,5", "nan", "inf", "", "-", "."])
def test_what_is_no_plain_number_is_not_read_as_one(foreign: str) -> None:
    assert read_decimal(foreign) is None


def test_the_value_of_the_order_is_estimated(ticket) -> None:
    fill_in(ticket)

    assert "18,720.00 USD" in ticket.figures_label.text()


def test_what_only_informs_is_shown_before_sending(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    qtbot.waitUntil(lambda: bool(ready.commands.of(PreviewOrder)))
    info = Finding(RiskCode.STOP_THROUGH, Level.INFO, "The market has reached this stop already.")
    ready.commands.answer(PreviewOrder, Previewed(None, (info,)))

    assert ticket.strip.headline.text() == "Would be sent. Note:"
    assert info.text in "\n".join(ticket.strip.finding_texts)


@pytest.mark.parametrize("kind", [{"order_type": "?"}, {"tif": "X"}])
def test_an_order_of_a_kind_without_fields_is_not_shown_as_another(ticket, kind) -> None:
    ticket.start_change(an_order(**kind))

    assert "cannot be changed here" in ticket.strip.headline.text()
    assert not ticket.submit_button.text().startswith("CHANGE")
    assert not ticket.title_label.isVisible()


def test_risk_is_asked_once_typing_has_stopped(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    ready.commands.sent.clear()
    fill_in(ticket, quantity="101")
    fill_in(ticket, quantity="102")
    qtbot.waitUntil(lambda: len(ready.commands.of(PreviewOrder)) > 0)

    (asked,) = ready.commands.of(PreviewOrder)
    assert asked.draft.quantity == 102
    ready.commands.answer(PreviewOrder, Previewed(Denied(DENIALS)))
    assert ticket.strip.headline.text() == "Would be denied:"
    assert len(ticket.strip.finding_texts) == len(DENIALS)


def test_a_preview_of_older_terms_is_not_shown(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    qtbot.waitUntil(lambda: len(ready.commands.of(PreviewOrder)) > 0)
    fill_in(ticket, quantity="7")

    ready.commands.answer(PreviewOrder, Previewed(Denied(DENIALS)))

    assert ticket.strip.finding_texts == ()


@pytest.mark.parametrize("state", [LinkState.DISCONNECTED, LinkState.SYNCING])
def test_without_a_ready_link_the_ticket_says_why(ready: Stage, ticket, state) -> None:
    fill_in(ticket)

    ready.events(LinkChanged(a_link(state, reason="TWS closed the door")))

    assert not ticket.submit_button.isEnabled()
    assert "TWS closed the door" in ticket.obstacle_label.text()


def test_a_trading_state_is_told_but_does_not_stop_exits(ready: Stage, ticket) -> None:
    fill_in(ticket)

    ready.events(
        LinkChanged(a_link(trading_state=TradingState.REDUCING, trading_reason="daily loss"))
    )

    assert ticket.submit_button.isEnabled()
    assert "daily loss" in ticket.obstacle_label.text()


def test_a_live_account_must_be_armed_for_entries(ready: Stage, ticket, qtbot) -> None:
    live = AccountId("U1234321")
    assert ticket.arm_button.isHidden()
    ready.events(LinkChanged(a_link(account=live, environment=Environment.LIVE)))
    fill_in(ticket)
    assert ticket.arm_button.isVisible()
    assert not ticket.submit_button.isEnabled()

    click(qtbot, ticket.arm_button)
    assert ready.commands.of(SetArmed) == [SetArmed(armed=True)]
    assert not ticket.submit_button.isEnabled()
    ready.commands.answer(SetArmed, Done())
    assert not ticket.submit_button.isEnabled()
    ready.events(LinkChanged(a_link(account=live, environment=Environment.LIVE, armed=True)))
    assert ticket.submit_button.isEnabled()
    assert ticket.arm_button.isChecked()

    ready.events(LinkChanged(a_link(account=AccountId("U9999999"), environment=Environment.LIVE)))
    assert not ticket.submit_button.isEnabled()


def test_a_refused_arming_stays_unarmed(ready: Stage, ticket, qtbot) -> None:
    ready.events(LinkChanged(a_link(account=AccountId("U1"), environment=Environment.LIVE)))

    click(qtbot, ticket.arm_button)
    ready.commands.answer(SetArmed, Failed("limits are missing"))

    assert not ticket.arm_button.isChecked()
    assert "limits are missing" in ready.window.messages.log.values()[-1].notice.text


def test_an_exit_needs_no_arming(ready: Stage, ticket) -> None:
    live = AccountId("U1234321")
    ready.events(LinkChanged(a_link(account=live, environment=Environment.LIVE)))
    ready.latest(a_position(account=live, quantity=Decimal(100)))

    fill_in(ticket)
    ticket.form.set_side(Side.SELL)
    assert ticket.submit_button.isEnabled()
    fill_in(ticket, quantity="101")
    assert not ticket.submit_button.isEnabled()


def test_a_change_sends_only_what_changed(ready: Stage, ticket, qtbot) -> None:
    order = an_order()
    ready.events(OrderChanged(order))
    ready.window.orders.table.selectRow(0)

    press(qtbot, ready.window.orders.table, Qt.Key.Key_F2)
    assert not ticket.submit_button.isEnabled()  # nothing changed yet
    ticket.form.quantity_edit.set_value(Decimal(80))
    press(qtbot, ticket.form.price_edit, Qt.Key.Key_Return)

    (sent,) = ready.commands.of(ChangeOrder)
    assert (sent.change.key, sent.change.quantity, sent.change.limit_price) == (
        order.key,
        Decimal(80),
        None,
    )
    ready.commands.answer(ChangeOrder, Submitted(order.order_id, order.key))
    assert "Change sent" in ticket.strip.headline.text()
    assert ticket.title_label.isHidden()


def test_a_change_is_confirmed_like_an_order(ready: Stage, ticket, qtbot) -> None:
    ticket.start_change(an_order())
    ticket.form.price_edit.set_value(Decimal("187.30"))
    click(qtbot, ticket.submit_button)
    ready.commands.answer(ChangeOrder, NeedsAcknowledgement(FINDINGS))
    qtbot.keyClicks(ticket.strip.reason_edit, "earnings")
    qtbot.waitUntil(lambda: ticket.strip.takes_confirmation)

    click(qtbot, ticket.strip.send_button)

    first, second = (sent.change for sent in ready.commands.of(ChangeOrder))
    assert second == replace(first, acknowledged=accepted(FINDINGS, "earnings"))


def test_an_order_that_ends_cannot_be_changed_any_more(ready: Stage, ticket) -> None:
    ready.events(OrderChanged(an_order()))
    ticket.start_change(an_order())

    ready.events(OrderChanged(an_order(lifecycle=Lifecycle.FILLED, filled=Decimal(100))))

    assert ticket.title_label.isHidden()
    assert "filled" in ticket.strip.headline.text()


def test_escape_leaves_a_change_and_clears_a_ticket(ready: Stage, ticket, qtbot) -> None:
    ticket.start_change(an_order())
    press(qtbot, ticket.form.price_edit, Qt.Key.Key_Escape)
    assert ticket.title_label.isHidden()

    fill_in(ticket)
    press(qtbot, ticket.form.quantity_edit, Qt.Key.Key_Escape)
    assert ticket.form.terms.quantity is None
    assert ticket.form.terms.limit_price is None


def test_another_symbol_takes_the_old_limit_away(ready: Stage, ticket) -> None:
    fill_in(ticket)

    ready.window.choose_symbol("MSFT")

    assert ticket.con_id == CON_IDS["MSFT"]
    assert ticket.form.price_edit.value is None
    assert not ticket.submit_button.isEnabled()


@pytest.mark.parametrize("foreign", HOSTILE)
def test_hostile_findings_are_plain_text(ready: Stage, ticket, qtbot, foreign: str) -> None:
    fill_in(ticket)
    click(qtbot, ticket.submit_button)

    ready.commands.answer(
        SubmitOrder, Denied((Finding(RiskCode.CHECK_ERROR, Level.HARD, foreign, foreign, "1"),))
    )

    for label in ticket.strip._labels:
        assert label.textFormat() is Qt.TextFormat.PlainText
