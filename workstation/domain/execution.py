"""The broker's reports of executions and their costs."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from workstation.domain.ids import AccountId, ClientId, ConId, ExecId, OrderId, OrderRef, PermId
from workstation.domain.order import Side


class Liquidity(StrEnum):
    """What a fill did to the book where it traded. Source: lastLiquidity 1, 2 and 3."""

    ADDED = "added"
    REMOVED = "removed"
    ROUTED = "routed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One execution report, or a later revision of one.

    `quantity` is in shares or lots, 0 for a bust; `price` per unit in the contract's
    currency, None where the broker did not tell it; `time` is aware UTC. Of a combination there is one of the whole ("BAG") and one
    of each leg; what is held afterwards are the legs. `liquidity` is None where not reported.

    Source: execDetails.
    """

    exec_id: ExecId
    order_id: OrderId
    client_id: ClientId
    perm_id: PermId | None
    order_ref: OrderRef | None
    account: AccountId
    con_id: ConId
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal | None
    exchange: str
    time: datetime
    sec_type: str = ""
    local_symbol: str = ""
    liquidity: Liquidity | None = None

    @property
    def is_whole_combo(self) -> bool:
        """Whether it sums up a combination whose legs have executions of their own."""
        return self.sec_type == "BAG"

    @property
    def lacks_price(self) -> bool:
        """Whether it changed what is held at a price that nobody has told."""
        return self.price is None and bool(self.quantity)

    @property
    def shown_name(self) -> str:
        """What was traded, in a trader's words: options and futures by their own symbol."""
        if self.is_whole_combo:
            return f"{self.symbol} combination"
        is_named = self.sec_type in {"OPT", "FOP", "FUT"} and self.local_symbol
        return self.local_symbol if is_named else self.symbol

    @property
    def base_id(self) -> str:
        """The part of the id that revisions share."""
        return self.exec_id.rpartition(".")[0] or self.exec_id

    @property
    def revision(self) -> int:
        """The revision number; the highest stands, whatever came last."""
        digits = self.exec_id.rpartition(".")[2]
        return int(digits) if digits.isdecimal() and "." in self.exec_id else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Commission:
    """Cost of one execution; `realized_pnl` is None where the broker has not worked it out.

    Source: commissionReport / commissionAndFeesReport.
    """

    exec_id: ExecId
    commission: Decimal
    currency: str
    realized_pnl: Decimal | None
