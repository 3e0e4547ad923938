"""Templates of charts: saved, applied, the default of a kind of contract, read with distrust."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from tests.qt.conftest import Stage
from tests.qt.fakes import CON_IDS, a_contract
from tests.qt.grid_rig import at_once, fed, grid
from workstation.app.template_file import FILE, TemplateFile
from workstation.domain.contract import Contract
from workstation.domain.ids import ConId
from workstation.domain.messages import ContractKnown
from workstation.indicators.library import load_library
from workstation.ui.chart.chart_cell import ChartCell
from workstation.ui.chart.grid_picker import Shape
from workstation.ui.chart.settings import Style
from workstation.ui.chart.templates import LARGEST, MOST_TEMPLATES, Templates, kind_of

__all__ = ["at_once", "grid"]  # fixtures

LIBRARY = load_library()
LOOK = {
    "size": "15m",
    "style": "line",
    "zone": "utc",
    "log": True,
    "regular_only": True,
    "show": "MIDPOINT",
    "studies": [{"key": "SMA", "timeperiod": 50.0}, {"key": "RSI", "timeperiod": 7.0}],
}


@pytest.fixture
def cell(grid, ready: Stage, tmp_path: Path) -> ChartCell:
    charts = ready.window.board.charts
    charts.use_indicators(lambda: LIBRARY)
    charts.templates.use_store(TemplateFile(tmp_path))
    fed(ready)
    cell: ChartCell = grid.cells[0]
    cell.panel.restore_chart(LOOK)
    fed(ready)
    return cell


def entries(menu: QMenu) -> list[QAction]:
    found: list[QAction] = []
    for action in menu.actions():
        branch = action.menu()
        found += entries(branch) if isinstance(branch, QMenu) else [action]
    return found


def choose(cell: ChartCell, what: str, about: object = "") -> None:
    menu = cell.templates.menu
    menu.aboutToShow.emit()
    action = next(each for each in entries(menu) if each.data() == (what, about))
    menu.triggered.emit(action)


def save(cell: ChartCell, qtbot, name: str, what: str = "save") -> None:
    choose(cell, what)
    dialog = cell.templates.dialog
    assert dialog is not None
    qtbot.keyClicks(dialog.edit, name)
    qtbot.keyClick(dialog.edit, Qt.Key.Key_Return)


def look_of(cell: ChartCell) -> dict[str, object]:
    return cell.panel.chart_state()


def test_a_template_is_saved_and_applied_to_another_chart(cell, grid, ready, qtbot) -> None:
    wanted = look_of(cell)
    save(cell, qtbot, "Trend")
    save(cell, qtbot, "Trend 15", "save sized")
    grid.set_shape(Shape(1, 2))
    other = grid.cells[1]
    other.panel.restore_chart({"size": "5m"})
    fed(ready)
    assert other.panel.chart_state() == {"size": "5m"}

    choose(other, "apply", "Trend")

    assert look_of(other) == {**wanted, "size": "5m"}
    assert other.panel.canvas.view.settings.style is Style.LINE
    choose(other, "apply", "Trend 15")
    assert look_of(other) == wanted


def test_a_template_keeps_the_colours_of_indicators(cell, grid, ready, qtbot) -> None:
    studies = cell.panel.canvas.view.studies
    menu = cell.panel.study_menu.menu
    menu.aboutToShow.emit()
    pink = next(each for each in entries(menu) if each.data() == ("colour", (studies.all[0], 6)))
    menu.triggered.emit(pink)
    studies.remove(studies.all[1])
    studies.add("EMA", {})
    save(cell, qtbot, "Pink")
    cell.panel.restore_chart({"size": "5m"})
    fed(ready)

    assert cell.panel.canvas.view.studies.all == []
    choose(cell, "apply", "Pink")
    fed(ready)

    assert [study.colour for study in cell.panel.canvas.view.studies.all] == [6, 1]
    broken = [{"key": "SMA", "colour": bad} for bad in (-1, "x", None, 10**9)]
    cell.panel.restore_chart({"size": "5m", "studies": broken})
    fed(ready)
    assert [study.colour for study in cell.panel.canvas.view.studies.all] == [0, 1, 2, 3]


def test_what_is_of_the_contract_stays_when_a_template_is_applied(cell, ready, qtbot) -> None:
    save(cell, qtbot, "Trend")
    cell.panel.extras.comparison.add("SPY")
    saved_with = cell.panel.chart_state()
    assert saved_with["compare"] == ["SPY"]
    save(cell, qtbot, "With")

    choose(cell, "apply", "Trend")

    assert cell.panel.chart_state()["compare"] == ["SPY"]
    kept = ready.window.board.charts.templates.get("With")
    assert kept is not None
    assert "compare" not in kept
    assert "size" not in kept


def test_a_new_chart_begins_as_the_default_of_its_kind(cell, ready, qtbot) -> None:
    save(cell, qtbot, "Shares")
    choose(cell, "default", ("STK", "Shares"))
    docks = ready.window.chart_docks

    opened = docks.open_contract(CON_IDS["TSLA"], "TSLA").cells[0]

    assert opened.panel.canvas.view.settings.style is Style.LINE
    euro = Contract(con_id=ConId(5000), symbol="EUR", sec_type="CASH", exchange="IDEALPRO")
    later = docks.open_contract(ConId(5000), "EUR").cells[0]
    assert later.panel.canvas.view.settings.style is Style.CANDLES
    ready.events(ContractKnown(replace(a_contract(), contract=euro)))
    assert later.panel.canvas.view.settings.style is Style.CANDLES
    choose(cell, "default", ("CASH", "Shares"))
    known = docks.open_contract(ConId(5000), "EUR").cells[0]
    assert known.panel.canvas.view.settings.style is Style.LINE
    choose(cell, "default", ("STK", ""))
    plain = docks.open_contract(CON_IDS["TSLA"], "TSLA").cells[0]
    assert plain.panel.canvas.view.settings.style is Style.CANDLES


def test_a_chart_that_waits_for_its_contract_begins_as_the_default_then(cell, ready, qtbot) -> None:
    save(cell, qtbot, "Money")
    choose(cell, "default", ("CASH", "Money"))
    opened = ready.window.chart_docks.open_contract(ConId(5000), "EUR").cells[0]
    assert opened.panel.canvas.view.settings.style is Style.CANDLES

    euro = Contract(con_id=ConId(5000), symbol="EUR", sec_type="CASH", exchange="IDEALPRO")
    ready.events(ContractKnown(replace(a_contract(), contract=euro)))

    assert opened.panel.canvas.view.settings.style is Style.LINE


def test_every_chart_of_a_grid_takes_a_template_and_keeps_its_size(cell, grid, qtbot) -> None:
    save(cell, qtbot, "Trend", "save sized")
    cell.panel.restore_chart({"size": "5m"})
    grid.set_shape(Shape(2, 2))
    sizes = [each.panel.data.timeframe for each in grid.cells]

    choose(grid.cells[2], "grid", "Trend")

    assert {each.panel.canvas.view.settings.style for each in grid.cells} == {Style.LINE}
    assert [each.panel.data.timeframe for each in grid.cells] == sizes


def test_all_open_charts_take_a_template_those_of_other_docks_too(cell, grid, ready) -> None:
    grid.set_shape(Shape(1, 2))
    elsewhere = ready.window.board.charts.new_cell()
    elsewhere.panel.restore_chart({"size": "1h"})
    cell.templates._templates.save("Mine", {"style": "line", "size": "1D"})
    cell.panel.restore_chart({"size": "5m"})
    choose(cell, "all", "Mine")
    for each in (*grid.cells, elsewhere):
        assert each.panel.canvas.view.settings.style is Style.LINE
    assert elsewhere.panel.data.timeframe.name == "1h"


def test_a_changed_default_is_offered_to_the_open_charts_of_its_kind(cell, grid, ready) -> None:
    offer, templates = ready.window.board.charts.offer, ready.window.board.charts.templates
    templates.save("Mine", {"style": "ohlc"})
    choose(cell, "default", ("FUT", "Mine"))
    assert offer.dialog is None, "no chart shows a future"

    choose(cell, "default", ("STK", "Mine"))
    assert "1 open chart of stocks and funds" in offer.dialog.words.text()
    assert cell.panel.canvas.view.settings.style is Style.LINE
    offer.dialog.leave_button.click()
    assert cell.panel.canvas.view.settings.style is Style.LINE

    choose(cell, "default", ("STK", "Mine"))
    offer.dialog.apply_button.click()
    assert cell.panel.canvas.view.settings.style is Style.OHLC
    assert cell.panel.data.timeframe.name == "15m"
    choose(cell, "default", ("STK", "Mine"))
    assert offer.dialog is None, "every chart looks so already"


def test_a_default_that_is_saved_over_is_offered_too_but_not_to_a_chart_that_replays(
    cell, grid, ready
) -> None:
    charts = ready.window.board.charts
    charts.templates.save("Mine", {"style": "ohlc"})
    charts.templates.set_default("STK", "Mine")
    grid.set_shape(Shape(1, 2))
    fed(ready)
    first, second = grid.cells
    second.panel.replay.begin(second.panel.feed.bars.end - 20)
    assert second.panel.replay.is_on
    first.panel.restore_chart({"size": "5m", "style": "area"})
    choose(first, "over", "Mine")
    assert charts.offer.dialog is None, "the one has it, the other replays"
    second.panel.replay.end()
    choose(first, "over", "Mine")
    assert "1 open chart" in charts.offer.dialog.words.text()


def test_templates_are_saved_over_renamed_and_deleted(cell, ready, qtbot) -> None:
    templates = ready.window.board.charts.templates
    save(cell, qtbot, "One")
    save(cell, qtbot, "Two")
    choose(cell, "default", ("STK", "One"))
    cell.panel.restore_chart({"size": "5m", "style": "area"})
    choose(cell, "over", "One")
    assert templates.get("One") == {"style": "area"}

    choose(cell, "rename", "One")
    dialog = cell.templates.dialog
    dialog.edit.selectAll()
    qtbot.keyClicks(dialog.edit, "Two")
    qtbot.keyClick(dialog.edit, Qt.Key.Key_Return)
    assert templates.names == ["One", "Two"]
    assert "Not renamed" in cell.panel.orders.strip.headline.text()
    assert templates.rename("One", "Uno")
    assert templates.default_name("STK") == "Uno"
    choose(cell, "delete", "Uno")
    assert templates.names == ["Two"]
    assert templates.default_name("STK") == ""


def test_templates_outlive_the_program_and_two_programs_share_them(qapp, tmp_path: Path) -> None:
    one, two = Templates(), Templates()
    for each in (one, two):
        each.use_store(TemplateFile(tmp_path))
    assert one.save("  Trend\n", {"style": "line"})
    one.set_default("FUT", "Trend")
    assert two.save("Other", {"style": "area"})

    again = Templates()
    again.use_store(TemplateFile(tmp_path))

    assert again.names == ["Trend", "Other"]
    assert again.default("CONTFUT") == {"style": "line"}
    assert again.default("STK") is None
    assert kind_of("BAG") == ""
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_a_file_that_cannot_be_read_is_set_aside(qapp, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{broken", encoding="utf-8")
    templates = Templates()
    templates.use_store(TemplateFile(tmp_path))
    assert templates.names == []
    assert templates.save("New", {"style": "line"})
    assert (tmp_path / FILE).with_suffix(".damaged").read_text(encoding="utf-8") == "{broken"


@pytest.mark.parametrize(
    "state",
    [
        {"templates": 4, "defaults": "x"},
        {"templates": {"": {}, "A": 3, "B": {"style": "x" * LARGEST}}, "defaults": {"STK": "A"}},
        {"templates": [], "defaults": {"XXX": "A", "STK": ["A"]}},
        {"templates": {"x" * 400: {}}, "defaults": {"STK": None}},
    ],
)
def test_broken_templates_are_left_out(qapp, tmp_path: Path, state) -> None:
    (tmp_path / FILE).write_text(json.dumps(state), encoding="utf-8")
    templates = Templates()
    templates.use_store(TemplateFile(tmp_path))

    assert all(len(name) <= 40 for name in templates.names)
    assert templates.default("STK") is None


def test_there_is_an_end_to_templates(qapp) -> None:
    templates = Templates()
    assert all(templates.save(f"T{number}", {}) for number in range(MOST_TEMPLATES))
    assert not templates.save("One more", {})
    assert templates.save("T5", {"style": "line"})
    assert not templates.save("T6", {"studies": ["x" * LARGEST]})
    assert not templates.save(" ", {})
    assert templates.get("T6") == {}
