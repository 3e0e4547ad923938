"""Opens the dialogs for orders of several parts and brings their answers back."""

from typing import Protocol

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from workstation.domain.account import PositionView
from workstation.domain.commands import CancelFamily, Command, PreviewMargin
from workstation.domain.family import Family
from workstation.ui.board import Board
from workstation.ui.combo_maker import ComboMaker
from workstation.ui.dialogs.combo import ComboDialog
from workstation.ui.dialogs.order_dialog import OrderDialog
from workstation.ui.dialogs.scale_position import ScaleDialog
from workstation.ui.messages import Messages
from workstation.ui.ordering import Ordering
from workstation.ui.screen_state import ScreenState


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
        positions = stage.board.positions
        positions.scale_in_requested.connect(self.scale_in)
        positions.scale_out_requested.connect(self.scale_out)
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
        account = self._stage.state.account
        if account is None or self._stage.state.is_read_only:
            return
        dialog = ComboDialog(account, self._stage.board.ticket.symbol, self._window)
        if self._open(dialog):
            maker = ComboMaker(dialog, self._stage.ordering, self._stage.state)
            self._stage.messages.quotes_changed.connect(maker.refresh)

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
        dialog.open()
        return True

    @Slot(object)
    def _on_command_requested(self, command: Command) -> None:
        dialog = self.dialog
        if isinstance(dialog, ComboDialog) and isinstance(command, PreviewMargin):
            self._stage.ordering.ask(command, dialog.windowTitle(), dialog.take_margin)
        elif dialog is not None:
            self._stage.ordering.ask(command, dialog.windowTitle(), dialog.take_answer)

    @Slot()
    def _on_finished(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None
