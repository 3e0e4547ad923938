"""How a layout keeps grids and docks of charts, and how one that is broken or old is read."""

import json
from typing import Any

from PySide6.QtCore import QCoreApplication

from tests.qt.conftest import Stage, clock
from tests.qt.fakes import CON_IDS, FakeCommands
from tests.qt.grid_rig import at_once, grid, pinned
from tests.qt.test_chart_panel import paint
from workstation.ui.chart.chart_link import Link
from workstation.ui.chart.grid_picker import Shape
from workstation.ui.main_window import MainWindow

MSFT, TSLA = CON_IDS["MSFT"], CON_IDS["TSLA"]
__all__ = ["at_once", "grid"]  # fixtures


# ---- layouts ---------------------------------------------------------------------------------


def laid_out(ready: Stage) -> dict[str, Any]:
    window = ready.window
    window.board.chart_grid.set_shape(Shape(2, 3))
    pinned(ready, window.board.chart_grid.cells[4], "MSFT", Link.GREEN)
    opened = window.chart_docks.open_contract(TSLA, "TSLA")
    opened.set_shape(Shape(1, 2))
    QCoreApplication.processEvents()
    state: dict[str, Any] = json.loads(json.dumps(window.layout_state()))
    return state


def test_a_layout_brings_every_chart_back(grid, ready, qtbot) -> None:
    laid_out(ready)
    grid._area.setSizes([200, 100])
    grid._rows[0].setSizes([150, 200, 300])
    saved = json.loads(json.dumps(ready.window.layout_state()))
    other = MainWindow(FakeCommands(), read_only=False, symbols=(), clock=clock)
    qtbot.addWidget(other)

    assert other.restore_layout(saved)
    other.resize(1600, 900)

    again = other.board.chart_grid
    assert again.shape == Shape(2, 3)
    assert [cell.link for cell in again.cells].count(Link.GREEN) == 1
    assert (again.cells[4].panel.con_id, again.cells[4].panel.symbol) == (MSFT, "MSFT")
    sizes = [cell.panel.data.timeframe.name for cell in again.cells]
    assert sizes == [cell.panel.data.timeframe.name for cell in grid.cells]
    opened = other.chart_docks.extra["chart_2"]
    assert [cell.panel.con_id for cell in opened.cells] == [TSLA, TSLA]
    assert json.loads(json.dumps(other.arrangement()))["charts"] == saved["charts"]
    assert not other.docks.by_name["chart_2"].isHidden()
    other.show()
    other.docks.focus("chart")

    def is_as_saved() -> bool:
        heights, widths = again._area.sizes(), again._rows[0].sizes()
        return heights[0] > 1.5 * heights[1] and widths[0] < widths[2]

    qtbot.waitUntil(is_as_saved)
    assert not any(cell.panel.replay.holder.isVisible() for cell in again.cells)


def test_room_shared_by_hand_stays_as_it_is(grid, ready, qtbot) -> None:
    saved = laid_out(ready)
    saved["charts"]["main"]["heights"] = [100, 100]
    assert ready.window.restore_layout(saved)
    ready.window.resize(1600, 900)
    qtbot.waitUntil(lambda: abs(grid._area.sizes()[0] - grid._area.sizes()[1]) < 10)

    grid._area.moveSplitter(grid._area.height() * 2 // 3, 1)
    ready.window.resize(1610, 910)
    QCoreApplication.processEvents()
    heights = grid._area.sizes()
    assert heights[0] > 1.5 * heights[1]


def test_a_layout_of_an_older_version_has_one_chart(grid, ready) -> None:
    saved = laid_out(ready)
    del saved["charts"]
    saved["chart"] = {"size": "15m", "style": "line"}

    assert ready.window.restore_layout(saved)

    assert len(grid.cells) == 1
    assert ready.window.chart_docks.extra == {}
    assert grid.cells[0].panel.data.timeframe.name == "15m"
    assert grid.cells[0].link is Link.WINDOW


BROKEN = [
    7,
    {"main": 3, "more": []},
    {"main": {"shape": [4, 99], "cells": 5}, "more": {"chart_77": {}, "orders": {}, "": 1}},
    {"main": {"shape": [2, 2], "cells": [None, {"link": ["x"]}, {"size": 9}], "active": 44}},
    {"main": {"shape": [1, 2], "cells": [{"link": "own", "con_id": True, "symbol": 4}] * 9}},
    {"main": {"shape": [1, 2], "heights": [0], "widths": [[-1, 10**30]], "active": -1}},
    {"main": {"shape": [True, 2]}, "more": {"chart_2": None, "chart_3": {"cells": [{}]}}},
    {"main": {"cells": [{"link": "own", "con_id": 10**30}], "active": "x", "alone": True}},
]


def test_broken_charts_of_a_layout_are_as_new(grid, ready) -> None:
    saved = ready.window.layout_state()
    for charts in BROKEN:
        saved["charts"] = charts

        assert ready.window.restore_layout(saved)

        assert 1 <= len(grid.cells) <= 16
        assert len(grid.cells) == grid.shape.count
        assert grid.active in grid.cells
        assert set(ready.window.chart_docks.extra) <= {"chart_2", "chart_3"}
        for cell in grid.cells:
            paint(cell.panel)


def test_the_default_layout_has_one_chart_and_a_named_one_brings_all_back(grid, ready) -> None:
    laid_out(ready)
    window = ready.window
    window.layouts.save_as("Charts")

    window.menu.layouts.choose("Default")
    assert len(grid.cells) == 1
    assert window.chart_docks.extra == {}
    window.menu.layouts.choose("Charts")

    assert len(grid.cells) == 6
    assert list(window.chart_docks.extra) == ["chart_2"]
