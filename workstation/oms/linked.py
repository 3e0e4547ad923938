"""Orders that hang together, sent as one: on record together, whole or not at all.

Source: orders-and-risk.md 2.5.11. Untransmitted orders are invisible at the broker and end with
the session, so nothing of them can work before the last one has left.
"""

from collections.abc import Sequence
from decimal import Decimal

from workstation.domain.contract import Contract
from workstation.domain.finding import Denied, RiskCode
from workstation.domain.ids import OrderId, OrderKey
from workstation.domain.order import OrderDraft, OrderLinks
from workstation.domain.ports import EncodedOrder
from workstation.oms.controller import Controller
from workstation.oms.events import Intent
from workstation.oms.outlet import Attempt, Collaborators, Outlet, Verdict, denied

Leg = tuple[Attempt, EncodedOrder]


class LinkedOrders:
    """Writes and sends a parent and its children, the parent first. Core thread."""

    def __init__(self, with_: Collaborators, controller: Controller, doubt: str) -> None:
        self._with = with_
        self._controller = controller
        self._outlet = Outlet(with_)
        self._doubtful = denied(RiskCode.LINK_NOT_READY, doubt)

    def encoded(self, orders: Sequence[tuple[OrderDraft, Contract]]) -> tuple[Leg, ...]:
        """Write the orders under consecutive numbers; the last sends them all.

        Raises EncodingError.
        """
        parent = self._controller.ids.new()
        legs = []
        for place, (draft, contract) in enumerate(orders):
            order_id = self._controller.ids.new() if place else parent
            links = OrderLinks(
                parent_id=parent if place else None, transmit=place == len(orders) - 1
            )
            attempt = self._attempt(draft, order_id, contract, links)
            legs.append((attempt, self._outlet.encode(attempt)))
        return tuple(legs)

    def issue(
        self, legs: tuple[Leg, ...], verdict: Verdict, values: Sequence[Decimal | None]
    ) -> Denied | None:
        """Put all on record, then send them; the final gate counts each one's value.

        All are on record in one durable step before the first byte leaves. None when they left.
        """
        if fault := self._on_record(legs):
            return denied(RiskCode.TRADING_STATE, f"Nothing was sent: {fault}")
        for attempt, _ in legs:
            self._outlet.judged(attempt, verdict)
        return self._send(legs, values)

    def _send(self, legs: tuple[Leg, ...], values: Sequence[Decimal | None]) -> Denied | None:
        for number, ((attempt, frame), value) in enumerate(zip(legs, values, strict=True)):
            left = self._outlet.release(frame, attempt.key, attempt.draft.account, value)
            if isinstance(left, Denied):
                return self._broken(legs, number, number, left)
            if not left and number < len(legs) - 1:
                return self._broken(legs, number, number + 1, self._doubtful)
            self._with.checkpoint(f"sent {number + 1}")
        return None

    def _attempt(
        self, draft: OrderDraft, order_id: OrderId, contract: Contract, links: OrderLinks
    ) -> Attempt:
        ref = self._with.refs.new()
        return Attempt(order_id, ref, OrderKey(ref), draft, contract, links)

    def _on_record(self, legs: tuple[Leg, ...]) -> str:
        """Write all intents down in one durable step, then register all of them."""
        parent = legs[0][0].key
        intents = [
            Intent(
                intent_id=attempt.draft.intent_id,
                order_id=attempt.order_id,
                client_id=self._with.client_id,
                order_ref=attempt.order_ref,
                con_id=attempt.draft.con_id,
                symbol=attempt.contract.symbol,
                draft=attempt.draft,
                sha256=frame.sha256,
                parent=None if attempt.key == parent else parent,
                parent_id=attempt.links.parent_id,
            )
            for attempt, frame in legs
        ]
        self._with.checkpoint("approved")
        for intent in intents:
            if fault := self._outlet.on_record(intent, durable=intent is intents[-1]):
                return fault
        self._with.checkpoint("intent")
        for intent in intents:
            self._with.apply(intent)
        self._with.checkpoint("registered")
        return ""

    def _broken(self, legs: tuple[Leg, ...], broken: int, left: int, answer: Denied) -> Denied:
        """End what leg number `broken` did not surely leave of; `left` orders may have.

        Nothing of it was transmitted yet: the rest is not sent, and to cancel the parent ends
        its children with it. Without a link they end with the session.
        """
        for attempt, _ in legs[broken + 1 :]:
            self._outlet.not_sent(attempt.key, "what it hangs on broke off before it")
        if left:
            self._controller.cancel(legs[0][0].key)
        return answer
