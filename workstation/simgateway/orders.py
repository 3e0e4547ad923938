"""Orders and executions as values, and the events their life produces."""

from dataclasses import dataclass
from decimal import Decimal

from workstation.simgateway.accounts import ZERO

PRE_SUBMITTED = "PreSubmitted"
SUBMITTED = "Submitted"
FILLED = "Filled"
CANCELLED = "Cancelled"
PENDING_CANCEL = "PendingCancel"
INACTIVE = "Inactive"
HELD_BACK = "ApiPending"
"""Not transmitted: known to the gateway, shown to nobody."""

LIVE = frozenset({PRE_SUBMITTED, SUBMITTED})
DONE = frozenset({FILLED, CANCELLED, INACTIVE})


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTerms:
    """What the client asked for; quantity in shares, limit price in USD per share."""

    con_id: int
    exchange: str
    side: str
    """BUY or SELL."""

    quantity: Decimal
    order_type: str
    """MKT, LMT, STP or STP LMT."""

    limit_price: Decimal | None
    """None for MKT and STP."""

    tif: str
    """DAY, GTC, IOC or FOK."""

    account: str
    order_ref: str = ""
    oca_group: str = ""
    open_close: str = ""
    model_code: str = ""
    origin: int = 0
    outside_rth: bool = False
    transmit: bool = True
    stop_price: Decimal | None = None
    """Last price that makes a STP or STP LMT work; None for the others."""

    parent_id: int = 0
    """Order id of the order that must fill first; 0 without one."""

    oca_type: int = 3
    """1 cancels the rest of the group, 2 and 3 reduce it."""

    @property
    def buys(self) -> bool:
        """Whether the order buys."""
        return self.side == "BUY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order as the gateway knows it."""

    client_id: int
    order_id: int
    perm_id: int
    terms: OrderTerms
    status: str
    filled: Decimal = ZERO
    """Shares."""

    filled_value: Decimal = ZERO
    """Sum of price times shares."""

    commission: Decimal = ZERO
    last_fill_price: Decimal = ZERO
    done_at: float = 0.0
    """Seconds since 1970; 0 while it lives."""

    done_reason: str = ""
    triggered: bool = False
    """Whether the stop price has been reached."""

    waits_for_parent: bool = False

    @property
    def waits_for_trigger(self) -> bool:
        """Whether it is a stop that has not been reached."""
        return self.terms.stop_price is not None and not self.triggered

    @property
    def why_held(self) -> str:
        """Why a live order is not at the market, as orderStatus says it."""
        if self.status not in LIVE:
            return ""
        reasons = {"child": self.waits_for_parent, "trigger": self.waits_for_trigger}
        return ",".join(reason for reason, holds in reasons.items() if holds)

    @property
    def remaining(self) -> Decimal:
        """Shares still open; 0 once the order has been cancelled or filled."""
        return self.terms.quantity - self.filled

    @property
    def average_price(self) -> Decimal:
        """Average price of the fills; 0 without any."""
        return self.filled_value / self.filled if self.filled else ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One fill as reported; shares, USD per share, commission in USD."""

    exec_id: str
    time: float
    """Seconds since 1970."""

    client_id: int
    order_id: int
    perm_id: int
    con_id: int
    account: str
    exchange: str
    side: str
    """BUY or SELL."""

    shares: Decimal
    price: Decimal
    cumulative: Decimal
    average_price: Decimal
    order_ref: str
    model_code: str
    liquidity: int
    """1 added, 2 removed."""

    commission: Decimal
    realized: Decimal | None
    """None when the fill closed nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginPreview:
    """Answer to a what-if order, in USD."""

    initial_before: Decimal
    maintenance_before: Decimal
    equity_before: Decimal
    initial_after: Decimal
    maintenance_after: Decimal
    equity_after: Decimal
    commission: Decimal


@dataclass(frozen=True, slots=True)
class OrderShown:
    """An openOrder message is due; a preview makes it a what-if answer."""

    order: Order
    preview: MarginPreview | None = None


@dataclass(frozen=True, slots=True)
class StatusShown:
    """An orderStatus message is due."""

    order: Order


@dataclass(frozen=True, slots=True)
class ExecutionShown:
    """An execDetails message is due."""

    execution: Execution


@dataclass(frozen=True, slots=True)
class CommissionShown:
    """A commission report is due."""

    execution: Execution


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error message about an order is due."""

    client_id: int
    order_id: int
    code: int
    text: str
    whole_second: bool = False
    """Whether the error time is rounded, as in 202."""


Event = OrderShown | StatusShown | ExecutionShown | CommissionShown | Complaint
