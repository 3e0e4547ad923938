"""From a position to the fields in which the broker is told to adjust its stop."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from workstation.domain.account import PositionView
from workstation.domain.order_status import OrderView
from workstation.ui import text
from workstation.ui.board import Board
from workstation.ui.ordering import Ordering
from workstation.ui.screen_state import ScreenState

_STOPS = frozenset({"STP", "STP LMT"})


class StopAdjusting(QObject):
    """Opens the stop of a position in the ticket; sends nothing. GUI thread."""

    def __init__(
        self,
        board: Board,
        ordering: Ordering,
        state: ScreenState,
        show_ticket: Callable[[], None],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._board, self._ordering, self._state = board, ordering, state
        self._show_ticket = show_ticket
        board.positions.adjust_requested.connect(self.begin)

    @Slot(object)
    def begin(self, position: PositionView) -> None:
        """Show the position's stop with the fields of its adjustment open."""
        stop = self._stop_of(position)
        if stop is None:
            symbol = text.one_line(position.symbol, 24)
            reason = "The position has no stop of this program that could be adjusted."
            self._ordering.failed.emit((f"Adjusting the stop of {symbol}", reason))
            return
        self._show_ticket()
        ticket = self._board.ticket
        ticket.start_change(stop)
        special = ticket.form.special
        special.more_box.setChecked(True)
        special.extras.adjust.box.setChecked(True)
        special.extras.adjust.trigger_edit.setFocus()

    def _stop_of(self, position: PositionView) -> OrderView | None:
        """Return the newest working stop on the closing side, None without one."""
        place = (position.account, position.con_id)
        stops = [
            order
            for order in self._state.orders.values()
            if (order.account, order.con_id) == place
            and order.is_working
            and order.editable
            and order.order_type in _STOPS
            and order.side.sign * position.quantity < 0
        ]
        return max(stops, key=lambda each: each.created_at, default=None)
