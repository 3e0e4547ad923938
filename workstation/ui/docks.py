"""The docks: where the panels stand at first, and how they come back."""

from itertools import pairwise

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from workstation.ui.live_panel import LivePanel

_AREA = Qt.DockWidgetArea
_FEATURE = QDockWidget.DockWidgetFeature

BELOW = ("orders", "positions", "executions", "account", "risk", "news", "log")
"""Docks that share the place below, as tabs in this order."""


class PanelDock(QDockWidget):
    """A dock that tells its panel whether it stands in front."""

    def __init__(self, title: str, panel: QWidget, window: QMainWindow) -> None:
        super().__init__(title, window)
        self._panel = panel
        self.setWidget(panel)
        panel.setAutoFillBackground(True)  # else each change repaints dock and window below it
        self.visibilityChanged.connect(self._on_visibility_changed)

    @Slot(bool)
    def _on_visibility_changed(self, in_front: bool) -> None:  # noqa: FBT001 -- Qt's signature
        if isinstance(self._panel, LivePanel):
            self._panel.set_in_front(in_front=in_front)


class Docks:
    """The docks of the main window, by name."""

    def __init__(self, window: QMainWindow, panels: dict[str, tuple[str, QWidget]]) -> None:
        self._window = window
        self.by_name: dict[str, QDockWidget] = {}
        self.is_locked = False
        window.setDockNestingEnabled(True)
        window.setDockOptions(
            QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks
        )
        window.setCorner(Qt.Corner.BottomLeftCorner, _AREA.BottomDockWidgetArea)
        window.setCorner(Qt.Corner.BottomRightCorner, _AREA.RightDockWidgetArea)
        window.setCorner(Qt.Corner.TopRightCorner, _AREA.RightDockWidgetArea)
        window.setTabPosition(
            _AREA.AllDockWidgetAreas, window.tabPosition(_AREA.TopDockWidgetArea).North
        )
        for name, (title, panel) in panels.items():
            dock = PanelDock(title, panel, window)
            dock.setObjectName(f"dock_{name}")
            self.by_name[name] = dock

    def place_all(self) -> None:
        """Put every dock where it stands at first."""
        docks, window = self.by_name, self._window
        for dock in docks.values():
            dock.setFloating(False)
            window.removeDockWidget(dock)
        across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        watchlist, chart = docks["watchlist"], docks["chart"]
        depth, tape, ticket = docks["depth"], docks["tape"], docks["ticket"]
        window.addDockWidget(_AREA.LeftDockWidgetArea, watchlist)
        window.splitDockWidget(watchlist, chart, across)
        window.splitDockWidget(chart, depth, across)
        window.splitDockWidget(depth, tape, down)
        window.addDockWidget(_AREA.RightDockWidgetArea, ticket)
        below = [docks[name] for name in BELOW]
        window.addDockWidget(_AREA.BottomDockWidgetArea, below[0])
        for left, right in pairwise(below):
            window.tabifyDockWidget(left, right)
        for dock in docks.values():
            dock.show()
        below[0].raise_()
        self._share_room()

    def _share_room(self) -> None:
        """Give each dock its part of the window; the chart takes what a large screen has more."""
        docks, window = self.by_name, self._window
        width, height = max(1000, window.width()), max(600, window.height())
        is_small = width < 1600
        ticket, book, list_width = (284, 352, 272) if is_small else (340, 420, 562)
        chart = width - ticket - book - list_width
        below = 222 if height < 900 else 320
        across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        window.resizeDocks(
            [docks[name] for name in ("watchlist", "chart", "depth", "ticket")],
            [list_width, chart, book, ticket],
            across,
        )
        above = height - below - 110
        window.resizeDocks([docks["watchlist"], docks["orders"]], [above, below], down)
        window.resizeDocks([docks["depth"], docks["tape"]], [above // 2, above // 2], down)

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

    def set_locked(self, *, locked: bool) -> None:
        """Let docks be moved, floated and closed, or hold them where they are."""
        self.is_locked = locked
        free = _FEATURE.DockWidgetClosable | _FEATURE.DockWidgetMovable
        free |= _FEATURE.DockWidgetFloatable
        for dock in self.by_name.values():
            dock.setFeatures(_FEATURE.NoDockWidgetFeatures if locked else free)
            dock.toggleViewAction().setEnabled(not locked)
