"""An order that was filled in and kept for later: not sent, and no order anywhere."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from workstation.domain.ids import AccountId, ConId, OrderId
from workstation.domain.order import PLAIN, OrderTerms, OrderType, Side, Tif
from workstation.domain.order_extras import Adjustment

LONGEST_NOTE = 200
LONGEST_SYMBOL = 40
LONGEST_ACCOUNT = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDraft:
    """What stood in the ticket, as `OrderDraft` has it; None where a field was empty.

    `account` is None where none was chosen, and in drafts of earlier versions. `bracket` tells
    that target and stop belong to it, `exit_tif` how long they stand. `kept_at` is aware and tells
    drafts apart. `sent_order` is the number of the order it became, `sent_at` when, aware; both
    None before.
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
    account: AccountId | None = None
    sent_order: OrderId | None = None
    sent_at: datetime | None = None

    @property
    def fault(self) -> str:
        """Say what cannot be, "" for nothing: a person may have written it."""
        numbers = (self.quantity, self.limit_price, self.stop_price)
        given = [each for each in numbers if each is not None]
        times = (self.kept_at, self.kept_at if self.sent_at is None else self.sent_at)
        if any(each.tzinfo is None for each in times):
            return "a time of it has no zone"
        if self.account is not None and not _is_account(self.account):
            return "its account is no account"
        if not 0 < len(self.symbol) <= LONGEST_SYMBOL or not self.symbol.isprintable():
            return "its symbol is no symbol"
        if not 0 < abs(self.con_id) < 2**31:
            return "its contract has no number"
        if not all(each.is_finite() for each in given):
            return "one of its numbers is none"
        too_long = len(self.note) > LONGEST_NOTE or not self.note.isprintable()
        return f"its note is not one line of {LONGEST_NOTE} signs" if too_long else ""


def _is_account(account: AccountId) -> bool:
    return 0 < len(account) <= LONGEST_ACCOUNT and account.isalnum() and account.isascii()
