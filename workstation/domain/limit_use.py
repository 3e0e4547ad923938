"""How much of each limit is used."""

from dataclasses import dataclass
from decimal import Decimal

from workstation.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class LimitUse:
    """One limit with its use, in `unit`; a level that does not exist is None."""

    name: str
    used: Decimal
    personal: Decimal | None
    catastrophic: Decimal | None
    unit: str


@dataclass(frozen=True, slots=True)
class RiskView:
    """Every limit of an account with its use."""

    account: AccountId
    uses: tuple[LimitUse, ...]
