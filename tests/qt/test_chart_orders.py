"""What a drag shows before it is let go, what it asks, and orders laid out on the chart."""

from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from tests.helpers.mouse import move_mouse
from tests.qt.chart_rig import at, let_go, take_hold
from tests.qt.fakes import AAPL, FINDINGS, a_link, a_position, a_quote, an_order
from tests.qt.test_chart_panel import paint
from workstation.domain.bracket import BracketDraft
from workstation.domain.commands import (
    ChangeOrder,
    Failed,
    PreviewChange,
    Previewed,
    PreviewOrder,
    SubmitBracket,
    SubmitOrder,
)
from workstation.domain.confirmation import (
    CAREFUL,
    Ask,
    ConfirmationPolicy,
    Confirmations,
    UseConfirmations,
)
from workstation.domain.finding import Denied, NeedsAcknowledgement, Submitted
from workstation.domain.ids import IntentId, OrderId, OrderKey
from workstation.domain.link import LinkState
from workstation.domain.messages import ConfirmationsKnown, LinkChanged, OrderChanged
from workstation.domain.order import OrderChange, OrderType, Side, Tif
from workstation.domain.order_status import Lifecycle, Pending
from workstation.domain.override import accepted
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.dry_judge import ASKING, DryJudge
from workstation.ui.chart.staged_order import Leg
from workstation.ui.chart.trading_tool import StageWish
from workstation.ui.panels import answer_strip

SENT = Submitted(OrderId(40), OrderKey("k"))


def said(chart: ChartPanel) -> str:
    return " | ".join(words for words, _ in chart.trading.preview())


# ---- the preview of a drag -------------------------------------------------------------------


def test_a_drag_is_judged_dry_and_sends_nothing(chart, stop, ready, qtbot) -> None:
    ready.latest(a_position(average_cost=Decimal("187.00")), a_quote(last=187.5))
    take_hold(chart, qtbot, 185.0, 186.5)

    assert ready.commands.of(ChangeOrder) == []
    asked = [each.change for each in ready.commands.of(PreviewChange)]
    assert len(asked) == 1, "one question is under way at most"
    assert asked[0].key == stop.key
    assert "Risk: asking…" in said(chart)
    ready.commands.answer(PreviewChange, Previewed(None))
    asked = [each.change for each in ready.commands.of(PreviewChange)]
    assert len(asked) == 2, "the newest price is asked for next"
    assert asked[1].stop_price == chart.trading._drag.price
    ready.commands.answer(PreviewChange, Previewed(None, is_exit=True))
    assert "only lowers risk" in said(chart)
    assert "below last" in said(chart)
    assert "P&L there" in said(chart)
    assert "R" in said(chart)


@pytest.mark.parametrize(
    ("answer", "words", "tone"),
    [
        (Previewed(NeedsAcknowledgement(FINDINGS), FINDINGS), "asks first", "warning"),
        (Previewed(Denied(FINDINGS), FINDINGS), "denies", "error"),
        (Failed("a cancel is under way"), "a cancel is under way", "error"),
        (Previewed(None), "passes", "good"),
    ],
)
def test_the_verdict_is_shown_while_the_line_is_held(
    chart, stop, ready, qtbot, answer, words, tone
) -> None:
    take_hold(chart, qtbot, 185.0, 186.5)
    ready.commands.answer(PreviewChange, answer)
    ready.commands.answer(PreviewChange, answer)
    verdict = chart.trading._judge.verdict
    assert words in verdict.words
    assert verdict.tone == tone


def test_a_verdict_that_comes_late_is_dropped(chart, stop, ready, qtbot) -> None:
    take_hold(chart, qtbot, 185.0, 186.5)
    qtbot.keyClick(chart.canvas, Qt.Key.Key_Escape)
    let_go(chart, qtbot, 186.5)
    take_hold(chart, qtbot, 185.0, 183.5)
    ready.commands.answer(PreviewChange, Previewed(Denied(FINDINGS), FINDINGS))
    assert "Risk: asking…" in said(chart)


def test_an_answer_to_a_question_that_was_given_up_is_not_shown(commands, qapp) -> None:
    judge = DryJudge(commands)
    key = OrderKey("k")
    first, second = (
        OrderChange(intent_id=IntentId(name), key=key, stop_price=Decimal(name))
        for name in ("1", "2")
    )
    judge.ask(first)
    judge.forget()
    judge.ask(second)
    commands.answer(PreviewChange, Previewed(Denied(FINDINGS), FINDINGS))
    assert judge.verdict == ASKING
    commands.answer(PreviewChange, Previewed(None))
    assert judge.verdict.tone == "good"


def test_a_fill_a_cancel_and_a_change_during_the_drag_end_it_and_say_so(
    chart, stop, ready, qtbot
) -> None:
    for changes, words in (
        ({"lifecycle": Lifecycle.FILLED}, "filled"),
        ({"lifecycle": Lifecycle.CANCELLED}, "cancelled"),
        ({"cancel": Pending.REQUESTED}, "being cancelled"),
        ({"replace": Pending.REQUESTED}, "being changed"),
    ):
        ready.events(OrderChanged(stop))
        paint(chart)
        take_hold(chart, qtbot, 185.0, 188.0)
        plain = {"side": Side.SELL, "order_type": "STP", "limit_price": None}
        ready.events(OrderChanged(an_order(21, stop_price=Decimal("185.00"), **plain, **changes)))
        assert words in chart.trading.said
        let_go(chart, qtbot, 188.0)
        assert ready.commands.of(ChangeOrder) == []


def test_a_part_fill_during_the_drag_goes_on_with_what_is_left(chart, stop, ready, qtbot) -> None:
    take_hold(chart, qtbot, 185.0, 188.0)
    ready.events(OrderChanged(an_order(21, side=Side.SELL, order_type="STP", limit_price=None, stop_price=Decimal("185.00"), filled=Decimal(60))))  # fmt: skip
    assert chart.trading._drag.line.order.remaining == 40
    let_go(chart, qtbot, 188.0)
    assert len(ready.commands.of(ChangeOrder)) == 1


def test_a_link_that_is_lost_during_the_drag_ends_it(chart, stop, ready, qtbot) -> None:
    take_hold(chart, qtbot, 185.0, 188.0)
    ready.events(LinkChanged(a_link(LinkState.DISCONNECTED)))
    assert "link was lost" in chart.trading.said
    let_go(chart, qtbot, 188.0)
    assert ready.commands.of(ChangeOrder) == []
    ready.events(LinkChanged(a_link()))
    take_hold(chart, qtbot, 185.0, 188.0)
    assert chart.trading.said == ""
    let_go(chart, qtbot, 188.0)
    assert len(ready.commands.of(ChangeOrder)) == 1


def test_a_link_that_is_lost_while_the_answer_is_awaited_frees_the_chart(
    chart, stop, ready, qtbot
) -> None:
    take_hold(chart, qtbot, 185.0, 188.0)
    let_go(chart, qtbot, 188.0)
    ready.events(LinkChanged(a_link(LinkState.DISCONNECTED)))
    assert "link was lost" in chart.orders.strip.headline.text()
    ready.events(LinkChanged(a_link()))
    ready.commands.sent.clear()
    take_hold(chart, qtbot, 185.0, 187.0)
    let_go(chart, qtbot, 187.0)
    assert len(ready.commands.of(ChangeOrder)) == 1


# ---- the question below the chart ------------------------------------------------------------


def test_a_question_is_confirmed_by_enter_and_the_same_wish_is_sent(
    chart, stop, ready, qtbot, monkeypatch
) -> None:
    monkeypatch.setattr(answer_strip, "READING_MS", 0)
    take_hold(chart, qtbot, 185.0, 184.0)
    let_go(chart, qtbot, 184.0)
    ready.commands.answer(ChangeOrder, NeedsAcknowledgement(FINDINGS))
    reason = chart.orders.strip.reason_edit
    qtbot.keyClick(reason, Qt.Key.Key_Return)
    assert len(ready.commands.of(ChangeOrder)) == 1  # a limit needs its reason
    qtbot.keyClicks(reason, "news")
    qtbot.waitUntil(lambda: chart.orders.strip.takes_confirmation)
    qtbot.keyClick(reason, Qt.Key.Key_Return)
    first, second = (each.change for each in ready.commands.of(ChangeOrder))
    assert second.intent_id == first.intent_id
    assert second.stop_price == first.stop_price
    assert second.acknowledged == accepted(FINDINGS, "news")
    ready.commands.answer(ChangeOrder, SENT)
    assert "40" in chart.orders.strip.headline.text()


def test_a_question_is_dismissed_by_escape_and_nothing_is_sent(chart, stop, ready, qtbot) -> None:
    take_hold(chart, qtbot, 185.0, 184.0)
    let_go(chart, qtbot, 184.0)
    ready.commands.answer(ChangeOrder, NeedsAcknowledgement(FINDINGS))
    qtbot.keyClick(chart.canvas, Qt.Key.Key_Escape)
    assert chart.orders.strip.isHidden()
    assert len(ready.commands.of(ChangeOrder)) == 1


def test_enter_right_after_the_question_appears_confirms_nothing(
    chart, stop, ready, qtbot, monkeypatch
) -> None:
    monkeypatch.setattr(answer_strip, "READING_MS", 100_000)
    take_hold(chart, qtbot, 185.0, 184.0)
    let_go(chart, qtbot, 184.0)
    ready.commands.answer(ChangeOrder, NeedsAcknowledgement(FINDINGS))
    qtbot.keyClick(chart.canvas, Qt.Key.Key_Return)
    assert len(ready.commands.of(ChangeOrder)) == 1
    assert chart.orders.is_asking


# ---- orders laid out on the chart ------------------------------------------------------------


def button(chart: ChartPanel, name: str, leg: Leg = Leg.ENTRY) -> QPoint:
    paint(chart)
    places = [p.place for p in chart.staging._parts if p.button == name and p.leg is leg]
    assert places, name
    return places[0].center()


def drag_out(chart: ChartPanel, qtbot, name: str, price: float) -> None:
    place = button(chart, name)
    canvas = chart.canvas
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=place)
    move_mouse(canvas, at(chart, price, place.x()), Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at(chart, price, place.x()))


def test_a_bracket_is_dragged_out_and_sent_as_one(chart, ready, qtbot) -> None:
    chart.trade_menu.quantity_edit.set_value(Decimal(50))
    chart.staging.stage(StageWish(Side.BUY, Decimal("186.00"), exits=False))
    drag_out(chart, qtbot, "+ target", 189.0)
    drag_out(chart, qtbot, "+ stop", 185.0)
    staged = chart.staging.order
    assert "R" in staged.figures(ready.window.state)
    qtbot.mouseClick(chart.canvas, Qt.MouseButton.LeftButton, pos=button(chart, "Send"))

    assert ready.commands.of(SubmitOrder) == []
    sent = [each.bracket for each in ready.commands.of(SubmitBracket)]
    assert len(sent) == 1
    entry = sent[0].entry
    assert (entry.side, entry.quantity, entry.limit_price) == (Side.BUY, 50, Decimal("186.00"))
    assert sent[0].target_price == pytest.approx(Decimal(189), abs=Decimal("0.06"))
    assert sent[0].stop_price == pytest.approx(Decimal(185), abs=Decimal("0.06"))
    assert (entry.source, entry.tif) == ("chart", Tif.DAY)
    assert chart.staging.order is None


def test_half_a_bracket_is_not_sent_and_says_what_is_missing(chart, ready, qtbot) -> None:
    chart.trade_menu.quantity_edit.set_value(Decimal(50))
    chart.staging.stage(StageWish(Side.BUY, Decimal("186.00"), exits=False))
    drag_out(chart, qtbot, "+ stop", 185.0)
    qtbot.keyClick(chart.canvas, Qt.Key.Key_Return)
    assert ready.commands.of(SubmitBracket) == []
    assert ready.commands.of(SubmitOrder) == []
    assert "target" in chart.staging.preview()[1][0]
    chart.canvas.setFocus()
    qtbot.mouseClick(chart.canvas, Qt.MouseButton.LeftButton, pos=button(chart, "✕", Leg.STOP))
    assert chart.staging.order.stop is None
    qtbot.keyClick(chart.canvas, Qt.Key.Key_Return)
    assert len(ready.commands.of(SubmitOrder)) == 1


def test_a_bracket_is_laid_out_two_to_one_and_each_line_moves_alone(chart, ready, qtbot) -> None:
    chart.trade_menu.quantity_edit.set_value(Decimal(10))
    chart.staging.stage(StageWish(Side.SELL, Decimal("188.00"), exits=True))
    order = chart.staging.order
    assert order.target < order.entry < order.stop
    paint(chart)
    take_hold(chart, qtbot, float(order.target), float(order.target) - 1)
    let_go(chart, qtbot, float(order.target) - 1)
    moved = chart.staging.order
    assert (moved.entry, moved.stop) == (order.entry, order.stop)
    assert moved.target < order.target
    asked = ready.commands.of(PreviewOrder)
    assert isinstance(asked[0].draft, BracketDraft)
    assert ready.commands.of(SubmitBracket) == []


def test_escape_takes_away_what_is_laid_out(chart, ready, qtbot) -> None:
    chart.trade_menu.quantity_edit.set_value(Decimal(10))
    still = paint(chart)
    chart.staging.stage(StageWish(Side.BUY, Decimal("186.00"), exits=True))
    assert paint(chart) != still
    qtbot.keyClick(chart.canvas, Qt.Key.Key_Escape)
    assert chart.staging.order is None
    qtbot.keyClick(chart.canvas, Qt.Key.Key_Return)
    assert ready.commands.of(SubmitBracket) == []
    assert paint(chart) == still


@pytest.mark.parametrize(
    ("key", "price", "kind"),
    [
        (Qt.Key.Key_B, 183.0, OrderType.LIMIT),
        (Qt.Key.Key_B, 192.0, OrderType.STOP),
        (Qt.Key.Key_S, 192.0, OrderType.LIMIT),
        (Qt.Key.Key_S, 183.0, OrderType.STOP),
    ],
)
def test_a_key_places_limit_or_stop_at_the_crosshair(chart, ready, qtbot, key, price, kind) -> None:
    chart.trade_menu.quantity_edit.set_value(Decimal(10))
    ready.latest(a_quote(last=187.5))
    chart.staging.one_click = True
    move_mouse(chart.canvas, at(chart, price))
    qtbot.keyClick(chart.canvas, key, Qt.KeyboardModifier.ShiftModifier)
    drafts = [each.draft for each in ready.commands.of(SubmitOrder)]
    assert [draft.order_type for draft in drafts] == [kind]
    found = drafts[0].limit_price if kind is OrderType.LIMIT else drafts[0].stop_price
    assert found == pytest.approx(Decimal(price), abs=Decimal("0.06"))


def test_an_entry_waits_for_enter_until_one_click_is_on_an_exit_never(chart, ready, qtbot) -> None:
    chart.trade_menu.quantity_edit.set_value(Decimal(10))
    ready.latest(a_quote(last=187.5))
    move_mouse(chart.canvas, at(chart, 183.0))
    qtbot.keyClick(chart.canvas, Qt.Key.Key_B, Qt.KeyboardModifier.ShiftModifier)
    assert ready.commands.of(SubmitOrder) == []
    assert chart.staging.order is not None
    qtbot.keyClick(chart.canvas, Qt.Key.Key_Return)
    assert len(ready.commands.of(SubmitOrder)) == 1
    ready.commands.answer(SubmitOrder, SENT)

    ready.latest(a_position())
    move_mouse(chart.canvas, at(chart, 192.0))
    qtbot.keyClick(chart.canvas, Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    drafts = [each.draft for each in ready.commands.of(SubmitOrder)]
    assert len(drafts) == 2
    assert (drafts[1].side, drafts[1].tif) == (Side.SELL, Tif.GTC)


def test_an_exit_without_a_quantity_closes_the_position_an_entry_asks_for_one(
    chart, ready, qtbot
) -> None:
    ready.latest(a_position(), a_quote(last=187.5))
    chart.staging.place(Side.SELL, Decimal("190.00"))
    assert [each.draft.quantity for each in ready.commands.of(SubmitOrder)] == [300]
    chart.staging.place(Side.BUY, Decimal("183.00"))
    assert "quantity" in chart.staging.order.gap
    qtbot.keyClick(chart.canvas, Qt.Key.Key_Return)
    assert len(ready.commands.of(SubmitOrder)) == 1


def test_a_click_places_an_order_once_after_it_was_chosen(chart, ready, qtbot) -> None:
    chart.trade_menu.quantity_edit.set_value(Decimal(10))
    chart.staging.one_click = True
    qtbot.mouseClick(chart.canvas, Qt.MouseButton.LeftButton, pos=at(chart, 183.0))
    assert ready.commands.of(SubmitOrder) == []
    chart.staging.choose(Side.BUY)
    for _ in range(2):
        qtbot.mouseClick(chart.canvas, Qt.MouseButton.LeftButton, pos=at(chart, 183.0))
    assert len(ready.commands.of(SubmitOrder)) == 1


def test_the_menu_lays_an_order_out(chart, ready) -> None:
    chart.trade_menu.quantity_edit.set_value(Decimal(10))
    assert chart.trading.context(at(chart, 183.0), QPointF(50, 50))
    menu = chart.trading._menu
    staged = [action for action in menu.actions() if isinstance(action.data(), StageWish)]
    staged[0].trigger()
    assert chart.staging.order.side is Side.BUY
    assert ready.commands.of(SubmitOrder) == []
    menu.close()


def test_another_contract_takes_nothing_along(chart, ready) -> None:
    chart.trade_menu.quantity_edit.set_value(Decimal(10))
    chart.staging.stage(StageWish(Side.BUY, Decimal("186.00"), exits=True))
    ready.window.choose_symbol("MSFT")
    assert chart.staging.order is None
    assert chart.staging.con_id != AAPL


# ---- what asks first -------------------------------------------------------------------------


def test_the_table_of_what_asks_first_is_shown_changed_and_sent(chart, ready) -> None:
    ready.events(ConfirmationsKnown(ConfirmationPolicy(paper=Confirmations(limit=Ask.LARGE))))
    chart.trade_menu._on_opening()
    (action,) = [a for a in chart.trade_menu.menu.actions() if a.data() == "confirmations"]
    action.trigger()
    dialog = chart.confirming.dialog
    assert dialog.boxes["live", "away"].currentText() == "Always"
    assert dialog.boxes["paper", "limit"].currentText() == "When large"
    assert dialog.boxes["simulated", "limit"].currentText() == "Never"
    dialog.boxes["live", "limit"].setCurrentText("When large")
    dialog.amounts["live"].set_value(Decimal(7000))
    assert ready.commands.of(UseConfirmations) == []
    dialog.accept()
    assert ready.commands.of(UseConfirmations) == [], "only the button uses it"
    chart.confirming.open()
    dialog = chart.confirming.dialog
    dialog.boxes["live", "limit"].setCurrentText("When large")
    dialog.amounts["live"].set_value(Decimal(7000))
    dialog._on_accepted()
    (sent,) = ready.commands.of(UseConfirmations)
    assert sent.policy.live == replace(CAREFUL, limit=Ask.LARGE, large=Decimal(7000))
    assert sent.policy.paper.limit is Ask.LARGE
    ready.commands.answer(UseConfirmations, Failed("the disk is full"))
    assert "disk is full" in chart.orders.strip.headline.text()
