"""The order side of the desk: one way in for every event, recorded, applied and shown."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import msgspec

from workstation.broker.session import Session
from workstation.desk.contracts import Contracts
from workstation.desk.dead_man import DeadMan
from workstation.desk.judge import Judge
from workstation.desk.order_notes import OrderNotes, second_target, unpriced_fill
from workstation.desk.outgoing import Outgoing
from workstation.desk.trail_stops import ASKING, TrailStops
from workstation.domain.bracket import BracketDraft
from workstation.domain.clock import Clock
from workstation.domain.commands import Done, Failed
from workstation.domain.confirmation import ConfirmationPolicy, UseConfirmations
from workstation.domain.errors import JournalError
from workstation.domain.execution import Execution
from workstation.domain.family import Family, FamilyEnded
from workstation.domain.finding import Answer, RiskCode, Submitted
from workstation.domain.hedged import HedgedDraft
from workstation.domain.ids import ClientId, ConId, OrderKey
from workstation.domain.messages import (
    CommissionArrived,
    ConfirmationsKnown,
    ExecutionArrived,
    FamilyKnown,
    OrderChanged,
)
from workstation.domain.notice import Notice, Severity
from workstation.domain.order import OrderChange, OrderDraft
from workstation.domain.ports import Checkpoint, JournalPort, Reactor
from workstation.domain.quote import Quote
from workstation.domain.reports import BrokerNotice, OpenOrderReport
from workstation.domain.round_trips import Fill
from workstation.oms.brackets import Brackets
from workstation.oms.controller import Controller
from workstation.oms.efficiency import OrderEfficiency
from workstation.oms.events import (
    EVENT_TYPES,
    ChangeIntent,
    Intent,
    LinkLost,
    OmsEvent,
    Unanswered,
    WhatIf,
)
from workstation.oms.families import Families
from workstation.oms.final_gate import FinalGate
from workstation.oms.hedges import HedgedOrders
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.order_alarms import OrderAlarm, unanswered
from workstation.oms.order_ids import OrderRefs
from workstation.oms.orders import Changes, OrderBook
from workstation.oms.outlet import Collaborators
from workstation.oms.previews import Previews
from workstation.risk.inputs import RiskInputs
from workstation.risk.limits import Limits
from workstation.storage.journal import Entry

ANSWER_SECONDS = 5.0
ALARM_SECONDS = 30.0


def _no_quote(_con_id: ConId) -> Quote | None:
    """Stand in where no market is known."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDeskParts:
    """Whom the order side works with; all on the core thread."""

    clock: Clock
    journal: JournalPort
    orders: OrderBook
    session: Session
    contracts: Contracts
    outgoing: Outgoing
    lock: Callable[[str], None]
    install: str
    client_id: ClientId
    environment_fault: Callable[[], str]
    reactor: Reactor
    checkpoint: Checkpoint
    quote: Callable[[ConId], Quote | None] = _no_quote


class OrderDesk:
    """Owns the controller and the order book's traffic. Core thread."""

    def __init__(self, parts: OrderDeskParts, build_judge: Callable[["OrderDesk"], Judge]) -> None:
        self.ask_broker: Callable[[], None] = _nothing
        self.reduce_only: Callable[[str], None] = _ignore
        self.orders_changed: Callable[[], None] = _nothing
        self._clock = parts.clock
        self._journal = parts.journal
        self._orders = parts.orders
        self._out = parts.outgoing
        self._lock = parts.lock
        self.dead_man: DeadMan | None = None
        self.efficiency = OrderEfficiency(parts.client_id)
        self.notes = OrderNotes(parts.clock, parts.orders, parts.quote)
        self.trail_stops = TrailStops(parts.clock, parts.reactor)
        self._due: dict[OrderKey, float] = {}
        self._alarmed: set[OrderKey] = set()
        self._behind: deque[Callable[[], None]] = deque()
        self.gate = FinalGate(parts.session, parts.clock, parts.environment_fault)
        self.judge = judge = build_judge(self)
        with_ = self._collaborators(parts, judge)
        self.controller = Controller(with_)
        self.families = Families(with_, self.controller, self._show_family)
        self._brackets = Brackets(with_, judge.bracket, self.controller)
        self._hedged = HedgedOrders(with_, judge.hedged, self.controller)
        self.previews = Previews(with_, self.controller.ids, parts.reactor)

    def _collaborators(self, parts: OrderDeskParts, judge: Judge) -> Collaborators:
        return Collaborators(
            clock=parts.clock,
            journal=parts.journal,
            orders=parts.orders,
            contracts=parts.contracts,
            encoder=parts.session,
            gate=self.gate,
            cancels=parts.session,
            judge=judge,
            apply=self.apply_recorded,
            lock=parts.lock,
            refs=OrderRefs(parts.install),
            client_id=parts.client_id,
            checkpoint=parts.checkpoint,
            note=self._note,
        )

    def replay(self, entries: Iterable[Entry], known: int = 0) -> None:
        """Rebuild every order from the journal, then treat the time between as a lost link.

        What the order book makes of the entries up to `known` it has from a snapshot.
        """
        if self.dead_man is not None:
            entries = self.dead_man.remembering(entries)
        for entry in entries:
            if entry.event == WhatIf.__name__:  # its number is spent, and that is all
                self.controller.ids.used(msgspec.json.decode(entry.body, type=WhatIf).order_id)
            if entry.event == Family.__name__:
                self.families.take(msgspec.json.decode(entry.body, type=Family))
            elif entry.event == FamilyEnded.__name__:
                self.families.take_end(msgspec.json.decode(entry.body, type=FamilyEnded))
            elif entry.event == UseConfirmations.__name__:
                self._take_confirmations(entry)
            kind = EVENT_TYPES.get(entry.event)
            if kind is None or entry.seq <= known:
                continue
            at, body = entry.when, msgspec.json.decode(entry.body, type=kind)
            self._orders.apply(body, at)
            self.efficiency.take(body, at)
            if isinstance(body, Intent):
                self.controller.ids.used(body.order_id)
        self._out.post(ConfirmationsKnown(self.judge.confirmations))
        self.link_lost("the program was restarted")
        self._show_day()

    def _take_confirmations(self, entry: Entry) -> None:
        """Take the user's policy back; one that cannot be read leaves the careful one."""
        try:
            policy = msgspec.json.decode(entry.body, type=UseConfirmations).policy
        except msgspec.MsgspecError:
            policy = ConfirmationPolicy()
        self.judge.confirmations = policy if policy.is_sound else ConfirmationPolicy()

    def use_confirmations(self, wish: UseConfirmations) -> Done | Failed:
        """Ask before orders by one gesture as the user wants, on record and for good."""
        if not wish.policy.is_sound:
            return Failed("The amount above which an order is large must be a number.")
        self._journal.record(UseConfirmations.__name__, wish, durable=True)
        self.judge.confirmations = wish.policy
        self._out.post(ConfirmationsKnown(wish.policy))
        return Done("The confirmations are in force and on record.")

    def _show_day(self) -> None:
        """Show what may be live, what it came from, and the orders and fills of the day.

        The day is the one of this machine's clock, as the user reads it.
        """
        today = self._clock.now().astimezone().date()
        needed = {view.parent for view in self._orders.working()}
        for order in self._orders:
            is_of_day = order.updated_at.astimezone().date() == today
            if is_of_day or order.key in needed or not order.lifecycle.is_terminal:
                self._out.post(OrderChanged(order.view()))
        fills = [e for e in self._orders.executions() if e.time.astimezone().date() == today]
        for execution in sorted(fills, key=lambda fill: fill.time):
            self._out.post(ExecutionArrived(execution))
            if execution.lacks_price:
                self._out.notice(unpriced_fill(execution, self._clock.now()))
            if commission := self._orders.commission(execution.exec_id):
                self._out.post(CommissionArrived(commission))

    def fills_of(self, con_id: ConId) -> tuple[Fill, ...]:
        """Return every fill of a contract that the journal holds, of any day, oldest first."""
        found = [each for each in self._orders.executions() if each.con_id == con_id]
        found.sort(key=lambda each: each.time)
        return tuple(Fill(each, self._orders.commission(each.exec_id)) for each in found)

    def apply_recorded(self, event: OmsEvent) -> None:
        """Apply an event that the journal holds already.

        Who hears of an order or a change hears after its bytes have left.
        """
        self._catch_up()
        now = self._clock.now()
        changes = self._orders.apply(event, now)

        def tell() -> None:
            self.efficiency.take(event, now)
            self.notes.took(event, changes)
            self._show(changes)

        self._behind.append(tell)
        if not isinstance(event, Intent | ChangeIntent):
            self._catch_up()

    def _note(self, note: object) -> None:
        """Keep a note behind what came before it."""
        if self._behind:
            self._behind.append(lambda: self.notes.add(note))
        else:
            self.notes.add(note)

    def _catch_up(self) -> None:
        """Do what follows from events that were applied and is not needed to send."""
        while self._behind:
            self._behind.popleft()()

    def apply_input(self, event: OmsEvent) -> list[Execution]:
        """Apply an event, record it if it changed anything, and return the new fills.

        What cannot be recorded is shown all the same, and locks trading: the broker's word
        is true whether or not our disk takes it.
        """
        self._catch_up()
        changes = self._orders.apply(event, self._clock.now())
        if isinstance(event, OpenOrderReport):
            self.trail_stops.told(self._orders.of_report(event))
        self.efficiency.take(event, self._clock.now())
        if changes:
            try:
                self._journal.record(type(event).__name__, event, durable=False)
            except JournalError as error:
                self._lock(str(error))
        self.notes.took(event, changes)
        self._show(changes)
        return changes.fills

    def record_start(self, start: object) -> None:
        """Put on record who started what."""
        try:
            self._journal.record(type(start).__name__, start, durable=False)
        except JournalError as error:
            self._lock(str(error))

    def write_notes(self) -> None:
        """Put on record what belongs to the events of this round. Raises JournalError."""
        self._catch_up()
        for note in self.notes.take():
            body = note.slim() if isinstance(note, RiskInputs) else note
            self._journal.record(type(note).__name__, body, durable=False)

    def link_lost(self, reason: str) -> None:
        """Everything not acknowledged is unknown from now on."""
        self.previews.link_lost()
        self.apply_input(LinkLost(reason=reason))

    def on_notice(self, notice: BrokerNotice) -> OrderKey | None:
        """Take a coded message about an order and return which one it named."""
        if self.previews.on_notice(notice):
            return None
        order = self._orders.of_notice(notice)
        self.apply_input(notice)
        return None if order is None else order.key

    def submit(self, draft: OrderDraft, *, is_part: bool = False) -> Answer:
        """Pass a wish through the one door."""
        if self.dead_man is None:
            return self._watched(self.controller.submit(draft, is_part=is_part))
        dressed = self.dead_man.dressed(draft)
        answer = self._watched(self.controller.submit(dressed, is_part=is_part))
        self.dead_man.sent(draft, answer)
        return answer

    def submit_part(self, draft: OrderDraft | BracketDraft) -> Answer:
        """Pass one of several orders through; the several count as one action (R15)."""
        if isinstance(draft, BracketDraft):
            return self.submit_bracket(draft, is_part=True)
        return self.submit(draft, is_part=True)

    def renew(self, wish: OrderChange) -> Answer:
        """Pass a renewal through the one door; it is no action of the user (R15)."""
        return self._watched(self.controller.change(wish, is_action=False), warns=False)

    def change(self, wish: OrderChange) -> Answer:
        """Pass a change through the one door; that of a trail waits until its stop is known."""
        if self.trail_stops.is_stale(self._orders.get(wish.key)):
            self.trail_stops.look()
            return ASKING
        return self._watched(self.controller.change(wish))

    def change_when_known(self, wish: OrderChange, answer: Callable[[Answer], None]) -> None:
        """Pass a change through the one door as soon as the order is known as it stands."""
        self.trail_stops.change(wish, self._orders.get(wish.key), self.change, answer)

    def submit_bracket(self, bracket: BracketDraft, *, is_part: bool = False) -> Answer:
        """Pass an entry with its exits through the one door."""
        if self.dead_man is None:
            return self._watched(self._brackets.submit(bracket, is_part=is_part))
        dressed = self.dead_man.dressed_bracket(bracket)
        answer = self._watched(self._brackets.submit(dressed, is_part=is_part))
        self.dead_man.sent(bracket.entry, answer)
        return answer

    def submit_hedged(self, wish: HedgedDraft) -> Answer:
        """Pass an order with its hedge through the one door."""
        if self.dead_man is None:
            return self._watched(self._hedged.submit(wish))
        dressed = replace(wish, parent=self.dead_man.dressed(wish.parent))
        answer = self._watched(self._hedged.submit(dressed))
        self.dead_man.sent(wish.parent, answer)
        return answer

    def set_gate_limit(self, limits: Limits | None) -> None:
        """Give the final gate its own limit on entries."""
        if limits is not None:
            most = limits.order_size.catastrophic * limits.final_gate_factor
            self.gate.limit(limits.account, most)

    def sweep(self) -> None:
        """Find what the broker has not answered: unknown after 5 s, alarm after 30 s (F8)."""
        if self.dead_man is not None:
            self.dead_man.check()
        now = self._clock.monotonic()
        waiting = [each for each in self._orders.live() if each.answer_due or each.in_doubt]
        still = {order.key for order in waiting}
        self._due = {key: since for key, since in self._due.items() if key in still}
        self._alarmed &= still
        for order in waiting:
            waited = now - self._due.setdefault(order.key, now)
            if waited >= ANSWER_SECONDS and order.answer_due:
                self.apply_input(Unanswered(key=order.key))
            if waited >= ALARM_SECONDS and order.key not in self._alarmed:
                self._alarmed.add(order.key)
                self._alarm(order.key, unanswered(order, ALARM_SECONDS))

    def _show_family(self, family: Family) -> None:
        self._out.post(FamilyKnown(family))

    def _watched(self, answer: Answer, *, warns: bool = True) -> Answer:
        self._catch_up()
        if isinstance(answer, Submitted):
            self._due[answer.key] = self._clock.monotonic()
            if warns:
                self._warn_of_targets(answer)
        return answer

    def _warn_of_targets(self, answer: Submitted) -> None:
        """Say aloud, wherever the order came from, that two targets may fill beside each other."""
        for found in answer.findings:
            if found.code is RiskCode.SECOND_TARGET:
                self._out.notice(second_target(found, answer.key, self._clock.now()))

    def _show(self, changes: Changes) -> None:
        for order in changes.orders.values():
            self._out.post(OrderChanged(order.view()))
        for execution in changes.fills:
            self._out.post(ExecutionArrived(execution))
            if execution.lacks_price:
                self._out.notice(unpriced_fill(execution, self._clock.now()))
        if changes.commission is not None:
            self._out.post(CommissionArrived(changes.commission))
        for key, alarm in changes.alarms:
            self._alarm(key, alarm)
        if changes.orders:
            self.orders_changed()
        if changes.overfilled:
            self.reduce_only("more was filled than ordered")  # I3
        if changes.ask:
            self.ask_broker()

    def _alarm(self, key: OrderKey, alarm: OrderAlarm) -> None:
        order = self._orders.get(key)
        self._out.notice(
            Notice(
                severity=Severity.ALARM,
                text=alarm.text if order is None else f"{_name(order)}: {alarm.text}",
                effect=alarm.effect,
                advice=alarm.advice,
                order=key,
                time=self._clock.now(),
            )
        )


def _name(order: ManagedOrder) -> str:
    """Name an order by its side, its size where it has one, and its symbol."""
    size = f"{order.quantity:f} " if order.quantity else ""
    return f"{order.side.value} {size}{order.symbol}"


def _nothing() -> None:
    """Stand in until the desk takes the hook."""


def _ignore(_reason: str) -> None:
    """Stand in until the desk takes the hook."""
