"""The menu of volume profiles, a branch of the indicators' menu."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from workstation.ui import text
from workstation.ui.chart.profile_tool import ROWS, SHARES, ProfileKind, ProfileTool

_TITLES = {
    ProfileKind.SESSION: "Of each session",
    ProfileKind.VISIBLE: "Of what is in sight",
    ProfileKind.FIXED: "Of a fixed range: drag over the bars",
}


class ProfileMenu(QObject):
    """Chooses which profiles are shown, how fine they are and how much the value area holds."""

    def __init__(self, tool: ProfileTool, parent: QWidget) -> None:
        super().__init__(parent)
        self._tool = tool
        self.menu = QMenu("Volume profile", parent)
        self.kinds = {kind: self._add(title) for kind, title in _TITLES.items()}
        for kind, action in self.kinds.items():
            action.setProperty("kind", str(kind))
            action.triggered.connect(self._on_kind)
        self.menu.addSeparator()
        self.rows = self._group([(f"{rows} rows", float(rows)) for rows in ROWS])
        self.rows.triggered.connect(self._on_rows)
        self.menu.addSeparator()
        shares = [(f"Value area of {text.share(share)}", share) for share in SHARES]
        self.shares = self._group(shares)
        self.shares.triggered.connect(self._on_share)
        self.menu.aboutToShow.connect(self.refresh)

    @Slot()
    def refresh(self) -> None:
        """Mark what is in force."""
        tool = self._tool
        for kind, action in self.kinds.items():
            action.setChecked(kind in tool.kinds)
        for action in self.rows.actions():
            action.setChecked(action.property("amount") == tool.rows)
        for action in self.shares.actions():
            action.setChecked(action.property("amount") == tool.share)

    def _add(self, title: str) -> QAction:
        action = self.menu.addAction(title)
        action.setCheckable(True)
        return action

    def _group(self, choices: list[tuple[str, float]]) -> QActionGroup:
        group = QActionGroup(self)
        for title, amount in choices:
            action = self._add(title)
            action.setProperty("amount", amount)
            group.addAction(action)
        return group

    @Slot()
    def _on_kind(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self._tool.toggle(ProfileKind(action.property("kind")))

    @Slot(QAction)
    def _on_rows(self, action: QAction) -> None:
        self._tool.use(rows=int(action.property("amount")))

    @Slot(QAction)
    def _on_share(self, action: QAction) -> None:
        self._tool.use(share=float(action.property("amount")))
