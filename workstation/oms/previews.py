"""What-if orders: the broker says what a draft would cost, and nothing is placed."""

from collections.abc import Callable
from dataclasses import dataclass

from workstation.domain.commands import Failed
from workstation.domain.errors import EncodingError
from workstation.domain.finding import Denied, Level, RiskCode
from workstation.domain.ids import OrderId, OrderKey
from workstation.domain.order import OrderDraft, OrderLinks
from workstation.domain.ports import Reactor, Timer
from workstation.domain.preview import MarginPreview
from workstation.domain.query import FailureKind
from workstation.domain.reports import BrokerNotice, MarginReport
from workstation.oms import codes
from workstation.oms.events import WhatIf
from workstation.oms.order_ids import OrderIds
from workstation.oms.outlet import Attempt, Collaborators, Outlet

ANSWER_SECONDS = 5.0

Answer = Callable[[MarginPreview | Failed], None]

_ALWAYS = ("R01", "R02", "R03", "R15", "R22")
"""Rows without which the broker could not answer, or should not be asked."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    source: str
    answer: Answer
    timer: Timer


class Previews:
    """Asks through the same door as orders, one question at a time for each source. Core thread.

    A what-if is on record, passes the final gate byte for byte and has a number of its own,
    but it is never registered: the blotter and the checks do not know it.
    """

    def __init__(self, with_: Collaborators, ids: OrderIds, reactor: Reactor) -> None:
        self._with = with_
        self._ids = ids
        self._reactor = reactor
        self._outlet = Outlet(with_)
        self._waiting: dict[OrderId, _Waiting] = {}

    def ask(self, draft: OrderDraft, answer: Answer) -> None:
        """Ask what a draft would cost; a newer question of the same source replaces an older."""
        for order_id, waiting in list(self._waiting.items()):
            if waiting.source == draft.source:
                newer = "A newer preview took the place of this one."
                self._end(order_id, Failed(newer, kind=FailureKind.CANCELLED))
        if fault := self._why_not(draft):
            answer(Failed(fault))
            return
        order_id = self._ids.new()
        if fault := self._send(order_id, draft):
            answer(Failed(fault))
            return

        def expire() -> None:
            silence = "The broker did not answer the preview within 5 s."
            self._end(order_id, Failed(silence, kind=FailureKind.TIMED_OUT))

        timer = self._reactor.call_later(ANSWER_SECONDS, expire)
        self._waiting[order_id] = _Waiting(draft.source, answer, timer)

    def on_report(self, report: MarginReport) -> None:
        """Take the broker's answer; a late one is dropped."""
        self._end(report.order_id, report.preview)

    def on_notice(self, notice: BrokerNotice) -> bool:
        """Take a coded message about a preview; False when it is about something else."""
        order_id = OrderId(notice.subject or 0)
        if order_id not in self._waiting or notice.code in codes.INFORMS:
            return False
        self._end(order_id, Failed(notice.text, code=notice.code))
        return True

    def link_lost(self) -> None:
        """Answer every question: no answer will come."""
        for order_id in list(self._waiting):
            lost = Failed("The link to the broker was lost.", kind=FailureKind.SESSION_ENDED)
            self._end(order_id, lost)

    def _why_not(self, draft: OrderDraft) -> str:
        """Say what would make the question senseless; limits and arming do not."""
        if draft.terms.algo is not None:
            return "The broker gives no what-if for orders that an algorithm works."
        for finding in self._with.judge(draft, None).findings:
            stops = finding.level is Level.HARD and finding.code.startswith(_ALWAYS)
            if stops and finding.code is not RiskCode.NOT_ARMED:
                return finding.text
        return ""

    def _send(self, order_id: OrderId, draft: OrderDraft) -> str:
        details = self._with.contracts.details(draft.con_id)
        assert details is not None  # an unknown contract is a HARD finding of R02
        ref = self._with.refs.new()
        links = OrderLinks(what_if=True)
        attempt = Attempt(order_id, ref, OrderKey(ref), draft, details.contract, links)
        try:
            frame = self._outlet.encode(attempt)
        except EncodingError as error:
            return str(error)
        question = WhatIf(order_id=order_id, draft=draft, sha256=frame.sha256)
        if fault := self._outlet.on_record(question):
            return f"Nothing was asked: {fault}"
        left = self._outlet.release(frame, attempt.key, draft.account, None)
        return left.findings[0].text if isinstance(left, Denied) else ""

    def _end(self, order_id: OrderId, result: MarginPreview | Failed) -> None:
        waiting = self._waiting.pop(order_id, None)
        if waiting is not None:
            waiting.timer.cancel()
            waiting.answer(result)
