"""Bar replay: nothing of the future is known, and nothing of practice is real."""

from decimal import Decimal

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from tests.helpers.mouse import move_mouse
from tests.qt.chart_rig import at
from tests.qt.fakes import AAPL, FINDINGS, FakeCommands, a_position, a_quote, an_order
from tests.qt.test_chart_panel import M5, MSFT, a_bar, answer, bars, paint
from workstation.domain.bar import BarUpdate
from workstation.domain.commands import (
    CancelOrder,
    ChangeOrder,
    Command,
    FollowBars,
    SubmitBracket,
    SubmitOrder,
    UnfollowBars,
)
from workstation.domain.finding import NeedsAcknowledgement
from workstation.domain.messages import OrderChanged
from workstation.domain.order import Side
from workstation.indicators.library import load_library
from workstation.matching.practice_orders import Kind
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.drawings import Point, Tool, finished
from workstation.ui.chart.order_lines import OrderLine
from workstation.ui.chart.replay.practice_tool import BADGE
from workstation.ui.chart.replay.strip import SPEEDS
from workstation.ui.chart.trading_tool import AlertWish, StageWish

LIBRARY = load_library()
STUDIES = [{"key": "EMA", "timeperiod": 9}, {"key": "VWAP bands"}, {"key": "RSI"}]


@pytest.fixture
def replayed(shown: ChartPanel, commands: FakeCommands) -> ChartPanel:
    shown.use_indicators(lambda: LIBRARY)
    shown.restore_chart({"size": "5m", "studies": STUDIES})
    begin(shown, 299)
    commands.sent.clear()
    return shown


def begin(panel: ChartPanel, index: int) -> None:
    """Begin a replay whose last bar is the one of an index."""
    panel.replay.begin(index)
    paint(panel)


def known(panel: ChartPanel) -> tuple[object, ...]:
    """Return everything a chart knows of its bars: prices, axes and indicators."""
    view = panel.canvas.view
    paint(panel)
    studies = [study.running.at(view.bars.end - 1) for study in view.studies.all]
    picture = panel.canvas.layer.pixmap.toImage()
    return view.prices.low, view.prices.high, view.bars.times.tolist(), studies, picture


def orders_of(commands: FakeCommands) -> list[Command]:
    kinds = SubmitOrder | SubmitBracket | ChangeOrder | CancelOrder
    return [each for each in commands.sent if isinstance(each, kinds)]


# ---- no look-ahead ---------------------------------------------------------------------------


def test_a_replayed_chart_knows_what_a_chart_of_only_these_bars_knows(
    replayed, qtbot, commands
) -> None:
    for _ in range(5):
        replayed.replay.step()
    short = ChartPanel(replayed._state, commands)
    qtbot.addWidget(short)
    short.use_indicators(lambda: LIBRARY)
    short.resize(replayed.canvas.width(), 500)
    short.restore_chart({"size": "5m", "studies": STUDIES})
    short.show()
    short.show_contract(AAPL, "AAPL")
    commands.answer(FollowBars, answer(*bars(0, 305)))
    short.canvas.setFixedSize(replayed.canvas.size())
    paint(short)

    mine, theirs = known(replayed), known(short)
    assert mine[:3] == theirs[:3]
    np.testing.assert_allclose(np.hstack(mine[3]), np.hstack(theirs[3]), rtol=1e-9)
    assert mine[4] == theirs[4], "the picture of bars, axes and indicators is the same"


def test_bars_come_one_by_one_and_what_happens_now_does_not(replayed) -> None:
    view = replayed.canvas.view
    assert len(view.bars) == 300
    assert view.bars.bar(view.bars.end - 1)[3] == pytest.approx(a_bar(299).close)

    replayed.take_updates([BarUpdate(AAPL, M5, a_bar(600, close=999.0))])
    replayed.quotes.on_changed(frozenset({AAPL}))
    assert len(view.bars) == 300
    assert (view.bid, view.ask) == (None, None)

    replayed.replay.step()
    assert len(view.bars) == 301
    assert view.bars.bar(view.bars.end - 1)[3] == pytest.approx(a_bar(300).close)


def test_nothing_older_is_asked_for_while_replaying(replayed, commands) -> None:
    replayed.canvas.view.show_oldest()
    replayed.canvas.view_moved.emit()
    assert commands.sent == []
    assert "record of the replay" in replayed.canvas.words.note


def test_drawings_of_the_future_appear_when_their_time_comes(shown) -> None:
    view, book = shown.canvas.view, shown.drawing.book
    early, late = view.seconds_at(100), view.seconds_at(302)
    book.add(finished(Tool.TREND, (Point(early, 187.0), Point(view.seconds_at(200), 188.0))))
    book.add(finished(Tool.TREND, (Point(early, 187.0), Point(late, 188.0))))
    begin(shown, 299)
    assert view.veiled == {2}

    book.add(finished(Tool.TREND, (Point(early, 187.0), Point(view.seconds_at(310), 188.0))))
    shown.replay.step()
    shown.replay.step()
    assert view.veiled == {2}, "what is drawn into the future while replaying is seen"
    shown.replay.step()
    assert view.veiled == frozenset()


def test_the_record_ends_where_the_chart_ended(replayed) -> None:
    replayed.replay.toggle()
    for _ in range(400):
        replayed.replay.step()
    assert len(replayed.canvas.view.bars) == 600
    assert not replayed.replay.is_playing
    assert not replayed.replay.strip.step_button.isEnabled()
    assert "record ends" in replayed.replay.strip.place_label.text()


def test_a_chart_that_never_replays_has_no_controls_for_it(shown) -> None:
    assert "strip" not in vars(shown.replay)
    begin(shown, 299)
    assert shown.replay.strip.isVisible()


# ---- choosing, playing, ending ---------------------------------------------------------------


def test_the_bar_to_begin_at_is_chosen_with_the_mouse(shown, qtbot) -> None:
    shown.replay.button.click()
    x = shown.canvas.view.time.middle_of(570)
    move_mouse(shown.canvas, QPoint(x, 60))
    qtbot.mouseClick(shown.canvas, Qt.MouseButton.LeftButton, pos=QPoint(x, 60))

    assert shown.replay.is_on
    assert shown.canvas.view.bars.end - shown.canvas.view.bars.first == 571
    assert shown.replay.strip.isVisible()


def test_the_bar_to_begin_at_is_chosen_with_the_keys_or_not_at_all(shown, qtbot) -> None:
    shown.replay.button.click()
    qtbot.keyClick(shown.canvas, Qt.Key.Key_Escape)
    assert shown.replay.start_tool.index is None
    assert not shown.replay.is_on

    shown.replay.button.click()
    chosen = shown.replay.start_tool.index
    qtbot.keyClick(shown.canvas, Qt.Key.Key_Left)
    qtbot.keyClick(shown.canvas, Qt.Key.Key_Return)
    assert len(shown.canvas.view.bars) == chosen
    assert not shown.orders.strip.isVisible()


def test_the_keys_step_and_play(replayed, qtbot) -> None:
    qtbot.keyClick(replayed.canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert len(replayed.canvas.view.bars) == 301

    replayed.replay.strip.speed_box.setCurrentIndex(len(SPEEDS) - 1)
    qtbot.keyClick(replayed.canvas, Qt.Key.Key_Space)
    assert replayed.replay.strip.play_button.text() == "Pause"
    qtbot.waitUntil(lambda: len(replayed.canvas.view.bars) > 304, timeout=20_000)
    qtbot.keyClick(replayed.canvas, Qt.Key.Key_Space)
    assert not replayed.replay.is_playing


def test_a_speed_chosen_while_playing_is_used_at_once(replayed) -> None:
    replayed.replay.toggle()
    assert replayed.replay._beat.interval() == 1000
    replayed.replay.strip.speed_box.setCurrentIndex(SPEEDS.index(10.0))
    assert replayed.replay._beat.interval() == 100


def test_a_chart_that_is_hidden_pauses(replayed) -> None:
    replayed.replay.toggle()
    replayed.hide()
    replayed.replay.step()
    assert not replayed.replay.is_playing
    assert len(replayed.canvas.view.bars) == 300


def test_beginning_again_hides_the_bars_and_drops_the_practice(replayed) -> None:
    replayed.replay.strip.buy_button.click()
    for _ in range(7):
        replayed.replay.step()
    replayed.replay.strip.restart_button.click()

    assert len(replayed.canvas.view.bars) == 300
    assert replayed.replay.desk.result.position == 0
    assert replayed.replay.desk.market.fills == []


def test_the_end_brings_the_live_chart_back(replayed, commands) -> None:
    replayed.replay.strip.stop_button.click()
    assert FollowBars(AAPL, M5) in commands.sent
    commands.answer(FollowBars, answer(*bars(0, 600)))
    paint(replayed)

    assert len(replayed.canvas.view.bars) == 600
    assert not replayed.replay.strip.isVisible()
    assert replayed.trade_menu.button.isEnabled()
    assert "REPLAY" not in replayed.canvas.words.title


@pytest.mark.parametrize("away", ["contract", "size"])
def test_another_contract_or_size_ends_it(replayed, away) -> None:
    replayed.replay.toggle()
    if away == "contract":
        replayed.show_contract(MSFT, "MSFT")
    else:
        replayed.restore_chart({"size": "15m"})
    assert not replayed.replay.is_on
    assert not replayed.replay.is_playing
    assert replayed.replay.desk.market is None
    assert not replayed.replay.strip.isVisible()


def test_settings_of_looks_do_not_end_it(replayed) -> None:
    replayed.menus.chosen.emit(replayed.canvas.view.settings)
    replayed.contract_known(AAPL)
    assert replayed.replay.is_on


# ---- practice orders -------------------------------------------------------------------------


def test_a_practice_order_fills_at_the_price_seen_and_makes_what_the_bars_make(replayed) -> None:
    replay, desk = replayed.replay, replayed.replay.desk
    close = Decimal(str(round(a_bar(299).close, 2)))
    replay.strip.quantity_box.setValue(50)
    replay.strip.buy_button.click()
    assert desk.result.position == 50
    assert desk.average == close, "the bar rose: its close was the ask"

    replay.step()
    later = Decimal(str(round(a_bar(300).close, 2)))
    assert desk.unrealized == 50 * (later - close)
    replay.strip.flat_button.click()
    assert desk.result.position == 0
    assert len(desk.result.trips) == 1
    paid = 2 * Decimal("1.00")
    assert desk.realized == 50 * (later - close) - paid, "the bar came down from its high"


def test_an_entry_at_a_price_with_exits_is_matched_as_the_bars_come(replayed) -> None:
    replay, desk = replayed.replay, replayed.replay.desk
    replay.strip.exits_check.setChecked(True)
    replay.strip.target_edit.set_value(Decimal("0.40"))
    replay.strip.stop_edit.set_value(Decimal(5))
    replay.place(buys=True, price=Decimal("186.90"))
    assert [order.kind for order in desk.orders] == [Kind.LIMIT, Kind.LIMIT, Kind.STOP]

    while desk.orders and replay.is_on and replayed.data.replay.has_more:
        replay.step()
    (trip,) = desk.result.trips
    assert desk.price(trip.opened.price) == Decimal("186.90")
    assert desk.price(trip.closed.price) == Decimal("187.30")
    assert desk.realized == Decimal("40.00") - 2 * Decimal("1.00")
    assert desk.summary.average_r == Decimal("38.00") / Decimal(500)
    assert desk.orders == []


def test_a_click_places_moves_and_cancels_a_practice_order(replayed, qtbot) -> None:
    replay, desk, canvas = replayed.replay, replayed.replay.desk, replayed.canvas
    canvas.view.prices.show_range(180.0, 195.0)
    paint(replayed)
    replay.strip.sell_at_button.click()
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at(replayed, 190.0))
    (order,) = desk.orders
    assert (order.buys, order.kind) == (False, Kind.LIMIT)
    assert float(desk.price(order.price)) == pytest.approx(190.0, abs=0.1)

    paint(replayed)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at(replayed, 190.0))
    move_mouse(canvas, at(replayed, 192.0), Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at(replayed, 192.0))
    assert float(desk.price(desk.orders[0].price)) == pytest.approx(192.0, abs=0.1)

    paint(replayed)
    cross = replay.tool._shown[0].cross.center()
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=cross)
    assert desk.orders == []


def test_everything_of_practice_says_so(replayed) -> None:
    replay = replayed.replay
    replay.place(buys=True, price=Decimal("180.00"))
    assert BADGE == "REPLAY · PRACTICE"
    assert replay.tool.label_of(replay.desk.orders[0], Decimal(180)).startswith("PRACTICE BUY 100")
    assert "PRACTICE" in replay.strip.badge.text()
    assert "REPLAY" in replayed.canvas.words.title
    with_it = paint(replayed)
    replay.tool._controls = type("Off", (), {"is_on": False})()
    assert paint(replayed) != with_it


def test_the_round_trips_stand_in_a_table(replayed) -> None:
    replay = replayed.replay
    replay.strip.trips_button.click()
    replay.strip.buy_button.click()
    replay.step()
    replay.strip.sell_button.click()

    table = replay.strip.trips
    assert table.isVisible()
    assert table.rowCount() == 1
    row = [table.item(0, column).text() for column in range(table.columnCount())]
    assert row[:2] == ["Long", "100"]
    assert row[6] == "2.00 USD"
    assert row[7].endswith("USD")
    assert row[8] == "—"
    assert "no R: no stops" in replay.strip.summary_label.text()
    assert "without a stop" in table.item(0, 8).toolTip()
    assert "Won 0 of 1" in replay.strip.summary_label.text() or "1 of 1" in (
        replay.strip.summary_label.text()
    )
    assert "(1" in replay.strip.trips_button.text()


# ---- nothing of it is real -------------------------------------------------------------------


def trade_a_lot(panel: ChartPanel, qtbot) -> None:
    replay, shift = panel.replay, Qt.KeyboardModifier.ShiftModifier
    move_mouse(panel.canvas, at(panel, 187.5))
    qtbot.keyClick(panel.canvas, Qt.Key.Key_B, shift)
    qtbot.keyClick(panel.canvas, Qt.Key.Key_S, shift)
    replay.strip.exits_check.setChecked(True)
    for button in (replay.strip.buy_button, replay.strip.sell_button, replay.strip.buy_button):
        button.click()
        replay.step()
    replay.strip.flat_button.click()


def test_practice_sends_nothing_and_touches_no_real_state(replayed, qtbot, commands) -> None:
    state = replayed._state
    before = dict(state.orders), dict(state.positions)
    trade_a_lot(replayed, qtbot)

    assert replayed.replay.desk.market.fills
    assert commands.sent == []
    assert (dict(state.orders), dict(state.positions)) == before
    assert replayed.fills.trips == ()


def test_the_real_account_cannot_be_traded_on_a_chart_that_replays(chart, ready, qtbot) -> None:
    ready.latest(a_position(), a_quote())
    order = an_order(21, side=Side.SELL, limit_price=Decimal("190.00"))
    ready.events(OrderChanged(order))
    chart.trade_menu.quantity_edit.set_value(Decimal(100))
    begin(chart, 200)
    paint(chart)
    ready.commands.sent.clear()

    assert chart.trading._lines == []
    assert chart.trading._position is None
    chart.staging.one_click = True
    chart.staging.place(Side.BUY, Decimal("187.00"))
    chart.staging.stage(StageWish(Side.BUY, Decimal("187.00"), exits=True))
    chart.staging.send()
    chart.trading.change_requested.emit(_a_change(order))
    chart.alerts.place(AlertWish(Decimal("187.00")))
    qtbot.mousePress(chart.canvas, Qt.MouseButton.LeftButton, pos=at(chart, 190.0))
    move_mouse(chart.canvas, at(chart, 192.0), Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(chart.canvas, Qt.MouseButton.LeftButton, pos=at(chart, 192.0))
    assert not chart.trading.context(QPoint(200, 100), QPointF(200, 100))
    assert not chart.trade_menu.button.isEnabled()
    trade_a_lot(chart, qtbot)
    assert ready.commands.sent == []
    assert "replays the past" in chart.orders.strip.headline.text()

    chart.replay.end()
    assert len(chart.trading._lines) == 1
    assert chart.trade_menu.button.isEnabled()


def _a_change(order):
    return OrderLine(order, order.limit_price, is_stop=False).change_to(Decimal("191.00"))


def test_a_question_about_a_real_order_is_put_away_unsent(chart, ready, qtbot) -> None:
    ready.latest(a_quote())
    chart.trade_menu.quantity_edit.set_value(Decimal(100))
    chart.staging.one_click = True
    chart.staging.place(Side.BUY, Decimal("187.00"))
    ready.commands.answer(SubmitOrder, NeedsAcknowledgement(FINDINGS))
    assert chart.orders.is_asking
    sent = len(orders_of(ready.commands))

    chart.orders.strip.reason_edit.setText("news")
    begin(chart, 200)
    chart.orders.confirm()
    qtbot.keyClick(chart.canvas, Qt.Key.Key_Return)
    assert len(orders_of(ready.commands)) == sent


def test_an_answer_that_comes_after_the_beginning_cannot_be_confirmed(chart, ready) -> None:
    ready.latest(a_quote())
    chart.trade_menu.quantity_edit.set_value(Decimal(100))
    chart.staging.one_click = True
    chart.staging.place(Side.BUY, Decimal("187.00"))
    begin(chart, 200)
    ready.commands.answer(SubmitOrder, NeedsAcknowledgement(FINDINGS))
    sent = len(orders_of(ready.commands))
    chart.orders.strip._since.invalidate()
    chart.orders.confirm()

    assert len(orders_of(ready.commands)) == sent


def test_the_series_is_let_go_while_replaying(shown, commands) -> None:
    commands.sent.clear()
    begin(shown, 299)
    assert commands.sent == [UnfollowBars(AAPL, M5)]
