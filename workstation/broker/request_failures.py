"""Why a question has no answer, in words: what happened, what it means, what to do."""

from workstation.broker.notices import meaning_of
from workstation.domain.query import FailureKind, RequestFailure
from workstation.domain.reports import BrokerNotice

_NO_ORDER = "No order is touched by it."
_AGAIN = "Ask again."


def not_connected(name: str) -> RequestFailure:
    """There is no session to ask in."""
    return RequestFailure(
        kind=FailureKind.NOT_CONNECTED,
        text=f"There is no link to the broker, so the {name} cannot be asked for.",
        meaning=_NO_ORDER,
        advice="Ask again when the status line says ready.",
    )


def unwritable(name: str, fault: str) -> RequestFailure:
    """The question has no form in the agreed protocol."""
    return RequestFailure(
        kind=FailureKind.UNWRITABLE,
        text=f"The {name} cannot be asked for: {fault}.",
        meaning=f"Nothing was sent. {_NO_ORDER}",
        advice="Change what is asked for; a newer TWS may know more.",
    )


def refused(name: str, notice: BrokerNotice) -> RequestFailure:
    """The broker refused, in its own words."""
    meaning = meaning_of(notice.code)
    return RequestFailure(
        kind=FailureKind.REFUSED,
        text=notice.text,
        meaning=meaning.effect or f"The broker refused the {name}. {_NO_ORDER}",
        advice=meaning.advice or "Look the code up in the log panel; ask again if it may pass.",
        code=notice.code,
    )


def timed_out(name: str, seconds: float) -> RequestFailure:
    """The broker said nothing, which is not the same as that there is nothing."""
    return RequestFailure(
        kind=FailureKind.TIMED_OUT,
        text=f"The broker did not answer about the {name} within {seconds:g} s.",
        meaning=f"Whether there is anything is not known. {_NO_ORDER}",
        advice=f"{_AGAIN} If it stays silent, look at the farms in the status line.",
    )


def session_ended(name: str, reason: str) -> RequestFailure:
    """The link went while the question was open."""
    return RequestFailure(
        kind=FailureKind.SESSION_ENDED,
        text=f"The link was lost before the {name} came: {reason}.",
        meaning=f"Whether there is anything is not known. {_NO_ORDER}",
        advice="Ask again when the link is back.",
    )


def cancelled(name: str) -> RequestFailure:
    """Whoever asked does not want to know any more."""
    return RequestFailure(
        kind=FailureKind.CANCELLED,
        text=f"The question about the {name} was withdrawn.",
        meaning=_NO_ORDER,
        advice="",
    )


def too_many(name: str) -> RequestFailure:
    """More questions wait than are kept."""
    return RequestFailure(
        kind=FailureKind.TOO_MANY,
        text=f"Too many questions wait already, so the {name} was not asked for.",
        meaning=f"Nothing was sent. {_NO_ORDER}",
        advice="Wait until charts and lists have filled, then ask again.",
    )


def unreadable(name: str, fault: str) -> RequestFailure:
    """The answer makes no sense."""
    return RequestFailure(
        kind=FailureKind.INTERNAL,
        text=f"The answer about the {name} cannot be read ({fault}).",
        meaning=_NO_ORDER,
        advice="Save the log and report it.",
    )
