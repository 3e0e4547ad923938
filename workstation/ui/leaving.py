"""Closing the window while orders are working."""

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

from workstation.domain.ids import OrderKey
from workstation.ui import text
from workstation.ui.dialogs.plain_dialog import PlainDialog
from workstation.ui.ordering import Ordering
from workstation.ui.screen_state import ScreenState
from workstation.ui.survival import closing_words


class Leaving(QObject):
    """Asks once what shall become of working orders, and waits for their cancels if told so."""

    def __init__(self, state: ScreenState, ordering: Ordering, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._state = state
        self._ordering = ordering
        self._allowed = False
        self._awaited: set[OrderKey] = set()
        self.dialog: PlainDialog | None = None

    def allow(self) -> None:
        """Let the window close whatever is working."""
        self._allowed = True

    def may_close(self) -> bool:
        """Tell whether the window may close now; if not, the question is on screen."""
        count = len(self._state.own_working_orders())
        warning = closing_words(self._state)
        if self._allowed or not (count or warning):
            return True
        if self.dialog is None:
            if count:
                self._ask(count)
            else:
                self._warn(warning)
        else:
            self.dialog.raise_()
        return False

    def orders_changed(self) -> None:
        """Close once nothing is working any more, if the user waits for that."""
        if self._awaited and self._awaited.isdisjoint(self._own_keys()):
            self._awaited = set()
            self._close()

    def command_failed(self) -> None:
        """Stay open when the cancels were not carried out."""
        self._awaited = set()

    def _own_keys(self) -> set[OrderKey]:
        return {order.key for order in self._state.own_working_orders()}

    def _warn(self, warning: str) -> None:
        """Ask where nothing works at the broker and something ends with the program."""
        answers = {"leave": "Close", "stay": "Stay"}
        self.dialog = PlainDialog("Close the program", warning, answers, self._window)
        self.dialog.answered.connect(self._on_answered)
        self.dialog.open()

    def _ask(self, count: int) -> None:
        verb, pronoun, stay = ("is", "it", "stays") if count == 1 else ("are", "them", "stay")
        subject = "It" if count == 1 else "They"
        question = (
            f"{text.count_of(count, 'order')} {verb} working at the broker. "
            f"{subject} {stay} working."
        )
        if self._awaited:
            question += "\nThe cancels have been sent and are not confirmed yet."
        if warning := closing_words(self._state):
            question += f"\n{warning}"
        answers = {"leave": f"Leave {pronoun} and close"}
        protecting = self._state.protecting_orders()
        if protecting:
            protect = "protects" if len(protecting) == 1 else "protect"
            question += f" {len(protecting)} of {count} {protect} open positions."
        may_cancel = not self._state.is_read_only
        if len(protecting) < count and may_cancel:
            kept = ", keep protection" if protecting else ""
            answers["cancel"] = f"Cancel {pronoun}{kept}, close"
        if protecting and may_cancel:
            answers["all"] = f"Cancel {pronoun} all, close"
        answers["stay"] = "Stay"
        self.dialog = PlainDialog("Orders are working", question, answers, self._window)
        self.dialog.answered.connect(self._on_answered)
        self.dialog.open()

    @Slot(object)
    def _on_answered(self, answer: str) -> None:
        self.dialog = None
        self._awaited = set()
        if answer == "leave":
            self._close()
        elif answer != "stay":
            stays = {order.key for order in self._state.protecting_orders()}
            self._awaited = self._own_keys() - (stays if answer == "cancel" else set())
            if not self._awaited:  # they ended while the question stood
                self._close()
            elif answer == "cancel":
                self._ordering.cancel_all()
            else:
                self._ordering.cancel_protection_too()

    def _close(self) -> None:
        self._allowed = True
        QTimer.singleShot(0, self._window, self._window.close)
