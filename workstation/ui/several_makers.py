"""Finds what the dialogs for baskets and rolls need at the broker while they are open."""

from functools import partial

from PySide6.QtCore import QObject, QTimer, Slot

from workstation.domain.combo import ComboLeg
from workstation.domain.combo_contract import combo_quote
from workstation.domain.commands import Answered, Ask, CommandResult, Done, Failed
from workstation.domain.contract import ContractDetails
from workstation.domain.ids import ConId
from workstation.domain.queries import ContractFilter, FindContracts
from workstation.domain.query import RequestFailure
from workstation.domain.several import PrepareCombo, PrepareContracts
from workstation.ui.dialogs.basket import BasketDialog
from workstation.ui.dialogs.roll import RollDialog
from workstation.ui.ordering import Ordering
from workstation.ui.screen_state import ScreenState

QUOTES_MS = 1500
"""How long the quotes of a basket may take before its lines are judged."""


class BasketMaker(QObject):
    """Finds the contracts of a basket's symbols. GUI thread."""

    def __init__(self, dialog: BasketDialog, ordering: Ordering) -> None:
        super().__init__(dialog)
        self._dialog = dialog
        self._ordering = ordering
        self._is_open = True
        self._con_ids: dict[str, ConId] = {}
        self._faults: dict[str, str] = {}
        self._left = set(dialog.symbols)
        dialog.finished.connect(self._on_finished)
        for symbol in dialog.symbols:
            wanted = ContractFilter(symbol=symbol, sec_type="STK", exchange="SMART", currency="USD")
            ordering.ask(Ask(FindContracts(wanted)), "Basket", partial(self._take, symbol))

    def _take(self, symbol: str, result: CommandResult) -> None:
        if not self._is_open:
            return
        found = _contracts(result)
        if isinstance(found, str):
            self._faults[symbol] = found
        elif len(found) != 1:
            self._faults[symbol] = "the broker has no such US stock" if not found else "ambiguous"
        else:
            self._con_ids[symbol] = found[0].contract.con_id
        self._left.discard(symbol)
        if not self._left:
            wanted = tuple(self._con_ids.values())
            self._ordering.ask(PrepareContracts(wanted), "Basket", self._take_ready)

    def _take_ready(self, result: CommandResult) -> None:
        if not self._is_open:
            return
        if isinstance(result, Failed):
            self._dialog.say(result.reason, "error")
        self._dialog.take_contracts(self._con_ids, self._faults)
        QTimer.singleShot(QUOTES_MS, self._dialog, self._dialog.check)

    @Slot()
    def _on_finished(self) -> None:
        self._is_open = False
        self._ordering.ask(PrepareContracts(()), "Basket", _nothing)


class RollMaker(QObject):
    """Finds the months of a future and keeps the calendar's market up to date. GUI thread."""

    def __init__(
        self, dialog: RollDialog, front: ContractDetails, ordering: Ordering, state: ScreenState
    ) -> None:
        super().__init__(dialog)
        self._dialog = dialog
        self._ordering = ordering
        self._state = state
        self._is_open = True
        self._chosen: tuple[ComboLeg, ...] = ()
        dialog.month_chosen.connect(self._on_month_chosen)
        dialog.finished.connect(self._on_finished)
        contract = front.contract
        wanted = ContractFilter(
            symbol=contract.symbol,
            sec_type="FUT",
            exchange=contract.exchange,
            currency=contract.currency,
        )
        ordering.ask(Ask(FindContracts(wanted)), "Roll", self._take_months)

    @Slot()
    def refresh(self) -> None:
        """Show the newest market; called when quotes change."""
        legs = self._dialog.known()
        if legs:
            self._dialog.show_market(combo_quote(legs, self._state.quotes.get))

    def _take_months(self, result: CommandResult) -> None:
        if not self._is_open:
            return
        found = _contracts(result)
        if isinstance(found, str):
            self._dialog.show_fault(found)
        else:
            self._dialog.show_months(found)

    @Slot(object)
    def _on_month_chosen(self, legs: tuple[ComboLeg, ...]) -> None:
        self._chosen = legs
        self._ordering.ask(PrepareCombo(legs), "Roll", partial(self._take_ready, legs))

    def _take_ready(self, legs: tuple[ComboLeg, ...], result: CommandResult) -> None:
        if not self._is_open or legs != self._chosen:
            return
        if isinstance(result, Done):
            self._dialog.ready()
            self.refresh()
        elif isinstance(result, Failed):
            self._dialog.show_fault(result.reason)

    @Slot()
    def _on_finished(self) -> None:
        self._is_open = False
        self._ordering.ask(PrepareCombo(()), "Roll", _nothing)


def _contracts(result: CommandResult) -> list[ContractDetails] | str:
    if isinstance(result, RequestFailure):
        return result.sentence
    if not isinstance(result, Answered):
        return result.reason if isinstance(result, Failed) else "no answer"
    found: dict[ConId, ContractDetails] = {each.contract.con_id: each for each in result.value}
    return list(found.values())


def _nothing(_result: CommandResult) -> None:
    """Take an answer that nobody waits for."""
