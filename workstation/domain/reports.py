"""What the broker reports, in our words: the one form in which callbacks reach the desk.

Every report is a value; None stands where the broker sent one of its unset marks.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from workstation.domain.bar import Bar
from workstation.domain.combo import ComboLeg
from workstation.domain.contract import ContractDetails
from workstation.domain.execution import Commission, Execution
from workstation.domain.ids import (
    AccountId,
    ClientId,
    ConId,
    OrderId,
    OrderRef,
    PermId,
    ReqId,
)
from workstation.domain.order import OrderTerms, Side
from workstation.domain.preview import MarginPreview


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted:
    """The broker accepted us and told accounts and next order id. Source: 15 and 9."""

    server_version: int
    accounts: tuple[AccountId, ...]
    next_order_id: OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded:
    """The link is gone; `orders_in_doubt` are ids whose bytes may not have left whole."""

    reason: str
    orders_in_doubt: tuple[OrderId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBytesSent:
    """The socket took the last byte of these orders."""

    order_ids: tuple[OrderId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NextOrderId:
    """The lowest id the broker will take from this client. Source: nextValidId."""

    order_id: OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOrderReport:
    """An order as the broker holds it. Source: openOrder and, when `completed`, completedOrder.

    `quantity` and prices are the broker's acknowledged terms. `parent_id` is None without
    a parent, `oca_group` empty without a group. `what_if` marks a margin preview, which is no
    order. `terms` are the further ones, None in records of versions that did not read them.
    `legs` are those of a combination. `cash_quantity` is the money, in the contract's currency, by
    which an order without a quantity is sized, None for every other and in older records.
    `filled` is how much of a completed order the broker
    holds for filled: only a cross-check, None where it is not told.
    """

    order_id: OrderId
    client_id: ClientId
    perm_id: PermId | None
    order_ref: OrderRef | None
    account: AccountId
    con_id: ConId
    symbol: str
    side: Side
    quantity: Decimal
    order_type: str
    limit_price: Decimal | None
    tif: str
    outside_rth: bool = False
    status: str
    what_if: bool = False
    completed: bool = False
    stop_price: Decimal | None = None
    parent_id: OrderId | None = None
    oca_group: str = ""
    oca_type: int = 0
    sec_type: str = ""
    terms: OrderTerms | None = None
    legs: tuple[ComboLeg, ...] = ()
    filled: Decimal | None = None
    cash_quantity: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStatusReport:
    """A status line. `filled` is only a cross-check. Source: orderStatus.

    `cap_price` is the price to which the broker has capped the order, None where it has not and
    in records of versions that did not read it. `average_price` is that of all `filled`: only for
    fills that come without a price, None where it is not told and in older records.
    """

    order_id: OrderId
    client_id: ClientId
    perm_id: PermId | None
    status: str
    filled: Decimal
    remaining: Decimal
    why_held: str = ""
    cap_price: Decimal | None = None
    average_price: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionReport:
    """An execution, live or repeated; `req_id` is None for a live one. Source: execDetails."""

    execution: Execution
    req_id: ReqId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionReport:
    """The cost of an execution. Source: commissionReport."""

    commission: Commission


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerNotice:
    """A coded message; `subject` is the order or request id it names, None for the session.

    Source: error.
    """

    subject: int | None
    code: int
    text: str
    advanced_reject: str = ""


class ListKind(StrEnum):
    """Lists the broker ends with a message of its own."""

    OPEN_ORDERS = "open orders"
    COMPLETED_ORDERS = "completed orders"
    EXECUTIONS = "executions"
    POSITIONS = "positions"
    ACCOUNT_SUMMARY = "account summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEnded:
    """A requested list is complete. Source: the ...End messages."""

    kind: ListKind
    req_id: ReqId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionReport:
    """A position, 0 when it was closed. `average_cost` includes the multiplier.

    Without a number, as None, it is open at the broker, and what was known of it stands.

    Source: position.
    """

    account: AccountId
    con_id: ConId
    symbol: str
    quantity: Decimal | None
    average_cost: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountValueReport:
    """One tag of the account summary, as text. Source: accountSummary."""

    account: AccountId
    tag: str
    value: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PnlReport:
    """Profit and loss of an account, or of one position where `con_id` is given.

    Source: pnl, pnlSingle.
    """

    account: AccountId
    con_id: ConId | None
    daily: float | None
    unrealized: float | None
    realized: float | None
    value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractReport:
    """A contract that a look-up found. Source: contractData."""

    req_id: ReqId
    details: ContractDetails
    market_rule_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractsEnded:
    """A look-up is complete. Source: contractDataEnd."""

    req_id: ReqId


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketRuleReport:
    """Price bands of one market rule, lowest edge first. Source: marketRule."""

    rule_id: int
    bands: tuple[tuple[Decimal, Decimal], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerTime:
    """The broker's wall time, in whole seconds unless `is_exact`.

    Source: currentTime, and currentTimeInMillis for the exact one.
    """

    time: datetime
    is_exact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryReport:
    """All bars of one history request, in rising time. Source: historicalData and its end."""

    req_id: ReqId
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryUpdateReport:
    """The forming bar of a request that keeps up to date. Source: historicalDataUpdate."""

    req_id: ReqId
    bar: Bar


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginReport:
    """The answer to a what-if order. Source: openOrder with whatIf."""

    order_id: OrderId
    preview: MarginPreview


OrderReport = (
    OpenOrderReport | OrderStatusReport | ExecutionReport | CommissionReport | BrokerNotice
)
"""What may change an order."""

Report = (
    SessionStarted
    | SessionEnded
    | OrderBytesSent
    | NextOrderId
    | OrderReport
    | ListEnded
    | PositionReport
    | AccountValueReport
    | PnlReport
    | ContractReport
    | ContractsEnded
    | MarketRuleReport
    | ServerTime
    | HistoryReport
    | HistoryUpdateReport
    | MarginReport
)
