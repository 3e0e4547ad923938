"""The menu of what the bars of a chart are made of: which prices, which hours."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from workstation.domain.bar import Show
from workstation.ui.chart.chart_menus import menu_button
from workstation.ui.chart.settings import ChartSettings
from workstation.ui.chart.shows import LABELS, why_not

MARGINS = (0, 6, 10, 20, 30, 50)
_HOURS, _MARGIN = "regular", "margin:"


class DataMenu(QObject):
    """A button with a menu, which is filled when it is opened. GUI thread."""

    chosen = Signal(object)
    """The user wants these settings: ChartSettings."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._settings = ChartSettings()
        self._sec_type = "STK"
        self.extra: list[QAction] = []
        """Further entries at the end, of other parts of the chart."""

        self.button = menu_button("Data", "Which prices, which hours, and comparisons", parent)
        self.menu = QMenu(self.button)
        self.menu.setToolTipsVisible(True)
        self.button.setMenu(self.menu)
        self.menu.aboutToShow.connect(self._on_opening)
        self.menu.triggered.connect(self._on_triggered)

    def show_settings(self, settings: ChartSettings, sec_type: str) -> None:
        """Show what is in force for a contract of this kind."""
        self._settings, self._sec_type = settings, sec_type

    @Slot()
    def _on_opening(self) -> None:
        self.menu.clear()
        group = QActionGroup(self.menu)
        for show, label in LABELS.items():
            reason = why_not(show, self._sec_type)
            title = f"{label} — not here: {reason}" if reason else label
            action = self._add(self.menu, title, show.value)
            action.setChecked(show is self._settings.show and not reason)
            action.setEnabled(not reason)
            group.addAction(action)
        self.menu.addSeparator()
        hours = self._add(self.menu, "Regular hours only", _HOURS)
        hours.setChecked(self._settings.regular_only)
        margins = self.menu.addMenu("Room to the right of the newest bar")
        for share in MARGINS:
            action = self._add(margins, f"{share} % of the width", f"{_MARGIN}{share}")
            action.setChecked(share == self._settings.margin)
        if self.extra:
            self.menu.addSeparator()
            self.menu.addActions(self.extra)

    def _add(self, menu: QMenu, title: str, data: str) -> QAction:
        action = menu.addAction(title)
        action.setCheckable(True)
        action.setData(data)
        return action

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        name = action.data()
        if not isinstance(name, str):
            return
        if name == _HOURS:
            wanted = replace(self._settings, regular_only=not self._settings.regular_only)
        elif name.startswith(_MARGIN):
            wanted = replace(self._settings, margin=int(name.removeprefix(_MARGIN)))
        else:
            wanted = replace(self._settings, show=Show(name))
        self.chosen.emit(wanted)
