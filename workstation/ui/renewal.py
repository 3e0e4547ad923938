"""Cancel and new: for what the broker does not revise of a working order.

Source: orders-and-risk.md 2.5.10. The order is cancelled; once the broker has confirmed that and
its fills have been quiet for two seconds, the ticket holds the same order for what is left. It
is sent by the user alone, through every check.
"""

from dataclasses import replace

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from workstation.domain.order_status import OrderView
from workstation.ui import text
from workstation.ui.board import Board
from workstation.ui.dialogs.plain_dialog import PlainDialog
from workstation.ui.ended_orders import EndedOrders
from workstation.ui.exit_sizes import ExitSizes
from workstation.ui.ordering import Ordering
from workstation.ui.screen_state import ScreenState
from workstation.ui.ticket_wishes import terms_of

NOT_MANAGED = "its account is not one that this connection manages"


class Renewal(QObject):
    """Renews one order at a time; asks first, and sends nothing but the cancel. GUI thread."""

    def __init__(
        self, board: Board, ordering: Ordering, state: ScreenState, window: QWidget
    ) -> None:
        super().__init__(window)
        self._board, self._ordering = board, ordering
        self._window = window
        self._order: OrderView | None = None
        self.dialog: PlainDialog | None = None
        self._sizes = ExitSizes(state)
        self.ending = EndedOrders(state, self)
        self.ending.ended.connect(self._on_ended)
        self.ending.given_up.connect(self._on_given_up)
        board.orders.renew_requested.connect(self.ask)

    @Slot(object)
    def ask(self, order: OrderView) -> None:
        """Say what will happen, and begin only when the user agrees."""
        if self.ending.is_waiting:
            return
        if order.account not in self._board.ticket.account.managed:
            self._ordering.failed.emit(("Cancel and new", f"{NOT_MANAGED}: nothing was cancelled"))
            return
        self._order = order
        what = f"{order.side.value} {text.size(order.quantity)} {text.one_line(order.symbol, 24)}"
        question = (
            f"Order {order.order_id}, {what}, is cancelled now.\n"
            "Once the broker has confirmed that, the ticket holds the same order for what is "
            "left, with every term open. Until you send it there is no order"
            f"{' and nothing protects the position' if order.is_protective else ''}: it loses "
            "its place in the queue, and it may fill before the cancel."
        )
        answers = {"cancel": "Cancel it and write it anew", "stay": "Leave it as it is"}
        self.dialog = PlainDialog("Cancel and new", question, answers, self._window)
        self.dialog.answered.connect(self._on_answered)
        self.dialog.open()

    @Slot(object)
    def _on_answered(self, answer: str) -> None:
        self.dialog = None
        if answer == "cancel" and self._order is not None:
            self._sizes.begin((self._order,))
            self._ordering.cancel((self._order,))
            self.ending.wait_for((self._order,))

    @Slot()
    def _on_given_up(self) -> None:
        self._ordering.failed.emit(("Cancel and new", "the order has not ended; nothing was sent"))

    @Slot(object)
    def _on_ended(self, orders: tuple[OrderView, ...]) -> None:
        (order,) = orders
        self._prepare(order)

    def _prepare(self, order: OrderView) -> None:
        left, why = self._sizes.left(order), self._sizes.words(order)
        if not left:
            gone = why or "it has filled and nothing is left of it"
            self._ordering.done.emit(f"Order {order.order_id} is not written anew: {gone}.")
            return
        if not self._board.ticket.account.choose(order.account):
            fault = (
                f"order {order.order_id} is cancelled, and {NOT_MANAGED}: nothing is written anew"
            )
            self._ordering.failed.emit(("Cancel and new", fault))
            return
        account = self._board.ticket.account.in_words
        whose = f" It goes to its own {account}, chosen now." if account else ""
        smaller = f", but {why}: it is no larger than that" if why else ""
        self._board.ticket.fill_in(
            order.con_id,
            order.symbol,
            replace(terms_of(order), quantity=left),
            f"Order {order.order_id} is cancelled; {text.size(order.remaining)} were left{smaller}. "
            f"Change what you want, then send the new order.{whose}",
        )
