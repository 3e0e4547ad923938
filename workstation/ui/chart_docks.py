"""Charts in docks of their own: opened, closed, and remembered by a layout."""

from PySide6.QtCore import QObject, Slot

from workstation.domain.ids import ConId
from workstation.ui.chart.chart_cell import ChartCell
from workstation.ui.chart.chart_grid import SINGLE, ChartGrid
from workstation.ui.chart.chart_link import Link
from workstation.ui.charts import Charts
from workstation.ui.docks import CHART, Docks

MOST_DOCKS = 8
"""Docks of charts besides the one that is always there."""


class ChartDocks(QObject):
    """Opens a dock for each further chart, which may become a grid. GUI thread."""

    def __init__(self, charts: Charts, main: ChartGrid, docks: Docks) -> None:
        super().__init__(docks)
        self.charts, self.main, self._docks = charts, main, docks
        self.extra: dict[str, ChartGrid] = {}
        self.active = main
        """The grid the user turned to last."""

        main.activated.connect(self._on_activated)
        docks.chart_closed.connect(self._on_closed)

    @property
    def grids(self) -> list[ChartGrid]:
        """Return every grid of charts, that of the window first."""
        return [self.main, *self.extra.values()]

    @property
    def has_room(self) -> bool:
        """Whether one more chart can be opened."""
        return len(self.extra) < MOST_DOCKS

    @Slot()
    def open(self) -> ChartGrid | None:
        """Open a chart that follows the window's symbol; None where there are too many."""
        grid = self._open()
        if grid is not None:
            self.charts.begin_as_default(grid.active)
        return grid

    def _open(self) -> ChartGrid | None:
        numbers = range(2, MOST_DOCKS + 2)
        names = (f"{CHART}_{number}" for number in numbers)
        name = next((each for each in names if each not in self.extra), None)
        if name is None:
            return None
        grid = self._add(name)
        self._docks.focus(name)
        return grid

    def open_contract(self, con_id: ConId, symbol: str) -> ChartGrid | None:
        """Open a chart of a contract, which stays whatever the window shows."""
        grid = self._open()
        if grid is not None:
            grid.active.use_link(Link.OWN)
            grid.active.show_contract(con_id, symbol)
            self.charts.begin_as_default(grid.active)
            self.charts.turn_to(grid.active)
        return grid

    def _add(self, name: str) -> ChartGrid:
        grid = ChartGrid(self.charts)
        grid.activated.connect(self._on_activated)
        self.extra[name] = grid
        self._docks.add_chart(name, f"Chart {name.removeprefix(CHART + '_')}", grid)
        return grid

    @Slot(object)
    def _on_closed(self, name: str) -> None:
        grid = self.extra.pop(name, None)
        if grid is not None:
            if self.active is grid:
                self.active = self.main
            grid.clear()
            self._docks.remove_chart(name)

    @Slot(object)
    def _on_activated(self, cell: ChartCell) -> None:
        grid = self.sender()
        if isinstance(grid, ChartGrid):
            self.active = grid
            self.charts.turn_to(cell)

    # -- keys and menus -----------------------------------------------------------------------

    @Slot()
    def next(self) -> None:
        """Turn to the next chart of the grid."""
        self.active.step(1)

    @Slot()
    def previous(self) -> None:
        """Turn to the chart before."""
        self.active.step(-1)

    @Slot()
    def toggle_alone(self) -> None:
        """Show only the active chart of its grid, or all of them again."""
        self.active.toggle_alone()

    @Slot()
    def ask_symbol(self) -> None:
        """Let the user type the symbol of the active chart."""
        self.active.active.ask_symbol()

    @Slot()
    def close_active(self) -> None:
        """Close the dock of the active chart; that of the window stays."""
        for name, grid in tuple(self.extra.items()):
            if grid is self.active:
                self._on_closed(name)

    # -- what a layout remembers --------------------------------------------------------------

    def plain(self) -> dict[str, object]:
        """Return every chart, ready for JSON."""
        return {
            "main": self.main.plain(),
            "more": {name: grid.plain() for name, grid in self.extra.items()},
        }

    def restore(self, state: object, first: object) -> None:
        """Take plain() back; `first` is the only chart of a layout that knows no others.

        Docks are made, not placed: whoever places docks does that after.
        """
        known = state if isinstance(state, dict) else {}
        main, more = known.get("main"), known.get("more")
        wanted = more if isinstance(more, dict) else {}
        names = [f"{CHART}_{number}" for number in range(2, MOST_DOCKS + 2)]
        for name in tuple(self.extra):
            if name not in wanted:
                self._on_closed(name)
        self.main.restore(main if isinstance(main, dict) else {"cells": [first]})
        for name in names:
            if name in wanted:
                grid = self.extra[name] if name in self.extra else self._add(name)
                grid.restore(wanted[name])

    def reset(self) -> None:
        """Close what was opened; the window's chart keeps its settings and stands alone."""
        for name in tuple(self.extra):
            self._on_closed(name)
        self.main.set_shape(SINGLE)
