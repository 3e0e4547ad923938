"""Builds the timeline of one order from the journal, with the order book's own eyes.

Every event is applied to a book of its own, so what belongs to an order is what changed it.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import msgspec

from workstation.desk.order_notes import Repeated
from workstation.domain.account import redacted
from workstation.domain.execution import Execution
from workstation.domain.execution_quality import FillMarket, MarketSample, MarkOut
from workstation.domain.finding import Finding
from workstation.domain.ids import ClientId, ExecId, OrderKey
from workstation.domain.order import OrderDraft, terms_words
from workstation.domain.override import reasons_in_words
from workstation.domain.reports import (
    BrokerNotice,
    CommissionReport,
    ExecutionReport,
    OpenOrderReport,
    OrderBytesSent,
    OrderReport,
    OrderStatusReport,
)
from workstation.domain.timeline import Judged, MarketSeen, StepKind, Timeline, TimelineStep
from workstation.oms.events import (
    EVENT_TYPES,
    CancelIntent,
    ChangeIntent,
    Intent,
    LinkLost,
    NotSent,
    OmsEvent,
    Unanswered,
)
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.orders import OrderBook
from workstation.oms.outlet import Decision
from workstation.storage.journal_file import Entry

_KINDS: dict[type, StepKind] = {
    Intent: StepKind.OUT,
    ChangeIntent: StepKind.OUT,
    CancelIntent: StepKind.OUT,
    OrderBytesSent: StepKind.OUT,
    OpenOrderReport: StepKind.IN,
    OrderStatusReport: StepKind.IN,
    ExecutionReport: StepKind.IN,
    CommissionReport: StepKind.IN,
    BrokerNotice: StepKind.IN,
}


class TimelineBuilder:
    """Reads a whole journal once, for one order. Any thread, with entries of its own."""

    def __init__(self, key: OrderKey, client_id: ClientId) -> None:
        self._key = key
        self._book = OrderBook(client_id)
        self._steps: list[TimelineStep] = []
        self._events: list[str] = []
        self._intents: set[str] = set()
        self._executions: set[ExecId] = set()
        self._fills: set[str] = set()
        self._waiting: list[tuple[str, TimelineStep]] = []
        self._notes: dict[str, Callable[[Entry], None]] = {
            Judged.__name__: self._on_judged,
            MarketSeen.__name__: self._on_market,
            Repeated.__name__: self._on_repeated,
            Decision.__name__: self._on_decision,
            FillMarket.__name__: self._on_fill_market,
            MarkOut.__name__: self._on_mark_out,
        }

    def take(self, entry: Entry) -> None:
        """Take the next entry of the journal."""
        kind = EVENT_TYPES.get(entry.event)
        if kind is not None:
            self._on_event(entry, msgspec.json.decode(entry.body, type=kind))
        elif note := self._notes.get(entry.event):
            note(entry)

    def finish(self) -> Timeline | None:
        """Return the timeline, None where the journal knows no such order."""
        order = self._book.get(self._key)
        if order is None:
            return None
        refused = (step for intent, step in self._waiting if intent in self._intents)
        steps = sorted([*self._steps, *refused], key=lambda step: step.seq)
        return Timeline(
            key=self._key,
            order_id=order.order_id,
            perm_id=order.perm_id,
            title=f"{order.side.value} {order.quantity:f} {order.symbol} {order.order_type}",
            steps=tuple(steps),
        )

    # -- events ---------------------------------------------------------------------------------

    def _on_event(self, entry: Entry, event: OmsEvent) -> None:
        before = self._state()
        changes = self._book.apply(event, entry.when)
        order = self._book.get(self._key)
        if isinstance(event, Intent | ChangeIntent) and self._key in changes.orders:
            self._intents.add(event.intent_id)
        if isinstance(event, ExecutionReport) and self._key in changes.orders:
            self._executions.add(event.execution.exec_id)
        costs = isinstance(event, CommissionReport) and (
            event.commission.exec_id in self._executions
        )
        if order is None or not (self._key in changes.orders or costs):
            return
        after = self._state()
        kind = _KINDS.get(type(event), StepKind.STATE)
        self._add(entry, kind, title_of(event, order), after if after != before else "")

    def _state(self) -> str:
        order = self._book.get(self._key)
        return "" if order is None else order.view().display_state

    def _add(self, entry: Entry, kind: StepKind, title: str, state: str = "") -> None:
        self._steps.append(_step(entry, kind, title, state))
        self._events.append(entry.event)

    # -- notes ----------------------------------------------------------------------------------

    def _on_judged(self, entry: Entry) -> None:
        note = msgspec.json.decode(entry.body, type=Judged)
        if note.key == self._key:
            words = f"Risk let it pass: {_findings(note.findings)}"
            why = reasons_in_words(note.reasons)
            self._add(entry, StepKind.DECISION, f"{words}. {why}" if why else words)

    def _on_market(self, entry: Entry) -> None:
        """Put the market to the newest event of that name that had happened by then."""
        note = msgspec.json.decode(entry.body, type=MarketSeen)
        if note.intent_id is not None:
            self._put_to_decision(note)
            return
        if note.key != self._key:
            return
        for at in range(len(self._steps) - 1, -1, -1):
            step = self._steps[at]
            had_happened = step.time <= note.at or note.about in self._notes
            if self._events[at] == note.about and had_happened and step.market is None:
                self._steps[at] = replace(step, market=note)
                return

    def _put_to_decision(self, note: MarketSeen) -> None:
        """Put the market to the newest answer to a wish."""
        if note.key == self._key:
            places = [n for n, event in enumerate(self._events) if event == note.about]
            if places and self._steps[places[-1]].market is None:
                self._steps[places[-1]] = replace(self._steps[places[-1]], market=note)
            return
        for place in range(len(self._waiting) - 1, -1, -1):
            intent, step = self._waiting[place]
            if intent == note.intent_id and step.market is None:
                self._waiting[place] = (intent, replace(step, market=note))
                return

    def _on_fill_market(self, entry: Entry) -> None:
        note = msgspec.json.decode(entry.body, type=FillMarket)
        if note.key == self._key:
            self._fills.add(note.fill)
            title = f"Arrival of the order: middle {_middle(note.arrival)}"
            self._add_sample(entry, title, note.arrival)

    def _on_mark_out(self, entry: Entry) -> None:
        note = msgspec.json.decode(entry.body, type=MarkOut)
        if note.fill in self._fills:
            title = f"{note.horizon} s after the fill: middle {_middle(note.market)}"
            self._add_sample(entry, title, note.market)

    def _add_sample(self, entry: Entry, title: str, sample: MarketSample) -> None:
        order = self._book.get(self._key)
        if order is None:
            return
        self._add(entry, StepKind.STATE, title)
        if not sample.fault:
            seen = MarketSeen(
                key=self._key,
                about=entry.event,
                at=sample.at,
                con_id=order.con_id,
                bid=sample.bid,
                ask=sample.ask,
                last=None,
            )
            self._steps[-1] = replace(self._steps[-1], market=seen)

    def _on_repeated(self, entry: Entry) -> None:
        body = msgspec.json.decode(entry.body, type=dict[str, Any])
        if body["key"] != self._key or body["event"] not in EVENT_TYPES:
            return
        report = msgspec.convert(body["report"], type=EVENT_TYPES[body["event"]])
        order = self._book.get(self._key)
        if order is not None and isinstance(report, OrderBytesSent):
            self._add(entry, StepKind.OUT, title_of(report, order))
        elif order is not None:
            self._add(entry, StepKind.IN, f"{title_of(report, order)} (changed nothing)")

    def _on_decision(self, entry: Entry) -> None:
        body = msgspec.json.decode(entry.body, type=dict[str, Any])
        findings = msgspec.convert(body["answer"].get("findings", []), type=tuple[Finding, ...])
        step = _step(entry, StepKind.DECISION, f"Risk stopped it: {_findings(findings)}", "")
        if body.get("key") == self._key:
            self._steps.append(step)
            self._events.append(entry.event)
        else:  # a wish that was asked about before it became this order
            self._waiting.append((body["intent_id"], step))


def timeline(entries: Iterable[Entry], key: OrderKey, client_id: ClientId) -> Timeline | None:
    """Build the timeline of one order, None where the journal knows no such order."""
    builder = TimelineBuilder(key, client_id)
    for entry in entries:
        builder.take(entry)
    return builder.finish()


def find_key(entries: Iterable[Entry], wanted: str, client_id: ClientId) -> OrderKey | None:
    """Find an order by its key, its permId or its number; of several the newest."""
    book = OrderBook(client_id)
    for entry in entries:
        kind = EVENT_TYPES.get(entry.event)
        if kind is not None:
            book.apply(msgspec.json.decode(entry.body, type=kind), entry.when)
    if book.get(OrderKey(wanted)) is not None:
        return OrderKey(wanted)
    if not wanted.isdecimal():
        return None
    named = [each for each in book if each.perm_id == int(wanted)]
    named = named or [each for each in book if each.order_id == int(wanted)]
    return named[-1].key if named else None


def client_of(entries: Iterable[Entry]) -> ClientId:
    """Return the client id of the newest start or order that was placed here, 0 for none."""
    found = ClientId(0)
    for entry in entries:
        if entry.event in {"Intent", "Started"}:
            found = ClientId(msgspec.json.decode(entry.body, type=_Client).client_id)
    return found


class _Client(msgspec.Struct):
    client_id: int = 0


def _status(report: OrderStatusReport) -> str:
    held = f", held: {report.why_held}" if report.why_held else ""
    return f"Broker: status {report.status}, {report.filled:f} filled{held}"


def _fill(execution: Execution) -> str:
    price = "a price not told" if execution.price is None else f"{execution.price:f}"
    return f"Broker: fill of {execution.quantity:f} at {price} on {execution.exchange}"


def _terms(draft: OrderDraft) -> str:
    prices = [f"{each:f}" for each in (draft.stop_price, draft.limit_price) if each is not None]
    words = (draft.side, f"{draft.quantity:f}", draft.order_type, *prices, draft.tif)
    special = terms_words(draft.terms)
    return f"{' '.join(words)} from {draft.source}{', ' if special else ''}{special}"


def _new_terms(change: ChangeIntent) -> str:
    words = [f"{change.quantity:f}"]
    words += [f"limit {change.limit_price:f}"] if change.limit_price is not None else []
    words += [f"stop {change.stop_price:f}"] if change.stop_price is not None else []
    words += [change.tif] if change.tif else []
    special = terms_words(change.terms) if change.terms is not None else ""
    return f"{' '.join(words)}{', ' if special else ''}{special}"


def _open_order(report: OpenOrderReport) -> str:
    special = terms_words(report.terms) if report.terms is not None else ""
    words = f"Broker: open order, {report.status}, {report.quantity:f} {report.order_type}"
    return f"{words}{', ' if special else ''}{special}"


def _middle(sample: MarketSample) -> str:
    return f"{sample.mid:.10g}" if sample.mid is not None else f"— ({sample.fault})"


def _findings(findings: tuple[Finding, ...]) -> str:
    if not findings:
        return "nothing found"
    return "; ".join(f"{each.level.name} {each.code.value} {each.text}" for each in findings)


def _step(entry: Entry, kind: StepKind, title: str, state: str) -> TimelineStep:
    return TimelineStep(
        seq=entry.seq,
        time=entry.when,
        kind=kind,
        title=redacted(title),
        state=state,
        detail=redacted(entry.body.decode()),
    )


_TITLES: dict[type, Callable[[Any], str]] = {
    Intent: lambda each: f"Order on record, number {each.order_id}: {_terms(each.draft)}",
    ChangeIntent: lambda each: f"Change on record: {_new_terms(each)}",
    CancelIntent: lambda _each: "Cancel on record and sent",
    OrderBytesSent: lambda _each: "The last byte left for the broker",
    OpenOrderReport: _open_order,
    OrderStatusReport: _status,
    ExecutionReport: lambda each: _fill(each.execution),
    CommissionReport: lambda each: (
        f"Broker: cost {each.commission.commission:f} {each.commission.currency}"
    ),
    BrokerNotice: lambda each: f"Broker: {each.code} {each.text}",
    NotSent: lambda each: f"Not sent: {each.reason}",
    LinkLost: lambda each: f"The link was lost: {each.reason}",
    Unanswered: lambda _each: "The broker has not answered in time",
}


def title_of(event: OmsEvent | OrderReport, order: ManagedOrder) -> str:
    """Say in one line what an event meant for the order."""
    words = _TITLES.get(type(event))
    if words is not None:
        return words(event)
    return f"{type(event).__name__}: {order.note}".removesuffix(": ")
