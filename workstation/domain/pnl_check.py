"""The broker's profit and loss of the day beside our own, and why they differ (P10)."""

from dataclasses import dataclass
from decimal import Decimal

from workstation.domain.ids import ConId


@dataclass(frozen=True, slots=True, kw_only=True)
class PnlCheck:
    """The day's result of one contract by the broker and by our fills and quotes.

    Money is in the contract's currency. `ours` is what all fills of the day made, with what
    was held over night since the last close, less `fees`; None where something is missing.
    `reason` says in words what explains the difference, "" where there is none.
    """

    con_id: ConId
    symbol: str
    currency: str
    broker: Decimal | None
    ours: Decimal | None
    fees: Decimal
    reason: str

    @property
    def difference(self) -> Decimal | None:
        """The broker's less ours."""
        return None if self.broker is None or self.ours is None else self.broker - self.ours
