"""The order book of one contract as the broker shows it."""

from dataclasses import dataclass
from datetime import datetime

from workstation.domain.ids import ConId


@dataclass(frozen=True, slots=True)
class DepthLevel:
    """One place in the book; `venue` is the exchange or market maker, "" where not told.

    Source: marketDepth, marketDepthL2.
    """

    price: float
    size: float
    venue: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthBook:
    """Both sides, best first. `received_at` is aware UTC; `stale` while the link is down.

    `problem` says why there is no depth, "" while there is.
    """

    con_id: ConId
    bids: tuple[DepthLevel, ...] = ()
    asks: tuple[DepthLevel, ...] = ()
    stale: bool = False
    problem: str = ""
    received_at: datetime
