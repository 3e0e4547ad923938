"""The one door through which orders, changes and cancels leave (architecture, life of an order)."""

import logging
from collections.abc import Callable
from functools import partial

from workstation.domain.commands import Done, Failed, Previewed
from workstation.domain.errors import EncodingError
from workstation.domain.finding import Answer, Denied, RiskCode, Submitted
from workstation.domain.ids import OrderKey
from workstation.domain.order import OrderChange, OrderDraft, OrderLinks
from workstation.domain.order_status import Lifecycle
from workstation.domain.ports import EncodedOrder
from workstation.oms.actions import Actions
from workstation.oms.editing import asks_for_no_more, changed, why_not_editable, why_not_so
from workstation.oms.events import CancelIntent, ChangeIntent, Intent
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.order_ids import OrderIds
from workstation.oms.outlet import Attempt, Collaborators, Outlet, Verdict, denied

log = logging.getLogger(__name__)


class Controller:
    """Takes wishes; nothing else may place, change or cancel an order. Core thread."""

    def __init__(self, with_: Collaborators) -> None:
        self._with = with_
        self._outlet = Outlet(with_)
        self.ids = OrderIds()
        self.actions = Actions(with_.clock)

    def submit(self, draft: OrderDraft, *, is_part: bool = False) -> Answer:
        """Send the order if every risk check allows it.

        The journal is written first, so an order that reached the broker is on record even
        if the program stops here. The same intent twice is one order. A part of several orders
        is no action of its own.
        """
        if known := self._with.orders.of_intent(draft.intent_id):
            return answered_before(known)
        verdict = self._with.judge(draft, None)
        if verdict.refusal is not None:
            return self._outlet.stopped(draft, verdict)
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
                symbol=details.contract.shown_name,
                draft=draft,
                sha256=frame.sha256,
            )

        attempt = Attempt(order_id, order_ref, OrderKey(order_ref), draft, details.contract)
        answer = self._issue(attempt, verdict, intent_of)
        if isinstance(answer, Submitted) and not is_part:
            self.actions.note(draft)
        return answer

    def change(self, wish: OrderChange, *, is_action: bool = True) -> Answer:
        """Give a working order new terms, as one message with the same order id.

        The frame holds the complete order as the broker last acknowledged it, with only the
        wished fields changed (2.5.9). What nobody has just asked for is no action (R15).
        """
        order = self._with.orders.get(wish.key)
        if order is None:
            return denied(RiskCode.NOT_EDITABLE, "This order is not known.")
        if self._with.orders.of_intent(wish.intent_id) is order:
            return Submitted(order.order_id, order.key)
        if fault := self._why_not_changeable(order, wish):
            return denied(RiskCode.NOT_EDITABLE, fault)
        if asks_for_no_more(order, wish):
            return self._cancelled_instead(order)
        draft = self._as_changed(order, wish)
        verdict = self._with.judge(draft, order)
        if verdict.refusal is not None:
            return self._outlet.stopped(draft, verdict, key=order.key)
        details = self._with.contracts.details(order.con_id)
        assert details is not None  # an unknown contract is a HARD finding of R02
        assert order.order_ref is not None  # else it is not editable

        links = OrderLinks(parent_id=order.parent_id)
        attempt = Attempt(order.order_id, order.order_ref, wish.key, draft, details.contract, links)
        answer = self._issue(attempt, verdict, partial(_change_intent, attempt))
        if isinstance(answer, Submitted) and is_action:
            self.actions.note(None)
        return answer

    def preview_change(self, wish: OrderChange) -> Previewed | Failed:
        """Return what change() would answer now, with all findings; sends and records nothing."""
        order = self._with.orders.get(wish.key)
        if order is None:
            return Failed("This order is not known.")
        if fault := self._why_not_changeable(order, wish):
            return Failed(fault)
        if asks_for_no_more(order, wish):
            return Previewed(None, is_exit=True)
        verdict = self._with.judge(self._as_changed(order, wish), order)
        is_exit = verdict.entry_value is None
        return Previewed(verdict.refusal, verdict.findings, is_exit=is_exit)

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
        self._outlet.on_record(intent)  # a cancel leaves even if it cannot be written down
        self._with.apply(intent)
        if not self._sent(partial(self._with.cancels.cancel_order, order.order_id)):
            self._outlet.not_sent(key, "there is no link to the broker")
            return Failed("There is no link to the broker. Use TWS or the mobile program.")
        return Done("The cancel is on its way.")

    def cancel_globally(self) -> Done | Failed:
        """Ask the broker for one cancel of everything, orders of other clients and TWS included."""
        keys = [order.key for order in self._with.orders.live() if order.mine]
        for count, key in enumerate(keys, 1):
            intent = CancelIntent(key=key)
            # as with one cancel it leaves all the same; the disk is waited for once, not for each
            self._outlet.on_record(intent, durable=count == len(keys))
            self._with.apply(intent)
        if self._sent(self._with.cancels.global_cancel):
            return Done("The cancel of everything is on its way.")
        for key in keys:
            self._outlet.not_sent(key, "there is no link to the broker")
        return Failed("There is no link to the broker. Use TWS or the mobile program.")

    def _cancelled_instead(self, order: ManagedOrder) -> Answer:
        result = self.cancel(order.key)
        if isinstance(result, Failed):
            return denied(RiskCode.LINK_NOT_READY, result.reason)
        return Submitted(order.order_id, order.key)

    def _issue(
        self,
        attempt: Attempt,
        verdict: Verdict,
        intent_of: Callable[[EncodedOrder], Intent | ChangeIntent],
    ) -> Answer:
        """Encode, put on record, register, pass the final gate: in this order and no other."""
        try:
            frame = self._outlet.encode(attempt)
        except EncodingError as error:
            return self._outlet.refused(attempt.draft, denied(RiskCode.ENCODING, str(error)))
        intent = intent_of(frame)
        self._with.checkpoint("approved")
        if fault := self._outlet.on_record(intent):
            return denied(RiskCode.TRADING_STATE, f"Nothing was sent: {fault}")
        self._with.checkpoint("intent")
        self._with.apply(intent)
        self._outlet.judged(attempt, verdict)
        self._with.checkpoint("registered")
        account, entry_value = attempt.draft.account, verdict.entry_value
        is_exit = entry_value is None
        left = self._outlet.release(frame, attempt.key, account, entry_value, may_wait=is_exit)
        if isinstance(left, Denied):
            return left
        self._with.checkpoint("sent")
        return Submitted(attempt.order_id, attempt.key, verdict.findings)

    def _sent(self, cancel: Callable[[], bool]) -> bool:
        try:
            return cancel()
        except Exception:
            log.exception("a cancel could not be written")
            return False

    def _as_changed(self, order: ManagedOrder, wish: OrderChange) -> OrderDraft:
        details = self._with.contracts.details(order.con_id)
        return changed(order, wish, None if details is None else details.ladder)

    def _why_not_changeable(self, order: ManagedOrder, wish: OrderChange) -> str:
        fault = why_not_editable(order) or self._why_not_this_number(order)
        return fault or why_not_so(order, wish)

    def _why_not_this_number(self, order: ManagedOrder) -> str:
        if self._with.orders.owns_number(order):
            return ""
        return f"The broker uses number {order.order_id} for another order now. Use TWS."


def _change_intent(attempt: Attempt, frame: EncodedOrder) -> ChangeIntent:
    draft = attempt.draft
    return ChangeIntent(
        intent_id=draft.intent_id,
        key=attempt.key,
        order_id=frame.order_id,
        quantity=draft.quantity,
        limit_price=draft.limit_price,
        stop_price=draft.stop_price,
        tif=draft.tif.value,
        outside_rth=draft.outside_rth,
        terms=draft.terms,
        sha256=frame.sha256,
    )


def answered_before(order: ManagedOrder) -> Answer:
    """Answer a wish that came before: the same wish twice is one order."""
    if order.lifecycle is Lifecycle.NOT_PLACED:
        return denied(RiskCode.DUPLICATE, f"This order was not sent. {order.note}".strip())
    return Submitted(order.order_id, order.key)
