"""The messages between this program and the broker, as they were on the wire."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RawMessage:
    """One message; `number` runs through the program's life, `text` hides accounts.

    `name` is the broker's own for the kind of message, "?" for one that is not known.
    """

    number: int
    time: datetime
    is_out: bool
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class ReadMessages:
    """Ask for the newest messages after a number; answered by MessagesRead."""

    after: int = 0


@dataclass(frozen=True, slots=True)
class MessagesRead:
    """Messages in the order in which they went by; the oldest are not kept for ever."""

    messages: tuple[RawMessage, ...]
