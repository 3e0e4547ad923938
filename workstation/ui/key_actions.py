"""Order actions without a key of their own: in the menu, and bindable to any key."""

from typing import Protocol

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QMenu

from workstation.domain.account import PositionView
from workstation.domain.commands import CancelOrders
from workstation.domain.order import OrderType, Side
from workstation.ui import text
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
    one or cancels is never held up here. A key that can do nothing says why.
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

    def _say(self, what: str, why: str) -> None:
        self._desk.ordering.failed.emit((what, why))

    def _prepare(self, side: Side, *, at_bid: bool) -> None:
        """Put side and price into the ticket; where there is no such price, none stays there."""
        form = self._desk.ticket.form
        self._desk.docks.focus("ticket")
        name = "bid" if at_bid else "ask"
        what = f"{side.value.capitalize()} at the {name}"
        if not form.type_box.isEnabled():
            self._say(what, "the ticket changes an order, or only looks; Esc leaves a change")
            return
        choose = self._desk.ticket.choose_buy if side is Side.BUY else self._desk.ticket.choose_sell
        choose()
        if form.terms.order_type.takes_stop or form.terms.order_type.trails:
            form.type_box.setCurrentText(OrderType.LIMIT.value)
        button = form.bid_button if at_bid else form.ask_button
        if not button.isEnabled():
            form.price_edit.set_value(None)
            self._say(what, f"there is no {name} that can be used now; the limit is empty")
            return
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
        ticket = self._desk.ticket
        if not ticket.isVisible():
            self._desk.docks.focus("ticket")
            self._say("Submit", "the ticket was not in sight; look at it, then press again")
        elif ticket.submit_button.isEnabled():
            ticket.submit_button.click()
        else:
            self._say("Submit", ticket.why_not_sent)

    def _held(self, what: str) -> PositionView | None:
        """Return the open position of the ticket's contract; None, and said, without one."""
        state, ticket = self._desk.state, self._desk.ticket
        position = state.position(ticket.con_id)
        symbol = text.one_line(ticket.symbol, 24) or "no symbol"
        if position is None or not position.quantity:
            self._say(what, f"no position is held in what the ticket shows ({symbol})")
        elif not state.can_exit:
            self._say(f"{what} of {symbol}", "there is no link over which it could be sent")
        else:
            return position
        return None

    @Slot()
    def _on_halve(self) -> None:
        if (position := self._held("Half")) is not None:
            self._desk.ordering.halve_position(position)

    @Slot()
    def _on_reverse(self) -> None:
        positions = self._desk.board.positions
        self._desk.docks.focus("positions")
        positions.ask_to_reverse()

    @Slot()
    def _on_breakeven(self) -> None:
        if (position := self._held("Breakeven")) is not None:
            self._desk.ordering.stop_to_breakeven(position)

    def _cancel(self, side: Side | None) -> None:
        state, con_id = self._desk.state, self._desk.ticket.con_id
        account = state.order_account or state.account
        if account is None or con_id is None or state.is_read_only:
            why = "this session only looks" if state.is_read_only else "no contract is chosen"
            self._say("Cancel", why)
            return
        self._desk.ordering.cancel_some(CancelOrders(account=account, con_id=con_id, side=side))

    @Slot()
    def _on_cancel_symbol(self) -> None:
        self._cancel(None)

    @Slot()
    def _on_cancel_buys(self) -> None:
        self._cancel(Side.BUY)

    @Slot()
    def _on_cancel_sells(self) -> None:
        self._cancel(Side.SELL)
