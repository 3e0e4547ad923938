"""Turns wishes of the panels into commands and brings the answers back."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from workstation.bridge.commands import CommandPort
from workstation.domain.account import PositionView
from workstation.domain.bracket import BracketDraft
from workstation.domain.commands import (
    AcknowledgeLoss,
    CancelOrder,
    CancelOrders,
    ChangeOrder,
    ClosePosition,
    Command,
    CommandResult,
    ConfirmNotPlaced,
    Done,
    Failed,
    Flatten,
    GlobalCancel,
    HalvePosition,
    PreviewOrder,
    Reconnect,
    ReversePosition,
    SetArmed,
    SetTradingState,
    ShowAccount,
    StopToBreakeven,
    SubmitBracket,
    SubmitOrder,
)
from workstation.domain.coverage import RepairProtection
from workstation.domain.finding import Denied, NeedsAcknowledgement, Submitted, TradingState
from workstation.domain.ids import AccountId
from workstation.domain.limit_use import ApplyLimits, LockLimits
from workstation.domain.order import OrderChange, OrderDraft
from workstation.domain.order_status import OrderView
from workstation.ui import text
from workstation.ui.panels.positions import PositionsPanel
from workstation.ui.panels.ticket import TicketPanel

LOUD_WHEN_IT_FAILS = (
    "Cancel",
    "Global cancel",
    "Close of",
    "Half of",
    "Reversal of",
    "Breakeven of",
    "Flatten",
    "Trading state",
)
"""How the names of those commands begin whose failure is an alarm: the user relies on them."""


class Ordering(QObject):
    """Sends what the user asked for; what the core refuses is said aloud."""

    failed = Signal(object)
    """(what was asked, reason) of a command that was not carried out: tuple[str, str]."""

    submitted = Signal(object)
    """(draft, answer) of an order or bracket that was sent: tuple[OrderDraft | BracketDraft,
    Submitted]."""

    arming_failed = Signal()
    """Arming stays as it was; what shows it must be set back."""

    reverse_asked = Signal(object)
    """(PositionView, findings) to confirm: tuple[PositionView, tuple[Finding, ...]]."""

    done = Signal(object)
    """What the core had to say of something carried out: str."""

    def __init__(
        self, commands: CommandPort, ticket: TicketPanel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._commands = commands
        self._ticket = ticket

    def serve_positions(self, panel: PositionsPanel) -> None:
        """Carry out what the panel of positions asks for."""
        panel.close_requested.connect(self.close_position)
        panel.halve_requested.connect(self.halve_position)
        panel.reverse_requested.connect(self.reverse_position)
        panel.breakeven_requested.connect(self.stop_to_breakeven)
        panel.refused.connect(self.failed)
        self.reverse_asked.connect(panel.ask_to_confirm)

    @Slot(object)
    def submit(self, draft: OrderDraft | BracketDraft) -> None:
        """Send an order or a bracket."""
        command: Command
        command = SubmitBracket(draft) if isinstance(draft, BracketDraft) else SubmitOrder(draft)
        self._commands.send(command, partial(self._take_submission, draft))

    @Slot(object)
    def change(self, change: OrderChange) -> None:
        """Send new terms of an order."""
        self._commands.send(ChangeOrder(change), partial(self._ticket.show_result, change))

    @Slot(object)
    def preview(self, draft: OrderDraft | BracketDraft) -> None:
        """Ask what would become of an order."""
        self._commands.send(PreviewOrder(draft), partial(self._ticket.show_preview, draft))

    @Slot(object)
    def close_position(self, position: PositionView) -> None:
        """Cancel what protects a position and close it."""
        what = f"Close of {text.one_line(position.symbol, 40)}"
        self._tell(ClosePosition(position.account, position.con_id), what)

    @Slot(object)
    def halve_position(self, position: PositionView) -> None:
        """Close half of a position."""
        what = f"Half of {text.one_line(position.symbol, 40)}"
        self._tell(HalvePosition(position.account, position.con_id), what)

    @Slot(object)
    def reverse_position(self, asked: tuple[PositionView, frozenset[str]]) -> None:
        """Turn a position around; what risk asks comes back as `reverse_asked`."""
        position, accepted = asked
        command = ReversePosition(
            position.account, position.con_id, accepted, held=position.quantity
        )
        self._commands.send(command, partial(self._take_reversal, position))

    @Slot(object)
    def stop_to_breakeven(self, position: PositionView) -> None:
        """Move the stops of a position to its cost."""
        what = f"Breakeven of {text.one_line(position.symbol, 40)}"
        self._tell(StopToBreakeven(position.account, position.con_id), what)

    @Slot(object)
    def cancel(self, orders: tuple[OrderView, ...]) -> None:
        """Cancel these orders."""
        for order in orders:
            what = f"Cancel of order {order.order_id}"
            self._commands.send(CancelOrder(order.key), partial(self._take_answer, what))

    @Slot()
    def cancel_all(self) -> None:
        """Cancel this client's orders; what protects an open position stays."""
        self._tell(CancelOrders(), "Cancel all")

    @Slot()
    def cancel_protection_too(self) -> None:
        """Cancel every working order of this client."""
        self._tell(CancelOrders(protection=True), "Cancel all, protection too")

    @Slot(object)
    def cancel_some(self, chosen: CancelOrders) -> None:
        """Cancel the orders of a contract or side; what protects a position stays."""
        self._tell(chosen, "Cancel")

    def cancel_globally(self) -> None:
        """Cancel every order of the login, other clients' and TWS's own too."""
        self._tell(GlobalCancel(), "Global cancel")

    @Slot(object)
    def show_account(self, account: AccountId) -> None:
        """Show another account everywhere."""
        self._tell(ShowAccount(account), "Account")

    @Slot()
    def reconnect(self) -> None:
        """Try the broker at once."""
        self._tell(Reconnect(), "Reconnect")

    def set_trading_state(self, state: TradingState) -> None:
        """Change the latched trading state."""
        self._tell(SetTradingState(state), f"Trading state {state.value}")

    def acknowledge_loss(self) -> None:
        """Answer for what may be missing of a damaged record of orders."""
        self._tell(AcknowledgeLoss(), "The record of orders")

    @Slot(object)
    def flatten(self, account: AccountId) -> None:
        """Close every position of an account, then halt."""
        self._tell(Flatten(account), "Flatten")

    @Slot(object)
    def repair(self, wish: RepairProtection) -> None:
        """Mend what protects a position."""
        self._tell(wish, "Repair")

    @Slot(object)
    def apply_limits(self, account: AccountId) -> None:
        """Put the edited limits of an account in force."""
        self._tell(ApplyLimits(account), "Limits")

    @Slot(object)
    def lock_limits(self, account: AccountId) -> None:
        """Let the limits of an account only get tighter until the next session."""
        self._tell(LockLimits(account), "Limits")

    @Slot(object)
    def confirm_not_placed(self, order: OrderView) -> None:
        """Say that an order never reached the broker."""
        self._tell(ConfirmNotPlaced(order.key), f"Closing the record of order {order.order_id}")

    @Slot(bool)
    def arm(self, armed: bool) -> None:  # noqa: FBT001 -- Qt's signature
        """Allow or forbid entries on a live account."""
        self._commands.send(SetArmed(armed), partial(self._take_arming, armed))

    def ask(self, command: Command, what: str, answered: Callable[[CommandResult], object]) -> None:
        """Send a command of a dialog; what was carried out is said, the rest is the dialog's."""

        def take(result: CommandResult) -> None:
            if isinstance(result, Done):
                self._take_answer(what, result)
            answered(result)

        self._commands.send(command, take)

    def tell(self, command: Command, what: str) -> None:
        """Send a command and say aloud what became of it."""
        self._tell(command, what)

    def _tell(self, command: Command, what: str) -> None:
        self._commands.send(command, partial(self._take_answer, what))

    def _take_answer(self, what: str, result: CommandResult) -> None:
        if isinstance(result, Failed):
            self.failed.emit((what, result.reason))
        elif isinstance(result, Denied):
            reasons = "  ".join(finding.text for finding in result.findings)
            self.failed.emit((what, reasons))
        elif isinstance(result, Done) and result.text:
            self.done.emit(f"{what}: {result.text}")

    def _take_submission(self, draft: OrderDraft | BracketDraft, result: CommandResult) -> None:
        self._ticket.show_result(draft, result)
        if isinstance(result, Submitted):
            self.submitted.emit((draft, result))

    def _take_reversal(self, position: PositionView, result: CommandResult) -> None:
        if isinstance(result, NeedsAcknowledgement):
            self.reverse_asked.emit((position, result.findings))
        else:
            self._take_answer(f"Reversal of {text.one_line(position.symbol, 40)}", result)

    def _take_arming(self, armed: bool, result: CommandResult) -> None:  # noqa: FBT001
        if not isinstance(result, Done):
            self._take_answer("Arming" if armed else "Disarming", result)
            self.arming_failed.emit()
