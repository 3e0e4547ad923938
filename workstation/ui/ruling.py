"""Opens the dialogs of rules, brings their answers back, and keeps the table of rules up to date."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from itertools import groupby

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

from workstation.domain.account import PositionView
from workstation.domain.commands import Command, CommandResult, Done, Failed
from workstation.domain.finding import Denied, NeedsAcknowledgement, Submitted
from workstation.domain.ids import AccountId, OrderKey
from workstation.domain.order_status import OrderView
from workstation.domain.override import accepted
from workstation.domain.rule import (
    ConfirmRule,
    PauseRule,
    RemoveRule,
    ResumeRule,
    Rule,
    RuleState,
    RuleView,
)
from workstation.ui import text
from workstation.ui.board import Board
from workstation.ui.dialogs.exit_rule import ExitRuleDialog
from workstation.ui.dialogs.order_dialog import OrderDialog
from workstation.ui.dialogs.plain_dialog import PlainDialog
from workstation.ui.dialogs.rule import RuleChoices, RuleDialog
from workstation.ui.dialogs.rule_row import order_name
from workstation.ui.messages import Messages
from workstation.ui.models.rules import RuleRow, entry_of, to_go
from workstation.ui.ordering import Ordering
from workstation.ui.screen_state import ScreenState
from workstation.ui.several_orders import Stage
from workstation.ui.ticket_rules import finding_text
from workstation.ui.ticket_wishes import draft_of, new_intent

_STOPS = frozenset({"STP", "STP LMT"})
_REFRESH_MS = 500
"""Distances are read, not traded on: twice a second is enough."""


class Ruling(QObject):
    """One dialog at a time; asks, never acts. GUI thread."""

    def __init__(self, stage: Stage, window: QWidget) -> None:
        super().__init__(window)
        self._board: Board = stage.board
        self._ordering: Ordering = stage.ordering
        self._state: ScreenState = stage.state
        self._window = window
        self.dialog: OrderDialog | None = None
        self.question: PlainDialog | None = None
        self._held: RuleView | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_REFRESH_MS)
        self._timer.timeout.connect(self._on_tick)
        self._connect(stage.messages)
        self.refresh()

    def _connect(self, messages: Messages) -> None:
        panel = self._board.rules
        panel.new_requested.connect(self.make)
        panel.edit_requested.connect(self._on_edit)
        panel.pause_requested.connect(self._on_pause)
        panel.resume_requested.connect(self._on_resume)
        panel.confirm_requested.connect(self._on_confirm)
        panel.remove_requested.connect(self._on_remove)
        self._board.positions.exit_rule_requested.connect(self.protect)
        self._board.orders.exit_rule_requested.connect(self.follow)
        messages.rules_changed.connect(self.refresh)
        messages.link_changed.connect(self._on_link)

    # -- the table ----------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Show every rule with how far it has to go."""
        now, rules = datetime.now(UTC), self._state.rules
        rows: dict[object, RuleRow] = {
            each.record.rule_id: RuleRow(each, to_go(each, self._state, now)) for each in rules
        }
        active = sum(each.record.state is RuleState.ARMED for each in rules)
        asks = sum(each.record.state in {RuleState.HELD, RuleState.PAUSED} for each in rules)
        words = [f"{text.count_of(active, 'rule')} watched on this computer"] if rules else []
        words += [f"{asks} paused or held"] if asks else []
        self._board.rules.show_rules(rows, ", ".join(words))
        if any(each.record.state.is_active for each in rules):
            self._timer.start()
        else:
            self._timer.stop()

    @Slot()
    def _on_tick(self) -> None:
        if self._board.rules.isVisible():
            self.refresh()

    @Slot(object)
    def _on_link(self, _old: object) -> None:
        self._board.rules.set_read_only(read_only=self._state.is_read_only)

    # -- making -------------------------------------------------------------------------------

    @Slot()
    def make(self) -> None:
        """Ask for an if-then rule; the order in the ticket can be what it sends."""
        if (choices := self._choices()) is not None:
            self._open(RuleDialog(choices, None, self._window))

    @Slot()
    def exit_rule(self) -> None:
        """Ask for an exit rule of the ticket's position."""
        position = self._state.position(self._board.ticket.con_id)
        if position is None or not position.quantity:
            self._ordering.failed.emit(("The exit rule", "the ticket's contract has no position"))
        else:
            self.protect(position)

    @Slot(object)
    def protect(self, position: PositionView) -> None:
        """Ask how the stop of a position shall follow its profit."""
        place = (position.account, position.con_id)
        stops = [
            each
            for each in self._stops()
            if (each.account, each.con_id) == place and each.side.sign * position.quantity < 0
        ]
        if not stops:
            name = text.one_line(position.symbol, 24)
            reason = (
                "the position has no stop of this program. An exit rule only moves a stop that "
                "works at the broker: send one first"
            )
            self._ordering.failed.emit((f"The exit rule of {name}", reason))
            return
        self._ask_exit(stops)

    @Slot(object)
    def follow(self, order: OrderView) -> None:
        """Ask how one working stop shall follow a profit."""
        if order.order_type in _STOPS and order.is_working and order.editable:
            self._ask_exit([order])
        else:
            reason = "only a working stop of this program is moved by a rule"
            self._ordering.failed.emit((f"The exit rule of order {order.order_id}", reason))

    def _ask_exit(self, stops: list[OrderView], rule: Rule | None = None) -> None:
        details = self._state.details.get(stops[0].con_id)
        if details is None or self._state.is_read_only:
            self._ordering.failed.emit(("The exit rule", "the contract is not known yet"))
            return
        place = (stops[0].account, stops[0].con_id)
        entry = entry_of(self._state.positions.get(place), details)
        others = self._watched()
        self._open(ExitRuleDialog(stops, details, entry, rule, self._window, others=others))

    def _choices(self) -> RuleChoices | None:
        """Return what a rule can speak of; None, and said, where nothing may be sent."""
        state, ticket = self._state, self._board.ticket
        if state.account is None or state.is_read_only or not state.details:
            self._ordering.failed.emit(("The rule", "there is no account to watch for yet"))
            return None
        prepared = None
        if ticket.con_id is not None:
            prepared = draft_of(ticket.form.terms, new_intent(), state.account, ticket.con_id)
        own = [each for each in state.own_working_orders() if each.account == state.account]
        rules = self._watched()
        return RuleChoices(
            account=state.account,
            contracts=state.details,
            chosen=ticket.con_id,
            orders=own,
            stops=self._stops(),
            cancels=_cancels(own, state.account),
            prepared=prepared,
            rules=rules,
            groups=sorted({each.group for each in rules if each.group}),
        )

    def _watched(self) -> list[Rule]:
        """Return the rules that are not over: another one can wait for each."""
        return [each.record.rule for each in self._state.rules if each.record.state.is_active]

    def _stops(self) -> list[OrderView]:
        own = self._state.own_working_orders()
        found = [each for each in own if each.order_type in _STOPS and each.stop_price is not None]
        return sorted(found, key=lambda each: each.created_at, reverse=True)

    @Slot(object)
    def _on_edit(self, view: RuleView) -> None:
        rule = view.record.rule
        if rule.exit is not None:
            stops = [each for each in self._stops() if each.key == rule.exit.stop]
            if stops:
                self._ask_exit(stops, rule)
            else:
                self._ordering.failed.emit(("The exit rule", "its stop does not work any more"))
        elif (choices := self._choices()) is not None:
            self._open(RuleDialog(choices, rule, self._window))

    def _open(self, dialog: OrderDialog) -> None:
        if self.dialog is not None:
            dialog.deleteLater()
            self.dialog.raise_()
            return
        self.dialog = dialog
        dialog.command_requested.connect(self._on_command_requested)
        dialog.finished.connect(self._on_finished)
        dialog.open()

    @Slot(object)
    def _on_command_requested(self, command: Command) -> None:
        if self.dialog is not None:
            self._ordering.ask(command, self.dialog.windowTitle(), self.dialog.take_answer)

    @Slot()
    def _on_finished(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    # -- what becomes of them -----------------------------------------------------------------

    @Slot(object)
    def _on_pause(self, views: tuple[RuleView, ...]) -> None:
        self._each(views, PauseRule, "Pause of the rule")

    @Slot(object)
    def _on_resume(self, views: tuple[RuleView, ...]) -> None:
        self._each(views, ResumeRule, "The rule")

    @Slot(object)
    def _on_remove(self, views: tuple[RuleView, ...]) -> None:
        self._each(views, RemoveRule, "Removal of the rule")

    def _each(
        self, views: tuple[RuleView, ...], command: Callable[..., Command], what: str
    ) -> None:
        for view in views:
            self._ordering.tell(command(view.record.rule_id), what)

    @Slot(object)
    def _on_confirm(self, view: RuleView) -> None:
        """Show what a held order asks; nothing is sent without the answer."""
        if self.question is not None:
            return
        record = view.record
        shown = "\n".join(f"• {finding_text(each)}" for each in record.findings)
        words = text.one_line(RuleRow(view).action, 200)
        content = f"The rule fired and holds its order: {words}.\nNot sent yet:\n{shown}"
        answers = {"send": "Confirm and send", "keep": "Leave it held"}
        self._held = view
        self.question = PlainDialog("Held order of a rule", content, answers, self._window)
        self.question.ask_reason(record.findings)
        self.question.answered.connect(self._on_answered)
        self.question.open()

    @Slot(object)
    def _on_answered(self, answer: str) -> None:
        reason = self.question.reason_edit.reason if self.question is not None else ""
        view, self._held, self.question = self._held, None, None
        if answer == "send" and view is not None:
            names = accepted(view.record.findings, reason)
            command = ConfirmRule(view.record.rule_id, names)
            self._ordering.ask(command, "The held order", partial(self._take_answer))

    def _take_answer(self, result: CommandResult) -> None:
        """Say what became of a confirmed order."""
        if isinstance(result, Submitted | Done):
            return
        what = "The held order of the rule"
        if isinstance(result, Failed):
            self._ordering.failed.emit((what, result.reason))
        elif isinstance(result, Denied | NeedsAcknowledgement):
            reasons = "  ".join(each.text for each in result.findings)
            more = " Look at it again." if isinstance(result, NeedsAcknowledgement) else ""
            self._ordering.failed.emit((what, f"{reasons}{more}"))


def _cancels(orders: list[OrderView], account: AccountId) -> list[tuple[str, tuple[OrderKey, ...]]]:
    """Return what can be cancelled together: each order, and each group of them."""
    found: list[tuple[str, tuple[OrderKey, ...]]]
    found = [(order_name(each), (each.key,)) for each in orders]
    grouped = sorted((each for each in orders if each.oca_group), key=lambda each: each.oca_group)
    for name, members in groupby(grouped, key=lambda each: each.oca_group):
        keys = tuple(each.key for each in members)
        found.append((text.one_line(f"group “{name}” ({len(keys)} orders)", 80), keys))
    of_family = [each for each in orders if each.family is not None and each.account == account]
    for family in dict.fromkeys(each.family for each in of_family):
        keys = tuple(each.key for each in of_family if each.family == family)
        symbols = ", ".join(dict.fromkeys(each.symbol for each in of_family if each.key in keys))
        found.append((text.one_line(f"{len(keys)} orders sent together: {symbols}", 80), keys))
    return found
