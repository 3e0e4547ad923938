"""What a chart has beside bars, orders and drawings: volume profiles."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from workstation.ui.chart.canvas import ChartCanvas
from workstation.ui.chart.profile_menu import ProfileMenu
from workstation.ui.chart.profile_tool import ProfileTool
from workstation.ui.chart.study_menu import StudyMenu


class ChartKit(QObject):
    """Builds these parts and keeps their state with the chart's. GUI thread."""

    def __init__(self, canvas: ChartCanvas, study_menu: StudyMenu, parent: QWidget) -> None:
        super().__init__(parent)
        self.profile = ProfileTool(canvas)
        self.profile_menu = ProfileMenu(self.profile, parent)
        study_menu.branches.append(self.profile_menu.menu)
        canvas.tools.insert(0, self.profile.handle)

    def plain(self) -> dict[str, object]:
        """Return what a layout remembers, ready for JSON; nothing of a new chart."""
        return self.profile.plain()

    def restore(self, state: object) -> None:
        """Take plain() back; what is missing is as in a new chart."""
        self.profile.restore(state)
