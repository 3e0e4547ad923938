"""The docks: where the panels stand at first, and how they come back."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

_AREA = Qt.DockWidgetArea


class Docks:
    """The five docks of the main window, by name."""

    def __init__(self, window: QMainWindow, panels: dict[str, tuple[str, QWidget]]) -> None:
        self._window = window
        self.by_name: dict[str, QDockWidget] = {}
        window.setDockNestingEnabled(True)
        window.setDockOptions(
            QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks
        )
        window.setCorner(Qt.Corner.BottomRightCorner, _AREA.RightDockWidgetArea)
        window.setCorner(Qt.Corner.TopRightCorner, _AREA.RightDockWidgetArea)
        window.setTabPosition(
            _AREA.AllDockWidgetAreas, window.tabPosition(_AREA.TopDockWidgetArea).North
        )
        for name, (title, panel) in panels.items():
            dock = QDockWidget(title, window)
            dock.setObjectName(f"dock_{name}")
            dock.setWidget(panel)
            self.by_name[name] = dock

    def place_all(self) -> None:
        """Put every dock where it stands at first."""
        docks, window = self.by_name, self._window
        for dock in docks.values():
            dock.setFloating(False)
            window.removeDockWidget(dock)
        vertical = Qt.Orientation.Vertical
        watchlist, orders, positions = docks["watchlist"], docks["orders"], docks["positions"]
        window.addDockWidget(_AREA.LeftDockWidgetArea, watchlist)
        window.addDockWidget(_AREA.RightDockWidgetArea, docks["ticket"])
        window.splitDockWidget(watchlist, orders, vertical)
        window.splitDockWidget(orders, positions, vertical)
        window.tabifyDockWidget(positions, docks["log"])
        for dock in docks.values():
            dock.show()
        positions.raise_()
        window.resizeDocks([watchlist, orders, positions], [300, 230, 230], vertical)
        width = max(800, window.width())
        window.resizeDocks(
            [watchlist, docks["ticket"]], [width - 350, 350], Qt.Orientation.Horizontal
        )

    def focus(self, name: str) -> None:
        """Show a dock, bring it to the front and put the cursor into it."""
        dock = self.by_name[name]
        dock.show()
        dock.raise_()
        if dock.isFloating():
            dock.activateWindow()
        widget = dock.widget()
        if widget is not None:
            (widget.focusProxy() or widget).setFocus()
