"""Where decoded market data goes: the slots of `marketdata`, as the broker package sees them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from workstation.domain.ports import TickSink

BookRow = tuple[int, int, int, int, float, float, str]
"""Request, position, operation, side, price, size and venue of one depth message, as on the wire.

Operation is 0 insert, 1 update, 2 delete; side is 0 ask, 1 bid. Source: marketDepth(L2).
"""


class PrintColumns(NamedTuple):
    """Prints as columns of one length. Source: tickByTick of kind Last or AllLast.

    Times are whole seconds since 1970 (UTC).
    """

    req_ids: list[int]
    times: list[int]
    prices: list[float]
    sizes: list[float]
    exchanges: list[str]
    conditions: list[str]


class BookSink(Protocol):
    """Takes rows of order books, in order. Core thread."""

    def apply_all(self, rows: Iterable[BookRow]) -> None:
        """Apply rows; those of unknown requests and unknown operations do nothing."""
        ...


class TapeSink(Protocol):
    """Takes prints, in order. Core thread."""

    def add_all(self, prints: PrintColumns) -> None:
        """Take prints; those of unknown requests are dropped."""
        ...


@dataclass(frozen=True, slots=True)
class MarketSinks:
    """All slots a session fills."""

    ticks: TickSink
    books: BookSink
    tapes: TapeSink
