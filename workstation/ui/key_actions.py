"""Order actions without a key of their own: in the menu, and bindable to any key."""

from typing import Protocol

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QMenu

from workstation.domain.commands import CancelOrders
from workstation.domain.order import Side
from workstation.ui.actions import Menus
from workstation.ui.board import Board
from workstation.ui.docks import Docks
from workstation.ui.ordering import Ordering
from workstation.ui.panels.ticket import TicketPanel
from workstation.ui.screen_state import ScreenState


class Desk(Protocol):
    """What the actions need of the window."""

    docks: Docks
    ordering: Ordering
    board: Board
    state: ScreenState
    ticket: TicketPanel


class KeyActions(QObject):
    """Prepares, submits, closes and cancels for the ticket's contract. GUI thread.

    Whatever opens a position goes through the ticket, and so through its arming; what closes
    one or cancels is never held up here.
    """

    def __init__(self, desk: Desk, menus: Menus, menu: QMenu) -> None:
        super().__init__(menu)
        self._desk = desk
        self.menu = menu
        for name, title, slot in (
            ("buy_bid", "Buy at the &bid: prepare", self._on_buy_bid),
            ("buy_ask", "Buy at the &ask: prepare", self._on_buy_ask),
            ("sell_bid", "Sell at the b&id: prepare", self._on_sell_bid),
            ("sell_ask", "Sell at the as&k: prepare", self._on_sell_ask),
            ("submit", "S&ubmit what the ticket holds", self._on_submit),
            ("halve", "&Halve the ticket's position", self._on_halve),
            ("reverse", "&Reverse the selected position…", self._on_reverse),
            ("breakeven", "Stop to break&even, ticket's position", self._on_breakeven),
            ("cancel_symbol", "&Cancel orders of the ticket's symbol", self._on_cancel_symbol),
            ("cancel_buys", "Cancel bu&ys of the ticket's symbol", self._on_cancel_buys),
            ("cancel_sells", "Cancel se&lls of the ticket's symbol", self._on_cancel_sells),
        ):
            menus.add(menu, name, title, slot)

    def _prepare(self, side: Side, *, at_bid: bool) -> None:
        form = self._desk.ticket.form
        self._desk.docks.focus("ticket")
        choose = self._desk.ticket.choose_buy if side is Side.BUY else self._desk.ticket.choose_sell
        choose()
        (form.take_bid if at_bid else form.take_ask)()

    @Slot()
    def _on_buy_bid(self) -> None:
        self._prepare(Side.BUY, at_bid=True)

    @Slot()
    def _on_buy_ask(self) -> None:
        self._prepare(Side.BUY, at_bid=False)

    @Slot()
    def _on_sell_bid(self) -> None:
        self._prepare(Side.SELL, at_bid=True)

    @Slot()
    def _on_sell_ask(self) -> None:
        self._prepare(Side.SELL, at_bid=False)

    @Slot()
    def _on_submit(self) -> None:
        """Press the ticket's button: what stands in its way stands in the way of the key too."""
        if self._desk.ticket.isVisible():
            self._desk.ticket.submit_button.click()

    @Slot()
    def _on_halve(self) -> None:
        position = self._desk.state.position(self._desk.ticket.con_id)
        if position is not None and position.quantity and self._desk.state.can_exit:
            self._desk.ordering.halve_position(position)

    @Slot()
    def _on_reverse(self) -> None:
        self._desk.docks.focus("positions")
        self._desk.board.positions.ask_to_reverse()

    @Slot()
    def _on_breakeven(self) -> None:
        position = self._desk.state.position(self._desk.ticket.con_id)
        if position is not None and position.quantity and self._desk.state.can_exit:
            self._desk.ordering.stop_to_breakeven(position)

    def _cancel(self, side: Side | None) -> None:
        account, con_id = self._desk.state.account, self._desk.ticket.con_id
        if account is not None and con_id is not None and not self._desk.state.is_read_only:
            chosen = CancelOrders(account=account, con_id=con_id, side=side)
            self._desk.ordering.cancel_some(chosen)

    @Slot()
    def _on_cancel_symbol(self) -> None:
        self._cancel(None)

    @Slot()
    def _on_cancel_buys(self) -> None:
        self._cancel(Side.BUY)

    @Slot()
    def _on_cancel_sells(self) -> None:
        self._cancel(Side.SELL)
