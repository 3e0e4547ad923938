"""What a session that only looks shows instead of the controls that send orders (Z2).

The broker refuses everything of an order through a read-only API, cancels and exits too: a
button that cannot keep its word is not shown.
"""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from workstation.ui.board import Board
from workstation.ui.connection_advice import read_only_advice
from workstation.ui.main_menu import MainMenu
from workstation.ui.screen_state import ScreenState

SENDING_ACTIONS = (
    "ticket", "buy", "sell", "presets", "combo", "ladder", "targets", "hedge", "basket",
    "cancel_all", "cancel_protection", "global_cancel", "stop_entries", "halt", "resume",
    "close_position", "scale_out", "scale_in", "roll", "exercise", "flatten",
    "buy_bid", "buy_ask", "sell_bid", "sell_ask", "submit", "halve", "reverse", "breakeven",
    "cancel_symbol", "cancel_buys", "cancel_sells",
)  # fmt: skip
"""Names of the menu's actions that send orders, or prepare them."""


def why_read_only(state: ScreenState) -> str:
    """Say why no order can be sent, exits included, and what to do; empty where it can."""
    if not state.is_read_only:
        return ""
    exits = (
        "Nothing can be sent from here, exits and cancels neither: use TWS or the mobile program."
    )
    if state.read_only or state.link is None:
        return f"Read-only: the program was started only to look. {exits}"
    return f"Read-only: the broker's API is. {exits} {read_only_advice(state.link.port)}"


class ReadOnly(QObject):
    """Hides and shows what sends orders, whenever the session turns one way or the other."""

    def __init__(self, menu: MainMenu, board: Board, state: ScreenState, parent: QObject) -> None:
        super().__init__(parent)
        self._menu, self._board, self._state = menu, board, state

    def refresh(self) -> None:
        """Show what the session may do now."""
        why, board = why_read_only(self._state), self._board
        actions: dict[str, QAction] = self._menu.menus.by_name
        for name in SENDING_ACTIONS:
            actions[name].setVisible(not why)
        self._menu.key_actions.menu.menuAction().setVisible(not why)
        self._menu.show_tools()
        if why and board.ticket.strip.is_asking:
            board.ticket.strip.dismissed.emit()
        board.ticket_place.show_reason(why)
        board.orders.set_read_only(read_only=bool(why))
        board.positions.set_read_only(read_only=bool(why))
        for panel in board.charts.panels:
            panel.trade_menu.set_read_only(read_only=bool(why))
            if why:
                panel.staging.drop()
                panel.orders.dismiss()
