"""Brackets and what-ifs in the ticket, and the family of a bracket in the order table."""

from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.qt.conftest import Stage
from tests.qt.fakes import an_order
from tests.qt.test_ui_ticket import click, fill_in, ticket
from workstation.domain.bracket import BracketDraft
from workstation.domain.commands import (
    Failed,
    Previewed,
    PreviewMargin,
    PreviewOrder,
    SubmitBracket,
    SubmitOrder,
)
from workstation.domain.finding import (
    Finding,
    Level,
    NeedsAcknowledgement,
    RiskCode,
    Submitted,
)
from workstation.domain.ids import OrderId, OrderKey
from workstation.domain.messages import OrderChanged
from workstation.domain.order import OrderType, Side, Tif
from workstation.domain.preview import MarginPreview

__all__ = ["ticket"]

SOFT = Finding(RiskCode.GROUP, Level.SOFT, "The order is large.")
PREVIEW = MarginPreview(
    initial_margin_change=Decimal("4680.25"),
    maintenance_margin_change=Decimal("4680.25"),
    initial_margin_after=Decimal("9360.50"),
    maintenance_margin_after=Decimal("9360.50"),
    equity_after=Decimal("99999.00"),
    commission=Decimal("1.00"),
    currency="USD",
)


def open_exits(ticket, qtbot, target: str = "190.00", stop: str = "185.00") -> None:
    click(qtbot, ticket.form.exits.box)
    for edit, price in (
        (ticket.form.exits.target_edit, target),
        (ticket.form.exits.stop_edit, stop),
    ):
        edit.setFocus()
        QTest.keyClicks(edit, price)


def test_a_bracket_leaves_as_one_wish(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    click(qtbot, ticket.form.exits.box)
    assert ticket.submit_button.text() == "Enter a target price"
    assert not ticket.submit_button.isEnabled()
    QTest.keyClicks(ticket.form.exits.target_edit, "190.00")
    assert ticket.submit_button.text() == "Enter a stop loss price"
    QTest.keyClicks(ticket.form.exits.stop_edit, "185.00")

    assert ticket.submit_button.text() == "BUY 100 AAPL LMT 187.20 DAY\nBRACKET 190.00 / 185.00 GTC"
    assert "Target +2.80 (+280.00)" in ticket.exits_label.text()
    assert "Stop −2.20 (−220.00)" in ticket.exits_label.text()
    assert "1.3 R" in ticket.exits_label.text()
    QTest.keyClick(ticket.form.exits.stop_edit, Qt.Key.Key_Return)

    assert ready.commands.of(SubmitOrder) == []
    (sent,) = ready.commands.of(SubmitBracket)
    bracket = sent.bracket
    assert (bracket.entry.side, bracket.entry.limit_price) == (Side.BUY, Decimal("187.20"))
    assert (bracket.target.side, bracket.target.limit_price) == (Side.SELL, Decimal("190.00"))
    assert (bracket.stop.order_type, bracket.stop.stop_price) == (
        OrderType.STOP,
        Decimal("185.00"),
    )
    assert bracket.stop.tif is Tif.GTC
    assert not ticket.submit_button.isEnabled()
    ready.commands.answer(SubmitBracket, Submitted(OrderId(7), OrderKey("7")))
    assert ticket.strip.headline.text() == "Submitted: bracket, entry 7"


def test_a_confirmed_bracket_is_the_same_bracket(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    open_exits(ticket, qtbot)
    ticket.form.exits.tif_box.setCurrentText("DAY")
    click(qtbot, ticket.submit_button)
    ready.commands.answer(SubmitBracket, NeedsAcknowledgement((SOFT,)))
    qtbot.waitUntil(lambda: ticket.strip.takes_confirmation)
    click(qtbot, ticket.strip.send_button)

    first, second = (sent.bracket for sent in ready.commands.of(SubmitBracket))
    assert second.intent_id == first.intent_id
    assert second.acknowledged == {SOFT.acknowledgement}
    assert (second.target_price, second.stop_price, second.exit_tif) == (
        Decimal("190.00"),
        Decimal("185.00"),
        "DAY",
    )


def test_without_the_tick_the_order_is_plain(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    open_exits(ticket, qtbot)
    click(qtbot, ticket.form.exits.box)

    assert not ticket.form.exits.target_edit.isVisible()
    assert ticket.exits_label.text() == ""
    click(qtbot, ticket.submit_button)
    assert len(ready.commands.of(SubmitOrder)) == 1
    assert ready.commands.of(SubmitBracket) == []


def test_exits_between_ticks_move_away_from_the_market(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    open_exits(ticket, qtbot, "190.004", "185.006")
    click(qtbot, ticket.submit_button)

    # leaving the fields snaps; what is sent is what was shown
    if not ready.commands.of(SubmitBracket):
        click(qtbot, ticket.submit_button)
    (sent,) = ready.commands.of(SubmitBracket)
    assert sent.bracket.target_price == Decimal("190.01")
    assert sent.bracket.stop_price == Decimal("185.00")


def test_another_contract_keeps_the_tick_and_no_price(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    open_exits(ticket, qtbot)
    ready.window.choose_symbol("MSFT")

    assert ticket.form.exits.box.isChecked()
    assert ticket.form.terms.exits.target is None
    assert ticket.form.terms.exits.stop is None


def test_a_change_of_an_order_has_no_bracket(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    open_exits(ticket, qtbot)
    ticket.start_change(an_order())

    assert ticket.form.terms.exits is None
    assert not ticket.form.exits.isEnabled()


def test_the_preview_judges_the_whole_bracket(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    open_exits(ticket, qtbot)
    qtbot.waitUntil(
        lambda: any(isinstance(c.draft, BracketDraft) for c in ready.commands.of(PreviewOrder))
    )
    for _ in ready.commands.of(PreviewOrder)[1:]:
        ready.commands.answer(PreviewOrder, Previewed(None))
    ready.commands.answer(PreviewOrder, Previewed(NeedsAcknowledgement((SOFT,))))

    assert any(SOFT.text in shown for shown in ticket.strip.finding_texts)


def test_a_what_if_is_shown_and_sends_nothing(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    click(qtbot, ticket.margin_button)
    (asked,) = ready.commands.of(PreviewMargin)
    assert asked.draft.limit_price == Decimal("187.20")
    ready.commands.answer(PreviewMargin, PREVIEW)

    shown = ticket.strip.headline.text()
    assert "nothing was sent" in shown
    assert "Initial margin +4,680.25 → 9,360.50" in shown
    assert "Commission 1.00 USD" in shown
    assert ready.commands.of(SubmitOrder) == []


def test_a_what_if_of_other_terms_is_not_shown(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    click(qtbot, ticket.margin_button)
    ticket.form.quantity_edit.set_value(Decimal(200))
    ready.commands.answer(PreviewMargin, PREVIEW)

    assert "margin" not in ticket.strip.headline.text()


def test_a_failed_what_if_says_why(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    open_exits(ticket, qtbot)
    click(qtbot, ticket.margin_button)
    (asked,) = ready.commands.of(PreviewMargin)
    assert asked.draft.order_type is OrderType.LIMIT  # the entry alone
    ready.commands.answer(PreviewMargin, Failed("<b>no</b> data"))

    assert ticket.strip.headline.text() == "No what-if: <b>no</b> data"


def test_exits_hang_below_their_entry(ready: Stage) -> None:
    entry = an_order(21)
    target = an_order(22, side=Side.SELL, parent=entry.key)
    stop = an_order(
        23,
        side=Side.SELL,
        parent=entry.key,
        order_type="STP",
        limit_price=None,
        stop_price=Decimal("185.00"),
    )
    ready.events(OrderChanged(entry), OrderChanged(target), OrderChanged(stop))

    rows = ready.window.messages.orders.values()
    assert [row.symbol for row in rows] == ["▾ AAPL", "└ AAPL", "└ AAPL"]
    assert [row.note for row in rows] == ["", "target of order 21", "stop of order 21"]


def test_a_low_window_scrolls_the_fields_and_keeps_its_height(ready: Stage, ticket, qtbot) -> None:
    """Fields of a bracket, its figures and what the broker says take more than 720 pixels."""
    window = ready.window
    window.resize(1280, 720)
    fill_in(ticket)
    open_exits(ticket, qtbot)
    ticket.form.special.more_box.setChecked(True)
    qtbot.waitUntil(lambda: ticket.form.area.verticalScrollBar().maximum() > 0)

    assert window.height() == 720
    button = ticket.submit_button
    assert button.mapTo(window, button.rect().bottomLeft()).y() < 720
    assert ticket.form.exits.stop_edit.hasFocus()
    qtbot.waitUntil(lambda: not ticket.form.exits.stop_edit.visibleRegion().isEmpty())
    ticket.form.quantity_edit.setFocus()
    qtbot.waitUntil(lambda: not ticket.form.quantity_edit.visibleRegion().isEmpty())
