"""Commands for several orders that are one wish, and their answers.

They travel with the other commands; `domain/commands.py` takes them in.
"""

from dataclasses import dataclass
from decimal import Decimal

from workstation.domain.bracket import BracketDraft
from workstation.domain.combo import ComboLeg
from workstation.domain.family import FamilyKind
from workstation.domain.finding import Answer, Finding
from workstation.domain.hedged import HedgedDraft
from workstation.domain.ids import AccountId, ConId, FamilyId, IntentId
from workstation.domain.order import OrderDraft, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersDraft:
    """Several orders as the user wishes them, before any check, in the order of sending."""

    family_id: FamilyId
    kind: FamilyKind
    title: str
    account: AccountId
    drafts: tuple[OrderDraft | BracketDraft, ...]
    acknowledged: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PrepareContracts:
    """Look contracts up and stream their quotes; answered by Done or Failed.

    What was prepared before and is not named again loses its quotes.
    """

    con_ids: tuple[ConId, ...]


@dataclass(frozen=True, slots=True)
class PreviewOrders:
    """Run every check on several orders, each after those before it; by OrdersPreviewed."""

    orders: OrdersDraft


@dataclass(frozen=True, slots=True)
class SubmitOrders:
    """Send several orders: all of them or none, or `only_passing`.

    Answered by Done, Failed, or OrdersPreviewed where something must be accepted or is refused.
    """

    orders: OrdersDraft
    only_passing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RollPosition:
    """Close so much of a futures position and open the next month, as one combination.

    `legs` buy the next month and sell the one held (`con_id`); the combination is bought for a
    long position and sold for a short one. Answered by Done, Failed, Denied or
    NeedsAcknowledgement.
    """

    intent_id: IntentId
    account: AccountId
    con_id: ConId
    legs: tuple[ComboLeg, ...]
    quantity: Decimal
    limit_price: Decimal
    acknowledged: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleOut:
    """Close so much of a position, at a limit or (None) at the market.

    Its stops and targets shrink as that fills. Answered by Done, Failed or Denied.
    """

    intent_id: IntentId
    account: AccountId
    con_id: ConId
    quantity: Decimal
    limit_price: Decimal | None = None
    side: Side | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleIn:
    """Add so much to a position, at a limit or (None) at the market; its stop grows by it.

    `side` is the one the user was shown; where it would be the other by now, nothing is sent.
    Answered by Done, Failed, Denied or NeedsAcknowledgement.
    """

    intent_id: IntentId
    account: AccountId
    con_id: ConId
    quantity: Decimal
    limit_price: Decimal | None = None
    acknowledged: frozenset[str] = frozenset()
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class SubmitHedged:
    """Send an order with its hedge, or nothing of it; answered by Answer."""

    wish: HedgedDraft


@dataclass(frozen=True, slots=True)
class CancelFamily:
    """Cancel whatever of several orders that were one wish still works; by Done or Failed."""

    family_id: FamilyId


@dataclass(frozen=True, slots=True)
class PrepareCombo:
    """Look up the legs of a combination and stream their quotes; answered by Done or Failed.

    Done means that it can be ordered under `combo_con_id(legs)`. The quotes of the legs that
    were prepared before end; no legs at all end them all.
    """

    legs: tuple[ComboLeg, ...]


SeveralCommand = (
    ScaleIn
    | ScaleOut
    | CancelFamily
    | PrepareCombo
    | PrepareContracts
    | PreviewOrders
    | SubmitOrders
    | RollPosition
    | SubmitHedged
)


@dataclass(frozen=True, slots=True)
class OrderVerdict:
    """What would become of one of several orders; `answer` is None where nothing stops it.

    `value` is the money it moves as an entry, in the account's currency, None for an exit.
    """

    answer: Answer | None
    findings: tuple[Finding, ...]
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class OrdersPreviewed:
    """The verdict of each order, in their order, and what the entries move together."""

    verdicts: tuple[OrderVerdict, ...]
    total: Decimal
