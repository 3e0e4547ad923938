"""The three ways to stop, each its own: stop entries, cancel all, flatten; and the way back."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from workstation.domain.finding import TradingState
from workstation.domain.order_status import OrderView
from workstation.ui import text
from workstation.ui.dialogs.plain_dialog import PlainDialog
from workstation.ui.ordering import Ordering
from workstation.ui.screen_state import ScreenState

MOST_NAMED = 5
"""More working entries than this are only counted."""


class TradingControls(QObject):
    """Used by the menu and by the risk panel alike."""

    def __init__(self, ordering: Ordering, state: ScreenState, window: QWidget) -> None:
        super().__init__(window)
        self._state = state
        self._entries: tuple[OrderView, ...] = ()
        self._ordering = ordering
        self._window = window
        self.dialog: PlainDialog | None = None

    @Slot()
    def stop_entries(self) -> None:
        """Let only exits through, at once; then ask about entries that are working already."""
        self._restrict(TradingState.REDUCING)

    @Slot()
    def halt(self) -> None:
        """Let only cancels and exits by hand through; then ask about working entries."""
        self._restrict(TradingState.HALTED)

    def _restrict(self, state: TradingState) -> None:
        if self._state.is_read_only:
            return
        self._ordering.set_trading_state(state)
        entries = tuple(self._state.working_entries())
        if entries and self.dialog is None:
            self._ask_about(entries)

    def _ask_about(self, entries: tuple[OrderView, ...]) -> None:
        """Name the entries that can still fill, and offer to cancel them."""
        count = text.count_of(len(entries), "entry order")
        is_one = len(entries) == 1
        question = (
            f"No new entries from now on, but {count} {'is' if is_one else 'are'} still working "
            f"and can fill: {_names(entries)}."
        )
        answers = {
            "entries": f"Cancel {'it' if is_one else 'these'}",
            "all": "Cancel all orders, protection too",
            "stay": f"Leave {'it' if is_one else 'them'} working",
        }
        self._entries = entries
        self.dialog = PlainDialog("Entries are working", question, answers, self._window)
        self.dialog.answered.connect(self._on_entries_answered)
        self.dialog.open()

    @Slot(object)
    def _on_entries_answered(self, answer: str) -> None:
        entries, self._entries, self.dialog = self._entries, (), None
        if answer == "entries":
            self._ordering.cancel(tuple(order for order in entries if self._works(order)))
        elif answer == "all":
            self._ordering.cancel_protection_too()

    def _works(self, order: OrderView) -> bool:
        return self._state.orders.get(order.key, order).is_working

    @Slot()
    def cancel_protection_too(self) -> None:
        """Cancel every order of this client; asks once if positions lose what protects them."""
        protecting = self._state.protecting_orders()
        if not protecting:
            self._ordering.cancel_all()
            return
        count = text.count_of(len(protecting), "order")
        question = (
            f"{count} {'protects' if len(protecting) == 1 else 'protect'} open positions: "
            f"{_names(protecting)}. Without {'it' if len(protecting) == 1 else 'them'} "
            "nothing limits their loss."
        )
        answers = {"all": "Cancel all, protection too", "stay": "Leave them working"}
        self._open("Cancel all, protection too", question, answers, self._on_protection_answered)

    @Slot(object)
    def _on_protection_answered(self, answer: str) -> None:
        self.dialog = None
        if answer == "all":
            self._ordering.cancel_protection_too()

    @Slot()
    def cancel_globally(self) -> None:
        """Cancel everything of the login, after one question that names what others placed."""
        foreign = self._state.foreign_orders()
        others = (
            f"Of other clients and TWS it hits {text.count_of(len(foreign), 'order')}: "
            f"{_names(foreign)}."
            if foreign
            else "No order of another client or of TWS is known here; unknown ones are hit too."
        )
        own = text.count_of(len(self._state.own_working_orders()), "order")
        question = (
            f"The broker cancels every working order of this login, protection too: {own} of this "
            f"client. {others}"
        )
        answers = {"global": "Cancel everything", "stay": "Leave everything working"}
        self._open("Global cancel", question, answers, self._on_global_answered)

    @Slot(object)
    def _on_global_answered(self, answer: str) -> None:
        self.dialog = None
        if answer == "global":
            self._ordering.cancel_globally()

    def _open(
        self, title: str, question: str, answers: dict[str, str], answered: Callable[[str], None]
    ) -> None:
        if self._state.is_read_only:
            return
        if self.dialog is not None:
            self.dialog.raise_()
            return
        self.dialog = PlainDialog(title, question, answers, self._window)
        self.dialog.answered.connect(answered)
        self.dialog.open()

    @Slot()
    def resume(self) -> None:
        """Ask once, then allow entries again; a loss of the record is acknowledged before that."""
        if loss := self._state.link.record_loss if self._state.link else "":
            question = (
                f"{loss}\nCompare limits, orders and positions with TWS. Entries stay stopped "
                "until you acknowledge this; it is put on record."
            )
            answers = {"acknowledge": "I have compared them: acknowledge", "stay": "Not yet"}
            self._open("The record of orders was damaged", question, answers, self._on_loss)
            return
        question = "Allow new entries again? The trading state becomes ACTIVE."
        answers = {"resume": "Resume trading", "stay": "Leave it as it is"}
        self._open("Resume trading", question, answers, self._on_answered)

    @Slot(object)
    def _on_loss(self, answer: str) -> None:
        self.dialog = None
        if answer == "acknowledge":
            self._ordering.acknowledge_loss()

    @Slot(object)
    def _on_answered(self, answer: str) -> None:
        self.dialog = None
        if answer == "resume":
            self._ordering.set_trading_state(TradingState.ACTIVE)


def _names(orders: Sequence[OrderView]) -> str:
    named = [
        f"{order.side.value} {text.size(order.remaining)} {text.one_line(order.symbol, 24)}"
        for order in orders[:MOST_NAMED]
    ]
    more = f" and {len(orders) - MOST_NAMED:,} more" if len(orders) > MOST_NAMED else ""
    return f"{', '.join(named)}{more}"
