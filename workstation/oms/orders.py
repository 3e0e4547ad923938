"""The order book of the program: events in, changed orders out; live and replayed alike."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from workstation.domain.execution import Commission, Execution
from workstation.domain.ids import (
    ClientId,
    ConId,
    ExecId,
    IntentId,
    OrderId,
    OrderKey,
    OrderRef,
    PermId,
)
from workstation.domain.order_status import Lifecycle, OrderFlag, OrderView, Pending
from workstation.domain.reports import (
    BrokerNotice,
    CommissionReport,
    ExecutionReport,
    OpenOrderReport,
    OrderBytesSent,
    OrderStatusReport,
)
from workstation.oms import codes, transitions
from workstation.oms.events import (
    CancelIntent,
    ChangeIntent,
    Expired,
    Intent,
    LinkLost,
    NotPlacedConfirmed,
    NotSent,
    OmsEvent,
    ReconcileBegan,
    Reconciled,
    Unanswered,
)
from workstation.oms.foreign_orders import foreign_order
from workstation.oms.managed_order import ManagedOrder

_Name = TypeVar("_Name")


@dataclass(slots=True)
class Changes:
    """What one event did.

    `ask` tells that the broker must be asked what the truth is; `alarms` are findings
    that must be seen; `fills` are executions counted now for the first time; `noted` that
    the event matters to a replay even if no order changed; `commission` is a cost the
    broker told, also once more.
    """

    orders: dict[OrderKey, ManagedOrder] = field(default_factory=dict)
    fills: list[Execution] = field(default_factory=list)
    alarms: transitions.Alarms = field(default_factory=list)
    ask: bool = False
    noted: bool = False
    commission: Commission | None = None

    def __bool__(self) -> bool:
        """Tell whether anything changed, so that only what matters is journalled."""
        return bool(self.orders or self.fills or self.alarms or self.noted)

    @property
    def overfilled(self) -> bool:
        """Whether an order got more than it asked for, by an open change of it too."""
        return any(alarm.stops_entries for _key, alarm in self.alarms)


class OrderBook:
    """Every order the program knows of, its own and others'. Core thread.

    apply() never raises on an unknown order, status or code; it then changes nothing.
    """

    def __init__(self, client_id: ClientId) -> None:
        self._client_id = client_id
        self._orders: dict[OrderKey, ManagedOrder] = {}
        self._by_perm: dict[PermId, OrderKey] = {}
        self._by_ref: dict[OrderRef, OrderKey] = {}
        self._by_id: dict[tuple[ClientId, OrderId], OrderKey] = {}
        self._by_intent: dict[IntentId, OrderKey] = {}
        self._orphans: dict[str, Execution] = {}
        self._legs: dict[str, Execution] = {}
        self._commissions: dict[ExecId, Commission] = {}
        self._live: dict[OrderKey, ManagedOrder] = {}
        self._working: tuple[OrderView, ...] | None = None
        self._reconciling = False
        self._handlers: dict[type, Callable[[Any, datetime, Changes], None]] = {
            Intent: self._on_intent,
            ChangeIntent: self._on_change_intent,
            CancelIntent: self._on_cancel_intent,
            NotSent: self._on_not_sent,
            LinkLost: self._on_link_lost,
            Unanswered: self._on_unanswered,
            ReconcileBegan: self._on_reconcile_began,
            Reconciled: self._on_reconciled,
            NotPlacedConfirmed: self._on_not_placed,
            Expired: self._on_expired,
            OrderBytesSent: self._on_bytes_sent,
            OpenOrderReport: self._on_open_order,
            OrderStatusReport: self._on_status,
            ExecutionReport: self._on_execution,
            CommissionReport: self._on_commission,
            BrokerNotice: self._on_notice,
        }

    def __iter__(self) -> Iterator[ManagedOrder]:
        """Yield every order, in the order of its arrival."""
        return iter(self._orders.values())

    def get(self, key: OrderKey) -> ManagedOrder | None:
        """Return one order, or None."""
        return self._orders.get(key)

    def of_intent(self, intent_id: IntentId) -> ManagedOrder | None:
        """Return the order that a wish became, or None."""
        key = self._by_intent.get(intent_id)
        return None if key is None else self._orders[key]

    def working(self) -> tuple[OrderView, ...]:
        """Return the orders that may be live, the same value until an event is applied."""
        if self._working is None:
            self._working = tuple(
                order.view() for order in self._live.values() if not order.lifecycle.is_terminal
            )
        return self._working

    def live(self) -> tuple[ManagedOrder, ...]:
        """Return the orders that may be live; of a long journal only a few."""
        return tuple(each for each in self._live.values() if not each.lifecycle.is_terminal)

    def children(self, key: OrderKey) -> tuple[ManagedOrder, ...]:
        """Return the orders that wait, or waited, for this one to fill."""
        return tuple(order for order in self._orders.values() if order.parent == key)

    def owns_number(self, order: ManagedOrder) -> bool:
        """Tell whether the order's number still means this order to the broker.

        A gateway that was reset hands numbers out again; the newest order has it then.
        """
        return self._by_id.get((order.client_id, order.order_id)) == order.key

    def executions(self) -> Iterator[Execution]:
        """Yield the latest revision of every execution, those of unknown orders included."""
        for order in self._orders.values():
            yield from order.revisions.values()
        yield from self._orphans.values()
        yield from self._legs.values()

    def filled_of_leg(self, order: ManagedOrder, con_id: ConId) -> Decimal:
        """Return how much of one leg of a combination has filled."""
        own = (
            each.quantity
            for each in self._legs.values()
            if each.con_id == con_id
            and self.find(each.perm_id, each.order_ref, each.client_id, each.order_id) is order
        )
        return sum(own, Decimal(0))

    def told_price(self, execution: Execution) -> Decimal | None:
        """Return what the broker's averages say of a fill without a price; None where nothing."""
        found = (execution.perm_id, execution.order_ref, execution.client_id, execution.order_id)
        order = self.find(*found, execution.con_id)
        return None if order is None or order.is_combo else order.missing_price

    def commission(self, exec_id: ExecId) -> Commission | None:
        """Return the cost of an execution, None until the broker tells it."""
        return self._commissions.get(exec_id)

    def apply(self, event: OmsEvent, at: datetime) -> Changes:
        """Apply one event of this aware UTC time and return what it changed."""
        changes = Changes()
        self._working = None
        self._handlers[type(event)](event, at, changes)
        for order in changes.orders.values():
            order.updated_at = at
            if order.lifecycle.is_terminal:
                self._live.pop(order.key, None)
            else:
                self._live[order.key] = order
        return changes

    # -- what we do ---------------------------------------------------------------------------

    def _on_intent(self, event: Intent, at: datetime, changes: Changes) -> None:
        draft = event.draft
        oca = draft.terms.oca
        order = ManagedOrder(
            key=OrderKey(event.order_ref),
            order_id=event.order_id,
            client_id=event.client_id,
            order_ref=event.order_ref,
            account=draft.account,
            con_id=event.con_id,
            symbol=event.symbol,
            side=draft.side,
            quantity=draft.quantity,
            order_type=draft.order_type.value,
            limit_price=draft.limit_price,
            stop_price=draft.stop_price,
            parent=event.parent,
            parent_id=event.parent_id,
            tif=draft.tif.value,
            outside_rth=draft.outside_rth,
            oca_group="" if oca is None else oca.name,
            oca_type=0 if oca is None else oca.oca_type.value,
            terms=draft.terms,
            planned=draft.terms.adjustment,
            draft=draft,
            intent_id=event.intent_id,
            mine=event.client_id == self._client_id,
            created_at=at,
            updated_at=at,
        )
        self._add(order, changes)

    def _on_change_intent(self, event: ChangeIntent, _at: datetime, changes: Changes) -> None:
        if order := self._orders.get(event.key):
            order.replace = Pending.REQUESTED
            order.pending_quantity = event.quantity
            order.pending_limit = event.limit_price
            order.pending_stop = event.stop_price
            order.pending_tif, order.pending_terms = event.tif, event.terms
            order.pending_outside_rth = event.outside_rth
            order.change_intent = event.intent_id
            self._by_intent[event.intent_id] = order.key
            changes.orders[order.key] = order

    def _on_cancel_intent(self, event: CancelIntent, _at: datetime, changes: Changes) -> None:
        order = self._orders.get(event.key)
        if order and not order.lifecycle.is_terminal:
            order.cancel_before, order.cancel = order.cancel, Pending.REQUESTED
            changes.orders[order.key] = order

    def _on_not_sent(self, event: NotSent, _at: datetime, changes: Changes) -> None:
        if order := self._orders.get(event.key):
            changing = order.replace
            transitions.not_sent(order, event.reason)
            if changing is not order.replace and order.change_intent is not None:
                self._by_intent.pop(order.change_intent, None)  # the wish may come again
                order.change_intent = None
            changes.orders[order.key] = order

    def _on_bytes_sent(self, event: OrderBytesSent, _at: datetime, changes: Changes) -> None:
        for order_id in event.order_ids:
            order = self._of_id(self._client_id, order_id)
            if order and order.lifecycle in {Lifecycle.STAGED, Lifecycle.SENDING}:
                order.lifecycle = Lifecycle.SENT
                changes.orders[order.key] = order

    # -- doubt --------------------------------------------------------------------------------

    def _on_link_lost(self, _event: LinkLost, _at: datetime, changes: Changes) -> None:
        changes.noted = self._reconciling
        self._reconciling = False
        for order in self._live.values():
            if order.unsettled:
                transitions.doubt(order)
                changes.orders[order.key] = order

    def _on_unanswered(self, event: Unanswered, _at: datetime, changes: Changes) -> None:
        order = self._orders.get(event.key)
        if order and order.answer_due:
            transitions.doubt(order)
            order.note = "The broker has not answered yet. It may be live; nothing is resent."
            changes.orders[order.key] = order
            changes.ask = True

    def _on_reconcile_began(self, _event: ReconcileBegan, _at: datetime, changes: Changes) -> None:
        self._reconciling = changes.noted = True

    def _on_reconciled(self, event: Reconciled, _at: datetime, changes: Changes) -> None:
        self._reconciling, changes.noted = False, True
        for each in self._live.values():  # of what has ended no list tells anything new
            if transitions.lists_ended(each, settled=event.settled):
                changes.orders[each.key] = each
        for key in event.missing:
            order = self._orders.get(key)
            if order is None or order.lifecycle.is_terminal:
                continue
            order.lifecycle = Lifecycle.UNKNOWN
            if event.settled:
                order.missing_rounds += 1
            if order.missing_rounds >= 2:
                order.flag(OrderFlag.ABSENT)
            order.note = "The broker does not list this order. It is treated as live."
            changes.orders[key] = order

    def _on_not_placed(self, event: NotPlacedConfirmed, _at: datetime, changes: Changes) -> None:
        order = self._orders.get(event.key)
        if order is not None and order.acknowledged:
            note = "The broker lists it no more and did not say why. Compare the position."
            self._end(event.key, Lifecycle.EXPIRED, note, changes)
        else:
            self._end(event.key, Lifecycle.NOT_PLACED, "It never reached the broker.", changes)

    def _on_expired(self, event: Expired, _at: datetime, changes: Changes) -> None:
        self._end(event.key, Lifecycle.EXPIRED, "A day order of an earlier day.", changes)

    def _end(self, key: OrderKey, lifecycle: Lifecycle, note: str, changes: Changes) -> None:
        order = self._orders.get(key)
        if order and not order.lifecycle.is_terminal:
            order.lifecycle = lifecycle
            order.cancel = Pending.NONE
            order.drop_replace()
            order.note = note
            changes.orders[key] = order

    # -- what the broker says -----------------------------------------------------------------

    def _on_open_order(self, report: OpenOrderReport, at: datetime, changes: Changes) -> None:
        if report.what_if:
            return
        order = self.of_report(report)
        before = order.state() if order else None
        if order is None:
            order = foreign_order(report, self._client_id, at)
            self._add(order, changes)
        self._learn_perm(order, report.perm_id)
        if report.parent_id is not None:
            self._learn_parent(order, report.parent_id)
        transitions.open_order(order, report, changes.alarms, snapshot=self._reconciling)
        self._note(order, before, report.status, changes)
        if report.status in codes.LIVE and order.lifecycle.is_terminal and not order.full:
            changes.ask |= not report.completed  # a late report, or it lives after all

    def _on_status(self, report: OrderStatusReport, _at: datetime, changes: Changes) -> None:
        order = self.find(report.perm_id, None, report.client_id, report.order_id)
        if order is None:
            return  # the order itself follows or is asked for when lists are reconciled
        before = order.state()
        self._learn_perm(order, report.perm_id)
        transitions.status(order, report.status, report.why_held, changes.alarms)
        order.cap_price = report.cap_price
        order.take_average(report.filled, report.average_price)
        self._note(order, before, report.status, changes)

    def _note(self, order: ManagedOrder, before: object, status: str, changes: Changes) -> None:
        """Note a change, and ask for the truth where a status does not tell it all."""
        if order.state() != before:
            changes.orders[order.key] = order
            changes.ask |= order.said_filled or status in codes.ASK_AFTER

    def _on_execution(self, report: ExecutionReport, _at: datetime, changes: Changes) -> None:
        execution = report.execution
        order = self.find(
            execution.perm_id,
            execution.order_ref,
            execution.client_id,
            execution.order_id,
            execution.con_id,
        )
        if order is None:
            if _is_newer(execution, self._orphans):
                self._orphans[execution.base_id] = execution
                changes.fills.append(execution)
            return
        if order.is_combo and not execution.is_whole_combo:
            if _is_newer(execution, self._legs):
                self._legs[execution.base_id] = execution
                changes.fills.append(execution)
            return
        before = order.state()
        self._learn_perm(order, execution.perm_id)
        if transitions.execution(order, execution, changes.alarms):
            changes.fills.append(execution)
        if order.state() != before:
            changes.orders[order.key] = order

    def _on_commission(self, report: CommissionReport, _at: datetime, changes: Changes) -> None:
        commission = report.commission
        changes.noted = self._commissions.get(commission.exec_id) != commission
        self._commissions[commission.exec_id] = changes.commission = commission

    def _on_notice(self, notice: BrokerNotice, _at: datetime, changes: Changes) -> None:
        order = self.of_notice(notice)
        if order is None:
            return
        before = order.state()
        changes.ask |= transitions.notice(order, notice, changes.alarms)
        if order.state() != before:
            changes.orders[order.key] = order

    def own(self, order_id: OrderId) -> ManagedOrder | None:
        """Return the order of this client that has a number now, or None."""
        return self._of_id(self._client_id, order_id)

    def of_notice(self, notice: BrokerNotice) -> ManagedOrder | None:
        """Return the order of this client that a coded message names, or None."""
        if notice.subject is None:
            return None
        return self._of_id(self._client_id, OrderId(notice.subject))

    # -- identity -----------------------------------------------------------------------------

    def of_report(self, report: OpenOrderReport) -> ManagedOrder | None:
        """Return the order that a report of the broker's is about, None for one not yet known."""
        return self.find(
            report.perm_id, report.order_ref, report.client_id, report.order_id, report.con_id
        )

    def find(
        self,
        perm_id: PermId | None,
        order_ref: OrderRef | None,
        client_id: ClientId,
        order_id: OrderId,
        con_id: ConId | None = None,
    ) -> ManagedOrder | None:
        """Find an order by permId, else our mark, else client and order id (2.5.1).

        Under its number alone it must also agree in all that an order never changes: a
        gateway that was reset hands numbers out again, permIds too. TWS copies the mark with
        an order; the copy has another permId and another client.
        """
        of_perm = None if perm_id is None else self._of(self._by_perm, perm_id)
        of_ref = None if order_ref is None else self._of(self._by_ref, order_ref)
        if of_perm and (of_ref is None or _agree(order_ref, of_perm.order_ref)):
            return of_perm
        if of_ref and (client_id == of_ref.client_id or _agree(perm_id, of_ref.perm_id)):
            return of_ref
        order = self._of_id(client_id, order_id)
        if order is None:
            return None
        agree = (
            _agree(perm_id, order.perm_id),
            _agree(order_ref, order.order_ref),
            order.is_combo or _agree(con_id, order.con_id),
        )
        return order if all(agree) else None

    def _of(self, keys: Mapping[_Name, OrderKey], name: _Name) -> ManagedOrder | None:
        key = keys.get(name)
        return None if key is None else self._orders[key]

    def _of_id(self, client_id: ClientId, order_id: OrderId) -> ManagedOrder | None:
        return self._of(self._by_id, (client_id, order_id))

    def _learn_perm(self, order: ManagedOrder, perm_id: PermId | None) -> None:
        if perm_id is not None:
            order.perm_id = perm_id
            self._by_perm[perm_id] = order.key

    def _learn_parent(self, order: ManagedOrder, parent_id: OrderId) -> None:
        """Note whose exit an order is; a parent not seen yet has a name of its own till then."""
        if order.parent is None:
            order.parent_id = parent_id
            parent = self._of_id(order.client_id, parent_id)
            order.parent = _unseen(order.client_id, parent_id) if parent is None else parent.key

    def _add(self, order: ManagedOrder, changes: Changes) -> None:
        self._orders[order.key] = order
        if order.order_ref is not None:
            self._by_ref.setdefault(order.order_ref, order.key)
        if order.order_id > 0:
            self._by_id[order.client_id, order.order_id] = order.key
            unseen = _unseen(order.client_id, order.order_id)
            for child in self._live.values():
                if child.parent == unseen:
                    child.parent = order.key
                    changes.orders[child.key] = child
        if order.intent_id is not None:
            self._by_intent[order.intent_id] = order.key
        changes.orders[order.key] = order
        for base_id, execution in list(self._orphans.items()):
            if execution.perm_id is not None and execution.perm_id == order.perm_id:
                del self._orphans[base_id]
                if order.is_combo and not execution.is_whole_combo:
                    self._legs[base_id] = execution
                    continue
                transitions.execution(order, execution, changes.alarms)


def _is_newer(execution: Execution, kept: dict[str, Execution]) -> bool:
    known = kept.get(execution.base_id)
    return known is None or known.revision < execution.revision


def _unseen(client_id: ClientId, order_id: OrderId) -> OrderKey:
    return OrderKey(f"id:{client_id}:{order_id}")


def _agree(one: object, other: object) -> bool:
    """Tell whether two names may mean one thing; a name not told may mean any."""
    return one is None or other is None or one == other
