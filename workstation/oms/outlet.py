"""What every way out shares: encode, put on record, register, pass the final gate."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from workstation.domain.bracket import BracketDraft
from workstation.domain.clock import Clock
from workstation.domain.contract import Contract
from workstation.domain.errors import JournalError
from workstation.domain.finding import Answer, Denied, Finding, Level, RiskCode
from workstation.domain.hedged import HedgedDraft
from workstation.domain.ids import AccountId, ClientId, OrderId, OrderKey, OrderRef
from workstation.domain.order import ALONE, OrderDraft, OrderLinks
from workstation.domain.override import limits_overridden, reasons
from workstation.domain.ports import (
    CancelWire,
    Checkpoint,
    ContractSource,
    EncodedOrder,
    JournalPort,
    OrderEncoder,
    no_checkpoint,
)
from workstation.domain.timeline import Answered, Judged
from workstation.oms.events import NotSent, OmsEvent
from workstation.oms.final_gate import FinalGate, FinalGateError
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.order_ids import OrderRefs
from workstation.oms.orders import OrderBook
from workstation.risk.facts import Facts
from workstation.risk.inputs import RiskInputs

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What risk says to one draft: the findings, the answer that stops it, its entry value.

    `entry_value` is the money an entry moves in the account's currency, None for an exit;
    `facts` is what the decision was made of.
    """

    findings: tuple[Finding, ...]
    refusal: Answer | None
    entry_value: Decimal | None
    facts: Facts | None = None


Judge = Callable[[OrderDraft, ManagedOrder | None], Verdict]
"""Asks risk about a draft; the order it would change is left out of the working orders."""

BracketJudge = Callable[[BracketDraft], Verdict]
"""Asks risk about a bracket as a whole; the entry value is that of its entry."""

HedgeJudge = Callable[[HedgedDraft], tuple[Verdict, Decimal | None]]
"""Asks risk about an order with its hedge; beside the verdict the entry value of the hedge."""

Apply = Callable[[OmsEvent], None]
"""Applies an event to the order book and tells the window what changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was answered to a wish, with the text shown; kept in the journal."""

    intent_id: str
    draft: OrderDraft
    answer: Answer
    bracket: BracketDraft | None = None
    key: OrderKey | None = None
    """The order that a refused change was meant for."""


def _forget(_note: object) -> None:
    """Stand in where nobody keeps notes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collaborators:
    """Whom the door works with; all on the core thread.

    `note` takes what belongs on record but must not hold up an order.
    """

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
    note: Callable[[object], None] = _forget


@dataclass(frozen=True, slots=True)
class Attempt:
    """One order on its way out."""

    order_id: OrderId
    order_ref: OrderRef
    key: OrderKey
    draft: OrderDraft
    contract: Contract
    links: OrderLinks = ALONE


class Outlet:
    """The steps between a decision and the wire, each in its place. Core thread."""

    def __init__(self, with_: Collaborators) -> None:
        self._with = with_

    def encode(self, attempt: Attempt) -> EncodedOrder:
        """Return the frame of an order, unsent. Raises EncodingError."""
        return self._with.encoder.encode_order(
            attempt.order_id, attempt.order_ref, attempt.contract, attempt.draft, attempt.links
        )

    def release(
        self,
        frame: EncodedOrder,
        key: OrderKey,
        account: AccountId,
        entry_value: Decimal | None,
        *,
        may_wait: bool = False,
    ) -> Denied | bool:
        """Send what the journal holds; True when it left, False when that is not known.

        Only an exit may wait: it is True also while it waits for its turn on the wire.
        """
        self._with.gate.approve(frame.order_id, frame.sha256)
        try:
            sent = self._with.gate.send(frame, account, entry_value, may_wait=may_wait)
        except FinalGateError as error:
            self.not_sent(key, str(error))
            self._with.lock(str(error))
            return denied(RiskCode.FINAL_GATE, str(error))
        except Exception:
            log.exception("writing an order failed")
            return False  # bytes may have left: it is unknown until the broker speaks of it
        if not sent:
            self.not_sent(key, "there is no link to the broker, or this second is full")
            return denied(RiskCode.LINK_NOT_READY, "The link took no bytes.")
        return True

    def judged(self, attempt: Attempt, verdict: Verdict) -> None:
        """Note what risk said of an order that was let through."""
        self._with.note(
            Judged(
                key=attempt.key,
                intent_id=attempt.draft.intent_id,
                findings=verdict.findings,
                entry_value=verdict.entry_value,
                reasons=_reasons_of(attempt.draft, verdict),
            )
        )
        self._note_inputs(attempt.draft, verdict, sent=True)

    def _note_inputs(self, draft: OrderDraft, verdict: Verdict, *, sent: bool) -> None:
        """Note what a decision was made of; of a bracket once, with its entry."""
        facts = verdict.facts
        if facts is not None and facts.draft.intent_id == draft.intent_id:
            self._with.note(RiskInputs(facts=facts, sent=sent))

    def not_sent(self, key: OrderKey, reason: str) -> None:
        """Take back what no byte of has left."""
        event = NotSent(key=key, reason=reason)
        self.on_record(event)
        self._with.apply(event)

    def stopped(
        self,
        draft: OrderDraft,
        verdict: Verdict,
        bracket: BracketDraft | None = None,
        key: OrderKey | None = None,
    ) -> Answer:
        """Keep what risk stopped, with the text shown and what it was decided on."""
        assert verdict.refusal is not None  # else nothing was stopped
        if isinstance(verdict.refusal, Denied):
            self._note_inputs(draft, verdict, sent=False)
        return self.refused(draft, verdict.refusal, bracket, key)

    def refused(
        self,
        draft: OrderDraft,
        answer: Answer,
        bracket: BracketDraft | None = None,
        key: OrderKey | None = None,
    ) -> Answer:
        """Keep a refusal with the text shown, and return it."""
        decision = Decision(
            intent_id=draft.intent_id, draft=draft, answer=answer, bracket=bracket, key=key
        )
        self.on_record(decision, durable=False)
        self._with.note(Answered(intent_id=draft.intent_id, key=key, con_id=draft.con_id))
        return answer

    def on_record(self, event: object, *, durable: bool = True) -> str:
        """Write an event down; where that fails trading locks, and the fault is returned."""
        try:
            self._with.journal.record(type(event).__name__, event, durable=durable)
        except JournalError as error:
            self._with.lock(str(error))
            return str(error)
        return ""


def denied(code: RiskCode, text: str) -> Denied:
    """Refuse for one reason."""
    return Denied((Finding(code, Level.HARD, text),))


def _reasons_of(draft: OrderDraft, verdict: Verdict) -> dict[str, str]:
    """Return why each limit was overridden; a change carries answers of before as well."""
    asked = set(limits_overridden(verdict.findings))
    return {code: why for code, why in reasons(draft.acknowledged).items() if code in asked}
