"""Options exercised or given up: decided, on record, past the final gate, once and never again.

Exercising is no exit: it exchanges one position for another. So it needs trading that is
active, unless what is delivered only closes what is held of the underlying, or money comes; a
lapse gives up a right and nothing else. The broker answers by positions alone: what was asked
stays asked, over restarts too, until it is refused or the position has fallen. What it delivers is
judged as the order it amounts to, and counts as an entry where it opens or enlarges a position.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from workstation.desk.judge import Standing
from workstation.desk.limits import Notify
from workstation.domain.account import Environment, environment_of
from workstation.domain.clock import Clock
from workstation.domain.commands import Done, Failed
from workstation.domain.contract import Contract, ContractDetails
from workstation.domain.errors import EncodingError, JournalError
from workstation.domain.exercise import (
    ExerciseAction,
    ExerciseDenied,
    ExerciseEnd,
    ExerciseEnded,
    ExerciseIntent,
    ExerciseOption,
    delivered_order,
    delivery,
    names_an_option,
)
from workstation.domain.finding import Denied, NeedsAcknowledgement, RiskCode, TradingState
from workstation.domain.ids import AccountId, ConId, IntentId, OrderId
from workstation.domain.notice import Severity
from workstation.domain.order import OrderDraft
from workstation.domain.ports import ContractSource, EncodedOrder, JournalPort, PositionSource
from workstation.domain.reports import BrokerNotice
from workstation.oms.codes import INFORMS
from workstation.oms.final_gate import FinalGate, FinalGateError
from workstation.oms.order_ids import OrderIds
from workstation.oms.outlet import Verdict, denied
from workstation.storage.journal import Entry

if TYPE_CHECKING:
    from workstation.desk.desk import Desk

log = logging.getLogger(__name__)

Answer = Done | Failed | Denied | NeedsAcknowledgement
Judging = Callable[[OrderDraft], Verdict]
"""Says what risk thinks of what an exercise delivers."""

Encode = Callable[[OrderId, Contract, ExerciseOption], EncodedOrder]


_NOTHING = Verdict(findings=(), refusal=None, entry_value=None)
"""What risk says where nothing is delivered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseParts:
    """Whom exercising works with; all on the core thread. `look_up` asks for a contract."""

    clock: Clock
    journal: JournalPort
    contracts: ContractSource
    positions: PositionSource
    standing: Callable[[AccountId], Standing]
    encode: Encode
    gate: FinalGate
    ids: OrderIds
    lock: Callable[[str], None]
    notify: Notify
    look_up: Callable[[ConId], object]
    judge: Judging


class Exerciser:
    """Takes each wish once. Core thread."""

    def __init__(self, parts: ExerciseParts) -> None:
        self._with = parts
        self._asked: dict[OrderId, ExerciseIntent] = {}
        self._seen: set[IntentId] = set()
        self._old: set[OrderId] = set()

    @property
    def asked(self) -> tuple[ExerciseIntent, ...]:
        """What the broker was asked for and nothing has shown to be done or refused."""
        return tuple(self._asked.values())

    # -- the past -----------------------------------------------------------------------------

    def remembering(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Take back from the journal what was asked, and pass every entry on."""
        for entry in entries:
            if entry.event == ExerciseIntent.__name__:
                intent = msgspec.json.decode(entry.body, type=ExerciseIntent)
                self._with.ids.used(intent.order_id)
                self._seen.add(intent.wish.intent_id)
                self._asked[intent.order_id] = intent
                self._old.add(intent.order_id)
            elif entry.event == ExerciseEnded.__name__:
                ended = msgspec.json.decode(entry.body, type=ExerciseEnded)
                self._asked.pop(ended.order_id, None)
            yield entry

    # -- the wish -----------------------------------------------------------------------------

    def exercise(self, wish: ExerciseOption) -> Answer:
        """Ask the broker, if nothing speaks against it. Raises JournalError; nothing left then."""
        if wish.intent_id in self._seen:
            return Failed("This was asked already; the positions show what became of it.")
        answer = self._decide(wish)
        if isinstance(answer, Denied):
            reasons = tuple(finding.text for finding in answer.findings)
            self._on_record(ExerciseDenied(wish=wish, reasons=reasons), durable=False)
        return answer

    def _decide(self, wish: ExerciseOption) -> Answer:
        if (standing := self._standing_refusal(wish)) is not None:
            return standing
        details = self._with.contracts.details(wish.con_id)
        if not names_an_option(details) or details is None:
            return denied(RiskCode.UNKNOWN_CONTRACT, "The contract is not an option known here.")
        if fault := self._quantity_fault(wish):
            return denied(RiskCode.QUANTITY, fault)
        if fault := self._state_fault(wish, details):
            return denied(RiskCode.TRADING_STATE, fault)
        verdict = self._verdict(wish, details)
        refusal = verdict if isinstance(verdict, Failed) else verdict.refusal
        if isinstance(refusal, Failed | Denied | NeedsAcknowledgement):
            return refusal
        assert isinstance(verdict, Verdict)
        return self._send(wish, details, verdict)

    def _verdict(self, wish: ExerciseOption, details: ContractDetails) -> Verdict | Failed:
        """Judge what is delivered; money alone, and a lapse, open nothing."""
        if wish.action is ExerciseAction.LAPSE:
            return _NOTHING
        con_id = details.under_con_id
        underlying = None if con_id is None else self._with.contracts.details(con_id)
        delivered = delivery(details, underlying, wish.quantity)
        if con_id is None or underlying is None or delivered is None:
            if con_id is not None:
                self._with.look_up(con_id)
            return Failed("What it delivers is being looked up; ask again in a moment.")
        if not delivered:
            return _NOTHING
        return self._with.judge(delivered_order(wish, details, underlying, delivered))

    def _standing_refusal(self, wish: ExerciseOption) -> Denied | None:
        now = self._with.standing(wish.account)
        world = environment_of(wish.account)
        if now.read_only:
            return denied(
                RiskCode.READ_ONLY, "This program was started read-only; it exercises nothing."
            )
        if wish.account not in now.accounts:
            return denied(RiskCode.UNKNOWN_ACCOUNT, "The broker does not manage this account here.")
        if world is not now.environment:
            return denied(
                RiskCode.WRONG_ENVIRONMENT, "The account is not of the world the profile expects."
            )
        if world is Environment.LIVE and not now.armed:
            return denied(RiskCode.NOT_ARMED, "Live trading is not armed.")
        if not (now.link.ready and now.link.synced) or now.link.suspect:
            return denied(
                RiskCode.LINK_NOT_READY, "The link is not ready, or positions are not compared yet."
            )
        return None

    def _quantity_fault(self, wish: ExerciseOption) -> str:
        held = self._with.positions.quantity(wish.account, wish.con_id)
        quantity = wish.quantity
        if not quantity.is_finite() or quantity <= 0 or quantity != quantity.to_integral_value():
            return "The quantity must be a whole number above 0."
        if held <= 0:
            return "Only an option that is held long can be exercised or lapse."
        if held != wish.held:
            return f"The position is {held:f} now, not {wish.held:f}; look at it again."
        under_way = sum(
            (each.wish.quantity for each in self.asked if _is_of(each.wish, wish)), Decimal(0)
        )
        if quantity + under_way > held:
            asked = f", and {under_way:f} of it are asked for already" if under_way else ""
            return f"The position is {held:f}{asked}; {quantity:f} more is too many."
        return ""

    def _state_fault(self, wish: ExerciseOption, details: ContractDetails) -> str:
        """Say why the trading state stops this, or ""."""
        now = self._with.standing(wish.account)
        if now.trading_state is TradingState.ACTIVE:
            return ""
        why = f"Trading is {now.trading_state.value}: {now.trading_reason}."
        if now.trading_state is TradingState.LOCKED:
            return why
        if wish.action is ExerciseAction.LAPSE or self._only_closes(wish, details):
            return ""
        return f"{why} Exercising would open or enlarge a position in the underlying."

    def _only_closes(self, wish: ExerciseOption, details: ContractDetails) -> bool:
        con_id = details.under_con_id
        if con_id is None:
            return False
        underlying = self._with.contracts.details(con_id)
        if underlying is None:
            self._with.look_up(con_id)
        delivered = delivery(details, underlying, wish.quantity)
        if delivered is None:
            return False
        held = self._with.positions.quantity(wish.account, con_id)
        return delivered * held <= 0 and abs(delivered) <= abs(held)

    # -- out ----------------------------------------------------------------------------------

    def _send(
        self, wish: ExerciseOption, details: ContractDetails, verdict: Verdict
    ) -> Done | Failed | Denied:
        order_id = self._with.ids.new()
        try:
            frame = self._with.encode(order_id, details.contract, wish)
        except EncodingError as error:
            return Failed(f"Nothing was sent: {error}.")
        intent = ExerciseIntent(
            wish=wish,
            order_id=order_id,
            name=_name(details),
            sha256=frame.sha256,
            found=tuple(finding.text for finding in verdict.findings),
        )
        self._with.journal.record(ExerciseIntent.__name__, intent, durable=True)
        self._seen.add(wish.intent_id)
        self._asked[order_id] = intent
        self._with.gate.approve(order_id, frame.sha256)
        try:
            sent = self._with.gate.send(frame, wish.account, verdict.entry_value)
        except FinalGateError as error:
            self._end(order_id, ExerciseEnd.NOT_SENT, str(error))
            self._with.lock(str(error))
            return denied(RiskCode.FINAL_GATE, str(error))
        except Exception:
            log.exception("writing an exercise failed")
            return Failed(
                f"Whether the broker was asked to {_words(intent)} is not known. It is not sent "
                "again; look in TWS."
            )
        if not sent:
            self._end(order_id, ExerciseEnd.NOT_SENT, "the link took no bytes")
            return Failed("Nothing was sent: there is no link, or this second is full.")
        return Done(
            f"The broker is asked to {_words(intent)}. The positions show when it is done; that "
            "may be after the close."
        )

    # -- what becomes of it -------------------------------------------------------------------

    def on_notice(self, notice: BrokerNotice) -> bool:
        """Take a coded message about something asked; False when it is about something else."""
        intent = None
        if notice.subject is not None:
            intent = self._asked.get(OrderId(notice.subject))
        if intent is None:
            return False
        if notice.code in INFORMS:
            self._with.notify(
                Severity.WARNING,
                f"The broker says of the wish to {_words(intent)}: {notice.text}",
                code=notice.code,
            )
            return True
        self._end(intent.order_id, ExerciseEnd.REFUSED, f"{notice.code} {notice.text}")
        self._with.notify(
            Severity.ALARM,
            f"The broker refused to {_words(intent)}: {notice.text}",
            effect="The position is as it was.",
            advice="Mend what is named and ask again, or use TWS; mind the cut-off of the day.",
            code=notice.code,
        )
        return True

    def check(self) -> None:
        """Look whether positions have fallen as asked; called each second."""
        for intent in self.asked:
            wish = intent.wish
            link = self._with.standing(wish.account).link
            if not (link.ready and link.synced):
                continue
            held = self._with.positions.quantity(wish.account, wish.con_id)
            if wish.held - held >= wish.quantity:
                text = f"{wish.held:f} before, {held:f} now"
                self._end(intent.order_id, ExerciseEnd.POSITION_FELL, text)
                self._with.notify(
                    Severity.INFO,
                    f"The position in {intent.name} has fallen from {wish.held:f} to {held:f} "
                    f"since the broker was asked to {_words(intent)}.",
                    effect="What was delivered is among the positions.",
                )
            elif intent.order_id in self._old:
                self._with.notify(
                    Severity.WARNING,
                    f"Before the program ended the broker was asked to {_words(intent)}; the "
                    f"position is {held:f}.",
                    effect="It is not asked again; the positions will show what becomes of it.",
                    advice="Look in the option exercise window of TWS.",
                )
            self._old.discard(intent.order_id)

    def _end(self, order_id: OrderId, end: ExerciseEnd, text: str) -> None:
        self._asked.pop(order_id, None)
        at = self._with.clock.now()
        self._on_record(ExerciseEnded(order_id=order_id, end=end, at=at, text=text))

    def _on_record(self, event: object, *, durable: bool = True) -> None:
        """Write an event down; where that fails trading locks."""
        try:
            self._with.journal.record(type(event).__name__, event, durable=durable)
        except JournalError as error:
            self._with.lock(str(error))


def _is_of(one: ExerciseOption, other: ExerciseOption) -> bool:
    return (one.account, one.con_id) == (other.account, other.con_id)


def _name(details: ContractDetails) -> str:
    contract = details.contract
    strike = "" if contract.strike is None else f"{contract.strike:f}"
    return f"{contract.symbol} {contract.expiry} {strike} {contract.right}"


def _words(intent: ExerciseIntent) -> str:
    wish = intent.wish
    what = f"{wish.quantity:f} {intent.name}"
    return f"exercise {what}" if wish.action is ExerciseAction.EXERCISE else f"let {what} lapse"


def build_exerciser(desk: "Desk", clock: Clock, journal: JournalPort) -> Exerciser:
    """Put together what exercising works with."""
    return Exerciser(
        ExerciseParts(
            clock=clock,
            journal=journal,
            contracts=desk.contracts,
            positions=desk.figures.positions,
            standing=desk.standing.of,
            encode=desk.session.encode_exercise,
            gate=desk.order_desk.gate,
            ids=desk.order_desk.controller.ids,
            lock=desk.lock,
            notify=desk.notify,
            look_up=desk.contracts.need,
            judge=desk.order_desk.judge.delivery,
        )
    )
