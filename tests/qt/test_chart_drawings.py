"""Drawings: made with the mouse, changed, taken back, kept for their contract."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from tests.helpers.mouse import move_mouse
from tests.qt.fakes import AAPL, CON_IDS, a_contract, an_order
from tests.qt.test_chart_panel import answer, bars, paint, panel, shown
from workstation.app.drawing_files import DrawingFiles
from workstation.domain.commands import FollowBars
from workstation.domain.contract import Contract
from workstation.domain.ids import ConId
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.drawing_shapes import shape_of
from workstation.ui.chart.drawing_store import drawing_key
from workstation.ui.chart.drawings import Drawing, DrawingBook, Point, Tool, finished

__all__ = ["panel", "shown"]  # fixtures

PLACES = (QPoint(200, 60), QPoint(400, 140), QPoint(300, 170))


@pytest.fixture
def free(shown: ChartPanel) -> ChartPanel:
    shown.drawing.has_magnet = False
    return shown


def click(panel: ChartPanel, qtbot, place: QPoint) -> None:
    move_mouse(panel.canvas, place)
    qtbot.mouseClick(panel.canvas, Qt.MouseButton.LeftButton, pos=place)


def draw(panel: ChartPanel, qtbot, tool: Tool, *places: QPoint) -> Drawing:
    panel.drawing.choose(tool)
    for place in (places or PLACES)[: tool.clicks]:
        click(panel, qtbot, place)
        paint(panel)
    if panel.drawing.question is not None and tool is Tool.TEXT:
        panel.drawing.question.textValueSelected.emit("a note")
        panel.drawing.question.close()
    return panel.drawing.book.all[-1]


def drag(panel: ChartPanel, qtbot, start: QPoint, end: QPoint) -> None:
    qtbot.mousePress(panel.canvas, Qt.MouseButton.LeftButton, pos=start)
    move_mouse(panel.canvas, end, Qt.MouseButton.LeftButton)
    paint(panel)
    qtbot.mouseRelease(panel.canvas, Qt.MouseButton.LeftButton, pos=end)


@pytest.mark.parametrize("tool", list(Tool))
def test_every_tool_draws_is_found_again_undone_and_redone(free, qtbot, tool) -> None:
    free.canvas._move_crosshair(None)
    plain = paint(free)
    made = draw(free, qtbot, tool)
    assert made.tool is tool
    assert len(made.points) == tool.points
    assert free.drawing.at(PLACES[0]) == made
    free.canvas._move_crosshair(None)
    assert paint(free) != plain

    while free.drawing.book.can_undo:
        free.drawing.book.undo()
    assert free.drawing.book.all == ()
    assert paint(free) == plain
    free.drawing.book.redo()
    assert free.drawing.book.all[0].points == made.points


def test_a_point_stands_where_it_was_clicked(free, qtbot) -> None:
    made = draw(free, qtbot, Tool.TREND)
    view = free.canvas.view
    for point, place in zip(made.points, PLACES, strict=False):
        assert view.prices.y_of(point.price) == place.y()
        assert abs(view.x_at(point.seconds) - place.x()) <= view.time.spacing


def test_the_magnet_draws_a_point_to_the_nearest_price_of_its_bar(shown) -> None:
    view = shown.canvas.view
    index = view.time.index_at(400)
    high = view.bars.bar(index)[1]
    near = QPoint(400, view.prices.y_of(high) - 4)
    assert shown.drawing.point_at(near).price == high
    assert shown.drawing.point_at(near, magnet=False).price != high


def test_a_drawing_stays_on_its_times_when_the_chart_moves_and_bars_come(
    free, qtbot, commands
) -> None:
    made = draw(free, qtbot, Tool.TREND)
    view = free.canvas.view
    before = view.x_at(made.points[0].seconds)
    view.pan(-100)
    assert view.x_at(made.points[0].seconds) == before + 100
    free.feed.bars.prepend(bars(-50, 0))
    assert view.x_at(made.points[0].seconds) == before + 100


@pytest.mark.parametrize("away", [-40.0, -3.5, 0.0, 0.25, 17.5, 599.0, 640.0])
def test_times_between_and_beyond_the_bars_have_places(shown, away) -> None:
    view = shown.canvas.view
    seconds = view.bars.time(0) + away * 300
    assert view.bar_at(seconds) == pytest.approx(away)
    if away == int(away):
        assert view.seconds_at(int(away)) == seconds


def test_a_drawing_is_moved_and_its_ends_are_too(free, qtbot) -> None:
    made = draw(free, qtbot, Tool.TREND)
    middle = (PLACES[0] + PLACES[1]) / 2
    drag(free, qtbot, middle, middle + QPoint(0, 30))
    moved = free.drawing.book.get(made.number)
    step = moved.points[0].price - made.points[0].price
    assert step < 0
    assert moved.points[1].price - made.points[1].price == pytest.approx(step)
    free.drawing.book.undo()
    assert free.drawing.book.get(made.number) == made

    drag(free, qtbot, PLACES[1], PLACES[1] + QPoint(40, -60))
    pulled = free.drawing.book.get(made.number)
    assert pulled.points[0] == made.points[0]
    assert pulled.points[1].price > made.points[1].price
    assert pulled.points[1].seconds > made.points[1].seconds


def test_keys_delete_copy_paste_undo_and_leave(free, qtbot) -> None:
    canvas, book = free.canvas, free.drawing.book
    draw(free, qtbot, Tool.RECTANGLE)
    qtbot.keyClick(canvas, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert len(book.all) == 2
    assert book.all[0].points != book.all[1].points
    qtbot.keyClick(canvas, Qt.Key.Key_Delete)
    assert len(book.all) == 1
    qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(book.all) == 2
    free.drawing.choose(Tool.TREND)
    click(free, qtbot, PLACES[0])
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert free.drawing.tool is None
    click(free, qtbot, PLACES[1])
    assert len(book.all) == 2


def test_a_locked_drawing_is_neither_moved_nor_removed(free, qtbot) -> None:
    made = draw(free, qtbot, Tool.TREND)
    assert free.drawing.context(PLACES[0], QPointF(9, 9))
    names = {action.text(): action for action in free.drawing.menu.actions()}
    names["Lock"].trigger()
    free.drawing.menu.close()
    locked = free.drawing.book.get(made.number)
    assert locked.locked
    drag(free, qtbot, PLACES[0], PLACES[0] + QPoint(50, 50))
    free.drawing.selected = made.number
    qtbot.keyClick(free.canvas, Qt.Key.Key_Delete)
    free.drawing.book.remove_all()
    assert free.drawing.book.get(made.number) == locked


def test_style_and_hiding_change_the_picture_and_can_be_taken_back(free, qtbot) -> None:
    draw(free, qtbot, Tool.TREND)
    free.drawing.context(PLACES[0], QPointF(9, 9))
    menu = free.drawing.menu
    names = {action.text(): action for action in menu.actions()}
    names["Colour"].menu().actions()[2].trigger()
    names["Width"].menu().actions()[2].trigger()
    menu.close()
    assert (free.drawing.book.all[0].colour, free.drawing.book.all[0].width) == (2, 3)
    free.drawing.book.put(replace(free.drawing.book.all[0], hidden=True))
    assert free.drawing.at(PLACES[0]) is None
    free.drawing.book.show_all()
    assert free.drawing.at(PLACES[0]) is not None


def test_while_one_draws_no_order_is_taken_hold_of(free, qtbot) -> None:
    order = an_order(12)
    free._state.orders[order.key] = order
    free.on_orders_changed()
    paint(free)
    row = free.canvas.view.prices.y_of(187.2)
    free.drawing.choose(Tool.TREND)
    click(free, qtbot, QPoint(300, row))
    assert free.trading._drag is None
    click(free, qtbot, QPoint(400, row + 20))
    assert len(free.drawing.book.all) == 1


# ---- keeping ---------------------------------------------------------------------------------


def test_drawings_are_kept_at_once_for_their_contract_and_come_back(
    free, qtbot, commands, tmp_path
) -> None:
    msft = CON_IDS["MSFT"]
    free._state.details[msft] = a_contract("MSFT")
    free.use_drawings(DrawingFiles(tmp_path / "drawings"))
    made = draw(free, qtbot, Tool.RETRACEMENT)

    other = ChartPanel(free._state, commands)  # as after a crash: nothing was closed
    qtbot.addWidget(other)
    other.use_drawings(DrawingFiles(tmp_path / "drawings"))
    other.show_contract(AAPL, "AAPL")
    assert [each.points for each in other.drawing.book.all] == [made.points]
    other.show_contract(msft, "MSFT")
    assert other.drawing.book.all == ()
    other.show_contract(AAPL, "AAPL")
    assert len(other.drawing.book.all) == 1


def test_drawings_wait_for_a_contract_that_is_not_known_yet(qtbot, panel, tmp_path) -> None:
    files = DrawingFiles(tmp_path)
    files.save(str(AAPL), [finished(Tool.HORIZONTAL, (Point(1e9, 187.0),)).plain()])
    details = panel._state.details.pop(AAPL)
    panel.use_drawings(files)
    panel.show_contract(AAPL, "AAPL")
    assert panel.drawing.book.all == ()
    panel._state.details[AAPL] = details
    panel.contract_known(AAPL)
    assert len(panel.drawing.book.all) == 1


def test_futures_share_the_drawings_of_their_root() -> None:
    march = Contract(con_id=ConId(1), symbol="ES", sec_type="FUT", exchange="CME")
    june = replace(march, con_id=ConId(2), local_symbol="ESM6")
    assert drawing_key(march) == drawing_key(june) == "FUT-ES-CME-USD"
    assert drawing_key(a_contract().contract) == str(AAPL)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version": 1, "drawings": 3}', b"\xff"])
def test_a_file_that_cannot_be_read_is_set_aside(tmp_path, content, caplog) -> None:
    (tmp_path / "7.json").write_bytes(content)
    caplog.set_level("INFO")
    files = DrawingFiles(tmp_path)
    assert files.load("7") == []
    assert (tmp_path / "7.damaged").read_bytes() == content
    assert "cannot be read" in caplog.text


@pytest.mark.parametrize("key", ["", "../x", "a/b", "x" * 99, "."])
def test_a_key_never_leaves_its_folder(tmp_path, key) -> None:
    files = DrawingFiles(tmp_path / "drawings")
    files.save(key, [])
    assert files.load(key) == []
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "entry",
    [
        None,
        3,
        {},
        {"tool": "trend"},
        {"tool": "trend", "points": [[1, 2]]},
        {"tool": "trend", "points": [[1, 2], [3, "x"]]},
        {"tool": "trend", "points": [[1, 2], [3, float("nan")]]},
        {"tool": "nonsense", "points": [[1, 2], [3, 4]]},
        {"tool": [], "points": 5},
    ],
)
def test_a_drawing_that_is_not_understood_is_left_out(entry) -> None:
    book = DrawingBook(lambda: None)
    good = finished(Tool.TREND, (Point(1.0, 2.0), Point(3.0, 4.0))).plain()
    book.open([entry, good])
    assert book.plain() == [good]


def test_a_book_takes_so_many_drawings_and_steps_back() -> None:
    changes = []
    book = DrawingBook(lambda: changes.append(1))
    for number in range(520):
        book.add(finished(Tool.HORIZONTAL, (Point(0.0, float(number)),)))
    assert len(book.all) == 500
    assert len(changes) == 500
    while book.can_undo:
        book.undo()
    assert len(book.all) == 400


# ---- figures ---------------------------------------------------------------------------------


def test_levels_are_shares_of_the_move(free) -> None:
    view = free.canvas.view
    start, end = view.bars.time(500), view.bars.time(560)
    drawn = finished(Tool.RETRACEMENT, (Point(start, 180.0), Point(end, 190.0)))
    said = [label.content for label in shape_of(drawn, view).labels]
    assert said[0] == "0.0 %  190.00"
    assert said[2] == "38.2 %  186.18"
    assert said[-1] == "100.0 %  180.00"
    points = (Point(start, 180.0), Point(end, 190.0), Point(end, 186.0))
    said = [label.content for label in shape_of(finished(Tool.EXTENSION, points), view).labels]
    assert "161.8 %  202.18" in said


@pytest.mark.parametrize(("tool", "sign"), [(Tool.LONG, 1), (Tool.SHORT, -1)])
def test_a_position_has_its_stop_on_the_right_side_and_twice_the_risk_as_target(
    free, tool, sign
) -> None:
    view = free.canvas.view
    times = view.bars.time(500), view.bars.time(560)
    for stop in (186.0, 188.0):  # whichever side was clicked
        drawn = finished(tool, (Point(times[0], 187.0), Point(times[1], stop)))
        assert [p.price for p in drawn.points] == [187.0, 187.0 - sign, 187.0 + 2 * sign]
    assert shape_of(drawn, view).labels[1].content.endswith("2.00 R")


def test_a_measure_tells_price_share_and_bars(free) -> None:
    view = free.canvas.view
    drawn = finished(
        Tool.MEASURE, (Point(view.bars.time(500), 180.0), Point(view.bars.time(530), 189.0))
    )
    assert shape_of(drawn, view).labels[0].content == "+9.00  ▲ +5.00 %  30 bars"


def test_a_chart_without_bars_takes_no_drawing(panel, commands, qtbot) -> None:
    panel.drawing.choose(Tool.TREND)
    click(panel, qtbot, PLACES[0])
    assert panel.drawing.book.all == ()
    panel.show_contract(AAPL, "AAPL")
    commands.answer(FollowBars, answer(*bars(0, 3)))
    paint(panel)
