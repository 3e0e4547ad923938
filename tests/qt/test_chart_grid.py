"""Several charts: grids, docks, links, what they share, and how a layout keeps them."""

from decimal import Decimal

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QMenu

from tests.helpers.mouse import move_mouse
from tests.qt.fakes import AAPL, ACCOUNT, CON_IDS, FINDINGS, FakeCommands, a_contract, an_order
from tests.qt.grid_rig import at_once, fed, grid, pinned
from tests.qt.test_chart_panel import paint
from workstation.bridge.commands import CommandPort, CommandQueue
from workstation.domain.commands import (
    Answered,
    Ask,
    Done,
    FollowBars,
    Reconnect,
    SubmitOrder,
    UnfollowBars,
)
from workstation.domain.finding import NeedsAcknowledgement
from workstation.domain.ids import IntentId
from workstation.domain.messages import CommandAnswered, OrderChanged
from workstation.domain.order import OrderDraft, OrderType, Side
from workstation.ui.chart.chart_grid import ChartGrid
from workstation.ui.chart.chart_link import Link
from workstation.ui.chart.drawings import Point, Tool, finished
from workstation.ui.chart.grid_picker import SHAPES, Shape
from workstation.ui.chart.layout import layout_of
from workstation.ui.chart.symbol_finder import kinds_of
from workstation.ui.chart.trading_tool import PriceWish
from workstation.ui.chart_docks import MOST_DOCKS, ChartDocks

DRAFT = OrderDraft(
    intent_id=IntentId("grid-1"),
    account=ACCOUNT,
    con_id=AAPL,
    side=Side.BUY,
    quantity=Decimal(100),
    order_type=OrderType.LIMIT,
    limit_price=Decimal("187.20"),
)
MSFT, TSLA = CON_IDS["MSFT"], CON_IDS["TSLA"]


__all__ = ["at_once", "grid"]  # fixtures


def shown(grid: ChartGrid) -> list[tuple[object, str]]:
    return [(cell.panel.con_id, cell.panel.data.timeframe.name) for cell in grid.cells]


def followed(commands: FakeCommands) -> set[object]:
    kept: list[object] = []
    for each in commands.sent:
        if isinstance(each, FollowBars):
            kept.append(each.series)
        elif isinstance(each, UnfollowBars):
            kept.remove(each.series)
    return set(kept)


# ---- shapes ----------------------------------------------------------------------------------


def test_a_grid_shows_the_same_symbol_at_several_sizes_of_bars(grid, ready) -> None:
    grid.set_shape(Shape(2, 2))

    assert shown(grid) == [(AAPL, "5m"), (AAPL, "1m"), (AAPL, "15m"), (AAPL, "30m")]
    ready.window.choose_symbol("TSLA")
    assert {con_id for con_id, _ in shown(grid)} == {TSLA}
    assert all(cell.isVisible() for cell in grid.cells)


def test_every_shape_is_in_the_menus_and_up_to_sixteen(grid, ready) -> None:
    assert {1, 2, 4, 6, 9, 16} <= {shape.count for shape in SHAPES}
    menu = ready.window.menu.charts.grid
    for shape in SHAPES:
        menu.aboutToShow.emit()
        next(each for each in menu.actions() if each.data() == shape).trigger()
        assert len(grid.cells) == shape.count
        assert grid.shape == shape
    assert len({cell.panel.data.timeframe for cell in grid.cells}) == 16

    grid.picker.menu.aboutToShow.emit()
    grid.picker.menu.actions()[0].trigger()
    assert len(grid.cells) == 1


def test_where_charts_go_the_active_one_stays(grid, ready) -> None:
    first = grid.cells[0]
    grid.set_shape(Shape(2, 2))
    pinned(ready, grid.cells[3], "MSFT")
    grid.cells[3].panel.canvas.setFocus()

    grid.set_shape(Shape(1, 1))

    assert grid.cells == [first]
    assert shown(grid) == [(MSFT, "30m")]
    assert first.link is Link.OWN


def test_only_the_active_chart_is_shown_and_the_others_come_back(grid, ready, qtbot) -> None:
    grid.set_shape(Shape(2, 2))
    fed(ready)
    qtbot.keyClick(ready.window, Qt.Key.Key_F6)
    assert grid.active is grid.cells[1]

    ready.window.menu.menus.by_name["chart_alone"].trigger()
    assert [cell.isVisible() for cell in grid.cells] == [False, True, False, False]
    ready.window.menu.menus.by_name["next_chart"].trigger()
    assert [cell.isVisible() for cell in grid.cells] == [False, False, True, False]
    ready.window.menu.menus.by_name["chart_alone"].trigger()
    assert all(cell.isVisible() for cell in grid.cells)


# ---- the active chart ------------------------------------------------------------------------


def test_the_chart_that_is_clicked_gets_the_buttons_and_the_ticket_its_contract(
    grid, ready, qtbot
) -> None:
    grid.set_shape(Shape(1, 2))
    pinned(ready, grid.cells[1], "MSFT")
    fed(ready)
    ready.window.choose_symbol("AAPL")
    assert ready.window.ticket.con_id == AAPL

    qtbot.mouseClick(grid.cells[1].panel.canvas, Qt.MouseButton.LeftButton)

    assert grid.active is grid.cells[1]
    assert grid.headers.currentWidget() is grid.cells[1].panel.header
    assert ready.window.ticket.con_id == MSFT
    assert ready.window.selection.con_id == MSFT
    assert grid.cells[0].panel.con_id == AAPL
    qtbot.mouseClick(grid.cells[0].panel.canvas, Qt.MouseButton.LeftButton)
    assert ready.window.ticket.con_id == AAPL
    assert grid.cells[1].panel.con_id == MSFT


def test_coming_back_to_the_window_changes_no_ticket(grid, ready) -> None:
    grid.set_shape(Shape(1, 2))
    pinned(ready, grid.cells[1], "MSFT")
    canvas = grid.cells[1].panel.canvas
    canvas.setFocus()
    canvas.clearFocus()
    ready.window.choose_symbol("TSLA")

    canvas.setFocus(Qt.FocusReason.ActiveWindowFocusReason)

    assert ready.window.ticket.con_id == TSLA


def test_a_price_taken_on_a_chart_goes_into_a_ticket_of_its_contract(grid, ready, qtbot) -> None:
    grid.set_shape(Shape(1, 2))
    pinned(ready, grid.cells[1], "MSFT")
    ready.window.choose_symbol("AAPL")
    assert ready.window.ticket.con_id == AAPL

    wish = PriceWish(Side.SELL, OrderType.LIMIT, Decimal("415.20"))
    grid.cells[1].panel.trading.price_requested.emit(wish)

    assert ready.window.ticket.con_id == MSFT
    assert ready.window.ticket.form.price_edit.value == Decimal("415.20")


def test_a_question_below_the_charts_is_answered_by_keys_of_its_own(grid, ready, qtbot) -> None:
    grid.set_shape(Shape(1, 2))
    panel = grid.cells[1].panel
    panel.orders.send(DRAFT)
    ready.commands.answer(SubmitOrder, NeedsAcknowledgement(FINDINGS))
    strip = panel.orders.strip
    assert strip.isVisible()
    assert strip.headline.text().startswith("AAPL: ")
    assert strip.reason_edit.hasFocus(), "a limit is overridden for a reason that is typed first"

    qtbot.keyClick(strip.reason_edit, Qt.Key.Key_Escape)

    assert not strip.isVisible()
    assert len(ready.commands.of(SubmitOrder)) == 1


# ---- links and symbols -----------------------------------------------------------------------


def test_charts_of_a_group_share_a_symbol_and_leave_the_window_alone(grid, ready) -> None:
    grid.set_shape(Shape(2, 2))
    blue = grid.cells[1:3]
    for cell in blue:
        cell.link_chosen.emit(Link.BLUE)

    blue[0].symbol_entered.emit("TSLA")

    assert [con_id for con_id, _ in shown(grid)] == [AAPL, TSLA, TSLA, AAPL]
    assert blue[0].panel.canvas.words.mark == Link.BLUE.colour
    ready.window.choose_symbol("MSFT")
    assert [con_id for con_id, _ in shown(grid)] == [MSFT, TSLA, TSLA, MSFT]
    grid.cells[0].link_chosen.emit(Link.BLUE)
    assert grid.cells[0].panel.con_id == TSLA
    grid.cells[0].link_chosen.emit(Link.WINDOW)
    assert grid.cells[0].panel.con_id == MSFT


def test_a_symbol_is_typed_and_one_nobody_knows_is_told(grid, ready, qtbot) -> None:
    cell = grid.cells[0]
    cell.link_chosen.emit(Link.OWN)
    canvas = cell.panel.canvas
    canvas.setFocus()
    qtbot.keyClicks(canvas, "/")
    assert cell.entry.isVisible()
    qtbot.keyClicks(cell.entry.edit, "ko")
    qtbot.keyClick(cell.entry.edit, Qt.Key.Key_Return)
    ko = a_contract("KO", con_id=CON_IDS["F"])
    ready.commands.answer(Ask, Answered((ko,)))
    assert (cell.panel.con_id, cell.panel.symbol) == (CON_IDS["F"], "KO")
    assert "KO" in ready.window.watching.symbols()

    cell.symbol_entered.emit("NOSUCH")
    for _ in kinds_of("NOSUCH"):
        ready.commands.answer(Ask, Answered(()))
    assert "NOSUCH" in cell.panel.orders.strip.headline.text()
    assert cell.panel.symbol == "KO"


def test_a_symbol_typed_on_a_chart_of_the_window_is_the_window_s(grid, ready) -> None:
    grid.cells[0].symbol_entered.emit("TSLA")

    assert ready.window.ticket.symbol == "TSLA"
    assert grid.cells[0].panel.con_id == TSLA


# ---- what charts share -----------------------------------------------------------------------


def test_the_crosshair_stands_on_every_chart_in_every_dock(grid, ready) -> None:
    docks: ChartDocks = ready.window.chart_docks
    grid.set_shape(Shape(1, 2))
    other = docks.open()
    assert other is not None
    fed(ready)
    canvas = grid.cells[0].panel.canvas

    move_mouse(canvas, QPoint(canvas.width() // 3, canvas.height() // 2))

    expected = grid.cells[1].panel.canvas.elsewhere
    assert expected is not None
    assert other.cells[0].panel.canvas.elsewhere == expected
    assert canvas.elsewhere is None


def test_a_drawing_appears_on_the_other_charts_of_the_contract_with_its_undo(grid, ready) -> None:
    grid.set_shape(Shape(2, 2))
    pinned(ready, grid.cells[3], "MSFT")
    books = [cell.panel.drawing.book for cell in grid.cells]
    line = finished(Tool.TREND, (Point(0.0, 1.0), Point(60.0, 2.0)))

    books[0].add(line)
    assert [len(book.all) for book in books] == [1, 1, 1, 0]
    books[1].add(line)
    assert [len(book.all) for book in books] == [2, 2, 2, 0]
    books[2].undo()
    assert [len(book.all) for book in books] == [1, 1, 1, 0]
    books[0].undo()
    assert [len(book.all) for book in books] == [0, 0, 0, 0]
    assert books[1].can_redo


def test_orders_stand_on_every_chart_of_their_contract(grid, ready) -> None:
    grid.set_shape(Shape(1, 3))
    pinned(ready, grid.cells[2], "MSFT")

    ready.events(OrderChanged(an_order(21)))

    lines = [len(cell.panel.trading._lines) for cell in grid.cells]
    assert lines == [1, 1, 0]


# ---- docks -----------------------------------------------------------------------------------


def test_a_row_of_the_watchlist_opens_a_chart_that_stays(grid, ready, qtbot) -> None:
    window = ready.window
    window.watchlist.select("TSLA")
    window.watchlist._on_menu(QPoint(5, 5))
    menu = window.watchlist._menu
    assert isinstance(menu, QMenu)
    menu.actions()[0].trigger()
    menu.close()

    opened = window.chart_docks.extra["chart_2"].cells[0]
    assert (opened.panel.con_id, opened.link) == (TSLA, Link.OWN)
    window.choose_symbol("MSFT")
    assert opened.panel.con_id == TSLA
    assert window.board.chart.con_id == MSFT
    qtbot.keyClick(window.watchlist.table, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert window.chart_docks.extra["chart_3"].cells[0].panel.con_id == MSFT


def test_a_closed_chart_frees_what_it_followed(grid, ready) -> None:
    window = ready.window
    before = followed(ready.commands)
    opened = window.chart_docks.open_contract(TSLA, "TSLA")
    opened.set_shape(Shape(2, 2))
    QCoreApplication.processEvents()
    fed(ready)
    assert len(followed(ready.commands)) == len(before) + 4
    cells = len(window.board.charts.cells)
    dock = window.docks.by_name["chart_2"]

    dock.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    assert followed(ready.commands) == before
    assert len(window.board.charts.cells) == cells - 4
    assert "chart_2" not in window.docks.by_name
    assert window.chart_docks.active is grid
    window.on_latest(())
    assert window.chart_docks.open() is not None  # its name is free again


def test_there_is_an_end_to_charts_and_the_window_s_own_stays(grid, ready) -> None:
    docks = ready.window.chart_docks
    for _ in range(MOST_DOCKS + 2):
        ready.window.menu.menus.by_name["new_chart"].trigger()
    assert len(docks.extra) == MOST_DOCKS
    for _ in range(MOST_DOCKS + 2):
        docks.active = next(iter(docks.extra.values()), docks.main)
        ready.window.menu.menus.by_name["close_chart"].trigger()
    assert docks.grids == [grid]
    assert grid.cells[0].panel is ready.window.board.chart


def test_an_answer_for_a_closed_chart_is_dropped(qtbot, qapp) -> None:
    queue = CommandQueue()
    port = CommandPort(queue)
    heard: list[object] = []

    class Asker(QObject):
        def take(self, result: object) -> None:
            heard.append(result)

    gone, there = Asker(), Asker()
    numbers = [port.send(Reconnect(), each.take) for each in (gone, there)]
    gone.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    port.on_events(tuple(CommandAnswered(number, Done()) for number in numbers))

    assert heard == [Done()]


# ---- small charts ----------------------------------------------------------------------------


def test_a_small_chart_gives_its_room_to_the_bars(qapp) -> None:
    font = QFont()
    font.setPixelSize(13)
    for ratio in (1.0, 1.5):
        large = layout_of(round(900 * ratio), round(600 * ratio), font, ratio, 60, (0.17, 0.17))
        assert len(large.panes) == 2
        assert not large.is_small
        small = layout_of(round(300 * ratio), round(125 * ratio), font, ratio, 60, (0.17, 0.17))
        assert small.panes == ()
        assert small.volume.isEmpty()
        assert small.is_small
        assert small.price_axis.width() == 60
        one_of_nine = layout_of(
            round(320 * ratio), round(195 * ratio), font, ratio, 60, (0.17, 0.17)
        )
        (pane,) = one_of_nine.panes
        assert pane.height() >= round(33 * ratio), "the words of a pane take half of it at most"
        assert one_of_nine.prices.height() >= 0.45 * one_of_nine.plot.height()
        assert one_of_nine.label_room <= one_of_nine.prices.height() / 3
        tiny = layout_of(round(90 * ratio), round(80 * ratio), font, ratio, 60, (0.17,))
        assert tiny.price_axis.isEmpty()
        assert tiny.time_axis.isEmpty()
        assert tiny.prices.width() == round(90 * ratio)


def test_the_smallest_charts_are_painted_with_all_that_is_on_them(grid, ready) -> None:
    grid.set_shape(Shape(4, 4))
    fed(ready)
    ready.events(OrderChanged(an_order(21)))
    for cell in grid.cells:
        cell.panel.canvas.resize(84, 62)
        move_mouse(cell.panel.canvas, QPoint(30, 40))
        paint(cell.panel)
        view = cell.panel.canvas.view
        first, end = view.time.shown()
        assert end - first >= 20
