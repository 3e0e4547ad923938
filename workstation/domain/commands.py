"""What the window asks of the core, and how each question is answered.

A command crosses once; its answer comes back as `CommandAnswered` in the events lane.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from workstation.domain.alert import MoveAlert, PlaceAlert, RemoveAlert
from workstation.domain.bar import Bar, BarSize, OfSeries
from workstation.domain.bracket import BracketDraft
from workstation.domain.confirmation import UseConfirmations
from workstation.domain.coverage import LeaveOpen, RepairProtection
from workstation.domain.exercise import ExerciseOption
from workstation.domain.finding import Answer, Finding, TradingState
from workstation.domain.ids import AccountId, ConId, OrderKey
from workstation.domain.limit_profiles import LimitProfiles, LimitProfileText, LimitProfileWish
from workstation.domain.limit_use import ApplyLimits, LockLimits
from workstation.domain.news import Article, Headline
from workstation.domain.order import OrderChange, OrderDraft, Side
from workstation.domain.preview import MarginPreview
from workstation.domain.query import FailureKind, Query, RequestFailure
from workstation.domain.quote import MarketDataType
from workstation.domain.raw_message import MessagesRead, ReadMessages
from workstation.domain.round_trips import FillsAnswer, RequestFills
from workstation.domain.rule import RuleCommand
from workstation.domain.several import OrdersPreviewed, SeveralCommand
from workstation.domain.shock_groups import ReadShockGroups, SetShockGroups, ShockGroupsText


@dataclass(frozen=True, slots=True)
class SubmitOrder:
    """Send this order if every check allows it; answered by Answer."""

    draft: OrderDraft


@dataclass(frozen=True, slots=True)
class ChangeOrder:
    """Give a working order new terms; answered by Answer."""

    change: OrderChange


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Cancel one order; never refused for risk; answered by Done or Failed."""

    key: OrderKey


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrders:
    """Cancel this client's orders of an account, contract and side, None for every one.

    What protects an open position stays unless `protection`; answered by Done or Failed.
    """

    account: AccountId | None = None
    con_id: ConId | None = None
    side: Side | None = None
    protection: bool = False


@dataclass(frozen=True, slots=True)
class GlobalCancel:
    """Have the broker cancel every order of the login, other clients' and TWS's own too.

    Answered by Done or Failed.
    """


@dataclass(frozen=True, slots=True)
class ConfirmNotPlaced:
    """Say that an order flagged ABSENT never reached the broker; answered by Done or Failed."""

    key: OrderKey


@dataclass(frozen=True, slots=True)
class UseEndpoint:
    """Connect to this host and port from now on; answered by Done.

    Where they cannot be had the standby is tried, if there is one; port 0 means none.
    """

    host: str
    port: int
    standby_host: str = ""
    standby_port: int = 0


@dataclass(frozen=True, slots=True)
class PreviewOrder:
    """Run every check on an order or a bracket without sending it; answered by Previewed."""

    draft: OrderDraft | BracketDraft


@dataclass(frozen=True, slots=True)
class PreviewChange:
    """Run every check on a change without sending it; answered by Previewed or Failed."""

    change: OrderChange


@dataclass(frozen=True, slots=True)
class WatchSymbol:
    """Look a symbol up and stream its quotes; answered by Watched or Failed."""

    symbol: str


@dataclass(frozen=True, slots=True)
class UnwatchContract:
    """Stop streaming a contract that nothing else needs; answered by Done."""

    con_id: ConId


@dataclass(frozen=True, slots=True)
class Reconnect:
    """Try the broker at once instead of waiting for the next attempt; answered by Done."""


@dataclass(frozen=True, slots=True)
class ShowAccount:
    """Show this one of the managed accounts from now on; answered by Done or Failed."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class SetArmed:
    """Allow or forbid entries on a live account; answered by Done or Failed."""

    armed: bool


@dataclass(frozen=True, slots=True)
class SetTradingState:
    """Change the latched trading state by hand; answered by Done or Failed."""

    state: TradingState


@dataclass(frozen=True, slots=True)
class AcknowledgeLoss:
    """Answer for what may be missing of a damaged record of orders; answered by Done or Failed."""


@dataclass(frozen=True, slots=True)
class HalvePosition:
    """Close half of a position; answered by Done, Failed or Denied."""

    account: AccountId
    con_id: ConId


@dataclass(frozen=True, slots=True)
class ReversePosition:
    """Turn the position `held` that was seen around; Done, Failed, Denied, NeedsAcknowledgement."""

    account: AccountId
    con_id: ConId
    acknowledged: frozenset[str] = frozenset()
    held: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StopToBreakeven:
    """Move the stops of a position to its average cost; answered by Done or Failed."""

    account: AccountId
    con_id: ConId


@dataclass(frozen=True, slots=True)
class SubmitBracket:
    """Send an entry with both exits, or nothing of it; answered by Answer."""

    bracket: BracketDraft


@dataclass(frozen=True, slots=True)
class PreviewMargin:
    """Ask the broker what a draft would cost; answered by MarginPreview or Failed."""

    draft: OrderDraft


@dataclass(frozen=True, slots=True)
class ClosePosition:
    """Cancel what protects a position and close it; answered by Done, Failed or Denied."""

    account: AccountId
    con_id: ConId


@dataclass(frozen=True, slots=True)
class Flatten:
    """Cancel entries, close every position, then halt; answered by Done or Failed."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class RequestBars(OfSeries):
    """Ask for the bars before a time, None for the newest; answered by BarsAnswer or Failed.

    `pages` is how many usual pages long the answer may be where the broker takes no end.
    """

    before: datetime | None = None
    pages: int = 1


@dataclass(frozen=True, slots=True)
class FollowBars(OfSeries):
    """Ask for the newest bars and their updates; answered by BarsAnswer or Failed.

    Updates follow as BarUpdate in the latest lane until UnfollowBars.
    """


@dataclass(frozen=True, slots=True)
class UnfollowBars(OfSeries):
    """Stop the updates that one FollowBars began; answered by Done."""


@dataclass(frozen=True, slots=True)
class FollowQuotes:
    """Stream the quotes of a contract of any kind as Quote; answered by Done.

    The rules of a contract that is not known are asked for, and come as ContractKnown.
    """

    con_id: ConId
    widget: str = "Chart"


@dataclass(frozen=True, slots=True)
class UnfollowQuotes:
    """Stop what one FollowQuotes began; answered by Done."""

    con_id: ConId
    widget: str = "Chart"


@dataclass(frozen=True, slots=True)
class FollowDepth:
    """Stream the order book of a contract as DepthBook; answered by Done or Failed."""

    con_id: ConId
    widget: str = "Depth"


@dataclass(frozen=True, slots=True)
class UnfollowDepth:
    """Stop what one FollowDepth began; answered by Done."""

    con_id: ConId
    widget: str = "Depth"


@dataclass(frozen=True, slots=True)
class FollowTape:
    """Stream the prints of a contract as TradesArrived; answered by Done or Failed."""

    con_id: ConId
    widget: str = "Time and sales"


@dataclass(frozen=True, slots=True)
class UnfollowTape:
    """Stop what one FollowTape began; answered by Done."""

    con_id: ConId
    widget: str = "Time and sales"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendQuotes:
    """Say what the user looks at, so that the least important quotes pause; answered by Done.

    `visible` are the rows of the list that can be seen, `chosen` the contract of the ticket.
    """

    chosen: ConId | None
    visible: frozenset[ConId]
    list_is_seen: bool = True


@dataclass(frozen=True, slots=True)
class ChooseDataType:
    """Ask for live, frozen or delayed data of one contract from now on; answered by Done."""

    con_id: ConId
    data_type: MarketDataType


@dataclass(frozen=True, slots=True)
class RequestHeadlines:
    """Ask for the newest headlines of a contract; answered by HeadlinesAnswer or Failed."""

    con_id: ConId


@dataclass(frozen=True, slots=True)
class RequestArticle:
    """Ask for the body of a headline; answered by Article or Failed."""

    provider: str
    article_id: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Put a question to the broker; answered by Answered or RequestFailure.

    Answers in pages tell how far they are as RequestProgressed.
    """

    query: Query[Any]


@dataclass(frozen=True, slots=True)
class WithdrawAsk:
    """Give up the question of the Ask sent under this number; answered by Done."""

    number: int


Command = (
    SubmitOrder
    | ReadMessages
    | ChangeOrder
    | CancelOrder
    | CancelOrders
    | GlobalCancel
    | HalvePosition
    | ReversePosition
    | StopToBreakeven
    | RepairProtection
    | SeveralCommand
    | ExerciseOption
    | ConfirmNotPlaced
    | UseEndpoint
    | PreviewOrder
    | PreviewChange
    | UseConfirmations
    | WatchSymbol
    | UnwatchContract
    | Reconnect
    | ShowAccount
    | SetArmed
    | SetTradingState
    | AcknowledgeLoss
    | SubmitBracket
    | PreviewMargin
    | ClosePosition
    | Flatten
    | ApplyLimits
    | LockLimits
    | ReadShockGroups
    | SetShockGroups
    | LeaveOpen
    | LimitProfileWish
    | RequestBars
    | RequestFills
    | PlaceAlert
    | MoveAlert
    | RemoveAlert
    | RuleCommand
    | FollowBars
    | UnfollowBars
    | FollowQuotes
    | UnfollowQuotes
    | FollowDepth
    | UnfollowDepth
    | FollowTape
    | UnfollowTape
    | AttendQuotes
    | ChooseDataType
    | RequestHeadlines
    | RequestArticle
    | Ask
    | WithdrawAsk
)


@dataclass(frozen=True, slots=True)
class Done:
    """The command was carried out."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """The command was not carried out, for this reason.

    `code` is the broker's number where it refused, `kind` how the answer came to be missing.
    """

    reason: str
    code: int | None = None
    kind: FailureKind = FailureKind.REFUSED


@dataclass(frozen=True, slots=True)
class Watched:
    """The symbol is this contract and its quotes follow."""

    con_id: ConId
    symbol: str


@dataclass(frozen=True, slots=True)
class Previewed:
    """What `submit` would answer now, without sending.

    `answer` is None where nothing would stop it; `findings` is what every check found then.
    `is_exit` tells that it only closes or lowers risk.
    """

    answer: Answer | None
    findings: tuple[Finding, ...] = ()
    is_exit: bool = False


@dataclass(frozen=True, slots=True)
class BarsAnswer:
    """Bars in rising time; `complete` when the broker has none before the first.

    `is_live` tells whether updates follow, where they were asked for.
    """

    con_id: ConId
    size: BarSize
    bars: tuple[Bar, ...]
    complete: bool
    is_live: bool = True


@dataclass(frozen=True, slots=True)
class HeadlinesAnswer:
    """Headlines, newest first."""

    con_id: ConId
    headlines: tuple[Headline, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """The whole answer to an Ask, of the type that its question names."""

    value: Any


CommandResult = (
    Answer
    | Done
    | Failed
    | Watched
    | Previewed
    | MarginPreview
    | BarsAnswer
    | FillsAnswer
    | HeadlinesAnswer
    | Article
    | Answered
    | RequestFailure
    | OrdersPreviewed
    | MessagesRead
    | ShockGroupsText
    | LimitProfiles
    | LimitProfileText
)
