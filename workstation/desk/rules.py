"""The rules of this program: watched on every tick, put on record before they act, fired once.

The broker knows nothing of them; after a restart each is paused until the user resumes it. Rows
O10, O30 and O31 of the features.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import msgspec

from workstation.desk.exit_rules import ExitRules
from workstation.desk.limits import Notify
from workstation.desk.outgoing import Outgoing
from workstation.desk.rule_actions import Outcome, RuleActions
from workstation.desk.rule_book import RuleBook
from workstation.desk.rule_live import LiveRule
from workstation.desk.rule_sight import RuleSight
from workstation.desk.rule_tape import RuleTape
from workstation.domain.errors import JournalError
from workstation.domain.ids import ConId, OrderKey, RuleId
from workstation.domain.messages import RulesChanged
from workstation.domain.notice import Severity
from workstation.domain.ports import Checkpoint, JournalPort, Reactor
from workstation.domain.rule import ActionKind, Rule, RuleRecord, RuleState, rule_words
from workstation.domain.rule_conditions import all_hold
from workstation.oms.efficiency import OrderEfficiency
from workstation.storage.journal_file import Entry

log = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
RESTARTED = "paused since the restart"
_LOUD = frozenset({RuleState.HELD, RuleState.REFUSED, RuleState.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleParts:
    """Whom the rules work with; all on the core thread."""

    reactor: Reactor
    journal: JournalPort
    sight: RuleSight
    tape: RuleTape
    actions: RuleActions
    out: Outgoing
    notify: Notify
    lock: Callable[[str], None]
    checkpoint: Checkpoint
    efficiency: Callable[[], OrderEfficiency]


class RuleDesk:
    """Watches, fires, and keeps what became of each rule. Core thread."""

    def __init__(self, parts: RuleParts) -> None:
        self._with = parts
        self.sight = parts.sight
        self.book = RuleBook()
        self._exits = ExitRules(
            sight=parts.sight,
            change=parts.actions.change,
            new_intent=parts.actions.new_intent,
            efficiency=parts.efficiency,
            end=self.end,
            pause=self.pause,
        )
        self._due: dict[RuleId, LiveRule] = {}
        self._looks: set[ConId | None] = set()
        self._is_planned = self._is_told_due = self._is_sweeping = False

    # -- the past -----------------------------------------------------------------------------

    def remembering(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Take back from the journal what there was, and pass every entry on."""
        for entry in entries:
            if entry.event == RuleRecord.__name__:
                self.book.put(msgspec.json.decode(entry.body, type=RuleRecord))
            yield entry

    def start(self) -> None:
        """Pause what was armed, and say what fired without a word of its end; nothing acts."""
        before = {live.rule.rule_id: live.record.state for live in self.book}
        for live in self.book:
            if live.record.state is RuleState.ARMED:
                self.book.put(replace(live.record, state=RuleState.PAUSED, note=RESTARTED))
            elif live.record.state is RuleState.FIRED:
                self.book.put(self._broken_off(live.record))
                self._say_what_became(live)
        for live in self.book:
            if live.record.state is RuleState.WAITING:
                self._take_up(live)
        self.book.forget_before(self._with.sight.now().astimezone().date())
        self._with.tape.follow(self.book.con_ids(), self.on_price)
        self._say_paused(before)
        self.tell()

    def _say_paused(self, before: Mapping[RuleId, RuleState]) -> None:
        """Say how many rules the restart has paused; `before` is how they stood at the end."""
        paused = sum(
            live.record.state is RuleState.PAUSED is not before.get(live.rule.rule_id)
            for live in self.book
        )
        if paused:
            verb = "rule is" if paused == 1 else "rules are"
            self._with.notify(
                Severity.WARNING,
                f"{paused} client-side {verb} paused since the restart.",
                effect="They do nothing until they are resumed, whatever the market did meanwhile.",
                advice="Look at them in Rules, and resume or remove each.",
            )

    def _broken_off(self, record: RuleRecord) -> RuleRecord:
        """Say of a rule what its order on record tells; it is never fired again by itself."""
        order = self._with.sight.orders.of_intent(record.rule.intent_id)
        if order is not None:
            note = f"the program ended meanwhile; order {order.order_id} of it is on record"
            return replace(record, state=RuleState.UNKNOWN, note=note, order=order.key)
        action = record.rule.action
        is_order = action is not None and action.entry is not None
        note = "the program ended meanwhile; " + (
            "no order of it is on record, so none was sent"
            if is_order
            else "look at orders and positions for what it did"
        )
        return replace(record, state=RuleState.UNKNOWN, note=note)

    def _take_up(self, child: LiveRule) -> None:
        """Settle a rule whose turn came, or never will, while the program was ending."""
        before = self.book.get(child.rule.after)
        if before is not None and before.record.state.is_active:
            return
        if before is None or not _did_its_part(before.record):
            self.end(child, RuleState.WITHDRAWN, "the rule before it did not come to its end")
            return
        rule = _behind(before.record, child.rule)
        self.book.put(replace(child.record, rule=rule, state=RuleState.PAUSED, note=RESTARTED))

    # -- looking ------------------------------------------------------------------------------

    def session_up(self) -> None:
        """Have the contracts of every rule looked up and their quotes streamed."""
        self._with.tape.session_up()

    def orders_changed(self) -> None:
        """Look at rules that speak of orders, at the end of this round."""
        if self.book.count:
            self._plan(None)

    def on_price(self, con_id: ConId) -> None:
        """Hold the rules of a contract against a tick; what they do follows the burst."""
        for live in self.book.of_contract(con_id):
            if live.rule.exit is not None:
                self._plan(con_id)
            else:
                self._hold(live, is_settled=False)

    def _plan(self, con_id: ConId | None) -> None:
        self._looks.add(con_id)
        self._plan_act()

    def _plan_act(self) -> None:
        if not self._is_planned:
            self._is_planned = True
            self._with.reactor.call_later(0.0, self._act)

    def _act(self) -> None:
        """Do what this round asks for: look at exit rules, fire what has come true."""
        self._is_planned = False
        looks, self._looks = self._looks, set()
        for live in self.book.armed():
            if None in looks or not looks.isdisjoint(live.rule.con_ids):
                self._look(live)
        due, self._due = self._due, {}
        for live in due.values():
            if live.record.state is RuleState.ARMED:  # no sibling that fired has withdrawn it
                self._fire(live)

    def _sweep(self) -> None:
        """Look at every armed rule once a second: times, and what came back to life."""
        self._is_sweeping = False
        for live in list(self.book.armed()):
            self._look(live)
        if self._due:
            self._plan_act()
        self._sweep_on()

    def _sweep_on(self) -> None:
        if not self._is_sweeping and self.book.armed():
            self._is_sweeping = True
            self._with.reactor.call_later(SWEEP_SECONDS, self._sweep)

    def _look(self, live: LiveRule) -> None:
        waits = live.waits
        if live.rule.exit is None:
            self._hold(live, is_settled=True)
        else:
            self._exits.look(live)
        if live.waits != waits:
            self.tell()

    def _hold(self, live: LiveRule, *, is_settled: bool) -> None:
        """Hold the conditions of a rule against this moment; `is_settled` between two bursts."""
        sight, rule = self._with.sight, live.rule
        fault = sight.desk_fault(rule)
        if fault:
            live.was_blind, live.waits = True, fault
            return
        is_true = all_hold(rule.conditions, rule.account, sight)
        if is_true is None:
            if is_settled:
                live.waits = self._blindness(rule)
                live.was_blind = True
        elif not is_true and rule.conditions:
            live.was_false, live.was_blind, live.waits = True, False, ""
        elif not live.was_false and rule.conditions:
            live.waits = "its conditions hold already: it waits until they do not"
        elif live.was_blind and live.was_false:
            self.pause(live, "its conditions came true while it could not act: it did not fire")
        else:
            self._due[rule.rule_id] = live
            self._plan_act()

    def _blindness(self, rule: Rule) -> str:
        """Say why the conditions of a rule cannot be told now."""
        faults = (self._with.sight.market_fault(each) for each in sorted(rule.con_ids))
        found = next((fault for fault in faults if fault), "")
        return found or "what it waits for is not known now"

    # -- firing -------------------------------------------------------------------------------

    def _fire(self, live: LiveRule, acknowledged: frozenset[str] = frozenset()) -> None:
        """Put the firing on record, then act, once: a crash between the two never doubles."""
        now = self._with.sight.now()
        for sibling in self.book.siblings(live):
            note = "another rule of its group fired"
            self._withdraw(sibling, note)
        fired = replace(live.record, state=RuleState.FIRED, at=now, fired_at=now, note="")
        if not self.write(live, replace(fired, findings=()), durable=True):
            return
        self._with.checkpoint("rule fired")
        try:
            outcome = self._with.actions.act(live.rule, acknowledged)
        except JournalError as error:
            self._with.lock(str(error))
            outcome = Outcome(state=RuleState.UNKNOWN, note=str(error))
        except Exception as error:
            log.exception("a rule failed")
            note = f"an internal error stopped it ({type(error).__name__}); look at the orders"
            outcome = Outcome(state=RuleState.UNKNOWN, note=note)
        self._with.checkpoint("rule acted")
        self.end(live, outcome.state, outcome.note, outcome)

    def _go_on(self, live: LiveRule) -> None:
        """Arm what waits for a rule that did its part; what did not come about ends that too."""
        if live.record.state.is_active:
            return
        for child in self.book.waiting_for(live.rule.rule_id):
            if live.record.state is RuleState.DONE:
                self.arm(child, _behind(live.record, child.rule), "the rule before it is done")
            else:
                note = "the rule before it did not do its part"
                self.end(child, RuleState.WITHDRAWN, note)

    def confirm(self, live: LiveRule, acknowledged: frozenset[str]) -> RuleRecord:
        """Send the order of a held rule with the user's word, and return what became of it."""
        self._fire(live, acknowledged)
        return live.record

    # -- steps of a rule ----------------------------------------------------------------------

    def arm(self, live: LiveRule, rule: Rule, note: str = "") -> bool:
        """Let a rule watch from now on; False where that could not be put on record."""
        record = RuleRecord(rule=rule, state=RuleState.ARMED, at=self._with.sight.now(), note=note)
        if not self.write(live, record, durable=True):
            return False
        live.begin()
        self._look(live)
        self._sweep_on()
        return True

    def pause(self, live: LiveRule, note: str, *, by_hand: bool = False) -> None:
        """Stop a rule until it is resumed; aloud, unless a hand did it."""
        record = replace(live.record, state=RuleState.PAUSED, at=self._with.sight.now(), note=note)
        live.waits = ""
        self.write(live, record, durable=True)
        if not by_hand:
            self._with.notify(
                Severity.ALARM,
                f"A client-side rule is paused, {note}.",
                effect=f"It does nothing now: {rule_words(live.rule)}",
                advice="Act by hand if it matters, then resume or remove it in Rules.",
            )

    def end(
        self, live: LiveRule, state: RuleState, note: str, outcome: Outcome | None = None
    ) -> None:
        """Put the end of a rule on record, say it, and let what waits for it go on.

        What waits for an exit rule speaks of its stop.
        """
        of_exit = None if live.rule.exit is None else live.rule.exit.stop
        order: OrderKey | None = of_exit if outcome is None else outcome.order
        record = replace(
            live.record,
            state=state,
            at=self._with.sight.now(),
            note=note,
            order=order,
            findings=() if outcome is None else outcome.findings,
        )
        live.waits = ""
        is_written = self.write(live, record, durable=True)
        self._say_what_became(live)
        if is_written:
            self._go_on(live)

    def _withdraw(self, live: LiveRule, note: str) -> None:
        """Take a rule back, and all that waits for it, with the record that follows."""
        record = replace(
            live.record, state=RuleState.WITHDRAWN, at=self._with.sight.now(), note=note
        )
        live.waits = ""
        self.write(live, record, durable=False)
        for child in self.book.waiting_for(live.rule.rule_id):
            self._withdraw(child, "the rule before it was withdrawn")

    def remove(self, live: LiveRule) -> bool:
        """Take a rule away with what waits for it; False where that could not be on record."""
        now = self._with.sight.now()
        for child in self.book.waiting_for(live.rule.rule_id):
            self._withdraw(child, "the rule before it was removed")
        removed = replace(live.record, state=RuleState.REMOVED, at=now, note="")
        return self.write(live, removed, durable=True)

    def write(self, live: LiveRule, record: RuleRecord, *, durable: bool) -> bool:
        """Put the newest of a rule on record, then believe it; False, and locked, where not."""
        try:
            self._with.journal.record(RuleRecord.__name__, record, durable=durable)
        except JournalError as error:
            self._with.lock(str(error))
            return False
        live.record = record
        self.book.put(record, live)
        self._with.tape.follow(self.book.con_ids(), self.on_price)
        self.tell()
        return True

    # -- words --------------------------------------------------------------------------------

    def _say_what_became(self, live: LiveRule) -> None:
        record, action = live.record, live.rule.action
        is_alert = action is not None and action.kind is ActionKind.ALERT
        is_loud = record.state in _LOUD or (is_alert and record.state is RuleState.DONE)
        self._with.notify(
            Severity.ALARM if is_loud else Severity.WARNING,
            f"Client-side rule, {record.state.value.lower()}: {rule_words(record.rule)}",
            effect=f"{record.note[:1].upper()}{record.note[1:]}.",
            advice="Confirm or remove it in Rules." if record.state is RuleState.HELD else "",
            order=record.order,
        )

    def tell(self) -> None:
        """Show the rules as they are at the end of this round."""
        if not self._is_told_due:
            self._is_told_due = True
            self._with.reactor.call_later(0.0, self._tell)

    def _tell(self) -> None:
        self._is_told_due = False
        self._with.out.post(RulesChanged(tuple(live.view() for live in self.book)))


def _did_its_part(record: RuleRecord) -> bool:
    """Tell whether what waits for a rule may follow it: its order is on record, or it is done."""
    is_sent = record.state is RuleState.UNKNOWN and record.order is not None
    return record.state is RuleState.DONE or is_sent


def _behind(before: RuleRecord, rule: Rule) -> Rule:
    """Return a rule with the order of the one before it put in, of which its conditions speak."""
    return rule if before.order is None else rule.of_order(before.order)
