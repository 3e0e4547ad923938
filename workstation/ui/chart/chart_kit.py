"""What a chart has beside bars, orders and drawings: volume profiles, own indicators, export."""

from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QWidget

from workstation.ui.chart.canvas import ChartCanvas
from workstation.ui.chart.chart_export import ChartExport
from workstation.ui.chart.chart_print import ChartPrinter
from workstation.ui.chart.data_menu import DataMenu
from workstation.ui.chart.profile_menu import ProfileMenu
from workstation.ui.chart.profile_tool import ProfileTool
from workstation.ui.chart.studies import Library
from workstation.ui.chart.study_menu import StudyMenu


class ChartKit(QObject):
    """Builds these parts and keeps their state with the chart's. GUI thread."""

    def __init__(
        self, canvas: ChartCanvas, study_menu: StudyMenu, data_menu: DataMenu, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.profile = ProfileTool(canvas)
        self.profile_menu = ProfileMenu(self.profile, parent)
        study_menu.branches.append(self.profile_menu.menu)
        canvas.tools.insert(0, self.profile)
        self._canvas, self._study_menu = canvas, study_menu
        self.export = ChartExport(canvas, self)
        self.printer = ChartPrinter(canvas, self.export, self)
        self.printer.told.connect(self.export.told)
        data_menu.extra += [*self.export.actions, *self.printer.actions]
        self._folder: Path | None = None
        self.folder_action = QAction("Folder of my own indicators…", self)
        self.folder_action.triggered.connect(self._on_folder_requested)

    def use_own_folder(self, folder: Path) -> None:
        """Offer the folder where the user's own indicators are."""
        self._folder = folder
        self._study_menu.last_actions.append(self.folder_action)

    @Slot(object)
    def on_own_changed(self, own: Library) -> None:
        """Take the user's own indicators anew."""
        self._canvas.view.studies.use_own(own)
        self._study_menu.changed.emit()

    @Slot()
    def _on_folder_requested(self) -> None:
        if self._folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))

    def plain(self) -> dict[str, object]:
        """Return what a layout remembers, ready for JSON; nothing of a new chart."""
        return self.profile.plain()

    def restore(self, state: object) -> None:
        """Take plain() back; what is missing is as in a new chart."""
        self.profile.restore(state)
