"""What the user asks of rules: to make, pause, resume, confirm and remove them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workstation.desk.exit_rules import STOPS
from workstation.desk.rule_live import LiveRule
from workstation.desk.rule_sight import RuleSight
from workstation.desk.rules import RuleDesk
from workstation.domain.bracket import BracketDraft
from workstation.domain.commands import CommandResult, Done, Failed, Previewed
from workstation.domain.exit_rule import ExitKind, ExitRule
from workstation.domain.finding import (
    Answer,
    Denied,
    Finding,
    Level,
    NeedsAcknowledgement,
    Submitted,
)
from workstation.domain.ids import OrderKey, RuleId
from workstation.domain.order import OrderDraft
from workstation.domain.rule import (
    ActionKind,
    ConfirmRule,
    MakeRule,
    PauseRule,
    RemoveRule,
    ResumeRule,
    Rule,
    RuleAction,
    RuleRecord,
    RuleState,
)
from workstation.domain.rule_conditions import OrderHappens, Watched

if TYPE_CHECKING:
    from workstation.desk.desk import Desk

MOST_RULES = 200
LARGEST = 12
"""Conditions of one rule, as many as the broker takes of an order."""

_NEVER = ("R01_READ_ONLY", "R01_UNKNOWN", "R01_WRONG", "R02_", "R03_", "R20_")
"""Findings that no waiting mends: an order with one of these makes no rule."""

_CHANGEABLE = frozenset({RuleState.ARMED, RuleState.PAUSED, RuleState.WAITING})


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCommands:
    """Looks at each wish before the desk takes it. Core thread."""

    desk: RuleDesk
    sight: RuleSight
    preview: Callable[[OrderDraft | BracketDraft], Previewed]

    def make(self, wish: MakeRule) -> Done | Failed | Denied | NeedsAcknowledgement:
        """Watch a rule, after a look at what its order would be asked now."""
        rule, book = wish.rule, self.desk.book
        live = book.get(rule.rule_id)
        if live is not None and live.record.state not in _CHANGEABLE:
            return Failed("This rule has fired already; it is not made anew.")
        if live is None and book.count >= MOST_RULES:
            return Failed(f"There are {MOST_RULES} rules already; remove some first.")
        if fault := rule.fault or next(filter(None, self._faults(rule)), ""):
            return Failed(fault)
        judged = self._judged(rule, wish.acknowledged)
        if not isinstance(judged, Rule):
            return judged
        return self._begin(judged, live)

    def _begin(self, rule: Rule, live: LiveRule | None) -> Done | Failed:
        now = self.sight.now()
        if live is None:
            live = LiveRule(RuleRecord(rule=rule, state=RuleState.PAUSED, at=now))
        if rule.after is None:
            is_on = self.desk.arm(live, rule)
        else:
            waiting = RuleRecord(rule=rule, state=RuleState.WAITING, at=now)
            is_on = self.desk.write(live, waiting, durable=True)
        if not is_on:
            return Failed("The rule could not be put on record; nothing watches it.")
        return Done("The rule is watched, on this computer only: it ends with this program.")

    def _judged(self, rule: Rule, accepted: frozenset[str]) -> Rule | Denied | NeedsAcknowledgement:
        """Return a rule that carries what was accepted, or what its order would meet now.

        Only what risk asks about is accepted for later; what it would refuse now is shown, and
        judged anew when the rule fires.
        """
        action, entry = rule.action, rule.action.entry if rule.action is not None else None
        if action is None or entry is None:
            return rule
        given = entry.acknowledged | accepted
        draft = replace(entry, intent_id=rule.intent_id, source=rule.source, acknowledged=given)
        whole = draft if action.bracket is None else replace(action.bracket, entry=draft)
        findings = self.preview(whole).findings
        if any(each.level is Level.HARD and each.code.startswith(_NEVER) for each in findings):
            return Denied(findings)
        weighty = [each for each in findings if each.level is not Level.INFO]
        if any(each.acknowledgement not in given for each in weighty):
            return NeedsAcknowledgement(tuple(map(_softened, weighty)))
        refused = {each.acknowledgement for each in weighty if each.level is Level.HARD}
        kept = replace(draft, acknowledged=given - refused)
        if action.bracket is not None:
            action = replace(action, bracket=replace(action.bracket, entry=kept))
        else:
            action = replace(action, draft=kept)
        return replace(rule, action=action)

    # -- what a rule speaks of ----------------------------------------------------------------

    def _faults(self, rule: Rule) -> Iterator[str]:
        """Yield why a rule cannot be watched as things stand."""
        if len(rule.conditions) > LARGEST:
            yield f"A rule has {LARGEST} conditions at most."
        if any(self.sight.contracts.details(con_id) is None for con_id in rule.con_ids):
            yield "The contract is not known yet."
        yield from self._late(rule)
        yield from self._before(rule)
        if rule.exit is not None:
            yield from self._exit_faults(rule, rule.exit)
        if rule.action is not None:
            yield from self._action_faults(rule.action)

    def _late(self, rule: Rule) -> Iterator[str]:
        """Yield what has happened already: it would never come true again."""
        now = self.sight.now()
        for each in rule.conditions:
            if each.watches is Watched.TIME and each.time is not None and each.time <= now:
                yield "The time of the rule has passed: give it another one."
            if each.watches is Watched.ORDER and each.order is not None:
                yield self._ended(each.order, "The order of the condition")

    def _ended(self, key: OrderKey, what: str) -> str:
        order = self.sight.orders.get(key)
        if order is None:
            return f"{what} is not known."
        return f"{what} has ended." if order.lifecycle.is_terminal else ""

    def _before(self, rule: Rule) -> Iterator[str]:
        """Yield why a rule cannot wait for the one it names."""
        seen: set[RuleId] = {rule.rule_id}
        after = rule.after
        while after is not None:
            before = self.desk.book.get(after)
            if after in seen:
                yield "Rules cannot wait for each other."
                return
            if before is None or (len(seen) == 1 and not before.record.state.is_active):
                yield "The rule before has come to its end already."
                return
            if len(seen) == 1 and before.rule.exit is not None:
                yield from _after_exit(rule, before.rule.exit)
            seen.add(after)
            after = before.rule.after

    def _exit_faults(self, rule: Rule, wish: ExitRule) -> Iterator[str]:
        yield self._stop_fault(wish.stop)
        order, details = self.sight.orders.get(wish.stop), self.sight.contracts.details(wish.con_id)
        if order is None or details is None:
            return
        if (order.account, order.con_id, order.side) != (rule.account, wish.con_id, wish.side):
            yield "The stop is not that of this position."
        for live in self.desk.book:
            other = live.rule.exit
            is_same = other is not None and (other.stop, other.kind) == (wish.stop, wish.kind)
            if is_same and live.rule.rule_id != rule.rule_id and live.record.state.is_active:
                yield f"A {wish.kind.value} rule watches this stop already."
        entry = wish.entry or self.sight.entry(rule.account, wish.con_id)
        if entry is not None:
            yield wish.why_not_at(entry, details.ladder)

    def _action_faults(self, action: RuleAction) -> Iterator[str]:
        if action.kind is ActionKind.TIGHTEN:
            yield self._stop_fault(action.orders[0])
        if action.kind is ActionKind.CANCEL:
            yield from (self._ended(key, "An order to cancel") for key in action.orders)
        if action.con_id is not None and self.sight.contracts.details(action.con_id) is None:
            yield "The contract is not known yet."

    def _stop_fault(self, key: OrderKey) -> str:
        order = self.sight.orders.get(key)
        if order is None or order.lifecycle.is_terminal:
            return "The stop does not work any more."
        if order.order_type not in STOPS or order.stop_price is None:
            return "Only a stop with a price of its own is moved by a rule."
        return "" if order.mine else "The stop belongs to another client; only that can move it."

    # -- the others ---------------------------------------------------------------------------

    def pause(self, wish: PauseRule) -> Done | Failed:
        """Let a rule do nothing."""
        live = self.desk.book.get(wish.rule_id)
        if live is None or live.record.state is not RuleState.ARMED:
            return Failed("This rule does not watch now.")
        self.desk.pause(live, "paused by hand", by_hand=True)
        return Done("The rule is paused.")

    def resume(self, wish: ResumeRule) -> Done | Failed:
        """Let a paused rule watch again, from how things stand now."""
        live = self.desk.book.get(wish.rule_id)
        if live is None or live.record.state is not RuleState.PAUSED:
            return Failed("This rule is not paused.")
        if fault := next(filter(None, self._resumed_faults(live.rule)), ""):
            return Failed(fault)
        if not self.desk.arm(live, live.rule):
            return Failed("The rule could not be put on record; it stays paused.")
        return Done(f"The rule watches again. {live.waits[:1].upper()}{live.waits[1:]}".strip())

    def _resumed_faults(self, rule: Rule) -> Iterator[str]:
        yield from self._late(rule)
        if rule.exit is not None:
            yield self._stop_fault(rule.exit.stop)

    def remove(self, wish: RemoveRule) -> Done | Failed:
        """Take a rule away; one whose firing is under way stays until that has ended."""
        live = self.desk.book.get(wish.rule_id)
        if live is None or live.record.state is RuleState.FIRED:
            return Failed("This rule is gone, or about to act.")
        if not self.desk.remove(live):
            return Failed("The removal could not be put on record; the rule stays.")
        return Done("The rule is removed. Orders it has sent stay.")

    def confirm(self, wish: ConfirmRule) -> Answer | Failed:
        """Send the order of a held rule, with what the user accepts of it now."""
        live = self.desk.book.get(wish.rule_id)
        if live is None or live.record.state is not RuleState.HELD:
            return Failed("Nothing of this rule waits to be confirmed.")
        record = self.desk.confirm(live, wish.acknowledged)
        order = None if record.order is None else self.sight.orders.get(record.order)
        if order is not None:
            return Submitted(order.order_id, order.key, record.findings)
        if record.state is RuleState.HELD:
            return NeedsAcknowledgement(record.findings)
        return Denied(record.findings) if record.findings else Failed(record.note)


def _after_exit(rule: Rule, before: ExitRule) -> Iterator[str]:
    """Yield what can never come to pass behind an exit rule: but for a breakeven its stop is gone."""
    if before.kind is ExitKind.BREAKEVEN:
        return
    if any(
        each.watches is Watched.ORDER
        and each.order in {None, before.stop}
        and each.happens is OrderHappens.REJECTED
        for each in rule.conditions
    ):
        yield f"This {before.kind.value} ends when its stop has filled: that is not rejected then."
    wanted = set() if rule.action is None else set(rule.action.orders)
    if rule.exit is not None:
        wanted.add(rule.exit.stop)
    if before.stop in wanted:
        yield f"This {before.kind.value} ends when its stop has filled: there is no stop left then."


def _softened(finding: Finding) -> Finding:
    """Return what would refuse an order now as a question: it is judged anew when it is sent."""
    if finding.level is not Level.HARD:
        return finding
    return replace(finding, level=Level.SOFT, text=f"Would be refused now: {finding.text}")


def rule_handlers(desk: "Desk") -> dict[type, Callable[[Any], CommandResult]]:
    """Return what answers each command about rules."""
    rules, preview = desk.rules, desk.order_desk.judge.preview
    commands = RuleCommands(desk=rules, sight=rules.sight, preview=preview)
    return {
        MakeRule: commands.make,
        PauseRule: commands.pause,
        ResumeRule: commands.resume,
        RemoveRule: commands.remove,
        ConfirmRule: commands.confirm,
    }
