"""Orders with a hedge attached, through the one door, whole or not at all."""

from workstation.domain.errors import EncodingError
from workstation.domain.finding import Answer, RiskCode, Submitted
from workstation.domain.hedged import HedgedDraft
from workstation.oms.controller import Controller, answered_before
from workstation.oms.linked import LinkedOrders
from workstation.oms.outlet import Collaborators, HedgeJudge, Outlet, denied

_DOUBT = "The order could not be sent with its hedge; it is being cancelled."


class HedgedOrders:
    """Sends an order, untransmitted, and the hedge that sends both. Core thread."""

    def __init__(self, with_: Collaborators, judge: HedgeJudge, controller: Controller) -> None:
        self._with = with_
        self._judge = judge
        self._controller = controller
        self._outlet = Outlet(with_)
        self._linked = LinkedOrders(with_, controller, _DOUBT)

    def submit(self, wish: HedgedDraft) -> Answer:
        """Send the order and its hedge if every check allows both.

        The same intent twice is one order with one hedge; the answer names the parent.
        """
        if known := self._with.orders.of_intent(wish.parent.intent_id):
            return answered_before(known)
        verdict, hedge_value = self._judge(wish)
        if verdict.refusal is not None:
            return self._outlet.stopped(wish.parent, verdict)
        details = self._with.contracts.details
        parent, child = details(wish.parent.con_id), details(wish.con_id)
        assert parent is not None  # an unknown contract is a HARD finding of R02
        assert child is not None
        try:
            legs = self._linked.encoded(
                [(wish.parent, parent.contract), (wish.child, child.contract)]
            )
        except EncodingError as error:
            return self._outlet.refused(wish.parent, denied(RiskCode.ENCODING, str(error)))
        if broken := self._linked.issue(legs, verdict, (verdict.entry_value, hedge_value)):
            return broken
        self._controller.actions.note(wish.parent)
        sent = legs[0][0]
        return Submitted(sent.order_id, sent.key, verdict.findings)
