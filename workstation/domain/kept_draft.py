"""An order that was filled in and kept for later: not sent, and no order anywhere."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from workstation.domain.ids import ConId
from workstation.domain.order import PLAIN, OrderTerms, OrderType, Side, Tif
from workstation.domain.order_extras import Adjustment

LONGEST_NOTE = 200
LONGEST_SYMBOL = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDraft:
    """What stood in the ticket, as `OrderDraft` has it; None where a field was empty.

    It names no account: that is chosen when the order is sent. `bracket` tells that target and
    stop belong to it, `exit_tif` how long they stand. `kept_at` is aware and tells drafts apart.
    """

    kept_at: datetime
    con_id: ConId
    symbol: str
    side: Side
    order_type: OrderType
    tif: Tif = Tif.DAY
    quantity: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    outside_rth: bool = False
    route: str = ""
    terms: OrderTerms = PLAIN
    bracket: bool = False
    target_price: Decimal | None = None
    exit_stop_price: Decimal | None = None
    exit_tif: Tif = Tif.GTC
    exit_adjustment: Adjustment | None = None
    note: str = ""

    @property
    def fault(self) -> str:
        """Say what cannot be, "" for nothing: a person may have written it."""
        numbers = (self.quantity, self.limit_price, self.stop_price)
        given = [each for each in numbers if each is not None]
        if self.kept_at.tzinfo is None:
            return "the time at which it was kept has no zone"
        if not 0 < len(self.symbol) <= LONGEST_SYMBOL or not self.symbol.isprintable():
            return "its symbol is no symbol"
        if not 0 < abs(self.con_id) < 2**31:
            return "its contract has no number"
        if not all(each.is_finite() for each in given):
            return "one of its numbers is none"
        too_long = len(self.note) > LONGEST_NOTE or not self.note.isprintable()
        return f"its note is not one line of {LONGEST_NOTE} signs" if too_long else ""
