"""The three ways to stop, each its own: stop entries, cancel all, flatten; and the way back."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from workstation.domain.finding import TradingState
from workstation.ui.dialogs.plain_dialog import PlainDialog
from workstation.ui.ordering import Ordering


class TradingControls(QObject):
    """Used by the menu and by the risk panel alike."""

    def __init__(self, ordering: Ordering, window: QWidget) -> None:
        super().__init__(window)
        self._ordering = ordering
        self._window = window
        self.dialog: PlainDialog | None = None

    @Slot()
    def stop_entries(self) -> None:
        """Let only exits through. No question: it takes nothing away from an exit."""
        self._ordering.set_trading_state(TradingState.REDUCING)

    @Slot()
    def halt(self) -> None:
        """Let only cancels and exits by hand through."""
        self._ordering.set_trading_state(TradingState.HALTED)

    @Slot()
    def resume(self) -> None:
        """Ask once, then allow entries again."""
        if self.dialog is not None:
            self.dialog.raise_()
            return
        question = "Allow new entries again? The trading state becomes ACTIVE."
        answers = {"resume": "Resume trading", "stay": "Leave it as it is"}
        self.dialog = PlainDialog("Resume trading", question, answers, self._window)
        self.dialog.answered.connect(self._on_answered)
        self.dialog.open()

    @Slot(object)
    def _on_answered(self, answer: str) -> None:
        self.dialog = None
        if answer == "resume":
            self._ordering.set_trading_state(TradingState.ACTIVE)
