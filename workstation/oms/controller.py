"""The one door through which orders, changes and cancels leave (architecture, life of an order)."""

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from workstation.domain.clock import Clock
from workstation.domain.commands import Done, Failed
from workstation.domain.contract import Contract
from workstation.domain.errors import EncodingError, JournalError
from workstation.domain.finding import (
    Answer,
    Denied,
    Finding,
    Level,
    RiskCode,
    Submitted,
)
from workstation.domain.ids import ClientId, OrderId, OrderKey, OrderRef
from workstation.domain.order import OrderChange, OrderDraft, OrderType, Tif
from workstation.domain.order_status import Lifecycle, Pending
from workstation.domain.ports import (
    CancelWire,
    Checkpoint,
    ContractSource,
    EncodedOrder,
    JournalPort,
    OrderEncoder,
    no_checkpoint,
)
from workstation.oms.events import (
    CancelIntent,
    ChangeIntent,
    Intent,
    NotSent,
    OmsEvent,
)
from workstation.oms.final_gate import FinalGate, FinalGateError
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.order_ids import OrderIds, OrderRefs
from workstation.oms.orders import OrderBook

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What risk says to one draft: the findings, the answer that stops it, its entry value.

    `entry_value` is the money an entry moves in the account's currency, None for an exit.
    """

    findings: tuple[Finding, ...]
    refusal: Answer | None
    entry_value: Decimal | None


Judge = Callable[[OrderDraft, ManagedOrder | None], Verdict]
"""Asks risk about a draft; the order it would change is left out of the working orders."""

Apply = Callable[[OmsEvent], None]
"""Applies an event to the order book and tells the window what changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was answered to a wish, with the text shown; kept in the journal."""

    intent_id: str
    draft: OrderDraft
    answer: Answer


@dataclass(slots=True)
class Actions:
    """When order actions were taken, for the rate and duplicate checks (R15, R17)."""

    clock: Clock
    times: deque[float] = field(default_factory=deque)
    last_same: dict[tuple[object, ...], float] = field(default_factory=dict)

    def count(self, seconds: float) -> int:
        """Return the actions of the last so many seconds, up to a minute."""
        now = self.clock.monotonic()
        while self.times and self.times[0] <= now - 60:
            self.times.popleft()
        return sum(1 for each in self.times if each > now - seconds)

    def since_same(self, draft: OrderDraft) -> float | None:
        """Return the seconds since an equal order was sent, None for never."""
        last = self.last_same.get(_sameness(draft)) if _is_hashable(draft) else None
        return None if last is None else self.clock.monotonic() - last

    def note(self, draft: OrderDraft | None) -> None:
        """Count one action, and remember the order if it was one."""
        now = self.clock.monotonic()
        self.times.append(now)
        if draft is not None:
            recent = {same: at for same, at in self.last_same.items() if at > now - 60}
            self.last_same = {**recent, _sameness(draft): now}


@dataclass(frozen=True, slots=True, kw_only=True)
class Collaborators:
    """Whom the door works with; all on the core thread."""

    clock: Clock
    journal: JournalPort
    orders: OrderBook
    contracts: ContractSource
    encoder: OrderEncoder
    gate: FinalGate
    cancels: CancelWire
    judge: Judge
    apply: Apply
    lock: Callable[[str], None]
    refs: OrderRefs
    client_id: ClientId
    checkpoint: Checkpoint = no_checkpoint


@dataclass(frozen=True, slots=True)
class _Attempt:
    order_id: OrderId
    order_ref: OrderRef
    key: OrderKey
    draft: OrderDraft
    contract: Contract


class Controller:
    """Takes wishes; nothing else may place, change or cancel an order. Core thread."""

    def __init__(self, with_: Collaborators) -> None:
        self._with = with_
        self.ids = OrderIds()
        self.actions = Actions(with_.clock)

    def submit(self, draft: OrderDraft) -> Answer:
        """Send the order if every risk check allows it.

        The journal is written first, so an order that reached the broker is on record even
        if the program stops here. The same intent twice is one order.
        """
        if known := self._with.orders.of_intent(draft.intent_id):
            if known.lifecycle is Lifecycle.NOT_PLACED:
                text = f"This wish was not sent. {known.note}".strip()
                return Denied((_finding(RiskCode.DUPLICATE, text),))
            return Submitted(known.order_id, known.key)
        verdict = self._with.judge(draft, None)
        if verdict.refusal is not None:
            return self._refused(draft, verdict.refusal)
        details = self._with.contracts.details(draft.con_id)
        assert details is not None  # an unknown contract is a HARD finding of R02
        order_id, order_ref = self.ids.new(), self._with.refs.new()

        def intent_of(frame: EncodedOrder) -> Intent:
            return Intent(
                intent_id=draft.intent_id,
                order_id=order_id,
                client_id=self._with.client_id,
                order_ref=order_ref,
                con_id=draft.con_id,
                symbol=details.contract.symbol,
                draft=draft,
                sha256=frame.sha256,
            )

        attempt = _Attempt(order_id, order_ref, OrderKey(order_ref), draft, details.contract)
        answer = self._issue(attempt, verdict, intent_of)
        if isinstance(answer, Submitted):
            self.actions.note(draft)
        return answer

    def change(self, wish: OrderChange) -> Answer:
        """Give a working order new terms, as one message with the same order id.

        The frame holds the complete order as the broker last acknowledged it, with only the
        wished fields changed (2.5.9).
        """
        order = self._with.orders.get(wish.key)
        if order is None:
            return Denied((_finding(RiskCode.NOT_EDITABLE, "This order is not known."),))
        if self._with.orders.of_intent(wish.intent_id) is order:
            return Submitted(order.order_id, order.key)
        if fault := _why_not_editable(order) or self._why_not_this_number(order):
            return Denied((_finding(RiskCode.NOT_EDITABLE, fault),))
        if _asks_for_no_more(order, wish):
            return self._cancelled_instead(order)
        draft = _changed(order, wish)
        verdict = self._with.judge(draft, order)
        if verdict.refusal is not None:
            return self._refused(draft, verdict.refusal)
        details = self._with.contracts.details(order.con_id)
        assert details is not None
        assert order.order_ref is not None  # else it is not editable

        def intent_of(frame: EncodedOrder) -> ChangeIntent:
            return ChangeIntent(
                intent_id=wish.intent_id,
                key=wish.key,
                order_id=frame.order_id,
                quantity=draft.quantity,
                limit_price=draft.limit_price,
                sha256=frame.sha256,
            )

        attempt = _Attempt(order.order_id, order.order_ref, wish.key, draft, details.contract)
        answer = self._issue(attempt, verdict, intent_of)
        if isinstance(answer, Submitted):
            self.actions.note(None)
        return answer

    def cancel(self, key: OrderKey) -> Done | Failed:
        """Ask the broker to cancel; refused by no check, only where it cannot be asked."""
        order = self._with.orders.get(key)
        if order is None:
            return Failed("This order is not known.")
        if order.lifecycle.is_terminal:
            return Failed(f"The order has ended: {order.view().display_state}.")
        if not order.mine:
            return Failed(
                f"The order belongs to client {order.client_id}; only that client can cancel it."
            )
        if fault := self._why_not_this_number(order):
            return Failed(fault)
        intent = CancelIntent(key=key)
        self._on_record(intent)  # a cancel leaves even if it cannot be written down
        self._with.apply(intent)
        if not self._cancel_sent(order.order_id):
            self._not_sent(key, "there is no link to the broker")
            return Failed("There is no link to the broker. Use TWS or the mobile program.")
        return Done("The cancel is on its way.")

    def cancel_all(self) -> Done | Failed:
        """Ask the broker to cancel every working order of this client."""
        keys = [
            order.key
            for order in self._with.orders
            if order.mine and not order.lifecycle.is_terminal
        ]
        failed = [result for result in map(self.cancel, keys) if isinstance(result, Failed)]
        if failed:
            return Failed(f"{len(failed)} of {len(keys)} cancels were not sent: {failed[0].reason}")
        return Done(f"{len(keys)} cancels are on their way.")

    def _cancelled_instead(self, order: ManagedOrder) -> Answer:
        result = self.cancel(order.key)
        if isinstance(result, Failed):
            return Denied((_finding(RiskCode.LINK_NOT_READY, result.reason),))
        return Submitted(order.order_id, order.key)

    def _issue(
        self,
        attempt: _Attempt,
        verdict: Verdict,
        intent_of: Callable[[EncodedOrder], Intent | ChangeIntent],
    ) -> Answer:
        """Encode, put on record, register, pass the final gate: in this order and no other."""
        try:
            frame = self._with.encoder.encode_order(
                attempt.order_id, attempt.order_ref, attempt.contract, attempt.draft
            )
        except EncodingError as error:
            return self._refused(attempt.draft, Denied((_finding(RiskCode.ENCODING, str(error)),)))
        intent = intent_of(frame)
        self._with.checkpoint("approved")
        if fault := self._on_record(intent):
            return Denied((_finding(RiskCode.TRADING_STATE, f"Nothing was sent: {fault}"),))
        self._with.checkpoint("intent")
        self._with.apply(intent)
        self._with.gate.approve(attempt.order_id, intent.sha256)
        self._with.checkpoint("registered")
        try:
            sent = self._with.gate.send(frame, attempt.draft.account, verdict.entry_value)
        except FinalGateError as error:
            self._not_sent(attempt.key, str(error))
            self._with.lock(str(error))
            return Denied((_finding(RiskCode.FINAL_GATE, str(error)),))
        except Exception:
            log.exception("writing an order failed")
            sent = True  # bytes may have left: it is unknown until the broker speaks of it
        if not sent:
            self._not_sent(attempt.key, "there is no link to the broker")
            return Denied((_finding(RiskCode.LINK_NOT_READY, "The link took no bytes."),))
        self._with.checkpoint("sent")
        return Submitted(attempt.order_id, attempt.key, verdict.findings)

    def _not_sent(self, key: OrderKey, reason: str) -> None:
        event = NotSent(key=key, reason=reason)
        self._on_record(event)
        self._with.apply(event)

    def _refused(self, draft: OrderDraft, answer: Answer) -> Answer:
        decision = Decision(intent_id=draft.intent_id, draft=draft, answer=answer)
        self._on_record(decision, durable=False)
        return answer

    def _on_record(self, event: object, *, durable: bool = True) -> str:
        """Write an event down; where that fails trading locks, and the fault is returned."""
        try:
            self._with.journal.record(type(event).__name__, event, durable=durable)
        except JournalError as error:
            self._with.lock(str(error))
            return str(error)
        return ""

    def _cancel_sent(self, order_id: OrderId) -> bool:
        try:
            return self._with.cancels.cancel_order(order_id)
        except Exception:
            log.exception("a cancel could not be written")
            return False

    def _why_not_this_number(self, order: ManagedOrder) -> str:
        if self._with.orders.owns_number(order):
            return ""
        return f"The broker uses number {order.order_id} for another order now. Use TWS."


_TYPES = frozenset(each.value for each in OrderType)
_TIFS = frozenset(each.value for each in Tif)


def _why_not_editable(order: ManagedOrder) -> str:
    reasons = (
        (order.lifecycle.is_terminal, f"The order has ended: {order.view().display_state}."),
        (
            not order.mine,
            f"The order belongs to client {order.client_id}; only that can change it.",
        ),
        (
            order.order_type not in _TYPES or order.tif not in _TIFS,
            f"This program cannot change {order.order_type} {order.tif} orders yet.",
        ),
        (
            order.draft is None,
            "The order was not placed here; a change could lose terms. Change it in TWS.",
        ),
        (
            order.lifecycle is Lifecycle.UNKNOWN,
            "It is not known whether the broker has this order; a change could place it anew.",
        ),
        (order.cancel is not Pending.NONE, "A cancel is under way."),
        (order.replace is not Pending.NONE, "The previous change is not confirmed yet."),
        (
            not order.acknowledged or order.order_ref is None,
            "The broker has not acknowledged the order yet.",
        ),
    )
    return next((text for applies, text in reasons if applies), "")


def _asks_for_no_more(order: ManagedOrder, wish: OrderChange) -> bool:
    """Tell whether a change means a cancel: no more than is filled (FIX 4.2 D11)."""
    quantity = wish.quantity
    return quantity is not None and quantity.is_finite() and 0 < quantity <= order.filled


def _changed(order: ManagedOrder, wish: OrderChange) -> OrderDraft:
    """Build the complete order as it would stand; what was accepted of it need not be again.

    Growing is a new question, moving is not (1.4: moves by a tick ask nothing).
    """
    acknowledged = wish.acknowledged
    quantity = wish.quantity
    grows = quantity is not None and not (quantity.is_finite() and quantity <= order.quantity)
    if order.draft is not None and not grows:
        acknowledged |= order.draft.acknowledged
    return OrderDraft(
        intent_id=wish.intent_id,
        account=order.account,
        con_id=order.con_id,
        side=order.side,
        quantity=order.quantity if wish.quantity is None else wish.quantity,
        order_type=OrderType(order.order_type),
        limit_price=order.limit_price if wish.limit_price is None else wish.limit_price,
        tif=Tif(order.tif),
        outside_rth=order.outside_rth,
        source=wish.source,
        acknowledged=acknowledged,
    )


def _sameness(draft: OrderDraft) -> tuple[object, ...]:
    return (
        draft.account,
        draft.con_id,
        draft.side,
        draft.quantity,
        draft.order_type,
        draft.limit_price,
        draft.tif,
    )


def _is_hashable(draft: OrderDraft) -> bool:
    """Tell whether an order can have been sent before: no signalling NaN ever was."""
    return not (draft.quantity.is_snan() or (draft.limit_price or Decimal(0)).is_snan())


def _finding(code: RiskCode, text: str) -> Finding:
    return Finding(code, Level.HARD, text)
