"""Through the chart by hand: swing, box, touchpad, pinch, keys, dates, and linked crosshairs."""

from datetime import timedelta

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtWidgets import QApplication

from tests.helpers.mouse import move_mouse
from tests.qt.fakes import AAPL, FakeCommands, a_contract
from tests.qt.test_chart_panel import START, answer, bars, paint
from workstation.app.indicator_library import load_indicators
from workstation.domain.bar import BarSize
from workstation.domain.commands import Failed, FollowBars, RequestBars
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.crosshair import CrosshairLink
from workstation.ui.chart.data_box import data_rows
from workstation.ui.chart.source import Older
from workstation.ui.screen_state import ScreenState
from workstation.ui.theme import THEMES

NONE = Qt.KeyboardModifier.NoModifier


def send_wheel(
    chart: ChartPanel,
    *,
    pixels: QPoint | None = None,
    angle: QPoint | None = None,
    phase: Qt.ScrollPhase = Qt.ScrollPhase.NoScrollPhase,
    at: QPoint | None = None,
    modifiers: Qt.KeyboardModifier = NONE,
) -> None:
    place = QPointF(at or QPoint(400, 100))
    canvas = chart.canvas
    event = QWheelEvent(
        place, canvas.mapToGlobal(place), pixels or QPoint(), angle or QPoint(),
        Qt.MouseButton.NoButton, modifiers, phase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


def pinch(chart: ChartPanel, value: float, x: int = 400) -> None:
    place = QPointF(x, 100)
    for kind, amount in (
        (Qt.NativeGestureType.BeginNativeGesture, 0.0),
        (Qt.NativeGestureType.ZoomNativeGesture, value),
    ):
        event = QNativeGestureEvent(
            kind, QPointingDevice.primaryPointingDevice(), 2, place, place,
            chart.canvas.mapToGlobal(place), amount, QPointF(),
        )  # fmt: skip
        QApplication.sendEvent(chart.canvas, event)


class Hand:
    """A drag with a clock of its own."""

    def __init__(self, chart: ChartPanel) -> None:
        self.now = 10.0
        self.chart = chart
        chart.canvas.navigation._clock = lambda: self.now

    def drag(self, qtbot, steps: list[int], pause: float = 0.02, wait: float = 0.0) -> None:
        canvas, x = self.chart.canvas, 300
        qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(x, 100))
        for step in steps:
            x += step
            self.now += pause
            move_mouse(canvas, QPoint(x, 100), Qt.MouseButton.LeftButton)
        self.now += wait
        qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(x, 100))

    def pass_frames(self, count: int) -> None:
        for _ in range(count):
            self.now += 0.016
            if self.chart.canvas.navigation.is_swinging:
                self.chart.canvas.navigation.on_swing()


# ---- the swing -------------------------------------------------------------------------------


def test_a_drag_that_is_let_go_in_motion_swings_on_slower_and_ends(shown, qtbot) -> None:
    hand, time = Hand(shown), shown.canvas.view.time
    start = time.scroll
    hand.drag(qtbot, [30, 30, 30])
    dragged = time.scroll
    assert dragged == start - 90
    assert shown.canvas.navigation.is_swinging
    hand.pass_frames(6)
    early = dragged - time.scroll
    hand.pass_frames(6)
    later = dragged - time.scroll - early
    assert early > later > 0
    hand.pass_frames(400)
    assert not shown.canvas.navigation.is_swinging
    assert dragged - time.scroll == pytest.approx(1500 * 0.325, rel=0.1)


def test_a_hand_that_rested_or_holds_again_does_not_swing(shown, qtbot) -> None:
    hand, time = Hand(shown), shown.canvas.view.time
    hand.drag(qtbot, [30, 30, 30], wait=0.3)
    assert not shown.canvas.navigation.is_swinging
    hand.drag(qtbot, [20, 20, 20])
    assert shown.canvas.navigation.is_swinging
    qtbot.mousePress(shown.canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 100))
    assert not shown.canvas.navigation.is_swinging
    here = time.scroll
    hand.pass_frames(5)
    assert time.scroll == here


# ---- a box -----------------------------------------------------------------------------------


def test_a_box_fills_the_chart_with_its_bars_and_prices(shown, qtbot) -> None:
    canvas, view = shown.canvas, shown.canvas.view
    pane = view.layout.prices
    left, right = QPoint(200, pane.top() + 20), QPoint(320, pane.top() + 80)
    first, last = view.time.index_at(200), view.time.index_at(320)
    high, low = view.prices.price_at(left.y()), view.prices.price_at(right.y())
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, left)
    still = paint(shown)
    move_mouse(canvas, right, Qt.MouseButton.LeftButton)
    assert paint(shown) != still
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=right)
    now_first, now_end = view.time.shown()
    assert now_first <= first
    assert now_end >= last
    assert now_end - now_first < 2 * (last - first)
    assert view.prices.is_manual
    assert (view.prices.low, view.prices.high) == pytest.approx((low, high))


def test_a_small_box_and_escape_change_nothing(shown, qtbot) -> None:
    canvas, view = shown.canvas, shown.canvas.view
    before = (view.time.scroll, view.time.zoom)
    for end, key in ((QPoint(203, 103), None), (QPoint(330, 140), Qt.Key.Key_Escape)):
        qtbot.mousePress(
            canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, QPoint(200, 100)
        )
        move_mouse(canvas, end, Qt.MouseButton.LeftButton)
        if key is not None:
            qtbot.keyClick(canvas, key)
        qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=end)
    assert (view.time.scroll, view.time.zoom) == before
    assert not view.prices.is_manual


# ---- touchpad --------------------------------------------------------------------------------


def test_two_fingers_sideways_pan_by_their_pixels(shown) -> None:
    time = shown.canvas.view.time
    scroll, zoom = time.scroll, time.zoom
    send_wheel(shown, phase=Qt.ScrollPhase.ScrollBegin)
    for _ in range(4):
        pixels = QPoint(13, 3)
        send_wheel(shown, pixels=pixels, angle=QPoint(26, 6), phase=Qt.ScrollPhase.ScrollUpdate)
    send_wheel(shown, pixels=QPoint(2, 40), phase=Qt.ScrollPhase.ScrollUpdate)
    send_wheel(shown, phase=Qt.ScrollPhase.ScrollEnd)
    assert time.scroll == scroll - 54, "the way they began is kept"
    assert time.zoom == zoom


def test_two_fingers_upright_zoom_at_the_cursor(shown) -> None:
    time = shown.canvas.view.time
    index, zoom, scroll = time.index_at(400), time.zoom, time.scroll
    for _ in range(6):
        send_wheel(shown, pixels=QPoint(0, 10), phase=Qt.ScrollPhase.ScrollUpdate)
    assert time.zoom == zoom + 2
    assert time.index_at(400) == index
    send_wheel(shown, phase=Qt.ScrollPhase.ScrollEnd)
    for _ in range(6):
        send_wheel(shown, pixels=QPoint(0, -10), phase=Qt.ScrollPhase.ScrollUpdate)
    assert (time.zoom, time.scroll) == (zoom, scroll)


def test_a_pinch_zooms_at_its_place_as_far_as_the_fingers_spread(shown) -> None:
    time = shown.canvas.view.time
    index, spacing = time.index_at(400), time.spacing
    pinch(shown, 1.0)
    assert time.spacing == 2 * spacing
    assert time.index_at(400) == index
    pinch(shown, -0.5)
    assert time.spacing == spacing
    pinch(shown, 0.01)
    assert time.spacing == spacing
    for _ in range(40):
        pinch(shown, -0.9)
        pinch(shown, 3.0)
    paint(shown)


def test_shift_and_the_wheel_pan(shown) -> None:
    time = shown.canvas.view.time
    scroll, zoom = time.scroll, time.zoom
    shift = Qt.KeyboardModifier.ShiftModifier
    send_wheel(shown, angle=QPoint(0, 120), modifiers=shift)
    assert time.zoom == zoom
    assert time.scroll < scroll


# ---- keys ------------------------------------------------------------------------------------


def test_home_shows_the_oldest_bars_and_asks_for_older_ones(shown, commands, qtbot) -> None:
    view = shown.canvas.view
    asked = len(commands.of(RequestBars))
    qtbot.keyClick(shown.canvas, Qt.Key.Key_Home)
    first, _ = view.time.shown()
    assert first <= view.bars.first
    assert len(commands.of(RequestBars)) == asked + 1
    qtbot.keyClick(shown.canvas, Qt.Key.Key_End)
    _, end = view.time.shown()
    assert end > view.bars.end


def test_arrows_up_and_down_move_the_prices(shown, qtbot) -> None:
    prices = shown.canvas.view.prices
    low, high = prices.low, prices.high
    qtbot.keyClick(shown.canvas, Qt.Key.Key_Up)
    assert prices.is_manual
    assert prices.low > low
    qtbot.keyClick(shown.canvas, Qt.Key.Key_Down)
    assert (prices.low, prices.high) == pytest.approx((low, high))


def test_page_keys_move_by_a_screen(shown, qtbot) -> None:
    time = shown.canvas.view.time
    scroll = time.scroll
    qtbot.keyClick(shown.canvas, Qt.Key.Key_PageUp)
    assert time.scroll == scroll - time.width
    qtbot.keyClick(shown.canvas, Qt.Key.Key_PageDown)
    assert time.scroll == scroll


# ---- dates -----------------------------------------------------------------------------------


def test_a_date_that_is_there_comes_into_the_middle(shown) -> None:
    view = shown.canvas.view
    shown.go_to_date.go(START + timedelta(minutes=5 * 200))
    assert abs(view.time.index_at(view.time.width // 2) - 200) <= 1
    assert not shown.go_to_date.is_searching


def test_a_date_before_the_history_is_loaded_page_by_page(shown, commands) -> None:
    view = shown.canvas.view
    shown.go_to_date.go(START - timedelta(minutes=5 * 450))
    assert len(commands.of(RequestBars)) == 1
    assert "Loading back to" in shown.canvas.words.note
    commands.answer(RequestBars, answer(*bars(-300, 0)))
    assert len(commands.of(RequestBars)) == 2, "one page at a time"
    commands.answer(RequestBars, answer(*bars(-600, -300)))
    assert not shown.go_to_date.is_searching
    assert "Loading" not in shown.canvas.words.note
    middle = view.time.index_at(view.time.width // 2)
    assert view.bars.time(middle) == pytest.approx(
        (START - timedelta(minutes=5 * 450)).timestamp(), abs=600
    )


def test_a_date_before_all_history_says_where_it_begins(shown, commands) -> None:
    shown.go_to_date.go(START - timedelta(days=4000))
    commands.answer(RequestBars, answer(*bars(-300, 0), complete=True))
    assert "History begins on" in shown.canvas.words.note
    assert not shown.go_to_date.is_searching


def test_escape_a_move_and_another_contract_end_the_search(shown, commands, qtbot) -> None:
    far = START - timedelta(days=400)
    for end in (
        lambda: qtbot.keyClick(shown.canvas, Qt.Key.Key_Escape),
        lambda: qtbot.keyClick(shown.canvas, Qt.Key.Key_Left),
        lambda: shown.show_contract(AAPL + 1, "OTHER"),
    ):
        shown.go_to_date.go(far)
        assert shown.go_to_date.is_searching
        end()
        assert not shown.go_to_date.is_searching


def test_a_page_that_fails_is_asked_for_again_later(shown, commands) -> None:
    shown.go_to_date.go(START - timedelta(days=400))
    commands.answer(RequestBars, Failed("pacing"))
    assert shown.feed.older is Older.FAILED
    assert shown.go_to_date.is_searching
    assert shown.go_to_date._retry.isActive()
    shown.feed._failed_at.invalidate()
    shown.feed.older = Older.IDLE
    shown.go_to_date._look()
    assert len(commands.of(RequestBars)) == 2


def test_the_question_takes_a_date_on_the_clocks_of_the_chart(shown, qtbot) -> None:
    qtbot.keyClick(shown.canvas, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    question = shown.go_to_date.question
    assert question is not None
    assert question.isVisible()
    assert question.moment.tzinfo is not None
    question.accept()
    assert not shown.go_to_date.is_searching


# ---- crosshairs and the data box -------------------------------------------------------------


@pytest.fixture
def other(qtbot, commands: FakeCommands) -> ChartPanel:
    """A chart of its own window with bars of another size."""
    state = ScreenState(read_only=False)
    state.details[AAPL] = a_contract()
    second = ChartPanel(state, commands)
    qtbot.addWidget(second)
    second.resize(QSize(700, 300))
    second.show()
    second.restore_chart({"size": "30m"})
    second.show_contract(AAPL, "AAPL")
    size = BarSize.MINUTE_30
    commands.answer(FollowBars, answer(*bars(0, 100, size), size=size))
    paint(second)
    return second


def test_the_crosshair_stands_at_the_same_time_in_every_linked_window(shown, other) -> None:
    link = CrosshairLink()
    link.join(shown.canvas)
    link.join(other.canvas)
    plain = paint(other)
    index = 595
    move_mouse(shown.canvas, QPoint(shown.canvas.view.time.middle_of(index), 100))
    seconds = other.canvas.elsewhere
    assert seconds == shown.canvas.view.bars.time(index)
    assert paint(other) != plain
    place = int(other.canvas.view.bar_at(seconds))
    assert other.canvas.view.bars.time(place) <= seconds < other.canvas.view.bars.time(place) + 1800
    assert shown.canvas.elsewhere is None
    QApplication.sendEvent(shown.canvas, QEvent(QEvent.Type.Leave))
    assert other.canvas.elsewhere is None
    assert paint(other) == plain


def test_a_chart_that_left_or_is_gone_is_not_touched(shown, other, qtbot) -> None:
    link = CrosshairLink()
    link.join(shown.canvas)
    link.join(other.canvas)
    link.leave(other.canvas)
    move_mouse(shown.canvas, QPoint(300, 100))
    assert other.canvas.elsewhere is None
    link.join(other.canvas)
    other.canvas.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert len(link._charts) == 1
    move_mouse(shown.canvas, QPoint(310, 100))


def test_the_data_box_tells_prices_volume_and_every_indicator(shown) -> None:
    shown.use_indicators(load_indicators)
    shown.restore_chart({"size": "5m", "studies": [{"key": "SMA"}, {"key": "MACD"}]})
    plain = paint(shown)
    rows = data_rows(shown.canvas.view, THEMES["dark"], 590)
    names = [name for name, _, _ in rows]
    assert names[:5] == ["Time", "Open", "High", "Low", "Close"]
    assert "Volume" in names
    assert sum("MACD" in name for name in names) == 3
    assert sum("SMA" in name for name in names) == 1
    assert all(content for _, content, _ in rows)
    shown.restore_chart({"size": "5m", "data_box": True})
    assert paint(shown) != plain
    assert shown.chart_state()["data_box"] is True


def test_the_panel_offers_what_the_keys_do(shown) -> None:
    shown.menus._on_axes_opening()
    titles = [action.text() for action in shown.menus._axes_menu.actions()]
    assert any("Go to date" in title for title in titles)
