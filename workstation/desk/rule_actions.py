"""What a rule does when it fires: through the doors that a hand uses, with everything they ask."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from workstation.desk.exit_rules import STOPS, moved_stop
from workstation.desk.rule_sight import RuleSight
from workstation.domain.bracket import BracketDraft
from workstation.domain.commands import Done, Failed
from workstation.domain.finding import Answer, Denied, Finding, NeedsAcknowledgement, Submitted
from workstation.domain.ids import AccountId, ConId, IntentId, OrderKey
from workstation.domain.order import OrderChange, OrderDraft
from workstation.domain.rule import ActionKind, Rule, RuleAction, RuleState


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a firing."""

    state: RuleState
    note: str
    order: OrderKey | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleActions:
    """Acts once for each call; decides nothing about when. Core thread."""

    sight: RuleSight
    submit: Callable[[OrderDraft], Answer]
    submit_bracket: Callable[[BracketDraft], Answer]
    change: Callable[[OrderChange], Answer]
    cancel: Callable[[OrderKey], Done | Failed]
    cancel_symbol: Callable[[AccountId, ConId], Done | Failed]
    close: Callable[[AccountId, ConId], Done | Failed | Denied]
    new_intent: Callable[[], IntentId]

    def act(self, rule: Rule, acknowledged: frozenset[str] = frozenset()) -> Outcome:
        """Do what a rule says; `acknowledged` is what was accepted beyond what it carries."""
        action = rule.action
        assert action is not None  # an exit rule does not fire
        match action.kind:
            case ActionKind.SEND:
                return self._send(rule, action, acknowledged)
            case ActionKind.CANCEL:
                return self._cancel(action)
            case ActionKind.TIGHTEN:
                return self._tighten(rule, action)
            case ActionKind.CANCEL_SYMBOL:
                assert action.con_id is not None  # else the rule is at fault
                return _outcome(self.cancel_symbol(rule.account, action.con_id))
            case ActionKind.FLATTEN:
                assert action.con_id is not None  # else the rule is at fault
                return _outcome(self.close(rule.account, action.con_id))
            case _:
                return Outcome(state=RuleState.DONE, note="you were told; nothing was sent")

    def _send(self, rule: Rule, action: RuleAction, more: frozenset[str]) -> Outcome:
        entry = action.entry
        assert entry is not None  # else the rule is at fault
        draft = replace(
            entry,
            intent_id=rule.intent_id,
            source=rule.source,
            acknowledged=entry.acknowledged | more,
        )
        if action.bracket is not None:
            answer = self.submit_bracket(replace(action.bracket, entry=draft))
        else:
            answer = self.submit(draft)
        if isinstance(answer, Submitted):
            note = f"order {answer.order_id} was sent"
            return Outcome(state=RuleState.DONE, note=note, order=answer.key)
        if isinstance(answer, NeedsAcknowledgement):
            open_ones = tuple(
                each for each in answer.findings if each.acknowledgement not in draft.acknowledged
            )
            note = f"nothing was sent yet: {_first(open_ones or answer.findings)}"
            return Outcome(state=RuleState.HELD, note=note, findings=answer.findings)
        note = f"nothing was sent: {_first(answer.findings)}"
        return Outcome(state=RuleState.REFUSED, note=note, findings=answer.findings)

    def _cancel(self, action: RuleAction) -> Outcome:
        live = [key for key in action.orders if self._works(key)]
        if not live:
            return Outcome(state=RuleState.DONE, note="none of the orders was working any more")
        failed = [each for each in map(self.cancel, live) if isinstance(each, Failed)]
        note = f"{len(live) - len(failed)} of {len(live)} cancels are on their way"
        if failed:
            note = f"{note}: {failed[0].reason}"
        return Outcome(state=RuleState.REFUSED if failed else RuleState.DONE, note=note)

    def _works(self, key: OrderKey) -> bool:
        order = self.sight.orders.get(key)
        return order is not None and not order.lifecycle.is_terminal

    def _tighten(self, rule: Rule, action: RuleAction) -> Outcome:
        order = self.sight.orders.get(action.orders[0])
        price = action.price
        assert price is not None  # else the rule is at fault
        if order is None or order.lifecycle.is_terminal or order.order_type not in STOPS:
            return Outcome(state=RuleState.REFUSED, note="the stop does not work any more")
        if order.stop_price is None or order.side.sign * (price - order.stop_price) >= 0:
            where = "?" if order.stop_price is None else f"{order.stop_price:f}"
            note = f"the stop stands at {where}, which is as near or nearer: nothing was sent"
            return Outcome(state=RuleState.DONE, note=note)
        answer = self.change(moved_stop(order, price, rule.source, self.new_intent()))
        if isinstance(answer, Submitted):
            note = f"the stop is being moved to {price:f}"
            return Outcome(state=RuleState.DONE, note=note, order=order.key)
        note = f"the stop was not moved: {_first(answer.findings)}"
        return Outcome(state=RuleState.REFUSED, note=note, findings=answer.findings)


def _first(findings: tuple[Finding, ...]) -> str:
    return findings[0].text if findings else "it was refused"


def _outcome(result: Done | Failed | Denied) -> Outcome:
    if isinstance(result, Done):
        return Outcome(state=RuleState.DONE, note=result.text)
    if isinstance(result, Failed):
        return Outcome(state=RuleState.REFUSED, note=result.reason)
    note = f"nothing was sent: {_first(result.findings)}"
    return Outcome(state=RuleState.REFUSED, note=note, findings=result.findings)
