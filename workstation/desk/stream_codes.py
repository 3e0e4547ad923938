"""What the broker's codes mean for a stream of market data. Source: tws-wire.md 3.3."""

from dataclasses import dataclass
from enum import Enum, auto

from workstation.domain.reports import BrokerNotice
from workstation.domain.subscription import StreamKind


class After(Enum):
    """What becomes of the stream."""

    NOTHING = auto()
    """It goes on, and nothing need be said."""

    NOTE = auto()
    """It goes on with a remark."""

    STALE = auto()
    """It is kept, but brings nothing now; the remark goes with the next tick."""

    FULL = auto()
    """The account has no room for it."""

    REFUSED = auto()
    """It has ended; asking again changes nothing."""

    AGAIN = auto()
    """It has ended and is asked for again."""

    RESET = auto()
    """It goes on from an empty book."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a message does to a stream, in a few words, and what the user can do."""

    after: After
    text: str = ""
    advice: str = ""
    code: int | None = None


_DELAYED = "Right-click the row, Market data, Delayed; or subscribe at the broker."
_SUBSCRIBE = "Subscribe at the broker."

_QUOTES = {
    101: Outcome(After.FULL),
    354: Outcome(After.REFUSED, "no subscription", _DELAYED),
    10089: Outcome(After.REFUSED, "no subscription for the API", _DELAYED),
    10168: Outcome(After.REFUSED, "no subscription, delayed is off", _DELAYED),
    10186: Outcome(After.REFUSED, "no subscription, delayed is off", _DELAYED),
    10090: Outcome(After.NOTE, "part not subscribed", _SUBSCRIBE),
    10091: Outcome(After.NOTE, "part not subscribed", _SUBSCRIBE),
    10167: Outcome(After.NOTE, "", "Delayed quotes are shown: there is no live subscription."),
    10197: Outcome(
        After.STALE,
        "another session has the data",
        "The same user is logged in elsewhere and takes the market data. Log in there as another "
        "user, or choose delayed quotes.",
    ),
    200: Outcome(After.REFUSED, "unknown to the broker", "Choose the contract again."),
    300: Outcome(After.AGAIN),
}
_DEPTH = {
    309: Outcome(After.FULL),
    316: Outcome(After.AGAIN),
    317: Outcome(After.RESET),
    310: Outcome(After.AGAIN),
    2152: Outcome(After.NOTHING),
}
_TAPE = {10190: Outcome(After.FULL), 300: Outcome(After.AGAIN)}
_TABLES = {
    StreamKind.QUOTES: _QUOTES,
    StreamKind.DEPTH: _DEPTH,
    StreamKind.TAPE: _TAPE,
}
TAPE_REFUSED = 10189
_WARNINGS = range(2100, 2200)


def outcome_of(kind: StreamKind, notice: BrokerNotice) -> Outcome:
    """Return what a message does to a stream of this kind.

    A warning changes nothing; a code that is not in the tables ends the stream, as the
    broker's own words say.
    """
    known = _TABLES[kind].get(notice.code)
    if known is not None:
        return Outcome(known.after, known.text, known.advice, notice.code)
    if notice.code == TAPE_REFUSED and "15 sec" in notice.text:
        return Outcome(After.AGAIN, "waiting: asked for within 15 s", code=notice.code)
    if notice.code in _WARNINGS:
        return Outcome(After.NOTHING)
    return Outcome(After.REFUSED, notice.text, "", notice.code)
