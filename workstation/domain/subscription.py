"""Streams of market data: what is asked for, what the account has room for, what runs."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from workstation.domain.ids import ConId


class StreamKind(StrEnum):
    """What is streamed; each kind has a limit of its own at the broker."""

    QUOTES = "quotes"
    DEPTH = "order book"
    TAPE = "time and sales"


@dataclass(frozen=True, slots=True)
class StreamKey:
    """One stream, shared by every widget that shows it."""

    con_id: ConId
    kind: StreamKind


class Importance(IntEnum):
    """Why a stream is wanted; where there is no room, the highest numbers pause first."""

    TRADED = 1
    """A position or a working order stands in the contract."""

    CHOSEN = 2
    """A ticket, a chart, a book or a tape shows it."""

    VISIBLE = 3
    """Its row can be seen."""

    LISTED = 4
    """Its row is scrolled out of sight."""

    HIDDEN = 5
    """Its widget is hidden: it gives its stream back."""


class StreamPhase(StrEnum):
    """How a wanted stream stands."""

    WAITING = "waiting"
    """The contract or the link is not there yet."""

    RUNNING = "running"

    PAUSED = "paused"
    """The account has no room for it; it comes back by itself."""

    REFUSED = "refused"
    """The broker does not give it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamState:
    """How one wanted stream stands, as its widget shows it.

    `text` says in a few words what is odd, "" while nothing is; `advice` what can be done.
    `code` is the broker's number where its message is the cause.
    """

    con_id: ConId
    kind: StreamKind
    phase: StreamPhase
    text: str = ""
    advice: str = ""
    code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How much of one limit is in use; `waiting` is how many streams have no room."""

    name: str
    used: int
    most: int
    waiting: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataUse:
    """The use of every limit of the session, at most once a second.

    `lines`, `depth` and `tape` count streams; `messages` those sent in the last second;
    `history` the history requests that are open, `tokens` the strict ones of ten minutes.
    """

    lines: Use
    depth: Use
    tape: Use
    messages: Use
    history: Use
    tokens: Use | None = None

    @property
    def all(self) -> tuple[Use, ...]:
        """Every limit, in the order in which they are shown."""
        tokens = () if self.tokens is None else (self.tokens,)
        return (self.lines, self.depth, self.tape, self.messages, self.history, *tokens)
