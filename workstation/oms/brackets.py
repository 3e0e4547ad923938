"""Brackets: an entry with both exits through the one door, whole or not at all."""

from workstation.domain.bracket import BracketDraft
from workstation.domain.errors import EncodingError
from workstation.domain.finding import Answer, RiskCode, Submitted
from workstation.oms.controller import Controller, answered_before
from workstation.oms.linked import LinkedOrders
from workstation.oms.outlet import BracketJudge, Collaborators, Outlet, denied

_DOUBT = "The bracket could not be sent whole; its entry is being cancelled."


class Brackets:
    """Sends brackets with the numbers and the cancels of the controller. Core thread."""

    def __init__(self, with_: Collaborators, judge: BracketJudge, controller: Controller) -> None:
        self._with = with_
        self._judge = judge
        self._controller = controller
        self._outlet = Outlet(with_)
        self._linked = LinkedOrders(with_, controller, _DOUBT)

    def submit(self, bracket: BracketDraft, *, is_part: bool = False) -> Answer:
        """Send the entry and both exits if every check allows it.

        The same intent twice is one bracket; the answer names the entry.
        """
        if known := self._with.orders.of_intent(bracket.entry.intent_id):
            return answered_before(known)
        verdict = self._judge(bracket)
        if verdict.refusal is not None:
            return self._outlet.stopped(bracket.entry, verdict, bracket)
        details = self._with.contracts.details(bracket.entry.con_id)
        assert details is not None  # an unknown contract is a HARD finding of R02
        drafts = (bracket.entry, bracket.target, bracket.stop)
        try:
            legs = self._linked.encoded([(each, details.contract) for each in drafts])
        except EncodingError as error:
            answer = denied(RiskCode.ENCODING, str(error))
            return self._outlet.refused(bracket.entry, answer, bracket)
        values = (verdict.entry_value, None, None)  # the exits open nothing
        if broken := self._linked.issue(legs, verdict, values):
            return broken
        if not is_part:
            self._controller.actions.note(bracket.entry)
        entry = legs[0][0]
        return Submitted(entry.order_id, entry.key, verdict.findings)
