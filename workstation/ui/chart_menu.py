"""View > Charts: more charts, their grid, and the way from one to the next."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from workstation.ui.actions import Menus
from workstation.ui.chart.grid_picker import SHAPES, Shape, shape_icon
from workstation.ui.chart_docks import MOST_DOCKS, ChartDocks
from workstation.ui.models.quotes import WatchRow


class ChartMenu(QObject):
    """Acts on the charts the user turned to last. GUI thread."""

    def __init__(self, menu: QMenu, menus: Menus, docks: ChartDocks) -> None:
        super().__init__(menu)
        self._docks = docks
        self.new = menus.add(menu, "new_chart", "&New chart", self._on_new, "Ctrl+N")
        self.close = menus.add(menu, "close_chart", "C&lose chart", docks.close_active, "Ctrl+W")
        self.grid = menu.addMenu("&Grid")
        for shape in SHAPES:
            action = self.grid.addAction(shape_icon(shape), shape.words)
            action.setData(shape)
            action.setCheckable(True)
        self.grid.aboutToShow.connect(self._on_grid_opening)
        self.grid.triggered.connect(self._on_shape_chosen)
        menu.addSeparator()
        menus.add(menu, "chart_symbol", "&Symbol of the chart…", docks.ask_symbol, "Ctrl+Shift+Y")
        menus.add(menu, "next_chart", "Ne&xt chart", docks.next, "F6")
        menus.add(menu, "previous_chart", "&Previous chart", docks.previous, "Shift+F6")
        alone = "&Only the active chart, or all"
        menus.add(menu, "chart_alone", alone, docks.toggle_alone, "Ctrl+F6")
        menu.aboutToShow.connect(self._on_opening)

    @Slot()
    def _on_opening(self) -> None:
        docks = self._docks
        full = f"&New chart — {MOST_DOCKS + 1} are open"
        self.new.setText("&New chart" if docks.has_room else full)
        stays = "C&lose chart — the window's own stays"
        self.close.setText(stays if docks.active is docks.main else "C&lose chart")

    @Slot()
    def _on_grid_opening(self) -> None:
        for action in self.grid.actions():
            action.setChecked(action.data() == self._docks.active.shape)

    @Slot(QAction)
    def _on_shape_chosen(self, action: QAction) -> None:
        shape = action.data()
        if isinstance(shape, Shape):
            self._docks.active.set_shape(shape)

    @Slot()
    def _on_new(self) -> None:
        self._docks.open()

    @Slot(object)
    def on_chart_requested(self, row: WatchRow) -> None:
        """Open a chart of a row of the watchlist."""
        if row.con_id is not None:
            self._docks.open_contract(row.con_id, row.symbol)
