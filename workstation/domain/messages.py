"""What the core tells the window: frozen values in two lanes.

A message in the `latest` lane replaces the one of the same key; everything else travels in
order, none lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from workstation.domain.account import AccountPnl, AccountSummary, PositionView
from workstation.domain.alert import PriceAlert
from workstation.domain.bar import BarUpdate
from workstation.domain.commands import CommandResult
from workstation.domain.confirmation import ConfirmationPolicy
from workstation.domain.contract import ContractDetails
from workstation.domain.depth import DepthBook
from workstation.domain.execution import Commission, Execution
from workstation.domain.execution_quality import FillQuality
from workstation.domain.family import Family
from workstation.domain.farm import FarmsView
from workstation.domain.limit_use import RiskView
from workstation.domain.link import LinkView
from workstation.domain.news import Headline
from workstation.domain.notice import Notice
from workstation.domain.order_status import OrderView
from workstation.domain.query import Progress
from workstation.domain.quote import Quote
from workstation.domain.rule import RuleView
from workstation.domain.subscription import DataUse, StreamState
from workstation.domain.trade import Trade


@dataclass(frozen=True, slots=True)
class CommandAnswered:
    """The answer to the command posted under this number."""

    number: int
    result: CommandResult


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """An order is new or differs from what was shown."""

    order: OrderView


@dataclass(frozen=True, slots=True)
class FamilyKnown:
    """Several orders are one wish; it comes before the first of them."""

    family: Family


@dataclass(frozen=True, slots=True)
class ExecutionArrived:
    """A fill was applied."""

    execution: Execution


@dataclass(frozen=True, slots=True)
class ContractKnown:
    """The trading rules of a contract arrived."""

    details: ContractDetails


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The connection, the account, the clock offset or the trading state changed."""

    link: LinkView


@dataclass(frozen=True, slots=True)
class NoticeArrived:
    """A sentence for the log and, if loud, for the eye."""

    notice: Notice


@dataclass(frozen=True, slots=True)
class CommissionArrived:
    """The cost of an execution is known."""

    commission: Commission


@dataclass(frozen=True, slots=True)
class FillMeasured:
    """What is known of the quality of a fill, new or more than before."""

    fill: FillQuality


@dataclass(frozen=True, slots=True)
class TradesArrived:
    """Prints of one contract, oldest first."""

    trades: Sequence[Trade]


@dataclass(frozen=True, slots=True)
class HeadlineArrived:
    """News as it happens."""

    headline: Headline


@dataclass(frozen=True, slots=True)
class RequestProgressed:
    """How far the answer to the Ask posted under this number has come."""

    number: int
    progress: Progress


@dataclass(frozen=True, slots=True)
class AlertsChanged:
    """Every price alert there is now, those that fired too."""

    alerts: tuple[PriceAlert, ...]


@dataclass(frozen=True, slots=True)
class RulesChanged:
    """Every rule there is now, those that came to their end today too."""

    rules: tuple[RuleView, ...]


@dataclass(frozen=True, slots=True)
class ConfirmationsKnown:
    """What asks before an order by one gesture is sent, as the core does it."""

    policy: ConfirmationPolicy


EventMessage = (
    CommandAnswered
    | RequestProgressed
    | FamilyKnown
    | OrderChanged
    | ExecutionArrived
    | CommissionArrived
    | FillMeasured
    | AlertsChanged
    | RulesChanged
    | ConfirmationsKnown
    | ContractKnown
    | LinkChanged
    | NoticeArrived
    | TradesArrived
    | HeadlineArrived
)

LatestMessage = (
    Quote
    | PositionView
    | AccountSummary
    | AccountPnl
    | RiskView
    | DepthBook
    | BarUpdate
    | StreamState
    | DataUse
    | FarmsView
)


def latest_key(message: LatestMessage) -> tuple[object, ...]:
    """Name what a message replaces: two messages with one key, and only the newer is shown."""
    match message:
        case Quote(con_id=con_id) | DepthBook(con_id=con_id):
            return (type(message), con_id)
        case BarUpdate(bar=bar):
            return (BarUpdate, message.series, bar.time)  # a closed bar is not replaced by the next
        case PositionView(account=account, con_id=con_id):
            return (PositionView, account, con_id)
        case StreamState(con_id=con_id, kind=kind):
            return (StreamState, con_id, kind)
        case AccountSummary() | AccountPnl() | RiskView():
            return (type(message), message.account)
    return (type(message),)
