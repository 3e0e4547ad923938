"""Finds the legs of a combination for its dialog and keeps the implied market up to date."""

from functools import partial

from PySide6.QtCore import QObject, Slot

from workstation.domain.combo_contract import combo_quote
from workstation.domain.commands import Answered, Ask, CommandResult, Failed
from workstation.domain.contract import ContractDetails
from workstation.domain.queries import FindContracts
from workstation.domain.query import RequestFailure
from workstation.domain.several import PrepareCombo
from workstation.ui.dialogs.combo import ComboDialog, LegWish
from workstation.ui.ordering import Ordering
from workstation.ui.screen_state import ScreenState


class ComboMaker(QObject):
    """Serves one dialog as long as it is open. GUI thread."""

    def __init__(self, dialog: ComboDialog, ordering: Ordering, state: ScreenState) -> None:
        super().__init__(dialog)
        self._dialog = dialog
        self._ordering = ordering
        self._state = state
        self._round = 0
        self._open: set[int] = set()
        dialog.legs_requested.connect(self._on_legs_requested)
        dialog.finished.connect(self._on_finished)

    @Slot()
    def refresh(self) -> None:
        """Show the newest market; called when quotes change."""
        legs = self._dialog.known()
        if legs:
            self._dialog.show_market(combo_quote(legs, self._state.quotes.get))

    @Slot(object)
    def _on_legs_requested(self, wishes: tuple[LegWish, ...]) -> None:
        self._round += 1
        self._open = {wish.row for wish in wishes}
        for wish in wishes:
            command = Ask(FindContracts(wish.filter))
            self._ordering.ask(command, "Leg", partial(self._take_leg, self._round, wish))

    def _take_leg(self, number: int, wish: LegWish, result: CommandResult) -> None:
        if number != self._round:
            return  # the legs were changed meanwhile
        details, words = _only_one(result)
        self._dialog.leg_found(wish.row, details, words)
        self._open.discard(wish.row)
        if self._open:
            return
        legs = self._dialog.legs
        if legs:
            self._ordering.ask(PrepareCombo(legs), "Combination", self._take_ready)
        else:
            self._dialog.legs_ready(Failed("Not every leg was found."))

    def _take_ready(self, result: CommandResult) -> None:
        self._dialog.legs_ready(result)
        self.refresh()

    @Slot()
    def _on_finished(self) -> None:
        self._round += 1
        self._ordering.ask(PrepareCombo(()), "Combination", lambda _result: None)


def _only_one(result: CommandResult) -> tuple[ContractDetails | None, str]:
    if isinstance(result, RequestFailure):
        return None, result.sentence
    if not isinstance(result, Answered):
        return None, getattr(result, "reason", "no answer")
    found = {each.contract.con_id: each for each in result.value}
    if not found:
        return None, "the broker lists no such contract"
    if len(found) > 1:
        return None, f"{len(found)} contracts fit; write the expiry to the day"
    (details,) = found.values()
    return details, details.contract.local_symbol or details.contract.symbol
