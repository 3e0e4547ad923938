"""Orders and executions as values, and the events their life produces."""

from dataclasses import dataclass
from decimal import Decimal

from workstation.simgateway.accounts import ZERO
from workstation.simgateway.instruments import LegTerms
from workstation.simgateway.order_kinds import KINDS

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
class Condition:
    """One condition of an order; which fields count depends on the kind (order_parts.py)."""

    kind: int
    is_and: bool
    """Whether it is joined to the next by "and"; else by "or"."""

    is_more: bool = False
    value: Decimal = ZERO
    """Price, seconds since 1970, margin or change in per cent, or volume."""

    text: str = ""
    """The value as the client wrote it."""

    con_id: int = 0
    exchange: str = ""
    trigger_method: int = 0
    sec_type: str = ""
    symbol: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """What an adjustable stop becomes once the last price has reached the trigger."""

    trigger_price: Decimal
    order_type: str
    """STP, STP LMT, TRAIL or TRAIL LIMIT."""

    stop_price: Decimal | None = None
    limit_price: Decimal | None = None
    trailing_amount: Decimal | None = None
    trails_by_percent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hedge:
    """How the size of an attached order follows from what its parent filled (hedges.py)."""

    kind: str
    """D for delta, B for beta, F for currency, P for pair."""

    param: str = ""
    """Of B the beta, of P the ratio, as the client wrote it."""

    factor: Decimal = Decimal(1)
    """The number in that text."""

    max_size: int = 0
    """Largest size of the order; 0 for no bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ats:
    """How an order trades in the broker's own network; 0 and None for what was not asked."""

    min_trade_quantity: int = 0
    min_compete_size: int = 0
    beyond_best: Decimal | None = None
    to_middle: bool = False
    whole_offset: Decimal | None = None
    half_offset: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What only versions from 216 on ask for."""

    deactivate: bool = False
    """Whether the order stays away from the market until a change says otherwise."""

    post_only: bool = False
    """Whether it is cancelled instead of taking what stands in the book."""

    allow_pre_open: bool = False
    ignore_open_auction: bool = False
    seek_price_improvement: int | None = None
    route_marketable_to_bbo: int | None = None
    conditions_overnight: bool = False
    """Whether conditions may also be met in the overnight session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTerms:
    """What the client asked for; quantity in shares, prices as quoted."""

    con_id: int
    exchange: str
    side: str
    """BUY or SELL."""

    quantity: Decimal
    order_type: str
    """A key of order_kinds.KINDS."""

    limit_price: Decimal | None
    """None without a limit; of a kind that is given one, the price its rest stands at."""

    tif: str
    """DAY, GTC, IOC, FOK, GTD, OPG, DTC or MINUTES."""

    account: str
    order_ref: str = ""
    oca_group: str = ""
    open_close: str = ""
    model_code: str = ""
    origin: int = 0
    outside_rth: bool = False
    transmit: bool = True
    stop_price: Decimal | None = None
    """Price that wakes a stop or an if-touched order; None for the others."""

    parent_id: int = 0
    """Order id of the order that must fill first; 0 without one."""

    oca_type: int = 3
    """1 cancels the rest of the group, 2 and 3 reduce it."""

    offset: Decimal | None = None
    """auxPrice of what trails or is pegged."""

    trailing_percent: Decimal | None = None
    trail_stop: Decimal | None = None
    """Where a trailing stop begins; None for the distance from the market."""

    limit_offset: Decimal | None = None
    """Distance of a TRAIL LIMIT's limit from its stop."""

    trigger_method: int = 0
    display_size: int = 0
    """Shares an iceberg shows; 0 for all."""

    good_after_time: str = ""
    good_till_date: str = ""
    good_after: float = 0.0
    """good_after_time in seconds since 1970; 0 for at once."""

    good_till: float = 0.0
    """Moment a GTD order ends, in seconds since 1970."""

    conditions: tuple[Condition, ...] = ()
    conditions_ignore_rth: bool = False
    conditions_cancel: bool = False
    """Whether the conditions end the order instead of sending it."""

    algo: str = ""
    algo_params: tuple[tuple[str, str], ...] = ()
    adjustment: Adjustment | None = None
    include_overnight: bool = False
    hidden: bool = False
    discretionary: Decimal = ZERO
    """By how much the order may do worse than its limit; told back, and not worked by."""

    all_or_none: bool = False
    min_quantity: int = 0
    """The least that must fill at first; 0 for anything."""

    cash_quantity: Decimal = ZERO
    """Money the quantity was made from; 0 when the client gave the quantity."""

    hedge: Hedge | None = None
    options: Options = Options()

    sweeps: bool = False
    not_held: bool = False
    minutes: int = 0
    """For how long an order whose time in force is Minutes stands."""

    ats_seconds: int = 0
    """How long it stands in the broker's own network before it goes on."""

    ats: Ats = Ats()

    liquidates: bool = False
    """Whether the broker placed it, to close a position of an account short of margin."""

    combo_symbol: str = ""
    legs: tuple[LegTerms, ...] = ()
    """What a combination is made of, so that a restart knows it again."""

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
    conditions_met: bool = False
    stop_now: Decimal | None = None
    """Where a trailing stop stands; None before it began to trail."""

    located: bool = True
    """Whether the shares of a short sale are found."""

    found_at: float = 0.0
    """Moment they will be found, in seconds since 1970."""

    sent_at: float = 0.0
    """Moment it was accepted, in seconds since 1970."""

    began_at: float = 0.0
    """Moment an algorithm began, in seconds since 1970."""

    expires_at: float = 0.0
    """Moment its time in force ends, in seconds since 1970; 0 for never."""

    resting: int | None = None
    """Price in ticks at which it stands in the book; None when it does not."""

    half: int = 0
    """Half ticks by which it stands better than that, as matching.Resting has it."""

    @property
    def is_live(self) -> bool:
        """Whether it was sent and is not done."""
        return self.status in LIVE

    @property
    def waits_for_trigger(self) -> bool:
        """Whether it is a stop or an if-touched order that has not been reached."""
        return KINDS[self.terms.order_type].has_trigger and not self.triggered

    @property
    def why_held(self) -> str:
        """Why a live order is not at the market, as orderStatus says it."""
        if self.status not in LIVE:
            return ""
        reasons = {
            "child": self.waits_for_parent,
            "trigger": self.waits_for_trigger,
            "locate": not self.located,
        }
        return ",".join(reason for reason, holds in reasons.items() if holds)

    @property
    def remaining(self) -> Decimal:
        """Shares still open; 0 once the order has been cancelled or filled."""
        return self.terms.quantity - self.filled

    @property
    def least(self) -> Decimal:
        """Shares that must fill at once if any do; 0 for any number."""
        if self.terms.tif == "FOK" or self.terms.all_or_none:
            return self.remaining
        return ZERO if self.filled else Decimal(self.terms.min_quantity)

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

    liquidates: bool = False
    tells_price: bool = True
    """Whether clients are told at what price: a correction tells it late."""


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
