"""The menus in the chart's header: how bars are drawn, and what the axes show."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from workstation.ui.chart.settings import ChartSettings, Style, Zone

_ZONE_TITLES = {
    Zone.LOCAL: "Times of this computer",
    Zone.EXCHANGE: "Times of the exchange",
    Zone.UTC: "Times in UTC",
}
_SWITCHES = {
    "log": "Logarithmic prices",
    "percent": "Change in per cent of the first bar in sight",
    "inverted": "Upside down",
    "quotes": "Lines of bid and ask",
    "data_box": "Data box: every figure of the bar under the crosshair",
    "executions": "My executions and round trips",
    "sessions": "Shade the time outside regular hours",
    "session_lines": "Lines where sessions open and close",
}


class ChartMenus(QObject):
    """Two buttons with menus, which are filled when they are opened. GUI thread."""

    chosen = Signal(object)
    """The user wants these settings: ChartSettings."""

    auto_range_requested = Signal()
    """The price range set by hand is to be given up."""

    date_requested = Signal()
    """The user wants to go to a date."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._settings = ChartSettings()
        self._is_manual = False
        self.style_button = menu_button("Style", "How bars are drawn", parent)
        self.axes_button = menu_button("Axes", "Price scale, times and lines", parent)
        self._style_menu = QMenu(self.style_button)
        self._axes_menu = QMenu(self.axes_button)
        self.style_button.setMenu(self._style_menu)
        self.axes_button.setMenu(self._axes_menu)
        self._style_menu.aboutToShow.connect(self._on_style_opening)
        self._axes_menu.aboutToShow.connect(self._on_axes_opening)
        self._style_menu.triggered.connect(self._on_style_chosen)
        self._axes_menu.triggered.connect(self._on_axes_chosen)

    def show_settings(self, settings: ChartSettings, *, is_manual: bool = False) -> None:
        """Show what is in force; `is_manual` tells of a price range set by hand."""
        self._settings, self._is_manual = settings, is_manual

    @Slot()
    def _on_style_opening(self) -> None:
        self._style_menu.clear()
        group = QActionGroup(self._style_menu)
        for style in Style:
            action = self._add(self._style_menu, style.label, style)
            action.setChecked(style is self._settings.style)
            group.addAction(action)

    @Slot()
    def _on_axes_opening(self) -> None:
        menu = self._axes_menu
        menu.clear()
        auto = self._add(menu, "Fit prices by itself", "auto")
        auto.setChecked(not self._is_manual)
        auto.setEnabled(self._is_manual)
        go = menu.addAction("Go to date…\tCtrl+G")
        go.setData("date")
        menu.addSeparator()
        for name, title in _SWITCHES.items():
            if name == "quotes":
                menu.addSeparator()
            self._add(menu, title, name).setChecked(getattr(self._settings, name))
        menu.addSeparator()
        group = QActionGroup(menu)
        for zone, title in _ZONE_TITLES.items():
            action = self._add(menu, title, zone)
            action.setChecked(zone is self._settings.zone)
            group.addAction(action)

    def _add(self, menu: QMenu, title: str, data: object) -> QAction:
        action = menu.addAction(title)
        action.setCheckable(True)
        action.setData(data)
        return action

    @Slot(QAction)
    def _on_style_chosen(self, action: QAction) -> None:
        self.chosen.emit(replace(self._settings, style=Style(action.data())))

    @Slot(QAction)
    def _on_axes_chosen(self, action: QAction) -> None:
        name = str(action.data())
        if name == "auto":
            self.auto_range_requested.emit()
        elif name == "date":
            self.date_requested.emit()
        elif name in _SWITCHES:
            self.chosen.emit(_switched(self._settings, name))
        else:
            self.chosen.emit(replace(self._settings, zone=Zone(name)))


def _switched(settings: ChartSettings, name: str) -> ChartSettings:
    """Turn one switch; prices by ratio and changes in per cent exclude each other."""
    on = not getattr(settings, name)
    if on and name == "log":
        settings = replace(settings, percent=False)
    if on and name == "percent":
        settings = replace(settings, log=False)
    changed: dict[str, Any] = {name: on}
    return replace(settings, **changed)


def menu_button(title: str, tip: str, parent: QWidget) -> QToolButton:
    """Make a button of the header that opens a menu."""
    button = QToolButton(parent)
    button.setText(f"{title}  ")  # room for the arrow
    button.setToolTip(tip)
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return button
