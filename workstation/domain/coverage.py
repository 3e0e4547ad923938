"""What stands between a position and an open loss if this machine dies."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from workstation.domain.ids import AccountId, ConId


class RepairKind(StrEnum):
    """What mends the protection of a position."""

    PROTECT = "PROTECT"
    """A stop for what nothing protects."""

    REDUCE = "REDUCE"
    """Fewer stops where they would close more than is held."""

    CANCEL = "CANCEL"
    """No more exits where there is no position."""


@dataclass(frozen=True, slots=True)
class RepairProtection:
    """Mend what protects a position; `price` is that of a stop to send.

    Answered by Done, Failed, Denied or NeedsAcknowledgement.
    """

    account: AccountId
    con_id: ConId
    kind: RepairKind
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LeaveOpen:
    """Mark a position as open on purpose, or take the mark away; answered by Done or Failed."""

    account: AccountId
    con_id: ConId
    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One position beside the stops that live at the broker; quantities without a sign.

    `covered` is what stops would close, `uncovered` what nothing would, `over` what stops
    would close beyond the position: it would turn around. Of what is covered, `lapses` ends
    with the day and `sleeps` does not work outside the regular hours. `closing` is under way
    by an order sent to close. `unconfirmed` stops were sent and not acknowledged: they count
    as none. `orphans` are exits of a bracket or a group that stand without a position.

    `kept` of what is covered is good till cancelled, which a split or another corporate action
    ends all the same. `lapses_at` is when the stops of the day end; `is_asleep` tells that the
    contract trades now and its stops do not work, which they do again at `wakes_at`: times are
    aware UTC, None where the broker has not told the hours. `split_day` is the exchange's day of
    the split that will end what is kept, None where none is known to come. `is_by_choice` tells
    that the user wants no word about what is open when the program closes. `suggested_stop` is the last stop
    the position had, else one that is not far from the market.
    """

    account: AccountId
    con_id: ConId
    symbol: str
    quantity: Decimal
    covered: Decimal
    uncovered: Decimal
    over: Decimal
    lapses: Decimal
    sleeps: Decimal
    closing: Decimal
    unconfirmed: Decimal
    orphans: int
    nearest_stop: Decimal | None
    nearest_target: Decimal | None = None
    kept: Decimal = Decimal(0)
    lapses_at: datetime | None = None
    is_asleep: bool = False
    wakes_at: datetime | None = None
    suggested_stop: Decimal | None = None
    split_day: date | None = None
    is_by_choice: bool = False

    @property
    def repair(self) -> RepairKind | None:
        """What would mend it, the most urgent first; None where nothing needs to be mended."""
        if self.uncovered > 0:
            return RepairKind.PROTECT
        if self.over > 0:
            return RepairKind.REDUCE
        return RepairKind.CANCEL if self.orphans else None
