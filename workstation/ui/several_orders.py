"""Opens the dialogs for orders of several parts and brings their answers back."""

from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QWidget

from workstation.domain.account import PositionView
from workstation.domain.basket import MOST_CHARACTERS, Basket, read_basket
from workstation.domain.commands import Command, CommandResult, Done, PreviewMargin
from workstation.domain.contract import ContractDetails
from workstation.domain.family import Family
from workstation.domain.finding import Submitted
from workstation.domain.ids import AccountId
from workstation.domain.order import OrderDraft
from workstation.domain.several import CancelFamily, OrdersPreviewed, PreviewOrders
from workstation.ui import text
from workstation.ui.board import Board
from workstation.ui.combo_maker import ComboMaker
from workstation.ui.dialogs.basket import BasketDialog
from workstation.ui.dialogs.combo import ComboDialog
from workstation.ui.dialogs.hedge import HedgeDialog
from workstation.ui.dialogs.order_dialog import OrderDialog, late_words
from workstation.ui.dialogs.roll import RollDialog
from workstation.ui.dialogs.scale_position import ScaleDialog
from workstation.ui.dialogs.several import LadderDialog, TargetsDialog, as_one
from workstation.ui.messages import Messages
from workstation.ui.ordering import Ordering
from workstation.ui.screen_state import ScreenState
from workstation.ui.several_makers import BasketMaker, RollMaker
from workstation.ui.ticket_wishes import draft_of, new_intent


class Stage(Protocol):
    """What the dialogs need of the window."""

    ordering: Ordering
    board: Board
    state: ScreenState
    messages: Messages


class SeveralOrders(QObject):
    """One dialog at a time; asks, never acts. GUI thread."""

    def __init__(self, stage: Stage, window: QWidget) -> None:
        super().__init__(window)
        self._stage = stage
        self._window = window
        self.dialog: OrderDialog | None = None
        self.ways_out: tuple[QAction, ...] = ()
        """Actions whose keys work in the dialogs as they do in the window."""

        self.files: QFileDialog | None = None
        positions = stage.board.positions
        positions.scale_in_requested.connect(self.scale_in)
        positions.scale_out_requested.connect(self.scale_out)
        positions.roll_requested.connect(self.roll)
        stage.board.orders.family_cancel_requested.connect(self.cancel_family)

    @Slot(object)
    def scale_in(self, position: PositionView) -> None:
        """Ask how much shall be added to a position."""
        self._scale(position, grows=True)

    @Slot(object)
    def scale_out(self, position: PositionView) -> None:
        """Ask how much shall be taken out of a position."""
        self._scale(position, grows=False)

    @Slot()
    def combine(self) -> None:
        """Put a combination together and order it."""
        account = self._account()
        if account is None:
            return
        dialog = ComboDialog(account, self._stage.board.ticket.symbol, self._window)
        if self._open(dialog):
            maker = ComboMaker(dialog, self._stage.ordering, self._stage.state)
            self._stage.messages.quotes_changed.connect(maker.refresh)

    @Slot()
    def ladder(self) -> None:
        """Ask for a ladder of limits in the ticket's contract."""
        if (chosen := self._chosen()) is not None:
            self._open(LadderDialog(*chosen, self._window))

    @Slot()
    def targets(self) -> None:
        """Ask for an entry with several targets in the ticket's contract."""
        if (chosen := self._chosen()) is not None:
            self._open(TargetsDialog(*chosen, self._window))

    @Slot()
    def hedge(self) -> None:
        """Ask for a hedge of the order in the ticket; both are sent together."""
        chosen, ticket = self._chosen(), self._stage.board.ticket
        if chosen is None:
            return
        account, details = chosen
        order = draft_of(ticket.form.terms, new_intent(), account, details.contract.con_id)
        if not isinstance(order, OrderDraft):
            fault = "complete the order in the ticket first, without target and stop"
            self._stage.ordering.failed.emit(("The hedge", fault))
            return
        known = self._stage.state.details.values()
        self._open(HedgeDialog(order, details, known, self._window))

    @Slot()
    def basket(self) -> None:
        """Choose a file of orders."""
        if self._account() is None:
            return
        self.files = QFileDialog(self._window, "Open a basket of orders")
        self.files.setFileMode(QFileDialog.FileMode.ExistingFile)
        self.files.setNameFilter("Comma-separated (*.csv *.txt);;All files (*)")
        self.files.fileSelected.connect(self.open_basket)
        self.files.open()

    @Slot(str)
    def open_basket(self, name: str) -> None:
        """Read a file of orders and show it line by line."""
        account = self._account()
        if account is None:
            return
        path = Path(name)
        dialog = BasketDialog(account, path.name, _read(path), self._window)
        if self._open(dialog) and dialog.symbols:
            BasketMaker(dialog, self._stage.ordering)

    @Slot(object)
    def roll(self, position: PositionView) -> None:
        """Ask into which month a futures position is rolled."""
        state = self._stage.state
        front = state.details.get(position.con_id)
        if front is None or front.contract.sec_type != "FUT":
            self._stage.ordering.failed.emit(("The roll", "only futures are rolled"))
            return
        dialog = RollDialog(position, front, self._window)
        if self._open(dialog):
            maker = RollMaker(dialog, front, self._stage.ordering, state)
            self._stage.messages.quotes_changed.connect(maker.refresh)

    def _chosen(self) -> tuple[AccountId, ContractDetails] | None:
        """Return account and contract of the ticket; None, and said, without one."""
        state, ticket = self._stage.state, self._stage.board.ticket
        details = None if ticket.con_id is None else state.details.get(ticket.con_id)
        account = self._account()
        if account is None:
            return None
        if details is None:
            self._stage.ordering.failed.emit(("This order", "choose a contract in the ticket"))
            return None
        return account, details

    def _account(self) -> AccountId | None:
        """Return the account the orders go to; None, and said, where there is none."""
        state, fault = self._stage.state, ""
        if state.is_read_only:
            fault = "this session can look but not trade"
        elif state.order_account is None:
            several = state.has_several_accounts
            fault = "choose an account in the ticket" if several else "no account is known yet"
        if fault:
            self._stage.ordering.failed.emit(("This order", fault))
        return None if fault else state.order_account

    @Slot(object)
    def cancel_family(self, family: Family) -> None:
        """Cancel what still works of several orders that were one wish."""
        what = f"Cancel of the {family.kind.value}"
        self._stage.ordering.tell(CancelFamily(family.family_id), what)

    def _scale(self, position: PositionView, *, grows: bool) -> None:
        details = self._stage.state.details.get(position.con_id)
        self._open(ScaleDialog(position, details, grows=grows, parent=self._window))

    def _open(self, dialog: OrderDialog) -> bool:
        if self.dialog is not None:
            dialog.deleteLater()
            self.dialog.raise_()
            return False
        self.dialog = dialog
        dialog.command_requested.connect(self._on_command_requested)
        dialog.finished.connect(self._on_finished)
        dialog.addActions(self.ways_out)
        dialog.show()  # beside the window, not before it: the ways out stay open
        dialog.activateWindow()
        return True

    @Slot(object)
    def _on_command_requested(self, command: Command) -> None:
        if (dialog := self.dialog) is not None:
            title = dialog.windowTitle()
            taken = partial(self._take_answer, dialog, title, command)
            self._stage.ordering.ask(command, title, taken)

    def _take_answer(
        self, dialog: OrderDialog, title: str, command: Command, result: CommandResult
    ) -> None:
        """Give an answer to its dialog; say it aloud where that was closed meanwhile."""
        is_there, is_margin = self.dialog is dialog, isinstance(command, PreviewMargin)
        if is_there and is_margin and isinstance(dialog, ComboDialog):
            dialog.take_margin(result)
        elif is_there:
            dialog.take_answer(result)
        elif not isinstance(command, PreviewOrders | PreviewMargin):
            say_late(self._stage.ordering, title, result)

    @Slot()
    def _on_finished(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None


def say_late(ordering: Ordering, title: str, result: CommandResult) -> None:
    """Say what became of an order whose dialog is closed; Done was said already."""
    answer = as_one(result) if isinstance(result, OrdersPreviewed) else result
    words = text.one_line(late_words(answer), 400)
    if isinstance(answer, Submitted):
        ordering.done.emit(f"{title}: {words}")
    elif not isinstance(answer, Done):
        ordering.failed.emit((title, words))


def _read(path: Path) -> Basket:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return read_basket(file.read(MOST_CHARACTERS + 1))
    except UnicodeDecodeError:
        return Basket(fault="This is no text; save it as comma-separated values in UTF-8.")
    except OSError as error:
        return Basket(fault=f"It cannot be read: {error.strerror}.")
