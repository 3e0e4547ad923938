"""Several orders that are one wish, as the journal keeps them."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from workstation.domain.ids import AccountId, FamilyId, IntentId


class FamilyKind(StrEnum):
    """What the orders of a family are together."""

    SCALE_IN = "scale-in"
    SCALE_OUT = "scale-out"
    LADDER = "ladder"
    BASKET = "basket"
    TARGETS = "targets"
    ROLL = "roll"
    GROUP = "group"
    """Orders that worked one by one and were written anew as a one-cancels-all group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The parent record: on disk before the first of its orders may leave.

    `intents` names every order that was planned; the orders name the family in their drafts.
    What was planned and never sent is not sent later. `bare` is how much of the position stood
    without protection when a scaling began, in shares or lots.
    """

    family_id: FamilyId
    kind: FamilyKind
    title: str
    account: AccountId
    intents: tuple[IntentId, ...]
    bare: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyEnded:
    """Nothing more of a family will be sent: all of it was, or this is why not."""

    family_id: FamilyId
    sent: int
    reason: str = ""
