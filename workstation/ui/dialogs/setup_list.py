"""The settings at the broker's side that are worth a look, one below the other."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from workstation.ui.connection_advice import Setting, check_list
from workstation.ui.plain_label import PlainLabel


class SetupList(QScrollArea):
    """Shows name, place, value and reason of each setting. Arrow keys and Page Down scroll it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Settings of TWS or IB Gateway")
        self._shown: tuple[int, int] | None = None
        self.settings: tuple[Setting, ...] = ()

    def show_for(self, port: int, client_id: int) -> None:
        """Show the settings of the program that has this port."""
        if self._shown == (port, client_id):
            return
        self._shown = (port, client_id)
        self.settings = check_list(port, client_id)
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(2)
        where = ""
        for setting in self.settings:
            if setting.where != where:
                where = setting.where
                _add(column, where, "muted", gap=8 if column.count() else 0)
            _add(column, f"{setting.name}:  {setting.wanted}", "name")
            _add(column, setting.why)
            column.addSpacing(6)
        column.addStretch(1)
        self.setWidget(page)


def _add(column: QVBoxLayout, words: str, tone: str = "", *, gap: int = 0) -> None:
    if gap:
        column.addSpacing(gap)
    label = PlainLabel(words, wrap=True)
    label.set_tone(tone)
    column.addWidget(label)
