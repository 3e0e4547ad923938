"""Sentences the program owes the user."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from workstation.domain.ids import OrderKey


class Severity(IntEnum):
    """How loudly a notice speaks."""

    INFO = 1
    WARNING = 2
    ERROR = 3
    ALARM = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What happened, what it means for the user's orders and what they can do.

    `code` is the broker's number, None for notices of our own. `time` is aware UTC.
    """

    severity: Severity
    text: str
    effect: str = ""
    advice: str = ""
    code: int | None = None
    order: OrderKey | None = None
    time: datetime
