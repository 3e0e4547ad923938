"""What the window asks of the core, and how each question is answered.

A command crosses once; its answer comes back as `CommandAnswered` in the events lane.
"""

from dataclasses import dataclass

from workstation.domain.finding import Answer, TradingState
from workstation.domain.ids import ConId, OrderKey
from workstation.domain.order import OrderChange, OrderDraft


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


@dataclass(frozen=True, slots=True)
class CancelAll:
    """Cancel every working order of this client; answered by Done or Failed."""


@dataclass(frozen=True, slots=True)
class ConfirmNotPlaced:
    """Say that an order flagged ABSENT never reached the broker; answered by Done or Failed."""

    key: OrderKey


@dataclass(frozen=True, slots=True)
class UseEndpoint:
    """Connect to this host and port from now on; answered by Done."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class PreviewOrder:
    """Run every check on a draft without sending it; answered by Previewed."""

    draft: OrderDraft


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
class SetArmed:
    """Allow or forbid entries on a live account; answered by Done or Failed."""

    armed: bool


@dataclass(frozen=True, slots=True)
class SetTradingState:
    """Change the latched trading state by hand; answered by Done or Failed."""

    state: TradingState


Command = (
    SubmitOrder
    | ChangeOrder
    | CancelOrder
    | CancelAll
    | ConfirmNotPlaced
    | UseEndpoint
    | PreviewOrder
    | WatchSymbol
    | UnwatchContract
    | Reconnect
    | SetArmed
    | SetTradingState
)


@dataclass(frozen=True, slots=True)
class Done:
    """The command was carried out."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """The command was not carried out, for this reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Watched:
    """The symbol is this contract and its quotes follow."""

    con_id: ConId
    symbol: str


@dataclass(frozen=True, slots=True)
class Previewed:
    """What `submit` would answer now, without sending."""

    answer: Answer | None


CommandResult = Answer | Done | Failed | Watched | Previewed
