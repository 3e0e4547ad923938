"""The chart panel: what it asks, what it takes, and what it tells the user."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from tests.helpers.mouse import move_mouse
from tests.qt.fakes import AAPL, CON_IDS, FakeCommands, a_contract, a_link
from workstation.domain.bar import Bar, BarSize, BarUpdate
from workstation.domain.commands import (
    BarsAnswer,
    Failed,
    FollowBars,
    RequestBars,
    UnfollowBars,
)
from workstation.domain.link import LinkState
from workstation.ui.chart import canvas as chart_canvas
from workstation.ui.chart import feed as chart_feed
from workstation.ui.chart.canvas import ChartCanvas
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.overlay import figures_of
from workstation.ui.chart.source import Older, Series
from workstation.ui.screen_state import ScreenState
from workstation.ui.theme import apply_theme

MSFT = CON_IDS["MSFT"]
M5 = BarSize.MINUTE_5
START = datetime(2026, 3, 16, 13, 30, tzinfo=UTC)


def a_bar(number: int, close: float = 187.0, size: BarSize = M5) -> Bar:
    close += (number * 7) % 11 / 10
    return Bar(START + number * size.span, close - 0.1, close + 0.3, close - 0.4, close, 1000.0)


def bars(first: int, end: int, size: BarSize = M5) -> tuple[Bar, ...]:
    return tuple(a_bar(number, size=size) for number in range(first, end))


def answer(*page: Bar, complete: bool = False, size: BarSize = M5) -> BarsAnswer:
    return BarsAnswer(AAPL, size, page, complete)


@pytest.fixture
def panel(qtbot, commands: FakeCommands, monkeypatch) -> ChartPanel:
    monkeypatch.setattr(chart_feed, "SETTLE_MS", 0)
    state = ScreenState(read_only=False)
    state.details[AAPL] = a_contract()
    panel = ChartPanel(state, commands)
    qtbot.addWidget(panel)
    panel.resize(900, 320)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


@pytest.fixture
def shown(panel: ChartPanel, commands: FakeCommands) -> ChartPanel:
    panel.show_contract(AAPL, "AAPL")
    commands.answer(FollowBars, answer(*bars(0, 600)))
    paint(panel)
    return panel


def for_bars(commands: FakeCommands) -> list[object]:
    """Return what was sent about bars."""
    return [each for each in commands.sent if isinstance(each, FollowBars | UnfollowBars)]


def paint(panel: ChartPanel) -> bytes:
    image = panel.canvas.grab().toImage()
    return bytes(image.constBits())


def wheel(panel: ChartPanel, place: QPoint, notches: float) -> None:
    canvas = panel.canvas
    event = QWheelEvent(
        QPointF(place),
        QPointF(canvas.mapToGlobal(place)),
        QPoint(),
        QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


# ---- following -------------------------------------------------------------------------------


def test_a_contract_is_followed_and_the_old_one_let_go(panel, commands) -> None:
    panel.show_contract(AAPL, "AAPL")
    assert for_bars(commands) == [FollowBars(AAPL, M5)]
    assert panel.canvas.words.state == "Loading bars…"

    panel.show_contract(AAPL, "AAPL")
    assert len(for_bars(commands)) == 1
    panel.show_contract(None, "")
    assert for_bars(commands)[1:] == [UnfollowBars(AAPL, M5)]
    assert panel.canvas.words.state == "No contract chosen."


def test_who_runs_through_contracts_asks_for_the_last_only(qtbot, commands) -> None:
    panel = ChartPanel(ScreenState(read_only=False), commands)
    qtbot.addWidget(panel)
    panel.show()
    for con_id in (AAPL, CON_IDS["NVDA"], CON_IDS["META"], MSFT):
        panel.show_contract(con_id, "X")

    qtbot.waitUntil(lambda: len(commands.of(FollowBars)) == 2)

    follow, unfollow = FollowBars(AAPL, M5), UnfollowBars(AAPL, M5)
    assert for_bars(commands) == [follow, unfollow, FollowBars(MSFT, M5)]


def test_a_hidden_chart_asks_nothing_until_it_is_seen(qtbot, commands) -> None:
    panel = ChartPanel(ScreenState(read_only=False), commands)
    qtbot.addWidget(panel)
    panel.show_contract(AAPL, "AAPL")
    assert for_bars(commands) == []

    panel.show()
    assert for_bars(commands) == [FollowBars(AAPL, M5)]
    panel.hide()
    panel.show()
    assert len(for_bars(commands)) == 1


def test_another_bar_size_is_another_series(shown, commands, qtbot) -> None:
    commands.sent.clear()
    button = shown.sizes.buttons.button(5)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    qtbot.waitUntil(lambda: len(commands.sent) == 2)
    assert commands.sent == [UnfollowBars(AAPL, M5), FollowBars(AAPL, BarSize.DAY_1)]
    day = BarSize.DAY_1
    commands.answer(FollowBars, answer(*bars(0, 300, day), size=day))
    assert len(shown.feed.bars) == 300


def test_a_late_answer_for_another_series_is_dropped(panel, commands) -> None:
    panel.show_contract(AAPL, "AAPL")
    panel.show_contract(MSFT, "MSFT")

    commands.answer(FollowBars, answer(*bars(0, 10)))

    assert len(panel.feed.bars) == 0
    assert panel.feed.series is Series.LOADING


@pytest.mark.parametrize("result", [Failed("no <b>permission</b>"), answer()])
def test_why_there_is_no_history_is_said_and_can_be_retried(panel, commands, result) -> None:
    panel.show_contract(AAPL, "AAPL")
    commands.answer(FollowBars, result)
    assert panel.canvas.words.state.startswith("No history: ")
    assert "permission" in panel.canvas.words.state or "has none" in panel.canvas.words.state
    paint(panel)

    panel.contract_known(AAPL)

    assert len(commands.of(FollowBars)) == 2 or panel.feed._settling.isActive()


# ---- updates ---------------------------------------------------------------------------------


def test_updates_append_and_replace_and_pass_over_other_series(shown) -> None:
    shown.take_updates([BarUpdate(AAPL, M5, a_bar(599, 200.0)), BarUpdate(AAPL, M5, a_bar(600))])
    shown.take_updates([BarUpdate(MSFT, M5, a_bar(601))])
    shown.take_updates([BarUpdate(AAPL, BarSize.HOUR_1, a_bar(602))])
    shown.take_updates([BarUpdate(AAPL, M5, a_bar(300, 150.0))])

    data = shown.feed.bars
    assert data.end == 601
    assert data.bar(599)[3] == a_bar(599, 200.0).close
    assert data.bar(300)[3] == a_bar(300, 150.0).close


def test_updates_before_the_first_page_are_kept_for_it(panel, commands) -> None:
    panel.show_contract(AAPL, "AAPL")
    panel.take_updates([BarUpdate(AAPL, M5, a_bar(10, 190.0))])
    assert len(panel.feed.bars) == 0

    commands.answer(FollowBars, answer(*bars(0, 10)))

    assert panel.feed.bars.end == 11


def test_a_new_bar_keeps_the_newest_in_its_place_but_not_a_view_of_the_past(shown, qtbot) -> None:
    time = shown.canvas.view.time
    place = time.x_of(599)
    shown.take_updates([BarUpdate(AAPL, M5, a_bar(600))])
    assert time.x_of(600) == place

    for _ in range(12):
        qtbot.keyClick(shown.canvas, Qt.Key.Key_Left)
    place = time.x_of(300)
    shown.take_updates([BarUpdate(AAPL, M5, a_bar(601))])
    assert time.x_of(300) == place


@pytest.mark.parametrize("close", [187.31, 187.0, 210.0])
def test_a_live_update_paints_what_a_full_drawing_paints(shown, close) -> None:
    for number in (599, 600):
        shown.take_updates([BarUpdate(AAPL, M5, a_bar(number, close))])
        live = paint(shown)
        shown.canvas.refresh()
        assert live == paint(shown)


def test_where_a_bar_ends_the_chart_is_drawn_when_it_is_its_turn(shown, monkeypatch) -> None:
    asked, painted = [], []
    painter = SimpleNamespace(request=asked.append)
    monkeypatch.setattr(chart_canvas, "live_painter", lambda: painter)
    QApplication.processEvents()
    monkeypatch.setattr(ChartCanvas, "paintEvent", lambda *_: painted.append(1))
    shown.take_updates([BarUpdate(AAPL, M5, a_bar(600))])  # it moves the picture
    shown.take_updates([BarUpdate(AAPL, M5, a_bar(300, 150.0))])  # it changes an old bar
    for _ in range(20):
        QApplication.processEvents()
    assert asked == [shown.canvas, shown.canvas]
    assert painted == []


# ---- older bars ------------------------------------------------------------------------------


def go_left(panel: ChartPanel, qtbot, times: int = 30) -> None:
    for _ in range(times):
        qtbot.keyClick(panel.canvas, Qt.Key.Key_PageUp)


def test_older_bars_are_asked_for_once_and_do_not_move_the_view(shown, commands, qtbot) -> None:
    assert commands.of(RequestBars) == []
    go_left(shown, qtbot)
    assert commands.of(RequestBars) == [RequestBars(AAPL, M5, before=a_bar(0).time)]
    assert shown.canvas.words.note == "Loading older bars…"
    time = shown.canvas.view.time
    place = time.x_of(0)

    commands.answer(RequestBars, answer(*bars(-5000, 1)))

    assert shown.feed.bars.first == -5000
    assert time.x_of(0) == place
    assert shown.canvas.words.note == ""
    assert len(commands.of(RequestBars)) == 1


def test_the_beginning_of_history_is_said_and_not_asked_for_again(shown, commands, qtbot) -> None:
    go_left(shown, qtbot)
    commands.answer(RequestBars, answer(complete=True))
    go_left(shown, qtbot, 3)

    assert shown.canvas.words.note == "Start of history"
    assert len(commands.of(RequestBars)) == 1


def test_a_page_that_fails_is_said_and_asked_for_later(shown, commands, qtbot, monkeypatch) -> None:
    go_left(shown, qtbot)
    commands.answer(RequestBars, Failed("pacing violation"))
    go_left(shown, qtbot, 2)
    assert shown.canvas.words.note == "No older bars now: pacing violation"
    assert len(commands.of(RequestBars)) == 1

    monkeypatch.setattr(chart_feed, "RETRY_MS", 1)

    def asks_again() -> bool:
        go_left(shown, qtbot, 1)
        return len(commands.of(RequestBars)) == 2

    qtbot.waitUntil(asks_again)


def test_few_bars_ask_for_more_until_the_screen_is_full(panel, commands) -> None:
    panel.show_contract(AAPL, "AAPL")
    commands.answer(FollowBars, answer(*bars(0, 5)))
    assert len(commands.of(RequestBars)) == 1
    commands.answer(RequestBars, answer(*bars(-20, 0)))
    assert len(commands.of(RequestBars)) == 2
    commands.answer(RequestBars, answer(*bars(-500, -20)))
    assert len(commands.of(RequestBars)) == 2
    assert panel.feed.older is Older.IDLE


# ---- the link --------------------------------------------------------------------------------


def test_after_a_loss_the_series_is_healed_without_a_seam(shown, commands) -> None:
    commands.sent.clear()
    down, up = a_link(LinkState.DISCONNECTED), a_link()
    shown.link_changed(up, down)
    assert shown.canvas.words.warning.startswith("Not updating")
    shown.link_changed(down, up)
    assert commands.sent == [FollowBars(AAPL, M5)]
    assert shown.canvas.words.warning == ""

    commands.answer(FollowBars, answer(*[a_bar(n, 190.0) for n in range(500, 640)]))

    data = shown.feed.bars
    assert (data.first, data.end) == (0, 640)
    assert data.bar(499)[3] == a_bar(499).close
    assert data.bar(500)[3] == a_bar(500, 190.0).close


def test_a_gap_too_wide_to_close_begins_anew(shown, commands) -> None:
    shown.link_changed(a_link(), a_link(LinkState.DISCONNECTED))
    shown.link_changed(a_link(LinkState.DISCONNECTED), a_link())

    commands.answer(FollowBars, answer(*bars(2000, 2600)))

    assert len(shown.feed.bars) == 600
    assert 0 < shown.canvas.view.time.x_of(599) < shown.canvas.view.time.width


def test_a_loss_while_loading_is_told_and_mended(panel, commands) -> None:
    panel.show_contract(AAPL, "AAPL")
    panel.link_changed(a_link(), a_link(LinkState.CONNECTING))
    assert "link" in panel.canvas.words.state

    panel.link_changed(a_link(LinkState.CONNECTING), a_link())
    assert panel.canvas.words.state == "Loading bars…"
    assert commands.of(UnfollowBars) == []
    assert len(commands.of(FollowBars)) == 2


def test_a_degraded_link_is_followed_anew_in_balance(shown, commands) -> None:
    commands.sent.clear()
    shown.link_changed(a_link(LinkState.DEGRADED), a_link())
    assert commands.sent == [UnfollowBars(AAPL, M5), FollowBars(AAPL, M5)]


# ---- layouts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "garbage", [None, 3, "1D", [], {}, {"size": None}, {"size": []}, {"size": "9x"}, {4: 5}]
)
def test_a_broken_layout_changes_nothing(panel, garbage) -> None:
    panel.restore_chart({"size": "1h"})
    panel.restore_chart(garbage)
    assert panel.chart_state() == {"size": "1h"}
    assert panel.sizes.buttons.checkedButton().text() == "1h"


# ---- mouse, wheel and keys -------------------------------------------------------------------


def test_dragging_pans_and_double_click_returns(shown, qtbot) -> None:
    time, canvas = shown.canvas.view.time, shown.canvas
    newest = time.scroll
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 100))
    move_mouse(canvas, QPoint(450, 100), Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(450, 100))
    assert time.scroll == newest - 150

    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 100))
    assert time.scroll == newest


def test_the_wheel_zooms_at_the_cursor_and_counts_small_turns(shown) -> None:
    time = shown.canvas.view.time
    index, spacing = time.index_at(400), time.spacing
    wheel(shown, QPoint(400, 100), 0.5)
    assert time.spacing == spacing
    wheel(shown, QPoint(400, 100), 0.5)
    assert time.spacing == spacing + 1
    assert time.index_at(400) == index
    wheel(shown, QPoint(400, 100), -2)
    assert time.spacing == spacing - 1


def test_keys_pan_zoom_and_return(shown, qtbot) -> None:
    time, canvas = shown.canvas.view.time, shown.canvas
    scroll, zoom = time.scroll, time.zoom
    qtbot.keyClick(canvas, Qt.Key.Key_Left)
    assert time.scroll < scroll
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert time.scroll == scroll
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert time.zoom == zoom + 1
    qtbot.keyClick(canvas, Qt.Key.Key_Minus)
    qtbot.keyClick(canvas, Qt.Key.Key_Left)
    qtbot.keyClick(canvas, Qt.Key.Key_End)
    assert (time.scroll, time.zoom) == (scroll, zoom)


def test_the_price_axis_is_dragged_by_hand_and_double_click_gives_it_back(shown, qtbot) -> None:
    canvas, prices = shown.canvas, shown.canvas.view.prices
    axis = canvas.view.layout.price_axis.center()
    span = prices.high - prices.low
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=axis)
    move_mouse(canvas, axis + QPoint(0, 40), Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=axis + QPoint(0, 40))
    assert prices.is_manual
    assert prices.high - prices.low > span
    paint(shown)

    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=axis)
    paint(shown)
    assert not prices.is_manual
    assert prices.high - prices.low == pytest.approx(span)


def test_the_line_at_the_top_tells_the_bar_under_the_mouse(shown) -> None:
    figures = {figure.name: figure for figure in figures_of(shown.canvas.view, 599)}
    assert figures["C"].content == "187.20"
    assert figures["V"].content == "1,000"
    assert figures["Change"].content == "−0.40  ▼ −0.21 %"
    assert figures["Change"].tone == "down"

    before = paint(shown)
    move_mouse(shown.canvas, QPoint(300, 100))
    assert paint(shown) != before
    QApplication.sendEvent(shown.canvas, QEvent(QEvent.Type.Leave))
    assert paint(shown) == before


def test_nothing_breaks_without_bars_or_room(panel, commands, qtbot) -> None:
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Home):
        qtbot.keyClick(panel.canvas, key)
    move_mouse(panel.canvas, QPoint(100, 100))
    wheel(panel, QPoint(100, 100), 3)
    paint(panel)
    panel.show_contract(AAPL, "<b>AAPL</b>\n" * 50)
    commands.answer(FollowBars, answer(a_bar(0)))
    for width, height in ((1, 1), (30, 20), (160, 90), (2000, 40), (40, 1200)):
        panel.canvas.setMinimumSize(1, 1)
        panel.canvas.resize(width, height)
        paint(panel)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_rising_bars_are_hollow_and_falling_ones_filled(panel, commands, qapp, theme) -> None:
    apply_theme(qapp, theme)
    panel.show_contract(AAPL, "AAPL")
    rising = Bar(START, 10.0, 12.0, 9.0, 11.0, 1.0)
    falling = Bar(START + timedelta(minutes=5), 11.0, 12.0, 9.0, 10.0, 1.0)
    commands.answer(FollowBars, answer(rising, falling))
    image = panel.canvas.grab().toImage()
    view = panel.canvas.view
    row = view.prices.y_of(10.5)

    base = image.pixelColor(2, row)
    assert image.pixelColor(view.time.middle_of(0), row) == base
    assert image.pixelColor(view.time.middle_of(1), row) != base
    apply_theme(qapp, "dark")
