"""A question to the broker, its progress, and why it may stay without an answer."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from workstation.domain.errors import WorkstationError

T_co = TypeVar("T_co", covariant=True)


class Query(Generic[T_co]):
    """A question whose answer is a T; a frozen value, sent with `Ask`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an answer in parts has come: 0 to 1, and the rows that are here."""

    share: float
    rows: int


class FailureKind(StrEnum):
    """Why there is no answer. An empty answer is none of these."""

    NOT_CONNECTED = "not connected"
    UNWRITABLE = "cannot be asked"
    REFUSED = "refused"
    TIMED_OUT = "no answer"
    SESSION_ENDED = "link lost"
    CANCELLED = "cancelled"
    TOO_MANY = "too many requests"
    INTERNAL = "internal error"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFailure:
    """There is no answer: in whose words, what it means and what to do.

    `code` is the broker's number of a refusal, None for what the program found itself.
    """

    kind: FailureKind
    text: str
    meaning: str
    advice: str
    code: int | None = None

    @property
    def sentence(self) -> str:
        """All of it in one line."""
        code = "" if self.code is None else f" (code {self.code})"
        return " ".join(part for part in (self.text + code, self.meaning, self.advice) if part)


class RequestError(WorkstationError):
    """A question was not answered; `failure` says why."""

    def __init__(self, failure: RequestFailure) -> None:
        super().__init__(failure.sentence)
        self.failure = failure
