"""Prints on the tape."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workstation.domain.ids import ConId


class Aggressor(StrEnum):
    """Who crossed the spread, judged by the quote at the moment of the print."""

    BUYER = "BUYER"
    SELLER = "SELLER"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Trade:
    """One print, in shares or lots. `time` is aware UTC, whole seconds.

    Source: tickByTickAllLast.
    """

    con_id: ConId
    time: datetime
    price: float
    size: float
    exchange: str
    conditions: str
    aggressor: Aggressor
