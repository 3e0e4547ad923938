"""Several orders as one wish: judged together, one parent on record, sent one by one.

All of them are judged before the first leaves, each after those before it; what is refused stops
the whole unless only what passes was asked for. More than a second of the wire carries follow in
the next ones. Where the sending breaks off, what was sent stays, the rest is not sent, and both
are told; nothing is sent by itself after a lost link or a restart.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from workstation.desk.judge import Judge
from workstation.desk.limits import Notify
from workstation.desk.order_desk import OrderDesk
from workstation.domain.bracket import BracketDraft
from workstation.domain.commands import Done, Failed
from workstation.domain.family import Family, FamilyEnded
from workstation.domain.finding import Answer, Submitted
from workstation.domain.notice import Severity
from workstation.domain.order import OrderDraft
from workstation.domain.ports import Reactor
from workstation.domain.several import OrdersDraft, OrdersPreviewed, OrderVerdict

MOST_ORDERS = 200
PAUSE_SECONDS = 0.25

_Part = OrderDraft | BracketDraft


@dataclass(slots=True)
class _Sending:
    """A family on its way: what is still to be sent."""

    family: Family
    left: list[_Part]
    sent: int = 0


@dataclass(slots=True)
class Several:
    """Previews and sends several orders. Core thread."""

    reactor: Reactor
    order_desk: OrderDesk
    judge: Judge
    has_room: Callable[[], bool]
    notify: Notify
    _sending: list[_Sending] = field(default_factory=list)

    def preview(self, orders: OrdersDraft) -> OrdersPreviewed:
        """Return what would become of each order now; sends nothing."""
        return self._judged([_part(each, orders) for each in orders.drafts])

    def submit(
        self, orders: OrdersDraft, *, only_passing: bool = False
    ) -> Done | Failed | OrdersPreviewed:
        """Send all orders or none; with `only_passing` those that nothing stops."""
        if self.order_desk.families.get(orders.family_id) is not None:
            is_on = any(each.family.family_id == orders.family_id for each in self._sending)
            words = "That is under way already." if is_on else "That was sent before."
            return Done(f"{words} Nothing was sent twice.")
        if fault := _why_not(orders):
            return Failed(fault)
        parts = [_part(each, orders) for each in orders.drafts]
        judged = self._judged(parts)
        stopped = [each.answer is not None for each in judged.verdicts]
        if any(stopped) and not (only_passing and not all(stopped)):
            return judged
        if fault := self._beyond_gate(orders, judged.total):
            return Failed(fault)
        passing = [each for each, stops in zip(parts, stopped, strict=True) if not stops]
        return self._begin(orders, passing)

    def _beyond_gate(self, orders: OrdersDraft, total: Decimal) -> str:
        """Say what the final gate would stop halfway, and with it all trading (R24)."""
        used, most = self.order_desk.gate.use(orders.account)
        if most is None or used + total <= most:
            return ""
        return (
            f"Nothing was sent: entries of {used + total:,.0f} within a minute are more than the "
            f"final gate lets pass, {most:,.0f}. Send fewer of them at once."
        )

    def _begin(self, orders: OrdersDraft, passing: list[_Part]) -> Done | Failed:
        """Put the parent on record, then send what this second carries."""
        family = Family(
            family_id=orders.family_id,
            kind=orders.kind,
            title=orders.title,
            account=orders.account,
            intents=tuple(each.intent_id for each in passing),
        )
        if fault := self.order_desk.families.begin(family):
            return Failed(f"Nothing was sent: {fault}")
        self.order_desk.controller.actions.note(None)
        sending = _Sending(family, list(passing))
        self._sending.append(sending)
        self._send(sending)
        if not sending.sent and sending not in self._sending:
            return Failed("None of the orders was sent; see the log.")
        words = _told(sending, len(orders.drafts) - len(passing))
        if not sending.left:
            return Done(words)
        if sending in self._sending:
            return Done(f"{words} The rest follows.")
        return Failed(f"{words} The rest was not sent; see the log.")

    def resume(self) -> None:
        """Tell what a restart has broken off; nothing of it is sent now."""
        families = self.order_desk.families
        for family in families.broken_off():
            sent = len({each.intent_id for each in families.members(family.family_id)
                        if each.parent is None})  # fmt: skip
            self._broken(family, sent, "the program ended while they were being sent")

    def _judged(self, parts: Sequence[_Part]) -> OrdersPreviewed:
        verdicts = self.judge.several(parts)
        shown = [OrderVerdict(each.refusal, each.findings, each.entry_value) for each in verdicts]
        return OrdersPreviewed(tuple(shown), _total(shown))

    def _send(self, sending: _Sending) -> None:
        while sending.left and self.has_room():
            answer = self.order_desk.submit_part(sending.left[0])
            if not isinstance(answer, Submitted):
                self._sending.remove(sending)
                self._broken(sending.family, sending.sent, _why(answer))
                return
            sending.left.pop(0)
            sending.sent += 1
        if sending.left:
            self.reactor.call_later(PAUSE_SECONDS, lambda: self._go_on(sending))
            return
        self._sending.remove(sending)
        ended = FamilyEnded(family_id=sending.family.family_id, sent=sending.sent)
        self.order_desk.families.end(ended)

    def _go_on(self, sending: _Sending) -> None:
        if sending in self._sending:
            self._send(sending)

    def stop(self, family_id: str) -> None:
        """Send nothing more of a family: it is being cancelled."""
        for sending in list(self._sending):
            if sending.family.family_id == family_id:
                self._sending.remove(sending)
                self._end(sending.family, sending.sent, "it was cancelled")

    def stop_all(self, reason: str) -> None:
        """Send nothing more of anything, and say of each what was sent."""
        for sending in list(self._sending):
            self._sending.remove(sending)
            self._broken(sending.family, sending.sent, reason)

    def _end(self, family: Family, sent: int, reason: str) -> None:
        ended = FamilyEnded(family_id=family.family_id, sent=sent, reason=reason)
        self.order_desk.families.end(ended)

    def _broken(self, family: Family, sent: int, reason: str) -> None:
        self._end(family, sent, reason)
        planned = len(family.intents)
        self.notify(
            Severity.ALARM,
            f"{sent} of {planned} orders of the {family.kind.value} “{family.title}” were sent: "
            f"{reason}",
            effect="The rest was not sent and will not be.",
            advice="Cancel the whole from the orders, or send what is missing anew.",
        )


def _why_not(orders: OrdersDraft) -> str:
    if not 1 <= len(orders.drafts) <= MOST_ORDERS:
        return f"Between 1 and {MOST_ORDERS} orders are sent at once."
    if len({each.intent_id for each in orders.drafts}) != len(orders.drafts):
        return "Two of the orders have the same name."
    return ""


def _part(draft: _Part, orders: OrdersDraft) -> _Part:
    """Return an order as a part of its family, with what was accepted for all of it."""
    if isinstance(draft, BracketDraft):
        return replace(draft, entry=_of_family(draft.entry, orders))
    return _of_family(draft, orders)


def _of_family(draft: OrderDraft, orders: OrdersDraft) -> OrderDraft:
    accepted = draft.acknowledged | orders.acknowledged
    return replace(draft, account=orders.account, family=orders.family_id, acknowledged=accepted)


def _total(verdicts: Iterable[OrderVerdict]) -> Decimal:
    values = (each.value for each in verdicts if each.answer is None and each.value is not None)
    return sum(values, Decimal(0))


def _why(answer: Answer) -> str:
    findings = () if isinstance(answer, Submitted) else answer.findings
    return findings[0].text if findings else "an order was refused"


def _told(sending: _Sending, left_out: int) -> str:
    words = f"{sending.sent} of {len(sending.family.intents)} orders sent."
    if left_out:
        words += f" {left_out} were left out."
    return words
