"""Asks how a stop at the broker shall follow a profit, moved from here."""

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QWidget
from typing_extensions import override

from workstation.domain.commands import Command
from workstation.domain.contract import ContractDetails
from workstation.domain.exit_rule import ExitKind, ExitRule, Reach, ReachUnit, exit_words
from workstation.domain.ids import RuleId
from workstation.domain.order_status import OrderView
from workstation.domain.rule import CLIENT_SIDE, MakeRule, Rule
from workstation.ui import text
from workstation.ui.decimal_edit import DecimalEdit
from workstation.ui.dialogs.order_dialog import OrderDialog
from workstation.ui.dialogs.rule_before import RuleBefore
from workstation.ui.dialogs.rule_row import order_name
from workstation.ui.field_cells import line
from workstation.ui.plain_label import PlainLabel

_KINDS = (
    ("Breakeven: to the entry, once", ExitKind.BREAKEVEN),
    ("Trail: follow the best price", ExitKind.TRAIL),
    ("Step trail: a step for each step of profit", ExitKind.STEP),
)
_REACH_WORDS = {
    ExitKind.BREAKEVEN: "The stop goes to the entry &plus",
    ExitKind.TRAIL: "&Distance from the best price",
    ExitKind.STEP: "The sto&p goes nearer by",
}
_BEGIN_WORDS = {
    ExitKind.BREAKEVEN: "At a &profit of",
    ExitKind.TRAIL: "From a &profit of (empty: at once)",
    ExitKind.STEP: "With each &profit of",
}


class ExitRuleDialog(OrderDialog):
    """Makes an exit rule for one of some working stops; `entry` is what profit counts from now.

    `others` are the rules that it can wait for.
    """

    def __init__(
        self,
        stops: Sequence[OrderView],
        details: ContractDetails,
        entry: Decimal | None,
        rule: Rule | None = None,
        parent: QWidget | None = None,
        *,
        others: Sequence[Rule] = (),
    ) -> None:
        super().__init__("Exit rule", "Watch", parent)
        self._stops, self._details, self._entry, self._rule = list(stops), details, entry, rule
        self._add_tag()
        self.before = RuleBefore(others, rule, self)
        self._build_fields()
        self._connect()
        self._show_rule(rule)
        self._on_kind()
        self.begins.setFocus()

    def _add_tag(self) -> None:
        tag = PlainLabel(
            f"{CLIENT_SIDE}: works only while this program runs. The stop itself stays at the "
            "broker; the rule moves it nearer, never away.",
            self,
            wrap=True,
        )
        tag.set_tone("warning")
        self.form.addRow(tag)

    def _build_fields(self) -> None:
        self.stop_box = QComboBox(self)
        self.stop_box.addItems([order_name(each) for each in self._stops])
        self.kind_box = QComboBox(self)
        self.kind_box.addItems([words for words, _ in _KINDS])
        self.begins, self.begins_unit = self._way("Profit from which on it acts")
        self.reach, self.reach_unit = self._way("Distance of the stop")
        self.entry_edit = DecimalEdit(self)
        self.what = PlainLabel("", self, wrap=True)
        self.form.addRow("&Stop", self.stop_box)
        self.form.addRow("&Kind", self.kind_box)
        self._begins_line = line(self, self.begins, self.begins_unit)
        self._reach_line = line(self, self.reach, self.reach_unit)
        self.begins_label, self.reach_label = PlainLabel("", self), PlainLabel("", self)
        for label, field in ((self.begins_label, self.begins), (self.reach_label, self.reach)):
            label.setBuddy(field)
        self.form.addRow(self.begins_label, self._begins_line)
        self.form.addRow(self.reach_label, self._reach_line)
        at = text.exact_price(self._entry, self._details.ladder)
        self.form.addRow(f"&Entry (empty: average cost, {at})", self.entry_edit)
        self.form.addRow("&Watched", self.before)
        self.form.addRow("In words", self.what)

    def _way(self, name: str) -> tuple[DecimalEdit, QComboBox]:
        amount, unit = DecimalEdit(self), QComboBox(self)
        amount.setAccessibleName(name)
        unit.setAccessibleName(f"{name}: in what")
        unit.addItems([each.value for each in ReachUnit])
        return amount, unit

    def _connect(self) -> None:
        self.kind_box.currentIndexChanged.connect(self._on_kind)
        for box in (self.stop_box, self.begins_unit, self.reach_unit):
            box.currentIndexChanged.connect(self._on_changed)
        for edit in (self.begins, self.reach, self.entry_edit):
            edit.value_changed.connect(self._on_changed)
        self.before.changed.connect(self._on_changed)

    def _show_rule(self, rule: Rule | None) -> None:
        shown = None if rule is None else rule.exit
        if shown is None:
            self.begins.set_value(Decimal(1))
            self.begins_unit.setCurrentIndex(list(ReachUnit).index(ReachUnit.RISK))
            self.reach.set_value(Decimal(0))
            return
        keys = [each.key for each in self._stops]
        self.stop_box.setCurrentIndex(keys.index(shown.stop) if shown.stop in keys else 0)
        self.kind_box.setCurrentIndex([kind for _, kind in _KINDS].index(shown.kind))
        fields = ((self.begins, self.begins_unit, shown.begins),
                  (self.reach, self.reach_unit, shown.reach))  # fmt: skip
        for amount, unit, reach in fields:
            amount.set_value(None if reach is None else reach.amount)
            if reach is not None:
                unit.setCurrentIndex(list(ReachUnit).index(reach.unit))
        self.entry_edit.set_value(shown.entry)

    @property
    def _kind(self) -> ExitKind:
        return _KINDS[self.kind_box.currentIndex()][1]

    @override
    def command(self) -> Command | str:
        """Return the command, or what is missing."""
        for edit in (self.begins, self.reach, self.entry_edit):
            if edit.fault:
                return edit.fault
        rule = self._made()
        if rule is None or rule.exit is None:
            return "Enter the distance of the stop."
        entry = rule.exit.entry or self._entry
        fault = rule.fault or (rule.exit.why_not_at(entry, self._details.ladder) if entry else "")
        return fault or MakeRule(rule)

    def _made(self) -> Rule | None:
        """Return the rule that the fields describe."""
        place, amount = self.stop_box.currentIndex(), self.reach.value
        if not 0 <= place < len(self._stops) or amount is None:
            return None
        stop, begins = self._stops[place], self.begins.value
        old = None if self._rule is None else self._rule.exit
        first = stop.stop_price or Decimal(0)
        if old is not None and old.stop == stop.key:
            first = old.first_stop
        units = list(ReachUnit)
        made = ExitRule(
            kind=self._kind,
            stop=stop.key,
            con_id=stop.con_id,
            symbol=stop.symbol,
            side=stop.side,
            first_stop=first,
            begins=None
            if begins is None
            else Reach(begins, units[self.begins_unit.currentIndex()]),
            reach=Reach(amount, units[self.reach_unit.currentIndex()]),
            entry=self.entry_edit.value,
        )
        return self._dressed(made, stop)

    def _dressed(self, made: ExitRule, stop: OrderView) -> Rule:
        """Return it as a rule; one that is changed keeps its name and its group."""
        old = self._rule
        return Rule(
            rule_id=RuleId(self.intent) if old is None else old.rule_id,
            account=stop.account,
            exit=made,
            after=self.before.rule_id,
            group="" if old is None else old.group,
        )

    @Slot()
    def _on_kind(self) -> None:
        self.begins_label.show_text(_BEGIN_WORDS[self._kind].replace("&", ""))
        self.reach_label.show_text(_REACH_WORDS[self._kind].replace("&", ""))
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        self.form_changed()
        made = self._made()
        words = "" if made is None or made.exit is None or made.fault else exit_words(made.exit)
        self.what.show_text(text.one_line(words, 200) or text.ABSENT)
