"""The menu of practice: its sessions and what it pays."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from workstation.ui.chart.replay.fee_dialog import FeeDialog
from workstation.ui.chart.replay.practice_desk import PracticeDesk
from workstation.ui.chart.replay.practice_keeping import PracticeKeeping
from workstation.ui.chart.replay.sessions_dialog import SessionsDialog


class PracticeMenu(QObject):
    """Opens the dialogs of practice. GUI thread."""

    def __init__(self, keeping: PracticeKeeping, desk: PracticeDesk, parent: QObject) -> None:
        super().__init__(parent)
        self._keeping, self._desk = keeping, desk
        self._window: QWidget | None = None
        self.fee_dialog: FeeDialog | None = None
        self.sessions_dialog: SessionsDialog | None = None
        self.sessions_action = QAction("Practice sessions…", self)
        self.sessions_action.triggered.connect(self.show_sessions)
        self.fee_action = QAction("Commission in practice…", self)
        self.fee_action.triggered.connect(self.ask_fee)

    def menu_for(self, button: QWidget) -> QMenu:
        """Make the menu of a button."""
        self._window = button
        menu = QMenu(button)
        menu.addActions([self.sessions_action, self.fee_action])
        return menu

    @Slot()
    def ask_fee(self) -> None:
        """Ask what practice orders pay for the chart's kind of contract."""
        if self._window is None:
            return
        fee = self._keeping.fee if self._desk.market is None else self._desk.fee
        currency = self._desk.currency
        self.fee_dialog = FeeDialog(fee, self._keeping.usual, currency, self._window.window())
        self.fee_dialog.chosen.connect(self._keeping.set_fee)
        self.fee_dialog.finished.connect(self._on_fee_closed)
        self.fee_dialog.open()

    @Slot()
    def show_sessions(self) -> None:
        """Show what was practised, to go on with it or to drop it."""
        if self._window is None:
            return
        self._keeping.save()
        self.sessions_dialog = SessionsDialog(self._keeping, self._window.window())
        self.sessions_dialog.finished.connect(self._on_sessions_closed)
        self.sessions_dialog.open()

    @Slot()
    def _on_fee_closed(self) -> None:
        self.fee_dialog = None

    @Slot()
    def _on_sessions_closed(self) -> None:
        self.sessions_dialog = None
