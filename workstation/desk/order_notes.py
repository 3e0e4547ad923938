"""What belongs to an order's record but must not hold it up: the market, the verdict, echoes.

Notes wait for the end of the round, so an order's bytes leave first. Source: features B11.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from workstation.domain.clock import Clock
from workstation.domain.execution import Execution
from workstation.domain.finding import Finding
from workstation.domain.ids import ConId, ExecId, IntentId, OrderKey
from workstation.domain.notice import Notice, Severity
from workstation.domain.order import Side
from workstation.domain.quote import Quote
from workstation.domain.reports import (
    BrokerNotice,
    CommissionReport,
    ExecutionReport,
    OpenOrderReport,
    OrderBytesSent,
    OrderReport,
    OrderStatusReport,
)
from workstation.domain.timeline import Answered, Judged, MarketSeen
from workstation.oms.events import (
    CancelIntent,
    ChangeIntent,
    Expired,
    Intent,
    LinkLost,
    NotPlacedConfirmed,
    NotSent,
    OmsEvent,
    Reconciled,
    Unanswered,
)
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.orders import Changes, OrderBook

_WITH_MARKET = (
    Intent,
    ChangeIntent,
    CancelIntent,
    NotSent,
    OrderBytesSent,
    OpenOrderReport,
    OrderStatusReport,
    ExecutionReport,
    BrokerNotice,
    LinkLost,
    Unanswered,
    Reconciled,
    NotPlacedConfirmed,
    Expired,
)
_DECISION = "Decision"
"""The name under which the journal keeps a refusal or a question. Source: oms/outlet.py."""


def second_target(found: Finding, key: OrderKey, at: datetime) -> Notice:
    """Write what a target beside another one means, of the order that was sent."""
    return Notice(
        severity=Severity.WARNING,
        text=found.text,
        effect=f"The order was sent: {found.measured}, {found.limit}.",
        advice=found.advice,
        order=key,
        time=at,
    )


def unpriced_fill(execution: Execution, at: datetime) -> Notice:
    """Write what a fill without a price means for the day's figures."""
    verb = "Bought" if execution.side is Side.BUY else "Sold"
    return Notice(
        severity=Severity.WARNING,
        text=f"{verb} {execution.quantity:f} {execution.shown_name}: the price was not told.",
        effect="The quantity counts. The day's result is an estimate, from the broker's average "
        "of the order or else the market; average price and costs of the fill are not known.",
        advice="Compare with the trades in TWS; a correction replaces the fill.",
        time=at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """A message of the broker about an order that changed nothing; a replay passes it over."""

    key: OrderKey
    event: str
    report: OrderReport | OrderBytesSent


class OrderNotes:
    """Collects notes until the round ends. Core thread."""

    def __init__(
        self, clock: Clock, orders: OrderBook, quote: Callable[[ConId], Quote | None]
    ) -> None:
        self._clock = clock
        self._orders = orders
        self._quote = quote
        self._notes: list[object] = []
        self._last: dict[OrderKey, OrderReport] = {}
        self._filled: dict[ExecId, OrderKey] = {}
        """Whose fill it was, until its cost is told."""
        self.heard: Callable[[OmsEvent, Changes], None] = _unheard
        """Hears of every event that was applied, in order; must not raise."""

    def add(self, note: object) -> None:
        """Keep a note for the end of the round; a decision is followed by its market."""
        if isinstance(note, Answered):
            self._see(_DECISION, note.key or OrderKey(""), note.con_id, note.intent_id)
            return
        self._notes.append(note)
        order = self._orders.get(note.key) if isinstance(note, Judged) else None
        if order is not None:
            self._market(Judged.__name__, order)

    def take(self) -> list[object]:
        """Return the notes of this round, oldest first, and forget them."""
        notes, self._notes = self._notes, []
        return notes

    def took(self, event: OmsEvent, changes: Changes) -> None:
        """Note the market at an event that changed orders, or that it changed nothing."""
        self.heard(event, changes)
        if isinstance(event, ExecutionReport):
            self._filled.update((event.execution.exec_id, key) for key in changes.orders)
        if isinstance(event, CommissionReport) and changes:
            self._paid(event)
        if not isinstance(event, _WITH_MARKET):
            return
        if not changes:
            self._repeated(event)
            return
        for order in changes.orders.values():
            self._market(type(event).__name__, order)

    def _paid(self, event: CommissionReport) -> None:
        """Note the market when the cost of a fill was told."""
        key = self._filled.pop(event.commission.exec_id, None)
        order = None if key is None else self._orders.get(key)
        if order is not None:
            self._market(CommissionReport.__name__, order)

    def _market(self, about: str, order: ManagedOrder) -> None:
        self._see(about, order.key, order.con_id)

    def _see(
        self, about: str, key: OrderKey, con_id: ConId, intent_id: IntentId | None = None
    ) -> None:
        quote = self._quote(con_id)
        if quote is None:
            return
        self._notes.append(
            MarketSeen(
                key=key,
                about=about,
                at=self._clock.now(),
                con_id=con_id,
                intent_id=intent_id,
                bid=quote.bid,
                ask=quote.ask,
                last=quote.last,
                bid_size=quote.bid_size,
                ask_size=quote.ask_size,
                stale=quote.stale,
                data_type=int(quote.data_type),
            )
        )

    def _repeated(self, event: OmsEvent) -> None:
        """Keep an echo once; a list that is asked for again and again adds nothing."""
        match event:
            case OpenOrderReport() if not event.what_if:
                order = self._orders.find(
                    event.perm_id, event.order_ref, event.client_id, event.order_id, event.con_id
                )
            case OrderStatusReport():
                order = self._orders.find(event.perm_id, None, event.client_id, event.order_id)
            case BrokerNotice():
                order = self._orders.of_notice(event)
            case OrderBytesSent():
                self._left(event)
                return
            case _:
                return
        if order is None or self._last.get(order.key) == event:
            return
        self._last[order.key] = event
        self._keep(order, event)

    def _left(self, event: OrderBytesSent) -> None:
        """Keep that the bytes of a change left: of a new order the event itself is on record."""
        for order_id in event.order_ids:
            order = self._orders.own(order_id)
            if order is not None:
                self._keep(order, event)

    def _keep(self, order: ManagedOrder, event: OrderReport | OrderBytesSent) -> None:
        self.add(Repeated(key=order.key, event=type(event).__name__, report=event))
        self._market(Repeated.__name__, order)


def _unheard(_event: OmsEvent, _changes: Changes) -> None:
    """Stand in until somebody listens."""
