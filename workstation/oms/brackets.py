"""Brackets: an entry with both exits through the one door, whole or not at all.

Source: orders-and-risk.md 2.5.11. Untransmitted orders are invisible at the broker and end with
the session, so nothing of a bracket can work before its last order has left.
"""

from decimal import Decimal

from workstation.domain.bracket import BracketDraft
from workstation.domain.contract import ContractDetails
from workstation.domain.errors import EncodingError
from workstation.domain.finding import Answer, Denied, RiskCode, Submitted
from workstation.domain.ids import OrderId, OrderKey
from workstation.domain.order import OrderDraft, OrderLinks
from workstation.domain.ports import EncodedOrder
from workstation.oms.controller import Controller, answered_before
from workstation.oms.events import Intent
from workstation.oms.outlet import Attempt, BracketJudge, Collaborators, Outlet, denied

Leg = tuple[Attempt, EncodedOrder]

_DOUBTFUL = denied(
    RiskCode.LINK_NOT_READY, "The bracket could not be sent whole; its entry is being cancelled."
)


class Brackets:
    """Sends brackets with the numbers and the cancels of the controller. Core thread."""

    def __init__(self, with_: Collaborators, judge: BracketJudge, controller: Controller) -> None:
        self._with = with_
        self._judge = judge
        self._controller = controller
        self._outlet = Outlet(with_)

    def submit(self, bracket: BracketDraft, *, is_part: bool = False) -> Answer:
        """Send the entry and both exits if every check allows it.

        All three are on record in one durable step before the first byte leaves. The same
        intent twice is one bracket; the answer names the entry.
        """
        if known := self._with.orders.of_intent(bracket.entry.intent_id):
            return answered_before(known)
        verdict = self._judge(bracket)
        if verdict.refusal is not None:
            return self._outlet.stopped(bracket.entry, verdict, bracket)
        details = self._with.contracts.details(bracket.entry.con_id)
        assert details is not None  # an unknown contract is a HARD finding of R02
        try:
            legs = self._encoded(bracket, details)
        except EncodingError as error:
            answer = denied(RiskCode.ENCODING, str(error))
            return self._outlet.refused(bracket.entry, answer, bracket)
        if fault := self._on_record(legs, details):
            return denied(RiskCode.TRADING_STATE, f"Nothing was sent: {fault}")
        for attempt, _ in legs:
            self._outlet.judged(attempt, verdict)
        if broken := self._send(legs, verdict.entry_value):
            return broken
        if not is_part:
            self._controller.actions.note(bracket.entry)
        entry = legs[0][0]
        return Submitted(entry.order_id, entry.key, verdict.findings)

    def _send(self, legs: tuple[Leg, ...], entry_value: Decimal | None) -> Denied | None:
        """Send one by one; the final gate counts the entry alone."""
        for number, (attempt, frame) in enumerate(legs):
            value = None if number else entry_value
            left = self._outlet.release(frame, attempt.key, attempt.draft.account, value)
            if isinstance(left, Denied):
                return self._broken(legs, number, number, left)
            if not left and number < len(legs) - 1:
                return self._broken(legs, number, number + 1, _DOUBTFUL)
            self._with.checkpoint(f"sent {number + 1}")
        return None

    def _encoded(self, bracket: BracketDraft, details: ContractDetails) -> tuple[Leg, ...]:
        """Write the three orders under consecutive numbers; the last sends them all."""
        entry_id = self._controller.ids.new()
        entry = self._attempt(bracket.entry, entry_id, details, OrderLinks(transmit=False))
        exits = []
        for draft, last in ((bracket.target, False), (bracket.stop, True)):
            links = OrderLinks(parent_id=entry_id, transmit=last)
            exits.append(self._attempt(draft, self._controller.ids.new(), details, links))
        return tuple((each, self._outlet.encode(each)) for each in (entry, *exits))

    def _attempt(
        self, draft: OrderDraft, order_id: OrderId, details: ContractDetails, links: OrderLinks
    ) -> Attempt:
        ref = self._with.refs.new()
        return Attempt(order_id, ref, OrderKey(ref), draft, details.contract, links)

    def _on_record(self, legs: tuple[Leg, ...], details: ContractDetails) -> str:
        """Write all intents down in one durable step, then register all of them."""
        parent = legs[0][0].key
        intents = [
            Intent(
                intent_id=attempt.draft.intent_id,
                order_id=attempt.order_id,
                client_id=self._with.client_id,
                order_ref=attempt.order_ref,
                con_id=attempt.draft.con_id,
                symbol=details.contract.symbol,
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
        """End a bracket whose leg number `broken` did not surely leave; `left` may have.

        Nothing of it was transmitted yet: the rest is not sent, and to cancel the entry ends
        the exits with it. Without a link they end with the session.
        """
        for attempt, _ in legs[broken + 1 :]:
            self._outlet.not_sent(attempt.key, "the bracket broke off before it")
        if left:
            self._controller.cancel(legs[0][0].key)
        return answer
