"""The docks: where the panels stand at first, and how they come back."""

from itertools import pairwise

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget
from typing_extensions import override

from workstation.ui.live_panel import LivePanel

_AREA = Qt.DockWidgetArea
_FEATURE = QDockWidget.DockWidgetFeature

BELOW = (
    "orders",
    "positions",
    "rules",
    "executions",
    "quality",
    "history",
    "account",
    "risk",
    "news",
    "log",
    "connection",
    "broker_limits",
)
"""Docks that share the place below, as tabs in this order."""

CHART = "chart"
"""The dock of the window's chart; those of further charts have a number behind it."""

COLUMNS = ("watchlist", "chart", "depth", "ticket")
"""Docks that stand side by side; the chart takes what a wider window has more."""


class PanelDock(QDockWidget):
    """A dock that tells its panel whether it stands in front."""

    resized = Signal()
    """The dock has another size."""

    def __init__(self, title: str, panel: QWidget, window: QMainWindow) -> None:
        super().__init__(title, window)
        self._panel = panel
        self.setWidget(panel)
        panel.setAutoFillBackground(True)  # else each change repaints dock and window below it
        self.visibilityChanged.connect(self._on_visibility_changed)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell that the room was shared anew."""
        super().resizeEvent(event)
        self.resized.emit()

    @Slot(bool)
    def _on_visibility_changed(self, in_front: bool) -> None:  # noqa: FBT001 -- Qt's signature
        if isinstance(self._panel, LivePanel):
            self._panel.set_in_front(in_front=in_front)


class ChartDock(PanelDock):
    """The dock of a further chart: closed, it is gone."""

    closed = Signal()
    """The user closed the dock."""

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()


class Docks(QObject):
    """The docks of the main window, by name."""

    chart_closed = Signal(object)
    """The user closed the dock of a further chart: its name, str."""

    def __init__(self, window: QMainWindow, panels: dict[str, tuple[str, QWidget]]) -> None:
        super().__init__(window)
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
            dock.resized.connect(self._on_resized)
        self._more: list[str] = []
        """Names of the docks of further charts."""

        self._widths: dict[str, int] = {}
        self._window_width = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._settle_widths)
        self._release_timer = QTimer(self)
        self._release_timer.setSingleShot(True)
        self._release_timer.setInterval(0)
        self._release_timer.timeout.connect(self._release)

    def add_chart(self, name: str, title: str, panel: QWidget) -> None:
        """Add the dock of a further chart, behind the window's own as a tab."""
        dock = ChartDock(title, panel, self._window)
        dock.setObjectName(f"dock_{name}")
        dock.closed.connect(self._on_chart_closed)
        self.by_name[name] = dock
        self._more.append(name)
        self._place_chart(dock)
        self.set_locked(locked=self.is_locked)

    def _place_chart(self, dock: QDockWidget) -> None:
        self._window.addDockWidget(_AREA.LeftDockWidgetArea, dock)
        self._window.tabifyDockWidget(self.by_name[CHART], dock)
        dock.show()

    def remove_chart(self, name: str) -> None:
        """Remove the dock of a further chart and what is in it."""
        self._more.remove(name)
        dock = self.by_name.pop(name)
        self._window.removeDockWidget(dock)
        dock.deleteLater()

    @Slot()
    def _on_chart_closed(self) -> None:
        dock = self.sender()
        for name in tuple(self._more):
            if self.by_name[name] is dock:
                self.chart_closed.emit(name)

    def rearranging(self) -> None:
        """Hold the panels: docks are about to be placed anew, and that hides nothing."""
        self._widths = {}
        for dock in self.by_name.values():
            panel = dock.widget()
            if isinstance(panel, LivePanel):
                panel.hold(held=True)
        self._release_timer.start()

    def raise_floating(self) -> None:
        """Bring floating docks before the window, which would cover them."""
        for dock in self.by_name.values():
            if dock.isFloating() and not dock.isHidden():
                dock.show()
                dock.raise_()

    @Slot()
    def _release(self) -> None:
        for dock in self.by_name.values():
            panel = dock.widget()
            if isinstance(panel, LivePanel):
                panel.hold(held=False)

    @Slot()
    def _on_resized(self) -> None:
        self._timer.start()

    @Slot()
    def _settle_widths(self) -> None:
        """Give the chart what the window gained or lost; the others keep their width."""
        window = self._window
        if not window.isVisible() or self._release_timer.isActive():
            return
        gained = window.width() - self._window_width
        if self._widths and gained and self._widths.keys() == self._columns().keys():
            wanted = dict(self._widths)
            wanted["chart"] = max(1, wanted["chart"] + gained)
            docks = [self.by_name[name] for name in wanted]
            window.resizeDocks(docks, list(wanted.values()), Qt.Orientation.Horizontal)
        self._window_width = window.width()
        self._widths = self._columns()

    def _columns(self) -> dict[str, int]:
        """Return the width of each column where they stand side by side as at first, else none."""
        found: dict[str, int] = {}
        for name in COLUMNS:
            dock = self.by_name[name]
            area = _AREA.RightDockWidgetArea if name == "ticket" else _AREA.LeftDockWidgetArea
            if dock.isHidden() or dock.isFloating():
                continue
            if self._window.dockWidgetArea(dock) is area:
                found[name] = dock.width()
        return found if "chart" in found else {}

    def place_all(self) -> None:
        """Put every dock where it stands at first."""
        self.rearranging()
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
        for name in self._more:
            self._place_chart(docks[name])
        docks[CHART].raise_()
        below[0].raise_()
        self._share_room()

    def _share_room(self) -> None:
        """Give each dock its part of the window; the chart takes what a large screen has more."""
        docks, window = self.by_name, self._window
        width, height = max(1000, window.width()), max(600, window.height())
        is_small = width < 1600
        ticket, book, list_width = (284, 352, 272) if is_small else (330, 400, 440)
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

    @Slot()
    def focus_connection(self) -> None:
        """Show the state of the connection and the use of its limits."""
        self.focus("connection")

    def set_locked(self, *, locked: bool) -> None:
        """Let docks be moved, floated and closed, or hold them where they are."""
        self.is_locked = locked
        free = _FEATURE.DockWidgetClosable | _FEATURE.DockWidgetMovable
        free |= _FEATURE.DockWidgetFloatable
        for dock in self.by_name.values():
            dock.setFeatures(_FEATURE.NoDockWidgetFeatures if locked else free)
            dock.toggleViewAction().setEnabled(not locked)
