"""The chart in the whole program: orders dragged over the wire, drawings and alerts that stay."""

from collections.abc import Callable
from decimal import Decimal

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.end2end.conftest import Trader
from tests.end2end.test_first_orders import PLACE_ORDER, bid_of
from tests.helpers.mouse import move_mouse
from workstation.domain.alert import Direction, MoveAlert
from workstation.ui.chart.chart_link import Link
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.drawings import Tool
from workstation.ui.chart.feed import Series

Start = Callable[[], Trader]


def charted(trader: Trader) -> ChartPanel:
    """Bring the chart of AAPL to the front, with its bars."""
    trader.until_ready()
    row = [row["symbol"] for row in trader.watchlist()].index("AAPL")
    trader.click_row(trader.window.watchlist.table, row)
    trader.until(lambda: trader.window.ticket.symbol == "AAPL")
    trader.window.docks.focus("chart")
    chart = trader.window.board.chart
    trader.until(chart.canvas.isVisible)
    trader.until(lambda: chart.feed.series is Series.SHOWN and len(chart.feed.bars) > 50)
    return chart


def place_of(chart: ChartPanel, price: float, x: int = 150) -> QPoint:
    """Return where a price stands on the canvas, in logical pixels."""
    ratio = chart.canvas.view.layout.ratio
    return QPoint(round(x / ratio), round(chart.canvas.view.prices.y_of(price) / ratio))


def press(chart: ChartPanel, place: QPoint) -> None:
    QTest.mousePress(chart.canvas, Qt.MouseButton.LeftButton, pos=place)


def release(chart: ChartPanel, place: QPoint) -> None:
    QTest.mouseRelease(chart.canvas, Qt.MouseButton.LeftButton, pos=place)


def draw_by(chart: ChartPanel, start: QPoint, end: QPoint, steps: int = 6) -> None:
    """Drag with the button held; the last place is reached, the button stays down."""
    press(chart, start)
    for step in range(1, steps + 1):
        part = step / steps
        between = QPoint(
            round(start.x() + part * (end.x() - start.x())),
            round(start.y() + part * (end.y() - start.y())),
        )
        move_mouse(chart.canvas, between, Qt.MouseButton.LeftButton)
        chart.canvas.repaint()


def resting_stop(trader: Trader, chart: ChartPanel) -> float:
    """Place a stop in the ticket and bring it into sight on the chart; return its price."""
    form, stop = trader.window.ticket.form, bid_of(trader, "AAPL") + 4
    trader.window.docks.focus("ticket")
    form.quantity_edit.setFocus()
    trader.type("10")
    form.type_box.setCurrentText("STP")
    form.stop_edit.setFocus()
    trader.type(str(stop))
    trader.press(Qt.Key.Key_Return)
    trader.until(lambda: [row["state"] for row in trader.orders()] == ["Held"])
    trader.window.docks.focus("chart")
    chart.canvas.view.prices.show_range(float(stop) - 8, float(stop) + 4)
    chart.canvas.refresh()
    trader.until(lambda: chart.trading._lines and chart.trading._lines[0].can_move)
    chart.canvas.repaint()
    return float(stop)


def test_a_dragged_stop_is_one_modify_on_the_wire(start: Start) -> None:
    trader = start()
    chart = charted(trader)
    stop = resting_stop(trader, chart)
    sent = len(trader.frames(PLACE_ORDER))

    draw_by(chart, place_of(chart, stop), place_of(chart, stop + 2))
    # The verdict comes from the core's own gate while the line is still held.
    trader.until(lambda: "Risk: passes" in chart.trading._judge.verdict.words)
    assert len(trader.frames(PLACE_ORDER)) == sent
    drag = chart.trading._drag
    assert drag is not None
    release(chart, place_of(chart, stop + 2))

    trader.until(lambda: trader.orders()[0]["stop"] == f"{drag.price:.2f}")
    trader.until(lambda: trader.orders()[0]["state"] == "Held")
    frames = trader.frames(PLACE_ORDER)
    assert len(frames) == sent + 1
    assert f"{drag.price:.2f}".rstrip("0").rstrip(".") in frames[-1]

    draw_by(chart, place_of(chart, float(drag.price)), place_of(chart, stop - 1))
    QTest.keyClick(chart.canvas, Qt.Key.Key_Escape)
    release(chart, place_of(chart, stop - 1))
    assert trader.orders()[0]["stop"] == f"{drag.price:.2f}"
    assert len(trader.frames(PLACE_ORDER)) == sent + 1


def test_the_gateway_unplugged_during_a_drag_leaves_the_order_as_it_was(start: Start) -> None:
    trader = start()
    chart = charted(trader)
    stop = resting_stop(trader, chart)
    sent = len(trader.frames(PLACE_ORDER))
    gateway = trader.program.gateway
    assert gateway is not None

    draw_by(chart, place_of(chart, stop), place_of(chart, stop - 1))
    Trader.kill(gateway.process_id)
    trader.until(lambda: "link was lost" in chart.trading.said)
    release(chart, place_of(chart, stop - 1))

    trader.until_ready()
    trader.until(lambda: [row["state"] for row in trader.orders()] == ["Held"])
    assert trader.orders()[0]["stop"] == f"{stop:.2f}"
    assert len(trader.frames(PLACE_ORDER)) == sent


def test_a_bracket_laid_out_on_the_chart_arrives_as_three_orders(start: Start) -> None:
    trader = start()
    chart = charted(trader)
    chart.trade_menu.quantity_edit.lineEdit().setText("10")
    low = float(bid_of(trader, "AAPL")) - 8
    chart.canvas.view.prices.show_range(low, low + 12)
    chart.canvas.repaint()
    move_mouse(chart.canvas, place_of(chart, low + 3))
    chart.canvas.setFocus()
    QTest.keyClick(chart.canvas, Qt.Key.Key_B, Qt.KeyboardModifier.ShiftModifier)
    for name, price in (("+ target", low + 6), ("+ stop", low + 1)):
        chart.canvas.repaint()
        start_at = next(p.place for p in chart.staging._parts if p.button == name).center()
        ratio = chart.canvas.view.layout.ratio
        start_at = QPoint(round(start_at.x() / ratio), round(start_at.y() / ratio))
        end = QPoint(start_at.x(), place_of(chart, price).y())
        draw_by(chart, start_at, end)
        release(chart, end)
    assert trader.frames(PLACE_ORDER) == []
    trader.until(lambda: "passes" in chart.staging._judge.verdict.words)
    QTest.keyClick(chart.canvas, Qt.Key.Key_Return)

    trader.until(lambda: len(trader.orders()) == 3)
    assert len(trader.frames(PLACE_ORDER)) == 3
    assert sorted(row["type"] for row in trader.orders()) == ["LMT", "LMT", "STP"]
    trader.until(lambda: len(chart.trading._lines) == 3)


def test_a_drawing_is_undone_drawn_again_and_there_after_a_restart(start: Start) -> None:
    trader = start()
    chart = charted(trader)
    pane = chart.canvas.view.layout.prices
    ratio = chart.canvas.view.layout.ratio
    first = QPoint(round(pane.width() / 3 / ratio), round((pane.top() + 40) / ratio))
    second = QPoint(round(pane.width() / 2 / ratio), round((pane.top() + 90) / ratio))

    for _ in range(2):
        chart.drawing.choose(Tool.TREND)
        for place in (first, second):
            press(chart, place)
            release(chart, place)
        assert len(chart.drawing.book.all) == 1
        if not chart.drawing.book.can_redo and _ == 0:
            QTest.keyClick(chart.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
            assert chart.drawing.book.all == ()
    drawn = chart.drawing.book.all[0]
    trader.close()

    again = start()
    chart = charted(again)
    trader.until(lambda: len(chart.drawing.book.all) == 1)
    found = chart.drawing.book.all[0]
    assert (found.tool, found.points) == (drawn.tool, drawn.points)


def test_an_alert_is_set_by_key_fires_by_the_ticks_and_is_kept_over_a_restart(
    start: Start,
) -> None:
    trader = start()
    chart = charted(trader)
    last = trader.window.state.quotes[chart.alerts.con_id].last
    assert last is not None
    far = float(last) + 6
    chart.canvas.view.prices.show_range(float(last) - 8, float(last) + 8)
    chart.canvas.repaint()
    move_mouse(chart.canvas, place_of(chart, far))
    chart.canvas.setFocus()
    QTest.keyClick(chart.canvas, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    trader.until(lambda: len(chart.alerts.alerts) == 1)
    alert = chart.alerts.alerts[0]
    trader.until(lambda: chart.alerts.alerts[0].direction is Direction.RISES)
    trader.close()

    trader = start()
    chart = charted(trader)
    trader.until(lambda: len(chart.alerts.alerts) == 1)
    assert chart.alerts.alerts[0].price == alert.price
    near = [Decimal(0)]

    def fired() -> bool:
        """Follow a rising market, so that its next step down crosses the alert."""
        last = Decimal(str(trader.window.state.quotes[chart.alerts.con_id].last))
        if last - near[0] > Decimal("0.02"):
            near[0] = last - Decimal("0.01")
            trader.program.commands.send(MoveAlert(alert.number, near[0]))
        return chart.alerts.alerts[0].fired_at is not None

    trader.until(fired, 40_000)
    trader.until(lambda: "Price alert: AAPL" in trader.window.alarms.text_label.text())
    assert trader.frames(PLACE_ORDER) == []


def test_a_typed_future_and_a_currency_pair_have_bid_ask_and_a_countdown(start: Start) -> None:
    trader = start()
    chart = charted(trader)
    charts = trader.window.board.charts
    charts.use_link(charts.cells[0], Link.OWN)
    for typed, kind in (("ES", "FUT"), ("EUR.USD", "CASH")):
        chart.canvas.setFocus()
        QTest.keyClicks(chart.canvas, "/")
        trader.type(typed)
        trader.press(Qt.Key.Key_Return)
        trader.until(lambda wanted=typed: chart.symbol == wanted)
        trader.until(lambda: chart.feed.series is Series.SHOWN and len(chart.feed.bars) > 50)
        trader.until(lambda: chart.canvas.view.bid is not None)
        view = chart.canvas.view
        assert chart.data.sec_type == kind
        assert view.ask is not None
        assert view.last_close is not None
        assert view.bid is not None
        assert view.bid < view.ask
        assert abs(view.last_close / view.bid - 1) < 0.01
        trader.until(lambda: chart.canvas.words.countdown)
        assert typed not in [row["symbol"] for row in trader.watchlist()]
