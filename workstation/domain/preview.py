"""What the broker says an order would cost, without placing it."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginPreview:
    """A what-if answer, in `currency`; None where the broker gave no figure.

    Source: openOrder with whatIf, orderState.
    """

    initial_margin_change: Decimal | None
    maintenance_margin_change: Decimal | None
    initial_margin_after: Decimal | None
    maintenance_margin_after: Decimal | None
    equity_after: Decimal | None
    commission: Decimal | None
    currency: str
    warning: str = ""
