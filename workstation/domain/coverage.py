"""What stands between a position and an open loss if this machine dies."""

from dataclasses import dataclass
from decimal import Decimal

from workstation.domain.ids import AccountId, ConId


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One position beside the stops that live at the broker; quantities without a sign.

    `covered` is what stops would close, `uncovered` what nothing would, `over` what stops
    would close beyond the position: it would turn around. Of what is covered, `lapses` ends
    with the day and `sleeps` does not work outside the regular hours. `closing` is under way
    by an order sent to close. `unconfirmed` stops were sent and not acknowledged: they count
    as none. `orphans` are exits of a bracket or a group that stand without a position.
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
