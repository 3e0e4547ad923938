"""The three ways to stop, each its own: stop entries, cancel all, flatten; and the way back."""

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
        named = [
            f"{order.side.value} {text.size(order.remaining)} {text.one_line(order.symbol, 24)}"
            for order in entries[:MOST_NAMED]
        ]
        more = f" and {len(entries) - MOST_NAMED:,} more" if len(entries) > MOST_NAMED else ""
        count = text.count_of(len(entries), "entry order")
        is_one = len(entries) == 1
        question = (
            f"No new entries from now on, but {count} {'is' if is_one else 'are'} still working "
            f"and can fill: {', '.join(named)}{more}."
        )
        answers = {
            "entries": f"Cancel {'it' if is_one else 'these'}",
            "all": "Cancel all orders, exits too",
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
            self._ordering.cancel_all()

    def _works(self, order: OrderView) -> bool:
        return self._state.orders.get(order.key, order).is_working

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
