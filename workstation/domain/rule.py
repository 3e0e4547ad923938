"""Rules that this program watches and carries out: they work only while it runs.

The broker knows nothing of them. An exit rule moves a stop that works at the broker; any other
does one thing once its conditions hold. Rows O10, O30 and O31 of the features.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from workstation.domain.bracket import BracketDraft
from workstation.domain.exit_rule import ExitKind, ExitRule, exit_words
from workstation.domain.finding import Finding
from workstation.domain.ids import AccountId, ConId, IntentId, OrderKey, RuleId
from workstation.domain.order import OrderDraft
from workstation.domain.rule_conditions import (
    RuleCondition,
    ShowTime,
    Watched,
    conditions_words,
    utc_time,
)

CLIENT_SIDE = "CLIENT-SIDE"
"""How every rule is tagged: it works only while this program runs."""

RULE_SOURCE = "rule:"
"""How the source of what a rule sends begins; its id follows."""


class ActionKind(StrEnum):
    """What a rule does when its conditions hold."""

    SEND = "send an order"
    CANCEL = "cancel orders"
    CANCEL_SYMBOL = "cancel all orders of a symbol"
    """What protects an open position stays."""

    TIGHTEN = "tighten a stop"
    FLATTEN = "close a position"
    ALERT = "only tell me"

    @property
    def needs_trading(self) -> bool:
        """Whether a halt of trading stops it; cancels and alerts go on."""
        return self in {ActionKind.SEND, ActionKind.TIGHTEN, ActionKind.FLATTEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAction:
    """One thing to do; `words` name what it is done to, `symbol` its contract.

    An order to send is a `draft` or a `bracket`, with what was accepted when the rule was made.
    `orders` are those to cancel, or the one stop to tighten, to `price`. `con_id` is the contract
    whose orders end or whose position is closed.
    """

    kind: ActionKind
    words: str = ""
    symbol: str = ""
    draft: OrderDraft | None = None
    bracket: BracketDraft | None = None
    orders: tuple[OrderKey, ...] = ()
    price: Decimal | None = None
    con_id: ConId | None = None

    @property
    def wish(self) -> OrderDraft | BracketDraft | None:
        """The order to send."""
        return self.draft if self.bracket is None else self.bracket

    @property
    def entry(self) -> OrderDraft | None:
        """The order to send, of a bracket its entry."""
        return self.draft if self.bracket is None else self.bracket.entry

    @property
    def fault(self) -> str:
        """Why it could not be done, "" where it can."""
        match self.kind:
            case ActionKind.SEND:
                is_one = (self.draft is None) is not (self.bracket is None)
                return "" if is_one else "Prepare one order to send."
            case ActionKind.CANCEL:
                return "" if self.orders else "Choose the orders to cancel."
            case ActionKind.TIGHTEN:
                is_whole = len(self.orders) == 1 and self.price is not None
                is_good = is_whole and self.price is not None and self.price.is_finite()
                return "" if is_good else "Choose a stop, and its new price."
            case ActionKind.ALERT:
                return ""
            case _:
                return "" if self.con_id is not None else "Choose a contract."


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is watched and what is done: an `exit` rule, or `conditions` and an `action`.

    A rule `after` another one waits until that has fired and what it did was done (one triggers
    other). Of the rules of one `group` the first that fires withdraws the others.
    """

    rule_id: RuleId
    account: AccountId
    conditions: tuple[RuleCondition, ...] = ()
    action: RuleAction | None = None
    exit: ExitRule | None = None
    after: RuleId | None = None
    group: str = ""

    @property
    def fault(self) -> str:
        """Why it makes no sense, "" where it does."""
        return next(self._faults(), "")

    def _faults(self) -> Iterator[str]:
        if (self.exit is None) is (self.action is None):
            yield "A rule moves a stop, or does one thing."
        if self.exit is not None and self.exit.fault:
            yield self.exit.fault
        if self.action is None:
            return
        if not self.conditions and self.after is None:
            yield "Say when: add a condition."
        yield from (each.fault for each in self.conditions if each.fault)
        if self.after is None and any(_is_of_before(each) for each in self.conditions):
            yield "Choose the order of the condition, or the rule before."
        if self.after == self.rule_id:
            yield "A rule cannot wait for itself."
        if self.action.fault:
            yield self.action.fault
        entry = self.action.entry
        if entry is not None and entry.account != self.account:
            yield "The order is for another account."

    @property
    def source(self) -> str:
        """What everything that it sends is marked with."""
        return f"{RULE_SOURCE}{self.rule_id}"

    @property
    def intent_id(self) -> IntentId:
        """The one wish that its order is, however often it would be sent."""
        return IntentId(self.source)

    @property
    def needs_trading(self) -> bool:
        """Whether a halt of trading stops it."""
        return self.action is None or self.action.kind.needs_trading

    @property
    def con_ids(self) -> frozenset[ConId]:
        """Contracts whose quotes it needs."""
        found = {
            each.con_id
            for each in self.conditions
            if each.con_id is not None and each.watches.of_contract
        }
        return frozenset(found | ({self.exit.con_id} if self.exit is not None else set()))

    @property
    def symbol(self) -> str:
        """What it is about, in a word."""
        if self.exit is not None:
            return self.exit.symbol
        named = [each.name for each in self.conditions if each.watches.of_contract]
        if named or self.action is None:
            return next(iter(named), "")
        return self.action.symbol or self.action.words

    def of_order(self, order: OrderKey) -> "Rule":
        """Return it with the order of the rule before put in, of which its conditions speak."""
        return replace(
            self,
            conditions=tuple(
                replace(each, order=order) if _is_of_before(each) else each
                for each in self.conditions
            ),
        )


def _is_of_before(condition: RuleCondition) -> bool:
    return condition.watches is Watched.ORDER and condition.order is None


def action_words(action: RuleAction) -> str:
    """Say what a rule does."""
    match action.kind:
        case ActionKind.TIGHTEN:
            price = "?" if action.price is None else f"{action.price:f}"
            return f"tighten the stop {action.words} to {price}"
        case ActionKind.SEND | ActionKind.CANCEL:
            return f"{'send' if action.kind is ActionKind.SEND else 'cancel'} {action.words}"
        case ActionKind.CANCEL_SYMBOL:
            return f"cancel all orders of {action.words} (protection stays)"
        case ActionKind.FLATTEN:
            return f"close the position in {action.words}"
        case _:
            return "tell me"


def when_words(rule: Rule, show_time: ShowTime = utc_time) -> str:
    """Say when a rule acts."""
    if rule.exit is not None:
        return exit_words(rule.exit)
    return conditions_words(rule.conditions, show_time) or "as soon as the rule before is done"


def rule_words(rule: Rule, show_time: ShowTime = utc_time) -> str:
    """Say the whole rule."""
    if rule.action is None:
        return when_words(rule, show_time)
    return f"if {when_words(rule, show_time)}: {action_words(rule.action)}"


def before_words(before: Rule) -> str:
    """Say when the turn of a rule comes that waits for this one."""
    if before.exit is None:
        return "once that rule has fired and what it does is done"
    symbol = before.exit.symbol
    if before.exit.kind is ExitKind.BREAKEVEN:
        return f"once the stop of {symbol} stands at breakeven, or has filled"
    return f"once the stop of {symbol} has filled"


class RuleState(StrEnum):
    """Where a rule stands."""

    ARMED = "Armed"
    PAUSED = "Paused"
    WAITING = "Waits for another rule"
    FIRED = "Fired"
    """On record, and what it does is under way: never again by itself."""

    HELD = "Held: confirm"
    """It fired, and its order asks for something that was not accepted before."""

    DONE = "Done"
    REFUSED = "Refused"
    UNKNOWN = "Fired, outcome unknown"
    WITHDRAWN = "Withdrawn"
    REMOVED = "Removed"

    @property
    def is_active(self) -> bool:
        """Whether it could still act, by itself or with a word of the user."""
        return self in _ACTIVE


_ACTIVE = frozenset({RuleState.ARMED, RuleState.PAUSED, RuleState.WAITING, RuleState.HELD})


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRecord:
    """A rule and all that became of it, as the journal keeps it: the newest one counts.

    It is on record before anything it does may leave. `at` and `fired_at` are aware UTC. `order`
    is the first of what it sent; `findings` are what a held order asks.
    """

    rule: Rule
    state: RuleState
    at: datetime
    note: str = ""
    fired_at: datetime | None = None
    order: OrderKey | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def rule_id(self) -> RuleId:
        """Which rule it is about."""
        return self.rule.rule_id


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule as it is shown; `waits` says why it does nothing now, "" while it watches."""

    record: RuleRecord
    waits: str = ""


@dataclass(frozen=True, slots=True)
class MakeRule:
    """Watch a rule from now on, or in place of the one with its id.

    Answered by Done, Failed, Denied, or NeedsAcknowledgement with what its order would ask now.
    """

    rule: Rule
    acknowledged: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PauseRule:
    """Let a rule do nothing until it is resumed; answered by Done or Failed."""

    rule_id: RuleId


@dataclass(frozen=True, slots=True)
class ResumeRule:
    """Let a paused rule watch again, from how things stand now; answered by Done or Failed."""

    rule_id: RuleId


@dataclass(frozen=True, slots=True)
class RemoveRule:
    """Take a rule away, and those that wait for it; answered by Done or Failed."""

    rule_id: RuleId


@dataclass(frozen=True, slots=True)
class ConfirmRule:
    """Send the order of a rule that is held; answered as the order would be."""

    rule_id: RuleId
    acknowledged: frozenset[str] = frozenset()


RuleCommand = MakeRule | PauseRule | ResumeRule | RemoveRule | ConfirmRule
