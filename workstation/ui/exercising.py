"""From a position's row to the dialog that exercises options or lets them lapse."""

import math
from dataclasses import replace
from decimal import Decimal
from functools import partial

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from workstation.domain.account import PositionView
from workstation.domain.commands import CommandResult, Failed
from workstation.domain.contract import ContractDetails
from workstation.domain.exercise import ExerciseOption, names_an_option
from workstation.domain.finding import Denied, Finding, NeedsAcknowledgement
from workstation.domain.ids import ConId
from workstation.domain.override import accepted
from workstation.domain.quote import Quote
from workstation.domain.several import PrepareContracts
from workstation.ui import text
from workstation.ui.board import Board
from workstation.ui.dialogs.exercise_dialog import ExerciseChoice, ExerciseDialog, OptionNow
from workstation.ui.dialogs.plain_dialog import PlainDialog
from workstation.ui.ordering import Ordering
from workstation.ui.screen_state import ScreenState
from workstation.ui.ticket_rules import finding_text
from workstation.ui.ticket_wishes import new_intent


class Exercising(QObject):
    """Opens the dialog for a long option position and sends what was chosen. GUI thread."""

    def __init__(
        self, board: Board, ordering: Ordering, state: ScreenState, window: QWidget
    ) -> None:
        super().__init__(window)
        self._ordering, self._state, self._window = ordering, state, window
        self.dialog: ExerciseDialog | None = None
        self.question: PlainDialog | None = None
        self._again: tuple[ExerciseOption, str] | None = None
        self._findings: tuple[Finding, ...] = ()
        board.positions.exercise_requested.connect(self.begin)

    @Slot(object)
    def begin(self, position: PositionView) -> None:
        """Ask about a position; one that is no long option is told so."""
        details = self._state.details.get(position.con_id)
        if self.dialog is not None:
            return
        if details is None or not names_an_option(details) or position.quantity < 1:
            symbol = text.one_line(position.symbol, 24)
            reason = "Only an option that is held long can be exercised or lapse."
            self._ordering.failed.emit((f"Exercise of {symbol}", reason))
            return
        wanted = (position.con_id, *((details.under_con_id,) if details.under_con_id else ()))
        self._ordering.ask(PrepareContracts(wanted), "Prices", self._take_prices)
        self.dialog = ExerciseDialog(partial(self._now, position, details), self._window)
        self.dialog.chosen.connect(self._on_chosen)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.open()

    def _take_prices(self, result: CommandResult) -> None:
        """Leave it at what the dialog says is not known; only the reason is worth a word."""
        if isinstance(result, Failed):
            self._ordering.failed.emit(("Prices of the option", result.reason))

    def _now(self, position: PositionView, details: ContractDetails) -> OptionNow:
        state, under = self._state, details.under_con_id
        place = (position.account, position.con_id)
        quote = state.quotes.get(position.con_id)
        return OptionNow(
            position=state.positions.get(place, position),
            option=details,
            underlying=state.details.get(under) if under else None,
            bid=_price(quote.bid) if _is_fresh(quote) and quote else None,
            base=self._base(under),
        )

    def _base(self, con_id: ConId | None) -> Decimal | None:
        """Return the price of the underlying: between its bid and ask, else its last."""
        quote = self._state.quotes.get(con_id) if con_id else None
        if quote is None or quote.stale:
            return None
        if quote.two_sided and quote.bid is not None and quote.ask is not None:
            return _price((quote.bid + quote.ask) / 2)
        return _price(quote.last)

    @Slot(object)
    def _on_chosen(self, choice: ExerciseChoice) -> None:
        position = choice.position
        command = ExerciseOption(
            intent_id=new_intent(),
            account=position.account,
            con_id=position.con_id,
            action=choice.action,
            quantity=choice.quantity,
            held=position.quantity,
            override=choice.override,
        )
        what = f"{choice.action.value.capitalize()} of {text.one_line(position.symbol, 24)}"
        self._send(command, what)

    def _send(self, command: ExerciseOption, what: str) -> None:
        self._ordering.ask(command, what, partial(self._take_answer, command, what))

    def _take_answer(self, command: ExerciseOption, what: str, result: CommandResult) -> None:
        """Say what was refused; ask once about what exercising would open."""
        if isinstance(result, Failed):
            self._ordering.failed.emit((what, result.reason))
        elif isinstance(result, Denied):
            reasons = "  ".join(finding.text for finding in result.findings)
            self._ordering.failed.emit((what, reasons))
        elif isinstance(result, NeedsAcknowledgement):
            self._ask(command, what, result.findings)

    def _ask(self, command: ExerciseOption, what: str, findings: tuple[Finding, ...]) -> None:
        heaviest = sorted(findings, key=lambda each: -each.level)
        content = "\n".join(map(finding_text, heaviest))
        answers = {"send": "Exercise anyway", "keep": "Keep the option"}
        self.question = PlainDialog(what, content, answers, self._window)
        self.question.ask_reason(findings)
        self._again, self._findings = (command, what), findings
        self.question.answered.connect(self._on_answered)
        self.question.open()

    @Slot(object)
    def _on_answered(self, answer: str) -> None:
        reason = self.question.reason_edit.reason if self.question is not None else ""
        self.question = None
        again, self._again = self._again, None
        if answer == "send" and again is not None:
            command, what = again
            names = accepted(self._findings, reason)
            self._send(replace(command, acknowledged=names), what)

    @Slot()
    def _on_finished(self) -> None:
        self.dialog = None


def _is_fresh(quote: Quote | None) -> bool:
    return quote is not None and not quote.stale


def _price(value: float | None) -> Decimal | None:
    return None if value is None or math.isnan(value) else Decimal(repr(value))
