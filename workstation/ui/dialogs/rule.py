"""If … then …: when something is done by this program, and what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from workstation.domain.bracket import BracketDraft
from workstation.domain.commands import Command, CommandResult
from workstation.domain.contract import ContractDetails
from workstation.domain.finding import NeedsAcknowledgement
from workstation.domain.ids import AccountId, ConId, OrderKey, RuleId
from workstation.domain.order import OrderDraft
from workstation.domain.order_status import OrderView
from workstation.domain.rule import CLIENT_SIDE, ActionKind, MakeRule, Rule, RuleAction, rule_words
from workstation.ui import text
from workstation.ui.decimal_edit import PriceEdit
from workstation.ui.dialogs.order_dialog import OrderDialog
from workstation.ui.dialogs.rule_before import RuleBefore
from workstation.ui.dialogs.rule_row import RuleConditionRow, order_name
from workstation.ui.models.rules import local_time
from workstation.ui.plain_label import PlainLabel

MOST_CONDITIONS = 12
_ACTIONS = (
    ("Send the prepared order", ActionKind.SEND),
    ("Cancel orders", ActionKind.CANCEL),
    ("Cancel all orders of a symbol", ActionKind.CANCEL_SYMBOL),
    ("Tighten a stop", ActionKind.TIGHTEN),
    ("Close the position", ActionKind.FLATTEN),
    ("Only tell me", ActionKind.ALERT),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChoices:
    """What a rule can speak of: contracts, orders of this client, other rules.

    `prepared` is the order in the ticket, None where it is not complete. `cancels` are orders and
    groups by their names.
    """

    account: AccountId
    contracts: Mapping[ConId, ContractDetails]
    chosen: ConId | None
    orders: Sequence[OrderView]
    stops: Sequence[OrderView]
    cancels: Sequence[tuple[str, tuple[OrderKey, ...]]]
    prepared: OrderDraft | BracketDraft | None
    rules: Sequence[Rule]
    groups: Sequence[str]


def wish_words(wish: OrderDraft | BracketDraft, contracts: Mapping[ConId, ContractDetails]) -> str:
    """Name an order to send."""
    entry = wish.entry if isinstance(wish, BracketDraft) else wish
    known = contracts.get(entry.con_id)
    symbol = "?" if known is None else known.contract.shown_name
    prices = (entry.stop_price, entry.limit_price)
    words = [entry.side.value, text.size(entry.quantity), symbol, entry.order_type.value]
    words += [f"{price:f}" for price in prices if price is not None]
    words += ["with target and stop"] if isinstance(wish, BracketDraft) else []
    return text.one_line(" ".join(words), 120)


class RuleDialog(OrderDialog):
    """Makes a rule, or changes one."""

    def __init__(
        self, choices: RuleChoices, rule: Rule | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__("If … then …", "Watch", parent)
        self.setMinimumWidth(720)
        self._choices, self._rule = choices, rule
        self._wish = choices.prepared
        if rule is not None and rule.action is not None and rule.action.wish is not None:
            self._wish = rule.action.wish
        self.rows: list[RuleConditionRow] = []
        tag = PlainLabel(
            f"{CLIENT_SIDE}: watched by this program alone, and only while it runs. It fires "
            "once; after a restart it is paused until you resume it.",
            self,
            wrap=True,
        )
        tag.set_tone("warning")
        self.form.addRow(tag)
        self._build_conditions()
        self._build_action()
        self._build_tree()
        self.what = PlainLabel("", self, wrap=True)
        self.form.addRow("In words", self.what)
        if rule is not None:
            self._show_rule(rule)
        elif self._wish is None:
            self.action_box.setCurrentIndex(len(_ACTIONS) - 1)
        if not self.rows and (rule is None or rule.after is None):
            self.add()
        self._on_action()

    # -- building -----------------------------------------------------------------------------

    def _build_conditions(self) -> None:
        page = QWidget(self)
        whole = QVBoxLayout(page)
        whole.setContentsMargins(0, 0, 0, 0)
        self._list = QVBoxLayout()
        self.add_button = QPushButton("&Add a condition", page)
        self.add_button.setAutoDefault(False)
        self.add_button.clicked.connect(self._on_add)
        whole.addLayout(self._list)
        whole.addWidget(self.add_button)
        self.form.addRow("If", page)

    def _build_action(self) -> None:
        choices = self._choices
        self.action_box = self._box("What is done", [words for words, _ in _ACTIONS])
        self.wish_label = PlainLabel(self._wish_words(), self, wrap=True)
        self.cancel_box = self._box("Orders to cancel", [name for name, _ in choices.cancels])
        self.stop_box = self._box("Stop to tighten", [order_name(each) for each in choices.stops])
        self.price_edit = PriceEdit(self)
        self.symbol_box = self._box("Symbol", [])
        for con_id, details in choices.contracts.items():
            self.symbol_box.addItem(text.one_line(details.contract.shown_name, 40), con_id)
        self.symbol_box.setCurrentIndex(max(self.symbol_box.findData(choices.chosen), 0))
        self.form.addRow("&Then", self.action_box)
        self.form.addRow("Order", self.wish_label)
        self.form.addRow("&Orders", self.cancel_box)
        self.form.addRow("&Stop", self.stop_box)
        self.form.addRow("New &price", self.price_edit)
        self.form.addRow("S&ymbol", self.symbol_box)
        self.action_box.currentIndexChanged.connect(self._on_action)
        for box in (self.cancel_box, self.stop_box, self.symbol_box):
            box.currentIndexChanged.connect(self._on_changed)
        self.price_edit.value_changed.connect(self._on_changed)

    def _build_tree(self) -> None:
        self.before = RuleBefore(self._choices.rules, self._rule, self)
        self.group_edit = QLineEdit(self)
        self.group_edit.setMaxLength(40)
        self.group_edit.setPlaceholderText("a name; the first that fires withdraws the others")
        named = ", ".join(self._choices.groups)
        self.group_edit.setToolTip(text.tooltip(f"Groups there are: {named}" if named else ""))
        self.form.addRow("&Watched", self.before)
        self.form.addRow("One of a &group", self.group_edit)
        self.before.changed.connect(self._on_changed)
        self.group_edit.textChanged.connect(self._on_changed)

    def _box(self, name: str, items: list[str]) -> QComboBox:
        box = QComboBox(self)
        box.addItems(items)
        box.setAccessibleName(name)
        return box

    def _wish_words(self) -> str:
        if self._wish is None:
            return "None: complete an order in the ticket first, then open this again."
        return wish_words(self._wish, self._choices.contracts)

    def _show_rule(self, rule: Rule) -> None:
        for condition in rule.conditions:
            self.add().show_condition(condition)
        action = rule.action
        if action is not None:
            self.action_box.setCurrentIndex([kind for _, kind in _ACTIONS].index(action.kind))
            keys = [keys for _, keys in self._choices.cancels]
            if action.orders in keys:
                self.cancel_box.setCurrentIndex(keys.index(action.orders))
            stops = [each.key for each in self._choices.stops]
            if action.orders and action.orders[0] in stops:
                self.stop_box.setCurrentIndex(stops.index(action.orders[0]))
            self.price_edit.set_value(action.price)
            if action.con_id is not None:
                self.symbol_box.setCurrentIndex(self.symbol_box.findData(action.con_id))
        self.group_edit.setText(rule.group)

    # -- what stands in it --------------------------------------------------------------------

    def add(self) -> RuleConditionRow:
        """Add a condition of the ticket's contract and return its row."""
        choices = self._choices
        row = RuleConditionRow(choices.contracts, choices.chosen, choices.orders, self)
        row.removed.connect(self._on_removed)
        row.changed.connect(self._on_changed)
        self.rows.append(row)
        self._list.addWidget(row)
        self._follow_rows()
        return row

    @override
    def command(self) -> Command | str:
        """Return the command, or what is missing."""
        if self.price_edit.fault:
            return self.price_edit.fault
        rule = self._made()
        return rule.fault or MakeRule(rule, self.accepted_findings)

    @override
    def take_answer(self, result: CommandResult) -> None:
        """Say what the order would be asked, and that only this is accepted for later."""
        super().take_answer(result)
        if isinstance(result, NeedsAcknowledgement):
            found = "\n".join(f"• {text.one_line(each.text, 300)}" for each in result.findings)
            self.send_button.setText("Accept and watch")
            self.say(
                "Not watched yet. Risk asks this of the order now; accepted, it does not ask again "
                f"when the rule fires. Anything new will hold the order and ask.\n{found}",
                "warning",
            )

    def _made(self) -> Rule:
        """Return the rule that the fields describe."""
        rule_id = RuleId(self.intent) if self._rule is None else self._rule.rule_id
        return Rule(
            rule_id=rule_id,
            account=self._choices.account,
            conditions=tuple(row.condition for row in self.rows),
            action=self._action(),
            after=self.before.rule_id,
            group=self.group_edit.text().strip(),
        )

    @property
    def _kind(self) -> ActionKind:
        return _ACTIONS[self.action_box.currentIndex()][1]

    def _action(self) -> RuleAction:
        kind, choices = self._kind, self._choices
        empty = RuleAction(kind=kind)
        match kind:
            case ActionKind.SEND:
                return self._send_action(empty)
            case ActionKind.CANCEL:
                place = self.cancel_box.currentIndex()
                name, keys = choices.cancels[place] if place >= 0 else ("", ())
                return replace(empty, words=name, orders=keys)
            case ActionKind.TIGHTEN:
                place = self.stop_box.currentIndex()
                stop = choices.stops[place] if place >= 0 else None
                keys = () if stop is None else (stop.key,)
                named = empty if stop is None else _named_after(empty, stop)
                return replace(named, orders=keys, price=self.price_edit.value)
            case ActionKind.ALERT:
                return empty
            case _:
                con_id, words = self.symbol_box.currentData(), self.symbol_box.currentText()
                return replace(empty, words=words, con_id=con_id)

    def _send_action(self, empty: RuleAction) -> RuleAction:
        wish = self._wish
        if wish is None:
            return empty
        con_id = wish.entry.con_id if isinstance(wish, BracketDraft) else wish.con_id
        known = self._choices.contracts.get(con_id)
        symbol = "" if known is None else known.contract.shown_name
        words = wish_words(wish, self._choices.contracts)
        named = replace(empty, words=words, symbol=symbol)
        if isinstance(wish, BracketDraft):
            return replace(named, bracket=wish)
        return replace(named, draft=wish)

    # -- changes ------------------------------------------------------------------------------

    def _follow_rows(self) -> None:
        """Join every condition to the next, the last to none."""
        for row in self.rows:
            row.join_box.setVisible(row is not self.rows[-1])
        self.add_button.setEnabled(len(self.rows) < MOST_CONDITIONS)

    @Slot()
    def _on_add(self) -> None:
        self.add()
        self._on_changed()

    @Slot()
    def _on_removed(self) -> None:
        row = self.sender()
        if isinstance(row, RuleConditionRow):
            self.rows.remove(row)
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
            self._follow_rows()
            self._on_changed()

    @Slot()
    def _on_action(self) -> None:
        kind = self._kind
        shown = {
            self.wish_label: kind is ActionKind.SEND,
            self.cancel_box: kind is ActionKind.CANCEL,
            self.stop_box: kind is ActionKind.TIGHTEN,
            self.price_edit: kind is ActionKind.TIGHTEN,
            self.symbol_box: kind in {ActionKind.CANCEL_SYMBOL, ActionKind.FLATTEN},
        }
        for widget, is_shown in shown.items():
            self.form.setRowVisible(widget, is_shown)
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        self.form_changed()
        rule = self._made()
        self.what.show_text(text.one_line(rule.fault or rule_words(rule, local_time), 400))


def _named_after(action: RuleAction, stop: OrderView) -> RuleAction:
    return replace(action, words=order_name(stop), symbol=stop.symbol)
