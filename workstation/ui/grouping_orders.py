"""Ties working orders into a one-cancels-all group: cancelled first, then sent anew as one wish.

The broker does not revise a group, so that there is no other way. Source: features O9,
orders-and-risk.md 2.5.10.
"""

from functools import partial

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from workstation.domain.commands import Command, CommandResult
from workstation.domain.order_status import OrderView
from workstation.ui import text
from workstation.ui.board import Board
from workstation.ui.dialogs.group import GroupDialog
from workstation.ui.dialogs.plain_dialog import PlainDialog
from workstation.ui.ended_orders import EndedOrders
from workstation.ui.exit_sizes import ExitSizes
from workstation.ui.ordering import Ordering
from workstation.ui.screen_state import ScreenState
from workstation.ui.several_orders import say_late
from workstation.ui.ticket_wishes import new_intent

GROUP = "One-cancels-all group"


class GroupingOrders(QObject):
    """One group at a time; asks first, and sends only what the user sends. GUI thread."""

    def __init__(
        self, board: Board, ordering: Ordering, state: ScreenState, window: QWidget
    ) -> None:
        super().__init__(window)
        self._board, self._ordering, self._state = board, ordering, state
        self._window = window
        self._orders: tuple[OrderView, ...] = ()
        self.question: PlainDialog | None = None
        self.dialog: GroupDialog | None = None
        self._sizes = ExitSizes(state)
        self.ending = EndedOrders(state, self)
        self.ending.ended.connect(self._on_ended)
        self.ending.given_up.connect(self._on_given_up)
        board.orders.group_requested.connect(self.ask)

    @Slot(object)
    def ask(self, orders: tuple[OrderView, ...]) -> None:
        """Say what will happen, and begin only when the user agrees."""
        if self.ending.is_waiting or self.dialog is not None:
            return
        if fault := self._fault(orders):
            self._ordering.failed.emit(("The group", fault))
            return
        self._orders = tuple(
            sorted(orders, key=lambda order: (order.created_at, int(order.order_id)))
        )
        numbers = ", ".join(str(order.order_id) for order in orders)
        is_bare = any(order.is_protective for order in orders)
        question = (
            f"The broker does not change the group of a working order: orders {numbers} are "
            "cancelled now. Once that is confirmed they are shown as a group of what is left; "
            f"until you send it none of them works{' and nothing protects the position' if is_bare else ''}. "
            "They lose their places in the queue, and may fill before the cancel."
        )
        answers = {"cancel": "Cancel them and write the group", "stay": "Leave them as they are"}
        self.question = PlainDialog("One-cancels-all group", question, answers, self._window)
        self.question.answered.connect(self._on_answered)
        self.question.open()

    def _fault(self, orders: tuple[OrderView, ...]) -> str:
        """Say why these orders cannot be one group, empty where they can."""
        form = self._board.ticket.form
        if len({order.account for order in orders}) != 1:
            return "its orders must be of one account"
        if any(order.parent is not None for order in orders):
            return "exits of a bracket are a group already"
        keys = {order.key for order in orders}
        if any(each.parent in keys and each.is_working for each in self._state.orders.values()):
            return "the exits of an entry end with it, and would not be sent anew"
        unknown = [o for o in orders if not form.offers(o.order_type, o.tif) or o.terms.hedge]
        if unknown:
            kind = text.one_line(f"{unknown[0].order_type} {unknown[0].tif}", 24)
            return f"a {kind} order cannot be written anew here"
        return ""

    @Slot(object)
    def _on_answered(self, answer: str) -> None:
        self.question = None
        if answer == "cancel" and self._orders:
            self._sizes.begin(self._orders)
            self._ordering.cancel(self._orders)
            self.ending.wait_for(self._orders)

    @Slot()
    def _on_given_up(self) -> None:
        fault = "not every order has ended; nothing was sent anew"
        self._ordering.failed.emit(("Cancel for the group", fault))

    @Slot(object)
    def _on_ended(self, orders: tuple[OrderView, ...]) -> None:
        left = tuple(order for order in orders if self._sizes.left(order))
        gone = tuple(order for order in orders if order.remaining and order not in left)
        self._open(left, gone)

    def _open(self, left: tuple[OrderView, ...], gone: tuple[OrderView, ...]) -> None:
        """Show the group of what is left; `gone` are exits that have nothing to close any more."""
        if len(left) < 2:
            self._tell_too_few(left, gone)
            return
        name = f"group-{new_intent()[:6]}"
        self.dialog = GroupDialog(left, name, self._sizes, self._window)
        self.dialog.command_requested.connect(self._on_command_requested)
        self.dialog.finished.connect(self._on_finished)
        if gone:
            self.dialog.say(f"{self._left_out(gone)} Until you send the group there is no order.")
        self.dialog.show()  # beside the window, not before it: the ways out stay open
        self.dialog.activateWindow()

    def _left_out(self, gone: tuple[OrderView, ...]) -> str:
        return " ".join(
            f"Order {order.order_id} is cancelled and left out: {self._sizes.words(order)}."
            for order in gone
        )

    def _tell_too_few(self, left: tuple[OrderView, ...], gone: tuple[OrderView, ...]) -> None:
        """Say that there is no group; one that is left was cancelled, and nobody sends it anew."""
        if not left:
            why = self._left_out(gone) or "All have filled:"
            self._ordering.done.emit(f"{why} nothing is left to be tied together.")
            return
        fault = (
            f"order {left[0].order_id} is cancelled and was not sent anew, "
            f"{text.size(self._sizes.left(left[0]))} of it were left. "
            f"{self._left_out(gone) or 'The others have filled.'}"
        )
        self._ordering.failed.emit(("The group", fault))

    @Slot(object)
    def _on_command_requested(self, command: Command) -> None:
        if self.dialog is not None:
            self._ordering.ask(command, GROUP, partial(self._take_answer, self.dialog))

    def _take_answer(self, dialog: GroupDialog, result: CommandResult) -> None:
        if self.dialog is dialog:
            dialog.take_answer(result)
        else:
            say_late(self._ordering, GROUP, result)

    @Slot()
    def _on_finished(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None
